"""A reader suggests that the library buys a title, and sees what became of what they suggested."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.suggestion_words import STATES, each_reason
from wenyuan.doors.portal import searching
from wenyuan.doors.portal.access import ReaderRequest, reader_act, reader_page
from wenyuan.doors.portal.availability import Row, rows_of
from wenyuan.doors.portal.card import crumbs
from wenyuan.doors.portal.sessions import keep_word, word_of
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.words import kind_order
from wenyuan.holdings.catalogue.queries import titles_of
from wenyuan.organisation.network.data import BranchFacts
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date
from wenyuan.services.feedback.data import (
    OwnSuggestion,
    SuggestionReason,
    SuggestionReceipt,
    SuggestionRefused,
    SuggestionState,
    Wanted,
    Wish,
)
from wenyuan.services.feedback.operations import suggest
from wenyuan.services.feedback.queries import count_own_suggestions, is_isbn, list_own_suggestions

TITLE, AUTHOR, ISBN, WHY = 200, 120, 40, 300
ROWS: Final = 20


class SuggestForm(forms.Form):
    """What is wished for, why, and where it would be fetched."""

    title = forms.CharField(label=_("Title"), max_length=TITLE)
    author = forms.CharField(label=_("Author"), max_length=AUTHOR, required=False)
    isbn = forms.CharField(
        label=_("ISBN"),
        max_length=ISBN,
        required=False,
        help_text=_("It stands above the price barcode on the back cover."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    why = forms.CharField(
        label=_("Why the library should have it"),
        max_length=WHY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Read by the librarians who choose, and by nobody else."),
    )
    pickup = forms.ChoiceField(label=_("Where would you fetch it?"))
    tell = forms.BooleanField(label=_("Tell me what becomes of it"), required=False)
    means_another = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: object, branches: list[tuple[str, str]], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["pickup"].choices = branches  # type: ignore[attr-defined] # a choice field


@dataclass(frozen=True, slots=True)
class Own:
    """A suggestion of a reader's as their page shows it. ``work`` is its record's id, where it can be held."""

    own: OwnSuggestion
    shape: str
    word: StrOrPromise
    day: date
    branch: BranchFacts | None
    work: int | None


def suggest_url(text: str, by: searching.By | None = None) -> str:
    """Where a title is suggested, with what was looked for filled in."""
    if is_isbn(text):
        return f"{reverse('portal:suggest-title')}?{urlencode({'isbn': text})}"
    name = "author" if by is searching.By.AUTHOR else "title"
    return f"{reverse('portal:suggest-title')}?{urlencode({name: text})}"


@reader_act(with_page=True)
def suggest_title(request: ReaderRequest) -> HttpResponse:
    """The form, with what was looked for filled in; what the library has already is shown instead."""
    branches = _branches(request)
    looked_for = {name: searching.clean(request.GET.get(name, "")) for name in ("title", "author", "isbn")}
    initial = {**looked_for, "tell": True}
    form = SuggestForm(
        request.POST if request.method == "POST" else None,
        branches=[(branch.code, branch.name(request.language)) for branch in branches],
        initial=initial,
    )
    held: list[Row] = []
    may_mean_another = False
    if form.is_valid():
        try:
            return _suggested(request, _suggest(request, form))
        except SuggestionRefused as refused:
            for words, field in each_reason(refused):
                form.add_error(field if field in form.fields else None, str(words))
            held = _held(request, refused.bib_ids)
            may_mean_another = refused.reasons in ((SuggestionReason.HELD,), (SuggestionReason.HELD_ALIKE,))
    context = {
        "form": form,
        "held": held,
        "may_mean_another": may_mean_another,
        "crumbs": crumbs(gettext("Suggest a title")),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "portal/suggest_title.html", context, at="find", status=status)


def _branches(request: ReaderRequest) -> list[BranchFacts]:
    """The branches that stand today: the reader's own first."""
    today, home = local_date(request.at), request.reader.patron.home_branch_id
    standing = [branch for branch in network_map().branches.values() if branch.stands_on(today)]
    return sorted(standing, key=lambda branch: (branch.id != home, kind_order(branch.kind), branch.code))


def _suggest(request: ReaderRequest, form: SuggestForm) -> SuggestionReceipt:
    told = form.cleaned_data
    pickup = network_map().by_code(told["pickup"])
    return suggest(
        patron_id=request.reader.patron.id,
        wanted=Wanted(title=told["title"], author=told["author"], isbn=told["isbn"]),
        wish=Wish(pickup_branch_id=pickup.id if pickup else 0, why=told["why"], tell=told["tell"]),
        means_another=told["means_another"],
        at=request.at,
        desk=request.desk,
    )


def _suggested(request: ReaderRequest, receipt: SuggestionReceipt) -> HttpResponse:
    title = {"title": receipt.suggestion.wanted.title}
    if receipt.repeated:
        heading = gettext("You have suggested this already: %(title)s") % title
    elif receipt.joined:
        others = receipt.suggestion.supporters - 1
        heading = ngettext(
            "Suggested: %(title)s. %(count)s other reader wishes it too.",
            "Suggested: %(title)s. %(count)s other readers wish it too.",
            others,
        ) % {**title, "count": others}
    else:
        heading = gettext("Suggested: %(title)s") % title
    keep_word(request.reader, {"kind": "fine", "heading": heading, "lines": []})
    return HttpResponseRedirect(reverse("portal:suggestions"))


def _held(request: ReaderRequest, bib_ids: tuple[int, ...]) -> list[Row]:
    known = titles_of(bib_ids)
    bibs = [known[bib_id] for bib_id in bib_ids if bib_id in known]
    return rows_of(bibs, network=network_map(), language=request.language, at=request.at)


@reader_page
def suggestions(request: ReaderRequest) -> HttpResponse:
    """What the reader suggested, the latest first, and what became of each."""
    patron_id, network = request.reader.patron.id, network_map()
    numbers = Paginator(range(count_own_suggestions(patron_id)), ROWS).get_page(request.GET.get("page"))
    found = list_own_suggestions(patron_id, start=max(numbers.start_index() - 1, 0), size=ROWS)
    context = {
        "word": word_of(request.reader),
        "rows": [
            Own(
                own=one,
                shape=STATES[one.suggestion.state][0],
                word=STATES[one.suggestion.state][1],
                day=local_date(one.since),
                branch=network.branches.get(one.wish.pickup_branch_id),
                work=one.suggestion.bib_id if one.suggestion.state is SuggestionState.ARRIVED else None,
            )
            for one in found
        ],
        "page": numbers,
        "crumbs": crumbs(gettext("My suggestions")),
    }
    return page(request, "portal/suggestions.html", context, at="account")
