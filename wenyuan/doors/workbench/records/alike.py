"""The worklist of records that may describe the same document, and the look through the catalogue behind it."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.records.editing_words import DUPLICATES, REFUSALS
from wenyuan.doors.workbench.records.running import hand_over_duplicates
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import AlikePage, CatalogueRefused, LookView
from wenyuan.holdings.catalogue.operations import begin_look, keep_bibs_apart
from wenyuan.holdings.catalogue.queries import count_items_of, last_look, list_alike_records, titles_of
from wenyuan.organisation.rights.data import Act

MOST_COUNTED = 100
"""Per cent."""


@require_GET
@staff_page(Act.EDIT_RECORDS)
def alike(request: StaffRequest) -> HttpResponse:
    """Groups of records that are alike, each pair with its reason; above them how far the look is."""
    found = list_alike_records(after=number_from(request) or 0)
    look = last_look()
    title = gettext("Catalogued twice?")
    context = {
        "title": title,
        "line": gettext("Records that may describe the same document"),
        "crumbs": record_crumbs(Crumb(title)),
        "looked": look,
        "percent": _percent(look),
        "moving": look is not None and look.ended_at is None,
        "groups": _shown(found),
        "onward": onward(request, found.after),
    }
    return page(request, "workbench/records/alike.html", context)


def _percent(look: LookView | None) -> int:
    return MOST_COUNTED * look.position // max(look.last_id, 1) if look is not None else 0


def _shown(found: AlikePage) -> list[list[dict[str, object]]]:
    ids = {one for group in found.groups for pair in group.pairs for one in (pair.first_id, pair.second_id)}
    titles, items = titles_of(ids), count_items_of(ids)
    return [
        [
            {
                "first": titles[pair.first_id],
                "second": titles[pair.second_id],
                "first_items": items.get(pair.first_id, 0),
                "second_items": items.get(pair.second_id, 0),
                "reason": DUPLICATES[pair.reason],
            }
            for pair in group.pairs
            if pair.first_id in titles and pair.second_id in titles
        ]
        for group in found.groups
    ]


@require_POST
@staff_page(Act.EDIT_RECORDS)
def look(request: StaffRequest) -> HttpResponse:
    """Have the catalogue looked through; one look at a time, and one whose job was lost goes on."""
    look_id = begin_look(at=request.at, desk=request.desk)
    hand_over_duplicates(look_id=look_id, desk=request.desk)
    words = gettext("The catalogue is being looked through. You may leave the page.")
    return done(request, words, reverse("workbench:records-alike"))


@require_POST
@staff_page(Act.EDIT_RECORDS)
def apart(request: StaffRequest, bib_id: int, other_id: int) -> HttpResponse:
    """They are two documents: the pair is not proposed again."""
    url = reverse("workbench:records-alike")
    try:
        keep_bibs_apart(first_id=bib_id, second_id=other_id, at=request.at, desk=request.desk)
    except CatalogueRefused as refused:
        if refused.refusal not in REFUSALS:
            raise Http404 from refused
        return not_done(request, REFUSALS[refused.refusal], url)
    return done(request, gettext("Noted: two documents."), url)
