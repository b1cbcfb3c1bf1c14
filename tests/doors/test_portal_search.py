"""The readers' search where there is an index, where there is none, and where it is damaged."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_area, make_branch, make_library
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.holdings.catalogue.operations import Indexer
from wenyuan.holdings.catalogue.searching.indexing import index_folders
from wenyuan.organisation.network.models import Branch


@pytest.fixture
def reader(db: None, tmp_path: Path, settings: Any) -> Client:
    """Somebody who reads English, in a library with a data folder of its own."""
    settings.STATIC_ROOT = settings.HOME = tmp_path
    make_library()
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def central(reader: Client) -> Branch:
    return make_branch("C", kind="central", name_zh="总馆", name_en="Central Library")


@pytest.fixture
def indexer(reader: Client) -> Iterator[Indexer]:
    with Indexer() as indexer:
        yield indexer


def settle(indexer: Indexer) -> None:
    while indexer.turn():
        continue


def links_of(client: Client, path: str = "/find", **asked: str) -> dict[tuple[str, int], str]:
    """The addresses that narrow a page of results, by their words and counts."""
    html = client.get(path, asked or None).content.decode()
    return {
        (re.sub(r"\s+", " ", label), int(count)): url.replace("&amp;", "&")
        for url, label, count in re.findall(
            r'<li><a class="plain" href="([^"]+)"><span>([^<]+)</span> <span class="quiet">(\d+)</span>', html
        )
    }


def page_of(client: Client, **asked: str) -> str:
    """The words of the page of results."""
    response = client.get("/find", asked)
    assert response.status_code == 200
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", main.replace("</", " </"))).strip()


def test_a_part_of_a_title_and_its_pinyin_find_the_work_with_its_items_as_they_are(
    central: Branch, reader: Client, indexer: Indexer
) -> None:
    item = make_item(bib=make_bib(title="平凡的世界"), home=central)
    settle(indexer)

    for asked in ("世界", "凡的", "pingfan", "pfdsj", "世界 路遥", "FÁNDE"):
        page = page_of(reader, q=asked)
        assert "1 work found" in page, asked
        assert "1 item to borrow Central Library 1" in page, asked

    Item.objects.filter(id=item.id).update(state="on_loan")  # the index does not know it yet
    assert "All on loan" in page_of(reader, q="世界")


def test_numbers_are_looked_up_in_the_tables(central: Branch, reader: Client, indexer: Indexer) -> None:
    settle(indexer)
    make_item(bib=make_bib(isbn="9787020002207"), home=central, barcode="2300118807")

    assert "With this ISBN or other number" in page_of(reader, q="978-7-02-000220-7")
    assert "With this barcode or accession number" in page_of(reader, q="2300118807")


def test_what_was_asked_for_is_marked_in_the_title(central: Branch, reader: Client, indexer: Indexer) -> None:
    make_bib(title="<b>平凡的世界</b>与世界")
    settle(indexer)

    html = reader.get("/find", {"q": "世界 平凡"}).content.decode()

    assert "&lt;b&gt;<mark>平凡</mark>的<mark>世界</mark>&lt;/b&gt;与<mark>世界</mark>" in html


def test_results_go_on_page_by_page_to_the_end(central: Branch, reader: Client, indexer: Indexer) -> None:
    for number in range(43):
        make_bib(title=f"长篇小说第{number:02d}卷")
    settle(indexer)
    path, seen, pages = "/find?q=小说", set(), 0

    while path:
        html = reader.get(path).content.decode()
        seen |= set(re.findall(r"第(\d\d)卷", html))
        onward = re.search(r'rel="next" href="([^"]+)"', html)
        path, pages = (onward[1].replace("&amp;", "&") if onward else ""), pages + 1

    assert (len(seen), pages) == (43, 3)
    assert "43 works found · page 3 of 3" in page_of(reader, q="小说", page="3")
    assert "The list ends here" in page_of(reader, q="小说", page="4")


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999", "²", ""])
def test_a_spoilt_page_number_does_no_harm(central: Branch, reader: Client, indexer: Indexer, number: str) -> None:
    make_bib()
    settle(indexer)

    assert reader.get("/find", {"q": "平凡", "page": number}).status_code == 200


def test_titles_or_authors_alone_can_be_searched(central: Branch, reader: Client, indexer: Indexer) -> None:
    make_bib(title="鲁迅传", author="许寿裳")
    make_bib(title="呐喊", author="鲁迅")
    settle(indexer)

    assert "2 works found" in page_of(reader, q="鲁迅")
    assert "许寿裳" not in page_of(reader, q="鲁迅", by="author")
    assert "呐喊" not in page_of(reader, q="鲁迅", by="title")
    assert "Everywhere Only in titles Only among authors" in page_of(reader, q="活着", by="title")


@pytest.mark.parametrize(
    "asked",
    [
        "没有这本书",
        "%",
        "'; DROP TABLE",
        "a" * 5000,
        "《》",
        "\U0001f4da",
        "-",
        '"',
        "作者:",
        "[a-z]*",
        ".*",
        "(",
        "a\\",
        "题名:*",
    ],
)
def test_what_finds_nothing_is_helped_on(central: Branch, reader: Client, indexer: Indexer, asked: str) -> None:
    make_bib(title="平凡的世界", author="路遥")
    settle(indexer)

    page = page_of(reader, q=asked)

    assert "Nothing was found" in page
    assert "Pinyin is understood" in page


def test_what_is_typed_so_far_is_completed_from_names_and_titles(
    central: Branch, reader: Client, indexer: Indexer
) -> None:
    for title, author in (("余华作品研究", "洪治纲"), ("活着", "余华"), ("活着", "余华"), ("在细雨中呼喊", "余华")):
        make_bib(title=title, author=author)
    settle(indexer)

    def suggested(text: str) -> list[str]:
        response = reader.get("/find/suggest", {"q": text})
        assert response.headers["Cache-Control"] == "private, max-age=60"
        return list(response.json()["texts"])

    assert suggested("余华")[0] == "余华"
    assert sorted(suggested("余华")[1:]) == ["余华作品研究", "在细雨中呼喊", "活着"]
    assert suggested("huozh") == ["活着"]
    assert suggested("xy") == ["在细雨中呼喊"]
    assert suggested("a" * 5000) == suggested("") == suggested("h") == suggested("978") == suggested("作者:余") == []
    assert suggested("活着 -余华") == suggested("没有") == suggested("\0<%") == []


def test_without_an_index_nothing_is_completed(central: Branch, reader: Client) -> None:
    make_bib(title="活着")

    assert reader.get("/find/suggest", {"q": "活"}).json() == {"texts": []}


def test_nothing_found_leads_on_by_links_that_find_something(central: Branch, reader: Client, indexer: Indexer) -> None:
    make_bib(title="平凡的世界", author="路遥")
    make_bib(title="活着", author="余华")
    settle(indexer)

    meant = reader.get("/find", {"q": "平凡的世介"}).content.decode()
    fewer = page_of(reader, q="平凡 余华")
    narrowed = reader.get("/find?q=平凡&class=T").content.decode()

    assert "Nothing found for “平凡的世介”; shown for “平凡的世界”" in meant
    assert "With fewer words: 余华 1 平凡 1" in fewer
    assert "1 work without narrowing" in narrowed
    assert f'href="/find?{urlencode({"q": "平凡"})}"' in narrowed
    assert "&lt;script&gt;" in reader.get("/find", {"q": "<script> 平凡的世介"}).content.decode()


def test_results_are_narrowed_by_links_with_exact_counts(central: Branch, reader: Client, indexer: Indexer) -> None:
    town = make_branch("T", name_en="Town Branch")
    make_item(bib=make_bib(title="小说一", author="路遥", year=2012, audience="juvenile"), home=central)
    make_item(bib=make_bib(title="小说二", author="余华", year=2019, class_no="TP312"), home=town)
    make_item(bib=make_bib(title="小说三", author="余华", year=2019), home=town, state="on_loan")
    settle(indexer)

    links = links_of(reader, q="小说")

    assert ("Central Library", 1) in links
    assert ("Town Branch", 1) in links
    assert ("余华", 2) in links
    assert ("2019", 2) in links
    assert ("Children and young people", 1) in links
    assert ("图书", 3) not in links  # what all of them have narrows nothing
    narrowed = reader.get(links["余华", 2]).content.decode()
    assert "2 works found" in narrowed
    assert "小说一" not in narrowed
    assert re.search(r'<a class="button small" href="/find\?q=%E5%B0%8F%E8%AF%B4">余华<', narrowed)
    assert "available=T" in links["Town Branch", 1]
    assert "1 work found" in reader.get(links["Town Branch", 1]).content.decode()


def test_a_class_is_narrowed_to_its_divisions_and_a_branch_to_its_areas(
    central: Branch, reader: Client, indexer: Indexer
) -> None:
    town = make_branch("T", name_en="Town Branch")
    novels, other = make_area(central, name_zh="小说区"), make_area(town, "X", name_zh="别处")
    make_item(bib=make_bib(title="小说一", class_no="I247.57"), home=central, area=novels, collection="地方文献")
    make_item(bib=make_bib(title="小说二", class_no="I561.45"), home=central, state="on_loan")
    make_item(bib=make_bib(title="小说三", class_no="TP312"), home=town, area=other)
    settle(indexer)

    links = links_of(reader, q="小说")

    assert ("I Literature", 2) in links
    assert ("T Technology", 1) in links
    assert ("地方文献", 1) in links
    assert not {label for label, _ in links} & {"I2 Chinese literature", "小说区", "别处"}
    divisions = links_of(reader, links["I Literature", 2])
    assert {("I2 Chinese literature", 1), ("I5 European literature", 1)} <= divisions.keys()
    assert "小说二" in page_of(reader, q="小说", held="C")
    assert "小说二" not in page_of(reader, q="小说", available="C")
    areas = links_of(reader, q="小说", held="C")
    assert ("小说区", 1) in areas
    assert ("别处", 1) not in areas
    narrowed = page_of(reader, q="小说", area=str(novels.id))
    assert "1 work found" in narrowed
    assert "小说区 no longer narrow by this" in narrowed


def test_years_stand_as_bars_that_narrow_to_their_span(central: Branch, reader: Client, indexer: Indexer) -> None:
    for number, year in enumerate([2021, 2021, 2019, 2008, 9999]):
        make_bib(title=f"小说{number}", year=year)
    settle(indexer)

    html = reader.get("/find", {"q": "小说"}).content.decode()
    links = links_of(reader, q="小说")

    assert re.findall(r'<rect width="(\d+)"', html) == ["100", "50", "0", "50"]
    assert "2010–2014 0" in page_of(reader, q="小说")
    assert "2 works found" in reader.get(links["2020–2024", 2]).content.decode()
    assert "1 work found" in reader.get(links["2015–2019", 1]).content.decode()
    assert "year=2005-2009" in links["2005–2009", 1]


def test_where_to_look_is_changed_without_losing_what_is_narrowed(
    central: Branch, reader: Client, indexer: Indexer
) -> None:
    make_bib(title="小说", author="甲", year=2021)
    make_bib(title="小说", author="乙", year=1999)
    settle(indexer)

    html = reader.get("/find", {"q": "小说", "year": "2021", "sort": "newest"}).content.decode()
    only_titles = re.search(r'href="([^"]*by=title[^"]*)"', html)

    assert only_titles is not None
    assert {"year=2021", "sort=newest"} <= set(unescape(only_titles[1]).partition("?")[2].split("&"))
    assert "1 work found" in reader.get(unescape(only_titles[1])).content.decode()


def test_a_misprinted_year_stands_by_itself_and_narrows(central: Branch, reader: Client, indexer: Indexer) -> None:
    for year in (2021, 2020, 2091):
        make_bib(title="小说", year=year)
    settle(indexer)

    links = links_of(reader, q="小说")

    assert {("2021", 1), ("2020", 1), ("2091 and after", 1)} <= links.keys()
    assert "1 work found" in reader.get(links["2091 and after", 1]).content.decode()


def test_a_bar_within_a_bar_finds_what_it_says(central: Branch, reader: Client, indexer: Indexer) -> None:
    for year, copies in ((2014, 40), (2013, 58), (2012, 1), (1990, 1)):
        for _ in range(copies):
            make_bib(title="小说", year=year)
    settle(indexer)

    early = links_of(reader, q="小说")["2012 and before", 2]
    bars = {label: (count, url) for (label, count), url in links_of(reader, early).items() if "year=" in url}

    assert {label: count for label, (count, _) in bars.items()} == {"2010–2012": 1, "1990–1994": 1}
    for count, url in bars.values():
        assert f"{count} work found" in reader.get(url).content.decode()


def test_no_choice_is_offered_that_an_address_does_not_hold(central: Branch, reader: Client, indexer: Indexer) -> None:
    make_bib(title="小说一", author="甲" * 101, year=2001)
    make_bib(title="小说二", author="乙" * 100, year=2003)
    settle(indexer)

    links = links_of(reader, q="小说")
    assert ("乙" * 100, 1) in links
    assert "1 work found" in reader.get(links["乙" * 100, 1]).content.decode()
    assert not [label for label, _ in links if "甲" in label]
    # Years take each other's place, so a bar stands even where eight are chosen; a ninth choice does not.
    full = (
        "/find?q=小说&year=2001-"
        + "&year=2001-2003" * 1
        + "".join(f"&year={first}-2003" for first in range(1995, 2001))
    )
    assert ("2003", 1) in links_of(reader, full)
    assert ("乙" * 100, 1) not in links_of(reader, full)


def test_a_branch_that_is_not_there_is_named_so(central: Branch, reader: Client, indexer: Indexer) -> None:
    make_bib(title="小说一")
    settle(indexer)

    page = page_of(reader, q="小说", held="nowhere")

    assert "a branch that is not known no longer narrow by this" in page
    assert "1 work without narrowing" in page


def test_a_later_page_of_nothing_is_helped_on_like_the_first(central: Branch, reader: Client, indexer: Indexer) -> None:
    make_bib(title="平凡的世界")
    settle(indexer)

    assert "shown for “平凡的世界”" in page_of(reader, q="平凡的世介", page="2")


def test_the_works_of_what_was_likeliest_meant_are_shown_at_once_as_they_stand_now(
    central: Branch, reader: Client, indexer: Indexer
) -> None:
    for number in range(7):
        make_item(bib=make_bib(title="平凡的世界", volume=f"第{number}版"), home=central)
    make_bib(title="平凡的视界")
    settle(indexer)

    html = reader.get("/find", {"q": "平凡的世介"}).content.decode()
    page = page_of(reader, q="平凡的世介")

    assert (
        "Nothing found for “平凡的世介”; shown for “平凡的世界” Show all 7 works Or did you mean: 平凡的视界 1" in page
    )
    assert f'<a class="button" href="/find?{urlencode({"q": "平凡的世界"})}">' in html
    assert f'<a href="/find?{urlencode({"q": "平凡的视界"})}">平凡的视界</a>' in html
    assert page.count("1 item to borrow Central Library 1") == 5
    assert html.count("<h3><a") == html.count("<mark>平凡的世界</mark>") == 5
    by_title = page_of(reader, q="平凡的世介", by="title", available="X")
    assert "shown for “平凡的世界” Show all 7 works" in by_title
    assert (
        f'href="/find?{urlencode({"q": "平凡的世界", "by": "title"}).replace("&", "&amp;")}"'
        in reader.get("/find", {"q": "平凡的世介", "by": "title"}).content.decode()
    )


def test_signs_of_html_in_a_record_stand_as_they_are(central: Branch, reader: Client, indexer: Indexer) -> None:
    signs = "<b>&\"'"
    make_item(bib=make_bib(title=f"活着{signs}", author=f"余华{signs}"), home=central)
    make_bib(title="平凡<的>世界")
    make_item(bib=make_bib(title="活着", author="别人"), home=make_branch("T", name_en=f"Town {signs}"))
    settle(indexer)

    found = reader.get("/find", {"q": "活着"}).content.decode()
    meant = reader.get("/find", {"q": "平凡的世介"}).content.decode()

    assert "<span>余华&lt;b&gt;&amp;&quot;&#x27;</span>" in found  # a facet
    assert "<span>Town &lt;b&gt;&amp;&quot;&#x27;</span>" in found
    assert "shown for “平凡&lt;的&gt;世界”" in meant
    assert "<b>" not in found + meant
    suggested = reader.get("/find/suggest", {"q": "余华"})
    assert suggested.headers["Content-Type"] == "application/json"
    assert f"余华{signs}" in suggested.json()["texts"]


def test_results_come_in_the_order_that_is_asked_for(central: Branch, reader: Client, indexer: Indexer) -> None:
    for title, year in (("小说丙", 2001), ("小说甲", None), ("小说乙", 2020), ("小说丁", 2001)):
        make_bib(title=title, year=year)
    settle(indexer)

    def titles(**asked: str) -> list[str]:
        return re.findall(r"小说</mark>(.)", reader.get("/find", {"q": "小说", **asked}).content.decode())

    assert titles(sort="newest") == ["乙", "丁", "丙", "甲"]
    assert titles(sort="title") == ["丙", "丁", "甲", "乙"]
    assert sorted(titles(sort="x")) == sorted("甲乙丙丁")
    assert "sort=newest" in links_of(reader, q="小说", sort="newest")["2020–2024", 1]


@pytest.mark.parametrize(
    "asked",
    [
        "available=nowhere",
        "year=x",
        "year=2010-",
        "class=%00",
        "person=" + "a" * 500,
        "area=x",
        "held=",
        "sort=up",
        "year=-",
    ],
)
def test_a_spoilt_narrowing_does_no_harm(central: Branch, reader: Client, indexer: Indexer, asked: str) -> None:
    make_bib()
    settle(indexer)

    assert reader.get(f"/find?q=平凡&{asked}").status_code == 200


def test_without_an_index_titles_are_found_by_how_they_begin_and_the_page_says_so(
    central: Branch, reader: Client
) -> None:
    make_bib(title="平凡的世界")

    page = page_of(reader, q="平凡")

    assert "平凡的世界" in page
    assert "The full search is being prepared" in page
    assert "Nothing was found" in page_of(reader, q="世界")


def test_a_damaged_index_is_as_good_as_none(central: Branch, reader: Client, indexer: Indexer) -> None:
    make_bib(title="平凡的世界")
    settle(indexer)
    current = index_folders().current()
    assert current is not None
    (current / "meta.json").write_text("{}")

    assert "Titles that begin so" in page_of(reader, q="平凡")


def test_a_work_that_is_gone_from_the_tables_is_not_shown(central: Branch, reader: Client, indexer: Indexer) -> None:
    make_bib(title="还在的书")
    gone = make_bib(title="不在的书")
    settle(indexer)
    Bib.objects.filter(id=gone.id).delete()

    page = page_of(reader, q="的书")

    assert "还在的书" in page
    assert "不在的书" not in page


def test_a_page_of_results_costs_the_same_however_many_are_found(
    central: Branch, reader: Client, indexer: Indexer, django_assert_num_queries: Any
) -> None:
    for number in range(22):
        make_item(bib=make_bib(title=f"世界第{number}"), home=central, state="on_loan")
    settle(indexer)
    reader.get("/")

    # edition; bibs with their numbers; items of twenty works; due dates
    with django_assert_num_queries(4):
        response = reader.get("/find?q=世界")

    assert response.content.decode().count("<h2><a") == 20
