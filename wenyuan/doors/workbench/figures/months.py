"""月结: which months are closed, whether what is counted now still agrees with them, and closing and adjusting one."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.figures.forms import AdjustForm, CloseForm
from wenyuan.doors.workbench.figures.month_scope import (
    Differences,
    Scope,
    crumbs_of,
    month_named,
    scope_of,
    url_of,
    whole_network,
    year_within,
)
from wenyuan.doors.workbench.figures.places import place_words
from wenyuan.doors.workbench.figures.snapshots import (
    adjustments_shown,
    change_words,
    differing_shown,
    figures_shown,
    readers_shown,
)
from wenyuan.doors.workbench.figures.tables import opened
from wenyuan.doors.workbench.figures.words import MONTH_FIELDS, MONTH_REASONS, answer_words
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.journal.rows import account_names
from wenyuan.doors.workbench.journal.words import DOORS, KINDS
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import month_of
from wenyuan.office.figures import operations
from wenyuan.office.figures.data import IndicatorCode, Question
from wenyuan.office.figures.queries import (
    EVERYTHING,
    EVERYWHERE,
    ClosedMonthFacts,
    ComparedMonth,
    MonthRefused,
    compared_months,
    fingerprint,
    later_rows,
    month_due,
    month_period,
    months_closed,
    parse_period,
    reader_differences,
    reader_differences_of_months,
    readers_of_month,
)
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

ROWS = 50


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def months(request: StaffRequest) -> HttpResponse:
    """The months of a year, the latest first: which are closed, and what differs from their snapshots."""
    scope, today, closed = scope_of(request), local_date(request.at), months_closed()
    due = month_due(closed=closed)
    first = min((*closed, due or today))
    year = year_within(request.GET.get("year", ""), first.year, today.year)
    compared = compared_months(parse_period(f"{year:04d}"), network=scope.network)
    of_readers = reader_differences_of_months(compared, network=scope.network)
    shown = [
        (one, scope.differing(one, of_readers.get(one.month, ())))
        for one in compared
        if first.replace(day=1) <= one.month <= today
    ]
    is_over = due is not None and month_period(due).last_date < today
    context = {
        "title": gettext("Closed months"),
        "line": f"{place_words(scope.branch, scope.network)} · {year}",
        "crumbs": crumbs_of(scope),
        "terms": scope.terms,
        "branch": scope.branch or EVERYTHING,
        "years": [(one, one == year) for one in range(today.year, first.year - 1, -1)],
        "lines": [_line(one, differing, due, today, scope) for one, differing in reversed(shown)],
        "reconciliation_url": f"{reverse('workbench:figure-reconciliation')}{scope.terms}",
        "due": due if is_over and may(request.operator, Act.KEEP_FIGURES, None) else None,
        "due_slug": f"{due:%Y-%m}" if due else "",
        "due_words": month_of(due) if due else "",
    }
    return page(request, "workbench/figures/months.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.SEE_FIGURES, Act.KEEP_FIGURES, any_branch=True)
def month(request: StaffRequest, text: str) -> HttpResponse:
    """A month with what was frozen, adjusted and is counted now; while it is open, what it would be closed with."""
    first, scope = month_named(text), scope_of(request)
    form = CloseForm(request.POST if request.method == "POST" else None, initial={"key": secrets.token_hex(16)})
    if request.method == "POST" and form.is_valid():
        try:
            operations.close_month(month=first, at=request.at, desk=request.desk, key=form.cleaned_data["key"] or None)
        except MonthRefused as refused:
            for reason in refused.reasons:
                refuse(form, MONTH_REASONS[reason])
        else:
            words = _("The month is closed; its figures are frozen.")
            return done(request, words, url_of("figure-month", first, scope))
    [one] = compared_months(month_period(first), network=scope.network)
    today, due = local_date(request.at), month_due()
    now = readers_of_month(first, network=scope.network) if one.closed else {}
    of_readers = reader_differences(one.closed, now) if one.closed else ()
    differing, differs = scope.differing(one, of_readers), bool(one.differences or of_readers)
    may_keep = may(request.operator, Act.KEEP_FIGURES, None)
    everything = replace(scope, branch=None, place=EVERYWHERE)
    context = {
        "title": month_of(first),
        "line": place_words(scope.branch, scope.network),
        "place": place_words(scope.branch, scope.network),
        "crumbs": (*crumbs_of(scope), Crumb(month_of(first))),
        "form": form,
        "later_url": url_of("figure-month-later", first, scope),
        "state": _state(one, differing, due, today),
        "closed": one.closed,
        "may_close": may_keep and first == due and month_period(first).last_date < today,
        "due_words": month_of(due) if due else "",
        "figures": figures_shown(one, scope),
        **differing_shown(differing, first, scope),
        "adjust_url": url_of("figure-month-adjust", first, everything) if may_keep and differs else "",
        "readers": readers_shown(one.closed, now, scope) if one.closed else [],
        "adjustments": adjustments_shown(one.closed, scope) if one.closed else [],
        "definitions": _definitions(one.closed) if one.closed else [],
        "at": request.at,
    }
    return page(request, "workbench/figures/month.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.KEEP_FIGURES, any_branch=True)
def adjust(request: StaffRequest, text: str) -> HttpResponse:
    """Take what differs into the snapshot, for a reason. What is taken in stands below the form: that of the whole
    network, from whichever branch somebody came."""
    first, scope = month_named(text), whole_network(request)
    [one] = compared_months(month_period(first), network=scope.network)
    if one.closed is None:
        raise Http404
    of_readers = reader_differences(one.closed, readers_of_month(first, network=scope.network))
    seen = {"seen": fingerprint(one.differences, of_readers), "key": secrets.token_hex(16)}
    form = AdjustForm(request.POST if request.method == "POST" else None, initial=seen)
    back = url_of("figure-month", first, scope)
    if form.is_valid():
        try:
            operations.adjust_month(month=first, at=request.at, desk=request.desk, **form.values())
        except MonthRefused as refused:
            for reason in refused.reasons:
                refuse(form, MONTH_REASONS[reason], MONTH_FIELDS.get(reason, ""))
            sent = request.POST.copy()
            sent["seen"] = seen["seen"]  # what stands below the form now
            form.data = sent
        else:
            return done(request, _("The adjustment is recorded; what was frozen stays beside it."), back)
    sheet = Sheet(
        title=gettext("Adjust the snapshot"),
        line=f"{place_words(None, scope.network)} · {month_of(first)}",
        act=_("Record the adjustment"),
        words=gettext(
            "All that differs below is taken into the snapshot. What was frozen stays, and so does the reason."
        ),
        crumbs=(*crumbs_of(scope), Crumb(month_of(first), back), Crumb(gettext("Adjust the snapshot"))),
        back=back,
    )
    found = differing_shown(scope.differing(one, of_readers), first, scope)
    return form_page(request, form, sheet, template="workbench/figures/adjust_month.html", **found)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def later(request: StaffRequest, text: str) -> HttpResponse:
    """What was recorded for the days of a month after it was closed."""
    first, scope = month_named(text), scope_of(request)
    [one] = compared_months(month_period(first), network=scope.network)
    if one.closed is None:
        raise Http404
    found = later_rows(one.closed, branch=scope.branch, before=number_from(request), size=ROWS, network=scope.network)
    names = account_names() if found.rows else {}
    context = {
        "title": gettext("Recorded after the month was closed"),
        "line": f"{place_words(scope.branch, scope.network)} · {month_of(first)}",
        "crumbs": (
            *crumbs_of(scope),
            Crumb(month_of(first), url_of("figure-month", first, scope)),
            Crumb(gettext("Recorded after the month was closed")),
        ),
        "rows": [
            {
                "row": row,
                "kind": KINDS[Kind(row.kind)],
                "branch": branch_name(row.branch_id, scope.network),
                "operator": names.get(row.operator_id, "") if row.operator_id is not None else "",
                "door": DOORS.get(row.door, row.door),
            }
            for row in found.rows
        ],
        "onward": onward(request, found.before),
    }
    return page(request, "workbench/figures/later.html", context)


def _state(one: ComparedMonth, differing: Differences, due: date | None, today: date) -> str:
    if one.closed is not None:
        return "differs" if differing else "agrees"
    if month_period(one.month).last_date >= today:
        return "running"
    return "due" if one.month == due else "open" if due and one.month > due else "before"


def _line(one: ComparedMonth, differing: Differences, due: date | None, today: date, scope: Scope) -> dict[str, object]:
    loans = (scope.place, IndicatorCode.LOANS)
    return {
        "url": url_of("figure-month", one.month, scope),
        "words": month_of(one.month),
        "state": _state(one, differing, due, today),
        "closed": one.closed,
        "frozen": one.closed.frozen.get(loans, 0) if one.closed else None,
        "adjusted": change_words(one.closed.adjusted(*loans), IndicatorCode.LOANS) if one.closed else "",
        "now": opened(IndicatorCode.LOANS, one.now.get(loans, 0), month_period(one.month), scope.branch),
        "differs": len(differing),
    }


def _definitions(closed: ClosedMonthFacts) -> list[tuple[date, Sequence[StrOrPromise]]]:
    return [
        (one.first_date, [answer_words(question, question in one.answers) for question in Question])
        for one in closed.counted_by
    ]
