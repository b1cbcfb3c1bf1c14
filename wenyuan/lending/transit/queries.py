"""Reads of what is on its way."""

from django.db.models import QuerySet

from wenyuan.lending.transit.data import TransitView
from wenyuan.lending.transit.models import Transit


def coming_to(branch_id: int, *, after_id: int = 0, size: int = 50) -> tuple[TransitView, ...]:
    """Open transits to a branch, longest on the way first; ``after_id`` continues a page."""
    return _views(_open().filter(to_branch_id=branch_id, id__gt=after_id), size)


def gone_from(branch_id: int, *, after_id: int = 0, size: int = 50) -> tuple[TransitView, ...]:
    """Open transits from a branch, longest on the way first; ``after_id`` continues a page."""
    return _views(_open().filter(from_branch_id=branch_id, id__gt=after_id), size)


def open_transit_of(item_id: int) -> TransitView | None:
    """The item's open transit, if it has one."""
    return next(iter(_views(_open().filter(item_id=item_id), 1)), None)


def count_coming(branch_id: int) -> int:
    """How many items are on their way to a branch."""
    return _open().filter(to_branch_id=branch_id).count()


def _open() -> QuerySet[Transit]:
    return Transit.objects.filter(received_at__isnull=True, cancelled_at__isnull=True)


def _views(rows: QuerySet[Transit], size: int) -> tuple[TransitView, ...]:
    return tuple(
        TransitView(row.id, row.item_id, row.from_branch_id, row.to_branch_id, row.reason, row.sent_at)
        for row in rows.order_by("id")[:size]
    )
