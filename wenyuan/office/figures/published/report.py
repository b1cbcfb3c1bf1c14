"""A report out of counted figures: what is told of them, and what is held back. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from wenyuan.office.figures.data import (
    Answers,
    BranchFigures,
    DatedFigures,
    FigureCode,
    IndicatorCode,
    StockCode,
    Values,
)
from wenyuan.office.figures.indicators import BY_CODE
from wenyuan.office.figures.published.suppression import HeldBack, held_back
from wenyuan.office.figures.published.values import (
    OF_READERS,
    OF_THE_LIBRARY,
    STOCKS_OF_READERS,
    STOCKS_OF_THE_LIBRARY,
    PublicReport,
    PublishedBranch,
    PublishedFigure,
    parts_of_others,
)
from wenyuan.office.figures.stocks.values import BY_STOCK
from wenyuan.office.figures.units import Unit


def report(
    *,
    year: int,
    as_of: date,
    answers: Answers,
    total: Values,
    months: Sequence[DatedFigures],
    branches: Sequence[BranchFigures],
    stocks: Mapping[StockCode, int | None],
    standing: Mapping[FigureCode, tuple[Unit, int]],
    frozen: bool = False,
) -> PublicReport:
    """The report of a year; ``standing`` are figures that stand at its end, with their units. A figure of which nothing
    is known, or nothing was recorded, is left out, and so is a part of another by what was answered with yes on any day
    of the year (``answers``)."""
    parts = parts_of_others(answers)
    told = [code for code in (*OF_READERS, *OF_THE_LIBRARY) if code not in parts]
    recorded = [code for code in told if any(one.values[code] for one in months)]
    figures = [_split(code, total, months, branches) for code in recorded]
    figures += [
        PublishedFigure(code=code, unit=BY_STOCK[code].unit, value=_told(value, code in STOCKS_OF_READERS))
        for code in (*STOCKS_OF_READERS, *STOCKS_OF_THE_LIBRARY)
        if (value := stocks[code])
    ]
    figures += [PublishedFigure(code=code, unit=unit, value=value) for code, (unit, value) in standing.items()]
    names = tuple(PublishedBranch(one.code, one.name_zh, one.name_en) for one in branches)
    return PublicReport(year, as_of, tuple(one.first_date for one in months), names, tuple(figures), frozen)


def _split(
    code: IndicatorCode, total: Values, months: Sequence[DatedFigures], branches: Sequence[BranchFigures]
) -> PublishedFigure:
    whole = total[code]
    splits = [[one.values[code] for one in months], [one.values[code] for one in branches]]
    hidden = held_back(whole, splits) if code in OF_READERS else HeldBack(False, (frozenset(), frozenset()))
    by_month, by_branch = (
        tuple(None if place in places else number for place, number in enumerate(parts))
        for parts, places in zip(splits, hidden.parts, strict=True)
    )
    return PublishedFigure(
        code=code,
        unit=BY_CODE[code].unit,
        value=None if hidden.total else whole,
        months=by_month,
        branches=by_branch,
    )


def _told(value: int, of_readers: bool) -> int | None:
    return None if of_readers and held_back(value, []).total else value
