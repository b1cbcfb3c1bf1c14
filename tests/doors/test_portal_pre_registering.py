"""Somebody without a card registers beforehand: a number, a week, and nothing said of anybody's card."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.doors.portal_reader import browser, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import IDENTITY_NUMBER, Town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.portal.tasks import forget_those_who_did_not_come
from wenyuan.lending.patrons import pre_registration
from wenyuan.lending.patrons.data import PatronChange
from wenyuan.lending.patrons.models import Consent, Patron, PreRegistration
from wenyuan.lending.patrons.operations import change_patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.models import AuditRow

FORM = "/account/pre-registration"
PHONE, NOBODYS_PHONE = "13912345678", "13787654321"


def fill_in(town: Town, client: Client | None = None, /, **changes: str) -> Any:
    told = {"name": "周小明", "birth_date": "1998-05-06", "phone": PHONE, "email": "zhou@example.cn", "agree": "on"}
    told["home_branch"] = str(town.district.central.id)
    sent = {name: value for name, value in {**told, **changes}.items() if value}
    return (client or browser()).post(FORM, sent)


def test_the_form_gives_a_number_and_says_until_when(portal_town: Town) -> None:
    assert FORM in browser().get("/account/sign-in").content.decode()

    answer = fill_in(portal_town)

    row = PreRegistration.objects.get()
    assert answer.status_code == 200
    assert re.fullmatch(r"Y-[0-9]{9}", row.number), "no card number of a branch of code Y"
    assert row.number in words(answer)
    assert "Tell it at any desk by Tue 1 Dec 2026" in words(answer)
    assert "What you wrote here is deleted in the night after that day at the latest." in words(answer)
    assert answer["Cache-Control"] == "no-store"
    assert not Patron.objects.filter(name="周小明").exists()


def test_what_was_told_lies_there_sealed(portal_town: Town) -> None:
    fill_in(portal_town)

    [row] = PreRegistration.objects.extra(select={"raw": "told_sealed"}).values_list("raw", flat=True)

    assert "周小明" in PreRegistration.objects.get().told_sealed
    for value in ("周小明", PHONE, "zhou@example.cn", "1998"):
        assert value not in row


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "This field is required."),
        ("name", IDENTITY_NUMBER, "A name has no number in it."),
        ("phone", "12", "This is no telephone number."),
        ("email", "nobody", "This is no e-mail address."),
        ("birth_date", "2027-01-01", "This day is still to come."),
        ("home_branch", "999999", "Select a valid choice."),
        ("agree", "", "Without consent nothing is kept."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(portal_town: Town, field: str, value: str, said: str) -> None:
    answer = fill_in(portal_town, **{field: value})

    assert answer.status_code == 422
    assert said in words(answer)
    assert not PreRegistration.objects.exists()


def reader_with_that_phone(town: Town, clock: Clock) -> Patron:
    """陈小雨, whom the desk finds by ``PHONE`` as by the name."""
    reader = Patron.objects.get(name="陈小雨")
    change_patron(patron_id=reader.id, change=PatronChange(phone=PHONE), at=clock(), desk=town.district.at_central)
    return reader


def test_who_has_a_card_already_is_answered_like_anybody_else(portal_town: Town, clock: Clock) -> None:
    reader = reader_with_that_phone(portal_town, clock)

    known = fill_in(portal_town, name="陈小雨", birth_date=str(reader.birth_date))
    stranger = fill_in(portal_town, phone=NOBODYS_PHONE)

    numbers = list(PreRegistration.objects.order_by("id").values_list("number", flat=True))
    assert words(known).replace(numbers[0], "Y") == words(stranger).replace(numbers[1], "Y")


def test_a_reader_costs_as_many_statements_as_a_stranger(
    portal_town: Town, clock: Clock, django_assert_num_queries: Any
) -> None:
    reader_with_that_phone(portal_town, clock)
    client = browser()
    fill_in(portal_town, client)

    for name, phone in (("陈小雨", PHONE), ("周小明", NOBODYS_PHONE)):
        with django_assert_num_queries(10):
            fill_in(portal_town, client, name=name, phone=phone)


def test_from_one_address_and_in_all_no_more_than_so_many_a_day(
    portal_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pre_registration, "MOST_FROM_ONE_PLACE", 2)
    monkeypatch.setattr(pre_registration, "MOST_IN_ALL", 3)
    here, there, elsewhere = (browser(REMOTE_ADDR=f"10.0.0.{number}") for number in (1, 2, 3))
    for client in (there, here, here):
        assert fill_in(portal_town, client).status_code == 200
        clock.move(hours=1)

    refused = fill_in(portal_town, here)
    nowhere = fill_in(portal_town, elsewhere)

    assert (refused.status_code, refused["Retry-After"]) == (429, "79200"), "the first from here is two hours old"
    assert "Too many registrations from here" in words(refused)
    assert (nowhere.status_code, nowhere["Retry-After"]) == (429, "75600"), "three in all, the first three hours ago"
    clock.move(hours=21)
    assert fill_in(portal_town, here)["Retry-After"] == "3600"
    assert fill_in(portal_town, elsewhere).status_code == 200
    clock.move(hours=1)
    assert fill_in(portal_town, here).status_code == 200


def test_a_hundred_of_a_school_behind_one_address_get_through_in_a_day(portal_town: Town) -> None:
    fill_in(portal_town)
    first = PreRegistration.objects.get()
    PreRegistration.objects.bulk_create(
        PreRegistration(number=f"N{other}", place=first.place, at=first.at, told_sealed="{}") for other in range(98)
    )

    assert fill_in(portal_town).status_code == 200
    assert fill_in(portal_town).status_code == 429


def test_what_another_site_sends_is_refused(portal_town: Town) -> None:
    assert fill_in(portal_town, browser(enforce_csrf_checks=True)).status_code == 403


def test_who_does_not_come_within_a_week_is_forgotten(portal_town: Town, clock: Clock) -> None:
    fill_in(portal_town)
    number = PreRegistration.objects.get().number

    clock.move(days=6, hours=23)
    forget_those_who_did_not_come(clock())
    assert PreRegistration.objects.exists()
    clock.move(hours=1)
    clerk = staff_at(portal_town.district.central, Role.DESK)
    late = clerk.post("/workbench/patrons/new/prefilled", {"pre_registration": number}, follow=True)
    forget_those_who_did_not_come(clock())

    assert "没有此预登记号" in late.content.decode()
    assert not PreRegistration.objects.exists()


def test_the_desk_goes_on_with_it_and_it_ends_with_the_card(portal_town: Town) -> None:
    fill_in(portal_town)
    clerk = staff_at(portal_town.district.central, Role.DESK)
    number = PreRegistration.objects.get().number

    shown = clerk.post("/workbench/patrons/new/prefilled", {"pre_registration": f" {number.lower()} "})

    html = shown.content.decode()
    for value in ("周小明", PHONE, "zhou@example.cn", "1998-05-06"):
        assert f'value="{value}"' in html
    row = AuditRow.objects.get(act="open_pre_registration")
    assert PHONE not in str(row.after) + row.reason
    sent = {
        "name": "周小明",
        "birth_date": "1998-05-06",
        "no_number_reason": "not_shown",
        "category": "adult",
        "home_branch": str(portal_town.district.central.id),
        "given_by": "self",
        "pre_registration": number,
    }
    without_consent = clerk.post("/workbench/patrons/new", sent)
    assert (without_consent.status_code, PreRegistration.objects.count()) == (422, 1)
    done = clerk.post("/workbench/patrons/new", {**sent, "consent": "on"})

    assert done.status_code == 302
    reader = Patron.objects.get(name="周小明")
    assert Consent.objects.filter(patron=reader, purpose="registration").count() == 1
    assert not PreRegistration.objects.exists()


@pytest.mark.parametrize("number", ["", "Y-", "Y-000000000", "R0001", IDENTITY_NUMBER])
def test_an_unknown_number_opens_nothing_at_the_desk(portal_town: Town, number: str) -> None:
    fill_in(portal_town)
    PreRegistration.objects.update(number="Y-999999999")
    clerk = staff_at(portal_town.district.central, Role.DESK)

    answer = clerk.post("/workbench/patrons/new/prefilled", {"pre_registration": number})

    assert answer.status_code == 302
    assert not AuditRow.objects.filter(act="open_pre_registration").exists()


@pytest.mark.parametrize("typed", ["Y-012345678", "y-012345678", "Y012345678", " 012345678", "Ｙ－０１２３４５６７８"])
def test_the_number_is_known_however_it_is_typed(portal_town: Town, typed: str) -> None:
    fill_in(portal_town)
    PreRegistration.objects.update(number="Y-012345678")
    clerk = staff_at(portal_town.district.central, Role.DESK)

    shown = clerk.post("/workbench/patrons/new/prefilled", {"pre_registration": typed})

    assert 'value="周小明"' in shown.content.decode()


def test_whoever_may_not_register_readers_opens_none(portal_town: Town) -> None:
    fill_in(portal_town)
    cataloguer = staff_at(portal_town.district.central, Role.CATALOGUER)
    number = PreRegistration.objects.get().number

    answer = cataloguer.post("/workbench/patrons/new/prefilled", {"pre_registration": number})

    assert answer.status_code == 403
