"""Verbs on the condition of items that no reader has: missing from the shelf, damaged, repaired.

What was missing or lost is found by scanning it (``checkin``), which also says where it goes.
"""

from dataclasses import replace
from datetime import datetime

from wenyuan.kernel.identity import mask_name
from wenyuan.lending.circulation.books import books_of
from wenyuan.lending.circulation.data import Block, BlockCode, Mark, MarkReceipt
from wenyuan.lending.circulation.everyday import Refused, Request, scanned
from wenyuan.lending.circulation.facts import MarkFacts
from wenyuan.lending.circulation.losing import cost_of
from wenyuan.lending.circulation.marking import Wish, mark, receipt_of, settle_taken
from wenyuan.lending.fees.data import ChargeKind
from wenyuan.lending.fees.operations import charge
from wenyuan.lending.patrons.queries import patron_by_token
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.statements import run
from wenyuan.plumbing.transactions import verb

REMOVED = "removed"
"""The status of a card that leads to nobody any more."""


@needs(Act.MARK_ITEMS)
@verb
def mark_missing(*, item: str, at: datetime, desk: Desk) -> MarkReceipt:
    """Note that an item is not where it should stand. Its transit ends, a hold it was captured for waits for the next
    one. A loan that was only taken (代收) is closed, and settled as where the item arrives. Scanned again it is found.

    :raises NotAllowed: no right to mark items here, or the item belongs and stands elsewhere.
    :raises Refused: unknown, withdrawn, on loan, or missing or lost already.
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.MARK_ITEMS, desk.branch_id)
    request = Request(item=scanned(item), at=at, desk=desk)
    marked = mark(request, Wish(mark=Mark.MISSING))
    return receipt_of(marked, fine_fen=settle_taken(marked, request))


@needs(Act.MARK_ITEMS)
@verb
def mark_repaired(*, item: str, at: datetime, desk: Desk) -> MarkReceipt:
    """Note that a damaged item is in order again.

    :raises NotAllowed: no right to mark items here, or the item belongs and stands elsewhere.
    :raises Refused: unknown, withdrawn, not damaged, or in a condition that a scan ends.
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.MARK_ITEMS, desk.branch_id)
    return receipt_of(mark(Request(item=scanned(item), at=at, desk=desk), Wish(mark=Mark.REPAIRED)))


@needs(Act.MARK_ITEMS, Act.ADD_CHARGE)
@verb
def mark_damaged(
    *, item: str, at: datetime, desk: Desk, note: str = "", share_percent: int = 0, card: str = ""
) -> MarkReceipt:
    """Note that an item is damaged, and in staff's words how; numbers that could be somebody's are masked in them. A
    hold it was captured for waits for the next one.

    ``share_percent`` of what its loss would cost, and the fee for the work, is charged to the reader who has it, or to
    that of the ``card`` where nobody has; owed to the branch that lent it, else to that of its home.

    :raises NotAllowed: no right to mark items here, or to charge; or the item belongs and stands elsewhere.
    :raises Refused: unknown, withdrawn, damaged already, or in a condition that a scan ends; the card is nobody's.
    :raises Contended: somebody else kept changing the item.
    :raises ValueError: no such share, or nobody to charge it to.
    """
    require(desk.operator, Act.MARK_ITEMS, desk.branch_id)
    if not 0 <= share_percent <= 100:
        raise ValueError("a share is 0 to 100 percent")
    if share_percent:
        require(desk.operator, Act.ADD_CHARGE, desk.branch_id)
    request = Request(item=scanned(item), at=at, desk=desk)
    marked = mark(request, Wish(mark=Mark.DAMAGED, note=note))
    receipt = receipt_of(marked)
    return _charge_share(marked.facts, receipt, request, share_percent, card) if share_percent else receipt


def _charge_share(
    facts: MarkFacts, receipt: MarkReceipt, request: Request, share_percent: int, card: str
) -> MarkReceipt:
    loan = facts.loan
    patron_id, name = _who_pays(facts, card)
    cost = cost_of(facts, run(lambda: books_of(facts.editions)), at=request.at, share_percent=share_percent)
    branch_id = loan.branch_id if loan else receipt.item.home_branch_id
    done = charge(
        patron_id=patron_id,
        kind=ChargeKind.DAMAGED,
        amount_fen=cost.total_fen,
        fee_fen=cost.fee_fen,
        branch_id=branch_id,
        loan_id=loan.id if loan else None,
        item_id=receipt.item.id,
        at=request.at,
        desk=request.desk,
    )
    audit(
        at=request.at,
        desk=request.desk,
        act="charge_damage",
        subject_kind="item",
        subject_id=receipt.item.id,
        branch_id=branch_id,
        after={"share_percent": share_percent, "price_fen": cost.price_fen, "fee_fen": cost.fee_fen},
    )
    charge_id = done.charge_id if done else None
    return replace(receipt, patron_id=patron_id, patron_name=name, cost=cost, charge_id=charge_id)


def _who_pays(facts: MarkFacts, card: str) -> tuple[int, str]:
    """The reader of the open loan, else of the card, with the masked name."""
    if facts.patron is not None:
        return facts.patron.id, mask_name(facts.patron.name)
    if not card.strip():
        raise ValueError("there is nobody to charge the damage to")
    found = patron_by_token(scanned(card))
    if found is None or found.token_status == REMOVED:
        raise Refused(Block(BlockCode.PATRON_UNKNOWN))
    return found.patron.id, found.patron.masked_name
