"""From what verbs and queries answer to what goes over the wire. Moments are told by the library's clock."""

from collections.abc import Iterable

from wenyuan.doors.api.access import Call
from wenyuan.doors.api.schemas import (
    BranchTold,
    ChargeTold,
    ClosedLoanTold,
    EntryTold,
    HeldTold,
    HoldTold,
    LentItem,
    LoanTold,
    PartTold,
)
from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.lending.circulation.data import HeldFor, HoldView, ItemFacts, OpenLoan
from wenyuan.lending.fees.data import Allocation, ChargeView, EntryView
from wenyuan.plumbing.clock import local, local_date


def branch_told(call: Call, branch_id: int) -> BranchTold:
    """A branch by code and name."""
    branch = call.network.branches.get(branch_id)
    return BranchTold(code=branch.code if branch else "", name=branch.name(call.django_language) if branch else "")


def maybe_branch(call: Call, branch_id: int | None) -> BranchTold | None:
    """The same, where there may be none."""
    return None if branch_id is None else branch_told(call, branch_id)


def lent_item(call: Call, item: ItemFacts) -> LentItem:
    """An item as receipts name it."""
    return LentItem(
        barcode=item.barcode,
        title=item.title,
        call_no=item.call_no,
        item_type=item.item_type,
        state=item.state,
        home=branch_told(call, item.home_branch_id),
        present=branch_told(call, item.present_branch_id),
    )


def held_told(call: Call, held: HeldFor | None) -> HeldTold | None:
    """The hold that an item was captured for, if it was for one."""
    if held is None:
        return None
    return HeldTold(
        hold=held.hold_id,
        pickup=branch_told(call, held.pickup_branch_id),
        ready=held.ready,
        shelf_position=held.shelf_position,
        shelf_until=held.shelf_until,
    )


def hold_told(call: Call, hold: HoldView) -> HoldTold:
    """A hold as its reader may know it."""
    return HoldTold(
        hold=hold.id,
        bib=hold.bib_id,
        title=hold.title,
        item=hold.barcode,
        pickup=branch_told(call, hold.pickup_branch_id),
        state=hold.state,
        placed_at=local(hold.placed_at),
        not_before=hold.not_before,
        not_after=hold.not_after,
        place=hold.place if hold.state == "waiting" else None,
        suspended=hold.is_suspended(local_date(call.at)),
        suspended_until=hold.suspended_until,
        captured=hold.captured_barcode if hold.ended_at is None else None,
        shelf_until=hold.shelf_until,
        ended_at=local(hold.ended_at) if hold.ended_at else None,
    )


def loan_told(call: Call, loan: OpenLoan) -> LoanTold:
    """A loan in a reader's hands."""
    return LoanTold(
        id=loan.id,
        item=lent_item(call, loan.item),
        branch=branch_told(call, loan.branch_id),
        lent_at=local(loan.lent_at),
        due_at=local(loan.due_at),
        due_date=loan.due_date,
        renewals=loan.renewals,
        overdue=loan.overdue,
        recalled=loan.recalled,
    )


def closed_loan_told(call: Call, loan: OpenLoan) -> ClosedLoanTold:
    """A loan of a history."""
    return ClosedLoanTold(
        id=loan.id,
        item=lent_item(call, loan.item),
        branch=branch_told(call, loan.branch_id),
        lent_at=local(loan.lent_at),
        due_date=loan.due_date,
        renewals=loan.renewals,
    )


def is_available(item: ItemView) -> bool:
    """Whether the item stands on a shelf from which it is lent."""
    return (item.state, item.condition, item.lendable) == ("available", "ok", "yes")


def parts_told(parts: Iterable[Allocation]) -> list[PartTold]:
    """Which charges a row of the ledger concerns."""
    return [PartTold(charge=part.charge_id, amount_fen=part.amount_fen) for part in parts]


def charge_told(call: Call, charge: ChargeView, title: str) -> ChargeTold:
    """A charge as it stands."""
    return ChargeTold(
        charge=charge.id,
        kind=charge.kind.value,
        title=title,
        text=charge.text,
        branch=branch_told(call, charge.branch_id),
        charged_at=local(charge.charged_at),
        charged_fen=charge.charged_fen,
        open_fen=charge.open_fen,
    )


def entry_told(call: Call, entry: EntryView) -> EntryTold:
    """A row of the ledger; who wrote it is the library's affair."""
    return EntryTold(
        entry=entry.id,
        kind=entry.kind.value,
        charge_kind=entry.charge_kind,
        amount_fen=entry.amount_fen,
        means=entry.means,
        receipt_no=entry.receipt_no,
        text=entry.text,
        at=local(entry.at),
        branch=branch_told(call, entry.branch_id),
        charges=parts_told(entry.allocations),
    )
