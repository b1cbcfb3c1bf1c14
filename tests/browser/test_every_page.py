"""Every page of the site in a real Chromium: axe finds nothing in the light or the dark, none is wider than a phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.axe import RULES_OF_COLOUR, TALL, axe_into, faults
from tests.factories.office_pages import Town
from tests.factories.reader_pages import longest_borrower, reader_signed_in
from tests.factories.staff_pages import staff_at
from tests.factories.whole_house import make_whole_house, now
from tools.every_page import READER, SETTING_UP, SIGHTS, SIGNED_IN, go_to, sights_of, the_house
from wenyuan.organisation.accounts.data import ADMIN_ROLES, Role
from wenyuan.organisation.accounts.models import RoleGrant
from wenyuan.plumbing.clock import local_date

pytestmark = pytest.mark.browser

DESKTOP: ViewportSize = {"width": 1280, "height": TALL}
PHONE: ViewportSize = {"width": 390, "height": TALL}
WORKERS = [(READER, SIGNED_IN, "desk", "keeper"), ("desk_lead",), ("director",), ("cataloguer",)]
OFFICES = [("system_admin", "security_admin", "audit_admin")]


@pytest.fixture
def demo(site: str, settings: Any, tmp_path: Path) -> str:
    """The house as a demo, which says so on every page."""
    settings.WENYUAN_DEMO = True
    (tmp_path / "demo").write_text("complete")
    return site


def window(chromium: Browser, site: str, town: Town, role: str) -> BrowserContext:
    """A browser window of somebody with this role at the central library, of who has it everywhere (the director and
    the administrators), or of a reader."""
    context = chromium.new_context(locale="zh-CN", viewport=DESKTOP, reduced_motion="reduce")
    if role == SIGNED_IN:
        session = reader_signed_in(longest_borrower()).cookies["wenyuan_reader"].value
        context.add_cookies([{"name": "wenyuan_reader", "value": session, "url": site}])
    elif role != READER:
        clerk = staff_at(town.central, Role(role))
        if Role(role) in {Role.DIRECTOR, *ADMIN_ROLES}:
            RoleGrant.objects.filter(account_id=clerk.session["_auth_user_id"]).update(branch=None)
        context.add_cookies([{"name": "wenyuan_staff", "value": clerk.cookies["wenyuan_staff"].value, "url": site}])
    return context


def faults_of(page: Page) -> list[str]:
    """What axe finds in the light, whose contrast fails in the dark, and what is wider than a phone."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)
    axe_into(page)
    found = faults(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    found += [f"dark: {fault}" for fault in faults(page, RULES_OF_COLOUR)]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*found, *([f"{wide} px wide"] if wide > PHONE["width"] else [])]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("roles", [*WORKERS, *OFFICES], ids=lambda roles: "+".join(filter(None, roles)))
def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_a_phone(
    chromium: Browser, demo: str, tmp_path: Path, roles: tuple[str, ...]
) -> None:
    at = now()
    town = make_whole_house(tmp_path, at=at, today=local_date(at))
    house = the_house(today=local_date(at))
    seen = []

    for role in roles:
        context = window(chromium, demo, town, role)
        page = context.new_page()
        for sight in sights_of(role):
            status = go_to(page, demo, sight, house)
            if str(status) != (sight.note if sight.note in {"403", "404"} else "200"):
                seen.append((sight.name, f"status {status}"))
            seen += [(sight.name, fault) for fault in faults_of(page)]
        context.close()

    assert seen == []


def test_what_is_wrong_in_the_light_and_too_pale_in_the_dark_is_found(chromium: Browser) -> None:
    page = chromium.new_page(viewport=DESKTOP)
    page.set_content(
        "<!doctype html><html lang=en><title>Pale</title><style>:root { color-scheme: light dark }"
        "@media (prefers-color-scheme: dark) { body { background: #111; color: #333 } }</style>"
        "<main><h1>Pale</h1><img src=data:,></main>"
    )

    found = [fault.partition(":")[0] for fault in faults_of(page) if not fault.startswith("dark")]
    in_the_dark = [fault for fault in faults_of(page) if fault.startswith("dark")]

    assert found == ["image-alt"]
    assert in_the_dark == ["dark: color-contrast: <h1>Pale</h1>"]
    page.close()


def test_no_role_is_left_out() -> None:
    assert {role for roles in [*WORKERS, *OFFICES] for role in roles} == set(SIGHTS)


def test_axe_finds_nothing_on_the_first_visit(chromium: Browser, demo: str, settings: Any, tmp_path: Path) -> None:
    settings.WENYUAN_SETUP_CODE_FILE = tmp_path / "code"
    settings.WENYUAN_SETUP_CODE_FILE.write_text("ABCD-EFGH")
    context = chromium.new_context(locale="zh-CN", viewport=DESKTOP, reduced_motion="reduce")
    page = context.new_page()

    status = go_to(page, demo, SETTING_UP, {})

    assert status == 200
    assert faults_of(page) == []
    context.close()
