"""What crosses the border of this room: suggestions to buy, who supports them, and why one is refused."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SuggestionState(StrEnum):
    """What became of a suggestion. ``refused`` and ``arrived`` are ends."""

    NEW = "new"
    CONSIDERED = "considered"
    ORDERED = "ordered"
    REFUSED = "refused"
    ARRIVED = "arrived"


OPEN_STATES = (SuggestionState.NEW, SuggestionState.CONSIDERED, SuggestionState.ORDERED)
"""In which another reader's wish for the same title joins it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A title that somebody wishes the library had. ``isbn`` as it was typed; thirteen digits once it is kept."""

    title: str
    author: str = ""
    isbn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a reader says with it: why, where they would fetch it, and whether they want to be told."""

    pickup_branch_id: int
    why: str = ""
    tell: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionFacts:
    """A suggestion. ``branch_id`` is where the first who made it would fetch it: whoever answers there answers it.
    ``reason`` is what readers are told; ``bib_id`` the record that stands, once it has arrived."""

    id: int
    branch_id: int
    wanted: Wanted
    state: SuggestionState
    reason: str
    bib_id: int | None
    made_at: datetime
    answered_at: datetime | None
    version: int
    supporters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSuggestion:
    """A suggestion as one who supports it has it."""

    suggestion: SuggestionFacts
    wish: Wish
    since: datetime


@dataclass(frozen=True, slots=True)
class Supporter:
    """Why somebody wants it and where they would fetch it; whom it is said of stays out of it."""

    wish: Wish
    since: datetime


@dataclass(frozen=True, slots=True)
class SuggestionReceipt:
    """``joined`` when another reader had suggested it before, ``repeated`` when this one had: then nothing changed."""

    suggestion: SuggestionFacts
    joined: bool = False
    repeated: bool = False


class SuggestionReason(StrEnum):
    """Why nothing is suggested or answered."""

    TITLE_MISSING = "title_missing"
    TEXT_TOO_LONG = "text_too_long"
    ISBN_WRONG = "isbn_wrong"
    UNKNOWN_BRANCH = "unknown_branch"
    UNKNOWN_READER = "unknown_reader"
    HELD = "held"  # the library has one of this ISBN; the volumes of a set may share one
    HELD_ALIKE = "held_alike"  # it has one of this title and author; whoever means another says so
    TOO_MANY = "too_many"  # this month
    UNKNOWN_SUGGESTION = "unknown_suggestion"
    CHANGED_MEANWHILE = "changed_meanwhile"
    NOT_FROM_HERE = "not_from_here"  # no such step from the state it is in
    REASON_MISSING = "reason_missing"
    UNKNOWN_WORK = "unknown_work"


class SuggestionRefused(Exception):
    """A suggestion or an answer is refused, for every reason at once. ``bib_ids`` are what the library has."""

    def __init__(self, *reasons: SuggestionReason, bib_ids: tuple[int, ...] = ()) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons
        self.bib_ids = bib_ids
