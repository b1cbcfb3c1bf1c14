"""A book is catalogued from its ISBN to its printed label without touching the mouse."""

import io
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.test_every_page import faults_of, window
from tests.factories.catalogue import make_item_type
from tests.factories.office_pages import make_town
from tests.operations.test_copy_cataloguing import answer_with, served_by
from wenyuan.holdings.catalogue.models import Bib, CopyTarget, Item, LabelWaiting
from wenyuan.holdings.catalogue.operations import install_defaults
from wenyuan.kernel.marc import ControlField, DataField, Record, to_marcxchange

pytestmark = pytest.mark.browser

MOST_TABS = 40
"""Whoever has to press the key more often than that takes the mouse."""
HUO_ZHE = Record(
    "00000nam0 2200000   450 ",
    (
        ControlField("001", "012012001"),
        DataField("010", " ", " ", (("a", "978-7-5063-6543-7"), ("d", "CNY20.00"))),
        DataField("100", " ", " ", (("a", "20120820d2012    em y0chiy50      ea"),)),
        DataField("101", "0", " ", (("a", "chi"),)),
        DataField("102", " ", " ", (("a", "CN"), ("b", "110000"))),
        DataField("200", "1", " ", (("a", "活着"), ("f", "余华著"))),
        DataField("210", " ", " ", (("a", "北京"), ("c", "作家出版社"), ("d", "2012"))),
        DataField("215", " ", " ", (("a", "191页"), ("d", "21cm"))),
        DataField("606", "0", " ", (("a", "长篇小说"), ("y", "中国"), ("z", "当代"))),
        DataField("690", " ", " ", (("a", "I247.57"), ("v", "5"))),
        DataField("701", " ", "0", (("a", "余华"), ("4", "著"))),
        DataField("801", " ", "0", (("a", "CN"), ("b", "NLC"), ("c", "20120820"))),
    ),
)


def by_tab(page: Page, words: str) -> None:
    """Go on by the Tab key until what has the focus is called so."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        named = "document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || ''"
        if str(page.evaluate(named)).strip().startswith(words):
            return
    raise AssertionError(f"{words!r} is not reached by {MOST_TABS} times Tab")


def test_a_book_is_catalogued_from_its_isbn_to_its_label_by_keyboard_alone(
    chromium: Browser, site: str, settings: Any
) -> None:
    settings.WENYUAN_INNER_TARGETS = "127.0.0.0/8"
    town = make_town()
    install_defaults()
    make_item_type()
    page = window(chromium, site, town, "cataloguer").new_page()
    with served_by(answer_with(to_marcxchange(HUO_ZHE))) as target:
        CopyTarget.objects.create(
            name="国家图书馆",
            protocol="sru",
            address=target,
            charset="utf-8",
            syntax="cnmarcxml",
            indexes={"isbn": "bath.isbn", "issn": "bath.issn", "title": "dc.title", "author": "dc.creator"},
        )
        page.goto(f"{site}/workbench/records/copy/")
        expect(page.locator("#id_q")).to_be_focused()
        page.keyboard.type("9787506365437\n")
        expect(page.get_by_role("button", name="查看 活着")).to_be_focused()
        page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="套录这条记录")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="索书号")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#id_class_no")).to_have_value("I247.57")
    expect(page.locator("#id_class_no")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="新增单册")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#id_call_no")).to_have_value("I247.57/1")
    page.keyboard.type("C0000018\n")
    expect(page.get_by_role("status")).to_contain_text("C0000018")
    assert faults_of(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/records/{Bib.objects.get().id}/")

    item = Item.objects.get()
    assert (item.barcode, item.call_no, LabelWaiting.objects.count()) == ("C0000018", "I247.57/1", 2)
    by_tab(page, "打印标签")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/labels/")
    by_tab(page, "条码")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/labels/?kind=barcode")
    expect(page.get_by_role("link", name="打印", exact=True)).to_be_focused()
    with page.context.expect_event("request", lambda asked: "/labels/print?" in asked.url) as printed:
        page.keyboard.press("Enter")
    paper = page.request.get(printed.value.url)
    assert "C0000018" in "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper.body())).pages)
    page.bring_to_front()
    by_tab(page, "标记为已打印")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("没有待打印的标签")
