"""What readers say of works: shown once staff have looked at it, written and reported by who has signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.review_words import REASONS, STATES, stars_words
from wenyuan.doors.portal.access import PublicRequest, ReaderRequest, public_page, reader_act, reader_page
from wenyuan.doors.portal.account import told
from wenyuan.doors.portal.card import crumbs
from wenyuan.doors.portal.sessions import keep_word, word_of
from wenyuan.doors.portal.shell import page
from wenyuan.holdings.catalogue.data import BibBrief
from wenyuan.holdings.catalogue.queries import standing_bib, titles_of
from wenyuan.plumbing.clock import local_date
from wenyuan.services.reading.data import (
    ReviewDraft,
    ReviewFacts,
    ReviewReason,
    ReviewRefused,
    ReviewState,
    ReviewSummary,
)
from wenyuan.services.reading.operations import report_review, take_review_back, write_review
from wenyuan.services.reading.queries import (
    count_own_reviews,
    get_review,
    list_own_reviews,
    list_reviews_of,
    own_review_of,
    reviews_in_sum,
)

WORDS, NAME, WHY = 1000, 20, 200
BESIDE: Final = 3
ROWS: Final = 20

FIELDS: Final[Mapping[ReviewReason, str]] = {
    ReviewReason.BAD_STARS: "stars",
    ReviewReason.NOTHING_SAID: "words",
    ReviewReason.NAME_HAS_NUMBERS: "shown_as",
    ReviewReason.REASON_MISSING: "why",
}


class ReviewForm(forms.Form):
    """Stars, words, and by which name they are shown."""

    stars = forms.TypedChoiceField(
        label=_("Stars"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("What you say of it"), max_length=WORDS, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    shown_as = forms.CharField(
        label=_("By which name it is shown"),
        max_length=NAME,
        required=False,
        help_text=_("Left empty it says “a reader”. Do not use the name on your document."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        marks = [(str(count), stars_words(count)) for count in range(5, 0, -1)]
        self.fields["stars"].choices = [*marks, ("", gettext("no stars"))]  # type: ignore[attr-defined]


class ReportForm(forms.Form):
    """What is improper."""

    why = forms.CharField(label=_("What is improper"), max_length=WHY, widget=forms.Textarea(attrs={"rows": 3}))


@dataclass(frozen=True, slots=True)
class Said:
    """A review as pages show it."""

    review: ReviewFacts
    stars: str
    name: str
    day: date


@dataclass(frozen=True, slots=True)
class Own:
    """A reader's own review in their account."""

    said: Said
    bib: BibBrief | None
    shape: str
    word: StrOrPromise


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What stands of reviews on a work's page: the latest words, and what all come to."""

    said: list[Said]
    summary: ReviewSummary


def beside_work(bib_id: int) -> Reviewed:
    """The same for a work; a statement more where somebody said something in words."""
    summary = reviews_in_sum(bib_id)
    return Reviewed(said(list_reviews_of(bib_id, size=BESIDE)) if summary.count else [], summary)


def said(reviews: tuple[ReviewFacts, ...]) -> list[Said]:
    """Reviews with their stars, name and day in words."""
    return [
        Said(
            review=one,
            stars=stars_words(one.draft.stars) if one.draft.stars else "",
            name=one.draft.shown_as or gettext("a reader"),
            day=local_date(one.written_at),
        )
        for one in reviews
    ]


@public_page
def reviews(request: PublicRequest, bib_id: int) -> HttpResponse:
    """All that is shown of a work, the latest first."""
    bib = _work(bib_id)
    if bib.id != bib_id:
        return HttpResponseRedirect(reverse("portal:reviews", args=[bib.id]))
    summary = reviews_in_sum(bib.id)
    numbers = Paginator(range(summary.count), ROWS).get_page(request.GET.get("page"))
    found = list_reviews_of(bib.id, start=max(numbers.start_index() - 1, 0), size=ROWS)
    context = {
        "bib": bib,
        "summary": summary,
        "reviews": said(found),
        "page": numbers,
        "crumbs": [*_to_work(bib), Crumb(label=gettext("What readers say"))],
    }
    return page(request, "portal/reviews.html", context, at="find")


@reader_act(with_page=True)
def review(request: ReaderRequest, bib_id: int) -> HttpResponse:
    """The form, with what was said before."""
    bib = _work(bib_id)
    if bib.id != bib_id:
        return HttpResponseRedirect(reverse("portal:review", args=[bib.id]))
    if request.reader.is_other:
        return told(request, "refused", gettext("Whoever has signed in with that card speaks for themselves"))
    before = own_review_of(bib.id, patron_id=request.reader.patron.id)
    form = ReviewForm(request.POST if request.method == "POST" else None, initial=_initial(before))
    if form.is_valid():
        try:
            write_review(
                patron_id=request.reader.patron.id,
                bib_id=bib.id,
                draft=ReviewDraft(**form.cleaned_data),
                at=request.at,
                desk=request.desk,
            )
        except ReviewRefused as refused:
            _note(form, refused)
        else:
            return _back(request, gettext("Thank you. It is shown once the library has looked at it."))
    context = {
        "bib": bib,
        "form": form,
        "before": before,
        "crumbs": [*_to_work(bib), Crumb(label=gettext("Your review"))],
    }
    return page(request, "portal/review.html", context, at="find", status=_status(form))


@reader_page
def own_reviews(request: ReaderRequest) -> HttpResponse:
    """What the reader has said, and whether it is shown."""
    patron_id = request.reader.patron.id
    numbers = Paginator(range(count_own_reviews(patron_id)), ROWS).get_page(request.GET.get("page"))
    found = list_own_reviews(patron_id, start=max(numbers.start_index() - 1, 0), size=ROWS)
    known = titles_of(one.bib_id for one in found)
    context = {
        "word": word_of(request.reader),
        "rows": [Own(one, known.get(one.review.bib_id), *STATES[one.review.state]) for one in said(found)],
        "page": numbers,
        "crumbs": crumbs(gettext("My reviews")),
    }
    return page(request, "portal/own_reviews.html", context, at="account")


@reader_act()
def take_back(request: ReaderRequest, review_id: int) -> HttpResponse:
    """What the reader said goes."""
    if request.reader.is_other:
        return told(request, "refused", gettext("Whoever has signed in with that card speaks for themselves"))
    try:
        take_review_back(patron_id=request.reader.patron.id, review_id=review_id, at=request.at, desk=request.desk)
    except ReviewRefused:
        raise Http404 from None
    return _back(request, gettext("Your review is gone."))


@reader_act(with_page=True)
def report(request: ReaderRequest, review_id: int) -> HttpResponse:
    """A shown review that is improper is reported to staff."""
    found = get_review(review_id)
    if found is None or found.state is not ReviewState.SHOWN:
        raise Http404
    if request.reader.is_other:
        return told(request, "refused", gettext("Whoever has signed in with that card speaks for themselves"))
    bib = _work(found.bib_id)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            report_review(
                patron_id=request.reader.patron.id,
                review_id=review_id,
                why=form.cleaned_data["why"],
                at=request.at,
                desk=request.desk,
            )
        except ReviewRefused as refused:
            _note(form, refused)
        else:
            return told(request, "fine", gettext("Thank you. The library looks at it again."))
    context = {
        "bib": bib,
        "form": form,
        "one": said((found,))[0],
        "crumbs": [*_to_work(bib), Crumb(label=gettext("Report it"))],
    }
    return page(request, "portal/review_report.html", context, at="find", status=_status(form))


def _work(bib_id: int) -> BibBrief:
    standing = standing_bib(bib_id)
    bib = titles_of([standing]).get(standing)
    if bib is None:
        raise Http404
    return bib


def _to_work(bib: BibBrief) -> list[Crumb]:
    return [Crumb(label=bib.title, url=reverse("portal:record", args=[bib.id]))]


def _initial(before: ReviewFacts | None) -> dict[str, object]:
    if before is None:
        return {"stars": ""}
    return {
        "stars": str(before.draft.stars or ""),
        "words": before.draft.words,
        "shown_as": before.draft.shown_as,
    }


def _note(form: forms.Form, refused: ReviewRefused) -> None:
    for reason in refused.reasons:
        field = FIELDS.get(reason, "")
        form.add_error(field if field in form.fields else None, str(REASONS[reason]))


def _status(form: forms.Form) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _back(request: ReaderRequest, heading: str) -> HttpResponse:
    keep_word(request.reader, {"kind": "fine", "heading": heading, "lines": []})
    return HttpResponseRedirect(reverse("portal:own-reviews"))
