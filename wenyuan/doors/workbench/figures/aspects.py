"""At which hours of the week readers come and borrow, and from which classes (大类): a map and bars, each with its
table."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.figures.asking import Asked, asked_for, context_of, workbook
from wenyuan.doors.workbench.figures.tables import Number
from wenyuan.doors.workbench.figures.words import hour_words, period_words
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import weekday
from wenyuan.kernel.classes import class_name
from wenyuan.office.figures.data import IndicatorCode, Period, Slice
from wenyuan.office.figures.queries import (
    by_class,
    by_hour,
    same_days_before,
)
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.tables import Value

BY_HOUR = (IndicatorCode.LOANS, IndicatorCode.VISITS)
BY_CLASS = (IndicatorCode.LOANS, IndicatorCode.ITEMS_ADDED)
CLASSES = "ABCDEFGHIJKNOPQRSTUVXZ"
"""The 22 大类 of 中图法, in their order."""
OPEN_HOURS = range(8, 20)
"""Hours that the map has in any case; others where something happened."""
SHADES = 5


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
    asked = asked_for(request, BY_HOUR)
    if isinstance(asked, HttpResponse):
        return asked
    found = _hours(asked)
    most = max(found.values(), default=0)
    context = context_of(request, asked, BY_HOUR, gettext("Hours of the week"), "workbench:figure-hours") | {
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
    asked = asked_for(request, BY_HOUR)
    if isinstance(asked, HttpResponse):
        raise Http404
    found = _hours(asked)
    rows: list[list[Value]] = [
        [weekday(day - 1), *(found.get(day * 100 + hour, 0) for hour in _columns(found))] for day in range(1, 8)
    ]
    return workbook([gettext("Weekday"), *(f"{hour}:00" for hour in _columns(found))], rows, "hours", asked)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def classes(request: StaffRequest) -> HttpResponse:
    asked = asked_for(request, BY_CLASS)
    if isinstance(asked, HttpResponse):
        return asked
    earlier = same_days_before(asked.period, asked.counted.last_date)
    lines = _classes(asked, earlier)
    context = context_of(request, asked, BY_CLASS, gettext("By main class"), "workbench:figure-classes") | {
        "lines": lines,
        "earlier_words": period_words(earlier) if earlier else "",
    }
    return page(request, "workbench/figures/classes.html", context)


@require_GET
@staff_page(Act.SEE_FIGURES, any_branch=True)
def classes_file(request: StaffRequest) -> HttpResponse:
    """The table of the page as a workbook."""
    asked = asked_for(request, BY_CLASS)
    if isinstance(asked, HttpResponse):
        raise Http404
    earlier = same_days_before(asked.period, asked.counted.last_date)
    heads = [gettext("Class"), gettext("Name"), period_words(asked.counted), period_words(earlier) if earlier else ""]
    rows = [
        [line.letter, line.name, line.number.value, line.before.value if line.before else ""]
        for line in _classes(asked, earlier)
    ]
    return workbook(heads, rows, "classes", asked)


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
