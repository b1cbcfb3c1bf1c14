"""Buckets: a burst, then a steady rate, and never more whatever the times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.plumbing.buckets import Buckets, Rate


def test_a_burst_is_let_through_and_then_one_at_a_time() -> None:
    buckets = Buckets(Rate(burst=3, per_second=0.5))

    waits = [buckets.take("a", now=now) for now in (10, 10, 10, 10, 11, 12, 12)]

    assert waits == [0, 0, 0, 2, 1, 0, 2]


def test_callers_do_not_share_a_bucket() -> None:
    buckets = Buckets(Rate(burst=1, per_second=1))

    assert [buckets.take(who, now=0) for who in ("a", "b", "a")] == [0, 0, 1]


def test_asking_how_long_takes_nothing() -> None:
    buckets = Buckets(Rate(burst=1, per_second=0.1))

    assert [buckets.wait("a", now=0), buckets.wait("a", now=0), buckets.take("a", now=0)] == [0, 0, 0]
    assert buckets.wait("a", now=0) == 10


def test_the_least_recently_seen_are_forgotten() -> None:
    buckets = Buckets(Rate(burst=1, per_second=0.001), most=2)
    for who in ("a", "b", "c"):
        buckets.take(who, now=0)

    assert buckets.take("a", now=0) == 0
    assert buckets.take("c", now=0) > 0


@given(st.lists(st.floats(min_value=0, max_value=30), max_size=60), st.integers(1, 5), st.floats(0.1, 5))
def test_never_more_than_burst_and_rate_get_through(gaps: list[float], burst: int, per_second: float) -> None:
    buckets = Buckets(Rate(burst=burst, per_second=per_second))
    now, let_through = 0.0, 0
    for gap in gaps:
        now += gap
        let_through += buckets.take("a", now=now) == 0

    assert let_through <= burst + now * per_second + 1e-6


@pytest.mark.parametrize("backwards", [-1.0, -1000.0])
def test_a_clock_that_goes_back_fills_nothing(backwards: float) -> None:
    buckets = Buckets(Rate(burst=1, per_second=1))
    buckets.take("a", now=0)

    assert buckets.take("a", now=backwards) == 1
