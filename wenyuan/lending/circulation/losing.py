"""Items that readers have lost: said so, or so long overdue that they count as lost.

The loan ends as lost with the item (as it does in dp2, and in Koha where it is set so): it no longer counts for its
reader, is late no more and cannot be renewed; what is left is the debt, which forgets loan and item only when it is
settled and cannot be found any more. Brought back, the item is simply checked in.
"""

import logging
from datetime import datetime
from decimal import Decimal

from django.db import DatabaseError

from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.data import Charging, Cost, LossCharged, LossPreview, Mark, MarkReceipt
from wenyuan.lending.circulation.everyday import Contended, Refused, Request, scanned
from wenyuan.lending.circulation.facts import Editions, Loan, MarkFacts
from wenyuan.lending.circulation.lateness import (
    close_period,
    fine_of,
    lateness_at_mark,
    open_days_late,
    settle_at_mark,
)
from wenyuan.lending.circulation.marking import Wish, look, mark, receipt_of, settle_taken
from wenyuan.lending.circulation.policies import MoneyPolicy
from wenyuan.lending.circulation.queueing import end_holds_of_item, lock_holds_of_item
from wenyuan.lending.fees.data import MOST_FEN, ChargeKind, FeesRefused, compensation
from wenyuan.lending.fees.operations import charge
from wenyuan.organisation.rights.data import CLOCK, Act, Desk, Door
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import LARGEST_ID, Plan, Row, Statement, run
from wenyuan.plumbing.transactions import verb

log = logging.getLogger(__name__)
CHUNK = 500


@needs(Act.MARK_ITEMS, Act.FORGIVE_FEE)
@verb
def declare_lost(
    *, item: str, at: datetime, desk: Desk, charging: Charging = Charging.PRICE, reason: str = ""
) -> MarkReceipt:
    """Note that an item is lost. On loan, its loan ends as lost and its reader owes what the policy of the lending
    branch says, to that branch: the price by its factor and the fee for the work, or (``IN_KIND``: they bring the same
    edition) the fee alone. What a return of that day would cost is due as well (``NOTHING``: neither). Not on loan,
    nobody owes anything.

    Its transit ends; a hold it was captured for waits for the next item; holds that only this item can fill are
    cancelled, and their readers told.

    :raises NotAllowed: no right to mark items here, or (``NOTHING``) none to forgive what the branch that lent it is
        owed.
    :raises Refused: unknown, withdrawn, or lost already.
    :raises Contended: somebody else kept changing the item.
    :raises ValueError: nothing is to be charged to a reader, and no reason is given.
    """
    require(desk.operator, Act.MARK_ITEMS, desk.branch_id)
    request = Request(item=scanned(item), at=at, desk=desk)
    lock_holds_of_item(request.item)
    found = look(request)
    wish = Wish(mark=Mark.LOST, how="claimed" if found.loan and found.loan.claimed_at else "declared")
    return _lose(request, wish, charging=charging, reason=reason)


def _lose(request: Request, wish: Wish, *, charging: Charging, reason: str) -> MarkReceipt:
    marked = mark(request, wish)
    facts, loan = marked.facts, marked.facts.loan
    assert facts.item is not None
    ended = end_holds_of_item(facts.item.id, at=request.at, desk=request.desk)
    if loan is None or marked.decision.loan != "lose":
        return receipt_of(marked, holds_ended=ended, fine_fen=settle_taken(marked, request))
    cost, charge_id, fine_fen = None, None, 0
    if charging is Charging.NOTHING:
        require(request.desk.operator, Act.FORGIVE_FEE, loan.branch_id)
        if not reason.strip():
            raise ValueError("a loss is not let off without a reason")
        close_period(0, loan, facts.item, request)
    else:
        books = _books(facts)
        cost = cost_of(facts, books, at=request.at, in_kind=charging is Charging.IN_KIND)
        charge_id = _charge(facts, loan, cost, request)
        fine_fen = settle_at_mark(facts, books, request)
    audit(
        at=request.at,
        desk=request.desk,
        act="declare_lost",
        subject_kind="item",
        subject_id=facts.item.id,
        branch_id=loan.branch_id,
        reason=reason,
        after={
            "loan": loan.id,
            "how": wish.how,
            "charging": charging.value,
            "price_fen": cost.price_fen if cost else 0,
            "fee_fen": cost.fee_fen if cost else 0,
            "fine_fen": fine_fen,
        },
    )
    return receipt_of(marked, holds_ended=ended, cost=cost, charge_id=charge_id, fine_fen=fine_fen)


def _charge(facts: MarkFacts, loan: Loan, cost: Cost, request: Request) -> int | None:
    assert facts.item is not None
    done = charge(
        patron_id=loan.patron_id,
        kind=ChargeKind.LOST,
        amount_fen=cost.total_fen,
        fee_fen=cost.fee_fen,
        branch_id=loan.branch_id,
        loan_id=loan.id,
        item_id=facts.item.id,
        at=request.at,
        desk=request.desk,
    )
    return done.charge_id if done else None


def cost_of(facts: MarkFacts, books: Books, *, at: datetime, in_kind: bool = False, share_percent: int = 100) -> Cost:
    """What replaces an item that its reader lost, or a share of it, by today's policy of the branch that lent it (of
    the item's home, where nobody has it)."""
    item, loan, patron = facts.item, facts.loan, facts.patron
    assert item is not None
    branch_id = loan.branch_id if loan else item.home_branch_id
    money = books.money(branch_id, patron.category_id if patron else None, item.type_id, local_date(at))
    found = compensation(
        facts.type_price_fen if facts.price_fen is None else facts.price_fen,
        factor=_factor(money),
        fee_fen=money.processing_fee_fen,
        share_percent=share_percent,
        in_kind=in_kind,
    )
    # No more than any charge may be: a price typed wrongly must not keep an item from being lost.
    price_fen = min(found.price_fen, MOST_FEN - found.fee_fen)
    return Cost(price_fen=price_fen, fee_fen=found.fee_fen, is_of_type=facts.price_fen is None)


def _factor(money: MoneyPolicy) -> Decimal:
    return Decimal(money.price_percent) / 100


def preview_loss(*, item: str, at: datetime, desk: Desk) -> LossPreview | None:
    """What ``declare_lost`` would charge now, and to whom; none for an unknown item. Nothing is written."""
    facts = look(Request(item=scanned(item), at=at, desk=desk))
    if facts.item is None:
        return None
    books, loan = _books(facts), facts.loan
    is_lent = rules.is_in_hand(loan)
    late = lateness_at_mark(facts, books, at=at) if is_lent else None
    return LossPreview(
        patron_id=loan.patron_id if loan and is_lent else None,
        branch_id=loan.branch_id if loan and is_lent else None,
        cost=cost_of(facts, books, at=at),
        cost_in_kind=cost_of(facts, books, at=at, in_kind=True),
        fine_fen=fine_of(late, facts.item) if late and late.costs else 0,
    )


def loss_charged(charge_id: int) -> LossCharged | None:
    """What a reader was charged for an item that they lost, and by which rule; none for another charge, or one that has
    forgotten its loan. Nothing is written."""
    return run(lambda: _loss_charged(charge_id)) if charge_id <= LARGEST_ID else None


def _loss_charged(charge_id: int) -> Plan[LossCharged | None]:
    rows = yield Statement(sql.LOSS_CHARGED, {"charge": charge_id})
    if not rows:
        return None
    network, policies, branch_id, patron_id, category_id, type_id, on, in_kind, *more = rows[0]
    books = yield from books_of(Editions(network, policies))
    money = books.money(branch_id, category_id, type_id, on)
    barcode, title, call_no, item_price_fen, is_of_type, charged_fen, fee_fen, open_fen, fine = more
    price_fen = max(0, charged_fen - fee_fen)
    return LossCharged(
        branch_id=branch_id,
        patron_id=patron_id,
        on=on,
        barcode=barcode,
        title=title,
        call_no=call_no,
        item_price_fen=item_price_fen,
        is_of_type=is_of_type,
        price_percent=money.price_percent,
        price_fen=price_fen,
        adds_up=compensation(item_price_fen, factor=_factor(money)).price_fen == price_fen,
        in_kind=in_kind,
        fee_fen=min(fee_fen, charged_fen),
        open_fen=open_fen,
        fine_fen=fine,
        found_days=money.found_days,
    )


def _books(facts: MarkFacts) -> Books:
    return run(lambda: books_of(facts.editions))


# By the clock ------------------------------------------------------------------------------------------------------


@needs()
def lose_long_overdue(*, at: datetime) -> int:
    """Let every item count as lost that is overdue by more open days of its lending branch than the policy allows, and
    charge its reader; how many. Each in a transaction of its own: whoever is killed half-way goes on the next night,
    and one that fails is logged and tried again. What its reader says was returned is left alone."""
    last_id = count = 0
    while True:
        rows = _overdue(after_id=last_id, at=at)
        for row in rows:
            count += _lose_if_due(row, at)
        if len(rows) < CHUNK:
            return count
        last_id = rows[-1][0]


def _overdue(*, after_id: int, at: datetime) -> list[Row]:
    def plan() -> Plan[list[Row]]:
        return (yield Statement(sql.LOANS_DUE, {"since": None, "until": at, "after": after_id, "size": CHUNK}))

    return run(plan)


def _lose_if_due(row: Row, at: datetime) -> bool:
    loan_id, branch_id, due_at, barcode, category_id, type_id, *editions = row
    books = run(lambda: books_of(Editions(*editions)))
    allowed = books.money(branch_id, category_id, type_id, local_date(at)).lost_after_days
    if allowed is None:
        return False
    request = Request(item=barcode, at=at, desk=Desk(operator=CLOCK, branch_id=branch_id, door=Door.WORKER))
    loan = look(request).loan
    if loan is None or open_days_late(loan, books, back_at=at) <= allowed:
        return False
    try:
        _lose_one(request, Wish(mark=Mark.LOST, how="overdue", loan=(loan_id, due_at)))
    except (Refused, Contended):  # brought back, renewed or claimed in the meantime
        return False
    except (DatabaseError, FeesRefused):
        log.exception("loan %s did not become lost", loan_id)
        return False
    return True


@verb
def _lose_one(request: Request, wish: Wish) -> None:
    lock_holds_of_item(request.item)
    _lose(request, wish, charging=Charging.PRICE, reason="")
