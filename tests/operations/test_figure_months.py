"""Closing months (docs/specs/figures.md, CM1 to CM15): what is frozen moves by recorded adjustments alone."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.range import Range

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.racing import at_once
from wenyuan.office.figures import operations
from wenyuan.office.figures.closing import sql as closing_sql
from wenyuan.office.figures.data import NOWHERE, IndicatorCode, Question, UnknownBranch
from wenyuan.office.figures.operations import Closed, adjust_month, close_month, define, recount, roll_up
from wenyuan.office.figures.queries import (
    BY_CODE,
    EVERYWHERE,
    ClosedMonthFacts,
    MonthReason,
    MonthRefused,
    Place,
    by_month_and_branch,
    closed_month,
    compared_months,
    differences_of,
    fingerprint,
    month_due,
    months_closed,
    parse_period,
    public_report,
    reader_differences_of,
    reader_differences_of_months,
    scan_by_month_and_branch,
    snapshot_of,
    summary_json,
)
from wenyuan.office.figures.rollups import sql as rollups_sql
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.journal.models import Entry as Row
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch, Placement
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
LATER = datetime(2099, 1, 1, tzinfo=UTC)
"""Later than the clock of the database, so that nothing looks as if it had come since."""
APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in (4, 5, 6, 7))
LOANS = IndicatorCode.LOANS


def entry(day: date, branch: Branch | None, kind: Kind = Kind.LOAN, **columns: Any) -> Entry:
    at = datetime.combine(day, time(10), tzinfo=library_zone())
    return Entry(kind=kind, occurred_at=at, door="workbench", branch_id=branch.id if branch else None, **columns)


def added_up() -> None:
    while deliver(at=AT):
        pass
    roll_up(at=AT)


def closed(month: date = APRIL) -> ClosedMonthFacts:
    found = closed_month(month)
    assert found is not None
    return found


def loans(month: date = APRIL, place: Place = EVERYWHERE) -> int:
    return closed(month).value(place, LOANS)


def differing(month: date = APRIL) -> dict[tuple[Place, str], tuple[int, int, int]]:
    return {(one.place, one.code.value): (one.frozen, one.adjusted, one.now) for one in differences_of(closed(month))}


@pytest.fixture
def central(db: None) -> Branch:
    return make_branch("CEN", kind="central")


@pytest.fixture
def director(central: Branch) -> Desk:
    return make_desk(central, role=Role.DIRECTOR, everywhere=True)


def test_a_month_closes_with_the_figures_of_each_branch_of_its_subtree_and_of_the_whole_network(
    central: Branch, director: Desk
) -> None:
    east = make_branch("EAST", parent=central)
    record(
        entry(date(2026, 4, 1), central, quantity=5),
        entry(date(2026, 4, 30), east, quantity=3),
        entry(date(2026, 4, 9), None, quantity=2),
        entry(date(2026, 4, 9), east, Kind.VISIT, persons=40),
        entry(date(2026, 5, 1), east, quantity=100),
    )
    added_up()

    done = close_month(month=APRIL, at=AT, desk=director)

    assert loans() == 10
    assert (loans(place=Place(central.id, False)), loans(place=Place(central.id, True))) == (5, 8)
    assert (loans(place=Place(east.id, False)), loans(place=Place(east.id, True))) == (3, 3)
    assert loans(place=Place(NOWHERE, False)) == 2
    assert closed().value(Place(central.id, True), IndicatorCode.VISITS) == 40
    assert closed().value(Place(central.id, False), IndicatorCode.VISITS) == 0
    assert (done.month, done.figures, done.repeated, differing()) == (APRIL, len(closed().frozen), False, {})


def test_a_subtree_is_frozen_as_it_stood_on_each_day(central: Branch, director: Desk) -> None:
    west = make_branch("WEST", parent=central)
    south = make_branch("SOUTH")
    Placement.objects.create(branch=south, parent=west, valid=Range(date(2020, 1, 1), date(2026, 4, 15)))
    Placement.objects.create(branch=south, parent=central, valid=Range(date(2026, 4, 15), None))
    record(entry(date(2026, 4, 14), south), entry(date(2026, 4, 15), south, quantity=10))

    close_month(month=APRIL, at=AT, desk=director)

    assert loans(place=Place(west.id, True)) == 1
    assert (loans(place=Place(south.id, True)), loans(place=Place(central.id, True))) == (11, 11)


def test_a_month_keeps_the_definitions_that_held_on_its_days(central: Branch, director: Desk) -> None:
    record(entry(APRIL, central, quantity=10), entry(APRIL, central, Kind.RENEWAL, quantity=3))
    define(
        question=Question.RENEWALS_IN_LOANS, counts=True, since=date(2026, 4, 11), basis="馆务会", at=AT, desk=director
    )

    close_month(month=APRIL, at=AT, desk=director)

    assert [
        (one.first_date.day, one.last_date.day, Question.RENEWALS_IN_LOANS in one.answers)
        for one in (closed().stretches)
    ] == [(1, 10, False), (11, 30, True)]
    assert (loans(), differing()) == (10, {})
    define(question=Question.RENEWALS_IN_LOANS, counts=True, since=APRIL, basis="省馆通知", at=AT, desk=director)
    assert loans() == 10
    assert differing()[EVERYWHERE, "loans"] == (10, 0, 13)


def test_closing_is_audited_and_the_journal_tells_it(central: Branch, director: Desk) -> None:
    record(entry(APRIL, central))

    done = close_month(month=APRIL, at=AT, desk=director)

    told = Row.objects.get(kind="month_closed")
    assert (told.subject_id, told.details["month"], told.operator_id) == (
        done.id,
        "2026-04",
        director.operator.account_id,
    )
    row = AuditRow.objects.get(act="close_month")
    assert (row.subject_kind, row.subject_id, row.after["month"]) == ("closed_month", done.id, "2026-04-01")


def test_months_are_closed_in_order_from_the_first_in_which_anything_was_recorded(
    central: Branch, director: Desk
) -> None:
    assert month_due() is None
    with pytest.raises(MonthRefused) as empty:
        close_month(month=APRIL, at=AT, desk=director)
    assert empty.value.reasons == (MonthReason.NOT_IN_ORDER,)
    record(entry(date(2026, 4, 20), central))

    assert month_due() == APRIL
    with pytest.raises(MonthRefused) as early:
        close_month(month=MAY, at=AT, desk=director)
    assert early.value.reasons == (MonthReason.NOT_IN_ORDER,)
    close_month(month=APRIL, at=AT, desk=director)
    record(entry(date(2026, 2, 1), central))  # what comes for a month before all of them opens none

    assert month_due() == MAY
    close_month(month=MAY, at=AT, desk=director)
    assert months_closed() == (APRIL, MAY)


def test_a_month_that_is_not_over_or_is_closed_already_is_refused(central: Branch, director: Desk) -> None:
    record(entry(date(2026, 6, 3), central))
    on_its_last_day = datetime(2026, 6, 30, 15, 59, tzinfo=UTC)  # 23:59 there
    with pytest.raises(MonthRefused) as running:
        close_month(month=JUNE, at=on_its_last_day, desk=director)
    close_month(month=JUNE, at=datetime(2026, 6, 30, 16, 0, tzinfo=UTC), desk=director)
    with pytest.raises(MonthRefused) as twice:
        close_month(month=JUNE, at=AT, desk=director)
    with pytest.raises(MonthRefused) as next_one:
        close_month(month=JULY, at=AT, desk=director)
    with pytest.raises(MonthRefused) as no_month:
        close_month(month=date(2026, 6, 2), at=AT, desk=director)

    assert [one.value.reasons for one in (running, twice, next_one, no_month)] == [
        (MonthReason.NOT_OVER,),
        (MonthReason.ALREADY_CLOSED,),
        (MonthReason.NOT_OVER,),
        (MonthReason.NO_MONTH,),
    ]


def test_months_are_closed_and_adjusted_by_who_keeps_the_figures_of_the_whole_network(
    central: Branch, director: Desk
) -> None:
    record(entry(APRIL, central))
    close_month(month=APRIL, at=AT, desk=director)
    record(entry(APRIL, central))

    for desk in (
        make_desk(central, acts=[Act.KEEP_FIGURES]),
        make_desk(central, acts=[Act.SEE_FIGURES], everywhere=True),
    ):
        with pytest.raises(NotAllowed):
            close_month(month=MAY, at=AT, desk=desk)
        with pytest.raises(NotAllowed):
            adjust_month(month=APRIL, reason="补录", at=AT, desk=desk)

    assert (months_closed(), loans()) == ((APRIL,), 1)


def test_the_same_request_twice_closes_once(central: Branch, director: Desk) -> None:
    record(entry(APRIL, central))
    first = close_month(month=APRIL, at=AT, desk=director, key="k1")

    again = close_month(month=APRIL, at=AT, desk=director, key="k1")

    assert (again.id, again.figures, again.repeated) == (first.id, first.figures, True)
    with pytest.raises(MonthRefused) as reused:
        close_month(month=MAY, at=AT, desk=director, key="k1")
    assert reused.value.reasons == (MonthReason.KEY_REUSED,)


def test_what_is_frozen_is_never_changed(central: Branch, director: Desk) -> None:
    record(entry(APRIL, central))
    close_month(month=APRIL, at=AT, desk=director)

    for statement in (
        "UPDATE figures_frozenfigure SET value = 7",
        "DELETE FROM figures_frozenfigure",
        "UPDATE figures_closedmonth SET closed_at = now()",
        "DELETE FROM figures_monthadjustment",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_what_comes_later_stands_beside_the_snapshot_until_somebody_takes_it_in_for_a_reason(
    central: Branch, director: Desk
) -> None:
    [lent] = record(entry(APRIL, central, quantity=5))
    close_month(month=APRIL, at=AT, desk=director)

    record(entry(APRIL, central, quantity=-1, reverses_id=lent), entry(date(2026, 4, 30), central, quantity=8))
    added_up()

    both = {(EVERYWHERE, "loans"), (Place(central.id, False), "loans"), (Place(central.id, True), "loans")}
    assert (loans(), differing()[EVERYWHERE, "loans"]) == (5, (5, 0, 12))
    assert {cell for cell in differing() if cell[1] == "loans"} == both
    seen = fingerprint(differences_of(closed()))
    done = adjust_month(month=APRIL, reason="  4月30日离线借阅补录 ", seen=seen, at=AT, desk=director)

    [adjustment] = closed().adjustments
    assert (adjustment.id, adjustment.reason, adjustment.made_at) == (done.id, "4月30日离线借阅补录", AT)
    assert adjustment.cells[EVERYWHERE, LOANS] == 7
    assert (loans(), closed().frozen[EVERYWHERE, LOANS], differing()) == (12, 5, {})
    row = AuditRow.objects.get(act="adjust_month")
    assert (row.reason, row.after["month"]) == ("4月30日离线借阅补录", "2026-04-01")
    assert Row.objects.get(kind="month_adjusted").details["month"] == "2026-04"


def test_a_snapshot_is_adjusted_as_often_as_something_comes(central: Branch, director: Desk) -> None:
    record(entry(APRIL, central, quantity=5))
    close_month(month=APRIL, at=AT, desk=director)
    for quantity, reason in ((2, "补录"), (-6, "误录冲销")):
        record(entry(APRIL, central, quantity=quantity))
        adjust_month(month=APRIL, reason=reason, at=AT, desk=director)

    assert [one.cells[EVERYWHERE, LOANS] for one in closed().adjustments] == [2, -6]
    assert (closed().frozen[EVERYWHERE, LOANS], loans()) == (5, 1)


def test_an_adjustment_is_refused_with_every_reason_and_leaves_nothing(central: Branch, director: Desk) -> None:
    record(entry(APRIL, central))
    with pytest.raises(MonthRefused) as open_month:
        adjust_month(month=APRIL, reason="补录", at=AT, desk=director)
    close_month(month=APRIL, at=AT, desk=director)
    with pytest.raises(MonthRefused) as nothing:
        adjust_month(month=APRIL, reason=" ", at=AT, desk=director)
    record(entry(APRIL, central))
    seen = fingerprint(differences_of(closed()))
    record(entry(APRIL, central))
    with pytest.raises(MonthRefused) as meanwhile:
        adjust_month(month=APRIL, reason="补" * 201, seen=seen, at=AT, desk=director)

    assert open_month.value.reasons == (MonthReason.NOT_CLOSED,)
    assert nothing.value.reasons == (MonthReason.NOTHING_DIFFERS, MonthReason.REASON_MISSING)
    assert meanwhile.value.reasons == (MonthReason.CHANGED_MEANWHILE, MonthReason.TEXT_TOO_LONG)
    assert (closed().adjustments, loans()) == ((), 1)
    assert not AuditRow.objects.filter(act="adjust_month").exists()


def test_the_same_adjustment_twice_is_one(central: Branch, director: Desk) -> None:
    record(entry(APRIL, central))
    close_month(month=APRIL, at=AT, desk=director)
    record(entry(APRIL, central))
    first = adjust_month(month=APRIL, reason="补录", at=AT, desk=director, key="k2")

    again = adjust_month(month=APRIL, reason="补录", at=AT, desk=director, key="k2")

    assert (again.id, again.figures, again.repeated, len(closed().adjustments)) == (first.id, first.figures, True, 1)
    with pytest.raises(MonthRefused) as reused:
        adjust_month(month=APRIL, reason="别的", at=AT, desk=director, key="k2")
    assert reused.value.reasons == (MonthReason.KEY_REUSED,)


def test_whole_closed_months_have_a_snapshot_that_is_read_by_itself_cm21(central: Branch, director: Desk) -> None:
    east = make_branch("EAST", parent=central)
    record(entry(APRIL, central, quantity=5), entry(MAY, east, quantity=3), entry(MAY, None, quantity=10))
    for month in (APRIL, MAY):
        close_month(month=month, at=AT, desk=director)
    record(entry(APRIL, east, quantity=2), entry(APRIL, None, Kind.RETURN))
    adjust_month(month=APRIL, reason="补录", at=AT, desk=director)
    record(entry(MAY, central, quantity=70))

    def told(text: str, branch: str | None = None) -> tuple[int, int, int] | None:
        found = snapshot_of(period=parse_period(text), branch=branch)
        return (found.frozen[LOANS], found.adjusted[LOANS], found.value(LOANS)) if found else None

    assert (told("2026-04"), told("2026-04..2026-05"), told("2026-04-01..2026-05-31")) == (
        (5, 2, 7),
        (18, 2, 20),
        (18, 2, 20),
    )
    assert (told("2026-04..2026-05", "EAST"), told("2026-05", "CEN")) == ((3, 2, 5), (3, 0, 3))
    assert (told("2026-04..2026-06"), told("2026-04-01..2026-04-29"), told("2026-W17")) == (None, None, None)
    with pytest.raises(UnknownBranch):
        told("2026-04", "NOWHERE")


def test_an_indicator_that_is_newer_than_a_closed_month_has_no_snapshot_cm21(
    central: Branch, director: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(entry(APRIL, central))
    known = {code: one for code, one in BY_CODE.items() if code is not IndicatorCode.HONOURS}
    with monkeypatch.context() as patched:
        patched.setattr(operations, "BY_CODE", known)
        close_month(month=APRIL, at=AT, desk=director)
    record(entry(APRIL, central, Kind.HONOUR))

    assert snapshot_of(period=parse_period("2026-04")) is None
    assert differing() == {}


def test_other_programs_read_what_is_frozen_beside_what_is_counted_cm21(central: Branch, director: Desk) -> None:
    record(entry(APRIL, central, quantity=5))
    close_month(month=APRIL, at=AT, desk=director)
    record(entry(APRIL, central, quantity=1))
    adjust_month(month=APRIL, reason="补录", at=AT, desk=director)
    record(entry(APRIL, central, quantity=1))

    def loans_of(text: str) -> tuple[object, object]:
        told: Any = summary_json(period=parse_period(text), branch="all", at=AT, base_url="", name_of=str, unit_of=str)
        [found] = [one for one in told["figures"] if one["code"] == "loans"]
        return found["value"], found["snapshot"]

    assert loans_of("2026-04") == (7, {"frozen": 5, "adjusted": 1})
    assert loans_of("2026-05") == (0, None)


def test_the_report_of_a_closed_year_changes_by_adjustments_alone_cm22(central: Branch, director: Desk) -> None:
    late = datetime(2027, 1, 2, 1, 0, tzinfo=UTC)
    record(*(entry(date(2026, month, 9), central, quantity=10 * month) for month in range(1, 13)))

    def published() -> tuple[bool, int | None, tuple[int | None, ...]]:
        found = public_report(2026, on=date(2027, 2, 1))
        [told] = [one for one in found.figures if one.code is LOANS]
        return found.frozen, told.value, told.months[2:5]

    for month in range(1, 12):
        close_month(month=date(2026, month, 1), at=late, desk=director)
    record(entry(APRIL, central, quantity=100))
    assert published() == (False, 880, (30, 140, 50))  # December is open: all of it is counted
    close_month(month=date(2026, 12, 1), at=late, desk=director)

    assert published() == (True, 780, (30, 40, 50))
    adjust_month(month=APRIL, reason="补录", at=late, desk=director)
    assert published() == (True, 880, (30, 140, 50))


def test_a_closed_year_is_published_by_the_definitions_that_were_frozen_cm22(central: Branch, director: Desk) -> None:
    late = datetime(2027, 1, 2, 1, 0, tzinfo=UTC)
    record(
        *(entry(date(2026, month, 9), central, quantity=10) for month in range(1, 13)),
        *(entry(date(2026, month, 9), central, Kind.RENEWAL, quantity=10) for month in range(1, 13)),
    )
    for month in range(1, 13):
        close_month(month=date(2026, month, 1), at=late, desk=director)
    define(
        question=Question.RENEWALS_IN_LOANS, counts=True, since=date(2026, 1, 1), basis="省馆", at=late, desk=director
    )

    found = {one.code: one.value for one in public_report(2026, on=date(2027, 2, 1)).figures}

    assert (found[LOANS], found[IndicatorCode.RENEWALS]) == (120, 120)


def test_an_adjustment_takes_its_definitions_in_and_the_report_tells_no_part_beside_its_whole_cm24(
    central: Branch, director: Desk
) -> None:
    late = datetime(2027, 1, 2, 1, 0, tzinfo=UTC)
    record(
        *(entry(date(2026, month, 9), central, quantity=10) for month in range(1, 13)),
        *(entry(date(2026, month, 9), central, Kind.RENEWAL, quantity=10) for month in range(1, 13)),
    )
    for month in range(1, 13):
        close_month(month=date(2026, month, 1), at=late, desk=director)
    define(
        question=Question.RENEWALS_IN_LOANS, counts=True, since=date(2026, 4, 5), basis="省馆", at=late, desk=director
    )
    adjust_month(month=APRIL, reason="口径调整", at=late, desk=director)

    found = {one.code: one.value for one in public_report(2026, on=date(2027, 2, 1)).figures}

    assert (found[LOANS], found.get(IndicatorCode.RENEWALS)) == (130, None)
    told = [
        (one.first_date.day, one.last_date.day, Question.RENEWALS_IN_LOANS in one.answers)
        for one in closed().counted_by
    ]
    assert told == [(1, 4, False), (5, 30, True)]
    assert [Question.RENEWALS_IN_LOANS in one.answers for one in closed().stretches] == [False]
    define(
        question=Question.RENEWALS_IN_LOANS, counts=False, since=date(2026, 4, 5), basis="撤回", at=late, desk=director
    )
    adjust_month(month=APRIL, reason="口径撤回", at=late, desk=director)
    later = {one.code: one.value for one in public_report(2026, on=date(2027, 2, 1)).figures}
    assert (later[LOANS], later.get(IndicatorCode.RENEWALS)) == (120, None)  # the earlier report had it in its loans


A, B, C = (UUID(int=number) for number in (1, 2, 3))


def lent(day: date, branch: Branch | None, reader: UUID, category: str = "adult", quantity: int = 1) -> Entry:
    return entry(day, branch, reader_ref=reader, patron_category=category, quantity=quantity)


def readers(month: date, period: str, branch: Branch | None = None) -> dict[tuple[str, str | None], tuple[int, int]]:
    found = closed(month)
    place = branch.id if branch else NOWHERE
    return {
        (cell.code.value, cell.category): (found.readers.get(cell, 0), found.readers_adjusted(cell))
        for cell in found.reader_cells()
        if (cell.period, cell.branch_id) == (period, place)
    }


def test_readers_are_frozen_each_once_by_period_subtree_and_category_cm23(central: Branch, director: Desk) -> None:
    east = make_branch("EAST", parent=central)
    south = make_branch("SOUTH")
    record(
        lent(APRIL, central, A),
        lent(APRIL, central, A, quantity=2),
        lent(APRIL, east, A, "child"),
        lent(date(2026, 4, 9), south, B),
        lent(MAY, east, A),
        lent(JUNE, east, C, "child"),
        lent(JUNE, east, B),
        lent(JUNE, east, B, quantity=-1),
    )

    for month in (APRIL, MAY, JUNE):
        close_month(month=month, at=AT, desk=director)

    assert readers(APRIL, "2026-04") == {
        ("borrowers", None): (2, 0),
        ("borrowers", "adult"): (2, 0),
        ("borrowers", "child"): (1, 0),
        ("borrowing_persons", None): (3, 0),  # A at two branches on one day, and B
        ("borrowing_persons", "adult"): (2, 0),
        ("borrowing_persons", "child"): (1, 0),
    }
    assert readers(APRIL, "2026-04", central)["borrowers", None] == (1, 0)
    assert readers(APRIL, "2026-04", south)["borrowing_persons", None] == (1, 0)
    assert readers(JUNE, "2026-06")["borrowers", None] == (1, 0)  # what B took back makes none
    for period in ("2026-Q2", "2026-H1"):
        assert readers(JUNE, period)["borrowers", None] == (3, 0)
        assert readers(JUNE, period, central)["borrowers", None] == (2, 0)
    assert readers(MAY, "2026-Q2") == {}
    assert reader_differences_of(closed(JUNE)) == ()


def test_readers_are_adjusted_with_their_month_even_where_the_sums_agree_cm23(central: Branch, director: Desk) -> None:
    record(lent(APRIL, central, A), lent(APRIL, central, B))
    close_month(month=APRIL, at=AT, desk=director)
    record(lent(APRIL, central, B, quantity=-1), lent(APRIL, central, A))

    assert differing() == {}
    assert {one.cell.category: one.change for one in reader_differences_of(closed()) if one.cell.branch_id == 0} == {
        None: -1,
        "adult": -1,
    }
    done = adjust_month(month=APRIL, reason="读者更正", at=AT, desk=director, key="k3")
    again = adjust_month(month=APRIL, reason="读者更正", at=AT, desk=director, key="k3")

    assert readers(APRIL, "2026-04")["borrowers", None] == (2, -1)
    assert reader_differences_of(closed()) == ()
    # two figures of readers, by category and in all, of the branch and of everything
    assert (done.figures, again.figures, Row.objects.get(kind="month_adjusted").details["figures"]) == (8, 8, 8)


@pytest.mark.parametrize(
    ("closed_at", "came", "change"),
    [
        (AT, [(A, 1), (B, -1)], -1),  # the sums agree, but loans were recorded since
        (LATER, [(C, 1)], 1),  # nothing was recorded since, but the loans differ
    ],
)
def test_readers_of_a_quarter_that_differ_are_found_among_the_months_of_the_year_cm23(
    central: Branch, director: Desk, closed_at: datetime, came: list[tuple[UUID, int]], change: int
) -> None:
    record(lent(APRIL, central, A), lent(APRIL, central, B), lent(JUNE, central, A))
    for month in (APRIL, MAY, JUNE):
        close_month(month=month, at=closed_at, desk=director)

    def differing_readers() -> dict[date, set[tuple[str, int]]]:
        found = reader_differences_of_months(compared_months(parse_period("2026")))
        return {month: {(one.cell.period, one.change) for one in told} for month, told in found.items()}

    assert differing_readers() == {APRIL: set(), MAY: set(), JUNE: set()}
    record(*(lent(APRIL, central, reader, quantity=quantity) for reader, quantity in came))

    assert differing_readers() == {
        APRIL: {("2026-04", change)},
        MAY: set(),
        JUNE: {("2026-Q2", change), ("2026-H1", change)},
    }


def test_a_year_has_its_readers_with_december_cm23(central: Branch, director: Desk) -> None:
    record(*(lent(date(2025, month, 3), central, A if month < 7 else B) for month in range(1, 13)))

    for month in range(1, 13):
        close_month(month=date(2025, month, 1), at=AT, desk=director)

    december = date(2025, 12, 1)
    assert {cell.period for cell in closed(december).readers} == {"2025-12", "2025-Q4", "2025-H2", "2025"}
    assert {period: readers(december, period)["borrowers", None] for period in ("2025", "2025-H2", "2025-Q4")} == {
        "2025": (2, 0),
        "2025-H2": (1, 0),
        "2025-Q4": (1, 0),
    }
    assert readers(december, "2025")["borrowing_persons", None] == (12, 0)


DAYS = st.dates(min_value=date(2026, 3, 28), max_value=date(2026, 7, 1))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), DAYS, st.sampled_from(["CEN", "EAST", ""]), st.integers(-3, 9)),
        st.tuples(st.just("record"), DAYS, st.sampled_from(["CEN", "EAST", ""]), st.integers(-3, 9)),
        st.tuples(st.sampled_from(["deliver", "roll", "recount", "close", "close", "adjust"])),
    ),
    max_size=18,
)


@given(STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_snapshots_move_only_by_recorded_adjustments_whatever_happens(
    central: Branch, director: Desk, steps: list[tuple[Any, ...]]
) -> None:
    """And journal = rollups + today all along. The months are closed later than anything is recorded, by the clock of
    the database, so that the doctor names every difference."""
    with transaction.atomic():
        places: dict[str, Branch | None] = {"CEN": central, "EAST": make_branch("EAST", parent=central), "": None}
        known: list[tuple[date, str, int]] = []
        told: dict[date, dict[str, int]] = {}  # what each snapshot has to say
        adjusted: dict[date, int] = {}

        def now(month: date) -> dict[str, int]:
            of = [(code, number) for day, code, number in known if day.replace(day=1) == month]
            sums = {code: sum(number for at, number in of if at == code) for code in places}
            return sums | {"all": sum(sums.values()), "CEN+": sums["CEN"] + sums["EAST"], "EAST+": sums["EAST"]}

        for act, *words in steps:
            if act == "record":
                day, code, quantity = words
                record(entry(day, places[code], quantity=quantity))
                known.append((day, code, quantity))
            elif act == "deliver":
                while deliver(at=AT):
                    pass
            elif act == "roll":
                roll_up(at=AT)
            elif act == "recount":
                recount(first=date(2026, 4, 10), last=MAY, reason="核对", at=AT, desk=director)
            elif act == "close":
                month = month_due()
                if month is not None and month < JULY:
                    close_month(month=month, at=LATER, desk=director)
                    told[month], adjusted[month] = now(month), 0
            else:
                for month in [month for month in told if told[month] != now(month)][:1]:
                    adjust_month(month=month, reason="补录", at=LATER, desk=director)
                    told[month], adjusted[month] = now(month), adjusted[month] + 1

        east = places["EAST"]
        assert east is not None
        cells = {
            "CEN": Place(central.id, False),
            "CEN+": Place(central.id, True),
            "EAST": Place(east.id, False),
            "EAST+": Place(east.id, True),
            "": Place(NOWHERE, False),
            "all": EVERYWHERE,
        }
        assert months_closed() == tuple(sorted(told))
        for month, sums in told.items():
            found = closed(month)
            assert {name: found.value(place, LOANS) for name, place in cells.items()} == sums
            assert len(found.adjustments) == adjusted[month]
            differ = {one.place: one.change for one in differences_of(found) if one.code is LOANS}
            changes = {name: now(month)[name] - sums[name] for name in cells}
            assert differ == {cells[name]: change for name, change in changes.items() if change}
        counted = scan_by_month_and_branch(period=parse_period("2026"))
        assert by_month_and_branch(period=parse_period("2026")) == counted
        assert {key: values[LOANS] for key, values in counted.items()} == {
            (month, branch.id if branch else 0): now(month)[code]
            for month in {day.replace(day=1) for day, _code, _number in known}
            for code, branch in places.items()
            if any((day.replace(day=1), at) == (month, code) for day, at, _number in known)
        }
        in_order, by_what_came, when_lent = closing_sql.INVARIANTS
        assert [one.name for one in (*rollups_sql.INVARIANTS, in_order, when_lent) if broken_rows(one)] == []
        complained = {(month, code, was or 0, now or 0) for month, code, was, now in broken_rows(by_what_came)}
        assert complained == {
            (month, one.code.value, one.frozen + one.adjusted, one.now)
            for month in told
            for one in differences_of(closed(month))
            if one.place == EVERYWHERE
        }
        transaction.set_rollback(True)


@pytest.fixture
def committed(fresh_database: str) -> Desk:
    central = make_branch("CEN", kind="central")
    with transaction.atomic():
        record(entry(APRIL, central, quantity=5), entry(MAY, central, quantity=7))
    return make_desk(central, role=Role.DIRECTOR, everywhere=True)


def test_of_two_who_close_a_month_at_once_one_does(committed: Desk) -> None:
    found = at_once(
        lambda: close_month(month=APRIL, at=AT, desk=committed), lambda: close_month(month=APRIL, at=AT, desk=committed)
    )

    assert sum(isinstance(one, Closed) for one in found) == 1
    [refused] = [one for one in found if isinstance(one, MonthRefused)]
    assert refused.reasons == (MonthReason.ALREADY_CLOSED,)
    assert (months_closed(), loans()) == ((APRIL,), 5)


def test_of_two_who_send_one_request_at_once_both_are_told_of_it(committed: Desk) -> None:
    close_month(month=APRIL, at=AT, desk=committed)
    with transaction.atomic():
        record(entry(APRIL, None, quantity=3))

    def adjust() -> Closed:
        return adjust_month(month=APRIL, reason="补录", at=AT, desk=committed, key="one")

    one, other = at_once(adjust, adjust)

    assert isinstance(one, Closed)
    assert isinstance(other, Closed)
    assert (one.id, {one.repeated, other.repeated}) == (other.id, {True, False})
    assert (len(closed().adjustments), loans()) == (1, 8)


def test_a_closing_that_is_cut_off_leaves_nothing(committed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(**_words: object) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM figures_frozenfigure")
            assert cursor.fetchone() != (0,)
            cursor.execute("SELECT 1 / 0")
        return 0

    with monkeypatch.context() as patched:
        patched.setattr(operations, "audit", cut_off)
        with pytest.raises(DataError, match="division by zero"):
            close_month(month=APRIL, at=AT, desk=committed)

    assert months_closed() == ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM figures_frozenfigure")
        assert cursor.fetchone() == (0,)
    assert not Row.objects.filter(kind="month_closed").exists()
    close_month(month=APRIL, at=AT, desk=committed)
    assert loans() == 5
