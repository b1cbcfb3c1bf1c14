"""Signing in by a code to the telephone in a real Chromium: without scripts, on a small one, heard and touched."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import RULES_OF_LOOK, TALL, axe_into, faults
from tests.browser.test_portal_in_browser import _TOO_SMALL, AFTERNOON
from tests.factories.network import make_branch, make_library
from tests.factories.notices import Answering, make_templates
from tests.factories.patrons import make_patron
from wenyuan.lending.patrons.models import PhoneCode
from wenyuan.lending.patrons.operations import send_asked_code
from wenyuan.organisation.notices.data import Channel

pytestmark = pytest.mark.browser

PHONE = "13812341234"


@pytest.fixture
def address(site: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A library that sends codes; two readers have one number."""
    monkeypatch.setattr(timezone, "now", lambda: AFTERNOON)
    settings.WENYUAN_SMS_URL = "https://sms.example.cn/"
    make_library(name_zh="鹿鸣区图书馆", name_en="Luming District Library")
    make_templates()
    central = make_branch("C", name_zh="总馆", name_en="Central Library")
    make_patron("王秀英", "P0001", home=central, phone=PHONE)
    make_patron("陈大山", "P0002", home=central, phone=PHONE)
    return site


def code_sent() -> str:
    sms = Answering()
    send_asked_code(code_id=PhoneCode.objects.latest("id").id, clock=lambda: AFTERNOON, ports={Channel.SMS: sms})
    return sms.parcels[0].fields["code"]


def test_a_code_lets_a_reader_in_without_scripts(chromium: Browser, address: str) -> None:
    page = chromium.new_context(locale="en-GB", java_script_enabled=False).new_page()

    page.goto(f"{address}/account/sign-in")
    page.get_by_role("link", name="Sign in by a code to your phone").click()
    page.get_by_label("Mobile number").fill("138 1234 1234")
    page.get_by_role("button", name="Send a code").click()
    expect(page.get_by_role("status")).to_contain_text("the number ending in 1234")
    page.get_by_label("Code").fill(code_sent())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="陈＊山").click()

    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("陈＊山")


@pytest.mark.parametrize("look", ["", "print=large&contrast=high"])
def test_each_step_can_be_heard_touched_and_read_on_a_small_telephone(
    chromium: Browser, address: str, look: str
) -> None:
    context = chromium.new_context(locale="en-GB", viewport={"width": 390 if look else 320, "height": TALL})
    if look:
        context.add_cookies([{"name": "wenyuan_look", "value": look, "url": address}])
    page, found = context.new_page(), []

    for step in ("number", "refused", "code", "wrong", "readers"):
        _come_to(page, address, step)
        found += [(step, fault) for fault in _faults_of(page, is_large=bool(look))]

    assert found == []


def _come_to(page: Page, address: str, step: str) -> None:
    match step:
        case "number":
            page.goto(f"{address}/account/sign-in/phone")
        case "refused":
            page.get_by_label("Mobile number").fill("1234")
            page.get_by_role("button", name="Send a code").click()
            expect(page.get_by_label("Mobile number")).to_have_attribute("aria-invalid", "true")
        case "code":
            page.get_by_label("Mobile number").fill(PHONE)
            page.get_by_role("button", name="Send a code").click()
            expect(page.get_by_label("Code")).to_be_visible()
        case "wrong":
            page.get_by_label("Code").fill("x")
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("alert")).to_contain_text("This code opens nothing")
        case "readers":
            page.get_by_label("Code").fill(code_sent())
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("heading", name="Who signs in?")).to_be_visible()


def _faults_of(page: Page, *, is_large: bool) -> list[object]:
    found: list[object] = []
    axe_into(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("() => Promise.all(document.getAnimations().map(one => one.finished))")
        found += faults(page, RULES_OF_LOOK) if is_large or scheme == "dark" else faults(page)
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    small = [] if is_large else page.evaluate(_TOO_SMALL)
    in_words = page.locator(".alert li a").count()  # the furniture's list of what is wrong with a form: 25 pixels high
    return [*found, *([] if beyond <= 0 else [beyond]), *small[in_words:]]
