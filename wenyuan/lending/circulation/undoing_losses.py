"""Taking back a loss that was declared for the wrong item, by the rules of every undo (``undoing.py``): the item's
loan is open again, and what it charged is cancelled by rows of the ledger. It locks the item, the loan and the reader.
"""

from dataclasses import dataclass
from datetime import datetime

from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.data import LoanEnd
from wenyuan.lending.circulation.data.undoing import LossFacts, UndoneAct, UndoReason, UndoReceipt, UndoRefused
from wenyuan.lending.circulation.everyday import scanned
from wenyuan.lending.circulation.facts import Item
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.rules.life_cycle import Step, after
from wenyuan.lending.circulation.undoing import count_against, free_slot, is_mine, lock_reader
from wenyuan.lending.fees.data import ChargeKind
from wenyuan.lending.fees.operations import cancel_loss
from wenyuan.lending.fees.queries import charges_of_loan
from wenyuan.organisation.journal.data import RecordedEntry
from wenyuan.organisation.journal.queries import get_entry
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Statement, rows_of
from wenyuan.plumbing.transactions import verb


@dataclass(frozen=True, slots=True)
class _Loss:
    """``sql.GATHER_LOSS`` with the journal row of the loss."""

    recorded: RecordedEntry
    loan_id: int
    patron_id: int | None
    item: Item
    overtaken: bool
    is_undone: bool
    holds_ended: bool
    was_late: bool
    was_damaged: bool


@needs(Act.MARK_ITEMS)
@verb
def undo_loss(*, item: str, at: datetime, desk: Desk) -> UndoReceipt:
    """Take back that an item was declared lost, which this account did at this branch within ten minutes, while nothing
    was paid for it: what it charged is cancelled with the credit points that it cost, and the loan is open again with
    the due date that it had; a claim (声称已还) stands again. Asked again it changes nothing.

    :raises NotAllowed: no right to mark items here.
    :raises UndoRefused: with every reason.
    """
    require(desk.operator, Act.MARK_ITEMS, desk.branch_id)
    barcode = scanned(item)
    first = _gather(barcode)
    if first is None or not is_mine(first.recorded.entry, desk):
        raise UndoRefused(UndoReason.UNKNOWN)
    rows_of(Statement(sql.LOCK_ITEM, {"item": first.item.id}))
    loss = _gather(barcode)
    assert loss is not None, "the journal keeps what it has"
    loan = Loan.objects.select_for_update().filter(id=loss.loan_id).first()
    if loss.is_undone:
        return _receipt(loss, loan, repeated=True)
    is_here = loss.patron_id is not None and lock_reader(loss.patron_id)
    if reasons := _reasons(loss, loan, reader_is_here=is_here, at=at, desk=desk):
        raise UndoRefused(*reasons)
    assert loan is not None
    assert loss.patron_id is not None
    loan.patron_id, loan.slot = loss.patron_id, free_slot(Loan, loss.patron_id)
    loan.returned_at = loan.return_branch_id = loan.returned_by_id = None
    loan.ended_as = LoanEnd.RETURNED.value
    loan.save()
    cancelled_fen = cancel_loss(loan_id=loan.id, at=at, desk=desk)
    values = {"item": loss.item.id, "state": after(loss.item.state, Step.UNDO), "at": at}
    rows_of(Statement(sql.NOT_LOST, {**values, "condition": _condition(loss, loan)}))
    count_against(loss.recorded, {"loan": loan.id}, desk)
    audit(
        at=at,
        desk=desk,
        act="undo_loss",
        subject_kind="item",
        subject_id=loss.item.id,
        branch_id=loan.branch_id,
        after={"loan": loan.id, "cancelled_fen": cancelled_fen},
    )
    return _receipt(loss, loan, cancelled_fen=cancelled_fen)


def loss_of_item(*, item: str, at: datetime, desk: Desk) -> LossFacts | None:
    """The newest loss of an item that a reader had when it was lost; none where it is not lost any more, or nobody had
    it. Its reader is named only while they owe for it or it can be undone: a loss that was let off is forgotten as a
    return is. Nothing is written."""
    loss = _gather(scanned(item))
    if loss is None or loss.is_undone or loss.item.condition != "lost":
        return None
    loan = Loan.objects.filter(id=loss.loan_id).first()
    is_here = loss.patron_id is not None
    charges = [charge.id for charge in charges_of_loan(loss.loan_id) if charge.kind is ChargeKind.LOST]
    is_undoable = not _reasons(loss, loan, reader_is_here=is_here, at=at, desk=desk)
    return LossFacts(
        loan_id=loss.loan_id,
        patron_id=loss.patron_id if charges or is_undoable else None,
        lost_at=loss.recorded.entry.occurred_at,
        branch_id=loan.branch_id if loan else loss.item.home_branch_id,
        is_undoable=is_undoable,
        charge_id=charges[-1] if charges else None,
    )


def _gather(barcode: str) -> _Loss | None:
    rows = rows_of(Statement(sql.GATHER_LOSS, {"barcode": barcode}))
    recorded = get_entry(rows[0][0]) if rows else None
    if recorded is None or rows[0][1] is None:
        return None
    _, loan_id, patron_id, *rest = rows[0]
    size = len(Item._fields)
    return _Loss(recorded, loan_id, patron_id, Item(*rest[:size]), *rest[size:])


def _reasons(
    loss: _Loss, loan: Loan | None, *, reader_is_here: bool, at: datetime, desk: Desk
) -> tuple[UndoReason, ...]:
    entry = loss.recorded.entry
    ended = (loan.returned_at, loan.ended_as) if loan else None
    charges = [charge for charge in charges_of_loan(loss.loan_id) if charge.kind is ChargeKind.LOST]
    return rules.reasons_against_undoing_loss(
        rules.LossUndoFacts(
            is_mine=is_mine(entry, desk),
            lost_at=entry.occurred_at,
            is_overtaken=loss.overtaken or ended != (entry.occurred_at, LoanEnd.LOST.value),
            reader_is_here=reader_is_here,
            was_late=loss.was_late,
            is_touched=any(charge.open_fen != charge.charged_fen for charge in charges),
            holds_ended=loss.holds_ended,
        ),
        at=at,
    )


def _condition(loss: _Loss, loan: Loan) -> str:
    """As the item was before it was declared lost."""
    if loan.claimed_at is not None:
        return "claimed_returned"
    return "damaged" if loss.was_damaged else "ok"


def _receipt(loss: _Loss, loan: Loan | None, *, cancelled_fen: int = 0, repeated: bool = False) -> UndoReceipt:
    return UndoReceipt(
        act=UndoneAct.LOSS,
        item=loss.item.shown(state="on_loan"),
        patron_id=loss.patron_id or 0,
        due_date=local_date(loan.due_at) if loan else None,
        cancelled_fen=cancelled_fen,
        repeated=repeated,
    )
