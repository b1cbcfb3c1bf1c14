"""Small cells: which numbers of a table are held back, so that none that tells of few readers or acts can be read
or computed.

A table is a total and several ways of splitting it (by month, by branch), each of whose parts add up to the total.
Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SMALLEST = 5
"""The smallest number of readers, or of their acts, that is told; from 1 to 4 nothing is. Nought is told."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Whether the total is held back, and of each way of splitting it the places of the parts that are."""

    total: bool
    parts: tuple[frozenset[int], ...]


def held_back(total: int, splits: Sequence[Sequence[int]], *, smallest: int = SMALLEST) -> HeldBack:
    """What must not be told of a total and its parts.

    A small number is held back, and beside it as many others of the same split, the smallest first, as it takes so that
    each that is held back might be as large as ``smallest`` for all that the rest says. Where a split has too few
    numbers for that, the total is held back; then every split holds something back, or its parts would add up to it.
    """
    hidden = [_beside(total, parts, smallest) for parts in splits]
    if not _is_small(total, smallest) and all(places is not None for places in hidden):
        return HeldBack(False, tuple(frozenset(places or ()) for places in hidden))
    return HeldBack(True, tuple(_without_total(parts, smallest) for parts in splits))


def _is_small(number: int, smallest: int) -> bool:
    return 0 < abs(number) < smallest


def _beside(total: int, parts: Sequence[int], smallest: int) -> set[int] | None:
    """The places that are held back where the total is told; none where they cannot be enough."""
    hidden = {place for place, number in enumerate(parts) if _is_small(number, smallest)}
    if not hidden:
        return hidden
    for place in _smallest_first(parts):
        if _is_safe(parts, hidden, smallest):
            break
        hidden.add(place)
    return hidden if _is_safe(parts, hidden, smallest) else None


def _without_total(parts: Sequence[int], smallest: int) -> frozenset[int]:
    small = {place for place, number in enumerate(parts) if _is_small(number, smallest)}
    return frozenset(small or _smallest_first(parts)[:1])


def _is_safe(parts: Sequence[int], hidden: set[int], smallest: int) -> bool:
    """Whoever takes what is told from the total has the sum of what is not, and knows that each of these is at least 1:
    it is safe if each of them may still be ``smallest``."""
    return len(hidden) > 1 and sum(parts[place] for place in hidden) - (len(hidden) - 1) >= smallest


def _smallest_first(parts: Sequence[int]) -> list[int]:
    """The places of what is not nought; nought hides nothing."""
    return sorted((place for place, number in enumerate(parts) if number), key=lambda place: (abs(parts[place]), place))
