"""Reads of tills: what lies in one, which days are closed, and what came after a closing."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from wenyuan.lending.fees import sql
from wenyuan.lending.fees.data import Book, ClosingView, EntryKind, Means, Till, TillLine, TillRow
from wenyuan.lending.fees.models import ClosingLine

PAGE_ROWS = 20


def open_lines(till: Till, *, until: date) -> tuple[TillLine, ...]:
    """What moved in the till up to and with a day, in rows that no closing holds yet, by book and means."""
    return tuple(
        TillLine(book=Book(book), means=Means(means), rows=rows, taken_fen=taken, returned_fen=returned)
        for book, means, rows, taken, returned in _rows(sql.OPEN_LINES, _of(till, until))
    )


def open_rows(till: Till, *, until: date) -> tuple[TillRow, ...]:
    """The rows of :func:`open_lines`, the oldest first."""
    return _till_rows(sql.OPEN_ROWS, _of(till, until))


def closed_rows(closing_id: int) -> tuple[TillRow, ...]:
    """The rows that a closing holds, the oldest first."""
    return _till_rows(sql.CLOSED_ROWS, [closing_id])


def rows_after(closing: ClosingView) -> tuple[TillRow, ...]:
    """Rows of a closed day that came after its closing; they belong to the till's next one."""
    till = closing.till
    return _till_rows(sql.ROWS_AFTER, [till.branch_id, till.service_point_id, closing.day, closing.id])


def get_closing(closing_id: int) -> ClosingView | None:
    """One closing, or nothing."""
    found = _closings(_rows(sql.ONE_CLOSING, [closing_id]))
    return found[0] if found else None


def closing_of(till: Till, day: date) -> ClosingView | None:
    """How the till's day was closed, if it was."""
    found = _closings(_rows(sql.CLOSING_OF, _of(till, day)))
    return found[0] if found else None


def list_closings(
    *, branch_id: int, before: int | None = None, size: int = PAGE_ROWS
) -> tuple[tuple[ClosingView, ...], int | None]:
    """A branch's closed days, the newest first, and where the list goes on."""
    rows = _rows(sql.CLOSINGS, {"branch": branch_id, "before": before, "limit": size + 1})
    found = _closings(rows[:size])
    return found, found[-1].id if len(rows) > size else None


def _of(till: Till, day: date) -> list[object]:
    return [till.branch_id, till.service_point_id, day]


def _closings(rows: Iterable[tuple[Any, ...]]) -> tuple[ClosingView, ...]:
    rows = list(rows)
    lines: dict[int, list[TillLine]] = {}
    for line in ClosingLine.objects.filter(closing_id__in=[row[0] for row in rows]).order_by("id"):
        lines.setdefault(line.closing_id, []).append(
            TillLine(
                book=Book(line.book),
                means=Means(line.means),
                rows=line.rows,
                taken_fen=line.taken_fen,
                returned_fen=line.returned_fen,
                counted_fen=line.counted_fen,
            )
        )
    return tuple(
        ClosingView(
            id=closing_id,
            till=Till(branch_id, point_id),
            day=day,
            at=at,
            closed_by_name=name,
            reason=reason,
            lines=tuple(lines.get(closing_id, ())),
        )
        for closing_id, branch_id, point_id, day, at, name, reason in rows
    )


def _till_rows(statement: str, values: list[object]) -> tuple[TillRow, ...]:
    return tuple(
        TillRow(
            entry_id=entry_id,
            kind=EntryKind(kind),
            means=means,
            amount_fen=fen,
            receipt_no=receipt_no,
            at=at,
            entered_by_name=name,
        )
        for entry_id, kind, means, fen, receipt_no, at, name in _rows(statement, values)
    )


def _rows(statement: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
