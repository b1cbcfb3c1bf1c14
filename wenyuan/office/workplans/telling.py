"""What a plan tells in a work summary: what was to be reached, and what comes next. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from wenyuan.office.figures.data import IndicatorCode, Opened, Run, Sentence, StockCode, SummaryFacts, Unit
from wenyuan.office.figures.queries import (
    BY_CODE,
    BY_STOCK,
    period_words,
    span_of,
    told,
    told_exactly,
    unit_of_standing,
)
from wenyuan.office.workplans.data import GoalFigure, GoalStanding, GoalState, PlannedGoal

OF_PROBLEMS = (GoalStanding.MISSED, GoalStanding.BEHIND)
OF_SUCCESS = (GoalStanding.REACHED, GoalStanding.DONE)
_DECEMBER, _LAST = 12, 31
_STOPS = "。；;.，, "


def unit_of(figure: GoalFigure) -> Unit:
    """The unit in which a goal's figure and target are told."""
    if isinstance(figure, IndicatorCode):
        return BY_CODE[figure].unit
    return BY_STOCK[figure].unit if isinstance(figure, StockCode) else unit_of_standing(figure)


def facts_of(goals: Iterable[PlannedGoal]) -> tuple[PlannedGoal, ...]:
    """What a writer of 存在问题 should know: goals missed or behind first, then those reached, no others."""
    order = (*OF_PROBLEMS, *OF_SUCCESS)
    told = [one for one in goals if one.progress.standing in order]
    return tuple(sorted(told, key=lambda one: order.index(one.progress.standing)))


def next_goals(goals: Iterable[PlannedGoal], *, after: date) -> tuple[PlannedGoal, ...]:
    """The goals that are still to be reached behind the last day of a summary."""
    return tuple(
        one
        for one in goals
        if one.goal.due_date > after
        and one.goal.state is GoalState.OPEN
        and one.progress.standing is not GoalStanding.REACHED
    )


def next_sentences(goals: Sequence[PlannedGoal], facts: SummaryFacts) -> tuple[Sentence, ...]:
    """下一步打算: the goals that come, each with its target and the figure from which it sets out. Nothing planned,
    nothing said."""
    if not goals:
        return ()
    year = goals[0].goal.year
    runs = [Run("下一步，" if year == facts.period.last_date.year else f"{year}年，")]
    for number, one in enumerate(goals):
        runs += [Run("；")] if number else []
        runs += _goal(one, facts)
    return ((*runs, Run("。")),)


def _goal(planned: PlannedGoal, facts: SummaryFacts) -> list[Run]:
    goal = planned.goal
    runs = [Run(goal.title.rstrip(_STOPS))]
    if goal.figure is not None and goal.target is not None:
        runs += [Run("，目标"), Run(told_exactly(goal.target, unit_of(goal.figure)), goal_id=goal.id)]
        runs += _so_far(planned, facts) or _year_before(planned, facts)
    if (goal.due_date.month, goal.due_date.day) != (_DECEMBER, _LAST):
        runs.append(Run(f"，{goal.due_date.month}月{goal.due_date.day}日前完成"))
    return runs


def _so_far(planned: PlannedGoal, facts: SummaryFacts) -> list[Run]:
    """（已完成1200册）, or what stands: （现为200个）."""
    goal, measured = planned.goal, planned.measured
    if measured is None or goal.figure is None or measured.now <= 0:
        return []
    is_sum = isinstance(goal.figure, IndicatorCode)
    days = span_of(goal.first_date if is_sum else measured.day, measured.day)
    counted = (facts.counted.first_date, facts.counted.last_date)
    if isinstance(goal.figure, IndicatorCode) and (days.first_date, days.last_date) == counted:
        number = Run(told(measured.now, unit_of(goal.figure)), goal.figure)
    else:
        number = Run(
            told_exactly(measured.now, unit_of(goal.figure)),
            opened=Opened(goal.figure, days, facts.branch),
            goal_id=goal.id,
        )
    return [Run("（已完成" if is_sum else "（现为"), number, Run("）")]


def _year_before(planned: PlannedGoal, facts: SummaryFacts) -> list[Run]:
    """（2026年为2800册）: the year told of beside a goal of as many days, or what stands at its end."""
    goal = planned.goal
    if goal.figure is None or isinstance(goal.figure, StockCode):
        return []
    fact = facts.facts.get(goal.figure)
    is_sum = isinstance(goal.figure, IndicatorCode)
    if fact is None or fact.now <= 0 or (is_sum and not (_is_year(facts) and _whole(goal.first_date, goal.due_date))):
        return []
    words = f"（{period_words(facts.period)}为" if is_sum else "（现为"
    return [Run(words), Run(told(fact.now, fact.unit), goal.figure), Run("）")]


def _is_year(facts: SummaryFacts) -> bool:
    return facts.counted == facts.period and _whole(facts.period.first_date, facts.period.last_date)


def _whole(first: date, last: date) -> bool:
    """Whether these are all days of one year."""
    return first == date(first.year, 1, 1) and last + timedelta(days=1) == date(first.year + 1, 1, 1)
