"""The tree of classes: what stands in it, what its counts say, and where it leads."""

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib
from tests.factories.network import make_branch, make_library
from wenyuan.holdings.catalogue.operations import Indexer, keep_class_table
from wenyuan.organisation.accounts.data import Role

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def reader(tmp_path: Path, settings: Any) -> Client:
    settings.STATIC_ROOT = settings.HOME = tmp_path
    make_library()
    return Client(headers={"accept-language": "en"})


def index() -> None:
    with Indexer() as indexer:
        while indexer.turn():
            continue


def rows_of(client: Client, path: str) -> dict[str, tuple[str, str]]:
    """Name and count by class number."""
    html = client.get(path).content.decode()
    found = re.findall(r'<li><span class="mono">([^<]+)</span><a class="name"[^>]*>([^<]+)</a>(.*?)</li>', html)
    return {code: (unescape(name), re.sub(r"<span.*|<[^>]+>", "", cell) or "0") for code, name, cell in found}


def test_each_class_says_how_many_works_its_link_finds(reader: Client) -> None:
    for class_no in ("I247.57", "I242.4", "I712.45", "TP312", "K825"):
        make_bib(title=class_no, class_no=class_no)
    index()

    mains, literature = rows_of(reader, "/classes"), rows_of(reader, "/classes?below=I")

    assert len(mains) == 22
    assert (mains["I"], mains["T"][1], mains["Z"][1]) == (("Literature", "3"), "1", "0")
    assert literature["I2"] == ("Chinese literature", "2")
    html = reader.get("/classes?below=I2").content.decode()
    assert "Show all 2 works of this class" in html
    [url] = re.findall(r'<a class="button primary" href="([^"]+)"', html)
    assert "2 works found" in reader.get(unescape(url)).content.decode()


def test_without_an_index_the_tree_stands_without_counts(reader: Client) -> None:
    html = reader.get("/classes?below=I").content.decode()

    assert "Chinese literature" in html
    assert "Show the works of this class" in html


def test_the_tree_goes_as_far_as_the_librarys_own_table(reader: Client) -> None:
    table = "code,name\nI,文学\nI2,中国文学\nI24,小说\nI247,当代作品\n".encode()
    keep_class_table(
        edition="5", content=table, at=AT, desk=make_desk(make_branch("C"), role=Role.CATALOGUER, everywhere=True)
    )
    make_bib(class_no="I247.57")
    index()

    html = reader.get("/classes?below=I24").content.decode()

    assert rows_of(reader, "/classes?below=I24") == {"I247": ("当代作品", "1")}
    crumbs = html[html.index("<main") : html.index("<h1")]
    assert re.findall(r">(文学|中国文学|小说)<", crumbs) == ["文学", "中国文学", "小说"]


@pytest.mark.parametrize("code", ["I29", "Y", "<script>", '"', "I2 OR 1", "i2"])
def test_what_is_no_class_is_not_there(reader: Client, code: str) -> None:
    assert reader.get("/classes", {"below": code}).status_code == 404


def test_a_record_leads_to_its_place_in_the_tree(reader: Client) -> None:
    bib = make_bib(class_no="I247.57")

    html = reader.get(f"/record/{bib.id}").content.decode()

    assert '<a href="/classes?below=I2">I2 Chinese literature</a>' in html
