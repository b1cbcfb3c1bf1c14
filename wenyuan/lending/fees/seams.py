"""What this room tells the rooms above in its own transaction: that nothing is open any more of what was charged for a
loan, so that who keeps its reader's name for the debt alone forgets it now."""

from collections.abc import Callable, Collection

LoansSettled = Callable[[Collection[int]], None]
"""Takes ids of loans of which a charge was settled for good; another charge may still be open. A step: the payer is
locked."""

_told: dict[str, LoansSettled] = {}


def join(room: str, told: LoansSettled) -> None:
    """Be told from now on (from the room's ``AppConfig.ready``); joining again replaces."""
    _told[room] = told


def tell_settled(loan_ids: Collection[int]) -> None:
    """Tell every room above."""
    if loan_ids:
        for told in _told.values():
            told(loan_ids)
