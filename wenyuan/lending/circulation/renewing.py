"""Renewing as a plan."""

from dataclasses import replace
from datetime import datetime

from wenyuan.lending.circulation import keyed, rules, sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.data import Block, BlockCode, RenewalReceipt
from wenyuan.lending.circulation.everyday import (
    LocksWanted,
    Refused,
    Request,
    journal,
    reader_ref,
    refuse,
    same_editions,
    until_settled,
    waived,
)
from wenyuan.lending.circulation.facts import Item, Loan, Patron, RenewalFacts, read_renewal
from wenyuan.lending.circulation.lateness import Lateness, close_period, fine_of, lateness_of, open_days_late
from wenyuan.lending.circulation.policies import Policy
from wenyuan.lending.patrons.queries import token_hashes
from wenyuan.organisation.journal.data import Kind
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.statements import Plan, Statement, run

NOTHING_TO_RENEW = frozenset(
    {BlockCode.PATRON_UNKNOWN, BlockCode.ITEM_UNKNOWN, BlockCode.NOT_ON_LOAN, BlockCode.ITEM_ON_LOAN_TO_OTHER}
)


def renewal_plan(request: Request) -> Plan[RenewalReceipt]:
    """Prolong a loan; see ``operations.renew``."""
    return until_settled(lambda: _attempt(request))


def _attempt(request: Request) -> Plan[RenewalReceipt | None]:
    facts = yield from gather(request)
    if facts.earlier:
        return keyed.earlier_renewal(facts, facts.earlier, with_card=request.card is not None)
    books = yield from books_of(facts.editions)
    policy = _policy(facts, request, books)
    if facts.item and facts.loan and _is_repeated(facts, facts.loan, request):
        return _receipt(facts.item, facts.loan, policy, facts.loan.due_at, facts.loan.renewals, repeated=True)
    if request.loan_id is not None and (facts.loan is None or facts.loan.id != request.loan_id):
        raise Refused(Block(BlockCode.NOT_ON_LOAN))
    blocks, due = judge(facts, policy, request, books)
    refuse(blocks, request, item=facts.item.shown() if facts.item else None)
    item, loan, patron = facts.item, facts.loan, facts.patron
    assert item is not None
    assert loan is not None
    assert patron is not None
    assert policy is not None
    assert due is not None
    if patron.ref is None:
        yield reader_ref(patron, request)
        return None
    receipt = _receipt(item, loan, policy, due.at, loan.renewals + 1, repeated=False)
    late = _lateness(facts, item, loan, patron, request, books)
    if late:
        receipt = replace(receipt, fine_fen=fine_of(late, item))
    written = yield _write(facts, item, loan, patron, policy, due, request, receipt, blocks)
    if written and late:
        close_period(receipt.fine_fen, loan, item, request)
    return receipt if written else None


def _lateness(
    facts: RenewalFacts, item: Item, loan: Loan, patron: Patron, request: Request, books: Books
) -> Lateness | None:
    """What being late until now costs, where it costs anything. It suspends nobody: that is the return's.

    :raises LocksWanted: nothing is held yet.
    """
    if request.at <= loan.due_at and not facts.has_charge:
        return None
    days = open_days_late(loan, books, back_at=request.at)
    late = lateness_of(loan, patron.category_id, item, books, days=days, done=request.today)
    if not (facts.has_charge or (late.costs and late.money.fine_day_fen)):
        return None
    if not request.holds_locks:
        raise LocksWanted
    return late


def gather(request: Request) -> Plan[RenewalFacts]:
    """Everything that renewing rests on; no lock."""
    hashes = token_hashes(request.card) if request.card else []
    rows = yield Statement(sql.GATHER_RENEWAL, {**request.gathers(), "hashes": hashes})
    return (yield from _as_it_was(read_renewal(rows[0])))


def _as_it_was(facts: RenewalFacts) -> Plan[RenewalFacts]:
    """The facts of what a scan will find damaged, as it was before it was gone: nobody waits for it."""
    item = facts.item
    if item is None or item.condition not in rules.FOUND_AGAIN or not facts.waiting:
        return facts
    rows = yield Statement(sql.WAS_DAMAGED, {"item": item.id})
    return replace(facts, waiting=()) if rows and rows[0][0] else facts


def _policy(facts: RenewalFacts, request: Request, books: Books) -> Policy | None:
    """Today's policy of the branch that lent, for the reader and item of the loan."""
    if facts.item is None or facts.loan is None or facts.patron is None:
        return None
    return books.policy(facts.loan.branch_id, facts.patron.category_id, facts.item.type_id, request.today)


def _is_repeated(facts: RenewalFacts, loan: Loan, request: Request) -> bool:
    mine = request.card is None or facts.card_is_patrons
    return mine and rules.repeats_renewal(loan, account_id=request.desk.operator.account_id, at=request.at)


def judge(
    facts: RenewalFacts, policy: Policy | None, request: Request, books: Books
) -> tuple[tuple[Block, ...], rules.Due | None]:
    """Every block, and the new due date where there is a loan to renew and a policy for it."""
    loan = facts.loan
    waiting, is_wanted = _wanted(facts, request, books)
    blocks = rules.blocks_for_renewal(
        facts,
        policy,
        with_card=request.card is not None,
        is_wanted=is_wanted,
        is_recalled=bool(waiting and loan and loan.recalled_at),
        today=request.today,
    )
    if loan is None or policy is None or any(block.code in NOTHING_TO_RENEW for block in blocks):
        return blocks, None
    due = rules.due_of_renewal(
        policy,
        loan,
        current=local_date(loan.due_at),
        today=request.today,
        expires=facts.patron.expires_date if facts.patron else None,
        calendar=books.network.calendar(loan.branch_id),
        zone=library_zone(),
    )
    if due.at <= loan.due_at:
        blocks = (*blocks, Block(BlockCode.RENEWAL_GAINS_NOTHING))
    return blocks, due


def _wanted(facts: RenewalFacts, request: Request, books: Books) -> tuple[bool, bool]:
    """Whether a hold waits that this item may fill, and whether one does that only this item can; one whose pickup
    branch it may not go to does not count, and a damaged item fills none."""
    item = facts.item
    if item is None or not rules.is_for_readers(item):
        return False, False

    def lends(pickup_branch_id: int, home_branch_id: int) -> bool:
        return books.network.lend_to_each_other(pickup_branch_id, home_branch_id, request.today)

    waiting = [hold for hold in facts.waiting if lends(hold.pickup_branch_id, item.home_branch_id)]
    return bool(waiting), bool(waiting) and not rules.others_can_serve(waiting, facts.free_homes, lends)


def _write(
    facts: RenewalFacts,
    item: Item,
    loan: Loan,
    patron: Patron,
    policy: Policy,
    due: rules.Due,
    request: Request,
    receipt: RenewalReceipt,
    blocks: tuple[Block, ...],
) -> Statement:
    details: dict[str, object] = {
        "loan": loan.id,
        "due_at": due.at.isoformat(),
        "policy": policy.row_id,
        **waived(blocks),
        **({"fine_fen": receipt.fine_fen} if receipt.fine_fen else {}),
        **({"automatic": True} if request.loan_id else {}),
    }
    if request.key:
        details |= keyed.of_renewal(receipt) | keyed.before_renewal(loan)
    values: dict[str, object] = {
        **same_editions(facts.editions),
        "item": item.id,
        "item_version": item.version,
        "loan": loan.id,
        "patron": patron.id,
        "patron_version": patron.version,
        "account": request.desk.operator.account,
        "at": request.at,
        "base_due_date": due.base,
        "due_at": due.at,
        "was_due_at": loan.due_at,
        "was_renewals": loan.renewals,
        "policy": policy.row_id,
        **journal("renewed", Kind.RENEWAL, item, patron, request, key=request.key, details=details),
    }
    return Statement(sql.renewal_statement(), values, sql.PATRON_CHANGED)


def _receipt(
    item: Item, loan: Loan, policy: Policy | None, due_at: datetime, renewals: int, *, repeated: bool
) -> RenewalReceipt:
    limit = policy.max_renewals if policy else None
    return RenewalReceipt(
        loan_id=loan.id,
        item=item.shown(),
        patron_id=loan.patron_id,
        due_at=due_at,
        due_date=local_date(due_at),
        renewals=renewals,
        renewals_left=None if limit is None else max(0, limit - renewals),
        repeated=repeated,
    )


def barcodes_of_card(card: str) -> tuple[str, ...] | None:
    """What the reader of a card has in hand, the earliest due first; none where the card is nobody's."""

    def plan() -> Plan[tuple[str, ...] | None]:
        rows = yield Statement(sql.BARCODES_OF_CARD, {"hashes": token_hashes(card)})
        return tuple(row[1] for row in rows if row[1] is not None) if rows else None

    return run(plan)
