"""What booklists answer the rooms below: a list hinders no closing of its branch, and no merge of records moves one.

A line is read through the merge of its record (``sql``), so that neither the merge nor its undoing changes a row.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from wenyuan.holdings.catalogue.data import BibMoved, Hanging, Parting, StayReason
from wenyuan.holdings.catalogue.seams import BibUser
from wenyuan.organisation.network.seams import BranchUser, Tie
from wenyuan.organisation.rights.data import Desk


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """Readers go on seeing what a branch recommended that has closed, to its last day."""
    return ()


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """A list needs no open door."""
    return ()


def hangs(bib_id: int) -> Iterable[Hanging]:
    return ()


def lock(bib_ids: Sequence[int]) -> None:
    return


def move(gone_id: int, kept_id: int, at: datetime, desk: Desk) -> Iterable[BibMoved]:
    return ()


def binds(item_ids: Collection[int], moved: Sequence[BibMoved]) -> Collection[int]:
    return ()


def move_back(parting: Parting) -> Iterable[tuple[BibMoved, StayReason]]:
    return ()


BRANCH_USER = BranchUser(room="reading", ties=ties, touched=touched)
BIB_USER = BibUser(room="reading", hangs=hangs, lock=lock, move=move, binds=binds, move_back=move_back)
