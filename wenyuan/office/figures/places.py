"""分馆数 and what else is counted in places: the one definition of which branches a figure counts."""

from collections.abc import Collection, Mapping
from datetime import date

from wenyuan.office.figures.data import NetworkCode, StockCode
from wenyuan.organisation.network.data import BranchFacts, NetworkMap

_BRANCHES: Mapping[NetworkCode | StockCode, frozenset[str]] = {
    NetworkCode.TOWN_BRANCHES: frozenset({"branch"}),
    NetworkCode.CHILDRENS_BRANCHES: frozenset({"children"}),
    NetworkCode.PARTNER_BRANCHES: frozenset({"partner"}),
}
_STOPS: Mapping[NetworkCode | StockCode, frozenset[str]] = {
    NetworkCode.STATIONS: frozenset({"station"}),
    NetworkCode.RURAL_BOOKHOUSES: frozenset({"rural_bookhouse"}),
    NetworkCode.COMMUNITY_BOOKHOUSES: frozenset({"community_bookhouse"}),
}
BRANCH_KINDS: frozenset[str] = frozenset().union(*_BRANCHES.values())
"""分馆数: its parts above, each told by itself too. The central library is none of them."""

PLACES: Mapping[NetworkCode | StockCode, frozenset[str]] = {
    **_BRANCHES,
    **_STOPS,
    NetworkCode.SHARING: BRANCH_KINDS,
    NetworkCode.CITY_STUDIES: frozenset({"city_study"}),
    StockCode.BRANCHES: BRANCH_KINDS,
    StockCode.SERVICE_STOPS: frozenset({"bookmobile"}).union(*_STOPS.values()),
}
"""The kinds of branch that each figure counts."""


def places_of(
    code: NetworkCode | StockCode, *, on: date, place: BranchFacts | None, network: NetworkMap
) -> tuple[BranchFacts, ...]:
    """The places that a figure counts, by code: those that stand on the day below the branch asked for, or anywhere in
    the network (``place`` none), beside that branch and beside the one that stands for the network."""
    seat = place or seat_of(network, on)
    return tuple(
        one
        for one in standing_there(on, place, network)
        if one.kind in PLACES[code]
        and one != seat
        and (code is not NetworkCode.SHARING or (seat is not None and network.lend_to_each_other(one.id, seat.id, on)))
    )


def seat_of(network: NetworkMap, on: date) -> BranchFacts | None:
    """The branch whose doors stand for the whole network: the oldest at the top of the tree."""
    top = [
        facts for facts in network.branches.values() if facts.stands_on(on) and network.parent_of(facts.id, on) is None
    ]
    return min(top, key=lambda one: (one.opened_date, one.code), default=None)


def standing_there(on: date, place: BranchFacts | None, network: NetworkMap) -> list[BranchFacts]:
    """The branch with what stands below it on the day, by code; without one everything that stands."""
    ids: Collection[int] = network.subtree(place.id, on) if place else network.branches.keys()
    return sorted(
        (network.branches[one] for one in ids if network.branches[one].stands_on(on)), key=lambda one: one.code
    )
