"""日结: the till one works at, what the ledger says lies in it, what was counted; and the days that were closed."""

from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django import forms as django_forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.fee_words import MEANS
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.fees.forms import KeyedForm, SignedYuanField, words
from wenyuan.doors.workbench.fees.frame import tabs
from wenyuan.doors.workbench.fees.shown import sees
from wenyuan.doors.workbench.fees.words import BOOKS, ENTRIES, reason_words
from wenyuan.doors.workbench.form_pages import done, refuse
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import day as day_words
from wenyuan.lending.fees.data import Book, ClosingView, FeeReason, FeesRefused, Means, Till, TillLine, TillRow
from wenyuan.lending.fees.operations import close_day
from wenyuan.lending.fees.queries import (
    closed_rows,
    closing_of,
    get_closing,
    list_closings,
    open_lines,
    open_rows,
    rows_after,
)
from wenyuan.organisation.network.queries import list_service_points
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

ALWAYS = ((Book.INCOME, Means.CASH),)
"""What is counted also where the ledger knows of nothing."""


class CountForm(KeyedForm):
    """What was counted of each kind of money that moved."""

    reason = words(_("Why it differs"), help_text=_("Needed where what was counted is not what the ledger says."))

    def __init__(self, *args: Any, lines: tuple[TillLine, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        places = {(line.book, line.means): None for line in lines} | dict.fromkeys(ALWAYS)
        for book, means in places:
            label = f"{BOOKS[book]} · {MEANS[means]}"
            self.fields[_name(book, means)] = SignedYuanField(label=label, required=False)
        self.order_fields([*(_name(*place) for place in places), "reason"])
        self._places = places

    def counted(self) -> dict[tuple[Book, Means], int]:
        """What was typed; what was left empty was not counted."""
        typed = {place: self.cleaned_data[_name(*place)] for place in self._places}
        return {place: fen for place, fen in typed.items() if fen is not None}

    def field_of(self, book: Book, means: Means) -> django_forms.BoundField:
        """The field beside a line."""
        return self[_name(book, means)]


def _name(book: Book, means: Means) -> str:
    return f"{book.value}_{means.value}"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.CLOSE_TILL)
def today(request: StaffRequest) -> HttpResponse:
    """The till one works at: count it and close the day, or see how it was closed."""
    on = _day_asked(request)
    till = Till(request.desk.branch_id, request.desk.service_point_id)
    if closing := closing_of(till, on):
        return _show(request, closing)
    lines = open_lines(till, until=on)
    form = CountForm(request.POST or None, lines=lines, initial={"key": uuid4().hex})
    if form.is_valid():
        try:
            receipt = close_day(
                day=on,
                counted=form.counted(),
                reason=form.cleaned_data["reason"],
                at=request.at,
                desk=request.desk,
                key=form.cleaned_data["key"] or None,
            )
        except FeesRefused as refused:
            for reason in refused.reasons:
                about = "reason" if reason in {FeeReason.REASON_MISSING, FeeReason.TEXT_HOLDS_NUMBER} else ""
                refuse(form, reason_words(reason, refused), about)
        else:
            return done(request, _("The day is closed."), reverse("workbench:fees-closing", args=[receipt.closing.id]))
    rows = page_of(request, open_rows(till, until=on))
    context = {
        "title": gettext("Day closing"),
        "line": f"{_till_name(till)} · {day_words(on)}",
        "tabs": tabs(request),
        "day": on,
        "form": form,
        "lines": [(_line_words(line), line, form.field_of(line.book, line.means)) for line in lines],
        "extra": [form[_name(*place)] for place in ALWAYS if place not in {(one.book, one.means) for one in lines}],
        "rows": _shown(rows.object_list),
        "page": rows,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "workbench/fees/day.html", context, status=status)


def _day_asked(request: StaffRequest) -> date:
    """The day that the address names; today without one, and never one still to come."""
    now = local_date(request.at)
    try:
        return min(date.fromisoformat(request.GET.get("day", "")), now)
    except ValueError:
        return now


@require_GET
@staff_page(Act.CLOSE_TILL, Act.SEE_FEES)
def closings(request: StaffRequest) -> HttpResponse:
    """The branch's closed days, the newest first."""
    found, before = list_closings(branch_id=request.desk.branch_id, before=number_from(request))
    context = {
        "title": gettext("Closed days"),
        "line": branch_name(request.desk.branch_id),
        "tabs": tabs(request),
        "rows": [(one, _till_name(one.till)) for one in found],
        "onward": onward(request, before),
    }
    return page(request, "workbench/fees/closings.html", context)


@require_GET
@staff_page(Act.CLOSE_TILL, Act.SEE_FEES)
def closing(request: StaffRequest, closing_id: int) -> HttpResponse:
    """One closed day: its lines, its rows, and what came after it."""
    found = get_closing(closing_id)
    if found is None or not (found.till.branch_id == request.desk.branch_id or sees(request, found.till.branch_id)):
        raise Http404
    return _show(request, found)


def _show(request: StaffRequest, found: ClosingView) -> HttpResponse:
    rows = page_of(request, closed_rows(found.id))
    context = {
        "title": gettext("Day of a till closed"),
        "line": f"{_till_name(found.till)} · {day_words(found.day)}",
        "crumbs": (
            Crumb(gettext("Closed days"), reverse("workbench:fees-closings")),
            Crumb(day_words(found.day)),
        ),
        "closing": found,
        "lines": [(_line_words(line), line) for line in found.lines],
        "rows": _shown(rows.object_list),
        "page": rows,
        "after": _shown(rows_after(found)),
    }
    return page(request, "workbench/fees/closing.html", context)


def _line_words(line: TillLine) -> str:
    return f"{BOOKS[line.book]} · {MEANS[line.means]}"


def _till_name(till: Till) -> str:
    """Branch and service point; desks without one are the branch's common till."""
    points = {point.id: point for point in list_service_points(till.branch_id)}
    point = points.get(till.service_point_id or 0)
    if point is None:
        without = gettext("without a service point")
        return f"{branch_name(till.branch_id)} · {without}"
    english = (get_language() or "").startswith("en")
    return f"{branch_name(till.branch_id)} · {(point.name_en if english else '') or point.name_zh}"


def _shown(rows: Any) -> list[tuple[TillRow, str, str]]:
    return [(row, str(ENTRIES[row.kind]), str(MEANS[row.means])) for row in rows]
