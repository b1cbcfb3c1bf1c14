"""Machines: where each stands, and how it speaks SIP2."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, at_branch, staff_page
from wenyuan.doors.workbench.accounts import forms
from wenyuan.doors.workbench.accounts.frame import account_crumbs, holds, tabs, url_of
from wenyuan.doors.workbench.accounts.words import REASONS, refused_field
from wenyuan.doors.workbench.branches import Choices, branch_choices, branch_name, branches_with
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.accounts import operations
from wenyuan.organisation.accounts.data import AccountRefused
from wenyuan.organisation.accounts.queries import get_machine, list_machines
from wenyuan.organisation.network.queries import list_service_points, network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

GET_POST = ["GET", "HEAD", "POST"]


@require_GET
@staff_page(Act.MANAGE_ACCOUNTS, Act.GRANT_ROLES, any_branch=True)
def machine_list(request: StaffRequest) -> HttpResponse:
    network = network_map()
    shown = page_of(request, list_machines())
    context = {
        "title": gettext("Machines"),
        "line": gettext("Self-check and card machines, gates and shelves that speak SIP2"),
        "tabs": tabs(request),
        "page": shown,
        "machines": [
            (
                machine,
                branch_name(machine.branch_id, network),
                forms.PROFILE_WORDS.get(machine.profile, machine.profile),
            )
            for machine in shown
        ],
        "may_manage": holds(request.operator, Act.MANAGE_ACCOUNTS),
    }
    return page(request, "workbench/accounts/machines.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.MANAGE_ACCOUNTS, any_branch=True)
def new_machine(request: StaffRequest) -> HttpResponse:
    branches, points = _places(request)
    form = forms.NewMachineForm(
        request.POST or None, branches=branches, points=points, initial={"branch": request.desk.branch_id}
    )
    if form.is_valid():
        values = form.values()
        cleaned = form.cleaned_data
        try:
            made = operations.create_machine(
                username=cleaned["username"],
                name=cleaned["name"],
                password=cleaned["password"],
                at=request.at,
                desk=at_branch(request.desk, cleaned["branch"]),
                **values,  # type: ignore[arg-type] # the form's own values
            )
        except AccountRefused as refused:
            refuse(form, REASONS[refused.reason], refused_field(refused))
        else:
            words = _("The machine is made. It may do nothing until it is granted the machine role at its branch.")
            return done(request, words, url_of(made.account_id))
    return _form(request, form, gettext("Make a machine"), _("Make the machine"))


@require_http_methods(GET_POST)
@staff_page(Act.MANAGE_ACCOUNTS, any_branch=True)
def machine(request: StaffRequest, account_id: int) -> HttpResponse:
    facts = get_machine(account_id)
    if facts is None:
        raise Http404
    branches, points = _places(request)
    form = forms.MachineForm(
        request.POST or None,
        branches=branches,
        points=points,
        initial={
            "branch": facts.branch_id,
            "service_point": facts.service_point_id,
            "profile": facts.profile,
            "charset": facts.charset,
            "terminator": facts.terminator,
            "checksum": facts.checksum,
            "addresses": "\n".join(facts.addresses),
            "holder_told": facts.holder_told,
            "pin_to_pay": facts.pin_to_pay,
        },
    )
    if form.is_valid():
        try:
            operations.update_machine(
                account_id=account_id,
                at=request.at,
                desk=at_branch(request.desk, form.cleaned_data["branch"]),
                **form.values(),  # type: ignore[arg-type] # the form's own values
            )
        except AccountRefused as refused:
            refuse(form, REASONS[refused.reason], refused_field(refused))
        else:
            return done(request, _("The machine is saved. It hears of it at its next sign-in."), url_of(account_id))
    return _form(request, form, facts.name, _("Save"))


def _places(request: StaffRequest) -> tuple[Choices, Choices]:
    """Branches where the operator may set up machines, and their service points."""
    today = local_date(request.at)
    branches = branch_choices(on=today, ids=branches_with(request.operator, Act.MANAGE_ACCOUNTS), standing=True)
    points: Choices = [("", _("none"))]
    for branch_id, words in branches:
        points += [
            (str(point.id), f"{str(words).strip()} · {point.name_zh}")
            for point in list_service_points(int(branch_id), on=today)
        ]
    return branches, points


def _form(request: StaffRequest, form: forms.MachineForm, title: str, act: object) -> HttpResponse:
    back = reverse("workbench:machines")
    sheet = Sheet(
        title=title,
        act=str(act),
        words=gettext("Choose the maker's profile first; the rest is in the machine's own settings."),
        crumbs=account_crumbs(Crumb(gettext("Machines"), back), Crumb(title)),
        back=back,
    )
    return form_page(request, form, sheet)
