"""What the administrators look at: the audit, the sign-ins, and how far the three of them are apart."""

from collections.abc import Mapping
from datetime import datetime, time

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.accounts import forms
from wenyuan.doors.workbench.accounts.frame import tabs
from wenyuan.doors.workbench.accounts.words import ACTS as RIGHTS
from wenyuan.doors.workbench.accounts.words import FINDINGS, ROLES, outcome_words, role_words
from wenyuan.doors.workbench.branches import Choices, branch_name
from wenyuan.doors.workbench.journal.rows import account_names
from wenyuan.doors.workbench.journal.words import ACTS, DOORS, act_words, subject_words
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.accounts.data import ADMIN_ROLES, ROLE_ACTS, Role
from wenyuan.organisation.accounts.queries import list_grants, list_sign_ins, separation_findings
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import list_audit
from wenyuan.plumbing.clock import library_zone, local_date

ROWS = 50


@require_GET
@staff_page(Act.SEE_AUDIT, any_branch=True)
def audit_log(request: StaffRequest) -> HttpResponse:
    names, network = account_names(), network_map()
    form = forms.AuditFilter(
        request.GET or None,
        acts=[("", _("everything")), *ACTS.items()],
        accounts=_account_choices(names),
    )
    asked = form.cleaned_data if form.is_valid() else {}
    first = asked.get("first")
    found = (
        ()
        if form.errors
        else list_audit(
            act=asked.get("act") or "",
            account_id=asked.get("account"),
            first_at=datetime.combine(first, time(), tzinfo=library_zone()) if first else None,
            before=number_from(request),
            size=ROWS + 1,
        )
    )
    context = {
        "title": gettext("Audit"),
        "line": gettext("Every change of accounts, rights, network and calendar, and every look at personal data"),
        "tabs": tabs(request),
        "form": form,
        "rows": [
            {
                "row": row,
                "act": act_words(row.act),
                "who": names.get(row.account_id, "") if row.account_id is not None else "",
                "where": branch_name(row.branch_id, network),
                "door": DOORS.get(row.door, row.door),
                "subject": subject_words(row.subject_kind),
                "before": _pairs(row.before),
                "after": _pairs(row.after),
            }
            for row in found[:ROWS]
        ],
        "onward": onward(request, found[ROWS - 1].id if len(found) > ROWS else None),
        "cleared_url": reverse("workbench:audit") if request.GET else "",
    }
    return page(request, "workbench/accounts/audit.html", context, status=422 if form.errors else 200)


def _pairs(values: Mapping[str, object] | None) -> str:
    return ", ".join(f"{name}: {value}" for name, value in (values or {}).items() if value not in (None, ""))


def _account_choices(names: Mapping[int, str]) -> Choices:
    ordered = sorted(names.items(), key=lambda pair: pair[1])
    return [("", _("everybody")), *((str(account_id), name) for account_id, name in ordered)]


@require_GET
@staff_page(Act.SEE_SIGN_INS, any_branch=True)
def sign_ins(request: StaffRequest) -> HttpResponse:
    names = account_names()
    form = forms.SignInFilter(request.GET or None, accounts=_account_choices(names))
    account_id = form.cleaned_data["account"] if form.is_valid() else None
    found = () if form.errors else list_sign_ins(account_id=account_id, before=number_from(request), size=ROWS + 1)
    context = {
        "title": gettext("Sign-ins"),
        "line": gettext("Every attempt, good or bad, kept for six months and more as the law asks"),
        "tabs": tabs(request),
        "form": form,
        "rows": [
            {
                "row": row,
                "who": names.get(row.account_id, "") if row.account_id is not None else "",
                "door": DOORS.get(row.door, row.door),
                "outcome": outcome_words(row.outcome),
            }
            for row in found[:ROWS]
        ],
        "onward": onward(request, found[ROWS - 1].id if len(found) > ROWS else None),
        "cleared_url": reverse("workbench:sign-ins") if request.GET else "",
    }
    return page(request, "workbench/accounts/sign_ins.html", context, status=422 if form.errors else 200)


@require_GET
@staff_page(Act.MANAGE_ACCOUNTS, Act.GRANT_ROLES, Act.SEE_AUDIT, Act.SEE_SIGN_INS, any_branch=True)
def separation(request: StaffRequest) -> HttpResponse:
    today = local_date(request.at)
    names = account_names()
    holders: dict[Role, list[str]] = {}
    for grant in list_grants(on=today):
        if grant.role in ADMIN_ROLES:
            holders.setdefault(grant.role, []).append(names.get(grant.account_id, ""))
    context = {
        "title": gettext("Three administrators"),
        "line": gettext("System, security and audit: three people, each unable to do the others' work"),
        "tabs": tabs(request),
        "roles": [
            (ROLES[role], holders.get(role, []), [RIGHTS[act] for act in Act if act in ROLE_ACTS[role]])
            for role in Role
            if role in ADMIN_ROLES
        ],
        "findings": [
            (
                FINDINGS[finding.code],
                names.get(finding.account_id, "") if finding.account_id is not None else "",
                [role_words(role) for role in finding.roles],
            )
            for finding in separation_findings(request.at, today)
        ],
    }
    return page(request, "workbench/accounts/separation.html", context)
