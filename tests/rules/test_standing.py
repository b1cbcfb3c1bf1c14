"""How a bib stands among the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.holdings.catalogue.searching.standing import HIGHEST, standing


@pytest.mark.parametrize(
    ("readers", "items", "year", "level"),
    [
        (0, 0, None, 0),
        (5, 4, 2024, 0),
        (6, 0, None, 1),
        (20, 0, None, 2),
        (60, 0, None, 3),
        (0, 5, None, 1),
        (0, 15, None, 2),
        (0, 0, 2025, 1),
        (0, 0, 2026, 1),
        (0, 0, 2027, 1),
        (0, 0, 2028, 0),
        (0, 0, 9999, 0),
        (1000, 1000, 2026, 6),
    ],
)
def test_what_is_borrowed_held_and_new_raises_a_bib(readers: int, items: int, year: int | None, level: int) -> None:
    assert standing(readers=readers, items=items, year=year, this_year=2026) == level


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.none() | st.integers(0, 9999))
def test_more_never_lowers_it_and_none_is_above_the_highest(readers: int, items: int, year: int | None) -> None:
    level = standing(readers=readers, items=items, year=year, this_year=2026)

    assert 0 <= level <= HIGHEST
    assert level <= standing(readers=readers + 1, items=items + 1, year=year, this_year=2026)
