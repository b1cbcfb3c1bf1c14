"""What is asked and answered about items of an old system."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PastState(StrEnum):
    """How an item stood in the old system. One that was ``on_loan`` stands on the shelf until its loan comes in."""

    AVAILABLE = "available"
    ON_LOAN = "on_loan"
    IN_PROCESS = "in_process"
    WITHDRAWN = "withdrawn"
    LOST = "lost"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastItemInput:
    """An item of an old system. ``key`` and ``bib_key`` are that system's own; branches and the type are codes of ours.

    ``price_fen`` in fen. Without an owner it is the home branch, without ``present`` it stands there. Without
    ``withdrawn_date`` a withdrawn item is in no account of the stock.
    """

    key: str
    bib_key: str
    barcode: str
    branch: str
    item_type: str
    accession_no: str = ""
    owner: str = ""
    present: str = ""
    call_no: str = ""
    volume: str = ""
    collection: str = ""
    source: str = ""
    price_fen: int | None = None
    acquired_date: date | None = None
    withdrawn_date: date | None = None
    state: PastState = PastState.AVAILABLE
    lendable: str = "yes"


@dataclass(frozen=True, slots=True)
class RelabelRow:
    """An item that waits for a new label: under which number it is now, and which is printed on it."""

    id: int
    item_id: int
    bib_id: int
    title: str
    call_no: str
    temporary: str
    former_number: str
    branch_id: int
    system: str
