"""Verbs of the figures: what the library counts, from which day on; the adding up of past days; and months that are
closed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import IntegrityError

from wenyuan.office.figures.closing.reading import months_closed, read_closed
from wenyuan.office.figures.closing.values import (
    MonthReason,
    MonthRefused,
    month_period,
    reasons_against_adjusting,
    reasons_against_closing,
)
from wenyuan.office.figures.closing.writing import hold_the_books, write_adjustment, write_closing
from wenyuan.office.figures.data import DefinitionReason, DefinitionRefused, Question
from wenyuan.office.figures.definitions import reasons_against_answer
from wenyuan.office.figures.models import ClosedMonth, Definition, MonthAdjustment
from wenyuan.office.figures.queries import (
    BY_CODE,
    cells_of_month,
    definitions,
    differences_of,
    month_due,
    reader_differences_of,
    readers_of_month,
)
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


@dataclass(frozen=True, slots=True)
class Closed:
    """A month was closed, or its snapshot adjusted; ``figures`` is how many numbers were written, those of
    readers among them, ``repeated`` when a
    request with the same key had already done it."""

    id: int
    month: date
    figures: int
    repeated: bool = False


@needs(Act.KEEP_FIGURES)
def close_month(*, month: date, at: datetime, desk: Desk, key: str | None = None) -> Closed:
    """Freeze what a month that is over has come to, of every indicator: of each branch itself, of each with what stood
    below it, and of the whole network, by the definitions that hold on its days; and how many readers borrowed, each
    once, in the month and in what ends with it. ``month`` is its first day.

    Months are closed in order, from the first in which anything was recorded. Whatever comes for it later does not
    move it.

    :raises NotAllowed: without the right over the whole network.
    :raises MonthRefused: with every reason.
    """
    return _close_month(month, at, desk, key)


@verb
def _close_month(month: date, at: datetime, desk: Desk, key: str | None) -> Closed:
    require(desk.operator, Act.KEEP_FIGURES, None)
    hold_the_books()
    if key and (done := ClosedMonth.objects.filter(key=key).first()):
        if done.month != month:
            raise MonthRefused(MonthReason.KEY_REUSED)
        facts = read_closed([month])[month]
        return Closed(done.id, month, len(facts.frozen) + len(facts.readers), repeated=True)
    known = months_closed()
    due = None if known else month_due(closed=known)
    if reasons := reasons_against_closing(month, closed=known, first=due, today=local_date(at)):
        raise MonthRefused(*reasons)
    defined, days = definitions(), month_period(month)
    cells, readers = cells_of_month(month, defined=defined), readers_of_month(month)
    stretches = defined.stretches(days.first_date, days.last_date)
    made = write_closing(month, cells, readers, stretches=stretches, indicators=BY_CODE, at=at, desk=desk, key=key)
    figures = len(cells) + len(readers)
    _tell(Kind.MONTH_CLOSED, "close_month", made, at=at, desk=desk, figures=figures)
    return Closed(made.id, month, figures)


@needs(Act.KEEP_FIGURES)
def adjust_month(
    *, month: date, reason: str, at: datetime, desk: Desk, seen: str | None = None, key: str | None = None
) -> Closed:
    """Take into the snapshot of a closed month what came for it since, so that it says what is counted now; what was
    frozen stays beside it. ``reason`` says why, up to 200 characters; ``seen`` is the ``fingerprint`` of the
    differences that were looked at, none where nobody looked.

    :raises NotAllowed: without the right over the whole network.
    :raises MonthRefused: with every reason.
    """
    return _adjust_month(month, reason.strip(), seen, at, desk, key)


@verb
def _adjust_month(month: date, reason: str, seen: str | None, at: datetime, desk: Desk, key: str | None) -> Closed:
    require(desk.operator, Act.KEEP_FIGURES, None)
    hold_the_books()
    if key and (done := MonthAdjustment.objects.filter(key=key).select_related("month").first()):
        if (done.month.month, done.reason) != (month, reason):
            raise MonthRefused(MonthReason.KEY_REUSED)
        [facts] = [one for one in read_closed([month])[month].adjustments if one.id == done.id]
        return Closed(done.id, month, len(facts.cells) + len(facts.readers), repeated=True)
    closed = read_closed([month]).get(month)
    if closed is None:
        raise MonthRefused(MonthReason.NOT_CLOSED)
    defined, days = definitions(), month_period(month)
    found, of_readers = differences_of(closed, defined=defined), reader_differences_of(closed)
    if reasons := reasons_against_adjusting(found, of_readers, reason=reason, seen=seen):
        raise MonthRefused(*reasons)
    cells = {(one.place, one.code): one.change for one in found}
    readers = {one.cell: one.change for one in of_readers}
    row = ClosedMonth.objects.get(id=closed.id)
    stretches = defined.stretches(days.first_date, days.last_date)
    made = write_adjustment(row, cells, readers, stretches=stretches, reason=reason, at=at, desk=desk, key=key)
    figures = len(cells) + len(readers)
    _tell(Kind.MONTH_ADJUSTED, "adjust_month", row, at=at, desk=desk, figures=figures, reason=reason)
    return Closed(made.id, month, figures)


def _tell(
    kind: Kind, act: str, closed: ClosedMonth, *, at: datetime, desk: Desk, figures: int, reason: str = ""
) -> None:
    record(
        Entry(
            kind=kind,
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account_id,
            branch_id=desk.branch_id or None,
            subject_kind="closed_month",
            subject_id=closed.id,
            details={"month": f"{closed.month:%Y-%m}", "figures": figures},
        )
    )
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="closed_month",
        subject_id=closed.id,
        reason=reason,
        after={"month": closed.month, "figures": figures},
    )


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
