"""Stocks at the end of a period and distinct readers within it, and the rows that each of them counts."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection

from wenyuan.office.figures.data import Period, StockCode, StockRow, StockRows, UnknownBranch
from wenyuan.office.figures.places import places_of
from wenyuan.office.figures.rules import memberships
from wenyuan.office.figures.stocks import sql
from wenyuan.organisation.network.data import BranchFacts, NetworkMap
from wenyuan.organisation.network.queries import network_map

_ROWS: Mapping[StockCode, str] = {
    StockCode.HOLDINGS_ITEMS: sql.HOLDINGS_ROWS,
    StockCode.HOLDINGS_TITLES: sql.TITLES_ROWS,
    StockCode.VALID_CARDS: sql.CARDS_ROWS,
    StockCode.OPEN_LOANS: sql.LOANS_ROWS,
    StockCode.BORROWERS: sql.BORROWERS_ROWS,
    StockCode.BORROWING_PERSONS: sql.BORROWING_PERSONS_ROWS,
}
_PLACES = (StockCode.BRANCHES, StockCode.SERVICE_STOPS)


def stocks_of(
    *, period: Period, branch: str | None = None, network: NetworkMap | None = None, only: StockCode | None = None
) -> Mapping[StockCode, int | None]:
    """What stood at the end of the period's last day for a branch and what stood below it on that day, and who borrowed
    within the period; of distinct readers nothing is known over a turn of the year.

    Items and titles of the holdings are what was told of each item by then; cards and loans are read from their rows as
    they are now: a reader who has left since counts on no earlier day. With ``only`` no more is read than it takes for
    that one.

    :raises UnknownBranch: when no branch has the code.
    """
    network = network or network_map()
    values = _values(period, branch, network)
    reads: Mapping[StockCode, Callable[[], int | None]] = {
        StockCode.VALID_CARDS: lambda: _one(sql.CARDS, values)[0],
        StockCode.OPEN_LOANS: lambda: _one(sql.LOANS, values)[0],
        **{code: partial(_count_standing, code, period, branch, network) for code in _PLACES},
        StockCode.BORROWERS: lambda: _one(sql.BORROWERS, values)[0] if _is_of_one_year(period) else None,
        StockCode.BORROWING_PERSONS: lambda: _one(sql.BORROWING_PERSONS, values)[0],
    }
    if only is not None and only in reads:
        return {only: reads[only]()}
    items, titles = _one(sql.HOLDINGS, values)
    holdings = {StockCode.HOLDINGS_ITEMS: items, StockCode.HOLDINGS_TITLES: titles}
    return holdings if only else {**holdings, **{code: read() for code, read in reads.items()}}


def stock_rows(
    *,
    code: StockCode,
    period: Period,
    branch: str | None = None,
    skip: int = 0,
    size: int = 50,
    network: NetworkMap | None = None,
) -> StockRows:
    """A page of what a stock counts; all pages together are the number. A borrower's row names nobody.

    :raises UnknownBranch: when no branch has the code.
    """
    network = network or network_map()
    if code in _PLACES:
        places = _standing(code, period, branch, network)
        found = [
            StockRow(
                id=one.id,
                branch_id=one.id,
                label=one.code,
                first_date=one.opened_date,
                last_date=one.closed_date,
                note=one.kind,
            )
            for one in places[skip : skip + size + 1]
        ]
    elif code is StockCode.BORROWERS and not _is_of_one_year(period):
        found = []
    else:
        names = ("id", "branch_id", "label", "first_date", "last_date", "note", "count")
        values = _values(period, branch, network) | {"skip": skip, "limit": size + 1}
        found = [StockRow(**dict(zip(names, row, strict=True))) for row in _fetch(_ROWS[code], values)]
    return StockRows(tuple(found[:size]), skip + size if len(found) > size else None)


def _count_standing(code: StockCode, period: Period, branch: str | None, network: NetworkMap) -> int:
    return len(_standing(code, period, branch, network))


def _is_of_one_year(period: Period) -> bool:
    """A reader's token in the journal is of one calendar year: over two of them one person is two."""
    return period.first_date.year == period.last_date.year


def _standing(code: StockCode, period: Period, branch: str | None, network: NetworkMap) -> tuple[BranchFacts, ...]:
    top = network.by_code(branch) if branch else None
    if branch and top is None:
        raise UnknownBranch(branch)
    return places_of(code, on=period.last_date, place=top, network=network)


def _values(period: Period, branch: str | None, network: NetworkMap) -> dict[str, Any]:
    top = network.by_code(branch) if branch else None
    if branch and top is None:
        raise UnknownBranch(branch)
    spans = memberships(network, branch_id=top.id, period=period) if top else None
    return {
        "on": period.last_date,
        "first": period.first_date,
        "last": period.last_date,
        "branches": sorted(network.subtree(top.id, period.last_date)) if top else None,
        "members": None if spans is None else [one.branch_id for one in spans],
        "member_first": None if spans is None else [one.first_date for one in spans],
        "member_last": None if spans is None else [one.last_date for one in spans],
        "zone": settings.TIME_ZONE,
    }


def _one(statement: str, values: dict[str, Any]) -> tuple[int, ...]:
    return tuple(_fetch(statement, values)[0])


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
