"""A year in the demo network: people come, borrow, renew, return here or elsewhere; items travel; doors are counted.

Each day's happenings are put in order of time and done through the verbs. What follows from them (a return, a renewal,
the arrival of a crate) is planned when it is known, on a day and at an hour when that branch is open.
"""

import random
from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from wenyuan.doors.cli.demonstration.holds import place_some
from wenyuan.doors.cli.demonstration.network import CHILDREN, Site
from wenyuan.doors.cli.demonstration.people import KIOSKS, Applicant
from wenyuan.doors.cli.demonstration.stock import DemoItem
from wenyuan.lending.circulation.data import CheckinReceipt, CheckoutReceipt
from wenyuan.lending.circulation.operations import Refused, checkin, checkout, receive_transit, renew
from wenyuan.lending.patrons.operations import register_patron
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Desk, Door, Operator
from wenyuan.plumbing.clock import library_zone, local_date

LOANS_A_YEAR = 6_000
PER_SESSION = 2.3
"""Items a reader takes on average."""

WEEKDAYS = (0.8, 0.8, 0.85, 0.85, 1.0, 1.7, 1.6)
MONTHS = (0.8, 0.6, 1.0, 1.05, 1.0, 1.05, 1.35, 1.4, 1.05, 0.95, 1.0, 0.95)
"""How busy weekdays (from Monday) and months are; the summer holidays most."""
CHILDREN_IN_SUMMER = 1.35

ELSEWHERE, NOT_CONNECTED, SELF_SERVICE = 0.1, 0.012, 0.45
"""Shares: returned at another branch of the group; at one outside it (代收); done at a machine."""
LATE, NEVER, RENEWED = 0.08, 0.012, 0.1
"""Shares of loans: returned late; kept beyond the demo's end; renewed once."""


@dataclass(slots=True)
class Reader:
    """A reader with a card. ``at_hand`` counts loans, so that nobody stands at the desk above the limit all day."""

    card: str
    patron_id: int
    home: str
    category: str
    name: str
    has_pin: bool
    eagerness: float
    at_hand: int = 0


@dataclass(slots=True)
class Counts:
    """What came of the year."""

    loans: int = 0
    returns: int = 0
    renewals: int = 0
    refused: int = 0
    received: int = 0


@dataclass(slots=True)
class Shelf:
    """What stands at a branch now, the most wanted first."""

    for_children: list[tuple[int, str]] = field(default_factory=list)
    for_adults: list[tuple[int, str]] = field(default_factory=list)

    def put(self, item: DemoItem) -> None:
        insort(self.for_children if item.is_for_children else self.for_adults, (item.rank, item.barcode))

    def take(self, dice: random.Random, *, children: bool) -> str | None:
        """One item off the shelf, rather a wanted one; nothing when the shelf is empty."""
        shelf = self.for_children if children and self.for_children else self.for_adults
        if not shelf:
            return None
        return shelf.pop(int(len(shelf) * dice.random() ** 1.8))[1]


Act = Callable[[datetime], None]


class Year:
    """One year of the network. ``operators`` are those of ``people.appoint``."""

    def __init__(
        self,
        dice: random.Random,
        sites: Mapping[str, Site],
        operators: Mapping[str, Operator],
        *,
        first: date,
        last: date,
    ) -> None:
        self.counts = Counts()
        self.readers: list[Reader] = []
        self._dice = dice
        self._sites = sites
        self._codes = {site.id: code for code, site in sites.items()}
        self._network = network_map()
        self._first, self._last = first, last
        self._items: dict[str, DemoItem] = {}
        self._shelves = {code: Shelf() for code in sites}
        self._planned: dict[date, list[tuple[datetime, int, Act]]] = {}
        self._plans = 0
        self._desks = {code: self._desk_of(code, operators) for code in sites}
        self._kiosks = {kiosk.branch: _kiosk_desk(sites[kiosk.branch], operators[kiosk.username]) for kiosk in KIOSKS}

    def _desk_of(self, code: str, operators: Mapping[str, Operator]) -> Desk:
        """The desk where staff of the branch serve: its own keeper where it has one, else the lead of all desks."""
        special = {"LM00": "desk", CHILDREN: "desk-children", "LM09": "keeper-studio"}
        username = special.get(code, f"keeper-{code.lower()}")
        site = self._sites[code]
        operator = operators.get(username, operators["lead"])
        return Desk(
            operator=operator,
            branch_id=site.id,
            door=Door.WORKBENCH,
            code="D1",
            service_point_id=site.points[0],
        )

    # What is known before the year begins -----------------------------------------------------------------------

    def shelve(self, items: list[DemoItem]) -> None:
        """Items that have come in, and may be lent from now on."""
        for item in items:
            self._items[item.barcode] = item
            if not item.is_reference:
                self._shelves[item.branch].put(item)

    def admit(self, reader: Reader) -> None:
        """A reader who has a card already."""
        self.readers.append(reader)

    def expect(self, applicant: Applicant) -> None:
        """Somebody who will ask for a card; who came before the year began is registered on that day."""
        act = partial(self._register, applicant)
        if applicant.on >= self._first:
            self._plan(applicant.home, applicant.on, act)
        else:
            act(self._moment(applicant.home, applicant.on))

    def _register(self, applicant: Applicant, at: datetime) -> None:
        made = register_patron(application=applicant.application, at=at, desk=self._desks[applicant.home])
        self.readers.append(
            Reader(
                card=made.card_no,
                patron_id=made.patron_id,
                home=applicant.home,
                category=applicant.category,
                name=applicant.application.name,
                has_pin=applicant.application.pin is not None,
                eagerness=self._dice.paretovariate(1.6),
            )
        )

    # Time passes ------------------------------------------------------------------------------------------------

    def end_with_holds(self) -> int:
        """In the last hours of the last day readers place holds, and some items are put on the hold shelf."""
        return place_some(
            self._dice,
            sorted(self._items),
            [reader.card for reader in self.readers],
            at=datetime.combine(self._last, time(15), library_zone()),
            central=self._desks["LM00"],
            children=self._desks[CHILDREN],
        )

    def pass_days(self, first: date, last: date, *, sessions: float) -> None:
        """Live through these days; ``sessions`` are how many readers come to borrow in the whole network on a day of
        weight 1 (see ``weight``)."""
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            happenings = self._planned.pop(day, [])
            for code in self._sites:
                if self._is_open(code, day):
                    for _ in range(_poisson(self._dice, sessions * self._weight(code, day))):
                        happenings.append(self._session_plan(code, day))
            for at, _, act in sorted(happenings, key=lambda planned: planned[:2]):
                act(at)

    def weight(self) -> float:
        """The sum of all branches' weights on all their open days."""
        days = [self._first + timedelta(days=number) for number in range((self._last - self._first).days + 1)]
        return sum(self._weight(code, day) for day in days for code in self._sites if self._is_open(code, day))

    def _weight(self, code: str, day: date) -> float:
        busy = WEEKDAYS[day.weekday()] * MONTHS[day.month - 1]
        if code == CHILDREN and day.month in (7, 8):
            busy *= CHILDREN_IN_SUMMER
        return self._sites[code].place.loans * busy

    def _session_plan(self, code: str, day: date) -> tuple[datetime, int, Act]:
        self._plans += 1
        return self._moment(code, day), self._plans, partial(self._borrow, code)

    # At the desk --------------------------------------------------------------------------------------------------

    def _borrow(self, code: str, at: datetime) -> None:
        reader = self._reader_for(code)
        if reader is None:
            return
        kiosk = self._kiosks.get(code)
        desk = kiosk if kiosk and self._dice.random() < SELF_SERVICE else self._desks[code]
        wanted = min(1 + int(self._dice.expovariate(1 / (PER_SESSION - 0.5))), 6)
        likes_children = reader.category == "child" or (code == CHILDREN and self._dice.random() < 0.8)
        for number in range(wanted):
            barcode = self._shelves[code].take(self._dice, children=likes_children)
            if barcode is None:
                return
            moment = at + timedelta(seconds=35 * number)
            try:
                receipt = checkout(item=barcode, card=reader.card, at=moment, desk=desk)
            except Refused:
                self.counts.refused += 1
                self._shelves[code].put(self._items[barcode])
                return
            self.counts.loans += 1
            reader.at_hand += 1
            self._plan_end(reader, barcode, code, receipt)

    def _reader_for(self, code: str) -> Reader | None:
        """Whoever comes: mostly one of the branch's own, sometimes one of another branch."""
        own = [reader for reader in self.readers if reader.home == code and reader.at_hand < 5]
        anybody = [reader for reader in self.readers if reader.at_hand < 5]
        crowd = own if own and self._dice.random() < 0.8 else anybody
        return self._dice.choices(crowd, [reader.eagerness for reader in crowd])[0] if crowd else None

    def _plan_end(self, reader: Reader, barcode: str, code: str, receipt: CheckoutReceipt) -> None:
        """When and where this loan will end, as far as the demo goes."""
        fate = self._dice.random()
        lent, due = local_date(receipt.lent_at), receipt.due_date
        length = max((due - lent).days, 2)
        if fate < NEVER:
            return
        if fate < NEVER + LATE:
            back = due + timedelta(days=1 + int(self._dice.expovariate(1 / 9)))
        elif fate < NEVER + LATE + RENEWED:
            self._plan(
                code, due - timedelta(days=self._dice.randint(0, 3)), partial(self._renew, reader, barcode, code)
            )
            back = due + timedelta(days=self._dice.randint(3, length))
        else:
            back = lent + timedelta(days=max(1, round(self._dice.triangular(2, length, length * 0.7))))
        where = self._place_of_return(code)
        self._plan(where, back, partial(self._give_back, reader, barcode, where))

    def _place_of_return(self, code: str) -> str:
        chance = self._dice.random()
        group = self._sites[code].place.group
        if group and chance < ELSEWHERE:
            return self._dice.choice([other for other, site in self._sites.items() if site.place.group == group])
        if chance > 1 - NOT_CONNECTED:
            return self._dice.choice([other for other in ("LM00", "LM04", "LM05", "LM06") if other != code])
        return code

    def _renew(self, reader: Reader, barcode: str, code: str, at: datetime) -> None:
        try:
            renew(item=barcode, card=reader.card, at=at, desk=self._desks[code])
        except Refused:
            self.counts.refused += 1
        else:
            self.counts.renewals += 1

    def _give_back(self, reader: Reader, barcode: str, code: str, at: datetime) -> None:
        kiosk = self._kiosks.get(code)
        desk = kiosk if kiosk and self._dice.random() < SELF_SERVICE else self._desks[code]
        self._came_back(reader, barcode, code, checkin(item=barcode, at=at, desk=desk), at)

    def _came_back(self, reader: Reader, barcode: str, code: str, receipt: CheckinReceipt, at: datetime) -> None:
        self.counts.returns += 1
        reader.at_hand -= 1
        self._arrive(barcode, code, receipt.send_to, local_date(at))

    def _receive(self, barcode: str, code: str, at: datetime) -> None:
        receipt = receive_transit(item=barcode, at=at, desk=self._desks[code])
        self.counts.received += 1
        self._arrive(barcode, code, receipt.send_to, local_date(at))

    def _arrive(self, barcode: str, code: str, send_to: int | None, day: date) -> None:
        """Onto this branch's shelf, or into the crate for another, which comes within the week."""
        if send_to is None:
            self._shelves[code].put(self._items[barcode])
            return
        to = self._codes[send_to]
        self._plan(to, day + timedelta(days=self._dice.randint(1, 4)), partial(self._receive, barcode, to))

    # The calendar ---------------------------------------------------------------------------------------------------

    def _plan(self, code: str, day: date, act: Act) -> None:
        """Do it on that day, or on the branch's next open one; what would come after the year is left undone."""
        calendar = self._network.calendar(self._sites[code].id)
        found = calendar.next_open_date(day, inclusive=True)
        if found is not None and found <= self._last:
            self._plans += 1
            self._planned.setdefault(found, []).append((self._moment(code, found), self._plans, act))

    def _is_open(self, code: str, day: date) -> bool:
        return self._network.calendar(self._sites[code].id).is_open_on(day)

    def _moment(self, code: str, day: date) -> datetime:
        """A moment of the branch's day while it is open; about noon where it is not."""
        spans = self._network.calendar(self._sites[code].id).hours_on(day)
        span = self._dice.choice(spans) if spans else None
        minute = self._dice.randint(span.opens_minute, span.closes_minute - 15) if span else 12 * 60
        second = self._dice.randint(0, 59)
        return datetime.combine(day, time(minute // 60, minute % 60, second), tzinfo=library_zone())


def _kiosk_desk(site: Site, operator: Operator) -> Desk:
    username = next(kiosk.username for kiosk in KIOSKS if kiosk.branch == site.place.code)
    return Desk(operator=operator, branch_id=site.id, door=Door.SIP2, code=username, service_point_id=site.points[0])


def _poisson(dice: random.Random, mean: float) -> int:
    """How many happen where ``mean`` are to be expected (Knuth's product of random numbers)."""
    left, count = dice.random(), 0
    limit = 2.718281828459045**-mean
    while left > limit:
        count += 1
        left *= dice.random()
    return count
