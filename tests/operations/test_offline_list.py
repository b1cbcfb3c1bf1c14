"""What a device gets to lend without a network: enough to lend, and nothing that names anybody."""

import base64
import hashlib
import hmac
from dataclasses import asdict
from datetime import date, datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_policy
from tests.factories.fees import make_charge, make_deposit
from tests.factories.patrons import make_category, make_patron
from wenyuan.lending.circulation.data import OfflineListSheet
from wenyuan.lending.circulation.models import OfflineList
from wenyuan.lending.circulation.operations import checkout, claim_returned, issue_offline_list
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

NUMBER = "11010519491231002X"  # the worked example of GB 11643-1999


def hashed(sheet: OfflineListSheet, card: str) -> str:
    whole = hmac.digest(base64.b64decode(sheet.salt), card.encode(), hashlib.sha256)
    return base64.b64encode(whole[:6]).decode()


def test_a_list_names_nobody_and_two_lists_cannot_be_joined(district: District, at: datetime) -> None:
    make_patron("陈小雨", card="C0001", home=district.central, number=NUMBER, phone="13800001111")
    make_item(barcode="2301", home=district.central)

    first, second = (issue_offline_list(at=at, desk=district.at_central) for _ in range(2))

    assert first.cards == (hashed(first, "C0001"),)
    assert set(first.cards).isdisjoint(second.cards)
    written = str(asdict(first))
    assert [text for text in ("陈", "C0001", NUMBER, "002X", "1380000", "1111") if text in written] == []


def test_cards_are_those_of_the_branch_and_say_who_may_not_borrow(district: District, at: datetime) -> None:
    home, away = district.central, district.children
    make_patron("甲", card="GOOD", home=home)
    make_patron("乙", card="STOPPED", home=home, status="suspended", suspended_until=date(2026, 4, 23))
    make_patron("丙", card="EXPIRED", home=home, expires_date=date(2026, 4, 22))
    make_patron("丁", card="LOST", home=home, card_status="lost")
    make_patron("戊", card="FULL", home=home)
    make_patron("己", card="LEFT", home=home, status="closed")
    make_patron("庚", card="AWAY", home=away)
    make_patron("辛", card="GUEST", home=away)
    for number, card in enumerate(("FULL", "FULL", "FULL", "GUEST")):
        make_item(barcode=f"9{number}", home=home)
        checkout(item=f"9{number}", card=card, at=at, desk=district.at_central)

    sheet = issue_offline_list(at=at, desk=district.at_central)

    known = {
        card: hashed(sheet, card) for card in ("GOOD", "STOPPED", "EXPIRED", "LOST", "FULL", "LEFT", "AWAY", "GUEST")
    }
    assert set(sheet.cards) == {known[card] for card in ("GOOD", "STOPPED", "EXPIRED", "LOST", "FULL", "GUEST")}
    assert set(sheet.blocked) == {known[card] for card in ("STOPPED", "EXPIRED", "LOST", "FULL")}


def test_who_owes_too_much_or_has_no_deposit_may_not_borrow_and_who_claims_a_return_may(
    district: District, at: datetime
) -> None:
    home, desk, depositor = district.central, district.at_central, make_category("depositor")
    make_policy(branch=home, max_owed_fen=1000)
    make_policy(branch=home, category=depositor, deposit_fen=10_000)
    make_charge(make_patron("甲", card="OWES", home=home), 1001, at=at, desk=desk)
    make_charge(make_patron("乙", card="OWES-LITTLE", home=home), 1000, at=at, desk=desk)
    make_patron("丙", card="NO-DEPOSIT", home=home, category=depositor)
    make_deposit(make_patron("丁", card="DEPOSIT", home=home, category=depositor), 10_000, at=at, desk=desk)
    for number, card in enumerate(("CLAIMS", "LATE")):
        make_patron("戊", card=card, home=home)
        make_item(barcode=f"9{number}", home=home)
        checkout(item=f"9{number}", card=card, at=at, desk=desk)
    later = at + timedelta(days=60)
    claim_returned(item="90", at=later, desk=make_desk(home, acts=[Act.MARK_ITEMS]))

    sheet = issue_offline_list(at=later, desk=desk)

    cards = ("OWES", "OWES-LITTLE", "NO-DEPOSIT", "DEPOSIT", "CLAIMS", "LATE")
    assert [card for card in cards if hashed(sheet, card) in sheet.blocked] == ["OWES", "NO-DEPOSIT", "LATE"]


def test_items_are_those_that_stand_there_and_what_is_not_lent_is_told(district: District, at: datetime) -> None:
    home = district.central
    make_category("adult")
    make_item(barcode="A1", home=home)
    make_item(barcode="A2", home=home, item_type="disc")
    make_item(barcode="A3", home=district.children, present=home)
    make_item(barcode="B1", home=home, present=district.children)
    make_item(barcode="B2", home=home, state="withdrawn")
    make_item(barcode="K1", home=home, lendable="in_library")
    make_item(barcode="K2", home=home, condition="damaged")

    sheet = issue_offline_list(at=at, desk=district.at_central)

    assert sheet.items == {"book": ("A1", "A3"), "disc": ("A2",)}
    assert sheet.kept == ("K1", "K2")


def test_what_is_promised_is_the_earliest_day_that_any_reader_would_get(district: District, at: datetime) -> None:
    make_item(barcode="A1", home=district.central)
    make_policy(category=make_category("child"), loan_days=14)

    sheet = issue_offline_list(at=at, desk=district.at_central)

    # 23 April 2026 is a Thursday; 11 May is a Monday, on which the district is closed
    assert sheet.due["book"] == (
        "2026-05-07",
        "2026-05-08",
        "2026-05-09",
        "2026-05-10",
        "2026-05-12",
        "2026-05-12",
        "2026-05-13",
        "2026-05-14",
    )


def test_a_list_ends_after_a_week_and_is_audited(district: District, at: datetime) -> None:
    sheet = issue_offline_list(at=at, desk=district.at_central)

    assert sheet.expires_at == at + timedelta(days=7)
    row = AuditRow.objects.get(act="issue_offline_list")
    assert (row.subject_id, row.after) == (
        OfflineList.objects.get().id,
        {"cards": 0, "items": 0, "expires": "2026-04-30"},
    )


def test_who_may_not_lend_here_gets_no_list(district: District, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        issue_offline_list(at=at, desk=make_desk(district.central, acts=[Act.CHECKIN]))

    assert OfflineList.objects.count() == 0
