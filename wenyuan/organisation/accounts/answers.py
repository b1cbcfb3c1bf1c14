"""What the accounts answer the network: who and what works at a branch."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from wenyuan.organisation.accounts.models import Machine, RoleGrant
from wenyuan.organisation.network.seams import BranchUser, Tie


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """A branch with a working machine, or where somebody still holds a role, does not close for good."""
    yield Tie("machines", Machine.objects.filter(branch_id=branch_id, account__is_active=True).count())
    held = RoleGrant.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), branch_id=branch_id)
    yield Tie("roles", held.filter(account__is_active=True).count())


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """Machines that stand at the branches and go on working behind a shut door unless they are switched off."""
    yield Tie("machines", Machine.objects.filter(branch_id__in=branch_ids, account__is_active=True).count())


USER = BranchUser(room="accounts", ties=ties, touched=touched)
