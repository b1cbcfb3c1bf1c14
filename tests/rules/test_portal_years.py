"""The histogram of years: few bars of one width, and what is far off in one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.doors.portal.years import MOST_BARS, bars


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([], []),
        ([(2012, 3)], [("2012", 3)]),
        ([(2010, 1), (2012, 3)], [("2012", 3), ("2011", 0), ("2010", 1)]),
        ([(2019, 5), (2008, 2)], [("2015-2019", 5), ("2010-2014", 0), ("2005-2009", 2)]),
        ([(2020, 99), (2019, 99), (1644, 1), (1911, 1)], [("2020", 99), ("2019", 99), ("-2018", 2)]),
        ([(2091, 1), (2027, 2), (2026, 9)], [("2091-", 1), ("2027", 2), ("2026", 9)]),
        ([(2091, 3)], [("2091", 3)]),
        (
            [(2028, 1), (2027, 2), (2011, 9)],
            [("2028-", 1), ("2025-2027", 2), ("2020-2024", 0), ("2015-2019", 0), ("2010-2014", 9)],
        ),
        (
            [(2020, 5), (1911, 5)],
            [(f"{first}-{first + 19}", 5 if first in (2020, 1900) else 0) for first in range(2020, 1899, -20)],
        ),
    ],
)
def test_years_are_put_into_bars(counts: list[tuple[int, int]], shown: list[tuple[str, int]]) -> None:
    assert [(bar.value, bar.count) for bar in bars(counts, this_year=2026)] == shown


@given(st.dictionaries(st.integers(1, 2100), st.integers(1, 1000), min_size=1), st.integers(1990, 2099))
def test_every_work_stands_in_one_of_a_few_bars(counts: dict[int, int], this_year: int) -> None:
    made = bars(counts.items(), this_year=this_year)

    assert sum(bar.count for bar in made) == sum(counts.values())
    assert len(made) <= MOST_BARS + 2
    assert made[0].count > 0


@given(st.dictionaries(st.integers(1, 2100), st.integers(1, 1000), min_size=1), st.integers(1990, 2099))
def test_within_a_chosen_span_no_bar_reaches_beyond_what_was_found(counts: dict[int, int], this_year: int) -> None:
    made = bars(counts.items(), this_year=this_year, is_narrowed=True)

    assert [bar.count for bar in made] == [bar.count for bar in bars(counts.items(), this_year=this_year)]
    assert all(min(counts) <= (bar.first or 0) <= (bar.last or 0) <= max(counts) for bar in made)
    assert all(
        sum(n for year, n in counts.items() if (bar.first or 0) <= year <= (bar.last or 0)) == bar.count for bar in made
    )
