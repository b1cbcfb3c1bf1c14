"""Policies, and a whole little network ready for lending."""

from dataclasses import dataclass
from datetime import date
from typing import Unpack

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item_type
from tests.factories.network import make_branch, make_group, make_hours
from tests.factories.patrons import make_category
from wenyuan.holdings.catalogue.models import ItemType
from wenyuan.lending.circulation.data import Kinds
from wenyuan.lending.circulation.models import LoanPolicy
from wenyuan.lending.patrons.models import Category
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk


def make_policy(
    *,
    branch: Branch | None = None,
    category: Category | None = None,
    item_type: ItemType | None = None,
    valid_from: date = date(2010, 1, 1),
    valid_to: date | None = None,
    **kinds: Unpack[Kinds],
) -> LoanPolicy:
    """One row of the policy matrix; what is not named falls back."""
    return LoanPolicy.objects.create(
        branch=branch, category=category, item_type=item_type, valid_from=valid_from, valid_to=valid_to, **kinds
    )


@dataclass(frozen=True)
class District:
    """总馆 and 少儿分馆 lend to each other; 城南分馆 stands outside their lending group. Each has a desk."""

    central: Branch
    children: Branch
    south: Branch
    adult: Category
    book: ItemType
    at_central: Desk
    at_children: Desk
    at_south: Desk


def make_district() -> District:
    """The network of most circulation tests: 30 days, one renewal, three items; closed on Mondays."""
    central = make_branch("C", kind="central", name_zh="总馆")
    children = make_branch("E", kind="children", name_zh="少儿分馆", parent=central)
    south = make_branch("S", name_zh="城南分馆", parent=central)
    make_group("G1", [central, children])
    for branch in (central, children, south):
        make_hours(branch)
    make_policy(loan_days=30, renewal_days=30, max_renewals=1, max_loans=3, max_overdue=0)
    desks = [make_desk(branch, role=Role.DESK_LEAD) for branch in (central, children, south)]
    return District(central, children, south, make_category("adult"), make_item_type("book"), *desks)
