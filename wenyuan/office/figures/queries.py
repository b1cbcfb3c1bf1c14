"""Figures, from the journal and what its past days add up to: totals, their parts by branch, area, day and month, and
the rows behind them.

A branch's figures are those of its subtree as it stood on each day. ``branch`` is a branch's code, or none for
everything, entries without a branch included. Whoever asks has been checked by the door (``may_see``). A ``network``
that the caller has just read saves asking for its edition again, and ``defined`` asking for the library's definitions.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from wenyuan.office.daybook.data import Member, RecordFacts, RecordKind, Wanted
from wenyuan.office.daybook.queries import list_records
from wenyuan.office.figures import sql
from wenyuan.office.figures.closing import sql as closing_sql
from wenyuan.office.figures.closing.reading import months_closed, read_closed, read_snapshot
from wenyuan.office.figures.closing.values import (
    EVERYWHERE,
    AdjustmentFacts,
    Cells,
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
    cells_of,
    differences,
    fingerprint,
    month_period,
    month_to_close,
    periods_ending,
    reader_differences,
)
from wenyuan.office.figures.data import (
    WHOLE,
    AreaFigures,
    Aspect,
    BranchFigures,
    CalendarCode,
    Codes,
    DatedFigures,
    DefinitionFacts,
    Definitions,
    Fact,
    FigureCode,
    FigureRow,
    Figures,
    Indicator,
    IndicatorCode,
    Measure,
    Period,
    PlaceFigures,
    PointVisits,
    Question,
    RowsPage,
    Slice,
    StandingCode,
    StandingRow,
    StockCode,
    Stretch,
    SummaryFacts,
    Unit,
    UnknownBranch,
    Values,
    WantedRows,
    WorkSummary,
)
from wenyuan.office.figures.definitions import USUAL
from wenyuan.office.figures.indicators import (
    BY_CODE,
    CODE_NAMES,
    CODED,
    INDICATORS,
    KINDS,
    MAIN,
    Group,
    kinds_of,
    values_of,
)
from wenyuan.office.figures.places import seat_of
from wenyuan.office.figures.published.report import report
from wenyuan.office.figures.published.suppression import SMALLEST
from wenyuan.office.figures.published.values import (
    STANDING,
    PublicReport,
    PublishedBranch,
    PublishedCode,
    PublishedFigure,
)
from wenyuan.office.figures.rollups import sql as rollups_sql
from wenyuan.office.figures.rollups.declared import SHAPE, Dimension, rollup_for
from wenyuan.office.figures.rules import (
    EVERYTHING,
    link_terms,
    memberships,
    narrowed,
    parse_period,
    rows_wanted,
    same_days_before,
    up_to,
    whole_months,
    year_before,
)
from wenyuan.office.figures.sql import Grouping
from wenyuan.office.figures.standing import standing_rows, standing_values, unit_of_standing
from wenyuan.office.figures.stocks.reading import stock_rows, stocks_of
from wenyuan.office.figures.stocks.values import BY_STOCK, STOCKS
from wenyuan.office.figures.summary.checking import findings as findings_in
from wenyuan.office.figures.summary.writing import period_words, told, told_exactly, with_part, write
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.data import BranchFacts, NetworkMap
from wenyuan.organisation.network.queries import get_library, list_service_points, network_map, open_dates
from wenyuan.organisation.rights.data import Act, Operator
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local, local_date

__all__ = [
    "BY_CODE",
    "BY_STOCK",
    "EVERYTHING",
    "EVERYWHERE",
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
    "later_rows",
    "link_terms",
    "may_see",
    "may_see_rows",
    "members_of",
    "month_due",
    "month_period",
    "months_closed",
    "open_days_by_month",
    "parse_period",
    "period_words",
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

Parameters = dict[str, Any]
NO_CODES: tuple[Codes, ...] = ({},)
"""What a term asks for that asks for no codes: all details hold it."""

MOST_RECORDS = 5_000
"""More than a county library writes down in a year; a document lists no more."""
NOTHING: Values = values_of((), USUAL)


def may_see(operator: Operator, branch_id: int | None) -> bool:
    """Whether the operator may see the figures of the branch and what stands below it; none: of the whole network."""
    return may(operator, Act.SEE_FIGURES, branch_id)


def may_see_rows(operator: Operator, branch_id: int | None) -> bool:
    """Whether the operator may open the rows behind those figures: whoever sees a figure may, and so may whoever
    sees the journal. The rows name no reader."""
    return may_see(operator, branch_id) or may(operator, Act.SEE_JOURNAL, branch_id)


def definitions() -> Definitions:
    """What the library has answered about its definitions 口径, from which days on."""
    return Definitions(tuple(_definition(row) for row in _fetch(sql.DEFINITIONS, {})))


def is_defined_alike(code: FigureCode, *periods: Period, defined: Definitions | None = None) -> bool:
    """Whether the figure was counted by one definition in all these periods; else they do not compare in per cent."""
    if not isinstance(code, IndicatorCode) or not BY_CODE[code].questions:
        return True
    spans = [(period.first_date, period.last_date) for period in periods]
    return (defined or definitions()).are_alike(BY_CODE[code].questions, *spans)


def figures_of(
    *,
    period: Period,
    at: datetime,
    branch: str | None = None,
    part: Slice = WHOLE,
    only: IndicatorCode | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> Figures:
    """The indicators of a period, or of a part of it; with ``only`` that one alone.

    :raises UnknownBranch: when no branch has the code.
    """
    found = _split(Grouping.TOTAL, _parameters(period, branch, part, network or network_map()), defined, only=only)
    return Figures(period, branch, at, found.get((), {only: 0} if only else NOTHING))


def by_branch(
    *,
    period: Period,
    branch: str | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> tuple[BranchFigures, ...]:
    """What was done at each branch itself, by code; together they make up the total.

    Branches that stood in the subtree on some day of the period are there even where nothing happened. Entries that
    name no branch come last, as ``NOWHERE``.

    :raises UnknownBranch: when no branch has the code.
    """
    network = network or network_map()
    parameters = _parameters(period, branch, WHOLE, network)
    found = {key[0]: values for key, values in _split(Grouping.BRANCH, parameters, defined).items()}
    return _branches(found, period, (parameters or {}).get("members", network.branches), network)


def _branches(
    found: Mapping[int, Values], period: Period, candidates: Iterable[int], network: NetworkMap
) -> tuple[BranchFigures, ...]:
    """What was found, by code, with those of the candidates that stood on some day of the period."""
    standing = {
        branch_id
        for branch_id in candidates
        if (facts := network.branches[branch_id]).opened_date <= period.last_date
        and (facts.closed_date is None or facts.closed_date > period.first_date)
    }
    known = sorted((standing | found.keys()) & network.branches.keys(), key=lambda one: network.branches[one].code)
    unknown = sorted(found.keys() - network.branches.keys())
    return tuple(_branch_figures(branch_id, network, found.get(branch_id, NOTHING)) for branch_id in [*known, *unknown])


def by_area(
    *,
    period: Period,
    branch: str | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> tuple[AreaFigures, ...]:
    """What was done in each area where anything was, by branch, floor and code; together they make up the total.

    What names no area of a branch is there as ``NOWHERE``, behind the branch's areas.

    :raises UnknownBranch: when no branch has the code.
    """
    return _areas(_split(Grouping.AREA, _parameters(period, branch, WHOLE, network or network_map()), defined))


def by_place(
    *,
    period: Period,
    at: datetime,
    branch: str | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> PlaceFigures:
    """``figures_of``, ``by_branch`` and ``by_area`` of a period in one reading, so that each adds up to the other.

    :raises UnknownBranch: when no branch has the code.
    """
    network = network or network_map()
    parameters = _parameters(period, branch, WHOLE, network)
    found = _split(Grouping.AREA, parameters, defined)
    branches = {branch_id: _added(_with(found, 0, branch_id)) for branch_id in dict.fromkeys(key[0] for key in found)}
    return PlaceFigures(
        Figures(period, branch, at, _added(branches.values())),
        _branches(branches, period, (parameters or {}).get("members", network.branches), network),
        _areas(found),
    )


def _areas(found: Mapping[tuple[Any, ...], Values]) -> tuple[AreaFigures, ...]:
    areas = {row[0]: row[1:] for row in _fetch(sql.AREAS, {"areas": [area_id for _branch, area_id in found]})}
    order = {area_id: place for place, area_id in enumerate(areas)}
    keys = sorted(found, key=lambda key: (key[0], order.get(key[1], len(order)), key[1]))
    return tuple(_area_figures(key, areas.get(key[1], ("", "", "")), found[key]) for key in keys)


def by_day(
    *,
    period: Period,
    branch: str | None = None,
    part: Slice = WHOLE,
    only: IndicatorCode | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> tuple[DatedFigures, ...]:
    """The indicators of every day of the period, zeros among them; with ``only`` that one alone.

    :raises UnknownBranch: when no branch has the code.
    """
    found = _split(Grouping.DAY, _parameters(period, branch, part, network or network_map()), defined, only=only)
    nothing = {only: 0} if only else NOTHING
    return tuple(DatedFigures(day, found.get((day,), nothing)) for day in period.days())


def by_month(
    *,
    period: Period,
    branch: str | None = None,
    part: Slice = WHOLE,
    only: IndicatorCode | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> tuple[DatedFigures, ...]:
    """The indicators of every month that the period touches, counting only the period's days; with
    ``only`` that one alone.

    :raises UnknownBranch: when no branch has the code.
    """
    found = _split(Grouping.MONTH, _parameters(period, branch, part, network or network_map()), defined, only=only)
    nothing = {only: 0} if only else NOTHING
    return tuple(DatedFigures(month, found.get((month,), nothing)) for month in period.months())


def by_month_and_branch(
    *, period: Period, branch: str | None = None, network: NetworkMap | None = None, defined: Definitions | None = None
) -> Mapping[tuple[date, int], Values]:
    """The indicators of each branch itself in each month of the period, by the month's first day and the branch's id;
    without those of which nothing was recorded.

    :raises UnknownBranch: when no branch has the code.
    """
    return _split(Grouping.MONTH_BRANCH, _parameters(period, branch, WHOLE, network or network_map()), defined)


def by_hour(
    *,
    period: Period,
    only: IndicatorCode,
    branch: str | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> Mapping[int, int]:
    """An indicator by hour of the week (``Slice.hour``), without those of which nothing was recorded. What was typed
    for a day stands at noon.

    :raises UnknownBranch: when no branch has the code.
    """
    found = _split(Grouping.HOUR, _parameters(period, branch, WHOLE, network or network_map()), defined, only=only)
    return {int(hour): values[only] for (hour,), values in found.items()}


def by_class(
    *,
    period: Period,
    only: IndicatorCode,
    branch: str | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> Mapping[str, int]:
    """An indicator by class (``Slice.letter``), without those of which nothing was recorded.

    :raises UnknownBranch: when no branch has the code.
    """
    found = _split(Grouping.CLASS, _parameters(period, branch, WHOLE, network or network_map()), defined, only=only)
    return {letter: values[only] for (letter,), values in found.items()}


def scan_by_month_and_branch(*, period: Period) -> Mapping[tuple[date, int], Values]:
    """As ``by_month_and_branch``, of the whole network, from the journal alone: to compare."""
    parameters = _parameters(period, None, WHOLE, network_map())
    return _split(Grouping.MONTH_BRANCH, parameters, None, rollups=False)


def closed_month(month: date) -> ClosedMonthFacts | None:
    """The month that begins on this day as it was closed and adjusted; nothing where it is open."""
    return read_closed([month]).get(month)


def month_due(*, closed: Iterable[date] | None = None) -> date | None:
    """The month that is the next to be closed, whether it is over or not; nothing where nothing was ever recorded."""
    known = tuple(months_closed() if closed is None else closed)
    return month_to_close(known, None if known else _first_recorded())


def cells_of_month(month: date, *, network: NetworkMap | None = None, defined: Definitions | None = None) -> Cells:
    """What the month comes to now, by the definitions given so far: of each branch itself, of each with what stood
    below it on each day, and of the whole network."""
    network, defined, days = network or network_map(), defined or definitions(), month_period(month)
    sums = by_month_and_branch(period=days, network=network, defined=defined)
    return _cells({branch_id: values for (_month, branch_id), values in sums.items()}, days, network, defined)


def compared_months(
    period: Period, *, network: NetworkMap | None = None, defined: Definitions | None = None
) -> tuple[ComparedMonth, ...]:
    """Every month that the period touches, whole, beside what is counted of it now; one read for them all."""
    network, defined, months = network or network_map(), defined or definitions(), period.months()
    whole = span_of(months[0], month_period(months[-1]).last_date)
    sums = by_month_and_branch(period=whole, network=network, defined=defined)
    closed = read_closed(months)
    found = []
    for month in months:
        own = {branch_id: values for (of, branch_id), values in sums.items() if of == month}
        now, facts = _cells(own, month_period(month), network, defined), closed.get(month)
        found.append(ComparedMonth(month, facts, now, differences(facts, now) if facts else ()))
    return tuple(found)


def reader_differences_of_months(
    compared: Sequence[ComparedMonth], *, network: NetworkMap | None = None
) -> dict[date, tuple[ReaderDifference, ...]]:
    """The differences of readers of each closed month among these, which follow each other. Readers are counted only
    where they may differ: some were frozen, and loans were recorded for the days since, or the loans of a subtree
    differ in a month of the quarter, half-year or year that ends with it."""
    network = network or network_map()
    terms: Parameters = {"first": compared[0].month, "last": month_period(compared[-1].month).last_date}
    has_readers = any(one.closed and one.closed.reader_cells() for one in compared)
    latest: dict[date, datetime] = dict(_fetch(closing_sql.LATEST, terms)) if has_readers else {}
    moved = {one.month for one in compared if any(each.code is IndicatorCode.LOANS for each in one.differences)}
    found: dict[date, tuple[ReaderDifference, ...]] = {}
    for one in compared:
        if one.closed is None:
            continue
        months = periods_ending(one.month)[-1].months()
        since = one.closed.touched_at - timedelta(minutes=1)
        may_differ = any(month in moved or (month in latest and latest[month] >= since) for month in months)
        found[one.month] = reader_differences_of(one.closed, network=network) if may_differ else ()
    return found


def reconciled_months(
    period: Period, *, branch: str | None = None, network: NetworkMap | None = None
) -> tuple[ReconciledMonth, ...]:
    """The loans of each month that the period touches, counted three ways; of a branch and what stood below it.

    :raises UnknownBranch: when no branch has the code.
    """
    months = period.months()
    whole = span_of(months[0], month_period(months[-1]).last_date)
    terms = _parameters(whole, branch, WHOLE, network or network_map()) or {}
    subtree, loan = branch is not None, Kind.LOAN.value
    spans = zip(terms.get("member_first", ()), terms.get("member_last", ()), strict=True)
    read = {"shape": SHAPE, "months": whole_months(whole.first_date, whole.last_date, spans)}
    rolled = rollups_sql.read(Grouping.MONTH, subtree=subtree, at=False, area=False)
    told = sql.figures(Grouping.MONTH, subtree=subtree, at=False, area=False)
    by_rollups = {row[0]: row[3] for row in _fetch(rolled, terms | read) if row[1] == loan}
    by_journal = {row[0]: row[3] for row in _fetch(told, terms | {"kinds": [loan]})}
    rows = dict(_fetch(closing_sql.lent(subtree=subtree), terms | {"zone": settings.TIME_ZONE}))
    return tuple(
        ReconciledMonth(month, rows.get(month, 0), by_journal.get(month, 0), by_rollups.get(month, 0))
        for month in months
    )


def unlike_loans(
    month: date, *, branch: str | None = None, size: int = 200, network: NetworkMap | None = None
) -> tuple[UnlikeLoan, ...]:
    """Loans of a month of which the table and the journal say another thing, at most so many.

    :raises UnknownBranch: when no branch has the code.
    """
    terms = _parameters(month_period(month), branch, WHOLE, network or network_map()) or {}
    terms |= {"zone": settings.TIME_ZONE, "limit": size}
    return tuple(UnlikeLoan(*row) for row in _fetch(closing_sql.unlike(subtree=branch is not None), terms))


def snapshot_of(*, period: Period, branch: str | None = None, network: NetworkMap | None = None) -> Snapshot | None:
    """What the closed months of a period say of a branch with what stood below it, or of everything; nothing unless the
    period is of whole months that are all closed, with every indicator of today.

    :raises UnknownBranch: when no branch has the code.
    """
    months = period.months()
    if (period.first_date, period.last_date) != (months[0], month_period(months[-1]).last_date):
        return None
    if branch is None:
        return read_snapshot(months, EVERYWHERE)
    facts = (network or network_map()).by_code(branch)
    if facts is None:
        raise UnknownBranch(branch)
    return read_snapshot(months, Place(facts.id, True))


def later_rows(
    closed: ClosedMonthFacts,
    *,
    branch: str | None = None,
    before: int | None = None,
    size: int = 50,
    network: NetworkMap | None = None,
) -> LaterRows:
    """What was recorded for the days of a month since it was closed, give or take a minute, the newest first; of a
    branch and what stood below it.

    :raises UnknownBranch: when no branch has the code.
    """
    terms = _parameters(month_period(closed.month), branch, WHOLE, network or network_map()) or {}
    terms |= {"since": closed.closed_at - timedelta(minutes=1), "before": before, "limit": size + 1}
    found = _fetch(closing_sql.later(subtree=branch is not None), terms)
    rows = tuple(LaterRow(**dict(zip(closing_sql.LATER_COLUMNS, row, strict=True))) for row in found[:size])
    return LaterRows(rows, rows[-1].id if len(found) > size else None)


def differences_of(
    closed: ClosedMonthFacts, *, network: NetworkMap | None = None, defined: Definitions | None = None
) -> tuple[Difference, ...]:
    """Where a closed month, adjustments included, is not what is counted now."""
    return differences(closed, cells_of_month(closed.month, network=network, defined=defined))


def _cells(own: Mapping[int, Values], days: Period, network: NetworkMap, defined: Definitions) -> Cells:
    """The cells of a month whose branches come to ``own``."""
    places = {Place(branch_id, False): values for branch_id, values in own.items()}
    for facts in network.branches.values():
        places[Place(facts.id, True)] = _with_below(facts, own, days, network, defined)
    return cells_of(places | {EVERYWHERE: _added(own.values())})


def readers_of_month(month: date, *, network: NetworkMap | None = None) -> Readers:
    """Readers who borrowed within the month, and within the quarter, half-year and year that end with it: of each
    branch with what stood below it on each day, and of everything, by category and in all."""
    network = network or network_map()
    found: dict[ReaderCell, int] = {}
    for period in periods_ending(month):
        spans = [(top, span) for top in network.branches for span in memberships(network, branch_id=top, period=period)]
        terms: Parameters = {
            "first": period.first_date,
            "last": period.last_date,
            "tops": [top for top, _span in spans],
            "members": [span.branch_id for _top, span in spans],
            "member_first": [span.first_date for _top, span in spans],
            "member_last": [span.last_date for _top, span in spans],
        }
        for code, top, category, count in _fetch(closing_sql.READERS, terms):
            found[ReaderCell(period.text, top, StockCode(code), category)] = count
    return found


def reader_differences_of(
    closed: ClosedMonthFacts, *, network: NetworkMap | None = None
) -> tuple[ReaderDifference, ...]:
    """Where the readers of a closed month are not as many now as it says, adjustments included."""
    return reader_differences(closed, readers_of_month(closed.month, network=network))


def _with_below(
    facts: BranchFacts, own: Mapping[int, Values], days: Period, network: NetworkMap, defined: Definitions
) -> Values:
    """What a branch comes to with what stood below it: added up, unless a branch came or went within the month."""
    spans = memberships(network, branch_id=facts.id, period=days)
    if all((span.first_date, span.last_date) == (days.first_date, days.last_date) for span in spans):
        return _added(own[span.branch_id] for span in spans if span.branch_id in own)
    return _split(Grouping.TOTAL, _parameters(days, facts.code, WHOLE, network), defined).get((), NOTHING)


def _first_recorded() -> date | None:
    return min((day for _kind, day in _fetch(sql.FIRST_DAYS, {"kinds": list(KINDS)})), default=None)


def rows_of(
    wanted: WantedRows, *, before: int | None = None, size: int = 50, network: NetworkMap | None = None
) -> RowsPage:
    """A page of the journal's entries behind a number, newest first; the values of all its pages add up to it.

    :raises UnknownBranch: when no branch has the code.
    """
    indicator = BY_CODE[wanted.indicator]
    parameters = _parameters(wanted.period, wanted.branch, wanted.part, network or network_map())
    if parameters is None:
        return RowsPage((), None)
    defined = definitions()
    terms = [
        (term, codes, stretch)
        for stretch in defined.stretches(parameters["first"], parameters["last"])
        for term in indicator.terms_by(stretch.answers)
        for codes in term.among or NO_CODES
    ]
    parameters |= {
        "kinds": sorted({term.kind.value for term, _codes, _stretch in terms}),
        "term_kinds": [term.kind.value for term, _codes, _stretch in terms],
        "term_codes": [json.dumps(codes) for _term, codes, _stretch in terms],
        "term_unless": [json.dumps(term.unless) if term.unless else None for term, _codes, _stretch in terms],
        "term_first": [stretch.first_date for _term, _codes, stretch in terms],
        "term_last": [stretch.last_date for _term, _codes, stretch in terms],
        "before": before,
        "limit": size + 1,
    }
    found = _fetch(sql.rows(**_narrowing(parameters), aspect=parameters.get("aspect")), parameters)
    rows = tuple(_row(values, indicator, defined) for values in found[:size])
    return RowsPage(rows, rows[-1].id if len(found) > size else None)


def summary_json(
    *,
    period: Period,
    branch: str | None,
    at: datetime,
    base_url: str,
    name_of: Callable[[IndicatorCode], str],
    unit_of: Callable[[Unit], str],
    network: NetworkMap | None = None,
) -> dict[str, object]:
    """The summary as other programs read it: ``{period, branch, as_of, figures: [{code, name, value, unit, rows_url,
    counts, one_definition, snapshot}]}``.

    ``snapshot`` is ``{frozen, adjusted}`` where all months of the period are closed, else none; ``value`` is what is
    counted now.

    ``counts`` are the questions of definition that the library answered with yes on the period's last day, and
    ``one_definition`` says whether they were answered so all along. ``branch`` is a code, ``all`` or none; ``base_url``
    is the full address of the page of rows, without terms. The caller gives the words for indicators and units in its
    language. ``as_of`` is local time with its offset.

    :raises UnknownBranch: when no branch has the code.
    """
    code = None if branch == EVERYTHING else branch
    network, defined = network or network_map(), definitions()
    figures = figures_of(period=period, at=at, branch=code, network=network, defined=defined)
    counted = defined.on(period.last_date)
    snapshot = snapshot_of(period=period, branch=code, network=network)
    return {
        "period": period.text,
        "branch": code or EVERYTHING,
        "as_of": local(at).isoformat(timespec="seconds"),
        "figures": [
            {
                "code": indicator.code.value,
                "name": name_of(indicator.code),
                "value": figures.values[indicator.code],
                "unit": unit_of(indicator.unit),
                "rows_url": f"{base_url}?{urlencode(link_terms(WantedRows(indicator.code, period, code)))}",
                "counts": [question.value for question in indicator.questions if question in counted],
                "one_definition": is_defined_alike(indicator.code, period, defined=defined),
                "snapshot": snapshot
                and {"frozen": snapshot.frozen[indicator.code], "adjusted": snapshot.adjusted[indicator.code]},
            }
            for indicator in INDICATORS
        ],
    }


def stocks_json(
    *,
    period: Period,
    branch: str | None,
    at: datetime,
    base_url: str,
    name_of: Callable[[StockCode], str],
    unit_of: Callable[[Unit], str],
    network: NetworkMap | None = None,
) -> list[dict[str, object]]:
    """What stands at the end of a period, or today where that is earlier, and who borrowed within it; beside the
    figures of ``summary_json``: ``[{code, name, value, unit, behaviour, rows_url}]``; what is not known is none.
    ``base_url`` is the full address of the page of stocks, below which each has its rows.

    :raises UnknownBranch: when no branch has the code.
    :raises BadPeriod: the period begins after today.
    """
    code = None if branch == EVERYTHING else branch
    counted = up_to(period, local_date(at))
    values = stocks_of(period=counted, branch=code, network=network)
    terms = urlencode({"period": counted.text, "branch": code or EVERYTHING})
    return [
        {
            "code": stock.code.value,
            "name": name_of(stock.code),
            "value": values[stock.code],
            "unit": unit_of(stock.unit),
            "behaviour": stock.behaviour.value,
            "rows_url": f"{base_url}/{stock.code.value}?{terms}",
        }
        for stock in STOCKS
    ]


def work_summary(
    *,
    period: Period,
    branch: str | None,
    at: datetime,
    figures_to: date | None = None,
    network: NetworkMap | None = None,
) -> WorkSummary:
    """The work summary of a period, written from what was recorded for the branch and what stood below it.

    ``branch`` is a code, none for the whole network. Figures go to ``figures_to``, to today, or to the period's end,
    whichever comes first, and are compared with the same days of the year before. 开放天数 are those of the branch
    itself, for the whole network those of its oldest branch at the top.

    :raises UnknownBranch: when no branch has the code.
    :raises BadPeriod: nothing of the period lies before ``figures_to`` and today.
    """
    network = network or network_map()
    last = min(figures_to or date.max, local_date(at))
    counted, earlier = up_to(period, last), same_days_before(period, last)
    known = _recorded_since(earlier.first_date) if earlier else frozenset()
    if not known:
        earlier = None
    defined = definitions()
    now = figures_of(period=counted, at=at, branch=branch, network=network, defined=defined).values
    before = (
        figures_of(period=earlier, at=at, branch=branch, network=network, defined=defined).values if earlier else {}
    )
    facts: dict[FigureCode, Fact] = {
        one.code: Fact(
            code=one.code,
            unit=one.unit,
            now=now[one.code],
            before=before[one.code] if one.code in known else None,
            same_definition=is_defined_alike(one.code, *filter(None, (counted, earlier)), defined=defined),
        )
        for one in INDICATORS
    }
    place = network.by_code(branch) if branch else None
    seat = place or seat_of(network, counted.last_date)
    if seat:
        facts[CalendarCode.OPEN_DAYS] = Fact(
            code=CalendarCode.OPEN_DAYS,
            unit=Unit.DAYS,
            now=_open_days(seat.id, counted, network),
            before=_open_days(seat.id, earlier, network) if earlier else None,
        )
        if (hours := _week_minutes(seat.id, counted.last_date, network)) is not None:
            facts[CalendarCode.WEEKLY_HOURS] = Fact(
                code=CalendarCode.WEEKLY_HOURS,
                unit=Unit.WEEK_MINUTES,
                now=hours,
                before=_week_minutes(seat.id, earlier.last_date, network) if earlier else None,
            )
    facts |= _standing(counted, earlier, place, network)
    library = get_library()
    name = place.name_zh if place else library.name_zh if library else ""
    records, left_off = _records(counted, place, network)
    points = _points(counted, branch, network, defined)
    code = seat.code if seat else None
    return write(SummaryFacts(name, period, counted, earlier, branch, code, at, facts, records, points, left_off))


def standing_of(
    code: StandingCode, *, on: date, branch: str | None, network: NetworkMap | None = None
) -> tuple[StandingRow, ...]:
    """The rows behind a figure that stands on a day, for a branch and what stood below it (none for all).

    :raises UnknownBranch: when no branch has the code.
    """
    network = network or network_map()
    place = network.by_code(branch) if branch else None
    if branch and place is None:
        raise UnknownBranch(branch)
    return standing_rows(code, on=on, place=place, network=network)


def published_years(*, on: date) -> tuple[int, ...]:
    """The years of which there is a service report, the newest first: each from the first in which anything was
    recorded that has ended by then. A year that runs is none of them: from day to day its totals would tell what a day
    added, however small."""
    first = _first_recorded()
    return tuple(range(on.year - 1, first.year - 1, -1)) if first else ()


def public_report(year: int, *, on: date, network: NetworkMap | None = None) -> PublicReport:
    """公共图书馆法 42: the service report of a year for the whole network, as everybody may read it from the day ``on``
    (``published_years``). It names nobody, and no number in it tells of fewer than five readers or acts of theirs,
    nor can one be computed from the others of the same report. Every sum is read by the same statements, whatever is
    recorded meanwhile; of a year whose months are all closed it is what their snapshots say."""
    network = network or network_map()
    period, defined = parse_period(f"{year:04d}"), definitions()
    frozen = _frozen_year(period)
    sums, stretches = frozen or (
        by_month_and_branch(period=period, network=network, defined=defined),
        defined.stretches(period.first_date, period.last_date),
    )
    seat = seat_of(network, period.last_date)
    standing = standing_values(on=period.last_date, place=None, network=network)
    found: dict[FigureCode, tuple[Unit, int]] = {
        code: (unit_of_standing(code), value) for code, value in standing.items()
    }
    if seat:
        found[CalendarCode.OPEN_DAYS] = (Unit.DAYS, _open_days(seat.id, period, network))
        if (minutes := _week_minutes(seat.id, period.last_date, network)) is not None:
            found[CalendarCode.WEEKLY_HOURS] = (Unit.WEEK_MINUTES, minutes)
    return report(
        year=year,
        as_of=on,
        answers=frozenset().union(*(one.answers for one in stretches)),
        frozen=frozen is not None,
        total=_added(sums.values()),
        months=[DatedFigures(month, _added(_with(sums, 0, month))) for month in period.months()],
        branches=_branches({key[1]: _added(_with(sums, 1, key[1])) for key in sums}, period, network.branches, network),
        stocks=stocks_of(period=period, network=network),
        standing={code: found[code] for code in STANDING if code in found},
    )


def _frozen_year(period: Period) -> tuple[Mapping[tuple[date, int], Values], Sequence[Stretch]] | None:
    """As ``by_month_and_branch``, by the snapshots of a period whose months are all closed, and the definitions that
    they were ever counted by: a part that was told in its whole once is none beside it later."""
    months = period.months()
    closed = read_closed(months)
    if len(closed) < len(months) or any(BY_CODE.keys() - one.indicators for one in closed.values()):
        return None
    sums: dict[tuple[date, int], dict[IndicatorCode, int]] = {}
    for month, facts in closed.items():
        for place, code in facts.cells():
            if not place.below:
                sums.setdefault((month, place.branch_id), dict(NOTHING))[code] = facts.value(place, code)
    return sums, [stretch for facts in closed.values() for stretch in facts.ever_counted_by]


def _with(sums: Mapping[tuple[Any, ...], Values], place: int, part: date | int) -> Iterable[Values]:
    return (values for key, values in sums.items() if key[place] == part)


def _added(found: Iterable[Values]) -> Values:
    """All these values added up."""
    sums = dict(NOTHING)
    for values in found:
        for code, value in values.items():
            sums[code] += value
    return sums


def span_of(first: date, last: date) -> Period:
    """The period from one day to another."""
    return Period(f"{first}..{last}", first, last)


def members_of(*, branch_id: int, period: Period, network: NetworkMap | None = None) -> tuple[Member, ...]:
    """Which branches stood in the subtree on which days, as the daybook asks for it."""
    spans = memberships(network or network_map(), branch_id=branch_id, period=period)
    return tuple(Member(one.branch_id, one.first_date, one.last_date) for one in spans)


def open_days_by_month(
    *, period: Period, branch_id: int, network: NetworkMap | None = None
) -> tuple[tuple[date, tuple[date, ...]], ...]:
    """The days behind 开放天数: the first day of each month that the period touches, and the days of it on which the
    branch stood and was open."""
    network = network or network_map()
    found: dict[date, list[date]] = {month: [] for month in period.months()}
    for day in open_dates(branch_id, period.first_date, period.last_date, network=network):
        found[day.replace(day=1)].append(day)
    return tuple((month, tuple(days)) for month, days in found.items())


def _records(
    period: Period, place: BranchFacts | None, network: NetworkMap
) -> tuple[Mapping[RecordKind, tuple[RecordFacts, ...]], int]:
    """What counts of the daybook, by kind: the rows whose entries the figures add up; and how many were read where
    there are more, the latest of them, else 0."""
    members = members_of(branch_id=place.id, period=period, network=network) if place else None
    wanted = Wanted(first_date=period.first_date, last_date=period.last_date, members=members, counted=True)
    found: dict[RecordKind, list[RecordFacts]] = {}
    listed = list_records(wanted=wanted, size=MOST_RECORDS)
    for record in listed.rows:
        found.setdefault(record.kind, []).append(record)
    return {kind: tuple(records) for kind, records in found.items()}, len(listed.rows) if listed.after else 0


def _standing(
    counted: Period, earlier: Period | None, place: BranchFacts | None, network: NetworkMap
) -> dict[FigureCode, Fact]:
    """What stands at the end of the days counted, beside the same day of the year before."""
    now = standing_values(on=counted.last_date, place=place, network=network)
    before = standing_values(on=earlier.last_date, place=place, network=network) if earlier else {}
    return {
        code: Fact(code=code, unit=unit_of_standing(code), now=value, before=before.get(code))
        for code, value in now.items()
    }


def _points(period: Period, branch: str | None, network: NetworkMap, defined: Definitions) -> tuple[PointVisits, ...]:
    """Visits by service point, the most visited first; what names none is not among them."""
    names = {point.id: point.name_zh for point in list_service_points()}
    found = _split(Grouping.POINT, _parameters(period, branch, WHOLE, network), defined, only=IndicatorCode.VISITS)
    visits = [
        PointVisits(int(part), names[int(part)], values[IndicatorCode.VISITS])
        for (part,), values in found.items()
        if int(part) in names
    ]
    return tuple(sorted((one for one in visits if one.visits > 0), key=lambda one: (-one.visits, one.point_id)))


def _recorded_since(day: date) -> frozenset[IndicatorCode]:
    """The indicators that were recorded by then, give or take the holidays of that week: of the others, what lies there
    is not nothing, it is not known."""
    first = dict(_fetch(sql.FIRST_DAYS, {"kinds": list(KINDS)}))
    by = day + timedelta(days=7)
    return frozenset(
        one.code for one in INDICATORS if all(first.get(term.kind.value, date.max) <= by for term in one.terms)
    )


def _open_days(branch_id: int, period: Period, network: NetworkMap) -> int:
    return len(open_dates(branch_id, period.first_date, period.last_date, network=network))


def _week_minutes(branch_id: int, on: date, network: NetworkMap) -> int | None:
    """How long the ordinary week is; nothing where it is not stated."""
    week = network.calendar(branch_id).ordinary_week(on)
    return sum(span.minutes for spans in week for span in spans) if week else None


def _parameters(period: Period, branch: str | None, part: Slice, network: NetworkMap) -> Parameters | None:
    """What the statements ask for; nothing where the part lies outside the period, so that there is nothing to ask."""
    parameters: Parameters = {"kinds": list(KINDS), "coded": list(CODED), "code_names": list(CODE_NAMES)}
    if branch is not None:
        facts = network.by_code(branch)
        if facts is None:
            raise UnknownBranch(branch)
        spans = memberships(network, branch_id=facts.id, period=period)
        parameters["members"] = [span.branch_id for span in spans]
        parameters["member_first"] = [span.first_date for span in spans]
        parameters["member_last"] = [span.last_date for span in spans]
    days = narrowed(period, part)
    if days is None:
        return None
    parameters["first"], parameters["last"] = days
    if part.at_branch_id is not None:
        parameters["at"] = part.at_branch_id
    if part.area_id is not None:
        parameters["area"] = part.area_id
    if part.aspect is not None:
        parameters["aspect"], parameters["part"] = part.aspect
    return parameters


_TELLTALES = {"subtree": "members", "at": "at", "area": "area"}
"""The parameter whose presence says that a statement narrows that way."""


def _narrowing(parameters: Parameters) -> dict[str, bool]:
    return {way: parameter in parameters for way, parameter in _TELLTALES.items()}


def _split(
    grouping: Grouping,
    parameters: Parameters | None,
    defined: Definitions | None,
    *,
    rollups: bool = True,
    only: IndicatorCode | None = None,
) -> Mapping[tuple[Any, ...], Values]:
    """Values by key: one for the total with the empty key, none for keys without an entry.

    From the rollups where these have what is asked, else from the journal. Days of different definitions are counted
    apart and added up. With ``only`` the values are of that indicator alone, and nothing else is read.
    """
    if parameters is None:
        return {}
    parameters = parameters | {"kinds": list(kinds_of(only))}
    ways, aspect = _narrowing(parameters), parameters.get("aspect")
    rollup = rollup_for(_dimensions(grouping, ways, aspect), only) if rollups else None
    if rollup:
        statement = rollups_sql.read(grouping, **ways, part=aspect is not None, rollup=rollup)
    else:
        statement = sql.figures(grouping, **ways, aspect=aspect)
    sums: dict[tuple[Any, ...], dict[IndicatorCode, int]] = {}
    for stretch in (defined or definitions()).stretches(parameters["first"], parameters["last"]):
        days: Parameters = {"first": stretch.first_date, "last": stretch.last_date}
        if rollup:
            spans = zip(parameters.get("member_first", ()), parameters.get("member_last", ()), strict=True)
            days |= {"shape": SHAPE, "months": whole_months(stretch.first_date, stretch.last_date, spans)}
        for key, groups in _grouped(_fetch(statement, parameters | days)).items():
            values = values_of(groups, stretch.answers, only)
            known = sums.setdefault(key, values)
            if known is not values:
                for code, value in values.items():
                    known[code] += value
    return sums


_ASPECTS = {Grouping.POINT: Aspect.POINT, Grouping.HOUR: Aspect.HOUR, Grouping.CLASS: Aspect.CLASS}


def _dimensions(grouping: Grouping, ways: Mapping[str, bool], aspect: Aspect | None) -> set[Dimension]:
    """What a question tells entries apart by, or narrows them to."""
    asked = {Dimension.KIND, Dimension.CODES, Dimension.BRANCH}
    if ways["area"] or grouping is Grouping.AREA:
        asked.add(Dimension.AREA)
    if aspect or grouping in _ASPECTS:
        asked.add(Dimension((aspect or _ASPECTS[grouping]).value))
    return asked


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Mapping[tuple[Any, ...], list[Group]]:
    groups: dict[tuple[Any, ...], list[Group]] = {}
    for *key, kind, codes, quantity, persons, amount in rows:
        sums = {Measure.QUANTITY: quantity, Measure.PERSONS: persons, Measure.AMOUNT: amount}
        groups.setdefault(tuple(key), []).append((kind, codes, sums))
    return groups


def _fetch(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _codes(found: Any) -> Codes:
    """Details as the cursor hands them over: text, or nothing where no indicator asks for them."""
    read: Codes = json.loads(found) if isinstance(found, str) else found or {}
    return read


def _area_figures(key: tuple[Any, ...], names: tuple[Any, ...], values: Values) -> AreaFigures:
    branch_id, area_id = key
    code, name_zh, name_en = names
    return AreaFigures(branch_id, area_id, code, name_zh, name_en, values)


def _definition(row: tuple[Any, ...]) -> DefinitionFacts:
    columns = dict(
        zip(("id", "question", "counts", "since", "basis", "set_by_id", "set_by_name", "set_at"), row, strict=True)
    )
    return DefinitionFacts(**columns | {"question": Question(columns["question"])})


def _branch_figures(branch_id: int, network: NetworkMap, values: Values) -> BranchFigures:
    facts = network.branches.get(branch_id)
    if facts is None:
        return BranchFigures(branch_id, "", "", "", values)
    return BranchFigures(branch_id, facts.code, facts.name_zh, facts.name_en, values)


def _row(values: tuple[Any, ...], indicator: Indicator, defined: Definitions) -> FigureRow:
    columns = dict(zip(sql.ROW_COLUMNS, values, strict=True))
    answers = defined.on(columns["local_date"])
    term = indicator.term_of(columns["kind"], _codes(columns.pop("details")), answers)
    assert term is not None, "the statement keeps what a term counts"
    measures = {measure: columns.pop(measure.value) for measure in Measure}
    return FigureRow(**columns, value=measures[term.measure])
