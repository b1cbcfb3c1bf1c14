"""The classes, level by level, and the full table that a library brings."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.shelving.forms import ClassTableForm
from wenyuan.doors.workbench.shelving.words import COLUMNS
from wenyuan.holdings.catalogue.data import SheetUnfit
from wenyuan.holdings.catalogue.operations import keep_class_table
from wenyuan.holdings.catalogue.queries import classes_below, list_class_tables, name_of_class
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

LONGEST = 40


@require_GET
@staff_page(Act.SEE_ITEM, Act.EDIT_ITEM, Act.IMPORT_RECORDS, any_branch=True)
def browse(request: StaffRequest) -> HttpResponse:
    language = get_language() or "zh-hans"
    below = request.GET.get("below", "")[:LONGEST].strip().upper()
    title = gettext("Classes")
    crumbs = [Crumb(title, reverse("workbench:classes") if below else "")]
    context = {
        "title": f"{below} {name_of_class(below, language)}".strip() if below else title,
        "line": gettext("Chinese Library Classification"),
        "crumbs": record_crumbs(*crumbs, *([Crumb(below)] if below else [])),
        "rows": classes_below(below, language),
        "below": below,
        "tables": list_class_tables(),
        "may_keep": may(request.operator, Act.EDIT_ITEM, None),
    }
    return page(request, "workbench/shelving/classes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def new_table(request: StaffRequest) -> HttpResponse:
    form = ClassTableForm(request.POST or None, request.FILES or None)
    title = gettext("Bring your table of classes")
    sheet = Sheet(
        title=title,
        act=_("Keep the table"),
        words=_("A table of the same edition gives way. The names show wherever a class does."),
        crumbs=record_crumbs(Crumb(gettext("Classes"), reverse("workbench:classes")), Crumb(title)),
        back=reverse("workbench:classes"),
    )
    if form.is_valid():
        try:
            count = keep_class_table(
                edition=form.cleaned_data["edition"],
                content=form.cleaned_data["file"].read(),
                at=request.at,
                desk=request.desk,
            )
        except SheetUnfit as unfit:
            return faulty_sheet(request, form, sheet, unfit)
        return done(request, gettext("%(count)s classes are kept.") % {"count": count}, sheet.back)
    return form_page(request, form, sheet)


def faulty_sheet(request: StaffRequest, form: forms.Form, sheet: Sheet, unfit: SheetUnfit) -> HttpResponse:
    """The form again, with what is wrong in the file by line."""
    form.add_error(None, gettext("Nothing was kept: %(count)s faults.") % {"count": unfit.count})
    context: dict[str, Any] = {
        "form": form,
        "sheet": sheet,
        "title": sheet.title,
        "crumbs": sheet.crumbs,
        "faults": [(line, COLUMNS.get(column, column), found) for line, column, found in unfit.faults],
    }
    return page(request, "workbench/shelving/table_form.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
