"""A reader's account in a real Chromium: by the keyboard alone, and enlarged."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.axe import ALL_RULES, RULES_OF_LOOK, TALL, axe_into, faults
from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.fees import make_charge
from tests.factories.network import make_branch, make_group, make_hours, make_library
from tests.factories.patrons import make_guardian, make_patron
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.circulation.operations import checkout, place_hold
from wenyuan.lending.patrons.models import CardLink, Patron, Token
from wenyuan.organisation.accounts.data import Role
from wenyuan.plumbing.clock import local_date

pytestmark = pytest.mark.browser

PIN = "604913"


@pytest.fixture
def library(site: str) -> str:
    """Two branches that lend to each other, a title that somebody has on loan, and a reader who has two and waits."""
    make_library(name_zh="鹿鸣区图书馆", name_en="Luming District Library")
    central = make_branch("C", kind="central", name_zh="总馆", name_en="Central Library")
    tower = make_branch("K", name_zh="黄楼分馆", name_en="Yellow Tower Branch", parent=central)
    make_group("G1", [central, tower])
    for branch in (central, tower):
        make_hours(branch, range(7), time(0), time(0))
    make_policy(loan_days=30, renewal_days=30, max_renewals=1, max_loans=10)
    reader = make_patron("陈小雨", "R0001", home=tower, pin=PIN)
    make_patron("张億", "R0002", home=central, pin=PIN)
    at, desk = datetime.now(tz=UTC), make_desk(central, role=Role.DESK_LEAD)
    for title, card in (
        ("红楼梦", "R0002"),
        ("万历十五年", "R0001"),
        ("额尔古纳河右岸", "R0001"),
        ("时间简史", "R0002"),
    ):
        item = make_item(bib=make_bib(title=title), home=central)
        checkout(item=item.barcode, card=card, at=at, desk=desk)
        if title == "时间简史":
            place_hold(card="R0001", bib_id=item.bib_id, pickup_branch_id=tower.id, at=at, desk=desk)
    make_charge(reader, at=at, desk=desk)
    return site


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


class Keyboard:
    """Somebody who hears the page: what the accessibility tree calls the thing that has the focus, and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.tree: CDPSession = page.context.new_cdp_session(page)

    def heard(self) -> str:
        """Role and name of what has the focus."""
        nodes = self.tree.send("Accessibility.getFullAXTree")["nodes"]
        for node in nodes:
            marks = {mark["name"]: mark["value"].get("value") for mark in node.get("properties", ())}
            if marks.get("focused") and node["role"]["value"] != "RootWebArea":
                return f"{node['role']['value']} {node['name']['value']}"
        return ""

    def go_to(self, wanted: str) -> None:
        """Tab on until it is heard."""
        heard = []
        for _ in range(80):
            self.page.keyboard.press("Tab")
            heard.append(self.heard())
            if heard[-1] == wanted:
                return
        raise AssertionError(f"{wanted!r} was not reached: {heard}")

    def press(self, key: str, *, until: str) -> None:
        self.page.keyboard.press(key)
        self.page.wait_for_url(re.compile(until))


def test_a_reader_finds_holds_and_cancels_by_the_keyboard_alone(library: str, page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto(library)

    keyboard.go_to("combobox Title, author, ISBN or barcode")
    page.keyboard.type("红楼梦")
    keyboard.press("Enter", until=r"/find\?q=")
    keyboard.go_to("link 红楼梦")
    keyboard.press("Enter", until=r"/record/\d+$")
    keyboard.go_to("link Hold this title")
    keyboard.press("Enter", until="/account/sign-in")
    keyboard.go_to("textbox Card number")
    page.keyboard.type("R0001")
    keyboard.go_to("textbox PIN")
    page.keyboard.type(PIN)
    keyboard.press("Enter", until=r"/record/\d+/hold$")
    keyboard.go_to("combobox Where will you fetch it?")
    page.keyboard.type("Central")
    keyboard.go_to("button Hold it")
    keyboard.press("Enter", until="/account$")

    expect(page.get_by_role("status")).to_contain_text("Held for you: 红楼梦")
    hold = Hold.objects.get(bib__title="红楼梦")
    assert (hold.state, hold.pickup_branch.code) == ("waiting", "C")

    keyboard.go_to("button Cancel the hold 红楼梦")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keyboard.go_to("button Cancel the hold")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Hold cancelled: 红楼梦")
    hold.refresh_from_db()
    assert hold.state == "cancelled"


def sign_in(page: Page, library: str) -> None:
    page.goto(f"{library}/account/sign-in")
    page.get_by_label("Card number").fill("R0001")
    page.get_by_label("PIN").fill(PIN)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account")


def test_the_account_without_scripts(library: str, chromium: Browser) -> None:
    context = chromium.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, library)

    page.get_by_role("button", name="Renew 万历十五年").click()
    expect(page.get_by_role("alert")).to_contain_text("Not renewed: 万历十五年")
    page.get_by_role("button", name="Cancel the hold 时间简史").click()
    expect(page.get_by_role("status")).to_contain_text("Hold cancelled: 时间简史")
    page.goto(f"{library}/account/cards")
    page.get_by_label("Card number").fill("R0002")
    page.get_by_label("PIN").fill(PIN)
    page.get_by_role("button", name="Add the card").click()
    page.get_by_role("button", name="张＊").click()
    expect(page.get_by_role("button", name="Renew 红楼梦")).to_be_visible()
    page.get_by_role("button", name="Mine").click()
    expect(page.get_by_role("button", name="Renew 万历十五年")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.goto(f"{library}/account")
    assert "/account/sign-in" in page.url
    context.close()


LOOKS = (("normal", (1280, 640, 320)), ("large", (1280, 390)))
"""Print and widths: 320 pixels is a window of 1280 enlarged to 400 %."""


def test_axe_finds_nothing_on_a_reader_s_pages_and_none_scrolls_sideways(library: str, page: Page) -> None:
    sign_in(page, library)
    waits_for, has = Hold.objects.get().bib_id, Loan.objects.filter(patron__name="陈小雨").earliest("id").item.bib_id
    found = []

    for print_, widths in LOOKS:
        page.context.add_cookies([{"name": "wenyuan_look", "value": f"print={print_}", "url": library}])
        for path in ("/account", f"/record/{waits_for}/hold", f"/record/{has}/hold", f"/record/{waits_for}"):
            page.goto(library + path)
            if path == "/account":
                page.get_by_role("main").get_by_role("button", name="Renew everything").click()
            axe_into(page)
            for width in widths:
                page.set_viewport_size({"width": width, "height": TALL})
                for scheme, rules in (("light", ALL_RULES), ("dark", RULES_OF_LOOK)):
                    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                    found += [f"{path} {print_} {width} {scheme}: {fault}" for fault in faults(page, rules)]
                beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                found += [f"{path} {print_}: {beyond} px beyond {width}"] if beyond > 0 else []

    assert found == []


def family() -> None:
    """The reader looks after somebody's card and answers for somebody of fifteen; somebody looks after theirs."""
    reader, other = Patron.objects.get(name="陈小雨"), Patron.objects.get(name="张億")
    at = datetime.now(tz=UTC)
    for keeper, card in ((reader, "R0002"), (other, "R0001")):
        CardLink.objects.create(keeper=keeper, token=Token.objects.get(card_no=card), since=at)
    born = local_date(at) - timedelta(days=15 * 366)
    make_guardian(make_patron("陈思远", "R0003", home=reader.home_branch, birth_date=born), patron=reader)


def test_axe_finds_nothing_on_the_pages_of_a_family_and_of_one_s_data(library: str, page: Page) -> None:
    family()
    sign_in(page, library)
    found = []

    for path in ("/account/cards", "/account/data"):
        page.goto(library + path)
        axe_into(page)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": TALL})
            for scheme, rules in (("light", ALL_RULES), ("dark", RULES_OF_LOOK)):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                found += [f"{path} {width} {scheme}: {fault}" for fault in faults(page, rules)]
            beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found += [f"{path}: {beyond} px beyond {width}"] if beyond > 0 else []

    assert found == []
