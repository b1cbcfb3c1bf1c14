"""What the work plan answers the network: a goal hinders no closing, and no closure touches it."""

from collections.abc import Iterable
from datetime import date

from wenyuan.organisation.network.seams import BranchUser, Tie


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """What was meant to be done at a branch stays on record when it has closed for good."""
    return ()


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """A goal has a year's time; some closed days are not told."""
    return ()


USER = BranchUser(room="workplans", ties=ties, touched=touched)
