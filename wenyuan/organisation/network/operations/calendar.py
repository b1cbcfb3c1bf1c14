"""The opening calendar: weekly hours, and exceptions that beat them; closures, that beat both, are in ``closures``."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q
from psycopg.types.range import Range

from wenyuan.kernel.opening import DayException, Hours, WeeklySpan, weeks_from_spans
from wenyuan.organisation.network import models
from wenyuan.organisation.network.data import NetworkReason, NetworkRefused
from wenyuan.organisation.network.operations.places import refuse_strange_area
from wenyuan.organisation.network.operations.records import (
    clean,
    iso,
    leave_trace,
    lock_network,
    standing_branch,
)
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

REASON_CHARACTERS = 100


@needs(Act.EDIT_CALENDAR)
@verb
def set_weekly_hours(
    *,
    branch_id: int,
    from_date: date,
    spans: Iterable[WeeklySpan],
    at: datetime,
    desk: Desk,
    area_id: int | None = None,
) -> None:
    """State the ordinary week of a branch, or of one of its areas, from a day on.

    The week that runs ends with that day, and any planned from then on is replaced. A weekday without a span is
    closed. No span at all leaves the hours not stated (an area then keeps its branch's); to shut a branch, declare a
    closure. The spans' own dates are not used.

    :raises NetworkRefused: spans of a day overlap; unknown branch or area; not yet open, or closed for good.
    :raises NotAllowed: no right to the calendar of the branch.
    """
    require(desk.operator, Act.EDIT_CALENDAR, branch_id)
    lock_network()
    standing_branch(branch_id, on=from_date)
    refuse_strange_area(area_id, branch_id)
    week = sorted({(span.weekday, span.hours) for span in spans})
    try:
        weeks_from_spans(WeeklySpan(weekday, hours) for weekday, hours in week)
    except ValueError as error:
        raise NetworkRefused(NetworkReason.HOURS_OVERLAP) from error
    _end_hours(branch_id, area_id, from_date)
    models.WeeklyHours.objects.bulk_create(
        models.WeeklyHours(
            branch_id=branch_id,
            area_id=area_id,
            weekday=weekday,
            opens=hours.opens,
            closes=hours.closes,
            valid=Range(from_date, None),
        )
        for weekday, hours in week
    )
    leave_trace(
        what="set_weekly_hours",
        at=at,
        desk=desk,
        branch_id=branch_id,
        details={"area": area_id, "from": iso(from_date)},
        after={
            "area": area_id,
            "from": from_date,
            "week": [[weekday, hours.opens, hours.closes] for weekday, hours in week],
        },
    )


def _of(branch_id: int, area_id: int | None) -> Q:
    """Rows of the branch as a whole, or of one of its areas."""
    return Q(branch_id=branch_id, area__isnull=True) if area_id is None else Q(branch_id=branch_id, area_id=area_id)


def _end_hours(branch_id: int, area_id: int | None, from_date: date) -> None:
    rows = models.WeeklyHours.objects.filter(_of(branch_id, area_id))
    rows.filter(valid__startswith__gte=from_date).delete()
    for row in rows.filter(valid__contains=from_date):
        row.valid = Range(row.valid.lower, from_date)
        row.save(update_fields=["valid"])


@needs(Act.EDIT_CALENDAR)
@verb
def set_day_exception(
    *,
    branch_id: int,
    date: date,
    spans: Iterable[Hours],
    at: datetime,
    desk: Desk,
    area_id: int | None = None,
    reason: str = "",
) -> None:
    """State what a branch, or one of its areas, does on one date instead of its week; no span: closed.

    It replaces an exception of the same date. A closure that holds the date beats it.

    :raises NetworkRefused: spans overlap; unknown branch or area; not yet open, or closed for good; a long reason.
    :raises NotAllowed: no right to the calendar of the branch.
    """
    require(desk.operator, Act.EDIT_CALENDAR, branch_id)
    lock_network()
    standing_branch(branch_id, on=date)
    refuse_strange_area(area_id, branch_id)
    public_reason = clean(reason, field="reason")
    if len(public_reason) > REASON_CHARACTERS:
        raise NetworkRefused(NetworkReason.BAD_VALUE, field="reason", most=REASON_CHARACTERS)
    try:
        hours = DayException(date, tuple(set(spans))).hours
    except ValueError as error:
        raise NetworkRefused(NetworkReason.HOURS_OVERLAP) from error
    models.DayException.objects.filter(_of(branch_id, area_id), date=date).delete()
    models.DayException.objects.bulk_create(
        models.DayException(
            branch_id=branch_id,
            area_id=area_id,
            date=date,
            opens=span.opens if span else None,
            closes=span.closes if span else None,
            reason=public_reason,
        )
        for span in hours or (None,)
    )
    leave_trace(
        what="set_day_exception",
        at=at,
        desk=desk,
        branch_id=branch_id,
        details={"area": area_id, "date": iso(date)},
        reason=public_reason,
        after={"area": area_id, "date": date, "hours": [[span.opens, span.closes] for span in hours]},
    )


@needs(Act.EDIT_CALENDAR)
@verb
def withdraw_day_exception(*, branch_id: int, date: date, at: datetime, desk: Desk, area_id: int | None = None) -> None:
    """Take an exception back, so that the week (for an area: the branch) decides about the date again.

    :raises NetworkRefused: there is none.
    :raises NotAllowed: no right to the calendar of the branch.
    """
    require(desk.operator, Act.EDIT_CALENDAR, branch_id)
    lock_network()
    rows = models.DayException.objects.filter(_of(branch_id, area_id), date=date)
    before = [[row.opens, row.closes] for row in rows.order_by("opens")]
    if not before:
        raise NetworkRefused(NetworkReason.UNKNOWN_EXCEPTION)
    rows.delete()
    leave_trace(
        what="withdraw_day_exception",
        at=at,
        desk=desk,
        branch_id=branch_id,
        details={"area": area_id, "date": iso(date)},
        before={"area": area_id, "date": date, "hours": before},
    )
