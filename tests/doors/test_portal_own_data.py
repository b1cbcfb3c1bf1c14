"""What the library has of a reader: handed to themselves in a file, by their PIN; and what keeps it from deletion."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.doors.portal_reader import ACCOUNT, asks_to_sign_in, browser, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import IDENTITY_NUMBER, PIN, Town
from tests.factories.patrons import make_guardian, make_restriction
from wenyuan.doors.portal import own_data
from wenyuan.lending.circulation.models import LoanPolicy
from wenyuan.lending.circulation.operations import checkin, checkout
from wenyuan.lending.patrons.data import PatronRefused, Problem, ProblemCode
from wenyuan.lending.patrons.models import CardLink, Patron, Token
from wenyuan.organisation.rights.models import AuditRow

DATA = "/account/data"


def take(client: Client, form: str = "json", pin: str = PIN) -> Any:
    return client.post(DATA, {"pin": pin, "form": form})


def read(town: Town, clock: Clock, item: str) -> None:
    checkout(item=item, card="R0001", at=clock(), desk=town.district.at_central)
    checkin(item=item, at=clock(), desk=town.district.at_central)
    clock.move(minutes=1)


def test_all_that_is_kept_comes_in_one_file_for_another_program(
    portal_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_data, "ROWS_A_TIME", 2)  # of a long history nothing is left out
    client = signed_in()
    client.post("/account/history", {"keep": "yes"})
    for _ in range(5):
        read(portal_town, clock, "C0001")
    checkout(item="C0001", card="R0001", at=clock(), desk=portal_town.district.at_central)

    answer = take(client)

    assert answer["Content-Disposition"] == 'attachment; filename="my-library-data-20261124.json"'
    assert answer["Cache-Control"] == "no-store"
    told = json.loads(answer.content)
    assert (told["particulars"][0]["name"], told["particulars"][0]["number"]) == ("陈小雨", IDENTITY_NUMBER)
    assert [loan["title"] for loan in told["loans"]] == ["平凡的世界"]
    assert told["loans"][0]["due"] == "2026-12-24"
    assert len(told["history"]) == 5
    assert [one["shown"] for one in told["cards"]].count("R0001") == 1
    assert {one["purpose"] for one in told["consents"]} == {"history"}
    assert AuditRow.objects.filter(act="open_own_record", door="portal").count() == 1


def test_what_was_brought_back_and_is_owed_for_is_in_it_without_a_history(portal_town: Town, clock: Clock) -> None:
    LoanPolicy.objects.update(fine_day_fen=20)
    read(portal_town, clock, "C0001")
    checkout(item="C0002", card="R0001", at=clock(), desk=portal_town.district.at_central)
    clock.move(days=40)
    checkin(item="C0002", at=clock(), desk=portal_town.district.at_central)

    told = json.loads(take(signed_in()).content)

    assert [row["barcode"] for row in told["history"]] == ["C0002"]


def test_no_restriction_is_left_out(portal_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_data, "ROWS_A_TIME", 2)
    for _ in range(5):
        make_restriction(Patron.objects.get(name="陈小雨"))

    assert len(json.loads(take(signed_in()).content)["restrictions"]) == 5


def test_the_same_comes_as_a_page_to_read_in_which_nothing_runs(portal_town: Town, clock: Clock) -> None:
    Patron.objects.filter(name="陈小雨").update(note="<script>alert(1)</script>")
    checkout(item="C0001", card="R0001", at=clock(), desk=portal_town.district.at_central)

    answer = take(signed_in(), "html")

    page = answer.content.decode()
    assert answer["Content-Disposition"].endswith('.html"')
    assert "<h2>Particulars</h2>" in page
    assert "平凡的世界" in page
    assert IDENTITY_NUMBER in page
    assert "<script>" not in page


@pytest.mark.parametrize("pin", ["111222", ""])
def test_without_the_pin_there_is_no_file(portal_town: Town, pin: str) -> None:
    answer = take(signed_in(), pin=pin)

    assert answer.status_code == 422
    assert IDENTITY_NUMBER not in answer.content.decode()
    assert not AuditRow.objects.filter(act="open_own_record").exists()


def test_who_leaves_at_this_moment_gets_no_file(portal_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def left(**_: object) -> None:
        raise PatronRefused(Problem(ProblemCode.PATRON_CLOSED))

    monkeypatch.setattr(own_data, "open_own_record", left)

    assert take(signed_in()).status_code == 422


def test_nothing_of_others_is_in_it(portal_town: Town, clock: Clock) -> None:
    checkout(item="C0001", card="R0002", at=clock(), desk=portal_town.district.at_central)
    keeper = Patron.objects.get(name="张億")
    CardLink.objects.create(keeper=keeper, token=Token.objects.get(card_no="R0001"), since="2026-11-01T00:00Z")

    text = take(signed_in()).content.decode()

    assert "平凡的世界" not in text
    assert "张億" not in text
    assert [row["reader"] for row in json.loads(text)["kept_by"]] == ["张＊"]


def test_in_an_open_account_of_somebody_else_no_file_is_handed_out(portal_town: Town) -> None:
    client = signed_in()
    client.post("/account/cards", {"card": "R0002", "pin": PIN})
    client.post("/account/cards/switch", {"reader": str(Patron.objects.get(name="张億").id)})

    assert "Data is handed to whoever has signed in with that card" in words(client.get(DATA, follow=True))
    assert take(client).status_code == 302
    assert "My data" not in words(client.get(ACCOUNT))


def test_what_must_be_settled_before_deletion_is_told_in_plain_words(portal_town: Town, clock: Clock) -> None:
    client = signed_in()
    assert "Nothing stands against it. Ask here or at any desk; whoever heads the desk erases" in words(
        client.get(DATA)
    )
    checkout(item="C0001", card="R0001", at=clock(), desk=portal_town.district.at_central)
    make_guardian(Patron.objects.get(name="张億"), patron=Patron.objects.get(name="陈小雨"))

    page = words(client.get(DATA))

    assert "Items that you still have: 1. They come back first." in page
    assert "Children for whom you answer: 1. Somebody else is named at a desk first." in page
    assert "Nothing stands against it" not in page


def test_neither_without_a_sign_in_nor_without_the_forms_token(portal_town: Town) -> None:
    strict = browser(enforce_csrf_checks=True)
    strict.cookies = signed_in().cookies

    assert asks_to_sign_in(browser().get(DATA))
    assert asks_to_sign_in(browser().post(DATA, {"pin": PIN, "form": "json"}))
    assert strict.post(DATA, {"pin": PIN, "form": "json"}).status_code == 403
