"""What the daybook answers the network: what was done hinders no closing, and no closure touches it."""

from collections.abc import Iterable
from datetime import date

from wenyuan.organisation.network.seams import BranchUser, Tie


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """What a branch did stays with it when it has closed for good."""
    return ()


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """What was done is over."""
    return ()


USER = BranchUser(room="daybook", ties=ties, touched=touched)
