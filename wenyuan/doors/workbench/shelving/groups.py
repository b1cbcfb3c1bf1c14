"""The shelf groups: how a library numbers its works, and the tables of author numbers it brings."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.shelving.classes import faulty_sheet
from wenyuan.doors.workbench.shelving.forms import AuthorTableForm, GroupForm
from wenyuan.doors.workbench.shelving.words import NUMBERINGS, refusal_words
from wenyuan.holdings.catalogue.data import SheetUnfit, ShelfGroupView, ShelvingRefused
from wenyuan.holdings.catalogue.operations import keep_author_table, keep_shelf_group
from wenyuan.holdings.catalogue.queries import list_author_tables, list_shelf_groups
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date


@require_GET
@staff_page(Act.EDIT_ITEM)
def group_list(request: StaffRequest) -> HttpResponse:
    network = network_map()
    title = gettext("Shelf groups")
    context = {
        "title": title,
        "line": gettext("What is shelved in one sequence, and how its works are numbered"),
        "crumbs": record_crumbs(Crumb(title)),
        "groups": [
            (one, NUMBERINGS[one.numbering], [branch_name(branch, network) for branch in sorted(one.branch_ids)])
            for one in list_shelf_groups()
        ],
        "tables": list_author_tables(),
        "may_keep": may(request.operator, Act.EDIT_ITEM, None),
    }
    return page(request, "workbench/shelving/groups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def new_group(request: StaffRequest) -> HttpResponse:
    return _group_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def group(request: StaffRequest, group_id: int) -> HttpResponse:
    found = next((one for one in list_shelf_groups() if one.id == group_id), None)
    if found is None:
        raise Http404
    return _group_page(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def new_author_table(request: StaffRequest) -> HttpResponse:
    form = AuthorTableForm(request.POST or None, request.FILES or None)
    title = gettext("Bring a table of author numbers")
    sheet = Sheet(
        title=title,
        act=_("Keep the table"),
        words=_("A table of the same name gives way. Numbers that were given stay."),
        crumbs=_crumbs(title),
        back=reverse("workbench:shelf-groups"),
    )
    if form.is_valid():
        try:
            count = keep_author_table(
                code=form.cleaned_data["code"],
                content=form.cleaned_data["file"].read(),
                at=request.at,
                desk=request.desk,
            )
        except SheetUnfit as unfit:
            return faulty_sheet(request, form, sheet, unfit)
        return done(request, gettext("%(count)s lines are kept.") % {"count": count}, sheet.back)
    return form_page(request, form, sheet)


def _group_page(request: StaffRequest, found: ShelfGroupView | None) -> HttpResponse:
    form = GroupForm(
        request.POST or None,
        tables=[("", gettext("none")), *((table.name, table.name) for table in list_author_tables())],
        branches=branch_choices(on=local_date(request.at)),
        initial=_initial(found),
    )
    title = gettext("Shelf group %(name)s") % {"name": found.name} if found else gettext("New shelf group")
    if form.is_valid():
        try:
            keep_shelf_group(group_id=found.id if found else None, group=form.group(), at=request.at, desk=request.desk)
        except ShelvingRefused as refused:
            refuse(form, refusal_words(refused), "location" if refused.field == "prefix" else refused.field)
        else:
            return done(request, _("The shelf group is saved."), reverse("workbench:shelf-groups"))
    sheet = Sheet(title=title, act=_("Save"), crumbs=_crumbs(title), back=reverse("workbench:shelf-groups"))
    return form_page(request, form, sheet)


def _initial(found: ShelfGroupView | None) -> dict[str, Any]:
    if found is None:
        return {}
    names = ("code", "name", "numbering", "author_table", "edition", "template", "breaks")
    switches = {"edition_apart": found.edition_apart, "is_default": found.is_default}
    renamed = {"location": found.prefix, "branches": sorted(found.branch_ids)}
    return {name: getattr(found, name) for name in names} | switches | renamed


def _crumbs(title: str) -> tuple[Crumb, ...]:
    return record_crumbs(Crumb(gettext("Shelf groups"), reverse("workbench:shelf-groups")), Crumb(title))
