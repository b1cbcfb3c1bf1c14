"""Which branches belong to a subtree on which days of a period."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from wenyuan.office.figures.rules import Membership, memberships, parse_period
from wenyuan.organisation.network.data import DateSpan, NetworkMap

APRIL = parse_period("2026-04")
CENTRAL, EAST, WEST, STATION = 1, 2, 3, 4
LONG_AGO = date(2010, 1, 1)
Placements = dict[int, tuple[tuple[int, DateSpan], ...]]


def network(placements: Placements) -> NetworkMap:
    """A map with nothing but a tree."""
    return NetworkMap(edition=UUID(int=0), branches={}, placements=placements, memberships={}, calendars={})


def april(first: int, last: int) -> tuple[date, date]:
    return date(2026, 4, first), date(2026, 4, last)


def test_a_tree_that_stands_still_is_one_span_a_branch() -> None:
    tree = network({EAST: ((CENTRAL, DateSpan(LONG_AGO, None)),), STATION: ((EAST, DateSpan(LONG_AGO, None)),)})

    found = memberships(tree, branch_id=CENTRAL, period=APRIL)

    assert found == tuple(Membership(branch, *april(1, 30)) for branch in (CENTRAL, EAST, STATION))


def test_a_branch_belongs_to_its_new_parent_from_the_day_of_the_move() -> None:
    moved = ((EAST, DateSpan(LONG_AGO, date(2026, 4, 11))), (WEST, DateSpan(date(2026, 4, 11), None)))
    tree = network({STATION: moved})

    under_east = memberships(tree, branch_id=EAST, period=APRIL)
    under_west = memberships(tree, branch_id=WEST, period=APRIL)

    assert under_east == (Membership(EAST, *april(1, 30)), Membership(STATION, *april(1, 10)))
    assert under_west == (Membership(WEST, *april(1, 30)), Membership(STATION, *april(11, 30)))


def test_a_branch_that_leaves_and_comes_back_has_two_spans() -> None:
    tree = network({STATION: ((EAST, DateSpan(LONG_AGO, date(2026, 4, 5))), (EAST, DateSpan(date(2026, 4, 20), None)))})

    found = memberships(tree, branch_id=EAST, period=APRIL)

    assert found == (
        Membership(EAST, *april(1, 30)),
        Membership(STATION, *april(1, 4)),
        Membership(STATION, *april(20, 30)),
    )


def test_a_change_elsewhere_does_not_cut_a_span() -> None:
    tree = network(
        {
            STATION: ((EAST, DateSpan(LONG_AGO, None)),),
            WEST: ((CENTRAL, DateSpan(date(2026, 4, 15), None)),),
        }
    )

    found = memberships(tree, branch_id=EAST, period=APRIL)

    assert found == (Membership(EAST, *april(1, 30)), Membership(STATION, *april(1, 30)))


def test_changes_on_the_edges_of_the_period_count_from_their_day() -> None:
    tree = network(
        {
            WEST: ((CENTRAL, DateSpan(date(2026, 4, 30), None)),),
            EAST: ((CENTRAL, DateSpan(LONG_AGO, date(2026, 4, 1))),),
            STATION: ((CENTRAL, DateSpan(date(2026, 5, 1), None)),),
        }
    )

    found = memberships(tree, branch_id=CENTRAL, period=APRIL)

    assert found == (Membership(CENTRAL, *april(1, 30)), Membership(WEST, *april(30, 30)))


spans = st.tuples(st.integers(0, 40), st.integers(1, 30)).map(
    lambda pair: DateSpan(date(2026, 3, 25) + timedelta(days=pair[0]), date(2026, 3, 25) + timedelta(days=sum(pair)))
)
trees = st.dictionaries(
    st.integers(2, 6), st.lists(st.tuples(st.integers(1, 6), spans), max_size=3).map(tuple), max_size=5
)


@given(trees)
def test_spans_say_of_every_day_what_the_tree_says(placements: Placements) -> None:
    tree = network(placements)

    found = memberships(tree, branch_id=CENTRAL, period=APRIL)

    for day in APRIL.days():
        covering = [one.branch_id for one in found if one.first_date <= day <= one.last_date]
        assert sorted(covering) == sorted(tree.subtree(CENTRAL, day))
