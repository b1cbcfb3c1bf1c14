"""A reader's own pages: signing in, what stands there, and what strangers try."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory

from tests.doors.portal_reader import (
    ACCOUNT,
    SIGN_IN,
    SIGN_OUT,
    asks_to_sign_in,
    browser,
    is_let_in,
    send,
    signed_in,
    words,
)
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import IDENTITY_NUMBER, PIN, Town
from tests.factories.catalogue import make_bib, make_item
from tests.factories.fees import make_charge, make_deposit
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.portal import signing_in
from wenyuan.doors.portal.browsers import BROWSER_COOKIE, known_in
from wenyuan.doors.portal.sessions import COOKIE, ReaderSession
from wenyuan.doors.portal.tasks import forget_ended_sessions
from wenyuan.lending.circulation.operations import checkin, checkout, place_hold
from wenyuan.lending.patrons.models import Patron, PinTry, Token
from wenyuan.lending.patrons.operations import check_pin, report_lost, set_pin
from wenyuan.organisation.accounts.data import Role
from wenyuan.plumbing.secrets import key_ring

# Signing in and out


def test_card_and_pin_open_the_account(portal_town: Town) -> None:
    client = browser()

    response = send(client)

    assert (response.status_code, response["Location"]) == (302, ACCOUNT)
    page = client.get(ACCOUNT)
    assert page.status_code == 200
    assert "陈＊雨" in words(page)
    assert "陈小雨" not in page.content.decode()


def test_an_identity_number_opens_it_too_and_is_kept_nowhere_in_the_clear(portal_town: Town) -> None:
    client = browser()

    assert send(client, IDENTITY_NUMBER).status_code == 302

    assert is_let_in(client)
    kept = ReaderSession(client.cookies[COOKIE].value).load()
    assert IDENTITY_NUMBER not in str(kept)
    assert IDENTITY_NUMBER not in client.get(ACCOUNT).content.decode()


def test_who_has_not_signed_in_is_sent_to_the_form_and_comes_back(portal_town: Town) -> None:
    client = browser()

    sent = client.get(ACCOUNT)

    assert asks_to_sign_in(sent)
    assert parse_qs(urlsplit(sent["Location"]).query) == {"next": [ACCOUNT]}
    form = client.get(sent["Location"])
    assert form.status_code == 200
    assert '<input type="hidden" name="next" value="/account">' in form.content.decode()
    assert client.get(f"{SIGN_IN}?next=/find").content.decode().count('value="/find"') == 1
    assert send(client, next="/find?q=平凡")["Location"] == "/find?q=%E5%B9%B3%E5%87%A1"


def test_the_form_leads_on_who_has_signed_in_already(portal_town: Town) -> None:
    client = signed_in()

    assert client.get(SIGN_IN)["Location"] == ACCOUNT
    assert client.get(f"{SIGN_IN}?next=/new")["Location"] == "/new"


def test_an_empty_form_says_what_is_missing_and_counts_as_no_attempt(portal_town: Town) -> None:
    response = send(browser(), "", "")

    assert response.status_code == 422
    assert words(response).count("This field is required.") == 2
    assert not PinTry.objects.exists()


def test_the_frame_of_every_page_says_who_has_signed_in_by_a_masked_name(portal_town: Town) -> None:
    client, stranger = signed_in(), browser()

    mine, theirs = client.get("/").content.decode(), stranger.get("/new").content.decode()

    assert "陈＊雨" in mine
    assert 'action="/account/sign-out"' in mine
    assert 'href="/account/sign-in?next=%2Fnew"' in theirs
    assert "sign-out" not in theirs


def test_signing_out_ends_the_session_for_whoever_has_the_cookie(portal_town: Town) -> None:
    client = signed_in()
    key = client.cookies[COOKIE].value

    response = client.post(SIGN_OUT)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.cookies[COOKIE].value == ""
    assert not Session.objects.filter(session_key=key).exists()
    thief = browser()
    thief.cookies[COOKIE] = key
    assert asks_to_sign_in(thief.get(ACCOUNT))


def test_signing_out_is_no_link_and_harms_nobody_who_is_out(portal_town: Town) -> None:
    assert signed_in().get(SIGN_OUT).status_code == 405
    assert browser().post(SIGN_OUT).status_code == 302


def test_half_an_hour_of_silence_ends_it_and_each_page_begins_anew(portal_town: Town, clock: Clock) -> None:
    client = signed_in()

    for _ in range(3):
        clock.move(minutes=29)
        assert is_let_in(client)
    clock.move(minutes=30)

    response = client.get(ACCOUNT)
    assert asks_to_sign_in(response)
    assert response.cookies[COOKIE].value == ""


def test_reading_in_the_catalogue_is_no_silence(portal_town: Town, clock: Clock) -> None:
    client = signed_in()

    clock.move(minutes=20)
    client.get("/find")
    clock.move(minutes=20)

    assert is_let_in(client)


def test_twelve_hours_end_it_at_all_events(portal_town: Town, clock: Clock) -> None:
    client = signed_in()

    for _ in range(35):
        clock.move(minutes=20)
        assert is_let_in(client)
    clock.move(minutes=20)

    assert not is_let_in(client)


def test_it_ends_with_the_card_with_a_new_pin_and_with_the_membership(portal_town: Town, clock: Clock) -> None:
    patron = Patron.objects.get(name="陈小雨")
    desk = portal_town.district.at_central
    clients = [signed_in() for _ in range(2)]

    clock.move(seconds=1)
    set_pin(patron_id=patron.id, pin="730258", at=clock(), desk=desk)
    assert not is_let_in(clients[0])

    other = signed_in("R0002")
    report_lost(token_id=Token.objects.get(card_no="R0002").id, at=clock(), desk=desk)
    assert not is_let_in(other)

    clock.move(seconds=1)
    client = browser()
    send(client, pin="730258")
    assert is_let_in(client)
    Patron.objects.filter(id=patron.id).update(status="closed")
    assert not is_let_in(client)


def test_sessions_whose_time_is_over_are_forgotten_and_others_stay(portal_town: Town, clock: Clock) -> None:
    signed_in()
    clock.move(minutes=20)
    client = signed_in("R0002")
    clock.move(minutes=20)

    forget_ended_sessions(at=clock())

    assert [row.session_key for row in Session.objects.all()] == [client.cookies[COOKIE].value]
    assert is_let_in(client)


# What strangers try


def test_the_key_is_new_at_every_sign_in_and_one_that_was_planted_opens_nothing(portal_town: Town) -> None:
    planted = ReaderSession()
    planted.create()
    victim, attacker = browser(), browser()
    victim.cookies[COOKIE] = attacker.cookies[COOKIE] = str(planted.session_key)

    send(victim)

    assert victim.cookies[COOKIE].value != planted.session_key
    assert asks_to_sign_in(attacker.get(ACCOUNT))
    first = victim.cookies[COOKIE].value
    send(victim)
    assert victim.cookies[COOKIE].value != first
    assert not Session.objects.filter(session_key=first).exists()


def test_the_cookie_is_for_this_site_and_no_script(portal_town: Town, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True

    cookie = send(browser()).cookies[f"__Host-{COOKIE}"]

    assert cookie["httponly"] is True
    assert cookie["secure"] is True
    assert cookie["samesite"] == "Lax"
    assert (cookie["max-age"], cookie["expires"]) == ("", "")


@pytest.mark.parametrize("key", ["", "x", "../../etc/passwd", "a" * 32, "A" * 32, "a" * 31 + "\0"])
def test_a_cookie_that_is_no_key_opens_nothing_and_breaks_nothing(portal_town: Town, key: str) -> None:
    client = browser()
    client.cookies[COOKIE] = key

    assert asks_to_sign_in(client.get(ACCOUNT))
    assert client.get("/").status_code == 200


def test_a_readers_session_opens_no_page_of_staff_and_staffs_none_of_readers(portal_town: Town) -> None:
    reader, staff = signed_in(), staff_at(portal_town.district.central, Role.DESK_LEAD)
    of_reader, of_staff = reader.cookies[COOKIE].value, staff.cookies["wenyuan_staff"].value
    assert staff.get("/workbench/patrons/").status_code == 200
    assert ReaderSession(of_staff).load() == SessionStore(of_reader).load() == {}
    assert ReaderSession(of_reader).load() != {}

    reader.cookies["wenyuan_staff"] = of_reader
    staff.cookies[COOKIE] = of_staff

    assert reader.get("/workbench/")["Location"].startswith("/workbench/sign-in")
    assert reader.get("/workbench/patrons/")["Location"].startswith("/workbench/sign-in")
    assert asks_to_sign_in(staff.get(ACCOUNT))
    assert staff.get("/workbench/patrons/").status_code == 200
    assert is_let_in(reader)


@pytest.mark.parametrize(("path", "more"), [(SIGN_IN, {"card": "R0001", "pin": PIN}), (SIGN_OUT, {})])
def test_what_another_site_sends_is_refused(portal_town: Town, path: str, more: dict[str, str]) -> None:
    client = browser(enforce_csrf_checks=True)

    assert client.post(path, more).status_code == 403


def test_the_token_against_forgery_is_another_after_signing_in(portal_town: Town) -> None:
    client = browser()
    client.get(SIGN_IN)
    before = client.cookies["csrftoken"].value

    send(client)

    assert client.cookies["csrftoken"].value != before


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/account",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "http:account",
        "account",
        "/workbench/",
        "/api/v1/docs",
        "/account/sign-out",
        "/no-such-page",
        "/record/99999999999999999999999999999999999/../../x",
        "/\0",
        "",
    ],
)
def test_signing_in_leads_to_pages_of_the_portal_alone(portal_town: Town, path: str) -> None:
    assert send(browser(), next=path)["Location"] == ACCOUNT
    assert signed_in().get(SIGN_IN, {"next": path})["Location"] == ACCOUNT


def test_nobody_learns_from_the_answer_whether_there_is_such_a_card(portal_town: Town) -> None:
    make_patron("无密", "R0007", home=portal_town.district.central)
    make_patron("锁了", "R0008", home=portal_town.district.central, pin=PIN)
    for number in range(15):
        send(browser(REMOTE_ADDR=f"10.0.0.{number}"), "R0008", "111111")
    cards = {
        "no such card": ("R9999", PIN),
        "a wrong PIN": ("R0002", "111111"),
        "lost": ("R0005", PIN),
        "left": ("R0006", PIN),
        "no PIN": ("R0007", PIN),
        "guessed at, and the right PIN": ("R0008", PIN),
        "guessed at, and a wrong one": ("R0008", "111111"),
    }

    answers = {
        why: (response.status_code, re.sub(r"R\d{4}", "R", words(response)), set(response.cookies))
        for why, (card, pin) in cards.items()
        for response in [send(browser(), card, pin)]
    }

    first = answers["no such card"]
    assert first[0] == 422
    assert "Card number and PIN do not open an account" in first[1]
    assert "ask at any desk" in first[1]
    assert answers == dict.fromkeys(cards, first)


def test_nobody_is_refused_sooner_than_others(portal_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(signing_in, "REFUSED_AFTER_S", 1000.0)
    monkeypatch.setattr("time.sleep", slept.append)

    for card in ("R9999", "R0002", "R0005"):
        send(browser(), card, "111111")
    send(browser())

    assert len(slept) == 3
    assert all(990 < seconds < 1000 for seconds in slept)


def test_of_the_few_threads_two_wait_with_a_refusal_and_nobody_else_waits_for_them(
    portal_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr(signing_in, "REFUSED_AFTER_S", 1000.0)

    with signing_in.WAITING, signing_in.WAITING:
        assert send(browser(), pin="111111").status_code == 422
        assert send(browser()).status_code == 302
    assert slept == []

    send(browser(), pin="111111")
    assert len(slept) == 1


def test_the_pin_is_never_written_back_onto_the_page(portal_town: Town) -> None:
    response = send(browser(), "R0001", "135792")

    assert "135792" not in response.content.decode()


def test_a_pin_is_not_found_by_trying(portal_town: Town) -> None:
    for number in range(20):
        assert send(browser(REMOTE_ADDR=f"10.0.0.{number}"), pin=f"{number:06d}").status_code == 422

    assert PinTry.objects.count() == 15
    assert send(browser(REMOTE_ADDR="10.0.0.99")).status_code == 422


def test_a_stranger_keeps_nobody_out_from_one_address(portal_town: Town) -> None:
    stranger, reader = browser(REMOTE_ADDR="10.0.0.1"), browser(REMOTE_ADDR="10.0.0.2")

    for spelling in ("R0001", "r0001", " R0001 ", "Ｒ0001", IDENTITY_NUMBER) * 3:
        assert send(stranger, spelling, "111111").status_code == 422

    assert send(reader).status_code == 302
    assert send(stranger).status_code == 422, "even the right PIN opens nothing from there for a while"


def test_strangers_everywhere_do_not_keep_a_reader_out_who_has_been_here(portal_town: Town, clock: Clock) -> None:
    mine = signed_in()
    mine.post(SIGN_OUT)
    for number in range(40):
        send(browser(REMOTE_ADDR=f"10.0.0.{number}"), pin="111111")
    for number in range(35):
        send(browser(), f"X{number:04d}")

    assert send(browser()).status_code == 429, "the address is slowed down"
    assert send(browser(REMOTE_ADDR="10.0.1.1")).status_code == 422, "and so are strangers with this card"
    assert send(mine).status_code == 302
    assert machine_takes_the_pin(clock)


def machine_takes_the_pin(clock: Clock) -> bool:
    return check_pin(patron_id=Patron.objects.get(name="陈小雨").id, pin=PIN, at=clock())


def test_a_browser_is_known_for_the_readers_who_signed_in_there_and_says_so_to_nobody(
    portal_town: Town, clock: Clock
) -> None:
    mine = signed_in()
    first = mine.cookies[BROWSER_COOKIE]
    send(mine, "R0002")
    sealed = mine.cookies[BROWSER_COOKIE].value
    request = RequestFactory(headers={"cookie": f'{BROWSER_COOKIE}="{sealed}"'}).get("/")
    ids = [Patron.objects.get(name=name).id for name in ("欧阳修远", "陈小雨")]

    assert list(known_in(request, at=clock())) == [Token.objects.get(card_no="R0002").patron_id, ids[1]]
    assert len(set(known_in(request, at=clock()).values())) == 2
    assert (first["httponly"], first["samesite"], first["max-age"]) == (True, "Lax", 400 * 24 * 3600)
    assert sealed.startswith(f"{key_ring().current_id}:")
    assert known_in(request, at=clock() + timedelta(days=400)) == {}


def test_the_mark_of_a_browser_stays_and_another_one_has_another(portal_town: Town, clock: Clock) -> None:
    def marks(client: Client) -> dict[int, str]:
        sealed = client.cookies[BROWSER_COOKIE].value
        return known_in(RequestFactory(headers={"cookie": f'{BROWSER_COOKIE}="{sealed}"'}).get("/"), at=clock())

    mine, other = signed_in(), signed_in()
    before = marks(mine)
    send(mine)

    assert marks(mine) == before
    assert marks(other) != before


@pytest.mark.parametrize("kind", ["none", "text", "long", "list", "session card", "wrong key"])
def test_a_browser_is_not_known_by_what_somebody_made_up(portal_town: Town, clock: Clock, kind: str) -> None:
    patron_id = Patron.objects.get(name="陈小雨").id
    forged = {
        "none": "",
        "text": f"k1:{patron_id}",
        "long": "A" * 4000,
        "list": key_ring().encrypt(f"[[{patron_id}, 1, 1]]"),
        "session card": key_ring().encrypt("R0001"),
        "wrong key": "elsewhere:" + signed_in().cookies[BROWSER_COOKIE].value.partition(":")[2],
    }[kind]
    request = RequestFactory(headers={"cookie": f'{BROWSER_COOKIE}="{forged}"'}).get("/")

    assert known_in(request, at=clock()) == {}


def test_a_reader_is_told_of_many_wrong_pins_and_not_of_a_few(portal_town: Town) -> None:
    client = signed_in()
    for number in range(7):
        send(browser(REMOTE_ADDR=f"10.0.0.{number}"), pin="111111")
        if number == 3:
            assert "Somebody tried" not in words(client.get(ACCOUNT))

    told = words(client.get(ACCOUNT))

    assert "Somebody tried to sign in with your card" in told
    assert "7 wrong PINs in the last seven days, the last on Tue 24 Nov 2026. Nobody got in by them." in told


def test_at_most_six_readers_are_known_in_a_browser_the_latest(portal_town: Town, clock: Clock) -> None:
    client = browser()
    for number in range(8):
        make_patron(f"家人{number}", f"R10{number:02d}", home=portal_town.district.central, pin=PIN)
        send(client, f"R10{number:02d}")
    sealed = client.cookies[BROWSER_COOKIE].value

    known = known_in(RequestFactory(headers={"cookie": f'{BROWSER_COOKIE}="{sealed}"'}).get("/"), at=clock())

    assert list(known) == [Token.objects.get(card_no=f"R10{number:02d}").patron_id for number in (7, 6, 5, 4, 3, 2)]
    assert len(sealed) < 1000


def test_where_tls_is_no_sibling_host_can_plant_a_session(portal_town: Town, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    planted = signed_in().cookies[f"__Host-{COOKIE}"].value
    victim = browser()
    victim.cookies[COOKIE] = planted

    assert asks_to_sign_in(victim.get(ACCOUNT))
    let_in = send(victim)

    for name in (COOKIE, BROWSER_COOKIE):
        cookie = let_in.cookies[f"__Host-{name}"]
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert is_let_in(victim)
    gone = victim.post(SIGN_OUT).cookies[f"__Host-{COOKIE}"]
    assert (gone.value, gone["secure"], gone["max-age"]) == ("", True, 0)


def test_whoever_was_barred_gets_in_with_the_new_pin_of_the_desk(portal_town: Town, clock: Clock) -> None:
    for number in range(15):
        send(browser(REMOTE_ADDR=f"10.0.0.{number}"), pin="111111")
    assert send(browser()).status_code == 422

    set_pin(
        patron_id=Patron.objects.get(name="陈小雨").id,
        pin="730258",
        at=clock(),
        desk=portal_town.district.at_central,
    )

    assert send(browser(), pin="730258").status_code == 302


def test_one_pin_tried_on_many_cards_is_slowed_down_for_the_address(portal_town: Town) -> None:
    for number in range(30):
        assert send(browser(REMOTE_ADDR="10.0.0.1"), f"X{number:04d}").status_code == 422

    response = send(browser(REMOTE_ADDR="10.0.0.1"))

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 20
    assert "Try again in 1 minute, or ask at any desk." in words(response)
    assert send(browser(REMOTE_ADDR="10.0.0.2")).status_code == 302


def test_of_ipv6_the_network_is_slowed_down(portal_town: Town) -> None:
    for number in range(30):
        send(browser(REMOTE_ADDR=f"2001:db8:1:2::{number:x}"), f"X{number:04d}")

    assert send(browser(REMOTE_ADDR="2001:db8:1:2:ffff::1")).status_code == 429
    assert send(browser(REMOTE_ADDR="2001:db8:1:3::1")).status_code == 302


def test_what_a_reader_saw_is_not_shown_to_who_comes_next(portal_town: Town) -> None:
    client = signed_in()

    for path in (ACCOUNT, "/", "/find?q=平凡"):
        response = client.get(path)
        assert response["Cache-Control"] == "no-store"
        assert "Cookie" in response["Vary"]
    assert browser().get(SIGN_IN)["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/find", "/new", "/branches", "/branch/C", SIGN_IN])
def test_who_does_not_sign_in_gets_no_session(portal_town: Town, path: str) -> None:
    response = browser().get(path)

    assert set(response.cookies) <= {"csrftoken"}
    assert Session.objects.count() == 0


def test_a_failed_sign_in_begins_no_session(portal_town: Town) -> None:
    assert set(send(browser(), pin="111111").cookies) <= {"csrftoken"}
    assert Session.objects.count() == 0


# What stands there


def test_a_new_reader_has_nothing_and_is_told_so(portal_town: Town) -> None:
    page = words(signed_in().get(ACCOUNT))

    assert "registered at 总馆 · card good until Sat 1 Mar 2036" in page
    assert "On loan 0 of 3 items Nothing on loan" in page
    assert "No holds" in page
    assert "You owe nothing Your deposit none" in page


def test_loans_say_until_when_and_how_late_they_are(portal_town: Town, clock: Clock) -> None:
    desk = portal_town.district.at_central
    for barcode in ("C0001", "E0001"):
        checkout(item=barcode, card="R0001", at=clock(), desk=desk)
    client = signed_in()

    assert "平凡的世界 C0001 30 days left Thu 24 Dec 2026" in words(client.get(ACCOUNT))
    passing = ((27, "3 days left"), (2, "1 day left"), (1, "Due today"), (1, "1 day overdue"), (4, "5 days overdue"))
    for days, said in passing:
        clock.move(days=days)
        page = words(signed_in().get(ACCOUNT))
        assert f"C0001 {said} Thu 24 Dec 2026" in page
        assert f"E0001 {said} Thu 24 Dec 2026" in page
    assert "Nothing can be lent to you at 总馆 just now Overdue items not returned: 2" in page


def test_holds_say_where_they_stand_and_until_when_to_fetch(portal_town: Town, clock: Clock) -> None:
    desk, central = portal_town.district.at_central, portal_town.district.central
    bibs = [make_bib(title=title) for title in ("甲", "乙")]
    items = [make_item(bib=bib, home=central) for bib in bibs]
    for item in items:
        checkout(item=item.barcode, card="R0001", at=clock(), desk=desk)
    for bib in bibs:
        place_hold(card="R0002", pickup_branch_id=central.id, bib_id=bib.id, at=clock(), desk=desk)
    checkin(item=items[0].barcode, at=clock(), desk=desk)

    page = words(signed_in("R0002").get(ACCOUNT))

    assert "甲 Ready, kept until Wed 2 Dec 总馆 hold shelf, place 1" in page
    assert "乙 Number 1 in the queue 总馆" in page
    assert page.index("甲 Ready") < page.index("乙 Number")


def test_money_says_what_for_and_how_much(portal_town: Town, clock: Clock) -> None:
    patron = Patron.objects.get(name="陈小雨")
    make_charge(patron, 350, desk=portal_town.district.at_central, at=clock())
    make_deposit(patron, desk=portal_town.district.at_central, at=clock())

    page = words(signed_in().get(ACCOUNT))

    assert "3.50 Tue 24 Nov 2026" in page
    assert "You owe 3.50 yuan to be paid at any desk" in page
    assert "Your deposit 100.00 yuan" in page


def test_nobody_sees_what_others_have(portal_town: Town, clock: Clock) -> None:
    checkout(item="C0001", card="R0001", at=clock(), desk=portal_town.district.at_central)

    page = words(signed_in("R0002").get(ACCOUNT))

    assert "Nothing on loan" in page
    assert "平凡的世界" not in page


def test_in_chinese(portal_town: Town, clock: Clock) -> None:
    checkout(item="C0001", card="R0001", at=clock(), desk=portal_town.district.at_central)
    client = Client(headers={"accept-language": "zh-CN"})
    send(client)

    page = words(client.get(ACCOUNT))

    assert "还有 30 天" in page
    assert not re.search(r"[A-Za-z]{5,}", page)


@pytest.mark.parametrize("barcodes", [("C0001",), ("C0001", "E0001", "E0002")])
def test_the_account_costs_the_same_however_much_there_is(
    portal_town: Town, clock: Clock, barcodes: tuple[str, ...], django_assert_num_queries: Any
) -> None:
    for barcode in barcodes:
        checkout(item=barcode, card="R0001", at=clock(), desk=portal_town.district.at_central)
    client = signed_in()
    client.get(ACCOUNT)

    with django_assert_num_queries(9):  # library, session, its end, family, items with their numbers, charges, network
        client.get(ACCOUNT)
