"""The demo's loan policies: a dozen rows that show each dimension of the matrix."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from wenyuan.doors.cli.demonstration.network import CHILDREN, PARTNER, Site
from wenyuan.lending.circulation.data import Kinds
from wenyuan.lending.circulation.operations import add_policy
from wenyuan.lending.patrons.queries import categories
from wenyuan.organisation.rights.data import Desk


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix: branch and category by code, none for any, and what it states."""

    kinds: Kinds
    branch: str | None = None
    category: str | None = None


ROWS = (
    Row({"loan_days": 30, "renewal_days": 30, "max_renewals": 1, "max_loans": 10, "max_overdue": 2}),
    Row({"loan_days": 30, "max_loans": 8}, category="child"),
    Row({"max_loans": 12}, category="student"),
    Row({"loan_days": 45, "max_renewals": 2}, category="senior"),
    Row({"loan_days": 90, "max_renewals": 0, "max_loans": 60}, category="group"),
    Row({"loan_days": 60, "max_loans": 20}, category="staff"),
    Row({"loan_days": 21, "max_renewals": 2}, branch=CHILDREN),
    Row({"max_loans": 10}, branch=CHILDREN, category="child"),
    Row({"loan_days": 15, "renewal_days": 15, "max_loans": 4}, branch=PARTNER),
    Row({"loan_days": 60, "max_renewals": 0, "max_loans": 5}, branch="LM10"),
    Row({"loan_days": 30, "max_renewals": 0, "max_loans": 5}, branch="LM11"),
)


def add_policies(sites: Mapping[str, Site], *, valid_from: date, at: datetime, desk: Desk) -> None:
    """Add every row. ``desk``: of an operator who may edit the policies everywhere."""
    ids = {category.code: category.id for category in categories()}
    for row in ROWS:
        add_policy(
            branch_id=sites[row.branch].id if row.branch else None,
            category_id=ids[row.category] if row.category else None,
            valid_from=valid_from,
            **row.kinds,
            at=at,
            desk=desk,
        )
