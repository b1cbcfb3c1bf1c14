"""Small cells of published tables (docs/specs/figures.md, PR4 and PR5)."""

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.office.figures.published.suppression import SMALLEST, HeldBack, held_back


@pytest.mark.parametrize(
    ("parts", "hidden"),
    [
        ([], set()),
        ([0, 0, 0], set()),
        ([5, 6, 0], set()),
        ([100, 3, 20, 50], {1, 2}),  # 3 alone would be the total less the others
        ([100, 3, 20, 20], {1, 2}),  # of equals the first
        ([100, 4, 4, 50], {1, 2}),  # 8 for two: either may be 5
        ([100, 1, 1, 50], {1, 2, 3}),  # 2 for two: each is 1
        ([100, 2, 3, 50], {1, 2, 3}),  # 5 for two: neither may be more than 4
        ([100, 2, 4, 50], {1, 2}),
        ([100, 0, 4, 50], {2, 3}),  # nought hides nothing
        ([100, -1, 50], {1, 2}),  # what was taken back is small too
        ([100, -60, 2, 50], {2, 3}),
    ],
)
def test_a_small_part_is_held_back_with_others_beside_it(parts: list[int], hidden: set[int]) -> None:
    assert held_back(sum(parts), [parts]) == HeldBack(False, (frozenset(hidden),))


@pytest.mark.parametrize(
    ("splits", "total", "hidden"),
    [
        ([[3, 0, 0]], True, [{0}]),  # the total is small itself
        ([[1, 1, 2], [4, 0]], True, [{0, 1, 2}, {0}]),
        ([[4, 1, 0]], True, [{0, 1}]),  # 5 of two, and no third to hide behind
        ([[4, 1, 0], [5, 0]], True, [{0, 1}, {0}]),  # so the other way of splitting it must not give the total
        ([[10, -8]], True, [{1}]),  # 2 in all
        ([[3, 40], [43]], False, [{0, 1}, set()]),
        ([[]], False, [set()]),
    ],
)
def test_the_total_is_held_back_where_the_parts_would_tell(
    splits: list[list[int]], total: bool, hidden: list[set[int]]
) -> None:
    found = held_back(sum(splits[0]), splits)

    assert found == HeldBack(total, tuple(frozenset(places) for places in hidden))


def test_without_parts_only_the_number_itself_counts() -> None:
    assert [held_back(number, []).total for number in (0, 1, 4, 5, 2000)] == [False, True, True, False, False]


numbers = st.integers(min_value=0, max_value=8)


@given(st.lists(numbers, min_size=1, max_size=4), st.data())
def test_nobody_can_compute_that_a_number_is_small(first: list[int], data: st.DataObject) -> None:
    """Every table that looks the same from outside is written down: what is held back may be large in one of them."""
    second = data.draw(st.lists(numbers, min_size=0, max_size=3))
    second = [*second, sum(first) - sum(second)]
    if second[-1] < 0:
        second = [sum(first)]

    splits = [first, second]

    found = held_back(sum(first), splits)

    told = {(split, place) for split, places in enumerate(found.parts) for place in range(len(splits[split]))} - {
        (split, place) for split, places in enumerate(found.parts) for place in places
    }
    assert all(not 0 < splits[split][place] < SMALLEST for split, place in told)
    assert found.total or not 0 < sum(first) < SMALLEST
    possible = list(_tables(splits, found))
    assert tuple(map(tuple, splits)) in possible
    for split, places in enumerate(found.parts):
        for place in places:
            assert max(table[split][place] for table in possible) >= SMALLEST
            assert len({table[split][place] for table in possible}) > 1
    if found.total:
        assert len({sum(table[0]) for table in possible}) > 1


def _tables(splits: Sequence[Sequence[int]], found: HeldBack) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Every pair of splits with the numbers that are told, and at least 1 for each that is not."""
    total = sum(splits[0])
    totals = range(40) if found.total else [total]
    for one in totals:
        fillings = [list(_fillings(parts, found.parts[split], one)) for split, parts in enumerate(splits)]
        yield from product(*fillings)


def _fillings(parts: Sequence[int], hidden: frozenset[int], total: int) -> Iterator[tuple[int, ...]]:
    places = sorted(hidden)
    left = total - sum(number for place, number in enumerate(parts) if place not in hidden)
    if not places:
        if left == 0:
            yield tuple(parts)
        return
    for values in product(range(1, max(left, 0) + 1), repeat=len(places) - 1):
        last = left - sum(values)
        if last >= 1:
            filled = dict(zip(places, (*values, last), strict=True))
            yield tuple(filled.get(place, number) for place, number in enumerate(parts))
