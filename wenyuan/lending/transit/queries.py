"""Reads of what is on its way: items here, crates and their manifests in ``crate_queries``, runs and lateness in
``run_queries``."""

from django.db import connection
from django.db.models import QuerySet

from wenyuan.lending.transit import sql
from wenyuan.lending.transit.crate_queries import (
    count_open_differences,
    count_unchecked,
    get_difference,
    get_manifest,
    list_crates,
    list_differences,
    list_handovers,
    list_manifests,
    manifest_lines,
)
from wenyuan.lending.transit.data import TransitView, WaitingCount, WaitingView
from wenyuan.lending.transit.models import Transit
from wenyuan.lending.transit.run_queries import (
    count_late,
    courses,
    get_run,
    list_late,
    list_late_rules,
    list_runs,
    run_sheet,
)

__all__ = [
    "coming_to",
    "count_coming",
    "count_late",
    "count_open_differences",
    "count_unchecked",
    "courses",
    "get_difference",
    "get_manifest",
    "get_run",
    "gone_from",
    "list_crates",
    "list_differences",
    "list_handovers",
    "list_late",
    "list_late_rules",
    "list_manifests",
    "list_runs",
    "list_waiting",
    "manifest_lines",
    "open_transit_of",
    "run_sheet",
    "waiting_counts",
]


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


def list_waiting(
    branch_id: int, *, to_branch_id: int | None = None, reason: str = "", after_id: int = 0, size: int = 50
) -> tuple[WaitingView, ...]:
    """Items sent on from a branch that lie in no crate yet, longest first; ``reason`` ``send_on`` are those taken for
    branches outside the lending group (代收). ``after_id`` continues a page."""
    values = {"branch": branch_id, "to": to_branch_id, "reason": reason, "after": after_id, "size": size}
    with connection.cursor() as cursor:
        cursor.execute(sql.WAITING, values)
        names = tuple(WaitingView.__dataclass_fields__)
        return tuple(WaitingView(**dict(zip(names, row, strict=True))) for row in cursor.fetchall())


def waiting_counts(branch_id: int) -> tuple[WaitingCount, ...]:
    """For which branches items wait here, the most first."""
    with connection.cursor() as cursor:
        cursor.execute(sql.WAITING_COUNTS, {"branch": branch_id})
        return tuple(WaitingCount(*row) for row in cursor.fetchall())


def _open() -> QuerySet[Transit]:
    return Transit.objects.filter(received_at__isnull=True, cancelled_at__isnull=True)


def _views(rows: QuerySet[Transit], size: int) -> tuple[TransitView, ...]:
    return tuple(
        TransitView(row.id, row.item_id, row.from_branch_id, row.to_branch_id, row.reason, row.sent_at)
        for row in rows.order_by("id")[:size]
    )
