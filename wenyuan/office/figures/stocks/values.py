"""Stocks at a day and distinct readers as data: code, unit, what becomes of it over a period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from wenyuan.office.figures.units import Unit


class Behaviour(StrEnum):
    """What a figure does over a period. Only sums may be added up."""

    SUM = "sum"  # of its days and its branches
    STOCK = "stock"  # what stands at the end of its last day
    DISTINCT = "distinct"  # each once, within one calendar year; of days and branches no sum
    DAILY = "daily"  # each once a day and branch: a sum of days and branches


class StockCode(StrEnum):
    """指标 that are no sums of entries. A code is never renamed and never changes its meaning."""

    HOLDINGS_ITEMS = "holdings_items"  # 总藏量（册）
    HOLDINGS_TITLES = "holdings_titles"  # 总藏量（种）, never added to items
    VALID_CARDS = "valid_cards"  # 累计有效借书证
    OPEN_LOANS = "open_loans"  # 在借册数
    BRANCHES = "branches"  # 分馆数
    SERVICE_STOPS = "service_stops"  # 流动服务点
    BORROWERS = "borrowers"  # 外借人数: each reader once
    BORROWING_PERSONS = "borrowing_persons"  # 书刊文献外借人次: each reader once a day and branch


@dataclass(frozen=True, slots=True)
class Stock:
    """A figure of this sort. ``form_item`` is what it answers in the yearly statistical form."""

    code: StockCode
    unit: Unit
    behaviour: Behaviour
    form_item: str = ""


STOCKS: tuple[Stock, ...] = (
    Stock(StockCode.HOLDINGS_ITEMS, Unit.ITEMS, Behaviour.STOCK, "总藏量"),
    Stock(StockCode.HOLDINGS_TITLES, Unit.TITLES, Behaviour.STOCK),
    Stock(StockCode.VALID_CARDS, Unit.CARDS, Behaviour.STOCK, "累计发放有效借书证数"),
    Stock(StockCode.OPEN_LOANS, Unit.ITEMS, Behaviour.STOCK),
    Stock(StockCode.BRANCHES, Unit.PLACES, Behaviour.STOCK, "分馆数"),
    Stock(StockCode.SERVICE_STOPS, Unit.PLACES, Behaviour.STOCK, "流动服务点"),
    Stock(StockCode.BORROWERS, Unit.PEOPLE, Behaviour.DISTINCT),
    Stock(StockCode.BORROWING_PERSONS, Unit.PERSON_TIMES, Behaviour.DAILY, "书刊文献外借人次"),
)
BY_STOCK: Mapping[StockCode, Stock] = {one.code: one for one in STOCKS}


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """Something that a stock counts: an item, a reader, a loan, a branch, named by ``id`` (0 for a borrower, whom the
    journal does not name). ``label`` is what it is called, empty for readers; the days say from when to when: acquired;
    registered and expiring; lent and due; first and last loan. ``count`` is 1, of a borrower the number of loans."""

    id: int
    branch_id: int | None
    label: str
    first_date: date | None
    last_date: date | None
    note: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class StockRows:
    """A page of them; ``onward`` is how many rows to pass over for the next, none at the end."""

    rows: tuple[StockRow, ...]
    onward: int | None
