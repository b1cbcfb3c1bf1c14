"""The opening calendar of one branch: built once from what was entered, asked thousands of times."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TypeVar

from wenyuan.kernel.opening.hours import DAYS_A_WEEK, Closure, DayException, Hours, WeeklyHours

SEARCH_LIMIT_DAYS = 366
"""How far the search for an open day goes: a calendar shut for a whole year has no answer, and no endless loop."""

_DAY = timedelta(days=1)
_LONGEST_RUN = 3660
"""How far back the beginning of a run of shut days is looked for."""

Entry = TypeVar("Entry")


class DayKind(Enum):
    """Which entry decided about a day."""

    OPEN = "open"
    WEEKLY_CLOSED = "weekly_closed"
    EXCEPTION_OPEN = "exception_open"
    EXCEPTION_CLOSED = "exception_closed"
    CLOSURE = "closure"
    NOT_STATED = "not_stated"


_OPEN_KINDS = frozenset({DayKind.OPEN, DayKind.EXCEPTION_OPEN, DayKind.NOT_STATED})


@dataclass(frozen=True, slots=True)
class DayStatus:
    """One day: what decided, the spans (none when closed or not stated), and the deciding entry's reason."""

    day: date
    kind: DayKind
    hours: tuple[Hours, ...] = ()
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether loans may fall due on it. A day whose hours are not stated counts as open."""
        return self.kind in _OPEN_KINDS

    @property
    def is_stated(self) -> bool:
        """Whether anything was entered for it; if not, pages say so rather than show hours."""
        return self.kind is not DayKind.NOT_STATED


@dataclass(frozen=True, slots=True)
class ReturnDays:
    """Where loans go that a run of shut days keeps from falling due: the closures ``by`` which it is shut, and the open
    days after it over which they are spread, the first one the day of reopening."""

    by: tuple[Closure, ...]
    days: tuple[date, ...]


class OpeningCalendar:
    """Weekly hours, dated exceptions and closures of one branch, in this order of force, the strongest first:

    1. an exception that declares ``overrides_closure``;
    2. a closure (where several cover a day, the one that began last names the reason);
    3. any other exception: it beats the week both ways, a working Saturday (调休) as well as a holiday on a
       Monday;
    4. the weekly hours in force; where rows overlap, the one valid from the later day replaces the older;
    5. none in force: the hours are *not stated*. Such a day counts as open for due dates, because many
       bookhouses never enter hours and must still be able to lend, but its status says ``NOT_STATED`` and
       pages must not show it as opening hours.

    The calendar never changes after construction: a new entry means a new calendar. Answers are kept per
    date, so one instance should be shared; it may be used from several threads.

    :raises ValueError: for two exceptions on one date, or two weekly rows valid from the same day.
    """

    __slots__ = (
        "_closure_reasons",
        "_closure_starts",
        "_exceptions",
        "_known",
        "_returns",
        "_week_starts",
        "_weeks",
        "_without_closures",
        "closures",
    )

    def __init__(
        self,
        *,
        weekly: Iterable[WeeklyHours] = (),
        exceptions: Iterable[DayException] = (),
        closures: Iterable[Closure] = (),
    ) -> None:
        self.closures = tuple(closures)
        self._week_starts, self._weeks = _timeline_of_weeks(tuple(weekly))
        self._closure_starts, self._closure_reasons = _timeline_of_closures(self.closures)
        self._exceptions: dict[date, DayException] = {}
        for exception in exceptions:
            if exception.day in self._exceptions:
                raise ValueError(f"two exceptions on {exception.day}")
            self._exceptions[exception.day] = exception
        self._known: dict[date, DayStatus] = {}
        self._returns: dict[date, ReturnDays | None] = {}
        self._without_closures: OpeningCalendar | None = None if self.closures else self

    @property
    def without_closures(self) -> "OpeningCalendar":
        """The same weeks and exceptions as if no closure had ever been declared."""
        plain = self._without_closures
        if plain is None:
            plain = OpeningCalendar.__new__(OpeningCalendar)
            plain.closures = ()
            plain._week_starts, plain._weeks = self._week_starts, self._weeks
            plain._closure_starts, plain._closure_reasons = [], []
            plain._exceptions = self._exceptions
            plain._known = {}
            plain._returns = {}
            plain._without_closures = plain
            self._without_closures = plain
        return plain

    def is_shut_for_loans(self, day: date) -> bool:
        """Whether a closure keeps loans from falling due on the day.

        One without a last day does so up to its horizon; beyond that the day is still shut for visitors, and loans
        are placed on it for the time being.
        """
        if self.day_status(day).kind is not DayKind.CLOSURE:
            return False
        return any(closure.first_date <= day <= closure.reckoned_to for closure in self.closures)

    def takes_returns_on(self, day: date) -> bool:
        """Whether loans may be placed on the day: open, or open again once a closure has run to its horizon."""
        status = self.day_status(day)
        if status.kind is not DayKind.CLOSURE:
            return status.is_open
        return not self.is_shut_for_loans(day) and self.without_closures.is_open_on(day)

    def return_days(self, day: date) -> "ReturnDays | None":
        """Where loans go whose day a closure shuts; nothing when the day is not shut, or no day ever follows."""
        if day not in self._returns:
            self._returns[day] = self._find_return_days(day) if self.is_shut_for_loans(day) else None
        return self._returns[day]

    def _find_return_days(self, day: date) -> "ReturnDays | None":
        days = self._open_again(day, limit=1)
        if not days:
            return None
        first = day
        for _ in range(_LONGEST_RUN):
            if first == date.min or self.takes_returns_on(first - _DAY):
                break
            first -= _DAY
        by = tuple(one for one in self.closures if one.first_date < days[0] and one.reckoned_to >= first)
        width = max(one.spread_days for one in by)
        return ReturnDays(by, self._open_again(day, limit=width) if width > 1 else days)

    def open_again(self, day: date, *, count: int) -> tuple[date, ...]:
        """The first ``count`` days after ``day`` that take returns, fewer where the calendar has none."""
        return self._open_again(day, limit=count)

    def _open_again(self, day: date, *, limit: int) -> tuple[date, ...]:
        found: list[date] = []
        idle = 0
        while len(found) < limit and day < date.max and idle < SEARCH_LIMIT_DAYS:
            day += _DAY
            if self.takes_returns_on(day):
                found.append(day)
                idle = 0
            elif not self.is_shut_for_loans(day):
                idle += 1
            elif any(one.first_date <= day and one.reckoned_to == date.max for one in self.closures):
                break  # shut for ever
        return tuple(found)

    def day_status(self, day: date) -> DayStatus:
        """What the calendar says of one day, and which entry decided."""
        status = self._known.get(day)
        if status is None:
            status = self._known[day] = self._decide(day)
        return status

    def _decide(self, day: date) -> DayStatus:
        exception = self._exceptions.get(day)
        closed_for = _in_force(self._closure_starts, self._closure_reasons, day)
        if closed_for is not None and not (exception and exception.overrides_closure):
            return DayStatus(day, DayKind.CLOSURE, reason=closed_for)
        if exception is not None:
            kind = DayKind.EXCEPTION_OPEN if exception.hours else DayKind.EXCEPTION_CLOSED
            return DayStatus(day, kind, exception.hours, exception.reason)
        week = _in_force(self._week_starts, self._weeks, day)
        if week is None:
            return DayStatus(day, DayKind.NOT_STATED)
        hours = week.days[day.weekday()]
        return DayStatus(day, DayKind.OPEN if hours else DayKind.WEEKLY_CLOSED, hours)

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """The day's spans from morning to evening; none when closed, and none when not stated."""
        return self.day_status(day).hours

    def is_open_on(self, day: date) -> bool:
        """Whether the branch opens at all on that day; a day without stated hours counts as open."""
        return self.day_status(day).is_open

    def open_at(self, moment: datetime) -> bool:
        """Whether the branch is open at that moment of local time; a zone on it is not looked at.

        True at any time of a day whose hours are not stated: ask ``day_status`` before showing "open now".
        """
        status = self.day_status(moment.date())
        if not status.is_stated:
            return True
        return any(span.holds(moment.time()) for span in status.hours)

    def next_open_date(self, day: date, *, inclusive: bool, limit_days: int = SEARCH_LIMIT_DAYS) -> date | None:
        """The first open day after ``day``, or on it if ``inclusive``, within ``limit_days``; else ``None``."""
        return self._search(day, _DAY, inclusive, limit_days)

    def previous_open_date(self, day: date, *, inclusive: bool, limit_days: int = SEARCH_LIMIT_DAYS) -> date | None:
        """The last open day before ``day``, or on it if ``inclusive``, within ``limit_days``; else ``None``."""
        return self._search(day, -_DAY, inclusive, limit_days)

    def _search(self, day: date, step: timedelta, inclusive: bool, limit_days: int) -> date | None:
        if inclusive and self.is_open_on(day):
            return day
        end_of_time = date.max if step > timedelta() else date.min
        for _ in range(limit_days):
            if day == end_of_time:
                return None
            day += step
            if self.is_open_on(day):
                return day
        return None

    def open_dates_between(self, first: date, last: date) -> tuple[date, ...]:
        """The open days from ``first`` to ``last``, both included; none when ``last`` is the earlier."""
        days = map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
        return tuple(day for day in days if self.is_open_on(day))

    def ordinary_week(self, day: date) -> tuple[tuple[Hours, ...], ...]:
        """The spans of the ordinary week in force on that day, Monday to Sunday, whatever exceptions and closures
        change; none where the hours are not stated."""
        week = _in_force(self._week_starts, self._weeks, day)
        return () if week is None else week.days

    def week(self, day: date) -> tuple[DayStatus, ...]:
        """The seven days, Monday to Sunday, of the week that ``day`` lies in.

        :raises OverflowError: in the cut-off last week of the year 9999.
        """
        monday = day - timedelta(days=day.weekday())
        return tuple(self.day_status(monday + timedelta(days=offset)) for offset in range(DAYS_A_WEEK))


def _timeline_of_weeks(rows: tuple[WeeklyHours, ...]) -> tuple[list[date], list[WeeklyHours | None]]:
    """Start days in order, and beside each the week in force from then on (``None``: nothing stated)."""
    by_start = sorted(rows, key=lambda row: row.valid_from or date.min)
    first_days = [row.valid_from or date.min for row in by_start]
    if len(set(first_days)) < len(first_days):
        raise ValueError("two weekly rows are valid from the same day")
    starts = _change_days((row.valid_from, row.valid_to) for row in rows)
    weeks = []
    for start in starts:
        covering = [row for row in by_start if _covers(row.valid_from, row.valid_to, start)]
        weeks.append(covering[-1] if covering else None)
    return starts, weeks


def _timeline_of_closures(closures: tuple[Closure, ...]) -> tuple[list[date], list[str | None]]:
    """Start days in order, and beside each the reason of the closure from then on (``None``: no closure)."""
    by_start = sorted(closures, key=lambda closure: closure.first_date)
    starts = _change_days((closure.first_date, closure.last_date) for closure in closures)
    reasons = []
    for start in starts:
        covering = [row for row in by_start if _covers(row.first_date, row.last_date, start)]
        reasons.append(covering[-1].reason if covering else None)
    return starts, reasons


def _change_days(ranges: Iterable[tuple[date | None, date | None]]) -> list[date]:
    """Every day on which one of the ranges begins, or the day after it ends, in order and once each."""
    days: set[date] = set()
    for first, last in ranges:
        days.add(first or date.min)
        if last is not None and last < date.max:
            days.add(last + _DAY)
    return sorted(days)


def _covers(first: date | None, last: date | None, day: date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _in_force(starts: list[date], entries: list[Entry | None], day: date) -> Entry | None:
    """The entry of the stretch that ``day`` lies in; nothing before the first stretch."""
    index = bisect_right(starts, day) - 1
    return entries[index] if index >= 0 else None
