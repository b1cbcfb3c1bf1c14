"""Labels are put into the queue: by barcode, by shelf, by import."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.labels.forms import AddForm
from wenyuan.doors.workbench.labels.words import refusal_words
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.holdings.catalogue.data import LabelRefused
from wenyuan.holdings.catalogue.operations import queue_labels
from wenyuan.holdings.catalogue.queries import items_of_import, items_on_shelf, items_with_barcodes
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

FEW = 10
"""Unknown barcodes that are named."""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def add(request: StaffRequest) -> HttpResponse:
    branches = branch_choices(on=local_date(request.at), empty=gettext("none"))
    form = AddForm(request.POST or None, branches=branches, initial={"batch": _number(request.GET.get("batch", ""))})
    title = gettext("Add labels")
    sheet = Sheet(
        title=title,
        act=_("Add to the labels"),
        words=_("Name the items by their barcodes, by a stretch of a shelf, or by the import that brought them."),
        crumbs=record_crumbs(Crumb(gettext("Labels"), reverse("workbench:labels")), Crumb(title)),
        back=reverse("workbench:labels"),
    )
    if form.is_valid():
        items = _items(form)
        if items is not None:
            try:
                queued = queue_labels(
                    item_ids=items, kinds=form.cleaned_data["kinds"], at=request.at, desk=request.desk
                )
            except LabelRefused as refused:
                refuse(form, refusal_words(refused))
            else:
                words = gettext("%(count)s labels added.") % {"count": sum(queued.added.values())}
                return done(request, words, sheet.back)
    return form_page(request, form, sheet)


def _items(form: AddForm) -> Sequence[int] | None:
    """The items named; none, and said in the form, where some barcodes are unknown."""
    values = form.cleaned_data
    if values["barcodes"]:
        found = items_with_barcodes(values["barcodes"])
        unknown = [barcode for barcode in values["barcodes"] if barcode not in found]
        if unknown:
            words = gettext("No item has: %(barcodes)s") % {"barcodes": ", ".join(unknown[:FEW])}
            refuse(form, words if len(unknown) <= FEW else f"{words} …", "barcodes")
            return None
        return list(found.values())
    if values["branch"]:
        return items_on_shelf(values["branch"], values["first"], values["last"])
    return items_of_import(values["batch"]) if values["batch"] else ()


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
