"""The portal without a network in a real Chromium: the page that opens then, what it keeps, and how that goes."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.test_desk_in_browser import violations
from tests.doors.sip2_town import IDENTITY_NUMBER, PIN
from tests.doors.test_portal_offline import WECHAT, lend
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch, make_hours, make_library
from tests.factories.patrons import make_patron
from tests.factories.reader_pages import reader_signed_in
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.network.models import Branch

pytestmark = pytest.mark.browser


@pytest.fixture
def branch(site: str) -> Branch:
    make_library(name_zh="鹿鸣区图书馆")
    branch = make_branch("ZG", name_zh="总馆", kind="central")
    make_hours(branch)
    return branch


@pytest.fixture
def patron(branch: Branch) -> Patron:
    patron = make_patron("陈小雨", "T100", home=branch)
    make_policy(loan_days=30)
    lend(branch, "T100", "草房子", at=datetime.now(UTC))
    return patron


def signed_in(context: BrowserContext, site: str, patron: Patron) -> None:
    reader = reader_signed_in(patron.id)
    context.add_cookies([{"name": "wenyuan_reader", "value": reader.cookies["wenyuan_reader"].value, "url": site}])


def comes_true(page: Page, asked: str) -> None:
    """Wait for what a script says. Not by ``wait_for_function``, whose eval the pages' policy forbids."""
    for _ in range(200):
        if page.evaluate(asked):
            return
        page.wait_for_timeout(100)
    raise AssertionError(asked)


def is_ready(page: Page) -> None:
    """The worker rules the page, and the page for no network is kept."""
    comes_true(page, "navigator.serviceWorker.controller !== null")
    comes_true(page, "localStorage.getItem('wenyuan-portal-kept') !== null")


HOLDS_BACK = """
    const ask = window.fetch;
    const released = new Promise((resolve) => (window.release = resolve));
    window.fetch = async (...asked) => {
      const answer = await ask(...asked);
      if (!String(asked[0]).endsWith("/account/kept")) return answer;
      window.hasAsked = true;
      await released;
      return answer;
    };
"""
"""What the server says of its reader reaches the page when it is let through."""

SEEN_LONGER_AGO = """(days) => caches.open("wenyuan-reader").then(async (cache) => {
    const [request] = await cache.keys();
    const own = await (await cache.match(request)).json();
    own.at_ms -= days * 86_400_000;
    await cache.put(request, new Response(JSON.stringify(own)));
})"""
IS_KEPT = "caches.has('wenyuan-reader')"


def keeps_the_card(page: Page, site: str, card: str = "T100") -> None:
    page.goto(f"{site}/offline")
    page.get_by_role("button", name="把读者证留在本机").click()
    expect(page.locator("[data-card]")).to_have_text(card)


def test_card_loans_and_hours_stand_there_without_a_network_and_go_with_the_sign_out(
    chromium: Browser, site: str, patron: Patron
) -> None:
    context = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    signed_in(context, site, patron)
    page = context.new_page()
    page.goto(f"{site}/offline")
    page.get_by_role("button", name="把读者证留在本机").click()
    expect(page.locator("[data-card]")).to_have_text("T100")
    is_ready(page)
    assert violations(page) == []

    context.set_offline(True)
    for path in ("/", "/account"):  # wherever one goes
        page.goto(f"{site}{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text("没有网络时")
        expect(page.locator("[data-card]")).to_have_text("T100")
        expect(page.locator("[data-loans]")).to_contain_text("草房子")
        expect(page.locator("[data-qr]")).to_be_visible()
        expect(page.get_by_text("9:00–17:00").first).to_be_visible()
        expect(page.get_by_role("button", name="把读者证留在本机")).to_be_hidden()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('[data-qr]').naturalWidth > 0")

    context.set_offline(False)
    page.goto(f"{site}/account")
    page.get_by_role("button", name="退出").first.click()
    page.wait_for_url(f"{site}/")
    context.set_offline(True)
    page.goto(f"{site}/")
    expect(page.get_by_text("本机没有留存内容")).to_be_visible()
    assert "T100" not in page.content()
    assert page.evaluate("caches.has('wenyuan-reader')") is False
    context.close()


def test_nothing_is_kept_that_the_reader_did_not_ask_for(chromium: Browser, site: str, patron: Patron) -> None:
    context = chromium.new_context(locale="zh-CN")
    signed_in(context, site, patron)
    page = context.new_page()
    page.goto(f"{site}/account")
    is_ready(page)

    context.set_offline(True)
    page.goto(f"{site}/account")
    expect(page.get_by_text("本机没有留存内容")).to_be_visible()
    assert "T100" not in page.content()
    context.close()


@pytest.mark.parametrize("path", ["/", "/account", "/offline"])
def test_another_reader_in_the_same_browser_finds_nothing_of_the_one_before(
    chromium: Browser, site: str, branch: Branch, patron: Patron, path: str
) -> None:
    context = chromium.new_context(locale="zh-CN")
    signed_in(context, site, patron)
    page = context.new_page()
    keeps_the_card(page, site)

    signed_in(context, site, make_patron("李小军", "T200", home=branch))
    page.goto(f"{site}{path}")
    comes_true(page, f"{IS_KEPT}.then((is) => !is)")
    page.goto(f"{site}/offline")
    expect(page.get_by_role("button", name="把读者证留在本机")).to_be_visible()
    expect(page.locator("[data-there]")).to_be_hidden()
    context.close()


def test_what_is_older_than_thirty_days_goes_whoever_opens_a_page(chromium: Browser, site: str, patron: Patron) -> None:
    context = chromium.new_context(locale="zh-CN", service_workers="block")
    signed_in(context, site, patron)
    page = context.new_page()
    keeps_the_card(page, site)
    context.clear_cookies()

    page.evaluate(SEEN_LONGER_AGO, 29)
    page.goto(f"{site}/")
    page.wait_for_timeout(500)
    assert page.evaluate(IS_KEPT) is True
    page.evaluate(SEEN_LONGER_AGO, 2)
    page.goto(f"{site}/")
    comes_true(page, f"{IS_KEPT}.then((is) => !is)")
    context.close()


def test_a_card_that_is_reported_lost_under_another_sign_in_is_not_kept(
    chromium: Browser, site: str, branch: Branch
) -> None:
    make_patron("陈小雨", "T100", home=branch, number=IDENTITY_NUMBER, pin=PIN)
    context = chromium.new_context(locale="zh-CN", service_workers="block")
    page = context.new_page()
    page.goto(f"{site}/account/sign-in")
    page.get_by_label("读者证号").fill(IDENTITY_NUMBER)
    page.get_by_label("密码").fill(PIN)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.wait_for_url(f"{site}/account")
    keeps_the_card(page, site)

    page.goto(f"{site}/account/card")
    page.get_by_role("link", name="T100").click()
    page.get_by_role("button", name="挂失", exact=True).click()
    page.wait_for_url(f"{site}/account")
    assert page.evaluate(IS_KEPT) is False
    context.close()


def test_what_was_asked_for_before_a_sign_out_in_another_tab_is_not_kept_after_it(
    chromium: Browser, site: str, patron: Patron
) -> None:
    context = chromium.new_context(locale="zh-CN", service_workers="block")
    signed_in(context, site, patron)
    page, other = context.new_page(), context.new_page()
    keeps_the_card(page, site)
    page.evaluate(SEEN_LONGER_AGO, 1)
    page.add_init_script(HOLDS_BACK)
    page.goto(f"{site}/account")
    comes_true(page, "window.hasAsked === true")

    other.goto(f"{site}/account")
    other.get_by_role("button", name="退出").first.click()
    other.wait_for_url(f"{site}/")
    page.evaluate("release()")
    page.wait_for_timeout(1000)

    assert page.evaluate(IS_KEPT) is False
    context.close()


def test_an_old_page_keeps_who_is_signed_in_now_and_nobody_where_nobody_is(
    chromium: Browser, site: str, branch: Branch, patron: Patron
) -> None:
    context = chromium.new_context(locale="zh-CN", service_workers="block")
    signed_in(context, site, patron)
    page = context.new_page()
    page.goto(f"{site}/offline")
    keep = page.get_by_role("button", name="把读者证留在本机")
    expect(keep).to_be_visible()

    signed_in(context, site, make_patron("李小军", "T200", home=branch))
    keep.click()
    expect(page.locator("[data-card]")).to_have_text("T200")
    page.get_by_role("button", name="不再留存").click()
    expect(keep).to_be_focused()
    context.clear_cookies()
    keep.click()
    expect(page.locator("[data-sign-in]")).to_be_visible()
    assert page.evaluate(IS_KEPT) is False
    context.close()


def test_the_page_for_no_network_asks_who_is_signed_in_before_it_shows_anybody(
    chromium: Browser, site: str, branch: Branch, patron: Patron
) -> None:
    context = chromium.new_context(locale="zh-CN", service_workers="block")
    signed_in(context, site, patron)
    page = context.new_page()
    keeps_the_card(page, site)
    signed_in(context, site, make_patron("李小军", "T200", home=branch))
    page.add_init_script(HOLDS_BACK)

    page.goto(f"{site}/offline")
    comes_true(page, "window.hasAsked === true")
    page.wait_for_timeout(500)
    assert "T100" not in page.content()
    page.evaluate("release()")
    expect(page.get_by_role("button", name="把读者证留在本机")).to_be_visible()
    assert "T100" not in page.content()
    context.close()


def test_other_doors_are_left_alone(chromium: Browser, site: str, branch: Branch) -> None:
    context = chromium.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/")
    is_ready(page)

    context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(f"{site}/workbench/sign-in")
    context.close()


def test_in_wechats_browser_nothing_is_kept_or_offered(chromium: Browser, site: str, patron: Patron) -> None:
    context = chromium.new_context(locale="zh-CN", user_agent=WECHAT)
    signed_in(context, site, patron)
    page = context.new_page()
    page.goto(f"{site}/account")
    assert page.get_by_role("link", name="没有网络时").count() == 0
    page.goto(f"{site}/offline")
    expect(page.get_by_text("此浏览器无法留存内容")).to_be_visible()

    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert page.evaluate("caches.keys()") == []
    context.close()
