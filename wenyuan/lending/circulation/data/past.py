"""What is asked about loans and holds of an old system."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PastLoanInput:
    """An open loan of an old system. Item and reader by that system's keys, or by the numbers on item and card.
    ``branch``, which lent it, is a code of ours (none: the item's home); ``lent_at`` by the library's clock."""

    key: str
    item_key: str = ""
    barcode: str = ""
    patron_key: str = ""
    card_no: str = ""
    branch: str = ""
    lent_at: datetime
    due_date: date
    renewals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PastHoldInput:
    """A hold of an old system that still waits: for a record, or for one item of it. ``pickup`` is a code of ours."""

    key: str
    bib_key: str = ""
    item_key: str = ""
    patron_key: str = ""
    card_no: str = ""
    pickup: str
    placed_at: datetime
    until: date | None = None
