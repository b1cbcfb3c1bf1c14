"""From where a held item is fetched: the pickup branch itself, else the nearest, else the one with least to do."""

from hypothesis import given
from hypothesis import strategies as st

from wenyuan.lending.circulation.facts import WaitingHold
from wenyuan.lending.circulation.rules import others_can_serve
from wenyuan.lending.circulation.rules.picks import OnShelf, Pick, Wanted, assign_picks, distances

PICKUP, NEAR, FAR = 1, 2, 3
BETWEEN = distances({PICKUP: (39.90, 116.40), NEAR: (39.92, 116.41), FAR: (40.30, 117.00), 4: None})


def wanted(hold_id: int, *, bib: int = 1, item: int | None = None, pickup: int = PICKUP) -> Wanted:
    return Wanted(hold_id, bib, item, pickup)


def shelved(item_id: int, *, at: int, bib: int = 1) -> OnShelf:
    return OnShelf(item_id, bib, at, at, 1)


def fetched(holds: list[Wanted], items: list[OnShelf]) -> list[tuple[int, int]]:
    picks = assign_picks(holds, items, may_serve=lambda hold, item: True, distance=BETWEEN)
    return [(pick.hold_id, pick.item_id) for pick in picks]


def test_the_pickup_branch_comes_first_then_the_nearest() -> None:
    items = [shelved(1, at=FAR), shelved(2, at=NEAR), shelved(3, at=PICKUP)]

    assert fetched([wanted(1), wanted(2), wanted(3), wanted(4)], items) == [(1, 3), (2, 2), (3, 1)]


def test_of_branches_without_coordinates_the_one_with_the_fewest_picks_fetches() -> None:
    items = [shelved(1, at=4, bib=1), shelved(2, at=4, bib=2), shelved(3, at=5, bib=2)]

    assert fetched([wanted(1, bib=1), wanted(2, bib=2)], items) == [(1, 1), (2, 3)]


def test_a_hold_for_one_item_is_served_by_no_other() -> None:
    items = [shelved(1, at=PICKUP), shelved(2, at=FAR)]

    assert fetched([wanted(1, item=2), wanted(2)], items) == [(1, 2), (2, 1)]


def test_what_may_not_serve_is_left_for_the_next() -> None:
    picks = assign_picks(
        [wanted(1), wanted(2)],
        [shelved(7, at=NEAR)],
        may_serve=lambda hold, item: hold.hold_id == 2,
        distance=BETWEEN,
    )

    assert picks == (Pick(2, 7, NEAR, PICKUP, 1),)


def test_distances_are_kilometres_as_the_crow_flies() -> None:
    assert round(BETWEEN(PICKUP, NEAR), 1) == 2.4
    assert BETWEEN(FAR, FAR) == 0.0
    assert BETWEEN(PICKUP, 4) == float("inf")


holds = st.lists(
    st.builds(
        Wanted,
        st.integers(1, 30),
        st.integers(1, 3),
        st.none() | st.integers(1, 12),
        st.integers(1, 4),
    ),
    unique_by=lambda hold: hold.hold_id,
)
items = st.lists(
    st.builds(shelved, st.integers(1, 12), at=st.integers(1, 5), bib=st.integers(1, 3)),
    unique_by=lambda item: item.item_id,
)


@given(holds=holds, items=items)
def test_no_item_is_fetched_twice_and_none_is_left_that_a_hold_could_have_had(
    holds: list[Wanted], items: list[OnShelf]
) -> None:
    picks = assign_picks(holds, items, may_serve=lambda hold, item: True, distance=BETWEEN)

    taken = [pick.item_id for pick in picks]
    assert len(set(taken)) == len(taken)
    served = {pick.hold_id for pick in picks}
    left = [item for item in items if item.item_id not in taken]
    for hold in holds:
        if hold.hold_id not in served:
            assert not any(item.bib_id == hold.bib_id and hold.item_id in (None, item.item_id) for item in left)


def test_holds_are_matched_with_free_items_even_where_the_first_choice_must_move() -> None:
    # The item of home 2 may go to both pickups, that of home 1 only to pickup 1.
    lends = {(1, 1), (1, 2), (2, 2)}.__contains__

    both = others_can_serve([WaitingHold(None, 1), WaitingHold(None, 2)], [2, 1], lambda *pair: lends(pair))
    same = others_can_serve([WaitingHold(None, 2), WaitingHold(None, 2)], [2, 1], lambda *pair: lends(pair))
    this_item = others_can_serve([WaitingHold(7, 1)], [1, 2], lambda *pair: lends(pair))

    assert (both, same, this_item) == (True, False, False)
