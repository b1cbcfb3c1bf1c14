"""Readings of counters at doors (docs/specs/counting-doors.md): visits by hour, whatever the order of arrival."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.opening import Hours, OpeningCalendar, WeeklyHours
from wenyuan.services.visits.counting import (
    is_settled,
    passes_by_hour,
    permille_on,
    reasons_against,
    steps,
    visits_by_hour,
)
from wenyuan.services.visits.data import (
    CounterKind,
    CounterTerms,
    Directions,
    Outcome,
    Reading,
    ReadingReason,
    Step,
)

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 4, 23)
NOW = datetime(2026, 4, 24, 10, tzinfo=ZONE)
NINE_TO_FIVE = OpeningCalendar(weekly=[WeeklyHours.by_weekday(dict.fromkeys(range(7), (Hours(time(9), time(17)),)))])


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 4, day, hour, minute, tzinfo=ZONE)


def total(hour: int, passes: int, minute: int = 0, day: int = 23) -> Reading:
    return Reading(at(hour, minute, day), passes)


def interval(begins: tuple[int, int], ends: tuple[int, int], passes: int) -> Reading:
    return Reading(at(*ends), passes, begins_at=at(*begins))


def terms(kind: CounterKind = CounterKind.TOTAL, **values: Any) -> CounterTerms:
    return CounterTerms(
        **{"kind": kind, "directions": Directions.IN, "maximum": 65_535, "first_date": date(2026, 4, 1), **values}
    )


BY_INTERVAL = terms(CounterKind.INTERVAL, maximum=None)


def made_of(readings: list[Reading], told: CounterTerms) -> list[tuple[str, int]]:
    return [(step.outcome.value, step.passes) for step in steps(readings, told)]


@pytest.mark.parametrize(
    ("totals", "maximum", "made"),
    [
        ([100], 65_535, [("first", 0)]),
        ([100, 112, 112, 150], 65_535, [("first", 0), ("counted", 12), ("counted", 0), ("counted", 38)]),
        ([65_530, 4], 65_535, [("first", 0), ("rolled_over", 10)]),
        ([65_535, 0], 65_535, [("first", 0), ("rolled_over", 1)]),
        ([9_990, 2_489], 9_999, [("first", 0), ("rolled_over", 2_499)]),
        ([9_990, 2_490], 9_999, [("first", 0), ("rolled_over", 2_500)]),
        ([9_990, 2_491], 9_999, [("first", 0), ("reset", 2_491)]),
        ([400, 3], 65_535, [("first", 0), ("reset", 3)]),
        ([65_530, 4], None, [("first", 0), ("reset", 4)]),
        ([400, 0, 5], 65_535, [("first", 0), ("reset", 0), ("counted", 5)]),
        ([100, 10_100], 65_535, [("first", 0), ("counted", 10_000)]),
        ([100, 10_101], 65_535, [("first", 0), ("jumped", 0)]),
        ([100, 50_000, 112], 65_535, [("first", 0), ("jumped", 0), ("reset", 112)]),
    ],
)
def test_totals_grow_roll_over_or_begin_anew(
    totals: list[int], maximum: int | None, made: list[tuple[str, int]]
) -> None:
    readings = [total(9 + number, passes) for number, passes in enumerate(totals)]

    assert made_of(readings, terms(maximum=maximum)) == made


def test_the_same_reading_twice_is_one() -> None:
    assert made_of([total(9, 100), total(10, 112), total(10, 112)], terms()) == [("first", 0), ("counted", 12)]


def test_a_late_reading_moves_visits_between_hours_and_adds_none() -> None:
    without = steps([total(9, 100), total(12, 160)], terms())
    late = steps([total(9, 100), total(12, 160), total(10, 150)], terms())

    assert [step.passes for step in without] == [0, 60]
    assert [step.passes for step in late] == [0, 50, 10]


def test_a_reading_before_the_first_one_becomes_the_first() -> None:
    assert made_of([total(10, 112), total(9, 100)], terms()) == [("first", 0), ("counted", 12)]


def test_two_totals_of_one_moment_are_both_kept_and_the_larger_goes_on() -> None:
    made = made_of([total(9, 100), total(10, 115), total(10, 112), total(11, 120)], terms())

    assert made == [("first", 0), ("counted", 12), ("counted", 3), ("counted", 5)]


@pytest.mark.parametrize(
    ("others", "made"),
    [
        ([((10, 0), (11, 0), 7)], [("counted", 5), ("counted", 7)]),
        ([((9, 0), (10, 0), 8)], [("overlaps", 0), ("counted", 8)]),
        ([((9, 0), (9, 30), 2)], [("overlaps", 0), ("counted", 5)]),
        ([((9, 59), (11, 0), 7)], [("counted", 5), ("overlaps", 0)]),
        ([((8, 0), (9, 0), 1)], [("counted", 1), ("counted", 5)]),
        ([((8, 0), (9, 1), 1)], [("counted", 1), ("overlaps", 0)]),
    ],
)
def test_of_intervals_that_overlap_one_is_counted(others: list[Any], made: list[tuple[str, int]]) -> None:
    readings = [interval((9, 0), (10, 0), 5), *(interval(*other) for other in others)]

    assert made_of(readings, BY_INTERVAL) == made


@pytest.mark.parametrize(
    ("reading", "told", "reasons"),
    [
        (total(9, 5), terms(), ()),
        (total(10, 5, minute=5, day=24), terms(), ()),
        (total(10, 5, minute=6, day=24), terms(), ("to_come",)),
        (Reading(datetime(1970, 1, 1, tzinfo=UTC), 5), terms(), ("before_counter",)),
        (Reading(datetime(2026, 3, 31, 16, 0, tzinfo=UTC), 5), terms(), ()),
        (Reading(datetime(2026, 3, 31, 15, 59, tzinfo=UTC), 5), terms(), ("before_counter",)),
        (total(9, 5), terms(ended_date=DAY), ("after_counter",)),
        (total(9, 5), terms(ended_date=date(2026, 4, 24)), ()),
        (total(9, -1), terms(), ("bad_number",)),
        (total(9, 65_535), terms(), ()),
        (total(9, 65_536), terms(), ("bad_number",)),
        (total(9, 10**12 + 1), terms(maximum=None), ("bad_number",)),
        (interval((9, 0), (10, 0), 5), terms(), ("interval_not_counted",)),
        (total(9, 5), BY_INTERVAL, ("interval_missing",)),
        (interval((9, 0), (10, 0), 10_000), BY_INTERVAL, ()),
        (interval((9, 0), (10, 0), 10_001), BY_INTERVAL, ("bad_number",)),
        (interval((9, 0), (9, 0), 5), BY_INTERVAL, ("bad_interval",)),
        (interval((10, 0), (9, 0), 5), BY_INTERVAL, ("bad_interval",)),
        (Reading(at(9), 5, begins_at=at(9, day=22)), BY_INTERVAL, ()),
        (Reading(at(9, 1), 5, begins_at=at(9, day=22)), BY_INTERVAL, ("bad_interval",)),
        (Reading(at(9), 5, out=4), terms(), ("out_not_counted",)),
        (Reading(at(9), 5), terms(directions=Directions.IN_AND_OUT), ("out_missing",)),
        (Reading(at(9), 5, out=4), terms(directions=Directions.IN_AND_OUT), ()),
        (Reading(at(9), 5, out=-4), terms(directions=Directions.IN_AND_OUT), ("bad_number",)),
        (Reading(at(9, day=25), -1, out=4), terms(), ("to_come", "bad_number", "out_not_counted")),
    ],
)
def test_a_reading_is_refused_for_every_reason_at_once(
    reading: Reading, told: CounterTerms, reasons: tuple[str, ...]
) -> None:
    assert reasons_against(reading, told, now=NOW, zone=ZONE) == tuple(ReadingReason(reason) for reason in reasons)


@pytest.mark.parametrize(
    ("begins", "ends", "passes", "by_hour"),
    [
        (at(9), at(9, 15), 12, {9: 12}),
        (at(9, 50), at(10, 10), 12, {9: 6, 10: 6}),
        (at(9, 45), at(10, 5), 3, {9: 2, 10: 1}),
        (at(9), at(10), 5, {9: 5}),
        (at(9), at(9), 5, {9: 5}),
        (at(16, 30), at(17, 30), 10, {16: 5, 17: 5}),
        (at(16), at(19), 10, {16: 10}),
        (at(17, 30, 22), at(17, 30, 23), 80, {9: 10, 10: 10, 11: 10, 12: 10, 13: 10, 14: 10, 15: 10, 16: 10}),
        (at(18), at(21), 3, {18: 1, 19: 1, 20: 1}),
    ],
)
def test_passes_are_laid_over_the_hours_they_reach(
    begins: datetime, ends: datetime, passes: int, by_hour: dict[int, int]
) -> None:
    step = Step(Reading(ends, passes), Outcome.COUNTED, passes, begins)

    assert passes_by_hour(step, zone=ZONE, calendar=NINE_TO_FIVE) == {
        (DAY, hour): count for hour, count in by_hour.items()
    }


def test_hours_are_those_of_the_library_not_of_utc() -> None:
    step = Step(Reading(datetime(2026, 4, 22, 16, 10, tzinfo=UTC), 4), Outcome.COUNTED, 4, at(0, 0))

    assert passes_by_hour(step, zone=ZONE) == {(DAY, 0): 4}


@pytest.mark.parametrize(
    ("passes", "directions", "permille", "visits"),
    [
        ({9: 5, 10: 7}, Directions.IN, 1000, {9: 5, 10: 7}),
        ({9: 5, 10: 7}, Directions.IN_AND_OUT, 1000, {9: 5, 10: 7}),
        ({9: 5, 10: 7}, Directions.BOTH, 1000, {9: 3, 10: 3}),
        ({9: 1, 10: 1, 11: 1}, Directions.BOTH, 1000, {9: 1, 10: 0, 11: 1}),
        ({9: 100}, Directions.IN, 925, {9: 93}),
        ({9: 100, 10: 100}, Directions.BOTH, 1100, {9: 55, 10: 55}),
        ({}, Directions.IN, 1000, {}),
    ],
)
def test_visits_are_passes_by_direction_and_calibration(
    passes: dict[int, int], directions: Directions, permille: int, visits: dict[int, int]
) -> None:
    assert visits_by_hour(passes, directions=directions, permille=permille) == visits


@pytest.mark.parametrize(
    ("day", "permille"),
    [(date(2026, 3, 31), 1000), (date(2026, 4, 1), 900), (date(2026, 4, 9), 900), (date(2026, 4, 10), 960)],
)
def test_a_calibration_holds_from_its_day_on(day: date, permille: int) -> None:
    calibrations = [(date(2026, 4, 10), 950), (date(2026, 4, 1), 900), (date(2026, 4, 10), 960)]

    assert permille_on(day, calibrations) == permille


@pytest.mark.parametrize(
    ("read_to", "now", "settled"),
    [
        (at(9, 59), at(10, 30), False),
        (at(10), at(10, 1), True),
        (at(9, 30), at(11, 59), False),
        (at(9, 30), at(12), True),
        (None, at(12), True),
    ],
)
def test_an_hour_is_told_once_the_counter_has_passed_it_or_has_had_its_time(
    read_to: datetime | None, now: datetime, settled: bool
) -> None:
    assert is_settled((DAY, 9), read_to=read_to, now=now, zone=ZONE, patience=timedelta(hours=2)) is settled


MOMENTS = st.integers(0, 7 * 24 * 60).map(lambda minutes: at(0) + timedelta(minutes=minutes))
TOTALS = st.lists(st.builds(Reading, MOMENTS, st.integers(0, 9_999)), max_size=30)
INTERVALS = st.lists(
    st.builds(
        lambda begins, minutes, passes: Reading(begins + timedelta(minutes=minutes), passes, begins_at=begins),
        MOMENTS,
        st.integers(1, 24 * 60),
        st.integers(0, 9_999),
    ),
    max_size=12,
)


def counted(readings: list[Reading], told: CounterTerms) -> dict[Any, int]:
    """All passes by hour."""
    found: dict[Any, int] = {}
    for step in steps(readings, told):
        for hour, passes in passes_by_hour(step, zone=ZONE, calendar=NINE_TO_FIVE).items():
            found[hour] = found.get(hour, 0) + passes
    return found


@given(st.data(), st.sampled_from([terms(maximum=9_999), terms(maximum=None), BY_INTERVAL]))
def test_what_is_counted_does_not_depend_on_the_order_of_arrival(data: st.DataObject, told: CounterTerms) -> None:
    readings = data.draw(INTERVALS if told is BY_INTERVAL else TOTALS)
    again = data.draw(st.lists(st.sampled_from(readings), max_size=5)) if readings else []
    shuffled = data.draw(st.permutations(readings + again))

    assert counted(list(shuffled), told) == counted(readings, told)


@given(st.lists(st.tuples(MOMENTS, st.integers(0, 500)), min_size=2, max_size=20, unique_by=lambda one: one[0]))
def test_what_a_total_grew_is_counted_once_however_often_it_was_read(growth: list[tuple[datetime, int]]) -> None:
    so_far = 0
    readings = []
    for moment, more in sorted(growth):
        so_far += more
        readings.append(Reading(moment, so_far))

    grown = readings[-1].passes - readings[0].passes

    assert sum(counted(readings, terms(maximum=None)).values()) == grown
    assert sum(counted([readings[0], readings[-1]], terms(maximum=None)).values()) == grown


@given(INTERVALS)
def test_no_time_is_counted_twice(readings: list[Reading]) -> None:
    found = [step for step in steps(readings, BY_INTERVAL) if step.outcome is Outcome.COUNTED]
    spans = sorted((step.begins_at or step.reading.at, step.reading.at) for step in found)

    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


@given(
    st.dictionaries(st.integers(0, 23), st.integers(0, 3_000)),
    st.sampled_from(list(Directions)),
    st.integers(100, 5_000),
)
def test_the_hours_of_a_day_add_up_to_its_visits(passes: dict[int, int], directions: Directions, permille: int) -> None:
    visits = visits_by_hour(passes, directions=directions, permille=permille)

    exact = sum(passes.values()) * permille / 1000 / directions.passes_a_visit
    assert abs(sum(visits.values()) - exact) <= 0.5
    assert all(count >= 0 for count in visits.values())
