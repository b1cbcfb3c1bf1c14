"""Counts of visits (docs/specs/visits.md): each case through the verbs, and the journal that figures are made of."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, connections

from tests.factories.accounts import make_account, make_desk
from tests.factories.network import make_area, make_branch, make_exception, make_hours, make_service_point
from tests.factories.visits import HAND_COUNT, make_count
from wenyuan.kernel.opening import DayKind
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.models import Entry as JournalRow
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch, ServicePoint
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows
from wenyuan.services.visits import sql
from wenyuan.services.visits.data import Evidence, EvidenceKind, VisitReason, VisitsRefused
from wenyuan.services.visits.models import VisitCount
from wenyuan.services.visits.operations import correct_visits, record_visits, withdraw_visits
from wenyuan.services.visits.queries import count_history, get_count, visit_grid

AT = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)  # ten in the morning of the 24th
DAY = date(2026, 4, 23)
GATE = Evidence(EvidenceKind.GATE_COUNTER, "10432 至 10518")


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("CEN")


@pytest.fixture
def point(branch: Branch) -> ServicePoint:
    return make_service_point(branch, "DOOR", area=make_area(branch))


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, code="前台1")


@pytest.fixture
def invariants() -> Iterator[None]:
    """The room's invariants hold when the test is over."""
    yield
    assert {one.name: broken_rows(one) for one in sql.INVARIANTS if broken_rows(one)} == {}


def journal_of(point: ServicePoint) -> list[tuple[int, str]]:
    rows = JournalRow.objects.filter(kind="visit", service_point_id=point.id).order_by("id")
    return [(row.persons, row.local_date.isoformat()) for row in rows]


def refused(exception: pytest.ExceptionInfo[VisitsRefused]) -> set[VisitReason]:
    return set(exception.value.reasons)


def test_a_count_keeps_who_when_and_the_evidence(point: ServicePoint, desk: Desk, invariants: None) -> None:
    receipt = record_visits(
        service_point_id=point.id,
        date=DAY,
        persons=86,
        evidence=Evidence(EvidenceKind.GATE_COUNTER, "  10432 至 10518 "),
        at=AT,
        desk=desk,
    )

    count = get_count(receipt.count.id)
    assert count is not None
    assert (count.persons, count.day, count.evidence) == (86, DAY, GATE)
    assert (count.entered_by_id, count.entered_by_name) == (desk.operator.account_id, desk.operator.name)
    assert (count.entered_at, count.replaces_id, receipt.repeated) == (AT, None, False)


def test_the_journal_has_the_people_on_the_day_that_was_counted(point: ServicePoint, desk: Desk) -> None:
    make_count(point, DAY, 86, at=AT, desk=desk)

    row = JournalRow.objects.get(kind="visit")
    assert (row.persons, row.quantity) == (86, 0)
    assert (row.local_date, row.local_hour) == (DAY, 12)
    assert (row.branch_id, row.area_id, row.service_point_id) == (point.branch_id, point.area_id, point.id)
    assert (row.desk, row.operator_id) == ("前台1", desk.operator.account_id)
    assert row.details == {"evidence": "hand_count"}


def test_a_count_leaves_an_audit_row(point: ServicePoint, desk: Desk) -> None:
    count = make_count(point, DAY, 86, at=AT, desk=desk)

    row = AuditRow.objects.get(act="record_visits")
    assert (row.subject_id, row.branch_id, row.at) == (count.id, point.branch_id, AT)
    assert row.after == {
        "service_point_id": point.id,
        "date": "2026-04-23",
        "persons": 86,
        "evidence": "hand_count",
    }


def test_nobody_is_a_count(point: ServicePoint, desk: Desk, invariants: None) -> None:
    make_count(point, DAY, 0, at=AT, desk=desk)

    assert journal_of(point) == [(0, "2026-04-23")]


def test_a_second_first_count_is_refused_and_names_the_first(point: ServicePoint, desk: Desk) -> None:
    first = make_count(point, DAY, 86, at=AT, desk=desk)

    with pytest.raises(VisitsRefused) as caught:
        make_count(point, DAY, 90, at=AT, desk=desk)

    assert refused(caught) == {VisitReason.ALREADY_COUNTED}
    assert caught.value.count_id == first.id
    assert journal_of(point) == [(86, "2026-04-23")]


def test_a_correction_takes_the_old_number_back_and_adds_the_new(
    point: ServicePoint, desk: Desk, invariants: None
) -> None:
    first = make_count(point, DAY, 86, at=AT, desk=desk)

    receipt = correct_visits(count_id=first.id, persons=68, evidence=GATE, reason="数字颠倒", at=AT, desk=desk)

    assert (receipt.count.persons, receipt.count.replaces_id, receipt.count.reason) == (68, first.id, "数字颠倒")
    assert journal_of(point) == [(86, "2026-04-23"), (-86, "2026-04-23"), (68, "2026-04-23")]
    back = JournalRow.objects.get(persons=-86)
    assert back.reverses_id == first.entry_id
    audit = AuditRow.objects.get(act="correct_visits")
    assert (audit.before["persons"], audit.after["persons"], audit.reason) == (86, 68, "数字颠倒")


def test_a_correction_stays_in_the_area_where_it_was_counted(point: ServicePoint, desk: Desk) -> None:
    was = point.area_id
    first = make_count(point, DAY, 86, at=AT, desk=desk)
    ServicePoint.objects.filter(id=point.id).update(area=make_area(Branch.objects.get(id=point.branch_id), "A2"))

    correct_visits(count_id=first.id, persons=68, evidence=GATE, at=AT, desk=desk)

    assert set(JournalRow.objects.values_list("area_id", flat=True)) == {was}


def test_a_correction_may_change_the_evidence_alone_but_not_nothing(
    point: ServicePoint, desk: Desk, invariants: None
) -> None:
    first = make_count(point, DAY, 86, at=AT, desk=desk)

    second = correct_visits(count_id=first.id, persons=86, evidence=GATE, at=AT, desk=desk).count
    with pytest.raises(VisitsRefused) as caught:
        correct_visits(count_id=second.id, persons=86, evidence=GATE, at=AT, desk=desk)

    assert refused(caught) == {VisitReason.NOTHING_CHANGES}
    assert journal_of(point) == [(86, "2026-04-23"), (-86, "2026-04-23"), (86, "2026-04-23")]


def test_only_the_row_that_stands_can_be_corrected_or_withdrawn(point: ServicePoint, desk: Desk) -> None:
    first = make_count(point, DAY, 86, at=AT, desk=desk)
    second = correct_visits(count_id=first.id, persons=68, evidence=GATE, at=AT, desk=desk).count

    with pytest.raises(VisitsRefused) as corrected:
        correct_visits(count_id=first.id, persons=70, evidence=GATE, at=AT, desk=desk)
    with pytest.raises(VisitsRefused) as withdrawn:
        withdraw_visits(count_id=first.id, reason="填错", at=AT, desk=desk)

    assert refused(corrected) == refused(withdrawn) == {VisitReason.SUPERSEDED}
    assert corrected.value.count_id == second.id


def test_a_withdrawn_count_leaves_the_day_uncounted_until_it_is_counted_anew(
    point: ServicePoint, desk: Desk, invariants: None
) -> None:
    first = make_count(point, DAY, 86, at=AT, desk=desk)

    gone = withdraw_visits(count_id=first.id, reason="填到了别的窗口", at=AT, desk=desk).count
    between = visit_grid(branch_id=point.branch_id, first_date=DAY, days=1).rows[0].counts
    again = make_count(point, DAY, 12, at=AT, desk=desk)

    assert (gone.withdrawn, gone.persons, gone.replaces_id) == (True, 0, first.id)
    assert between == (None,)
    assert again.replaces_id == gone.id
    assert journal_of(point) == [(86, "2026-04-23"), (-86, "2026-04-23"), (12, "2026-04-23")]


def test_a_withdrawn_row_cannot_be_corrected(point: ServicePoint, desk: Desk) -> None:
    first = make_count(point, DAY, 86, at=AT, desk=desk)
    gone = withdraw_visits(count_id=first.id, reason="填错", at=AT, desk=desk).count

    with pytest.raises(VisitsRefused) as caught:
        correct_visits(count_id=gone.id, persons=5, evidence=GATE, at=AT, desk=desk)

    assert refused(caught) == {VisitReason.WITHDRAWN}


def test_withdrawing_needs_a_reason(point: ServicePoint, desk: Desk) -> None:
    first = make_count(point, DAY, 86, at=AT, desk=desk)

    with pytest.raises(VisitsRefused) as caught:
        withdraw_visits(count_id=first.id, reason="  ", at=AT, desk=desk)

    assert refused(caught) == {VisitReason.REASON_MISSING}
    assert VisitCount.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"date": date(2026, 4, 25)}, {VisitReason.FUTURE_DAY}),
        ({"date": date(2009, 12, 31)}, {VisitReason.BRANCH_NOT_STANDING}),
        ({"persons": -1}, {VisitReason.BAD_PERSONS}),
        ({"persons": 100_000}, {VisitReason.BAD_PERSONS}),
        ({"evidence": Evidence(EvidenceKind.OTHER, "　 ")}, {VisitReason.EVIDENCE_MISSING}),
        ({"evidence": Evidence(EvidenceKind.OTHER, "据" * 201)}, {VisitReason.EVIDENCE_TOO_LONG}),
        (
            {"date": date(2026, 4, 25), "persons": -1, "evidence": Evidence(EvidenceKind.OTHER, "")},
            {VisitReason.FUTURE_DAY, VisitReason.BAD_PERSONS, VisitReason.EVIDENCE_MISSING},
        ),
    ],
)
def test_a_count_is_refused_for_every_reason_at_once(
    point: ServicePoint, desk: Desk, changes: dict[str, Any], reasons: set[VisitReason]
) -> None:
    wanted: dict[str, Any] = {"date": DAY, "persons": 3, "evidence": HAND_COUNT, **changes}

    with pytest.raises(VisitsRefused) as caught:
        record_visits(service_point_id=point.id, at=AT, desk=desk, **wanted)

    assert refused(caught) == reasons
    assert JournalRow.objects.count() == 0


def test_today_can_be_counted_by_the_clock_of_the_library(point: ServicePoint, desk: Desk) -> None:
    """At 16:30 UTC it is past midnight in Shanghai: the new day is today."""
    late = datetime(2026, 4, 24, 16, 30, tzinfo=UTC)

    count = make_count(point, date(2026, 4, 25), 4, at=late, desk=desk)

    assert count.day == date(2026, 4, 25)


def test_a_closed_service_point_takes_counts_of_earlier_days_only(point: ServicePoint, desk: Desk) -> None:
    ServicePoint.objects.filter(id=point.id).update(closed_date=DAY)

    make_count(point, date(2026, 4, 22), 7, at=AT, desk=desk)
    with pytest.raises(VisitsRefused) as caught:
        make_count(point, DAY, 7, at=AT, desk=desk)

    assert refused(caught) == {VisitReason.POINT_CLOSED}


def test_an_unknown_service_point_or_count_is_refused(branch: Branch, desk: Desk) -> None:
    with pytest.raises(VisitsRefused) as no_point:
        record_visits(service_point_id=999, date=DAY, persons=1, evidence=GATE, at=AT, desk=desk)
    with pytest.raises(VisitsRefused) as no_count:
        withdraw_visits(count_id=999, reason="填错", at=AT, desk=desk)

    assert refused(no_point) == {VisitReason.UNKNOWN_POINT}
    assert refused(no_count) == {VisitReason.UNKNOWN_COUNT}


def test_the_right_is_asked_at_the_service_points_branch_not_at_the_desks(point: ServicePoint) -> None:
    elsewhere = make_desk(make_branch("EAST"), acts=[Act.ENTER_VISITS])
    first = make_count(point, DAY, 5, at=AT)

    with pytest.raises(NotAllowed):
        make_count(point, date(2026, 4, 22), 5, at=AT, desk=elsewhere)
    with pytest.raises(NotAllowed):
        correct_visits(count_id=first.id, persons=6, evidence=GATE, at=AT, desk=elsewhere)
    with pytest.raises(NotAllowed):
        withdraw_visits(count_id=first.id, reason="填错", at=AT, desk=elsewhere)


def test_the_same_key_gives_the_first_receipt(point: ServicePoint, desk: Desk, invariants: None) -> None:
    def ask() -> Any:
        return record_visits(
            service_point_id=point.id, date=DAY, persons=9, evidence=GATE, at=AT, desk=desk, key="form-1"
        )

    first, second = ask(), ask()

    assert second.count == first.count
    assert (first.repeated, second.repeated) == (False, True)
    assert journal_of(point) == [(9, "2026-04-23")]


def test_corrections_and_withdrawals_repeat_by_their_key_too(point: ServicePoint, desk: Desk, invariants: None) -> None:
    first = make_count(point, DAY, 86, at=AT, desk=desk)

    fixed = [
        correct_visits(count_id=first.id, persons=68, evidence=GATE, at=AT, desk=desk, key="form-2") for _ in range(2)
    ]
    gone = [
        withdraw_visits(count_id=fixed[0].count.id, reason="填错", at=AT, desk=desk, key="form-3") for _ in range(2)
    ]

    assert [receipt.repeated for receipt in fixed + gone] == [False, True, False, True]
    assert fixed[0].count == fixed[1].count
    assert gone[0].count == gone[1].count
    assert journal_of(point) == [(86, "2026-04-23"), (-86, "2026-04-23"), (68, "2026-04-23"), (-68, "2026-04-23")]


def test_a_key_that_stands_for_another_act_is_refused(point: ServicePoint, desk: Desk) -> None:
    record(Entry(kind=Kind.LOAN, occurred_at=AT, door="workbench", key="loan-1"))
    record_visits(service_point_id=point.id, date=DAY, persons=9, evidence=GATE, at=AT, desk=desk, key="form-1")

    for key in ("loan-1", "form-1"):
        with pytest.raises(VisitsRefused) as caught:
            record_visits(service_point_id=point.id, date=DAY, persons=10, evidence=GATE, at=AT, desk=desk, key=key)
        assert refused(caught) == {VisitReason.KEY_REUSED}


def test_the_grid_shows_a_branchs_points_by_the_days_of_a_week(point: ServicePoint, branch: Branch) -> None:
    make_hours(branch)
    make_exception(branch, date(2026, 4, 26), reason="停电")
    side = make_service_point(branch, "SIDE", name_zh="侧门")
    make_service_point(make_branch("EAST"), "DOOR")
    first = make_count(point, date(2026, 4, 20), 30, at=AT)
    correct_visits(count_id=first.id, persons=31, evidence=GATE, at=AT, desk=make_desk(branch))
    make_count(point, DAY, 86, at=AT)
    make_count(side, DAY, 4, at=AT)
    make_count(side, date(2026, 4, 19), 900, at=AT)

    grid = visit_grid(branch_id=branch.id, first_date=date(2026, 4, 20))

    assert [row.code for row in grid.rows] == ["DOOR", "SIDE"]
    assert [count and count.persons for count in grid.rows[0].counts] == [31, None, None, 86, None, None, None]
    assert [row.persons for row in grid.rows] == [117, 4]
    assert grid.persons_by_day() == (31, 0, 0, 90, 0, 0, 0)
    assert [status.kind for status in grid.days if not status.is_open] == [
        DayKind.WEEKLY_CLOSED,
        DayKind.EXCEPTION_CLOSED,
    ]


def test_the_grid_of_a_branch_without_service_points_is_empty(branch: Branch) -> None:
    grid = visit_grid(branch_id=branch.id, first_date=DAY, days=2)

    assert grid.rows == ()
    assert grid.persons_by_day() == (0, 0)


def test_the_grid_leaves_out_points_closed_before_it_unless_they_were_counted(
    point: ServicePoint, branch: Branch
) -> None:
    make_count(point, DAY, 8, at=AT)
    idle = make_service_point(branch, "IDLE")
    ServicePoint.objects.filter(id__in=[point.id, idle.id]).update(closed_date=date(2026, 4, 23))

    grid = visit_grid(branch_id=branch.id, first_date=DAY, days=3)

    assert [row.code for row in grid.rows] == ["DOOR"]
    assert [grid.rows[0].takes(status.day) for status in grid.days] == [False, False, False]


def test_the_history_of_a_day_is_paged_newest_first(point: ServicePoint, desk: Desk) -> None:
    count = make_count(point, DAY, 1, at=AT, desk=desk)
    for persons in (2, 3, 4):
        count = correct_visits(count_id=count.id, persons=persons, evidence=GATE, at=AT, desk=desk).count
    make_count(point, date(2026, 4, 22), 77, at=AT, desk=desk)

    first = count_history(service_point_id=point.id, day=DAY, size=3)
    second = count_history(service_point_id=point.id, day=DAY, before=first.before, size=3)

    assert [row.persons for row in first.counts] == [4, 3, 2]
    assert [row.persons for row in second.counts] == [1]
    assert second.before is None


def test_reads_ask_the_database_twice_at_most(point: ServicePoint, django_assert_max_num_queries: Any) -> None:
    for day in range(1, 8):
        make_count(point, date(2026, 4, day), day, at=AT)

    with django_assert_max_num_queries(2):
        visit_grid(branch_id=point.branch_id, first_date=date(2026, 4, 1))
    with django_assert_max_num_queries(1):
        count_history(service_point_id=point.id, day=DAY)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (sql.POINT, [1]),
        (sql.ONE, [1]),
        (sql.GRID, {"branch": 1, "first": DAY, "last": DAY}),
        (sql.HISTORY, {"point": 1, "day": DAY, "before": None, "limit": 5}),
    ],
)
def test_every_statement_can_be_planned(db: None, statement: str, values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement, values)

        assert cursor.fetchall()


def test_the_invariants_see_a_count_whose_journal_says_otherwise(point: ServicePoint, desk: Desk) -> None:
    first = make_count(point, DAY, 86, at=AT, desk=desk)
    correct_visits(count_id=first.id, persons=68, evidence=GATE, at=AT, desk=desk)
    VisitCount.objects.filter(persons=68).update(persons=69, date=date(2026, 4, 22))
    record(
        Entry(kind=Kind.VISIT, occurred_at=AT, door="workbench", quantity=0, persons=-86, reverses_id=first.entry_id)
    )

    broken = [one.name for one in sql.INVARIANTS if broken_rows(one)]

    assert broken == [
        "visits_correction_stays_at_its_point_and_day",
        "visits_agree_with_the_journal",
        "visits_replaced_counts_are_taken_back_once",
    ]


def test_of_many_first_counts_at_once_one_stands(fresh_database: str) -> None:
    branch = make_branch("CEN")
    point = make_service_point(branch)
    desk = make_desk(branch, account=make_account("zhang"))
    start = threading.Barrier(6)
    outcomes: list[str] = []

    def count(persons: int) -> None:
        start.wait()
        try:
            make_count(point, DAY, persons, at=AT, desk=desk)
            outcomes.append("counted")
        except VisitsRefused as refusal:
            outcomes.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=count, args=(persons,)) for persons in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["already_counted"] * 5 + ["counted"]
    assert len(journal_of(point)) == 1


def test_of_many_corrections_at_once_one_stands(fresh_database: str) -> None:
    branch = make_branch("CEN")
    point = make_service_point(branch)
    desk = make_desk(branch, account=make_account("zhang"))
    first = make_count(point, DAY, 100, at=AT, desk=desk)
    start = threading.Barrier(6)
    outcomes: list[str] = []

    def correct(persons: int) -> None:
        start.wait()
        try:
            correct_visits(count_id=first.id, persons=persons, evidence=GATE, at=AT, desk=desk)
            outcomes.append("corrected")
        except VisitsRefused as refusal:
            outcomes.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=correct, args=(persons,)) for persons in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["corrected"] + ["superseded"] * 5
    assert len(journal_of(point)) == 3


def test_of_many_requests_with_one_key_one_writes_and_all_get_its_receipt(fresh_database: str) -> None:
    branch = make_branch("CEN")
    point = make_service_point(branch)
    desk = make_desk(branch, account=make_account("zhang"))
    start = threading.Barrier(6)
    outcomes: list[tuple[int, bool]] = []

    def count() -> None:
        start.wait()
        receipt = record_visits(
            service_point_id=point.id, date=DAY, persons=7, evidence=GATE, at=AT, desk=desk, key="form-1"
        )
        outcomes.append((receipt.count.id, receipt.repeated))
        connections.close_all()

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({count_id for count_id, _ in outcomes}) == 1
    assert sorted(repeated for _, repeated in outcomes) == [False] + [True] * 5
