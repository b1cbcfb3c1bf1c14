"""A family's cards under one sign-in: added by the PIN, one tap away, taken away, and nobody else's."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.doors.portal_reader import ACCOUNT, asks_to_sign_in, browser, is_let_in, send, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PIN, Town
from tests.factories.patrons import make_guardian
from wenyuan.doors.portal import cards
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.circulation.operations import checkout, place_hold
from wenyuan.lending.patrons.data import PatronRefused, Problem, ProblemCode
from wenyuan.lending.patrons.models import CardLink, Patron, Token
from wenyuan.organisation.journal.models import Entry
from wenyuan.plumbing.clock import local_date

CARDS, SWITCH = "/account/cards", "/account/cards/switch"


def owner(card: str) -> Patron:
    return Token.objects.select_related("patron").get(card_no=card).patron


def add(client: Client, card: str = "R0002", pin: str = PIN) -> Any:
    return client.post(CARDS, {"card": card, "pin": pin})


def switch(client: Client, card: str) -> Any:
    return client.post(SWITCH, {"reader": str(owner(card).id)})


def lend(town: Town, clock: Clock, card: str, item: str = "C0001") -> Loan:
    checkout(item=item, card=card, at=clock(), desk=town.district.at_central)
    return Loan.objects.latest("id")


def test_a_card_is_added_by_its_pin_and_its_account_is_one_tap_away(portal_town: Town, clock: Clock) -> None:
    client = signed_in()
    loan = lend(portal_town, clock, "R0002")
    assert "平凡的世界" not in words(client.get(ACCOUNT))

    added = add(client)
    assert (added.status_code, added["Location"]) == (302, ACCOUNT)
    assert "Added: the card of 张＊" in words(client.get(ACCOUNT))
    assert "平凡的世界" not in words(client.get(ACCOUNT))
    switch(client, "R0002")

    page = words(client.get(ACCOUNT))
    assert "平凡的世界" in page
    assert "Mine" in page
    assert f'name="reader" value="{owner("R0002").id}" aria-current="true"' in client.get(ACCOUNT).content.decode()
    clock.move(days=1)
    client = signed_in()
    switch(client, "R0002")
    assert "Renewed: 平凡的世界" in words(client.post(f"/account/loans/{loan.id}/renewal", follow=True))
    entry = Entry.objects.filter(kind="renewal").latest("id")
    assert (entry.door, entry.operator_id) == ("portal", None)
    switch(client, "R0001")
    assert "平凡的世界" not in words(client.get(ACCOUNT))


@pytest.mark.parametrize(
    ("card", "pin", "said"),
    [
        ("R0002", "111222", "Card number and PIN do not open an account"),
        ("X9999", PIN, "Card number and PIN do not open an account"),
        ("R0005", PIN, "Card number and PIN do not open an account"),
        ("R0001", PIN, "This is your own card."),
    ],
)
def test_what_opens_no_account_is_not_added(portal_town: Town, card: str, pin: str, said: str) -> None:
    client = signed_in()

    answer = add(client, card, pin)

    assert answer.status_code == 422
    assert said in words(answer)
    assert f'value="{pin}"' not in answer.content.decode()
    assert not CardLink.objects.exists()


def test_nobody_opens_the_account_of_who_has_not_let_them(portal_town: Town, clock: Clock) -> None:
    client = signed_in()
    loan = lend(portal_town, clock, "R0002")

    for sent in (str(owner("R0002").id), "999999", "", "x", "9" * 40, "٣"):
        assert "This card is not among yours" in words(client.post(SWITCH, {"reader": sent}, follow=True))

    assert "平凡的世界" not in words(client.get(ACCOUNT))
    assert "You do not have this on loan" in words(client.post(f"/account/loans/{loan.id}/renewal", follow=True))


def test_in_anothers_account_nothing_of_a_third_is_reached(portal_town: Town, clock: Clock) -> None:
    client = signed_in()
    add(client)
    switch(client, "R0002")
    loan = lend(portal_town, clock, "R0001")

    assert "You do not have this on loan" in words(client.post(f"/account/loans/{loan.id}/renewal", follow=True))
    lost = Token.objects.get(card_no="R0003").id
    assert client.post(f"/account/card/{lost}/lost").status_code == 404
    assert "This card is not among yours" in words(client.post(f"{CARDS}/999999/removal", follow=True))


def test_in_anothers_account_neither_ones_own_hold_nor_a_thirds_is_cancelled(portal_town: Town, clock: Clock) -> None:
    desk, central = portal_town.district.at_central, portal_town.district.central.id
    lend(portal_town, clock, "R0002")
    held = Bib.objects.get(title="平凡的世界").id
    mine = place_hold(card="R0001", pickup_branch_id=central, bib_id=held, at=clock(), desk=desk)
    client = signed_in()
    add(client)
    switch(client, "R0002")

    answer = client.post(f"/account/holds/{mine.hold_id}/cancellation", follow=True)

    assert "Nothing was cancelled There is no such hold" in words(answer)
    assert Hold.objects.get(id=mine.hold_id).ended_at is None
    switch(client, "R0001")
    assert "Hold cancelled: 平凡的世界" in words(
        client.post(f"/account/holds/{mine.hold_id}/cancellation", follow=True)
    )


def test_nobody_takes_away_what_is_neither_theirs_nor_of_their_card(portal_town: Town) -> None:
    mother, stranger = signed_in(), signed_in("R0002")
    CardLink.objects.create(keeper=owner("R0001"), token=Token.objects.get(card_no="R0004"), since="2026-11-01T00:00Z")
    link = CardLink.objects.get().id

    assert "This card is not among yours" in words(stranger.post(f"{CARDS}/{link}/removal", follow=True))
    assert CardLink.objects.exists()
    assert "王＊" not in words(mother.post(f"{CARDS}/{link}/removal", follow=True))
    assert not CardLink.objects.exists()


def test_whose_card_it_is_sees_who_has_it_and_ends_it_at_once(portal_town: Town, clock: Clock) -> None:
    mother, grandfather = signed_in(), signed_in("R0002")
    add(mother)
    switch(mother, "R0002")
    lend(portal_town, clock, "R0002")
    assert "平凡的世界" in words(mother.get(ACCOUNT))
    page = words(grandfather.get(CARDS))
    assert "Who has your card under their sign-in" in page
    assert "陈＊雨 Tue 24 Nov 2026" in page

    grandfather.post(f"{CARDS}/{CardLink.objects.get().id}/removal")

    assert "平凡的世界" not in words(mother.get(ACCOUNT))
    assert is_let_in(mother)
    assert "Who has your card" not in words(grandfather.get(CARDS))


def test_a_child_of_whom_one_is_the_guardian_on_record_is_there_up_to_fourteen(portal_town: Town, clock: Clock) -> None:
    child, mother = owner("R0002"), owner("R0001")
    birthday = local_date(clock()) + timedelta(days=1)
    Patron.objects.filter(id=child.id).update(birth_date=date(birthday.year - 14, birthday.month, birthday.day))
    make_guardian(child, patron=mother)
    lend(portal_town, clock, "R0002")
    client = signed_in()

    assert "everything: you are the guardian on record Open the account" in words(client.get(CARDS))
    switch(client, "R0002")
    assert "平凡的世界" in words(client.get(ACCOUNT))
    clock.move(days=1)
    client = signed_in()

    page = words(client.get(CARDS))
    assert "1 item on loan · 0 overdue From fourteen on, what somebody reads is their own." in page
    assert "Open the account" not in page
    assert "平凡的世界" not in page
    assert "This card is not among yours" in words(client.post(SWITCH, {"reader": str(child.id)}, follow=True))
    assert "平凡的世界" not in words(client.get(ACCOUNT))


def test_what_is_open_closes_on_the_fourteenth_birthday(portal_town: Town, clock: Clock) -> None:
    child = owner("R0002")
    birthday = local_date(clock()) + timedelta(days=1)
    Patron.objects.filter(id=child.id).update(birth_date=date(birthday.year - 14, birthday.month, birthday.day))
    clock.move(hours=13, minutes=45)  # a quarter to midnight in Shanghai
    client = signed_in()
    add(client)
    lend(portal_town, clock, "R0002")
    switch(client, "R0002")
    assert "平凡的世界" in words(client.get(ACCOUNT))

    clock.move(minutes=20)

    page = words(client.get(ACCOUNT))
    assert "陈＊雨" in page
    assert "平凡的世界" not in page


def test_nobody_else_sets_the_pin_of_an_open_account(portal_town: Town) -> None:
    client = signed_in()
    add(client)
    switch(client, "R0002")

    sent = client.post("/account/pin", {"old": PIN, "pin": "730258", "again": "730258"}, follow=True)

    assert "A PIN is changed by whoever has signed in with that card" in words(sent)
    assert send(browser(), "R0002").status_code == 302
    assert "Change the PIN" not in words(client.get(ACCOUNT))


def test_wrong_pins_of_anothers_card_are_told_to_its_reader_alone(portal_town: Town) -> None:
    client = signed_in()
    add(client)
    for number in range(5):
        send(browser(REMOTE_ADDR=f"10.0.0.{number}"), "R0002", "111222")
    assert "Somebody tried to sign in with your card" in words(signed_in("R0002").get(ACCOUNT))
    switch(client, "R0002")

    page = words(client.get(ACCOUNT))

    assert "Somebody tried" not in page
    assert "Change the PIN" not in page


def test_what_is_to_be_told_waits_for_the_account(portal_town: Town) -> None:
    client = signed_in()
    add(client)

    client.get(CARDS)

    assert "Added: the card of 张＊" in words(client.get(ACCOUNT))


def test_a_card_whose_reader_leaves_at_this_moment_is_refused_like_a_wrong_pin(
    portal_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(**_: object) -> None:
        raise PatronRefused(Problem(ProblemCode.PATRON_CLOSED))

    monkeypatch.setattr(cards, "add_others_card", left)

    answer = add(signed_in())

    assert answer.status_code == 422
    assert "Card number and PIN do not open an account" in words(answer)


def meant_in(client: Client, path: str) -> list[str]:
    return re.findall(r'name="for" value="(\d+)"', client.get(path).content.decode())


def test_in_two_tabs_what_was_meant_for_one_account_is_not_done_in_another(portal_town: Town, clock: Clock) -> None:
    client = signed_in()
    add(client)
    for card, items in (("R0001", ("C0001", "C0002")), ("R0002", ("C0003",))):
        for item in items:
            lend(portal_town, clock, card, item)
    title = Bib.objects.get(title="億年之旅").id
    forms = {"/account/renewals": ACCOUNT, f"/record/{title}/hold": f"/record/{title}/hold"}
    mine = str(owner("R0001").id)
    assert [meant_in(client, page) for page in (*forms.values(), "/account/history")] == [[mine]] * 3
    switch(client, "R0002")  # in another tab

    for path in forms:
        sent = client.post(path, {"for": mine, "pickup": "C"}, follow=True)
        assert "Another account is open now; nothing was done" in words(sent)
    send(client, "R0002")
    client.post("/account/history", {"for": mine, "keep": "yes"})

    assert not Hold.objects.exists()
    assert not owner("R0002").keep_history
    other = str(owner("R0002").id)
    assert meant_in(client, f"/record/{title}/hold") == [other]
    client.post(f"/record/{title}/hold", {"for": other, "pickup": "C"})
    assert Hold.objects.get().patron_id == owner("R0002").id


def test_an_account_that_has_closed_does_not_open_by_itself(portal_town: Town) -> None:
    client = signed_in()
    add(client)
    switch(client, "R0002")
    Token.objects.filter(card_no="R0002").update(status="lost")
    assert "陈＊雨" in words(client.get(ACCOUNT))[:40]

    Token.objects.filter(card_no="R0002").update(status="active")

    assert "陈＊雨" in words(client.get(ACCOUNT))[:40]


def test_signing_in_anew_opens_the_own_account(portal_town: Town) -> None:
    client = signed_in()
    add(client)
    switch(client, "R0002")

    send(client, "R0001")

    assert "陈＊雨" in words(client.get(ACCOUNT))[:40]


def test_many_guesses_are_slowed_down_as_at_the_sign_in(portal_town: Town) -> None:
    client = signed_in()
    for number in range(30):
        add(client, f"X{number:04d}", "111222")

    answer = add(client, "X9999", "111222")

    assert answer.status_code == 429
    assert "Too many attempts" in words(answer)
    assert int(answer["Retry-After"]) > 0


def test_nothing_without_a_sign_in_nor_without_the_forms_token(portal_town: Town) -> None:
    strict = browser(enforce_csrf_checks=True)
    strict.cookies = signed_in().cookies

    assert asks_to_sign_in(browser().get(CARDS))
    for path in (CARDS, SWITCH, f"{CARDS}/1/removal"):
        assert asks_to_sign_in(browser().post(path))
        assert strict.post(path).status_code == 403
    assert signed_in().get(SWITCH).status_code == 405


def test_the_account_costs_no_more_however_many_cards_there_are(
    portal_town: Town, django_assert_num_queries: Any
) -> None:
    client = signed_in()
    add(client)
    client.get(ACCOUNT)
    with CaptureQueriesContext(connection) as one:
        client.get(ACCOUNT)
    CardLink.objects.create(keeper=owner("R0001"), token=Token.objects.get(card_no="R0004"), since="2026-11-01T00:00Z")

    with django_assert_num_queries(len(one)):
        client.get(ACCOUNT)
