"""Gate counters of the branch one works at: the list, one with its readings, and what may be done with it."""

from collections.abc import Callable
from datetime import date

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.counter_words import READING_REASONS
from wenyuan.doors.furniture.navigation import Crumb, Place
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.paging import number_from, onward, pair_from
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.visits import counter_forms
from wenyuan.doors.workbench.visits.counter_frame import (
    counter_crumbs,
    counter_or_404,
    counter_sheet,
    counter_url,
    point_of,
)
from wenyuan.doors.workbench.visits.words import (
    COUNTER_FIELDS,
    COUNTER_REASONS,
    DIRECTIONS,
    KINDS,
    OUTCOMES,
)
from wenyuan.organisation.network.queries import list_service_points
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date
from wenyuan.services.visits import operations
from wenyuan.services.visits.data import CounterRefused, IssuedCounter
from wenyuan.services.visits.queries import (
    calibrations_of,
    get_reading,
    list_counters,
    list_readings,
    list_refused,
    passes_of_day,
    silent_counters,
)

GET_POST = ["GET", "HEAD", "POST"]
ROWS = 50


@require_GET
@staff_page(Act.ENTER_VISITS)
def counter_list(request: StaffRequest) -> HttpResponse:
    """The branch's counters, and on which open days one of them has said nothing."""
    branch_id = request.desk.branch_id
    silent = {one.counter.id: one.days for one in silent_counters(at=request.at, branch_id=branch_id)}
    shown = page_of(request, list_counters(branch_id), size=ROWS)
    context = {
        "title": gettext("Gate counters"),
        "line": branch_name(branch_id),
        "crumbs": counter_crumbs(),
        "page": shown,
        "rows": [
            (one, point_of(one), KINDS[one.terms.kind], DIRECTIONS[one.terms.directions], silent.get(one.id, ()))
            for one in shown
        ],
        "may_set_up": may(request.operator, Act.EDIT_NETWORK, branch_id),
    }
    return page(request, "workbench/visits/counters.html", context)


@require_GET
@staff_page(Act.ENTER_VISITS)
def counter(request: StaffRequest, counter_id: int) -> HttpResponse:
    """One counter: what it said, what was made of it, and what was refused."""
    found = counter_or_404(request, counter_id)
    show = request.GET.get("show", "")
    context = {
        "title": found.name,
        "line": f"{branch_name(found.branch_id)} · {point_of(found)}",
        "crumbs": counter_crumbs(Crumb(found.name)),
        "counter": found,
        "kind": KINDS[found.terms.kind],
        "directions": DIRECTIONS[found.terms.directions],
        "calibrations": [(one, one.permille / 10) for one in reversed(calibrations_of(counter_id))],
        "passed_today": sum(passes_of_day(counter_id, local_date(request.at)).values()),
        "silent": [
            day
            for one in silent_counters(at=request.at, branch_id=found.branch_id)
            if one.counter.id == counter_id
            for day in one.days
        ],
        "tabs": _tabs(counter_id, show),
        "show": show,
        "may_change": may(request.operator, Act.EDIT_NETWORK, found.branch_id),
        **(_refused_rows(request, counter_id) if show == "refused" else _reading_rows(request, counter_id, show)),
    }
    return page(request, "workbench/visits/counter.html", context)


def _tabs(counter_id: int, show: str) -> list[Place]:
    url = reverse("workbench:counter", args=[counter_id])
    tabs = (("", _("Readings")), ("odd", _("Out of the ordinary")), ("refused", _("Refused readings")))
    return [Place(str(label), f"{url}?show={code}" if code else url, current=show == code) for code, label in tabs]


def _reading_rows(request: StaffRequest, counter_id: int, show: str) -> dict[str, object]:
    listed = list_readings(counter_id=counter_id, odd=show == "odd", before=pair_from(request), size=ROWS)
    rows = [(one, OUTCOMES[one.step.outcome] if one.step else ("none", _("set aside"))) for one in listed.rows]
    return {"readings": rows, "onward": onward(request, listed.before)}


def _refused_rows(request: StaffRequest, counter_id: int) -> dict[str, object]:
    listed = list_refused(counter_id=counter_id, before=number_from(request), size=ROWS)
    rows = [(one, [READING_REASONS[reason] for reason in one.reasons]) for one in listed.rows]
    return {"refused": rows, "onward": onward(request, listed.before)}


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK)
def set_up(request: StaffRequest) -> HttpResponse:
    """The answer to the form is the key itself: it is kept nowhere, so no other page could show it."""
    today = local_date(request.at)
    form = counter_forms.CounterForm(
        request.POST or None, points=_points(request.desk.branch_id, today), initial={"first_date": today}
    )
    title = gettext("Set a gate counter up")
    if form.is_valid():
        try:
            issued = operations.set_up_counter(at=request.at, desk=request.desk, **form.values())
        except CounterRefused as refused:
            _say(form, refused)
        else:
            return _key_shown(request, issued)
    sheet = Sheet(
        title=title,
        act=_("Set it up"),
        line=branch_name(request.desk.branch_id),
        words=_("How a counter counts cannot be changed later: one set up wrongly is taken down and set up anew."),
        crumbs=counter_crumbs(Crumb(title)),
        back=reverse("workbench:counters"),
    )
    return form_page(request, form, sheet)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK)
def renew_key(request: StaffRequest, counter_id: int) -> HttpResponse:
    found = counter_or_404(request, counter_id)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            issued = operations.renew_counter_key(counter_id=counter_id, at=request.at, desk=request.desk)
        except CounterRefused as refused:
            _say(form, refused)
        else:
            return _key_shown(request, issued)
    sheet = counter_sheet(
        found,
        _("Make a new key"),
        words=_("The key that the counter has now opens nothing from then on."),
        grave=True,
        confirm=_("Make a new key and shut the old one out?"),
    )
    return form_page(request, form, sheet)


def _key_shown(request: StaffRequest, issued: IssuedCounter) -> HttpResponse:
    found = issued.counter
    context = {
        "title": gettext("The counter's key"),
        "line": f"{point_of(found)} · {found.name}",
        "crumbs": counter_crumbs(Crumb(found.name, counter_url(found.id)), Crumb(gettext("Key"))),
        "secret": issued.secret,
        "address": request.build_absolute_uri(reverse("api:readings")),
        "back": counter_url(found.id),
    }
    return page(request, "workbench/visits/counter_key.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK)
def calibrate(request: StaffRequest, counter_id: int) -> HttpResponse:
    found = counter_or_404(request, counter_id)
    form = counter_forms.CalibrationForm(
        request.POST or None, initial={"first_date": local_date(request.at), "percent": 100}
    )
    sheet = counter_sheet(found, _("Calibrate the counter"))

    def act() -> None:
        operations.calibrate_counter(
            counter_id=counter_id,
            first_date=form.cleaned_data["first_date"],
            permille=form.permille(),
            reason=form.cleaned_data["reason"],
            at=request.at,
            desk=request.desk,
        )

    return _act(request, form, sheet, act, _("The counter is calibrated. Days that change are counted anew shortly."))


@require_http_methods(GET_POST)
@staff_page(Act.EDIT_NETWORK)
def end(request: StaffRequest, counter_id: int) -> HttpResponse:
    found = counter_or_404(request, counter_id)
    form = counter_forms.EndForm(request.POST or None, initial={"ended_date": local_date(request.at)})
    sheet = counter_sheet(
        found, _("Take the counter down"), grave=True, confirm=_("Take this counter down? It stays down.")
    )

    def act() -> None:
        operations.end_counter(counter_id=counter_id, at=request.at, desk=request.desk, **form.cleaned_data)

    return _act(request, form, sheet, act, _("The counter is taken down."))


@require_http_methods(GET_POST)
@staff_page(Act.ENTER_VISITS)
def set_aside(request: StaffRequest, counter_id: int, reading_id: int) -> HttpResponse:
    found, reading = counter_or_404(request, counter_id), get_reading(reading_id)
    if reading is None or reading.counter_id != counter_id:
        raise Http404
    form = counter_forms.AsideForm(request.POST or None)
    sheet = counter_sheet(
        found,
        _("Set the reading aside"),
        words=_("It stays in the list and counts no more; its neighbours are compared with each other."),
        grave=True,
    )

    def act() -> None:
        operations.set_reading_aside(
            reading_id=reading_id, reason=form.cleaned_data["reason"], at=request.at, desk=request.desk
        )

    return _act(
        request,
        form,
        sheet,
        act,
        _("The reading is set aside. The hours it touched are counted anew shortly."),
        template="workbench/visits/reading_aside.html",
        reading=reading,
    )


def _act(
    request: StaffRequest,
    form: forms.Form,
    sheet: Sheet,
    act: Callable[[], None],
    message: StrOrPromise,
    *,
    template: str = "workbench/form_page.html",
    **more: object,
) -> HttpResponse:
    """One form, one verb: done, and back to the counter; or refused at its fields."""
    if form.is_valid():
        try:
            act()
        except CounterRefused as refused:
            _say(form, refused)
        else:
            return done(request, message, sheet.back)
    return form_page(request, form, sheet, template=template, **more)


def _say(form: forms.Form, refused: CounterRefused) -> None:
    for reason in refused.reasons:
        fields = COUNTER_FIELDS.get(reason, ())
        refuse(form, COUNTER_REASONS[reason], next((field for field in fields if field in form.fields), ""))


def _points(branch_id: int, today: date) -> list[tuple[int, str]]:
    language = get_language() or "zh-hans"
    return [(point.id, point.name(language)) for point in list_service_points(branch_id, on=today)]
