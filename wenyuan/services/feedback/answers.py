"""What this room answers below: a suggestion keeps nobody and no branch; what a reader said goes with them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from wenyuan.holdings.catalogue.data import BibMoved, Hanging, Parting, StayReason
from wenyuan.holdings.catalogue.seams import BibUser
from wenyuan.lending.patrons.data import Moved, Obstacle
from wenyuan.lending.patrons.seams import PatronKeeper, PatronMover
from wenyuan.organisation.network.seams import BranchUser, Tie
from wenyuan.organisation.rights.data import Desk
from wenyuan.services.feedback.data import SuggestionState
from wenyuan.services.feedback.locking import one_at_a_time
from wenyuan.services.feedback.models import Suggestion, Support

SUPPORT = "support"


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """What readers wish to fetch at a branch is answered also when it has closed."""
    return ()


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """A wish needs no open door."""
    return ()


def may_leave(patron_id: int) -> Iterable[Obstacle]:
    """A wish keeps nobody."""
    return ()


def forget_history(patron_id: int) -> None:
    """A wish is no history: it goes when its reader leaves."""


def forget_reader(patron_id: int) -> None:
    """What a reader said goes; a suggestion that nobody else supports and nobody has looked at goes with it."""
    one_at_a_time()
    own = Support.objects.filter(patron_id=patron_id)
    suggestion_ids = list(own.values_list("suggestion_id", flat=True))
    own.delete()
    alone = Suggestion.objects.filter(id__in=suggestion_ids, state=SuggestionState.NEW.value)
    alone.exclude(id__in=Support.objects.filter(suggestion_id__in=suggestion_ids).values("suggestion_id")).delete()


def lock(patron_ids: Sequence[int]) -> None:
    """Nothing here stands before a patron."""


def move(gone_id: int, kept_id: int, at: datetime) -> Iterable[Moved]:
    """Hang what one record wished on the other. What both wished is one wish from then on, also when it is undone."""
    own = Support.objects.select_for_update().filter(patron_id=gone_id)
    own.filter(suggestion_id__in=Support.objects.filter(patron_id=kept_id).values("suggestion_id")).delete()
    moved = [Moved(SUPPORT, row_id) for row_id in own.order_by("id").values_list("id", flat=True)]
    Support.objects.filter(patron_id=gone_id).update(patron_id=kept_id)
    return moved


def move_back(moved: Sequence[Moved], gone_id: int, kept_id: int) -> None:
    """Give back what is still the other record's."""
    Support.objects.filter(id__in=[row.row_id for row in moved], patron_id=kept_id).update(patron_id=gone_id)


def hangs(bib_id: int) -> Iterable[Hanging]:
    """A suggestion is read through the merge of its record."""
    return ()


def lock_bibs(bib_ids: Sequence[int]) -> None:
    return


def move_bib(gone_id: int, kept_id: int, at: datetime, desk: Desk) -> Iterable[BibMoved]:
    return ()


def binds(item_ids: Collection[int], moved: Sequence[BibMoved]) -> Collection[int]:
    return ()


def move_bib_back(parting: Parting) -> Iterable[tuple[BibMoved, StayReason]]:
    return ()


KEEPER = PatronKeeper(room="feedback", may_leave=may_leave, forget_history=forget_history, forget_reader=forget_reader)
MOVER = PatronMover(room="feedback", lock=lock, move=move, move_back=move_back)
BRANCH_USER = BranchUser(room="feedback", ties=ties, touched=touched)
BIB_USER = BibUser(room="feedback", hangs=hangs, lock=lock_bibs, move=move_bib, binds=binds, move_back=move_bib_back)
