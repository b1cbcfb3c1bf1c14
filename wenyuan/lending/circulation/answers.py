"""What circulation answers the rooms below when they ask in their own transaction (patrons and network seams)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.patrons.data import Obstacle
from wenyuan.lending.patrons.seams import PatronKeeper
from wenyuan.organisation.network.seams import BranchUser, Tie
from wenyuan.plumbing.clock import library_zone


def may_leave(patron_id: int) -> Iterable[Obstacle]:
    """A patron with open loans may not leave; one taken back elsewhere (代收) and not yet closed counts too."""
    yield Obstacle("open_loans", Loan.objects.filter(patron_id=patron_id, returned_at__isnull=True).count())


def forget_history(patron_id: int) -> None:
    """Take the patron out of their closed loans, which only consent kept."""
    Loan.objects.filter(patron_id=patron_id, returned_at__isnull=False).update(patron=None)


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """A branch with loans still open does not close for good."""
    yield Tie("open_loans", Loan.objects.filter(branch_id=branch_id, returned_at__isnull=True).count())


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """Loans of these branches that fall due on the days of a closure."""
    falls = Q(due_at__gte=_midnight(first))
    if last is not None:
        falls &= Q(due_at__lt=_midnight(last + timedelta(days=1)))
    due = Loan.objects.filter(falls, branch_id__in=branch_ids, returned_at__isnull=True, taken_at__isnull=True)
    yield Tie("loans_due", due.count())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, library_zone())


KEEPER = PatronKeeper(room="circulation", may_leave=may_leave, forget_history=forget_history)
USER = BranchUser(room="circulation", ties=ties, touched=touched)
