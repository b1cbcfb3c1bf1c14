"""Several readers under one sign-in: whose account somebody else sees, and how much of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wenyuan.lending.patrons.data.answers import PatronView

MOST_CARDS = 5
"""Cards of others that a reader may keep under their sign-in: a family's."""


class Insight(StrEnum):
    """How much of another reader's account somebody sees."""

    ALL = "all"  # as they see it themselves, and does what they may do
    SUMS = "sums"  # how many items are on loan or late and what is owed, and no titles
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherReader:
    """A reader under somebody's sign-in. ``link_id`` is the row of a card that was added by its PIN, and none where
    the reader stands there as a ward."""

    patron: PatronView
    insight: Insight
    link_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Somebody who has a reader's card under their own sign-in."""

    link_id: int
    masked_name: str
    since: datetime
