"""What crosses the catalogue's border about the stock registers; ``data`` hands it on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

SOURCES: Final = ("bought", "donated", "transferred", "exchanged", "legal_deposit")
"""Where things come from: 购入, 捐赠, 调拨, 交换, 缴送. An item may say something else, as an import found it."""

SPECIAL_COLLECTIONS: Final = ("红色文献", "地方文献", "盲文文献", "大字本")
"""Collections that every county library reports apart, as they are written on items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptInput:
    """What was received, as typed; ``amount_fen`` in fen."""

    branch_id: int
    received_date: date
    source: str
    supplier: str = ""
    titles: int
    copies: int
    amount_fen: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView(ReceiptInput):
    """A receipt, and what of it is registered: titles 种, copies 册, their prices together. ``left`` copies wait to be
    catalogued."""

    id: int
    recorded_at: datetime
    registered_titles: int
    registered_copies: int
    registered_fen: int

    @property
    def left(self) -> int:
        """Copies that are not registered yet."""
        return self.copies - self.registered_copies


@dataclass(frozen=True, slots=True)
class Volume:
    """So much: titles 种, copies 册, and their prices together in fen."""

    titles: int
    copies: int
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAccount:
    """The stock that a branch owns, from a day to a day, out of its items: ``opening + added - withdrawn = closing``
    in copies. ``received`` is what the receipts of these days say; ``from_receipts`` the items added that belong to a
    receipt of whatever day, ``without_receipt`` those that belong to none."""

    opening: Volume
    added: Volume
    withdrawn: Volume
    closing: Volume
    added_by_source: Mapping[str, Volume]
    received: Volume
    from_receipts: int
    without_receipt: int
    waiting: int

    @property
    def agrees(self) -> bool:
        """Whether both registers tell of the same copies: each received is registered, each registered was received."""
        return self.waiting == 0 and self.without_receipt == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """A line of the 个别登记. ``withdrawn_date`` only where the item has left the stock."""

    item_id: int
    accession_no: str
    barcode: str
    title: str
    author: str
    publisher: str
    year: int | None
    volume: str
    call_no: str
    price_fen: int | None
    source: str
    collection: str
    acquired_date: date
    receipt_id: int | None
    withdrawn_date: date | None


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Some lines in the order of acquisition; ``after`` (day, id) continues the register, none at its end."""

    lines: tuple[RegisterLine, ...]
    after: tuple[str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersCheck:
    """What is to be known before items are made: numbers that are taken, that cannot be one, that come twice; and the
    run of barcodes left out between the last one in use and the first of these (first and last, none without a
    gap)."""

    taken_barcodes: tuple[str, ...] = ()
    taken_accession_nos: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    gap: tuple[str, str] | None = None

    @property
    def is_clear(self) -> bool:
        """Whether items can be made; a gap alone does not hinder it."""
        return not (self.taken_barcodes or self.taken_accession_nos or self.unfit or self.twice)
