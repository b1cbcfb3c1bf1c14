"""Reads of the ledger, for this room's pages and for rooms above; they return frozen values."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from wenyuan.lending.fees import sql
from wenyuan.lending.fees.data import (
    AccountState,
    Allocation,
    ChargeKind,
    ChargeView,
    Debtor,
    DepositRow,
    DepositView,
    EntryKind,
    EntryView,
    LedgerPage,
)
from wenyuan.lending.fees.ledger import state_of
from wenyuan.lending.fees.models import Charge, Entry
from wenyuan.lending.fees.point_reads import list_points, point_rules, point_scheme
from wenyuan.lending.fees.points import balance_of
from wenyuan.lending.fees.scanning import find_scan
from wenyuan.lending.fees.taking_over import sum_of_past_money
from wenyuan.lending.fees.tills import (
    closed_rows,
    closing_of,
    get_closing,
    list_closings,
    open_lines,
    open_rows,
    rows_after,
)

PAGE_ROWS = 20

__all__ = [
    "account_state",
    "charges_of_loan",
    "closed_rows",
    "closing_of",
    "deposit_report",
    "find_scan",
    "get_charge",
    "get_closing",
    "get_entry",
    "has_open_charges",
    "held_deposit_fen",
    "is_owed_for",
    "list_charges",
    "list_closings",
    "list_debtors",
    "list_deposits",
    "list_ledger",
    "list_open_charges",
    "list_points",
    "loans_owed_for",
    "open_lines",
    "open_rows",
    "owed_fen",
    "patron_of",
    "point_balance",
    "point_rules",
    "point_scheme",
    "rows_after",
    "sum_of_past_money",
    "total_of",
]


def loans_owed_for(patron_id: int) -> tuple[int, ...]:
    """Loans for which the patron owes something, or is due something back."""
    rows = Charge.objects.filter(account__patron_id=patron_id, loan_id__isnull=False).exclude(open_fen=0)
    return tuple(loan_id for loan_id in rows.values_list("loan_id", flat=True) if loan_id is not None)


def charges_of_loan(loan_id: int) -> tuple[ChargeView, ...]:
    """What was charged for a loan and still remembers it, the oldest first."""
    rows = Charge.objects.filter(loan_id=loan_id).select_related("entry")
    return tuple(_charge(row) for row in rows.order_by("entry_id"))


def is_owed_for(loan_id: int) -> bool:
    """Whether something that was charged for a loan is open, or due back."""
    return Charge.objects.filter(loan_id=loan_id).exclude(open_fen=0).exists()


def account_state(patron_id: int) -> AccountState:
    """What the patron owes, is due and has deposited, in the whole network: one probe of an index."""
    return state_of(patron_id)


def owed_fen(patron_id: int) -> int:
    """What the patron owes in all."""
    return state_of(patron_id).owed_fen


def held_deposit_fen(patron_id: int) -> int:
    """What is held of the patron's deposits."""
    return state_of(patron_id).held_fen


def has_open_charges(patron_id: int) -> bool:
    """Whether the patron owes anything."""
    return owed_fen(patron_id) > 0


def point_balance(patron_id: int) -> int | None:
    """The patron's credit points; nothing while the library keeps none."""
    scheme = point_scheme()
    return balance_of(patron_id, scheme) if scheme.is_on else None


def list_open_charges(patron_id: int) -> tuple[ChargeView, ...]:
    """Everything that is owed or due back, the oldest first, of every branch."""
    rows = Charge.objects.filter(account__patron_id=patron_id).exclude(open_fen=0).select_related("entry")
    return tuple(_charge(row) for row in rows.order_by("entry_id"))


def list_charges(charge_ids: Iterable[int]) -> dict[int, ChargeView]:
    """Charges by id, for the rows that settled them."""
    rows = Charge.objects.filter(entry_id__in=list(charge_ids)).select_related("entry")
    return {row.entry_id: _charge(row) for row in rows}


def get_charge(charge_id: int) -> ChargeView | None:
    """One charge, or nothing."""
    return list_charges([charge_id]).get(charge_id)


def patron_of(entry_id: int) -> int | None:
    """Whose row of the ledger this is."""
    return Entry.objects.filter(id=entry_id).values_list("account__patron_id", flat=True).first()


def _charge(row: Charge) -> ChargeView:
    return ChargeView(
        id=row.entry_id,
        kind=ChargeKind(row.kind),
        text=row.entry.text,
        branch_id=row.branch_id,
        charged_at=row.entry.at,
        charged_fen=row.charged_fen,
        open_fen=row.open_fen,
        item_id=row.item_id,
        loan_id=row.loan_id,
    )


def list_ledger(
    patron_id: int, *, branch_ids: Iterable[int] | None = None, before: int | None = None, size: int = PAGE_ROWS
) -> LedgerPage:
    """The patron's rows, newest first, with an id below ``before``; of some branches only, if any are given."""
    wanted = {
        "patron": patron_id,
        "before": before,
        "branches": None if branch_ids is None else sorted(branch_ids),
        "limit": size + 1,
    }
    rows = _rows(sql.LEDGER, wanted)
    entries = tuple(_entry(row) for row in rows[:size])
    return LedgerPage(entries, entries[-1].id if len(rows) > size else None)


def get_entry(entry_id: int) -> EntryView | None:
    """One row of the ledger, or nothing."""
    rows = _rows(sql.ONE_ENTRY, [entry_id])
    return _entry(rows[0]) if rows else None


def list_deposits(patron_id: int) -> tuple[DepositView, ...]:
    """Deposits of which something is still held, the oldest first."""
    return tuple(
        DepositView(
            entry_id=entry_id,
            receipt_no=receipt_no,
            taken_at=at,
            branch_id=branch_id,
            means=means,
            taken_fen=taken,
            held_fen=held,
        )
        for entry_id, receipt_no, at, branch_id, means, taken, held in _rows(sql.DEPOSITS, [patron_id])
    )


def deposit_report(*, first: date, last: date, branch_ids: Iterable[int] | None = None) -> tuple[DepositRow, ...]:
    """The deposit account by branch from ``first`` to ``last``, both included; branches without any are left out."""
    wanted = {"first": first, "last": last, "branches": None if branch_ids is None else sorted(branch_ids)}
    return tuple(
        DepositRow(
            branch_id=branch_id,
            held_before_fen=before,
            taken_fen=taken,
            returned_fen=returned,
            paid_out_fen=paid_out,
        )
        for branch_id, before, taken, returned, paid_out in _rows(sql.DEPOSIT_REPORT, wanted)
    )


def total_of(rows: Iterable[DepositRow]) -> DepositRow:
    """The rows of a deposit report added up; its branch is none."""
    rows = tuple(rows)
    return DepositRow(
        branch_id=0,
        held_before_fen=sum(row.held_before_fen for row in rows),
        taken_fen=sum(row.taken_fen for row in rows),
        returned_fen=sum(row.returned_fen for row in rows),
        paid_out_fen=sum(row.paid_out_fen for row in rows),
    )


def list_debtors(
    *, branch_id: int, after: tuple[int, int] | None = None, size: int = PAGE_ROWS
) -> tuple[tuple[Debtor, ...], tuple[int, int] | None]:
    """Who owes a branch, the most first, and where the list goes on (sum and patron id), nothing at its end."""
    owed, patron = after or (None, None)
    rows = _rows(sql.DEBTORS, {"branch": branch_id, "owed": owed, "patron": patron, "limit": size + 1})
    debtors = tuple(
        Debtor(patron_id=patron_id, owed_fen=fen, charges=count, since=since) for patron_id, fen, count, since in rows
    )[:size]
    return debtors, (debtors[-1].owed_fen, debtors[-1].patron_id) if len(rows) > size else None


def _rows(statement: str, values: Sequence[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _entry(row: tuple[Any, ...]) -> EntryView:
    entry_id, kind, charge_kind, fen, means, receipt_no, text, at, branch_id, name, refunds_id, parts, left = row
    return EntryView(
        id=entry_id,
        kind=EntryKind(kind),
        charge_kind=charge_kind,
        amount_fen=fen,
        means=means,
        receipt_no=receipt_no,
        text=text,
        at=at,
        branch_id=branch_id,
        entered_by_name=name,
        allocations=tuple(Allocation(*part) for part in parts or ()),
        refunds_id=refunds_id,
        refundable_fen=left if kind == EntryKind.PAYMENT else 0,
    )
