"""Paper registers: the months of stations that lend by pen, all on one sheet, and one month with its history."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import done, not_done, refuse
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import month_of
from wenyuan.doors.workbench.visits import forms
from wenyuan.doors.workbench.visits.words import REGISTER_FIELDS, REGISTER_REASONS
from wenyuan.organisation.network.data import BranchFacts
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date
from wenyuan.services.registers import operations
from wenyuan.services.registers.data import MonthFacts, RegisterRefused
from wenyuan.services.registers.queries import month_history, month_sheet

HISTORY_ROWS = 20
ON_PAPER = frozenset({"station", "rural_bookhouse", "community_bookhouse", "bookmobile"})
"""Kinds of branch that lend on paper before others; one where somebody works is shown whatever it is."""


@dataclass(frozen=True, slots=True)
class Row:
    """A branch and what stands for its month."""

    branch: BranchFacts
    name: str
    month: MonthFacts | None


@require_GET
@staff_page(Act.ENTER_VISITS)
def sheet(request: StaffRequest) -> HttpResponse:
    """One month of every station and bookhouse that one may count at; the last that is over unless said otherwise."""
    today = local_date(request.at)
    latest = _before(today)
    month = min(_month(request.GET.get("month", "")) or latest, latest)
    language = get_language() or "zh-hans"
    branches = page_of(request, _branches(request, month))
    found = month_sheet(month=month, branch_ids=[branch.id for branch in branches])
    rows = [Row(branch, branch.name(language), found.get(branch.id)) for branch in branches]
    standing = [row.month.totals for row in rows if row.month]
    context = {
        "title": gettext("Paper registers"),
        "line": month_of(month),
        "crumbs": (Crumb(gettext("Visits"), reverse("workbench:visits")), Crumb(gettext("Paper registers"))),
        "month": month,
        "rows": rows,
        "numbers": branches,
        "sums": (
            sum(one.loans for one in standing),
            sum(one.returns for one in standing),
            sum(one.readers for one in standing),
        ),
        "before": f"?month={_before(month):%Y-%m}",
        "after": f"?month={_after(month):%Y-%m}" if month < latest else "",
    }
    return page(request, "workbench/visits/registers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.ENTER_VISITS)
def month(request: StaffRequest, branch_id: int, month: str) -> HttpResponse:
    """A station's month: typed, corrected, and everything that was ever typed for it."""
    branch, first = _branch_and_month(request, branch_id, month)
    history = month_history(branch_id=branch_id, month=first, before=number_from(request), size=HISTORY_ROWS)
    newest = month_history(branch_id=branch_id, month=first, size=1).rows
    standing = newest[0] if newest and not newest[0].withdrawn else None
    form = _form(request, standing)
    back = f"{reverse('workbench:registers')}?month={first:%Y-%m}"
    if form.is_valid():
        try:
            _write(request, form, branch_id, first, standing)
        except RegisterRefused as refused:
            for reason in refused.reasons:
                refuse(form, REGISTER_REASONS[reason], REGISTER_FIELDS.get(reason, ""))
        else:
            return done(request, _("The month is corrected.") if standing else _("The month is entered."), back)
    name = branch.name(get_language() or "zh-hans")
    context = {
        "title": month_of(first),
        "line": name,
        "crumbs": (Crumb(gettext("Paper registers"), back), Crumb(name)),
        "form": form,
        "standing": standing,
        "branch": branch,
        "first": first,
        "is_over": first <= _before(local_date(request.at)),
        "history": history.rows,
        "onward": onward(request, history.before),
        "withdrawal": forms.WithdrawalForm(initial={"key": secrets.token_hex(16)}, auto_id="id_withdrawal_%s"),
        "back": back,
    }
    return page(request, "workbench/visits/register_month.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Act.ENTER_VISITS)
def withdraw(request: StaffRequest, branch_id: int, month: str) -> HttpResponse:
    """Take back what was typed for the wrong station or month."""
    _branch, first = _branch_and_month(request, branch_id, month)
    url = reverse("workbench:register-month", args=[branch_id, f"{first:%Y-%m}"])
    newest = month_history(branch_id=branch_id, month=first, size=1).rows
    form = forms.WithdrawalForm(request.POST)
    if not newest or not form.is_valid():
        return not_done(request, _("Say why the month is withdrawn."), url)
    try:
        operations.withdraw_month(
            row_id=newest[0].id,
            reason=form.cleaned_data["reason"],
            at=request.at,
            desk=request.desk,
            key=form.cleaned_data["key"] or None,
        )
    except RegisterRefused as refused:
        return not_done(request, " ".join(str(REGISTER_REASONS[reason]) for reason in refused.reasons), url)
    return done(request, _("The month is withdrawn: nothing is known of it."), url)


def _form(request: StaffRequest, standing: MonthFacts | None) -> forms.MonthForm:
    initial: dict[str, object] = {"key": secrets.token_hex(16)}
    if standing is None:
        return forms.MonthForm(request.POST or None, initial=initial)
    totals = standing.totals
    initial |= {"loans": totals.loans, "returns": totals.returns, "readers": totals.readers, "source": standing.source}
    return forms.MonthCorrectionForm(request.POST or None, initial=initial)


def _write(
    request: StaffRequest, form: forms.MonthForm, branch_id: int, first: date, standing: MonthFacts | None
) -> None:
    values = form.cleaned_data
    key = values["key"] or None
    if standing is None:
        operations.record_month(
            branch_id=branch_id,
            month=first,
            totals=form.totals(),
            source=values["source"],
            at=request.at,
            desk=request.desk,
            key=key,
        )
        return
    operations.correct_month(
        row_id=standing.id,
        totals=form.totals(),
        source=values["source"],
        reason=values["reason"],
        at=request.at,
        desk=request.desk,
        key=key,
    )


def _branches(request: StaffRequest, month: date) -> list[BranchFacts]:
    """Stations that stood in the month and where one may count, by code; and where one works."""
    last = _after(month) - timedelta(days=1)
    branches = [
        branch
        for branch in network_map().branches.values()
        if (branch.kind in ON_PAPER or branch.id == request.desk.branch_id)
        and (branch.stands_on(month) or branch.stands_on(last))
        and may(request.operator, Act.ENTER_VISITS, branch.id)
    ]
    return sorted(branches, key=lambda branch: branch.code)


def _branch_and_month(request: StaffRequest, branch_id: int, text: str) -> tuple[BranchFacts, date]:
    branch, first = network_map().branches.get(branch_id), _month(text)
    if branch is None or first is None or not may(request.operator, Act.ENTER_VISITS, branch_id):
        raise Http404
    return branch, first


def _month(text: str) -> date | None:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if found.year >= 1900 else None


def _before(day: date) -> date:
    """The first day of the month before the one that ``day`` lies in."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _after(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)
