"""Batches of items that a station has for a season (流动站批次): opened, packed by scanning, sent.
How they come back is ``taking_back``.

A batch says which items went, until when, and how each one's stay ended. Where an item is in between is never written
here: its loan, its transit and its present branch tell (``sql.consignments``). The crates in which it travels are the
transit room's. Locks: the batch, then its item.
"""

from datetime import date, datetime

from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.holdings.catalogue.queries import get_item, price_of_item, titles_of
from wenyuan.lending.circulation.consignment_models import Consignment, ConsignmentLine
from wenyuan.lending.circulation.consignment_reads import consignment_lines, get_consignment
from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.lending.circulation.data.consignments import (
    ConsignmentObjection,
    ConsignmentReason,
    ConsignmentRefused,
    ConsignmentState,
    ConsignmentView,
    ConsignReceipt,
    LineEnd,
    Position,
    refused,
)
from wenyuan.lending.circulation.everyday import Request, scanned
from wenyuan.lending.circulation.rules import consignments as rules
from wenyuan.lending.circulation.rules.sending import BY_HAND
from wenyuan.lending.circulation.sending import NO_WAIVERS, keep, send
from wenyuan.lending.circulation.sql import consignments as sql
from wenyuan.lending.transit.queries import open_transit_of
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Statement, rows_of
from wenyuan.plumbing.transactions import verb

MOST_BARCODES_SHOWN = 5


@needs(Act.PACK_CRATES)
@verb
def open_consignment(
    *, to_branch_id: int, purpose: str, return_date: date, at: datetime, desk: Desk
) -> ConsignmentView:
    """Begin a batch at the desk's branch for a station: what for, and the day on which it is due back.

    :raises NotAllowed: the operator may not pack here.
    :raises ConsignmentRefused: the branch does not stand or is the desk's own, or the terms are none; all at once.
    """
    require(desk.operator, Act.PACK_CRATES, desk.branch_id)
    today, branch = local_date(at), network_map().branches.get(to_branch_id)
    objections = rules.objections_to_terms(purpose.strip(), return_date, today=today)
    if branch is None or not branch.stands_on(today) or to_branch_id == desk.branch_id:
        objections.insert(0, ConsignmentObjection(ConsignmentReason.BRANCH_UNFIT))
    if objections:
        raise ConsignmentRefused(*objections)
    row = Consignment.objects.create(
        from_branch_id=desk.branch_id,
        to_branch_id=to_branch_id,
        purpose=purpose.strip(),
        return_date=return_date,
        opened_at=at,
        opened_by_id=desk.operator.account_id,
    )
    return shown(row.id)


@needs(Act.PACK_CRATES)
@verb
def change_consignment(
    *, consignment_id: int, purpose: str, return_date: date, at: datetime, desk: Desk
) -> ConsignmentView:
    """Say anew what a batch is for, and when it is due back: a station keeps it for another season. Audited.

    :raises NotAllowed: the operator may not pack at the branch that sends it.
    :raises ConsignmentRefused: no such batch, it has ended or was given up, or the terms are none.
    """
    row = locked(consignment_id)
    require(desk.operator, Act.PACK_CRATES, row.from_branch_id)
    refuse_unless(row, ConsignmentState.PACKING, ConsignmentState.SENT)
    objections = rules.objections_to_terms(purpose.strip(), return_date, today=local_date(at))
    if objections:
        raise ConsignmentRefused(*objections)
    before = {"purpose": row.purpose, "return_date": row.return_date.isoformat()}
    row.purpose, row.return_date = purpose.strip(), return_date
    row.save(update_fields=["purpose", "return_date"])
    after = {"purpose": row.purpose, "return_date": row.return_date.isoformat()}
    audit(
        at=at,
        desk=desk,
        act="change_consignment",
        subject_kind="consignment",
        subject_id=row.id,
        before=before,
        after=after,
    )
    return shown(row.id)


@needs(Act.PACK_CRATES)
@verb
def consign_item(
    *, consignment_id: int, item: str, at: datetime, desk: Desk, waive: frozenset[BlockCode] = NO_WAIVERS
) -> ConsignReceipt:
    """Put the item in hand into a batch that is being packed at the desk's branch: it is sent to the station by hand.

    What another batch has is refused until it has been seen away from its station.

    :raises NotAllowed: the operator may not pack here.
    :raises ConsignmentRefused: no such batch, it is packed elsewhere, sent, given up or full.
    :raises Refused: why the item cannot be sent, with every block at once.
    :raises Contended: somebody else kept changing the item.
    """
    row = _being_packed(consignment_id, desk)
    barcode = scanned(item)
    rows_of(Statement(sql.LOCK_ITEM, {"barcode": barcode}))
    facts = get_item(barcode)
    request = Request(item=barcode, at=at, desk=desk, waive=waive)
    sent = send(request, row.to_branch_id, consignment_id=row.id, also=_also_against(facts, row))
    assert facts is not None, "an unknown item is refused"
    lines = ConsignmentLine.objects.filter(consignment=row)
    if repeated := lines.filter(item_id=facts.id).exists():
        return ConsignReceipt(sent=sent, items=lines.count(), repeated=repeated)
    if lines.count() >= rules.MOST_ITEMS:
        raise refused(ConsignmentReason.FULL, limit=rules.MOST_ITEMS)
    _end_line_of(facts.id, at)
    _write_line(row, facts, at, desk)
    return ConsignReceipt(sent=sent, items=lines.count())


@needs(Act.PACK_CRATES)
@verb
def unconsign_item(*, consignment_id: int, item: str, at: datetime, desk: Desk) -> None:
    """Take an item out of a batch that is being packed: it stays here.

    :raises NotAllowed: the operator may not pack here.
    :raises ConsignmentRefused: no such batch, it is packed elsewhere, sent or given up, or the item is not in it.
    :raises Contended: somebody else kept changing the item.
    """
    row = _being_packed(consignment_id, desk)
    line = ConsignmentLine.objects.filter(consignment=row, barcode=scanned(item)).first()
    if line is None:
        raise refused(ConsignmentReason.NOT_IN_IT)
    if goes_there(line.item_id, row) == desk.branch_id:
        keep(Request(item=line.barcode, at=at, desk=desk))
    line.delete()


@needs(Act.PACK_CRATES)
@verb
def send_consignment(*, consignment_id: int, at: datetime, desk: Desk) -> ConsignmentView:
    """Let a batch go: it gets its number, and its list never changes again.

    :raises NotAllowed: the operator may not pack here.
    :raises ConsignmentRefused: no such batch, it is packed elsewhere, sent already, given up or empty, or items of it
        are no longer on their way there.
    """
    row = _being_packed(consignment_id, desk)
    view = shown(row.id)
    if not view.items:
        raise refused(ConsignmentReason.EMPTY)
    if strays := _strays(row):
        facts: dict[str, int | str] = {"count": len(strays), "barcodes": ", ".join(strays[:MOST_BARCODES_SHOWN])}
        raise ConsignmentRefused(ConsignmentObjection(ConsignmentReason.LEFT_MEANWHILE, facts))
    row.number = rules.number_of(row.id, local_date(at).strftime("%Y%m%d"))
    row.sent_at, row.sent_by_id = at, desk.operator.account_id
    row.save(update_fields=["number", "sent_at", "sent_by"])
    record(entry_of(Kind.CONSIGNMENT_SENT, row, at=at, desk=desk, quantity=view.items))
    return shown(row.id)


@needs(Act.PACK_CRATES)
@verb
def drop_consignment(*, consignment_id: int, at: datetime, desk: Desk) -> None:
    """Give up a batch from which everything was taken out again.

    :raises NotAllowed: the operator may not pack here.
    :raises ConsignmentRefused: no such batch, it is packed elsewhere, sent or given up, or something is in it.
    """
    row = _being_packed(consignment_id, desk)
    if ConsignmentLine.objects.filter(consignment=row).exists():
        raise refused(ConsignmentReason.NOT_EMPTY)
    row.dropped_at = at
    row.save(update_fields=["dropped_at"])


def goes_there(item_id: int, row: Consignment) -> int:
    """From where the item is on its way to the station by hand; 0 where it is not."""
    transit = open_transit_of(item_id)
    if transit is None or (transit.to_branch_id, transit.reason) != (row.to_branch_id, BY_HAND):
        return 0
    return transit.from_branch_id


def _also_against(facts: ItemView | None, row: Consignment) -> tuple[Block, ...]:
    """What stands against an item in this batch, beside what stands against sending it."""
    if facts is None:
        return ()
    blocks = []
    if facts.home_branch_id == row.to_branch_id:
        blocks.append(Block(BlockCode.ITEM_BELONGS_THERE))
    for consignment_id, number, branch_id, position in rows_of(Statement(sql.POSITION_OF_ITEM, {"item": facts.id})):
        if consignment_id != row.id and not Position(position).is_back:
            blocks.append(Block(BlockCode.ITEM_CONSIGNED, facts={"number": number, "branch": branch_id}))
    return tuple(blocks)


def _end_line_of(item_id: int, at: datetime) -> None:
    """The batch that had the item before has it back: it has been seen away from that station."""
    open_line = ConsignmentLine.objects.filter(item_id=item_id, ended_at__isnull=True)
    open_line.update(ended_at=at, ended_as=LineEnd.BACK.value)


def _write_line(row: Consignment, facts: ItemView, at: datetime, desk: Desk) -> None:
    bib = titles_of([facts.bib_id]).get(facts.bib_id)
    ConsignmentLine.objects.create(
        consignment=row,
        item_id=facts.id,
        branch_id=row.to_branch_id,
        barcode=facts.barcode,
        title=" ".join(filter(None, (bib.title if bib else "", facts.volume))),
        call_no=facts.call_no,
        price_fen=price_of_item(facts.id).fen,
        added_at=at,
        added_by_id=desk.operator.account_id,
    )


def _strays(row: Consignment) -> list[str]:
    """Barcodes of items in the batch that are neither on their way to the station nor there."""
    here = (Position.COMING, Position.THERE, Position.LENT)
    return [line.barcode for line in consignment_lines(row.id, size=rules.MOST_ITEMS) if line.position not in here]


def locked(consignment_id: int) -> Consignment:
    """The batch, held until the end. :raises ConsignmentRefused: there is none."""
    row = Consignment.objects.select_for_update().filter(id=consignment_id).first()
    if row is None:
        raise refused(ConsignmentReason.UNKNOWN)
    return row


def _being_packed(consignment_id: int, desk: Desk) -> Consignment:
    """The batch, held, if it is being packed at the desk's branch by who may."""
    row = locked(consignment_id)
    require(desk.operator, Act.PACK_CRATES, row.from_branch_id)
    refuse_unless(row, ConsignmentState.PACKING)
    if desk.branch_id != row.from_branch_id:
        raise refused(ConsignmentReason.NOT_HERE, branch=row.from_branch_id)
    return row


REASON_OF = {
    ConsignmentState.PACKING: ConsignmentReason.NOT_SENT,
    ConsignmentState.SENT: ConsignmentReason.SENT_ALREADY,
    ConsignmentState.ENDED: ConsignmentReason.ENDED,
    ConsignmentState.DROPPED: ConsignmentReason.DROPPED,
}


def refuse_unless(row: Consignment, *states: ConsignmentState) -> None:
    """:raises ConsignmentRefused: the batch is in another state."""
    state = rules.state_of(sent_at=row.sent_at, ended_at=row.ended_at, dropped_at=row.dropped_at)
    if state not in states:
        raise refused(REASON_OF[state])


def entry_of(
    kind: Kind,
    row: Consignment,
    *,
    at: datetime,
    desk: Desk,
    quantity: int = 1,
    amount_fen: int = 0,
    **details: int | str,
) -> Entry:
    """A row of the journal about a batch."""
    return Entry(
        kind=kind,
        occurred_at=at,
        branch_id=row.from_branch_id,
        quantity=quantity,
        amount_fen=amount_fen,
        subject_kind="consignment",
        subject_id=row.id,
        details={"number": row.number or "", "from": row.from_branch_id, "to": row.to_branch_id, **details},
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        area_id=desk.area_id,
        service_point_id=desk.service_point_id,
    )


def shown(consignment_id: int) -> ConsignmentView:
    """The batch as doors see it, after a write."""
    found = get_consignment(consignment_id)
    assert found is not None, "it has just been written"
    return found
