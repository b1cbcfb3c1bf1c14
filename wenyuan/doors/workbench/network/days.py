"""A calendar as pages draw it: the ordinary week, and months of days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django_stubs_ext import StrOrPromise

from wenyuan.doors.workbench.network.words import DAY_TAGS, day_words
from wenyuan.kernel.opening import DayKind, DayStatus, OpeningCalendar

_DAY = timedelta(days=1)
_SHUT = frozenset({DayKind.WEEKLY_CLOSED, DayKind.EXCEPTION_CLOSED, DayKind.CLOSURE})
_EXCEPTIONS = frozenset({DayKind.EXCEPTION_OPEN, DayKind.EXCEPTION_CLOSED})


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a sheet. ``inside`` is false for days that only fill the week."""

    day: date
    inside: bool
    is_today: bool
    is_shut: bool
    is_exception: bool
    shape: str
    word: StrOrPromise
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month's sheet, from Monday to Sunday."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]


def shown_day(status: DayStatus, *, today: date, inside: bool = True) -> Day:
    """A day in words and with its shape."""
    shape, word = DAY_TAGS[status.kind]
    return Day(
        day=status.day,
        inside=inside,
        is_today=status.day == today,
        is_shut=status.kind in _SHUT,
        is_exception=status.kind in _EXCEPTIONS,
        shape=shape,
        word=word,
        words=day_words(status),
        reason=status.reason,
    )


def week_rows(calendar: OpeningCalendar, today: date) -> list[Day]:
    """The week that today lies in, as it really is."""
    return [shown_day(status, today=today) for status in calendar.week(today)]


def months_ahead(calendar: OpeningCalendar, *, first: date, last: date) -> list[Month]:
    """The months that hold the days from ``first`` to ``last``; other days of their weeks are left blank."""
    months = []
    begin = first.replace(day=1)
    while begin <= last:
        end = _next_month(begin) - _DAY
        days = [
            shown_day(calendar.day_status(day), today=first, inside=first <= day <= last and begin <= day <= end)
            for day in _whole_weeks(max(begin, first), min(end, last))
        ]
        months.append(Month(begin, tuple(tuple(days[at : at + 7]) for at in range(0, len(days), 7))))
        begin = _next_month(begin)
    return months


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _whole_weeks(first: date, last: date) -> Iterator[date]:
    day = first - timedelta(days=first.weekday())
    until = last + timedelta(days=6 - last.weekday())
    while day <= until:
        yield day
        day += _DAY
