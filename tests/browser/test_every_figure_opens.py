"""Every figure of the pages of figures opens onto rows whose sum it is (docs/specs/figures.md, FO1)."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_every_page import window
from tests.factories.daybook import make_draft, make_record
from tests.factories.network import make_closure
from tests.factories.office_pages import Town
from tests.factories.whole_house import make_whole_house, now
from wenyuan.office.daybook.data import RecordKind
from wenyuan.plumbing.clock import local_date

pytestmark = pytest.mark.browser

LINKS = """() => [...document.querySelectorAll("main a.opens")].map(
    (link) => ({text: link.textContent.trim(), address: link.getAttribute("href")}))"""
OPENED = """async (addresses) => {
    const opened = [];
    for (const address of addresses) {
        let rows = [], named = "", status = 200, next = new URL(address, location.href).href;
        while (next) {
            const answer = await fetch(next);
            status = answer.status;
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            named ||= page.querySelector(".drawer .figure")?.firstChild.textContent.trim() ?? "";
            rows = rows.concat([...page.querySelectorAll("main tbody tr:not(.total)")].map((row) => ({
                last: row.cells[row.cells.length - 1].textContent.trim(),
                details: [...row.querySelectorAll(".detail")].map((detail) => detail.textContent.trim())})));
            const onward = page.querySelector("main a[rel=next]");
            next = onward && new URL(onward.getAttribute("href"), next).href;
        }
        opened.push({status, named, rows});
    }
    return opened;
}"""


def number(text: str) -> float:
    """The number at the beginning of a text, by its digits alone."""
    found = re.search(r"-?\d[\d,]*(\.\d+)?", text)
    assert found, text
    return float(found.group().replace(",", ""))


def come_to(address: str, opened: dict[str, Any]) -> float:
    """What the rows of all pages come to: stocks count their rows, the daybook tells numbers by name."""
    rows = opened["rows"]
    if "/figures/stocks/" in address:
        return len(rows)
    if "/daybook" in address:
        return sum(number(row["details"][0]) for row in rows)
    return sum(number(row["last"]) for row in rows)


def says(text: str, value: float) -> bool:
    """Whether a number as it is written says this one: exactly, or with 余 by less than one of its last places."""
    found = re.search(r"(-?\d[\d,]*(?:\.\d+)?)(万|亿)?(余)?", text)
    assert found, text
    digits, unit, over = found.groups()
    digits, one = digits.replace(",", ""), {None: 1, "万": 10_000, "亿": 100_000_000}[unit]
    written = float(digits) * one
    places = len(digits.partition(".")[2])
    step = one / 10**places if places or unit else 10 ** (len(digits) - len(digits.rstrip("0")))
    return written < value < written + step if over else written == value


@pytest.fixture
def town(site: str, tmp_path: Path) -> Town:
    """The whole house, and of other kinds of record and state one or two each."""
    at = now()
    today = local_date(at)
    made = make_whole_house(tmp_path, at=at, today=today)
    seats: dict[str, Any] = {"state": "seats", "standing": 120}
    issues: dict[str, Any] = {"publication": "科技小报", "issues": 3, "copies": 300}
    make_closure(made.central, today - timedelta(days=9), today - timedelta(days=8))
    for draft in (
        make_draft(made.central, today - timedelta(days=20), "座席", kind=RecordKind.STATE, base=seats),
        make_draft(made.central, today - timedelta(days=7), "小报", kind=RecordKind.NEWSLETTER, base=issues),
        make_draft(made.central, today - timedelta(days=6), "鹿鸣讲坛 4", brand="鹿鸣讲坛", number=4, sessions=2),
    ):
        make_record(draft, made.central, at=at)
    return made


@pytest.mark.timeout(600)
def test_every_figure_opens_onto_rows_whose_sum_it_is_fo1(chromium: Browser, site: str, town: Town) -> None:
    today = local_date(now())
    terms = f"?period={today - timedelta(days=44)}..{today}&branch=C"
    context = window(chromium, site, town, "director")
    page = context.new_page()
    wrong: list[str] = []
    counts: dict[str, int] = {}

    for path in ("", "hours", "classes", "branches", "closures", "stocks", "summary"):
        page.goto(f"{site}/workbench/figures/{path}{terms}")
        links = page.evaluate(LINKS)
        wrong += wrong_ones(page, links)
        counts[path] = len(links)

    assert wrong == []
    assert counts[""] > 100
    assert counts["hours"] > 0
    assert counts["classes"] > 0
    assert counts["branches"] > 5
    assert counts["closures"] > 5
    assert counts["stocks"] == 16
    assert counts["summary"] > 20
    context.close()


def wrong_ones(page: Page, links: list[dict[str, str]]) -> list[str]:
    """The links whose rows come to another number, or that open nothing."""
    addresses = sorted({link["address"] for link in links})
    found = dict(zip(addresses, page.evaluate(OPENED, addresses), strict=True))
    wrong = []
    for link in links:
        opened = found[link["address"]]
        value = come_to(link["address"], opened) if opened["status"] == 200 else None
        named = number(opened["named"]) if opened["named"] else value
        if value is None or named != value or not says(link["text"], value):
            wrong.append(f"{link['text']}: {link['address']} comes to {value}, {named} is named")
    return wrong
