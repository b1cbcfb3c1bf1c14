"""The demo's loan policies: a dozen rows that show each dimension of the matrix."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from wenyuan.doors.cli.demonstration.network import CHILDREN, PARTNER, Site
from wenyuan.lending.circulation.operations import add_policy
from wenyuan.lending.patrons.queries import categories
from wenyuan.organisation.rights.data import Desk


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix: branch and category by code, none for any."""

    branch: str | None = None
    category: str | None = None
    loan_days: int | None = None
    renewal_days: int | None = None
    max_renewals: int | None = None
    max_loans: int | None = None
    max_overdue: int | None = None
    return_route: str = ""


ROWS = (
    Row(loan_days=30, renewal_days=30, max_renewals=1, max_loans=10, max_overdue=2, return_route="home"),
    Row(category="child", loan_days=30, max_loans=8),
    Row(category="student", max_loans=12),
    Row(category="senior", loan_days=45, max_renewals=2),
    Row(category="group", loan_days=90, max_renewals=0, max_loans=60),
    Row(category="staff", loan_days=60, max_loans=20),
    Row(branch=CHILDREN, loan_days=21, max_renewals=2),
    Row(branch=CHILDREN, category="child", max_loans=10),
    Row(branch=PARTNER, loan_days=15, renewal_days=15, max_loans=4),
    Row(branch="LM10", loan_days=60, max_renewals=0, max_loans=5),
    Row(branch="LM11", loan_days=30, max_renewals=0, max_loans=5),
)


def add_policies(sites: Mapping[str, Site], *, valid_from: date, at: datetime, desk: Desk) -> None:
    """Add every row. ``desk``: of an operator who may edit the policies everywhere."""
    ids = {category.code: category.id for category in categories()}
    for row in ROWS:
        add_policy(
            branch_id=sites[row.branch].id if row.branch else None,
            category_id=ids[row.category] if row.category else None,
            valid_from=valid_from,
            loan_days=row.loan_days,
            renewal_days=row.renewal_days,
            max_renewals=row.max_renewals,
            max_loans=row.max_loans,
            max_overdue=row.max_overdue,
            return_route=row.return_route,
            at=at,
            desk=desk,
        )
