"""What goes over the wire. Names and meanings here are a promise: a field may be added, none is renamed or taken away.

``state``, ``condition``, ``lendable``, ``kind`` and ``status`` are words of which there may be new ones.
"""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.fees.data import MOST_FEN, Means
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.statements import LARGEST_ID

NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
Barcode = Annotated[str, Field(min_length=1, max_length=64, pattern=NO_CONTROLS, description="An item's barcode.")]
Card = Annotated[
    str,
    Field(
        min_length=1,
        max_length=512,
        pattern=NO_CONTROLS,
        description="What the reader shows, as a scanner gives it: card, identity card, 社保卡, chip, code.",
    ),
]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_CONTROLS)]
Waive = Annotated[
    list[BlockCode],
    Field(max_length=20, description="Blocks to lift. Each is lifted only if the token allows the act that lifts it."),
]


BibId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
BranchCode = Annotated[str, Field(min_length=1, max_length=16, pattern=NO_CONTROLS, description="A branch's code.")]


class Asked(BaseModel):
    """A body. A field that there is not is an error: a typing mistake would else do something else than meant."""

    model_config = ConfigDict(extra="forbid")


class CheckoutAsked(Asked):
    item: Barcode
    card: Card
    waive: Waive = []


class ItemAsked(Asked):
    item: Barcode


class RenewalAsked(Asked):
    item: Barcode
    card: Card | None = Field(None, description="If given, the loan must be this reader's.")
    waive: Waive = []


class CardAsked(Asked):
    card: Card


class SignInAsked(Asked):
    card: Card
    pin: str = Field(min_length=1, max_length=32, pattern=NO_CONTROLS)


class FieldError(BaseModel):
    field: str
    code: str
    message: str


class BlockTold(BaseModel):
    """One reason. ``waiver`` is the act that lifts it; ``facts`` are what the words were made from."""

    code: str
    message: str
    waivable: bool
    waiver: str | None
    waiver_message: str
    facts: dict[str, int | str]


class ProblemTold(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    blocks: list[BlockTold]
    errors: list[FieldError]


class BranchTold(BaseModel):
    code: str
    name: str


class LentItem(BaseModel):
    """An item as receipts and lists of loans name it."""

    barcode: str
    title: str
    call_no: str
    item_type: str
    state: str
    home: BranchTold
    present: BranchTold


class CheckoutTold(BaseModel):
    """A receipt. ``due_at`` is the end of ``due_date``, the last day of the loan, an open day."""

    loan: int
    item: LentItem
    lent_at: datetime
    due_at: datetime
    due_date: date
    open_loans: int
    max_loans: int | None


class PreviewTold(BaseModel):
    """What a checkout would say now. ``allowed`` when nothing stands in its way."""

    allowed: bool
    item: LentItem | None
    due_date: date | None
    blocks: list[BlockTold]


class HeldTold(BaseModel):
    """An item that a reader waits for: it stands ``ready`` on the hold shelf here, at ``shelf_position`` up to and with
    ``shelf_until``, or travels to the ``pickup`` branch. Who waits is not told."""

    hold: int
    pickup: BranchTold
    ready: bool
    shelf_position: int | None
    shelf_until: date | None


class CheckinTold(BaseModel):
    """``outcome`` is returned, taken (代收: the reader is done, the item travels on) or not_on_loan. ``send_to`` is
    where the item must go now; ``days_overdue`` counts open days, which cost ``fine_fen`` in all and keep the
    reader from borrowing up to and with ``suspended_until``."""

    outcome: str
    item: LentItem
    at: datetime
    send_to: BranchTold | None
    arrived: bool
    loan: int | None
    days_overdue: int
    fine_fen: int
    suspended_until: date | None
    held: HeldTold | None


class RenewalTold(BaseModel):
    """``renewals_left`` is null where there is no limit; ``fine_fen`` is what being late until now cost."""

    loan: int
    item: LentItem
    due_at: datetime
    due_date: date
    renewals: int
    renewals_left: int | None
    fine_fen: int


class ArrivalTold(BaseModel):
    """An item that was on its way has arrived; ``loan_closed`` when a loan taken elsewhere ended with it; what it
    cost to be late is told as at a check-in."""

    transit: int
    item: LentItem
    sent_from: BranchTold
    loan_closed: bool
    days_overdue: int
    fine_fen: int
    suspended_until: date | None
    send_to: BranchTold | None
    held: HeldTold | None


class LoanTold(BaseModel):
    id: int
    item: LentItem
    branch: BranchTold
    lent_at: datetime
    due_at: datetime
    due_date: date
    renewals: int
    overdue: bool
    recalled: bool


class LoanPage(BaseModel):
    loans: list[LoanTold]
    next: str | None


class ClosedLoanTold(BaseModel):
    id: int
    item: LentItem
    branch: BranchTold
    lent_at: datetime
    due_date: date
    renewals: int


class HistoryPage(BaseModel):
    """``kept`` is false for a reader who has not agreed to a history: then there is none."""

    kept: bool
    loans: list[ClosedLoanTold]
    next: str | None


class PatronTold(BaseModel):
    """A reader as a machine may know one: the name masked, no number. ``blocks`` stop any checkout at this branch.
    ``handle`` stands for the reader in addresses, for a quarter of an hour."""

    handle: str
    name: str
    category: str
    home: BranchTold
    status: str
    card_status: str
    suspended_until: date | None
    expires_date: date | None
    open_loans: int
    max_loans: int | None
    blocks: list[BlockTold]


class SelfTold(BaseModel):
    """The reader's own data; numbers by their last four."""

    name: str
    card: str
    category: str
    home: BranchTold
    status: str
    suspended_until: date | None
    registered_date: date
    expires_date: date | None
    number: str
    phone: str
    keeps_history: bool
    open_loans: int
    max_loans: int | None
    blocks: list[BlockTold]


class CardTold(BaseModel):
    """Something the reader can show or once could, by its last four."""

    kind: str
    shown: str
    status: str
    issued_at: datetime
    ended_at: datetime | None


class CardList(BaseModel):
    cards: list[CardTold]


class SessionTold(BaseModel):
    """A pass for the reader's own affairs, to be shown as Bearer token until ``expires_at``."""

    token: str
    expires_at: datetime
    name: str


class ItemTold(BaseModel):
    """An item as it is now. ``available`` when it may be lent from its shelf; ``due_date`` while a reader has it."""

    barcode: str
    bib: int
    title: str
    volume: str
    call_no: str
    item_type: str
    owner: BranchTold
    home: BranchTold
    present: BranchTold
    state: str
    condition: str
    lendable: str
    available: bool
    due_date: date | None


class ItemPage(BaseModel):
    items: list[ItemTold]
    next: str | None


class BibBriefTold(BaseModel):
    id: int
    title: str
    volume: str
    author: str
    publisher: str
    year: int | None
    class_no: str
    document_kind: str
    isbns: list[str]


class BibPageTold(BaseModel):
    bibs: list[BibBriefTold]
    next: str | None


class IdentifierTold(BaseModel):
    """``kind`` is isbn, issn, unified (统一书号), cn_serial, permit (准印证号) or other."""

    kind: str
    value: str


class BibTold(BaseModel):
    id: int
    title: str
    volume: str
    author: str
    publisher: str
    year: int | None
    language: str
    class_no: str
    document_kind: str
    audience: str
    summary: str
    identifiers: list[IdentifierTold]
    items: int
    available: int


class TokenTold(BaseModel):
    """What the token shown may do: ``acts`` at each of ``branches``, which are codes; before the day ``valid_to``."""

    name: str
    account: str
    branch: BranchTold
    valid_to: date
    everywhere: list[str]
    branches: dict[str, list[str]]


class DoorTold(BaseModel):
    """Where to go from here."""

    name: str
    version: str
    openapi: str
    docs: str


class WishAsked(Asked):
    """A title, by its record or by one of its items; ``this_item``: that item and no other. ``pickup`` is a branch's
    code, the one of the call if left out."""

    bib: BibId | None = None
    item: Barcode | None = None
    this_item: bool = False
    pickup: BranchCode | None = None
    not_before: date | None = None
    not_after: date | None = None


class HoldAsked(WishAsked):
    card: Card
    waive: Waive = []


class HoldChangeAsked(Asked):
    """What is left out stays as it is; null takes a day away."""

    pickup: BranchCode | None = None
    not_before: date | None = None
    not_after: date | None = None


class SuspensionAsked(Asked):
    """The last day on which it is passed over; left out: until it is resumed."""

    until: date | None = None


class HoldPlacedTold(BaseModel):
    """A receipt. ``place`` counts those that wait for the title, this one among them; ``from_shelf`` (预借) when an
    item stands on a shelf; ``not_after`` is the last day it waits."""

    hold: int
    bib: int
    title: str
    pickup: BranchTold
    place: int
    from_shelf: bool
    not_after: date | None


class HoldTold(BaseModel):
    """``state`` is waiting, in_transit, on_shelf, filled, cancelled or expired. ``item`` is the one item wanted,
    ``captured`` the item that is kept for it; ``place`` is that in the queue while it waits."""

    hold: int
    bib: int
    title: str
    item: str | None
    pickup: BranchTold
    state: str
    placed_at: datetime
    not_before: date | None
    not_after: date | None
    place: int | None
    suspended: bool
    suspended_until: date | None
    captured: str | None
    shelf_until: date | None
    ended_at: datetime | None


class HoldList(BaseModel):
    """Open holds, the newest first, then those that ended in the last fortnight."""

    holds: list[HoldTold]
    next: str | None


class PaymentAsked(Asked):
    """Money that the application has taken. ``charges`` are paid in their order; left out: the oldest first. ``text``
    says how, where ``means`` is other."""

    card: Card
    amount_fen: int = Field(ge=1, le=MOST_FEN, description="In fen.")
    means: Means
    charges: list[Annotated[int, Field(ge=1, le=LARGEST_ID)]] | None = Field(None, min_length=1, max_length=50)
    text: str = Field("", max_length=200, pattern=NO_CONTROLS)


class PartTold(BaseModel):
    """The part of a row that concerns one charge."""

    charge: int
    amount_fen: int


class PaymentTold(BaseModel):
    """A receipt; ``owed_fen`` is what the reader owes now."""

    payment: int
    receipt_no: str
    amount_fen: int
    means: str
    at: datetime
    charges: list[PartTold]
    owed_fen: int


class ChargeTold(BaseModel):
    """A charge: ``kind`` is overdue, lost, damaged, card or other; ``open_fen`` is owed, below zero due back."""

    charge: int
    kind: str
    title: str
    text: str
    branch: BranchTold
    charged_at: datetime
    charged_fen: int
    open_fen: int


class AccountTold(BaseModel):
    """What a reader owes, is due and has deposited in the whole network, in fen, and the open charges that the caller
    may see."""

    owed_fen: int
    due_back_fen: int
    deposit_fen: int
    charges: list[ChargeTold]


class EntryTold(BaseModel):
    """A row of the ledger: ``kind`` is charge, payment, forgiven, in_kind, cancelled, refund, deposit_taken or
    deposit_returned. Where money changed hands it has means and a receipt number."""

    entry: int
    kind: str
    charge_kind: str
    amount_fen: int
    means: str
    receipt_no: str
    text: str
    at: datetime
    branch: BranchTold
    charges: list[PartTold]


class EntryPage(BaseModel):
    entries: list[EntryTold]
    next: str | None


class PointTold(BaseModel):
    """One change of credit points; ``event`` is loan, overdue, damaged, lost, volunteer, quiz or correction."""

    event: str
    points: int
    reason: str
    at: datetime
    branch: BranchTold


class PointPage(BaseModel):
    """``kept`` is false while the library keeps no credit points: then there is no balance."""

    kept: bool
    balance: int | None
    points: list[PointTold]
    next: str | None


_FIRST_YEAR, _LAST_YEAR = 1969, 2200


def _moment(at: datetime) -> datetime:
    """In UTC; without a zone it is the library's clock. A clock that was reset says 1970, which staff shall see."""
    if not _FIRST_YEAR <= at.year < _LAST_YEAR:
        raise PydanticCustomError("less_than_equal", "out of range")
    return (at if at.tzinfo else at.replace(tzinfo=library_zone())).astimezone(UTC)


Moment = Annotated[
    datetime,
    AfterValidator(_moment),
    Field(description="A moment; without a zone by the library's clock. Kept to the second."),
]
Passes = Annotated[int, Field(ge=-(10**15), le=10**15)]


class ReadingSent(Asked):
    """What a counter says: its total at a moment, or how many passed ``since`` another. ``out`` is who went out, where
    the counter tells that apart."""

    at: Moment
    passes: Passes
    out: Passes | None = None
    since: Moment | None = None


class ReadingsSent(Asked):
    readings: list[ReadingSent] = Field(min_length=1, max_length=100)


class ReadingReasonTold(BaseModel):
    """Why a reading was refused: a code for programs, words for people."""

    code: str
    message: str


class ReadingBecame(BaseModel):
    """What became of a reading: ``taken``, ``repeated`` or ``refused``, then with every reason."""

    became: str
    reasons: list[ReadingReasonTold]


class ReadingsTold(BaseModel):
    """How many became what, and each reading in the order in which they were sent."""

    taken: int
    repeated: int
    refused: int
    readings: list[ReadingBecame]
