"""From what verbs and queries answer to what goes over the wire. Moments are told by the library's clock."""

from wenyuan.doors.api.access import Call
from wenyuan.doors.api.schemas import (
    BranchTold,
    ClosedLoanTold,
    HeldTold,
    LentItem,
    LoanTold,
)
from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.lending.circulation.data import HeldFor, ItemFacts, OpenLoan
from wenyuan.plumbing.clock import local


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
