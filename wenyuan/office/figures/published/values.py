"""The service report of a year as data: which figures everybody may read, and a report of them."""

from dataclasses import dataclass
from datetime import date

from wenyuan.office.daybook.data import StateCode
from wenyuan.office.figures.data import CalendarCode, FigureCode, IndicatorCode, StockCode, Unit

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
    IndicatorCode.COMPLAINTS,
)
"""People and what they did, by month and by branch: small numbers of these are held back."""
OF_THE_LIBRARY: tuple[IndicatorCode, ...] = (
    IndicatorCode.ITEMS_ADDED,
    IndicatorCode.ACTIVITIES,
    IndicatorCode.LECTURES,
    IndicatorCode.EXHIBITIONS,
    IndicatorCode.TRAINING_CLASSES,
    IndicatorCode.OUTREACH,
    IndicatorCode.RESOURCE_HITS,
)
"""What the library did itself, by month and by branch: these tell of nobody."""
STOCKS_OF_READERS: tuple[StockCode, ...] = (
    StockCode.VALID_CARDS,
    StockCode.BORROWERS,
    StockCode.BORROWING_PERSONS,
)
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
    """公共图书馆法 42: what the library publishes of a year that has ended, as it was counted on a day."""

    year: int
    as_of: date
    months: tuple[date, ...]
    branches: tuple[PublishedBranch, ...]
    figures: tuple[PublishedFigure, ...]
