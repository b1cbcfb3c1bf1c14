"""Placing holds: from a title, or from a reader."""

from http import HTTPStatus
from typing import Any

from django import forms as django_forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import Choices, branch_choices, branch_name
from wenyuan.doors.workbench.form_pages import done, refuse
from wenyuan.doors.workbench.holds.forms import HoldForm, ReaderHoldForm
from wenyuan.doors.workbench.holds.words import reason_words, state_of, why
from wenyuan.doors.workbench.records.redirects import led_away
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.queries import get_bib, items_of_bib
from wenyuan.lending.circulation.data import HoldReceipt, HoldView
from wenyuan.lending.circulation.operations import Contended, Refused, place_hold
from wenyuan.lending.circulation.queries import holds_of_patron, queue_of_bib
from wenyuan.lending.patrons.queries import get_patron, list_patrons
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

GET_POST = ("GET", "HEAD", "POST")


@require_http_methods(GET_POST)
@staff_page(Act.PLACE_HOLD)
def title(request: StaffRequest, bib_id: int) -> HttpResponse:
    """The queue of a title, and a hold for whoever a card belongs to."""
    if (led := led_away(request, bib_id)) is not None:
        return led
    bib = get_bib(bib_id)
    if bib is None:
        raise Http404
    items = [item for item in items_of_bib(bib_id) if item.state != "withdrawn"]
    only: Choices = [(item.barcode, f"{item.barcode} {item.call_no} {item.volume}".strip()) for item in items]
    form = HoldForm(request.POST or None, branches=_branches(request), items=only, initial=_initial(request))
    if form.is_valid():
        wish = form.cleaned_data
        placed = _place(
            request, form, card=wish["card"], bib_id=bib_id if not wish["only"] else None, item=wish["only"]
        )
        if placed:
            return done(request, _placed_words(placed), reverse("workbench:holds-of-title", args=[bib_id]))
    sees = may(request.operator, Act.SEE_PATRON, request.desk.branch_id)
    queue = queue_of_bib(bib_id)
    patrons = list_patrons([hold.patron_id for hold in queue if hold.patron_id]) if sees else {}
    rows = [_row(request, hold) | {"patron": patrons.get(hold.patron_id or 0)} for hold in queue]
    context = {
        "title": bib.title,
        "line": " · ".join(filter(None, (bib.author, bib.publisher, str(bib.year or "")))),
        "crumbs": (Crumb(gettext("Holds"), reverse("workbench:holds")), Crumb(bib.title)),
        "form": form,
        "rows": rows,
        "free": sum(item.state == "available" for item in items),
        "count": len(items),
        "may_reorder": may(request.operator, Act.REORDER_HOLDS, request.desk.branch_id),
    }
    return page(request, "workbench/holds/title.html", context, status=_status(form))


@require_http_methods(GET_POST)
@staff_page(Act.PLACE_HOLD)
def reader(request: StaffRequest, patron_id: int) -> HttpResponse:
    """A reader's holds, and a further one on the title of any item that is scanned."""
    patron = get_patron(patron_id)
    if patron is None or not may(request.operator, Act.SEE_PATRON, request.desk.branch_id):
        raise Http404
    form = ReaderHoldForm(request.POST or None, branches=_branches(request), initial=_initial(request))
    if form.is_valid():
        placed = _place(request, form, card=patron.card_no or "", item=form.cleaned_data["code"])
        if placed:
            return done(request, _placed_words(placed), reverse("workbench:holds-of-reader", args=[patron_id]))
    holds = holds_of_patron(patron_id=patron_id, at=request.at)
    back = reverse("workbench:patron", args=[patron_id])
    context = {
        "title": gettext("Holds of %(name)s") % {"name": patron.name or "—"},
        "crumbs": (
            Crumb(gettext("Readers"), reverse("workbench:patrons")),
            Crumb(patron.name or "—", back),
            Crumb(gettext("Holds")),
        ),
        "form": form,
        "patron": patron,
        "rows": [_row(request, hold) for hold in holds if hold.ended_at is None],
        "ended": [_row(request, hold) | {"why": reason_words(hold.end_reason)} for hold in holds if hold.ended_at],
    }
    return page(request, "workbench/holds/reader.html", context, status=_status(form))


def _place(
    request: StaffRequest, form: django_forms.Form, *, card: str, item: str = "", bib_id: int | None = None
) -> HoldReceipt | None:
    """Place what the form asks for; a refusal is shown above its fields."""
    wish = form.cleaned_data
    try:
        return place_hold(
            card=card,
            bib_id=bib_id,
            item=item,
            this_item=bool(wish.get("only")),
            pickup_branch_id=wish["pickup"],
            not_before=wish["not_before"],
            not_after=wish["not_after"],
            at=request.at,
            desk=request.desk,
        )
    except Refused as refused:
        for words in why(refused.blocks):
            refuse(form, words)
    except Contended:
        refuse(form, gettext("Somebody else works with this reader. Please try again."))
    return None


def _placed_words(receipt: HoldReceipt) -> str:
    words = {"title": receipt.title, "branch": branch_name(receipt.pickup_branch_id), "place": receipt.position}
    if receipt.from_shelf:
        return gettext("%(title)s is held and will be fetched from its shelf, for %(branch)s.") % words
    return gettext("%(title)s is held, place %(place)s in the queue, for %(branch)s.") % words


def _row(request: StaffRequest, hold: HoldView) -> dict[str, Any]:
    return {
        "hold": hold,
        "state": state_of(hold, local_date(request.at)),
        "pickup": branch_name(hold.pickup_branch_id, network_map()),
    }


def _branches(request: StaffRequest) -> Choices:
    return branch_choices(on=local_date(request.at), standing=True)


def _initial(request: StaffRequest) -> dict[str, Any]:
    return {"pickup": request.desk.branch_id}


def _status(form: django_forms.Form) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
