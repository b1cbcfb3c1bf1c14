"""A reader's messages: what they were told, and which kinds by which way they want; theirs alone."""

from typing import Any

import pytest
from django.test import Client

from tests.doors.portal_reader import asks_to_sign_in, browser, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PIN, Town
from tests.factories.notices import make_templates, post_due
from wenyuan.doors.portal import messages
from wenyuan.lending.patrons.models import Consent, Patron
from wenyuan.lending.patrons.operations import choose_own_messages
from wenyuan.organisation.notices.data import Channel, NoticeKind
from wenyuan.organisation.notices.models import Message, Settings, WrongAddress
from wenyuan.organisation.notices.queries import preferences
from wenyuan.organisation.rights.models import AuditRow

BOX, CHOICES = "/account/messages", "/account/messages/choices"
USUAL = {kind.value: "own" for kind in NoticeKind}


def patron(name: str = "陈小雨") -> Patron:
    return Patron.objects.get(name=name)


def recipient(name: str = "陈小雨") -> str:
    return f"patron:{patron(name).id}"


def tell(clock: Clock, *titles: str, name: str = "陈小雨") -> None:
    """Messages that went out, a title each."""
    for title in titles:
        post_due(clock(), f"due:{title}", title=title, recipient=recipient(name), contacts={}, due=f"2026-12-{9:02}")
        Message.objects.filter(state="waiting").update(
            state="sent", subject_sealed="Due soon", text_sealed=f"《{title}》", ended_at=clock(), channel="sms"
        )


def test_what_a_reader_was_told_stands_there_the_newest_first_in_pages(
    portal_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "PAGE", 2)
    client = signed_in()
    assert "No messages" in words(client.get(BOX))
    tell(clock, "边城", "呐喊", "彷徨")

    first = client.get(BOX)

    shown = words(first)
    assert 0 < shown.index("《彷徨》") < shown.index("《呐喊》")
    assert "《边城》" not in shown
    assert "Due soon Tue 24 Nov 2026 · SMS" in shown
    place = Message.objects.order_by("-id")[1].id
    assert f'href="?before={place}"' in first.content.decode()
    assert "《边城》" in words(client.get(f"{BOX}?before={place}"))
    assert client.get(f"{BOX}?before={'9' * 40}").status_code == 200


def test_nobody_reads_the_messages_of_others_and_nobody_without_a_sign_in(portal_town: Town, clock: Clock) -> None:
    tell(clock, "边城")

    assert "《边城》" not in words(signed_in("R0002").get(BOX))
    for path in (BOX, CHOICES):
        assert asks_to_sign_in(browser().get(path))
    assert asks_to_sign_in(browser().post(CHOICES, {**USUAL, "due_soon": "box"}))
    assert not preferences(recipient()).channels


def test_a_text_shows_as_it_is_and_one_that_was_forgotten_says_so(portal_town: Town, clock: Clock) -> None:
    client = signed_in()
    tell(clock, "<script>边城")

    assert "&lt;script&gt;边城" in client.get(BOX).content.decode()
    Message.objects.update(text_sealed="", subject_sealed="")
    assert "Due soon" in words(client.get(BOX))
    assert "The text was forgotten after its time." in words(client.get(BOX))


def test_a_reader_chooses_which_kind_comes_by_which_way_and_the_audit_has_it(portal_town: Town) -> None:
    client = signed_in()

    saved = client.post(CHOICES, {**USUAL, "language": "en", "due_soon": "email", "hold_ready": "box"}, follow=True)

    chosen = preferences(recipient())
    assert saved.redirect_chain == [(BOX, 302)]
    assert "Your choices are saved" in words(saved)
    assert chosen.language == "en"
    assert chosen.channels == {
        NoticeKind.DUE_SOON: (Channel.EMAIL, Channel.WECHAT, Channel.SMS),
        NoticeKind.HOLD_READY: (),
    }
    assert not preferences(recipient("张億")).channels
    row = AuditRow.objects.get(act="choose_own_messages")
    assert (row.door, row.account_id, row.subject_id) == ("portal", None, patron().id)
    assert (row.after["language"], row.after["channels"]["hold_ready"]) == ("en", [])
    again = client.get(CHOICES).content.decode()
    assert '<option value="box" selected>' in again
    client.post(CHOICES, USUAL)
    assert preferences(recipient()).channels == {}
    assert preferences(recipient()).language is None


@pytest.mark.parametrize("sent", [{}, {"due_soon": "pigeon"}, {"due_soon": "in_app"}, {"language": "xx"}])
def test_what_is_no_way_is_refused_and_changes_nothing(portal_town: Town, sent: dict[str, str]) -> None:
    client = signed_in()
    client.post(CHOICES, {**USUAL, "due_soon": "box"})

    refused = client.post(CHOICES, {**USUAL, **sent} if sent else {})

    assert refused.status_code == 422
    assert preferences(recipient()).channels == {NoticeKind.DUE_SOON: ()}


def test_the_form_says_where_a_reader_is_reached_and_when_nothing_is_sent(portal_town: Town, clock: Clock) -> None:
    client, who = signed_in(), patron()
    assert "You are told in the message box alone" in words(client.get(CHOICES))
    who.phone_sealed = "13812345678"
    who.save()
    Consent.objects.create(patron=who, purpose="notices", notice_version="2026-1", given_by="self", given_at=clock())
    Settings.objects.create(quiet_from="22:00", quiet_until="07:30", digest_time="10:15", keep_text_days=30)
    WrongAddress.objects.create(
        recipient=recipient(), channel="sms", address_hash=b"x", address_last4="5678", code="nobody", since=clock()
    )

    asked = client.get(CHOICES)

    shown = words(asked)
    assert "····5678" in shown
    assert "You are not reached there" in shown
    assert "Nothing is sent between 22:00 and 07:30." in shown
    assert "at 10:15." in shown
    assert "13812345678" not in asked.content.decode()


def in_anothers_account() -> Client:
    client = signed_in("R0002")
    client.post("/account/cards", {"card": "R0001", "pin": PIN})
    client.post("/account/cards/switch", {"reader": str(patron().id)})
    return client


def test_in_anothers_account_nothing_is_chosen(portal_town: Town) -> None:
    other = in_anothers_account()

    assert CHOICES not in other.get(BOX).content.decode()
    answer = other.post(CHOICES, {**USUAL, "due_soon": "box"}, follow=True)

    assert "Messages are chosen by whoever has signed in with that card" in words(answer)
    assert not preferences(recipient()).channels


def test_a_form_that_was_drawn_for_another_account_chooses_nothing(portal_town: Town) -> None:
    client = signed_in()

    answer = client.post(CHOICES, {**USUAL, "due_soon": "box", "for": str(patron("张億").id)}, follow=True)

    assert "Another account is open now; nothing was done" in words(answer)
    assert not preferences(recipient()).channels


def test_for_a_child_a_guardian_chooses_at_the_desk(portal_town: Town) -> None:
    Patron.objects.filter(name="陈小雨").update(birth_date="2018-01-01")

    refused = signed_in().post(CHOICES, {**USUAL, "due_soon": "box"})

    assert refused.status_code == 422
    assert "For a child a guardian chooses, at any desk." in words(refused)
    assert not preferences(recipient()).channels
    assert not AuditRow.objects.filter(act="choose_own_messages").exists()


def test_what_another_site_sends_is_refused(portal_town: Town) -> None:
    client = browser(enforce_csrf_checks=True)
    client.cookies = signed_in().cookies

    assert client.post(CHOICES, {**USUAL, "due_soon": "box"}).status_code == 403


def test_who_has_left_meanwhile_chooses_nothing(portal_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in()

    def left(**options: Any) -> None:
        Patron.objects.filter(name="陈小雨").update(status="closed")
        choose_own_messages(**options)

    monkeypatch.setattr(messages, "choose_own_messages", left)

    answer = client.post(CHOICES, {**USUAL, "due_soon": "box"})

    assert answer.status_code == 422
    assert "This was not done" in words(answer)
    assert not preferences(recipient()).channels


def test_the_box_costs_the_same_however_much_there_is(
    portal_town: Town, clock: Clock, django_assert_num_queries: Any
) -> None:
    make_templates()
    client = signed_in()
    tell(clock, "边城")
    client.get(BOX)

    with django_assert_num_queries(6):
        client.get(BOX)
    tell(clock, *(f"第{number}种" for number in range(40)))
    with django_assert_num_queries(6):
        client.get(BOX)
