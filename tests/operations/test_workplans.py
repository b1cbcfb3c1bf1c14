"""Setting, changing and closing goals, and what their figures say (docs/specs/work-plan.md)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.office_pages import happened
from tests.racing import Meanwhile, at_once
from wenyuan.office.daybook.data import StateCode
from wenyuan.office.figures.data import IndicatorCode, StockCode, SummaryPart
from wenyuan.office.workplans import rules
from wenyuan.office.workplans.data import (
    GoalDraft,
    GoalReason,
    GoalRefused,
    GoalStanding,
    GoalState,
    MilestoneDraft,
    PlannedGoal,
)
from wenyuan.office.workplans.models import Goal
from wenyuan.office.workplans.operations import (
    carry_over,
    change_goal,
    close_goal,
    note_milestone,
    reopen_goal,
    set_goal,
)
from wenyuan.office.workplans.queries import get_goal, plan_of
from wenyuan.office.workplans.rules import MOST_GOALS
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 7, 1, 4, tzinfo=UTC)
STEP = MilestoneDraft("招标", date(2026, 3, 31))


@pytest.fixture
def central(db: None) -> Branch:
    return make_branch("C", kind="central")


@pytest.fixture
def ring(central: Branch) -> Branch:
    return make_branch("R", parent=central)


@pytest.fixture
def director(central: Branch) -> Desk:
    return make_desk(central, role=Role.DIRECTOR, everywhere=True)


def draft(**changes: Any) -> GoalDraft:
    given: dict[str, Any] = {
        "year": 2026,
        "part": SummaryPart.HOLDINGS,
        "branch_id": None,
        "title": "入藏新书",
        "duty": "采编部",
        "first_date": date(2026, 1, 1),
        "due_date": date(2026, 12, 31),
        "figure": IndicatorCode.ITEMS_ADDED,
        "target": 3000,
    }
    return GoalDraft(**given | changes)


def planned(desk: Desk, at: datetime = AT, **changes: Any) -> PlannedGoal:
    made = set_goal(draft=draft(**changes), at=at, desk=desk).goal
    return next(one for one in plan_of(2026, branch_id=made.branch_id, at=at) if one.goal.id == made.id)


def refused(call: Any) -> tuple[GoalReason, ...]:
    with pytest.raises(GoalRefused) as told:
        call()
    return told.value.reasons


def test_the_figure_is_read_from_the_first_day_to_today_where_the_goal_stands_wp2(
    director: Desk, central: Branch, ring: Branch
) -> None:
    south = make_branch("S")
    happened(Kind.ITEM_ADDED, ring, at=datetime(2025, 12, 31, 4, tzinfo=UTC), quantity=500)
    happened(Kind.ITEM_ADDED, ring, at=datetime(2026, 2, 1, 4, tzinfo=UTC), quantity=700)
    happened(Kind.ITEM_ADDED, south, at=datetime(2026, 7, 1, 3, tzinfo=UTC), quantity=90)

    everywhere = planned(director)
    at_ring = planned(director, branch_id=ring.id, due_date=date(2026, 1, 31))

    assert everywhere.measured is not None
    assert at_ring.measured is not None
    assert (everywhere.measured.now, everywhere.measured.day) == (790, date(2026, 7, 1))
    assert (at_ring.measured.now, at_ring.measured.day) == (0, date(2026, 1, 31))
    assert (everywhere.progress.standing, at_ring.progress.standing) == (GoalStanding.BEHIND, GoalStanding.MISSED)


def test_what_stands_is_read_on_the_day_and_before_the_first_wp3(director: Desk, central: Branch) -> None:
    branches = planned(director, figure=StockCode.BRANCHES, target=3)
    make_branch("T", kind="branch", parent=central, opened_date=date(2026, 5, 1))
    later = plan_of(2026, branch_id=None, at=AT)[0]
    seats = planned(director, figure=StateCode.SEATS, target=10)

    assert branches.measured is not None
    assert later.measured is not None
    assert (branches.measured.now, later.measured.now, later.measured.begun_with) == (0, 1, 0)
    assert (seats.measured, seats.progress.done) == (None, None)  # nobody has stated any


def test_nothing_is_read_of_a_goal_whose_first_day_is_ahead_wp2(director: Desk) -> None:
    coming = planned(director, first_date=date(2026, 7, 2))

    assert coming.measured is None
    assert coming.progress.standing is GoalStanding.COMING


def test_of_a_closed_goal_the_figure_stays_that_of_its_day_wp5(director: Desk, central: Branch) -> None:
    happened(Kind.ITEM_ADDED, central, at=datetime(2026, 3, 1, 4, tzinfo=UTC), quantity=10)
    happened(Kind.ITEM_ADDED, central, at=datetime(2026, 5, 1, 4, tzinfo=UTC), quantity=20)
    made = planned(director).goal

    close_goal(goal_id=made.id, dropped=True, on=date(2026, 4, 1), words=" 经费取消 ", at=AT, desk=director)

    [found] = plan_of(2026, branch_id=None, at=AT)
    assert found.measured is not None
    assert (found.measured.now, found.measured.day) == (10, date(2026, 4, 1))
    assert found.progress.standing is GoalStanding.DROPPED
    assert (found.goal.closed_words, found.goal.closed_date) == ("经费取消", date(2026, 4, 1))
    assert refused(lambda: change_goal(goal_id=made.id, version=2, draft=draft(), at=AT, desk=director)) == (
        GoalReason.CLOSED,
    )

    reopened = reopen_goal(goal_id=made.id, at=AT, desk=director).goal

    assert (reopened.state, reopened.closed_date, reopened.closed_words) == (GoalState.OPEN, None, "")
    assert refused(lambda: reopen_goal(goal_id=made.id, at=AT, desk=director)) == (GoalReason.NOT_CLOSED,)
    acts = list(AuditRow.objects.filter(subject_kind="goal").order_by("id").values_list("act", flat=True))
    assert acts == ["set_goal", "close_goal", "reopen_goal"]


def test_a_changed_goal_keeps_the_days_of_milestones_that_keep_their_name_wp7(director: Desk) -> None:
    steps = (STEP, MilestoneDraft("验收", date(2026, 6, 30)))
    made = planned(director, figure=None, target=None, milestones=steps).goal
    noted = note_milestone(milestone_id=made.milestones[0].id, done=date(2026, 3, 20), at=AT, desk=director).goal

    changed = change_goal(
        goal_id=made.id,
        version=noted.version,
        draft=draft(figure=None, target=None, milestones=(STEP, MilestoneDraft("上架", date(2026, 9, 1)))),
        at=AT,
        desk=director,
    ).goal

    assert [(one.title, one.done_date) for one in changed.milestones] == [("招标", date(2026, 3, 20)), ("上架", None)]
    assert refused(
        lambda: change_goal(goal_id=made.id, version=noted.version, draft=draft(), at=AT, desk=director)
    ) == (GoalReason.SUPERSEDED,)


def test_a_milestone_is_noted_for_a_day_that_has_come_and_taken_back_wp4(director: Desk) -> None:
    made = planned(director, milestones=(STEP,)).goal
    step = made.milestones[0].id

    ahead = refused(lambda: note_milestone(milestone_id=step, done=date(2026, 7, 2), at=AT, desk=director))
    done = note_milestone(milestone_id=step, done=date(2026, 7, 1), at=AT, desk=director).goal
    back = note_milestone(milestone_id=step, done=None, at=AT, desk=director).goal

    assert ahead == (GoalReason.FUTURE_DAY,)
    assert (done.milestones[0].done_date, back.milestones[0].done_date) == (date(2026, 7, 1), None)
    assert refused(lambda: note_milestone(milestone_id=step + 99, done=None, at=AT, desk=director)) == (
        GoalReason.UNKNOWN_MILESTONE,
    )


def test_goals_are_carried_over_once_and_without_those_given_up_wp6(director: Desk) -> None:
    planned(director, milestones=(STEP,))
    dropped = planned(director, title="购置流动车").goal
    close_goal(goal_id=dropped.id, dropped=True, on=date(2026, 4, 1), words="经费取消", at=AT, desk=director)

    first = carry_over(year=2026, branch_id=None, at=AT, desk=director)
    again = carry_over(year=2026, branch_id=None, at=AT, desk=director)

    [next_year] = plan_of(2027, branch_id=None, at=AT)
    assert (first, again) == (1, 0)
    assert (next_year.goal.title, next_year.goal.first_date) == ("入藏新书", date(2027, 1, 1))
    assert [(one.due_date, one.done_date) for one in next_year.goal.milestones] == [(date(2027, 3, 31), None)]


def test_a_plan_is_kept_by_who_keeps_the_figures_there_wp8(central: Branch, ring: Branch, director: Desk) -> None:
    clerk = make_desk(central, role=Role.DESK_LEAD)
    of_ring = make_desk(ring, role=Role.DIRECTOR)
    made = planned(director, milestones=(STEP,)).goal
    at_ring = set_goal(draft=draft(branch_id=ring.id), at=AT, desk=of_ring).goal
    step = made.milestones[0].id

    for desk in (clerk, of_ring):
        for attempt in (
            lambda desk=desk: set_goal(draft=draft(), at=AT, desk=desk),
            lambda desk=desk: change_goal(goal_id=made.id, version=1, draft=draft(), at=AT, desk=desk),
            lambda desk=desk: close_goal(
                goal_id=made.id, dropped=False, on=date(2026, 7, 1), words="x", at=AT, desk=desk
            ),
            lambda desk=desk: reopen_goal(goal_id=made.id, at=AT, desk=desk),
            lambda desk=desk: note_milestone(milestone_id=step, done=None, at=AT, desk=desk),
            lambda desk=desk: carry_over(year=2026, branch_id=None, at=AT, desk=desk),
        ):
            with pytest.raises(NotAllowed):
                attempt()
    with pytest.raises(NotAllowed):  # nor may one move a goal to where one keeps nothing
        change_goal(goal_id=at_ring.id, version=1, draft=draft(branch_id=central.id), at=AT, desk=of_ring)


def test_a_request_that_comes_twice_sets_one_goal_wp9(director: Desk) -> None:
    first = set_goal(draft=draft(), at=AT, desk=director, key="a-key")
    again = set_goal(draft=draft(), at=AT, desk=director, key="a-key")

    assert (again.goal.id, again.repeated, first.repeated) == (first.goal.id, True, False)
    assert refused(lambda: set_goal(draft=draft(title="别的"), at=AT, desk=director, key="a-key")) == (
        GoalReason.KEY_REUSED,
    )
    assert Goal.objects.count() == 1


def test_two_who_send_one_form_at_once_set_one_goal_wp9(fresh_database: str) -> None:
    desk = make_desk(make_branch("C", kind="central"), role=Role.DIRECTOR, everywhere=True)

    results = at_once(*[lambda: set_goal(draft=draft(), at=AT, desk=desk, key="a-key").goal.id] * 2)

    assert len(set(results)) == 1
    assert Goal.objects.count() == 1


def test_of_two_who_change_a_goal_at_once_one_is_told_wp7(fresh_database: str) -> None:
    desk = make_desk(make_branch("C", kind="central"), role=Role.DIRECTOR, everywhere=True)
    made = set_goal(draft=draft(milestones=(STEP,)), at=AT, desk=desk).goal

    def change(title: str) -> str:
        try:
            return change_goal(
                goal_id=made.id, version=made.version, draft=draft(title=title, milestones=(STEP,)), at=AT, desk=desk
            ).goal.title
        except GoalRefused as told:
            return told.reasons[0].value

    results = at_once(lambda: change("甲"), lambda: change("乙"))

    kept = get_goal(made.id)
    assert kept is not None
    assert sorted(map(str, results)) == sorted([kept.title, "superseded"])
    assert len(kept.milestones) == 1


def test_two_who_carry_over_at_once_carry_each_goal_once_wp6(fresh_database: str) -> None:
    desk = make_desk(make_branch("C", kind="central"), role=Role.DIRECTOR, everywhere=True)
    for title in ("甲", "乙", "丙"):
        set_goal(draft=draft(title=title), at=AT, desk=desk)

    results = at_once(*[lambda: carry_over(year=2026, branch_id=None, at=AT, desk=desk)] * 2)

    assert sorted(map(int, map(str, results))) == [0, 3]
    assert Goal.objects.filter(year=2027).count() == 3


def test_a_goal_given_up_while_somebody_carries_over_stays_behind_wp6(fresh_database: str) -> None:
    desk = make_desk(make_branch("C", kind="central"), role=Role.DIRECTOR, everywhere=True)
    made = set_goal(draft=draft(), at=AT, desk=desk).goal

    with transaction.atomic():
        Goal.objects.filter(id=made.id).update(state="dropped", closed_date=AT.date(), closed_words="经费取消")
        carrying = Meanwhile(lambda: carry_over(year=2026, branch_id=None, at=AT, desk=desk))

    assert carrying.result() == 0
    assert not Goal.objects.filter(year=2027).exists()


def test_two_who_set_the_last_goal_at_once_set_one_wp1(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_GOALS", 1)
    desk = make_desk(make_branch("C", kind="central"), role=Role.DIRECTOR, everywhere=True)

    results = at_once(*[lambda: set_goal(draft=draft(), at=AT, desk=desk)] * 2)

    assert sum(isinstance(one, GoalRefused) for one in results) == 1
    assert Goal.objects.count() == 1


def test_a_goal_moves_to_another_place_where_there_is_room_and_the_audit_has_both_wp1(
    director: Desk, central: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_GOALS", 1)
    made = set_goal(draft=draft(), at=AT, desk=director).goal
    at_central = set_goal(draft=draft(branch_id=central.id), at=AT, desk=director).goal

    full = refused(lambda: change_goal(goal_id=at_central.id, version=1, draft=draft(), at=AT, desk=director))
    Goal.objects.filter(id=made.id).delete()
    change_goal(goal_id=at_central.id, version=1, draft=draft(), at=AT, desk=director)

    assert full == (GoalReason.TOO_MANY,)
    row = AuditRow.objects.filter(act="change_goal").get()
    assert (row.before["branch"], row.after["branch"]) == (central.id, None)


def test_a_goal_of_branches_reads_nothing_of_holdings_and_loans_wp2(
    director: Desk, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        set_goal(
            draft=draft(figure=StockCode.BRANCHES, target=3, first_date=date(2026, 1, 1 + number)),
            at=AT,
            desk=director,
        )

    with django_assert_max_num_queries(6), CaptureQueriesContext(connection) as asked:
        plan_of(2026, branch_id=None, at=AT)

    assert not [one["sql"] for one in asked if "journal_entry" in one["sql"] or "circulation_loan" in one["sql"]]


def test_a_plan_has_an_end_wp1(director: Desk) -> None:
    made = planned(director).goal
    Goal.objects.bulk_create(
        Goal(
            year=2026,
            part="holdings",
            title=f"{number}",
            duty="甲",
            first_date=made.first_date,
            due_date=made.due_date,
            entered_by_id=director.operator.account_id,
        )
        for number in range(MOST_GOALS - 1)
    )

    assert refused(lambda: set_goal(draft=draft(), at=AT, desk=director)) == (GoalReason.TOO_MANY,)
    assert refused(lambda: set_goal(draft=draft(branch_id=999), at=AT, desk=director)) == (GoalReason.UNKNOWN_BRANCH,)


def test_a_plan_of_many_goals_reads_each_figure_once_wp2(director: Desk, django_assert_max_num_queries: Any) -> None:
    for figure in list(IndicatorCode)[:20]:
        set_goal(draft=draft(figure=figure, target=5), at=AT, desk=director)

    with django_assert_max_num_queries(8):
        found = plan_of(2026, branch_id=None, at=AT)

    assert len(found) == 20
    assert connection.in_atomic_block
