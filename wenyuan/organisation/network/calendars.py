"""From rows to opening calendars. A row's span ends without its last day; the kernel's includes it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta

from wenyuan.kernel.opening import (
    Closure,
    DayException,
    Hours,
    OpeningCalendar,
    WeeklyHours,
    WeeklySpan,
    weeks_from_spans,
)

WeekRow = tuple[int, str, str, str | None, str | None]
"""Weekday, opens, closes, first day in force, first day no longer in force."""
ExceptionRow = tuple[str, str | None, str | None, str]
"""Date, opens, closes, reason; without times the day is closed."""
ClosureRow = tuple[str, str | None, str, int, str | None, int, int | None]
"""First date, last date, reason, id, horizon, days of the spread, most loans a day."""

_DAY = timedelta(days=1)


def day_of(text: str | None) -> date | None:
    """A date as JSON carries it."""
    return date.fromisoformat(text) if text else None


def weeks(rows: Iterable[WeekRow]) -> tuple[WeeklyHours, ...]:
    """The weeks that rows of single spans make together.

    :raises ValueError: when spans overlap; the verb that writes them and an invariant see to it that none do.
    """
    return weeks_from_spans(
        WeeklySpan(weekday, _hours(opens, closes), day_of(first), _day_before(day_of(end)))
        for weekday, opens, closes, first, end in rows
    )


def exceptions(rows: Iterable[ExceptionRow]) -> tuple[DayException, ...]:
    """Exceptions from rows: several spans of a date are several rows.

    A date with a closed row stays closed whatever other rows it has.
    """
    spans: dict[date, list[Hours]] = defaultdict(list)
    reasons: dict[date, str] = {}
    closed: set[date] = set()
    for text, opens, closes, reason in rows:
        day = date.fromisoformat(text)
        reasons[day] = reason or reasons.get(day, "")
        if opens is None or closes is None:
            closed.add(day)
        else:
            spans[day].append(_hours(opens, closes))
    return tuple(
        DayException(day, () if day in closed else tuple(spans[day]), reason) for day, reason in reasons.items()
    )


def closures(rows: Iterable[ClosureRow]) -> tuple[Closure, ...]:
    """Closures from rows."""
    return tuple(
        Closure(
            date.fromisoformat(first),
            day_of(last),
            reason,
            id=closure_id,
            horizon=day_of(horizon),
            spread_days=spread_days,
            most_a_day=most_a_day,
        )
        for first, last, reason, closure_id, horizon, spread_days, most_a_day in rows
    )


def area_calendar(
    *,
    own_week: Sequence[WeekRow],
    branch_week: Sequence[WeekRow],
    own_exceptions: Sequence[ExceptionRow],
    branch_exceptions: Sequence[ExceptionRow],
    branch_closures: Sequence[ClosureRow],
) -> OpeningCalendar:
    """An area's calendar. Its closures and the branch's shut it; then its own exceptions, its branch's, its own week.

    An area without a week of its own keeps its branch's.
    """
    by_day = {exception.day: exception for exception in exceptions(branch_exceptions)}
    by_day |= {exception.day: exception for exception in exceptions(own_exceptions)}
    return OpeningCalendar(
        weekly=weeks(own_week or branch_week),
        exceptions=by_day.values(),
        closures=closures(branch_closures),
    )


def _hours(opens: str, closes: str) -> Hours:
    return Hours(time.fromisoformat(opens), time.fromisoformat(closes))


def _day_before(end: date | None) -> date | None:
    return None if end is None else end - _DAY
