"""What of a record others may have: the work's description, without what it says of our items, money and donors.

A copy that somebody harvested cannot be called back, so what is of doubt stays here.
"""

from collections.abc import Set
from typing import Final

from wenyuan.kernel.marc.mapping import DEFAULT_MAPPINGS
from wenyuan.kernel.marc.model import DataField, Dialect, Field, Record

_ITEMS: Final = frozenset(mapping.tag for mapping in DEFAULT_MAPPINGS)
_HELD_BACK: Final = {
    Dialect.CNMARC: _ITEMS,
    Dialect.MARC21: _ITEMS
    | {"541"}  # from whom and at what price it was acquired
    | {str(tag) for tag in (*range(590, 600), *range(841, 846), *range(851, 856), *range(863, 869), *range(876, 879))},
}
"""Fields of items and holdings (MARC 21 holdings format), acquisition, and local notes. 9XX is local in both."""
_PRIVATE_IF_0: Final = {Dialect.CNMARC: frozenset[str](), Dialect.MARC21: frozenset({"542", "561", "583"})}
"""Fields whose first indicator 0 says ``private``."""
_PRIVATE_CODES: Final = {
    Dialect.CNMARC: {"318": "p", "856": "x"},
    Dialect.MARC21: {"583": "x", "856": "x", "857": "x"},
}
"""Subfields that their format calls a nonpublic note."""


def public(record: Record, dialect: Dialect, *, item_tags: Set[str] = frozenset()) -> Record:
    """The record as outsiders may have it; ``item_tags`` are further fields in which the library reads items."""
    kept = (
        _without(field, _PRIVATE_CODES[dialect].get(field.tag, ""))
        for field in record.fields
        if not (field.tag in item_tags or _is_held_back(field, dialect))
    )
    return Record(record.leader, tuple(kept))


def _is_held_back(field: Field, dialect: Dialect) -> bool:
    if field.tag.startswith("9") or field.tag in _HELD_BACK[dialect]:
        return True
    return isinstance(field, DataField) and field.ind1 == "0" and field.tag in _PRIVATE_IF_0[dialect]


def _without(field: Field, codes: str) -> Field:
    if not codes or not isinstance(field, DataField):
        return field
    return field._replace(subfields=tuple(pair for pair in field.subfields if pair[0].lower() not in codes))
