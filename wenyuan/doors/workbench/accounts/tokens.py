"""A machine's tokens for the REST door: the list, a new one (shown once), the end of one."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.accounts import forms
from wenyuan.doors.workbench.accounts.frame import account_crumbs, holds, url_of
from wenyuan.doors.workbench.accounts.words import ACTS, REASONS, refused_field
from wenyuan.doors.workbench.branches import branch_choices, branch_name
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.accounts import operations
from wenyuan.organisation.accounts.data import AccountRefused, ApiTokenFacts, MachineFacts
from wenyuan.organisation.accounts.queries import get_api_token, get_machine, list_api_tokens
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

GET_POST = ["GET", "HEAD", "POST"]


@require_GET
@staff_page(Act.MANAGE_ACCOUNTS, any_branch=True)
def token_list(request: StaffRequest, account_id: int) -> HttpResponse:
    machine = _machine_or_404(account_id)
    network = network_map()
    shown = page_of(request, list_api_tokens(account_id=account_id))
    context = {
        "title": gettext("Tokens"),
        "line": f"{machine.name} · {machine.username}",
        "crumbs": account_crumbs(Crumb(machine.name, url_of(account_id)), Crumb(gettext("Tokens"))),
        "machine": machine,
        "page": shown,
        "tokens": [
            (
                token,
                [ACTS[act] for act in Act if act in token.acts],
                [branch_name(branch_id, network) for branch_id in sorted(token.branch_ids)],
                _state(token, request),
            )
            for token in shown
        ],
        "may_make": machine.is_active and holds(request.operator, Act.MANAGE_ACCOUNTS),
    }
    return page(request, "workbench/accounts/tokens.html", context)


def _state(token: ApiTokenFacts, request: StaffRequest) -> tuple[str, StrOrPromise]:
    if token.ended_at is not None:
        return "none", _("ended")
    return ("in", _("in use")) if token.is_good(local_date(request.at)) else ("stop", _("out of date"))


@require_http_methods(GET_POST)
@staff_page(Act.MANAGE_ACCOUNTS, any_branch=True)
def new_token(request: StaffRequest, account_id: int) -> HttpResponse:
    """The answer to the form is the token itself: it is kept nowhere, so no other page could show it."""
    machine = _machine_or_404(account_id)
    today = local_date(request.at)
    form = forms.TokenForm(
        request.POST or None,
        branches=branch_choices(on=today, empty=_("wherever the machine may"), standing=True),
        initial=forms.TokenForm.usual(today),
    )
    title = gettext("Make a token")
    back = reverse("workbench:machine-tokens", args=[account_id])
    crumbs = account_crumbs(Crumb(machine.name, url_of(account_id)), Crumb(gettext("Tokens"), back), Crumb(title))
    if form.is_valid():
        try:
            issued = operations.issue_api_token(
                account_id=account_id, at=request.at, desk=request.desk, **form.values()
            )
        except AccountRefused as refused:
            refuse(form, REASONS[refused.reason], refused_field(refused))
        else:
            context = {
                "title": gettext("The token is made"),
                "line": f"{machine.name} · {issued.facts.name}",
                "crumbs": crumbs,
                "secret": issued.secret,
                "token": issued.facts,
                "back": back,
            }
            return page(request, "workbench/accounts/token_shown.html", context)
    sheet = Sheet(
        title=title,
        act=_("Make the token"),
        line=f"{machine.name} · {machine.username}",
        words=_(
            "A token gives no right of its own: it lets a program do what the machine may, as far as is said here."
        ),
        crumbs=crumbs,
        back=back,
    )
    return form_page(request, form, sheet)


@require_http_methods(GET_POST)
@staff_page(Act.MANAGE_ACCOUNTS, any_branch=True)
def end_token(request: StaffRequest, account_id: int, token_id: int) -> HttpResponse:
    machine, token = _machine_or_404(account_id), get_api_token(token_id)
    if token is None or token.account_id != account_id:
        raise Http404
    back = reverse("workbench:machine-tokens", args=[account_id])
    form = forms.EndTokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            operations.end_api_token(token_id=token_id, at=request.at, desk=request.desk)
        except AccountRefused as refused:
            refuse(form, REASONS[refused.reason])
        else:
            return done(request, _("The token is ended. Nobody comes in by it any more."), back)
    title = gettext("End a token")
    sheet = Sheet(
        title=title,
        act=_("End the token"),
        line=f"{machine.name} · {token.name} · ····{token.last4}",
        words=_(
            "Programs that use it are shut out at once, and readers who signed in through them. It cannot be undone."
        ),
        crumbs=account_crumbs(Crumb(machine.name, url_of(account_id)), Crumb(gettext("Tokens"), back), Crumb(title)),
        back=back,
        grave=True,
        confirm=_("End this token?"),
    )
    return form_page(request, form, sheet)


def _machine_or_404(account_id: int) -> MachineFacts:
    machine = get_machine(account_id)
    if machine is None:
        raise Http404
    return machine
