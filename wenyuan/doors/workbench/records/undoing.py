"""Pages that take an import back: what that would do, and what it has left."""

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.records.frame import GET_POST, batch_crumbs, batch_url, result_or_404
from wenyuan.doors.workbench.records.running import hand_over_undoing
from wenyuan.doors.workbench.records.words import kept_words
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.operations import begin_undoing
from wenyuan.holdings.catalogue.queries import list_kept, undo_prospect
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import require

ROWS = 50


@require_http_methods(GET_POST)
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def undo(request: StaffRequest, batch_id: int) -> HttpResponse:
    """What undoing the import would do now; sent, it is handed to the worker."""
    result = result_or_404(batch_id)
    require(request.operator, Act.IMPORT_RECORDS, result.branch_id)
    here = batch_url(batch_id)
    if not result.can_be_undone:
        return not_done(request, _("This import has been undone."), here)
    if request.method == "POST":
        begin_undoing(batch_id=batch_id, at=request.at, desk=request.desk)
        hand_over_undoing(batch_id=batch_id, desk=request.desk)
        return done(request, _("The import is undone in the background."), here)
    title = gettext("Undo this import")
    prospect = undo_prospect(batch_id=batch_id, operator=request.operator)
    context = {
        "title": title,
        "line": result.file_name,
        "crumbs": batch_crumbs(result, Crumb(title)),
        "batch": result,
        "prospect": prospect,
        "reasons": [(kept_words(reason), count) for reason, count in prospect.kept.items()],
        "nothing": not (prospect.items or prospect.bibs or prospect.restored),
        "back": here,
    }
    return page(request, "workbench/records/undo.html", context)


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def kept(request: StaffRequest, batch_id: int) -> HttpResponse:
    """What an undone import has left in the catalogue, and why."""
    result = result_or_404(batch_id)
    found = list_kept(batch_id=batch_id, after=number_from(request) or 0, size=ROWS + 1)
    title = gettext("What has stayed")
    context = {
        "title": title,
        "line": result.file_name,
        "crumbs": batch_crumbs(result, Crumb(title)),
        "rows": [(row, kept_words(row.reason)) for row in found[:ROWS]],
        "onward": onward(request, found[ROWS - 1].id if len(found) > ROWS else None),
    }
    return page(request, "workbench/records/kept.html", context)
