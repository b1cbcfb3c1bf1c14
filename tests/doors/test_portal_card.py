"""A reader's card and PIN at the portal: changed, reported lost, and nobody else's."""

import pytest

from tests.doors.portal_reader import ACCOUNT, SIGN_IN, asks_to_sign_in, browser, is_let_in, send, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import IDENTITY_NUMBER, PIN, Town
from wenyuan.doors.portal.sessions import COOKIE
from wenyuan.lending.patrons.models import Token

NEW = "730258"
CARD, PIN_PAGE = "/account/card", "/account/pin"


def token(card: str = "R0001") -> Token:
    return Token.objects.get(card_no=card)


def lost(card: str = "R0001") -> str:
    return f"{CARD}/{token(card).id}/lost"


def test_a_new_pin_ends_every_other_sign_in_and_this_one_goes_on_under_another_key(
    portal_town: Town, clock: Clock
) -> None:
    mine, elsewhere = signed_in(), signed_in()
    key = mine.cookies[COOKIE].value
    clock.move(seconds=1)

    done = mine.post(PIN_PAGE, {"old": PIN, "pin": NEW, "again": NEW})

    assert (done.status_code, done["Location"]) == (302, ACCOUNT)
    assert "Your PIN is another one now" in words(mine.get(ACCOUNT))
    assert mine.cookies[COOKIE].value != key
    assert not is_let_in(elsewhere)
    thief = browser()
    thief.cookies[COOKIE] = key
    assert not is_let_in(thief)
    clock.move(seconds=1)
    assert is_let_in(mine)
    assert send(browser(), pin=NEW).status_code == 302
    mine.post(PIN_PAGE, {"old": NEW, "pin": "918273", "again": "918273"})
    assert is_let_in(mine)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"old": "111111", "pin": NEW, "again": NEW}, "This is not your PIN until now"),
        ({"old": PIN, "pin": "7302", "again": "7302"}, "A new PIN has six digits."),
        ({"old": PIN, "pin": "123456", "again": "123456"}, "too easily guessed"),
        ({"old": PIN, "pin": PIN, "again": PIN}, "This is your PIN until now."),
        ({"old": PIN, "pin": NEW, "again": "730259"}, "These are two different PINs."),
        ({"old": "", "pin": "", "again": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_with_a_new_pin_is_said_and_no_digit_is_written_back(
    portal_town: Town, sent: dict[str, str], said: str
) -> None:
    client = signed_in()

    answer = client.post(PIN_PAGE, sent)

    assert answer.status_code == 422
    assert said in words(answer)
    assert not any(digits and f'value="{digits}"' in answer.content.decode() for digits in sent.values())
    assert is_let_in(client)
    assert send(browser()).status_code == 302


def test_the_card_that_was_shown_is_reported_lost_and_the_sign_in_ends(portal_town: Town) -> None:
    client = signed_in()
    asked = words(client.get(lost()))

    done = client.post(lost(), follow=True)

    assert "you are signed out here, too" in asked
    assert done.redirect_chain == [("/account/card/reported-lost", 302)]
    assert "Nothing is lent on it any more, and you are signed out." in words(done)
    assert not is_let_in(client)
    assert token().status == "lost"
    assert send(browser()).status_code == 422


def test_signed_in_by_something_else_one_stays_and_is_told(portal_town: Town) -> None:
    client = browser()
    send(client, IDENTITY_NUMBER)

    assert "you are signed out" not in words(client.get(lost()))
    client.post(lost())

    told = words(client.get(ACCOUNT))
    assert "Reported lost: Reader's card R0001" in told
    page = client.get(CARD)
    assert "Reader's card R0001 Reported lost" in words(page)
    assert IDENTITY_NUMBER not in page.content.decode()
    assert client.get(lost()).status_code == 404


def test_nobody_reports_the_card_of_somebody_else(portal_town: Town) -> None:
    client = signed_in()

    answers = [client.post(lost("R0002")).status_code, client.get(lost("R0002")).status_code]

    assert answers == [404, 404]
    assert client.post(f"{CARD}/99999999/lost").status_code == 404
    assert token("R0002").status == "active"


def test_neither_without_a_sign_in_nor_without_the_forms_token(portal_town: Town) -> None:
    strict = browser(enforce_csrf_checks=True)
    send_form = {"old": PIN, "pin": NEW, "again": NEW}

    for path in (CARD, PIN_PAGE, lost()):
        assert asks_to_sign_in(browser().get(path))
    assert asks_to_sign_in(browser().post(PIN_PAGE, send_form))
    assert asks_to_sign_in(browser().post(lost()))
    strict.get(SIGN_IN)
    csrf = strict.cookies["csrftoken"].value
    assert strict.post(SIGN_IN, {"card": "R0001", "pin": PIN, "csrfmiddlewaretoken": csrf}).status_code == 302
    assert strict.post(PIN_PAGE, send_form).status_code == 403
    assert strict.post(lost()).status_code == 403
    assert token().status == "active"
