"""Forms of the calendar: the ordinary week and single days."""

from datetime import date

from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from wenyuan.doors.workbench.access import StaffRequest, at_branch, staff_page
from wenyuan.doors.workbench.form_pages import done, not_done, refuse
from wenyuan.doors.workbench.network import forms
from wenyuan.doors.workbench.network.frame import (
    area_choices,
    branch_form,
    branch_to_change,
    url_of,
)
from wenyuan.doors.workbench.network.words import hours_words, refusal_words, refused_field
from wenyuan.organisation.network import operations
from wenyuan.organisation.network.data import NetworkRefused
from wenyuan.organisation.network.queries import area_calendar, list_areas, network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

GET_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_CALENDAR, any_branch=True)
def hours(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_CALENDAR)
    today = local_date(request.at)
    area_id = _area_asked(request, branch_id)
    calendar = (area_calendar(area_id) if area_id else None) or network_map().calendar(branch_id)
    initial: dict[str, object] = {"from_date": today, "area": area_id or ""}
    for number, status in enumerate(calendar.week(today)):
        initial[f"day{number}"] = hours_words(status.hours)
    areas = area_choices(branch_id, empty=gettext("The whole branch"))
    form = forms.WeekForm(request.POST or None, areas=areas, initial=initial)
    if form.is_valid():
        try:
            operations.set_weekly_hours(
                branch_id=branch_id,
                area_id=form.cleaned_data["area"],
                from_date=form.cleaned_data["from_date"],
                spans=form.spans(),
                at=request.at,
                desk=at_branch(request.desk, branch_id),
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The week is saved."), url_of(branch_id))
    words = gettext(
        "Times as 09:00-12:00, 13:30-17:00; an empty line is a closed day. With every line empty the hours are not "
        "stated. The fields show this week as it is."
    )
    return branch_form(request, form, facts, gettext("The ordinary week"), _("Save the week"), words=words)


def _area_asked(request: StaffRequest, branch_id: int) -> int | None:
    asked = request.GET.get("area", "")
    return next((area.id for area in list_areas(branch_id) if str(area.id) == asked), None)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_CALENDAR, any_branch=True)
def new_exception(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_CALENDAR)
    day = _day(request.GET.get("day", ""))
    initial: dict[str, object] = {"date": day or local_date(request.at)}
    if day:
        status = network_map().calendar(branch_id).day_status(day)
        initial |= {"hours": hours_words(status.hours), "reason": status.reason}
    areas = area_choices(branch_id, empty=gettext("The whole branch"))
    form = forms.ExceptionForm(request.POST or None, areas=areas, initial=initial)
    if form.is_valid():
        try:
            operations.set_day_exception(
                branch_id=branch_id,
                area_id=form.cleaned_data["area"],
                date=form.cleaned_data["date"],
                spans=form.cleaned_data["hours"],
                reason=form.cleaned_data["reason"],
                at=request.at,
                desk=at_branch(request.desk, branch_id),
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The day is saved."), url_of(branch_id))
    words = gettext("One day that differs from the week: a holiday, or a working Saturday. A closure beats it.")
    return branch_form(request, form, facts, gettext("One day"), _("Save the day"), words=words)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_POST
@staff_page(Act.EDIT_CALENDAR, any_branch=True)
def withdraw_exception(request: StaffRequest, branch_id: int, day: str) -> HttpResponse:
    branch_to_change(request, branch_id, Act.EDIT_CALENDAR)
    wanted = _day(day)
    if wanted is None:
        raise Http404
    try:
        operations.withdraw_day_exception(
            branch_id=branch_id, date=wanted, at=request.at, desk=at_branch(request.desk, branch_id)
        )
    except NetworkRefused as refused:
        return not_done(request, refusal_words(refused), url_of(branch_id))
    return done(request, _("The week decides about this day again."), url_of(branch_id))
