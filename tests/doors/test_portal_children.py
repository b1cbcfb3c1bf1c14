"""The children's own page: what is meant for them, by topics that have something, with pinyin above."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.factories.catalogue import make_bib
from tests.factories.network import make_branch, make_library
from wenyuan.doors.portal.templatetags.portal import with_pinyin
from wenyuan.holdings.catalogue.operations import Indexer

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def reader(tmp_path: Path, settings: Any) -> Client:
    settings.STATIC_ROOT = settings.HOME = tmp_path
    make_library()
    return Client(headers={"accept-language": "en"})


def section(html: str, name: str) -> str:
    found = re.search(rf'<section[^>]*aria-labelledby="{name}">(.*?)</section>', html, re.DOTALL)
    return found.group(1) if found else ""


def test_only_what_is_meant_for_children_is_new_for_them(reader: Client) -> None:
    make_bib(title="昆虫记", audience="juvenile")
    make_bib(title="资本论", audience="adult")
    make_bib(title="白鹿原")

    shown = section(reader.get("/children").content.decode(), "t-new")

    assert re.findall(r"<rt[^>]*>([^<]+)</rt>", shown) == ["kūn", "chóng", "jì"]
    assert "资本论" not in shown


def test_topics_lead_to_what_children_may_find_and_those_without_anything_are_left_out(reader: Client) -> None:
    make_bib(title="我的第一本昆虫记", class_no="Q96", audience="juvenile")
    make_bib(title="宇宙", class_no="P1", audience="adult")
    with Indexer() as indexer:
        while indexer.turn():
            continue

    topics = section(reader.get("/children").content.decode(), "t-topics")

    [url] = re.findall(r'<a class="plain" href="([^"]+)"', topics)
    assert "Animals and plants" in topics
    assert "1 work found" in reader.get(unescape(url)).content.decode()


def test_where_children_read_stands_there_and_an_empty_house_says_so(reader: Client) -> None:
    make_branch("E", kind="children", name_en="Children's Branch")
    make_branch("R", name_en="Ring Road Branch")

    html = reader.get("/children").content.decode()

    assert "Children&#x27;s Branch" in section(html, "t-today")
    assert "Ring Road" not in section(html, "t-today")
    assert "Nothing new for children" in html
    assert '<input type="hidden" name="audience" value="juvenile">' in html


@pytest.mark.parametrize(
    ("title", "html"),
    [
        ("重庆", '<ruby>重<rt aria-hidden="true">chóng</rt></ruby><ruby>庆<rt aria-hidden="true">qìng</rt></ruby>'),
        ("Emil", "Emil"),
        ("<b>书", '&lt;b&gt;<ruby>书<rt aria-hidden="true">shū</rt></ruby>'),
        ("", ""),
    ],
)
def test_pinyin_stands_above_each_character_and_nothing_else(title: str, html: str) -> None:
    assert with_pinyin(title) == html
