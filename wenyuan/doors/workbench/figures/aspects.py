"""At which hours of the week readers come and borrow, and from which classes (大类): a map and bars, each with its
table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import NAMES
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.figures.forms import PeriodForm
from wenyuan.doors.workbench.figures.places import allowed, branch_choices, own_branch, place_words
from wenyuan.doors.workbench.figures.tables import Number, opened
from wenyuan.doors.workbench.figures.words import hour_words, period_words, reason_words
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import weekday
from wenyuan.kernel.classes import class_name
from wenyuan.office.figures.data import BadPeriod, IndicatorCode, Period, Slice
from wenyuan.office.figures.queries import (
    EVERYTHING,
    by_class,
    by_hour,
    parse_period,
    same_days_before,
    up_to,
)
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.tables import Value, write_xlsx

BY_HOUR = (IndicatorCode.LOANS, IndicatorCode.VISITS)
BY_CLASS = (IndicatorCode.LOANS, IndicatorCode.ITEMS_ADDED)
CLASSES = "ABCDEFGHIJKNOPQRSTUVXZ"
"""The 22 大类 of 中图法, in their order."""
OPEN_HOURS = range(8, 20)
"""Hours that the map has in any case; others where something happened."""
SHADES = 5
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page is asked for: an indicator, for a branch and what stood below it, over a period as far as today."""

    shown: IndicatorCode
    period: Period
    counted: Period
    branch: str | None
    network: NetworkMap

    @property
    def terms(self) -> dict[str, str]:
        """How an address says it."""
        return {"period": self.period.text, "branch": self.branch or EVERYTHING, "show": self.shown.value}

    def number(self, value: int, part: Slice, period: Period | None = None) -> Number:
        """A number with the address of its rows."""
        return opened(self.shown, value, period or self.counted, self.branch, part)


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of the week: its number, and how dark it is drawn, from 0 for nothing to ``SHADES``."""

    number: Number
    shade: int


@dataclass(frozen=True, slots=True)
class Class:
    """A class with its number, and that of the year before."""

    letter: str
    name: str
    number: Number
    before: Number | None
    share: float


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def hours(request: StaffRequest) -> HttpResponse:
    asked = _asked(request, BY_HOUR)
    if isinstance(asked, HttpResponse):
        return asked
    found = _hours(asked)
    most = max(found.values(), default=0)
    context = _context(request, asked, BY_HOUR, gettext("Hours of the week"), "workbench:figure-hours") | {
        "hours": _columns(found),
        "busiest": hour_words(max(found, key=lambda hour: (found[hour], -hour))) if most > 0 else "",
        "lines": [
            (
                weekday(day - 1),
                [
                    Cell(asked.number(value, Slice(hour=day * 100 + hour)), _shade(value, most))
                    for hour in _columns(found)
                    for value in [found.get(day * 100 + hour, 0)]
                ],
            )
            for day in range(1, 8)
        ],
    }
    return page(request, "workbench/figures/hours.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def hours_file(request: StaffRequest) -> HttpResponse:
    """The table of the page as a workbook."""
    asked = _asked(request, BY_HOUR)
    if isinstance(asked, HttpResponse):
        raise Http404
    found = _hours(asked)
    rows: list[list[Value]] = [
        [weekday(day - 1), *(found.get(day * 100 + hour, 0) for hour in _columns(found))] for day in range(1, 8)
    ]
    return _workbook([gettext("Weekday"), *(f"{hour}:00" for hour in _columns(found))], rows, "hours", asked)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def classes(request: StaffRequest) -> HttpResponse:
    asked = _asked(request, BY_CLASS)
    if isinstance(asked, HttpResponse):
        return asked
    earlier = same_days_before(asked.period, asked.counted.last_date)
    lines = _classes(asked, earlier)
    context = _context(request, asked, BY_CLASS, gettext("By main class"), "workbench:figure-classes") | {
        "lines": lines,
        "earlier_words": period_words(earlier) if earlier else "",
    }
    return page(request, "workbench/figures/classes.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def classes_file(request: StaffRequest) -> HttpResponse:
    """The table of the page as a workbook."""
    asked = _asked(request, BY_CLASS)
    if isinstance(asked, HttpResponse):
        raise Http404
    earlier = same_days_before(asked.period, asked.counted.last_date)
    heads = [gettext("Class"), gettext("Name"), period_words(asked.counted), period_words(earlier) if earlier else ""]
    rows = [
        [line.letter, line.name, line.number.value, line.before.value if line.before else ""]
        for line in _classes(asked, earlier)
    ]
    return _workbook(heads, rows, "classes", asked)


def _asked(request: StaffRequest, indicators: Sequence[IndicatorCode]) -> Asked | HttpResponse:
    """What the address asks for; else the answer that leads to it, or says what is wrong with it."""
    network, today = network_map(), local_date(request.at)
    choices = branch_choices(request.operator, network, today)
    chosen = request.GET.get("branch") or own_branch(request, network, choices)
    shown = next((one for one in indicators if one.value == request.GET.get("show")), indicators[0])
    if "year" in request.GET or "first" in request.GET:
        form = PeriodForm(request.GET, today=today, branches=choices)
        if form.is_valid():
            terms = {"period": form.period_text(), "branch": form.cleaned_data["branch"] or chosen}
            return HttpResponseRedirect(f"{request.path}?{urlencode(terms | {'show': shown.value})}")
        return _refused(request, form)
    try:
        period = parse_period(request.GET.get("period") or str(today.year))
        counted = up_to(period, today)
    except BadPeriod as bad:
        form = PeriodForm({"branch": chosen, "year": str(today.year)}, today=today, branches=choices)
        form.add_error(None, str(reason_words(bad.reason)))
        return _refused(request, form)
    branch = allowed(request.operator, chosen, network)
    return Asked(shown=shown, period=period, counted=counted, branch=branch, network=network)


def _refused(request: StaffRequest, form: PeriodForm) -> HttpResponse:
    context = {"title": gettext("Figures"), "form": form, "cleared_url": request.path}
    return page(request, "workbench/figures/refused.html", context, status=422)


def _context(
    request: StaffRequest, asked: Asked, indicators: Sequence[IndicatorCode], title: str, here: str
) -> dict[str, object]:
    today = local_date(request.at)
    initial = {
        "first": asked.period.first_date,
        "last": asked.period.last_date,
        "branch": asked.branch or EVERYTHING,
        "year": str(asked.period.first_date.year),
    }
    figures = f"{reverse('workbench:figures')}?{urlencode({name: asked.terms[name] for name in ('period', 'branch')})}"
    return {
        "title": title,
        "line": f"{place_words(asked.branch, asked.network)} · {period_words(asked.counted)}",
        "crumbs": (Crumb(gettext("Figures"), figures), Crumb(title)),
        "form": PeriodForm(
            today=today, branches=branch_choices(request.operator, asked.network, today), initial=initial
        ),
        "at": request.at,
        "shown": asked.shown.value,
        "shown_words": NAMES[asked.shown],
        "indicators": [
            (NAMES[one], f"?{urlencode(asked.terms | {'show': one.value})}", one is asked.shown) for one in indicators
        ],
        "file_url": f"{reverse(f'{here}-file')}?{urlencode(asked.terms)}",
    }


def _hours(asked: Asked) -> Mapping[int, int]:
    return by_hour(period=asked.counted, only=asked.shown, branch=asked.branch, network=asked.network)


def _columns(found: Mapping[int, int]) -> list[int]:
    return sorted(set(OPEN_HOURS) | {hour % 100 for hour in found})


def _shade(value: int, most: int) -> int:
    """The share of the busiest hour, in steps; what is anything is seen."""
    return -(-SHADES * value // most) if value > 0 else 0


def _classes(asked: Asked, earlier: Period | None) -> list[Class]:
    """The classes in their order, then whatever else was written for a class, then what has none; nothing where nothing
    happened at all."""
    now, before = (
        by_class(period=one, only=asked.shown, branch=asked.branch, network=asked.network) if one else {}
        for one in (asked.counted, earlier)
    )
    if not any(now.values()) and not any(before.values()):
        return []
    total = sum(now.values())
    others = sorted({*now, *before} - set(CLASSES) - {""})
    none = [""] if now.get("") or before.get("") else []
    language = get_language() or "zh-hans"
    return [
        Class(
            letter or "—",
            class_name(letter, language) if letter else gettext("without a class"),
            asked.number(now.get(letter, 0), Slice(letter=letter)),
            asked.number(before.get(letter, 0), Slice(letter=letter), earlier) if earlier else None,
            100 * now.get(letter, 0) / total if total > 0 else 0,
        )
        for letter in (*CLASSES, *others, *none)
    ]


def _workbook(heads: Sequence[StrOrPromise], rows: Sequence[Sequence[Value]], name: str, asked: Asked) -> HttpResponse:
    """Numbers as numbers, and no formula."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        write_xlsx(path, [str(head) for head in heads], rows, title=str(NAMES[asked.shown]))
        content = path.read_bytes()
    file = f"{name}-{asked.shown.value}-{asked.counted.text}-{asked.branch or EVERYTHING}.xlsx"
    return HttpResponse(
        content,
        content_type=EXCEL,
        headers={"Content-Disposition": f'attachment; filename="{file}"', "X-Content-Type-Options": "nosniff"},
    )
