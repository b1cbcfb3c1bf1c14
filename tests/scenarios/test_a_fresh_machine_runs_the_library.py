"""The whole way through the house: a real record file in, an item lent at a self-check machine, taken back at another
branch, received at home, and the figures tell it, by the command and on the page."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch_arguments
from tests.command import PASSWORDS, Command, new_command
from tests.doors.sip2_client import Sip2Client
from wenyuan.kernel.identity import Gender
from wenyuan.kernel.marc import ControlField, DataField, Encoding, Record, encode
from wenyuan.kernel.sip2 import client
from wenyuan.kernel.sip2.profile import KOHA_LIKE, PROFILES, Profile
from wenyuan.lending.patrons.data import ConsentInput, GivenBy, NewPatron, NoNumberReason
from wenyuan.lending.patrons.operations import register_patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.accounts.operations import create_account, create_machine, grant_role
from wenyuan.organisation.accounts.queries import account_by_username, operator_for
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Desk, Door
from wenyuan.plumbing.clock import local_date

KIOSK_PASSWORD = "kiosk-pass-1"
GBK_MACHINE = PROFILES["tuchuang"]
UTF8_MACHINE = KOHA_LIKE
TITLE = "億年之旅"  # 億 ends in 0x7C in GBK, the byte of SIP2's delimiter


def record_file(path: Path) -> Path:
    """Two CNMARC records in GB18030 with three items in field 905, as a vendor delivers them."""
    path.write_bytes(
        b"\r\n".join(
            encode(
                Record(
                    "00000nam0 2200000   450 ",
                    (
                        ControlField("001", f"01200400{number:04d}"),
                        DataField("010", " ", " ", (("a", isbn), ("d", "CNY29.80"))),
                        DataField("100", " ", " ", (("a", "20240401d2024    em y0chiy50      ea"),)),
                        DataField("101", "0", " ", (("a", "chi"),)),
                        DataField("200", "1", " ", (("a", title), ("f", f"{author}著"))),
                        DataField("690", " ", " ", (("a", class_no), ("v", "5"))),
                        DataField("701", " ", "0", (("a", author), ("4", "著"))),
                        DataField("905", " ", " ", (("a", "ZG"), *items, ("d", class_no), ("e", "1"))),
                    ),
                ),
                encoding=Encoding.GB18030,
            )
            for number, isbn, title, author, class_no, items in (
                (1, "978-7-02-000220-7", TITLE, "单田芳", "K826.1", (("b", "ZG000001"), ("b", "ZG000002"))),
                (2, "978-7-111-40701-0", "边城", "沈从文", "I246.5", (("b", "ZG000003"),)),
            )
        )
    )
    return path


def staff_the_library(at: datetime) -> str:
    """A cataloguer, a desk lead, two machines and one reader, each by the verb and by whom it falls to; the card."""
    network = network_map()
    central, street = network.by_code("ZG"), network.by_code("DJ")
    assert central is not None
    assert street is not None
    system, security = (desk_of(user, central.id, at) for user in ("sysa", "seca"))
    for username, role in (("wang.fang", Role.DESK_LEAD), ("li.qiang", Role.CATALOGUER)):
        account = create_account(
            username=username, name=username, password="Stone-bridge-77", must_change=False, at=at, desk=system
        )
        grant_role(
            account_id=account.id,
            role=role,
            branch_id=central.id,
            valid_from=local_date(at),
            at=at,
            desk=security,
        )
    for username, branch, charset in (("kiosk-zg", central, "gbk"), ("kiosk-dj", street, "utf-8")):
        machine = create_machine(
            username=username,
            name=username,
            password=KIOSK_PASSWORD,
            branch_id=branch.id,
            charset=charset,
            profile="tuchuang" if charset == "gbk" else "koha_like",
            checksum="off",
            at=at,
            desk=system,
        )
        grant_role(
            account_id=machine.account_id,
            role=Role.MACHINE,
            branch_id=branch.id,
            valid_from=local_date(at),
            at=at,
            desk=security,
        )
    registered = register_patron(
        application=NewPatron(
            name="曾小雨",
            category="adult",
            home_branch_id=central.id,
            no_number_reason=NoNumberReason.NOT_SHOWN,
            birth_date=date(1990, 5, 17),
            gender=Gender.FEMALE,
            consent=ConsentInput(notice_version="2026-1", given_by=GivenBy.SELF),
        ),
        at=at,
        desk=desk_of("wang.fang", central.id, at),
    )
    return registered.card_no


def desk_of(username: str, branch_id: int, at: datetime) -> Desk:
    account = account_by_username(username)
    assert account is not None
    operator = operator_for(account.id, local_date(at))
    assert operator is not None
    return Desk(operator=operator, branch_id=branch_id, door=Door.WORKBENCH)


def at_machine(library: Command, user: str, profile: Profile, line: bytes) -> client.Response:
    """Sign in as a machine and ask one thing."""
    with Sip2Client(library.sip2_address, profile=profile) as machine:
        assert machine.sign_in(user, KIOSK_PASSWORD)
        return machine.ask(line)


def figures(library: Command, period: str, branch: str) -> dict[str, int]:
    """The figures of ``wenyuan summary``, by code."""
    told = library.json("summary", period, "--branch", branch)
    return {figure["code"]: figure["value"] for figure in told["figures"]}


def figures_on_the_page(library: Command, period: str) -> dict[str, str]:
    """The tiles of the figures page in Chromium, signed in as the director, by their Chinese names."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        page = browser.new_page(locale="zh-CN")
        page.goto(f"http://{library.http}/workbench/figures/?period={period}")
        page.fill("input[name=username]", "boss")
        page.fill("input[name=password]", PASSWORDS["boss"])
        page.click("main form button")
        if "workplace" in page.url:
            page.select_option("#branch", label="文渊区图书馆")
            page.click("main form button")
        page.goto(f"http://{library.http}/workbench/figures/?period={period}")
        tiles = page.locator(".tile")
        shown = {
            tiles.nth(n).locator("h3").inner_text(): tiles.nth(n).locator(".value .opens").inner_text()
            for n in range(tiles.count())
        }
        browser.close()
    return shown


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_from_a_record_file_to_the_figures(tmp_path: Path, django_db_blocker: Any) -> None:
    at = datetime.now(tz=UTC)
    today = local_date(at).isoformat()
    with new_command(with_keys_of_the_tests=True) as library:
        library.found()
        library.up()
        with library.looked_into(django_db_blocker):
            card = staff_the_library(at)

        imported = library.json("import", str(record_file(tmp_path / "vendor.iso")), "--branch", "ZG")
        lent = at_machine(
            library,
            "kiosk-zg",
            GBK_MACHINE,
            client.checkout(profile=GBK_MACHINE, at=datetime.now(), patron=card, item="ZG000001"),
        )
        returned = at_machine(
            library,
            "kiosk-dj",
            UTF8_MACHINE,
            client.checkin(profile=UTF8_MACHINE, at=datetime.now(), item="ZG000001"),
        )
        received = at_machine(
            library,
            "kiosk-zg",
            GBK_MACHINE,
            client.checkin(profile=GBK_MACHINE, at=datetime.now(), item="ZG000001"),
        )
        whole, central, street = (figures(library, today, branch) for branch in ("all", "ZG", "DJ"))
        page = figures_on_the_page(library, today)
        invariants = library.json("doctor", "--invariants")["invariants"]

    assert (imported["added"], imported["items"], imported["failed"], imported["encoding"]) == (2, 3, 0, "gb18030")
    assert (lent.code, lent.fixed["ok"], lent.first("AJ"), lent.first("AA")) == ("12", "1", TITLE, card)
    assert (returned.code, returned.fixed["ok"], returned.first("CT"), returned.first("CV")) == ("10", "1", "ZG", "04")
    assert (received.code, received.fixed["ok"], received.first("CT")) == ("10", "1", None)
    lent_and_back = {"loans": 1, "returns": 1, "loans_and_returns": 2}
    counted = {**lent_and_back, "renewals": 0, "new_cards": 1, "visits": 0, "items_added": 3}
    assert whole == {**dict.fromkeys(whole, 0), **counted}  # what nobody recorded is there, and is nothing
    assert (central["loans"], central["returns"]) == (1, 1)  # with what stands below it
    assert (street["loans"], street["returns"], street["items_added"]) == (0, 1, 0)
    assert {name: page[name] for name in ("外借册次", "还回册次", "新办证", "新增馆藏")} == {
        "外借册次": "1",
        "还回册次": "1",
        "新办证": "1",
        "新增馆藏": "3",
    }
    assert [rule for rule in invariants if rule["rows"]] == []
