"""What crosses the room's border: kinds of entry, receipts, views, reports, and why something is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from wenyuan.lending.fees.rules import (
    MOST_FEN,
    Compensation,
    FineTerms,
    FoundTerms,
    Per,
    compensation,
    overdue_fine,
    suspension_days,
)

__all__ = [
    "BOOK_OF",
    "DEFAULT_RULES",
    "EARNED_BACK",
    "MOST_FEN",
    "AccountState",
    "Allocation",
    "Book",
    "ChargeKind",
    "ChargeReceipt",
    "ChargeView",
    "ClosingReceipt",
    "ClosingView",
    "Compensation",
    "Debtor",
    "DepositRow",
    "DepositView",
    "EntryKind",
    "EntryView",
    "FeeReason",
    "FeesRefused",
    "FineTerms",
    "FoundReceipt",
    "FoundTerms",
    "LedgerPage",
    "Means",
    "MoneyReceipt",
    "PastDepositInput",
    "PastFineInput",
    "Per",
    "PointEvent",
    "PointRuleFacts",
    "PointSchemeFacts",
    "PointView",
    "ScanReceipt",
    "Till",
    "TillLine",
    "TillRow",
    "compensation",
    "overdue_fine",
    "suspension_days",
]


class Book(StrEnum):
    """Two accounts that never mix: what the library is owed, and money that stays the reader's (代收款)."""

    INCOME = "income"
    DEPOSIT = "deposit"


class EntryKind(StrEnum):
    """A row of the ledger. Amounts are never negative: the kind says which way the money goes."""

    CHARGE = "charge"  # the reader owes
    PAYMENT = "payment"  # the reader paid
    FORGIVEN = "forgiven"  # 减免
    IN_KIND = "in_kind"  # 赔书: settled by the same edition
    CANCELLED = "cancelled"  # 冲销: it was not owed after all (found, backdated, typed wrongly)
    REFUND = "refund"  # paid back to whoever paid
    DEPOSIT_TAKEN = "deposit_taken"
    DEPOSIT_RETURNED = "deposit_returned"


BOOK_OF: Mapping[EntryKind, Book] = {
    kind: Book.DEPOSIT if kind in {EntryKind.DEPOSIT_TAKEN, EntryKind.DEPOSIT_RETURNED} else Book.INCOME
    for kind in EntryKind
}


class ChargeKind(StrEnum):
    """What is charged. The law knows no other fees (公共图书馆法 33)."""

    OVERDUE = "overdue"  # 逾期费
    LOST = "lost"
    DAMAGED = "damaged"
    CARD = "card"  # a new card for a lost one
    OTHER = "other"  # said in words


class Means(StrEnum):
    """How money changes hands."""

    CASH = "cash"
    SCAN = "scan"  # 扫码支付
    OTHER = "other"  # a bank transfer, a cheque: said in words


@dataclass(frozen=True, slots=True)
class AccountState:
    """Where a patron stands: what they owe, what is due back to them, what is held as deposit (fen)."""

    owed_fen: int = 0
    due_back_fen: int = 0
    held_fen: int = 0


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of a payment, refund or cancellation that concerns one charge."""

    charge_id: int
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeReceipt:
    """Something was charged (or, ``repeated``, had been by this very request)."""

    charge_id: int
    amount_fen: int
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyReceipt:
    """A row that settles, returns or holds money. ``receipt_no`` is empty where no money changed hands."""

    entry_id: int
    kind: EntryKind
    amount_fen: int
    means: str
    receipt_no: str
    at: datetime
    allocations: tuple[Allocation, ...]
    state: AccountState
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReceipt:
    """An order at the collector: ``asked`` (no answer yet), ``waiting`` (for the reader), ``paid``, ``closed``."""

    out_trade_no: str
    patron_id: int
    branch_id: int
    amount_fen: int
    state: str
    payment: MoneyReceipt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReceipt:
    """What the return of a lost item did to its charge: ``cancelled_fen`` of it, ``due_back_fen`` to be paid back."""

    charge_id: int
    patron_id: int
    cancelled_fen: int
    due_back_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeView:
    """A charge as it stands: ``open_fen`` is owed, below zero due back. ``item_id`` is forgotten with the loan."""

    id: int
    kind: ChargeKind
    text: str
    branch_id: int
    charged_at: datetime
    charged_fen: int
    open_fen: int
    item_id: int | None
    loan_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """A row of the ledger with who wrote it, where and when."""

    id: int
    kind: EntryKind
    charge_kind: str
    amount_fen: int
    means: str
    receipt_no: str
    text: str
    at: datetime
    branch_id: int
    entered_by_name: str
    allocations: tuple[Allocation, ...]
    refunds_id: int | None
    refundable_fen: int


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Rows newest first; ``before`` continues the list, none at its end."""

    entries: tuple[EntryView, ...]
    before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositView:
    """A deposit as it was taken, and how much of it is still held."""

    entry_id: int
    receipt_no: str
    taken_at: datetime
    branch_id: int
    means: str
    taken_fen: int
    held_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositRow:
    """The deposit account of a branch over a period: held before, taken, returned (of what it took), held after.

    ``paid_out_fen`` is what this branch's tills returned, also of what others had taken.
    """

    branch_id: int
    held_before_fen: int
    taken_fen: int
    returned_fen: int
    paid_out_fen: int

    @property
    def held_after_fen(self) -> int:
        return self.held_before_fen + self.taken_fen - self.returned_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """A patron who owes one branch: how much, for how many charges, since when."""

    patron_id: int
    owed_fen: int
    charges: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Till:
    """Where money lies: a service point, or the branch's desks without one."""

    branch_id: int
    service_point_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TillLine:
    """One kind of money in a till: what the ledger took and gave, and what was counted, none before it is."""

    book: Book
    means: Means
    rows: int
    taken_fen: int
    returned_fen: int
    counted_fen: int | None = None

    @property
    def expected_fen(self) -> int:
        return self.taken_fen - self.returned_fen

    @property
    def difference_fen(self) -> int:
        """Counted less expected; nothing before it is counted."""
        return 0 if self.counted_fen is None else self.counted_fen - self.expected_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingView:
    """A closed day: its lines, who closed it, and why something differed."""

    id: int
    till: Till
    day: date
    at: datetime
    closed_by_name: str
    reason: str
    lines: tuple[TillLine, ...]

    @property
    def difference_fen(self) -> int:
        return sum(line.difference_fen for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class TillRow:
    """A row of the ledger in a till."""

    entry_id: int
    kind: EntryKind
    means: str
    amount_fen: int
    receipt_no: str
    at: datetime
    entered_by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingReceipt:
    """A day was closed (or, ``repeated``, had been by this very request)."""

    closing: ClosingView
    repeated: bool = False


class PointEvent(StrEnum):
    """For what points are given or taken. The first four follow rules; the others are entered by staff, in words."""

    LOAN = "loan"
    OVERDUE = "overdue"
    DAMAGED = "damaged"
    LOST = "lost"
    VOLUNTEER = "volunteer"  # service hours: a way back
    QUIZ = "quiz"  # another
    CORRECTION = "correction"


EARNED_BACK = frozenset({PointEvent.VOLUNTEER, PointEvent.QUIZ, PointEvent.CORRECTION})
"""What staff may enter."""


@dataclass(frozen=True, slots=True)
class PointSchemeFacts:
    """Whether points are kept at all, where a reader starts, and between what they stay (no ceiling: none)."""

    is_on: bool = False
    start: int = 100
    floor: int = 60
    ceiling: int | None = None


@dataclass(frozen=True, slots=True)
class PointRuleFacts:
    """What an event gives (or, below zero, takes), at most in a day and in a month; nothing while it is off."""

    event: PointEvent
    points: int
    daily_cap: int | None = None
    monthly_cap: int | None = None
    is_on: bool = False


DEFAULT_RULES = (
    PointRuleFacts(PointEvent.LOAN, 1, 6, 30),
    PointRuleFacts(PointEvent.OVERDUE, -2, 10),
    PointRuleFacts(PointEvent.DAMAGED, -5),
    PointRuleFacts(PointEvent.LOST, -10),
)
"""What many libraries begin with; installed, and off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    """One change of a reader's points."""

    id: int
    event: PointEvent
    points: int
    reason: str
    at: datetime
    branch_id: int


class FeeReason(StrEnum):
    """Why something is refused."""

    PATRON_UNKNOWN = "patron_unknown"
    PATRON_CLOSED = "patron_closed"
    BAD_AMOUNT = "bad_amount"  # nothing, less, or more than a library ever charges
    TOO_MUCH = "too_much"  # more than is open, paid or held
    CHARGE_UNKNOWN = "charge_unknown"
    NOTHING_OPEN = "nothing_open"
    PAYMENT_UNKNOWN = "payment_unknown"
    DEPOSIT_UNKNOWN = "deposit_unknown"
    STILL_TIED = "still_tied"  # open loans or charges: the deposit stays
    REASON_MISSING = "reason_missing"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_HOLDS_NUMBER = "text_holds_number"  # an identity or phone number
    FUTURE_DAY = "future_day"
    ALREADY_CLOSED = "already_closed"
    LATER_CLOSED = "later_closed"  # a later day of the till is closed: that closing holds this day's rows
    COUNT_MISSING = "count_missing"  # money moved by a means that was not counted
    TILL_MOVED = "till_moved"  # somebody took or gave money while it was closed: look again
    POINTS_OFF = "points_off"
    POINTS_BY_RULE = "points_by_rule"  # given by a rule, not by hand; or no rule of that event
    BAD_POINTS = "bad_points"
    SCAN_UNKNOWN = "scan_unknown"
    NO_ANSWER = "no_answer"  # of the collector
    OTHER_AMOUNT = "other_amount"  # the collector took another amount than was asked: a person looks into it
    KEY_REUSED = "key_reused"  # the key stands for another act


class FeesRefused(Exception):
    """Money stays where it is, for every reason at once. ``facts`` fill the words (amounts in fen, counts)."""

    def __init__(self, *reasons: FeeReason, **facts: int) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PastDepositInput:
    """A deposit that an old system's reader has with the library. The reader by that system's key, or by the card
    number; ``branch`` is a code of ours (none: the reader's home), ``receipt`` what is on the paper they hold."""

    key: str
    patron_key: str = ""
    card_no: str = ""
    amount_fen: int
    day: date
    branch: str = ""
    means: Means = Means.CASH
    receipt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PastFineInput:
    """What an old system's reader owes; as :class:`PastDepositInput`."""

    key: str
    patron_key: str = ""
    card_no: str = ""
    amount_fen: int
    day: date
    branch: str = ""
    kind: ChargeKind = ChargeKind.OVERDUE
    text: str = ""
