"""Verbs of the work plan: setting, changing and closing goals, and noting that a milestone is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection

from wenyuan.office.workplans import rules, sql
from wenyuan.office.workplans.data import GoalDraft, GoalFacts, GoalReason, GoalRefused, GoalState
from wenyuan.office.workplans.models import Goal, Milestone
from wenyuan.office.workplans.queries import at_place, get_goal, goals_of
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

SUBJECT = "goal"


@dataclass(frozen=True, slots=True)
class GoalReceipt:
    """The goal as it is now; ``repeated`` when a request with the same key had already set it."""

    goal: GoalFacts
    repeated: bool = False


@needs(Act.KEEP_FIGURES)
def set_goal(*, draft: GoalDraft, at: datetime, desk: Desk, key: str | None = None) -> GoalReceipt:
    """Put a goal into the plan of its year.

    :raises NotAllowed: without the right at the goal's branch, or over the whole network where it names none.
    :raises GoalRefused: with every reason.
    """
    return _twice(lambda: _set(rules.tidied(draft), at, desk, key))


@needs(Act.KEEP_FIGURES)
def change_goal(*, goal_id: int, version: int, draft: GoalDraft, at: datetime, desk: Desk) -> GoalReceipt:
    """Change an open goal that is as ``version`` says; of its milestones those that keep their name keep the day on
    which they were done. Its year stays.

    :raises NotAllowed: without the right where it stands and where it shall stand.
    :raises GoalRefused: with every reason; ``superseded`` when somebody changed it meanwhile.
    """
    return _change(goal_id, version, rules.tidied(draft), at, desk)


@needs(Act.KEEP_FIGURES)
def close_goal(*, goal_id: int, dropped: bool, on: date, words: str, at: datetime, desk: Desk) -> GoalReceipt:
    """Say that a goal is done, or given up, since a day; ``words`` say on what that rests.

    :raises NotAllowed: without the right where it stands.
    :raises GoalRefused: with every reason.
    """
    return _close(goal_id, GoalState.DROPPED if dropped else GoalState.DONE, on, words.strip(), at, desk)


@needs(Act.KEEP_FIGURES)
def reopen_goal(*, goal_id: int, at: datetime, desk: Desk) -> GoalReceipt:
    """Take back that a goal was closed.

    :raises NotAllowed: without the right where it stands.
    :raises GoalRefused: it is open.
    """
    return _reopen(goal_id, at, desk)


@needs(Act.KEEP_FIGURES)
def note_milestone(*, milestone_id: int, done: date | None, at: datetime, desk: Desk) -> GoalReceipt:
    """Note the day on which a milestone was done, or that it is not (none).

    :raises NotAllowed: without the right where its goal stands.
    :raises GoalRefused: with every reason.
    """
    return _note(milestone_id, done, at, desk)


@needs(Act.KEEP_FIGURES)
def carry_over(*, year: int, branch_id: int | None, at: datetime, desk: Desk) -> int:
    """Set the goals of a year at a place for the year after as well, but for those given up and those that were carried
    before; returns how many.

    :raises NotAllowed: without the right at that place.
    :raises GoalRefused: the year after would have too many.
    """
    return _carry(year, branch_id, at, desk)


def _twice(attempt: Callable[[], GoalReceipt]) -> GoalReceipt:
    """Who loses a race for a key looks again, and then sees what the winner wrote."""
    try:
        return attempt()
    except IntegrityError:
        return attempt()


@verb
def _set(draft: GoalDraft, at: datetime, desk: Desk, key: str | None) -> GoalReceipt:
    require(desk.operator, Act.KEEP_FIGURES, draft.branch_id)
    if key and (done := Goal.objects.filter(key=key).first()):
        made = _read(done.id)
        if rules.draft_of(made) != draft:
            raise GoalRefused(GoalReason.KEY_REUSED)
        return GoalReceipt(made, repeated=True)
    _refuse_unfit(draft)
    _hold_room_for(1, draft.year, draft.branch_id)
    made = _read(_create(draft, at, desk, key=key).id)
    _audit("set_goal", made, None, at, desk)
    return GoalReceipt(made)


@verb
def _change(goal_id: int, version: int, draft: GoalDraft, at: datetime, desk: Desk) -> GoalReceipt:
    before = _locked(goal_id, desk)
    require(desk.operator, Act.KEEP_FIGURES, draft.branch_id)
    if before.version != version:
        raise GoalRefused(GoalReason.SUPERSEDED)
    if before.state is not GoalState.OPEN:
        raise GoalRefused(GoalReason.CLOSED)
    if draft.year != before.year:
        raise GoalRefused(GoalReason.OTHER_YEAR)
    _refuse_unfit(draft)
    if draft.branch_id != before.branch_id:
        _hold_room_for(1, draft.year, draft.branch_id)
    Goal.objects.filter(id=goal_id).update(**_columns(draft), version=version + 1)
    done = {one.title: one.done_date for one in before.milestones}
    Milestone.objects.filter(goal_id=goal_id).delete()
    _create_milestones(goal_id, draft, done)
    made = _read(goal_id)
    _audit("change_goal", made, before, at, desk)
    return GoalReceipt(made)


@verb
def _close(goal_id: int, state: GoalState, on: date, words: str, at: datetime, desk: Desk) -> GoalReceipt:
    before = _locked(goal_id, desk)
    reasons = rules.reasons_against_closing(words=words, on=on, today=local_date(at))
    if before.state is not GoalState.OPEN:
        reasons.append(GoalReason.CLOSED)
    if reasons:
        raise GoalRefused(*reasons)
    return _kept("close_goal", before, at, desk, state=state.value, closed_date=on, closed_words=words)


@verb
def _reopen(goal_id: int, at: datetime, desk: Desk) -> GoalReceipt:
    before = _locked(goal_id, desk)
    if before.state is GoalState.OPEN:
        raise GoalRefused(GoalReason.NOT_CLOSED)
    return _kept("reopen_goal", before, at, desk, state=GoalState.OPEN.value, closed_date=None, closed_words="")


@verb
def _note(milestone_id: int, done: date | None, at: datetime, desk: Desk) -> GoalReceipt:
    goal_id = Milestone.objects.filter(id=milestone_id).values_list("goal_id", flat=True).first()
    if goal_id is None:
        raise GoalRefused(GoalReason.UNKNOWN_MILESTONE)
    before = _locked(goal_id, desk)
    if before.state is not GoalState.OPEN:
        raise GoalRefused(GoalReason.CLOSED)
    if done is not None and done > local_date(at):
        raise GoalRefused(GoalReason.FUTURE_DAY)
    if not Milestone.objects.filter(id=milestone_id).update(done_date=done):
        raise GoalRefused(GoalReason.UNKNOWN_MILESTONE)
    return _kept("note_milestone", before, at, desk)


@verb
def _carry(year: int, branch_id: int | None, at: datetime, desk: Desk) -> int:
    require(desk.operator, Act.KEEP_FIGURES, branch_id)
    list(Goal.objects.select_for_update().filter(at_place(branch_id), year=year).order_by("id").values_list("id"))
    goals = goals_of(year, branch_id=branch_id)
    there = set(Goal.objects.filter(carried_from__in=[one.id for one in goals]).values_list("carried_from", flat=True))
    wanted = [one for one in goals if one.state is not GoalState.DROPPED and one.id not in there]
    _hold_room_for(len(wanted), year + 1, branch_id)
    for one in wanted:
        made = _create(rules.carried(one), at, desk, carried_from_id=one.id)
        _audit("set_goal", _read(made.id), None, at, desk, carried_from=one.id)
    return len(wanted)


def _locked(goal_id: int, desk: Desk) -> GoalFacts:
    """The goal, held until the end. :raises NotAllowed: it is not the operator's."""
    if Goal.objects.select_for_update().filter(id=goal_id).only("id").first() is None:
        raise GoalRefused(GoalReason.UNKNOWN_GOAL)
    goal = _read(goal_id)
    require(desk.operator, Act.KEEP_FIGURES, goal.branch_id)
    return goal


def _hold_room_for(count: int, year: int, branch_id: int | None) -> None:
    """Nobody else adds to the plans of the year until the end. :raises GoalRefused: there is no room for so many."""
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_PLANS, {"lock": sql.PLANS_LOCK, "year": year})
    if Goal.objects.filter(at_place(branch_id), year=year).count() + count > rules.MOST_GOALS:
        raise GoalRefused(GoalReason.TOO_MANY)


def _refuse_unfit(draft: GoalDraft) -> None:
    reasons = rules.reasons_against_draft(draft)
    if draft.branch_id is not None and draft.branch_id not in network_map().branches:
        reasons.append(GoalReason.UNKNOWN_BRANCH)
    if reasons:
        raise GoalRefused(*reasons)


def _create(draft: GoalDraft, at: datetime, desk: Desk, **more: Any) -> Goal:
    row = Goal.objects.create(
        **_columns(draft), year=draft.year, entered_by_id=desk.operator.account_id, entered_at=at, **more
    )
    _create_milestones(row.id, draft, {})
    return row


def _create_milestones(goal_id: int, draft: GoalDraft, done: dict[str, date | None]) -> None:
    Milestone.objects.bulk_create(
        Milestone(goal_id=goal_id, title=one.title, due_date=one.due_date, done_date=done.get(one.title))
        for one in draft.milestones
    )


def _kept(act: str, before: GoalFacts, at: datetime, desk: Desk, **columns: object) -> GoalReceipt:
    Goal.objects.filter(id=before.id).update(**columns, version=before.version + 1)
    made = _read(before.id)
    _audit(act, made, before, at, desk)
    return GoalReceipt(made)


def _columns(draft: GoalDraft) -> dict[str, Any]:
    return {
        "part": draft.part.value,
        "branch_id": draft.branch_id,
        "title": draft.title,
        "duty": draft.duty,
        "standard": draft.standard,
        "first_date": draft.first_date,
        "due_date": draft.due_date,
        "figure": draft.figure.value if draft.figure else "",
        "target": draft.target,
    }


def _read(goal_id: int) -> GoalFacts:
    found = get_goal(goal_id)
    if found is None:
        raise GoalRefused(GoalReason.UNKNOWN_GOAL)
    return found


def _audit(act: str, goal: GoalFacts, before: GoalFacts | None, at: datetime, desk: Desk, **more: object) -> None:
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind=SUBJECT,
        subject_id=goal.id,
        branch_id=goal.branch_id,
        reason=goal.closed_words,
        before=_shown(before) if before else None,
        after={**_shown(goal), **more},
    )


def _shown(goal: GoalFacts) -> dict[str, object]:
    """Codes, days and numbers; texts stay with the goal."""
    return {
        "year": goal.year,
        "part": goal.part.value,
        "branch": goal.branch_id,
        "first": goal.first_date,
        "due": goal.due_date,
        "figure": goal.figure.value if goal.figure else "",
        "target": goal.target,
        "state": goal.state.value,
        "closed": goal.closed_date,
        "milestones": len(goal.milestones),
        "milestones_done": sum(one.done_date is not None for one in goal.milestones),
    }
