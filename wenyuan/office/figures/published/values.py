"""The service report of a year as data: which figures everybody may read, and a report of them."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from wenyuan.office.daybook.data import StateCode
from wenyuan.office.figures.data import Answers, CalendarCode, FigureCode, IndicatorCode, StockCode, Unit
from wenyuan.office.figures.indicators import BY_CODE

PublishedCode = FigureCode | StockCode

OF_READERS: tuple[IndicatorCode, ...] = (
    IndicatorCode.VISITS,
    IndicatorCode.LOANS,
    IndicatorCode.RETURNS,
    IndicatorCode.RENEWALS,
    IndicatorCode.NEW_CARDS,
    IndicatorCode.ACTIVITY_ATTENDANCE,
    IndicatorCode.OUTREACH_PERSONS,
    IndicatorCode.FEEDBACK,
    IndicatorCode.RESOURCE_HITS,
)
"""People and what they did, by month and by branch: small numbers of these are held back. None is a part of another but
by an answer of the library (``parts_of_others``), or the one taken from the other would tell what is held back."""
OF_THE_LIBRARY: tuple[IndicatorCode, ...] = (
    IndicatorCode.ITEMS_ADDED,
    IndicatorCode.ACTIVITIES,
    IndicatorCode.LECTURES,
    IndicatorCode.EXHIBITIONS,
    IndicatorCode.TRAINING_CLASSES,
    IndicatorCode.OUTREACH,
)
"""What the library did itself, by month and by branch: these tell of nobody."""
STOCKS_OF_READERS: tuple[StockCode, ...] = (
    StockCode.BORROWERS,
    StockCode.BORROWING_PERSONS,
)
"""Those of a year that has ended which no later act changes; valid cards are none, they are read from readers as they
are now."""
STOCKS_OF_THE_LIBRARY: tuple[StockCode, ...] = (
    StockCode.HOLDINGS_ITEMS,
    StockCode.HOLDINGS_TITLES,
    StockCode.BRANCHES,
    StockCode.SERVICE_STOPS,
)
STANDING: tuple[CalendarCode | StateCode, ...] = (
    CalendarCode.OPEN_DAYS,
    CalendarCode.WEEKLY_HOURS,
    StateCode.SEATS,
    StateCode.BUILDING_AREA,
)


@dataclass(frozen=True, slots=True)
class PublishedBranch:
    """A branch of a report; ``code`` is empty for what was done at none."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """A figure of the year; a number that is held back is none. ``months`` and ``branches`` are its parts in the order
    of the report's, empty for a figure that is not split."""

    code: PublishedCode
    unit: Unit
    value: int | None
    months: tuple[int | None, ...] = ()
    branches: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicReport:
    """公共图书馆法 42: what the library publishes of a year that has ended, as it was counted on a day. ``frozen`` says
    that its sums are those of closed months."""

    year: int
    as_of: date
    months: tuple[date, ...]
    branches: tuple[PublishedBranch, ...]
    figures: tuple[PublishedFigure, ...]
    frozen: bool = False


def parts_of_others(answers: Answers) -> Set[IndicatorCode]:
    """The figures of readers all of whose entries another of them counts too, by these answers: beside the whole such a
    part is not published."""
    counted = {code: {(term.kind, term.measure) for term in BY_CODE[code].terms_by(answers)} for code in OF_READERS}
    own = {code: {(term.kind, term.measure) for term in BY_CODE[code].terms} for code in OF_READERS}
    return {code for code in OF_READERS if any(own[code] <= counted[other] for other in OF_READERS if other != code)}
