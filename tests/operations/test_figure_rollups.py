"""Adding up past days (docs/specs/figures.md, RU1 to RU12): figures never change by it, and nothing gets lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.range import Range

from tests.factories.accounts import make_desk
from tests.factories.network import make_area, make_branch
from tests.racing import at_once
from wenyuan.office.figures import tasks
from wenyuan.office.figures.data import IndicatorCode, Slice
from wenyuan.office.figures.operations import recount, roll_up
from wenyuan.office.figures.queries import (
    by_area,
    by_branch,
    by_day,
    by_month,
    by_month_and_branch,
    by_place,
    definitions,
    figures_of,
    scan_by_month_and_branch,
)
from wenyuan.office.figures.rollups import sql
from wenyuan.office.figures.rules import parse_period
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.delivery import deliver, retry_stuck
from wenyuan.organisation.journal.followers import followers_of
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch, Placement
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
H1 = parse_period("2026-H1")
APRIL_23 = date(2026, 4, 23)


def entry(day: date, branch: Branch | None, kind: Kind = Kind.LOAN, **columns: Any) -> Entry:
    at = datetime.combine(day, time(10), tzinfo=library_zone())
    return Entry(kind=kind, occurred_at=at, door="workbench", branch_id=branch.id if branch else None, **columns)


def delivered() -> None:
    while deliver(at=AT):
        pass


def loans(period: str = "2026-H1", branch: str | None = None) -> int:
    return figures_of(period=parse_period(period), at=AT, branch=branch).values[IndicatorCode.LOANS]


def tampered(table: str, kind: Kind = Kind.LOAN) -> None:
    """What the rollups hold is made another, to see who reads them."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET quantity = quantity + 1000 WHERE kind = %s", [kind.value])


def marked() -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT local_date FROM figures_daymark ORDER BY 1")
        return [day for (day,) in cursor.fetchall()]


@pytest.fixture
def central(db: None) -> Branch:
    return make_branch("CEN", kind="central")


def test_whole_months_are_read_from_the_months_and_single_days_from_the_days(central: Branch) -> None:
    record(entry(date(2026, 4, 1), central), entry(APRIL_23, central, quantity=2), entry(date(2026, 5, 7), central))
    delivered()

    assert roll_up(at=AT) == 91
    assert (loans(), loans("2026-04"), loans("2026-04-23")) == (4, 3, 2)
    tampered("figures_monthroll")

    assert (loans(), loans("2026-04"), loans("2026-04-23")) == (2004, 1003, 2)
    tampered("figures_dayroll")
    assert loans("2026-04-20..2026-05-10") == 2003


def test_today_is_read_from_the_journal(central: Branch) -> None:
    record(entry(date(2026, 6, 30), central), entry(date(2026, 7, 1), central))
    delivered()
    roll_up(at=AT)

    record(entry(date(2026, 7, 1), central, quantity=5))
    delivered()

    assert (loans("2026-07-01"), loans("2026-06-30..2026-07-01"), marked()) == (6, 7, [])


def test_what_comes_for_a_past_day_counts_at_once_and_has_the_day_added_up_again(central: Branch) -> None:
    record(entry(APRIL_23, central))
    delivered()
    roll_up(at=AT)

    record(entry(APRIL_23, central, quantity=10), entry(date(2026, 4, 2), None, quantity=100))
    counted = [loans()]
    delivered()
    counted.append(loans())
    assert marked() == [APRIL_23]  # what lies before the first day that was added up is read from the journal
    assert roll_up(at=AT) == 22  # that day, and the 21 from the new first entry on
    counted.append(loans())

    assert counted == [111, 111, 111]
    assert marked() == []
    tampered("figures_dayroll")
    assert loans("2026-04-23") == 1011


def test_what_a_follower_failed_on_counts_all_the_same(central: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    record(entry(APRIL_23, central))
    delivered()
    roll_up(at=AT)
    statement = sql.MARK_DAY_OF
    monkeypatch.setattr(sql, "MARK_DAY_OF", "SELECT 1 / 0")

    record(entry(APRIL_23, central, quantity=10))
    delivered()
    assert (loans(), marked()) == (11, [])
    monkeypatch.setattr(sql, "MARK_DAY_OF", statement)

    assert retry_stuck(at=AT) == 1
    assert (loans(), marked()) == (11, [APRIL_23])


def test_days_added_up_for_other_indicators_are_read_from_the_journal_until_they_are_added_up_anew(
    central: Branch,
) -> None:
    record(entry(APRIL_23, central))
    delivered()
    roll_up(at=AT)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE figures_rolledday SET shape = 'of yesterday'")
    tampered("figures_dayroll")
    tampered("figures_monthroll")

    assert loans() == 1
    assert roll_up(at=AT) == 69
    tampered("figures_dayroll")
    assert loans("2026-04-23") == 1001


def test_whoever_keeps_the_figures_has_days_counted_anew(central: Branch) -> None:
    director = make_desk(central, role=Role.DIRECTOR, everywhere=True)
    record(entry(APRIL_23, central), entry(date(2026, 5, 2), central))
    delivered()
    roll_up(at=AT)
    tampered("figures_dayroll")

    days = recount(first=APRIL_23, last=date(2026, 4, 30), reason="核对", at=AT, desk=director)

    assert (days, len(marked()), loans("2026-04-23"), loans("2026-05-02")) == (8, 8, 1, 1001)
    audited = AuditRow.objects.get(act="recount")
    assert (audited.account_id, audited.reason) == (director.operator.account_id, "核对")
    assert roll_up(at=AT) == 8
    assert loans("2026-04-23") == 1


def test_who_does_not_keep_the_figures_of_the_whole_network_has_nothing_counted_anew(central: Branch) -> None:
    record(entry(APRIL_23, central))
    delivered()
    roll_up(at=AT)

    with pytest.raises(NotAllowed):
        recount(first=APRIL_23, last=APRIL_23, reason="", at=AT, desk=make_desk(central, role=Role.DESK_LEAD))

    assert marked() == []


def test_months_of_branches_are_told_as_the_journal_tells_them(central: Branch) -> None:
    record(entry(APRIL_23, central), entry(date(2026, 5, 2), central, quantity=3), entry(date(2026, 5, 31), None))
    delivered()
    roll_up(at=AT)

    found = by_month_and_branch(period=H1)

    assert {key: values[IndicatorCode.LOANS] for key, values in found.items()} == {
        (date(2026, 4, 1), central.id): 1,
        (date(2026, 5, 1), central.id): 3,
        (date(2026, 5, 1), 0): 1,
    }
    assert scan_by_month_and_branch(period=H1) == found
    tampered("figures_monthroll")
    assert by_month_and_branch(period=H1)[(date(2026, 5, 1), 0)][IndicatorCode.LOANS] == 1001
    assert scan_by_month_and_branch(period=H1) == found


def test_a_branch_that_moved_within_a_month_is_read_by_its_days(central: Branch) -> None:
    west = make_branch("WEST", parent=central)
    south = make_branch("SOUTH")
    Placement.objects.create(branch=south, parent=west, valid=Range(date(2020, 1, 1), date(2026, 4, 15)))
    Placement.objects.create(branch=south, parent=central, valid=Range(date(2026, 4, 15), None))
    record(
        entry(date(2026, 4, 14), south),
        entry(date(2026, 4, 15), south, quantity=10),
        entry(date(2026, 3, 1), west, quantity=100),
    )
    delivered()
    roll_up(at=AT)

    assert (loans(branch="WEST"), loans(branch="SOUTH"), loans(branch="CEN"), loans()) == (101, 11, 111, 111)


def test_areas_are_told_apart_in_the_rollups_too(central: Branch) -> None:
    area = make_area(central)
    record(entry(APRIL_23, central, area_id=area.id), entry(APRIL_23, central, quantity=10))
    delivered()
    roll_up(at=AT)
    tampered("figures_dayroll")

    found = {one.area_id: one.values[IndicatorCode.LOANS] for one in by_area(period=H1)}
    assert found == {area.id: 1001, 0: 1010}
    part = Slice(at_branch_id=central.id, area_id=area.id)
    assert figures_of(period=H1, at=AT, part=part).values[IndicatorCode.LOANS] == 1001


def test_a_total_its_branches_and_its_areas_come_of_one_reading(
    central: Branch, django_assert_num_queries: Any
) -> None:
    area = make_area(central)
    record(
        entry(APRIL_23, central, area_id=area.id),
        entry(APRIL_23, central, quantity=10),
        entry(APRIL_23, make_branch("EMPTY"), Kind.RETURN),
        entry(APRIL_23, None, quantity=100),
    )
    delivered()
    roll_up(at=AT)
    tampered("figures_dayroll")
    network, defined = network_map(), definitions()

    with django_assert_num_queries(2):  # the sums, and what the areas are called
        found = by_place(period=H1, at=AT, network=network, defined=defined)

    loans_of = IndicatorCode.LOANS
    assert found.total.values[loans_of] == 3111
    assert {one.code: one.values[loans_of] for one in found.branches} == {"CEN": 2011, "EMPTY": 0, "": 1100}
    assert {(one.branch_id, one.area_id): one.values[loans_of] for one in found.areas if one.values[loans_of]} == {
        (0, 0): 1100,
        (central.id, 0): 1010,
        (central.id, area.id): 1001,
    }
    assert (found.branches, found.areas) == (by_branch(period=H1), by_area(period=H1))


def test_days_and_months_are_told_of_one_indicator_alone(central: Branch) -> None:
    record(entry(APRIL_23, central), entry(APRIL_23, central, Kind.RENEWAL), entry(date(2026, 6, 30), central))
    delivered()
    roll_up(at=AT)
    tampered("figures_dayroll", Kind.RENEWAL)
    tampered("figures_monthroll", Kind.RENEWAL)

    days, months = by_day(period=H1, only=IndicatorCode.LOANS), by_month(period=H1, only=IndicatorCode.LOANS)

    assert [dict(one.values) for one in days if one.first_date == APRIL_23] == [{IndicatorCode.LOANS: 1}]
    assert [dict(one.values) for one in months] == [{IndicatorCode.LOANS: number} for number in (0, 0, 0, 1, 0, 1)]
    assert by_month(period=H1, only=IndicatorCode.RENEWALS)[3].values == {IndicatorCode.RENEWALS: 1001}


def asked(part: Slice, code: IndicatorCode = IndicatorCode.LOANS, branch: str | None = None) -> int:
    return figures_of(period=H1, at=AT, branch=branch, part=part, only=code).values[code]


def test_hours_classes_and_service_points_have_rollups_of_their_own_ru11(central: Branch) -> None:
    east = make_branch("EAST", parent=central)
    record(
        entry(APRIL_23, central, class_letter="TP"),
        entry(APRIL_23, east, class_letter="I", quantity=10),
        entry(APRIL_23, central, Kind.VISIT, service_point_id=7, quantity=0, persons=30),
        entry(date(2026, 6, 30), central, class_letter="TP", quantity=100),
        entry(AT.date(), central, class_letter="TP", quantity=1000),
    )
    delivered()
    roll_up(at=AT)

    for _either_way in ("from the rollups", "from the journal"):
        assert asked(Slice(hour=410)) == 11  # the 23rd of April is a Thursday
        assert asked(Slice(hour=410), branch="EAST") == 10
        assert asked(Slice(hour=210, month=date(2026, 6, 1))) == 100
        assert asked(Slice(letter="T")) == 101
        assert asked(Slice(letter="I", at_branch_id=east.id)) == 10
        assert asked(Slice(letter="")) == 0
        assert asked(Slice(point_id=7), IndicatorCode.VISITS) == 30
        recount(
            first=H1.first_date,
            last=H1.last_date,
            reason="test",
            at=AT,
            desk=make_desk(central, role=Role.DIRECTOR, everywhere=True),
        )
    roll_up(at=AT)
    tampered("figures_aspectmonth")
    assert asked(Slice(letter="T")) == 1101  # of June: April is read by its days
    tampered("figures_aspectday")
    assert asked(Slice(letter="T", day=APRIL_23)) == 1001


def test_codes_are_told_apart_in_the_rollups_too(central: Branch) -> None:
    record(
        entry(APRIL_23, central, Kind.ACTIVITY, persons=30, details={"sort": "lecture", "role": "host", "title": 7}),
        entry(APRIL_23, central, Kind.ACTIVITY, persons=50, details={"sort": "exhibition", "role": "participant"}),
        entry(APRIL_23, central, Kind.MONEY_DONATED, quantity=1, amount_fen=3000, details={"direction": "received"}),
    )
    delivered()
    before = figures_of(period=H1, at=AT).values
    roll_up(at=AT)

    values = figures_of(period=H1, at=AT).values
    assert values == before
    assert values[IndicatorCode.LECTURE_ATTENDANCE] == 30
    assert values[IndicatorCode.ACTIVITIES] == 1
    assert values[IndicatorCode.ACTIVITIES_JOINED_PERSONS] == 50
    assert values[IndicatorCode.MONEY_RECEIVED] == 3000
    tampered("figures_dayroll", Kind.ACTIVITY)
    assert figures_of(period=H1, at=AT).values[IndicatorCode.LECTURES] == 1001


def test_the_invariants_find_a_rollup_that_says_something_else(central: Branch) -> None:
    record(entry(APRIL_23, central))
    delivered()
    roll_up(at=AT)
    days, months, aspects, aspects_of_months = sql.INVARIANTS
    assert [list(broken_rows(one)) for one in sql.INVARIANTS] == [[], [], [], []]

    tampered("figures_dayroll")

    assert list(broken_rows(days)) == [(APRIL_23, central.id, "loan", 1, 1001)]
    assert list(broken_rows(months)) == [(date(2026, 4, 1), central.id, "loan", 1001, 1)]
    assert [list(broken_rows(one)) for one in (aspects, aspects_of_months)] == [[], []]

    tampered("figures_aspectday")

    assert sorted(broken_rows(aspects)) == [
        (APRIL_23, "class", "", "loan", 1, 1001),
        (APRIL_23, "hour", "410", "loan", 1, 1001),
    ]
    assert sorted(broken_rows(aspects_of_months)) == [
        (date(2026, 4, 1), "class", "", "loan", 1001, 1),
        (date(2026, 4, 1), "hour", "410", "loan", 1001, 1),
    ]


def test_a_month_moves_by_what_a_single_day_differs_ru12(central: Branch) -> None:
    record(entry(APRIL_23, central, class_letter="TP"), entry(date(2026, 4, 2), central, class_letter="I", quantity=5))
    delivered()
    roll_up(at=AT)
    record(entry(APRIL_23, central, class_letter="TP", quantity=-1), entry(APRIL_23, central, class_letter="K"))
    delivered()
    statements: list[str] = []

    def heard(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        statements.append(statement)
        return execute(statement, *rest)

    with connection.execute_wrapper(heard):
        assert roll_up(at=AT) == 1

    assert sql.ROLL_DAYS in statements
    assert sql.ROLL_MONTH not in statements
    assert loans() == 6
    assert [asked(Slice(letter=letter, month=date(2026, 4, 1))) for letter in "TKI"] == [0, 1, 5]
    assert [list(broken_rows(invariant)) for invariant in sql.INVARIANTS] == [[], [], [], []]


def counted_anew(central: Branch, first: date, last: date) -> None:
    keeper = make_desk(central, role=Role.DIRECTOR, everywhere=True)
    recount(first=first, last=last, reason="test", at=AT, desk=keeper)
    roll_up(at=AT)


@pytest.mark.parametrize("last", [APRIL_23, date(2026, 4, 24)])
def test_days_counted_anew_have_their_month_added_up_anew_ru12(central: Branch, last: date) -> None:
    record(entry(APRIL_23, central), entry(date(2026, 4, 24), central))
    delivered()
    roll_up(at=AT)
    tampered("figures_monthroll")
    tampered("figures_aspectmonth")

    counted_anew(central, APRIL_23, last)

    assert [list(broken_rows(invariant)) for invariant in sql.INVARIANTS] == [[], [], [], []]


@pytest.mark.parametrize("table", ["dayroll", "aspectday"])
def test_what_a_day_does_not_come_to_any_more_goes_from_its_month_too_ru12(central: Branch, table: str) -> None:
    record(entry(APRIL_23, central), entry(date(2026, 4, 24), central))
    delivered()
    roll_up(at=AT)
    month = {"dayroll": "monthroll", "aspectday": "aspectmonth"}[table]
    with connection.cursor() as cursor:  # as another version told its codes
        for name in (table, month):
            cursor.execute(f'UPDATE figures_{name} SET codes = \'{{"way": "other"}}\'')

    counted_anew(central, APRIL_23, APRIL_23)
    counted_anew(central, date(2026, 4, 24), date(2026, 4, 24))

    assert loans() == 2
    assert [list(broken_rows(invariant)) for invariant in sql.INVARIANTS] == [[], [], [], []]


def test_the_follower_is_called_as_the_statements_call_it() -> None:
    assert sql.FOLLOWER in followers_of(Kind.LOAN)
    assert f"{tasks.mark_day.__module__}.{tasks.mark_day.__qualname__}" == sql.FOLLOWER


DAYS = st.dates(min_value=date(2026, 5, 28), max_value=date(2026, 7, 3))
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("record"),
            DAYS,
            st.sampled_from(["CEN", "EAST", ""]),
            st.integers(min_value=-3, max_value=9),
            st.sampled_from(["", "TP", "TV"]),
        ),
        st.tuples(st.just("deliver")),
        st.tuples(st.just("roll"), DAYS),
    ),
    max_size=14,
)


@contextmanager
def taken_back() -> Iterator[None]:
    """Each example begins anew."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@given(STEPS, DAYS, DAYS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_in_whatever_order_figures_are_what_was_recorded(
    central: Branch, steps: list[tuple[Any, ...]], one: date, other: date
) -> None:
    first, last = sorted((one, other))
    period = parse_period(f"{first}..{last}")
    with taken_back():
        places: dict[str, Branch | None] = {"CEN": central, "EAST": make_branch("EAST", parent=central), "": None}
        known: list[tuple[date, str, int]] = []
        for act, *words in steps:
            if act == "record":
                day, code, quantity, letter = words
                record(entry(day, places[code], quantity=quantity, class_letter=letter))
                known.append((day, code, quantity))
            elif act == "deliver":
                delivered()
            else:
                roll_up(at=datetime.combine(words[0], time(3), tzinfo=UTC))

        within = [(day, code, quantity) for day, code, quantity in known if first <= day <= last]
        loans_of = IndicatorCode.LOANS
        assert figures_of(period=period, at=AT).values[loans_of] == sum(quantity for _, _, quantity in within)
        assert figures_of(period=period, at=AT, branch="EAST").values[loans_of] == sum(
            quantity for _, code, quantity in within if code == "EAST"
        )
        assert {one.code: one.values[loans_of] for one in by_branch(period=period) if one.values[loans_of]} == {
            name: total
            for name in ("CEN", "EAST", "")
            if (total := sum(quantity for _, code, quantity in within if code == name))
        }
        assert [one.values[loans_of] for one in by_day(period=period)] == [
            sum(quantity for on, _, quantity in within if on == day) for day in period.days()
        ]
        assert [one.values[loans_of] for one in by_month(period=period, part=Slice(at_branch_id=central.id))] == [
            sum(quantity for on, code, quantity in within if code == "CEN" and on.replace(day=1) == month)
            for month in period.months()
        ]
        assert [list(broken_rows(invariant)) for invariant in sql.INVARIANTS] == [[], [], [], []]


def elsewhere(act: Callable[[], object]) -> None:
    """Done on another connection, and through when this returns."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def recorded(*entries: Entry) -> None:
    with transaction.atomic():
        record(*entries)


@pytest.mark.parametrize("before", ["DELETE FROM figures_dayroll", "DELETE FROM figures_daymark"])
def test_what_is_recorded_and_delivered_while_its_day_is_added_up_is_not_lost(fresh_database: str, before: str) -> None:
    """Once before the journal is read, once after it."""
    central = make_branch("CEN", kind="central")
    recorded(entry(APRIL_23, central))
    delivered()
    counted: list[int] = []

    def in_between(execute: Any, statement: str, parameters: Any, many: bool, context: Any) -> Any:
        if before in statement and not counted:
            elsewhere(lambda: recorded(entry(APRIL_23, central, quantity=10)))
            elsewhere(delivered)
            elsewhere(lambda: counted.append(loans()))
        return execute(statement, parameters, many, context)

    with connection.execute_wrapper(in_between):
        roll_up(at=datetime(2026, 4, 24, 3, tzinfo=UTC))

    assert (counted, loans(), marked()) == ([11], 11, [APRIL_23])
    roll_up(at=AT)
    assert (loans(), marked()) == (11, [])
    tampered("figures_dayroll")
    assert loans("2026-04-23") == 1011


def test_what_is_committed_after_its_day_was_added_up_counts_from_that_moment(fresh_database: str) -> None:
    central = make_branch("CEN", kind="central")
    recorded(entry(APRIL_23, central))
    delivered()
    written, rolled = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            record(entry(APRIL_23, central, quantity=10))
            written.set()
            rolled.wait()

    def add_up() -> int:
        written.wait()
        try:
            roll_up(at=AT)
            return loans()
        finally:
            rolled.set()

    assert at_once(slowly, add_up) == [None, 1]
    counted = [loans()]
    delivered()
    counted.append(loans())
    roll_up(at=AT)

    assert (counted, loans(), marked()) == ([11, 11], 11, [])
    assert [list(broken_rows(invariant)) for invariant in sql.INVARIANTS] == [[], [], [], []]


def test_two_workers_add_up_each_day_once(fresh_database: str) -> None:
    central = make_branch("CEN", kind="central")
    recorded(*(entry(date(2026, month, 3), central, quantity=month) for month in range(1, 7)))
    delivered()

    done = at_once(lambda: roll_up(at=AT), lambda: roll_up(at=AT))

    days = [one for one in done if isinstance(one, int)]
    assert (len(days), sum(days), loans(), marked()) == (2, 179, 21, [])
    assert [list(broken_rows(invariant)) for invariant in sql.INVARIANTS] == [[], [], [], []]
