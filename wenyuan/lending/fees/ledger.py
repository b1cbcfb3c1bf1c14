"""What this room's verbs and steps share: the patron's lock, a row of the ledger, its journal entry, the sums."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, connection

from wenyuan.kernel.identity import age_band, mask_numbers
from wenyuan.lending.fees import sql
from wenyuan.lending.fees.data import (
    BOOK_OF,
    AccountState,
    Allocation,
    EntryKind,
    FeeReason,
    FeesRefused,
    Means,
    MoneyReceipt,
)
from wenyuan.lending.fees.models import Account, Charge, Entry
from wenyuan.lending.fees.models import Allocation as AllocationRow
from wenyuan.lending.fees.rules import MOST_FEN, receipt_text
from wenyuan.lending.fees.seams import tell_settled
from wenyuan.lending.patrons.operations import reader_ref
from wenyuan.organisation.journal.data import Entry as JournalEntry
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.data import RecordedEntry as JournalRow
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.journal.queries import Filter, list_entries
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.plumbing.clock import local
from wenyuan.plumbing.statements import Statement, rows_of
from wenyuan.plumbing.transactions import assert_in_verb

TEXT_CHARACTERS = 200
KINDS: Mapping[EntryKind, Kind] = {
    EntryKind.CHARGE: Kind.FEE_CHARGED,
    EntryKind.PAYMENT: Kind.FEE_PAID,
    EntryKind.FORGIVEN: Kind.FEE_FORGIVEN,
    EntryKind.IN_KIND: Kind.FEE_IN_KIND,
    EntryKind.CANCELLED: Kind.FEE_CANCELLED,
    EntryKind.REFUND: Kind.FEE_REFUNDED,
    EntryKind.DEPOSIT_TAKEN: Kind.DEPOSIT_TAKEN,
    EntryKind.DEPOSIT_RETURNED: Kind.DEPOSIT_RETURNED,
}
TAKEN_OVER: Mapping[EntryKind, Kind] = {
    EntryKind.CHARGE: Kind.FEE_TAKEN_OVER,
    EntryKind.DEPOSIT_TAKEN: Kind.DEPOSIT_TAKEN_OVER,
}
"""What an old system's readers owe and have deposited is no act of ours."""
Answer = TypeVar("Answer")


def twice(attempt: Callable[[], Answer]) -> Answer:
    """Who loses a race for a key looks again, and then sees what the winner wrote."""
    try:
        return attempt()
    except IntegrityError:
        return attempt()


@dataclass(frozen=True, slots=True)
class Holder:
    """A patron whose money is being moved, locked to the end of the transaction."""

    patron_id: int
    home_branch_id: int
    status: str
    category: str
    birth_date: date | None
    gender: str
    account_id: int

    @property
    def has_left(self) -> bool:
        return self.status == "closed"


def lock_holder(patron_id: int) -> Holder:
    """The patron locked as circulation's statements see it, and the account that takes new rows.

    :raises FeesRefused: there is no such patron.
    """
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_PATRON, [patron_id])
        found: tuple[Any, ...] | None = cursor.fetchone()
        if found is None:
            raise FeesRefused(FeeReason.PATRON_UNKNOWN)
        cursor.execute(sql.RAISE_VERSION, [patron_id])
    account, _ = Account.objects.get_or_create(opened_for=patron_id, defaults={"patron_id": patron_id})
    found_id, home_branch_id, status, category, birth_date, gender = found
    return Holder(found_id, home_branch_id, status, category, birth_date, gender, account.id)


def lock_holder_of(entry_id: int, kind: EntryKind, unknown: FeeReason) -> tuple[Holder, Entry]:
    """A row of that kind with its patron locked. :raises FeesRefused: there is none (``unknown``)."""
    rows = Entry.objects.select_related("account").filter(id=entry_id, kind=kind.value)
    row = rows.first()
    while row is not None:
        holder, row = lock_holder(row.account.patron_id), rows.first()
        if row is not None and row.account.patron_id == holder.patron_id:  # no merge moved the account meanwhile
            return holder, row
    raise FeesRefused(unknown)


def lock_charge(charge_id: int) -> tuple[Holder, Charge]:
    """A charge with its patron locked. :raises FeesRefused: there is none."""
    holder, _ = lock_holder_of(charge_id, EntryKind.CHARGE, FeeReason.CHARGE_UNKNOWN)
    return holder, Charge.objects.get(entry_id=charge_id)


def state_of(patron_id: int) -> AccountState:
    """What the patron owes, is due and has deposited."""
    return AccountState(*rows_of(Statement(sql.STATE, {"patron": patron_id}))[0])


# What is wrong with what was asked ---------------------------------------------------------------------------------


def amount_faults(amount_fen: int) -> list[FeeReason]:
    """An amount that nobody can mean."""
    return [] if 0 < amount_fen <= MOST_FEN else [FeeReason.BAD_AMOUNT]


def text_faults(text: str, *, needed: bool) -> list[FeeReason]:
    """A text that is missing, too long, or holds somebody's number."""
    faults = [FeeReason.REASON_MISSING] if needed and not text.strip() else []
    if len(text.strip()) > TEXT_CHARACTERS:
        faults.append(FeeReason.TEXT_TOO_LONG)
    if mask_numbers(text) != text:
        faults.append(FeeReason.TEXT_HOLDS_NUMBER)
    return faults


def refuse_if(faults: Iterable[FeeReason], **facts: int) -> None:
    """:raises FeesRefused: with every fault."""
    if found := tuple(dict.fromkeys(faults)):
        raise FeesRefused(*found, **facts)


# Writing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A row of the ledger before it is written. ``account_id`` where it is not the holder's own. ``takes_back`` is the
    journal's row of the charge that ends as if it had not been: what follows from it, credit points, goes back."""

    kind: EntryKind
    amount_fen: int
    branch_id: int
    means: Means | None = None
    charge_kind: str = ""
    fee_fen: int = 0
    text: str = ""
    refunds_id: int | None = None
    account_id: int | None = None
    key: str | None = None
    item_id: int | None = None
    takes_back: JournalRow | None = None
    taken_over: bool = False
    old_receipt_no: str = ""


def write(holder: Holder, row: NewRow, *, at: datetime, desk: Desk) -> Entry:
    """Append a row with its receipt number, if money changes hands, and its journal entry. What is taken over changed
    hands in an old system: it has that system's number, and none of a series in which each stands on a paper of ours.
    """
    here, book = local(at), BOOK_OF[row.kind]
    number = _next_receipt(row.branch_id, book.value, here.year) if row.means and not row.taken_over else None
    entry = Entry.objects.create(
        account_id=row.account_id or holder.account_id,
        book=book.value,
        kind=row.kind.value,
        charge_kind=row.charge_kind,
        amount_fen=row.amount_fen,
        fee_fen=row.fee_fen,
        means=row.means.value if row.means else "",
        text=row.text.strip(),
        refunds_id=row.refunds_id,
        branch_id=row.branch_id,
        service_point_id=desk.service_point_id,
        desk=desk.code,
        door=desk.door.value,
        entered_by_id=desk.operator.account,
        at=at,
        local_date=here.date(),
        receipt_year=here.year if number else None,
        receipt_number=number,
        receipt_no=_receipt_no(row.branch_id, book.value, here.year, number) if number else row.old_receipt_no,
        key=row.key,
        taken_over=row.taken_over,
    )
    _journal(holder, row, at=at, desk=desk)
    return entry


def _next_receipt(branch_id: int, book: str, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.NEXT_RECEIPT, [branch_id, book, year])
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def _receipt_no(branch_id: int, book: str, year: int, number: int) -> str:
    code = network_map().branches[branch_id].code
    return receipt_text(branch_code=code, book=book, year=year, number=number)


def _journal(holder: Holder, row: NewRow, *, at: datetime, desk: Desk) -> None:
    """Without the row's id, receipt or key: what names the row would lead from a reader reference to a person."""
    here = local(at)
    charge_kind = row.takes_back.entry.details.get("charge", "") if row.takes_back else row.charge_kind
    details = {
        "charge": charge_kind,
        "means": row.means.value if row.means else "",
        "fee_branch": row.branch_id,
        "gives_back": row.takes_back.id if row.takes_back else "",
    }
    record(
        JournalEntry(
            kind=TAKEN_OVER[row.kind] if row.taken_over else KINDS[row.kind],
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account,
            branch_id=desk.branch_id,
            area_id=desk.area_id,
            service_point_id=desk.service_point_id,
            patron_home_id=holder.home_branch_id,
            patron_category=holder.category,
            age_band=age_band(holder.birth_date, on=here.date()).value,
            gender=holder.gender,
            quantity=0,
            amount_fen=row.amount_fen,
            subject_kind="item" if row.item_id else "",
            subject_id=row.item_id,
            reader_ref=reader_ref(patron_id=holder.patron_id, year=here.year),
            details={name: value for name, value in details.items() if value != ""},
        )
    )


def journal_of(charge: Entry, item_id: int | None) -> JournalRow | None:
    """The journal's row of a charge for an item; it is found by what it tells, for the ledger names none."""
    if item_id is None:
        return None
    day = Filter(
        kinds=(Kind.FEE_CHARGED,),
        subject_kind="item",
        subject_id=item_id,
        first_date=charge.local_date,
        last_date=charge.local_date,
    )
    wanted = (charge.at, charge.amount_fen, charge.charge_kind)
    for row in list_entries(wanted=day).entries:
        if (row.entry.occurred_at, row.entry.amount_fen, row.entry.details.get("charge")) == wanted:
            return row
    return None


def settle(entry: Entry, parts: Sequence[tuple[Charge, int]]) -> None:
    """Spread a row over charges: each gets its part, and forgets its loan where it is settled for good."""
    kind = EntryKind(entry.kind)
    AllocationRow.objects.bulk_create(
        AllocationRow(entry=entry, charge_id=charge.entry_id, amount_fen=fen) for charge, fen in parts
    )
    settled = set()
    for charge, fen in parts:
        charge.open_fen += fen if kind is EntryKind.REFUND else -fen
        if kind is EntryKind.CANCELLED:
            charge.charged_fen -= fen
        elif kind is EntryKind.PAYMENT:
            charge.paid_fen += fen
        elif kind is EntryKind.REFUND:
            charge.paid_fen -= fen
        if charge.loan_id is not None and charge.open_fen == 0 and not charge.grows:
            settled.add(charge.loan_id)
        forget_when_settled(charge)
        charge.save()
    add_up({charge.account_id for charge, _ in parts})
    tell_settled(settled)


def forget_when_settled(charge: Charge) -> None:
    """Take loan and item out of a charge that is settled for good; an item that is lost may still be found."""
    may_be_found = charge.kind == "lost" and charge.charged_fen > 0
    if charge.open_fen == 0 and not charge.grows and not may_be_found:
        charge.loan_id = charge.item_id = None


def add_up(account_ids: Iterable[int]) -> None:
    """The accounts' sums anew, from their charges and deposits."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SUMS, [sorted(account_ids)])


# Answers -----------------------------------------------------------------------------------------------------------


def repeated(
    key: str | None, *, patron_id: int, kind: EntryKind, amount_fen: int | None, refunds_id: int | None = None
) -> Entry | None:
    """What a request with this key has written.

    :raises FeesRefused: it stands for another act.
    """
    row = Entry.objects.select_related("account").filter(key=key).first() if key else None
    if row is None:
        return None
    same = (row.account.patron_id, row.kind, row.refunds_id) == (patron_id, kind.value, refunds_id)
    if not same or amount_fen not in (None, row.amount_fen):
        raise FeesRefused(FeeReason.KEY_REUSED)
    return row


def receipt_of(entry: Entry, patron_id: int, *, again: bool = False) -> MoneyReceipt:
    """The row as its receipt says it."""
    parts = AllocationRow.objects.filter(entry=entry).order_by("id").values_list("charge_id", "amount_fen")
    return MoneyReceipt(
        entry_id=entry.id,
        kind=EntryKind(entry.kind),
        amount_fen=entry.amount_fen,
        means=entry.means,
        receipt_no=entry.receipt_no,
        at=entry.at,
        allocations=tuple(Allocation(*part) for part in parts),
        state=state_of(patron_id),
        repeated=again,
    )


def note_audit(
    act: str, entry: Entry, *, at: datetime, desk: Desk, reason: str, before: Mapping[str, object] | None = None
) -> None:
    """The audit's row of an act on money, by the ledger row that it wrote."""
    after = {"amount_fen": entry.amount_fen, "receipt_no": entry.receipt_no}
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="fee_entry",
        subject_id=entry.id,
        branch_id=entry.branch_id,
        reason=reason.strip(),
        before=before,
        after={name: value for name, value in after.items() if value},
    )
