"""The demo's year with what a real one has beside lending: closures, holds, fines, payments, slips of the scanner, and
the jobs of every night."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from uuid import uuid4

from wenyuan.doors.cli.demonstration import history
from wenyuan.doors.cli.demonstration.network import Site
from wenyuan.holdings.catalogue.queries import get_item
from wenyuan.lending.circulation import closing
from wenyuan.lending.circulation.data import CheckinReceipt, CheckoutReceipt
from wenyuan.lending.circulation.data.undoing import UndoRefused
from wenyuan.lending.circulation.hold_lists import hold_shelf, shelf_to_clear
from wenyuan.lending.circulation.operations import (
    Cell,
    Refused,
    change_policies,
    charge_running_fines,
    checkin,
    checkout,
    expire_holds,
    forget_ended_holds,
    lose_long_overdue,
    place_hold,
    remind,
    renew_automatically,
    undo,
)
from wenyuan.lending.fees.data import Means
from wenyuan.lending.fees.operations import forgive, pay, take_deposit
from wenyuan.lending.fees.queries import list_open_charges, owed_fen
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.network.operations import declare_closure, end_closure, withdraw_closure
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Operator
from wenyuan.plumbing.clock import library_zone

CENTRAL = "LM00"
MOST_HOLDS_A_DAY, WRONG_RETURN, WRONG_LOAN_A_DAY, FETCHED_A_DAY = 6, 0.01, 0.2, 0.4
DEBTORS_A_DAY, FORGIVEN, DEPOSIT_A_DAY, DEPOSIT_FEN = 25, 0.1, 0.1, 10_000


class Morning(IntEnum):
    """Days of the year on which the library closes, opens again, or asks for higher fines."""

    BEGINNING = 0
    WORKS = 40
    EPIDEMIC = 100
    REOPENED = 128
    DEARER = 180
    FLOOD = 220
    FALSE_ALARM = 224


class DistrictYear(history.Year):
    """``tally`` counts what came of it, by what the desks were told."""

    def __init__(
        self,
        dice: random.Random,
        sites: Mapping[str, Site],
        operators: Mapping[str, Operator],
        *,
        first: date,
        last: date,
    ) -> None:
        super().__init__(dice, sites, operators, first=first, last=last)
        self.tally: Counter[str] = Counter()
        self._director = replace(self._desks[CENTRAL], operator=operators["director"])
        self._lead = replace(self._desks[CENTRAL], operator=operators["lead"])
        self._by_id: dict[int, history.Reader] = {}
        self._closures: dict[str, tuple[int, ...]] = {}

    def pass_days(self, first: date, last: date, *, sessions: float) -> None:
        """Each day with its morning, evening and night."""
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            self._morning(day)
            self._network = network_map()
            super().pass_days(day, day, sessions=sessions)
            self._evening(day)
            self._night(day)

    def end_with_holds(self) -> int:
        """Nothing: holds were placed all the year."""
        return 0

    # Mornings: closures and policies ----------------------------------------------------------------------------------

    def _morning(self, day: date) -> None:
        at = _clock(day, 7)
        match (day - self._first).days:
            case Morning.BEGINNING:
                self._ask_for_fines(at)
            case Morning.WORKS:
                self._close("works", day + timedelta(days=9), day + timedelta(days=15), everywhere=True, at=at)
            case Morning.EPIDEMIC:  # told late, and nobody knows for how long
                self._close("epidemic", day - timedelta(days=1), None, everywhere=True, at=at)
            case Morning.REOPENED:
                for closure_id in self._closures["epidemic"]:
                    end_closure(closure_id=closure_id, last_date=day - timedelta(days=1), at=at, desk=self._director)
            case Morning.DEARER:
                change_policies(cell=Cell(), from_date=day, states={"fine_day_fen": 20}, at=at, desk=self._director)
            case Morning.FLOOD:
                self._close("flood", day, day + timedelta(days=20), everywhere=False, at=at)
            case Morning.FALSE_ALARM:
                for closure_id in self._closures["flood"]:
                    withdraw_closure(closure_id=closure_id, at=at, desk=self._director)

    def _ask_for_fines(self, at: datetime) -> None:
        """Ten fen a day up to two yuan from everybody, and half a day of suspension for each day late. What is
        sixty open days late counts as lost; loans of the central library renew themselves."""
        central = Cell(branch_id=self._sites[CENTRAL].id)
        change_policies(cell=central, from_date=at.date(), states={"auto_renew": True}, at=at, desk=self._director)
        change_policies(
            cell=Cell(),
            from_date=at.date(),
            states={
                "fine_day_fen": 10,
                "fine_cap_fen": 200,
                "suspension_percent": 50,
                "max_suspension_days": 30,
                "lost_after_days": 60,
                "processing_fee_fen": 500,
                "found_days": 90,
            },
            at=at,
            desk=self._director,
        )

    def _close(self, reason: str, first: date, last: date | None, *, everywhere: bool, at: datetime) -> None:
        self._closures[reason] = declare_closure(
            branch_id=self._sites[CENTRAL].id,
            first_date=first,
            last_date=last,
            reason=reason,
            with_subtree=everywhere,
            at=at,
            desk=self._director,
        )

    # At the desk ----------------------------------------------------------------------------------------------------

    def _plan_end(self, reader: history.Reader, barcode: str, code: str, receipt: CheckoutReceipt) -> None:
        self.tally["lent"] += 1
        super()._plan_end(reader, barcode, code, receipt)

    def _give_back(self, reader: history.Reader, barcode: str, code: str, at: datetime) -> None:
        """Now and then the wrong book lay under the scanner, and is scanned again when its reader brings it."""
        if self._dice.random() < WRONG_RETURN:
            key, desk = uuid4().hex, self._desks[code]
            receipt = checkin(item=barcode, at=at, desk=desk, key=key)
            try:
                undo(key=key, at=at + timedelta(minutes=1), desk=desk)
            except UndoRefused:  # it cost a fine, or nobody had it any more
                self.tally["returns that stood"] += 1
                self._came_back(reader, barcode, code, receipt, at)
                return
            self.tally["returns undone"] += 1
            at += timedelta(minutes=2)
        super()._give_back(reader, barcode, code, at)

    def _came_back(
        self, reader: history.Reader, barcode: str, code: str, receipt: CheckinReceipt, at: datetime
    ) -> None:
        self.tally[receipt.outcome.value] += 1
        super()._came_back(reader, barcode, code, receipt, at)

    def _arrive(self, barcode: str, code: str, send_to: int | None, day: date) -> None:
        """What is kept for a reader does not stand on the open shelf."""
        item = get_item(barcode)
        if send_to is not None or (item is not None and item.state == "available"):
            super()._arrive(barcode, code, send_to, day)

    # Evenings: holds, money, slips --------------------------------------------------------------------------------

    def _evening(self, day: date) -> None:
        self._by_id |= {reader.patron_id: reader for reader in self.readers}
        for code, site in self._sites.items():
            if self._is_open(code, day) and site.place.group:
                self._fetch_holds(code, _clock(day, 16))
                self._clear_hold_shelf(code, _clock(day, 17))
        if self._is_open(CENTRAL, day):
            self._place_holds(_clock(day, 15))
            self._settle_debts(_clock(day, 17))
            if self._dice.random() < WRONG_LOAN_A_DAY:
                self._lend_by_mistake(_clock(day, 17))

    def _place_holds(self, at: datetime) -> None:
        barcodes = sorted(self._items)
        for _ in range(self._dice.randint(0, MOST_HOLDS_A_DAY)):
            reader, code = self._dice.choice(self.readers), self._dice.choice([CENTRAL, "LM01", "LM02"])
            try:
                place_hold(
                    item=self._dice.choice(barcodes),
                    card=reader.card,
                    pickup_branch_id=self._sites[code].id,
                    at=at,
                    desk=self._desks[CENTRAL],
                )
            except Refused:
                self.tally["holds refused"] += 1
            else:
                self.tally["holds"] += 1

    def _fetch_holds(self, code: str, at: datetime) -> None:
        for hold in hold_shelf(self._sites[code].id):
            reader = self._by_id.get(hold.patron_id or 0)
            if reader is None or hold.captured_barcode is None or self._dice.random() > FETCHED_A_DAY:
                continue
            try:
                receipt = checkout(item=hold.captured_barcode, card=reader.card, at=at, desk=self._desks[code])
            except Refused:
                self.tally["fetched in vain"] += 1
                continue
            reader.at_hand += 1
            self.tally["fetched"] += 1
            self._plan_end(reader, hold.captured_barcode, code, receipt)

    def _clear_hold_shelf(self, code: str, at: datetime) -> None:
        for hold in shelf_to_clear(self._sites[code].id):
            assert hold.captured_barcode is not None
            receipt = checkin(item=hold.captured_barcode, at=at, desk=self._desks[code])
            self._arrive(hold.captured_barcode, code, receipt.send_to, at.date())

    def _lend_by_mistake(self, at: datetime) -> None:
        """To the reader who stood before in the queue, and taken back at once."""
        barcode = self._shelves[CENTRAL].take(self._dice, children=False)
        if barcode is None:
            return
        key, desk = uuid4().hex, self._desks[CENTRAL]
        try:
            checkout(item=barcode, card=self._dice.choice(self.readers).card, at=at, desk=desk, key=key)
        except Refused:
            self._shelves[CENTRAL].put(self._items[barcode])
            return
        receipt = undo(key=key, at=at + timedelta(minutes=1), desk=desk)
        self.tally["loans undone"] += 1
        self._arrive(barcode, CENTRAL, receipt.send_to, at.date())

    def _settle_debts(self, at: datetime) -> None:
        """Of those who come by some owe: they pay, or are forgiven. Now and then somebody leaves a deposit."""
        for reader in self._dice.sample(self.readers, min(DEBTORS_A_DAY, len(self.readers))):
            owed = owed_fen(reader.patron_id)
            if owed <= 0:
                continue
            if self._dice.random() < FORGIVEN:
                for charge in list_open_charges(reader.patron_id):
                    forgive(charge_id=charge.id, reason="特殊困难", at=at, desk=self._lead)
                    self.tally["forgiven fen"] += charge.open_fen
            else:
                pay(patron_id=reader.patron_id, amount_fen=owed, means=Means.CASH, at=at, desk=self._lead)
                self.tally["paid fen"] += owed
        if self._dice.random() < DEPOSIT_A_DAY:
            patron_id = self._dice.choice(self.readers).patron_id
            take_deposit(patron_id=patron_id, amount_fen=DEPOSIT_FEN, means=Means.CASH, at=at, desk=self._lead)
            self.tally["deposited fen"] += DEPOSIT_FEN

    # Nights: the jobs ----------------------------------------------------------------------------------------------

    def _night(self, day: date) -> None:
        at = _clock(day, 23)
        _deliver(at)
        closing.roll_forward(at=at)
        closing.follow_closures(now=lambda: at)
        self.tally["renewed by themselves"] += renew_automatically(at=at)
        self.tally["lost"] += lose_long_overdue(at=at)
        self.tally["fines kept"] += charge_running_fines(at=at)
        self.tally["holds expired"] += expire_holds(at=at)
        forget_ended_holds(at=at)
        remind(at=at)
        _deliver(at)


def _clock(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), library_zone())


def _deliver(at: datetime) -> None:
    """Let the rooms above learn everything that has happened."""
    while deliver(at=at):
        pass
