"""Due dates out of closures: never earlier, spread, open-ended, and the same whatever the order of the acts."""

from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.opening import (
    MOST_SPREAD_DAYS,
    Closure,
    DayException,
    Hours,
    OpeningCalendar,
    PlacedDay,
    WeeklyHours,
    days_overdue,
    horizon_of,
    place_after_closures,
    slot_of,
    spreads,
)

NINE_TO_FIVE = (Hours(time(9), time(17)),)
NOT_ON_MONDAYS = WeeklyHours.by_weekday(dict.fromkeys(range(1, 7), NINE_TO_FIVE))
EVERY_DAY = WeeklyHours.by_weekday(dict.fromkeys(range(7), NINE_TO_FIVE))
DAY = timedelta(days=1)


def may(day: int) -> date:
    return date(2026, 5, day)  # 1 May 2026 is a Friday, 4 May a Monday


def shut(first: date, last: date | None, **values: object) -> Closure:
    return Closure(first, last, **values)  # type: ignore[arg-type] # handed through


def calendar(*closures: Closure, weekly: WeeklyHours = NOT_ON_MONDAYS) -> OpeningCalendar:
    return OpeningCalendar(weekly=[weekly], closures=closures)


def placed(base: date, *closures: Closure, reader: int = 0) -> PlacedDay:
    return place_after_closures(base=base, calendar=calendar(*closures), reader=reader)


@pytest.mark.parametrize(
    ("base", "closures", "day"),
    [
        (may(7), (), may(7)),
        (may(7), (shut(may(8), may(9)),), may(7)),  # the day before it
        (may(8), (shut(may(8), may(9)),), may(10)),  # the Sunday after it
        (may(9), (shut(may(8), may(9)),), may(10)),
        (may(10), (shut(may(8), may(9)),), may(10)),
        (may(9), (shut(may(8), may(10)),), may(12)),  # Monday 11 May is closed as every Monday
        (may(8), (shut(may(8), may(9)), shut(may(10), may(10))), may(12)),  # one after the other, then Monday
        (may(8), (shut(may(8), may(20)), shut(may(10), may(12))), may(21)),  # one inside the other
        (may(4), (shut(may(5), may(6)),), may(4)),  # kept on a closed Monday by its policy: no closure's business
        (may(4), (shut(may(4), may(6)),), may(7)),
        (may(8), (shut(may(8), date(2028, 5, 1)),), date(2028, 5, 2)),  # two years
        (may(8), (shut(may(8), None),), may(8)),  # without a horizon it has no end: the base stands
    ],
)
def test_a_loan_goes_to_the_first_open_day_after_what_shuts_its_day(
    base: date, closures: tuple[Closure, ...], day: date
) -> None:
    assert placed(base, *closures) == PlacedDay(day, after_reopening=closures[-1:] == (shut(may(8), None),))


def test_a_day_open_in_spite_of_the_closure_is_taken() -> None:
    emergency = DayException(may(9), NINE_TO_FIVE, overrides_closure=True)
    days = OpeningCalendar(weekly=[NOT_ON_MONDAYS], exceptions=[emergency], closures=[shut(may(8), may(20))])

    assert place_after_closures(base=may(8), calendar=days, reader=1).day == may(9)
    assert place_after_closures(base=may(9), calendar=days, reader=1).day == may(9)


def test_a_calendar_that_never_opens_leaves_the_base() -> None:
    never = OpeningCalendar(weekly=[WeeklyHours(((),) * 7)], closures=[shut(may(8), may(20))])

    assert place_after_closures(base=may(8), calendar=never, reader=1) == PlacedDay(may(8))


def test_without_a_last_day_it_goes_past_the_horizon_and_reads_after_reopening() -> None:
    open_ended = shut(may(8), None, horizon=may(31))

    assert placed(may(9), open_ended) == PlacedDay(date(2026, 6, 2), after_reopening=True)  # 1 June is a Monday
    assert placed(date(2026, 7, 3), open_ended) == PlacedDay(date(2026, 7, 3), after_reopening=True)
    assert placed(may(7), open_ended) == PlacedDay(may(7))
    assert placed(may(9), replace(open_ended, horizon=date(2026, 6, 7))).day == date(2026, 6, 9)
    assert placed(may(9), shut(may(8), may(31))) == PlacedDay(date(2026, 6, 2))


def test_beyond_the_horizon_the_door_stays_shut_for_visitors() -> None:
    days = calendar(shut(may(8), None, horizon=may(31)))

    assert not days.is_open_on(date(2026, 6, 2))
    assert days.takes_returns_on(date(2026, 6, 2))
    assert not days.takes_returns_on(date(2026, 6, 1))
    assert not days.takes_returns_on(may(31))


@pytest.mark.parametrize(
    ("today", "horizon"),
    [
        (may(3), may(24)),  # a Sunday
        (may(4), may(31)),  # the Monday after it
        (may(10), may(31)),
    ],
)
def test_the_horizon_is_the_end_of_the_third_week_ahead(today: date, horizon: date) -> None:
    assert horizon_of(today) == horizon


def test_readers_are_spread_over_the_open_days_and_one_readers_loans_stay_together() -> None:
    closure = shut(may(8), may(10), spread_days=3)
    days = calendar(closure)

    by_day = Counter(place_after_closures(base=may(9), calendar=days, reader=reader).day for reader in range(1, 3001))

    assert set(by_day) == {may(12), may(13), may(14)}  # never a Monday
    assert max(by_day.values()) <= 1002
    assert placed(may(8), closure, reader=77).day == placed(may(10), closure, reader=77).day


def test_the_spread_goes_on_behind_the_next_closure() -> None:
    first, second = shut(may(8), may(10), spread_days=3), shut(may(13), may(15))

    goals = {placed(may(9), first, second, reader=reader).day for reader in range(1, 50)}

    assert goals == {may(12), may(16), may(17)}


def test_the_width_is_the_least_that_keeps_every_day_under_the_limit() -> None:
    closure = shut(may(8), may(10), id=5, most_a_day=100)
    days = calendar(closure)
    loans = [(reader, may(9)) for reader in range(1, 1001)] + [(reader, may(6)) for reader in range(1, 500)]

    width = spreads(loans, days)[5]

    after = calendar(replace(closure, spread_days=width))
    by_day = Counter(place_after_closures(base=base, calendar=after, reader=reader).day for reader, base in loans)
    assert width == 11
    assert max(count for day, count in by_day.items() if day > may(10)) <= 100


@pytest.mark.parametrize(
    ("closures", "loans", "widths"),
    [
        ((shut(may(8), may(10), id=1),), [(reader, may(9)) for reader in range(99)], {1: 1}),  # no limit
        ((shut(may(8), may(10), id=1, most_a_day=5),), [], {1: 1}),
        ((shut(may(8), may(10), id=1, most_a_day=5),), [(1, may(9))] * 30, {1: 1}),  # one class's loans come together
        (  # the strictest limit of a run holds for all of it
            (shut(may(8), may(9), id=1, most_a_day=50), shut(may(10), may(10), id=2, most_a_day=10)),
            [(reader, may(8)) for reader in range(1, 21)],
            {1: 2, 2: 2},
        ),
        (  # the first run reaches into the second's days
            (shut(may(5), may(5), id=1, most_a_day=10), shut(may(7), may(7), id=2, most_a_day=10)),
            [(reader, may(5)) for reader in range(1, 21)] + [(reader, may(7)) for reader in range(1, 16)],
            {1: 2, 2: 3},
        ),
    ],
)
def test_widths_of_a_calendar(
    closures: tuple[Closure, ...], loans: list[tuple[int, date]], widths: dict[int, int]
) -> None:
    assert spreads(loans, calendar(*closures)) == widths


def test_no_closure_gives_more_than_sixty_open_days() -> None:
    loans = [(reader, may(9)) for reader in range(1, 1000)]

    assert spreads(loans, calendar(shut(may(8), may(10), id=1, most_a_day=1)))[1] == MOST_SPREAD_DAYS == 60


def test_a_readers_place_never_changes() -> None:
    assert [slot_of(reader, 10) for reader in (0, 1, 2, 3, 4, 5, 10_000_000)] == [0, 6, 2, 8, 4, 0, 8]


@pytest.mark.parametrize(
    ("due", "back", "closures", "late"),
    [
        (may(6), may(14), (), 7),  # overdue before the closure, back after it
        (may(6), may(14), (shut(may(8), may(12)),), 3),
        (may(6), may(14), (shut(may(7), None, horizon=may(31)),), 0),
        (may(6), may(10), (shut(may(7), may(20)),), 0),  # through the book drop, on a shut day
    ],
)
def test_no_closed_day_is_a_day_late(due: date, back: date, closures: tuple[Closure, ...], late: int) -> None:
    assert days_overdue(due=due, on=back, calendar=calendar(*closures), count_closed=False) == late


days_of_2026 = st.integers(0, 120).map(lambda number: date(2026, 3, 1) + number * DAY)


@st.composite
def closures_in_force(draw: st.DrawFn) -> list[Closure]:
    found = []
    for number in range(draw(st.integers(0, 5))):
        first = draw(days_of_2026)
        length = draw(st.none() | st.integers(0, 40))
        last = None if length is None else first + length * DAY
        horizon = None if last else horizon_of(max(first, date(2026, 4, 1)))
        most = draw(st.none() | st.integers(1, 5))
        found.append(Closure(first, last, id=number, horizon=horizon, most_a_day=most))
    return found


def measured(closures: list[Closure], loans: list[tuple[int, date]]) -> list[Closure]:
    """As a library does after every change: widths counted anew for what is in force."""
    widths = spreads(loans, calendar(*closures))
    return [replace(closure, spread_days=widths[closure.id]) for closure in closures]


loans_of_a_branch = st.lists(st.tuples(st.integers(1, 10**9), days_of_2026), max_size=30)


@given(closures_in_force(), loans_of_a_branch, st.randoms(use_true_random=False))
def test_any_order_of_acts_gives_the_dates_of_the_final_set(
    closures: list[Closure], loans: list[tuple[int, date]], dice: object
) -> None:
    final = calendar(*measured(closures, loans))

    shuffled = list(closures)
    dice.shuffle(shuffled)  # type: ignore[attr-defined] # a Random
    standing: list[Closure] = []
    for closure in shuffled:
        mistaken = replace(closure, last_date=closure.first_date, horizon=None, id=99)
        standing = measured([*standing, mistaken], loans)  # declared wrongly, then put right
        standing = measured([one for one in standing if one.id != 99] + [closure], loans)
    at_last = calendar(*standing)

    for reader, base in loans:
        assert place_after_closures(base=base, calendar=at_last, reader=reader) == place_after_closures(
            base=base, calendar=final, reader=reader
        )


@given(closures_in_force(), loans_of_a_branch)
def test_no_closure_makes_a_loan_due_earlier_or_on_a_day_that_it_shuts(
    closures: list[Closure], loans: list[tuple[int, date]]
) -> None:
    days = calendar(*measured(closures, loans))

    for reader, base in loans:
        due = place_after_closures(base=base, calendar=days, reader=reader).day
        assert due >= base
        assert due == base or days.takes_returns_on(due)
        if due > base:
            assert days.is_shut_for_loans(base)
            assert days.without_closures.is_open_on(due)


@given(closures_in_force(), loans_of_a_branch)
def test_a_longer_closure_never_makes_a_base_inside_it_due_before_its_end(
    closures: list[Closure], loans: list[tuple[int, date]]
) -> None:
    days = calendar(*measured(closures, loans))

    for reader, base in loans:
        for closure in closures:
            if closure.first_date <= base <= closure.reckoned_to:
                assert place_after_closures(base=base, calendar=days, reader=reader).day > closure.reckoned_to
