"""Taking back and receiving as plans."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from wenyuan.kernel.identity import mask_name
from wenyuan.lending.circulation import keyed, rules, sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.data import (
    Block,
    BlockCode,
    CheckinOutcome,
    CheckinReceipt,
    HeldFor,
    ItemFacts,
    TransitReceipt,
)
from wenyuan.lending.circulation.everyday import (
    LocksWanted,
    Overtaken,
    Refused,
    Request,
    journal,
    reader_ref,
    same_editions,
    until_settled,
)
from wenyuan.lending.circulation.facts import Earlier, Hold, Item, Loan, ReturnFacts, read_return
from wenyuan.lending.circulation.lateness import Lateness, found_terms, lateness_of, open_days_late, settle
from wenyuan.lending.circulation.plain import plain_return
from wenyuan.lending.fees.data import FoundTerms
from wenyuan.lending.fees.operations import settle_found
from wenyuan.lending.fees.queries import is_owed_for
from wenyuan.organisation.journal.data import Kind
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Conflict, Plan, Statement

CHECKIN, RECEIVE = "checkin", "receive_transit"


class _Answer(NamedTuple):
    """A receipt and the transit that the item came by, if any: its id and where it began."""

    receipt: CheckinReceipt
    transit_id: int | None
    from_branch_id: int | None


def checkin_plan(request: Request) -> Plan[CheckinReceipt]:
    """Take an item back; see ``operations.checkin``."""
    answer = yield from until_settled(lambda: _attempt(request, CHECKIN))
    return answer.receipt


def receive_plan(request: Request) -> Plan[TransitReceipt]:
    """Receive an item that was sent here; see ``operations.receive_transit``."""
    receipt, transit_id, from_branch_id = yield from until_settled(lambda: _attempt(request, RECEIVE))
    assert transit_id is not None
    assert from_branch_id is not None
    return TransitReceipt(
        transit_id=transit_id,
        item=receipt.item,
        from_branch_id=from_branch_id,
        loan_closed=receipt.outcome is CheckinOutcome.RETURNED,
        days_overdue=receipt.days_overdue,
        fine_fen=receipt.fine_fen,
        suspended_until=receipt.suspended_until,
        send_to=receipt.send_to,
        held=receipt.held,
    )


def _attempt(request: Request, verb: str) -> Plan[_Answer | None]:
    facts = (yield from plain_return(request)) or (yield from gather(request))
    if facts.earlier:
        return _earlier(facts, facts.earlier, verb)
    books = yield from books_of(facts.editions)
    item = _refuse_unless_returnable(facts, request, books, verb)
    if item.condition in rules.FOUND_AGAIN:
        facts = yield from _as_it_was(facts, item)
    if facts.captured and not may_serve(item, facts.captured, books, request.today):
        yield _put_back(facts, item, facts.captured, request)
        return None
    decision = decide(facts, item, request, books)
    if verb == CHECKIN and _is_repeated(facts, request) and not (decision.clears or decision.hold_step):
        receipt = yield from _receipt_of_repeated(facts, item, request, books)
        return (yield from _note(facts, item, receipt, request, verb))
    if facts.patron and facts.patron.ref is None:
        yield reader_ref(facts.patron, request)
        return None
    receipt = _receipt(facts, item, decision, request, books)
    if not decision.changes:
        return (yield from _note(facts, item, receipt, request, verb))
    late = _lateness(facts, item, decision, receipt, request, books)
    if late:
        receipt = _settled(late, facts, item, receipt, request)
    terms = yield from found_terms(item, books)
    if terms:
        receipt = _given_back(terms, item, receipt, request)
    try:
        owes = late is not None and facts.loan is not None and is_owed_for(facts.loan.id)
        written = yield _write(facts, item, decision, request, receipt, verb, owes=owes)
    except Conflict:
        written = []
    if not written:
        if late or terms:
            raise Overtaken
        return None
    if receipt.held and decision.hold_step:
        receipt = replace(receipt, held=replace(receipt.held, shelf_position=written[0][1]))
    return _answer(facts, receipt)


def gather(request: Request) -> Plan[ReturnFacts]:
    """Everything that taking back rests on; no lock."""
    rows = yield Statement(sql.GATHER_RETURN, request.gathers())
    return read_return(rows[0])


def _as_it_was(facts: ReturnFacts, item: Item) -> Plan[ReturnFacts]:
    """The facts of an item that is found, damaged if it was so before it was gone: then it serves nobody who waits."""
    rows = yield Statement(sql.WAS_DAMAGED, {"item": item.id})
    return replace(facts, found_as="damaged", waiting=()) if rows and rows[0][0] else facts


def _lateness(
    facts: ReturnFacts,
    item: Item,
    decision: rules.ReturnDecision,
    receipt: CheckinReceipt,
    request: Request,
    books: Books,
) -> Lateness | None:
    """What there is to settle when the loan is closed now; nothing while it is only taken (代收), whose day counts."""
    loan, days = facts.loan, receipt.days_overdue
    if loan is None or decision.loan != "close" or not (days or facts.has_charge):
        return None
    category_id = facts.patron.category_id if facts.patron else None
    done = local_date(_done_at(loan, request) or request.at)
    late = lateness_of(loan, category_id, item, books, days=days, done=done)
    return late if late.costs or facts.has_charge else None


def _settled(
    late: Lateness, facts: ReturnFacts, item: Item, receipt: CheckinReceipt, request: Request
) -> CheckinReceipt:
    """The receipt with what the lateness costs. :raises LocksWanted: nothing is held yet."""
    if not request.holds_locks:
        raise LocksWanted
    assert facts.loan is not None
    fine_fen, until = settle(late, facts.loan, item, request)
    return replace(receipt, fine_fen=fine_fen, suspended_until=until)


def _given_back(terms: FoundTerms, item: Item, receipt: CheckinReceipt, request: Request) -> CheckinReceipt:
    """The receipt with what the loss costs no more (R-29). :raises LocksWanted: nothing is held yet."""
    if not request.holds_locks:
        raise LocksWanted
    found = settle_found(item_id=item.id, at=request.learnt_at or request.at, desk=request.desk, terms=terms)
    return replace(
        receipt,
        price_off_fen=sum(one.cancelled_fen for one in found),
        due_back_fen=sum(one.due_back_fen for one in found),
    )


def _answer(facts: ReturnFacts, receipt: CheckinReceipt) -> _Answer:
    transit = facts.transit
    return _Answer(receipt, transit.id if transit else None, transit.from_branch_id if transit else None)


def _earlier(facts: ReturnFacts, earlier: Earlier, verb: str) -> _Answer:
    receipt = keyed.earlier_return(facts, earlier, verb=verb)
    return _Answer(receipt, earlier.details.get("transit"), earlier.details.get("from"))


def _refuse_unless_returnable(facts: ReturnFacts, request: Request, books: Books, verb: str) -> Item:
    item, transit = facts.item, facts.transit
    if item is None:
        raise Refused(Block(BlockCode.ITEM_UNKNOWN))
    if item.state == "withdrawn":
        raise Refused(Block(BlockCode.ITEM_WITHDRAWN), item=item.shown())
    if verb == RECEIVE and transit is None:
        raise Refused(Block(BlockCode.NO_TRANSIT))
    if verb == RECEIVE and transit is not None and transit.to_branch_id != request.desk.branch_id:
        branch = books.network.branches[transit.to_branch_id]
        raise Refused(Block(BlockCode.TRANSIT_ELSEWHERE, facts={"branch": branch.code}))
    return item


def _is_repeated(facts: ReturnFacts, request: Request) -> bool:
    return rules.repeats_return(
        facts, account_id=request.desk.operator.account_id, branch_id=request.desk.branch_id, at=request.at
    )


def decide(facts: ReturnFacts, item: Item, request: Request, books: Books) -> rules.ReturnDecision:
    """Where the item goes from the desk\'s branch, and what becomes of its loan, transit and holds."""
    branch_id, today = request.desk.branch_id, request.today
    category_id = facts.patron.category_id if facts.patron else None
    served = rules.first_served(facts.waiting, lambda hold: may_serve(item, hold, books, today))
    return rules.decide_return(
        facts,
        place=books.place(branch_id, item.home_branch_id, today),
        return_route=books.return_route(item.home_branch_id, category_id, item.type_id, today),
        served=served,
    )


def _put_back(facts: ReturnFacts, item: Item, hold: Hold, request: Request) -> Statement:
    """The item can no longer be handed out where its hold is fetched (a branch that closed or left the group, damage):
    the hold waits again at its place, and the item is then decided about as if nobody had wanted it."""
    values = {
        **same_editions(facts.editions),
        "item": item.id,
        "item_version": item.version,
        "at": request.at,
        "other_hold": hold.id,
        "other_hold_version": hold.version,
        **journal("put_back", Kind.HOLD_PUT_BACK, item, None, request, details={"hold": hold.id}),
    }
    return Statement(sql.let_go_statement(), values)


def may_serve(item: Item, hold: Hold, books: Books, today: date) -> bool:
    """Whether the item may be handed out to the hold's reader at its pickup branch."""
    return rules.may_serve(
        item,
        place=books.place(hold.pickup_branch_id, item.home_branch_id, today),
        policy=books.policy(hold.pickup_branch_id, hold.category_id, item.type_id, today),
    )


def _note(facts: ReturnFacts, item: Item, receipt: CheckinReceipt, request: Request, verb: str) -> Plan[_Answer | None]:
    """Nothing changes; under a key the journal keeps the answer, so that a late retry does nothing either."""
    if request.key is None:
        return _answer(facts, receipt)
    details = {**_of_transit(facts), **keyed.of_return(receipt, verb=verb)}
    values = {
        "item": item.id,
        "item_version": item.version,
        **journal("seen", Kind.ITEM_SEEN, item, None, request, key=request.key, quantity=0, details=details),
    }
    written = yield Statement(sql.ITEM_SEEN, values)
    return _answer(facts, receipt) if written else None


def _write(
    facts: ReturnFacts,
    item: Item,
    decision: rules.ReturnDecision,
    request: Request,
    receipt: CheckinReceipt,
    verb: str,
    *,
    owes: bool,
) -> Statement:
    """``owes``: something is open for the loan, which keeps its reader until that is settled (R-59)."""
    desk, loan = request.desk, facts.loan
    done_at = _done_at(loan, request) if loan else None
    values: dict[str, object] = {
        **same_editions(facts.editions),
        "item": item.id,
        "item_version": item.version,
        "branch": desk.branch_id,
        "account": desk.operator.account_id,
        "at": request.at,
        "state": decision.state,
        "condition": decision.condition,
        "transit": facts.transit.id if facts.transit else None,
        "send_to": decision.send_to,
        "send_reason": decision.send_reason,
        "loan": loan.id if loan else None,
        "owes": owes,
        "keep_patron": facts.patron is not None and facts.patron.keep_history,
        "today": request.shelf_day,
        "done_at": done_at,
    }
    if decision.hold and decision.hold_step:
        until = receipt.held.shelf_until if receipt.held else None
        values |= {"hold": decision.hold.id, "hold_version": decision.hold.version, "shelf_until": until}
    sends = decision.send_to is not None and (facts.transit is None or decision.transit == "turn")
    key = request.key
    for name, kind, details in _entries(facts, decision, sends=sends, branch_id=desk.branch_id, done_at=done_at):
        patron = facts.patron if name in ("closed", "taken") else None
        if name == "closed":
            details |= keyed.of_lateness(receipt)
        if name == "found":
            details |= keyed.of_found(receipt)
        if key:  # the first row of the act carries the key and the answer
            details |= {**_of_transit(facts), **keyed.of_return(receipt, verb=verb)}
        quantity = 0 if kind is Kind.ITEM_SEEN else 1
        values |= journal(name, kind, item, patron, request, key=key, quantity=quantity, details=details)
        key = None
    statement = sql.return_statement(
        loan=decision.loan,
        transit=decision.transit,
        send=sends,
        hold=decision.hold_step,
        clears=decision.clears,
        finds=decision.condition != item.condition,
    )
    return Statement(statement, values)


def _entries(
    facts: ReturnFacts,
    decision: rules.ReturnDecision,
    *,
    sends: bool,
    branch_id: int,
    done_at: datetime | None,
) -> list[tuple[str, Kind, dict[str, object]]]:
    """The journal rows of this return as ``sql.return_statement`` names them: name, kind, details."""
    entries: list[tuple[str, Kind, dict[str, object]]] = []
    if decision.loan and facts.loan is not None:
        name, kind = ("closed", Kind.RETURN) if decision.loan == "close" else ("taken", Kind.TAKEN)
        entries.append((name, kind, {**_of_loan(facts.loan, done_at), **_of_transit(facts)}))
    if decision.transit == "receive":
        entries.append(("received", Kind.TRANSIT_RECEIVED, _of_transit(facts)))
    elif decision.transit == "cancel":
        entries.append(("cancelled", Kind.TRANSIT_CANCELLED, _of_transit(facts)))
    if sends:
        entries.append(("sent", Kind.TRANSIT_SENT, {"to": decision.send_to, "reason": decision.send_reason}))
    if decision.hold and decision.hold_step:
        kind = Kind.HOLD_READY if decision.hold_step == "shelve" else Kind.HOLD_SENT
        entries.append(("held", kind, {"hold": decision.hold.id, "pickup": decision.hold.pickup_branch_id}))
    if facts.item is not None and facts.item.condition != decision.condition:
        entries.append(("found", Kind.ITEM_FOUND, {"was": facts.item.condition}))
    if entries:
        return entries
    # A scan that only clears the hold shelf, or finds what was looked for, moves nothing.
    moves = facts.item is not None and facts.item.present_branch_id != branch_id
    return [("moved", Kind.ITEM_MOVED if moves else Kind.ITEM_SEEN, {})]


def _of_loan(loan: Loan, done_at: datetime | None) -> dict[str, object]:
    taken = {"taken_at": done_at.isoformat()} if done_at else {}
    return {"loan": loan.id, "due_at": loan.due_at.isoformat(), "lent_at_branch": loan.branch_id, **taken}


def _of_transit(facts: ReturnFacts) -> dict[str, object]:
    return {"transit": facts.transit.id, "from": facts.transit.from_branch_id} if facts.transit else {}


def _receipt(
    facts: ReturnFacts, item: Item, decision: rules.ReturnDecision, request: Request, books: Books
) -> CheckinReceipt:
    outcome = {"close": CheckinOutcome.RETURNED, "take": CheckinOutcome.TAKEN}.get(
        decision.loan, CheckinOutcome.TAKEN if facts.loan else CheckinOutcome.NOT_ON_LOAN
    )
    loan = facts.loan
    return CheckinReceipt(
        outcome=outcome,
        item=item.shown(state=decision.state, present_branch_id=request.desk.branch_id),
        at=request.at,
        send_to=decision.send_to,
        arrived=decision.arrived,
        loan_id=loan.id if loan else None,
        patron_name=mask_name(facts.patron.name) if facts.patron else "",
        patron_id=facts.patron.id if facts.patron else None,
        days_overdue=open_days_late(loan, books, back_at=_done_at(loan, request) or request.at) if loan else 0,
        held=_held(decision, item, request, books),
        repeated=not decision.changes and loan is not None,
    )


def _done_at(loan: Loan, request: Request) -> datetime | None:
    """When the reader was done with the item, if that was before it was scanned here: taken elsewhere (代收), put into
    a book drop, or said to be returned (R-30). Neither before it was lent nor after the scan."""
    if loan.taken_at is not None:
        return loan.taken_at
    said = [moment for moment in (request.back_at, loan.claimed_at) if moment is not None and moment < request.at]
    return max(min(said), loan.lent_at) if said else None


def _held(decision: rules.ReturnDecision, item: Item, request: Request, books: Books) -> HeldFor | None:
    """What the receipt says of the hold; its place on the shelf, if it is put there now, is known after the write."""
    hold = decision.hold
    if hold is None:
        return None
    until = hold.shelf_until
    if decision.hold_step == "shelve":
        branch_id, today = hold.pickup_branch_id, request.shelf_day
        policy = books.hold_policy(branch_id, hold.category_id, item.type_id, today)
        calendar = books.network.calendar(branch_id)
        until = rules.shelf_until(today=today, days=policy.hold_shelf_days, calendar=calendar)
    return _held_for(hold, here=request.desk.branch_id, until=until)


def _held_for(hold: Hold, *, here: int, until: date | None) -> HeldFor:
    ready = hold.pickup_branch_id == here
    return HeldFor(
        hold_id=hold.id,
        patron_id=hold.patron_id,
        pickup_branch_id=hold.pickup_branch_id,
        ready=ready,
        shelf_position=hold.shelf_position if ready else None,
        shelf_until=until if ready else None,
    )


def _receipt_of_repeated(facts: ReturnFacts, item: Item, request: Request, books: Books) -> Plan[CheckinReceipt]:
    """The answer that was lost on the way: rebuilt from the closed loan, from where the item was sent and, where it was
    late, from the journal, which knows what that cost."""
    last, captured = facts.last, facts.captured
    assert last is not None
    receipt = CheckinReceipt(
        outcome=CheckinOutcome.RETURNED,
        item=item.shown(),
        at=last.returned_at,
        send_to=facts.transit.to_branch_id if facts.transit else None,
        loan_id=last.id,
        days_overdue=open_days_late(last, books, back_at=last.taken_at or last.returned_at),
        held=_held_for(captured, here=request.desk.branch_id, until=captured.shelf_until) if captured else None,
        repeated=True,
    )
    if not receipt.days_overdue:
        return receipt
    rows = yield Statement(sql.RETURN_OF_LOAN, {"item": item.id, "loan": last.id})
    return keyed.with_lateness(receipt, json.loads(rows[0][0])) if rows else receipt


def use_plan(request: Request) -> Plan[ItemFacts]:
    """Count the use of an item in the library; see ``operations.note_use``."""
    return until_settled(lambda: _attempt_use(request))


def _attempt_use(request: Request) -> Plan[ItemFacts | None]:
    facts = yield from gather(request)
    item = facts.item
    if item is None:
        raise Refused(Block(BlockCode.ITEM_UNKNOWN))
    if item.state == "withdrawn":
        raise Refused(Block(BlockCode.ITEM_WITHDRAWN), item=item.shown())
    if facts.loan is not None:
        raise Refused(Block(BlockCode.ITEM_ON_LOAN_TO_OTHER), item=item.shown())
    values = {
        "item": item.id,
        "item_version": item.version,
        **journal("seen", Kind.ITEM_USED, item, None, request),
    }
    written = yield Statement(sql.ITEM_SEEN, values)
    return item.shown() if written else None
