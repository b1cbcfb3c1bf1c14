"""The desk in a real Chromium, by scanner and keyboard alone: nothing here touches a mouse."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.factories.accounts import PASSWORD, make_account, make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch, make_library
from tests.factories.patrons import make_category, make_patron
from tests.factories.staff_pages import staff_at
from tests.factories.whole_house import now
from wenyuan.lending.circulation.operations import checkout
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

pytestmark = pytest.mark.browser

UNKNOWN_CARD = "11010519491231002X"  # the worked example of GB 11643-1999
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def branch(site: str) -> Branch:
    make_library(name_zh="鹿鸣区图书馆")
    branch = make_branch("ZG", name_zh="总馆", kind="central")
    make_policy(loan_days=30, renewal_days=30, max_renewals=1, max_loans=3, max_overdue=0)
    make_category("adult", min_age=14)
    make_category("child", max_age=13, guardian_required=True)
    make_patron("陈小雨", "T100", home=branch)
    make_patron("李小军", "T200", home=branch)
    for number, title in enumerate(["草房子", "夏洛的网", "活着", "昆虫记", "红楼梦"]):
        make_item(home=branch, barcode=f"230{number}", bib=make_bib(title=title))
    make_item(home=branch, barcode="2309", bib=make_bib(title="城南旧事"), condition="damaged")
    return branch


def window(chromium: Browser, site: str, branch: Branch, **options: Any) -> BrowserContext:
    """A browser window whose head of desk is signed in."""
    clerk = staff_at(branch, Role.DESK_LEAD)
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900}, **options)
    context.add_cookies([{"name": "wenyuan_staff", "value": clerk.cookies["wenyuan_staff"].value, "url": site}])
    return context


@pytest.fixture
def desk(chromium: Browser, site: str, branch: Branch) -> Iterator[Page]:
    context = window(chromium, site, branch)
    page = context.new_page()
    page.goto(f"{site}/workbench/desk/")
    yield page
    context.close()


def scan(page: Page, code: str) -> None:
    """What a scanner does: it types quickly and presses Enter."""
    with page.expect_response(lambda answer: "/desk/scans" in answer.url):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    page.wait_for_timeout(100)


def press(page: Page, key: str) -> None:
    with page.expect_response(lambda answer: "/desk/" in answer.url):
        page.keyboard.press(key)
    page.wait_for_timeout(100)


def lines(page: Page) -> list[str]:
    return page.locator(".piled tbody th").all_inner_texts()


def violations(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}})
    return [(one["id"], one["nodes"][0]["html"][:120]) for one in found.response["violations"]]


def test_card_items_done_without_a_mouse(desk: Page) -> None:
    for code in ("T100", "2300", "2301"):
        scan(desk, code)

    expect(desk.locator(".reader h2")).to_have_text("陈＊雨")
    assert lines(desk) == ["夏洛的网", "草房子"]
    press(desk, "Escape")
    expect(desk.locator(".piles")).to_have_count(0)
    assert desk.evaluate("document.activeElement.id") == "scan"


def test_scans_faster_than_answers_are_all_done_in_order(desk: Page) -> None:
    for code in ("T100", "2300", "2301", "2302"):
        desk.keyboard.type(code)
        desk.keyboard.press("Enter")

    expect(desk.locator(".piled tbody tr")).to_have_count(3)
    assert lines(desk) == ["活着", "夏洛的网", "草房子"]
    assert desk.locator("#scan").input_value() == ""


def test_what_is_being_typed_outlives_the_answer_to_the_scan_before(desk: Page) -> None:
    def late(route: Route) -> None:
        desk.wait_for_timeout(300)
        route.continue_()

    desk.route("**/desk/scans", late)
    desk.keyboard.type("T100")
    desk.keyboard.press("Enter")
    desk.keyboard.type("23")

    expect(desk.locator(".reader h2")).to_have_text("陈＊雨")

    assert desk.locator("#scan").input_value() == "23"
    assert desk.locator("form[data-scan]").evaluate("form => form.matches(':focus-within')")


def test_a_wand_that_sends_twice_lends_once(desk: Page) -> None:
    scan(desk, "T100")
    scan(desk, "2300")
    desk.keyboard.type("2300")
    desk.keyboard.press("Enter")
    desk.wait_for_timeout(300)

    assert lines(desk) == ["草房子"]
    expect(desk.locator("[data-refused]")).to_have_count(0)


def test_a_refusal_names_its_reason_and_f8_lifts_it(desk: Page) -> None:
    scan(desk, "T100")
    scan(desk, "2309")

    expect(desk.locator(".alert.refused")).to_contain_text("城南旧事")
    assert violations(desk) == []
    press(desk, "F8")
    expect(desk.locator(".alert.refused")).to_have_count(0)
    assert lines(desk) == ["城南旧事"]


def test_f4_renews_the_refused_item_that_the_reader_has_at_home(desk: Page, branch: Branch) -> None:
    checkout(item="2300", card="T100", at=now() - timedelta(days=3), desk=make_desk(branch), key="three days ago")
    scan(desk, "T100")
    scan(desk, "2300")
    expect(desk.locator(".alert.refused")).to_be_visible()

    press(desk, "F4")

    expect(desk.locator(".alert.refused")).to_have_count(0)
    expect(desk.locator(".piled tbody tr").first).to_contain_text("续借")
    assert lines(desk) == ["草房子"]


def test_f3_takes_the_refused_item_of_another_reader_back_first(desk: Page, branch: Branch) -> None:
    checkout(item="2300", card="T200", at=now() - timedelta(days=3), desk=make_desk(branch), key="three days ago")
    scan(desk, "T100")
    scan(desk, "2300")
    expect(desk.locator(".alert.refused")).to_be_visible()

    press(desk, "F3")

    expect(desk.locator(".piled tbody tr").first).to_contain_text("李＊军")


def test_piles_are_parked_and_switched_by_key(desk: Page) -> None:
    scan(desk, "T100")
    scan(desk, "2300")
    press(desk, "F6")
    scan(desk, "T200")
    scan(desk, "2301")

    press(desk, "Alt+1")

    expect(desk.locator(".reader h2")).to_have_text("陈＊雨")
    assert lines(desk) == ["草房子"]


def test_f3_takes_back_and_says_whose_it_was(desk: Page) -> None:
    scan(desk, "T200")
    scan(desk, "2300")
    scan(desk, "T100")
    press(desk, "F3")
    scan(desk, "2300")

    expect(desk.locator("#scan-mode")).not_to_have_text("")
    expect(desk.locator(".piled tbody tr").first).to_contain_text("李＊军")


def test_a_first_swipe_registers_and_lends_on_one_screen(desk: Page) -> None:
    scan(desk, UNKNOWN_CARD)
    expect(desk.locator("#id_name")).to_be_focused()
    assert violations(desk) == []
    desk.keyboard.type("郑海")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Space")
    press(desk, "Control+s")
    expect(desk.locator(".reader h2")).to_have_text("郑＊")
    desk.locator("#scan").focus()
    scan(desk, "2300")

    assert lines(desk) == ["草房子"]
    assert UNKNOWN_CARD not in desk.content()


def test_a_machine_set_to_it_prints_the_slip_of_each_pile_that_is_done(desk: Page) -> None:
    with desk.expect_navigation():
        desk.keyboard.press("Alt+p")
    for code in ("T100", "2300"):
        scan(desk, code)

    with desk.expect_response("**/desk/finished/slips") as slip:
        desk.keyboard.press("Escape")

    assert slip.value.headers["content-type"] == "application/pdf"
    assert slip.value.request.frame != desk.main_frame
    expect(desk.locator(".piles")).to_have_count(0)


def test_f9_prints_without_leaving_the_desk(desk: Page) -> None:
    for code in ("T100", "2300"):
        scan(desk, code)

    with desk.expect_response("**/desk/piles/1/slips") as slip:
        desk.keyboard.press("F9")

    assert slip.value.status == 200
    assert slip.value.request.frame != desk.main_frame
    assert len(desk.context.pages) == 1
    assert lines(desk) == ["草房子"]


def test_good_attention_and_stop_sound_apart_where_sounds_are_on(chromium: Browser, site: str, branch: Branch) -> None:
    context = window(chromium, site, branch)
    context.add_cookies([{"name": "wenyuan_look", "value": "sound=on", "url": site}])
    page = context.new_page()
    page.add_init_script("""
        const plain = AudioContext.prototype.createOscillator;
        window.heard = [];
        AudioContext.prototype.createOscillator = function () {
          const tone = plain.call(this);
          queueMicrotask(() => window.heard.push(tone.type));
          return tone;
        };
    """)
    page.goto(f"{site}/workbench/desk/")
    heard = []
    for code in ("T100", "2300", "2309", "T200"):
        scan(page, code)
        heard.append(page.evaluate("window.heard.splice(0)"))

    assert heard == [["sine"], ["sine"], ["square", "square"], ["sine"]]
    context.close()


def test_a_batch_is_taken_back_by_scanner_alone(desk: Page, branch: Branch) -> None:
    for barcode in ("2300", "2301"):
        checkout(item=barcode, card="T200", at=now() - timedelta(days=3), desk=make_desk(branch), key=f"lend {barcode}")
    with desk.expect_navigation():
        desk.keyboard.press("F10")

    for code in ("2300", "2301", "T100"):
        with desk.expect_response("**/returns/scans"):
            desk.keyboard.type(code)
            desk.keyboard.press("Enter")
        desk.wait_for_timeout(100)

    expect(desk.locator(".batch-count b")).to_have_text("2")
    expect(desk.locator("[data-refused]")).to_contain_text("读者证")
    assert lines(desk) == ["夏洛的网", "草房子"]
    assert violations(desk) == []
    with desk.expect_response("**/returns/list") as printed:
        desk.keyboard.press("F9")
    assert printed.value.headers["content-type"] == "application/pdf"


def test_the_desk_works_without_scripts(chromium: Browser, site: str, branch: Branch) -> None:
    context = window(chromium, site, branch, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/workbench/desk/")
    for code in ("T100", "2300", "2309"):
        page.fill("#scan", code)
        page.press("#scan", "Enter")
        page.wait_for_load_state()

    assert page.locator(".alert.refused").count() == 1
    assert lines(page) == ["城南旧事", "草房子"]
    context.close()


def test_signing_in_by_keyboard(chromium: Browser, site: str, branch: Branch) -> None:
    make_account("wangfang", name="王芳", roles=[(Role.DESK, branch)])
    page = chromium.new_page(locale="zh-CN")
    page.goto(f"{site}/workbench/desk/")
    assert violations(page) == []

    page.keyboard.type("wangfang")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/workbench/desk/")

    expect(page.locator("#scan")).to_be_focused()
    page.close()
