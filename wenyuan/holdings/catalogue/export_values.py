"""What crosses the border of exports: forms of files, tables and their lines."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ExportFault:
    """A bib that could not be written in the form asked for: its id, a ``kernel.marc`` reason, the tag or length."""

    bib_id: int
    reason: str
    detail: str


class ExportForm(StrEnum):
    """What an export writes: ISO 2709 in one of two encodings, or MARCXML (always UTF-8)."""

    ISO2709_UTF8 = "iso2709-utf-8"
    ISO2709_GB18030 = "iso2709-gb18030"
    MARCXML = "marcxml"


class TableOf(StrEnum):
    """What a table has a line for."""

    ITEMS = "items"
    BIBS = "bibs"


class TableForm(StrEnum):
    """As what a table is written."""

    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A table that somebody has asked for. ``state``: waiting, done, failed; ``branch_id`` none: of everything."""

    id: int
    of: TableOf
    form: TableForm
    language: str
    branch_id: int | None
    state: str
    rows: int
    stored_as: str
    asked_by_id: int
    asked_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """An item with what its record says of it. ``numbers`` are those it is found by, ISBNs with thirteen digits."""

    barcode: str
    accession_no: str
    title: str
    volume: str
    author: str
    publisher: str
    year: int | None
    numbers: tuple[str, ...]
    class_no: str
    call_no: str
    item_type_zh: str
    item_type_en: str
    owner_id: int
    home_branch_id: int
    present_branch_id: int
    state: str
    condition: str
    lendable: str
    collection: str
    source: str
    price_fen: int | None
    acquired_date: date
    control_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BibLine:
    """A record without its MARC; ``items`` counts what the library has of it."""

    control_number: str
    record_source: str
    title: str
    volume: str
    author: str
    publisher: str
    year: int | None
    numbers: tuple[str, ...]
    class_no: str
    document_kind: str
    language: str
    price_fen: int | None
    items: int
    created_at: datetime
