"""Pictures of the pages of the demo network: phone and desktop, light and dark, into the ignored folder ``pictures``.

Starts the demo in a home of its own (``pictures/home``), which is kept, so that the next run is quick.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.chromium import COMMAND, find_chromium  # noqa: E402 - found by the line above

FOLDER = ROOT / "pictures"
PORTAL = ("/", "/find?q=红楼梦", "/branches", "/about/privacy", "/accessibility")
WORKBENCH = (
    "/workbench/",
    "/workbench/desk/",
    "/workbench/patrons/",
    "/workbench/patrons/new",
    "/workbench/items/",
    "/workbench/records/",
    "/workbench/network/",
    "/workbench/journal/",
    "/workbench/figures/",
    "/workbench/visits/",
)
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


def main() -> None:
    chromium = find_chromium()
    if chromium is None:
        sys.exit(f"pictures need Chromium: {COMMAND}")
    FOLDER.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "WENYUAN_HOME": str(FOLDER / "home"),
        "WENYUAN_HTTP": f"127.0.0.1:{free_port()}",
        "WENYUAN_SIP2": f"127.0.0.1:{free_port()}",
    }
    command: list[Path | str] = [ROOT / ".venv/bin/wenyuan", "up", "--demo", "--json"]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        told = json.loads(running.stdout.readline())
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--disable-background-networking", *sandbox]
            )
            for size in SIZES:
                for scheme in ("light", "dark"):
                    take_all(browser, told, size=size, scheme=scheme)
            browser.close()
    finally:
        running.terminate()
        running.wait(60)


def take_all(browser: Browser, told: dict[str, Any], *, size: str, scheme: str) -> None:
    """Every page in one size and one colour scheme."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="zh-CN",
    )
    page = context.new_page()
    base = told["http"].rstrip("/")
    for path in PORTAL:
        take(page, base + path, f"portal{path}", size, scheme)
    page.goto(base + "/")
    records = page.locator("a[href^='/record/']")
    if records.count():
        take(page, base + str(records.first.get_attribute("href")), "portal-record", size, scheme)
    sign_in(page, base, told["demo"]["staff"])
    for path in WORKBENCH:
        take(page, base + path, path, size, scheme)
    context.close()


def sign_in(page: Page, base: str, staff: list[dict[str, str]]) -> None:
    """As the desk lead of the demo, at the first branch offered."""
    person = next(person for person in staff if person["role"] == "desk_lead")
    page.goto(f"{base}/workbench/sign-in")
    page.fill("input[name=username]", person["user"])
    page.fill("input[name=password]", person["password"])
    page.click("main form button")
    while "workplace" in page.url:
        page.click("main form button")


def take(page: Page, url: str, name: str, size: str, scheme: str) -> None:
    page.goto(url)
    page.wait_for_load_state("networkidle")
    clean = name.strip("/").replace("/", "-").replace("?", "-") or "home"
    page.screenshot(path=FOLDER / f"{clean}-{scheme}-{size}.png", full_page=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
