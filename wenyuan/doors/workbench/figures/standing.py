"""What stands behind a figure that is read at one day: places, states of the library with their records, the week."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import figure_name, unit_shown
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.figures.places import allowed, place_words
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import counted, day, weekday
from wenyuan.office.daybook.data import StateCode
from wenyuan.office.figures import queries
from wenyuan.office.figures.data import CalendarCode, NetworkCode, StandingCode, Unit
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act

DEFINITION: StrOrPromise = _("What stands on that day; it is no sum over a period.")


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the figure: what it is, since when or at what times, its number, and where to read more."""

    name: StrOrPromise
    detail: str
    value: str
    url: str


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def standing(request: StaffRequest) -> HttpResponse:
    """The parts of a figure that is read at one day; together they make it up."""
    network = network_map()
    code = allowed(request.operator, request.GET.get("branch", ""), network)
    on = _day(request.GET.get("day", ""))
    figure = _figure(request.GET.get("figure", ""))
    lines, total, unit = _week(code, on, network) if figure is None else _parts(figure, code, on, network)
    name = figure_name(CalendarCode.WEEKLY_HOURS if figure is None else figure)
    context = {
        "title": name,
        "line": f"{place_words(code, network)} · {day(on)}",
        "crumbs": (Crumb(gettext("Figures"), reverse("workbench:figures")), Crumb(name)),
        "lines": lines,
        "total": counted(total, unit),
        "unit": unit_shown(unit),
        "definition": DEFINITION,
    }
    return page(request, "workbench/figures/standing.html", context)


def _parts(figure: StandingCode, branch: str | None, on: date, network: NetworkMap) -> tuple[list[Line], int, Unit]:
    rows = queries.standing_of(figure, on=on, branch=branch, network=network)
    unit = queries.unit_of_standing(figure)
    lines = [
        Line(
            branch_name(row.branch_id, network),
            gettext("since %(day)s") % {"day": day(row.since)},
            counted(row.value, unit),
            reverse("workbench:daybook-record", args=[row.record_id])
            if row.record_id
            else reverse("workbench:network-branch", args=[row.branch_id]),
        )
        for row in rows
    ]
    return lines, sum(row.value for row in rows), unit


def _week(branch: str | None, on: date, network: NetworkMap) -> tuple[list[Line], int, Unit]:
    """The ordinary week of a branch, day by day."""
    place = network.by_code(branch) if branch else None
    if place is None:
        raise Http404
    url = reverse("workbench:network-branch", args=[place.id])
    week = network.calendar(place.id).ordinary_week(on)
    minutes = [sum(span.minutes for span in spans) for spans in week]
    lines = [
        Line(
            weekday(number),
            ", ".join(f"{span.opens:%H:%M}-{span.closes:%H:%M}" for span in spans),
            counted(minutes[number], Unit.WEEK_MINUTES),
            url,
        )
        for number, spans in enumerate(week)
    ]
    return lines, sum(minutes), Unit.WEEK_MINUTES


def _figure(text: str) -> StandingCode | None:
    """The figure named; none for the opening hours, which are no sum over branches."""
    if text == CalendarCode.WEEKLY_HOURS:
        return None
    for codes in (StateCode, NetworkCode):
        if text in set(codes):
            return codes(text)
    raise Http404


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
