"""The pages by which readers judge a library, on a slow phone, by Lighthouse: the demo as ``wenyuan up`` serves it."""

import statistics
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.axe import TALL
from tests.browser.chromium import launch_arguments
from tests.command import Command, new_command
from tools.lighthouse import ask_lighthouse

SOUGHT = quote("文")
"""Found in more works of the demo than a page has."""
HITS = 20
RUNS = 3
LEAST_PERFORMANCE = 0.95
MOST_BYTES, MOST_SCRIPT_BYTES = 150 * 1024, 40 * 1024
"""Of the page of results with all that it needs, as they travel (compressed)."""
WITHOUT_A_FAULT = ("accessibility", "best-practices", "seo")
ON_PURPOSE = ("is-crawlable",)
"""Lists of results and accounts are kept out of the indexes of others (docs/specs/portal.md, W12)."""


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_pages_of_readers_are_quick_and_without_a_fault_on_a_slow_phone() -> None:
    launch_arguments()  # skips, or fails in CI, where there is no Chromium
    with new_command() as command:
        told = command.up("--demo")
        pages = pages_of(command, told["demo"]["patrons"][0])
        for name, (path, cookies) in pages.items():
            look_at(name, f"http://{command.http}{path}", cookies)


def pages_of(command: Command, reader: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The address and the cookies of each page; the account is that of a reader who has signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        context = browser.new_context(base_url=f"http://{command.http}")
        page = context.new_page()
        page.goto(f"/find?q={SOUGHT}")
        links = page.locator("main a[href^='/record/']")
        record = str(links.first.get_attribute("href"))
        found = {str(link.get_attribute("href")) for link in links.all()}
        assert len(found) == HITS
        page.goto("/account/sign-in")
        page.fill("#id_card", reader["card"])
        page.fill("#id_pin", reader["pin"])
        page.press("#id_pin", "Enter")
        page.wait_for_url("**/account")
        cookies = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())
        browser.close()
    return {
        "home": ("/", ""),
        "results": (f"/find?q={SOUGHT}", ""),
        "record": (record, ""),
        "account": ("/account", cookies),
    }


def look_at(name: str, url: str, cookies: str) -> None:
    without = ON_PURPOSE if name in {"results", "account"} else ()
    # On a screen as high as the page: the bar at the foot lies over whatever is below it until that is scrolled up.
    told = ask_lighthouse(url, categories=WITHOUT_A_FAULT, cookies=cookies, without=without, screen_height=TALL)
    runs = [ask_lighthouse(url, categories=("performance",), cookies=cookies) for _ in range(RUNS)]
    scores = [score(run, "performance") for run in runs]
    sent, scripts = bytes_of(runs[-1])
    print(f"{name}: performance {scores}, {sent / 1024:.0f} KB, of which scripts {scripts / 1024:.1f}")

    assert told["finalDisplayedUrl"] == url
    assert {one: score(told, one) for one in WITHOUT_A_FAULT} == dict.fromkeys(WITHOUT_A_FAULT, 1), faults(told)
    assert statistics.median(scores) >= LEAST_PERFORMANCE
    if name == "results":
        assert sent <= MOST_BYTES
        assert scripts <= MOST_SCRIPT_BYTES


def score(told: Mapping[str, Any], category: str) -> float:
    return float(told["categories"][category]["score"])


def faults(told: Mapping[str, Any]) -> list[str]:
    return [name for name, audit in told["audits"].items() if audit["score"] is not None and audit["score"] < 1]


def bytes_of(told: Mapping[str, Any]) -> tuple[int, int]:
    """What a page brings over the network until it is idle, and the scripts among it."""
    sent = told["audits"]["network-requests"]["details"]["items"]
    return (
        sum(int(one["transferSize"]) for one in sent),
        sum(int(one["transferSize"]) for one in sent if one["resourceType"] == "Script"),
    )
