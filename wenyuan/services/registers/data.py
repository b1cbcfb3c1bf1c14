"""What crosses the border of this room: a month's totals, the sheet they are typed into, and refusals."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a register says of a month: items lent, items taken back, and readers who came to borrow (人次)."""

    loans: int
    returns: int
    readers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFacts:
    """One row of the history of a branch's month. ``month`` is its first day; ``source`` names the register.

    ``replaces_id`` is the row before it; ``reason`` says why it was corrected or withdrawn. A ``withdrawn`` row counts
    nothing: it says that nothing is known for the month. ``entry_ids`` are its rows of the journal, in the order of
    :class:`Totals`.
    """

    id: int
    branch_id: int
    month: date
    totals: Totals
    source: str
    reason: str
    withdrawn: bool
    entered_by_id: int
    entered_by_name: str
    entered_at: datetime
    replaces_id: int | None
    entry_ids: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class MonthReceipt:
    """The month as it stands now. ``repeated`` when a request with the same key had already written it."""

    month: MonthFacts
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class MonthPage:
    """Rows newest first; ``before`` continues the list, none at its end."""

    rows: tuple[MonthFacts, ...]
    before: int | None


class RegisterReason(StrEnum):
    """Why a month is refused."""

    UNKNOWN_BRANCH = "unknown_branch"
    BRANCH_NOT_STANDING = "branch_not_standing"  # on no end of the month
    MONTH_NOT_OVER = "month_not_over"
    BAD_NUMBER = "bad_number"  # below 0, or more than one station lends in a month
    SOURCE_MISSING = "source_missing"
    TEXT_TOO_LONG = "text_too_long"
    REASON_MISSING = "reason_missing"
    ALREADY_ENTERED = "already_entered"  # correct the row that stands
    UNKNOWN_ROW = "unknown_row"
    SUPERSEDED = "superseded"  # a newer row stands
    WITHDRAWN = "withdrawn"  # enter it anew
    NOTHING_CHANGES = "nothing_changes"
    KEY_REUSED = "key_reused"  # the key stands for another act


class RegisterRefused(Exception):
    """A month is refused, for every reason at once. ``row_id`` is the row that stands in the way, if one does."""

    def __init__(self, *reasons: RegisterReason, row_id: int | None = None) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons
        self.row_id = row_id
