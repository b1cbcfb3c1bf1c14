"""Noting an item's condition as a plan, as the everyday verbs are: gather, decide, write once.

The verbs (``losing``, ``claiming``) run it in a transaction of their own, because some of them charge as well. They
lock holds before items and items before patrons.
"""

from dataclasses import dataclass
from datetime import date, datetime

from wenyuan.kernel.identity import mask_name, mask_numbers
from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.books import books_of
from wenyuan.lending.circulation.data import Block, BlockCode, Cost, Mark, MarkReceipt
from wenyuan.lending.circulation.everyday import (
    Refused,
    Request,
    is_waived,
    journal,
    reader_ref,
    same_editions,
    until_settled,
    waived,
)
from wenyuan.lending.circulation.facts import Item, MarkFacts, read_mark
from wenyuan.lending.circulation.lateness import settle_at_mark
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import NotAllowed, may
from wenyuan.plumbing.statements import Plan, Row, Statement, run

NOTE_CHARACTERS = 200
KEEPING_THE_NOTE = frozenset({Mark.LOST, Mark.MISSING, Mark.CLAIMED})
"""Marks after which staff still read how the item was damaged before, and find it so."""
KINDS = {
    Mark.LOST: Kind.ITEM_LOST,
    Mark.MISSING: Kind.ITEM_MISSING,
    Mark.DAMAGED: Kind.ITEM_DAMAGED,
    Mark.REPAIRED: Kind.ITEM_REPAIRED,
    Mark.CLAIMED: Kind.CLAIM_MADE,
    Mark.UNCLAIMED: Kind.CLAIM_WITHDRAWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is noted beside the mark: staff's words on the damage, how an item was lost (``declared``, ``overdue``,
    ``claimed``), when and where the reader says it was returned."""

    mark: Mark
    note: str = ""
    how: str = ""
    back_date: date | None = None
    back_branch_id: int | None = None
    loan: tuple[int, datetime] | None = None
    """The loan that is meant, by id and due date, where only that one is."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What was found and what was written of it."""

    facts: MarkFacts
    decision: rules.MarkDecision


def mark(request: Request, wish: Wish) -> Marked:
    """A step: note the item's condition with what follows for its loan, transit and hold.

    :raises NotAllowed: the item neither belongs to nor stands at a branch where the operator may mark items.
    :raises Refused: with every block at once.
    :raises Contended: somebody else kept changing the item.
    """
    return run(lambda: until_settled(lambda: _attempt(request, wish)))


def look(request: Request) -> MarkFacts:
    """What a mark would be decided on; nothing is written."""
    return run(lambda: _gather(request))


def _gather(request: Request) -> Plan[MarkFacts]:
    rows = yield Statement(sql.GATHER_MARK, request.gathers())
    return read_mark(rows[0])


def _attempt(request: Request, wish: Wish) -> Plan[Marked | None]:
    facts = yield from _gather(request)
    blocks = rules.blocks_for_mark(facts, wish.mark)
    if wish.loan is not None and not _is_meant(facts, wish.loan):
        blocks = (*blocks, Block(BlockCode.NOT_ON_LOAN))
    if any(not is_waived(block, request) for block in blocks):
        raise Refused(*blocks, item=facts.item.shown() if facts.item else None)
    item = facts.item
    assert item is not None
    _require_at(item, facts, request)
    decision = rules.decide_mark(facts, wish.mark)
    if decision.loan and facts.patron and facts.patron.ref is None:
        yield reader_ref(facts.patron, request)
        return None
    details = waived(blocks)
    written: list[Row] = yield _write(facts, item, decision, request, wish, details)
    return Marked(facts, decision) if written else None


def _is_meant(facts: MarkFacts, loan: tuple[int, datetime]) -> bool:
    """Whether that loan is still in its reader's hands, neither renewed nor claimed."""
    now = facts.loan
    return now is not None and (now.id, now.due_at, now.taken_at, now.claimed_at) == (*loan, None, None)


def _require_at(item: Item, facts: MarkFacts, request: Request) -> None:
    """What a reader has is told at any desk; what stands somewhere is marked there or at its home."""
    operator, here = request.desk.operator, request.desk.branch_id
    if rules.is_in_hand(facts.loan) or here in (item.home_branch_id, item.present_branch_id):
        return
    if not may(operator, Act.MARK_ITEMS, item.home_branch_id):
        raise NotAllowed(Act.MARK_ITEMS, item.home_branch_id)


def _write(
    facts: MarkFacts,
    item: Item,
    decision: rules.MarkDecision,
    request: Request,
    wish: Wish,
    details: dict[str, object],
) -> Statement:
    loan, transit, captured, patron = facts.loan, facts.transit, facts.captured, facts.patron
    values: dict[str, object] = {
        **same_editions(facts.editions),
        "item": item.id,
        "item_version": item.version,
        "branch": request.desk.branch_id,
        "account": request.desk.operator.account,
        "at": request.at,
        "state": decision.state,
        "condition": decision.condition,
        "note": mask_numbers(wish.note.strip())[:NOTE_CHARACTERS],
        "keeps_note": wish.mark in KEEPING_THE_NOTE,
        "back_date": wish.back_date,
        "back_branch": wish.back_branch_id,
        "loan": loan.id if loan else None,
        "done_at": loan.taken_at if loan else None,
        "owes": False,
        "keep_patron": patron is not None and patron.keep_history,
        "transit": transit.id if transit else None,
    }
    details |= {"how": wish.how} if wish.how else {}
    of_loan: dict[str, object] = {}
    if loan is not None and decision.loan:
        of_loan = {"loan": loan.id, "due_at": loan.due_at.isoformat(), "lent_at_branch": loan.branch_id}
    touches = decision.loan in ("lose", "claim", "unclaim")
    whose = patron if touches else None
    more = {**details, **of_loan} if touches else details
    values |= journal("marked", KINDS[wish.mark], item, whose, request, details=more)
    if loan is not None and decision.loan == "close":
        values |= journal("closed", Kind.RETURN, item, patron, request, details={**of_loan, **_taken(loan.taken_at)})
    if transit is not None and decision.cancels:
        of_transit = {"transit": transit.id, "from": transit.from_branch_id}
        values |= journal("cancelled", Kind.TRANSIT_CANCELLED, item, None, request, details=of_transit)
    if captured is not None and decision.puts_back:
        values |= {"other_hold": captured.id, "other_hold_version": captured.version}
        values |= journal("put_back", Kind.HOLD_PUT_BACK, item, None, request, details={"hold": captured.id})
    statement = sql.mark_statement(loan=decision.loan, cancels=decision.cancels, puts_back=decision.puts_back)
    return Statement(statement, values)


def _taken(taken_at: datetime | None) -> dict[str, object]:
    return {"taken_at": taken_at.isoformat()} if taken_at else {}


def settle_taken(marked: Marked, request: Request) -> int:
    """A step: a taken (代收) item is gone, and its loan closed as returned: what the reader owes for having been late
    is due, as where it arrives; the fine in fen."""
    if marked.decision.loan != "close":
        return 0
    return settle_at_mark(marked.facts, run(lambda: books_of(marked.facts.editions)), request)


def receipt_of(
    marked: Marked, *, holds_ended: int = 0, cost: Cost | None = None, charge_id: int | None = None, fine_fen: int = 0
) -> MarkReceipt:
    """What is told of it."""
    facts, decision = marked.facts, marked.decision
    patron = facts.patron if decision.loan else None
    assert facts.item is not None
    return MarkReceipt(
        item=facts.item.shown(state=decision.state),
        condition=decision.condition,
        loan_id=facts.loan.id if facts.loan and decision.loan else None,
        patron_id=patron.id if patron else None,
        patron_name=mask_name(patron.name) if patron else "",
        hold_put_back=decision.puts_back,
        holds_ended=holds_ended,
        cost=cost,
        charge_id=charge_id,
        fine_fen=fine_fen,
    )
