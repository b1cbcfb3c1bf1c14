"""Reads of the work plan: the goals of a year, each with what its figure says now."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import Q

from wenyuan.office.daybook.data import StateCode
from wenyuan.office.figures.data import IndicatorCode, Period, StockCode, SummaryPart
from wenyuan.office.figures.queries import (
    figures_of,
    may_see,
    span_of,
    standing_of,
    stocks_of,
    with_part,
    work_summary,
)
from wenyuan.office.workplans.data import (
    PARTS,
    GoalFacts,
    GoalFigure,
    GoalState,
    Measured,
    MilestoneFacts,
    PlannedGoal,
    PlannedSummary,
    goal_figure,
)
from wenyuan.office.workplans.models import Goal, Milestone
from wenyuan.office.workplans.rules import as_of, progress
from wenyuan.office.workplans.telling import OF_PROBLEMS as OF_PROBLEMS
from wenyuan.office.workplans.telling import OF_SUCCESS as OF_SUCCESS
from wenyuan.office.workplans.telling import facts_of, next_goals, next_sentences
from wenyuan.office.workplans.telling import unit_of as unit_of
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Operator
from wenyuan.plumbing.clock import local_date

_ONE_DAY = timedelta(days=1)


def get_goal(goal_id: int) -> GoalFacts | None:
    """One goal, or nothing."""
    found = _read(Goal.objects.filter(id=goal_id))
    return found[0] if found else None


def goals_of(year: int, *, branch_id: int | None) -> tuple[GoalFacts, ...]:
    """The goals of a year at a branch, or of the whole network (none), by part and day; at most ``rules.MOST_GOALS``
    of either."""
    found = _read(Goal.objects.filter(at_place(branch_id), year=year))
    order = {part: number for number, part in enumerate(PARTS)}
    return tuple(sorted(found, key=lambda one: (order[one.part], one.due_date, one.first_date, one.id)))


def at_place(branch_id: int | None) -> Q:
    """Goals of a branch, or of the whole network (none)."""
    return Q(branch__isnull=True) if branch_id is None else Q(branch_id=branch_id)


def planned_years() -> tuple[int, ...]:
    """The years for which anything is planned, the newest first."""
    return tuple(Goal.objects.order_by("-year").values_list("year", flat=True).distinct())


def places_planned(year: int, operator: Operator) -> tuple[int | None, ...]:
    """Where there are goals in a year that the operator may see: the whole network (none) first, then branches."""
    places = Goal.objects.filter(year=year).order_by("branch_id").values_list("branch_id", flat=True).distinct()
    seen = [one for one in places if may_see(operator, one)]
    return tuple(sorted(seen, key=lambda one: one or 0))


def plan_of(
    year: int, *, branch_id: int | None, at: datetime, network: NetworkMap | None = None
) -> tuple[PlannedGoal, ...]:
    """The goals of a year at a branch, or of the whole network, each with what its figure says at ``at``, for the
    branch and what stood below it."""
    return measured(goals_of(year, branch_id=branch_id), at=at, network=network)


def measured(goals: Iterable[GoalFacts], *, at: datetime, network: NetworkMap | None = None) -> tuple[PlannedGoal, ...]:
    """Goals with what their figures say: up to today, of what is over or was closed up to that day."""
    today = local_date(at)
    return _planned(goals, _Reader(at, network or network_map()), day=today, today=today)


def planned_summary(
    *,
    period: Period,
    branch: str | None,
    at: datetime,
    figures_to: date | None = None,
    network: NetworkMap | None = None,
) -> PlannedSummary:
    """``figures.queries.work_summary`` with the plan of the same place: what comes next in its text, and how the goals
    of its years stood on the last day counted.

    :raises UnknownBranch: when no branch has the code.
    :raises BadPeriod: nothing of the period lies before ``figures_to`` and today.
    """
    network = network or network_map()
    summary = work_summary(period=period, branch=branch, at=at, figures_to=figures_to, network=network)
    place = network.by_code(branch) if branch else None
    counted, branch_id = summary.facts.counted, place.id if place else None
    now, coming = range(counted.first_date.year, counted.last_date.year + 1), (period.last_date + _ONE_DAY).year
    plans = {
        year: _as_of(goals_of(year, branch_id=branch_id), day=counted.last_date, at=at, network=network)
        for year in {*now, coming}
    }
    reader = _Reader(at, network)
    ahead = [_setting_out(one, reader, counted.last_date) for one in next_goals(plans[coming], after=period.last_date)]
    return PlannedSummary(
        with_part(summary, SummaryPart.NEXT, next_sentences(ahead, summary.facts)),
        facts_of(one for year in now for one in plans[year]),
    )


def _setting_out(planned: PlannedGoal, reader: "_Reader", day: date) -> PlannedGoal:
    """The goal; of a stock whose first day is ahead, with what stood at the end of the day."""
    goal = planned.goal
    if planned.measured is not None or not isinstance(goal.figure, StockCode):
        return planned
    now = reader.standing(goal.figure, day, goal.branch_id)
    return planned if now is None else replace(planned, measured=Measured(day, now))


def _as_of(goals: Iterable[GoalFacts], *, day: date, at: datetime, network: NetworkMap) -> tuple[PlannedGoal, ...]:
    """Goals as they stood at the end of a day, or stand now where that day is not over."""
    today = min(day + _ONE_DAY, local_date(at))
    return _planned([as_of(one, day) for one in goals], _Reader(at, network), day=day, today=today)


def _planned(goals: Iterable[GoalFacts], reader: "_Reader", *, day: date, today: date) -> tuple[PlannedGoal, ...]:
    planned = []
    for goal in goals:
        value = _measure(goal, reader, day)
        planned.append(PlannedGoal(goal, value, progress(goal, value, today=today)))
    return tuple(planned)


class _Reader:
    """Figures by the days and place they are asked of, each read once."""

    def __init__(self, at: datetime, network: NetworkMap) -> None:
        self._at, self._network = at, network
        self._sums: dict[tuple[date, date, str | None], Mapping[IndicatorCode, int]] = {}
        self._standing: dict[tuple[GoalFigure, date, str | None], int | None] = {}

    def sum(self, figure: IndicatorCode, first: date, last: date, branch_id: int | None) -> int:
        asked = (first, last, self._code(branch_id))
        if asked not in self._sums:
            self._sums[asked] = figures_of(
                period=span_of(first, last), at=self._at, branch=asked[2], network=self._network
            ).values
        return self._sums[asked][figure]

    def standing(self, figure: GoalFigure, day: date, branch_id: int | None) -> int | None:
        """What stood at the end of the day; none where nobody had stated it."""
        asked = (figure, day, self._code(branch_id))
        if asked not in self._standing:
            self._standing[asked] = self._read_standing(*asked)
        return self._standing[asked]

    def _read_standing(self, figure: GoalFigure, day: date, branch: str | None) -> int | None:
        if isinstance(figure, StockCode):
            found = stocks_of(period=span_of(day, day), branch=branch, network=self._network, only=figure)
            return found[figure]
        assert not isinstance(figure, IndicatorCode)
        rows = standing_of(figure, on=day, branch=branch, network=self._network)
        return None if isinstance(figure, StateCode) and not rows else sum(row.value for row in rows)

    def _code(self, branch_id: int | None) -> str | None:
        return None if branch_id is None else self._network.branches[branch_id].code


def _measure(goal: GoalFacts, reader: _Reader, today: date) -> Measured | None:
    if goal.figure is None or today < goal.first_date:
        return None
    last = min(today, goal.due_date)
    if goal.closed_date is not None:
        last = max(goal.first_date, min(last, goal.closed_date))
    if isinstance(goal.figure, IndicatorCode):
        return Measured(last, reader.sum(goal.figure, goal.first_date, last, goal.branch_id))
    now = reader.standing(goal.figure, last, goal.branch_id)
    if now is None:
        return None
    return Measured(last, now, reader.standing(goal.figure, goal.first_date - _ONE_DAY, goal.branch_id))


def _read(rows: Iterable[Goal]) -> list[GoalFacts]:
    rows = list(rows)
    steps: dict[int, list[MilestoneFacts]] = {row.id: [] for row in rows}
    for step in Milestone.objects.filter(goal_id__in=steps).order_by("due_date", "title"):
        steps[step.goal_id].append(MilestoneFacts(step.id, step.title, step.due_date, step.done_date))
    return [_facts(row, steps[row.id]) for row in rows]


def _facts(row: Goal, steps: Iterable[MilestoneFacts]) -> GoalFacts:
    return GoalFacts(
        id=row.id,
        year=row.year,
        part=SummaryPart(row.part),
        branch_id=row.branch_id,
        title=row.title,
        duty=row.duty,
        standard=row.standard,
        first_date=row.first_date,
        due_date=row.due_date,
        figure=goal_figure(row.figure) if row.figure else None,
        target=row.target,
        state=GoalState(row.state),
        closed_date=row.closed_date,
        closed_words=row.closed_words,
        version=row.version,
        milestones=tuple(steps),
    )
