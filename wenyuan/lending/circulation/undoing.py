"""Taking back the last act at a desk: the wrong book lay under the scanner, or the wrong reader's card.

An ordinary locking verb, in the order of the everyday statements: holds, the item, the loan, the patron. Nothing is
erased from the journal: a row is added that counts against the first.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.data.undoing import UndoneAct, UndoReason, UndoReceipt, UndoRefused
from wenyuan.lending.circulation.facts import Item
from wenyuan.lending.circulation.models import Hold, HoldState, Loan
from wenyuan.lending.circulation.rules.life_cycle import Step, after
from wenyuan.organisation.journal.data import Entry, Kind, RecordedEntry
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.journal.queries import entry_with_key
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Statement, rows_of
from wenyuan.plumbing.transactions import verb

ACTS: Mapping[Kind, tuple[UndoneAct, Act]] = {
    Kind.LOAN: (UndoneAct.LOAN, Act.CHECKOUT),
    Kind.RENEWAL: (UndoneAct.RENEWAL, Act.RENEW),
    Kind.RETURN: (UndoneAct.RETURN, Act.CHECKIN),
    Kind.TAKEN: (UndoneAct.RETURN, Act.CHECKIN),
}
"""What can be taken back, by the kind of its journal row, and the right that it needed."""


_MONEY = frozenset({"fine_fen", "suspended_until"})
"""What the row of an act that cost the reader something keeps (``keyed.of_lateness``)."""


class _Gathered(NamedTuple):
    """``sql.GATHER_UNDO``."""

    entry_id: int
    details: Mapping[str, Any]
    patron_id: int | None
    item: Item
    found: bool
    overtaken: bool
    is_undone: bool
    hold_ids: tuple[int, ...]


@verb
def take_back(*, key: str, at: datetime, desk: Desk) -> UndoReceipt:
    """Undo the act with this key; the item of a loan stands where it is, for a check-in to put it where it belongs.

    :raises NotAllowed: the operator may not do here what is to be undone.
    :raises UndoRefused: with every reason.
    """
    recorded = entry_with_key(key)
    if recorded is None or recorded.entry.kind not in ACTS or not is_mine(recorded.entry, desk):
        raise UndoRefused(UndoReason.UNKNOWN)
    act, right = ACTS[recorded.entry.kind]
    require(desk.operator, right, desk.branch_id)
    first = _gather(key)
    holds = {hold.id: hold for hold in Hold.objects.select_for_update().filter(id__in=first.hold_ids).order_by("id")}
    rows_of(Statement(sql.LOCK_ITEM, {"item": first.item.id}))
    gathered = _gather(key)
    loan = Loan.objects.select_for_update().filter(id=gathered.details["loan"]).first()
    if gathered.is_undone:
        return _receipt(act, gathered, loan, repeated=True)
    reader_id = loan.patron_id if loan and loan.patron_id else gathered.patron_id
    is_here = reader_id is not None and lock_reader(reader_id) and gathered.patron_id is not None
    _refuse_unless_undoable(
        recorded.entry, gathered, loan, tuple(holds.values()), reader_is_here=is_here, at=at, desk=desk
    )
    assert loan is not None
    assert gathered.patron_id is not None
    match act:
        case UndoneAct.LOAN:
            _end_loan(loan, gathered, holds.values(), at=at)
        case UndoneAct.RENEWAL:
            _shorten(loan, gathered, at=at)
        case UndoneAct.RETURN:
            _reopen(loan, gathered.patron_id, gathered, holds.values(), recorded, at=at)
    count_against(recorded, {"loan": gathered.details["loan"]}, desk)
    return _receipt(act, gathered, loan, repeated=False)


def is_mine(entry: Entry, desk: Desk) -> bool:
    """Whether this account did it at this branch."""
    return (entry.operator_id, entry.branch_id) == (desk.operator.account_id, desk.branch_id)


def _gather(key: str) -> _Gathered:
    [row] = rows_of(Statement(sql.GATHER_UNDO, {"key": key}))
    entry_id, details, patron_id, *rest = row
    item, (found, overtaken, is_undone, holds) = Item(*rest[: len(Item._fields)]), rest[len(Item._fields) :]
    return _Gathered(entry_id, json.loads(details), patron_id, item, found, overtaken, is_undone, tuple(holds or ()))


def lock_reader(patron_id: int) -> bool:
    """A step: whether the reader, locked from now on, has not left: nothing is lent to a record that is closed."""
    rows = rows_of(Statement(sql.LOCK_PATRON, {"patron": patron_id}))
    return bool(rows) and rows[0][0] != "closed"


def _refuse_unless_undoable(
    entry: Entry,
    gathered: _Gathered,
    loan: Loan | None,
    holds: Sequence[Hold],
    *,
    reader_is_here: bool,
    at: datetime,
    desk: Desk,
) -> None:
    is_as_left = loan is not None and _stands_as_left(entry, gathered, loan)
    reasons = rules.reasons_against_undo(
        rules.UndoFacts(
            is_mine=is_mine(entry, desk),
            made_at=entry.occurred_at,
            is_overtaken=gathered.overtaken or not is_as_left or not _are_captured_still(entry, gathered, holds),
            was_taken=entry.kind is Kind.RETURN and loan is not None and loan.taken_branch_id is not None,
            found=entry.kind in (Kind.RETURN, Kind.TAKEN) and gathered.found,
            reader_is_here=reader_is_here,
            has_money=not _MONEY.isdisjoint(gathered.details),
        ),
        at=at,
    )
    if reasons:
        raise UndoRefused(*reasons)


def _stands_as_left(entry: Entry, gathered: _Gathered, loan: Loan) -> bool:
    """Whether the loan is still as the act left it: a closure may have moved its due date since."""
    match entry.kind:
        case Kind.LOAN:
            return loan.returned_at is None and loan.taken_at is None and loan.renewals == 0
        case Kind.RENEWAL:
            return loan.returned_at is None and loan.due_at.isoformat() == gathered.details["due_at"]
        case Kind.RETURN:
            return loan.returned_at == entry.occurred_at
    return loan.returned_at is None and loan.taken_at is not None


def _are_captured_still(entry: Entry, gathered: _Gathered, holds: Sequence[Hold]) -> bool:
    """Whether no hold for which a return kept the item has been cancelled or has expired: the journal says that of the
    hold, not of the item."""
    return entry.kind is Kind.LOAN or all(
        hold.captured_item_id == gathered.item.id and not hold.ended_at for hold in holds
    )


# The three acts -------------------------------------------------------------------------------------------------------


def _end_loan(loan: Loan, gathered: _Gathered, holds: Iterable[Hold], *, at: datetime) -> None:
    """As if it had never been lent; the reader's hold that it filled waits again at its place."""
    patron_id, loan_id = loan.patron_id, loan.id
    assert patron_id is not None, "an open loan has its patron"
    loan.delete()
    loan.id = loan_id  # for the receipt
    for hold in holds:
        if not Hold.objects.filter(bib_id=hold.bib_id, patron_id=patron_id, ended_at=None).exists():
            _wait_again(hold, patron_id=patron_id, slot=free_slot(Hold, patron_id))
    _set_item(gathered, after(gathered.item.state, Step.UNDO), at=at)


def _shorten(loan: Loan, gathered: _Gathered, *, at: datetime) -> None:
    """The due date, and what else the renewal changed, as it was before."""
    before = gathered.details["before"]
    loan.base_due_date = date.fromisoformat(before["base"])
    loan.due_at = datetime.fromisoformat(before["due_at"])
    loan.policy_id = before["policy"]
    loan.renewed_at = datetime.fromisoformat(before["renewed_at"]) if before["renewed_at"] else None
    loan.renewed_by_id = before["renewed_by"]
    loan.recalled_at = datetime.fromisoformat(before["recalled_at"]) if "recalled_at" in before else None
    loan.renewals -= 1
    loan.save()
    _set_item(gathered, "on_loan", at=at)


def _reopen(
    loan: Loan, patron_id: int, gathered: _Gathered, holds: Iterable[Hold], recorded: RecordedEntry, *, at: datetime
) -> None:
    """The loan is open again, and what the return began is stopped: a transit, a hold that was captured."""
    loan.patron_id, loan.slot = patron_id, free_slot(Loan, patron_id)
    loan.returned_at = loan.return_branch_id = loan.returned_by_id = None
    loan.taken_at = loan.taken_branch_id = None
    loan.save()
    for hold in holds:
        _wait_again(hold, patron_id=hold.patron_id, slot=hold.slot)
        _note(recorded, gathered, Kind.HOLD_PUT_BACK, {"hold": hold.id})
    for transit_id, to_branch_id in rows_of(Statement(sql.END_TRANSIT, {"item": gathered.item.id, "at": at})):
        _note(recorded, gathered, Kind.TRANSIT_CANCELLED, {"transit": transit_id, "to": to_branch_id, "by": "undo"})
    _set_item(gathered, after(gathered.item.state, Step.UNDO), at=at)


def _wait_again(hold: Hold, *, patron_id: int | None, slot: int | None) -> None:
    hold.state, hold.patron_id, hold.slot = HoldState.WAITING, patron_id, slot
    hold.captured_item_id = hold.captured_at = hold.shelved_date = hold.shelf_until = hold.shelf_position = None
    hold.ended_at = hold.ended_by_id = hold.cleared_at = None
    hold.end_reason = ""
    hold.version += 1
    hold.save()


def free_slot(model: type[Loan] | type[Hold], patron_id: int) -> int:
    """The smallest slot that no open loan, or hold, of the reader takes."""
    taken = set(model.objects.filter(patron_id=patron_id, slot__isnull=False).values_list("slot", flat=True))
    return next(slot for slot in range(1, len(taken) + 2) if slot not in taken)


def _set_item(gathered: _Gathered, state: str, *, at: datetime) -> None:
    rows_of(Statement(sql.ITEM_AS_BEFORE, {"item": gathered.item.id, "state": state, "at": at}))


# The journal ----------------------------------------------------------------------------------------------------------


def count_against(recorded: RecordedEntry, details: Mapping[str, object], desk: Desk) -> None:
    """A step: the row that takes the act's own back: at its moment, so that the day adds up."""
    record(
        replace(
            recorded.entry,
            door=desk.door.value,
            desk=desk.code,
            quantity=-recorded.entry.quantity,
            reverses_id=recorded.id,
            key=None,
            details=details,
        )
    )


def _note(recorded: RecordedEntry, gathered: _Gathered, kind: Kind, details: Mapping[str, object]) -> None:
    """A row about what the undo stopped; it says nothing of the reader whose loan it was."""
    of_nobody = replace(
        recorded.entry, reader_ref=None, patron_home_id=None, patron_category="", age_band="", gender=""
    )
    record(replace(of_nobody, kind=kind, key=None, details=details))


def _receipt(act: UndoneAct, gathered: _Gathered, loan: Loan | None, *, repeated: bool) -> UndoReceipt:
    state = "available" if act is UndoneAct.LOAN else "on_loan"
    is_lent = act is not UndoneAct.LOAN and loan is not None
    return UndoReceipt(
        act=act,
        item=gathered.item.shown(state=state),
        patron_id=gathered.patron_id or 0,
        due_date=local_date(loan.due_at) if is_lent and loan else None,
        repeated=repeated,
    )
