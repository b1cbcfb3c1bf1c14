"""The addresses of what stands behind figures, for whatever page shows them."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from wenyuan.office.figures.data import (
    WHOLE,
    CalendarCode,
    IndicatorCode,
    Period,
    Slice,
    StandingCode,
    StockCode,
    WantedRows,
)
from wenyuan.office.figures.queries import EVERYTHING, link_terms


def rows_url(indicator: IndicatorCode, period: Period, branch: str | None, part: Slice = WHOLE) -> str:
    """The rows of what adds up over a period, at a branch with what stands below it (none for everything)."""
    terms = link_terms(WantedRows(indicator, period, branch, part))
    return f"{reverse('workbench:figure-rows')}?{urlencode(terms)}"


def standing_url(code: StandingCode | CalendarCode, day: date, branch: str | None) -> str:
    """The parts of what is read at one day."""
    terms = {"figure": code.value, "day": day.isoformat(), "branch": branch or EVERYTHING}
    return f"{reverse('workbench:figure-standing')}?{urlencode(terms)}"


def stock_url(code: StockCode, period: str, branch: str | None) -> str:
    """What a stock counts at the end of a period, or within it."""
    terms = urlencode({"period": period, "branch": branch or EVERYTHING})
    return f"{reverse('workbench:stock-rows', args=[code.value])}?{terms}"
