"""Signing in by a code to the telephone, and what strangers try with it."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.doors.portal_reader import ACCOUNT, SIGN_IN, browser, is_let_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import Town
from tests.factories.notices import Answering, make_templates
from tests.factories.patrons import make_patron
from wenyuan.doors.portal import phone_sign_in, signing_in
from wenyuan.doors.portal.browsers import BROWSER_COOKIE
from wenyuan.doors.portal.sessions import COOKIE
from wenyuan.lending.patrons import phone_codes
from wenyuan.lending.patrons.data import TooManyCodes
from wenyuan.lending.patrons.models import PhoneCode
from wenyuan.lending.patrons.operations import send_asked_code
from wenyuan.organisation.notices.data import Channel
from wenyuan.organisation.rights.models import AuditRow

BY_PHONE, GIVEN, CHOSEN = f"{SIGN_IN}/phone", f"{SIGN_IN}/phone/code", f"{SIGN_IN}/phone/reader"
PHONE, STRANGE = "13812341234", "13800009999"


@pytest.fixture
def town(portal_town: Town, settings: Any) -> Town:
    """The town, whose library sends codes; 王秀英 has a telephone."""
    settings.WENYUAN_SMS_URL = "https://sms.example.cn/"
    make_templates()
    make_patron("王秀英", "P0001", home=portal_town.district.central, phone=PHONE)
    return portal_town


def key_of(response: Any) -> str:
    (key,) = re.findall(r'name="key" value="([0-9a-f]{32})"', response.content.decode())
    return str(key)


def ask(client: Client, phone: str = PHONE, **more: str) -> Any:
    return client.post(BY_PHONE, {"phone": phone, "key": key_of(client.get(BY_PHONE)), **more})


def code_sent(clock: Clock) -> str:
    """What the worker sends for what was asked last; empty if nothing."""
    sms = Answering()
    send_asked_code(code_id=PhoneCode.objects.latest("id").id, clock=clock, ports={Channel.SMS: sms})
    return sms.parcels[0].fields["code"] if sms.parcels else ""


def give(client: Client, page: Any, code: str, **more: str) -> Any:
    return client.post(GIVEN, {"key": key_of(page), "code": code, "last4": "1234", **more})


def signed_in_by_phone(clock: Clock, client: Client) -> Any:
    page = ask(client)
    return give(client, page, code_sent(clock))


def test_a_code_to_the_telephone_opens_the_account_without_scripts(town: Town, clock: Clock) -> None:
    client = browser()
    assert f'href="{BY_PHONE}?next=%2Fnew"' in client.get(f"{SIGN_IN}?next=/new").content.decode()

    asked = client.post(
        BY_PHONE, {"phone": "138 1234 1234", "key": key_of(client.get(f"{BY_PHONE}?next=/new")), "next": "/new"}
    )
    assert (asked.status_code, asked["Cache-Control"]) == (200, "no-store")
    assert "the number ending in 1234" in words(asked)
    let_in = give(client, asked, code_sent(clock), next="/new")

    assert (let_in.status_code, let_in["Location"]) == (302, "/new")
    assert "王＊英" in words(client.get(ACCOUNT))
    assert AuditRow.objects.filter(act="sign_in_by_code").count() == 1


def test_without_a_channel_for_sms_it_is_not_offered(portal_town: Town) -> None:
    client = browser()

    assert BY_PHONE not in client.get(SIGN_IN).content.decode()
    page = client.get(BY_PHONE)
    assert (page.status_code, "No codes are sent here" in words(page)) == (200, True)
    assert "<form" not in page.content.decode().split("<main")[1].split("</main")[0]
    client.post(BY_PHONE, {"phone": PHONE})
    assert not PhoneCode.objects.exists()


def test_nobody_learns_from_the_answer_whether_a_reader_has_the_number(town: Town, clock: Clock) -> None:
    def answers(phone: str, address: str) -> list[object]:
        client = browser(REMOTE_ADDR=address)
        asked = ask(client, phone)
        code_sent(clock)
        refused = give(client, asked, "x")
        pages = [asked, refused, ask(client, phone)]
        return [(page.status_code, words(page).replace(phone[-4:], "?"), set(page.cookies)) for page in pages]

    known = answers(PHONE, "10.0.0.1")

    assert [page[0] for page in known] == [200, 422, 429]  # type: ignore[index]
    assert known == answers(STRANGE, "10.0.0.2")


def test_a_wrong_code_is_refused_as_late_as_a_wrong_pin(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(signing_in, "REFUSED_AFTER_S", 1000.0)
    monkeypatch.setattr("time.sleep", slept.append)
    client = browser()
    page = ask(client)
    code = code_sent(clock)

    give(client, page, "x")
    assert (len(slept), all(990 < seconds < 1000 for seconds in slept)) == (1, True)
    assert give(client, page, code).status_code == 302
    assert len(slept) == 1


def test_a_code_is_not_found_by_trying(town: Town, clock: Clock) -> None:
    client = browser()
    page = ask(client)
    code = code_sent(clock)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    for _ in range(5):
        assert give(client, page, wrong).status_code == 422

    refused = give(client, page, code)
    assert (refused.status_code, "This code opens nothing" in words(refused)) == (422, True)
    assert not is_let_in(client)
    assert code not in refused.content.decode()


def test_a_code_opens_nothing_in_another_browser(town: Town, clock: Clock) -> None:
    ask(browser())
    code, thief = code_sent(clock), browser()

    assert thief.post(GIVEN, {"key": key_of(thief.get(BY_PHONE)), "code": code}).status_code == 422
    assert thief.post(GIVEN, {"code": code}).status_code == 422
    assert not is_let_in(thief)


def test_of_several_readers_one_is_chosen_and_no_other_is_let_in(town: Town, clock: Clock) -> None:
    family = make_patron("陈大山", "P0002", home=town.district.central, phone=PHONE)
    stranger = make_patron("张三", "P0003", home=town.district.central, phone=STRANGE)
    client = browser()
    page = ask(client)

    choice = give(client, page, code_sent(clock))
    assert choice.status_code == 200
    assert re.findall(r"(\S＊\S) ····(\d{4})", words(choice)) == [("陈＊山", "0002"), ("王＊英", "0001")]
    assert not is_let_in(client)
    for wanted in (str(stranger.id), "0", "x", "9" * 30, ""):
        assert client.post(CHOSEN, {"key": key_of(choice), "reader": wanted}).status_code == 422
    assert not is_let_in(client)
    let_in = client.post(CHOSEN, {"key": key_of(choice), "reader": str(family.id)})

    assert (let_in.status_code, let_in["Location"]) == (302, ACCOUNT)
    assert "陈＊山" in words(client.get(ACCOUNT))
    other = browser()
    assert other.post(CHOSEN, {"key": key_of(choice), "reader": str(family.id)}).status_code == 422


def test_who_chooses_too_late_begins_anew(town: Town, clock: Clock) -> None:
    family = make_patron("陈大山", "P0002", home=town.district.central, phone=PHONE)
    client = browser()
    choice = give(client, ask(client), code_sent(clock))
    clock.move(minutes=5)

    late = client.post(CHOSEN, {"key": key_of(choice), "reader": str(family.id)})

    assert (late.status_code, "This took too long" in words(late)) == (422, True)
    assert not is_let_in(client)


def test_the_key_of_the_session_is_new_and_one_that_was_planted_opens_nothing(town: Town, clock: Clock) -> None:
    thief = browser()
    signed_in_by_phone(clock, thief)
    planted = thief.cookies[COOKIE].value
    clock.move(minutes=1)
    victim = browser(REMOTE_ADDR="10.0.0.2")
    page = ask(victim)
    victim.cookies[COOKIE] = planted

    let_in = give(victim, page, code_sent(clock))

    assert let_in.status_code == 302
    assert victim.cookies[COOKIE].value != planted
    assert not Session.objects.filter(session_key=planted).exists()
    assert not is_let_in(thief)
    assert let_in.cookies[BROWSER_COOKIE].value


def test_the_token_against_forgery_is_another_after_the_code(town: Town, clock: Clock) -> None:
    client = browser()
    client.get(SIGN_IN)
    before = client.cookies["csrftoken"].value

    signed_in_by_phone(clock, client)

    assert client.cookies["csrftoken"].value != before


@pytest.mark.parametrize("path", [BY_PHONE, GIVEN, CHOSEN])
def test_what_another_site_sends_by_phone_is_refused(town: Town, path: str) -> None:
    client = browser(enforce_csrf_checks=True)

    assert client.post(path, {"phone": PHONE, "key": "a" * 32, "code": "1", "reader": "1"}).status_code == 403
    assert not PhoneCode.objects.exists()


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/workbench/", GIVEN, "/\0"])
def test_a_code_leads_to_pages_of_the_portal_alone(town: Town, clock: Clock, path: str) -> None:
    client = browser()
    page = ask(client)

    assert give(client, page, code_sent(clock), next=path)["Location"] == ACCOUNT


def test_who_asks_too_often_is_told_when_there_is_room_again(town: Town, clock: Clock) -> None:
    ask(browser())

    refused = ask(browser())

    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert "Try again in 1 minute" in words(refused)
    clock.move(minutes=1)
    assert ask(browser()).status_code == 200


def test_who_asks_for_another_too_soon_still_gets_in_by_the_first(town: Town, clock: Clock) -> None:
    client = browser()
    page = ask(client)
    code = code_sent(clock)
    assert "after a minute" in words(page)

    number = client.post(BY_PHONE, {"key": key_of(page), "code": "", "last4": "1234", "next": "/new"})
    assert (number.status_code, key_of(number), "/new" in number.content.decode()) == (200, key_of(page), True)
    again = client.post(BY_PHONE, {"phone": PHONE, "key": key_of(number)})

    assert (again.status_code, PhoneCode.objects.count()) == (200, 1)
    assert give(client, again, code).status_code == 302


def test_of_a_form_that_is_refused_a_code_from_before_is_taken_beside_it(town: Town, clock: Clock) -> None:
    client = browser()
    page = ask(client)
    code, key = code_sent(clock), key_of(page)
    limit = phone_codes.OF_NUMBER[1].most
    for _ in range(limit - 1):
        clock.move(minutes=1)
        page = client.post(BY_PHONE, {"phone": PHONE, "key": key})
        code = code_sent(clock)
    clock.move(minutes=1)

    refused = client.post(BY_PHONE, {"phone": PHONE, "key": key})

    assert (refused.status_code, re.findall(r'name="key" value="(\w+)"', refused.content.decode())) == (429, [key] * 2)
    assert 'name="last4" value="1234"' in refused.content.decode()
    assert client.post(GIVEN, {"key": key, "code": code}).status_code == 302


@pytest.mark.parametrize(
    ("wait_s", "said"), [(61, "2 minutes"), (89 * 60, "89 minutes"), (90 * 60, "2 hours"), (86400, "24 hours")]
)
@pytest.mark.parametrize("is_of_all", [False, True])
def test_a_long_wait_is_told_in_hours_and_that_of_all_without_a_cause(
    town: Town, monkeypatch: pytest.MonkeyPatch, wait_s: int, said: str, is_of_all: bool
) -> None:
    def refuse(**asked: object) -> str:
        raise TooManyCodes(wait_s, is_of_all=is_of_all, last4="1234")

    monkeypatch.setattr(phone_sign_in, "ask_for_code", refuse)

    refused = ask(browser())

    assert (refused.status_code, refused["Retry-After"]) == (429, str(wait_s))
    assert f"Try again in {said}," in words(refused)
    assert ("with this number or from here" in words(refused)) is not is_of_all


def test_an_empty_code_is_told_as_an_error_and_not_as_done(town: Town) -> None:
    client = browser()

    page = give(client, ask(client), "")

    assert (page.status_code, 'role="alert"' in page.content.decode()) == (422, True)
    assert 'role="status"' not in page.content.decode().split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("phone", ["", "x", "010-62345678", "1" * 40])
def test_what_is_no_mobile_number_is_said(town: Town, phone: str) -> None:
    assert ask(browser(), phone).status_code == 422
    assert not PhoneCode.objects.exists()


def test_who_has_signed_in_is_led_on_and_nothing_is_opened_by_a_link(town: Town, clock: Clock) -> None:
    client = browser()
    signed_in_by_phone(clock, client)

    assert client.get(BY_PHONE)["Location"] == ACCOUNT
    assert client.get(GIVEN).status_code == 405
    assert client.get(CHOSEN).status_code == 405


def test_by_phone_in_chinese(town: Town) -> None:
    page = Client().post(BY_PHONE, {"phone": PHONE}, headers={"accept-language": "zh-hans"})

    assert "已申请向尾号1234的手机发送验证码" in words(page)
    assert PhoneCode.objects.get().language == "zh"
