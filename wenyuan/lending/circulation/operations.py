"""Circulation's verbs, for every door alike.

The everyday ones are optimistic (``everyday.py``): each needs two round trips and no lock held while deciding. All are
keyword-only, outermost, and take ``at`` and ``desk`` from the caller. A ``key`` (1 to 64 characters) makes a retry
return the first receipt of that very act, item and reader, whatever happened since; anything else under it is
``KeyReused``.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from wenyuan.lending.circulation.by_the_clock import renew_automatically
from wenyuan.lending.circulation.cells import (
    Cell,
    begin_policies,
    change_policies,
    copy_policies,
    drop_planned_policy,
)
from wenyuan.lending.circulation.checking_in import checkin_plan, receive_plan, use_plan
from wenyuan.lending.circulation.checking_out import checkout_plan
from wenyuan.lending.circulation.claiming import claim_returned, found_on_shelf, note_search, withdraw_claim
from wenyuan.lending.circulation.conditions import mark_damaged, mark_missing, mark_repaired
from wenyuan.lending.circulation.consigning import (
    change_consignment,
    consign_item,
    drop_consignment,
    open_consignment,
    send_consignment,
    unconsign_item,
)
from wenyuan.lending.circulation.data import (
    Block,
    BlockCode,
    CheckinReceipt,
    CheckoutReceipt,
    HoldReceipt,
    ItemFacts,
    RenewalOfOne,
    RenewalReceipt,
    TransitReceipt,
)
from wenyuan.lending.circulation.data.undoing import UndoneAct, UndoReceipt
from wenyuan.lending.circulation.everyday import Contended, KeyReused, Refused, Request, scanned
from wenyuan.lending.circulation.holding import Wish, place
from wenyuan.lending.circulation.lateness import drive
from wenyuan.lending.circulation.losing import declare_lost, lose_long_overdue
from wenyuan.lending.circulation.matrix import (
    PolicyProblem,
    PolicyReason,
    PolicyRefused,
    add_policy,
    end_policy,
    install_default_policies,
)
from wenyuan.lending.circulation.offline_lists import forget_offline, issue_offline_list
from wenyuan.lending.circulation.queueing import (
    cancel_hold,
    change_hold,
    expire_hold,
    expire_holds,
    forget_ended_holds,
    move_hold,
    report_not_found,
    resume_hold,
    suspend_hold,
)
from wenyuan.lending.circulation.recording import MOST_ACTS, record_acts, retry_offline_act, settle_offline_act
from wenyuan.lending.circulation.renewing import barcodes_of_card, renewal_plan
from wenyuan.lending.circulation.running_fines import charge_running_fines
from wenyuan.lending.circulation.sending import keep_item, send_item
from wenyuan.lending.circulation.taking_back import end_consignment, settle_shortage, take_back_consigned
from wenyuan.lending.circulation.taking_over.holds import look_at_past_holds, record_past_holds
from wenyuan.lending.circulation.taking_over.loans import look_at_past_loans, record_past_loans
from wenyuan.lending.circulation.telling import remind
from wenyuan.lending.circulation.undoing import take_back
from wenyuan.lending.circulation.undoing_losses import undo_loss
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.statements import run_outermost

__all__ = [
    "MOST_ACTS",
    "Cell",
    "Contended",
    "KeyReused",
    "PolicyProblem",
    "PolicyReason",
    "PolicyRefused",
    "Refused",
    "add_policy",
    "begin_policies",
    "cancel_hold",
    "change_consignment",
    "change_hold",
    "change_policies",
    "charge_running_fines",
    "checkin",
    "checkout",
    "claim_returned",
    "consign_item",
    "copy_policies",
    "declare_lost",
    "drop_consignment",
    "drop_planned_policy",
    "end_consignment",
    "end_policy",
    "expire_hold",
    "expire_holds",
    "forget_ended_holds",
    "forget_offline",
    "found_on_shelf",
    "install_default_policies",
    "issue_offline_list",
    "keep_item",
    "look_at_past_holds",
    "look_at_past_loans",
    "lose_long_overdue",
    "mark_damaged",
    "mark_missing",
    "mark_repaired",
    "move_hold",
    "note_search",
    "note_use",
    "open_consignment",
    "place_hold",
    "receive_transit",
    "record_acts",
    "record_past_holds",
    "record_past_loans",
    "remind",
    "renew",
    "renew_all",
    "renew_automatically",
    "report_not_found",
    "resume_hold",
    "retry_offline_act",
    "send_consignment",
    "send_item",
    "settle_offline_act",
    "settle_shortage",
    "suspend_hold",
    "take_back_consigned",
    "unconsign_item",
    "undo",
    "undo_loss",
    "withdraw_claim",
]

NO_WAIVERS: frozenset[BlockCode] = frozenset()


@needs(Act.CHECKOUT)
def checkout(
    *, item: str, card: str, at: datetime, desk: Desk, waive: frozenset[BlockCode] = NO_WAIVERS, key: str | None = None
) -> CheckoutReceipt:
    """Lend the item with this barcode to whoever this card, number or code belongs to.

    Length, limits and calendar are those of the desk's branch, fixed on the loan. The same account asking again within
    ten minutes gets the first receipt (``repeated``).

    :raises NotAllowed: the operator may not lend here.
    :raises Refused: with every block at once; ``waive`` lifts those that the operator may lift.
    :raises Contended: somebody else kept changing item or patron.
    :raises KeyReused: the key stands for another act.
    """
    require(desk.operator, Act.CHECKOUT, desk.branch_id)
    request = Request(item=scanned(item), card=scanned(card), at=at, desk=desk, waive=waive, key=key)
    return run_outermost(lambda: checkout_plan(request))


@needs(Act.CHECKIN)
def checkin(
    *, item: str, at: datetime, desk: Desk, back_at: datetime | None = None, key: str | None = None
) -> CheckinReceipt:
    """Take an item back; no card is needed. ``back_at`` is when the reader was done with it, where that was before: a
    book drop emptied on Monday counts as Saturday. A moment before the loan counts as its beginning, one to come not at
    all.

    In its lending group the loan is closed and the item stays, floats or begins a transit home; elsewhere it is taken
    (代收): the reader's clock stops and it travels to a branch that can close the loan. An item not on loan is put
    where it belongs all the same. A repeated check-in changes nothing and gives the same receipt.

    :raises NotAllowed: the operator may not take items back here.
    :raises Refused: unknown or withdrawn item.
    :raises Contended: somebody else kept changing the item.
    :raises KeyReused: the key stands for another act.
    """
    require(desk.operator, Act.CHECKIN, desk.branch_id)
    request = Request(item=scanned(item), at=at, desk=desk, back_at=back_at, key=key)
    return drive(checkin_plan, request)


@needs(Act.RENEW)
def renew(
    *,
    item: str,
    at: datetime,
    desk: Desk,
    card: str | None = None,
    waive: frozenset[BlockCode] = NO_WAIVERS,
    key: str | None = None,
) -> RenewalReceipt:
    """Prolong the loan of an item by today's policy of the branch that lent it; never shorter than it was.

    With a ``card`` the loan must be its patron's.

    :raises NotAllowed: the operator may not renew here.
    :raises Refused: with every block at once.
    :raises Contended: somebody else kept changing the loan.
    :raises KeyReused: the key stands for another act.
    """
    require(desk.operator, Act.RENEW, desk.branch_id)
    shown = None if card is None else scanned(card)
    request = Request(item=scanned(item), card=shown, at=at, desk=desk, waive=waive, key=key)
    return drive(renewal_plan, request)


@needs(Act.RENEW)
def renew_all(*, card: str, at: datetime, desk: Desk, only: Collection[str] | None = None) -> tuple[RenewalOfOne, ...]:
    """Prolong everything that the reader of this card has, or of it ``only`` these barcodes, each loan for itself, the
    earliest due first; what of each became. One that is refused does not keep the others.

    :raises NotAllowed: the operator may not renew here.
    :raises Refused: the card is nobody's.
    """
    require(desk.operator, Act.RENEW, desk.branch_id)
    barcodes = barcodes_of_card(scanned(card))
    if barcodes is None:
        raise Refused(Block(BlockCode.PATRON_UNKNOWN))
    wanted = [barcode for barcode in barcodes if only is None or barcode in only]
    return tuple(_renew_one(barcode, card=card, at=at, desk=desk) for barcode in wanted)


def _renew_one(barcode: str, *, card: str, at: datetime, desk: Desk) -> RenewalOfOne:
    try:
        return RenewalOfOne(barcode, renew(item=barcode, card=card, at=at, desk=desk), ())
    except Refused as refused:
        return RenewalOfOne(barcode, None, refused.blocks)
    except Contended:
        return RenewalOfOne(barcode, None, ())


@needs(Act.CHECKIN)
def note_use(*, item: str, at: datetime, desk: Desk) -> ItemFacts:
    """Count the use of an item in the library (馆内阅览): it was read at a table and goes back onto its shelf.

    :raises NotAllowed: the operator may not take items in here.
    :raises Refused: unknown, withdrawn, or on loan: then it wants to be taken back.
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.CHECKIN, desk.branch_id)
    request = Request(item=scanned(item), at=at, desk=desk)
    return run_outermost(lambda: use_plan(request))


@needs(Act.RECEIVE_TRANSIT)
def receive_transit(*, item: str, at: datetime, desk: Desk, key: str | None = None) -> TransitReceipt:
    """Receive an item that was sent to this branch; a loan taken elsewhere (代收) is closed with it.

    :raises NotAllowed: the operator may not receive here.
    :raises Refused: the item is unknown, not on its way, or on its way to another branch.
    :raises Contended: somebody else kept changing the item.
    :raises KeyReused: the key stands for another act.
    """
    require(desk.operator, Act.RECEIVE_TRANSIT, desk.branch_id)
    request = Request(item=scanned(item), at=at, desk=desk, key=key)
    return drive(receive_plan, request)


@needs(Act.PLACE_HOLD)
def place_hold(
    *,
    card: str,
    pickup_branch_id: int,
    at: datetime,
    desk: Desk,
    bib_id: int | None = None,
    item: str = "",
    this_item: bool = False,
    not_before: date | None = None,
    not_after: date | None = None,
    waive: frozenset[BlockCode] = NO_WAIVERS,
    key: str | None = None,
) -> HoldReceipt:
    """Let a reader wait for a title, named by its record or by the barcode of one of its items, at a pickup branch.

    With ``this_item`` only the scanned item will do. Whether the title may be held, how many holds a reader may have
    and how long they wait is the policy of the pickup branch. The same account asking again within ten minutes gets the
    first receipt.

    :raises NotAllowed: no right to holds at the desk's branch.
    :raises Refused: with every block at once; of a pickup branch that does not exist nothing else is told.
    :raises Contended: somebody else kept changing the patron.
    :raises KeyReused: the key stands for another act.
    """
    require(desk.operator, Act.PLACE_HOLD, desk.branch_id)
    request = Request(item=scanned(item), card=scanned(card), at=at, desk=desk, waive=waive, key=key)
    wish = Wish(
        bib_id=bib_id,
        this_item=this_item,
        pickup_branch_id=pickup_branch_id,
        not_before=not_before,
        not_after=not_after,
    )
    return place(request, wish)


@needs(Act.CHECKOUT, Act.CHECKIN, Act.RENEW)
def undo(*, key: str, at: datetime, desk: Desk) -> UndoReceipt:
    """Take back the loan, renewal or return that this account made at this branch under this key, within ten minutes
    and while nothing has happened to the item since.

    A loan is as if it had never been made, and the item is put where it belongs as a check-in does; a renewal gives the
    due date back; a return opens the loan again. The journal keeps the act and counts a second row against it. Asked
    again it changes nothing.

    :raises NotAllowed: the operator may not do here what is to be undone.
    :raises UndoRefused: with every reason why it stands.
    :raises Contended: the act is undone, but somebody else kept changing the item: scan it once more.
    """
    receipt = take_back(key=key, at=at, desk=desk)
    if receipt.act is not UndoneAct.LOAN or receipt.repeated:
        return receipt
    put = checkin(item=receipt.item.barcode, at=at, desk=desk)
    return replace(receipt, item=put.item, send_to=put.send_to, held=put.held)
