"""What the registers answer the network: a typed month hinders no closing, and no closure touches one."""

from collections.abc import Iterable
from datetime import date

from wenyuan.organisation.network.seams import BranchUser, Tie


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """Months of the past stay with a branch that has closed for good."""
    return ()


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """A month's totals hang on no day."""
    return ()


USER = BranchUser(room="registers", ties=ties, touched=touched)
