"""Lending as a plan, and what a checkout would say."""

from dataclasses import replace

from wenyuan.kernel.identity import age_band
from wenyuan.lending.circulation import keyed, rules, sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.data import Block, CheckoutPreview, CheckoutReceipt
from wenyuan.lending.circulation.everyday import (
    Request,
    is_waived,
    journal,
    reader_ref,
    refuse,
    same_editions,
    until_settled,
    waived,
)
from wenyuan.lending.circulation.facts import CheckoutFacts, Item, Loan, Patron, read_checkout
from wenyuan.lending.circulation.plain import plain_checkout
from wenyuan.lending.circulation.policies import Policy
from wenyuan.lending.circulation.rules.life_cycle import Step, after
from wenyuan.lending.circulation.rules.returns import FOUND_AGAIN
from wenyuan.lending.patrons.queries import token_hashes
from wenyuan.organisation.journal.data import Kind
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.statements import Plan, Statement


def checkout_plan(request: Request) -> Plan[CheckoutReceipt]:
    """Lend an item; see ``operations.checkout``."""
    return until_settled(lambda: _attempt(request))


def _attempt(request: Request) -> Plan[CheckoutReceipt | None]:
    facts = (yield from plain_checkout(request)) or (yield from gather(request))
    if facts.earlier:
        return keyed.earlier_checkout(facts, facts.earlier, request)
    books = yield from books_of(facts.editions)
    account_id = request.desk.operator.account_id
    if facts.loan and rules.repeats_checkout(facts.loan, facts.patron, account_id=account_id, at=request.at):
        return _receipt_of_repeated(facts, facts.loan, request, books)
    policy, blocks = yield from judge(facts, request, books)
    refuse(blocks, request, item=facts.item.shown() if facts.item else None)
    item, patron = facts.item, facts.patron
    assert item is not None
    assert patron is not None
    assert policy is not None
    if patron.ref is None:
        yield reader_ref(patron, request)
        return None
    calendar = books.network.calendar(request.desk.branch_id)
    due = rules.due_of_loan(
        policy,
        today=request.today,
        expires=patron.expires_date,
        calendar=calendar,
        zone=library_zone(),
        reader=patron.id,
    )
    written = yield _write(facts, item, patron, policy, due, request, blocks)
    return _receipt(facts, item, patron, policy, due, request, loan_id=written[0][0]) if written else None


def preview_plan(request: Request) -> Plan[CheckoutPreview]:
    """What a checkout would say now; one round trip, nothing written."""
    facts = yield from gather(request)
    books = yield from books_of(facts.editions)
    policy, blocks = yield from judge(facts, request, books)
    left = tuple(block for block in blocks if not is_waived(block, request))
    due = None
    if policy and facts.item and facts.patron:
        calendar = books.network.calendar(request.desk.branch_id)
        due = rules.due_of_loan(
            policy,
            today=request.today,
            expires=facts.patron.expires_date,
            calendar=calendar,
            zone=library_zone(),
            reader=facts.patron.id,
        ).day
    return CheckoutPreview(
        item=facts.item.shown() if facts.item else None,
        patron_id=facts.patron.id if facts.patron else None,
        blocks=left,
        due_date=due,
        policy_id=policy.row_id if policy else None,
    )


def gather(request: Request) -> Plan[CheckoutFacts]:
    """Everything that lending rests on; no lock."""
    hashes = token_hashes(request.card or "")
    rows = yield Statement(sql.GATHER_CHECKOUT, {**request.gathers(), "hashes": hashes, "at": request.at})
    return read_checkout(rows[0])


def judge(facts: CheckoutFacts, request: Request, books: Books) -> Plan[tuple[Policy | None, tuple[Block, ...]]]:
    """The policy for the case, and every reason against lending."""
    branch_id, today = request.desk.branch_id, request.today
    policy = None
    if facts.item and facts.patron:
        policy = books.policy(branch_id, facts.patron.category_id, facts.item.type_id, today)
        if policy and policy.money.value_within_deposit:
            rows = yield Statement(sql.WORTH_OF_LOANS, {"item": facts.item.id, "patron": facts.patron.id})
            facts = replace(facts, worth_fen=rows[0][0])
    home = facts.item.home_branch_id if facts.item else branch_id
    blocks = rules.blocks_for_checkout(facts, policy, place=books.place(branch_id, home, today), today=today)
    return policy, blocks


def _write(
    facts: CheckoutFacts,
    item: Item,
    patron: Patron,
    policy: Policy,
    due: rules.Due,
    request: Request,
    blocks: tuple[Block, ...],
) -> Statement:
    desk = request.desk
    values: dict[str, object] = {
        **same_editions(facts.editions),
        "item": item.id,
        "item_version": item.version,
        "patron": patron.id,
        "patron_version": patron.version,
        "loans": facts.holdings.loans,
        "state": after(item.state, Step.LEND),
        "branch": desk.branch_id,
        "stands_on": request.today if request.learnt_at is None else None,
        "account": desk.operator.account_id,
        "door": desk.door.value,
        "slot": facts.holdings.free_slot(),
        "policy": policy.row_id,
        "category": patron.category,
        "patron_home": patron.home_branch_id,
        "age_band": age_band(patron.birth_date, on=request.today).value,
        "at": request.at,
        "base_due_date": due.base,
        "due_at": due.at,
    }
    details: dict[str, object] = {"due_at": due.at.isoformat(), "policy": policy.row_id, **waived(blocks)}
    if request.key:
        details |= keyed.of_checkout(_receipt(facts, item, patron, policy, due, request, loan_id=0))
    values |= journal("lent", Kind.LOAN, item, patron, request, key=request.key, details=details)
    own, other = facts.own_hold, facts.captured
    if other is not None and other.patron_id == patron.id:
        other = None
    freed = own.captured_item_id if own and own.state == "on_shelf" and own.captured_item_id != item.id else None
    if own:
        values |= {"own_hold": own.id, "own_hold_version": own.version, "keep_patron": patron.keep_history}
        values |= {"freed": freed} if freed else {}
        values |= journal("filled", Kind.HOLD_FILLED, item, patron, request, details={"hold": own.id})
    if other:
        values |= {"other_hold": other.id, "other_hold_version": other.version}
        values |= journal("put_back", Kind.HOLD_PUT_BACK, item, None, request, details={"hold": other.id})
    finds = item.condition in FOUND_AGAIN
    if finds:
        values |= journal("found", Kind.ITEM_FOUND, item, None, request, details={"was": item.condition})
    if facts.transit:
        values["transit"] = facts.transit.id
        values |= journal("cancelled", Kind.TRANSIT_CANCELLED, item, None, request, details={"by": "loan"})
    statement = sql.checkout_statement(
        ends_transit=facts.transit is not None,
        counts_type=policy.max_loans_of_type is not None,
        fills=own is not None,
        frees=freed is not None,
        puts_back=other is not None,
        clears=facts.to_clear,
        finds=finds,
    )
    return Statement(statement, values, sql.PATRON_CHANGED)


def _receipt(
    facts: CheckoutFacts, item: Item, patron: Patron, policy: Policy, due: rules.Due, request: Request, *, loan_id: int
) -> CheckoutReceipt:
    return CheckoutReceipt(
        loan_id=loan_id,
        item=item.shown(state=after(item.state, Step.LEND), present_branch_id=request.desk.branch_id),
        patron_id=patron.id,
        card=request.card or "",
        due_at=due.at,
        due_date=due.day,
        lent_at=request.at,
        policy_id=policy.row_id,
        open_loans=facts.holdings.count + 1,
        max_loans=policy.max_loans,
    )


def _receipt_of_repeated(facts: CheckoutFacts, loan: Loan, request: Request, books: Books) -> CheckoutReceipt:
    assert facts.item is not None
    assert facts.patron is not None
    policy = books.policy(loan.branch_id, facts.patron.category_id, facts.item.type_id, request.today)
    return CheckoutReceipt(
        loan_id=loan.id,
        item=facts.item.shown(),
        patron_id=loan.patron_id,
        card=request.card or "",
        due_at=loan.due_at,
        due_date=local_date(loan.due_at),
        lent_at=loan.lent_at,
        policy_id=loan.policy_id,
        open_loans=facts.holdings.count,
        max_loans=policy.max_loans if policy else None,
        repeated=True,
    )
