"""What the pages of the work plan show of goals."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import PARTS, unit_shown
from wenyuan.doors.workbench.figures.links import rows_url, standing_url, stock_url
from wenyuan.doors.workbench.workplans.words import STANDINGS, goal_figure_name
from wenyuan.office.figures.data import IndicatorCode, Opened, StockCode, Unit
from wenyuan.office.figures.queries import may_see, span_of
from wenyuan.office.workplans.data import GoalFacts, GoalState, Measured, PlannedGoal
from wenyuan.office.workplans.queries import get_goal, unit_of
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.rights.data import Operator

_TENTHS = 10


@dataclass(frozen=True, slots=True)
class ShownGoal:
    """A goal in words. ``done`` and ``due`` are per cent; ``url`` leads to the rows of what its figure says."""

    goal: GoalFacts
    part: StrOrPromise
    shape: str
    standing: StrOrPromise
    figure: str
    unit: Unit | None
    unit_words: StrOrPromise
    now: int | None
    url: str
    day: date | None
    done: float | None
    due: float
    milestones_done: int

    @property
    def is_open(self) -> bool:
        return self.goal.state is GoalState.OPEN


def seen_goal(operator: Operator, goal_id: int) -> GoalFacts:
    """The goal, if it is there and the operator sees figures of the place where it stands."""
    goal = get_goal(goal_id)
    if goal is None:
        raise Http404
    if not may_see(operator, goal.branch_id):
        raise PermissionDenied
    return goal


def shown(planned: PlannedGoal, network: NetworkMap) -> ShownGoal:
    goal, measured, progress = planned.goal, planned.measured, planned.progress
    shape, words = STANDINGS[progress.standing]
    unit = unit_of(goal.figure) if goal.figure else None
    return ShownGoal(
        goal=goal,
        part=PARTS[goal.part],
        shape=shape,
        standing=words,
        figure=goal_figure_name(goal.figure) if goal.figure else "",
        unit=unit,
        unit_words=unit_shown(unit) if unit else "",
        now=measured.now if measured else None,
        url=figure_url(_opened(goal, measured, network)) if measured else "",
        day=measured.day if measured else None,
        done=None if progress.done is None else progress.done / _TENTHS,
        due=progress.due / _TENTHS,
        milestones_done=sum(one.done_date is not None for one in goal.milestones),
    )


def figure_url(opened: Opened) -> str:
    """Where the rows are behind a figure of days and a place: a sum over them, or what stands on the last."""
    figure, branch, day = opened.figure, opened.branch, opened.period.last_date
    if isinstance(figure, IndicatorCode):
        return rows_url(figure, opened.period, branch)
    if isinstance(figure, StockCode):
        return stock_url(figure, day.isoformat(), branch)
    return standing_url(figure, day, branch)


def _opened(goal: GoalFacts, measured: Measured, network: NetworkMap) -> Opened:
    assert goal.figure is not None
    branch = None if goal.branch_id is None else network.branches[goal.branch_id].code
    return Opened(goal.figure, span_of(goal.first_date, measured.day), branch)
