"""Pure decisions of merging: which record stays, how an item was left, which records belong together."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple


class Weight(NamedTuple):
    """What speaks for a record to stay: its items, what else hangs on it, how much its MARC says, how old it is."""

    items: int
    hanging: int
    subfields: int
    bib_id: int


def is_kept(first: Weight, second: Weight) -> bool:
    """Whether the first of two should stay: more items, then more that hangs on it, then the fuller record, then the
    older one."""
    return (first.items, first.hanging, first.subfields, -first.bib_id) > (
        second.items,
        second.hanging,
        second.subfields,
        -second.bib_id,
    )


def item_state(columns: Iterable[object]) -> str:
    """How an item is described and whether it is in the stock, as a digest. Lending does not change it."""
    return blake2b(repr(tuple(columns)).encode(), digest_size=16).hexdigest()


def grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Of records that are alike in pairs: each with the lowest id among those it hangs together with."""
    lead: dict[int, int] = {}

    def find(one: int) -> int:
        while lead.setdefault(one, one) != one:
            lead[one] = lead[lead[one]]
            one = lead[one]
        return one

    for first, second in pairs:
        low, high = sorted((find(first), find(second)))
        lead[high] = low
    return {one: find(one) for one in list(lead)}
