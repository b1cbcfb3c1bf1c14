"""What crosses the catalogue's border about labels; ``data`` hands it on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSheetInput:
    """A sheet as ``tables.LabelSheet`` says it; lengths in millimetres, ``font_scale`` in percent."""

    code: str
    name_zh: str
    name_en: str = ""
    kind: str
    page_width: Decimal
    page_height: Decimal
    columns: int
    rows: int
    label_width: Decimal
    label_height: Decimal
    left: Decimal
    top: Decimal
    step_x: Decimal
    step_y: Decimal
    offset_x: Decimal = Decimal(0)
    offset_y: Decimal = Decimal(0)
    font_scale: int = 100

    @property
    def labels(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSheetView(LabelSheetInput):
    """A sheet with its id."""

    id: int

    def name(self, language: str) -> str:
        """The name in Chinese, or in English where there is one and ``language`` begins with ``en``."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFacts:
    """What may stand on the label of an item. ``entry_id`` is its place in the queue; ``breaks`` are the signs before
    which a line of the spine begins."""

    entry_id: int
    item_id: int
    barcode: str
    accession_no: str
    call_no: str
    title: str
    home_branch_id: int
    breaks: str


@dataclass(frozen=True, slots=True)
class LabelRunView:
    """A run that was printed: how many labels of which kind, on which sheet."""

    id: int
    branch_id: int
    sheet_id: int
    kind: str
    count: int
    printed_at: datetime
    printed_by_id: int | None


@dataclass(frozen=True, slots=True)
class Queued:
    """What came of adding labels: how many are new in the queue by kind, how many items were withdrawn or unknown."""

    added: Mapping[str, int]
    left_out: int


class LabelRefusal(StrEnum):
    """Why a verb on labels did not do what it was asked."""

    SHEET_UNKNOWN = "sheet_unknown"
    CODE_UNFIT = "code_unfit"
    NAME_MISSING = "name_missing"
    KIND_UNKNOWN = "kind_unknown"
    SIZE_UNFIT = "size_unfit"
    OFF_THE_PAGE = "off_the_page"
    OVERLAPS = "overlaps"
    NOTHING_CHOSEN = "nothing_chosen"
    TOO_MANY = "too_many"
    NOTHING_WAITS = "nothing_waits"
    RUN_UNKNOWN = "run_unknown"


class LabelRefused(Exception):
    """A verb on labels refused; ``field`` names the value concerned, if one is."""

    def __init__(self, refusal: LabelRefusal, field: str = "") -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.field = field
