"""Two records of one person: candidates, what is compared, and a merge with what it moved."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

UNDO_DAYS = 30
"""How many days after a merge it can be undone, the day of the merge not counted."""


class Likeness(StrEnum):
    """What two records have in common beside the name, the surest first."""

    BIRTH_AND_PHONE = "birth_and_phone"
    PHONE = "phone"
    BIRTH_AND_PHONE_TAIL = "birth_and_phone_tail"
    BIRTH = "birth"
    NAME_OF_ORGANISATION = "name_of_organisation"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two records that may be of one person; the older first."""

    first_id: int
    second_id: int
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """Candidates, the surest first; ``more`` when another page follows."""

    pairs: tuple[Candidate, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A row that a merge took from one patron to the other: the room's name for it, its id, and the number it had
    under its former patron where the new one needs another (a loan's slot)."""

    what: str
    row_id: int
    was: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeView:
    """A merge: ``gone_id`` leads to ``kept_id`` until it is undone. ``undo_until`` is the last day to do so."""

    id: int
    kept_id: int
    gone_id: int
    merged_at: datetime
    merged_by_id: int
    branch_id: int
    reason: str
    undo_until: date
    undone_at: datetime | None
    undone_by_id: int | None
    undo_reason: str
    moved: tuple[tuple[str, int], ...]
    """How many rows of each kind were moved, by kind."""
