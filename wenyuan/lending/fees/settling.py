"""Verbs on what is owed: charge by hand, pay, forgive, replace in kind, cancel, pay back."""

from collections.abc import Sequence
from datetime import datetime

from wenyuan.lending.fees import charging, rules
from wenyuan.lending.fees.data import ChargeKind, ChargeReceipt, EntryKind, FeeReason, FeesRefused, Means, MoneyReceipt
from wenyuan.lending.fees.ledger import (
    Holder,
    NewRow,
    amount_faults,
    lock_charge,
    lock_holder,
    lock_holder_of,
    note_audit,
    receipt_of,
    refuse_if,
    repeated,
    settle,
    text_faults,
    twice,
    write,
)
from wenyuan.lending.fees.models import Allocation, Charge, Entry
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb


@needs(Act.ADD_CHARGE)
def add_charge(
    *,
    patron_id: int,
    kind: ChargeKind,
    amount_fen: int,
    at: datetime,
    desk: Desk,
    text: str = "",
    fee_fen: int = 0,
    item_id: int | None = None,
    key: str | None = None,
) -> ChargeReceipt:
    """Charge by hand, for the branch of the desk; ``other`` is said in words.

    :raises NotAllowed: the operator may not charge here.
    :raises FeesRefused: with every reason; a patron who has left is charged nothing.
    """
    return twice(lambda: _add_charge(patron_id, kind, amount_fen, text, fee_fen, item_id, at, desk, key))


@verb
def _add_charge(
    patron_id: int,
    kind: ChargeKind,
    amount_fen: int,
    text: str,
    fee_fen: int,
    item_id: int | None,
    at: datetime,
    desk: Desk,
    key: str | None,
) -> ChargeReceipt:
    require(desk.operator, Act.ADD_CHARGE, desk.branch_id)
    faults = [*amount_faults(amount_fen), *text_faults(text, needed=kind is ChargeKind.OTHER)]
    if lock_holder(patron_id).has_left:
        faults.append(FeeReason.PATRON_CLOSED)
    refuse_if(faults)
    done = charging.charge(
        patron_id=patron_id,
        kind=kind,
        amount_fen=amount_fen,
        fee_fen=fee_fen,
        item_id=item_id,
        text=text,
        key=key,
        at=at,
        desk=desk,
    )
    assert done is not None
    if not done.repeated:
        note_audit("add_charge", Entry.objects.get(id=done.charge_id), at=at, desk=desk, reason=text)
    return done


@needs(Act.TAKE_MONEY)
def pay(
    *,
    patron_id: int,
    amount_fen: int,
    means: Means,
    at: datetime,
    desk: Desk,
    charge_ids: Sequence[int] | None = None,
    first: ChargeKind | None = None,
    text: str = "",
    key: str | None = None,
) -> MoneyReceipt:
    """Take money for open charges: those named, in their order, else all of the patron's, the oldest first, or those
    of the kind ``first`` before the others.

    It is taken at any branch, whosever the charge is; the receipt number is the desk's branch's.

    :raises NotAllowed: the operator may not take money here.
    :raises FeesRefused: with every reason; ``too_much`` says what is open (``open_fen``).
    """
    return twice(lambda: _pay(patron_id, amount_fen, means, charge_ids, first, text, at, desk, key))


@verb
def _pay(
    patron_id: int,
    amount_fen: int,
    means: Means,
    charge_ids: Sequence[int] | None,
    first: ChargeKind | None,
    text: str,
    at: datetime,
    desk: Desk,
    key: str | None,
) -> MoneyReceipt:
    require(desk.operator, Act.TAKE_MONEY, desk.branch_id)
    holder = lock_holder(patron_id)
    if done := repeated(key, patron_id=patron_id, kind=EntryKind.PAYMENT, amount_fen=amount_fen):
        receipt = receipt_of(done, patron_id, again=True)
        if charge_ids is not None and {part.charge_id for part in receipt.allocations} - set(charge_ids):
            raise FeesRefused(FeeReason.KEY_REUSED)
        return receipt
    charges = open_charges(patron_id, charge_ids)
    charges.sort(key=lambda charge: first is not None and charge.kind != first.value)  # stable: else in their order
    open_fen = sum(charge.open_fen for charge in charges)
    faults = [*amount_faults(amount_fen), *text_faults(text, needed=means is Means.OTHER)]
    if not charges:
        faults.append(FeeReason.NOTHING_OPEN)
    elif amount_fen > open_fen:
        faults.append(FeeReason.TOO_MUCH)
    refuse_if(faults, open_fen=open_fen)
    known = {charge.entry_id: charge for charge in charges}
    parts = rules.allocate(amount_fen, [(charge.entry_id, charge.open_fen) for charge in charges])
    row = NewRow(
        kind=EntryKind.PAYMENT, amount_fen=amount_fen, branch_id=desk.branch_id, means=means, text=text, key=key
    )
    entry = write(holder, row, at=at, desk=desk)
    settle(entry, [(known[charge_id], fen) for charge_id, fen in parts])
    return receipt_of(entry, patron_id)


def open_charges(patron_id: int, charge_ids: Sequence[int] | None) -> list[Charge]:
    """The patron's open charges, the oldest first, or those named in their order.

    :raises FeesRefused: one of those named is none of the patron's.
    """
    own = Charge.objects.filter(account__patron_id=patron_id).order_by("entry_id")
    if charge_ids is None:
        return list(own.filter(open_fen__gt=0))
    found = {charge.entry_id: charge for charge in own.filter(entry_id__in=list(charge_ids))}
    if found.keys() != set(charge_ids):
        raise FeesRefused(FeeReason.CHARGE_UNKNOWN)
    return [found[charge_id] for charge_id in dict.fromkeys(charge_ids) if found[charge_id].open_fen > 0]


@needs(Act.FORGIVE_FEE)
def forgive(
    *, charge_id: int, reason: str, at: datetime, desk: Desk, amount_fen: int | None = None, key: str | None = None
) -> MoneyReceipt:
    """减免: let go of what is open of a charge, or of a part of it. The reason is kept and audited.

    :raises NotAllowed: the operator may not forgive what is owed to the charge's branch.
    :raises FeesRefused: with every reason.
    """
    return twice(lambda: _let_go(EntryKind.FORGIVEN, charge_id, amount_fen, reason, at, desk, key))


@needs(Act.TAKE_MONEY)
def replace_in_kind(*, charge_id: int, text: str, at: datetime, desk: Desk, key: str | None = None) -> MoneyReceipt:
    """赔书: the reader brought the same edition; the price that is open of a lost or damaged item is settled by it, the
    fee for the work stays. ``text`` says what was brought (title, barcode).

    :raises NotAllowed: the operator may not take payment here.
    :raises FeesRefused: with every reason; nothing but a lost or damaged item is replaced.
    """
    return twice(lambda: _let_go(EntryKind.IN_KIND, charge_id, None, text, at, desk, key))


@verb
def _let_go(
    kind: EntryKind, charge_id: int, amount_fen: int | None, reason: str, at: datetime, desk: Desk, key: str | None
) -> MoneyReceipt:
    holder, charge = lock_charge(charge_id)
    if kind is EntryKind.FORGIVEN:
        require(desk.operator, Act.FORGIVE_FEE, charge.branch_id)
    else:
        require(desk.operator, Act.TAKE_MONEY, desk.branch_id)
    if done := repeated(key, patron_id=holder.patron_id, kind=kind, amount_fen=amount_fen):
        return receipt_of(done, holder.patron_id, again=True)
    most = charge.open_fen if kind is EntryKind.FORGIVEN else _price_open(charge)
    amount = most if amount_fen is None else amount_fen
    entry = _write_settled(holder, charge, kind, amount, most=most, reason=reason, at=at, desk=desk, key=key)
    note_audit(
        "forgive_fee" if kind is EntryKind.FORGIVEN else "replace_in_kind", entry, at=at, desk=desk, reason=reason
    )
    return receipt_of(entry, holder.patron_id)


def _price_open(charge: Charge) -> int:
    if charge.kind not in {ChargeKind.LOST.value, ChargeKind.DAMAGED.value}:
        return 0
    fee_fen = Entry.objects.values_list("fee_fen", flat=True).get(id=charge.entry_id)
    return max(0, min(charge.open_fen, charge.charged_fen - fee_fen))


@needs(Act.FORGIVE_FEE)
def cancel_charge(
    *, charge_id: int, reason: str, at: datetime, desk: Desk, amount_fen: int | None = None, key: str | None = None
) -> MoneyReceipt:
    """冲销: a charge, or a part of it, was a mistake. What was paid of it is due back to the payer.

    :raises NotAllowed: the operator may not let go of what is owed to the charge's branch.
    :raises FeesRefused: with every reason.
    """
    return twice(lambda: _cancel(charge_id, amount_fen, reason, at, desk, key))


@verb
def _cancel(
    charge_id: int, amount_fen: int | None, reason: str, at: datetime, desk: Desk, key: str | None
) -> MoneyReceipt:
    holder, charge = lock_charge(charge_id)
    require(desk.operator, Act.FORGIVE_FEE, charge.branch_id)
    kind = EntryKind.CANCELLED
    if done := repeated(key, patron_id=holder.patron_id, kind=kind, amount_fen=amount_fen):
        return receipt_of(done, holder.patron_id, again=True)
    most = max(0, charge.open_fen + charge.paid_fen)
    amount = most if amount_fen is None else amount_fen
    entry = _write_settled(holder, charge, kind, amount, most=most, reason=reason, at=at, desk=desk, key=key)
    note_audit("cancel_charge", entry, at=at, desk=desk, reason=reason)
    return receipt_of(entry, holder.patron_id)


def _write_settled(
    holder: Holder,
    charge: Charge,
    kind: EntryKind,
    amount_fen: int,
    *,
    most: int,
    reason: str,
    at: datetime,
    desk: Desk,
    key: str | None,
) -> Entry:
    """A row without money that settles (a part of) one charge. :raises FeesRefused: with every reason."""
    faults = text_faults(reason, needed=True)
    if most <= 0:
        faults.append(FeeReason.NOTHING_OPEN)
    else:
        faults += amount_faults(amount_fen)
        if amount_fen > most:
            faults.append(FeeReason.TOO_MUCH)
    refuse_if(faults, open_fen=most)
    row = NewRow(
        kind=kind,
        amount_fen=amount_fen,
        branch_id=charge.branch_id,
        account_id=charge.account_id,
        text=reason,
        key=key,
        item_id=charge.item_id,
    )
    entry = write(holder, row, at=at, desk=desk)
    settle(entry, [(charge, amount_fen)])
    return entry


@needs(Act.RETURN_MONEY)
def refund(
    *,
    payment_id: int,
    amount_fen: int,
    reason: str,
    at: datetime,
    desk: Desk,
    charge_id: int | None = None,
    key: str | None = None,
) -> MoneyReceipt:
    """Pay back to whoever paid, by the means they paid with: what is due back (a lost item was found), or a payment
    that was a mistake, whose charge is open again then. Of a payment for several charges, those with something due
    back come first; ``charge_id`` names one. Of a scanned payment the reason names the merchant's own refund.

    :raises NotAllowed: the operator may not pay back here.
    :raises FeesRefused: with every reason; ``too_much`` says what is left of the payment (``open_fen``).
    """
    return twice(lambda: _refund(payment_id, amount_fen, reason, charge_id, at, desk, key))


@verb
def _refund(
    payment_id: int,
    amount_fen: int,
    reason: str,
    charge_id: int | None,
    at: datetime,
    desk: Desk,
    key: str | None,
) -> MoneyReceipt:
    require(desk.operator, Act.RETURN_MONEY, desk.branch_id)
    holder, payment = lock_holder_of(payment_id, EntryKind.PAYMENT, FeeReason.PAYMENT_UNKNOWN)
    kind = EntryKind.REFUND
    if done := repeated(key, patron_id=holder.patron_id, kind=kind, amount_fen=amount_fen, refunds_id=payment_id):
        return receipt_of(done, holder.patron_id, again=True)
    left = _left_of(payment)
    if charge_id is not None:
        left = {charge: fen for charge, fen in left.items() if charge == charge_id}
    charges = {charge.entry_id: charge for charge in Charge.objects.filter(entry_id__in=left)}
    faults = [*amount_faults(amount_fen), *text_faults(reason, needed=True)]
    if amount_fen > sum(left.values()):
        faults.append(FeeReason.TOO_MUCH)
    refuse_if(faults, open_fen=sum(left.values()))
    # What is due back first, each no further than that; then the rest, which opens its charges again.
    due = rules.allocate(amount_fen, [(one, min(fen, max(0, -charges[one].open_fen))) for one, fen in left.items()])
    over = amount_fen - sum(fen for _, fen in due)
    taken = dict(due)
    rest = rules.allocate(over, [(one, fen - taken.get(one, 0)) for one, fen in left.items()])
    for one, fen in rest:
        taken[one] = taken.get(one, 0) + fen
    row = NewRow(
        kind=kind,
        amount_fen=amount_fen,
        branch_id=desk.branch_id,
        account_id=payment.account_id,
        means=Means(payment.means),
        text=reason,
        refunds_id=payment_id,
        key=key,
    )
    entry = write(holder, row, at=at, desk=desk)
    settle(entry, [(charges[one], fen) for one, fen in taken.items()])
    note_audit("refund", entry, at=at, desk=desk, reason=reason)
    return receipt_of(entry, holder.patron_id)


def _left_of(payment: Entry) -> dict[int, int]:
    """What of a payment has not been paid back yet, by charge."""
    left: dict[int, int] = {}
    for charge_id, fen in (
        Allocation.objects.filter(entry=payment).order_by("id").values_list("charge_id", "amount_fen")
    ):
        left[charge_id] = fen
    backs = Allocation.objects.filter(entry__refunds=payment).values_list("charge_id", "amount_fen")
    for charge_id, fen in backs:
        left[charge_id] -= fen
    return {charge_id: fen for charge_id, fen in left.items() if fen > 0}
