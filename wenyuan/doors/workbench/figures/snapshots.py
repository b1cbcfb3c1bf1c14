"""What was frozen of a month, what differs from it, and what was adjusted, as its pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, gettext
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import NAMES, STOCK_NAMES, unit_shown
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.figures.links import stock_url
from wenyuan.doors.workbench.figures.month_scope import Differences, Scope
from wenyuan.doors.workbench.figures.tables import Number, opened
from wenyuan.doors.workbench.figures.words import period_words
from wenyuan.doors.workbench.templatetags.staff import counted
from wenyuan.lending.patrons.queries import categories
from wenyuan.office.figures.data import NOWHERE, WHOLE, IndicatorCode, Slice
from wenyuan.office.figures.queries import (
    BY_CODE,
    INDICATORS,
    AdjustmentFacts,
    ClosedMonthFacts,
    ComparedMonth,
    Difference,
    Place,
    ReaderCell,
    ReaderDifference,
    Readers,
    month_period,
    parse_period,
)
from wenyuan.organisation.network.data import NetworkMap

SHOWN_DIFFERENCES = 300


@dataclass(frozen=True, slots=True)
class Frozen:
    """An indicator of a place in a closed month: frozen, adjusted by, and what is counted now."""

    name: StrOrPromise
    unit: StrOrPromise
    frozen: str
    adjusted: str
    value: str
    now: Number
    differs: bool


@dataclass(frozen=True, slots=True)
class Differing:
    """A difference in words; ``change`` bears its sign."""

    place: str
    name: StrOrPromise
    unit: StrOrPromise
    snapshot: str
    now: Number
    change: str


@dataclass(frozen=True, slots=True)
class DifferingReaders:
    """A difference of readers in words; ``url`` opens those counted now, where a page lists them."""

    place: str
    name: StrOrPromise
    period: str
    category: str
    snapshot: int
    now: int
    url: str
    change: str


def figures_shown(one: ComparedMonth, scope: Scope) -> list[Frozen]:
    """The indicators of the place of which the month has anything."""
    codes = {code for place, code in (*one.now, *(one.closed.cells() if one.closed else ())) if place == scope.place}
    return [_frozen(one, indicator.code, scope) for indicator in INDICATORS if indicator.code in codes]


def _frozen(one: ComparedMonth, code: IndicatorCode, scope: Scope) -> Frozen:
    unit, cell, closed = BY_CODE[code].unit, (scope.place, code), one.closed
    now = one.now.get(cell, 0)
    return Frozen(
        name=NAMES[code],
        unit=unit_shown(unit),
        frozen=counted(closed.frozen.get(cell, 0), unit) if closed else "",
        adjusted=change_words(closed.adjusted(*cell), code) if closed else "",
        value=counted(closed.value(*cell), unit) if closed else "",
        now=opened(code, now, month_period(one.month), scope.branch),
        differs=closed is not None and code in closed.indicators and closed.value(*cell) != now,
    )


def adjustments_shown(closed: ClosedMonthFacts, scope: Scope) -> list[tuple[AdjustmentFacts, int, str]]:
    """Those that touched anything here: how many numbers, and by how much the loans."""
    here, loans = scope.holds(closed.month), (scope.place, IndicatorCode.LOANS)
    found = []
    for one in closed.adjustments:
        numbers = sum(here(place.branch_id) for place, _code in one.cells)
        numbers += sum(here(cell.branch_id) for cell in one.readers)
        if numbers or scope.branch is None:
            found.append((one, numbers, change_words(one.cells.get(loans, 0), IndicatorCode.LOANS)))
    return found


def differing_shown(differing: Differences, first: date, scope: Scope) -> dict[str, object]:
    """As the tables of differences show them, and how many are left off."""
    found, readers = differing.figures, differing.readers
    return {
        "differing": [_differs(one, first, scope) for one in found[:SHOWN_DIFFERENCES]],
        "left_off": max(0, len(found) - SHOWN_DIFFERENCES),
        "differing_readers": _reader_lines(readers[:SHOWN_DIFFERENCES], scope),
        "readers_left_off": max(0, len(readers) - SHOWN_DIFFERENCES),
    }


def _differs(found: Difference, first: date, scope: Scope) -> Differing:
    branch, part = _terms(found.place, scope)
    unit = BY_CODE[found.code].unit
    return Differing(
        place=_place_words(found.place, scope.network),
        name=NAMES[found.code],
        unit=unit_shown(unit),
        snapshot=counted(found.frozen + found.adjusted, unit),
        now=opened(found.code, found.now, month_period(first), branch, part),
        change=change_words(found.change, found.code),
    )


def _reader_lines(found: Sequence[ReaderDifference], scope: Scope) -> list[DifferingReaders]:
    kinds = _category_names() if found else {}
    return [
        DifferingReaders(
            place=_place_words(Place(one.cell.branch_id, True), scope.network),
            name=STOCK_NAMES[one.cell.code],
            period=period_words(parse_period(one.cell.period)),
            category=_category_words(one.cell, kinds),
            snapshot=one.frozen + one.adjusted,
            now=one.now,
            url=_stock_url(one.cell, scope.network) if one.cell.category is None else "",
            change=_signed(one.change),
        )
        for one in found
    ]


def readers_shown(closed: ClosedMonthFacts, now: Readers, scope: Scope) -> list[dict[str, object]]:
    """Readers who borrowed, by period and category, as the page shows them: all before each category."""
    kinds = _category_names()
    cells = {one for one in closed.reader_cells() | now.keys() if one.branch_id == scope.place.branch_id}
    order = sorted(cells, key=lambda one: (one.period, one.code, one.category is not None, one.category or ""))
    return [
        {
            "name": STOCK_NAMES[one.code],
            "period": period_words(parse_period(one.period)),
            "category": _category_words(one, kinds),
            "frozen": closed.readers.get(one, 0),
            "adjusted": _signed(closed.readers_adjusted(one)),
            "now": now.get(one, 0),
            "url": _stock_url(one, scope.network) if one.category is None else "",
            "differs": closed.readers.get(one, 0) + closed.readers_adjusted(one) != now.get(one, 0),
        }
        for one in order
    ]


def _category_names() -> Mapping[str, str]:
    language = get_language() or "zh-hans"
    return {one.code: one.name(language) for one in categories()}


def _category_words(cell: ReaderCell, names: Mapping[str, str]) -> str:
    return gettext("all") if cell.category is None else names.get(cell.category, cell.category) or "—"


def _stock_url(cell: ReaderCell, network: NetworkMap) -> str:
    facts = network.branches.get(cell.branch_id)
    return stock_url(cell.code, cell.period, facts.code if facts else None)


def _signed(number: int) -> str:
    return f"{number:+,}" if number else ""


def _terms(place: Place, scope: Scope) -> tuple[str | None, Slice]:
    """The branch and part whose rows are those of the place, in the reach of who sees the page: rows of days on which
    a branch did not stand are found from the whole network alone."""
    facts = scope.network.branches.get(place.branch_id)
    if place.below:
        return (facts.code if facts else None), WHOLE
    return (facts.code if facts and scope.branch else None), Slice(at_branch_id=place.branch_id)


def _place_words(place: Place, network: NetworkMap) -> str:
    if place.branch_id == NOWHERE:
        return gettext("the whole network") if place.below else gettext("no branch")
    name = branch_name(place.branch_id, network)
    return gettext("%(branch)s and what stands below it") % {"branch": name} if place.below else name


def change_words(number: int, code: IndicatorCode) -> str:
    """With its sign; nothing for nothing."""
    return f"{'+' if number > 0 else ''}{counted(number, BY_CODE[code].unit)}" if number else ""
