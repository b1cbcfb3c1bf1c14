"""Circulation's verbs, for every door alike.

The everyday ones are optimistic (``everyday.py``): each needs two round trips and no lock held while deciding. All are
keyword-only and take ``at`` and ``desk`` from the caller; a ``key`` makes a retry return the first receipt.
"""

from datetime import date, datetime
from typing import Any

from wenyuan.lending.circulation.data import BlockCode, CheckinReceipt, CheckoutReceipt, RenewalReceipt, TransitReceipt
from wenyuan.lending.circulation.everyday import (
    Contended,
    KeyReused,
    Refused,
    Request,
    checkin_plan,
    checkout_plan,
    receive_plan,
    renewal_plan,
)
from wenyuan.lending.circulation.models import LoanPolicy
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.statements import run
from wenyuan.plumbing.transactions import verb

__all__ = [
    "Contended",
    "KeyReused",
    "PolicyOverlap",
    "Refused",
    "add_policy",
    "checkin",
    "checkout",
    "end_policy",
    "receive_transit",
    "renew",
]

NO_WAIVERS: frozenset[BlockCode] = frozenset()


@needs(Act.CHECKOUT)
def checkout(
    *, item: str, card: str, at: datetime, desk: Desk, waive: frozenset[BlockCode] = NO_WAIVERS, key: str | None = None
) -> CheckoutReceipt:
    """Lend the item with this barcode to whoever this card, number or code belongs to.

    Length, limits and calendar are those of the desk's branch, fixed on the loan. The same account asking again within
    ten minutes gets the first receipt (``repeated``).

    :raises NotAllowed: the operator may not lend here.
    :raises Refused: with every block at once; ``waive`` lifts those that the operator may lift.
    :raises Contended: somebody else kept changing item or patron.
    :raises KeyReused: the key stands for another act.
    """
    require(desk.operator, Act.CHECKOUT, desk.branch_id)
    request = Request(item=item.strip(), card=card, at=at, desk=desk, waive=waive, key=key)
    return run(lambda: checkout_plan(request))


@needs(Act.CHECKIN)
def checkin(*, item: str, at: datetime, desk: Desk, key: str | None = None) -> CheckinReceipt:
    """Take an item back; no card is needed.

    In its lending group the loan is closed and the item stays, floats or begins a transit home; elsewhere it is taken
    (代收): the reader's clock stops and it travels to a branch that can close the loan. An item not on loan is put
    where it belongs all the same. A repeated check-in changes nothing and gives the same receipt.

    :raises NotAllowed: the operator may not take items back here.
    :raises Refused: unknown or withdrawn item.
    :raises Contended: somebody else kept changing the item.
    """
    require(desk.operator, Act.CHECKIN, desk.branch_id)
    request = Request(item=item.strip(), at=at, desk=desk, key=key)
    return run(lambda: checkin_plan(request))


@needs(Act.RENEW)
def renew(
    *,
    item: str,
    at: datetime,
    desk: Desk,
    card: str | None = None,
    waive: frozenset[BlockCode] = NO_WAIVERS,
    key: str | None = None,
) -> RenewalReceipt:
    """Prolong the loan of an item by today's policy of the branch that lent it; never shorter than it was.

    With a ``card`` the loan must be its patron's.

    :raises NotAllowed: the operator may not renew here.
    :raises Refused: with every block at once.
    :raises Contended: somebody else kept changing the loan.
    """
    require(desk.operator, Act.RENEW, desk.branch_id)
    request = Request(item=item.strip(), card=card, at=at, desk=desk, waive=waive, key=key)
    return run(lambda: renewal_plan(request))


@needs(Act.RECEIVE_TRANSIT)
def receive_transit(*, item: str, at: datetime, desk: Desk, key: str | None = None) -> TransitReceipt:
    """Receive an item that was sent to this branch; a loan taken elsewhere (代收) is closed with it.

    :raises NotAllowed: the operator may not receive here.
    :raises Refused: the item is unknown, not on its way, or on its way to another branch.
    """
    require(desk.operator, Act.RECEIVE_TRANSIT, desk.branch_id)
    request = Request(item=item.strip(), at=at, desk=desk, key=key)
    return run(lambda: receive_plan(request))


class PolicyOverlap(Exception):
    """A row for the same branch, category and item type is already in force on some of these days."""


@needs(Act.EDIT_POLICIES)
@verb
def add_policy(
    *,
    at: datetime,
    desk: Desk,
    valid_from: date,
    branch_id: int | None = None,
    category_id: int | None = None,
    item_type_id: int | None = None,
    valid_to: date | None = None,
    loan_days: int | None = None,
    renewal_days: int | None = None,
    max_renewals: int | None = None,
    max_loans: int | None = None,
    max_loans_of_type: int | None = None,
    max_overdue: int | None = None,
    return_route: str = "",
) -> int:
    """Add a dated row to the policy matrix and return its id; a running row of the same place ends the day before.

    :raises NotAllowed: no right to policies at that branch (a row for any branch needs it everywhere).
    :raises PolicyOverlap: a row of the same place begins on or after ``valid_from``.
    """
    require(desk.operator, Act.EDIT_POLICIES, branch_id)
    place: dict[str, Any] = {"branch_id": branch_id, "category_id": category_id, "item_type_id": item_type_id}
    same = LoanPolicy.objects.select_for_update().filter(**place)
    if same.filter(valid_from__gte=valid_from).exists():
        raise PolicyOverlap
    for row in same.filter(valid_to__isnull=True) | same.filter(valid_to__gte=valid_from):
        _end(row, valid_from)
    row = LoanPolicy.objects.create(
        **place,
        valid_from=valid_from,
        valid_to=valid_to,
        loan_days=loan_days,
        renewal_days=renewal_days,
        max_renewals=max_renewals,
        max_loans=max_loans,
        max_loans_of_type=max_loans_of_type,
        max_overdue=max_overdue,
        return_route=return_route,
    )
    audit(
        desk=desk,
        at=at,
        act=Act.EDIT_POLICIES,
        subject_kind="policy",
        subject_id=row.id,
        after={"from": str(valid_from)},
    )
    return row.id


@needs(Act.EDIT_POLICIES)
@verb
def end_policy(*, at: datetime, desk: Desk, policy_id: int, last_date: date) -> None:
    """Let a row hold up to ``last_date`` and no longer; loans made by it keep it.

    :raises NotAllowed: no right to policies at its branch.
    """
    row = LoanPolicy.objects.select_for_update().get(id=policy_id)
    require(desk.operator, Act.EDIT_POLICIES, row.branch_id)
    row.valid_to = last_date
    row.save(update_fields=["valid_to"])
    audit(
        desk=desk, at=at, act=Act.EDIT_POLICIES, subject_kind="policy", subject_id=row.id, after={"to": str(last_date)}
    )


def _end(row: LoanPolicy, next_from: date) -> None:
    row.valid_to = date.fromordinal(next_from.toordinal() - 1)
    row.save(update_fields=["valid_to"])
