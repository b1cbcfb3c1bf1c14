"""What readers say of works: written, changed and taken back by themselves, shown once staff have looked at it,
reported by others. The door names who has signed in."""

from datetime import datetime, time

from django.db.models import F

from wenyuan.holdings.catalogue.queries import standing_bib, titles_of
from wenyuan.lending.patrons.operations import hold_reader
from wenyuan.lending.patrons.queries import get_patron, is_guarded
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.transactions import verb
from wenyuan.services.reading import rules
from wenyuan.services.reading.data import ReviewDraft, ReviewFacts, ReviewReason, ReviewRefused, ReviewState
from wenyuan.services.reading.models import Review, ReviewReport
from wenyuan.services.reading.queries import get_review, own_review_of


@needs()
@verb
def write_review(*, patron_id: int, bib_id: int, draft: ReviewDraft, at: datetime, desk: Desk) -> ReviewFacts:
    """Say something of a work, or something else than before: it waits to be looked at, and is not shown until then.

    :raises ReviewRefused: with every reason; GUARDED where a guardian would have to agree.
    """
    _hold(patron_id)
    patron = get_patron(patron_id)
    assert patron is not None, "held above"
    work, draft = standing_bib(bib_id), rules.tidied_review(draft)
    before = own_review_of(work, patron_id=patron_id)
    guarded = is_guarded(patron_id, on=local_date(at))
    others = Review.objects.filter(patron_id=patron_id, written_at__gte=_midnight(at))
    written = others.exclude(id=before.id if before else 0).count()
    reasons = rules.reasons_against_review(draft, today_written=written, guarded=guarded)
    if work not in titles_of([work]):
        reasons.append(ReviewReason.UNKNOWN_WORK)
    if reasons:
        raise ReviewRefused(*reasons)
    columns = {"stars": draft.stars, "words": draft.words, "shown_as": draft.shown_as}
    if before is None:
        made = Review.objects.create(
            patron_id=patron_id, bib_id=work, branch_id=patron.home_branch_id, written_at=at, **columns
        )
        return _standing(made.id)
    if before.draft == draft:
        return before
    Review.objects.filter(id=before.id).update(
        **columns,
        state=ReviewState.WAITING.value,
        reason="",
        written_at=at,
        decided_at=None,
        decided_by=None,
        version=F("version") + 1,
    )
    ReviewReport.objects.filter(review_id=before.id).delete()
    return _standing(before.id)


@needs()
@verb
def take_review_back(*, patron_id: int, review_id: int, at: datetime, desk: Desk) -> None:
    """A reader wants what they said of a work gone.

    :raises ReviewRefused: UNKNOWN_REVIEW, also for another reader's; UNKNOWN_READER.
    """
    _hold(patron_id)
    if not Review.objects.select_for_update().filter(id=review_id, patron_id=patron_id).exists():
        raise ReviewRefused(ReviewReason.UNKNOWN_REVIEW)
    ReviewReport.objects.filter(review_id=review_id).delete()
    Review.objects.filter(id=review_id).delete()


@needs()
@verb
def report_review(*, patron_id: int, review_id: int, why: str, at: datetime, desk: Desk) -> None:
    """A reader finds a shown review improper: it is looked at again, and stands until then. Once each.

    :raises ReviewRefused: UNKNOWN_READER; UNKNOWN_REVIEW where it is not shown; OWN; REASON_MISSING, TEXT_TOO_LONG,
        TOO_MANY.
    """
    _hold(patron_id)
    review = Review.objects.select_for_update().filter(id=review_id, state=ReviewState.SHOWN.value).first()
    if review is None:
        raise ReviewRefused(ReviewReason.UNKNOWN_REVIEW)
    reasons = rules.reasons_against_decision(why, shown=False)
    if review.patron_id == patron_id:
        reasons.append(ReviewReason.OWN)
    own = ReviewReport.objects.filter(patron_id=patron_id)
    if own.filter(at__gte=_midnight(at)).count() >= rules.MOST_REVIEWS_A_DAY:
        reasons.append(ReviewReason.TOO_MANY)
    if reasons:
        raise ReviewRefused(*reasons)
    ReviewReport.objects.get_or_create(
        review_id=review_id, patron_id=patron_id, defaults={"why": why.strip(), "at": at}
    )


@needs(Act.MODERATE_REVIEWS)
@verb
def decide_review(
    *, review_id: int, version: int, shown: bool, reason: str = "", at: datetime, desk: Desk
) -> ReviewFacts:
    """Show a review, or do not and say its reader why. ``version`` is the one that was looked at: what its reader has
    changed since is looked at anew. Whatever was reported of it is settled.

    :raises NotAllowed: the operator may not look at reviews at its branch.
    :raises ReviewRefused: UNKNOWN_REVIEW; else with every reason.
    """
    row = Review.objects.select_for_update().filter(id=review_id).first()
    if row is None:
        raise ReviewRefused(ReviewReason.UNKNOWN_REVIEW)
    require(desk.operator, Act.MODERATE_REVIEWS, row.branch_id)
    reasons = rules.reasons_against_decision(reason, shown=shown)
    if row.version != version:
        reasons.append(ReviewReason.CHANGED_MEANWHILE)
    if reasons:
        raise ReviewRefused(*reasons)
    before, state = row.state, ReviewState.SHOWN if shown else ReviewState.REFUSED
    Review.objects.filter(id=row.id).update(
        state=state.value,
        reason="" if shown else reason.strip(),
        decided_at=at,
        decided_by_id=desk.operator.account,
        version=F("version") + 1,
    )
    ReviewReport.objects.filter(review_id=row.id).delete()
    audit(
        at=at,
        desk=desk,
        act="decide_review",
        subject_kind="review",
        subject_id=row.id,
        branch_id=row.branch_id,
        reason="" if shown else reason.strip(),
        before={"state": before},
        after={"state": state.value},
    )
    return _standing(row.id)


def _hold(patron_id: int) -> None:
    """What one reader does twice at once comes one after the other, and nobody leaves or is erased meanwhile.

    :raises ReviewRefused: UNKNOWN_READER where they have.
    """
    if not hold_reader(patron_id):
        raise ReviewRefused(ReviewReason.UNKNOWN_READER)


def _midnight(at: datetime) -> datetime:
    return datetime.combine(local_date(at), time.min, library_zone())


def _standing(review_id: int) -> ReviewFacts:
    found = get_review(review_id)
    assert found is not None, "the row is held until the end"
    return found
