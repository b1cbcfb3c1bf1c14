"""A cataloguer corrects a record without touching the mouse, and is helped at the field where the cursor stands."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.test_every_page import faults_of, window
from tests.factories.catalogue import make_bib
from tests.factories.office_pages import make_town
from wenyuan.holdings.catalogue.models import Bib

pytestmark = pytest.mark.browser


def leaving_asks(page: Page) -> bool:
    """Whether who goes back is asked first; the page stays."""
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => history.back())")
    kind = asked.value.type
    asked.value.dismiss()
    return kind == "beforeunload"


def dialogs_while(page: Page, act: Callable[[], object]) -> list[str]:
    """The kinds of the dialogs that an act opens; each is agreed to."""
    kinds: list[str] = []

    def agree(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        dialog.accept()

    page.on("dialog", agree)
    act()
    page.remove_listener("dialog", agree)
    return kinds


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

    assert leaving_asks(page)
    expect(page.locator("#id_text")).to_have_value(re.compile("517 1# .a人生之路"))


def test_answers_of_the_form_are_not_left_unsaved_by_a_slip_of_the_hand(chromium: Browser, site: str) -> None:
    town = make_town()
    bib = make_bib(title="平凡的世界", author="路遥")
    page = window(chromium, site, town, "cataloguer").new_page()
    form, back = f"{site}/workbench/records/{bib.id}/form", f"{site}/workbench/records/{bib.id}/"
    page.goto(back)
    page.goto(form)
    page.locator("#id_title").click()  # without a hand on the page Chromium asks nobody
    asked = dialogs_while(page, page.go_back)
    expect(page).to_have_url(back)
    assert asked == []  # nothing was written

    page.goto(form)
    page.locator("#id_title").press("End")
    page.keyboard.type("：第一部")
    assert leaving_asks(page)
    expect(page.locator("#id_title")).to_have_value("平凡的世界：第一部")
    colleague = window(chromium, site, town, "cataloguer").new_page()
    colleague.goto(form)
    colleague.locator("#id_publisher").fill("北京十月文艺出版社")
    colleague.locator("#id_publisher").press("Control+s")
    colleague.wait_for_url(back)
    page.locator("#id_title").press("Control+s")
    expect(page.locator("form[data-unsaved]")).to_be_visible()
    page.locator("#id_title").click()
    assert leaving_asks(page)
    page.keyboard.press("Control+s")
    page.wait_for_url(back)

    saved = Bib.objects.get(id=bib.id)
    assert (saved.title, saved.publisher) == ("平凡的世界：第一部", "北京十月文艺出版社")


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
