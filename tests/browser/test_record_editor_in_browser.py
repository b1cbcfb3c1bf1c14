"""A cataloguer corrects a record without touching the mouse, and is helped at the field where the cursor stands."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_every_page import faults_of, window
from tests.factories.catalogue import make_bib
from tests.factories.office_pages import make_town
from wenyuan.holdings.catalogue.models import Bib

pytestmark = pytest.mark.browser


def test_what_was_typed_and_only_checked_is_not_left_by_a_slip_of_the_hand(chromium: Browser, site: str) -> None:
    town = make_town()
    bib = make_bib(title="平凡的世界", author="路遥")
    page = window(chromium, site, town, "cataloguer").new_page()
    page.goto(f"{site}/workbench/records/{bib.id}/marc")
    page.locator("#id_text").press("Control+End")
    page.keyboard.type("\n517 1# $a人生之路")
    page.keyboard.press("F9")
    expect(page.locator("form[data-unsaved]")).to_be_visible()

    page.locator("#id_text").click()
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => history.back())")
    kind = asked.value.type
    asked.value.dismiss()

    assert kind == "beforeunload"
    expect(page.locator("#id_text")).to_have_value(re.compile("517 1# .a人生之路"))


def test_a_record_is_corrected_by_keyboard_alone(chromium: Browser, site: str) -> None:
    town = make_town()
    bib = make_bib(title="平凡的世界", author="路遥")
    page = window(chromium, site, town, "cataloguer").new_page()

    page.goto(f"{site}/workbench/records/{bib.id}/marc")
    expect(page.locator("#id_text")).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("517 1# $a人生之路")

    expect(page.locator("[data-field-help]")).to_contain_text("其它题名")
    assert faults_of(page) == []
    page.keyboard.press("F8")
    expect(page.locator("#id_text")).to_have_value(re.compile(r"517 1# \$a人生之路\$9ren sheng zhi lu"))
    page.locator("#id_text").focus()
    page.keyboard.press("Control+s")
    page.wait_for_url(f"**/workbench/records/{bib.id}/")

    assert Bib.objects.get(id=bib.id).version == 2
