"""Lending without a network in a real Chromium: the network off, the tab killed and opened again, then uploaded."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.test_desk_in_browser import violations
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch, make_library
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.offline import views
from wenyuan.lending.circulation.models import Loan, OfflineAct
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

pytestmark = pytest.mark.browser

OFFLINE = "/workbench/desk/offline/"


@pytest.fixture
def branch(site: str) -> Branch:
    make_library(name_zh="鹿鸣区图书馆")
    branch = make_branch("ZG", name_zh="总馆", kind="central")
    make_policy(loan_days=30, max_loans=1)
    make_patron("陈小雨", "T100", home=branch)
    make_patron("李小军", "T200", home=branch, status="suspended")
    for number in range(4):
        make_item(home=branch, barcode=f"230{number}", bib=make_bib(title="草房子"))
    make_item(home=branch, barcode="2309", lendable="in_library")
    return branch


def signed_in(context: BrowserContext, site: str, branch: Branch) -> None:
    clerk = staff_at(branch, Role.DESK_LEAD)
    context.add_cookies([{"name": "wenyuan_staff", "value": clerk.cookies["wenyuan_staff"].value, "url": site}])


def scan(page: Page, *codes: str) -> None:
    for code in codes:
        page.locator("#scan").press_sequentially(code)
        page.keyboard.press("Enter")


def says(page: Page, word: str, note: str = "") -> None:
    expect(page.locator("[data-signal]")).to_contain_text(word)
    expect(page.locator("[data-signal]")).to_contain_text(note)


def kept(page: Page) -> Any:
    """All that the browser keeps, as text."""
    return page.evaluate("""async () => {
        const settled = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result ?? null); });
        const base = await settled(indexedDB.open("wenyuan-offline"));
        const list = await settled(base.transaction("kept").objectStore("kept").get("list"));
        const acts = await settled(base.transaction("acts").objectStore("acts").getAll());
        base.close();
        return { list, acts };
    }""")


def test_lent_without_a_network_killed_reopened_and_uploaded(
    chromium: Browser, site: str, branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    signed_in(context, site, branch)
    page = context.new_page()
    page.goto(f"{site}{OFFLINE}")
    page.get_by_role("button", name="取一周的名单").click()
    expect(page.locator("[data-list-words]")).to_contain_text("2 张证，5 册")
    expect(page.locator("[data-insecure]")).to_be_hidden()
    assert violations(page) == []
    page.wait_for_function("navigator.serviceWorker.ready.then((it) => it.active.state === 'activated')")
    page.wait_for_function("caches.match(location.href).then(Boolean)")

    context.set_offline(True)
    page.goto(f"{site}/workbench/desk/")  # the everyday address leads here, too
    expect(page).to_have_url(f"{site}{OFFLINE}")
    expect(page.locator("[data-standing-words]")).to_contain_text("没有网络")
    scan(page, "2300")
    says(page, "停", "请先扫描读者证")
    scan(page, "T100", "T200")  # whose items come next is nobody's, least of all the reader's before
    says(page, "停", "此证不得外借")
    expect(page.locator("[data-reader]")).to_be_hidden()
    scan(page, "T100", "2300")
    says(page, "借出", "应还")
    scan(page, "2309")
    says(page, "停", "此册不外借")
    scan(page, "2301")
    says(page, "借出")
    scan(page, "8888")
    says(page, "请再扫一次")
    page.wait_for_timeout(750)
    scan(page, "8888")
    expect(page.locator("[data-unsent]")).to_have_text("3")
    expect(page.locator("[data-standing-note]")).to_have_text("3 笔待上传")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.close()
    page = context.new_page()
    page.goto(f"{site}{OFFLINE}")
    expect(page.locator("[data-unsent]")).to_have_text("3")
    page.keyboard.press("F3")
    scan(page, "2300")
    says(page, "还回")
    expect(page.locator("[data-unsent]")).to_have_text("4")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出到文件").click()
    exported = download.value.path().read_text()
    held = kept(page)
    assert [act["item"] for act in json.loads(exported)["acts"]] == ["2300", "2301", "8888", "2300"]
    assert [word for word in ("陈", "T100", "T200") if word in exported + json.dumps(held, ensure_ascii=False)] == []
    assert Loan.objects.count() == 0

    context.set_offline(False)
    page.get_by_role("button", name="立即上传").click()
    expect(page.locator("[data-unsent]")).to_have_text("0", timeout=30_000)

    assert sorted(OfflineAct.objects.values_list("barcode", "kind", "outcome")) == [
        ("2300", "checkin", "recorded"),
        ("2300", "checkout", "recorded"),
        ("2301", "checkout", "conflict"),
        ("8888", "checkout", "aside"),
    ]
    assert Loan.objects.filter(returned_at=None).count() == 1
    page.goto(f"{site}{OFFLINE}conflicts/")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody")).to_contain_text("已借 1 册，达到上限 1 册")
    assert violations(page) == []

    with monkeypatch.context() as broken:
        broken.delattr(views, "render")  # the server answers, but with 500
        page.goto(f"{site}{OFFLINE}")
        expect(page.locator("#scan")).to_be_visible()

    page.goto(f"{site}/workbench/desk/")
    expect(page.locator("[data-network-gone]")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator("[data-network-gone]")).to_be_visible()
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_url(f"{site}/workbench/sign-in")
    assert kept(page)["list"] is None
    context.close()
