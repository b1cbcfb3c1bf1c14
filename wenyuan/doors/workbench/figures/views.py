"""Figures of a period and a branch, and the rows behind each of them."""

from datetime import date
from typing import TypedDict
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import NAMES, unit_shown
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.figures.forms import PeriodForm, initial_of
from wenyuan.doors.workbench.figures.places import allowed, branch_choices, own_branch, place_words
from wenyuan.doors.workbench.figures.tables import (
    area_lines,
    branch_lines,
    day_steps,
    month_steps,
    tiles,
    total_line,
    typed_lines,
)
from wenyuan.doors.workbench.figures.words import (
    DEFINITIONS,
    answer_words,
    class_words,
    hour_words,
    period_words,
    reason_words,
)
from wenyuan.doors.workbench.journal.rows import account_names, item_type_names, subject_url
from wenyuan.doors.workbench.journal.words import DOORS, KINDS
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import day, month_of
from wenyuan.office.daybook.queries import record_titles
from wenyuan.office.figures import queries
from wenyuan.office.figures.data import (
    BadPeriod,
    BadSlice,
    Definitions,
    FigureRow,
    Indicator,
    IndicatorCode,
    Period,
    UnknownBranch,
    WantedRows,
)
from wenyuan.office.figures.queries import (
    BY_CODE,
    EVERYTHING,
    MAIN,
    parse_period,
    rows_wanted,
    same_days_before,
    up_to,
    year_before,
)
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import list_areas, network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

MOST_DAYS_DRAWN = 92
"""A quarter. Of a longer period months are drawn, each of which leads to its days: a year of days beside another is
seven hundred numbers that nobody tells apart."""
ROWS = 50


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def figures(request: StaffRequest) -> HttpResponse:
    network, today = network_map(), local_date(request.at)
    choices = branch_choices(request.operator, network, today)
    chosen = request.GET.get("branch") or own_branch(request, network, choices)
    if "year" in request.GET or "first" in request.GET:
        form = PeriodForm(request.GET, today=today, branches=choices)
        if form.is_valid():
            terms = {"period": form.period_text(), "branch": form.cleaned_data["branch"] or chosen}
            kept = {"show": form.cleaned_data["show"]} if form.cleaned_data["show"] else {}
            return HttpResponseRedirect(f"{request.path}?{urlencode(terms | kept)}")
        return _refused(request, form)
    try:
        period = parse_period(request.GET.get("period") or f"{today:%Y-%m}")
    except BadPeriod as bad:
        form = PeriodForm({"branch": chosen, "year": str(today.year)}, today=today, branches=choices)
        form.add_error(None, str(reason_words(bad.reason)))
        return _refused(request, form)
    branch = allowed(request.operator, chosen, network)
    shown = _indicator(request.GET.get("show", ""))
    counted = up_to(period, today) if period.first_date <= today else period
    earlier = same_days_before(period, today) if period.first_date <= today < period.last_date else year_before(period)
    read = Reading(branch=branch, network=network, defined=queries.definitions())
    places = queries.by_place(period=period, at=request.at, **read)
    now = places.total
    before = queries.figures_of(period=earlier, at=request.at, **read) if earlier else None
    initial = {**initial_of(period), "branch": branch or EVERYTHING, "show": request.GET.get("show", "")}
    terms = {"period": period.text, "branch": branch or EVERYTHING}
    names = {branch_id: branch_name(branch_id, network) for branch_id in network.branches}
    context = {
        "title": period_words(period),
        "line": place_words(branch, network),
        "form": PeriodForm(today=today, branches=choices, initial=initial),
        "period": period,
        "shortcuts": _shortcuts(today, period, branch),
        "at": request.at,
        "tiles": tiles(now, before, counted, read["defined"]),
        "typed": typed_lines(now, before, counted, read["defined"]),
        "shown": shown.value,
        "shown_words": NAMES[shown],
        "indicators": [(one.code.value, NAMES[one.code]) for one in MAIN],
        "heads": [NAMES[one.code] for one in MAIN],
        "earlier_words": period_words(earlier) if earlier else "",
        "branch_lines": branch_lines(places.branches, period, branch),
        "area_lines": area_lines(places.areas, period, branch, names),
        "total": total_line(now),
        "months_url": f"{reverse('workbench:figure-months')}?{urlencode({'branch': branch or EVERYTHING})}",
        "hours_url": f"{reverse('workbench:figure-hours')}?{urlencode(terms)}",
        "branches_url": f"{reverse('workbench:figure-branches')}?{urlencode(terms)}",
        "closures_url": f"{reverse('workbench:figure-closures')}?{urlencode(terms)}",
        "classes_url": f"{reverse('workbench:figure-classes')}?{urlencode(terms)}",
        "plan_url": f"{reverse('workbench:workplan')}?{urlencode({'branch': branch or EVERYTHING})}",
        "stocks_url": f"{reverse('workbench:stocks')}?{urlencode(terms)}",
        "summary_url": f"{reverse('workbench:summary')}?{urlencode(terms)}",
        **_charts(period, earlier, shown, read),
    }
    return page(request, "workbench/figures/figures.html", context)


class Reading(TypedDict):
    """What every question of a page about the figures says alike."""

    branch: str | None
    network: NetworkMap
    defined: Definitions


def _charts(period: Period, earlier: Period | None, shown: IndicatorCode, read: Reading) -> dict[str, object]:
    """Months where the period has several, days where they can still be told apart."""
    branch = read["branch"]
    months, days = len(period.months()), (period.last_date - period.first_date).days + 1
    context: dict[str, object] = {"month_steps": [], "day_steps": []}
    spans = [one for one in (period, earlier) if one]
    if months > 1:
        by_month = (queries.by_month(period=one, only=shown, **read) for one in spans)
        context["month_steps"] = month_steps(*by_month, shown=shown, period=period, earlier=earlier, branch=branch)
    if 1 < days <= MOST_DAYS_DRAWN:
        by_day = (queries.by_day(period=one, only=shown, **read) for one in spans)
        context["day_steps"] = day_steps(*by_day, shown=shown, period=period, earlier=earlier, branch=branch)
    return context


@require_GET
@staff_page(Act.SEE_FIGURES, Act.SEE_JOURNAL, any_branch=True)
def rows(request: StaffRequest) -> HttpResponse:
    network = network_map()
    try:
        wanted = rows_wanted(request.GET.dict())
    except (BadPeriod, BadSlice) as bad:
        raise Http404 from bad
    allowed(request.operator, wanted.branch or EVERYTHING, network, rows=True)
    try:
        figure = queries.figures_of(
            period=wanted.period,
            at=request.at,
            branch=wanted.branch,
            part=wanted.part,
            only=wanted.indicator,
            network=network,
        )
        found = queries.rows_of(wanted, before=number_from(request), size=ROWS, network=network)
    except UnknownBranch as unknown:
        raise Http404 from unknown
    indicator = BY_CODE[wanted.indicator]
    terms = {"period": wanted.period.text, "branch": wanted.branch or EVERYTHING}
    back = f"{reverse('workbench:figures')}?{urlencode(terms)}"
    context = {
        "title": NAMES[wanted.indicator],
        "line": " · ".join(_slice_words(wanted, network)),
        "crumbs": (
            Crumb(gettext("Figures"), back),
            Crumb(str(NAMES[wanted.indicator])),
        ),
        "value": figure.values[wanted.indicator],
        "unit": unit_shown(indicator.unit),
        "measured": indicator.unit,
        "definition": DEFINITIONS[wanted.indicator],
        "answers": _answers(indicator, wanted.period, queries.definitions()),
        "rows": _shown_rows(found.rows, network),
        "page_sum": sum(row.value for row in found.rows),
        "onward": onward(request, found.before),
        "at": request.at,
    }
    return page(request, "workbench/figures/rows.html", context)


def _answers(indicator: Indicator, period: Period, defined: Definitions) -> list[tuple[date, list[StrOrPromise]]]:
    """What belongs to the number by the library's own answers, for each stretch of the period with one definition."""
    if not indicator.questions:
        return []
    return [
        (stretch.first_date, [answer_words(one, one in stretch.answers) for one in indicator.questions])
        for stretch in defined.stretches(period.first_date, period.last_date)
    ]


def _shown_rows(found: tuple[FigureRow, ...], network: NetworkMap) -> list[dict[str, object]]:
    names = account_names() if found else {}
    types = item_type_names() if found else {}
    titles = record_titles([row.subject_id for row in found if row.subject_kind == "daybook_record" and row.subject_id])
    return [
        {
            "row": row,
            "kind": KINDS[Kind(row.kind)],
            "branch": branch_name(row.branch_id, network),
            "operator": names.get(row.operator_id, "") if row.operator_id is not None else "",
            "door": DOORS.get(row.door, row.door),
            "item_type": types.get(row.item_type, row.item_type),
            "title": titles.get(row.subject_id or 0, "") if row.subject_kind == "daybook_record" else "",
            "url": subject_url(row.subject_kind, row.subject_id),
        }
        for row in found
    ]


def _slice_words(wanted: WantedRows, network: NetworkMap) -> list[str]:
    part = wanted.part
    words = [place_words(wanted.branch, network), period_words(wanted.period)]
    if part.at_branch_id:
        words.append(branch_name(part.at_branch_id, network))
    elif part.at_branch_id == 0:
        words.append(gettext("no branch"))
    if part.area_id:
        areas = {area.id: area.name_zh for area in list_areas(part.at_branch_id or 0)}
        words.append(areas.get(part.area_id, f"#{part.area_id}"))
    elif part.area_id == 0:
        words.append(gettext("no area"))
    if part.hour is not None:
        words.append(hour_words(part.hour))
    if part.letter is not None:
        words.append(class_words(part.letter))
    if part.day:
        words.append(day(part.day))
    if part.month:
        words.append(month_of(part.month))
    return words


def _refused(request: StaffRequest, form: PeriodForm) -> HttpResponse:
    context = {"title": gettext("Figures"), "form": form, "cleared_url": reverse("workbench:figures")}
    return page(request, "workbench/figures/refused.html", context, status=422)


def _indicator(text: str) -> IndicatorCode:
    try:
        return IndicatorCode(text)
    except ValueError:
        return IndicatorCode.LOANS


def _shortcuts(today: date, period: Period, branch: str | None) -> list[tuple[object, str, bool]]:
    """Periods that most people want: name, address, and whether this is it."""
    quarter = (today.month - 1) // 3 + 1
    half = (today.month - 1) // 6 + 1
    texts = [
        (_("This month"), f"{today:%Y-%m}"),
        (_("This quarter"), f"{today.year}-Q{quarter}"),
        (_("This half-year"), f"{today.year}-H{half}"),
        (_("This year"), f"{today.year}"),
        (_("Last year"), f"{today.year - 1}"),
    ]
    return [
        (words, f"?{urlencode({'period': text, 'branch': branch or EVERYTHING})}", text == period.text)
        for words, text in texts
    ]
