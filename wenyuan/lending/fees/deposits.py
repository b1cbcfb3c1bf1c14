"""押金 as 代收款: taken and given back, in a book of its own; it is never income."""

from datetime import datetime

from wenyuan.lending.fees.data import EntryKind, FeeReason, FeesRefused, Means, MoneyReceipt
from wenyuan.lending.fees.ledger import (
    NewRow,
    add_up,
    amount_faults,
    lock_holder,
    lock_holder_of,
    note_audit,
    receipt_of,
    refuse_if,
    repeated,
    text_faults,
    twice,
    write,
)
from wenyuan.lending.fees.models import Entry
from wenyuan.lending.patrons.seams import obstacles_to_leaving
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

HELD = "deposit_held"
"""The obstacle that a held deposit is to leaving; it is none to its own return."""


@needs(Act.TAKE_MONEY)
def take_deposit(
    *,
    patron_id: int,
    amount_fen: int,
    means: Means,
    at: datetime,
    desk: Desk,
    text: str = "",
    key: str | None = None,
) -> MoneyReceipt:
    """Take a deposit into the deposit book; its receipt is shown when it is returned.

    :raises NotAllowed: the operator may not take money here.
    :raises FeesRefused: with every reason; none is taken from a patron who has left.
    """
    return twice(lambda: _take(patron_id, amount_fen, means, text, at, desk, key))


@verb
def _take(
    patron_id: int, amount_fen: int, means: Means, text: str, at: datetime, desk: Desk, key: str | None
) -> MoneyReceipt:
    require(desk.operator, Act.TAKE_MONEY, desk.branch_id)
    holder = lock_holder(patron_id)
    if done := repeated(key, patron_id=patron_id, kind=EntryKind.DEPOSIT_TAKEN, amount_fen=amount_fen):
        return receipt_of(done, patron_id, again=True)
    faults = [*amount_faults(amount_fen), *text_faults(text, needed=means is Means.OTHER)]
    if holder.has_left:
        faults.append(FeeReason.PATRON_CLOSED)
    refuse_if(faults)
    row = NewRow(
        kind=EntryKind.DEPOSIT_TAKEN, amount_fen=amount_fen, branch_id=desk.branch_id, means=means, text=text, key=key
    )
    entry = write(holder, row, at=at, desk=desk)
    add_up([entry.account_id])
    return receipt_of(entry, patron_id)


@needs(Act.RETURN_MONEY)
def return_deposit(
    *,
    deposit_id: int,
    at: datetime,
    desk: Desk,
    amount_fen: int | None = None,
    text: str = "",
    key: str | None = None,
) -> MoneyReceipt:
    """Give a deposit back to whoever paid it, by the means they paid with; all that is held of it unless an amount is
    named. Every room above is asked first, with the patron locked: nothing is given back while something is on loan
    or owed.

    :raises NotAllowed: the operator may not pay back here.
    :raises FeesRefused: with every reason; ``still_tied`` counts what is open by kind (``open_loans`` …).
    """
    return twice(lambda: _give_back(deposit_id, amount_fen, text, at, desk, key))


@verb
def _give_back(
    deposit_id: int, amount_fen: int | None, text: str, at: datetime, desk: Desk, key: str | None
) -> MoneyReceipt:
    require(desk.operator, Act.RETURN_MONEY, desk.branch_id)
    kind = EntryKind.DEPOSIT_RETURNED
    holder, taken = lock_holder_of(deposit_id, EntryKind.DEPOSIT_TAKEN, FeeReason.DEPOSIT_UNKNOWN)
    if done := repeated(key, patron_id=holder.patron_id, kind=kind, amount_fen=amount_fen, refunds_id=deposit_id):
        return receipt_of(done, holder.patron_id, again=True)
    backs = Entry.objects.filter(refunds_id=deposit_id).values_list("amount_fen", flat=True)
    held = taken.amount_fen - sum(backs)
    amount = held if amount_fen is None else amount_fen
    faults = text_faults(text, needed=False)
    if held <= 0:
        raise FeesRefused(FeeReason.NOTHING_OPEN)
    faults += amount_faults(amount)
    if amount > held:
        faults.append(FeeReason.TOO_MUCH)
    ties = {tie.what: tie.count for tie in obstacles_to_leaving(holder.patron_id) if tie.what != HELD}
    if ties:
        faults.append(FeeReason.STILL_TIED)
    refuse_if(faults, open_fen=held, **ties)
    row = NewRow(
        kind=kind,
        amount_fen=amount,
        branch_id=desk.branch_id,
        account_id=taken.account_id,
        means=Means(taken.means),
        text=text,
        refunds_id=deposit_id,
        key=key,
    )
    entry = write(holder, row, at=at, desk=desk)
    add_up([entry.account_id])
    note_audit("return_deposit", entry, at=at, desk=desk, reason=text)
    return receipt_of(entry, holder.patron_id)
