"""The everyday verbs as plans: gather without locks, decide, write once; gather again when somebody was faster."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from wenyuan.kernel.identity import age_band, mask_name
from wenyuan.kernel.opening import days_overdue
from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.data import (
    Block,
    BlockCode,
    CheckinOutcome,
    CheckinReceipt,
    CheckoutPreview,
    CheckoutReceipt,
    RenewalReceipt,
    TransitReceipt,
)
from wenyuan.lending.circulation.facts import (
    CheckoutFacts,
    Earlier,
    Item,
    Loan,
    Patron,
    RenewalFacts,
    ReturnFacts,
    read_checkout,
    read_renewal,
    read_return,
)
from wenyuan.lending.circulation.policies import Policy
from wenyuan.lending.patrons.queries import token_hashes
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import row_of
from wenyuan.organisation.journal.sql import COLUMNS as JOURNAL_COLUMNS
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.statements import Conflict, Plan, Statement

MAX_GATHERS = 8
"""How often a verb looks again before it gives up; each time somebody else has written in between."""


class Refused(Exception):
    """The verb did nothing; ``blocks`` are all the reasons, not only the first."""

    def __init__(self, *blocks: Block) -> None:
        super().__init__(", ".join(block.code.value for block in blocks))
        self.blocks = blocks


class Contended(Exception):
    """Somebody else changed item or patron at every attempt; nothing was written. The caller may ask again."""


class KeyReused(Exception):
    """The key of this request already stands for another act: a fault of the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What every everyday verb is asked: which item, when, from where, under which key."""

    item: str
    at: datetime
    desk: Desk
    key: str | None = None
    waive: frozenset[BlockCode] = frozenset()
    card: str | None = None

    @property
    def today(self) -> date:
        return local_date(self.at)

    def gathers(self) -> Mapping[str, object]:
        return {"barcode": self.item, "year": self.today.year, "key": self.key}


# Checkout ------------------------------------------------------------------------------------------------------------


def checkout_plan(request: Request) -> Plan[CheckoutReceipt]:
    """Lend an item; see ``operations.checkout``."""
    for _ in range(MAX_GATHERS):
        facts = yield from _gather_checkout(request)
        if facts.earlier:
            return _receipt_of_earlier_checkout(facts, request, facts.earlier)
        books = yield from books_of(facts.editions)
        if facts.loan and rules.repeats_checkout(
            facts.loan, facts.patron, account_id=request.desk.operator.account_id, at=request.at
        ):
            return _receipt_of_repeated_checkout(facts, facts.loan, request, books)
        policy, blocks = _judge_checkout(facts, request, books)
        refuse(blocks, request)
        item, patron = facts.item, facts.patron
        assert item is not None
        assert patron is not None
        assert policy is not None
        if patron.ref is None:
            yield _reader_ref(patron, request)
            continue
        due = rules.due_of_loan(
            policy, today=request.today, calendar=books.network.calendar(request.desk.branch_id), zone=library_zone()
        )
        try:
            written = yield _write_checkout(facts, item, patron, policy, due, request)
        except Conflict:
            continue
        if written:
            return CheckoutReceipt(
                loan_id=written[0][0],
                item=item.shown(state="on_loan", present_branch_id=request.desk.branch_id),
                patron_id=patron.id,
                card=request.card or "",
                due_at=due.at,
                due_date=due.day,
                lent_at=request.at,
                policy_id=policy.row_id,
                open_loans=facts.holdings.count + 1,
                max_loans=policy.max_loans,
            )
    raise Contended


def preview_plan(request: Request) -> Plan[CheckoutPreview]:
    """What a checkout would say now; one round trip, nothing written."""
    facts = yield from _gather_checkout(request)
    books = yield from books_of(facts.editions)
    policy, blocks = _judge_checkout(facts, request, books)
    left = tuple(block for block in blocks if not _is_waived(block, request))
    due = None
    if policy and facts.item and facts.patron:
        calendar = books.network.calendar(request.desk.branch_id)
        due = rules.due_of_loan(policy, today=request.today, calendar=calendar, zone=library_zone()).day
    return CheckoutPreview(
        item=facts.item.shown() if facts.item else None,
        patron_id=facts.patron.id if facts.patron else None,
        blocks=left,
        due_date=due,
        policy_id=policy.row_id if policy else None,
    )


def _gather_checkout(request: Request) -> Plan[CheckoutFacts]:
    hashes = token_hashes(request.card or "")
    rows = yield Statement(sql.GATHER_CHECKOUT, {**request.gathers(), "hashes": hashes, "at": request.at})
    return read_checkout(rows[0])


def _judge_checkout(facts: CheckoutFacts, request: Request, books: Books) -> tuple[Policy | None, tuple[Block, ...]]:
    branch_id, today = request.desk.branch_id, request.today
    policy = None
    if facts.item and facts.patron:
        policy = books.policy(branch_id, facts.patron.category_id, facts.item.type_id, today)
    home = facts.item.home_branch_id if facts.item else branch_id
    blocks = rules.blocks_for_checkout(facts, policy, place=books.place(branch_id, home, today), today=today)
    return policy, blocks


def refuse(blocks: tuple[Block, ...], request: Request) -> None:
    """:raises Refused: with every block unless each is waived by one who may."""
    if any(not _is_waived(block, request) for block in blocks):
        raise Refused(*blocks)


def _is_waived(block: Block, request: Request) -> bool:
    return (
        block.code in request.waive
        and block.waiver is not None
        and may(request.desk.operator, block.waiver, request.desk.branch_id)
    )


def _write_checkout(
    facts: CheckoutFacts, item: Item, patron: Patron, policy: Policy, due: rules.Due, request: Request
) -> Statement:
    desk = request.desk
    values: dict[str, object] = {
        "item": item.id,
        "item_version": item.version,
        "patron": patron.id,
        "patron_version": patron.version,
        "branch": desk.branch_id,
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
    details: dict[str, object] = {"due_at": due.at.isoformat(), "policy": policy.row_id}
    if request.waive:
        details["waived"] = sorted(code.value for code in request.waive)
    values |= _journal("lent", Kind.LOAN, item, patron, request, key=request.key, details=details)
    if facts.transit:
        values["transit"] = facts.transit.id
        values |= _journal("cancelled", Kind.TRANSIT_CANCELLED, item, None, request, details={"by": "loan"})
    return Statement(sql.checkout_statement(ends_transit=facts.transit is not None), values)


def _receipt_of_earlier_checkout(facts: CheckoutFacts, request: Request, earlier: Earlier) -> CheckoutReceipt:
    if earlier.kind != Kind.LOAN or facts.item is None or earlier.subject_id != facts.item.id or facts.patron is None:
        raise KeyReused
    due_at = datetime.fromisoformat(earlier.details["due_at"])
    return CheckoutReceipt(
        loan_id=earlier.details["loan"],
        item=facts.item.shown(state="on_loan"),
        patron_id=facts.patron.id,
        card=request.card or "",
        due_at=due_at,
        due_date=local_date(due_at),
        lent_at=earlier.occurred_at,
        policy_id=earlier.details["policy"],
        open_loans=facts.holdings.count,
        max_loans=None,
        repeated=True,
    )


def _receipt_of_repeated_checkout(facts: CheckoutFacts, loan: Loan, request: Request, books: Books) -> CheckoutReceipt:
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


# Check-in ------------------------------------------------------------------------------------------------------------


def checkin_plan(request: Request, *, only_arrivals: bool = False) -> Plan[CheckinReceipt]:
    """Take an item back; see ``operations.checkin``. ``only_arrivals`` refuses what was not sent to this branch."""
    for _ in range(MAX_GATHERS):
        facts = yield from _gather_return(request)
        item = facts.item
        if item is None:
            raise Refused(Block(BlockCode.ITEM_UNKNOWN))
        if item.state == "withdrawn":
            raise Refused(Block(BlockCode.ITEM_WITHDRAWN))
        books = yield from books_of(facts.editions)
        if only_arrivals and facts.earlier is None:
            _refuse_unless_sent_here(facts, request, books)
        if _is_repeated_return(facts, request):
            return _receipt_of_repeated_return(facts, item, request, books)
        if facts.patron and facts.patron.ref is None:
            yield _reader_ref(facts.patron, request)
            continue
        decision = _decide_return(facts, item, request, books)
        if decision.changes:
            try:
                written = yield _write_return(facts, item, decision, request)
            except Conflict:
                continue
            if not written:
                continue
        return _receipt_of_return(facts, item, decision, request, books)
    raise Contended


def receive_plan(request: Request) -> Plan[TransitReceipt]:
    """Receive an item that was sent here; see ``operations.receive_transit``."""
    facts = yield from _gather_return(request)
    receipt = yield from checkin_plan(request, only_arrivals=True)
    transit_id, from_branch_id = _arrived_by(facts)
    return TransitReceipt(
        transit_id=transit_id,
        item=receipt.item,
        from_branch_id=from_branch_id,
        loan_closed=receipt.outcome is CheckinOutcome.RETURNED,
        send_to=receipt.send_to,
    )


def _arrived_by(facts: ReturnFacts) -> tuple[int, int]:
    """Id and origin of the transit that this request ends, or ended before (the answer of a key)."""
    if facts.earlier is not None:
        return facts.earlier.details["transit"], facts.earlier.details["from"]
    assert facts.transit is not None
    return facts.transit.id, facts.transit.from_branch_id


def _gather_return(request: Request) -> Plan[ReturnFacts]:
    rows = yield Statement(sql.GATHER_RETURN, request.gathers())
    return read_return(rows[0])


def _refuse_unless_sent_here(facts: ReturnFacts, request: Request, books: Books) -> None:
    if facts.transit is None:
        raise Refused(Block(BlockCode.NO_TRANSIT))
    if facts.transit.to_branch_id != request.desk.branch_id:
        branch = books.network.branches[facts.transit.to_branch_id]
        raise Refused(Block(BlockCode.TRANSIT_ELSEWHERE, facts={"branch": branch.code}))


def _is_repeated_return(facts: ReturnFacts, request: Request) -> bool:
    if facts.earlier is not None:
        if facts.item is None or facts.earlier.subject_id != facts.item.id:
            raise KeyReused
        return True
    return rules.repeats_return(
        facts, account_id=request.desk.operator.account_id, branch_id=request.desk.branch_id, at=request.at
    )


def _decide_return(facts: ReturnFacts, item: Item, request: Request, books: Books) -> rules.ReturnDecision:
    branch_id, today = request.desk.branch_id, request.today
    policy = books.policy(branch_id, None, item.type_id, today)
    return rules.decide_return(
        facts,
        place=books.place(branch_id, item.home_branch_id, today),
        return_route=policy.return_route if policy else "home",
    )


def _write_return(facts: ReturnFacts, item: Item, decision: rules.ReturnDecision, request: Request) -> Statement:
    desk = request.desk
    values: dict[str, object] = {
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
    }
    patron, loan = facts.patron, facts.loan
    key = request.key
    if decision.loan and loan is not None:
        values["loan"] = loan.id
        values["keep_patron"] = patron is not None and patron.keep_history
        name, kind = ("closed", Kind.RETURN) if decision.loan == "close" else ("taken", Kind.TAKEN)
        details: dict[str, object] = {
            "loan": loan.id,
            "due_at": loan.due_at.isoformat(),
            "lent_at_branch": loan.branch_id,
        }
        if loan.taken_at is not None:
            details["taken_at"] = loan.taken_at.isoformat()
        if facts.transit is not None:
            details |= _of_transit(facts)
        values |= _journal(name, kind, item, patron, request, key=key, details=details)
        key = None
    if decision.transit == "receive":
        values |= _journal("received", Kind.TRANSIT_RECEIVED, item, None, request, key=key, details=_of_transit(facts))
        key = None
    elif decision.transit == "cancel":
        values |= _journal(
            "cancelled", Kind.TRANSIT_CANCELLED, item, None, request, key=key, details=_of_transit(facts)
        )
        key = None
    sends = decision.send_to is not None and (facts.transit is None or decision.transit == "turn")
    if sends:
        details = {"to": decision.send_to, "reason": decision.send_reason}
        values |= _journal("sent", Kind.TRANSIT_SENT, item, None, request, key=key, details=details)
        key = None
    if not decision.loan and decision.transit in ("", "turn") and not sends:
        values |= _journal("moved", Kind.ITEM_MOVED, item, None, request, key=key)
    return Statement(sql.return_statement(loan=decision.loan, transit=decision.transit, send=sends), values)


def _of_transit(facts: ReturnFacts) -> dict[str, object]:
    assert facts.transit is not None
    return {"transit": facts.transit.id, "from": facts.transit.from_branch_id}


def _receipt_of_return(
    facts: ReturnFacts, item: Item, decision: rules.ReturnDecision, request: Request, books: Books
) -> CheckinReceipt:
    outcome = {"close": CheckinOutcome.RETURNED, "take": CheckinOutcome.TAKEN}.get(
        decision.loan, CheckinOutcome.TAKEN if facts.loan else CheckinOutcome.NOT_ON_LOAN
    )
    return CheckinReceipt(
        outcome=outcome,
        item=item.shown(state=decision.state, present_branch_id=request.desk.branch_id),
        at=request.at,
        send_to=decision.send_to,
        arrived=decision.arrived,
        loan_id=facts.loan.id if facts.loan else None,
        patron_name=mask_name(facts.patron.name) if facts.patron else "",
        patron_id=facts.patron.id if facts.patron else None,
        days_overdue=_days_overdue(facts.loan, request, books) if facts.loan else 0,
        repeated=not decision.changes and facts.loan is not None,
    )


def _days_overdue(loan: Loan, request: Request, books: Books) -> int:
    back_on = local_date(loan.taken_at or request.at)
    calendar = books.network.calendar(loan.branch_id)
    return days_overdue(due=local_date(loan.due_at), on=back_on, calendar=calendar, count_closed=False)


def _receipt_of_repeated_return(facts: ReturnFacts, item: Item, request: Request, books: Books) -> CheckinReceipt:
    """The answer that was lost on the way: rebuilt from the closed loan and from where the item was sent."""
    last = facts.last
    late = 0
    if last:
        late = days_overdue(
            due=local_date(last.due_at),
            on=local_date(last.returned_at),
            calendar=books.network.calendar(last.branch_id),
            count_closed=False,
        )
    taken = facts.loan is not None
    if facts.earlier is not None and facts.earlier.kind not in (Kind.RETURN, Kind.TAKEN):
        outcome = CheckinOutcome.NOT_ON_LOAN
    else:
        outcome = CheckinOutcome.TAKEN if taken else CheckinOutcome.RETURNED
    return CheckinReceipt(
        outcome=outcome,
        item=item.shown(),
        at=last.returned_at if last else request.at,
        send_to=facts.transit.to_branch_id if facts.transit else None,
        loan_id=last.id if last else None,
        days_overdue=late,
        repeated=True,
    )


# Renewal -------------------------------------------------------------------------------------------------------------


def renewal_plan(request: Request) -> Plan[RenewalReceipt]:
    """Prolong a loan; see ``operations.renew``."""
    for _ in range(MAX_GATHERS):
        facts = yield from _gather_renewal(request)
        books = yield from books_of(facts.editions)
        item, loan, patron = facts.item, facts.loan, facts.patron
        policy = None
        if item and loan and patron:
            policy = books.policy(loan.branch_id, patron.category_id, item.type_id, request.today)
            if _is_repeated_renewal(facts, loan, request):
                return _renewal_receipt(item, loan, policy, loan.due_at, loan.renewals, repeated=True)
        elif facts.earlier:
            raise KeyReused
        blocks = rules.blocks_for_renewal(facts, policy, with_card=request.card is not None, today=request.today)
        refuse(blocks, request)
        assert item is not None
        assert loan is not None
        assert patron is not None
        assert policy is not None
        due = rules.due_of_renewal(
            policy,
            loan,
            current=local_date(loan.due_at),
            today=request.today,
            calendar=books.network.calendar(loan.branch_id),
            zone=library_zone(),
        )
        if due.at <= loan.due_at:
            raise Refused(*blocks, Block(BlockCode.RENEWAL_GAINS_NOTHING))
        if patron.ref is None:
            yield _reader_ref(patron, request)
            continue
        written = yield _write_renewal(item, loan, patron, policy, due, request)
        if written:
            return _renewal_receipt(item, loan, policy, due.at, loan.renewals + 1, repeated=False)
    raise Contended


def _gather_renewal(request: Request) -> Plan[RenewalFacts]:
    hashes = token_hashes(request.card) if request.card else []
    rows = yield Statement(sql.GATHER_RENEWAL, {**request.gathers(), "hashes": hashes})
    return read_renewal(rows[0])


def _is_repeated_renewal(facts: RenewalFacts, loan: Loan, request: Request) -> bool:
    if facts.earlier is not None:
        if facts.item is None or facts.earlier.subject_id != facts.item.id or facts.earlier.kind != Kind.RENEWAL:
            raise KeyReused
        return True
    mine = request.card is None or facts.card_is_patrons
    return mine and rules.repeats_renewal(loan, account_id=request.desk.operator.account_id, at=request.at)


def _write_renewal(
    item: Item, loan: Loan, patron: Patron, policy: Policy, due: rules.Due, request: Request
) -> Statement:
    details: dict[str, object] = {"loan": loan.id, "due_at": due.at.isoformat(), "policy": policy.row_id}
    values: dict[str, object] = {
        "loan": loan.id,
        "patron": patron.id,
        "patron_version": patron.version,
        "account": request.desk.operator.account_id,
        "at": request.at,
        "base_due_date": due.base,
        "due_at": due.at,
        "was_due_at": loan.due_at,
        "was_renewals": loan.renewals,
        "policy": policy.row_id,
        **_journal("renewed", Kind.RENEWAL, item, patron, request, key=request.key, details=details),
    }
    return Statement(sql.renewal_statement(), values)


def _renewal_receipt(
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


# Shared --------------------------------------------------------------------------------------------------------------


def _reader_ref(patron: Patron, request: Request) -> Statement:
    return Statement(sql.READER_REF, {"patron": patron.id, "year": request.today.year})


def _journal(
    name: str,
    kind: Kind,
    item: Item,
    patron: Patron | None,
    request: Request,
    *,
    key: str | None = None,
    details: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The values ``:{name}_{column}`` of one journal row about this item."""
    desk = request.desk
    entry = Entry(
        kind=kind,
        occurred_at=request.at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=desk.branch_id,
        area_id=desk.area_id,
        service_point_id=desk.service_point_id,
        item_home_id=item.home_branch_id,
        item_present_id=item.present_branch_id,
        item_owner_id=item.owner_id,
        patron_home_id=patron.home_branch_id if patron else None,
        patron_category=patron.category if patron else "",
        age_band=age_band(patron.birth_date, on=request.today).value if patron else "",
        gender=patron.gender if patron else "",
        item_type=item.type_code,
        document_kind=item.document_kind,
        class_letter=item.class_letter,
        collection=item.collection,
        source=item.source,
        subject_kind="item",
        subject_id=item.id,
        reader_ref=patron.ref if patron else None,
        key=key,
        details=details or {},
    )
    values = dict(zip((f"{name}_{column}" for column in JOURNAL_COLUMNS), row_of(entry), strict=True))
    values[f"{name}_details"] = json.dumps(entry.details)
    return values
