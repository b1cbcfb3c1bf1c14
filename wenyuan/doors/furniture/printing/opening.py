"""When a branch is open, in the one or two lines for which a slip has room."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby, islice
from typing import Final

from django.utils.translation import gettext

from wenyuan.doors.furniture.days import hours_words, near_day, weekday
from wenyuan.kernel.opening import DayKind, Hours, OpeningCalendar

AHEAD_DAYS: Final = 45
"""A loan usually ends within it."""
FARTHEST_DAYS: Final = 400
"""A closure that goes on longer is one until further notice."""
WEEKS: Final = 9
"""How many weeks are looked through for a day that follows its week rather than an exception or closure."""
MOST_CLOSURES: Final = 3
_BY_WEEK = (DayKind.OPEN, DayKind.WEEKLY_CLOSED)
_BY_NOTICE = (DayKind.EXCEPTION_CLOSED, DayKind.CLOSURE)


def opening_line(calendar: OpeningCalendar, *, today: date) -> str:
    """The week in one line: ``周二至周五 9:00–20:00；周六、周日 9:00–18:00；周一闭馆``. Nothing where the hours of
    some weekday are not known."""
    week = [_usual(calendar, today, number) for number in range(7)]
    if None in week:
        return ""
    spans: list[tuple[int, int, tuple[Hours, ...]]] = []
    for hours, numbered in groupby(enumerate(week), key=lambda pair: pair[1]):
        numbers = [number for number, _hours in numbered]
        spans.append((numbers[0], numbers[-1], hours or ()))
    ordered = sorted(spans, key=lambda span: not span[2])
    return gettext("; ").join(_span_words(*span) for span in ordered)


def _usual(calendar: OpeningCalendar, today: date, number: int) -> tuple[Hours, ...] | None:
    """The hours of a weekday by the week that is in force at its next turn."""
    first = today + timedelta(days=(number - today.weekday()) % 7)
    for week in range(WEEKS):
        status = calendar.day_status(first + timedelta(weeks=week))
        if status.kind in _BY_WEEK:
            return status.hours
    return None


def _span_words(first: int, last: int, hours: tuple[Hours, ...]) -> str:
    if (first, last) == (0, 6):
        days = gettext("Every day")
    elif first == last:
        days = weekday(first)
    else:
        days = gettext("%(first)s–%(last)s") % {"first": weekday(first), "last": weekday(last)}
    if not hours:
        return gettext("%(days)s closed") % {"days": days}
    return f"{days} {hours_words(hours)}"


def closed_lines(calendar: OpeningCalendar, *, today: date) -> tuple[str, ...]:
    """The closures and single closed days that begin within the next weeks, or run now; the nearest first."""
    found = islice(_closures(calendar, today), MOST_CLOSURES)
    return tuple(_closed_words(first, last, reason, today) for first, last, reason in found)


def _closures(calendar: OpeningCalendar, today: date) -> Iterator[tuple[date, date | None, str]]:
    """Stretches of days that are closed by notice, with the reason of the first. Days on which the branch is closed
    every week belong to the stretch that they lie in."""
    ahead = 0
    while ahead < AHEAD_DAYS:
        first = today + timedelta(days=ahead)
        status = calendar.day_status(first)
        if status.kind not in _BY_NOTICE:
            ahead += 1
            continue
        end = ahead
        behind = ahead + 1
        while behind < FARTHEST_DAYS:
            later = calendar.day_status(today + timedelta(days=behind))
            if later.kind in _BY_NOTICE and later.reason == status.reason:
                end = behind
            elif later.kind is not DayKind.WEEKLY_CLOSED:
                break
            behind += 1
        yield first, (None if behind >= FARTHEST_DAYS else today + timedelta(days=end)), status.reason
        ahead = behind


def _closed_words(first: date, last: date | None, reason: str, today: date) -> str:
    if last is None:
        said = gettext("Closed from %(first)s until further notice") % {"first": near_day(first, today=today)}
    else:
        days = near_day(first, today=today)
        if first != last:
            days = gettext("%(first)s–%(last)s") % {"first": days, "last": near_day(last, today=today)}
        said = gettext("Closed %(days)s") % {"days": days}
    return gettext("%(said)s (%(reason)s)") % {"said": said, "reason": reason} if reason else said
