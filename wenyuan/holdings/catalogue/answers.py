"""What the catalogue answers the network: the items that live or lie at a branch."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from wenyuan.holdings.catalogue.models import Item, ItemState
from wenyuan.organisation.network.seams import BranchUser, Tie


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """A branch with items of its own, or that lie there, does not close for good."""
    here = Q(home_branch_id=branch_id) | Q(present_branch_id=branch_id) | Q(owner_id=branch_id)
    yield Tie("items", Item.objects.filter(here).exclude(state=ItemState.WITHDRAWN).count())


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """Nothing of an item itself falls on a day."""
    return ()


USER = BranchUser(room="catalogue", ties=ties, touched=touched)
