"""What lists answer the rooms below: one hinders no closing of its branch, no departure and no merge of records, and a
reader's own go with them.

A line is read through the merge of its record (``sql``), so that neither the merge nor its undoing changes a row.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db.models import QuerySet

from wenyuan.holdings.catalogue.data import BibMoved, Hanging, Parting, StayReason
from wenyuan.holdings.catalogue.seams import BibUser
from wenyuan.lending.patrons.data import Moved, Obstacle
from wenyuan.lending.patrons.seams import PatronKeeper, PatronMover
from wenyuan.organisation.network.seams import BranchUser, Tie
from wenyuan.organisation.rights.data import Desk
from wenyuan.services.reading.models import OwnLine, OwnList, Review, ReviewReport

OWN_LIST, REVIEW, REPORT = "own_list", "review", "review_report"


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


def may_leave(patron_id: int) -> Iterable[Obstacle]:
    """A list keeps nobody."""
    return ()


def forget_history(patron_id: int) -> None:
    """A list is no history: it goes when its reader leaves."""


def forget_reader(patron_id: int) -> None:
    """A reader's own lists go with them, and what they said of works and of what others said."""
    _delete_reviews(Review.objects.filter(patron_id=patron_id))
    ReviewReport.objects.filter(patron_id=patron_id).delete()
    OwnLine.objects.filter(own_list__patron_id=patron_id).delete()
    OwnList.objects.filter(patron_id=patron_id).delete()


def lock_readers(patron_ids: Sequence[int]) -> None:
    """Nothing here stands before a patron."""


def move_reader(gone_id: int, kept_id: int, at: datetime) -> Iterable[Moved]:
    """The lists of both stand with the one, also two of one name. Of what both said of a work, or reported, that of the
    record that stays is kept, also when it is undone."""
    spoken = Review.objects.filter(patron_id=gone_id)
    twice = spoken.filter(bib_id__in=Review.objects.filter(patron_id=kept_id).values("bib_id"))
    _delete_reviews(twice)
    reported = ReviewReport.objects.filter(patron_id=gone_id)
    reported.filter(review_id__in=ReviewReport.objects.filter(patron_id=kept_id).values("review_id")).delete()
    moved = [Moved(REVIEW, row_id) for row_id in spoken.order_by("id").values_list("id", flat=True)]
    moved += [Moved(REPORT, row_id) for row_id in reported.order_by("id").values_list("id", flat=True)]
    spoken.update(patron_id=kept_id)
    reported.update(patron_id=kept_id)
    lists = OwnList.objects.filter(patron_id=gone_id)
    moved += [Moved(OWN_LIST, list_id) for list_id in lists.order_by("id").values_list("id", flat=True)]
    lists.update(patron_id=kept_id)
    return moved


def _delete_reviews(reviews: QuerySet[Review]) -> None:
    """With what was reported of them; nobody reports one meanwhile."""
    ids = list(reviews.select_for_update().values_list("id", flat=True))
    ReviewReport.objects.filter(review_id__in=ids).delete()
    Review.objects.filter(id__in=ids).delete()


def move_reader_back(moved: Sequence[Moved], gone_id: int, kept_id: int) -> None:
    """What came with the merge and is still there goes back."""
    for what, rows in ((OWN_LIST, OwnList.objects), (REVIEW, Review.objects), (REPORT, ReviewReport.objects)):
        ids = [row.row_id for row in moved if row.what == what]
        rows.filter(patron_id=kept_id, id__in=ids).update(patron_id=gone_id)


KEEPER = PatronKeeper(room="reading", may_leave=may_leave, forget_history=forget_history, forget_reader=forget_reader)
MOVER = PatronMover(room="reading", lock=lock_readers, move=move_reader, move_back=move_reader_back)
BRANCH_USER = BranchUser(room="reading", ties=ties, touched=touched)
BIB_USER = BibUser(room="reading", hangs=hangs, lock=lock, move=move, binds=binds, move_back=move_back)
