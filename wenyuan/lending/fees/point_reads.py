"""Reads of credit points. There is none that lists readers by their points: they are never published."""

from wenyuan.lending.fees.data import PointEvent, PointRuleFacts, PointSchemeFacts, PointView
from wenyuan.lending.fees.models import PointRow, PointRule, PointScheme

PAGE_ROWS = 20


def point_scheme() -> PointSchemeFacts:
    """The scheme; off where nothing was ever installed."""
    row = PointScheme.objects.filter(id=1).first()
    return PointSchemeFacts(row.is_on, row.start, row.floor, row.ceiling) if row else PointSchemeFacts()


def point_rules() -> dict[PointEvent, PointRuleFacts]:
    """Every rule by its event, in the order of the events."""
    found = {row.event: row for row in PointRule.objects.all()}
    return {
        event: PointRuleFacts(event, row.points, row.daily_cap, row.monthly_cap, row.is_on)
        for event in PointEvent
        if (row := found.get(event.value))
    }


def list_points(
    patron_id: int, *, before: int | None = None, size: int = PAGE_ROWS
) -> tuple[tuple[PointView, ...], int | None]:
    """The changes of a patron's points, the newest first, and where the list goes on."""
    rows = PointRow.objects.filter(account__patron_id=patron_id)
    found = list((rows if before is None else rows.filter(id__lt=before)).order_by("-id")[: size + 1])
    views = tuple(
        PointView(
            id=row.id,
            event=PointEvent(row.event),
            points=row.points,
            reason=row.reason,
            at=row.at,
            branch_id=row.branch_id,
        )
        for row in found[:size]
    )
    return views, views[-1].id if len(found) > size else None
