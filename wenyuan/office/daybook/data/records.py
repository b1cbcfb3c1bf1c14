"""Records of the daybook as they cross its border."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from wenyuan.office.daybook.data.kinds import RecordKind

Value = str | int | list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A record as somebody types it. ``values`` are its kind's fields by name; what was left empty is not there.

    It counts on ``last_date``. ``evidence`` says in words what it rests on.
    """

    kind: RecordKind
    branch_id: int
    first_date: date
    last_date: date
    title: str
    values: Mapping[str, Value]
    evidence: str


class RecordState(StrEnum):
    """How the newest row of a record stands."""

    WAITING = "waiting"  # typed, corrected or withdrawn, and not yet approved
    COUNTED = "counted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """One row of a record's history. ``origin_id`` names the record: its first row. ``newer_id`` is the row that
    replaces it, none for the newest. ``papers`` counts the files of the record."""

    id: int
    origin_id: int
    replaces_id: int | None
    newer_id: int | None
    kind: RecordKind
    branch_id: int
    first_date: date
    last_date: date
    title: str
    values: Mapping[str, Value]
    evidence: str
    reason: str
    withdrawn: bool
    entered_by_id: int
    entered_by_name: str
    entered_at: datetime
    approved_by_id: int | None
    approved_by_name: str
    approved_at: datetime | None
    papers: int
    entry_ids: tuple[int, ...]

    @property
    def state(self) -> RecordState:
        if self.approved_at is None:
            return RecordState.WAITING
        return RecordState.WITHDRAWN if self.withdrawn else RecordState.COUNTED

    def number(self, name: str) -> int | None:
        """A count among the values; none where it was left empty."""
        value = self.values.get(name)
        return value if isinstance(value, int) else None

    def text(self, name: str) -> str:
        """A text or code among the values; empty where it was left empty."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def codes(self, name: str) -> tuple[str, ...]:
        """The codes of a choice of several."""
        value = self.values.get(name)
        return tuple(value) if isinstance(value, list) else ()


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """The row that was written or approved. ``repeated`` when a request with the same key had already written it."""

    record: RecordFacts
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Rows by the day on which they count, the latest first; ``after`` (day and id) continues the list."""

    rows: tuple[RecordFacts, ...]
    after: tuple[date, int] | None


@dataclass(frozen=True, slots=True)
class Member:
    """A branch that belongs to what is asked for from ``first_date`` to ``last_date``."""

    branch_id: int
    first_date: date
    last_date: date


WITHOUT_TREE: tuple[Member, ...] | None = None
"""Every branch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which records: of a kind (none for every kind), counting within some days, of some branches (none for all).

    ``counted`` asks for the rows that count, else for the newest row of each record; ``state`` keeps those that stand
    so; ``texts`` keeps those with these values in the fields so named, and ``unless`` leaves out those with these.
    """

    kind: RecordKind | None = None
    first_date: date
    last_date: date
    members: Sequence[Member] | None = WITHOUT_TREE
    counted: bool = False
    state: RecordState | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    unless: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperInput:
    """A file that has been looked at and kept: the name it is shown by, what its bytes are, where it lies."""

    name: str
    form: str
    size: int
    sha256: str
    stored_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    """A file of a record. ``removed_at`` when it was taken away: then only this row is left of it."""

    id: int
    record_id: int
    name: str
    form: str
    size: int
    stored_as: str
    entered_by_name: str
    entered_at: datetime
    removed_at: datetime | None
    reason: str


class FieldFault(StrEnum):
    """What is wrong with a field."""

    MISSING = "missing"
    BAD_NUMBER = "bad_number"
    BAD_CHOICE = "bad_choice"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"  # its kind has no such field


class RecordReason(StrEnum):
    """Why a change of the daybook is refused."""

    UNKNOWN_BRANCH = "unknown_branch"
    BRANCH_NOT_STANDING = "branch_not_standing"
    DAYS_OUT_OF_ORDER = "days_out_of_order"
    TOO_MANY_DAYS = "too_many_days"
    FUTURE_DAY = "future_day"
    TITLE_MISSING = "title_missing"
    EVIDENCE_MISSING = "evidence_missing"
    TEXT_TOO_LONG = "text_too_long"
    BAD_FIELDS = "bad_fields"  # ``faults`` name them
    ALREADY_RECORDED = "already_recorded"  # the same kind, branch, days and title stand
    REASON_MISSING = "reason_missing"
    UNKNOWN_RECORD = "unknown_record"
    SUPERSEDED = "superseded"  # a newer row stands
    WITHDRAWN = "withdrawn"
    NOTHING_CHANGES = "nothing_changes"
    ALREADY_APPROVED = "already_approved"
    OWN_RECORD = "own_record"  # who typed it does not approve it
    PAPER_MISSING = "paper_missing"  # this kind, or what it claims, wants a proof
    PROOF_APPROVED = "proof_approved"  # the approval rests on this file
    SAME_PAPER = "same_paper"
    TOO_MANY_PAPERS = "too_many_papers"
    UNKNOWN_PAPER = "unknown_paper"
    KEY_REUSED = "key_reused"


class RecordRefused(Exception):
    """A change is refused, for every reason at once. ``row_id`` is the row in the way; ``faults`` say which fields
    are wrong and how."""

    def __init__(
        self, *reasons: RecordReason, row_id: int | None = None, faults: Mapping[str, FieldFault] | None = None
    ) -> None:
        super().__init__(", ".join([*(reason.value for reason in reasons), *(faults or {})]))
        self.reasons = reasons
        self.row_id = row_id
        self.faults = dict(faults or {})
