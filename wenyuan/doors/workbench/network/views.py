"""Pages of the network: the tree, a branch with what belongs to it, and the forms that change them."""

from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, at_branch, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name, branches_with, in_tree_order
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.network import forms
from wenyuan.doors.workbench.network.days import months_ahead, week_rows
from wenyuan.doors.workbench.network.frame import (
    area_choices,
    branch_form,
    branch_or_404,
    branch_to_change,
    in_own_words,
    network_crumbs,
    shown,
    url_of,
)
from wenyuan.doors.workbench.network.words import (
    SHEET_FAULTS,
    column_words,
    kind_words,
    refusal_words,
    refused_field,
)
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.network import operations
from wenyuan.organisation.network.data import BranchFacts, NetworkRefused
from wenyuan.organisation.network.operations import MOST_BYTES, SheetRefused, read_branch_sheet
from wenyuan.organisation.network.queries import (
    get_library,
    list_areas,
    list_closures,
    list_groups,
    list_service_points,
    network_map,
    opening_today,
)
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

DAYS_AHEAD = 60
SHEET_ERRORS_SHOWN = 200
GET_POST = ["GET", "HEAD", "POST"]


@dataclass(slots=True)
class Twig:
    """A branch of the tree as it is drawn, with what stands below it."""

    branch: BranchFacts
    name: str
    kind: object
    status: object
    below: list["Twig"] = field(default_factory=list)


@require_GET
@staff_page(Act.EDIT_NETWORK, Act.EDIT_CALENDAR, Act.EDIT_POLICIES, Act.SEE_ITEM, any_branch=True)
def tree(request: StaffRequest) -> HttpResponse:
    network, today = network_map(), local_date(request.at)
    openings = {opening.branch.id: opening for opening in opening_today(request.at, network=network)}
    roots: list[Twig] = []
    line: list[Twig] = []
    gone = []
    for branch_id, depth in in_tree_order(network, today):
        branch = network.branches[branch_id]
        twig = Twig(branch, shown(branch), kind_words(branch.kind), openings.get(branch_id))
        if not branch.stands_on(today):
            gone.append(twig)
        del line[depth:]
        (line[-1].below if line else roots).append(twig)
        line.append(twig)
    library = get_library()
    context = {
        "title": gettext("Branches"),
        "line": library.name_zh if library else "",
        "roots": roots,
        "count": len(openings),
        "gone": gone,
        "library": library,
        "may_found": Act.EDIT_NETWORK in request.operator.everywhere,
        "may_open": bool(branches_with(request.operator, Act.EDIT_NETWORK) != frozenset()),
    }
    return page(request, "workbench/network/tree.html", context)


@require_GET
@staff_page(Act.EDIT_NETWORK, Act.EDIT_CALENDAR, Act.EDIT_POLICIES, Act.SEE_ITEM, any_branch=True)
def branch(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_or_404(branch_id)
    network, today = network_map(), local_date(request.at)
    calendar = network.calendar(branch_id)
    parent = network.parent_of(branch_id, today)
    memberships = network.memberships.get(branch_id, ())
    groups = {group.id: group for group in list_groups()}
    context = {
        "title": shown(facts),
        "line": f"{kind_words(facts.kind)} · {facts.code}",
        "crumbs": network_crumbs(Crumb(shown(facts))),
        "branch": facts,
        "stands": facts.stands_on(today),
        "today": today,
        "parent": network.branches.get(parent) if parent is not None else None,
        "parent_name": branch_name(parent, network),
        "below": [
            (other, branch_name(other, network))
            for other, _depth in in_tree_order(network, today)
            if network.parent_of(other, today) == branch_id
        ],
        "areas": list_areas(branch_id),
        "points": list_service_points(branch_id),
        "week": week_rows(calendar, today),
        "months": months_ahead(calendar, first=today, last=today + timedelta(days=DAYS_AHEAD - 1)),
        "closures": [
            closure for closure in list_closures(branch_id=branch_id, from_date=today) if closure.withdrawn_at is None
        ],
        "memberships": [(groups[group_id], span) for group_id, span in memberships if group_id in groups],
        "may_edit": may(request.operator, Act.EDIT_NETWORK, branch_id),
        "may_date": may(request.operator, Act.EDIT_CALENDAR, branch_id),
        "may_sign": may(request.operator, Act.SIGN_CLOSURE, branch_id),
        "sees_figures": may(request.operator, Act.SEE_FIGURES, branch_id),
        "sees_journal": may(request.operator, Act.SEE_JOURNAL, branch_id),
    }
    return page(request, "workbench/network/branch.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def library(request: StaffRequest) -> HttpResponse:
    facts = get_library()
    initial = {name: getattr(facts, name) for name in forms.LibraryForm.base_fields} if facts else {}
    form = forms.LibraryForm(request.POST or None, initial=initial)
    if form.is_valid():
        verb = operations.describe_library if facts else operations.found_library
        try:
            verb(at=request.at, desk=request.desk, **form.cleaned_data)
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The library's particulars are saved."), reverse("workbench:network"))
    title = gettext("The library")
    sheet = Sheet(
        title=title,
        act=_("Save"),
        words=_("These stand on receipts, cards and reports, and machines send the institution code."),
        crumbs=network_crumbs(Crumb(title)),
        back=reverse("workbench:network"),
    )
    return form_page(request, form, sheet)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def new_branch(request: StaffRequest) -> HttpResponse:
    today = local_date(request.at)
    mine = branches_with(request.operator, Act.EDIT_NETWORK)
    parents = branch_choices(on=today, ids=mine, empty=_("Nothing (a root)") if mine is None else None, standing=True)
    form = forms.BranchForm(
        request.POST or None,
        parents=parents,
        initial={"opened_date": today, "parent": request.GET.get("below", ""), "kind": "branch"},
    )
    if form.is_valid():
        values = dict(form.cleaned_data)
        parent_id = values.pop("parent")
        desk = at_branch(request.desk, parent_id) if parent_id else request.desk
        try:
            opened = operations.open_branch(parent_id=parent_id, at=request.at, desk=desk, **values)
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The branch stands in the network. Its hours come next."), url_of(opened.id))
    title = gettext("Open a branch")
    sheet = Sheet(
        title=title, act=_("Open the branch"), crumbs=network_crumbs(Crumb(title)), back=reverse("workbench:network")
    )
    return form_page(request, form, sheet)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK)
def sheet(request: StaffRequest) -> HttpResponse:
    form = forms.SheetForm(request.POST or None, request.FILES or None)
    errors: list[dict[str, object]] = []
    more = 0
    if form.is_valid():
        upload = form.cleaned_data["sheet"]
        try:
            rows = read_branch_sheet(upload.read(MOST_BYTES + 1))
            opened = operations.load_branch_sheet(rows=rows, at=request.at, desk=request.desk)
        except SheetRefused as refused:
            more = max(len(refused.errors) - SHEET_ERRORS_SHOWN, 0)
            errors = [
                {
                    "row": error.row,
                    "column": column_words(error.column),
                    "why": SHEET_FAULTS[error.fault.value],
                    "value": error.value,
                }
                for error in refused.errors[:SHEET_ERRORS_SHOWN]
            ]
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused))
        else:
            words = gettext("%(count)s branches opened from the sheet.") % {"count": len(opened)}
            return done(request, words, reverse("workbench:network"))
    title = gettext("Branches from a sheet")
    context = {
        "title": title,
        "line": gettext("A CSV or XLSX file with one branch a row. Nothing is written unless every row is right."),
        "crumbs": network_crumbs(Crumb(title)),
        "form": form,
        "errors": errors,
        "more": more,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors or form.errors else HTTPStatus.OK
    return page(request, "workbench/network/sheet.html", context, status=status)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def names(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_NETWORK)
    form = forms.NamesForm(request.POST or None, initial={"name_zh": facts.name_zh, "name_en": facts.name_en})
    if form.is_valid():
        try:
            operations.rename_branch(
                branch_id=branch_id, at=request.at, desk=at_branch(request.desk, branch_id), **form.cleaned_data
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The names are saved."), url_of(branch_id))
    return branch_form(request, form, facts, gettext("Names"), _("Save"))


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def particulars(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_NETWORK)
    form = forms.DescriptionForm(
        request.POST or None,
        initial={
            "address": facts.address,
            "phone": facts.phone,
            "accessibility": facts.accessibility,
            "latitude": facts.location[0] if facts.location else None,
            "longitude": facts.location[1] if facts.location else None,
        },
    )
    if form.is_valid():
        try:
            operations.describe_branch(
                branch_id=branch_id, at=request.at, desk=at_branch(request.desk, branch_id), **form.cleaned_data
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The particulars are saved."), url_of(branch_id))
    return branch_form(request, form, facts, gettext("Particulars"), _("Save"))


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def placement(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_NETWORK)
    today = local_date(request.at)
    mine = branches_with(request.operator, Act.EDIT_NETWORK)
    others = frozenset(network_map().branches) - {branch_id}
    parents = branch_choices(
        on=today,
        ids=others if mine is None else others & mine,
        empty=_("Nothing (a root)") if mine is None else None,
        standing=True,
    )
    now = network_map().parent_of(branch_id, today)
    form = forms.MoveForm(request.POST or None, parents=parents, initial={"parent": now, "from_date": today})
    if form.is_valid():
        try:
            operations.move_branch(
                branch_id=branch_id,
                parent_id=form.cleaned_data["parent"],
                from_date=form.cleaned_data["from_date"],
                at=request.at,
                desk=at_branch(request.desk, branch_id),
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The branch has another place from that day on."), url_of(branch_id))
    words = gettext("Figures of a subtree use the tree as of each day: what was reported stays true.")
    return branch_form(request, form, facts, gettext("Place in the tree"), _("Move"), words=words)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def end(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_NETWORK)
    form = forms.CloseForm(request.POST or None, initial={"closed_date": local_date(request.at)})
    if form.is_valid():
        try:
            operations.close_branch(
                branch_id=branch_id,
                closed_date=form.cleaned_data["closed_date"],
                at=request.at,
                desk=at_branch(request.desk, branch_id),
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The branch closes for good on that day."), url_of(branch_id))
    words = gettext("This cannot be undone. To shut it for some days, declare a closure instead.")
    return branch_form(request, form, facts, gettext("Close for good"), _("Close for good"), words=words, grave=True)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def new_area(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_NETWORK)
    form = forms.AreaForm(request.POST or None)
    if form.is_valid():
        try:
            operations.add_area(
                branch_id=branch_id, at=request.at, desk=at_branch(request.desk, branch_id), **form.cleaned_data
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The area is added."), url_of(branch_id))
    return branch_form(request, form, facts, gettext("Add an area"), _("Add"))


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def new_point(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_NETWORK)
    form = forms.ServicePointForm(request.POST or None, areas=area_choices(branch_id, empty=gettext("No area")))
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            operations.add_service_point(
                branch_id=branch_id,
                area_id=values.pop("area"),
                at=request.at,
                desk=at_branch(request.desk, branch_id),
                **values,
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The service point is added."), url_of(branch_id))
    return branch_form(request, form, facts, gettext("Add a service point"), _("Add"))


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def end_point(request: StaffRequest, branch_id: int, point_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_NETWORK)
    point = next((one for one in list_service_points(branch_id) if one.id == point_id), None)
    if point is None:
        raise Http404
    form = forms.CloseForm(request.POST or None, initial={"closed_date": local_date(request.at)})
    if form.is_valid():
        try:
            operations.close_service_point(
                service_point_id=point_id,
                closed_date=form.cleaned_data["closed_date"],
                at=request.at,
                desk=at_branch(request.desk, branch_id),
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The service point closes on that day."), url_of(branch_id))
    title = gettext("Close a service point")
    about = in_own_words(point.name_zh, point.name_en)
    return branch_form(request, form, facts, title, _("Close for good"), about=about, grave=True)
