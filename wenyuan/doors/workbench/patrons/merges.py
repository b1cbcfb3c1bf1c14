"""合并: records that may be of one person, two of them side by side, one made of them, and two again."""

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.patrons.forms import ReasonForm
from wenyuan.doors.workbench.patrons.shown import Found, Side, shown_patrons, shown_side
from wenyuan.doors.workbench.patrons.words import LIKENESS_WORDS, add_problems, refused_words
from wenyuan.doors.workbench.shell import page
from wenyuan.lending.patrons import operations
from wenyuan.lending.patrons.data import PatronRefused, PatronUnknown
from wenyuan.lending.patrons.queries import (
    get_merge,
    get_patron,
    list_alike,
    list_alike_to,
    list_patrons,
    patron_by_token,
)
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

PAGE = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records in a list, and what they have in common."""

    first: Found
    second: Found
    likeness: str


@staff_page(Act.SEE_PATRON)
@require_GET
def alike(request: StaffRequest) -> HttpResponse:
    """Records that may be of one person, the surest first."""
    number = request.GET.get("page", "1")
    position = int(number) if number.isdecimal() and 0 < int(number) < 1000 else 1
    found = list_alike(limit=PAGE, offset=(position - 1) * PAGE)
    ids = [patron_id for pair in found.pairs for patron_id in (pair.first_id, pair.second_id)]
    views = list_patrons(ids)
    shown = {one.patron.id: one for one in shown_patrons(views.values())}
    context = {
        "pairs": [
            Pair(shown[pair.first_id], shown[pair.second_id], str(LIKENESS_WORDS[pair.likeness]))
            for pair in found.pairs
        ],
        "position": position,
        "more": found.more,
        "crumbs": (_readers(), Crumb(label=gettext("Registered twice?"))),
    }
    return page(request, "workbench/patrons/alike.html", context)


@staff_page(Act.SEE_PATRON)
@require_http_methods(["GET", "POST"])
def merge(request: StaffRequest, patron_id: int, other_id: int) -> HttpResponse:
    """Two records side by side: the first stays, the second is merged into it."""
    sides = [_side(request, patron_id), _side(request, other_id)]
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.merge_patrons(
                kept_id=patron_id,
                gone_id=other_id,
                reason=form.cleaned_data["reason"],
                at=request.at,
                desk=request.desk,
            )
        except PatronRefused as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(
                request, gettext("One record now. Both cards lend on it; for thirty days it can be undone.")
            )
            return HttpResponseRedirect(reverse("workbench:patron", args=[patron_id]))
    like = [pair for pair in list_alike_to(patron_id) if other_id in (pair.first_id, pair.second_id)]
    context = {
        "form": form,
        "sides": sides,
        "kept": sides[0],
        "gone": sides[1],
        "likeness": LIKENESS_WORDS[like[0].likeness] if like else "",
        "may_merge": _may(request, Act.SUSPEND_PATRON),
        "may_edit": _may(request, Act.EDIT_PATRON),
        "crumbs": (
            _readers(),
            Crumb(label=gettext("Registered twice?"), url=reverse("workbench:patrons-alike")),
            Crumb(label=gettext("Two records")),
        ),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "workbench/patrons/merge.html", context, status=status)


@staff_page(Act.SEE_PATRON)
@require_POST
def with_card(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Lay another record, named by its card or number, beside this one."""
    scanned = patron_by_token(request.POST.get("card", ""))
    if scanned is None or scanned.patron.id == patron_id:
        messages.error(request, gettext("No other reader has this card."))
        return HttpResponseRedirect(reverse("workbench:patron", args=[patron_id]))
    return HttpResponseRedirect(reverse("workbench:patrons-merge", args=[patron_id, scanned.patron.id]))


@staff_page(Act.EDIT_PATRON)
@require_POST
def apart(request: StaffRequest, patron_id: int, other_id: int) -> HttpResponse:
    """They are two persons: the pair is not proposed again."""
    try:
        operations.keep_apart(first_id=patron_id, second_id=other_id, at=request.at, desk=request.desk)
    except PatronUnknown:
        raise Http404 from None
    messages.success(request, gettext("Noted: two persons."))
    return HttpResponseRedirect(reverse("workbench:patrons-alike"))


@staff_page(Act.SUSPEND_PATRON)
@require_POST
def undo(request: StaffRequest, patron_id: int, merge_id: int) -> HttpResponse:
    """Two records again, within thirty days."""
    found = get_merge(merge_id)
    if found is None or found.kept_id != patron_id:
        raise Http404
    url = reverse("workbench:patron", args=[patron_id])
    try:
        operations.undo_merge(
            merge_id=merge_id, reason=request.POST.get("reason", ""), at=request.at, desk=request.desk
        )
    except PatronRefused as refused:
        messages.error(request, refused_words(refused))
        return HttpResponseRedirect(url)
    messages.success(request, gettext("Two records again, each with what was its own."))
    return HttpResponseRedirect(url)


def _side(request: StaffRequest, patron_id: int) -> Side:
    view = get_patron(patron_id)
    if view is None:
        raise Http404
    return shown_side(view, desk=request.desk, at=request.at)


def _may(request: StaffRequest, act: Act) -> bool:
    return may(request.operator, act, request.desk.branch_id)


def _readers() -> Crumb:
    return Crumb(label=gettext("Readers"), url=reverse("workbench:patrons"))
