"""The sheets of labels: those shipped, a library's own, and by how much the printer is off."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.printing import labels_pdf
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.desk.printed import printed
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.labels.forms import SheetForm
from wenyuan.doors.workbench.labels.printing import print_of
from wenyuan.doors.workbench.labels.words import KINDS, refusal_words
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import LabelRefused, LabelSheetInput, LabelSheetView
from wenyuan.holdings.catalogue.operations import keep_label_sheet
from wenyuan.holdings.catalogue.queries import list_label_sheets
from wenyuan.organisation.rights.data import Act

_NAMES = tuple(LabelSheetInput.__dataclass_fields__)


@require_GET
@staff_page(Act.EDIT_ITEM)
def sheet_list(request: StaffRequest) -> HttpResponse:
    """The sheets; ``?frames=`` prints the edges of one, to hold against the paper."""
    language = get_language() or "zh-hans"
    sheets = list_label_sheets()
    wanted = next((one for one in sheets if str(one.id) == request.GET.get("frames", "")), None)
    if wanted is not None:
        made = print_of(wanted, (), frames=True)
        return printed(request, lambda: labels_pdf(made), "sheet")
    title = gettext("Sheets of labels")
    context = {
        "title": title,
        "crumbs": record_crumbs(Crumb(gettext("Labels"), reverse("workbench:labels")), Crumb(title)),
        "sheets": [(one, one.name(language), KINDS[one.kind]) for one in sheets],
    }
    return page(request, "workbench/labels/sheets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def new_sheet(request: StaffRequest) -> HttpResponse:
    return _sheet_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def sheet(request: StaffRequest, sheet_id: int) -> HttpResponse:
    found = next((one for one in list_label_sheets() if one.id == sheet_id), None)
    if found is None:
        raise Http404
    return _sheet_page(request, found)


def _sheet_page(request: StaffRequest, found: LabelSheetView | None) -> HttpResponse:
    initial = {name: getattr(found, name) for name in _NAMES} if found else {}
    form = SheetForm(request.POST or None, initial=initial)
    title = found.name(get_language() or "zh-hans") if found else gettext("New sheet")
    if form.is_valid():
        try:
            keep_label_sheet(sheet_id=found.id if found else None, sheet=form.sheet(), at=request.at, desk=request.desk)
        except LabelRefused as refused:
            refuse(form, refusal_words(refused), refused.field)
        else:
            return done(request, _("The sheet is saved."), reverse("workbench:label-sheets"))
    shown = Sheet(
        title=title,
        act=_("Save"),
        words=_("Print its edges, hold them against the paper, and move everything by what the printer is off."),
        crumbs=record_crumbs(
            Crumb(gettext("Labels"), reverse("workbench:labels")),
            Crumb(gettext("Sheets of labels"), reverse("workbench:label-sheets")),
            Crumb(title),
        ),
        back=reverse("workbench:label-sheets"),
    )
    return form_page(request, form, shown)
