"""Numbers as the tables and tiles of a page show them: each with the address of the rows behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language, gettext
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import NAMES as WORDS
from wenyuan.doors.furniture.figure_words import unit_shown
from wenyuan.doors.workbench.figures.links import rows_url
from wenyuan.doors.workbench.figures.words import answer_words
from wenyuan.doors.workbench.templatetags.staff import counted, month_of, short_day
from wenyuan.office.figures.data import (
    USUAL,
    WHOLE,
    AreaFigures,
    BranchFigures,
    DatedFigures,
    Definitions,
    Figures,
    Indicator,
    IndicatorCode,
    Period,
    Slice,
    Unit,
    Values,
)
from wenyuan.office.figures.queries import BY_CODE, EVERYTHING, INDICATORS, MAIN, is_defined_alike


@dataclass(frozen=True, slots=True)
class Number:
    """A number and where its rows are; no address where there is nothing to open."""

    value: int
    url: str
    unit: Unit = Unit.TIMES

    @property
    def shown(self) -> str:
        """As a page shows it: with commas, money in yuan."""
        return counted(self.value, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """An indicator's number, and how it stands to the same period of the year before (in per cent, none if unknown or
    counted by another definition). ``held`` says what belongs to it by the library's own answers; ``differs`` that they
    changed between the two periods, or within one."""

    code: str
    name: StrOrPromise
    unit: StrOrPromise
    number: Number
    before: Number | None
    change: float | None
    held: tuple[StrOrPromise, ...] = ()
    differs: bool = False

    @property
    def change_shown(self) -> str:
        """The change without its sign, which the arrow tells."""
        return "" if self.change is None else f"{abs(self.change):.1f}%"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its name, perhaps the branch above it, and a number for each indicator."""

    name: StrOrPromise
    numbers: tuple[Number, ...]
    above: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a chart: its name, its number, and the one of the year before. ``url`` leads to what is told of the
    step alone."""

    name: str
    number: Number
    before: Number | None
    url: str = ""


def opened(indicator: IndicatorCode, value: int, period: Period, branch: str | None, part: Slice = WHOLE) -> Number:
    """A number with the address of exactly its rows. A sum of nothing may still have rows that cancel out."""
    return Number(value, rows_url(indicator, period, branch, part), BY_CODE[indicator].unit)


def tiles(now: Figures, before: Figures | None, counted_days: Period, defined: Definitions) -> list[Tile]:
    """One tile an indicator of those that stand by themselves; ``counted_days`` are those of the period that have come,
    whose definitions are compared."""
    return [_tile(indicator, now, before, counted_days, defined) for indicator in MAIN]


def typed_lines(now: Figures, before: Figures | None, counted_days: Period, defined: Definitions) -> list[Tile]:
    """The others, where anything is on record."""
    others = [one for one in INDICATORS if not one.main]
    found = [_tile(indicator, now, before, counted_days, defined) for indicator in others]
    return [tile for tile in found if tile.number.value or (tile.before and tile.before.value)]


def _tile(
    indicator: Indicator, now: Figures, before: Figures | None, counted_days: Period, defined: Definitions
) -> Tile:
    code = indicator.code
    earlier = before.values[code] if before else 0
    alike = is_defined_alike(code, counted_days, *([before.period] if before else ()), defined=defined)
    answers = defined.on(counted_days.last_date)
    return Tile(
        code=code.value,
        name=WORDS[code],
        unit=unit_shown(indicator.unit),
        number=opened(code, now.values[code], now.period, now.branch),
        before=opened(code, earlier, before.period, before.branch) if before else None,
        change=100 * (now.values[code] - earlier) / earlier if earlier > 0 and alike else None,
        held=tuple(
            answer_words(question, question in answers)
            for question in indicator.questions
            if not alike or (question in answers) != (question in USUAL)
        ),
        differs=not alike,
    )


def branch_lines(found: Iterable[BranchFigures], period: Period, branch: str | None) -> list[Line]:
    """A line a branch; ``at`` narrows the rows to what was done there."""
    return [
        Line(
            _name(one.name_zh, one.name_en) or gettext("no branch"),
            _numbers(one.values, period, branch, Slice(at_branch_id=one.branch_id)),
        )
        for one in found
    ]


def area_lines(found: Iterable[AreaFigures], period: Period, branch: str | None, names: dict[int, str]) -> list[Line]:
    """A line an area where anything was done."""
    return [
        Line(
            _name(one.name_zh, one.name_en) or gettext("no area"),
            _numbers(one.values, period, branch, Slice(at_branch_id=one.branch_id, area_id=one.area_id)),
            names.get(one.branch_id, ""),
        )
        for one in found
    ]


def total_line(figures: Figures) -> Line:
    """The line of sums."""
    return Line(gettext("Total"), _numbers(figures.values, figures.period, figures.branch, WHOLE))


def _numbers(values: Values, period: Period, branch: str | None, part: Slice) -> tuple[Number, ...]:
    return tuple(
        opened(indicator.code, values[indicator.code], period, branch, part)
        if values[indicator.code]
        else Number(0, "")
        for indicator in MAIN
    )


def day_steps(
    now: Sequence[DatedFigures],
    before: Sequence[DatedFigures] = (),
    *,
    shown: IndicatorCode,
    period: Period,
    earlier: Period | None,
    branch: str | None,
) -> list[Step]:
    """A step a day; the year before stands beside it by its place in the period."""
    return [
        _step(short_day(one.first_date), one, place, before, shown, period, earlier, branch, monthly=False)
        for place, one in enumerate(now)
    ]


def month_steps(
    now: Sequence[DatedFigures],
    before: Sequence[DatedFigures] = (),
    *,
    shown: IndicatorCode,
    period: Period,
    earlier: Period | None,
    branch: str | None,
) -> list[Step]:
    """A step a month, which leads to its days."""
    terms = {"branch": branch or EVERYTHING, "show": shown.value}
    return [
        replace(
            _step(month_of(one.first_date), one, place, before, shown, period, earlier, branch, monthly=True),
            url=f"{reverse('workbench:figures')}?{urlencode({'period': f'{one.first_date:%Y-%m}', **terms})}",
        )
        for place, one in enumerate(now)
    ]


def _step(
    name: str,
    one: DatedFigures,
    place: int,
    before: Sequence[DatedFigures],
    shown: IndicatorCode,
    period: Period,
    earlier: Period | None,
    branch: str | None,
    *,
    monthly: bool,
) -> Step:
    part = Slice(month=one.first_date) if monthly else Slice(day=one.first_date)
    then = None
    if earlier is not None and place < len(before):
        old = before[place]
        old_part = replace(part, month=old.first_date) if monthly else replace(part, day=old.first_date)
        then = opened(shown, old.values[shown], earlier, branch, old_part)
    return Step(name, opened(shown, one.values[shown], period, branch, part), then)


def _name(name_zh: str, name_en: str) -> str:
    return name_en if name_en and (get_language() or "").startswith("en") else name_zh
