"""Readings of a counter in, visits by local hour out. Pure, and a matter of which readings there are: never of the
order in which they came."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from fractions import Fraction
from itertools import pairwise
from typing import Final

from wenyuan.kernel.opening import OpeningCalendar
from wenyuan.services.visits.data import (
    CounterKind,
    CounterTerms,
    Directions,
    Outcome,
    Reading,
    ReadingReason,
    Step,
)

FAST_CLOCK: Final = timedelta(minutes=5)
"""So far a counter's clock may be ahead of ours."""
LONGEST_INTERVAL: Final = timedelta(days=1)
MOST_AN_HOUR: Final = 10_000
"""More than this through one door in an hour is no people: a number that got mangled on its way."""
LARGEST_TOTAL: Final = 10**12
ROLL_OVER_SHARE: Final = 4
"""A fall is a roll-over if at most a fourth of the counter's range then passed, and no more than a door can count."""
PERMILLE: Final = 1000
LEAST_PERMILLE: Final = 100
MOST_PERMILLE: Final = 5000
_HOUR: Final = timedelta(hours=1)
_HOUR_SECONDS: Final = 3600

Hour = tuple[date, int]
"""A local day and the hour of it, 0 to 23."""


def reasons_against(reading: Reading, terms: CounterTerms, *, now: datetime, zone: tzinfo) -> tuple[ReadingReason, ...]:
    """Why the reading cannot be one of this counter, all at once."""
    first, last = reading.begins_at or reading.at, reading.at
    reasons = []
    if last > now + FAST_CLOCK:
        reasons.append(ReadingReason.TO_COME)
    if first.astimezone(zone).date() < terms.first_date:
        reasons.append(ReadingReason.BEFORE_COUNTER)
    if terms.ended_date is not None and last.astimezone(zone).date() >= terms.ended_date:
        reasons.append(ReadingReason.AFTER_COUNTER)
    if terms.kind is CounterKind.TOTAL:
        if reading.begins_at is not None:
            reasons.append(ReadingReason.INTERVAL_NOT_COUNTED)
    elif reading.begins_at is None:
        reasons.append(ReadingReason.INTERVAL_MISSING)
    elif not timedelta() < reading.at - reading.begins_at <= LONGEST_INTERVAL:
        reasons.append(ReadingReason.BAD_INTERVAL)
    most = _most(reading, terms)
    if not 0 <= reading.passes <= most or not 0 <= (reading.out or 0) <= most:
        reasons.append(ReadingReason.BAD_NUMBER)
    if terms.directions is Directions.IN_AND_OUT:
        if reading.out is None:
            reasons.append(ReadingReason.OUT_MISSING)
    elif reading.out is not None:
        reasons.append(ReadingReason.OUT_NOT_COUNTED)
    return tuple(reasons)


def _most(reading: Reading, terms: CounterTerms) -> int:
    if terms.kind is CounterKind.TOTAL:
        return LARGEST_TOTAL if terms.maximum is None else terms.maximum
    return _most_between(reading.begins_at or reading.at, reading.at)


def _most_between(begins_at: datetime, ends_at: datetime) -> int:
    """How many a door can count in that time, of which an hour begun is a whole one."""
    return MOST_AN_HOUR * max(1, -((begins_at - ends_at) // _HOUR))


def steps(readings: Iterable[Reading], terms: CounterTerms) -> list[Step]:
    """What is made of each reading, in the order of their moments. What came twice is there once.

    Of totals each tells how many passed since the one before it. Of intervals that overlap one is counted: the one that
    began first, of those the longest, of those with the same bounds the larger number.
    """
    told = sorted(set(readings), key=in_order)
    if terms.kind is CounterKind.TOTAL:
        first = [Step(reading, Outcome.FIRST, 0, None) for reading in told[:1]]
        return first + [_grown(earlier, later, terms.maximum) for earlier, later in pairwise(told)]
    return _intervals(told)


def in_order(reading: Reading) -> tuple[datetime, datetime, int, int]:
    """The order in which readings stand. Two totals of one moment stand by size: both may be true."""
    return reading.at, reading.begins_at or reading.at, reading.passes, -1 if reading.out is None else reading.out


def _grown(earlier: Reading, later: Reading, maximum: int | None) -> Step:
    """How many passed between two totals."""
    most = _most_between(earlier.at, later.at)
    passes, outcome = later.passes - earlier.passes, Outcome.COUNTED
    if passes < 0:
        if maximum is not None and (rolled := passes + maximum + 1) <= min(most, (maximum + 1) // ROLL_OVER_SHARE):
            passes, outcome = rolled, Outcome.ROLLED_OVER
        else:
            passes, outcome = later.passes, Outcome.RESET
    if passes > most:
        passes, outcome = 0, Outcome.JUMPED
    return Step(later, outcome, passes, earlier.at)


def _intervals(told: Sequence[Reading]) -> list[Step]:
    """Each interval, counted unless one that goes before it tells of a part of the same time."""
    by_rank = sorted(told, key=_rank)
    begins = [reading.begins_at or reading.at for reading in by_rank]
    found = []
    for reading in told:
        begins_at = reading.begins_at or reading.at
        # Nothing lasts longer than a day, so what overlaps began at most a day before this one.
        since = bisect_right(begins, begins_at - LONGEST_INTERVAL)
        rank = _rank(reading)
        rivals = (one for one in by_rank[since : bisect_right(begins, begins_at)] if _rank(one) < rank)
        is_second = any(one.at > begins_at for one in rivals)
        outcome = Outcome.OVERLAPS if is_second else Outcome.COUNTED
        found.append(Step(reading, outcome, 0 if is_second else reading.passes, begins_at))
    return found


def _rank(reading: Reading) -> tuple[datetime, float, int, int]:
    begins_at = reading.begins_at or reading.at
    return begins_at, -reading.at.timestamp(), -reading.passes, -(reading.out or 0)


def passes_by_hour(step: Step, *, zone: tzinfo, calendar: OpeningCalendar | None = None) -> dict[Hour, int]:
    """The passes of a step laid over the local hours it reaches; their sum is the step's.

    Up to an hour is divided by time. Longer (a counter that is read in the evening, or was cut off) by the time in
    which the branch was open then, if it was.
    """
    begins_at = step.begins_at or step.reading.at
    if not step.passes:
        return {}
    slots = _slots(begins_at, step.reading.at, zone)
    weights = [seconds for _hour, _since, seconds in slots]
    if calendar is not None and step.reading.at - begins_at > _HOUR:
        opened = [_open_seconds(calendar, hour, since, seconds) for hour, since, seconds in slots]
        weights = opened if any(opened) else weights
    found: dict[Hour, int] = {}
    for (hour, _since, _seconds), passes in zip(slots, _divided(step.passes, weights), strict=True):
        if passes:
            found[hour] = found.get(hour, 0) + passes
    return found


def _slots(begins_at: datetime, ends_at: datetime, zone: tzinfo) -> list[tuple[Hour, int, int]]:
    """The local hours between two moments: each with the second of it at which its part begins, and how many."""
    found = []
    at = begins_at
    while True:
        here = at.astimezone(zone)
        since = here.minute * 60 + here.second
        until = min(ends_at, at - timedelta(microseconds=at.microsecond) + timedelta(seconds=_HOUR_SECONDS - since))
        # A moment that is a beginning and an end weighs a second, so that it has an hour at all.
        found.append(((here.date(), here.hour), since, max(1, round((until - at).total_seconds()))))
        if until >= ends_at:
            return found
        at = until


def _open_seconds(calendar: OpeningCalendar, hour: Hour, since: int, seconds: int) -> int:
    day, number = hour
    begins = number * _HOUR_SECONDS + since
    return sum(
        max(0, min(begins + seconds, span.closes_minute * 60) - max(begins, span.opens_minute * 60))
        for span in calendar.hours_on(day)
    )


def _divided(whole: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers by weight that add up to ``whole``."""
    total, so_far, given = sum(weights), 0, 0
    parts = []
    for weight in weights:
        so_far += weight
        parts.append(whole * so_far // total - given)
        given += parts[-1]
    return parts


def visits_by_hour(passes: Mapping[int, int], *, directions: Directions, permille: int = PERMILLE) -> dict[int, int]:
    """Visits in each hour of a day, from who passed in it and the calibration that holds on that day.

    The day's sum is rounded once, half up; an hour gets what its passes add to the rounded sum so far.
    """
    share = Fraction(permille, PERMILLE * directions.passes_a_visit)
    so_far, given = 0, 0
    found = {}
    for hour in sorted(passes):
        so_far += passes[hour]
        visits = int(so_far * share + Fraction(1, 2)) - given
        given += visits
        found[hour] = visits
    return found


def permille_on(day: date, calibrations: Iterable[tuple[date, int]]) -> int:
    """The calibration that holds on a day: that of the latest day not after it, of one day the last that was entered;
    1,000 before the first."""
    found = PERMILLE
    latest: date | None = None
    for first_date, permille in calibrations:
        if first_date <= day and (latest is None or first_date >= latest):
            latest, found = first_date, permille
    return found


def is_settled(hour: Hour, *, read_to: datetime | None, now: datetime, zone: tzinfo, patience: timedelta) -> bool:
    """Whether an hour can be told as a figure: the counter has said something after it, or ``patience`` has passed."""
    day, number = hour
    begins = datetime(day.year, day.month, day.day, number, tzinfo=zone)
    ends = begins.astimezone(now.tzinfo) + _HOUR
    return (read_to is not None and read_to >= ends) or now >= ends + patience


def same_moment(reading: Reading) -> Reading:
    """The reading to the second: what a counter says finer is no reason to keep it twice."""
    return replace(
        reading,
        at=reading.at.replace(microsecond=0),
        begins_at=reading.begins_at.replace(microsecond=0) if reading.begins_at else None,
    )
