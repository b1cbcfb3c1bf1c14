"""Sending items to another branch by hand: a transit of reason ``move``, where no rule of lending would have begun one.

It ends as every other: received or checked in there, the item stays. Home and owner never change by it.
"""

from datetime import datetime

from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.checking_in import gather, may_serve
from wenyuan.lending.circulation.data import Block, BlockCode, SendReceipt
from wenyuan.lending.circulation.everyday import Request, journal, refuse, same_editions, scanned, until_settled, waived
from wenyuan.lending.circulation.facts import Hold, Item, ReturnFacts
from wenyuan.lending.circulation.rules.life_cycle import Step, after
from wenyuan.lending.circulation.rules.sending import (
    BY_HAND,
    blocks_for_keeping,
    blocks_for_sending,
    is_on_its_way,
)
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.statements import Plan, Statement, run
from wenyuan.plumbing.transactions import assert_in_verb, verb

NO_WAIVERS: frozenset[BlockCode] = frozenset()


@needs(Act.PACK_CRATES)
@verb
def send_item(
    *, item: str, to_branch_id: int, at: datetime, desk: Desk, waive: frozenset[BlockCode] = NO_WAIVERS
) -> SendReceipt:
    """Send the item in hand to another branch, where it stays when it arrives. Sent there from here already, nothing
    changes (``repeated``); what was on its way elsewhere turns round.

    :raises NotAllowed: the operator may not pack here.
    :raises Refused: with every block at once; ``waive`` lifts those that the operator may lift.
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.PACK_CRATES, desk.branch_id)
    return send(Request(item=scanned(item), at=at, desk=desk, waive=waive), to_branch_id)


@needs(Act.PACK_CRATES)
@verb
def keep_item(*, item: str, at: datetime, desk: Desk) -> SendReceipt:
    """An item that was sent from here by hand stays here after all: its transit is cancelled.

    :raises NotAllowed: the operator may not pack here.
    :raises Refused: unknown, or not on its way by hand from here.
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.PACK_CRATES, desk.branch_id)
    return keep(Request(item=scanned(item), at=at, desk=desk))


def send(
    request: Request, to_branch_id: int, *, consignment_id: int | None = None, also: tuple[Block, ...] = ()
) -> SendReceipt:
    """A step: as ``send_item``, whose right was asked; ``consignment_id`` is named in the journal, ``also`` stands
    against it besides."""
    assert_in_verb()
    item, repeated = run(lambda: until_settled(lambda: _send(request, to_branch_id, consignment_id, also)))
    shown = item.shown(state=after(item.state, Step.SEND), present_branch_id=request.desk.branch_id)
    return SendReceipt(item=shown, to_branch_id=to_branch_id, repeated=repeated)


def keep(request: Request, *, sent_from: int | None = None) -> SendReceipt:
    """A step: as ``keep_item``, whose right was asked; where it was ``sent_from``, if not from the desk's branch."""
    assert_in_verb()
    return run(lambda: until_settled(lambda: _keep(request, sent_from or request.desk.branch_id)))


def _send(
    request: Request, to_branch_id: int, consignment_id: int | None, also: tuple[Block, ...]
) -> Plan[tuple[Item, bool] | None]:
    facts = yield from gather(request)
    books = yield from books_of(facts.editions)
    here = request.desk.branch_id
    blocks = blocks_for_sending(
        facts, served=_served(facts, request, books), goes_somewhere=_goes_somewhere(here, to_branch_id, request, books)
    )
    refuse((*blocks, *also), request, item=facts.item.shown() if facts.item else None)
    item = facts.item
    assert item is not None, "an unknown item is a block that nobody lifts"
    if is_on_its_way(facts.transit, from_branch_id=here, to_branch_id=to_branch_id):
        return item, True
    details = {"to": to_branch_id, "reason": BY_HAND, **waived(blocks)}
    details |= {} if consignment_id is None else {"consignment": consignment_id}
    values = {
        **_values(facts, item, request, state=after(item.state, Step.SEND)),
        "send_to": to_branch_id,
        "send_reason": BY_HAND,
        **journal("sent", Kind.TRANSIT_SENT, item, None, request, details=details),
    }
    turned = "turn" if facts.transit else ""
    statement = sql.return_statement(loan="", transit=turned, send=True, clears=facts.to_clear)
    written = yield Statement(statement, values)
    return (item, False) if written else None


def _keep(request: Request, sent_from: int) -> Plan[SendReceipt | None]:
    facts = yield from gather(request)
    refuse(blocks_for_keeping(facts, branch_id=sent_from), request)
    item, transit = facts.item, facts.transit
    assert item is not None
    assert transit is not None
    details = {"transit": transit.id, "from": transit.from_branch_id, "to": transit.to_branch_id}
    values = {
        **_values(facts, item, request, state=after(item.state, Step.REST)),
        **journal("cancelled", Kind.TRANSIT_CANCELLED, item, None, request, details=details),
    }
    written = yield Statement(sql.return_statement(loan="", transit="cancel", send=False), values)
    if not written:
        return None
    shown = item.shown(state=after(item.state, Step.REST), present_branch_id=request.desk.branch_id)
    return SendReceipt(item=shown, to_branch_id=request.desk.branch_id)


def _served(facts: ReturnFacts, request: Request, books: Books) -> Hold | None:
    """The first waiting hold that the item may serve."""
    item = facts.item
    if item is None:
        return None
    return rules.first_served(facts.waiting, lambda hold: may_serve(item, hold, books, request.today))


def _goes_somewhere(here: int, to_branch_id: int, request: Request, books: Books) -> bool:
    branch = books.network.branches.get(to_branch_id)
    return branch is not None and branch.stands_on(request.today) and to_branch_id != here


def _values(facts: ReturnFacts, item: Item, request: Request, *, state: str) -> dict[str, object]:
    return {
        **same_editions(facts.editions),
        "item": item.id,
        "item_version": item.version,
        "branch": request.desk.branch_id,
        "account": request.desk.operator.account,
        "at": request.at,
        "state": state,
        "condition": item.condition,
        "transit": facts.transit.id if facts.transit else None,
    }
