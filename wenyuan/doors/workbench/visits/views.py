"""Visits of the branch one works at: a week of service points, and one cell of it with its history."""

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
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.form_pages import done, not_done, refuse
from wenyuan.doors.workbench.network.days import Day, shown_day
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import day as day_words
from wenyuan.doors.workbench.visits import forms
from wenyuan.doors.workbench.visits.words import EVIDENCE, FIELDS, REASONS
from wenyuan.organisation.network.data import ServicePointFacts
from wenyuan.organisation.network.queries import list_service_points
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date
from wenyuan.services.visits import operations
from wenyuan.services.visits.data import CountFacts, VisitsRefused
from wenyuan.services.visits.queries import count_history, counted_by_counters, visit_grid

HISTORY_ROWS = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a service point: the count that was typed, else what its counters counted, and whether one may still
    be typed."""

    day: date
    count: CountFacts | None
    counted: int | None
    takes: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A service point's week."""

    point_id: int
    name: str
    code: str
    cells: tuple[Cell, ...]
    persons: int


@require_GET
@staff_page(Act.ENTER_VISITS)
def week(request: StaffRequest) -> HttpResponse:
    today = local_date(request.at)
    monday = _monday(request.GET.get("week", ""), today)
    grid = visit_grid(branch_id=request.desk.branch_id, first_date=monday)
    days: list[Day] = [shown_day(status, today=today) for status in grid.days]
    rows = [
        Row(
            row.service_point_id,
            _name(row.name_zh, row.name_en),
            row.code,
            tuple(
                Cell(one.day, count, counted, row.takes(one.day) and one.day <= today)
                for one, count, counted in zip(days, row.counts, row.counted, strict=True)
            ),
            row.persons,
        )
        for row in grid.rows
    ]
    sums = grid.persons_by_day()
    context = {
        "title": gettext("Visits"),
        "line": branch_name(request.desk.branch_id),
        "monday": monday,
        "sunday": days[-1].day,
        "days": days,
        "rows": rows,
        "sums": sums,
        "total": sum(sums),
        "before": f"?week={monday - timedelta(days=7):%Y-%m-%d}",
        "after": f"?week={monday + timedelta(days=7):%Y-%m-%d}" if monday + timedelta(days=7) <= today else "",
        "is_this_week": monday <= today <= days[-1].day,
    }
    return page(request, "workbench/visits/week.html", context)


def _monday(text: str, today: date) -> date:
    """The Monday of the week that the address names; this week's without one, and never one still to come."""
    try:
        asked = min(date.fromisoformat(text), today)
    except ValueError:
        asked = today
    if asked.year < 1900:
        asked = today
    return asked - timedelta(days=asked.weekday())


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.ENTER_VISITS)
def cell(request: StaffRequest, point_id: int, day: str) -> HttpResponse:
    point, on = _point_and_day(request, point_id, day)
    history = count_history(service_point_id=point_id, day=on, before=number_from(request), size=HISTORY_ROWS)
    newest = count_history(service_point_id=point_id, day=on, size=1).counts
    standing = newest[0] if newest and not newest[0].withdrawn else None
    counted = counted_by_counters(point_id, on)
    form = _form(request, standing, is_counted=counted is not None)
    if form.is_valid():
        try:
            _write(request, form, point_id, on, standing)
        except VisitsRefused as refused:
            for reason in refused.reasons:
                refuse(form, REASONS[reason], FIELDS.get(reason, ""))
        else:
            words = _("The count is corrected.") if standing else _("The count is entered.")
            return done(request, words, _week_url(on))
    title = day_words(on)
    context = {
        "title": title,
        "line": f"{branch_name(request.desk.branch_id)} · {_name(point.name_zh, point.name_en)}",
        "crumbs": (Crumb(gettext("Visits"), _week_url(on)), Crumb(title)),
        "form": form,
        "standing": standing,
        "counted": counted,
        "standing_evidence": EVIDENCE[standing.evidence.kind] if standing else "",
        "point": point,
        "day": on,
        "is_future": on > local_date(request.at),
        "history": [(count, EVIDENCE[count.evidence.kind]) for count in history.counts],
        "onward": onward(request, history.before),
        "withdrawal": forms.WithdrawalForm(initial={"key": secrets.token_hex(16)}, auto_id="id_withdrawal_%s"),
        "back": _week_url(on),
    }
    return page(request, "workbench/visits/cell.html", context, status=422 if form.errors else 200)


def _form(request: StaffRequest, standing: CountFacts | None, *, is_counted: bool) -> forms.CountForm:
    initial: dict[str, object] = {"key": secrets.token_hex(16)}
    if standing is None:
        return (forms.InsteadForm if is_counted else forms.CountForm)(request.POST or None, initial=initial)
    initial |= {
        "persons": standing.persons,
        "evidence_kind": standing.evidence.kind.value,
        "evidence": standing.evidence.text,
    }
    return forms.CorrectionForm(request.POST or None, initial=initial)


def _write(request: StaffRequest, form: forms.CountForm, point_id: int, on: date, standing: CountFacts | None) -> None:
    values = form.cleaned_data
    key = values["key"] or None
    if standing is None:
        operations.record_visits(
            service_point_id=point_id,
            date=on,
            persons=values["persons"],
            evidence=form.shown_evidence(),
            at=request.at,
            desk=request.desk,
            instead_of_counter=values.get("instead", False),
            key=key,
        )
        return
    operations.correct_visits(
        count_id=standing.id,
        persons=values["persons"],
        evidence=form.shown_evidence(),
        reason=values["reason"],
        at=request.at,
        desk=request.desk,
        key=key,
    )


@require_POST
@staff_page(Act.ENTER_VISITS)
def withdraw(request: StaffRequest, point_id: int, day: str) -> HttpResponse:
    _point, on = _point_and_day(request, point_id, day)
    url = reverse("workbench:visits-cell", args=[point_id, on.isoformat()])
    newest = count_history(service_point_id=point_id, day=on, size=1).counts
    form = forms.WithdrawalForm(request.POST)
    if not newest or not form.is_valid():
        return not_done(request, _("Say why the count is withdrawn."), url)
    try:
        operations.withdraw_visits(
            count_id=newest[0].id,
            reason=form.cleaned_data["reason"],
            at=request.at,
            desk=request.desk,
            key=form.cleaned_data["key"] or None,
        )
    except VisitsRefused as refused:
        return not_done(request, " ".join(str(REASONS[reason]) for reason in refused.reasons), url)
    return done(request, _("The count is withdrawn: nothing is known for this day."), url)


def _point_and_day(request: StaffRequest, point_id: int, day: str) -> tuple[ServicePointFacts, date]:
    """The cell that the address names, at the branch one works at."""
    points = {point.id: point for point in list_service_points(request.desk.branch_id)}
    try:
        return points[point_id], date.fromisoformat(day)
    except (KeyError, ValueError) as error:
        raise Http404 from error


def _week_url(on: date) -> str:
    return f"{reverse('workbench:visits')}?week={on.isoformat()}"


def _name(name_zh: str, name_en: str) -> str:
    return name_en if name_en and (get_language() or "").startswith("en") else name_zh
