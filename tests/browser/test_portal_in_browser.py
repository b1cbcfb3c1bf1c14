"""The readers' pages in a real Chromium: axe, the keyboard alone, enlarged, without scripts, in both languages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.axe import ALL_RULES, RULES_OF_COLOUR, RULES_OF_LOOK, TALL, axe_into, faults
from tests.doors.test_portal_booklists import make_list
from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import (
    make_area,
    make_branch,
    make_closure,
    make_exception,
    make_group,
    make_hours,
    make_library,
)
from wenyuan.holdings.catalogue.operations import Indexer

pytestmark = pytest.mark.browser

AFTERNOON = datetime(2026, 4, 25, 7, 30, tzinfo=UTC)
"""Saturday 25 April 2026, 15:30 in Shanghai."""

WORKS = (
    ("红楼梦", "曹雪芹", "I242.4", "7-02-000220-X", ""),
    ("红楼梦断", "高阳", "I247.5", None, ""),
    ("万历十五年", "黄仁宇", "K248.3", None, ""),
    ("额尔古纳河右岸", "迟子建", "I247.5", None, ""),
    ("时间简史", "霍金", "P159", None, ""),
    ("我的第一本昆虫记", "法布尔", "Q96", None, "juvenile"),
    ("美的历程", "李泽厚", "J120.9", None, ""),
    ("The Old Man and the Sea", "Ernest Hemingway", "I712.45", None, ""),
)
PAGES = (
    "/",
    "/find",
    "/find?q=红楼",
    "/find?q=红楼&held=C&class=I&sort=newest",
    "/find?q=没有的书",
    "/new",
    "/record/{rich}",
    "/record/{bare}",
    "/children",
    "/classes?below=I",
    "/branches",
    "/branches?kind=station&open=now",
    "/branch/C",
    "/branch/K",
    "/branch/H",
    "/lists",
    "/list/{booklist}",
    "/offline",
    "/account/sign-in",
    "/about/privacy",
    "/about/report",
    "/accessibility",
    "/no-such-page",
)


def build_town() -> dict[str, int]:
    """A small district with works in every state; returns the ids of a record with many items, of one with none, and
    of a booklist."""
    library = make_library(name_zh="鹿鸣区图书馆", name_en="Luming District Library")
    library.address, library.phone = "书院路 18 号", "0000-8800 1234"
    library.save()
    central = make_branch("C", kind="central", name_zh="总馆", name_en="Central Library")
    children = make_branch("E", kind="children", name_zh="少儿分馆", name_en="Children's Branch", parent=central)
    ring = make_branch("R", name_zh="环城分馆", name_en="Ring Road Branch", parent=central)
    tower = make_branch("K", name_zh="黄楼分馆", name_en="Yellow Tower Branch", parent=central)
    make_branch("H", kind="rural_bookhouse", name_zh="磨坊村农家书屋", name_en="Mill Village Bookhouse", parent=ring)
    make_branch("S", kind="station", name_zh="环城小学图书流动站", name_en="Ring Road School Station", parent=ring)
    shelf = make_branch("Z", kind="shelf_24h", name_zh="车站 24 小时书架", name_en="Railway Shelf", parent=central)
    for branch in (central, children, ring, tower, shelf):
        branch.address, branch.phone = f"{branch.name_zh}路 6 号", "0000-8800 5678"
        branch.save()
    make_group("G1", [central, children, tower])
    make_hours(central, (1, 2, 3, 4, 5, 6), time(8, 30), time(20, 30))
    make_hours(children, (2, 3, 4, 5, 6), time(9), time(16))
    make_hours(ring, range(7), time(9), time(12))
    make_hours(ring, range(5), time(13, 30), time(17))
    make_hours(tower)
    make_hours(shelf, range(7), time(0), time(0))
    make_closure(tower, date(2026, 4, 20), date(2026, 4, 25), reason="修缮")
    make_exception(central, date(2026, 5, 1), time(9), time(17), reason="劳动节")
    make_exception(central, date(2026, 5, 2), reason="系统维护")
    literature = make_area(central, "A3", name_zh="文学区", floor=3, seats=48)
    literature.wheelchair, literature.accessibility = True, "助视器"
    literature.save()
    make_area(central, "A0", name_zh="自习室", floor=-1, seats=120)
    bibs = [
        make_bib(title=title, author=author, class_no=class_no, isbn=isbn, audience=audience, summary=SUMMARY)
        for title, author, class_no, isbn, audience in WORKS
    ]
    rich, bare = bibs[0], bibs[-1]
    call_no = "I242.4/C178"
    for _ in range(5):
        make_item(bib=rich, home=central, area=literature, call_no=call_no)
    make_item(bib=rich, home=children, call_no=call_no, volume="上册")
    make_item(bib=rich, home=ring, call_no=call_no, state="on_loan")
    make_item(bib=rich, home=tower, call_no=call_no, state="in_transit")
    make_item(bib=rich, home=central, call_no=call_no, lendable="in_library")
    make_item(bib=rich, home=central, call_no=call_no, condition="missing")
    for number, bib in enumerate(bibs[1:-1]):
        make_item(bib=bib, home=(central, ring, children)[number % 3], state=("on_loan", "available")[number % 2])
    for number in range(22):
        make_bib(title=f"红楼梦研究资料汇编第{number + 1:02d}辑", author="人民文学出版社编辑部")
    booklist = make_list(
        central, *bibs[:-1], title="冬夜里的长篇，给第一次走进图书馆的人", words="一个下午就能读完，" * 6
    )
    return {"rich": rich.id, "bare": bare.id, "booklist": booklist.id}


def build_index() -> None:
    """So that what is found can be narrowed; without it titles are found by how they begin."""
    with Indexer() as indexer:
        while indexer.turn():
            continue


SUMMARY = "以贾、史、王、薛四家的兴衰为背景，写大观园中一群女子的才情与命运。此本附校记与注释。"


class Town:
    """The browser, the address, and the ids of the two records."""

    def __init__(self, browser: Browser, address: str, ids: dict[str, int]) -> None:
        self.browser, self.address, self.ids = browser, address, ids

    def url(self, path: str) -> str:
        return self.address + path.format(**self.ids)

    @contextmanager
    def reader(self, *, locale: str = "en-GB", width: int = 390, height: int = 844, **options: Any) -> Iterator[Page]:
        context: BrowserContext = self.browser.new_context(
            locale=locale, viewport={"width": width, "height": height}, **options
        )
        try:
            yield context.new_page()
        finally:
            context.close()


@pytest.fixture
def town(chromium: Browser, site: str, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(timezone, "now", lambda: AFTERNOON)
    return Town(chromium, site, build_town())


SETTLED = "() => Promise.all(document.getAnimations().map(one => one.finished))"


@pytest.mark.parametrize("look", ["light and dark", "high contrast and large print"])
def test_axe_finds_nothing_on_any_page(town: Town, look: str) -> None:
    build_index()
    found = []
    with town.reader(height=TALL) as page:
        if "large" in look:
            page.context.add_cookies(
                [{"name": "wenyuan_look", "value": "print=large&contrast=high", "url": town.address}]
            )
        for path in PAGES:
            page.emulate_media(color_scheme="light")
            page.goto(town.url(path))
            axe_into(page)
            found += [(path, fault) for fault in faults(page, ALL_RULES if "dark" in look else RULES_OF_LOOK)]
            if "dark" in look:
                page.emulate_media(color_scheme="dark")
                page.evaluate(SETTLED)  # a colour half-way from light to dark is nobody's
                found += [(f"{path} in the dark", fault) for fault in faults(page, RULES_OF_COLOUR)]

    assert found == []


@pytest.mark.parametrize(("widths", "large"), [((390, 320, 640), False), ((390, 1280), True)])
def test_no_page_scrolls_sideways(town: Town, widths: tuple[int, ...], large: bool) -> None:
    """640 pixels is a window of 1280 enlarged to 200 %; 320 one enlarged to 400 %."""
    build_index()
    wide = []
    with town.reader() as page:
        if large:
            page.context.add_cookies([{"name": "wenyuan_look", "value": "print=large", "url": town.address}])
        for path in PAGES:
            page.goto(town.url(path))
            for width in widths:
                page.set_viewport_size({"width": width, "height": 844})
                beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if beyond > 0:
                    wide.append((path, width, beyond))

    assert wide == []


def test_suggestions_are_chosen_by_keyboard_and_heard(town: Town) -> None:
    build_index()
    with town.reader() as page:
        page.goto(town.url("/"))
        box = page.get_by_role("combobox")
        box.fill("红楼")
        options = page.get_by_role("option")
        expect(options.first).to_be_visible()
        expect(box).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("status").filter(has_text="Suggestions")).to_contain_text("(8)")
        # The list lies over what stands below: only the box and the list are looked at.
        axe_into(page)
        assert faults(page, within="form.search") == []

        box.press("Escape")
        expect(options.first).to_be_hidden()
        box.press_sequentially("梦断")
        expect(options.first).to_have_text("红楼梦断")
        box.press("ArrowDown")
        expect(page.get_by_role("option", selected=True)).to_have_text("红楼梦断")
        expect(box).to_have_attribute("aria-activedescendant", "q-suggested-0")
        box.press("Enter")
        expect(page.get_by_role("heading", name="红楼梦断", level=1)).to_be_visible()


NEVER_ANSWERED = re.compile(r"/find/suggest\?q=%E7%BA%A2$")
"""The suggestions for 红 alone."""


def test_suggestions_follow_what_is_typed_while_an_answer_is_on_its_way(town: Town) -> None:
    build_index()
    with town.reader() as page:
        page.goto(town.url("/"))
        box, options = page.get_by_role("combobox"), page.get_by_role("option")
        page.route(NEVER_ANSWERED, lambda _: None)

        with page.expect_request(NEVER_ANSWERED):
            box.fill("红")
        box.fill("红楼梦断")  # this stops the request before, which leaves the next one alone
        expect(options.first).to_have_text("红楼梦断")
        box.press("ArrowDown")
        expect(box).to_have_attribute("aria-activedescendant", "q-suggested-0")
        with page.expect_request(NEVER_ANSWERED):
            box.fill("红")
        # What was chosen is so no longer: Enter looks for what stands in the box.
        expect(box).not_to_have_attribute("aria-activedescendant", "q-suggested-0")
        box.press("Escape")
        expect(options.first).to_be_hidden()

        with page.expect_request(NEVER_ANSWERED):
            box.fill("红")
        with page.expect_event("requestfailed"):
            box.press("Escape")
        box.fill("红楼")
        expect(options.first).to_be_visible()
        page.route("**/find/suggest?*", lambda route: route.fulfill(status=503))
        box.fill("红楼梦")
        expect(options.first).to_be_hidden()


def test_the_keyboard_alone_finds_a_work_and_a_branch(town: Town) -> None:
    with town.reader(width=1280) as page:
        page.goto(town.url("/"))

        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Skip to the content")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_attribute("name", "q")
        page.keyboard.type("红楼")
        page.keyboard.press("Enter")
        page.wait_for_url("**/find?q=*")
        _tab_to(page, "红楼梦")
        page.keyboard.press("Enter")
        page.wait_for_url("**/record/*")
        _tab_to(page, "Central Library")
        page.keyboard.press("Enter")
        page.wait_for_url("**/branch/C")

        expect(page.get_by_role("heading", level=1)).to_have_text("Central Library")


def test_the_focus_is_always_seen_and_never_caught(town: Town) -> None:
    with town.reader(width=1280) as page:
        for path in ("/", "/find?q=红楼", "/record/{rich}", "/branches", "/branch/C"):
            page.goto(town.url(path))
            stops, unseen = 0, []
            for _ in range(200):
                page.keyboard.press("Tab")
                is_past_the_last, outline, name = page.evaluate(_FOCUSED)
                if is_past_the_last:
                    break
                stops += 1
                if outline == "none":
                    unseen.append(name)
            assert unseen == []
            assert 5 < stops < 200


_FOCUSED = """() => { const one = document.activeElement;
  return [one === document.body, getComputedStyle(one).outlineStyle, one.outerHTML.slice(0, 80)]; }"""


def _tab_to(page: Page, name: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == name:
            return
    raise AssertionError(f"no press of Tab reaches {name}")


def test_everything_works_without_scripts(town: Town) -> None:
    with town.reader(java_script_enabled=False) as page:
        page.goto(town.url("/"))
        page.get_by_role("searchbox").fill("红楼梦")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="Next page").click()
        page.get_by_role("link", name="To the beginning").click()
        page.get_by_role("link", name="红楼梦", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("红楼梦")
        page.goto(town.url("/branches"))
        page.get_by_label("Kind").select_option("station")
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".places > li")).to_have_count(1)
        page.get_by_role("button", name="Large print").click()
        expect(page.locator("html")).to_have_attribute("data-print", "large")


def test_what_can_be_touched_is_large_enough(town: Town) -> None:
    """At least 40 CSS pixels high on a phone, the words of a sentence apart (WCAG 2.2, 2.5.8 asks for 24)."""
    small = []
    with town.reader() as page:
        for path in PAGES:
            page.goto(town.url(path))
            small += [(path, words) for words in page.evaluate(_TOO_SMALL)]

    assert small == []


_TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter((one) => !["hidden", "checkbox"].includes(one.type))
  .filter((one) => !one.classList.contains("skip") && one.offsetParent && one.getBoundingClientRect().height < 40)
  .filter((one) => !one.closest("label"))
  .map((one) => one.textContent.trim() + " " + Math.round(one.getBoundingClientRect().height))"""


def test_a_reader_of_chinese_is_told_so_by_the_page(town: Town) -> None:
    with town.reader(locale="zh-CN") as page:
        page.goto(town.url("/record/{rich}"))

        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        expect(page.locator("th a").first).to_have_text("总馆")


def test_nothing_is_fetched_from_elsewhere_and_nothing_is_refused(town: Town) -> None:
    with town.reader() as page:
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        for path in PAGES[:-1]:
            page.goto(town.url(path))

    assert [url for url in asked if not url.startswith(town.address)] == []
    assert complaints == []
