"""Items and records as a spreadsheet: asked for, written in the background, fetched."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name
from wenyuan.doors.workbench.form_pages import done
from wenyuan.doors.workbench.records.forms import TableChoice
from wenyuan.doors.workbench.records.frame import GET_POST
from wenyuan.doors.workbench.records.running import hand_over_table
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.records.words import TABLE_FORMS, TABLE_STATES, TABLES
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import TableForm, TableView
from wenyuan.holdings.catalogue.operations import ask_for_table
from wenyuan.holdings.catalogue.queries import get_table, list_tables
from wenyuan.organisation.network.queries import get_branch, network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

CONTENT_TYPES = {
    TableForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    TableForm.CSV: "text/csv; charset=utf-8",
}


@require_http_methods(GET_POST)
@staff_page(Act.EXPORT_RECORDS)
def tables(request: StaffRequest) -> HttpResponse:
    branches = branch_choices(on=local_date(request.at), empty=_("the whole catalogue"))
    form = TableChoice(request.POST or None, branches=branches)
    if request.method == "POST" and form.is_valid():
        table_id = ask_for_table(
            **form.chosen(), language=get_language() or "zh-hans", at=request.at, desk=request.desk
        )
        hand_over_table(table_id=table_id, desk=request.desk)
        return done(request, _("The table is written in the background."), reverse("workbench:export-tables"))
    title = gettext("Tables of items and records")
    network = network_map()
    found = list_tables(account_id=request.operator.account_id)
    context = {
        "title": title,
        "line": gettext("As an Excel or CSV file, kept for seven days"),
        "crumbs": record_crumbs(Crumb(gettext("Export records"), reverse("workbench:export")), Crumb(title)),
        "form": form,
        "tables": [
            (table, TABLES[table.of], TABLE_FORMS[table.form], branch_name(table.branch_id, network), state)
            for table in found
            for state in (TABLE_STATES[table.state],)
        ],
        "moving": any(table.state == "waiting" for table in found),
    }
    return page(request, "workbench/records/tables.html", context)


@require_GET
@staff_page(Act.EXPORT_RECORDS)
def table_file(request: StaffRequest, table_id: int) -> HttpResponseBase:
    """The file, for whoever has asked for it."""
    table = get_table(table_id)
    if table is None or table.asked_by_id != request.operator.account_id or not table.stored_as:
        raise Http404
    path = Path(settings.HOME) / table.stored_as
    if not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=_name(table), content_type=CONTENT_TYPES[table.form]
    )


def _name(table: TableView) -> str:
    branch = get_branch(table.branch_id) if table.branch_id else None
    where = branch.code if branch else "all"
    return f"{table.of.value}-{where}-{local_date(table.asked_at):%Y%m%d}.{table.form.value}"
