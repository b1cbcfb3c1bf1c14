"""Accounts: the list, one account with its roles, and the forms that change them."""

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, at_branch, staff_page
from wenyuan.doors.workbench.accounts import forms
from wenyuan.doors.workbench.accounts.frame import account_crumbs, account_or_404, holds, tabs, url_of
from wenyuan.doors.workbench.accounts.words import ACTS, REASONS, refused_field, role_words
from wenyuan.doors.workbench.branches import branch_choices, branch_name, branches_with
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.accounts import operations
from wenyuan.organisation.accounts.data import ROLE_ACTS, AccountFacts, AccountRefused, Role
from wenyuan.organisation.accounts.queries import get_machine, list_accounts, list_grants
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

GET_POST = ["GET", "HEAD", "POST"]


@require_GET
@staff_page(Act.MANAGE_ACCOUNTS, Act.GRANT_ROLES, Act.SEE_AUDIT, Act.SEE_SIGN_INS, any_branch=True)
def account_list(request: StaffRequest) -> HttpResponse:
    today = local_date(request.at)
    form = forms.FindAccountForm(request.GET or None)
    q = form.cleaned_data["q"].casefold() if form.is_valid() else ""
    accounts = [
        account
        for account in list_accounts(kind="person")
        if q in account.username.casefold() or q in account.name.casefold()
    ]
    shown = page_of(request, accounts)
    roles: dict[int, list[StrOrPromise]] = {}
    for grant in list_grants(on=today):
        words = roles.setdefault(grant.account_id, [])
        if (role := role_words(grant.role)) not in words:
            words.append(role)
    context = {
        "title": gettext("Accounts"),
        "line": gettext("Staff who may sign in. Readers are no accounts."),
        "tabs": tabs(request),
        "form": form,
        "page": shown,
        "accounts": [(account, roles.get(account.id, []), _state(account, request)) for account in shown],
        "cleared_url": reverse("workbench:accounts") if q else "",
        "may_manage": holds(request.operator, Act.MANAGE_ACCOUNTS),
    }
    return page(request, "workbench/accounts/accounts.html", context)


def _state(account: AccountFacts, request: StaffRequest) -> tuple[str, StrOrPromise]:
    if not account.is_active:
        return "stop", _("disabled")
    if account.locked_until and request.at < account.locked_until:
        return "soon", _("locked")
    if account.must_change_password:
        return "out", _("password to be changed")
    return "in", _("in use")


@require_GET
@staff_page(Act.MANAGE_ACCOUNTS, Act.GRANT_ROLES, Act.SEE_AUDIT, Act.SEE_SIGN_INS, any_branch=True)
def account(request: StaffRequest, account_id: int) -> HttpResponse:
    facts = account_or_404(account_id)
    today = local_date(request.at)
    network = network_map()
    grants = page_of(request, list_grants(account_id=account_id)[::-1])
    context = {
        "title": facts.name,
        "line": facts.username,
        "crumbs": account_crumbs(Crumb(facts.name)),
        "account": facts,
        "state": _state(facts, request),
        "is_locked": bool(facts.locked_until and request.at < facts.locked_until),
        "is_self": facts.id == request.operator.account_id,
        "machine": get_machine(account_id) if facts.kind == "machine" else None,
        "page": grants,
        "grants": [
            (
                grant,
                role_words(grant.role),
                branch_name(grant.branch_id, network) if grant.branch_id else gettext("the whole network"),
                grant.holds(today),
                [ACTS[act] for act in Act if act in ROLE_ACTS[grant.role]],
            )
            for grant in grants
        ],
        "today": today,
        "may_manage": holds(request.operator, Act.MANAGE_ACCOUNTS),
        "may_grant": holds(request.operator, Act.GRANT_ROLES),
        "may_audit": holds(request.operator, Act.SEE_AUDIT),
        "may_see_sign_ins": holds(request.operator, Act.SEE_SIGN_INS),
    }
    return page(request, "workbench/accounts/account.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.MANAGE_ACCOUNTS, any_branch=True)
def new_account(request: StaffRequest) -> HttpResponse:
    form = forms.AccountForm(request.POST or None)
    if form.is_valid():
        try:
            made = operations.create_account(at=request.at, desk=request.desk, **form.cleaned_data)
        except AccountRefused as refused:
            refuse(form, REASONS[refused.reason], refused_field(refused))
        else:
            words = _("The account is made. It may do nothing until the security administrator grants it a role.")
            return done(request, words, url_of(made.id))
    title = gettext("Make an account")
    sheet = Sheet(
        title=title,
        act=_("Make the account"),
        crumbs=account_crumbs(Crumb(title)),
        back=reverse("workbench:accounts"),
    )
    return form_page(request, form, sheet)


@require_http_methods(GET_POST)
@staff_page(Act.MANAGE_ACCOUNTS, any_branch=True)
def password(request: StaffRequest, account_id: int) -> HttpResponse:
    facts = account_or_404(account_id)
    form = forms.PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            operations.set_password(account_id=account_id, at=request.at, desk=request.desk, **form.cleaned_data)
        except AccountRefused as refused:
            refuse(form, REASONS[refused.reason], refused_field(refused))
        else:
            return done(request, _("The password is set. It is changed at the next sign-in."), url_of(account_id))
    words = _("Tell it to its owner face to face or by telephone, never in a message.")
    return _account_form(request, form, facts, gettext("Set a new password"), _("Set the password"), words)


@require_http_methods(GET_POST)
@staff_page(Act.MANAGE_ACCOUNTS, any_branch=True)
def badge(request: StaffRequest, account_id: int) -> HttpResponse:
    facts = account_or_404(account_id)
    form = forms.BadgeForm(request.POST or None)
    if form.is_valid():
        try:
            operations.set_badge(
                account_id=account_id,
                badge=form.cleaned_data["badge"] or None,
                pin=form.cleaned_data["pin"] or None,
                at=request.at,
                desk=request.desk,
            )
        except AccountRefused as refused:
            refuse(form, REASONS[refused.reason], refused_field(refused))
        else:
            return done(request, _("The badge is saved."), url_of(account_id))
    words = _("A colleague changes over at a desk by badge, where somebody has signed in with a password.")
    return _account_form(request, form, facts, gettext("Badge"), _("Save"), words)


@require_POST
@staff_page(Act.MANAGE_ACCOUNTS, any_branch=True)
def unlock(request: StaffRequest, account_id: int) -> HttpResponse:
    try:
        operations.unlock_account(account_id=account_id, at=request.at, desk=request.desk)
    except AccountRefused as refused:
        return not_done(request, REASONS[refused.reason], reverse("workbench:accounts"))
    return done(request, _("The account is unlocked."), url_of(account_id))


@require_http_methods(GET_POST)
@staff_page(Act.MANAGE_ACCOUNTS, any_branch=True)
def disable(request: StaffRequest, account_id: int) -> HttpResponse:
    facts = account_or_404(account_id)
    form = forms.DisableForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            operations.disable_account(
                account_id=account_id, reason=form.cleaned_data["reason"], at=request.at, desk=request.desk
            )
        except AccountRefused as refused:
            refuse(form, REASONS[refused.reason], refused_field(refused))
        else:
            return done(request, _("The account is disabled for good."), url_of(account_id))
    words = _("It cannot be enabled again: whoever comes back gets a new account. What it did stays in the journal.")
    return _account_form(request, form, facts, gettext("Disable the account"), _("Disable for good"), words, grave=True)


@require_http_methods(GET_POST)
@staff_page(Act.GRANT_ROLES, any_branch=True)
def new_role(request: StaffRequest, account_id: int) -> HttpResponse:
    facts = account_or_404(account_id)
    today = local_date(request.at)
    mine = branches_with(request.operator, Act.GRANT_ROLES)
    branches = branch_choices(on=today, ids=mine, empty=_("the whole network") if mine is None else None, standing=True)
    form = forms.RoleForm(
        request.POST or None, branches=branches, machine=facts.kind == "machine", initial={"valid_from": today}
    )
    if form.is_valid():
        values = form.cleaned_data
        branch_id = values["branch"]
        try:
            operations.grant_role(
                account_id=account_id,
                role=Role(values["role"]),
                branch_id=branch_id,
                valid_from=values["valid_from"],
                valid_to=values["valid_to"],
                exception_reason=values["exception_reason"],
                at=request.at,
                desk=at_branch(request.desk, branch_id) if branch_id else request.desk,
            )
        except AccountRefused as refused:
            refuse(form, REASONS[refused.reason], refused_field(refused))
        else:
            return done(request, _("The role is granted."), url_of(account_id))
    return _account_form(request, form, facts, gettext("Grant a role"), _("Grant"))


@require_http_methods(GET_POST)
@staff_page(Act.GRANT_ROLES, any_branch=True)
def end_role(request: StaffRequest, account_id: int, grant_id: int) -> HttpResponse:
    facts = account_or_404(account_id)
    form = forms.EndRoleForm(request.POST or None, initial={"date": local_date(request.at)})
    if form.is_valid():
        try:
            operations.end_grant(grant_id=grant_id, date=form.cleaned_data["date"], at=request.at, desk=request.desk)
        except AccountRefused as refused:
            refuse(form, REASONS[refused.reason], refused_field(refused))
        else:
            return done(request, _("The role ends on that day."), url_of(account_id))
    return _account_form(request, form, facts, gettext("End a role"), _("End the role"), grave=True)


def _account_form(
    request: StaffRequest,
    form: Form,
    facts: AccountFacts,
    title: str,
    act: StrOrPromise,
    words: StrOrPromise = "",
    *,
    grave: bool = False,
) -> HttpResponse:
    sheet = Sheet(
        title=title,
        act=act,
        line=f"{facts.name} · {facts.username}",
        words=words,
        crumbs=account_crumbs(Crumb(facts.name, url_of(facts.id)), Crumb(title)),
        back=url_of(facts.id),
        grave=grave,
        confirm=words if grave else "",
    )
    return form_page(request, form, sheet)
