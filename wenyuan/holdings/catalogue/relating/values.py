"""What crosses the border of related records."""

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """Why a record is shown beside another. ``TITLE``: volumes and editions have the same title and author."""

    AUTHOR = "author"
    SERIES = "series"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class ShelfPlace:
    """A work on a shelf: the first of its items that stand there together, and its call number."""

    bib_id: int
    item_id: int
    call_no: str


@dataclass(frozen=True, slots=True)
class ShelfStretch:
    """Some works of one shelf in its order, around an item. ``at`` is the number of that item's work among them;
    ``is_begin`` and ``is_end``: nothing more stands to the left, or to the right."""

    branch_id: int
    area_id: int | None
    places: tuple[ShelfPlace, ...]
    at: int
    is_begin: bool
    is_end: bool
