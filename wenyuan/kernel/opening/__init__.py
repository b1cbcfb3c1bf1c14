"""When a branch is open, and what follows from it: opening hours, closures, due dates.

``hours`` holds what a library enters, ``days`` answers for one date, ``due`` places due dates, ``closing`` moves them
out of closures. All of it works on local dates; only ``due`` turns a local day into an instant, and is given the time
zone.
"""

from wenyuan.kernel.opening.closing import (
    MOST_SPREAD_DAYS,
    PlacedDay,
    horizon_of,
    is_after_reopening,
    place_after_closures,
    slot_of,
    spreads,
)
from wenyuan.kernel.opening.days import DayKind, DayStatus, OpeningCalendar, ReturnDays
from wenyuan.kernel.opening.due import (
    OnClosedDay,
    RenewFrom,
    base_due_date,
    days_overdue,
    due_date,
    end_of_local_day,
    is_overdue,
    local_day,
    place_due_date,
    renewed_base_due_date,
    renewed_due_date,
)
from wenyuan.kernel.opening.hours import (
    WHOLE_DAY,
    Closure,
    DayException,
    Hours,
    WeeklyHours,
    WeeklySpan,
    weeks_from_spans,
)

__all__ = [
    "MOST_SPREAD_DAYS",
    "WHOLE_DAY",
    "Closure",
    "DayException",
    "DayKind",
    "DayStatus",
    "Hours",
    "OnClosedDay",
    "OpeningCalendar",
    "PlacedDay",
    "RenewFrom",
    "ReturnDays",
    "WeeklyHours",
    "WeeklySpan",
    "base_due_date",
    "days_overdue",
    "due_date",
    "end_of_local_day",
    "horizon_of",
    "is_after_reopening",
    "is_overdue",
    "local_day",
    "place_after_closures",
    "place_due_date",
    "renewed_base_due_date",
    "renewed_due_date",
    "slot_of",
    "spreads",
    "weeks_from_spans",
]
