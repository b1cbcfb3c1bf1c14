"""What the everyday statements gather, as frozen values in the order of their columns (``sql``)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from wenyuan.kernel.values import light_value
from wenyuan.lending.circulation.data import ItemFacts


class Item(NamedTuple):
    """``sql.ITEM_COLUMNS``."""

    id: int
    barcode: str
    title: str
    call_no: str
    type_code: str
    type_id: int
    owner_id: int
    home_branch_id: int
    present_branch_id: int
    state: str
    condition: str
    lendable: str
    version: int
    collection: str
    source: str
    class_letter: str
    document_kind: str

    def shown(self, *, state: str | None = None, present_branch_id: int | None = None) -> ItemFacts:
        """As doors see it, after a write that changed its state or place."""
        return ItemFacts(
            id=self.id,
            barcode=self.barcode,
            title=self.title,
            call_no=self.call_no,
            item_type=self.type_code,
            owner_id=self.owner_id,
            home_branch_id=self.home_branch_id,
            present_branch_id=present_branch_id or self.present_branch_id,
            state=state or self.state,
        )


class Loan(NamedTuple):
    """``sql.LOAN_COLUMNS``: the item's open loan."""

    id: int
    patron_id: int
    account_id: int
    branch_id: int
    lent_at: datetime
    base_due_date: date
    due_at: datetime
    policy_id: int
    renewals: int
    renewed_at: datetime | None
    renewed_by_id: int | None
    taken_at: datetime | None
    patron_category: str
    patron_home_id: int
    age_band: str
    claimed_at: datetime | None = None
    recalled_at: datetime | None = None


class Transit(NamedTuple):
    """``sql.TRANSIT_COLUMNS``: the item's open transit."""

    id: int
    from_branch_id: int
    to_branch_id: int
    reason: str


class Patron(NamedTuple):
    """``sql.PATRON_COLUMNS``. ``ref`` is this year's random token for the journal, if there is one yet."""

    id: int
    version: int
    status: str
    suspended_until: date | None
    expires_date: date | None
    home_branch_id: int
    category_id: int
    category: str
    birth_date: date | None
    gender: str
    keep_history: bool
    name: str
    ref: UUID | None


class Account(NamedTuple):
    """``sql.ACCOUNT_COLUMNS``: what the patron owes and has deposited, in fen."""

    owed_fen: int
    held_fen: int


NO_ACCOUNT = Account(0, 0)


class Hold(NamedTuple):
    """``sql.HOLD_COLUMNS``: a hold that is captured for an item, or one that waits and might be."""

    id: int
    version: int
    state: str
    patron_id: int
    pickup_branch_id: int
    category_id: int
    shelf_until: date | None
    shelf_position: int | None
    captured_item_id: int | None


class WaitingHold(NamedTuple):
    """A hold of another reader that stands against a renewal; ``item_id`` when it wants that item only."""

    item_id: int | None
    pickup_branch_id: int


class ItemOfBib(NamedTuple):
    """An item of a title that is to be held, wherever it is."""

    id: int
    type_id: int
    home_branch_id: int
    state: str
    condition: str
    lendable: str


class LoanOfTitle(NamedTuple):
    """An open loan that a hold on its title might recall (``sql.LOANS_OF_TITLE``)."""

    id: int
    patron_id: int
    category_id: int
    branch_id: int
    lent_at: datetime
    base_due_date: date
    due_at: datetime
    recalled_at: datetime | None
    item: ItemOfBib


class OwnHold(NamedTuple):
    """An open hold that the patron has on this title already; ``place`` is that in the queue, ``account_id`` 0 where
    the reader placed it at the portal."""

    id: int
    item_id: int | None
    pickup_branch_id: int
    placed_at: datetime
    account_id: int
    place: int
    not_after: date | None


class ClosedLoan(NamedTuple):
    """The item's latest loan, when it is closed: to know a repeated check-in again."""

    id: int
    returned_at: datetime
    returned_by_id: int
    return_branch_id: int
    due_at: datetime
    branch_id: int
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a request with the same key has already done; ``patron_id`` while the year's map leads to its reader."""

    kind: str
    subject_id: int | None
    branch_id: int | None
    occurred_at: datetime
    patron_id: int | None
    details: Mapping[str, Any]


class Editions(NamedTuple):
    """Which network and which policies the gather saw: the tokens of their tables as texts."""

    network: str
    policies: str


@light_value()
class Holdings:
    """A patron's open loans: slots in use, how many there are and are overdue, their ids in order, and the item types
    where the policy limits one."""

    slots: frozenset[int]
    count: int
    overdue: int
    loans: tuple[int, ...] = ()
    item_types: tuple[int, ...] = ()

    def free_slot(self) -> int:
        """The smallest free slot. Two checkouts at once choose the same, and the unique index lets one pass."""
        return next(slot for slot in range(1, len(self.slots) + 2) if slot not in self.slots)


NO_HOLDINGS = Holdings(frozenset(), 0, 0)


@light_value()
class CheckoutFacts:
    """Everything a checkout's decision rests on. ``card_status`` is the token's, none where no token was found;
    ``to_clear`` as in ``ReturnFacts``. ``worth_fen`` is what the item and all that the patron has in hand are worth,
    where the policy asks for it."""

    editions: Editions
    item: Item | None
    loan: Loan | None
    transit: Transit | None
    patron: Patron | None
    card_status: str | None
    holdings: Holdings
    captured: Hold | None
    own_hold: Hold | None
    to_clear: bool
    earlier: Earlier | None
    account: Account = NO_ACCOUNT
    worth_fen: int = 0


@light_value()
class ReturnFacts:
    """Everything a check-in's decision rests on; ``patron`` is the one who has the item. ``captured`` is the hold the
    item is captured for, ``waiting`` the first of the queue that want it; ``to_clear``: a hold has ended while the item
    stood on the hold shelf, and it has not been scanned since; ``looked_for``: a pick list asked for it in vain, and it
    has not been scanned or changed since; ``has_charge``: something that was charged for the loan grows or is open;
    ``consigned_to``: the station that has the item for a season."""

    editions: Editions
    item: Item | None
    loan: Loan | None
    transit: Transit | None
    patron: Patron | None
    last: ClosedLoan | None
    captured: Hold | None
    waiting: tuple[Hold, ...]
    to_clear: bool
    looked_for: bool
    has_charge: bool
    earlier: Earlier | None
    consigned_to: int | None = None
    found_as: str = "ok"
    """What is lost, missing or claimed returned becomes by its scan: what it was before, damaged or in order."""


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """Everything that noting an item's condition rests on. ``price_fen`` is the item's own, where it has one, and
    ``type_price_fen`` what its type costs; ``open_claims`` counts what the reader says was returned."""

    editions: Editions
    item: Item | None
    loan: Loan | None
    transit: Transit | None
    patron: Patron | None
    captured: Hold | None
    price_fen: int | None
    type_price_fen: int
    open_claims: int


@dataclass(frozen=True, slots=True)
class RenewalFacts:
    """Everything a renewal's decision rests on. ``card_status`` is the shown card's, none where there is no such card;
    ``card_is_patrons`` when it belongs to who has the item, or to the reader of ``earlier``. ``waiting`` are the first
    holds of others that want the title, ``free_homes`` the homes of its items that stand on shelves."""

    editions: Editions
    item: Item | None
    loan: Loan | None
    patron: Patron | None
    card_status: str | None
    card_is_patrons: bool
    waiting: tuple[WaitingHold, ...]
    free_homes: tuple[int, ...]
    earlier: Earlier | None
    account: Account = NO_ACCOUNT
    has_charge: bool = False


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """Everything the placing of a hold rests on. ``item_id`` when one item only is wanted; ``slots`` are those of all
    open holds of the patron; ``has_it`` when they have an item of the title on loan, or the one that is wanted;
    ``queue`` counts those that wait for it."""

    editions: Editions
    bib_id: int | None
    title: str
    by_barcode: bool
    item_id: int | None
    patron: Patron | None
    card_status: str | None
    slots: frozenset[int]
    mine: tuple[OwnHold, ...]
    has_it: bool
    items: tuple[ItemOfBib, ...]
    queue: int
    earlier: Earlier | None

    def free_slot(self) -> int:
        """The smallest free slot among the patron's open holds."""
        return next(slot for slot in range(1, len(self.slots) + 2) if slot not in self.slots)


class _Reader:
    """Cuts a row into its groups, one after the other; a group whose first column is null is not there."""

    def __init__(self, row: tuple[Any, ...]) -> None:
        self._row = row
        self._at = 0

    def take(self, count: int) -> tuple[Any, ...]:
        self._at += count
        return self._row[self._at - count : self._at]

    def item(self) -> Item | None:
        values = self.take(len(Item._fields))
        return Item(*values) if values[0] is not None else None

    def loan(self) -> Loan | None:
        values = self.take(len(Loan._fields))
        return Loan(*values) if values[0] is not None else None

    def transit(self) -> Transit | None:
        values = self.take(len(Transit._fields))
        return Transit(*values) if values[0] is not None else None

    def patron(self) -> Patron | None:
        values = self.take(len(Patron._fields))
        return Patron(*values) if values[0] is not None else None

    def hold(self) -> Hold | None:
        values = self.take(len(Hold._fields))
        return Hold(*values) if values[0] is not None else None

    def waiting(self) -> tuple[Hold, ...]:
        ids, versions, patrons, pickups, categories = self.take(5)
        if ids is None:
            return ()
        rows = zip(ids, versions, patrons, pickups, categories, strict=True)
        return tuple(
            Hold(hold_id, version, "waiting", patron_id, pickup_id, category_id, None, None, None)
            for hold_id, version, patron_id, pickup_id, category_id in rows
        )

    def columns(self, count: int) -> list[tuple[Any, ...]]:
        """Parallel arrays as rows; none where there are none."""
        arrays = self.take(count)
        return [] if arrays[0] is None else list(zip(*arrays, strict=True))

    def closed(self) -> ClosedLoan | None:
        values = self.take(len(ClosedLoan._fields))
        return ClosedLoan(*values) if values[0] is not None else None

    def earlier(self) -> Earlier | None:
        kind, subject_id, branch_id, occurred_at, patron_id, details = self.take(6)
        if kind is None:
            return None
        return Earlier(kind, subject_id, branch_id, occurred_at, patron_id, json.loads(details))


def read_checkout(row: tuple[Any, ...]) -> CheckoutFacts:
    """``sql.GATHER_CHECKOUT``."""
    cut = _Reader(row)
    editions = Editions(*cut.take(2))
    item, loan, transit, patron = cut.item(), cut.loan(), cut.transit(), cut.patron()
    status, loans, slots, types, overdue = cut.take(5)
    holdings = Holdings(frozenset(slots), len(loans), overdue, tuple(loans), tuple(types)) if slots else NO_HOLDINGS
    account = Account(*cut.take(2))
    captured, own_hold = cut.hold(), cut.hold()
    (to_clear,) = cut.take(1)
    return CheckoutFacts(
        editions, item, loan, transit, patron, status, holdings, captured, own_hold, to_clear, cut.earlier(), account
    )


def read_return(row: tuple[Any, ...]) -> ReturnFacts:
    """``sql.GATHER_RETURN``."""
    cut = _Reader(row)
    editions = Editions(*cut.take(2))
    item, loan, transit, patron = cut.item(), cut.loan(), cut.transit(), cut.patron()
    last, captured, waiting = cut.closed(), cut.hold(), cut.waiting()
    to_clear, looked_for, has_charge, consigned_to = cut.take(4)
    return ReturnFacts(
        editions,
        item,
        loan,
        transit,
        patron,
        last,
        captured,
        waiting,
        to_clear,
        looked_for,
        has_charge,
        cut.earlier(),
        consigned_to,
    )


def read_mark(row: tuple[Any, ...]) -> MarkFacts:
    """``sql.GATHER_MARK``."""
    cut = _Reader(row)
    editions = Editions(*cut.take(2))
    item, loan, transit, patron, captured = cut.item(), cut.loan(), cut.transit(), cut.patron(), cut.hold()
    price_fen, type_price_fen, open_claims = cut.take(3)
    return MarkFacts(editions, item, loan, transit, patron, captured, price_fen, type_price_fen or 0, open_claims)


def read_renewal(row: tuple[Any, ...]) -> RenewalFacts:
    """``sql.GATHER_RENEWAL``."""
    cut = _Reader(row)
    editions = Editions(*cut.take(2))
    item, loan = cut.item(), cut.loan()
    cut.transit()
    patron = cut.patron()
    card_status, card_is_patrons = cut.take(2)
    waiting = tuple(WaitingHold(item_id or None, pickup_id) for item_id, pickup_id in cut.columns(2))
    (free_homes,) = cut.take(1)
    account = Account(*cut.take(2))
    (has_charge,) = cut.take(1)
    return RenewalFacts(
        editions,
        item,
        loan,
        patron,
        card_status,
        bool(card_is_patrons),
        waiting,
        tuple(free_homes or ()),
        cut.earlier(),
        account,
        has_charge,
    )


def read_hold(row: tuple[Any, ...], *, by_barcode: bool, this_item: bool) -> HoldFacts:
    """``sql.GATHER_HOLD``; ``this_item`` when only the scanned item is wanted."""
    cut = _Reader(row)
    editions = Editions(*cut.take(2))
    bib_id, title, item_id = cut.take(3)
    patron = cut.patron()
    card_status, slots = cut.take(2)
    mine = tuple(
        OwnHold(hold_id, only_item or None, pickup, placed, account, place, not_after)
        for hold_id, only_item, pickup, placed, account, place, not_after in cut.columns(7)
    )
    (has_it,) = cut.take(1)
    items = tuple(ItemOfBib(*values) for values in cut.columns(6))
    (queue,) = cut.take(1)
    return HoldFacts(
        editions=editions,
        bib_id=bib_id,
        title=title or "",
        by_barcode=by_barcode,
        item_id=item_id if this_item else None,
        patron=patron,
        card_status=card_status,
        slots=frozenset(slots or ()),
        mine=mine,
        has_it=has_it,
        items=items,
        queue=queue,
        earlier=cut.earlier(),
    )
