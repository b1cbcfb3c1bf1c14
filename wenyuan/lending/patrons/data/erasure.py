"""Requests to have everything deleted, as pages show them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from wenyuan.lending.patrons.data.answers import PatronView

ANSWER_DAYS: Final = 30
"""Within so many days a request is answered (GB/T 35273-2020, 8.7)."""


class ErasureState(StrEnum):
    """Where a request stands. The last three are ends."""

    OPEN = "open"
    ERASED = "erased"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequestView:
    """A request; ``answer`` is why it was refused, in words that its reader reads. ``door`` says where it was asked."""

    id: int
    patron_id: int
    asked_at: datetime
    door: str
    state: ErasureState
    answer: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ErasureRequestPage:
    """Open requests with their readers, the oldest first; ``more`` when another page follows."""

    rows: tuple[tuple[ErasureRequestView, PatronView], ...]
    more: bool
