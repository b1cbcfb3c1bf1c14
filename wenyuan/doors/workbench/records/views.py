"""Pages of bib records: the newest, and one with its MARC and its items."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.authorities.shown import shown_headings
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.items.words import DIALECTS, DOCUMENT_KINDS, shown_state
from wenyuan.doors.workbench.paging import onward, pair_from
from wenyuan.doors.workbench.records.redirects import led_away
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.queries import count_holdings, get_bib, list_newest, marc_rows, numbers_of_bib
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may


def record_crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    """From the records to what ``after`` names."""
    return (Crumb(gettext("Cataloguing"), reverse("workbench:records")), *after)


@require_GET
@staff_page(Act.EDIT_ITEM, Act.EDIT_RECORDS, Act.IMPORT_RECORDS, Act.EXPORT_RECORDS, any_branch=True)
def newest(request: StaffRequest) -> HttpResponse:
    found = list_newest(after=pair_from(request))
    counts = count_holdings()
    context = {
        "title": gettext("Cataloguing"),
        "line": gettext("The records that came in last"),
        "bibs": found.bibs,
        "kinds": DOCUMENT_KINDS,
        "counts": counts,
        "onward": onward(request, found.after),
        "may_catalogue": _holds(request, Act.EDIT_RECORDS),
        "may_import": _holds(request, Act.IMPORT_RECORDS),
        "may_export": _holds(request, Act.EXPORT_RECORDS),
        "may_edit": _holds(request, Act.EDIT_ITEM),
    }
    return page(request, "workbench/records/newest.html", context)


def _holds(request: StaffRequest, act: Act) -> bool:
    return may(request.operator, act, request.desk.branch_id)


@require_GET
@staff_page(Act.SEE_ITEM, Act.EDIT_ITEM, Act.EDIT_RECORDS, Act.IMPORT_RECORDS, any_branch=True)
def record(request: StaffRequest, bib_id: int) -> HttpResponse:
    if (led := led_away(request, bib_id)) is not None:
        return led
    bib = get_bib(bib_id)
    if bib is None:
        raise Http404
    network = network_map()
    context = {
        "title": bib.title,
        "line": " · ".join(filter(None, (bib.author, bib.publisher, str(bib.year or "")))),
        "crumbs": record_crumbs(Crumb(bib.title)),
        "bib": bib,
        "may_catalogue": _holds(request, Act.EDIT_RECORDS),
        "kind": DOCUMENT_KINDS.get(bib.document_kind, bib.document_kind),
        "dialect": DIALECTS.get(bib.dialect, bib.dialect),
        "marc": marc_rows(bib_id),
        "headings": shown_headings(bib_id),
        "may_edit": _holds(request, Act.EDIT_ITEM),
        "items": [(item, branch_name(item.home_branch_id, network), shown_state(item)) for item in bib.items],
        "to_label": [item.barcode for item in bib.items if item.home_branch_id == request.desk.branch_id],
        "next_step": "" if bib.items else "items" if numbers_of_bib(bib_id) else "number",
    }
    return page(request, "workbench/records/record.html", context)
