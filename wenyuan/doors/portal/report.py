"""公共图书馆法 42: what the library did in a year that has ended, for everybody: as a page and as open data."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, wraps
from http import HTTPStatus
from threading import Lock
from typing import Concatenate, Final, ParamSpec
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, override, pgettext
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import STOCK_NAMES, UNITS, figure_name, unit_shown
from wenyuan.doors.portal.access import PublicRequest, public_page
from wenyuan.doors.portal.shell import page
from wenyuan.office.figures.data import StockCode, Unit
from wenyuan.office.figures.queries import (
    SMALLEST,
    PublicReport,
    PublishedBranch,
    PublishedCode,
    PublishedFigure,
    public_report,
    published_years,
)
from wenyuan.organisation.network.queries import current_edition
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.tables import Value, iter_csv

MOST_BRANCHES: Final = 100
"""So many stand on the page; the files have all."""
PATIENCE_S = 3.0
"""So long a request waits for another that counts; the thread that waits is missing elsewhere."""
RETRY_AFTER_S: Final = 30
P = ParamSpec("P")
LANGUAGES: Final = ("zh-hans", "en")
HEADS: Final = (
    "year",
    "figure",
    "name_zh",
    "name_en",
    "unit_zh",
    "unit_en",
    "month",
    "branch",
    "branch_name_zh",
    "branch_name_en",
    "value",
    "held_back",
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in words of the page; none that is held back."""

    shown: str

    @property
    def is_held_back(self) -> bool:
        return not self.shown


@public_page
def newest(request: PublicRequest) -> HttpResponse:
    """The report of the last year that has ended; a calm page where none has yet."""
    if years := _years(local_date(request.at), current_edition()):
        return HttpResponseRedirect(reverse("portal:report", args=[years[0]]))
    return page(request, "portal/report.html", {"figures": (), "year": None})


class Busy(Exception):
    """A report is being counted for somebody else."""


def _or_busy(
    view: Callable[Concatenate[PublicRequest, P], HttpResponse],
) -> Callable[Concatenate[PublicRequest, P], HttpResponse]:
    """The view; where another report is being counted all the while, a page that says so."""

    @wraps(view)
    def serve(request: PublicRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Busy:
            response = render(request, "portal/report_busy.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
            response["Retry-After"] = str(RETRY_AFTER_S)
            response["Cache-Control"] = "no-store"
            return response

    return serve


@public_page
@_or_busy
def report(request: PublicRequest, year: int) -> HttpResponse:
    """The report of a year: figures, and those that are sums by month and by branch."""
    found, years = _found(request, year)
    split = [one for one in found.figures if one.months]
    months = [[_number(one.months[place], one.unit) for one in split] for place in range(len(found.months))]
    branches = [[_number(one.branches[place], one.unit) for one in split] for place in range(len(found.branches))]
    context = {
        "year": year,
        "as_of": found.as_of,
        "frozen": found.frozen,
        "others": [one for one in years if one != year],
        "figures": [(_name(one.code), _number(one.value, one.unit), unit_shown(one.unit)) for one in found.figures],
        "heads": [_name(one.code) for one in split],
        "months": list(zip(map(_month, found.months), months, strict=True)),
        "branches": list(
            zip((_branch(one, request.language) for one in found.branches), branches, strict=True),
        )[:MOST_BRANCHES],
        "left_off": max(0, len(found.branches) - MOST_BRANCHES),
        "largest_hidden": SMALLEST - 1,
        "some_are_held_back": any(
            number is None for one in found.figures for number in (one.value, *one.months, *one.branches)
        ),
    }
    return page(request, "portal/report.html", context)


@public_page
@_or_busy
def report_json(request: PublicRequest, year: int) -> HttpResponse:
    """The same for programs, in both languages; what is held back is null."""
    found, _years = _found(request, year)
    told = {
        "library": {"name_zh": request.library.name("zh-hans"), "name_en": request.library.name("en")},
        "year": year,
        "as_of": found.as_of.isoformat(),
        "frozen": found.frozen,
        "smallest": SMALLEST,
        "figures": [_told(one, found) for one in found.figures],
    }
    text = json.dumps(told, ensure_ascii=False)
    return _open(HttpResponse(text, content_type="application/json; charset=utf-8"))


@public_page
@_or_busy
def report_csv(request: PublicRequest, year: int) -> HttpResponse:
    """The same as a table: a row for each number, of the year, of a month or of a branch."""
    found, _years = _found(request, year)
    response = HttpResponse(b"".join(iter_csv(HEADS, _rows(found))), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="report-{year}.csv"'
    return _open(response)


def addresses(request: PublicRequest) -> list[str]:
    """The paths of all reports, for search engines."""
    years = _years(local_date(request.at), current_edition())
    return [reverse("portal:report", args=[year]) for year in years]


def _found(request: PublicRequest, year: int) -> tuple[PublicReport, tuple[int, ...]]:
    today, edition = local_date(request.at), current_edition()
    years = _years(today, edition)
    if year not in years:
        raise Http404
    return _report(year, today, edition), years


# Counted once a day and edition of the network in each process, one at a time: nobody outside may have a year's journal
# read at will.


@lru_cache(maxsize=2)
def _years(today: date, _edition: UUID) -> tuple[int, ...]:
    return published_years(on=today)


_kept: dict[tuple[int, date, UUID], PublicReport] = {}
"""Reports of this day and network: no more than there are years."""
_counting = Lock()


def _report(year: int, today: date, edition: UUID) -> PublicReport:
    """:raises Busy: another is being counted, and was not done soon."""
    key = (year, today, edition)
    if found := _kept.get(key):
        return found
    if not _counting.acquire(timeout=PATIENCE_S):
        raise Busy
    try:
        if key not in _kept:
            for old in [one for one in _kept if one[1:] != key[1:]]:
                del _kept[old]
            _kept[key] = public_report(year, on=today)
        return _kept[key]
    finally:
        _counting.release()


def _open(response: HttpResponse) -> HttpResponse:
    """Open data: any page may read it."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _name(code: PublishedCode) -> StrOrPromise:
    return STOCK_NAMES[code] if isinstance(code, StockCode) else figure_name(code)


def _number(value: int | None, unit: Unit) -> Number:
    if value is None:
        return Number("")
    if unit is Unit.WEEK_MINUTES:
        return Number(f"{value / 60:.1f}".removesuffix(".0"))
    return Number(f"{value:,}")


def _month(first: date) -> str:
    return format_date(first, pgettext("month of a table", "M"))


def _branch(one: PublishedBranch, language: str) -> str:
    return (one.name_en if language.startswith("en") else "") or one.name_zh or gettext("no branch")


def _told(one: PublishedFigure, found: PublicReport) -> dict[str, object]:
    months = [{"month": f"{day:%Y-%m}", "value": value} for day, value in zip(found.months, one.months, strict=False)]
    branches = [
        {"branch": branch.code, "name_zh": branch.name_zh, "name_en": branch.name_en, "value": value}
        for branch, value in zip(found.branches, one.branches, strict=False)
    ]
    return {"code": one.code.value, **_words(one), "value": one.value, "months": months, "branches": branches}


def _words(one: PublishedFigure) -> dict[str, str]:
    words = {}
    for language in LANGUAGES:
        with override(language):
            words[f"name_{language[:2]}"] = str(_name(one.code))
            words[f"unit_{language[:2]}"] = str(UNITS[one.unit])
    return words


def _rows(found: PublicReport) -> Iterator[tuple[Value, ...]]:
    for one in found.figures:
        words = _words(one)
        head = (
            found.year,
            one.code.value,
            words["name_zh"],
            words["name_en"],
            words["unit_zh"],
            words["unit_en"],
        )
        yield (*head, "", "", "", "", one.value, int(one.value is None))
        for day, value in zip(found.months, one.months, strict=False):
            yield (*head, f"{day:%Y-%m}", "", "", "", value, int(value is None))
        for branch, value in zip(found.branches, one.branches, strict=False):
            yield (*head, "", branch.code or "-", branch.name_zh, branch.name_en, value, int(value is None))
