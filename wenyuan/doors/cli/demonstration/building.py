"""Building the demo network, step by step, through the verbs."""

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import connection

from wenyuan.doors.cli.demonstration import history, people
from wenyuan.doors.cli.demonstration.counting import count_visits, set_gate_up
from wenyuan.doors.cli.demonstration.daybook import keep_daybook
from wenyuan.doors.cli.demonstration.network import CHILDREN, Site, join_groups, open_network, places, set_calendars
from wenyuan.doors.cli.demonstration.planning import plan_the_year
from wenyuan.doors.cli.demonstration.policies import add_policies
from wenyuan.doors.cli.demonstration.receiving import receive_a_gift
from wenyuan.doors.cli.demonstration.recommending import recommend
from wenyuan.doors.cli.demonstration.settling import settle_authorities
from wenyuan.doors.cli.demonstration.stock import Stock, fits_scale
from wenyuan.doors.cli.demonstration.summaries import keep_a_summary
from wenyuan.doors.cli.demonstration.telling import tell_readers
from wenyuan.doors.cli.demonstration.van import fill_batches, fill_crates, plan_van
from wenyuan.doors.cli.demonstration.wishing import keep_a_list, speak, wish_titles
from wenyuan.holdings.catalogue.operations import Lendable, set_lendable
from wenyuan.holdings.catalogue.queries import get_item
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.lending.fees.data import Book, ChargeKind, Means, PointSchemeFacts
from wenyuan.lending.fees.operations import add_charge, close_day, pay, replace_in_kind, set_point_scheme, take_deposit
from wenyuan.lending.patrons.data import NOTICE_VERSION, ConsentInput, GivenBy
from wenyuan.lending.patrons.operations import enrol_roster
from wenyuan.organisation.rights.data import Desk, Door, Operator
from wenyuan.plumbing.clock import library_zone, local_date

SEED = 20260423
DAYS = 365
READERS, CHILDREN_IN_CLASS = 420, 36
FOUNDED_DAYS_BEFORE = 600
"""Accounts and policies stand so many days before the year begins: its first readers joined then."""

Echo = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What was built: its branches, its readers in the order they came, and what the year brought."""

    sites: dict[str, Site]
    readers: tuple[history.Reader, ...]
    counts: history.Counts


def build_network(*, until: date, scale: float, seed: int, echo: Echo, days: int = DAYS) -> Built:
    """Fill an empty, migrated database; ``days`` pass, the last of them ``until``. ``scale`` multiplies readers
    and a year's loans."""
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    first = until - timedelta(days=days - 1)
    founded = first - timedelta(days=FOUNDED_DAYS_BEFORE)
    at = _noon(founded)
    with _relaxed_commits():
        echo("Branches, hours and staff …")
        system, security = people.founding_desks(at=at, on=founded)
        sites = open_network(at=at, desk=system)
        join_groups(sites, from_date=founded, at=at, desk=system)
        operators = people.appoint(sites, system=system, security=security, at=at, on=founded)
        director = _desk(operators["director"], sites["LM00"])
        set_calendars(sites, first=founded, last=until + timedelta(days=DAYS), at=at, desk=director)
        add_policies(sites, valid_from=founded, at=at, desk=director)
        plan_van(sites, at=at, director=director)
        set_point_scheme(scheme=PointSchemeFacts(is_on=True), at=at, desk=director)
        year = history.Year(dice, sites, operators, first=first, last=until)
        _live(dice, year, sites, operators, first=first, until=until, scale=scale, echo=echo)
        echo("Holds …")
        year.end_with_holds()
        fill_crates(sites, operators, last=until)
        fill_batches(sites, operators, last=until)
        echo("Counting visits …")
        lead = _desk(operators["lead"], sites["LM00"])
        keep_daybook(sites, operators, first=first, last=until)
        plan_the_year(at=_noon(until), desk=director)
        receive_a_gift(at=_noon(until), desk=_desk(operators["cataloguer"], sites["LM00"]))
        settle_authorities(at=_noon(until), desk=_desk(operators["cataloguer"], sites["LM00"]))
        recommend(at=_noon(until), desk=_desk(operators["outreach"], sites["LM00"]))
        wishing = [reader.patron_id for reader in year.readers if reader.category == "adult"][:3]
        wish_titles(wishing, at=_noon(until), desk=_desk(operators["cataloguer"], sites["LM00"]))
        speaking = [reader.patron_id for reader in year.readers if reader.category == "adult"][3:7]
        speak(speaking, at=_noon(until), desk=_desk(operators["outreach"], sites["LM00"]))
        keep_a_list(_longest_borrower(year.readers, sites, at=_noon(until)), at=_noon(until), desk=lead)
        tell_readers(sites, year.readers, at=_noon(until), desk=lead)
        gate = set_gate_up(sites, last=until, desk=director)
        counted = count_visits(
            dice, sites, operator=operators["lead"], first=first, last=until - timedelta(days=1), gate=gate
        )
        for _ in counted:
            pass
        keep_a_summary(at=_noon(until), desk=director)
    # Committed with full durability, and with it all that was committed before.
    for _ in count_visits(dice, sites, operator=operators["lead"], first=until, last=until):
        pass
    _move_money(year.readers, at=_noon(until), desk=_desk(operators["lead"], sites["LM00"]))
    return Built(sites, tuple(year.readers), year.counts)


def _live(
    dice: random.Random,
    year: history.Year,
    sites: dict[str, Site],
    operators: dict[str, Operator],
    *,
    first: date,
    until: date,
    scale: float,
    echo: Echo,
) -> None:
    """Readers, items and the year itself, in three parts, each opened by a delivery of new items."""
    cataloguer = _desk(operators["cataloguer"], sites["LM00"])
    stock = Stock(dice, places(), scale=fits_scale(scale))
    applicants = people.Applicants(dice, sites, first=first, last=until)
    days = (until - first).days + 1
    starts = [first + timedelta(days=days * quarter // 4) for quarter in range(4)]
    sessions = history.LOANS_A_YEAR * scale * days / DAYS / history.PER_SESSION / year.weight()
    with tempfile.TemporaryDirectory() as folder:
        for number, start in enumerate(starts):
            arrived = _noon(start - timedelta(days=30 if number == 0 else 0)) - timedelta(hours=4)
            items = stock.bring_in(number, folder=Path(folder), at=arrived, desk=cataloguer)
            for item in items:
                if item.is_reference:
                    _keep_in_reading_room(item.barcode, at=arrived, desk=cataloguer)
            year.shelve(items)
            if number == 0:
                echo("Readers …")
                for applicant in sorted(applicants.make(round(READERS * max(scale, 0.15))), key=lambda one: one.on):
                    year.expect(applicant)
                _enrol_class(applicants, year, sites, operators, at=_noon(first + timedelta(days=10)))
                echo("A year of loans …")
            end = starts[number + 1] - timedelta(days=1) if number + 1 < len(starts) else until
            year.pass_days(start, end, sessions=sessions)


def _keep_in_reading_room(barcode: str, *, at: datetime, desk: Desk) -> None:
    item = get_item(barcode)
    assert item is not None, "it has just been imported"
    set_lendable(item_id=item.id, lendable=Lendable.IN_LIBRARY, at=at, desk=desk)


def _enrol_class(
    applicants: people.Applicants,
    year: history.Year,
    sites: dict[str, Site],
    operators: dict[str, Operator],
    *,
    at: datetime,
) -> None:
    rows = applicants.class_list(CHILDREN_IN_CLASS)
    receipt = enrol_roster(
        school="鹿鸣实验小学",
        name="三年级（2）班",
        rows=rows,
        category="child",
        home_branch_id=sites[CHILDREN].id,
        consent=ConsentInput(notice_version=NOTICE_VERSION, given_by=GivenBy.GUARDIAN),
        at=at,
        desk=_desk(operators["desk-children"], sites[CHILDREN]),
    )
    for row, child in zip(rows, receipt.children, strict=True):
        year.admit(
            history.Reader(
                card=child.card_no,
                patron_id=child.patron_id,
                home=CHILDREN,
                category="child",
                name=row.name,
                has_pin=False,
                eagerness=1.5,
            )
        )


def _longest_borrower(readers: Sequence[history.Reader], sites: Mapping[str, Site], *, at: datetime) -> int:
    """The reader who has had something on loan for the longest time: whose account is looked at first."""
    lent: dict[int, int] = {}
    for reader in readers:
        found = patron_loans(patron_id=reader.patron_id, branch_id=sites[reader.home].id, at=at)
        lent |= {loan.id: reader.patron_id for loan in (found.loans if found else ())}
    return lent[min(lent)]


def _move_money(readers: Sequence[history.Reader], *, at: datetime, desk: Desk) -> None:
    """A lost item that is paid for in part, another in kind, and a deposit: no fines, which are off."""
    paying, replacing, depositing = [reader for reader in readers if reader.category == "adult"][-3:]
    owed = add_charge(
        patron_id=paying.patron_id,
        kind=ChargeKind.LOST,
        amount_fen=4480,
        fee_fen=500,
        at=at,
        desk=desk,
        key="demo-lost",
    )
    pay(patron_id=paying.patron_id, amount_fen=1000, means=Means.CASH, charge_ids=[owed.charge_id], at=at, desk=desk)
    lost = add_charge(patron_id=replacing.patron_id, kind=ChargeKind.LOST, amount_fen=3200, at=at, desk=desk)
    replace_in_kind(charge_id=lost.charge_id, text="同版本一册", at=at, desk=desk)
    take_deposit(patron_id=depositing.patron_id, amount_fen=10_000, means=Means.CASH, at=at, desk=desk)
    counted = {(Book.INCOME, Means.CASH): 1000, (Book.DEPOSIT, Means.CASH): 10_000}
    close_day(day=local_date(at), counted=counted, at=at, desk=desk)


def _desk(operator: Operator, site: Site) -> Desk:
    return Desk(operator=operator, branch_id=site.id, door=Door.WORKBENCH, code="D1")


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=library_zone())


@contextmanager
def _relaxed_commits() -> Iterator[None]:
    """Commits of this connection do not wait for the disk: a build that is cut off is begun anew anyway."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    try:
        yield
    finally:
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit TO on")
