"""How long somebody waits after wrong PINs, and how many an attacker gets however they try."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.lending.patrons import waits
from wenyuan.lending.patrons.waits import NONE, Counted, Ladder, reader_waits_until, seconds_of

AT = datetime(2026, 4, 23, 2, 0, tzinfo=UTC)
LADDERS = [waits.MACHINES, waits.HERE, waits.STRANGERS, waits.STRANGERS_AT_A_FRESH_PIN, waits.SPREADING]


def counted(count: int, ago: timedelta = timedelta(0)) -> Counted:
    return Counted(count=count, last=AT - ago)


@pytest.mark.parametrize(
    ("ladder", "count", "minutes"),
    [
        (waits.MACHINES, 4, None),
        (waits.MACHINES, 5, 15),
        (waits.MACHINES, 6, 30),
        (waits.MACHINES, 7, 60),
        (waits.MACHINES, 1000, 60),
        (waits.HERE, 4, None),
        (waits.HERE, 5, 1),
        (waits.HERE, 6, 2),
        (waits.HERE, 8, 8),
        (waits.HERE, 11, 60),
        (waits.STRANGERS, 14, None),
        (waits.STRANGERS, 15, 5),
        (waits.STRANGERS, 16, 10),
        (waits.STRANGERS, 20, 120),
        (waits.STRANGERS, 10**9, 120),
        (waits.SPREADING, 29, None),
        (waits.SPREADING, 30, 20 / 60),
        (waits.SPREADING, 59, 20 / 60),
        (waits.SPREADING, 60, 40 / 60),
        (waits.SPREADING, 120, 160 / 60),
        (waits.SPREADING, 5000, 160 / 60),
    ],
)
def test_the_first_wrong_ones_cost_nothing_and_then_each_costs_more(
    ladder: Ladder, count: int, minutes: float | None
) -> None:
    expected = None if minutes is None else AT + timedelta(minutes=minutes)

    assert ladder.wait_until(count, AT) == expected


@given(st.sampled_from(LADDERS), st.integers(0, 2000), st.integers(0, 2000))
def test_more_wrong_ones_are_never_waited_for_less(ladder: Ladder, one: int, other: int) -> None:
    fewer, more = sorted((one, other))

    assert (ladder.wait_until(fewer, AT) or AT) <= (ladder.wait_until(more, AT) or AT) <= AT + ladder.longest


@pytest.mark.parametrize(("ladder", "in_a_week"), [(waits.HERE, 177), (waits.STRANGERS, 102), (waits.MACHINES, 174)])
def test_who_tries_as_soon_as_it_may_be_gets_so_many_in_a_week(ladder: Ladder, in_a_week: int) -> None:
    tries, at = 0, AT
    while at < AT + timedelta(days=7):
        tries += 1
        at = ladder.wait_until(tries, at) or at

    assert tries == in_a_week


def test_a_known_browser_does_not_wait_for_strangers() -> None:
    strangers = counted(400)

    assert reader_waits_until(here=NONE, strangers=strangers, is_known=False, drawn_at=None, at=AT) is not None
    assert reader_waits_until(here=NONE, strangers=strangers, is_known=True, drawn_at=None, at=AT) is None


def test_a_known_browser_waits_for_its_own_wrong_ones() -> None:
    until = reader_waits_until(here=counted(5), strangers=NONE, is_known=True, drawn_at=None, at=AT)

    assert until == AT + timedelta(minutes=1)


def test_the_longer_wait_counts_and_one_that_is_over_does_not() -> None:
    def until(here: Counted, strangers: Counted) -> datetime | None:
        return reader_waits_until(here=here, strangers=strangers, is_known=False, drawn_at=None, at=AT)

    assert until(counted(5), counted(15)) == AT + timedelta(minutes=5)
    assert until(counted(9), counted(15)) == AT + timedelta(minutes=16)
    assert until(counted(5, timedelta(minutes=1)), counted(15, timedelta(minutes=5))) is None


@pytest.mark.parametrize(
    ("drawn_ago", "strangers", "is_waiting"),
    [
        (timedelta(minutes=59), 499, False),
        (timedelta(minutes=59), 500, True),
        (timedelta(hours=1), 499, True),
        (None, 499, True),
    ],
)
def test_for_an_hour_a_drawn_pin_is_good_against_a_crowd_of_strangers(
    drawn_ago: timedelta | None, strangers: int, is_waiting: bool
) -> None:
    drawn_at = None if drawn_ago is None else AT - drawn_ago

    until = reader_waits_until(here=NONE, strangers=counted(strangers), is_known=False, drawn_at=drawn_at, at=AT)

    assert (until is not None) is is_waiting


@pytest.mark.parametrize(("ago", "seconds"), [(0.0, 20), (0.4, 20), (19.2, 1), (20.0, 0), (90.0, 0)])
def test_what_is_told_in_seconds_is_never_too_short(ago: float, seconds: int) -> None:
    assert seconds_of(waits.SPREADING, counted(30, timedelta(seconds=ago)), at=AT) == seconds
