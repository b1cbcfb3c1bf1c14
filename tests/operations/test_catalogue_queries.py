"""Reads of the catalogue."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories.catalogue import make_bib, make_item, make_past_item
from tests.factories.network import make_branch
from wenyuan.holdings.catalogue.data import BibPage, Counts
from wenyuan.holdings.catalogue.models import Item
from wenyuan.holdings.catalogue.queries import (
    count_holdings,
    get_bib,
    get_item,
    get_item_by_id,
    items_of_bib,
    list_newest,
    list_shelf,
    lookup,
    marc_rows,
    titles_of,
)

pytestmark = pytest.mark.usefixtures("db")


def titles(page: BibPage) -> list[str]:
    return [bib.title for bib in page.bibs]


def test_a_bib_is_shown_with_numbers_items_and_marc() -> None:
    branch = make_branch()
    bib = make_bib(title="活着", author="余华", isbn="7-02-000220-X")
    item = make_item(bib=bib, home=branch, barcode="W1")

    view = get_bib(bib.id)

    assert view is not None
    assert (view.title, view.author, view.identifiers) == ("活着", "余华", (("isbn", "9787020002207"),))
    assert [(one.barcode, one.state, one.home_branch_id) for one in view.items] == [("W1", "available", branch.id)]
    rows = marc_rows(bib.id)
    assert [row.tag for row in rows] == ["LDR", "001", "010", "100", "101", "200", "690", "701"]
    assert rows[5] == ("200", "1 ", (("a", "活着"), ("f", "余华著")))
    assert get_item("W1") == get_item_by_id(item.id) == view.items[0]


def test_what_is_not_there_is_nothing() -> None:
    assert get_bib(1) is None
    assert marc_rows(1) == ()
    assert get_item("W1") is None
    assert get_item_by_id(1) is None
    assert items_of_bib(1) == ()


@pytest.mark.parametrize("text", ["红楼", "紅樓", "紅 樓・夢", "红楼梦"])
def test_titles_are_found_by_their_beginning_in_any_writing(text: str) -> None:
    make_bib(title="紅樓夢", author="曹雪芹")
    make_bib(title="续红楼梦", author="秦子忱")

    assert titles(lookup(title_begins=text)) == ["紅樓夢"]


@pytest.mark.parametrize("typed", ["7-02-000220-X", "702000220X", "978-7-02-000220-7", "９７８７０２０００２２０７"])
def test_an_isbn_is_found_in_both_lengths(typed: str) -> None:
    make_bib(title="红楼梦", isbn="9787020002207")

    assert titles(lookup(isbn=typed)) == ["红楼梦"]


def test_everything_given_must_fit() -> None:
    branch = make_branch()
    bib = make_bib(title="活着", author="余华")
    make_bib(title="活着", author="佚名")
    make_item(bib=bib, home=branch, barcode="W1", accession_no="D1")

    assert [one.author for one in lookup(title_begins="活", author="余").bibs] == ["余华"]
    assert titles(lookup(barcode="W1")) == ["活着"]
    assert titles(lookup(barcode="D1", author="余华")) == ["活着"]
    assert titles(lookup(barcode="W1", author="佚名")) == []


def test_a_number_on_a_label_that_waits_to_be_replaced_finds_its_work_beside_the_one_whose_barcode_it_is() -> None:
    home = make_branch("B1")
    own = make_item(bib=make_bib(title="活着", author="余华"), home=home, barcode="TMP1")
    make_past_item(own, former_number="K1", temporary="TMP1")
    make_item(bib=make_bib(title="兄弟", author="余华"), home=home, barcode="K1")

    before = titles(lookup(barcode="K1"))
    Item.objects.filter(id=own.id).update(barcode="K2")

    assert sorted(before) == ["兄弟", "活着"]
    assert titles(lookup(barcode="K1")) == ["兄弟"]


@pytest.mark.parametrize("given", [{}, {"title_begins": "，。"}, {"title_begins": "100%_"}, {"isbn": "-"}])
def test_nothing_to_look_for_finds_nothing(given: dict[str, Any]) -> None:
    make_bib()

    assert lookup(**given) == BibPage((), None)


def test_pages_follow_each_other_by_pinyin_without_gap_or_repeat() -> None:
    for title in ("中国文学", "中国地理", "中国历史", "中国文学", "中国艺术"):
        make_bib(title=title)

    first = lookup(title_begins="中国", size=2)
    second = lookup(title_begins="中国", size=2, after=first.after)
    third = lookup(title_begins="中国", size=2, after=second.after)

    assert [titles(page) for page in (first, second, third)] == [
        ["中国地理", "中国历史"],
        ["中国文学", "中国文学"],
        ["中国艺术"],
    ]
    assert third.after is None


def test_newest_come_first_and_page_by_page() -> None:
    for day in (1, 3, 2):
        make_bib(title=f"第{day}天", created_at=datetime(2026, 4, day, tzinfo=UTC))

    first = list_newest(size=2)
    second = list_newest(size=2, after=first.after)

    assert titles(first) + titles(second) == ["第3天", "第2天", "第1天"]
    assert second.after is None


def test_a_shelf_is_listed_in_call_number_order_without_withdrawn_items() -> None:
    branch, other = make_branch(), make_branch()
    for barcode, call_no in (("W1", "I247.57/12"), ("W2", "I247.57/2"), ("W3", "I24/3"), ("W5", "")):
        make_item(home=branch, barcode=barcode, call_no=call_no)
    make_item(home=branch, barcode="W4", state="withdrawn")
    make_item(home=other, barcode="W6")

    first = list_shelf(branch_id=branch.id, size=3)
    second = list_shelf(branch_id=branch.id, size=3, after=first.after)

    assert [item.barcode for item in first.items + second.items] == ["W5", "W3", "W2", "W1"]
    assert second.after is None


def test_items_of_a_bib_show_withdrawn_ones_last() -> None:
    bib, branch = make_bib(), make_branch()
    make_item(bib=bib, home=branch, barcode="W1", state="withdrawn")
    make_item(bib=bib, home=branch, barcode="W2", state="on_loan")

    assert [(item.barcode, item.state) for item in items_of_bib(bib.id)] == [("W2", "on_loan"), ("W1", "withdrawn")]


def test_titles_and_counts_for_other_rooms() -> None:
    bib, branch, other = make_bib(title="活着", isbn="9787506365437"), make_branch(), make_branch()
    make_item(bib=bib, home=branch)
    make_item(bib=bib, home=branch, state="withdrawn")
    make_item(home=other)

    assert titles_of([bib.id, 999_999])[bib.id].isbns == ("9787506365437",)
    assert count_holdings() == Counts(bibs=2, items=2, withdrawn=1)
    assert count_holdings(branch_ids=frozenset({branch.id})) == Counts(bibs=1, items=1, withdrawn=1)
