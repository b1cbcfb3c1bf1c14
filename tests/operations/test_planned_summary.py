"""What the plan of a place tells in its work summary (docs/specs/work-summary.md, P-01 to P-05)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.office_pages import happened
from tests.operations.test_workplans import STEP, draft
from wenyuan.office.figures.data import IndicatorCode, Opened, Period, Run, StockCode, SummaryPart
from wenyuan.office.figures.queries import parse_period, span_of
from wenyuan.office.workplans.data import GoalStanding, PlannedSummary
from wenyuan.office.workplans.operations import close_goal, note_milestone, set_goal
from wenyuan.office.workplans.queries import planned_summary
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk

AT = datetime(2027, 1, 4, 4, tzinfo=UTC)
YEAR, HALF = parse_period("2026"), parse_period("2026-H1")


@pytest.fixture
def central(db: None) -> Branch:
    return make_branch("C", kind="central")


@pytest.fixture
def director(central: Branch) -> Desk:
    return make_desk(central, role=Role.DIRECTOR, everywhere=True)


def added(branch: Branch, day: date, count: int) -> None:
    happened(Kind.ITEM_ADDED, branch, at=datetime(day.year, day.month, day.day, 4, tzinfo=UTC), times=count)


def told(branch: str | None = None, *, period: Period = YEAR, at: datetime = AT) -> PlannedSummary:
    return planned_summary(period=period, branch=branch, at=at)


def next_runs(planned: PlannedSummary) -> list[Run]:
    sections = [one for one in planned.summary.sections if one.part is SummaryPart.NEXT]
    return [run for section in sections for sentence in section.sentences for run in sentence]


def next_text(planned: PlannedSummary) -> str:
    return "".join(run.text for run in next_runs(planned))


def test_nothing_planned_tells_nothing_p01(central: Branch) -> None:
    found = told()

    assert next_runs(found) == []
    assert SummaryPart.NEXT in found.summary.silent
    assert found.goals == ()


def test_the_goals_of_the_year_after_stand_under_what_comes_next_beside_this_years_figure_p02(
    central: Branch, director: Desk
) -> None:
    added(central, date(2026, 3, 1), 28)
    made = set_goal(
        draft=draft(year=2027, target=30_000, first_date=date(2027, 1, 1), due_date=date(2027, 12, 31)),
        at=AT,
        desk=director,
    ).goal

    found = told()

    assert next_text(found) == "2027年，入藏新书，目标3万册（2026年为28册）。"
    numbers = [run for run in next_runs(found) if run.figure or run.goal_id or run.opened]
    assert numbers == [Run("3万册", goal_id=made.id), Run("28册", IndicatorCode.ITEMS_ADDED)]
    assert found.summary.sections[-1].part is SummaryPart.NEXT
    assert found.summary.sections[-1].heading == "下一步打算"
    assert SummaryPart.NEXT not in found.summary.silent


def test_of_a_half_year_the_open_goals_of_the_rest_come_next_with_what_is_done_p02(
    central: Branch, director: Desk
) -> None:
    at = datetime(2026, 7, 8, 4, tzinfo=UTC)
    added(central, date(2026, 3, 1), 12)
    added(central, date(2026, 7, 2), 5)
    for changes in (
        {"title": "入藏新书。"},
        {"title": "春季采购", "first_date": date(2026, 2, 1), "due_date": date(2026, 9, 30)},
        {"title": "上半年的", "due_date": date(2026, 6, 30)},
        {"title": "已达到的", "target": 12},
        {"title": "修订制度", "figure": None, "target": None, "milestones": (STEP,)},
    ):
        set_goal(draft=draft(**changes), at=at, desk=director)

    found = told(period=HALF, at=at)

    assert next_text(found) == (
        "下一步，春季采购，目标3000册（已完成12册），9月30日前完成；入藏新书，目标3000册（已完成12册）；修订制度。"
    )
    opened = [run.opened for run in next_runs(found) if run.opened]
    assert opened == [
        Opened(IndicatorCode.ITEMS_ADDED, span_of(date(2026, 2, 1), date(2026, 6, 30)), None),
    ]


def test_missed_and_reached_goals_are_facts_as_of_the_last_day_counted_p03(central: Branch, director: Desk) -> None:
    added(central, date(2026, 3, 1), 12)
    added(central, date(2027, 1, 2), 90)
    for changes in (
        {"title": "达到", "target": 12},
        {"title": "未达到", "target": 13},
        {"title": "后来才说完成", "figure": None, "target": None},
        {"title": "后来才做的", "figure": None, "target": None, "milestones": (STEP,)},
    ):
        made = set_goal(draft=draft(**changes), at=AT, desk=director).goal
        if changes["title"] == "后来才说完成":
            close_goal(goal_id=made.id, dropped=False, on=date(2027, 1, 2), words="报告", at=AT, desk=director)
        if changes["title"] == "后来才做的":
            note_milestone(milestone_id=made.milestones[0].id, done=date(2027, 1, 3), at=AT, desk=director)

    found = told()

    assert [(one.goal.title, one.progress.standing) for one in found.goals] == [
        ("未达到", GoalStanding.MISSED),
        ("后来才说完成", GoalStanding.MISSED),
        ("后来才做的", GoalStanding.MISSED),
        ("达到", GoalStanding.REACHED),
    ]
    assert found.goals[0].measured is not None
    assert found.goals[0].measured.now == 12


def test_while_the_last_day_runs_a_goal_that_ends_with_it_is_not_missed_yet_p03(
    central: Branch, director: Desk
) -> None:
    noon = datetime(2026, 12, 31, 4, tzinfo=UTC)
    set_goal(draft=draft(), at=noon, desk=director)

    assert [one.progress.standing for one in told(at=noon).goals] == [GoalStanding.BEHIND]
    assert [one.progress.standing for one in told(at=AT).goals] == [GoalStanding.MISSED]


def test_a_branch_is_told_of_its_own_plan_alone_p04(central: Branch, director: Desk) -> None:
    set_goal(draft=draft(title="全网"), at=AT, desk=director)
    set_goal(draft=draft(title="本馆", branch_id=central.id), at=AT, desk=director)

    assert [one.goal.title for one in told("C").goals] == ["本馆"]
    assert [one.goal.title for one in told().goals] == ["全网"]


def test_what_stands_is_told_beside_its_target_and_opens_onto_its_day_p02(central: Branch, director: Desk) -> None:
    at = datetime(2026, 7, 8, 4, tzinfo=UTC)
    make_branch("R", parent=central)
    set_goal(draft=draft(title="建成分馆", figure=StockCode.BRANCHES, target=8), at=at, desk=director)

    found = told(period=HALF, at=at)

    [now] = [run for run in next_runs(found) if run.opened]
    assert next_text(found) == "下一步，建成分馆，目标8个（现为1个）。"
    assert now.opened == Opened(StockCode.BRANCHES, span_of(date(2026, 6, 30), date(2026, 6, 30)), None)


def test_a_stock_goal_of_the_year_after_sets_out_from_what_stood_at_the_end_p02(
    central: Branch, director: Desk
) -> None:
    make_branch("R", parent=central)
    first, due = date(2027, 1, 1), date(2027, 12, 31)
    goal = draft(year=2027, first_date=first, due_date=due, title="建成分馆", figure=StockCode.BRANCHES, target=8)
    set_goal(draft=goal, at=AT, desk=director)

    found = told()

    [now] = [run for run in next_runs(found) if run.opened]
    assert next_text(found) == "2027年，建成分馆，目标8个（现为1个）。"
    assert now.opened == Opened(StockCode.BRANCHES, span_of(date(2026, 12, 31), date(2026, 12, 31)), None)


def test_a_sum_of_other_days_is_not_told_as_if_it_were_of_as_many_p05(central: Branch, director: Desk) -> None:
    added(central, date(2026, 3, 1), 28)
    whole = draft(year=2027, first_date=date(2027, 1, 1), due_date=date(2027, 12, 31))
    set_goal(draft=replace(whole, due_date=date(2027, 6, 30)), at=AT, desk=director)

    assert next_text(told()) == "2027年，入藏新书，目标3000册，6月30日前完成。"
    assert next_text(told(period=span_of(date(2026, 2, 1), date(2026, 12, 31)))) == (
        "2027年，入藏新书，目标3000册，6月30日前完成。"
    )
