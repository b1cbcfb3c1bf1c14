"""What crosses the border when the last act at a desk is taken back."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from wenyuan.lending.circulation.data import HeldFor, ItemFacts


class UndoReason(StrEnum):
    """Why an act stands as it is."""

    UNKNOWN = "unknown"  # no loan, renewal or return was made under this key at this desk's branch by this account
    TOO_LATE = "too_late"  # longer ago than ``rules.UNDO_WITHIN``
    OVERTAKEN = "overtaken"  # something has happened to the item or the loan since
    BY_ANOTHER_WAY = (
        "by_another_way"  # it closed a loan taken elsewhere, or found what was lost: no scan takes that back
    )
    READER_GONE = "reader_gone"  # nobody knows any more whose loan it was, or they have left since
    MONEY = "money"  # it charged a fine, suspended the reader or gave money back
    LATE = "late"  # a loss that settled as well that the item was late: a fine, or a suspension
    PAID = "paid"  # something of what was charged for a loss is paid, forgiven or replaced in kind
    HOLDS = "holds"  # a loss that cancelled the hold of a reader who waited for this very item, and told them


class UndoRefused(Exception):
    """Nothing was changed; ``reasons`` are all there are."""

    def __init__(self, *reasons: UndoReason) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons


class UndoneAct(StrEnum):
    """What was taken back."""

    LOAN = "loan"
    RENEWAL = "renewal"
    RETURN = "return"
    LOSS = "loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReceipt:
    """The act is as if it had not been. After a loan the item is put where it belongs: ``send_to`` another branch, or
    ``held`` for a reader. After a renewal or a return ``due_date`` is that of the loan that stands again."""

    act: UndoneAct
    item: ItemFacts
    patron_id: int
    due_date: date | None = None
    send_to: int | None = None
    held: HeldFor | None = None
    cancelled_fen: int = 0
    """What the reader owes no more after a loss."""
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LossFacts:
    """The newest loss of an item that a reader had: whose it was, while something charged for it or its undoing needs
    that, and whether whoever asks may still take it back at this desk."""

    loan_id: int
    patron_id: int | None
    lost_at: datetime
    branch_id: int
    is_undoable: bool
    charge_id: int | None
    """What was charged for it, while the charge remembers it."""
