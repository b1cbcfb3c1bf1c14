"""Figures in a real Chromium: the chart is drawn, keeps to its window, and its numbers open."""

import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.command import wait_until
from tests.factories.catalogue import make_bib, make_item
from tests.factories.office_pages import Town, happened, make_town
from tests.factories.staff_pages import staff_at
from tests.factories.visits import make_count
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.accounts.models import RoleGrant
from wenyuan.organisation.journal.data import Kind
from wenyuan.plumbing.clock import local_date

pytestmark = pytest.mark.browser

NOW = datetime.now(tz=UTC)


@pytest.fixture
def town(site: str) -> Town:
    """A town in which something has happened in the last months."""
    made = make_town()
    bibs = [make_bib(title=title) for title in ("平凡的世界", "额尔古纳河右岸", "城南旧事")]
    for number, bib in enumerate(bibs):
        item = make_item(home=made.central, bib=bib, barcode=f"230011774{number}")
        happened(Kind.ITEM_ADDED, made.central, at=NOW - timedelta(days=40), item_id=item.id)
    for days in range(1, 80):
        at = NOW - timedelta(days=days)
        happened(Kind.LOAN, made.central, at=at, times=1 + days % 7, area=made.area, item_id=item.id)
        happened(Kind.RETURN, made.ring, at=at, times=days % 4)
    for days in range(1, 8):
        make_count(made.gate, local_date(NOW) - timedelta(days=days), 300 + 17 * days, at=NOW)
    return made


def as_staff(chromium: Browser, site: str, town: Town, *roles: Role, **options: Any) -> BrowserContext:
    """A browser window whose clerk is signed in."""
    clerk = staff_at(town.central, *roles)
    if set(roles) & {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}:
        RoleGrant.objects.filter(account_id=clerk.session["_auth_user_id"]).update(branch=None)
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900}, **options)
    context.add_cookies([{"name": "wenyuan_staff", "value": clerk.cookies["wenyuan_staff"].value, "url": site}])
    return context


def test_the_chart_is_drawn_from_its_table_and_a_number_opens(chromium: Browser, site: str, town: Town) -> None:
    context = as_staff(chromium, site, town, Role.DIRECTOR)
    page = context.new_page()

    page.goto(f"{site}/workbench/figures/?period={local_date(NOW).year}&branch=C")
    page.wait_for_selector(".chart svg path", state="attached")
    page.click(".tile >> nth=0 >> .value .opens")

    assert "/figures/rows" in page.url
    assert page.locator(".drawer .figure").is_visible()
    context.close()


def test_a_chart_is_taken_along_as_a_picture(chromium: Browser, site: str, town: Town) -> None:
    context = as_staff(chromium, site, town, Role.DIRECTOR)
    page = context.new_page()
    page.goto(f"{site}/workbench/figures/?period={local_date(NOW).year}&branch=C")
    page.wait_for_selector(".chart svg path", state="attached")
    taken = {}

    for form in ("png", "svg"):
        with page.expect_download() as download:
            page.click(f".chart-files >> nth=0 >> [data-picture={form}]")
        taken[form] = download.value.path().read_bytes()
        assert download.value.suggested_filename == f"外借册次, 按月.{form}"

    width, height = struct.unpack(">II", taken["png"][16:24])
    assert (taken["png"][:8], width, height) == (b"\x89PNG\r\n\x1a\n", 2400, 1200)
    assert len(taken["png"]) > 10_000
    assert "外借册次, 按月" in taken["svg"].decode()
    assert taken["svg"].count(b"<path") > 5
    assert "<script" not in taken["svg"].decode()
    context.close()


def test_a_chart_grows_narrow_with_its_window(chromium: Browser, site: str, town: Town) -> None:
    context = as_staff(chromium, site, town, Role.DIRECTOR)
    page = context.new_page()
    page.goto(f"{site}/workbench/figures/?period={local_date(NOW).year}&branch=C")
    page.wait_for_selector(".chart svg path", state="attached")

    page.set_viewport_size({"width": 390, "height": 844})
    # Not by wait_for_function, whose eval the pages' policy forbids.
    wait_until(lambda: page.evaluate("document.querySelector('.chart svg').clientWidth") < 390, within_s=10)

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


def test_without_scripts_the_numbers_stand_in_open_tables(chromium: Browser, site: str, town: Town) -> None:
    context = as_staff(chromium, site, town, Role.DIRECTOR, java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{site}/workbench/figures/?period={local_date(NOW).year}&branch=C")

    assert page.locator("table[data-chart=bars] tbody tr").count() == 12
    assert page.locator("table[data-chart=bars] tbody tr >> nth=0").is_visible()
    assert page.locator(".chart-files").count() > 0
    assert not any(one.is_visible() for one in page.locator(".chart-files").all())
    context.close()
