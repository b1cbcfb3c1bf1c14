"""Pages of what a library says of its suppliers: how their items are read, and what stays of its own records."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.records.forms import MappingForm, OverlayForm
from wenyuan.doors.workbench.records.frame import GET_POST
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.records.words import unfit_words
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import MappingUnfit, OverlayUnfit
from wenyuan.holdings.catalogue.operations import keep_mapping, keep_overlay
from wenyuan.holdings.catalogue.queries import list_mappings, list_overlays
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may


def mapping_choices() -> Choices:
    """Ways of reading items, as a form offers them."""
    return [("", _("the record's own fields")), *list_mappings()]


def overlay_choices() -> Choices:
    """Rules of what stays, as a form offers them."""
    return [("", _("nothing")), *((name, name) for name, _keep, _both in list_overlays())]


@require_GET
@staff_page(Act.IMPORT_RECORDS, any_branch=True)
def profiles(request: StaffRequest) -> HttpResponse:
    title = gettext("Suppliers' files")
    context = {
        "title": title,
        "line": gettext("How their items are read, and what stays of your own records"),
        "crumbs": _crumbs(),
        "mappings": list_mappings(),
        "overlays": list_overlays(),
        "may_keep": may(request.operator, Act.IMPORT_RECORDS, None),
    }
    return page(request, "workbench/records/profiles.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.IMPORT_RECORDS)
def new_mapping(request: StaffRequest) -> HttpResponse:
    sheet = _sheet(
        gettext("A way of reading items"),
        _("One of the same name gives way. When a file is looked through, every way is tried on it."),
    )
    return _keep(request, MappingForm(request.POST or None), keep_mapping, sheet)


@require_http_methods(GET_POST)
@staff_page(Act.IMPORT_RECORDS)
def new_overlay(request: StaffRequest) -> HttpResponse:
    sheet = _sheet(
        gettext("What stays of your own records"),
        _("Rules of the same name give way. What they do is seen when a file is looked through."),
    )
    return _keep(request, OverlayForm(request.POST or None), keep_overlay, sheet)


def _keep(
    request: StaffRequest, form: MappingForm | OverlayForm, keep: Callable[..., str], sheet: Sheet
) -> HttpResponse:
    if form.is_valid():
        try:
            keep(data=form.data_given(), at=request.at, desk=request.desk)
        except (MappingUnfit, OverlayUnfit) as unfit:
            place = unfit.where.removeprefix("columns.").partition(".")[0]
            refuse(form, unfit_words(unfit.fault), place)
        else:
            return done(request, _("Kept for every import from now on."), reverse("workbench:import-profiles"))
    return form_page(request, form, sheet)


def _sheet(title: str, words: Any) -> Sheet:
    back = reverse("workbench:import-profiles")
    return Sheet(title=title, act=_("Keep"), words=words, crumbs=_crumbs(Crumb(title), back=back), back=back)


def _crumbs(*after: Crumb, back: str = "") -> tuple[Crumb, ...]:
    imports = Crumb(gettext("Imports"), reverse("workbench:imports"))
    return record_crumbs(imports, Crumb(gettext("Suppliers' files"), back), *after)
