"""What stands at the end of a day, and readers counted once (docs/specs/figures.md, ST1 to ST7)."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District
from tests.factories.network import make_branch
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.operations import checkin, checkout
from wenyuan.office.figures.data import NetworkCode, StockCode, UnknownBranch
from wenyuan.office.figures.queries import standing_of, stock_rows, stocks_json, stocks_of
from wenyuan.office.figures.rules import parse_period
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch
from wenyuan.plumbing.clock import library_zone


def told(kind: Kind, day: date, branch: Branch | None, **columns: Any) -> int:
    at = datetime.combine(day, time(10), tzinfo=library_zone())
    branch_id = branch.id if branch else None
    return record(Entry(kind=kind, occurred_at=at, door="workbench", branch_id=branch_id, **columns))[0]


def about(kind: Kind, day: date, item: Item, home: Branch, **columns: Any) -> int:
    return told(kind, day, home, subject_kind="item", subject_id=item.id, item_home_id=home.id, **columns)


def stood(text: str, branch: str | None = None) -> dict[str, int | None]:
    return {code.value: value for code, value in stocks_of(period=parse_period(text), branch=branch).items()}


def counted(code: StockCode, text: str, branch: str | None = None) -> int:
    """What the rows of all pages come to."""
    found, skip = 0, 0
    while True:
        page = stock_rows(code=code, period=parse_period(text), branch=branch, skip=skip, size=2)
        found += len(page.rows)
        if page.onward is None:
            return found
        skip = page.onward


def test_holdings_are_what_had_come_and_had_not_gone_by_the_end_of_the_day(district: District) -> None:
    home, other = district.central, district.children
    bib = make_bib()
    first, second, third = (make_item(bib=one, home=home) for one in (bib, bib, make_bib()))
    for item in (first, second, third):
        about(Kind.ITEM_ADDED, date(2026, 3, 1), item, home)
    about(Kind.ITEM_CHANGED, date(2026, 4, 2), second, other)
    about(Kind.ITEM_WITHDRAWN, date(2026, 5, 3), third, home)
    Item.objects.filter(id=third.id).update(state="withdrawn")

    def held(text: str, branch: str | None = None) -> tuple[int | None, int | None]:
        found = stood(text, branch)
        return found["holdings_items"], found["holdings_titles"]

    assert held("2026-02") == (0, 0)
    assert held("2026-03") == held("2026-05-02") == (3, 2)
    assert held("2026-05") == (2, 1)
    assert (held("2026-03", "E"), held("2026-04", "E")) == ((0, 0), (1, 1))
    assert held("2026-04-01..2026-05-31", "C") == (2, 1)  # children stands below central
    assert counted(StockCode.HOLDINGS_ITEMS, "2026-03") == 3
    assert counted(StockCode.HOLDINGS_TITLES, "2026-03") == 2


def test_an_import_undone_and_what_was_gone_already_are_no_holdings(district: District) -> None:
    undone, gone, taken = (make_item(home=district.central) for _ in range(3))
    added = about(Kind.ITEM_ADDED, date(2026, 3, 1), undone, district.central)
    about(Kind.ITEM_ADDED, date(2026, 3, 1), undone, district.central, quantity=-1, reverses_id=added)
    about(Kind.ITEM_TAKEN_OVER, date(2026, 3, 1), gone, district.central)
    about(Kind.ITEM_TAKEN_OVER, date(2026, 3, 1), taken, district.central)
    Item.objects.filter(id=gone.id).update(state="withdrawn")

    [row] = stock_rows(code=StockCode.HOLDINGS_ITEMS, period=parse_period("2026")).rows
    assert row.id == taken.id
    assert stood("2026")["holdings_items"] == 1


def test_open_loans_are_those_of_the_end_of_the_day(district: District, at: datetime) -> None:
    make_patron(card="C0001", home=district.central)
    make_item(barcode="2300001", home=district.central)
    checkout(item="2300001", card="C0001", at=at, desk=district.at_central)
    checkin(item="2300001", at=at + timedelta(days=3), desk=district.at_central)
    day = at.astimezone(library_zone()).date()

    def open_on(days: int, branch: str | None = None) -> int | None:
        return stood(f"{day + timedelta(days=days)}", branch)["open_loans"]

    assert [open_on(days) for days in (-1, 0, 2, 3)] == [0, 1, 1, 0]
    assert (open_on(0, "C"), open_on(0, "E")) == (1, 0)
    [row] = stock_rows(code=StockCode.OPEN_LOANS, period=parse_period(f"{day}")).rows
    assert row.label.startswith("2300001 ")


def test_valid_cards_are_readers_whose_card_works_and_has_not_run_out(district: District) -> None:
    make_patron(card="C0001", home=district.central)
    make_patron(card="C0002", home=district.children, expires_date=date(2026, 3, 31))
    make_patron(card="C0003", home=district.central, status="closed")

    assert (stood("2026-03-31")["valid_cards"], stood("2026-04-01")["valid_cards"]) == (2, 1)
    assert (stood("2026-03-31", "E")["valid_cards"], stood("2024-02-29")["valid_cards"]) == (1, 0)
    rows = stock_rows(code=StockCode.VALID_CARDS, period=parse_period("2026-03-31")).rows
    assert [(row.label, row.branch_id) for row in rows] == [("", district.central.id), ("", district.children.id)]


def test_branches_and_stops_are_counted_apart_and_the_central_library_as_neither(district: District) -> None:
    make_branch("ST1", kind="station", parent=district.central)

    found = stood("2026")

    assert (found["branches"], found["service_stops"]) == (2, 1)
    assert counted(StockCode.BRANCHES, "2026") == 2


def test_a_branch_is_none_of_its_own_branches_and_the_parts_make_up_the_number(district: District) -> None:
    make_branch("P1", kind="partner", parent=district.children)
    make_branch("B1", kind="branch", parent=district.children)
    make_branch("ST1", kind="station", parent=district.children)
    on = date(2026, 12, 31)

    def parts(branch: str | None) -> list[int]:
        codes = (NetworkCode.TOWN_BRANCHES, NetworkCode.CHILDRENS_BRANCHES, NetworkCode.PARTNER_BRANCHES)
        return [len(standing_of(code, on=on, branch=branch)) for code in codes]

    assert (stood("2026", "E")["branches"], parts("E")) == (2, [1, 0, 1])
    assert (stood("2026")["branches"], sum(parts(None))) == (4, 4)
    with pytest.raises(UnknownBranch):
        stock_rows(code=StockCode.BRANCHES, period=parse_period("2026"), branch="XX")


def test_other_programs_read_stocks_with_the_address_of_their_rows(district: District) -> None:
    at = datetime.combine(date(2026, 4, 23), time(10), tzinfo=library_zone())
    terms: dict[str, Any] = {"at": at, "base_url": "http://h/stocks", "name_of": str, "unit_of": str}

    found = stocks_json(period=parse_period("2026"), branch="all", **terms)

    assert [one["code"] for one in found] == [code.value for code in StockCode]
    assert next(one for one in found if one["code"] == "branches") == {
        "code": "branches",
        "name": "branches",
        "value": 2,
        "unit": "places",
        "behaviour": "stock",
        "rows_url": "http://h/stocks/branches?period=2026-01-01..2026-04-23&branch=all",
    }
    assert [one["value"] for one in stocks_json(period=parse_period("2025..2026"), branch="all", **terms)][6] is None


def lent(day: date, branch: Branch, reader: UUID, quantity: int = 1, **columns: Any) -> int:
    return told(Kind.LOAN, day, branch, reader_ref=reader, quantity=quantity, **columns)


def test_a_reader_borrows_once_a_year_once_a_day_and_branch_or_as_often_as_items(district: District) -> None:
    one, other, undone = uuid4(), uuid4(), uuid4()
    day = date(2026, 3, 1)
    for _ in range(3):
        lent(day, district.central, one)
    lent(day, district.children, one)
    lent(date(2026, 4, 1), district.children, one)
    lent(day, district.children, other)
    taken_back = lent(day, district.south, undone)
    lent(day, district.south, undone, quantity=-1, reverses_id=taken_back)

    def readers(text: str, branch: str | None = None) -> tuple[int | None, int | None]:
        found = stood(text, branch)
        return found["borrowers"], found["borrowing_persons"]

    assert readers("2026") == (2, 4)
    assert (readers("2026-03"), readers("2026-04")) == ((2, 3), (1, 1))
    assert readers("2026", "E") == (2, 3)
    assert readers("2026", "S") == (0, 0)
    rows = stock_rows(code=StockCode.BORROWERS, period=parse_period("2026")).rows
    assert [(row.count, row.id, row.label) for row in rows] == [(5, 0, ""), (1, 0, "")]
    assert counted(StockCode.BORROWING_PERSONS, "2026") == 4


def test_distinct_readers_are_not_known_over_a_turn_of_the_year(district: District) -> None:
    lent(date(2026, 3, 1), district.central, uuid4())

    assert stood("2025-07-01..2026-06-30")["borrowers"] is None
    assert stood("2025-07-01..2026-06-30")["borrowing_persons"] == 1
    assert counted(StockCode.BORROWERS, "2025-07-01..2026-06-30") == 0


def test_an_unknown_branch_is_refused(db: None) -> None:
    with pytest.raises(UnknownBranch):
        stocks_of(period=parse_period("2026"), branch="NONE")
    with pytest.raises(UnknownBranch):
        stock_rows(code=StockCode.OPEN_LOANS, period=parse_period("2026"), branch="NONE")
