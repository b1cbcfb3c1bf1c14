"""Reads of the batches of stations; ``queries`` is where doors find them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from wenyuan.lending.circulation.consignment_models import Consignment
from wenyuan.lending.circulation.data.consignments import (
    ConsignedView,
    ConsignmentView,
    LineEnd,
    Position,
    Settled,
)
from wenyuan.lending.circulation.rules import consignments as rules
from wenyuan.lending.circulation.sql import consignments as sql
from wenyuan.plumbing.statements import Statement, rows_of

PAGE = 50


def get_consignment(consignment_id: int) -> ConsignmentView | None:
    """One batch, or nothing."""
    return next(iter(_views(Consignment.objects.filter(id=consignment_id))), None)


def list_consignments(
    branch_id: int, *, only_open: bool = False, late_on: date | None = None, before: int | None = None, size: int = PAGE
) -> tuple[ConsignmentView, ...]:
    """Batches that left the branch or went to it, the newest first, with ids below ``before``; ``late_on``: those that
    should have been back before that day."""
    rows = _of_branch(branch_id)
    if only_open:
        rows = rows.filter(ended_at__isnull=True, dropped_at__isnull=True)
    if late_on is not None:
        rows = rows.filter(_late(late_on))
    if before is not None:
        rows = rows.filter(id__lt=before)
    return _views(rows.order_by("-id")[:size])


def count_late_consignments(branch_id: int, on: date) -> int:
    """How many batches from or to a branch should have been back before that day."""
    return _of_branch(branch_id).filter(_late(on)).count()


def consignment_lines(
    consignment_id: int, *, wanted: str = "", after: int = 0, size: int = PAGE
) -> tuple[ConsignedView, ...]:
    """Items of a batch in the order in which they were added, with ids above ``after``; ``wanted``: those whose stay
    ended so (a ``LineEnd``), or, while it has not, that are there now (a ``Position``)."""
    values = {"consignment": consignment_id, "wanted": wanted, "after": after, "size": size}
    return tuple(_line(row) for row in rows_of(Statement(sql.LINES, values)))


def _of_branch(branch_id: int) -> "QuerySet[Consignment]":
    return Consignment.objects.filter(Q(from_branch_id=branch_id) | Q(to_branch_id=branch_id))


def _late(on: date) -> Q:
    return Q(sent_at__isnull=False, ended_at__isnull=True, return_date__lt=on)


def _line(row: Sequence[Any]) -> ConsignedView:
    names = tuple(ConsignedView.__dataclass_fields__)
    values = dict(zip(names, row, strict=True))
    values["position"] = Position(values["position"])
    values["ended_as"] = LineEnd(values["ended_as"]) if values["ended_as"] else None
    values["settled_as"] = Settled(values["settled_as"]) if values["settled_as"] else None
    return ConsignedView(**values)


def _views(rows: "QuerySet[Consignment]") -> tuple[ConsignmentView, ...]:
    found = list(rows)
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    short: Counter[int] = Counter()
    for consignment_id, place, items, open_ones in rows_of(
        Statement(sql.COUNTS, {"consignments": [row.id for row in found]})
    ):
        counts[consignment_id][place] += items
        short[consignment_id] += open_ones
    return tuple(
        ConsignmentView(
            id=row.id,
            number=row.number or "",
            from_branch_id=row.from_branch_id,
            to_branch_id=row.to_branch_id,
            purpose=row.purpose,
            return_date=row.return_date,
            state=rules.state_of(sent_at=row.sent_at, ended_at=row.ended_at, dropped_at=row.dropped_at),
            opened_at=row.opened_at,
            opened_by_id=row.opened_by_id,
            sent_at=row.sent_at,
            sent_by_id=row.sent_by_id,
            ended_at=row.ended_at,
            ended_by_id=row.ended_by_id,
            items=sum(counts[row.id].values()),
            counts=dict(counts[row.id]),
            open_shortages=short[row.id],
        )
        for row in found
    )
