"""What kept documents answer the network: a text hinders no closing, and no closure touches it."""

from collections.abc import Iterable
from datetime import date

from wenyuan.organisation.network.seams import BranchUser, Tie


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """What was written about a branch stays when it has closed for good."""
    return ()


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """A text tells of days that are over."""
    return ()


USER = BranchUser(room="documents", ties=ties, touched=touched)
"""Kept documents."""
