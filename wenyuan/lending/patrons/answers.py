"""What the patrons answer the network: whose home branch it is."""

from collections.abc import Iterable
from datetime import date

from wenyuan.lending.patrons.models import Patron, PatronStatus
from wenyuan.organisation.network.seams import BranchUser, Tie


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """A branch that is still somebody's home branch does not close for good: its patrons are moved first."""
    patrons = Patron.objects.filter(home_branch_id=branch_id).exclude(status=PatronStatus.CLOSED)
    yield Tie("patrons", patrons.count())


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """Cards of the branches' patrons that run out on the days of a closure."""
    patrons = Patron.objects.filter(home_branch_id__in=branch_ids, expires_date__gte=first)
    yield Tie("cards_expiring", (patrons.filter(expires_date__lte=last) if last else patrons).count())


USER = BranchUser(room="patrons", ties=ties, touched=touched)
