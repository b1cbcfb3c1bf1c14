"""What crosses the border of batch editing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from wenyuan.kernel.marc import Dialect, Difference, Record

MOST_LISTED = 10_000
"""Barcodes or record numbers that a list may have."""
MOST_ROWS = 50_000
"""Items or records that one batch may change."""


class BatchOf(StrEnum):
    """What a batch edit changes."""

    ITEMS = "items"
    RECORDS = "records"


class RowOutcome(StrEnum):
    """What becomes, or became, of one item or record of a batch."""

    CHANGED = "changed"
    SAME = "same"  # it says so already
    REFUSED = "refused"
    RESTORED = "restored"  # by undoing the batch
    KEPT = "kept"  # changed by the batch and not taken back, since somebody has changed it meanwhile


class RowReason(StrEnum):
    """Why something was refused or kept, beside the codes of ``Refusal``."""

    NOT_ALLOWED = "not_allowed"  # no right at its branch
    OTHER_FORMAT = "other_format"  # steps for CNMARC do not fit MARC 21
    TOO_LARGE = "too_large"  # the record would grow beyond all measure
    CHANGED_SINCE = "changed_since"
    NOT_STORABLE = "not_storable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Items that fit everything given. Call numbers as they are shelved, both ends included; ``accession_*`` are
    numbers of one series, of equal length."""

    home_branch_id: int | None = None
    item_type: str = ""
    state: str = ""
    lendable: str = ""
    collection: str = ""
    call_first: str = ""
    call_last: str = ""
    receipt_id: int | None = None
    acquired_first: date | None = None
    acquired_last: date | None = None
    accession_first: str = ""
    accession_last: str = ""

    def is_empty(self) -> bool:
        """Whether it would let every item through."""
        return all(getattr(self, name) in ("", None) for name in self.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChoice:
    """Which items: those with these barcodes or accession numbers, or those that fit a filter."""

    numbers: tuple[str, ...] = ()
    fitting: ItemFilter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChoice:
    """Which records: those with these numbers (001, ISBN and the like), what a question to the search finds, or what
    an import brought or changed. Just one of the three is given."""

    numbers: tuple[str, ...] = ()
    question: str = ""
    import_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEditView:
    """A batch edit as it stands. ``chosen`` and ``work`` are the data it was begun with; ``outcomes`` and ``reasons``
    count what was foreseen, ``changed``, ``same`` and ``refused`` what has come of it. ``stopped`` says why it stands
    still: ``by_hand``, ``no_right`` (of who had let it go), or nothing. ``let_go_by_id`` is whom the worker acts for:
    who began it, then who let it go, on, or back."""

    id: int
    of: BatchOf
    state: str
    branch_id: int
    chosen: Mapping[str, object]
    work: Mapping[str, object]
    note: str
    total: int
    looked: int
    position: int
    changed: int
    same: int
    refused: int
    restored: int
    kept: int
    outcomes: Mapping[str, int]
    reasons: Mapping[str, int]
    is_too_large: bool
    stopped: str
    started_by_id: int | None
    let_go_by_id: int | None
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None

    @property
    def is_moving(self) -> bool:
        """Whether the worker has something to do with it."""
        return self.state in ("staged", "running", "undoing")

    @property
    def can_be_undone(self) -> bool:
        """Whether something of it stands in the catalogue."""
        left = self.changed - self.restored - self.kept
        return self.state in ("running", "stopped", "finished") and left > 0

    @property
    def can_go_on(self) -> bool:
        """Whether it was stopped and nothing of it has been taken back."""
        return self.state == "stopped" and not self.restored + self.kept

    @property
    def can_be_dropped(self) -> bool:
        """Whether it is not over and has changed nothing."""
        return self.state in ("staged", "ready") or (self.state == "stopped" and not self.changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRowView:
    """One item or record of a batch; ``changed`` maps each column of an item to what it was and what it is."""

    number: int
    subject_id: int | None
    label: str
    outcome: str
    reason: str
    detail: str
    changed: Mapping[str, tuple[object, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """What a batch does, or did, to a record: the record before and after, and the lines that differ."""

    dialect: Dialect
    before: Record
    after: Record
    lines: tuple[Difference, ...]
