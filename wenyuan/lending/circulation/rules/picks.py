"""Where held items are fetched from: one pick list for each branch, all from the same rule."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, inf, radians, sin, sqrt
from typing import NamedTuple

EARTH_KM = 6371.0


class Wanted(NamedTuple):
    """A waiting hold that some item on a shelf could fill, in the order of being served."""

    hold_id: int
    bib_id: int
    item_id: int | None
    pickup_branch_id: int


class OnShelf(NamedTuple):
    """An available item that a hold might be filled with."""

    item_id: int
    bib_id: int
    home_branch_id: int
    present_branch_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Pick:
    """Fetch this item at this branch for that hold."""

    hold_id: int
    item_id: int
    branch_id: int
    pickup_branch_id: int
    item_version: int


def assign_picks(
    wanted: Iterable[Wanted],
    on_shelf: Iterable[OnShelf],
    *,
    may_serve: Callable[[Wanted, OnShelf], bool],
    distance: Callable[[int, int], float],
) -> tuple[Pick, ...]:
    """Give each hold in turn the best item that is left: at the pickup branch itself, else at the nearest, and of
    branches equally near at the one with the fewest picks so far.

    The same facts give the same list wherever it is asked for, so no two branches fetch for one hold.
    """
    by_bib: dict[int, list[OnShelf]] = {}
    for item in on_shelf:
        by_bib.setdefault(item.bib_id, []).append(item)
    load: Counter[int] = Counter()
    picks = []
    for hold in wanted:
        free = by_bib.get(hold.bib_id, [])
        fit = [item for item in free if hold.item_id in (None, item.item_id) and may_serve(hold, item)]
        if not fit:
            continue
        best = min(
            fit,
            key=lambda item: (
                item.present_branch_id != hold.pickup_branch_id,
                distance(item.present_branch_id, hold.pickup_branch_id),
                load[item.present_branch_id],
                item.item_id,
            ),
        )
        free.remove(best)
        load[best.present_branch_id] += 1
        picks.append(Pick(hold.hold_id, best.item_id, best.present_branch_id, hold.pickup_branch_id, best.version))
    return tuple(picks)


def distances(places: Mapping[int, tuple[float, float] | None]) -> Callable[[int, int], float]:
    """Kilometres between two branches as the crow flies; infinite where either has no coordinates."""

    def between(one: int, other: int) -> float:
        if one == other:
            return 0.0
        here, there = places.get(one), places.get(other)
        if here is None or there is None:
            return inf
        (lat, lon), (lat_there, lon_there) = (tuple(map(radians, point)) for point in (here, there))
        half = sin((lat_there - lat) / 2) ** 2 + cos(lat) * cos(lat_there) * sin((lon_there - lon) / 2) ** 2
        return 2 * EARTH_KM * asin(sqrt(half))

    return between
