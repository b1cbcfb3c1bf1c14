"""New arrivals by branch and class, their feed, and what search engines are told."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch, make_library
from wenyuan.holdings.catalogue.arrivals import reading
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.holdings.catalogue.operations import stamp_changes
from wenyuan.holdings.catalogue.queries import list_arrivals, sitemap_part, sitemap_parts
from wenyuan.organisation.network.models import Branch

pytestmark = pytest.mark.usefixtures("db")

NOON = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any) -> Client:
    settings.STATIC_ROOT = settings.HOME = tmp_path
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def central(reader: Client) -> Branch:
    make_library()
    return make_branch("C", kind="central", name_en="Central Library")


def came(title: str, day: int, *homes: Branch, class_no: str = "I247.57", **columns: Any) -> int:
    """A work that came in on a day of April, with an item at each of these branches since then."""
    at = datetime(2026, 4, day, tzinfo=UTC)
    bib = make_bib(title=title, class_no=class_no, created_at=at, **columns)
    for home in homes:
        make_item(bib=bib, home=home, created_at=at)
    return bib.id


def titles(html: str) -> list[str]:
    return re.findall(r'<h2><a class="plain" href="/record/\d+"><span>([^<]+)</span>', html)


# The list


def test_arrivals_of_a_branch_and_of_a_class_are_those_alone(central: Branch, reader: Client) -> None:
    other = make_branch("E")
    came("一", 1, central)
    came("二", 2, other)
    came("三", 3, central, class_no="TP312", class_letter="TP")
    came("四", 4)

    assert titles(reader.get("/new").content.decode()) == ["四", "三", "二", "一"]
    assert titles(reader.get("/new?branch=C").content.decode()) == ["三", "一"]
    assert titles(reader.get("/new?class=T").content.decode()) == ["三"]
    assert titles(reader.get("/new?branch=C&class=I").content.decode()) == ["一"]
    assert "Nothing new of this kind" in reader.get("/new?branch=E&class=T").content.decode()


@pytest.mark.parametrize("asked", ["branch=nowhere", "branch=OLD", "class=Y", "class=%3Cscript%3E", "after=1~x"])
def test_what_is_not_there_narrows_nothing(central: Branch, reader: Client, asked: str) -> None:
    make_branch("OLD", closed_date=NOON.date())
    came("一", 1, central)

    assert titles(reader.get(f"/new?{asked}").content.decode()) == ["一"]


def test_a_work_is_new_at_a_branch_by_the_newest_of_its_items_there(central: Branch) -> None:
    old, new = came("旧", 1, central), came("新", 2, central)
    late = make_item(bib=Bib.objects.get(id=old), home=central, created_at=datetime(2026, 4, 9, tzinfo=UTC))
    gone = make_item(bib=Bib.objects.get(id=new), home=central, created_at=datetime(2026, 4, 10, tzinfo=UTC))
    Item.objects.filter(id=gone.id).update(state="withdrawn")

    found = list_arrivals(branch_id=central.id, size=5)

    assert [one.bib_id for one in found.arrivals] == [old, new]
    assert found.arrivals[0].came_at == late.created_at


@pytest.mark.parametrize("asked", ["", "branch=C", "class=I", "branch=C&class=I"])
def test_arrivals_are_read_page_by_page_to_the_end(central: Branch, reader: Client, asked: str) -> None:
    for number in range(23):
        came(f"第{number:02d}种", 1 + number % 3, central)

    path, seen = f"/new?{asked}", []
    while path:
        html = reader.get(path.replace("&amp;", "&")).content.decode()
        seen += titles(html)
        path = next(iter(re.findall(r'rel="next" href="([^"]+)"', html)), "")

    assert len(seen) == len(set(seen)) == 23


def test_a_class_that_hardly_gets_anything_is_not_looked_for_among_all(
    central: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LOOKED_AT", 2)
    came("一", 1, central, class_no="Z1", class_letter="Z")
    came("二", 2, central)
    came("三", 3, central)

    assert list_arrivals(class_letter="Z", size=5).arrivals == ()
    assert list_arrivals(branch_id=central.id, class_letter="Z", size=5).arrivals == ()


# The feed


def test_the_feed_tells_programs_what_came_in(central: Branch, reader: Client) -> None:
    bib_id = came('平凡的世界 <b>"&\x01', 2, central)
    came("别处", 3)

    page = reader.get("/new?branch=C").content.decode()
    [address] = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]* href="([^"]+)"', page)
    answer = reader.get(address)
    tree = ElementTree.fromstring(answer.content)

    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert tree.findtext(f"{ATOM}id") == "http://testserver/new.atom?branch=C"
    assert tree.findtext(f"{ATOM}title") == "New arrivals · Central Library · Wenyuan District Library"
    assert tree.findtext(f"{ATOM}updated") == "2026-04-02T00:00:00+00:00"
    [entry] = tree.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"http://testserver/record/{bib_id}"
    assert entry.findtext(f"{ATOM}title") == '平凡的世界 <b>"&\ufffd'


def test_an_empty_feed_is_one_all_the_same(central: Branch, reader: Client) -> None:
    tree = ElementTree.fromstring(reader.get("/new.atom?class=Z").content)

    assert tree.findall(f"{ATOM}entry") == []
    assert tree.findtext(f"{ATOM}updated") == NOON.isoformat()


# Search engines


def locations(answer: Any) -> dict[str, str | None]:
    tree = ElementTree.fromstring(answer.content)
    return {one.findtext(f"{SITEMAP}loc") or "": one.findtext(f"{SITEMAP}lastmod") for one in tree}


def test_the_sitemap_leads_to_every_work_and_branch_that_has_a_page(
    central: Branch, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SITEMAP_SIZE", 2)
    kept = [came(f"第{number}种", 1, central) for number in range(5)]
    make_bib(title="并入", merged_into_id=kept[0])
    make_item(bib=make_bib(title="剔除"), home=central, state="withdrawn")
    make_branch("OLD", closed_date=NOON.date() - timedelta(days=1))
    while stamp_changes():
        continue

    parts = locations(reader.get("/sitemap.xml"))
    found = {address: locations(reader.get(address.removeprefix("http://testserver"))) for address in parts}
    pages = found.pop("http://testserver/sitemap/pages.xml")

    works = [address for part in found.values() for address in part]
    assert sorted(works) == sorted(f"http://testserver/record/{bib_id}" for bib_id in kept)
    assert all(len(part) <= 2 for part in found.values())
    assert all(parts[address] == max(filter(None, part.values())) for address, part in found.items())
    assert {"http://testserver/", "http://testserver/branch/C"} <= set(pages)
    assert "http://testserver/branch/OLD" not in pages


def test_a_part_that_is_none_is_not_there(central: Branch, reader: Client) -> None:
    assert sitemap_parts() == ()
    assert sitemap_part(10**17) == ()
    assert reader.get("/sitemap/records-0.xml").status_code == 404
    assert reader.get("/sitemap/records-99999999999999999999.xml").status_code == 404
    assert reader.get("/sitemap.xml")["Cache-Control"] == "public, max-age=86400"


def test_search_engines_are_told_where_the_sitemap_is(reader: Client) -> None:
    lines = reader.get("/robots.txt").content.decode().splitlines()

    assert "Sitemap: http://testserver/sitemap.xml" in lines
    assert "Disallow: /shelf/" in lines


@pytest.mark.parametrize("path", ["/", "/new", "/branches", "/branch/C"])
def test_a_page_says_in_short_what_it_is(central: Branch, reader: Client, path: str) -> None:
    assert re.findall(r'<meta name="description" content="[^"]+"', reader.get(path).content.decode())
