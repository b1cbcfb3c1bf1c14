"""How a goal of the work plan stands, and which goals are refused (docs/specs/work-plan.md)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.office.figures.data import IndicatorCode, StockCode, SummaryPart
from wenyuan.office.workplans.data import (
    GoalDraft,
    GoalFacts,
    GoalReason,
    GoalStanding,
    GoalState,
    Measured,
    MilestoneDraft,
    MilestoneFacts,
)
from wenyuan.office.workplans.rules import (
    MOST_MILESTONES,
    carried,
    draft_of,
    progress,
    reasons_against_closing,
    reasons_against_draft,
    tidied,
)

FIRST, DUE = date(2026, 1, 1), date(2026, 12, 31)
DRAFT = GoalDraft(
    year=2026,
    part=SummaryPart.HOLDINGS,
    branch_id=None,
    title="入藏新书",
    duty="采编部",
    first_date=FIRST,
    due_date=DUE,
    figure=IndicatorCode.ITEMS_ADDED,
    target=3000,
)


def goal(**changes: Any) -> GoalFacts:
    kept: dict[str, Any] = {
        "id": 1,
        "year": 2026,
        "part": SummaryPart.HOLDINGS,
        "branch_id": None,
        "title": "入藏新书",
        "duty": "采编部",
        "standard": "",
        "first_date": FIRST,
        "due_date": DUE,
        "figure": IndicatorCode.ITEMS_ADDED,
        "target": 3000,
        "state": GoalState.OPEN,
        "closed_date": None,
        "closed_words": "",
        "version": 1,
        "milestones": (),
    }
    return GoalFacts(**kept | changes)


def steps(*done: date | None, due: date = date(2026, 6, 30)) -> tuple[MilestoneFacts, ...]:
    return tuple(MilestoneFacts(number, f"第{number}步", due, day) for number, day in enumerate(done))


@pytest.mark.parametrize(
    ("now", "today", "standing", "done", "due"),
    [
        (0, date(2025, 12, 31), GoalStanding.COMING, 0, 0),
        (0, date(2026, 1, 1), GoalStanding.UNDER_WAY, 0, 0),
        (0, date(2026, 1, 2), GoalStanding.BEHIND, 0, 2),
        (1499, date(2026, 7, 1), GoalStanding.UNDER_WAY, 499, 495),
        (1337, date(2026, 7, 1), GoalStanding.BEHIND, 445, 495),
        (1338, date(2026, 7, 1), GoalStanding.UNDER_WAY, 446, 495),
        (2999, date(2026, 12, 31), GoalStanding.UNDER_WAY, 999, 997),
        (2999, date(2027, 1, 1), GoalStanding.MISSED, 999, 1000),
        (3000, date(2026, 2, 1), GoalStanding.REACHED, 1000, 84),
        (4000, date(2027, 3, 1), GoalStanding.REACHED, 1000, 1000),
        (-5, date(2026, 7, 1), GoalStanding.BEHIND, 0, 495),
    ],
)
def test_a_sum_is_held_against_the_days_that_are_gone_wp2(
    now: int, today: date, standing: GoalStanding, done: int, due: int
) -> None:
    found = progress(goal(), Measured(today, now), today=today)

    assert (found.standing, found.done, found.due) == (standing, done, due)


def test_a_goal_of_one_day_is_not_behind_on_that_day_wp2() -> None:
    day = date(2026, 4, 23)
    reading_day = goal(first_date=day, due_date=day, target=1)

    on_the_day = progress(reading_day, Measured(day, 0), today=day)
    after = progress(reading_day, Measured(day, 0), today=day + timedelta(days=1))

    assert (on_the_day.standing, on_the_day.due) == (GoalStanding.UNDER_WAY, 0)
    assert (after.standing, after.due) == (GoalStanding.MISSED, 1000)


def test_what_stands_on_a_day_is_counted_from_where_it_began_wp3() -> None:
    seen = progress(goal(target=200), Measured(date(2026, 7, 1), 150, begun_with=100), today=date(2026, 7, 1))
    fallen = progress(goal(target=200), Measured(date(2026, 7, 1), 90, begun_with=100), today=date(2026, 7, 1))
    had_it = progress(goal(target=100), Measured(date(2026, 1, 2), 120, begun_with=120), today=date(2026, 1, 2))

    assert (seen.standing, seen.done) == (GoalStanding.UNDER_WAY, 500)
    assert (fallen.standing, fallen.done) == (GoalStanding.BEHIND, 0)
    assert (had_it.standing, had_it.done) == (GoalStanding.REACHED, 1000)


def test_from_where_nobody_had_stated_anything_no_way_is_measured_wp3() -> None:
    seats = goal(target=210)

    stated = progress(seats, Measured(date(2026, 7, 1), 200, None), today=date(2026, 7, 1))
    reached = progress(seats, Measured(date(2026, 7, 1), 210, None), today=date(2026, 7, 1))

    assert (stated.standing, stated.done) == (GoalStanding.UNDER_WAY, None)
    assert (reached.standing, reached.done) == (GoalStanding.REACHED, 1000)


@pytest.mark.parametrize(
    ("milestones", "today", "standing", "done"),
    [
        (steps(date(2026, 3, 1), None), date(2026, 6, 30), GoalStanding.UNDER_WAY, 500),
        (steps(date(2026, 3, 1), None), date(2026, 7, 1), GoalStanding.BEHIND, 500),
        (steps(date(2026, 3, 1), date(2026, 9, 1)), date(2026, 9, 2), GoalStanding.REACHED, 1000),
        (steps(None), date(2027, 1, 1), GoalStanding.MISSED, 0),
        ((), date(2026, 7, 1), GoalStanding.UNDER_WAY, None),
        ((), date(2027, 1, 1), GoalStanding.MISSED, None),
    ],
)
def test_without_a_figure_milestones_say_how_far_it_is_wp4(
    milestones: tuple[MilestoneFacts, ...], today: date, standing: GoalStanding, done: int | None
) -> None:
    found = progress(goal(figure=None, target=None, milestones=milestones), None, today=today)

    assert (found.standing, found.done) == (standing, done)


def test_a_late_milestone_puts_a_goal_behind_whose_figure_is_well_wp4() -> None:
    late = goal(milestones=steps(None))

    assert progress(late, Measured(date(2026, 7, 1), 2000), today=date(2026, 7, 1)).standing is GoalStanding.BEHIND
    assert progress(late, Measured(date(2026, 7, 1), 3000), today=date(2026, 7, 1)).standing is GoalStanding.REACHED


@pytest.mark.parametrize("state", [GoalState.DONE, GoalState.DROPPED])
def test_what_somebody_closed_stands_as_they_said_wp5(state: GoalState) -> None:
    closed = goal(state=state, closed_date=date(2026, 5, 1), closed_words="馆务会决定")

    assert progress(closed, Measured(date(2026, 5, 1), 10), today=date(2027, 1, 1)).standing == state.value


@given(
    now=st.integers(-100, 5000),
    begun=st.integers(0, 5000),
    target=st.integers(1, 5000),
    days=st.integers(0, 400),
    today=st.dates(date(2025, 6, 1), date(2027, 12, 31)),
)
def test_progress_never_leaves_its_bounds(now: int, begun: int, target: int, days: int, today: date) -> None:
    due_date = min(FIRST + timedelta(days=days), DUE)
    found = progress(goal(target=target, due_date=due_date), Measured(today, now, begun), today=today)

    assert found.done is not None
    assert 0 <= found.done <= 1000
    assert 0 <= found.due <= 1000
    assert (found.done == 1000) == (now >= target)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"figure": None, "target": None}, []),
        ({"title": " "}, [GoalReason.TITLE_MISSING]),
        ({"duty": ""}, [GoalReason.DUTY_MISSING]),
        ({"part": SummaryPart.NEXT}, [GoalReason.BAD_PART]),
        ({"title": "长" * 121}, [GoalReason.TEXT_TOO_LONG]),
        ({"standard": "长" * 401}, [GoalReason.TEXT_TOO_LONG]),
        ({"first_date": date(2026, 5, 2), "due_date": date(2026, 5, 1)}, [GoalReason.DAYS_OUT_OF_ORDER]),
        ({"due_date": date(2027, 1, 1)}, [GoalReason.OTHER_YEAR]),
        ({"target": None}, [GoalReason.BAD_TARGET]),
        ({"target": 0}, [GoalReason.BAD_TARGET]),
        ({"figure": None}, [GoalReason.BAD_TARGET]),
        ({"figure": StockCode.BORROWERS}, [GoalReason.BAD_FIGURE]),
        ({"milestones": (MilestoneDraft("招标", DUE), MilestoneDraft(" 招标 ", DUE))}, [GoalReason.SAME_MILESTONE]),
        ({"milestones": (MilestoneDraft("招标", date(2027, 1, 1)),)}, [GoalReason.MILESTONE_OUTSIDE]),
        ({"milestones": (MilestoneDraft(" ", DUE),)}, [GoalReason.TITLE_MISSING]),
        (
            {"milestones": tuple(MilestoneDraft(f"{number}", DUE) for number in range(MOST_MILESTONES + 1))},
            [GoalReason.TOO_MANY],
        ),
        ({"title": "", "duty": ""}, [GoalReason.TITLE_MISSING, GoalReason.DUTY_MISSING]),
    ],
)
def test_a_goal_is_refused_with_every_reason_wp1(changes: dict[str, Any], reasons: list[GoalReason]) -> None:
    assert reasons_against_draft(tidied(replace(DRAFT, **changes))) == reasons


@pytest.mark.parametrize(
    ("words", "on", "reasons"),
    [
        ("验收单", date(2026, 5, 1), []),
        ("", date(2026, 5, 1), [GoalReason.WORDS_MISSING]),
        ("验收单", date(2026, 5, 2), [GoalReason.FUTURE_DAY]),
        ("长" * 201, date(2026, 5, 1), [GoalReason.TEXT_TOO_LONG]),
    ],
)
def test_closing_needs_words_and_a_day_that_has_come_wp5(words: str, on: date, reasons: list[GoalReason]) -> None:
    assert reasons_against_closing(words=words, on=on, today=date(2026, 5, 1)) == reasons


def test_a_goal_is_carried_over_with_days_a_year_later_and_nothing_done_wp6() -> None:
    kept = goal(
        year=2024,
        first_date=date(2024, 2, 29),
        due_date=date(2024, 11, 30),
        milestones=(MilestoneFacts(7, "招标", date(2024, 2, 29), date(2024, 2, 20)),),
    )

    found = carried(kept)

    assert (found.year, found.first_date, found.due_date) == (2025, date(2025, 2, 28), date(2025, 11, 30))
    assert found.milestones == (MilestoneDraft("招标", date(2025, 2, 28)),)
    assert (found.title, found.figure, found.target) == ("入藏新书", IndicatorCode.ITEMS_ADDED, 3000)
    assert draft_of(kept).milestones == (MilestoneDraft("招标", date(2024, 2, 29)),)
