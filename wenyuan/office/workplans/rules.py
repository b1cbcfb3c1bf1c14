"""Decisions about goals: values in, reasons to refuse and how a goal stands out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from wenyuan.office.workplans.data import (
    PARTS,
    GoalDraft,
    GoalFacts,
    GoalReason,
    GoalStanding,
    GoalState,
    Measured,
    MilestoneDraft,
    MilestoneFacts,
    Progress,
    goal_figure,
)

TITLE_CHARACTERS = 120
STANDARD_CHARACTERS = 400
WORDS_CHARACTERS = 200
MOST_MILESTONES = 30
MOST_GOALS = 100
"""Of a year and place: each is measured on every look."""
MOST_TARGET = 10**12
WHOLE = 1000
ALMOST = 900
"""Thousandths of what the calendar asks below which a goal is behind."""


def tidied(draft: GoalDraft) -> GoalDraft:
    """Without blanks around texts, the milestones by their days."""
    milestones = sorted(
        (MilestoneDraft(one.title.strip(), one.due_date) for one in draft.milestones),
        key=lambda one: (one.due_date, one.title),
    )
    return replace(
        draft,
        title=draft.title.strip(),
        duty=draft.duty.strip(),
        standard=draft.standard.strip(),
        milestones=tuple(milestones),
    )


def reasons_against_draft(draft: GoalDraft) -> list[GoalReason]:
    """Every reason against keeping a goal like that."""
    titles = [one.title for one in draft.milestones]
    checks = (
        (draft.part not in PARTS, GoalReason.BAD_PART),
        (not draft.title, GoalReason.TITLE_MISSING),
        (not draft.duty, GoalReason.DUTY_MISSING),
        (_is_too_long(draft), GoalReason.TEXT_TOO_LONG),
        (draft.first_date > draft.due_date, GoalReason.DAYS_OUT_OF_ORDER),
        ({draft.first_date.year, draft.due_date.year} != {draft.year}, GoalReason.OTHER_YEAR),
        (draft.figure is not None and goal_figure(draft.figure.value) is None, GoalReason.BAD_FIGURE),
        (not _target_fits(draft), GoalReason.BAD_TARGET),
        ("" in titles, GoalReason.TITLE_MISSING),
        (len(set(titles)) != len(titles), GoalReason.SAME_MILESTONE),
        (
            any(not draft.first_date <= one.due_date <= draft.due_date for one in draft.milestones),
            GoalReason.MILESTONE_OUTSIDE,
        ),
        (len(titles) > MOST_MILESTONES, GoalReason.TOO_MANY),
    )
    return list(dict.fromkeys(reason for refused, reason in checks if refused))


def reasons_against_closing(*, words: str, on: date, today: date) -> list[GoalReason]:
    """Every reason against saying that a goal is done or dropped, on that day and for these words."""
    checks = (
        (not words, GoalReason.WORDS_MISSING),
        (len(words) > WORDS_CHARACTERS, GoalReason.TEXT_TOO_LONG),
        (on > today, GoalReason.FUTURE_DAY),
    )
    return [reason for refused, reason in checks if refused]


def progress(goal: GoalFacts, measured: Measured | None, *, today: date) -> Progress:
    """How a goal stands on ``today``."""
    due, done = _due(goal, today), _done(goal, measured)
    return Progress(_standing(goal, done, due, today), done, due)


def as_of(goal: GoalFacts, day: date) -> GoalFacts:
    """The goal as it stood at the end of a day: what was closed or done later was not yet."""
    steps = tuple(
        replace(one, done_date=None) if one.done_date is not None and one.done_date > day else one
        for one in goal.milestones
    )
    if goal.closed_date is not None and goal.closed_date > day:
        goal = replace(goal, state=GoalState.OPEN, closed_date=None, closed_words="")
    return replace(goal, milestones=steps)


def next_year(day: date) -> date:
    """The same day a year on; the 28th for a 29th of February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def draft_of(goal: GoalFacts) -> GoalDraft:
    """The goal as it might be typed again."""
    return GoalDraft(
        year=goal.year,
        part=goal.part,
        branch_id=goal.branch_id,
        title=goal.title,
        duty=goal.duty,
        standard=goal.standard,
        first_date=goal.first_date,
        due_date=goal.due_date,
        figure=goal.figure,
        target=goal.target,
        milestones=tuple(MilestoneDraft(one.title, one.due_date) for one in goal.milestones),
    )


def carried(goal: GoalFacts) -> GoalDraft:
    """The goal of the year after: the same, with nothing of it done."""
    draft = draft_of(goal)
    return replace(
        draft,
        year=goal.year + 1,
        first_date=next_year(goal.first_date),
        due_date=next_year(goal.due_date),
        milestones=tuple(MilestoneDraft(one.title, next_year(one.due_date)) for one in draft.milestones),
    )


def _is_too_long(draft: GoalDraft) -> bool:
    short = (draft.title, draft.duty, *(one.title for one in draft.milestones))
    return any(len(text) > TITLE_CHARACTERS for text in short) or len(draft.standard) > STANDARD_CHARACTERS


def _target_fits(draft: GoalDraft) -> bool:
    if draft.figure is None:
        return draft.target is None
    return draft.target is not None and 0 < draft.target <= MOST_TARGET


def _due(goal: GoalFacts, today: date) -> int:
    """What the calendar asks: the days that are over, of all the goal's days. Today is not over."""
    days = (goal.due_date - goal.first_date).days + 1
    return min(max(0, (today - goal.first_date).days), days) * WHOLE // days


def _done(goal: GoalFacts, measured: Measured | None) -> int | None:
    """How much of the way from where it began to its target is gone; of milestones how many are done."""
    if measured is not None and goal.target is not None:
        if measured.now >= goal.target:
            return WHOLE
        if measured.begun_with is None:
            return None
        way, gone = goal.target - measured.begun_with, measured.now - measured.begun_with
        return max(0, gone) * WHOLE // way if way > 0 else 0
    if goal.figure is None and goal.milestones:
        return sum(one.done_date is not None for one in goal.milestones) * WHOLE // len(goal.milestones)
    return None


def _standing(goal: GoalFacts, done: int | None, due: int, today: date) -> GoalStanding:
    if goal.state is not GoalState.OPEN:
        return GoalStanding(goal.state.value)
    if done == WHOLE:
        return GoalStanding.REACHED
    if today < goal.first_date:
        return GoalStanding.COMING
    if today > goal.due_date:
        return GoalStanding.MISSED
    measured_behind = goal.figure is not None and done is not None and done * WHOLE < due * ALMOST
    return GoalStanding.BEHIND if measured_behind or _is_late(goal.milestones, today) else GoalStanding.UNDER_WAY


def _is_late(milestones: Sequence[MilestoneFacts], today: date) -> bool:
    return any(one.done_date is None and one.due_date < today for one in milestones)
