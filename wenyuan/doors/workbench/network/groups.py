"""Lending groups (通借通还): the list, and which branch belongs to which from when."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, at_branch, staff_page
from wenyuan.doors.workbench.branches import Choices, branch_name
from wenyuan.doors.workbench.form_pages import done, refuse
from wenyuan.doors.workbench.network import forms
from wenyuan.doors.workbench.network.frame import branch_form, branch_to_change, in_own_words, network_crumbs, url_of
from wenyuan.doors.workbench.network.words import refusal_words, refused_field
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.network import operations
from wenyuan.organisation.network.data import NetworkRefused
from wenyuan.organisation.network.queries import list_groups, network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

GET_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def group_list(request: StaffRequest) -> HttpResponse:
    form = forms.GroupForm(request.POST or None)
    if form.is_valid():
        try:
            operations.create_lending_group(at=request.at, desk=request.desk, **form.cleaned_data)
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The lending group is made. Branches join it on their own pages."), request.path)
    network, today = network_map(), local_date(request.at)
    members: dict[int, list[tuple[int, str]]] = {}
    for branch_id in sorted(network.memberships, key=lambda one: network.branches[one].code):
        for group_id in network.groups_of(branch_id, today):
            members.setdefault(group_id, []).append((branch_id, branch_name(branch_id, network)))
    title = gettext("Lending groups")
    groups = page_of(request, list_groups())
    context = {
        "title": title,
        "line": gettext("Branches of a group lend and take back each other's items."),
        "crumbs": network_crumbs(Crumb(title)),
        "page": groups,
        "groups": [(group, members.get(group.id, [])) for group in groups],
        "form": form,
        "may_make": Act.EDIT_NETWORK in request.operator.everywhere,
    }
    status = 422 if form.errors else 200
    return page(request, "workbench/network/groups.html", context, status=status)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def join(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_NETWORK)
    choices: Choices = [(str(group.id), f"{group.name_zh} ({group.code})") for group in list_groups()]
    form = forms.JoinForm(request.POST or None, groups=choices, initial={"from_date": local_date(request.at)})
    if form.is_valid():
        try:
            operations.join_group(
                branch_id=branch_id,
                group_id=form.cleaned_data["group"],
                from_date=form.cleaned_data["from_date"],
                at=request.at,
                desk=at_branch(request.desk, branch_id),
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The branch belongs to the group from that day on."), url_of(branch_id))
    words = "" if choices else gettext("There is no lending group yet.")
    return branch_form(request, form, facts, gettext("Join a lending group"), _("Join"), words=words)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK, any_branch=True)
def leave(request: StaffRequest, branch_id: int, group_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_NETWORK)
    group = next((one for one in list_groups() if one.id == group_id), None)
    if group is None:
        raise Http404
    form = forms.LeaveForm(request.POST or None, initial={"date": local_date(request.at)})
    if form.is_valid():
        try:
            operations.leave_group(
                branch_id=branch_id,
                group_id=group_id,
                date=form.cleaned_data["date"],
                at=request.at,
                desk=at_branch(request.desk, branch_id),
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The branch leaves the group on that day."), url_of(branch_id))
    words = gettext("Items lent to its readers may then be closed only where they belong.")
    about, title = in_own_words(group.name_zh, group.name_en), gettext("Leave a lending group")
    return branch_form(request, form, facts, title, _("Leave"), words=words, about=about, grave=True)
