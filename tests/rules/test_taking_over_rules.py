"""How the texts of an old system are read, and what becomes of its items: values in, values out."""

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.doors.cli.moving.mapping import BadMapping, mapping_of
from wenyuan.holdings.catalogue.taking_over.planning import PastItemFacts, plan_items
from wenyuan.holdings.catalogue.taking_over.values import PastItemInput
from wenyuan.kernel.marc import Dialect, PlainBook, describe, plain_record
from wenyuan.kernel.past import PastReason, Unread, read_code, read_fen, read_moment
from wenyuan.plumbing.long_sheets import is_mangled, long_rows, shown_cell

TODAY = date(2026, 4, 23)
FACTS = PastItemFacts(
    known=frozenset({"old"}),
    repeated=frozenset(),
    bibs={"1": 1, "2": 2},
    barcodes=frozenset({"TAKEN"}),
    accessions=frozenset({"A1"}),
    branches={"ZG": 1},
    item_types={"book": 1},
)
ITEM = PastItemInput(key="k", bib_key="1", barcode="B1", branch="ZG", item_type="book")


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2019-03-04", "YYYY-MM-DD", datetime(2019, 3, 4)),
        ("2019/3/4", "YYYY/M/D", datetime(2019, 3, 4)),
        ("20190304", "YYYYMMDD", datetime(2019, 3, 4)),
        ("4.3.2019", "D.M.YYYY", datetime(2019, 3, 4)),
        ("2019年3月4日", "YYYY年M月D日", datetime(2019, 3, 4)),
        ("2019-03-04 17:05:00", "YYYY-MM-DD hh:mm:ss", datetime(2019, 3, 4, 17, 5)),
        ("2019/3/4 9:05", "YYYY/M/D h:mm", datetime(2019, 3, 4, 9, 5)),
        ("2019-03-04 17:05:00.997", "YYYY-MM-DD hh:mm:ss.f", datetime(2019, 3, 4, 17, 5)),
        ("2019-03-04T17:05:00.0000000", "YYYY-MM-DDThh:mm:ss.f", datetime(2019, 3, 4, 17, 5)),
        ("3/4/2019 5:05:00 PM", "M/D/YYYY h:mm:ss AM", datetime(2019, 3, 4, 17, 5)),
        ("2019/3/4 上午 12:05", "YYYY/M/D AM h:mm", datetime(2019, 3, 4, 0, 5)),
        ("2019/3/4 下午 12:05", "YYYY/M/D AM h:mm", datetime(2019, 3, 4, 12, 5)),
    ],
)
def test_a_date_is_read_in_the_stated_forms_alone(text: str, form: str, expected: datetime) -> None:
    assert read_moment(text, [form]) == expected
    with pytest.raises(Unread, match="date_form"):
        read_moment(f"{text} ", [form])


@pytest.mark.parametrize(
    ("text", "years_from", "expected"),
    [
        ("19-3-4", 1950, date(2019, 3, 4)),
        ("50-3-4", 1950, date(1950, 3, 4)),
        ("49-3-4", 1950, date(2049, 3, 4)),
        ("00-3-4", 1901, date(2000, 3, 4)),
        ("99-3-4", 2000, date(2099, 3, 4)),
    ],
)
def test_a_year_of_two_digits_is_one_of_the_stated_hundred_years(text: str, years_from: int, expected: date) -> None:
    assert read_moment(text, ["YY-M-D"], years_from=years_from).date() == expected


@pytest.mark.parametrize("text", ["19-03-04", "19-03-04 17:05", "99-12-31"])
def test_a_year_of_two_digits_is_told_and_no_century_guessed(text: str) -> None:
    for forms in (["YYYY-MM-DD", "YYYY-MM-DD hh:mm"], ["YY-MM-DD", "YY-MM-DD hh:mm"]):
        with pytest.raises(Unread, match="year_two_digits"):
            read_moment(text, forms)


def test_an_hour_that_no_half_of_a_day_has_is_none() -> None:
    for text in ("2019-03-04 13:00 PM", "2019-03-04 0:00 AM"):
        with pytest.raises(Unread, match="date_impossible"):
            read_moment(text, ["YYYY-MM-DD h:mm AM"])


@pytest.mark.parametrize("text", ["2019-02-29", "2019-13-01", "0000-01-01", "2019-04-31", "0019-03-04", "1753-01-01"])
def test_a_day_that_never_was_is_none(text: str) -> None:
    with pytest.raises(Unread, match="date_impossible"):
        read_moment(text, ["YYYY-MM-DD"])


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_day_is_read_back(day: date) -> None:
    assert read_moment(f"{day.year}/{day.month}/{day.day}", ["YYYY-MM-DD", "YYYY/M/D"]).date() == day


def test_an_amount_is_yuan_with_at_most_two_decimals() -> None:
    assert [read_fen(text) for text in ("12", "12.5", "¥1,280.00")] == [1200, 1250, 128000]
    assert [read_fen(text) for text in ("CNY12.00", "rmb 12.5", "人民币12元")] == [1200, 1250, 1200]
    assert [read_fen(text) for text in ("3.500000", "12.000", "12.340元", "100.00")] == [350, 1200, 1234, 10000]
    for text in ("12.345", "zwölf", "-5", "3.500001", "USD12.00", "CNY", "12.3.000"):
        with pytest.raises(Unread, match="amount_form"):
            read_fen(text)


def test_a_code_is_translated_kept_or_told() -> None:
    codes = {"BK": "book", "": "book"}
    assert (read_code("BK", codes), read_code("", codes), read_code("X", None)) == ("book", "book", "X")
    assert read_code("X", {"*": "="}) == "X"
    assert read_code("", {"BK": "book"}) == ""
    with pytest.raises(Unread, match="code_unknown"):
        read_code("X", codes)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"system": ""}, "system"),
        ({"sistem": "x"}, "the file"),
        ({"notice": ""}, "notice"),
        ({"bad_numbers": "mend"}, "bad_numbers"),
        ({"dates": ["YYYY-MM"]}, "dates"),
        ({"dates": ["YYYY-MM-DD-DD"]}, "dates"),
        ({"dates": ["YYYY-MM-DD YY"]}, "dates"),
        ({"dates": ["YYYY-MM-DD AM"]}, "dates"),
        ({"dates": ["YY-MM-DD"]}, "patrons.years_from"),
        ({"dates": ["YY-MM-DD"], "years_from": "1950"}, "years_from"),
        ({"years_from": 2050}, "years_from"),
        ({"codes": {"colours": {}}}, "codes"),
        ({"codes": {"branches": {"A": 1}}}, "codes.branches.A"),
        ({"patrons": {"file": "r.csv", "columns": {"key": "id"}}}, "patrons.columns"),
        ({"patrons": {"file": "r.csv", "columns": {"shoe_size": "x"}}}, "patrons.columns"),
        ({"patrons": {"file": "r.csv", "encoding": "latin-1"}}, "patrons.encoding"),
        ({"patrons": {"file": "r.mrc"}}, "patrons.field"),
        ({"patrons": {"file": "r.csv", "left_out": {"n": [1.5]}}}, "patrons.left_out.n"),
        ({"patrons": {"file": "r.csv", "left_out": {"n": []}}}, "patrons.left_out.n"),
        ({"patrons": {"columns": {}}}, "patrons.file"),
        ({"patrons": {"file": "r.csv", "ranges": True}}, "patrons.ranges"),
        ({"items": {"file": "b.mrc", "field": "905", "ranges": 1}}, "items.ranges"),
        ({"bibs": {"file": "b.mrc", "encoding": "gb18030"}}, "bibs.encoding"),
    ],
)
def test_a_mapping_that_cannot_be_names_the_place(change: dict[str, Any], where: str) -> None:
    columns = {"key": "id", "name": "n", "category": "c", "branch": "b"}
    good = {"system": "old", "notice": "v1", "patrons": {"file": "r.csv", "columns": columns}}
    assert mapping_of(good, folder=Path()).system == "old"

    with pytest.raises(BadMapping) as told:
        mapping_of({**good, **change}, folder=Path())

    assert told.value.where == where


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({}, ()),
        ({"key": ""}, (PastReason("key_invalid", "key"),)),
        ({"bib_key": "9"}, (PastReason("bib_unknown", "bib"),)),
        ({"bib_key": "2"}, (PastReason("bib_ambiguous", "bib"),)),
        ({"barcode": "two words"}, (PastReason("barcode_invalid", "barcode"),)),
        ({"branch": ""}, (PastReason("branch_unknown", "branch"),)),
        ({"owner": "XX"}, (PastReason("branch_unknown", "owner"),)),
        ({"item_type": "scroll"}, (PastReason("item_type_unknown", "item_type"),)),
        ({"lendable": "perhaps"}, (PastReason("code_unknown", "lendable"),)),
        ({"call_no": "x" * 101}, (PastReason("text_too_long", "call_no"),)),
        ({"price_fen": 10**12}, (PastReason("amount_form", "price"),)),
        ({"acquired_date": date(2026, 4, 24)}, (PastReason("date_to_come", "acquired_date"),)),
        ({"barcode": "TAKEN"}, (PastReason("barcode_clash", "barcode", note=True),)),
        ({"accession_no": "A1"}, (PastReason("accession_no_taken", "accession_no", note=True),)),
        (
            {"branch": "XX", "item_type": "scroll"},
            (PastReason("branch_unknown", "branch"), PastReason("item_type_unknown", "item_type")),
        ),
    ],
)
def test_an_item_is_refused_with_every_reason(change: dict[str, Any], reasons: tuple[PastReason, ...]) -> None:
    [planned] = plan_items([replace(ITEM, **change)], FACTS, today=TODAY)

    assert planned.reasons == reasons
    assert planned.is_refused is any(not reason.note for reason in reasons)


def test_of_two_rows_with_one_number_the_first_has_it() -> None:
    rows = [replace(ITEM, accession_no="N1"), replace(ITEM, key="other", accession_no="N1"), ITEM]

    first, second, again = plan_items(rows, FACTS, today=TODAY)

    assert (first.barcode, first.accession_no) == ("B1", "N1")
    assert (second.barcode, second.accession_no, second.is_refused) == ("", "", False)
    assert (again.known, again.reasons) == (True, (PastReason("key_repeated", "key", note=True),))


def test_a_refused_row_keeps_its_number_from_nobody() -> None:
    _, second = plan_items([replace(ITEM, branch="XX"), replace(ITEM, key="other")], FACTS, today=TODAY)

    assert second.barcode == "B1"


def test_a_book_of_a_list_becomes_a_record_that_says_the_same() -> None:
    book = PlainBook(key="L1", title="边城", author="沈从文著", isbn="978-7-02-000000-1", price="CNY28.00", year="2018")

    described = describe(plain_record(book), dialect=Dialect.CNMARC)

    assert (described.control_number, described.title, described.year) == ("L1", "边城", 2018)
    assert (described.statement, described.price_text) == ("沈从文著", "CNY28.00")


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_list_says_no_control_character_gets_into_a_record(title: str, author: str) -> None:
    record = plain_record(PlainBook(key="L1", title=title, author=author))

    assert re.search(r"[\x00-\x1f\x7f]", repr(record).replace("\\n", "")) is None


def test_a_table_is_read_with_its_numbers_and_what_cannot_be_read_stays(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("名,价\n边城,'=1+1\n".encode("gb18030") + b'"a\nb",\xff\n')

    rows = list(long_rows(path, encoding="gb18030"))

    assert rows[:2] == [(1, ["名", "价"]), (2, ["边城", "=1+1"])]
    assert rows[2][1][0] == "a\nb"
    assert is_mangled(rows[2][1][1])
    assert shown_cell("=1+1") == "'=1+1"
