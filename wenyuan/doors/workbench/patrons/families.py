"""Guardians and children: what a guardian answers for, and who has come of age."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.patrons.shown import Found, Held, shown_held, shown_patrons
from wenyuan.doors.workbench.patrons.words import REACHED_WORDS
from wenyuan.doors.workbench.shell import page
from wenyuan.lending.circulation.data import OpenLoan
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.lending.patrons.data import PatronView
from wenyuan.lending.patrons.queries import get_patron, list_children, list_coming_of_age, list_restrictions
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

PAGE = 20
MOST_CHILDREN = 20


@dataclass(frozen=True, slots=True)
class Child:
    """A child as the guardian may ask about it: standing, what is on loan, what restricts it."""

    shown: Found
    loans: tuple[OpenLoan, ...]
    held: list[Held]


@staff_page(Act.SEE_PATRON)
@require_GET
def family(request: StaffRequest, patron_id: int) -> HttpResponse:
    """What a guardian answers for: every child with its loans and restrictions (PIPL 31, 45)."""
    view = get_patron(patron_id)
    if view is None:
        raise Http404
    children = list_children(patron_id)
    context = {
        "patron": view,
        "children": [_child(request, one) for one in children[:MOST_CHILDREN]],
        "others": children[MOST_CHILDREN:],
        "crumbs": (
            *_crumbs(),
            Crumb(label=view.name, url=reverse("workbench:patron", args=[patron_id])),
            Crumb(label=gettext("Children")),
        ),
    }
    return page(request, "workbench/patrons/family_page.html", context)


def _child(request: StaffRequest, view: PatronView) -> Child:
    known = patron_loans(patron_id=view.id, branch_id=request.desk.branch_id, at=request.at)
    held = shown_held(list_restrictions(view.id), desk=request.desk, at=request.at)
    return Child(shown_patrons([view])[0], known.loans if known else (), [one for one in held if one.is_open])


@staff_page(Act.EDIT_PATRON)
@require_GET
def of_age(request: StaffRequest) -> HttpResponse:
    """Who is 14 or 18, or will be within thirty days, and still on record as younger; one's own branch or all."""
    number = request.GET.get("page", "1")
    position = int(number) if number.isdecimal() and 0 < int(number) < 1000 else 1
    everywhere = request.GET.get("where") == "all"
    found = list_coming_of_age(
        on=local_date(request.at),
        branch_ids=None if everywhere else [request.desk.branch_id],
        limit=PAGE,
        offset=(position - 1) * PAGE,
    )
    shown = shown_patrons([one.patron for one in found.children])
    context = {
        "children": [
            (row, str(REACHED_WORDS[one.reached]), one.day) for row, one in zip(shown, found.children, strict=True)
        ],
        "everywhere": everywhere,
        "position": position,
        "more": found.more,
        "crumbs": (*_crumbs(), Crumb(label=gettext("Coming of age"))),
    }
    return page(request, "workbench/patrons/of_age.html", context)


def _crumbs() -> tuple[Crumb, ...]:
    return (Crumb(label=gettext("Readers"), url=reverse("workbench:patrons")),)
