"""What readers wish the library bought at the branches where one may answer; one of them, with the answer."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.suggestion_words import REASONS, STATES, each_reason
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name, branches_with
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.suggestions.forms import EVERY, AnswerForm, FilterForm
from wenyuan.holdings.catalogue.queries import lookup, titles_of
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.services.feedback.data import (
    OPEN_STATES,
    SuggestionFacts,
    SuggestionReason,
    SuggestionRefused,
    SuggestionState,
)
from wenyuan.services.feedback.operations import answer_suggestion
from wenyuan.services.feedback.queries import (
    count_suggestions,
    get_suggestion,
    list_suggestions,
    list_supporters,
)

ROWS = 50
WORDS = 50
GET_POST = ("GET", "HEAD", "POST")


@require_GET
@staff_page(Act.ANSWER_SUGGESTIONS, any_branch=True)
def suggestions(request: StaffRequest) -> HttpResponse:
    """What readers wish, what most of them wish first: what is not settled, of one state, or all."""
    kept, network = branches_with(request.operator, Act.ANSWER_SUGGESTIONS), network_map()
    form = FilterForm(request.GET or None)
    chosen = form.cleaned_data["state"] if form.is_valid() else ""
    states = None if chosen == EVERY else (SuggestionState(chosen),) if chosen else OPEN_STATES
    count = count_suggestions(branch_ids=kept, states=states)
    numbers = Paginator(range(count), ROWS).get_page(request.GET.get("page"))
    start = max(numbers.start_index() - 1, 0)
    found = list_suggestions(branch_ids=kept, states=states, start=start, size=ROWS)
    context = {
        "title": gettext("Suggestions to buy"),
        "line": gettext("What readers wish the library had"),
        "form": form,
        "chosen": chosen,
        "is_everything": chosen == EVERY,
        "cleared_url": reverse("workbench:suggestions") if chosen else "",
        "rows": [(one, branch_name(one.branch_id, network), *STATES[one.state]) for one in found],
        "page": numbers,
    }
    return page(request, "workbench/suggestions/list.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.ANSWER_SUGGESTIONS, any_branch=True)
def suggestion(request: StaffRequest, suggestion_id: int) -> HttpResponse:
    """One suggestion: what is wished, why, by how many, and the answer."""
    found = get_suggestion(suggestion_id)
    if found is None:
        raise Http404
    if not may(request.operator, Act.ANSWER_SUGGESTIONS, found.branch_id):
        raise PermissionDenied
    here = reverse("workbench:suggestion", args=[suggestion_id])
    initial = {"version": found.version, "reason": found.reason, "work": found.wanted.isbn}
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            _answer(request, found, form)
        except _SeveralRecords:
            refuse(form, _("Several records have this ISBN. Scan the barcode of what has arrived."), "work")
        except SuggestionRefused as refused:
            if SuggestionReason.CHANGED_MEANWHILE in refused.reasons:
                return not_done(request, REASONS[SuggestionReason.CHANGED_MEANWHILE], here)
            for words, field in each_reason(refused):
                refuse(form, words, field)
        else:
            return done(request, _("Answered. Whoever asked to be told is told."), here)
    sheet = Sheet(
        title=found.wanted.title,
        act=_("Answer"),
        line=found.wanted.author,
        crumbs=(
            Crumb(gettext("Suggestions to buy"), reverse("workbench:suggestions")),
            Crumb(found.wanted.title),
        ),
        back=reverse("workbench:suggestions"),
    )
    network = network_map()
    more = {
        "suggestion": found,
        "state": STATES[found.state],
        "branch": branch_name(found.branch_id, network),
        "bib": titles_of([found.bib_id]).get(found.bib_id) if found.bib_id else None,
        "supporters": [
            (one, branch_name(one.wish.pickup_branch_id, network)) for one in list_supporters(found.id, size=WORDS)
        ],
        "is_ended": found.state in (SuggestionState.REFUSED, SuggestionState.ARRIVED),
    }
    return form_page(request, form, sheet, template="workbench/suggestions/one.html", **more)


class _SeveralRecords(Exception):
    """The number does not say which record it is."""


def _answer(request: StaffRequest, found: SuggestionFacts, form: AnswerForm) -> None:
    told = form.cleaned_data
    answer = SuggestionState(told["answer"])
    number = (told["work"] or found.wanted.isbn) if answer is SuggestionState.ARRIVED else ""
    bibs = (lookup(isbn=number, size=2).bibs or lookup(barcode=number, size=2).bibs) if number else ()
    if len(bibs) > 1:
        raise _SeveralRecords
    answer_suggestion(
        suggestion_id=found.id,
        version=told["version"],
        answer=answer,
        reason=told["reason"],
        bib_id=bibs[0].id if bibs else None,
        at=request.at,
        desk=request.desk,
    )
