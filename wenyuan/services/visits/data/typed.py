"""Counts of visits that people type, the grid they are typed into, and why one is refused."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from wenyuan.kernel.opening import DayStatus


class EvidenceKind(StrEnum):
    """佐证材料: what a count rests on."""

    GATE_COUNTER = "gate_counter"  # 门禁计数器读数
    HAND_COUNT = "hand_count"  # 手工计数
    SIGN_IN_SHEET = "sign_in_sheet"  # 签到表
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a count rests on, and its particulars: the readings, the sheet, who counted. At most 200 characters."""

    kind: EvidenceKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountFacts:
    """One row of the history of a service point's day.

    ``replaces_id`` is the row before it; ``reason`` says why it was corrected or withdrawn. A ``withdrawn`` row counts
    nobody: it says that nothing is known for the day.
    """

    id: int
    service_point_id: int
    day: date
    persons: int
    evidence: Evidence
    reason: str
    withdrawn: bool
    entered_by_id: int
    entered_by_name: str
    entered_at: datetime
    replaces_id: int | None
    entry_id: int


@dataclass(frozen=True, slots=True)
class VisitReceipt:
    """The count as it stands now. ``repeated`` when a request with the same key had already written it."""

    count: CountFacts
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class PointRow:
    """A service point in the grid, with the typed count that stands for each day, none where nothing was typed, and
    what its counters have counted, none where no counter did."""

    service_point_id: int
    code: str
    name_zh: str
    name_en: str
    closed_date: date | None
    counts: tuple[CountFacts | None, ...]
    counted: tuple[int | None, ...]

    @property
    def persons(self) -> int:
        """The row's sum."""
        return sum(self.persons_by_day())

    def persons_by_day(self) -> tuple[int, ...]:
        """Each day's visits: a typed count stands alone."""
        return tuple(
            count.persons if count is not None else counted or 0
            for count, counted in zip(self.counts, self.counted, strict=True)
        )

    def takes(self, on: date) -> bool:
        """Whether the service point still stood on that day."""
        return self.closed_date is None or on < self.closed_date


@dataclass(frozen=True, slots=True)
class VisitGrid:
    """A branch's service points by days in a row: what the entry page shows. ``days`` tells which were closed days."""

    branch_id: int
    days: tuple[DayStatus, ...]
    rows: tuple[PointRow, ...]

    def persons_by_day(self) -> tuple[int, ...]:
        """The branch's sum for each day."""
        by_row = [row.persons_by_day() for row in self.rows]
        return tuple(sum(column) for column in zip(*by_row, strict=True)) or (0,) * len(self.days)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Rows newest first; ``before`` continues the list, none at its end."""

    counts: tuple[CountFacts, ...]
    before: int | None


class VisitReason(StrEnum):
    """Why a count is refused."""

    UNKNOWN_POINT = "unknown_point"
    POINT_CLOSED = "point_closed"  # the service point no longer stood on that day
    BRANCH_NOT_STANDING = "branch_not_standing"  # its branch had not opened yet, or was closed for good
    FUTURE_DAY = "future_day"
    BAD_PERSONS = "bad_persons"  # below 0, or more than one door can count in a day
    EVIDENCE_MISSING = "evidence_missing"
    EVIDENCE_TOO_LONG = "evidence_too_long"
    REASON_MISSING = "reason_missing"
    REASON_TOO_LONG = "reason_too_long"
    ALREADY_COUNTED = "already_counted"  # correct the count that stands
    COUNTED_BY_COUNTER = "counted_by_counter"  # a counter has counted that day: say that this is to stand instead
    UNKNOWN_COUNT = "unknown_count"
    SUPERSEDED = "superseded"  # a newer row stands
    WITHDRAWN = "withdrawn"  # count it anew
    NOTHING_CHANGES = "nothing_changes"
    KEY_REUSED = "key_reused"  # the key stands for another act


class VisitsRefused(Exception):
    """A count is refused, for every reason at once. ``count_id`` is the row that stands in the way, if one does."""

    def __init__(self, *reasons: VisitReason, count_id: int | None = None) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons
        self.count_id = count_id
