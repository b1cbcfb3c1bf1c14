"""What crosses the border of merging: what hangs on a record, what was moved, what an undo has left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from wenyuan.holdings.catalogue.editing.values import DuplicateReason

MOST_MOVED = 5_000
"""Items that one merge moves: in its transaction nobody lends them, and it lasts under a second."""


class BibMoved(NamedTuple):
    """A row that a room moved when two records became one: the room's name for it, its id, and how it was afterwards
    (a version, a digest), by which an undo sees what has happened to it since."""

    what: str
    row_id: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class Hanging:
    """So many rows of a kind hang on a record, and would move with it."""

    what: str
    count: int


class StayReason(StrEnum):
    """Why the undo of a merge left a row where the merge had put it."""

    ELSEWHERE = "elsewhere"  # it belongs to a third record by now, or is gone
    ITEM_CHANGED = "item_changed"  # edited or withdrawn since
    ITEM_HELD = "item_held"  # kept for a hold that belongs to the record that stayed
    HOLD_CAPTURED = "hold_captured"  # an item of the record that stayed is kept for it
    HOLD_ENDED = "hold_ended"  # filled, cancelled or expired since
    HOLD_SERVED = "hold_served"  # the reader's other hold, for which it ended, is no longer open
    HOLD_FORGOTTEN = "hold_forgotten"  # it ended with the merge, and its reader is not known any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """The undo of a merge as a room above is asked to follow it; ``item_ids`` have gone back to their record."""

    gone_id: int
    kept_id: int
    moved: tuple[BibMoved, ...]
    item_ids: frozenset[int]
    at: datetime


class Stayed(NamedTuple):
    """A row that an undo has left at the record that stayed, and why."""

    room: str
    what: str
    row_id: int
    reason: StayReason


@dataclass(frozen=True, slots=True, kw_only=True)
class BibMergeView:
    """A merge: ``gone_id`` leads to ``kept_id`` until it is undone. ``moved`` counts rows by their kind."""

    id: int
    kept_id: int
    gone_id: int
    branch_id: int
    merged_at: datetime
    merged_by_id: int
    undone_at: datetime | None
    undone_by_id: int | None
    moved: Mapping[str, int]


class Alike(NamedTuple):
    """Two records that may describe the same, and why; the older first."""

    first_id: int
    second_id: int
    reason: DuplicateReason


class AlikeGroup(NamedTuple):
    """Records that hang together by being alike; ``id`` is the oldest of them."""

    id: int
    pairs: tuple[Alike, ...]


class AlikePage(NamedTuple):
    """Groups of one page; ``after`` is where the next begins, none at the end."""

    groups: tuple[AlikeGroup, ...]
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookView:
    """A look through the catalogue: ``compared`` of the records up to ``last_id``, ``found`` pairs; under way without
    ``ended_at``. One that has found more than anybody works off ends early: ``is_cut``."""

    id: int
    asked_at: datetime
    ended_at: datetime | None
    position: int
    last_id: int
    compared: int
    found: int
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A record as two are weighed against each other: its version, items, what hangs on it, subfields of its MARC."""

    bib_id: int
    version: int
    items: int
    hanging: tuple[Hanging, ...]
    subfields: int
