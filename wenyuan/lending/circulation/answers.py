"""What circulation answers the rooms below when they ask in their own transaction (patrons and network seams)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import F, Q

from wenyuan.holdings.catalogue.seams import BibUser
from wenyuan.lending.circulation.models import OPEN_HOLD, Hold, HoldState, Loan
from wenyuan.lending.patrons.data import Obstacle
from wenyuan.lending.patrons.seams import PatronKeeper
from wenyuan.organisation.network.seams import BranchUser, Tie
from wenyuan.plumbing.clock import library_zone


def may_leave(patron_id: int) -> Iterable[Obstacle]:
    """A patron with open loans may not leave; one taken back elsewhere (代收) and not yet closed counts too. Holds are
    cancelled first."""
    yield Obstacle("open_loans", Loan.objects.filter(patron_id=patron_id, returned_at__isnull=True).count())
    yield Obstacle("open_holds", Hold.objects.filter(OPEN_HOLD, patron_id=patron_id).count())


def forget_history(patron_id: int) -> None:
    """Take the patron out of their closed loans and ended holds, which only consent kept."""
    Loan.objects.filter(patron_id=patron_id, returned_at__isnull=False).update(patron=None)
    Hold.objects.filter(patron_id=patron_id, ended_at__isnull=False).update(patron=None)


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """A branch with open loans, or holds to be fetched there, does not close for good."""
    yield Tie("open_loans", Loan.objects.filter(branch_id=branch_id, returned_at__isnull=True).count())
    yield Tie("open_holds", Hold.objects.filter(OPEN_HOLD, pickup_branch_id=branch_id).count())


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """Loans of these branches that fall due, and items that are kept on their hold shelves, on the days of a
    closure."""
    falls = Q(due_at__gte=_midnight(first))
    if last is not None:
        falls &= Q(due_at__lt=_midnight(last + timedelta(days=1)))
    due = Loan.objects.filter(falls, branch_id__in=branch_ids, returned_at__isnull=True, taken_at__isnull=True)
    yield Tie("loans_due", due.count())
    kept = Hold.objects.filter(state=HoldState.ON_SHELF, pickup_branch_id__in=branch_ids, shelf_until__gte=first)
    if last is not None:
        kept = kept.filter(shelf_until__lte=last)
    yield Tie("holds_on_shelf", kept.count())


def move_holds(gone_bib_id: int, kept_bib_id: int, at: datetime) -> tuple[int, ...]:
    """Holds follow their title to the bib that it becomes. Who waits for both keeps the earlier one; the other is
    cancelled, unless an item is captured for it already: then the one that waits is."""
    moving = list(Hold.objects.select_for_update().filter(bib_id=gone_bib_id).order_by("rank", "id"))
    for hold in moving:
        if hold.ended_at is None and hold.item_id is None:
            _end_the_lesser(hold, kept_bib_id, at)
    ids = tuple(hold.id for hold in moving)
    Hold.objects.filter(id__in=ids).update(bib_id=kept_bib_id, version=F("version") + 1)
    return ids


def _end_the_lesser(hold: Hold, kept_bib_id: int, at: datetime) -> None:
    assert hold.patron_id is not None
    twins = Hold.objects.select_for_update().filter(
        OPEN_HOLD, patron_id=hold.patron_id, bib_id=kept_bib_id, item__isnull=True
    )
    for twin in twins:
        keeps_twin = (twin.state != HoldState.WAITING, -twin.rank) > (hold.state != HoldState.WAITING, -hold.rank)
        lesser = hold if keeps_twin else twin
        lesser.state, lesser.slot, lesser.ended_at, lesser.cleared_at = HoldState.CANCELLED, None, at, at
        lesser.end_reason = "merged"
        lesser.version += 1
        lesser.save()


def move_holds_back(hold_ids: tuple[int, ...], bib_id: int) -> None:
    """Undo ``move_holds``; what was cancelled as the lesser of two stays so."""
    Hold.objects.filter(id__in=hold_ids).update(bib_id=bib_id, version=F("version") + 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, library_zone())


KEEPER = PatronKeeper(room="circulation", may_leave=may_leave, forget_history=forget_history)
BIB_USER = BibUser(room="circulation", move=move_holds, move_back=move_holds_back)
USER = BranchUser(room="circulation", ties=ties, touched=touched)
