"""Terms of suspensions, and what several restrictions say together."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.lending.patrons.rules import sum_of_restrictions, suspension_days

TODAY = date(2026, 4, 23)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 12, 31))


@pytest.mark.parametrize(
    ("days", "standing", "cumulative", "expected"),
    [
        (1, [], False, (TODAY, TODAY)),
        (5, [date(2026, 4, 30)], False, (TODAY, date(2026, 4, 27))),
        (5, [date(2026, 4, 30)], True, (date(2026, 5, 1), date(2026, 5, 5))),
        (5, [date(2026, 4, 30), date(2026, 4, 25)], True, (date(2026, 5, 1), date(2026, 5, 5))),
        (5, [date(2026, 4, 1)], True, (TODAY, date(2026, 4, 27))),  # served long ago
        (5, [], True, (TODAY, date(2026, 4, 27))),
    ],
)
def test_a_suspension_begins_today_or_after_what_stands(
    days: int, standing: list[date], cumulative: bool, expected: tuple[date, date]
) -> None:
    assert suspension_days(days, standing, cumulative=cumulative, today=TODAY) == expected


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ([], (None, "")),
        ([(date(2026, 5, 1), "一")], (date(2026, 5, 1), "一")),
        ([(date(2026, 5, 1), "一"), (date(2026, 5, 9), "二")], (date(2026, 5, 9), "二")),
        ([(None, "一"), (date(2026, 5, 9), "二")], (None, "一")),
        ([(date(2026, 5, 9), "一"), (date(2026, 5, 9), "二")], (date(2026, 5, 9), "二")),
    ],
)
def test_the_sum_is_the_last_day_and_the_reason_that_lasts(
    standing: list[tuple[date | None, str]], expected: tuple[date | None, str]
) -> None:
    assert sum_of_restrictions(standing) == expected


@given(st.lists(DAYS, min_size=1, max_size=6), st.integers(min_value=1, max_value=200))
def test_added_on_terms_leave_no_gap_and_serve_every_day(standing: list[date], days: int) -> None:
    first, last = suspension_days(days, standing, cumulative=True, today=TODAY)

    assert (last - first).days + 1 == days
    assert first in {TODAY, max(standing) + timedelta(days=1)}
    assert first > max(standing) or first == TODAY > max(standing)
