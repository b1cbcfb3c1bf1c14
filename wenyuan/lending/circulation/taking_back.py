"""Taking a station's batch back: item by item as it is scanned, signed for, and what is short followed up."""

from datetime import datetime

from wenyuan.holdings.catalogue.queries import get_item_by_id
from wenyuan.lending.circulation.checking_in import checkin_plan
from wenyuan.lending.circulation.consigning import entry_of, goes_there, locked, refuse_unless, shown
from wenyuan.lending.circulation.consignment_models import Consignment, ConsignmentLine
from wenyuan.lending.circulation.data import Mark
from wenyuan.lending.circulation.data.consignments import (
    ConsignmentObjection,
    ConsignmentReason,
    ConsignmentRefused,
    ConsignmentState,
    ConsignmentView,
    LineEnd,
    Position,
    Settled,
    TakenBack,
    refused,
)
from wenyuan.lending.circulation.everyday import Request, scanned
from wenyuan.lending.circulation.lateness import drive
from wenyuan.lending.circulation.marking import Wish, mark
from wenyuan.lending.circulation.rules import consignments as rules
from wenyuan.lending.circulation.sending import keep
from wenyuan.lending.circulation.sql import consignments as sql
from wenyuan.lending.fees.data import MOST_FEN
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.statements import Statement, rows_of
from wenyuan.plumbing.transactions import verb


@needs(Act.PACK_CRATES, Act.CHECKIN)
def take_back_consigned(*, consignment_id: int, item: str, at: datetime, desk: Desk) -> TakenBack:
    """Take an item of a batch in hand back: it is checked in where it is scanned, and its stay at the station has
    ended. One that never arrived there is on its way there no more; one that had been missed is found. Who unpacks
    is not refused for what they hold: what is not of this batch is checked in all the same, and said.

    Three writes, each of which may be repeated: a scan that is cut off is mended by a second one.

    :raises NotAllowed: the operator may not pack where the batch came from, or not take items in here.
    :raises ConsignmentRefused: no such batch, it was never sent, or it is scanned at the station itself.
    :raises Refused: unknown or withdrawn item.
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.CHECKIN, desk.branch_id)
    request = Request(item=scanned(item), at=at, desk=desk)
    _end_errand(consignment_id, request)
    receipt = drive(checkin_plan, request)
    was = _note_back(consignment_id, receipt.item.id, at, desk)
    return TakenBack(receipt=receipt, listed=was is not None, was_short=was is LineEnd.SHORT)


@verb
def _end_errand(consignment_id: int, request: Request) -> None:
    """What comes back without ever having been received at the station goes there no more."""
    row = locked(consignment_id)
    require(request.desk.operator, Act.PACK_CRATES, row.from_branch_id)
    refuse_unless(row, ConsignmentState.SENT, ConsignmentState.ENDED)
    if request.desk.branch_id == row.to_branch_id:
        raise refused(ConsignmentReason.AT_STATION)
    line = ConsignmentLine.objects.filter(consignment=row, barcode=request.item).first()
    if line is not None and (sent_from := goes_there(line.item_id, row)):
        keep(request, sent_from=sent_from)


@verb
def _note_back(consignment_id: int, item_id: int, at: datetime, desk: Desk) -> LineEnd | None:
    """How its stay had ended before this scan; ``BACK`` where this scan ends it, nothing where it is not listed."""
    row = locked(consignment_id)
    line = ConsignmentLine.objects.filter(consignment=row, item_id=item_id).first()
    if line is None:
        return None
    if line.ended_at is None:
        line.ended_at, line.ended_as = at, LineEnd.BACK.value
        line.save(update_fields=["ended_at", "ended_as"])
    elif line.ended_as == LineEnd.SHORT and line.settled_at is None:
        _settle(row, line, Settled.FOUND, at=at, desk=desk)
        return LineEnd.SHORT
    return LineEnd.BACK


@needs(Act.PACK_CRATES)
@verb
def end_consignment(*, consignment_id: int, at: datetime, desk: Desk) -> ConsignmentView:
    """Sign for a batch that has come back: what has not been seen away from the station, and no reader has, is short.

    :raises NotAllowed: the operator may not pack where the batch came from.
    :raises ConsignmentRefused: no such batch, never sent, or ended already.
    """
    row = locked(consignment_id)
    require(desk.operator, Act.PACK_CRATES, row.from_branch_id)
    refuse_unless(row, ConsignmentState.SENT)
    rows_of(Statement(sql.END_LINES, {"consignment": row.id, "at": at}))
    row.ended_at, row.ended_by_id = at, desk.operator.account_id
    row.save(update_fields=["ended_at", "ended_by"])
    view = shown(row.id)
    back, lent, short = (view.counts.get(end.value, 0) for end in LineEnd)
    record(entry_of(Kind.CONSIGNMENT_ENDED, row, at=at, desk=desk, quantity=back, lent=lent, short=short))
    return view


@needs(Act.PACK_CRATES, Act.MARK_ITEMS)
@verb
def settle_shortage(
    *,
    line_id: int,
    settled_as: Settled,
    remark: str,
    at: datetime,
    desk: Desk,
    amount_fen: int | None = None,
) -> None:
    """Say what became of an item that a batch came back short of: charged to the station (``amount_fen``; nothing said,
    its price), or written off. The item counts as missing; scanned again it is found. The money is the libraries'
    among themselves and stands in no reader's account.

    :raises NotAllowed: the operator may not pack where the batch came from, or not mark items at the desk's branch.
    :raises ConsignmentRefused: no such line, not short, seen since, settled already, no remark, or no amount.
    :raises Refused: the item cannot be marked.
    :raises Contended: somebody else kept changing the item.
    """
    row, line = _line_of(line_id)
    require(desk.operator, Act.PACK_CRATES, row.from_branch_id)
    require(desk.operator, Act.MARK_ITEMS, desk.branch_id)
    charged = settled_as is Settled.CHARGED
    amount = (amount_fen if amount_fen is not None else line.price_fen) if charged else None
    objections = _against_settling(line, settled_as, remark.strip(), amount)
    if objections:
        raise ConsignmentRefused(*objections)
    item = get_item_by_id(line.item_id)
    assert item is not None, "a line names an item"
    if item.state != "withdrawn" and item.condition not in ("missing", "lost"):
        mark(Request(item=item.barcode, at=at, desk=desk), Wish(mark=Mark.MISSING, how="consignment"))
    _settle(row, line, settled_as, at=at, desk=desk, amount_fen=amount, remark=remark.strip())


def _line_of(line_id: int) -> tuple[Consignment, ConsignmentLine]:
    """A line and its batch, both held. :raises ConsignmentRefused: there is none."""
    consignment_id = ConsignmentLine.objects.filter(id=line_id).values_list("consignment_id", flat=True).first()
    row = locked(consignment_id or 0)
    return row, ConsignmentLine.objects.get(id=line_id)


def _against_settling(
    line: ConsignmentLine, settled_as: Settled, remark: str, amount: int | None
) -> list[ConsignmentObjection]:
    [(place,)] = rows_of(Statement(sql.POSITION_OF_LINE, {"line": line.id}))
    was_short = line.ended_as == LineEnd.SHORT
    if was_short and line.settled_at is not None:
        return [ConsignmentObjection(ConsignmentReason.SETTLED_ALREADY)]
    if not was_short or settled_as is Settled.FOUND or rules.end_of(Position(place)) is not LineEnd.SHORT:
        return [ConsignmentObjection(ConsignmentReason.NOT_SHORT)]
    found = []
    if not remark:
        found.append(ConsignmentObjection(ConsignmentReason.REMARK_MISSING))
    if len(remark) > rules.LONGEST_REMARK:
        found.append(ConsignmentObjection(ConsignmentReason.TEXT_TOO_LONG, {"limit": rules.LONGEST_REMARK}))
    if amount is not None and not 0 < amount <= MOST_FEN:
        found.append(ConsignmentObjection(ConsignmentReason.BAD_AMOUNT))
    return found


def _settle(
    row: Consignment,
    line: ConsignmentLine,
    settled_as: Settled,
    *,
    at: datetime,
    desk: Desk,
    amount_fen: int | None = None,
    remark: str = "",
) -> None:
    line.settled_at, line.settled_by_id, line.settled_as = at, desk.operator.account_id, settled_as.value
    line.amount_fen, line.remark = amount_fen, remark
    line.save(update_fields=["settled_at", "settled_by", "settled_as", "amount_fen", "remark"])
    entry = entry_of(
        Kind.SHORTAGE_SETTLED,
        row,
        at=at,
        desk=desk,
        amount_fen=amount_fen or 0,
        barcode=line.barcode,
        ended=settled_as.value,
    )
    record(entry)
