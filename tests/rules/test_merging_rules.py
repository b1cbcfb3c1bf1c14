"""Which of two records stays, and which belong together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.holdings.catalogue.merging.rules import Weight, grouped, is_kept, item_state


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Weight(2, 0, 5, 9), Weight(1, 7, 90, 1)),
        (Weight(1, 2, 5, 9), Weight(1, 1, 90, 1)),
        (Weight(1, 1, 20, 9), Weight(1, 1, 19, 1)),
        (Weight(1, 1, 20, 1), Weight(1, 1, 20, 9)),
    ],
    ids=["more items", "more holds", "fuller", "older"],
)
def test_the_record_with_more_items_then_more_that_hangs_on_it_then_the_fuller_then_the_older_stays(
    first: Weight, second: Weight
) -> None:
    assert is_kept(first, second)
    assert not is_kept(second, first)


def test_records_that_hang_together_by_others_are_one_group() -> None:
    assert grouped([(5, 7), (2, 7), (9, 11)]) == {2: 2, 5: 2, 7: 2, 9: 9, 11: 9}
    assert grouped([]) == {}


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)).filter(lambda pair: pair[0] != pair[1])))
def test_groups_are_the_same_in_whatever_order_the_pairs_come(pairs: list[tuple[int, int]]) -> None:
    lead = grouped(pairs)

    assert lead == grouped([(other, one) for one, other in reversed(pairs)])
    assert all(lead[one] == lead[other] for one, other in pairs)
    assert all(leader == min(one for one in lead if lead[one] == leader) for leader in lead.values())


def test_the_state_of_an_item_tells_any_difference() -> None:
    assert item_state(("A", None, 1)) == item_state(("A", None, 1))
    assert len({item_state(one) for one in [("A", None), ("A", "None"), ("", "A"), (None, "A")]}) == 4
