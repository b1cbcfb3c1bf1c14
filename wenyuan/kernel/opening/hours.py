"""What a library enters about its opening: weekly hours, dated exceptions, closures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise

MIDNIGHT = time(0)
DAYS_A_WEEK = 7
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """One opening span of a day, in local time, to the minute; ``closes`` itself is outside the span.

    ``closes`` at 00:00 is the midnight that ends the day (24:00), so 00:00-00:00 is open round the clock. A
    span never runs past midnight: a night is entered as two spans on two days.

    :raises ValueError: when it does not close after it opens, or a time carries a zone or a part of a minute.
    """

    opens: time
    closes: time

    def __post_init__(self) -> None:
        for moment in (self.opens, self.closes):
            if moment.tzinfo is not None:
                raise ValueError(f"opening hours are local times without a zone: {moment}")
            if moment.second or moment.microsecond:
                raise ValueError(f"opening hours are whole minutes: {moment}")
        if self.closes_minute <= self.opens_minute:
            raise ValueError(f"closes at {self.closes}, not after it opens at {self.opens}")

    @property
    def opens_minute(self) -> int:
        """Minutes from the day's start to opening, 0-1439."""
        return self.opens.hour * 60 + self.opens.minute

    @property
    def closes_minute(self) -> int:
        """Minutes from the day's start to closing, 1-1440."""
        if self.closes == MIDNIGHT:
            return 24 * 60
        return self.closes.hour * 60 + self.closes.minute

    @property
    def minutes(self) -> int:
        """How long the span lasts, in minutes."""
        return self.closes_minute - self.opens_minute

    def holds(self, moment: time) -> bool:
        """Whether the local time of day falls in the span; at the closing minute it no longer does."""
        return self.opens <= moment and (self.closes == MIDNIGHT or moment < self.closes)


WHOLE_DAY = Hours(MIDNIGHT, MIDNIGHT)
"""Open round the clock, as a 24-hour shelf is."""


def _in_order(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    """The spans of one day from morning to evening.

    :raises ValueError: when two of them overlap.
    """
    ordered = tuple(sorted(hours))
    for earlier, later in pairwise(ordered):
        if later.opens_minute < earlier.closes_minute:
            raise ValueError(f"opening spans overlap: {earlier} and {later}")
    return ordered


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The ordinary week, for as long as it is in force.

    :param days: seven entries from Monday to Sunday; each holds the day's spans, none when closed on that
        weekday.
    :param valid_from: first day in force, or ``None`` for "since ever".
    :param valid_to: last day in force, itself included, or ``None`` for "until changed".
    :raises ValueError: for other than seven days, overlapping spans, or an end before the start.
    """

    days: tuple[tuple[Hours, ...], ...]
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if len(self.days) != DAYS_A_WEEK:
            raise ValueError(f"a week has seven days, not {len(self.days)}")
        _refuse_backward_range(self.valid_from, self.valid_to)
        object.__setattr__(self, "days", tuple(_in_order(spans) for spans in self.days))

    @classmethod
    def by_weekday(
        cls,
        days: Mapping[int, Iterable[Hours]],
        *,
        valid_from: date | None = None,
        valid_to: date | None = None,
    ) -> "WeeklyHours":
        """The week from weekday (0 is Monday, as ``date.weekday()``) to spans; a weekday not named is closed.

        :raises ValueError: for a weekday outside 0-6, and as the class does.
        """
        if strange := [weekday for weekday in days if not 0 <= weekday < DAYS_A_WEEK]:
            raise ValueError(f"no such weekday: {strange[0]}")
        return cls(
            tuple(tuple(days.get(weekday, ())) for weekday in range(DAYS_A_WEEK)),
            valid_from=valid_from,
            valid_to=valid_to,
        )


@dataclass(frozen=True, slots=True)
class WeeklySpan:
    """One opening span of one weekday (0 is Monday) with its own validity, as tables and sheets store it.

    ``valid_from`` and ``valid_to`` are read as in ``WeeklyHours``.

    :raises ValueError: for a weekday outside 0-6, or an end before the start.
    """

    weekday: int
    hours: Hours
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.weekday < DAYS_A_WEEK:
            raise ValueError(f"no such weekday: {self.weekday}")
        _refuse_backward_range(self.valid_from, self.valid_to)


def weeks_from_spans(spans: Iterable[WeeklySpan]) -> tuple[WeeklyHours, ...]:
    """Gather singly dated spans into consecutive whole weeks, one for each stretch in which nothing changes.

    A stretch in which no span at all is valid gives no week: the hours then are not stated, rather than
    closed.

    :raises ValueError: when two spans of one weekday overlap while both are valid.
    """
    rows = tuple(spans)
    starts = {row.valid_from or date.min for row in rows}
    starts |= {row.valid_to + _DAY for row in rows if row.valid_to is not None and row.valid_to < date.max}
    bounds = sorted(starts)
    weeks = []
    for index, first in enumerate(bounds):
        last = bounds[index + 1] - _DAY if index + 1 < len(bounds) else None
        days: dict[int, list[Hours]] = {}
        for row in rows:
            if (row.valid_from or date.min) <= first and (row.valid_to is None or first <= row.valid_to):
                days.setdefault(row.weekday, []).append(row.hours)
        if days:
            weeks.append(WeeklyHours.by_weekday(days, valid_from=first, valid_to=last))
    return tuple(weeks)


@dataclass(frozen=True, slots=True)
class DayException:
    """What happens on one date instead of the ordinary week: another opening, or none (no ``hours``).

    :param reason: a code or id that tells why; the kernel never reads it.
    :param overrides_closure: open even though the date lies inside a closure. Without it a closure wins,
        since a closure declared later (storm, power cut) must not be undone by an opening planned before.
    :raises ValueError: for overlapping spans, or when a day without hours claims to override a closure.
    """

    day: date
    hours: tuple[Hours, ...] = ()
    reason: str = ""
    overrides_closure: bool = False

    def __post_init__(self) -> None:
        if self.overrides_closure and not self.hours:
            raise ValueError(f"a closed day overrides no closure: {self.day}")
        object.__setattr__(self, "hours", _in_order(self.hours))


@dataclass(frozen=True, slots=True)
class Closure:
    """Consecutive days shut, first and last included; no ``last_date`` means until further notice.

    :param reason: a code or id that tells why; the kernel never reads it.
    :param id: which closure it is to those who keep it, so that ``closing.spreads`` can name it.
    :param horizon: for one without a last day, the last day up to which it is reckoned with for due dates; without a
        horizon it has no end at all. It moves forward while nothing is known (``closing.horizon_of``).
    :param spread_days: over how many open days after it loans are spread, at least 1 (``closing.spreads``).
    :param most_a_day: how many loans may be moved to one day; none does not limit.
    :raises ValueError: when it ends before it starts.
    """

    first_date: date
    last_date: date | None = None
    reason: str = ""
    id: int = 0
    horizon: date | None = None
    spread_days: int = 1
    most_a_day: int | None = None

    def __post_init__(self) -> None:
        _refuse_backward_range(self.first_date, self.last_date)

    @property
    def reckoned_to(self) -> date:
        """The last day on which no loan may fall due because of it."""
        return self.last_date or self.horizon or date.max


def _refuse_backward_range(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise ValueError(f"ends on {last}, before it starts on {first}")
