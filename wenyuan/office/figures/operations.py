"""Verbs of the figures: what the library counts, from which day on; and the adding up of past days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import IntegrityError

from wenyuan.office.figures.data import DefinitionReason, DefinitionRefused, Question
from wenyuan.office.figures.definitions import reasons_against_answer
from wenyuan.office.figures.models import Definition
from wenyuan.office.figures.queries import definitions
from wenyuan.office.figures.rollups.rolling import announce_days, mark_days, roll_month
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

Receipt = TypeVar("Receipt")


@dataclass(frozen=True, slots=True)
class Defined:
    """An answer was given; ``repeated`` when a request with the same key had already given it."""

    id: int
    repeated: bool = False


@needs(Act.KEEP_FIGURES)
def define(
    *, question: Question, counts: bool, since: date, basis: str, at: datetime, desk: Desk, key: str | None = None
) -> Defined:
    """Say whether something belongs to a figure 口径, from the day ``since`` on, which may lie in the past.

    ``basis`` is what the answer rests on, up to 200 characters.

    :raises NotAllowed: without the right over the whole network: a definition is the library's.
    :raises DefinitionRefused: with every reason.
    """
    return _twice(lambda: _define(question, counts, since, basis.strip(), at, desk, key))


@needs()
def roll_up(*, at: datetime) -> int:
    """Add up every past day that is not, or for which something came since; returns how many. A month at a time, the
    latest first; of several workers each takes months of its own. Figures are right before and after: what is not added
    up is read from the journal.
    """
    return sum(roll_month(month=month, at=at) for month in announce_days(today=local_date(at)))


@needs(Act.KEEP_FIGURES)
def recount(*, first: date, last: date, reason: str, at: datetime, desk: Desk) -> int:
    """Have the days from one to the other added up anew by the worker; returns how many were added up before. Until
    then they are read from the journal.

    :raises NotAllowed: without the right over the whole network.
    """
    return _recount(first, last, reason.strip(), at, desk)


@verb
def _recount(first: date, last: date, reason: str, at: datetime, desk: Desk) -> int:
    require(desk.operator, Act.KEEP_FIGURES, None)
    days = mark_days(first, last)
    audit(at=at, desk=desk, act="recount", subject_kind="figures", reason=reason, after={"first": first, "last": last})
    return days


def _twice(attempt: Callable[[], Receipt]) -> Receipt:
    """Who loses a race for a key looks again, and then sees what the winner wrote."""
    try:
        return attempt()
    except IntegrityError:
        return attempt()


@verb
def _define(
    question: Question, counts: bool, since: date, basis: str, at: datetime, desk: Desk, key: str | None
) -> Defined:
    require(desk.operator, Act.KEEP_FIGURES, None)
    if key and (done := Definition.objects.filter(key=key).first()):
        if (done.question, done.counts, done.since) != (question.value, counts, since):
            raise DefinitionRefused(DefinitionReason.KEY_REUSED)
        return Defined(done.id, repeated=True)
    defined = definitions()
    reasons = reasons_against_answer(
        defined, question=question, counts=counts, since=since, basis=basis, today=local_date(at)
    )
    if reasons:
        raise DefinitionRefused(*reasons)
    made = Definition.objects.create(
        question=question.value,
        counts=counts,
        since=since,
        basis=basis,
        set_by_id=desk.operator.account_id,
        set_at=at,
        key=key,
    )
    record(
        Entry(
            kind=Kind.DEFINITION_SET,
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account_id,
            branch_id=desk.branch_id or None,
            subject_kind="definition",
            subject_id=made.id,
            details={"question": question.value, "counts": counts, "since": since.isoformat()},
        )
    )
    before = defined.in_force(question, since)
    audit(
        at=at,
        desk=desk,
        act="define",
        subject_kind="definition",
        subject_id=made.id,
        reason=basis,
        before={"question": question.value, "counts": question in defined.on(since), "since": before and before.since},
        after={"question": question.value, "counts": counts, "since": since},
    )
    return Defined(made.id)
