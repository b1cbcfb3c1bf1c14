"""What crosses the border of the work plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from wenyuan.office.daybook.data import StateCode
from wenyuan.office.figures.data import (
    IndicatorCode,
    NetworkCode,
    StockCode,
    SummaryPart,
    WorkSummary,
)

GoalFigure = IndicatorCode | StockCode | StateCode | NetworkCode
"""What a goal may be measured by: a sum over its days, or what stands on a day."""
_WITHOUT_GOALS = {SummaryPart.OPENING, SummaryPart.PROBLEMS, SummaryPart.NEXT}
PARTS: tuple[SummaryPart, ...] = tuple(part for part in SummaryPart if part not in _WITHOUT_GOALS)
"""The parts of a plan, in the order of a work summary."""


class GoalState(StrEnum):
    """Whether somebody has closed a goal."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class GoalStanding(StrEnum):
    """How a goal stands against the calendar."""

    COMING = "coming"  # its first day is ahead
    UNDER_WAY = "under_way"  # as far as the calendar asks, or nothing measures it
    BEHIND = "behind"  # less than nine tenths of what the calendar asks, or a milestone is late
    REACHED = "reached"  # the figure or every milestone says so
    MISSED = "missed"  # its last day is over and it is not reached
    DONE = "done"  # somebody says so
    DROPPED = "dropped"


class GoalReason(StrEnum):
    """Why a verb of the plan was refused."""

    UNKNOWN_GOAL = "unknown_goal"
    UNKNOWN_MILESTONE = "unknown_milestone"
    UNKNOWN_BRANCH = "unknown_branch"
    TITLE_MISSING = "title_missing"
    DUTY_MISSING = "duty_missing"
    TEXT_TOO_LONG = "text_too_long"
    DAYS_OUT_OF_ORDER = "days_out_of_order"
    OTHER_YEAR = "other_year"  # its days do not lie in its year
    BAD_PART = "bad_part"
    BAD_FIGURE = "bad_figure"
    BAD_TARGET = "bad_target"  # none, not above zero, or one without a figure
    SAME_MILESTONE = "same_milestone"  # two of one name
    MILESTONE_OUTSIDE = "milestone_outside"  # its day lies outside the goal's days
    TOO_MANY = "too_many"  # milestones of a goal, or goals of a year
    WORDS_MISSING = "words_missing"
    FUTURE_DAY = "future_day"
    CLOSED = "closed"  # it is done or dropped: open it again first
    NOT_CLOSED = "not_closed"
    SUPERSEDED = "superseded"  # somebody changed it meanwhile
    KEY_REUSED = "key_reused"


class GoalRefused(Exception):
    """The plan stays as it was; with every reason."""

    def __init__(self, *reasons: GoalReason) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class MilestoneDraft:
    """A step as somebody types it."""

    title: str
    due_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalDraft:
    """A goal as somebody types it; ``branch_id`` none for the whole network. ``figure`` and ``target``, in the figure's
    unit, go together; ``milestones`` are all of them."""

    year: int
    part: SummaryPart
    branch_id: int | None
    title: str
    duty: str
    standard: str = ""
    first_date: date
    due_date: date
    figure: GoalFigure | None = None
    target: int | None = None
    milestones: Sequence[MilestoneDraft] = ()


@dataclass(frozen=True, slots=True)
class MilestoneFacts:
    """A step and the day on which it was done, if it was."""

    id: int
    title: str
    due_date: date
    done_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalFacts:
    """A goal as it is kept, its milestones by their days."""

    id: int
    year: int
    part: SummaryPart
    branch_id: int | None
    title: str
    duty: str
    standard: str
    first_date: date
    due_date: date
    figure: GoalFigure | None
    target: int | None
    state: GoalState
    closed_date: date | None
    closed_words: str
    version: int
    milestones: tuple[MilestoneFacts, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a goal's figure says by ``day``. ``begun_with`` is what stood before the goal's first day, none where nobody
    had stated it; 0 for a sum."""

    day: date
    now: int
    begun_with: int | None = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a goal is, and how far the calendar asks it to be, both in thousandths; ``done`` is none where nothing
    measures it."""

    standing: GoalStanding
    done: int | None
    due: int


@dataclass(frozen=True, slots=True)
class PlannedGoal:
    """A goal with what its figure says (none where it has none, where nobody has stated it, or where its first day is
    ahead) and how it stands."""

    goal: GoalFacts
    measured: Measured | None
    progress: Progress


@dataclass(frozen=True, slots=True)
class PlannedSummary:
    """A work summary with what the plan adds: what comes next stands in its text, and ``goals`` are what the writer of
    存在问题 should know, those missed or behind before those reached, as they stood on the last day counted."""

    summary: WorkSummary
    goals: tuple[PlannedGoal, ...]


STANDING_STOCKS = (
    StockCode.HOLDINGS_ITEMS,
    StockCode.HOLDINGS_TITLES,
    StockCode.VALID_CARDS,
    StockCode.BRANCHES,
    StockCode.SERVICE_STOPS,
)
"""Stocks a library can mean to raise; who borrowed within a year is no sum of days and no stock."""


def goal_figure(code: str) -> GoalFigure | None:
    """The figure of this name, if a goal may be measured by it."""
    for kind in (IndicatorCode, StateCode, NetworkCode):
        if code in set(kind):
            return kind(code)
    return StockCode(code) if code in STANDING_STOCKS else None
