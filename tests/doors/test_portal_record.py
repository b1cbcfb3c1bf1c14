"""The page of a work beyond its items: citations, what machines read, what stands beside it, its shelf, its names."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_area, make_branch, make_hours, make_library
from wenyuan.holdings.catalogue.data import AuthorityInput, Relation, Variant
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.holdings.catalogue.operations import follow_headings, keep_authority
from wenyuan.holdings.catalogue.queries import bibs_beside, shelf_around
from wenyuan.kernel.headings import HeadingKind
from wenyuan.kernel.marc import DataField, Record, to_storage
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

pytestmark = pytest.mark.usefixtures("db")

NOON = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any) -> Client:
    settings.STATIC_ROOT = settings.HOME = tmp_path
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def central(reader: Client) -> Branch:
    make_library()
    branch = make_branch("C", kind="central", name_en="Central Library")
    make_hours(branch)
    return branch


def page_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def section(html: str, name: str) -> str:
    """The part of a page below the heading with this id; empty without one."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}">(.*?)</section>', html, re.DOTALL)
    return found.group(1) if found else ""


def works_in(html: str) -> list[str]:
    return re.findall(r'<b class="song">([^<]+?)\s*</b>', html)


def followed() -> None:
    while follow_headings() > 0:
        continue


def in_series(title: str, author: str, series: str, **columns: Any) -> Bib:
    fields = (
        DataField("200", "1", " ", (("a", title), ("f", f"{author}著"))),
        DataField("225", "0", " ", (("a", series),)),
        DataField("606", "0", " ", (("a", "长篇小说"),)),
        DataField("701", " ", "0", (("a", author), ("4", "著"))),
    )
    record = Record("00000nam0 2200000   450 ", fields)
    return make_bib(title=title, author=author, marc=to_storage(record), **columns)


# Citations


def test_a_citation_stands_on_the_page_and_can_be_taken_away(central: Branch, reader: Client) -> None:
    bib = make_bib(title="平凡的世界", author="路遥", isbn="9787020002207")

    page = page_of(reader, f"/record/{bib.id}")
    ris, bib_file = (reader.get(f"/record/{bib.id}/citation.{ending}") for ending in ("ris", "bib"))

    assert "路遥. 平凡的世界[M]. 人民文学出版社, 2012." in section(page, "t-c")
    assert ris["Content-Disposition"] == f'attachment; filename="record-{bib.id}.ris"'
    assert ris["Content-Type"] == "application/x-research-info-systems; charset=utf-8"
    assert "TI  - 平凡的世界\r\n" in ris.content.decode()
    assert f"UR  - http://testserver/record/{bib.id}\r\n" in ris.content.decode()
    assert "  title = {平凡的世界}," in bib_file.content.decode()
    assert (ris["X-Robots-Tag"], bib_file["X-Robots-Tag"]) == ("noindex", "noindex")


def test_what_is_not_there_cannot_be_cited_and_what_was_merged_is_cited_as_what_stayed(
    central: Branch, reader: Client
) -> None:
    stayed = make_bib(title="平凡的世界")
    gone = make_bib(title="平几的世界", merged_into_id=stayed.id)

    assert reader.get("/record/0/citation.ris").status_code == 404
    assert "TI  - 平凡的世界" in reader.get(f"/record/{gone.id}/citation.ris").content.decode()


# What machines read


def test_machines_read_what_the_work_is_and_where_it_can_be_had(central: Branch, reader: Client) -> None:
    bib = make_bib(title="平凡的世界", isbn="9787020002207")
    make_item(bib=bib, home=central)

    page = page_of(reader, f"/record/{bib.id}")

    [written] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    told = json.loads(written)
    assert (told["@type"], told["@id"]) == ("Book", f"http://testserver/record/{bib.id}")
    assert told["offers"][0]["availability"] == "https://schema.org/InStock"
    assert told["offers"][0]["availableAtOrFrom"]["url"] == "http://testserver/branch/C"


def test_a_hostile_title_breaks_out_of_nothing(central: Branch, reader: Client) -> None:
    title = '</script><script>alert(1)</script>"><img src=x>'
    bib = make_bib(title=title, author=title, publisher=title, summary=title)

    page = page_of(reader, f"/record/{bib.id}")

    assert "<script>alert" not in page
    assert "<img" not in page
    [written] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert json.loads(written)["name"] == title
    assert page.count("<script") == page.count("</script>")


def test_search_engines_are_told_in_short_what_the_work_is(central: Branch, reader: Client) -> None:
    bib = make_bib(summary="字" * 300)

    [said] = re.findall(r'<meta name="description" content="([^"]*)"', page_of(reader, f"/record/{bib.id}"))

    assert said.startswith("路遥 · 人民文学出版社, 2012 · No items yet · 字")
    assert len(said) <= 150


def test_the_address_can_be_copied_and_scanned(central: Branch, reader: Client) -> None:
    bib = make_bib()

    shared = section(page_of(reader, f"/record/{bib.id}?page=1"), "t-s")

    assert f'value="http://testserver/record/{bib.id}" readonly' in shared
    assert 'role="img"' in shared
    assert "<path" in shared


# Beside it


def test_works_of_the_author_and_of_the_series_stand_beside_a_work(central: Branch, reader: Client) -> None:
    bib = in_series("平凡的世界", "路遥", "茅盾文学奖获奖作品")
    in_series("人生", "路遥", "当代小说", year=1982)
    in_series("早晨从中午开始", "路遥", "散文", year=1992)
    in_series("白鹿原", "陈忠实", "茅盾文学奖获奖作品")
    make_bib(title="路遥传", author="厚夫")
    followed()

    page = page_of(reader, f"/record/{bib.id}")

    assert works_in(section(page, "t-b")) == ["早晨从中午开始", "人生"]
    assert works_in(section(page, "t-e")) == ["白鹿原"]


def test_a_work_about_somebody_is_none_of_theirs(central: Branch) -> None:
    bib = in_series("平凡的世界", "路遥", "一")
    about = in_series("路遥传", "厚夫", "二")
    record = Record(
        "00000nam0 2200000   450 ",
        (
            DataField("200", "1", " ", (("a", "路遥传"), ("f", "厚夫著"))),
            DataField("600", " ", "0", (("a", "路遥"),)),
            DataField("701", " ", "0", (("a", "厚夫"),)),
        ),
    )
    Bib.objects.filter(id=about.id).update(marc=to_storage(record))
    followed()

    assert bibs_beside(bib.id, Relation.AUTHOR, size=5) == ()
    assert bibs_beside(about.id, Relation.AUTHOR, size=5) == ()


def test_who_wrote_under_two_names_is_one_author_once_the_library_has_settled_it(central: Branch) -> None:
    bib, other = in_series("呐喊", "鲁迅", "一"), in_series("域外小说集", "周树人", "二")
    keep_authority(
        authority_id=None,
        version=None,
        authority=AuthorityInput(kind=HeadingKind.PERSON, name="鲁迅", variants=(Variant("周树人", is_same=True),)),
        at=NOON,
        desk=make_desk(central, role=Role.CATALOGUER),
    )
    followed()

    assert bibs_beside(bib.id, Relation.AUTHOR, size=5) == (other.id,)


def test_merged_records_stand_beside_nothing(central: Branch) -> None:
    bib, other = in_series("呐喊", "鲁迅", "一"), in_series("彷徨", "鲁迅", "一")
    make_bib(title="呐喊", author="鲁迅", merged_into_id=bib.id)
    Bib.objects.filter(id=other.id).update(merged_into_id=bib.id)
    followed()

    assert [bibs_beside(bib.id, relation, size=5) for relation in Relation] == [(), (), ()]


def test_volumes_and_editions_are_listed(central: Branch, reader: Client) -> None:
    first = make_bib(title="平凡的世界", volume="第一部")
    make_bib(title="平凡的世界", volume="第三部")
    make_bib(title="平凡的世界", volume="第二部")
    make_bib(title="平凡的世界", author="别人")

    listed = section(page_of(reader, f"/record/{first.id}"), "t-v")

    assert re.findall(r"平凡的世界 ([^<]+)</a>", listed) == ["第三部", "第二部"]


# Its names


def test_the_names_of_a_work_lead_to_all_that_have_them(central: Branch, reader: Client) -> None:
    bib = in_series("平凡的世界", "路遥", "茅盾文学奖")
    saved = keep_authority(
        authority_id=None,
        version=None,
        authority=AuthorityInput(kind=HeadingKind.PERSON, name="路遥", variants=(Variant("王卫国"),)),
        at=NOON,
        desk=make_desk(central, role=Role.CATALOGUER),
    )
    followed()

    record = page_of(reader, f"/record/{bib.id}")
    named = page_of(reader, f"/authority/{saved.id}")

    assert f'<a href="/authority/{saved.id}">路遥</a>' in section(record, "t-a")
    assert '<a href="/find?q=subject%3A%22%E9%95%BF%E7%AF%87%E5%B0%8F%E8%AF%B4%22">长篇小说</a>' in section(
        record, "t-a"
    )
    assert "<h1>路遥</h1>" in named
    assert "王卫国" in named
    assert f'<h3><a class="plain" href="/record/{bib.id}">' in named


def test_a_merged_name_leads_to_the_one_that_stayed_and_an_unknown_one_to_nothing(
    central: Branch, reader: Client
) -> None:
    from wenyuan.holdings.catalogue.models import Authority

    stayed = Authority.objects.create(kind="person", name="鲁迅", key="鲁迅")
    gone = Authority.objects.create(kind="person", name="周树人", key="周树人", merged_into=stayed)

    assert reader.get(f"/authority/{gone.pk}").url == f"/authority/{stayed.pk}"  # type: ignore[attr-defined]
    assert "No work of the catalogue has it" in page_of(reader, f"/authority/{stayed.pk}")
    assert reader.get("/authority/99999999999999999999").status_code == 404


def test_the_works_under_a_name_are_paged(central: Branch, reader: Client) -> None:
    for number in range(12):
        make_bib(title=f"第{number:02d}种", author="路遥")
    saved = keep_authority(
        authority_id=None,
        version=None,
        authority=AuthorityInput(kind=HeadingKind.PERSON, name="路遥"),
        at=NOON,
        desk=make_desk(central, role=Role.CATALOGUER),
    )
    followed()

    first = page_of(reader, f"/authority/{saved.id}")
    [onward] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = page_of(reader, onward)

    assert (first.count("<h3><a"), second.count("<h3><a")) == (10, 2)
    assert page_of(reader, f"/authority/{saved.id}?after=x").count("<h3><a") == 10


# Its shelf


def shelved(home: Branch, call_no: str, **columns: Any) -> Item:
    return make_item(bib=make_bib(title=call_no, author=call_no), home=home, call_no=call_no, **columns)


def test_what_stands_beside_a_work_on_its_shelf_is_shown_in_its_order(central: Branch, reader: Client) -> None:
    numbers = ("I247.57/2", "I247.57/10", "I247.57/9", "I247.5/300", "K825/1")
    items = {number: shelved(central, number) for number in numbers}
    shelved(make_branch("E"), "I247.57/8")

    page = page_of(reader, f"/record/{items['I247.57/9'].bib_id}")

    assert works_in(section(page, "t-n")) == ["I247.5/300", "I247.57/2", "I247.57/9", "I247.57/10", "K825/1"]
    assert section(page, "t-n").count('aria-current="page"') == 1


def test_a_shelf_is_walked_to_both_ends(central: Branch, reader: Client) -> None:
    items = [shelved(central, f"I247.57/{number}") for number in range(1, 41)]

    path, seen = f"/shelf/{items[20].id}", []
    while path:
        html = page_of(reader, path)
        seen.append(works_in(html)[0])
        path = next(iter(re.findall(r'rel="prev" href="([^"]+)"', html)), "")

    assert seen == ["I247.57/12", "I247.57/3", "I247.57/1"]
    assert 'rel="next"' in html


def test_other_areas_withdrawn_items_and_further_items_of_a_work_do_not_count(central: Branch) -> None:
    area = make_area(central, "A1")
    item = shelved(central, "I247.57/5")
    shelved(central, "I247.57/6", area=area)
    shelved(central, "I247.57/7", state="withdrawn")
    make_item(bib=item.bib, home=central, call_no="I247.57/5")
    next_one = shelved(central, "I247.57/8")
    make_item(bib=next_one.bib, home=central, call_no="I247.57/8")
    make_item(home=central, call_no="")

    found = shelf_around(item.id, before=3, after=3)

    assert found is not None
    assert [place.bib_id for place in found.places] == [item.bib_id, next_one.bib_id]
    assert (found.at, found.is_begin, found.is_end) == (0, True, True)


@pytest.mark.parametrize("columns", [{"call_no": ""}, {"state": "withdrawn"}])
def test_what_has_no_place_on_a_shelf_has_no_page_of_one(
    central: Branch, reader: Client, columns: dict[str, str]
) -> None:
    item = make_item(home=central, **columns)  # type: ignore[arg-type] # a table of cases

    assert reader.get(f"/shelf/{item.id}").status_code == 404
    assert reader.get("/shelf/99999999999999999999").status_code == 404
