"""What circulation answers the rooms below when they ask in their own transaction (patrons and network seams)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q

from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.models import OPEN_HOLD, Consignment, Hold, HoldState, Loan
from wenyuan.lending.circulation.slots import hold_slots, loan_slots, next_slot, slot_again
from wenyuan.lending.fees.queries import loans_owed_for
from wenyuan.lending.patrons.data import Moved, Obstacle, PatronRefused, Problem, ProblemCode
from wenyuan.lending.patrons.seams import PatronKeeper, PatronMover
from wenyuan.organisation.network.seams import BranchUser, Tie
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.statements import Statement, rows_of


def may_leave(patron_id: int) -> Iterable[Obstacle]:
    """A patron with open loans may not leave; one taken back elsewhere (代收) and not yet closed counts too. Holds are
    cancelled first."""
    yield Obstacle("open_loans", Loan.objects.filter(patron_id=patron_id, returned_at__isnull=True).count())
    yield Obstacle("open_holds", Hold.objects.filter(OPEN_HOLD, patron_id=patron_id).count())


def forget_history(patron_id: int) -> None:
    """Take the patron out of their closed loans and ended holds, which only consent kept. A loan for which something is
    owed keeps its reader until that is settled."""
    closed = Loan.objects.filter(patron_id=patron_id, returned_at__isnull=False)
    closed.exclude(id__in=loans_owed_for(patron_id)).update(patron=None)
    Hold.objects.filter(patron_id=patron_id, ended_at__isnull=False).update(patron=None)


def forget_settled(loan_ids: Collection[int]) -> None:
    """Nothing is open any more of these loans: those that are closed forget their reader, unless they consented."""
    rows_of(Statement(sql.FORGET_SETTLED, {"loans": sorted(loan_ids)}))


def lock(patron_ids: Sequence[int]) -> None:
    """Hold the loans and then the holds of two records of one person, so that a return under way is over or waits."""
    list(Loan.objects.select_for_update().filter(patron_id__in=patron_ids).order_by("id").values_list("id"))
    list(Hold.objects.select_for_update().filter(patron_id__in=patron_ids).order_by("id").values_list("id"))


def move(gone_id: int, kept_id: int, at: datetime) -> Iterable[Moved]:
    """Hang the loans and holds of one record on the other, each open one in the smallest free slot; limits are not
    asked, since the items are out already. What is kept of ended ones goes along."""
    taken = loan_slots(kept_id)
    for loan in Loan.objects.select_for_update().filter(patron_id=gone_id).order_by("id"):
        yield Moved("loan", loan.id, loan.slot)
        loan.patron_id, loan.slot = kept_id, next_slot(taken, loan.slot)
        loan.save(update_fields=["patron", "slot"])
    taken = hold_slots(kept_id)
    for hold in Hold.objects.select_for_update().filter(patron_id=gone_id).order_by("rank", "id"):
        same = Q(item__isnull=True) if hold.item_id is None else Q(item_id=hold.item_id)
        twin = Hold.objects.select_for_update().filter(OPEN_HOLD, same, patron_id=kept_id, bib_id=hold.bib_id)
        if hold.ended_at is None and (other := twin.first()):
            lesser = _lesser_of(hold, other)
            yield Moved("hold_ended" if lesser is hold else "hold_ended_of_kept", lesser.id, lesser.slot)
            _end_hold(lesser, at)
            if lesser is hold:
                continue
            taken = hold_slots(kept_id)
        yield Moved("hold", hold.id, hold.slot)
        hold.patron_id, hold.slot, hold.version = kept_id, next_slot(taken, hold.slot), hold.version + 1
        hold.save(update_fields=["patron", "slot", "version"])


def move_back(moved: Sequence[Moved], gone_id: int, kept_id: int) -> None:
    """Give the loans and holds back that are still the other record's, in their former slots where these are free; a
    hold that ended because both records waited for one title waits again."""
    former = {row.row_id: row.was for row in moved if row.what == "loan"}
    taken = loan_slots(gone_id)
    for loan in Loan.objects.select_for_update().filter(id__in=former, patron_id=kept_id).order_by("id"):
        loan.patron_id, loan.slot = gone_id, slot_again(taken, loan.slot, former[loan.id])
        loan.save(update_fields=["patron", "slot"])
    held = {row.row_id: row.was for row in moved if row.what == "hold"}
    taken = hold_slots(gone_id)
    for hold in Hold.objects.select_for_update().filter(id__in=held, patron_id=kept_id).order_by("id"):
        hold.patron_id, hold.version = gone_id, hold.version + 1
        hold.slot = slot_again(taken, hold.slot, held[hold.id])
        hold.save(update_fields=["patron", "slot", "version"])
    for what, patron_id in (("hold_ended", gone_id), ("hold_ended_of_kept", kept_id)):
        ended = {row.row_id: row.was for row in moved if row.what == what}
        taken = hold_slots(patron_id)
        for hold in Hold.objects.select_for_update().filter(id__in=ended, end_reason=MERGED).order_by("id"):
            hold.state, hold.patron_id, hold.slot = HoldState.WAITING, patron_id, next_slot(taken, ended[hold.id])
            hold.ended_at, hold.cleared_at, hold.end_reason, hold.version = None, None, "", hold.version + 1
            hold.save()


MERGED = "merged"
"""Why the lesser of two holds of one person for one title ended."""


def _lesser_of(hold: Hold, other: Hold) -> Hold:
    """Of two holds for one title the one for which nothing stands ready, else the one that waits less long.

    :raises PatronRefused: something stands ready for both.
    """
    ready = {HoldState.IN_TRANSIT.value, HoldState.ON_SHELF.value}
    if hold.state in ready and other.state in ready:
        raise PatronRefused(Problem(ProblemCode.MERGE_HELD_TWICE))
    if hold.state in ready or other.state in ready:
        return other if hold.state in ready else hold
    return hold if hold.rank >= other.rank else other


def _end_hold(hold: Hold, at: datetime) -> None:
    hold.state, hold.slot, hold.patron_id = HoldState.CANCELLED, None, None
    hold.ended_at, hold.cleared_at, hold.end_reason, hold.version = at, at, MERGED, hold.version + 1
    hold.save()


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """A branch with open loans, holds to be fetched there, or a batch that it has or waits for, does not close for
    good."""
    yield Tie("open_loans", Loan.objects.filter(branch_id=branch_id, returned_at__isnull=True).count())
    yield Tie("open_holds", Hold.objects.filter(OPEN_HOLD, pickup_branch_id=branch_id).count())
    here = Q(from_branch_id=branch_id) | Q(to_branch_id=branch_id)
    yield Tie("consignments", Consignment.objects.filter(here, ended_at__isnull=True, dropped_at__isnull=True).count())


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """Loans of these branches that fall due on the days of a closure, how many readers have them, and items that are
    kept on their hold shelves until then."""
    falls = Q(due_at__gte=_midnight(first))
    if last is not None:
        falls &= Q(due_at__lt=_midnight(last + timedelta(days=1)))
    due = Loan.objects.filter(falls, branch_id__in=branch_ids, returned_at__isnull=True, taken_at__isnull=True)
    counted = due.aggregate(loans=Count("id"), readers=Count("patron_id", distinct=True))
    yield Tie("loans_due", counted["loans"])
    yield Tie("readers_due", counted["readers"])
    kept = Hold.objects.filter(state=HoldState.ON_SHELF, pickup_branch_id__in=branch_ids, shelf_until__gte=first)
    if last is not None:
        kept = kept.filter(shelf_until__lte=last)
    yield Tie("holds_on_shelf", kept.count())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, library_zone())


KEEPER = PatronKeeper(room="circulation", may_leave=may_leave, forget_history=forget_history)
MOVER = PatronMover(room="circulation", lock=lock, move=move, move_back=move_back)
USER = BranchUser(room="circulation", ties=ties, touched=touched)
