"""A Saturday at the desk, by scanner and keyboard: three families' mixed piles, a child without a number, an elder
without a phone who has lost her card, a full basket, a dispute, a slip of the scanner and a power cut."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_desk_in_browser import lines, press, scan, window
from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch, make_library
from tests.factories.patrons import make_category, make_guardian, make_patron
from tests.factories.whole_house import now
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkout
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.organisation.network.models import Branch
from wenyuan.plumbing.invariants import all_invariants, broken_rows

pytestmark = pytest.mark.browser

MOTHER, CHILD, NEIGHBOUR, ELDER = "T100", "T101", "T200", "T300"


@pytest.fixture
def branch(site: str) -> Branch:
    make_library(name_zh="鹿鸣区图书馆")
    branch = make_branch("ZG", name_zh="总馆", kind="central")
    make_policy(loan_days=30, renewal_days=30, max_renewals=1, max_loans=3, max_overdue=0)
    adult, child = make_category("adult", min_age=14), make_category("child", max_age=13, guardian_required=True)
    mother = make_patron("陈小雨", MOTHER, home=branch, category=adult, phone="13800138000")
    of_age_seven = (now() - timedelta(days=7 * 366)).date()
    make_guardian(make_patron("陈朵朵", CHILD, home=branch, category=child, birth_date=of_age_seven), patron=mother)
    make_patron("李小军", NEIGHBOUR, home=branch, category=adult)
    make_patron("王秀英", ELDER, home=branch, category=adult)
    for number, title in enumerate(["草房子", "夏洛的网", "活着", "昆虫记", "红楼梦", "城南旧事", "呐喊"]):
        make_item(home=branch, barcode=f"230{number}", bib=make_bib(title=title))
    return branch


def walk_to(page: Page, words: str, *, most: int = 160) -> None:
    """Press Tab until what has the focus says these words."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent + ' ' + (document.activeElement.ariaLabel ?? '')")
        if words in focused and page.evaluate("document.activeElement.matches('a, button, summary, input, select')"):
            return
    raise AssertionError(f"no key leads to {words}")


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def on_loan(card: str) -> set[str]:
    patron_id = Token.objects.get(card_no=card, kind="card").patron_id
    loans = Loan.objects.filter(patron_id=patron_id, returned_at=None)
    return set(Item.objects.filter(id__in=loans.values("item_id")).values_list("barcode", flat=True))


@pytest.mark.timeout(300)
def test_a_saturday_by_scanner_and_keyboard_alone(chromium: Browser, site: str, branch: Branch) -> None:
    checkout(item="2305", card=NEIGHBOUR, at=now() - timedelta(days=40), desk=make_desk(branch), key="in August")
    context = window(chromium, site, branch)
    page = context.new_page()
    page.goto(f"{site}/workbench/desk/")

    # A mother and her child, who has no number: each has a pile, and the neighbour's book lies among theirs.
    scan(page, MOTHER)
    scan(page, "2300")
    scan(page, "2305")
    expect(page.locator(".alert.refused")).to_contain_text("城南旧事")
    press(page, "F6")
    scan(page, CHILD)
    scan(page, "2301")
    assert lines(page) == ["夏洛的网"]

    # The wrong book lay under the scanner.
    scan(page, "2304")
    press(page, "Control+z")
    expect(page.locator(".piled tbody tr").first).to_contain_text("已撤销")
    press(page, "F6")

    # The dispute: the neighbour cannot borrow, for a book that he says he has returned. It lies on the counter.
    scan(page, NEIGHBOUR)
    scan(page, "2302")
    expect(page.locator(".alert.refused")).to_be_visible()
    press(page, "F3")
    press(page, "Alt+1")
    press(page, "F3")
    expect(page.locator(".piled tbody tr").first).to_contain_text("李＊军")

    # A full basket: the fourth item is refused, and whoever heads the desk may lift it.
    press(page, "F2")
    for code in ("2303", "2304", "2306"):
        scan(page, code)
    expect(page.locator(".alert.refused")).to_contain_text("呐喊")
    press(page, "F8")
    expect(page.locator(".alert.refused")).to_have_count(0)
    press(page, "Escape")
    expect(page.locator(".reader h2")).to_have_text("没有读者")

    # The elder has no phone, and lost her card: found by name, given a new card, served.
    with page.expect_navigation(url="**/patrons/"):
        page.keyboard.press("/")
    expect(page.locator("#id_text")).to_be_focused()
    page.keyboard.type("王秀英")
    enter(page)
    if "王秀英" not in page.locator("h1").inner_text():
        walk_to(page, "王秀英")
        enter(page)
    walk_to(page, "补证")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("T301")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    walk_to(page, "确定")
    enter(page)
    with page.expect_navigation():
        page.keyboard.press("F2")
    page.locator("#scan").wait_for()
    scan(page, "2302")
    assert on_loan("T301") == {"2302"}

    # The power is cut while the scanner beeps; afterwards the piles lie as they lay, and nothing is lent twice.
    page.keyboard.type("2305")
    page.keyboard.press("Enter")
    cookies = context.cookies()
    context.close()
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": one["name"], "value": one["value"], "url": site} for one in cookies])
    page = context.new_page()
    page.goto(f"{site}/workbench/desk/")
    scan(page, "T301")
    scan(page, "2305")
    context.close()

    assert on_loan(MOTHER) == {"2300", "2303", "2304", "2306"}
    assert on_loan(CHILD) == {"2301"}
    assert on_loan("T301") == {"2302", "2305"}
    assert Loan.objects.filter(returned_at=None).count() == 7
    assert Token.objects.get(card_no=ELDER).status == "replaced"
    assert Patron.objects.count() == 4
    assert [one.name for one in all_invariants() if broken_rows(one)] == []
