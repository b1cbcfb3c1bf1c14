"""Records out of the catalogue as a file."""

from collections.abc import Sequence
from http import HTTPStatus

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices
from wenyuan.doors.workbench.form_pages import refuse
from wenyuan.doors.workbench.records.forms import ExportChoice
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import MOST_ROWS, ExportForm, NotIndexed
from wenyuan.holdings.catalogue.queries import count_holdings, export_records, ids_chosen, list_shelf, numbers_unknown
from wenyuan.organisation.network.queries import get_branch
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

SHELF_PAGE = 1000
ENDINGS = {ExportForm.ISO2709_UTF8: "utf8.iso", ExportForm.ISO2709_GB18030: "gb18030.iso", ExportForm.MARCXML: "xml"}


@require_GET
@staff_page(Act.EXPORT_RECORDS)
def export(request: StaffRequest) -> HttpResponse:
    return _page(request, _form(request, bound=False))


@require_GET
@staff_page(Act.EXPORT_RECORDS)
def export_file(request: StaffRequest) -> HttpResponseBase:
    """The file itself: it begins at once and needs no memory, however large the catalogue."""
    form = _form(request, bound=True)
    if not form.is_valid():
        return _page(request, form)
    chosen = form.chosen()
    wanted = form.records()
    if wanted is not None and not form.cleaned_data["leave_out"] and (unknown := numbers_unknown(wanted.numbers)):
        words = ngettext("No record has this number: %(numbers)s", "No record has these: %(numbers)s", len(unknown))
        refuse(form, words % {"numbers": " ".join(unknown)}, "numbers")
        return _page(request, form)
    try:
        bib_ids = ids_chosen(wanted) if wanted is not None else None
    except NotIndexed:
        refuse(form, _("The search index is being built. Try it again in a few minutes."), "question")
        return _page(request, form)
    if bib_ids is not None and len(bib_ids) > MOST_ROWS:
        refuse(form, _("This would have been more than 50,000. Choose fewer at a time."))
        return _page(request, form)
    branch_id = form.cleaned_data["branch"]
    branch = get_branch(branch_id) if branch_id else None
    records = export_records(
        form=chosen,
        desk=request.desk,
        source=form.cleaned_data["source"].strip() or None,
        bib_ids=_bibs_at(branch.id) if branch else bib_ids,
    )
    which = branch.code if branch else "all" if bib_ids is None else "chosen"
    name = f"records-{which}-{local_date(request.at):%Y%m%d}.{ENDINGS[chosen]}"
    kind = "application/marcxml+xml" if chosen is ExportForm.MARCXML else "application/marc"
    return StreamingHttpResponse(
        records, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _bibs_at(branch_id: int) -> Sequence[int]:
    """The records of the items that have their home at a branch."""
    found: set[int] = set()
    after = None
    while True:
        shelf = list_shelf(branch_id=branch_id, after=after, size=SHELF_PAGE)
        found.update(item.bib_id for item in shelf.items)
        if shelf.after is None:
            return sorted(found)
        after = shelf.after


def _form(request: StaffRequest, *, bound: bool) -> ExportChoice:
    branches = branch_choices(on=local_date(request.at), empty=_("the whole catalogue"))
    return ExportChoice(request.GET if bound else None, branches=branches)


def _page(request: StaffRequest, form: ExportChoice) -> HttpResponse:
    title = gettext("Export records")
    context = {
        "title": title,
        "line": gettext("Records leave as they came in, field by field."),
        "crumbs": record_crumbs(Crumb(title)),
        "form": form,
        "counts": count_holdings(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, "workbench/records/export.html", context, status=status)
