"""Verbs on the condition of items that no reader has: missing from the shelf, damaged, repaired.

What was missing or lost is found by scanning it (``checkin``), which also says where it goes.
"""

from datetime import datetime

from wenyuan.lending.circulation.data import Mark, MarkReceipt
from wenyuan.lending.circulation.everyday import Request, scanned
from wenyuan.lending.circulation.marking import Wish, mark, receipt_of, settle_taken
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb


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


@needs(Act.MARK_ITEMS)
@verb
def mark_damaged(*, item: str, at: datetime, desk: Desk, note: str = "") -> MarkReceipt:
    """Note that an item is damaged, and in staff's words how; numbers that could be somebody's are masked in them. A
    hold it was captured for waits for the next one.

    :raises NotAllowed: no right to mark items here, or the item belongs and stands elsewhere.
    :raises Refused: unknown, withdrawn, damaged already, or in a condition that a scan ends.
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.MARK_ITEMS, desk.branch_id)
    return receipt_of(mark(Request(item=scanned(item), at=at, desk=desk), Wish(mark=Mark.DAMAGED, note=note)))
