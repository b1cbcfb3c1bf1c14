"""A reader asks that everything be deleted (PIPL 47): by the PIN, once, taken back, and told what became of it."""

from typing import Any

import pytest
from django.test import Client

from tests.doors.portal_reader import ACCOUNT, asks_to_sign_in, browser, is_let_in, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PIN, Town
from tests.factories.catalogue import make_item
from tests.factories.staff_pages import staff_at
from wenyuan.lending.circulation.operations import checkout
from wenyuan.lending.patrons.models import ErasureRequest, Patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.notices.models import Message
from wenyuan.organisation.rights.models import AuditRow

DELETION, BACK = "/account/data/deletion", "/account/data/deletion/taken-back"


def patron(name: str = "陈小雨") -> Patron:
    return Patron.objects.get(name=name)


def states() -> list[str]:
    return list(ErasureRequest.objects.order_by("id").values_list("state", flat=True))


def test_a_reader_asks_by_the_pin_and_is_told_until_when_it_is_answered(portal_town: Town) -> None:
    client = signed_in()
    assert DELETION in client.get("/account/data").content.decode()

    asked = client.post(DELETION, {"pin": PIN}, follow=True)

    assert "You have asked that everything be deleted" in words(asked)
    assert "The library answers by Thu 24 Dec 2026." in words(asked)
    assert "Asked for on Tue 24 Nov 2026" in words(client.get(DELETION))
    row = ErasureRequest.objects.get()
    assert (row.patron_id, row.state, row.door, row.ended_by_id) == (patron().id, "open", "portal", None)
    audit = AuditRow.objects.get(act="ask_erasure")
    assert (audit.door, audit.account_id, audit.subject_id) == ("portal", None, patron().id)
    entry = Entry.objects.get(kind="patron_changed")
    assert (entry.door, entry.operator_id, entry.details) == ("portal", None, {"what": ["erasure_asked"]})


def test_a_form_sent_twice_is_one_request(portal_town: Town) -> None:
    client = signed_in()

    for _ in range(2):
        assert client.post(DELETION, {"pin": PIN}).status_code == 302

    assert states() == ["open"]
    assert AuditRow.objects.filter(act="ask_erasure").count() == 1


@pytest.mark.parametrize("pin", ["", "000000", "x" * 65])
def test_without_the_pin_nothing_is_asked_for(portal_town: Town, pin: str) -> None:
    refused = signed_in().post(DELETION, {"pin": pin})

    assert refused.status_code == 422
    assert states() == []
    assert pin not in refused.content.decode() or not pin


def test_after_five_wrong_ones_the_right_pin_is_not_looked_at(portal_town: Town) -> None:
    client = signed_in()
    for _ in range(5):
        client.post(DELETION, {"pin": "000000"})

    assert client.post(DELETION, {"pin": PIN}).status_code == 422
    assert states() == []


def test_what_stands_against_it_is_told_and_it_may_be_asked_for_all_the_same(portal_town: Town, clock: Clock) -> None:
    item = make_item(home=portal_town.district.central)
    checkout(item=item.barcode, card="R0001", at=clock(), desk=portal_town.district.at_central)
    client = signed_in()

    assert "Items that you still have: 1." in words(client.get(DELETION))
    assert client.post(DELETION, {"pin": PIN}).status_code == 302

    assert states() == ["open"]


def test_a_reader_takes_it_back_and_may_ask_again(portal_town: Town) -> None:
    client = signed_in()
    client.post(DELETION, {"pin": PIN})

    back = client.post(BACK, follow=True)
    assert "Your request for deletion is taken back" in words(back)
    assert client.post(BACK).status_code == 302
    client.post(DELETION, {"pin": PIN})

    assert states() == ["taken_back", "open"]
    assert AuditRow.objects.filter(act="take_back_erasure").count() == 1


def test_a_refusal_is_told_with_its_reason_in_the_account_and_by_a_message(portal_town: Town) -> None:
    client, clerk = signed_in(), staff_at(portal_town.district.central, Role.DESK_LEAD)
    client.post(DELETION, {"pin": PIN})

    done = clerk.post(f"/workbench/patrons/{patron().id}/acts/refuse-erasure", {"reason": "尚有诉讼，依法保留"})

    assert done.status_code == 302
    told = words(client.get(DELETION))
    assert "Refused on Tue 24 Nov 2026 尚有诉讼，依法保留" in told
    assert "Ask for deletion" in told
    assert states() == ["refused"]
    message = Message.objects.get()
    assert (message.kind, message.recipient) == ("erasure_refused", f"patron:{patron().id}")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("陈小雨", "读者会看到该理由", "理由已告知读者"),
        ("赵敏", "没有账户可查看，请自行将理由告知读者", "已拒绝。该读者已退证，没有账户可查看，请自行将理由告知读者"),
    ],
)
def test_who_has_left_is_told_by_whoever_refuses(portal_town: Town, name: str, before: str, after: str) -> None:
    clerk, page = staff_at(portal_town.district.central, Role.DESK_LEAD), f"/workbench/patrons/{patron(name).id}"
    clerk.post(f"{page}/acts/note-erasure")

    asked = clerk.get(page)
    done = clerk.post(f"{page}/acts/refuse-erasure", {"reason": "尚有诉讼，依法保留"}, follow=True)

    assert before in asked.content.decode()
    assert after in done.content.decode()
    assert states() == ["refused"]


def test_what_is_erased_ends_the_request_and_the_sign_in(portal_town: Town) -> None:
    client, clerk = signed_in(), staff_at(portal_town.district.central, Role.DESK_LEAD)
    client.post(DELETION, {"pin": PIN})

    clerk.post(f"/workbench/patrons/{patron().id}/acts/erase", {"reason": "本人申请"})

    assert states() == ["erased"]
    assert not is_let_in(client)


def test_for_a_child_a_guardian_asks_at_the_desk(portal_town: Town) -> None:
    Patron.objects.filter(name="陈小雨").update(birth_date="2018-01-01")

    refused = signed_in().post(DELETION, {"pin": PIN})

    assert refused.status_code == 422
    assert "For a child a guardian asks, at any desk." in words(refused)
    assert states() == []


def in_anothers_account() -> Client:
    client = signed_in("R0002")
    client.post("/account/cards", {"card": "R0001", "pin": PIN})
    client.post("/account/cards/switch", {"reader": str(patron().id)})
    return client


def test_in_anothers_account_nothing_is_asked_for_and_nothing_taken_back(portal_town: Town) -> None:
    signed_in().post(DELETION, {"pin": PIN})
    other = in_anothers_account()

    for answer in (
        other.get(DELETION, follow=True),
        other.post(DELETION, {"pin": PIN}, follow=True),
        other.post(BACK, follow=True),
    ):
        assert "Deletion is asked for by whoever has signed in with that card" in words(answer)

    assert states() == ["open"]


def test_nobody_takes_back_what_another_asked_for(portal_town: Town) -> None:
    signed_in().post(DELETION, {"pin": PIN})

    assert signed_in("R0002").post(BACK).status_code == 302

    assert states() == ["open"]


def test_nothing_without_a_sign_in_nor_without_the_forms_token(portal_town: Town) -> None:
    stranger = browser()
    assert asks_to_sign_in(stranger.get(DELETION))
    assert asks_to_sign_in(stranger.post(DELETION, {"pin": PIN}))
    assert asks_to_sign_in(stranger.post(BACK))
    forged = browser(enforce_csrf_checks=True)
    forged.cookies = signed_in().cookies
    assert forged.post(DELETION, {"pin": PIN}).status_code == 403
    assert forged.post(BACK).status_code == 403
    assert states() == []


def test_the_file_of_ones_data_has_the_requests(portal_town: Town) -> None:
    client = signed_in()
    client.post(DELETION, {"pin": PIN})

    told: Any = client.post("/account/data", {"pin": PIN, "form": "json"}).json()

    assert [(one["state"], one["ended"]) for one in told["deletion"]] == [("open", None)]


def test_a_form_that_was_drawn_for_another_account_asks_for_nothing(portal_town: Town) -> None:
    client = signed_in()

    answer = client.post(DELETION, {"pin": PIN, "for": str(patron("张億").id)})

    assert answer["Location"] == ACCOUNT
    assert states() == []
