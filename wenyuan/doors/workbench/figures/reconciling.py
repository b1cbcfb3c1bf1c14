"""对账: the loans of each month counted three ways, and which of them the table and the journal tell differently."""

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.figures.month_scope import Scope, crumbs_of, month_named, scope_of, url_of, year_within
from wenyuan.doors.workbench.figures.places import place_words
from wenyuan.doors.workbench.figures.tables import opened
from wenyuan.doors.workbench.journal.rows import subject_url
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import month_of
from wenyuan.office.figures.data import IndicatorCode
from wenyuan.office.figures.queries import (
    EVERYTHING,
    ComparedMonth,
    ReconciledMonth,
    compared_months,
    month_due,
    month_period,
    months_closed,
    parse_period,
    reader_differences_of_months,
    reconciled_months,
    unlike_loans,
)
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

MOST_UNLIKE = 200


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def reconciliation(request: StaffRequest) -> HttpResponse:
    """对账: for each month of a year the loans by their table, the journal, the sums of days, and the snapshot."""
    scope, today, closed = scope_of(request), local_date(request.at), months_closed()
    first = min((*closed, month_due(closed=closed) or today))
    year = year_within(request.GET.get("year", ""), first.year, today.year)
    period = parse_period(f"{year:04d}")
    compared = compared_months(period, network=scope.network)
    of_readers = reader_differences_of_months(compared, network=scope.network)
    counted_thrice = reconciled_months(period, branch=scope.branch, network=scope.network)
    lines = [
        _reconciled(one, three, len(scope.differing(one, of_readers.get(one.month, ()))), scope)
        for one, three in zip(compared, counted_thrice, strict=True)
        if first.replace(day=1) <= one.month <= today
    ]
    context = {
        "title": gettext("Reconciliation"),
        "line": f"{place_words(scope.branch, scope.network)} · {year}",
        "crumbs": (*crumbs_of(scope), Crumb(gettext("Reconciliation"))),
        "branch": scope.branch or EVERYTHING,
        "years": [(one, one == year) for one in range(today.year, first.year - 1, -1)],
        "lines": lines[::-1],
        "differs": sum(not line["agrees"] for line in lines),
    }
    return page(request, "workbench/figures/reconciliation.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def unlike(request: StaffRequest, text: str) -> HttpResponse:
    """Loans of a month that the table and the journal do not count alike."""
    first, scope = month_named(text), scope_of(request)
    rows = unlike_loans(first, branch=scope.branch, size=MOST_UNLIKE, network=scope.network)
    context = {
        "title": gettext("Loans that are not counted alike"),
        "line": f"{place_words(scope.branch, scope.network)} · {month_of(first)}",
        "crumbs": (
            *crumbs_of(scope),
            Crumb(month_of(first), url_of("figure-month", first, scope)),
            Crumb(gettext("Loans")),
        ),
        "rows": [(one, subject_url("item", one.item_id)) for one in rows],
        "most": MOST_UNLIKE if len(rows) == MOST_UNLIKE else 0,
    }
    return page(request, "workbench/figures/unlike.html", context)


def _reconciled(one: ComparedMonth, three: ReconciledMonth, differs: int, scope: Scope) -> dict[str, object]:
    return {
        "url": url_of("figure-month", one.month, scope),
        "words": month_of(one.month),
        "three": three,
        "journal": opened(IndicatorCode.LOANS, three.journal, month_period(one.month), scope.branch),
        "snapshot": one.closed.value(scope.place, IndicatorCode.LOANS) if one.closed else None,
        "differs": differs,
        "unlike_url": url_of("figure-month-unlike", one.month, scope) if three.rows != three.journal else "",
        "agrees": three.agrees and not differs,
    }
