"""A day at the desk with numbers and phones: what do a dump of the database, the log and the addresses tell of them?"""

import base64
import logging
import os
import subprocess
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.conftest import owner_url_of
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch
from tests.factories.staff_pages import staff_at
from wenyuan.doors.cli.dumping import programs
from wenyuan.lending.patrons.models import Patron
from wenyuan.lending.patrons.operations import install_default_categories
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.accounts.models import SignIn

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")

NUMBER = "11010519491231002X"  # the worked examples of GB 11643-1999
OTHER_NUMBER = "440524188001010014"
CHILDS_NUMBER = "110101201602290040"
PASSPORT = "EB1234567"
RESIDENT_CARD = "CAN110078010112"
PHONE, MOTHERS_PHONE, LANDLINE = "13812341234", "13900001111", "62345678"
CHIP = "04A1B2C3D4E5F6"
MAIL = "lixiaojun@example.org"
SECRETS = (
    *(NUMBER, OTHER_NUMBER, CHILDS_NUMBER, PASSPORT, RESIDENT_CARD),
    *(PHONE, MOTHERS_PHONE, LANDLINE, CHIP, MAIL, "604913", "幸福路一号", "慕容代办"),
)


def test_neither_a_dump_nor_the_log_tells_a_number_or_a_phone(
    fresh_database: str, server_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    browser, addresses = _a_day_at_the_desk()

    dump = _dump(owner_url_of(server_url, fresh_database))
    dump += repr([session.get_decoded() for session in Session.objects.all()])
    dump += repr(dict(browser.session.items()))

    assert SignIn.objects.count() == 1
    assert Patron.objects.count() == 5
    assert "李小军" in dump  # the dump is one
    assert "K0001" in dump
    assert _told(dump) == []
    assert _told(caplog.text) == []
    assert _told("\n".join(addresses)) == []


@pytest.mark.parametrize("secret", SECRETS)
def test_what_stands_in_a_dump_in_the_open_would_be_seen(secret: str) -> None:
    encoded = secret.encode()

    assert _told(f"1\t{secret}\t") == [secret]
    assert _told(f"\\\\x{encoded.hex()}00") == [secret]
    assert _told(base64.b64encode(encoded).decode()) == [secret]


def _a_day_at_the_desk() -> tuple[Client, list[str]]:
    """Everything that takes a number or a phone, done rightly and wrongly; the addresses to which it led."""
    install_default_categories()
    branch = make_branch("ZG", kind="central")
    make_policy()
    browser = staff_at(branch, Role.DESK_LEAD)
    addresses: list[str] = []

    def post(path: str, **fields: object) -> int:
        answer = browser.post(f"/workbench/{path}", fields, follow=True)
        addresses.extend(address for address, _ in answer.redirect_chain)
        return answer.status_code

    # First swipe; the same card again, now known; one that was misread.
    post("desk/scans", code=NUMBER)
    post("desk/registrations", name="李小军", phone="12")
    post("desk/registrations", name="李小军", phone=PHONE, consent="on")
    post("desk/scans", code=NUMBER)
    post("desk/scans", code=NUMBER[:-1] + "1")
    post("desk/scans", code=CHILDS_NUMBER)
    post(
        "desk/registrations",
        name="陈思雨",
        guardian_name="王芳",
        relation="mother",
        guardian_phone=MOTHERS_PHONE,
        consent="on",
    )
    # Registration with all that may be known, refused and accepted, with each kind of document.
    common = {"category": "adult", "home_branch": branch.id, "given_by": "self", "consent": "on", "pin": "604913"}
    post("patrons/new", **common, name="王大力", number=OTHER_NUMBER, card_no=OTHER_NUMBER)
    known = {"phone": f"010-{LANDLINE}", "email": MAIL, "address": "幸福路一号", "card_no": "K0001"}
    post("patrons/new", **common, **known, name="王大力", number=OTHER_NUMBER)
    post("patrons/new", **common, name="John Smith", number=PASSPORT, document="passport")
    post("patrons/new", **common, name="Anne Roy", number=RESIDENT_CARD)
    reader = Patron.objects.get(name="王大力")
    post(f"patrons/{reader.id}/acts/add-token", kind="uid", code=CHIP)
    post(f"patrons/{reader.id}/acts/add-token", kind="social_security", code=OTHER_NUMBER)
    post(f"patrons/{reader.id}/acts/suspend", reason=f"请打电话 {PHONE}")
    acting = {"name": "慕容代办", "relation": "spouse", "document": "identity_card", "document_no": CHILDS_NUMBER}
    post(f"patrons/{reader.id}/proxy", **acting)
    post(f"patrons/{reader.id}/acts/pause", reason="外出半年")
    post(f"patrons/{reader.id}/acts/verify", document="identity_card", number=NUMBER)
    post(f"patrons/{reader.id}/reveal", field="phone", **{"reveal-reason": f"电话 {PHONE}"})
    post(f"patrons/{reader.id}/reveal", field="phone", **{"reveal-reason": "图书逾期"})
    post(f"patrons/{reader.id}/edit", name="王大力", category="adult", home_branch=branch.id, note=OTHER_NUMBER)
    for text in (NUMBER, PHONE, MOTHERS_PHONE, LANDLINE, OTHER_NUMBER, PASSPORT, CHIP):
        post("patrons/", text=text)
    # Somebody types the number where the user name belongs.
    Client().post("/workbench/sign-in", {"username": NUMBER, "password": "海内存知己 2026"})
    return browser, addresses


def _dump(url: str) -> str:
    program = programs(os.environ).program("pg_dump")
    done = subprocess.run([str(Path(program)), f"--dbname={url}"], capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def _told(text: str) -> list[str]:
    """The secrets that stand in the text: as they are in any case, as the hex of a byte string, or in base64."""
    plain = text.lower()
    found = []
    for secret in SECRETS:
        encoded = secret.encode()
        spellings = (secret.lower(), encoded.hex(), base64.b64encode(encoded)[: len(encoded) * 4 // 3].decode())
        if spellings[0] in plain or spellings[1] in plain or spellings[2] in text:
            found.append(secret)
    return found
