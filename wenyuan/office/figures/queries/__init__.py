"""Figures, from the journal and what its past days add up to: totals, their parts by branch, area, day and month, and
the rows behind them.

A branch's figures are those of its subtree as it stood on each day. ``branch`` is a branch's code, or none for
everything, entries without a branch included. Whoever asks has been checked by the door (``may_see``). A ``network``
that the caller has just read saves asking for its edition again, and ``defined`` asking for the library's definitions.
"""

from wenyuan.office.figures.closing.reading import months_closed
from wenyuan.office.figures.closing.values import (
    EVERYWHERE,
    AdjustmentFacts,
    ClosedMonthFacts,
    ComparedMonth,
    Difference,
    LaterRow,
    LaterRows,
    MonthReason,
    MonthRefused,
    Place,
    ReaderCell,
    ReaderDifference,
    Readers,
    ReconciledMonth,
    Snapshot,
    UnlikeLoan,
    fingerprint,
    month_period,
    reader_differences,
)
from wenyuan.office.figures.indicators import (
    BY_CODE,
    INDICATORS,
    MAIN,
)
from wenyuan.office.figures.published.suppression import SMALLEST
from wenyuan.office.figures.published.values import (
    PublicReport,
    PublishedBranch,
    PublishedCode,
    PublishedFigure,
)
from wenyuan.office.figures.queries.access import may_see, may_see_rows
from wenyuan.office.figures.queries.counting import definitions, is_defined_alike, members_of, span_of
from wenyuan.office.figures.queries.months import (
    cells_of_month,
    closed_month,
    compared_months,
    differences_of,
    later_rows,
    month_due,
    reader_differences_of,
    reader_differences_of_months,
    readers_of_month,
    reconciled_months,
    snapshot_of,
    unlike_loans,
)
from wenyuan.office.figures.queries.publishing import public_report, published_years
from wenyuan.office.figures.queries.rows import open_days_by_month, rows_of, standing_of
from wenyuan.office.figures.queries.sums import (
    by_area,
    by_branch,
    by_class,
    by_day,
    by_hour,
    by_month,
    by_month_and_branch,
    by_place,
    figures_of,
    scan_by_month_and_branch,
)
from wenyuan.office.figures.queries.telling import stocks_json, summary_json, work_summary
from wenyuan.office.figures.rules import (
    EVERYTHING,
    link_terms,
    parse_period,
    rows_wanted,
    same_days_before,
    up_to,
    year_before,
)
from wenyuan.office.figures.standing import unit_of_standing
from wenyuan.office.figures.stocks.reading import stock_rows, stocks_of
from wenyuan.office.figures.stocks.values import BY_STOCK, STOCKS
from wenyuan.office.figures.summary.annexes import annexes
from wenyuan.office.figures.summary.checking import findings as findings_in
from wenyuan.office.figures.summary.skeleton import HEADINGS
from wenyuan.office.figures.summary.writing import (
    last_day_words,
    listed_words,
    period_words,
    phrased,
    point_words,
    told,
    told_exactly,
    with_part,
)

__all__ = [
    "BY_CODE",
    "BY_STOCK",
    "EVERYTHING",
    "EVERYWHERE",
    "HEADINGS",
    "INDICATORS",
    "MAIN",
    "SMALLEST",
    "STOCKS",
    "AdjustmentFacts",
    "ClosedMonthFacts",
    "ComparedMonth",
    "Difference",
    "LaterRow",
    "LaterRows",
    "MonthReason",
    "MonthRefused",
    "Place",
    "PublicReport",
    "PublishedBranch",
    "PublishedCode",
    "PublishedFigure",
    "ReaderCell",
    "ReaderDifference",
    "Readers",
    "ReconciledMonth",
    "Snapshot",
    "UnlikeLoan",
    "annexes",
    "by_area",
    "by_branch",
    "by_class",
    "by_day",
    "by_hour",
    "by_month",
    "by_month_and_branch",
    "by_place",
    "cells_of_month",
    "closed_month",
    "compared_months",
    "definitions",
    "differences_of",
    "figures_of",
    "findings_in",
    "fingerprint",
    "is_defined_alike",
    "last_day_words",
    "later_rows",
    "link_terms",
    "listed_words",
    "may_see",
    "may_see_rows",
    "members_of",
    "month_due",
    "month_period",
    "months_closed",
    "open_days_by_month",
    "parse_period",
    "period_words",
    "phrased",
    "point_words",
    "public_report",
    "published_years",
    "reader_differences",
    "reader_differences_of",
    "reader_differences_of_months",
    "readers_of_month",
    "reconciled_months",
    "rows_of",
    "rows_wanted",
    "same_days_before",
    "scan_by_month_and_branch",
    "snapshot_of",
    "span_of",
    "standing_of",
    "stock_rows",
    "stocks_json",
    "stocks_of",
    "summary_json",
    "told",
    "told_exactly",
    "unit_of_standing",
    "unlike_loans",
    "up_to",
    "with_part",
    "work_summary",
    "year_before",
]
