"""When a reader says that an item was returned and the library still has it as on loan (声称已还).

The loan stays open, in the reader's name and among their loans, but frozen: it is not overdue, nobody is reminded of
it, and it cannot be renewed. Staff look for the item where it should have come back. It ends in one of three ways: the
item is scanned somewhere (``checkin``: the reader's clock had stopped with the claim), the reader has it after all
(``withdraw_claim``), or it is lost, with or without a charge (``declare_lost``).
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.checking_in import checkin_plan
from wenyuan.lending.circulation.data import Block, BlockCode, CheckinReceipt, ClaimedItem, Mark, MarkReceipt
from wenyuan.lending.circulation.everyday import Refused, Request, scanned
from wenyuan.lending.circulation.lateness import drive
from wenyuan.lending.circulation.marking import Wish, look, mark, receipt_of
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.queueing import note_item
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.statements import Plan, Row, Statement, run
from wenyuan.plumbing.transactions import verb

NO_WAIVERS: frozenset[BlockCode] = frozenset()


@needs(Act.MARK_ITEMS)
@verb
def claim_returned(
    *,
    item: str,
    at: datetime,
    desk: Desk,
    back_date: date | None = None,
    branch_id: int | None = None,
    waive: frozenset[BlockCode] = NO_WAIVERS,
) -> MarkReceipt:
    """Note that the reader of an item says it was returned: on ``back_date`` (today, unless they say when) at a branch
    (the desk's), where it is looked for from now on. A day before the loan counts as its beginning, one to come as
    today.

    :raises NotAllowed: no right to mark items here.
    :raises Refused: unknown, not on loan, claimed already, no such branch, or as many claims open as one reader may
        have (``CLAIM_LIMIT``, which who may waive limits may waive).
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.MARK_ITEMS, desk.branch_id)
    request = Request(item=scanned(item), at=at, desk=desk, waive=waive)
    where = branch_id or desk.branch_id
    if where not in network_map().branches:
        raise Refused(Block(BlockCode.BRANCH_CLOSED_DOWN))
    loan, today = look(request).loan, local_date(at)
    first = local_date(loan.lent_at) if loan else today
    day = min(max(back_date or today, first), today)
    return receipt_of(mark(request, Wish(mark=Mark.CLAIMED, back_date=day, back_branch_id=where)))


@needs(Act.MARK_ITEMS)
@verb
def withdraw_claim(*, item: str, at: datetime, desk: Desk) -> MarkReceipt:
    """Note that the reader has the item after all: the loan goes on as if nobody had said anything, its due date too.

    :raises NotAllowed: no right to mark items here.
    :raises Refused: unknown, or nobody says it was returned.
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.MARK_ITEMS, desk.branch_id)
    return receipt_of(mark(Request(item=scanned(item), at=at, desk=desk), Wish(mark=Mark.UNCLAIMED)))


@needs(Act.CHECKIN)
def found_on_shelf(*, item: str, at: datetime, desk: Desk) -> CheckinReceipt:
    """Take in a claimed item that stood on its shelf: the reader was right. It counts as returned on the day they said,
    and never as late. Any other item is simply taken in.

    :raises NotAllowed: the operator may not take items back here.
    :raises Refused: unknown or withdrawn item.
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.CHECKIN, desk.branch_id)
    request = Request(item=scanned(item), at=at, desk=desk)
    open_loan = look(request).loan
    loan = Loan.objects.filter(id=open_loan.id, **_OPEN).first() if open_loan else None
    if loan is None or loan.claimed_at is None or loan.claimed_back_date is None:
        return drive(checkin_plan, request)
    evening = datetime.combine(loan.claimed_back_date + timedelta(days=1), time.min, library_zone())
    return drive(checkin_plan, replace(request, back_at=min(evening, loan.claimed_at, loan.due_at)))


@needs(Act.MARK_ITEMS)
@verb
def note_search(*, loan_id: int, searches: int, at: datetime, desk: Desk) -> bool:
    """Note that a claimed item was looked for in vain once more. ``searches`` is how often it had been when the list
    was made: a list that is sent twice counts once. Returns whether it was noted.

    :raises NotAllowed: no right to mark items here.
    """
    require(desk.operator, Act.MARK_ITEMS, desk.branch_id)
    rows = Loan.objects.filter(id=loan_id, searches=searches, **_OPEN)
    if not rows.update(searches=searches + 1, searched_at=at):
        return False
    item_id = Loan.objects.values_list("item_id", flat=True).get(id=loan_id)
    note_item(Kind.ITEM_NOT_FOUND, item_id, {"claimed": loan_id}, at=at, desk=desk)
    return True


_OPEN = {"claimed_at__isnull": False, "returned_at__isnull": True, "taken_at__isnull": True}


def claimed_items(branch_id: int, *, after: int = 0, size: int = 50) -> tuple[ClaimedItem, ...]:
    """What readers say came back to a branch and is still on loan, the oldest loan first; loan ids above ``after``."""

    def plan() -> Plan[list[Row]]:
        return (yield Statement(sql.CLAIMED_ITEMS, {"branch": branch_id, "after": after, "size": size}))

    return tuple(ClaimedItem(*row) for row in run(plan))


def count_claimed_items(branch_id: int) -> int:
    """How many items are looked for at a branch because a reader says they came back there."""
    return Loan.objects.filter(claimed_branch_id=branch_id, **_OPEN).count()
