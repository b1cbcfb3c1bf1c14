"""Forms of the calendar: the ordinary week, single days, closures."""

from datetime import date

from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.workbench.access import StaffRequest, at_branch, staff_page
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.network import forms
from wenyuan.doors.workbench.network.frame import (
    area_choices,
    branch_crumbs,
    branch_form,
    branch_or_404,
    branch_to_change,
    shown,
    url_of,
)
from wenyuan.doors.workbench.network.words import TIES, hours_words, refusal_words, refused_field
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import day as day_words
from wenyuan.organisation.network import operations
from wenyuan.organisation.network.data import NetworkRefused
from wenyuan.organisation.network.queries import area_calendar, list_areas, list_closures, network_map
from wenyuan.organisation.network.seams import touched_by_closure
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
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


@require_GET
@staff_page(Act.EDIT_NETWORK, Act.EDIT_CALENDAR, Act.SEE_ITEM, any_branch=True)
def closure_list(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_or_404(branch_id)
    context = {
        "title": gettext("Closures"),
        "line": shown(facts),
        "crumbs": branch_crumbs(facts, gettext("Closures")),
        "branch": facts,
        "page": page_of(request, list_closures(branch_id=branch_id)),
        "may_date": may(request.operator, Act.EDIT_CALENDAR, branch_id),
        "today": local_date(request.at),
    }
    return page(request, "workbench/network/closures.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_CALENDAR, any_branch=True)
def new_closure(request: StaffRequest, branch_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_CALENDAR)
    day = _day(request.GET.get("day", ""))
    form = forms.ClosureForm(request.POST or None, initial={"first_date": day or local_date(request.at)})
    touched: list[tuple[int, object]] | None = None
    if form.is_valid():
        values = form.cleaned_data
        if request.POST.get("step") == "look":
            first, last = values["first_date"], values["last_date"]
            ids = network_map().subtree(branch_id, first) if values["with_subtree"] else frozenset({branch_id})
            touched = [(tie.count, TIES.get(tie.what, tie.what)) for tie in touched_by_closure(ids, first, last)]
        else:
            try:
                made = operations.declare_closure(
                    branch_id=branch_id, at=request.at, desk=at_branch(request.desk, branch_id), **values
                )
            except NetworkRefused as refused:
                refuse(form, refusal_words(refused), refused_field(refused))
            else:
                words = gettext("Declared for %(count)s branches. New loans no longer fall due on these days.")
                return done(request, words % {"count": len(made)}, url_of(branch_id))
    title = gettext("Declare a closure")
    sheet = Sheet(
        title=title,
        act=_("Declare the closure"),
        line=shown(facts),
        crumbs=branch_crumbs(facts, title),
        back=url_of(branch_id),
    )
    return form_page(request, form, sheet, template="workbench/network/closure_form.html", touched=touched)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_CALENDAR, any_branch=True)
def end_closure(request: StaffRequest, branch_id: int, closure_id: int) -> HttpResponse:
    facts = branch_to_change(request, branch_id, Act.EDIT_CALENDAR)
    closure = next((one for one in list_closures(branch_id=branch_id) if one.id == closure_id), None)
    if closure is None:
        raise Http404
    form = forms.EndClosureForm(
        request.POST or None, initial={"last_date": closure.last_date or local_date(request.at)}
    )
    if form.is_valid():
        try:
            operations.end_closure(
                closure_id=closure_id,
                last_date=form.cleaned_data["last_date"],
                at=request.at,
                desk=at_branch(request.desk, branch_id),
            )
        except NetworkRefused as refused:
            refuse(form, refusal_words(refused), refused_field(refused))
        else:
            return done(request, _("The closure has another last day."), url_of(branch_id))
    about = gettext("%(reason)s, from %(day)s") % {"reason": closure.reason, "day": day_words(closure.first_date)}
    return branch_form(request, form, facts, gettext("Last day of a closure"), _("Save"), about=about)


@require_POST
@staff_page(Act.EDIT_CALENDAR, any_branch=True)
def withdraw_closure(request: StaffRequest, branch_id: int, closure_id: int) -> HttpResponse:
    branch_to_change(request, branch_id, Act.EDIT_CALENDAR)
    try:
        operations.withdraw_closure(closure_id=closure_id, at=request.at, desk=at_branch(request.desk, branch_id))
    except NetworkRefused as refused:
        return not_done(request, refusal_words(refused), url_of(branch_id))
    return done(request, _("The closure is withdrawn, as if it had never been declared."), url_of(branch_id))
