"""The portal as an application of a phone: what it says of itself, and what a browser may keep of its reader."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch, make_hours, make_library
from tests.factories.patrons import make_patron
from tests.factories.reader_pages import reader_signed_in
from wenyuan.lending.circulation.operations import checkout
from wenyuan.organisation.network.models import Branch

NOON = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/122.0 Mobile MicroMessenger/8.0.47.2560(0x28002F36)"

WARNING = "Whoever has this device can show the QR code like your card"


def lend(branch: Branch, card: str, title: str, *, at: datetime = NOON) -> None:
    item = make_item(bib=make_bib(title=title), home=branch)
    checkout(item=item.barcode, card=card, at=at, desk=make_desk(branch))


@pytest.fixture
def central(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Branch:
    settings.STATIC_ROOT = settings.HOME = tmp_path
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    make_library(name_zh="鹿鸣区图书馆")
    branch = make_branch("C", kind="central", name_zh="总馆")
    make_hours(branch)
    return branch


def test_the_manifest_makes_an_application_of_the_portal_under_the_librarys_name(central: Branch) -> None:
    answer = Client().get("/manifest.webmanifest")

    told = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["start_url"], told["scope"], told["display"]) == ("鹿鸣区图书馆", "/", "/", "standalone")
    assert [(icon["sizes"], icon["type"]) for icon in told["icons"]] == [("any", "image/svg+xml")]


def test_in_wechats_browser_no_page_names_a_manifest(central: Branch) -> None:
    ours, wechat = Client(), Client(headers={"user-agent": WECHAT})

    for path in ("/", "/find", "/offline", "/account/sign-in"):
        assert 'rel="manifest"' in ours.get(path).content.decode()
        assert 'rel="manifest"' not in wechat.get(path).content.decode()


def test_the_worker_is_a_plain_script_that_may_rule_the_whole_portal(db: None) -> None:
    answer = Client().get("/worker.js")  # also before there is a library

    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert "import" not in answer.content.decode()


def test_the_page_for_no_network_has_the_hours_and_names_nobody(central: Branch) -> None:
    patron = make_patron("陈小雨", "T100", home=central)

    html = reader_signed_in(patron.id).get("/offline").content.decode()

    assert html.count("9:00–17:00") == 6
    assert not [word for word in ("陈", "T100", "csrf") if word in html]


def test_who_is_offered_it_and_who_has_it_are_told_that_it_is_as_good_as_the_card(central: Branch) -> None:
    html = Client(headers={"accept-language": "en"}).get("/offline").content.decode()

    for part in (" data-there ", " data-offer "):
        assert WARNING in html.split(part)[1].split("<button")[0]


def test_what_is_kept_is_the_readers_own_card_and_loans(central: Branch) -> None:
    patron = make_patron("陈小雨", "T100", home=central)
    make_patron("李小军", "T200", home=central)
    make_policy(loan_days=30)
    lend(central, "T100", "草房子")
    lend(central, "T200", "围城")

    answer = reader_signed_in(patron.id).get("/account/kept")

    told = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert (told["card"], told["count"], told["at"]) == ("T100", 1, "2026-04-23 12:00")
    assert told["name"] == "陈＊雨"
    assert [loan["title"] for loan in told["loans"]] == ["草房子"]
    assert told["qr"].startswith('<svg xmlns="http://www.w3.org/2000/svg" ')
    assert not [word for word in ("陈小雨", "围城") if word in json.dumps(told, ensure_ascii=False)]


def test_two_readers_are_told_apart_without_their_ids(central: Branch) -> None:
    one, other = make_patron("陈小雨", "T100", home=central), make_patron("李小军", "T200", home=central)

    mine, again, theirs = (reader_signed_in(id).get("/account/kept").json()["of"] for id in (one.id, one.id, other.id))

    assert mine == again != theirs
    assert len(mine) == 32


def test_each_page_says_whose_copy_may_stay_by_no_id_and_the_page_for_no_network_says_nothing(central: Branch) -> None:
    patron = make_patron("陈小雨", "T100", home=central)
    reader = reader_signed_in(patron.id)
    of = reader.get("/account/kept").json()["of"]

    for path in ("/", "/find", "/account"):
        html = reader.get(path).content.decode()
        assert re.findall(r'data-reader="(\w+)"', html) == [of]
    assert "data-reader" not in reader.get("/offline").content.decode()
    assert "data-reader" not in Client().get("/").content.decode()


def test_nothing_is_kept_of_who_has_not_signed_in(central: Branch) -> None:
    answer = Client().get("/account/kept")

    assert (answer.status_code, answer["Location"]) == (302, "/account/sign-in?next=%2Faccount%2Fkept")


def test_the_account_leads_to_it_once_and_not_in_wechats_browser(central: Branch) -> None:
    reader = reader_signed_in(make_patron("陈小雨", "T100", home=central).id)

    ours = reader.get("/account").content.decode()
    wechat = reader.get("/account", headers={"user-agent": WECHAT}).content.decode()

    assert (ours.count('href="/offline"'), ours.count('id="t-own"')) == (1, 1)
    assert wechat.count('href="/offline"') == 0
