"""Steps that circulation calls inside its verbs: charge, keep a fine at its total, cancel, a lost item found or not
lost after all."""

from datetime import datetime

from wenyuan.lending.fees import rules
from wenyuan.lending.fees.data import ChargeKind, ChargeReceipt, EntryKind, FeeReason, FoundReceipt
from wenyuan.lending.fees.ledger import (
    Holder,
    NewRow,
    add_up,
    amount_faults,
    forget_when_settled,
    journal_of,
    lock_charge,
    lock_holder,
    refuse_if,
    repeated,
    settle,
    text_faults,
    write,
)
from wenyuan.lending.fees.models import Charge, Entry
from wenyuan.lending.fees.rules import ChargeState, FoundTerms
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import assert_in_verb


def charge(
    *,
    patron_id: int,
    kind: ChargeKind,
    amount_fen: int,
    at: datetime,
    desk: Desk,
    branch_id: int | None = None,
    loan_id: int | None = None,
    item_id: int | None = None,
    fee_fen: int = 0,
    text: str = "",
    key: str | None = None,
) -> ChargeReceipt | None:
    """A step: the patron owes. ``branch_id`` is whose money it is, the lending branch of a loan (else the desk's);
    ``fee_fen`` is the part for the work, which stays when a lost item is found.

    Nothing is written, and nothing answered, for an amount of zero. A repeated ``key`` gets the first receipt.

    :raises FeesRefused: no such patron, an amount nobody can mean, a text with somebody's number, a reused key.
    """
    assert_in_verb()
    if amount_fen == 0:
        return None
    refuse_if(
        [
            *amount_faults(amount_fen),
            *([] if 0 <= fee_fen <= max(amount_fen, 0) else [FeeReason.BAD_AMOUNT]),
            *text_faults(text, needed=kind is ChargeKind.OTHER),
        ]
    )
    holder = lock_holder(patron_id)
    if done := repeated(key, patron_id=patron_id, kind=EntryKind.CHARGE, amount_fen=amount_fen):
        return ChargeReceipt(charge_id=done.id, amount_fen=done.amount_fen, repeated=True)
    row = NewRow(
        kind=EntryKind.CHARGE,
        amount_fen=amount_fen,
        branch_id=branch_id or desk.branch_id,
        charge_kind=kind.value,
        fee_fen=fee_fen,
        text=text,
        key=key,
        item_id=item_id,
    )
    entry = write_charge(holder, row, loan_id=loan_id, grows=False, at=at, desk=desk)
    return ChargeReceipt(charge_id=entry.id, amount_fen=entry.amount_fen)


def write_charge(holder: Holder, row: NewRow, *, loan_id: int | None, grows: bool, at: datetime, desk: Desk) -> Entry:
    """A step: a checked charge into the ledger, and how it stands beside it."""
    entry = write(holder, row, at=at, desk=desk)
    Charge.objects.create(
        entry=entry,
        account_id=entry.account_id,
        branch_id=row.branch_id,
        kind=row.charge_kind,
        charged_fen=row.amount_fen,
        open_fen=row.amount_fen,
        grows=grows,
        loan_id=loan_id,
        item_id=row.item_id,
    )
    add_up([entry.account_id])
    return entry


def set_fine(
    *,
    patron_id: int,
    loan_id: int,
    total_fen: int,
    at: datetime,
    desk: Desk,
    is_final: bool,
    branch_id: int | None = None,
    item_id: int | None = None,
) -> int:
    """A step: bring the overdue fine of a loan to ``total_fen`` in all, whatever was charged before, and return the
    change (R-14, R-19): more is charged, what is too much is cancelled, nothing is written where nothing changes.

    ``is_final`` once the loan is closed or renewed: then the fine grows no more, and is forgotten when it is settled.
    A final fine stands for itself: what comes after it is the fine of the next period, so one final call a period.

    :raises FeesRefused: no such patron, or an amount nobody can mean.
    """
    assert_in_verb()
    refuse_if([] if 0 <= total_fen <= rules.MOST_FEN else [FeeReason.BAD_AMOUNT])
    holder = lock_holder(patron_id)
    growing = Charge.objects.filter(loan_id=loan_id, kind=ChargeKind.OVERDUE.value, grows=True)
    rows = list(growing.order_by("-entry_id"))
    change = rules.fine_change(total_fen, charged_fen=sum(row.charged_fen for row in rows))
    if change > 0:
        fresh = NewRow(
            kind=EntryKind.CHARGE,
            amount_fen=change,
            branch_id=branch_id or desk.branch_id,
            charge_kind=ChargeKind.OVERDUE.value,
            item_id=item_id,
        )
        write_charge(holder, fresh, loan_id=loan_id, grows=not is_final, at=at, desk=desk)
    elif change < 0:
        _take_off(holder, rows, -change, at=at, desk=desk)
    if is_final:
        for row in rows:
            row.grows = False
            forget_when_settled(row)
            row.save(update_fields=["grows", "loan_id", "item_id"])
    return change


def _take_off(holder: Holder, charges: list[Charge], fen: int, *, at: datetime, desk: Desk) -> None:
    """Cancel so much of the charges, the newest first; what was forgiven cannot be cancelled as well."""
    room = [(charge.entry_id, max(0, charge.open_fen + charge.paid_fen)) for charge in charges]
    parts = rules.allocate(fen, room)
    known = {charge.entry_id: charge for charge in charges}
    for charge_id, part in parts:
        cancel_part(holder, known[charge_id], part, at=at, desk=desk)


def cancel_part(
    holder: Holder,
    charge: Charge,
    fen: int,
    *,
    at: datetime,
    desk: Desk,
    text: str = "",
    key: str | None = None,
    gives_points_back: bool = False,
) -> Entry:
    """Take so much off a charge. It was checked that as much is open or paid."""
    row = NewRow(
        kind=EntryKind.CANCELLED,
        amount_fen=fen,
        branch_id=charge.branch_id,
        account_id=charge.account_id,
        text=text,
        key=key,
        item_id=charge.item_id,
        takes_back=journal_of(Entry.objects.get(id=charge.entry_id), charge.item_id) if gives_points_back else None,
    )
    entry = write(holder, row, at=at, desk=desk)
    settle(entry, [(charge, fen)])
    return entry


def cancel_loss(*, loan_id: int, at: datetime, desk: Desk) -> int:
    """A step: the loss of a loan was declared for the wrong item, and nothing has been paid for it: all that was
    charged for it is cancelled, with the credit points that it cost; how many fen."""
    assert_in_verb()
    lost = Charge.objects.filter(loan_id=loan_id, kind=ChargeKind.LOST.value).order_by("entry_id")
    cancelled = 0
    for charge_id in lost.values_list("entry_id", flat=True):
        holder, charge = lock_charge(charge_id)
        if charge.open_fen > 0:
            cancelled += charge.open_fen
            cancel_part(holder, charge, charge.open_fen, at=at, desk=desk, gives_points_back=True)
    return cancelled


def settle_found(*, item_id: int, at: datetime, desk: Desk, terms: FoundTerms) -> tuple[FoundReceipt, ...]:
    """A step: an item that was charged as lost came back (R-29). Its price is cancelled as ``terms`` say; what was
    paid of it is due back to the payer (the desk pays it by ``refund``), and so are the credit points that the loss
    cost. The fee for the work stays.

    Called again it changes nothing: there is no price left to cancel. The charge forgets its item then.
    """
    assert_in_verb()
    lost = Charge.objects.filter(item_id=item_id, kind=ChargeKind.LOST.value).order_by("entry_id")
    return tuple(
        _found(charge_id, at=at, desk=desk, terms=terms) for charge_id in lost.values_list("entry_id", flat=True)
    )


def _found(charge_id: int, *, at: datetime, desk: Desk, terms: FoundTerms) -> FoundReceipt:
    holder, charge = lock_charge(charge_id)
    entry = Entry.objects.get(id=charge_id)
    state = ChargeState(charge.charged_fen, charge.paid_fen, charge.open_fen, entry.fee_fen)
    age_days = (local_date(at) - entry.local_date).days
    fen = rules.found_cancels(state, terms=terms, age_days=age_days)
    if fen:
        cancel_part(holder, charge, fen, at=at, desk=desk, gives_points_back=True)
    charge.item_id = None
    if charge.open_fen == 0:  # a fee for the work that is still owed keeps its loan, and the loan its reader
        charge.loan_id = None
    charge.save(update_fields=["item_id", "loan_id"])
    return FoundReceipt(
        charge_id=charge_id,
        patron_id=holder.patron_id,
        cancelled_fen=fen,
        due_back_fen=max(0, -charge.open_fen),
    )
