"""The opening calendar: weeks by date, exceptions that beat them, closures that beat both; and the map kept of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest
from django.db import connections, transaction
from pytest_django import DjangoAssertNumQueries

from tests.factories.accounts import make_desk
from tests.factories.network import make_area, make_branch, make_closure, make_exception, make_hours, make_service_point
from wenyuan.kernel.opening import WHOLE_DAY, DayKind, Hours, WeeklySpan
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network import operations, queries
from wenyuan.organisation.network.data import NetworkReason, NetworkRefused
from wenyuan.organisation.network.models import Branch, Closure, WeeklyHours
from wenyuan.organisation.network.sheet import SheetError, SheetFault, SheetRefused, read_branch_sheet
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 1, tzinfo=UTC)  # a Thursday, 09:00 in Shanghai
THURSDAY = date(2026, 4, 23)
MAY = date(2026, 5, 1)  # a Friday
MORNING = Hours(time(9), time(12))
AFTERNOON = Hours(time(13), time(17))


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("C")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.DIRECTOR, everywhere=True)


def refusal(act: Callable[[], object]) -> NetworkReason:
    with pytest.raises(NetworkRefused) as refused:
        act()
    return refused.value.reason


def hours_on(branch: Branch, day: date) -> tuple[Hours, ...]:
    return queries.network_map().calendar(branch.id).hours_on(day)


def test_a_new_week_holds_from_its_day_and_the_old_one_before(branch: Branch, desk: Desk) -> None:
    make_hours(branch)

    operations.set_weekly_hours(
        branch_id=branch.id,
        from_date=MAY,
        spans=[WeeklySpan(4, AFTERNOON), WeeklySpan(4, MORNING)],
        at=AT,
        desk=desk,
    )

    assert hours_on(branch, date(2026, 4, 30)) == (Hours(time(9), time(17)),)
    assert hours_on(branch, MAY) == (MORNING, AFTERNOON)
    assert queries.network_map().calendar(branch.id).day_status(date(2026, 5, 2)).kind is DayKind.WEEKLY_CLOSED
    assert Entry.objects.get().details == {"what": "set_weekly_hours", "area": None, "from": "2026-05-01"}
    assert AuditRow.objects.get().after["week"] == [[4, "09:00:00", "12:00:00"], [4, "13:00:00", "17:00:00"]]


def test_a_week_replaces_the_one_planned_after_it(branch: Branch, desk: Desk) -> None:
    make_hours(branch, from_date=date(2026, 9, 1))

    operations.set_weekly_hours(branch_id=branch.id, from_date=MAY, spans=[WeeklySpan(0, WHOLE_DAY)], at=AT, desk=desk)

    assert WeeklyHours.objects.count() == 1


def test_a_week_without_spans_leaves_the_hours_not_stated(branch: Branch, desk: Desk) -> None:
    make_hours(branch)

    operations.set_weekly_hours(branch_id=branch.id, from_date=MAY, spans=[], at=AT, desk=desk)

    assert queries.network_map().calendar(branch.id).day_status(MAY).kind is DayKind.NOT_STATED


def test_a_week_is_refused(branch: Branch, desk: Desk) -> None:
    strange = make_area(make_branch("O"))

    def stated(**changed: object) -> NetworkReason:
        values: dict[str, object] = {"branch_id": branch.id, "from_date": MAY, "spans": [WeeklySpan(0, MORNING)]}
        return refusal(lambda: operations.set_weekly_hours(**{**values, **changed}, at=AT, desk=desk))  # type: ignore[arg-type]  # a table of cases

    late = Hours(time(11), time(13))
    assert stated(spans=[WeeklySpan(0, MORNING), WeeklySpan(0, late)]) is NetworkReason.HOURS_OVERLAP
    assert stated(area_id=strange.id) is NetworkReason.UNKNOWN_AREA
    assert stated(branch_id=999_999) is NetworkReason.UNKNOWN_BRANCH
    assert stated(from_date=date(2009, 1, 1)) is NetworkReason.BEFORE_OPENING


def test_an_exception_beats_the_week_until_it_is_withdrawn(branch: Branch, desk: Desk) -> None:
    make_hours(branch)
    monday = date(2026, 4, 27)

    operations.set_day_exception(branch_id=branch.id, date=monday, spans=[MORNING], reason="调休", at=AT, desk=desk)
    opened = queries.network_map().calendar(branch.id).day_status(monday)
    operations.set_day_exception(branch_id=branch.id, date=monday, spans=[], at=AT, desk=desk)
    closed = queries.network_map().calendar(branch.id).day_status(monday)
    operations.withdraw_day_exception(branch_id=branch.id, date=monday, at=AT, desk=desk)
    after = queries.network_map().calendar(branch.id).day_status(monday)

    assert (opened.kind, opened.hours, opened.reason) == (DayKind.EXCEPTION_OPEN, (MORNING,), "调休")
    assert closed.kind is DayKind.EXCEPTION_CLOSED
    assert after.kind is DayKind.WEEKLY_CLOSED


def test_an_exception_is_refused(branch: Branch, desk: Desk) -> None:
    overlapping = [MORNING, Hours(time(10), time(11))]

    assert [
        refusal(
            lambda: operations.set_day_exception(branch_id=branch.id, date=MAY, spans=overlapping, at=AT, desk=desk)
        ),
        refusal(
            lambda: operations.set_day_exception(
                branch_id=branch.id, date=MAY, spans=[], reason="因" * 101, at=AT, desk=desk
            )
        ),
        refusal(lambda: operations.withdraw_day_exception(branch_id=branch.id, date=MAY, at=AT, desk=desk)),
    ] == [NetworkReason.HOURS_OVERLAP, NetworkReason.BAD_VALUE, NetworkReason.UNKNOWN_EXCEPTION]


def test_a_closure_shuts_the_whole_subtree_and_each_branch_has_its_entry(branch: Branch, desk: Desk) -> None:
    street = make_branch("S1", parent=branch)
    gone = make_branch("G", parent=branch, closed_date=date(2020, 1, 1))

    ids = operations.declare_closure(
        branch_id=branch.id,
        first_date=MAY,
        last_date=date(2026, 5, 5),
        reason="劳动节",
        at=AT,
        desk=desk,
        with_subtree=True,
    )

    network = queries.network_map()
    assert Closure.objects.get(id=ids[0]).branch_id == branch.id
    assert [network.calendar(one.id).is_open_on(date(2026, 5, 5)) for one in (branch, street, gone)] == [
        False,
        False,
        True,
    ]
    assert network.calendar(street.id).is_open_on(date(2026, 5, 6))
    assert [(row.kind, row.branch_id, row.details) for row in Entry.objects.order_by("id")] == [
        ("closure_declared", one.id, {"what": "declare_closure", "first": "2026-05-01", "last": "2026-05-05"})
        for one in (branch, street)
    ]


def test_a_closure_beats_an_exception(branch: Branch, desk: Desk) -> None:
    make_exception(branch, MAY, time(9), time(12))

    operations.declare_closure(branch_id=branch.id, first_date=MAY, last_date=None, reason="停电", at=AT, desk=desk)

    assert queries.network_map().calendar(branch.id).day_status(MAY).kind is DayKind.CLOSURE


def test_a_closure_ends_earlier_and_another_is_withdrawn(branch: Branch, desk: Desk) -> None:
    open_ended, mistaken = make_closure(branch, MAY), make_closure(branch, THURSDAY, THURSDAY)

    operations.end_closure(closure_id=open_ended.id, last_date=date(2026, 5, 2), at=AT, desk=desk)
    operations.withdraw_closure(closure_id=mistaken.id, at=AT, desk=desk)

    calendar = queries.network_map().calendar(branch.id)
    assert [calendar.is_open_on(day) for day in (THURSDAY, MAY, date(2026, 5, 3))] == [True, False, True]
    assert list(Entry.objects.order_by("id").values_list("kind", flat=True)) == ["closure_ended", "closure_withdrawn"]
    assert [closure.withdrawn_at for closure in queries.list_closures(branch_id=branch.id)] == [None, AT]
    assert [closure.id for closure in queries.list_closures(from_date=MAY)] == [open_ended.id]


def test_closures_are_refused(branch: Branch, desk: Desk) -> None:
    closure = make_closure(branch, MAY, date(2026, 5, 5))
    withdrawn = make_closure(branch, MAY)
    operations.withdraw_closure(closure_id=withdrawn.id, at=AT, desk=desk)

    def declare(first: date, last: date | None, reason: str) -> NetworkReason:
        return refusal(
            lambda: operations.declare_closure(
                branch_id=branch.id, first_date=first, last_date=last, reason=reason, at=AT, desk=desk
            )
        )

    def end(closure_id: int, last: date) -> NetworkReason:
        return refusal(lambda: operations.end_closure(closure_id=closure_id, last_date=last, at=AT, desk=desk))

    assert declare(MAY, THURSDAY, "装修") is NetworkReason.BAD_DATES
    assert declare(MAY, None, " ") is NetworkReason.BAD_VALUE
    assert declare(date(2009, 1, 1), None, "装修") is NetworkReason.BEFORE_OPENING
    assert end(closure.id, THURSDAY) is NetworkReason.BAD_DATES
    assert end(closure.id, date(2026, 5, 5)) is NetworkReason.NOTHING_CHANGES
    assert end(withdrawn.id, date(2026, 5, 6)) is NetworkReason.ALREADY_ENDED
    assert end(999_999, MAY) is NetworkReason.UNKNOWN_CLOSURE


def test_a_keeper_edits_the_calendar_of_his_own_branch_only(branch: Branch) -> None:
    other = make_branch("O")
    keeper = make_desk(branch, role=Role.KEEPER)

    operations.set_day_exception(branch_id=branch.id, date=MAY, spans=[], at=AT, desk=keeper)

    with pytest.raises(NotAllowed):
        operations.set_day_exception(branch_id=other.id, date=MAY, spans=[], at=AT, desk=keeper)
    with pytest.raises(NotAllowed):
        operations.declare_closure(branch_id=other.id, first_date=MAY, last_date=None, reason="x", at=AT, desk=keeper)


def test_a_closure_of_a_subtree_needs_a_right_at_every_branch(branch: Branch) -> None:
    make_branch("S1", parent=branch)
    keeper = make_desk(branch, role=Role.KEEPER)

    with pytest.raises(NotAllowed):
        operations.declare_closure(
            branch_id=branch.id, first_date=MAY, last_date=None, reason="x", at=AT, desk=keeper, with_subtree=True
        )

    assert not Closure.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["discard_closure", "draft_closure", "set_day_exception", "set_weekly_hours", "withdraw_day_exception"],
)
def test_every_verb_of_the_calendar_declares_its_act(name: str) -> None:
    assert getattr(operations, name).needs == frozenset({Act.EDIT_CALENDAR})


def test_an_area_keeps_its_branchs_week_until_it_has_its_own(branch: Branch, desk: Desk) -> None:
    area = make_area(branch)
    make_hours(branch)
    make_exception(branch, MAY)
    saturday = date(2026, 5, 2)
    before = queries.area_calendar(area.id)
    operations.set_weekly_hours(
        branch_id=branch.id,
        area_id=area.id,
        from_date=date(2026, 4, 1),
        spans=[WeeklySpan(4, MORNING), WeeklySpan(5, MORNING)],
        at=AT,
        desk=desk,
    )
    make_closure(branch, date(2026, 5, 9), date(2026, 5, 9))

    after = queries.area_calendar(area.id)

    assert before is not None
    assert after is not None
    assert before.hours_on(saturday) == (Hours(time(9), time(17)),)
    assert after.hours_on(saturday) == (MORNING,)
    assert after.day_status(MAY).kind is DayKind.EXCEPTION_CLOSED
    assert after.day_status(date(2026, 5, 9)).kind is DayKind.CLOSURE
    assert hours_on(branch, saturday) == (Hours(time(9), time(17)),)
    assert queries.area_calendar(999_999) is None


def test_today_shows_each_standing_branch_with_its_status(branch: Branch) -> None:
    make_hours(branch)
    shut = make_branch("D")
    make_hours(shut)
    make_closure(shut, THURSDAY, date(2026, 4, 26))
    make_branch("E")
    make_branch("F", closed_date=date(2020, 1, 1))

    today = queries.opening_today(AT)

    assert [(one.branch.code, one.status.kind, one.open_now, one.next_open_date) for one in today] == [
        ("C", DayKind.OPEN, True, date(2026, 4, 24)),
        ("D", DayKind.CLOSURE, False, date(2026, 4, 28)),
        ("E", DayKind.NOT_STATED, None, None),
    ]


def test_the_map_is_read_once_for_an_edition_and_again_after_a_change(
    branch: Branch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = queries.network_map()

    with django_assert_num_queries(1):
        again = queries.network_map()
    with django_assert_num_queries(0):
        given = queries.network_map(edition=first.edition)
    make_branch("S1", parent=branch)
    fresh = queries.network_map()

    assert again is first
    assert given is first
    assert set(fresh.branches.values()) > set(first.branches.values())
    assert fresh.edition == queries.current_edition() != first.edition


def test_a_map_read_in_a_rolled_back_transaction_is_forgotten(branch: Branch) -> None:
    before = queries.network_map()

    with transaction.atomic():
        make_branch("X")
        inside = queries.branch_by_code("X")
        transaction.set_rollback(True)

    assert inside is not None
    assert queries.branch_by_code("X") is None
    assert queries.current_edition() == before.edition


def test_an_edition_that_is_gone_gives_the_map_of_the_present_one(branch: Branch) -> None:
    assert queries.network_map(edition=uuid4()).edition == queries.current_edition()


def test_threads_share_one_map(fresh_database: str) -> None:
    make_branch("C")

    def read(_: int) -> int:
        try:
            return id(queries.network_map())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        maps = set(pool.map(read, range(8)))

    assert len(maps) == 1


def test_a_branch_is_found_by_code_or_by_its_one_name(db: None) -> None:
    one = make_branch("C1", name_zh="城关分馆", name_en="Town Branch")
    make_branch("C2", name_zh="同名")
    make_branch("C3", name_zh="同名")

    found = [queries.find_branch(text) for text in ("c1", " 城关分馆 ", "town branch", "同名", "", "无此馆")]

    assert [branch.id if branch else None for branch in found] == [one.id, one.id, one.id, None, None, None]
    assert queries.get_library() is None
    assert queries.get_branch(one.id) == found[0]


def test_areas_points_and_groups_are_listed(branch: Branch, desk: Desk) -> None:
    area = make_area(branch, seats=40)
    make_service_point(branch, area=area)
    operations.create_lending_group(
        code="A", name_zh="甲组", at=AT, desk=make_desk(branch, role=Role.DIRECTOR, everywhere=True)
    )

    assert [(one.code, one.seats) for one in queries.list_areas(branch.id)] == [("A1", 40)]
    assert [(one.code, one.area_id) for one in queries.list_service_points(branch.id, on=MAY)] == [("S1", area.id)]
    assert [one.code for one in queries.list_groups()] == ["A"]


SHEET = """编码,名称,类型,上级,开馆日期,通借通还,开放时间
N1,大柳树村农家书屋,农家书屋,S1,2009-01-01,A,
S1,城关街道分馆,街道分馆,C,2012-03-05,a,周二-周日 09:00-17:00
"""


def test_a_sheet_opens_all_its_branches(branch: Branch) -> None:
    desk = make_desk(branch, role=Role.DIRECTOR, everywhere=True)

    village, street = operations.load_branch_sheet(rows=read_branch_sheet(SHEET.encode()), at=AT, desk=desk)

    network = queries.network_map()
    assert network.line_above(village.id, THURSDAY) == (village.id, street.id, branch.id)
    assert network.parent_of(village.id, date(2012, 3, 4)) is None
    assert network.lend_to_each_other(village.id, street.id, THURSDAY)
    assert not network.lend_to_each_other(village.id, street.id, date(2026, 4, 22))
    assert network.calendar(street.id).hours_on(date(2012, 3, 6)) == (Hours(time(9), time(17)),)
    assert [row.branch_id for row in Entry.objects.filter(kind="network_changed").order_by("id")] == [
        village.id,
        street.id,
    ]
    assert AuditRow.objects.get(act="load_branch_sheet").after == {"codes": ["N1", "S1"]}


def test_a_sheet_with_a_fault_writes_nothing_and_names_each(branch: Branch) -> None:
    desk = make_desk(branch, role=Role.DIRECTOR, everywhere=True)
    rows = read_branch_sheet((SHEET + "c,又一馆,总馆,,2001-01-01,,\nX,某馆,分馆,ZZ,2001-01-01,,\n").encode())

    with pytest.raises(SheetRefused) as refused:
        operations.load_branch_sheet(rows=rows, at=AT, desk=desk)

    assert refused.value.errors == (
        SheetError(4, "code", SheetFault.CODE_TAKEN, "c"),
        SheetError(5, "parent", SheetFault.UNKNOWN_PARENT, "ZZ"),
    )
    assert Branch.objects.count() == 1
    assert not Entry.objects.exists()


def test_a_verb_that_fails_half_way_leaves_nothing(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    central = make_branch("C")
    desk = make_desk(central, role=Role.DIRECTOR, everywhere=True)
    before = queries.current_edition()

    def fail(**_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("wenyuan.organisation.network.operations.records.audit", fail)
    with pytest.raises(ZeroDivisionError):
        operations.open_branch(code="S1", name_zh="分馆", kind="branch", opened_date=MAY, at=AT, desk=desk)

    assert Branch.objects.count() == 1
    assert not Entry.objects.exists()
    assert queries.current_edition() == before
