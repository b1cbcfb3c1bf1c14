"""What crosses circulation's border: blocks, receipts and previews."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum

from wenyuan.kernel.values import light_value
from wenyuan.lending.circulation.data.kinds import MEASURES, FixedDue, HoldsAllowed, Kinds, Measure
from wenyuan.lending.circulation.data.offline import (
    DeviceAct,
    OfflineActView,
    OfflineKind,
    OfflineListSheet,
    OfflineOutcome,
    OfflineReason,
    OfflineResult,
    Why,
)
from wenyuan.lending.circulation.data.past import PastHoldInput, PastLoanInput
from wenyuan.organisation.rights.data import Act

__all__ = [
    "MEASURES",
    "Block",
    "BlockCode",
    "Charging",
    "CheckinOutcome",
    "CheckinReceipt",
    "CheckoutPreview",
    "CheckoutReceipt",
    "ClaimedItem",
    "ClosureProgress",
    "Cost",
    "DeviceAct",
    "FixedDue",
    "HeldFor",
    "HoldEnded",
    "HoldPreview",
    "HoldReceipt",
    "HoldView",
    "HoldsAllowed",
    "ItemFacts",
    "Kept",
    "Kinds",
    "LoanEnd",
    "LoanOfItem",
    "LossPreview",
    "Mark",
    "MarkReceipt",
    "Measure",
    "NotFoundView",
    "OfflineActView",
    "OfflineKind",
    "OfflineListSheet",
    "OfflineOutcome",
    "OfflineReason",
    "OfflineResult",
    "OpenLoan",
    "PastHoldInput",
    "PastLoanInput",
    "PatronLoans",
    "PickView",
    "RenewalOfOne",
    "RenewalReceipt",
    "SendReceipt",
    "TransitReceipt",
    "Why",
]


class BlockCode(StrEnum):
    """Why a verb is refused. Doors turn each into words (``doors.furniture.words``)."""

    ITEM_UNKNOWN = "item_unknown"
    PATRON_UNKNOWN = "patron_unknown"
    CARD_LOST = "card_lost"
    CARD_REPLACED = "card_replaced"
    PATRON_SUSPENDED = "patron_suspended"
    PATRON_CLOSED = "patron_closed"
    PATRON_EXPIRED = "patron_expired"
    PATRON_TOO_YOUNG = "patron_too_young"  # younger than the policy asks, or of an age nobody knows
    ITEM_ON_LOAN_TO_OTHER = "item_on_loan_to_other"
    ITEM_ON_LOAN_ALREADY = "item_on_loan_already"  # to this patron: renew instead
    ITEM_TAKEN_ELSEWHERE = "item_taken_elsewhere"  # 代收: nobody has it, its loan is not closed yet
    ITEM_IN_TRANSIT = "item_in_transit"
    ITEM_ON_HOLD_SHELF = "item_on_hold_shelf"
    ITEM_HELD = "item_held"  # on its way to the pickup branch of another reader's hold
    ITEM_IN_PROCESS = "item_in_process"
    ITEM_WITHDRAWN = "item_withdrawn"
    ITEM_LOST = "item_lost"
    ITEM_MISSING = "item_missing"
    ITEM_CLAIMED_RETURNED = "item_claimed_returned"
    ITEM_DAMAGED = "item_damaged"
    ITEM_NOT_LENDABLE = "item_not_lendable"
    ITEM_IN_LIBRARY_ONLY = "item_in_library_only"
    OTHER_LENDING_GROUP = "other_lending_group"
    BRANCH_CLOSED_DOWN = "branch_closed_down"
    LOAN_LIMIT = "loan_limit"
    LOAN_LIMIT_OF_TYPE = "loan_limit_of_type"
    OVERDUE_LOANS = "overdue_loans"
    DEBTS = "debts"  # owes more than the policy lets anybody owe
    DEPOSIT_WANTED = "deposit_wanted"
    VALUE_ABOVE_DEPOSIT = "value_above_deposit"  # all loans together would be worth more than what is deposited
    NO_POLICY = "no_policy"
    NOT_ON_LOAN = "not_on_loan"
    RENEWAL_LIMIT = "renewal_limit"
    RENEWAL_WANTED = "renewal_wanted"  # a hold waits that only this item can fill
    RENEWAL_RECALLED = "renewal_recalled"  # the item was recalled (催还), and somebody still waits for its title
    RENEWAL_GAINS_NOTHING = "renewal_gains_nothing"
    RECORD_UNKNOWN = "record_unknown"
    NOTHING_TO_HOLD = "nothing_to_hold"  # no item of the title could be lent at the pickup branch
    HOLD_ON_LOAN_ONLY = "hold_on_loan_only"  # an item stands on a shelf and the policy holds only what is on loan
    HOLD_EXISTS = "hold_exists"
    HOLD_OF_OWN_LOAN = "hold_of_own_loan"
    HOLD_LIMIT = "hold_limit"
    HOLD_DATES = "hold_dates"
    HOLD_UNKNOWN = "hold_unknown"
    HOLD_ENDED = "hold_ended"
    HOLD_CAPTURED = "hold_captured"  # its item is on the way or on the shelf: nothing to change any more
    NOT_DAMAGED = "not_damaged"
    NOT_CLAIMED = "not_claimed"
    CLAIM_LIMIT = "claim_limit"  # too many items that the reader says were returned, and nobody has found
    NO_TRANSIT = "no_transit"
    TRANSIT_ELSEWHERE = "transit_elsewhere"
    ITEM_WANTED = "item_wanted"  # a hold waits that the item can serve: a check-in keeps it for that
    ITEM_CONSIGNED = "item_consigned"  # it went to a station with another batch and has not come back
    ITEM_BELONGS_THERE = "item_belongs_there"  # the station's own item does not go there for a season
    SENT_NOWHERE = "sent_nowhere"  # to the branch where it is, or to one that does not stand


@dataclass(frozen=True, slots=True)
class Block:
    """One reason. ``waiver`` is the act that lets an operator lift it, none if nobody may; ``facts`` fill its words
    (limit, count, date, branch code)."""

    code: BlockCode
    waiver: Act | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)


@light_value()
class ItemFacts:
    """An item as a door shows it."""

    id: int
    barcode: str
    title: str
    call_no: str
    item_type: str
    owner_id: int
    home_branch_id: int
    present_branch_id: int
    state: str


@light_value(kw_only=True)
class CheckoutReceipt:
    """A loan was made (or, ``repeated``, had been made by this very request before)."""

    loan_id: int
    item: ItemFacts
    patron_id: int
    card: str
    due_at: datetime
    due_date: date
    lent_at: datetime
    policy_id: int
    open_loans: int
    max_loans: int | None
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFor:
    """The hold that a scanned item was, or had been, captured for. ``ready``: it stands on the hold shelf here, at
    ``shelf_position``, up to and with ``shelf_until``; otherwise it travels to the pickup branch."""

    hold_id: int
    patron_id: int
    pickup_branch_id: int
    ready: bool
    shelf_position: int | None = None
    shelf_until: date | None = None


class CheckinOutcome(StrEnum):
    """What a check-in did."""

    RETURNED = "returned"
    TAKEN = "taken"  # 代收: the reader is done, the item goes to a branch that can close the loan
    NOT_ON_LOAN = "not_on_loan"


@light_value(kw_only=True)
class CheckinReceipt:
    """An item came back. ``send_to`` is the branch it must travel to now, none if it stays; ``arrived`` says that a
    transit ended here. ``days_overdue`` counts open days of the lending branch; ``fine_fen`` is what the lateness
    costs in all, ``suspended_until`` the last day on which its reader borrows nothing for it. Of a lost item that is
    found ``price_off_fen`` is owed no more, and ``due_back_fen`` is to be paid back to who had paid it."""

    outcome: CheckinOutcome
    item: ItemFacts
    at: datetime
    send_to: int | None = None
    arrived: bool = False
    loan_id: int | None = None
    patron_name: str = ""  # masked; empty when nobody had it
    patron_id: int | None = None
    days_overdue: int = 0
    fine_fen: int = 0
    suspended_until: date | None = None
    price_off_fen: int = 0
    due_back_fen: int = 0
    held: HeldFor | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalReceipt:
    """A loan was prolonged. ``renewals_left`` is none without a limit; ``fine_fen`` is what being late so far cost."""

    loan_id: int
    item: ItemFacts
    patron_id: int
    due_at: datetime
    due_date: date
    renewals: int
    renewals_left: int | None
    fine_fen: int = 0
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class RenewalOfOne:
    """What became of one loan when all were to be renewed: its receipt, or every reason against it; neither where
    others kept changing it."""

    barcode: str
    receipt: RenewalReceipt | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitReceipt:
    """An item arrived where it was sent. ``loan_closed`` when a loan taken elsewhere (代收) ended with it; it was late
    by ``days_overdue`` open days then, which cost ``fine_fen``."""

    transit_id: int
    item: ItemFacts
    from_branch_id: int
    loan_closed: bool = False
    days_overdue: int = 0
    fine_fen: int = 0
    suspended_until: date | None = None
    send_to: int | None = None
    held: HeldFor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReceipt:
    """An item is on its way by hand (or, ``repeated``, was so before), or stays where it was to be sent from."""

    item: ItemFacts
    to_branch_id: int
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReceipt:
    """A hold was placed. ``position`` counts the open holds of the title, this one among them; ``from_shelf`` (预借)
    when an item stood on a shelf; ``item_id`` when one item only is wanted; ``not_after`` is the last day it waits."""

    hold_id: int
    bib_id: int
    title: str
    item_id: int | None
    patron_id: int
    pickup_branch_id: int
    position: int
    from_shelf: bool
    not_after: date | None
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPreview:
    """What placing a hold would say at each of some branches, without doing it: ``blocks`` by branch, none where it
    would be placed; ``waiting`` counts who waits for the title already."""

    title: str
    waiting: int
    blocks: Mapping[int, tuple[Block, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEnded:
    """A hold was cancelled or expired. ``was`` is the state it ended in."""

    hold_id: int
    bib_id: int
    was: str
    repeated: bool = False


class Kept(Enum):
    """Of what a change does not speak of: it stays as it stands when the change is written, not as somebody saw it."""

    AS_IS = "as_is"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPreview:
    """What a checkout would say now, without doing it. ``policy_id`` names the row that gave the loan length."""

    item: ItemFacts | None
    patron_id: int | None
    blocks: tuple[Block, ...]
    due_date: date | None
    policy_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoan:
    """A loan in a patron's hands, for lists. ``claimed``: the reader says it was returned; then it is not overdue, and
    a search is under way. ``recalled``: a hold has asked for it (催还), and it is due earlier than it was lent for.
    ``after_reopening``: its branch is shut until further notice and the due date moves on, so readers should be told
    "after reopening" (重新开馆后)."""

    id: int
    item: ItemFacts
    patron_id: int
    branch_id: int
    lent_at: datetime
    due_at: datetime
    due_date: date
    renewals: int
    overdue: bool
    after_reopening: bool = False
    claimed: bool = False
    recalled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronLoans:
    """What a patron has, and may still have, at a branch today. ``blocks`` are those that stop any checkout. By its
    policy a patron may owe ``max_owed_fen`` (none: any sum), and is asked for a deposit of ``deposit_fen``;
    ``owed_fen`` is owed. ``has_holds``: the patron waits for something, or has something to fetch."""

    patron_id: int
    loans: tuple[OpenLoan, ...]
    max_loans: int | None
    blocks: tuple[Block, ...]
    max_owed_fen: int | None
    deposit_fen: int
    owed_fen: int
    has_holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanOfItem:
    """The open loan of an item. ``taken_branch_id`` is where it was taken back outside its lending group (代收). Since
    ``claimed_at`` the reader says that it was returned (on which day, and at which branch); staff have looked for it so
    many times, last at ``searched_at``. Since ``recalled_at`` a hold has asked for it (催还)."""

    loan_id: int
    patron_id: int
    branch_id: int
    lent_at: datetime
    due_at: datetime
    due_date: date
    renewals: int
    taken_branch_id: int | None
    claimed_at: datetime | None = None
    claimed_back_date: date | None = None
    claimed_branch_id: int | None = None
    searches: int = 0
    searched_at: datetime | None = None
    recalled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold as lists show it. ``barcode`` is that of the one item wanted, ``captured_barcode`` of the item captured;
    ``place`` counts within the waiting queue of its title, none where it does not wait."""

    id: int
    bib_id: int
    title: str
    item_id: int | None
    barcode: str | None
    patron_id: int | None
    pickup_branch_id: int
    state: str
    placed_at: datetime
    not_before: date | None
    not_after: date | None
    suspended: bool
    suspended_until: date | None
    captured_item_id: int | None
    captured_barcode: str | None
    call_no: str | None
    shelf_position: int | None
    shelf_until: date | None
    ended_at: datetime | None
    end_reason: str
    captured_at: datetime | None
    place: int | None = None

    def is_suspended(self, on: date) -> bool:
        """Whether it is passed over on a day."""
        return self.suspended and (self.suspended_until is None or on <= self.suspended_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class PickView:
    """An item to be fetched from its shelf for a hold."""

    hold_id: int
    pickup_branch_id: int
    item_id: int
    item_version: int
    bib_id: int
    barcode: str
    title: str
    author: str
    call_no: str
    area_id: int | None


@dataclass(frozen=True, slots=True)
class NotFoundView:
    """An item that was looked for in vain."""

    item_id: int
    barcode: str
    title: str
    call_no: str
    at: datetime
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureProgress:
    """How far the due dates have followed closures. ``state`` is a ``models.RunState`` value; loans are counted."""

    state: str
    total: int
    looked: int
    moved: int
    asked_at: datetime
    finished_at: datetime | None

    @property
    def is_done(self) -> bool:
        return self.finished_at is not None


class LoanEnd(StrEnum):
    """How a loan was closed."""

    RETURNED = "returned"
    LOST = "lost"


class Mark(StrEnum):
    """What is noted of an item's condition."""

    LOST = "lost"
    MISSING = "missing"
    DAMAGED = "damaged"
    REPAIRED = "repaired"
    CLAIMED = "claimed"  # the reader says it was returned
    UNCLAIMED = "unclaimed"  # the reader has it after all


class Charging(StrEnum):
    """What the reader of a lost item is asked for."""

    PRICE = "price"
    IN_KIND = "in_kind"  # 赔书: the same edition, and the fee for the work
    NOTHING = "nothing"  # by right, with a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What replaces an item, in fen: its price by the policy's factor, and the fee for the work. ``is_of_type``: the
    item has no price of its own, that of its type counted."""

    price_fen: int
    fee_fen: int
    is_of_type: bool

    @property
    def total_fen(self) -> int:
        return self.price_fen + self.fee_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class LossPreview:
    """What declaring an item lost would charge to which reader, by the branch that lent it; nobody where no reader has
    it. ``fine_fen`` is due for being late besides either cost."""

    patron_id: int | None
    branch_id: int | None
    cost: Cost
    cost_in_kind: Cost
    fine_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LossCharged:
    """What a reader was charged for a lost item, in fen, and what is open of it. ``price_fen`` is what stands of the
    price, nothing where the same edition was agreed on (``in_kind``, 赔书); ``item_price_fen`` is the item's own
    (``is_of_type``: that of its type) as it is today. By the rules of ``branch_id`` on ``on`` the one is
    ``price_percent`` of the other while ``adds_up``: not once a part was cancelled, or the item's price was changed.
    ``fine_fen`` is open for having been late. The price is given back where the item is found within ``found_days``: 0
    never, none always."""

    branch_id: int
    patron_id: int
    on: date
    barcode: str
    title: str
    call_no: str
    item_price_fen: int
    is_of_type: bool
    price_percent: int
    price_fen: int
    adds_up: bool
    in_kind: bool
    fee_fen: int
    open_fen: int
    fine_fen: int
    found_days: int | None

    @property
    def charged_fen(self) -> int:
        return self.price_fen + self.fee_fen

    @property
    def price_open_fen(self) -> int:
        """What the same edition would settle (赔书)."""
        return max(0, min(self.open_fen, self.price_fen))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkReceipt:
    """An item's condition was noted. ``loan_id`` and the patron are those of the loan that it touched, the name masked;
    ``hold_put_back``: the item was captured for a hold, which waits again; ``holds_ended`` counts holds of this one
    item that were cancelled; ``cost`` is what the reader was charged, if anything,
    and ``fine_fen`` what was due for being late besides."""

    item: ItemFacts
    condition: str
    loan_id: int | None = None
    patron_id: int | None = None
    patron_name: str = ""
    hold_put_back: bool = False
    holds_ended: int = 0
    cost: Cost | None = None
    charge_id: int | None = None
    fine_fen: int = 0


@dataclass(frozen=True, slots=True)
class ClaimedItem:
    """An item that its reader says was returned, to be looked for. ``searches`` in vain so far, the last at
    ``searched_at``."""

    loan_id: int
    item_id: int
    barcode: str
    title: str
    author: str
    call_no: str
    area_id: int | None
    home_branch_id: int
    branch_id: int
    patron_id: int
    due_at: datetime
    claimed_at: datetime
    back_date: date
    searches: int
    searched_at: datetime | None
