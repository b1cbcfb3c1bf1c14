"""日结: what the ledger says lies in a till, what was counted, and the difference with its reason, frozen."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection

from wenyuan.lending.fees import rules, sql
from wenyuan.lending.fees.data import Book, ClosingReceipt, FeeReason, FeesRefused, Means, Till, TillLine
from wenyuan.lending.fees.ledger import refuse_if, text_faults, twice
from wenyuan.lending.fees.models import Closing, ClosingLine
from wenyuan.lending.fees.tills import get_closing, open_lines
from wenyuan.organisation.journal.data import Entry as JournalEntry
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

Counted = Mapping[tuple[Book, Means], int]


@needs(Act.CLOSE_TILL)
def close_day(
    *, day: date, counted: Counted, at: datetime, desk: Desk, reason: str = "", key: str | None = None
) -> ClosingReceipt:
    """Close a day of the desk's till. ``counted`` is what was found, in fen, by book and means, without the float that
    lay there before; everything that the ledger moved by must be counted, and a difference needs a reason.

    It takes in every row of the till up to and with that day that no closing holds yet, so a row that came after
    yesterday's closing is in today's, and no money falls between two days.

    :raises NotAllowed: the operator may not close a till here.
    :raises FeesRefused: with every reason: a day to come, closed already, a later day closed, something not counted.
    """
    return twice(lambda: _close(day, counted, reason, at, desk, key))


@verb
def _close(day: date, counted: Counted, reason: str, at: datetime, desk: Desk, key: str | None) -> ClosingReceipt:
    require(desk.operator, Act.CLOSE_TILL, desk.branch_id)
    till = Till(desk.branch_id, desk.service_point_id)
    own = Closing.objects.filter(branch_id=till.branch_id, service_point_id=till.service_point_id)
    if done := (Closing.objects.filter(key=key).first() if key else None):
        if (done.branch_id, done.service_point_id, done.day) != (till.branch_id, till.service_point_id, day):
            raise FeesRefused(FeeReason.KEY_REUSED)
        return _receipt(done.id, again=True)
    lines = _with_counts(open_lines(till, until=day), counted)
    faults = text_faults(reason, needed=any(line.difference_fen for line in lines))
    if day > local_date(at):
        faults.append(FeeReason.FUTURE_DAY)
    if own.filter(day=day).exists():
        faults.append(FeeReason.ALREADY_CLOSED)
    elif own.filter(day__gt=day).exists():
        faults.append(FeeReason.LATER_CLOSED)
    if any(line.counted_fen is None for line in lines):
        faults.append(FeeReason.COUNT_MISSING)
    if any(abs(fen) > rules.MOST_FEN for fen in counted.values()):
        faults.append(FeeReason.BAD_AMOUNT)
    refuse_if(faults)
    closing = Closing.objects.create(
        branch_id=till.branch_id,
        service_point_id=till.service_point_id,
        day=day,
        reason=reason.strip(),
        closed_by_id=desk.operator.account_id,
        at=at,
        key=key,
    )
    _freeze(closing, till, lines)
    _note(closing, lines, at=at, desk=desk)
    return _receipt(closing.id)


def _with_counts(lines: tuple[TillLine, ...], counted: Counted) -> tuple[TillLine, ...]:
    """Each line with what was counted of it; money that the ledger knows nothing of is a line too."""
    known = {(line.book, line.means): line for line in lines}
    for place, fen in counted.items():
        if place not in known and fen:
            known[place] = TillLine(book=place[0], means=place[1], rows=0, taken_fen=0, returned_fen=0)
    return tuple(
        TillLine(
            book=line.book,
            means=line.means,
            rows=line.rows,
            taken_fen=line.taken_fen,
            returned_fen=line.returned_fen,
            counted_fen=counted.get(place),
        )
        for place, line in known.items()
    )


def _freeze(closing: Closing, till: Till, lines: tuple[TillLine, ...]) -> None:
    """Keep the lines and the rows they are made of. A payment that commits between the two is in neither: the rows
    are those of one statement, and the lines must be their sums, or somebody was faster and all is done again."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CLOSE_ROWS, [closing.id, till.branch_id, till.service_point_id, closing.day])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    frozen = {(row[0], row[1]): tuple(row[2:]) for row in found}
    seen = {
        (line.book.value, line.means.value): (line.rows, line.taken_fen, line.returned_fen)
        for line in lines
        if line.rows
    }
    if frozen != seen:
        raise FeesRefused(FeeReason.TILL_MOVED)
    ClosingLine.objects.bulk_create(
        ClosingLine(
            closing=closing,
            book=line.book.value,
            means=line.means.value,
            rows=line.rows,
            taken_fen=line.taken_fen,
            returned_fen=line.returned_fen,
            counted_fen=line.counted_fen or 0,
        )
        for line in lines
    )


def _note(closing: Closing, lines: tuple[TillLine, ...], *, at: datetime, desk: Desk) -> None:
    expected, counted = sum(line.expected_fen for line in lines), sum(line.counted_fen or 0 for line in lines)
    record(
        JournalEntry(
            kind=Kind.DAY_CLOSED,
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account_id,
            branch_id=desk.branch_id,
            service_point_id=desk.service_point_id,
            quantity=0,
            amount_fen=counted,
            details={"day": closing.day.isoformat(), "difference_fen": counted - expected},
        )
    )
    audit(
        at=at,
        desk=desk,
        act="close_day",
        subject_kind="closing",
        subject_id=closing.id,
        reason=closing.reason,
        after={"day": closing.day, "expected_fen": expected, "counted_fen": counted},
    )


def _receipt(closing_id: int, *, again: bool = False) -> ClosingReceipt:
    view = get_closing(closing_id)
    assert view is not None
    return ClosingReceipt(closing=view, repeated=again)
