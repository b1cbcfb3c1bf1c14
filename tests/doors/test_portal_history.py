"""A reader's history: kept only if they agree, theirs alone, and forgotten when they say so."""

import pytest
from django.test import Client

from tests.doors.portal_reader import asks_to_sign_in, browser, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PIN, Town
from wenyuan.doors.portal import history
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkin, checkout
from wenyuan.lending.patrons.models import Consent, Patron

HISTORY = "/account/history"


def read(town: Town, clock: Clock, card: str = "R0001", item: str = "C0001") -> None:
    checkout(item=item, card=card, at=clock(), desk=town.district.at_central)
    checkin(item=item, at=clock(), desk=town.district.at_central)
    clock.move(minutes=1)


def test_nothing_is_kept_until_the_reader_agrees_and_all_is_forgotten_when_they_end_it(
    portal_town: Town, clock: Clock
) -> None:
    client = signed_in()
    read(portal_town, clock)

    assert "Once an item is back, the library forgets that you had it." in words(client.get(HISTORY))
    client.post(HISTORY, {"keep": "yes"})
    assert "Nothing yet" in words(client.get(HISTORY))
    read(portal_town, clock)
    assert "平凡的世界 Tue 24 Nov 2026" in words(client.get(HISTORY))
    client.post(HISTORY, {"keep": "no"})

    assert "Keep my history" in words(client.get(HISTORY))
    assert not Loan.objects.filter(patron__name="陈小雨").exists()
    consent = Consent.objects.get(patron__name="陈小雨", purpose="history")
    assert (consent.notice_version, consent.withdrawn_at is None) == ("2026-1", False)


def test_nobody_sees_the_history_of_others_and_nobody_without_a_sign_in(portal_town: Town, clock: Clock) -> None:
    mine, theirs = signed_in(), signed_in("R0002")
    for client in (mine, theirs):
        client.post(HISTORY, {"keep": "yes"})
    read(portal_town, clock)

    assert "平凡的世界" in words(mine.get(HISTORY))
    assert "平凡的世界" not in words(theirs.get(HISTORY))
    assert asks_to_sign_in(browser().get(HISTORY))
    assert asks_to_sign_in(browser().post(HISTORY, {"keep": "no"}))
    assert Patron.objects.get(name="陈小雨").keep_history


def test_a_long_history_comes_in_pages(portal_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 2)
    client = signed_in()
    client.post(HISTORY, {"keep": "yes"})
    for _ in range(3):
        read(portal_town, clock)
    first = client.get(HISTORY)
    place = Loan.objects.order_by("-id")[1].id

    assert words(first).count("平凡的世界") == 2
    assert f'href="?before={place}"' in first.content.decode()
    assert words(client.get(f"{HISTORY}?before={place}")).count("平凡的世界") == 1
    assert client.get(f"{HISTORY}?before={'9' * 40}").status_code == 200


def test_for_a_child_a_guardian_agrees_at_the_desk(portal_town: Town, clock: Clock) -> None:
    Patron.objects.filter(name="陈小雨").update(birth_date="2018-01-01")

    refused = signed_in().post(HISTORY, {"keep": "yes"})

    assert refused.status_code == 422
    assert "For a child a guardian agrees, at any desk." in words(refused)
    assert not Patron.objects.get(name="陈小雨").keep_history


def in_anothers_account() -> Client:
    client = signed_in("R0002")
    client.post("/account/cards", {"card": "R0001", "pin": PIN})
    client.post("/account/cards/switch", {"reader": str(Patron.objects.get(name="陈小雨").id)})
    return client


@pytest.mark.parametrize(("is_kept", "sent"), [(False, "yes"), (True, "no")])
def test_in_anothers_account_nothing_is_agreed_to_and_nothing_forgotten(
    portal_town: Town, clock: Clock, is_kept: bool, sent: str
) -> None:
    if is_kept:
        signed_in().post(HISTORY, {"keep": "yes"})
        read(portal_town, clock)
    other = in_anothers_account()
    decided = "Whether a history is kept is decided by whoever has signed in with that card"

    assert decided in words(other.get(HISTORY))
    assert 'name="keep"' not in other.get(HISTORY).content.decode()
    assert ("平凡的世界" in words(other.get(HISTORY))) is is_kept
    assert decided in words(other.post(HISTORY, {"keep": sent}, follow=True))

    assert Patron.objects.get(name="陈小雨").keep_history is is_kept
    assert Loan.objects.filter(patron__name="陈小雨").exists() is is_kept


def test_a_reader_is_told_that_whoever_has_their_card_sees_it(portal_town: Town) -> None:
    client = signed_in()
    assert "You and the desk see it, and nobody else;" in words(client.get(HISTORY))
    in_anothers_account()

    asked = words(client.get(HISTORY))
    assert "You, the desk and whoever has your card under their sign-in see it;" in asked
    assert "nobody else" not in asked
    client.post(HISTORY, {"keep": "yes"})
    assert "Whoever has your card under their sign-in sees it too." in words(client.get(HISTORY))


def test_what_another_site_sends_is_refused(portal_town: Town) -> None:
    client = browser(enforce_csrf_checks=True)
    client.cookies = signed_in().cookies

    assert client.post(HISTORY, {"keep": "yes"}).status_code == 403
