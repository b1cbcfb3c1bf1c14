"""The rows behind a number."""

import json
from datetime import date
from typing import Any

from wenyuan.office.figures import sql
from wenyuan.office.figures.data import (
    Codes,
    Definitions,
    FigureRow,
    Indicator,
    Measure,
    Period,
    RowsPage,
    StandingCode,
    StandingRow,
    UnknownBranch,
    WantedRows,
)
from wenyuan.office.figures.indicators import (
    BY_CODE,
)
from wenyuan.office.figures.queries.counting import definitions, fetch, narrowing_of, parameters_of
from wenyuan.office.figures.standing import standing_rows
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map, open_dates

NO_CODES: tuple[Codes, ...] = ({},)
"""What a term asks for that asks for no codes: all details hold it."""


def rows_of(
    wanted: WantedRows, *, before: int | None = None, size: int = 50, network: NetworkMap | None = None
) -> RowsPage:
    """A page of the journal's entries behind a number, newest first; the values of all its pages add up to it.

    :raises UnknownBranch: when no branch has the code.
    """
    indicator = BY_CODE[wanted.indicator]
    parameters = parameters_of(wanted.period, wanted.branch, wanted.part, network or network_map())
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
    found = fetch(sql.rows(**narrowing_of(parameters), aspect=parameters.get("aspect")), parameters)
    rows = tuple(_row(values, indicator, defined) for values in found[:size])
    return RowsPage(rows, rows[-1].id if len(found) > size else None)


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


def _codes(found: Any) -> Codes:
    """Details as the cursor hands them over: text, or nothing where no indicator asks for them."""
    read: Codes = json.loads(found) if isinstance(found, str) else found or {}
    return read


def _row(values: tuple[Any, ...], indicator: Indicator, defined: Definitions) -> FigureRow:
    columns = dict(zip(sql.ROW_COLUMNS, values, strict=True))
    answers = defined.on(columns["local_date"])
    term = indicator.term_of(columns["kind"], _codes(columns.pop("details")), answers)
    assert term is not None, "the statement keeps what a term counts"
    measures = {measure: columns.pop(measure.value) for measure in Measure}
    return FigureRow(**columns, value=measures[term.measure])
