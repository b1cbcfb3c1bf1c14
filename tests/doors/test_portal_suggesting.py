"""A reader suggests a title at the portal: from a search that found nothing, through the sign-in, to its answer."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.doors.portal_reader import asks_to_sign_in, browser, send, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PIN, Town
from tests.factories.catalogue import make_bib, make_item
from wenyuan.doors.furniture.suggestion_words import FIELDS, REASONS, STATES
from wenyuan.lending.patrons.models import Patron
from wenyuan.services.feedback.data import SuggestionReason, SuggestionState
from wenyuan.services.feedback.models import Suggestion, Support

FORM, MINE = "/suggestion", "/account/suggestions"
ISBN = "9787506365437"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def suggest(client: Client, **typed: str) -> Any:
    sent = {"title": "长安的荔枝", "author": "马伯庸", "pickup": "CENTRAL", "tell": "on", **typed}
    return client.post(FORM, {name: value for name, value in sent.items() if value})


@pytest.fixture
def town(portal_town: Town) -> Town:
    portal_town.district.central.code = "CENTRAL"
    portal_town.district.central.save()
    return portal_town


def test_every_state_and_reason_has_words() -> None:
    assert set(STATES) == set(SuggestionState)
    assert set(REASONS) == set(SuggestionReason)
    assert set(FIELDS) < set(SuggestionReason)


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("q=没有的书", f"{FORM}?title={quote('没有的书')}"),
        ("q=无名氏&by=author", f"{FORM}?author={quote('无名氏')}"),
        ("q=978-7-5063-6543-7", f"{FORM}?isbn=978-7-5063-6543-7"),
        ("q=%22%3E%3Cscript%3E", f"{FORM}?title=%22%3E%3Cscript%3E"),
    ],
)
def test_a_search_that_found_nothing_leads_to_the_form_with_what_was_asked(
    town: Town, asked: str, leads_to: str
) -> None:
    html = browser().get(f"/find?{asked}").content.decode()

    assert f'href="{leads_to}" rel="nofollow"' in html


def test_a_search_that_found_something_offers_it_below(town: Town) -> None:
    assert "Not what you were looking for?" in words(browser().get("/find?q=平凡"))


def test_who_has_not_signed_in_comes_back_to_the_filled_in_form(town: Town) -> None:
    client, path = browser(), f"{FORM}?title={quote('没有的书')}&author={quote('无名')}"
    first = client.get(path)
    assert asks_to_sign_in(first)
    assert quote(path, safe="") in first["Location"]

    back = send(client, next=path)

    assert back["Location"] == path
    html = client.get(path).content.decode()
    assert 'value="没有的书"' in html
    assert 'value="无名"' in html


def test_a_wish_stands_in_the_account_with_its_answer(town: Town) -> None:
    client = signed_in()

    answer = suggest(client, why="单位要读")

    assert (answer.status_code, answer["Location"]) == (302, MINE)
    shown = words(client.get(MINE))
    assert "Suggested: 长安的荔枝" in shown
    assert "not yet looked at" in shown
    Suggestion.objects.update(state="refused", reason="已停印，买不到")
    assert "已停印，买不到" in words(client.get(MINE))


def test_what_has_arrived_can_be_held(town: Town) -> None:
    client = signed_in()
    suggest(client)
    bib = make_bib(title="长安的荔枝")
    Suggestion.objects.update(state="arrived", bib=bib)

    assert f'href="/record/{bib.id}/hold"' in client.get(MINE).content.decode()


def test_a_second_reader_is_told_that_others_wish_it_and_sees_nothing_of_them(town: Town) -> None:
    suggest(signed_in("R0001"), why="我的私事")
    client = signed_in("R0002")

    suggest(client)

    shown = client.get(MINE).content.decode()
    assert "1 other reader wishes it too" in shown
    assert "我的私事" not in shown
    assert "陈小雨" not in shown


def test_what_is_held_is_shown_instead_and_another_may_be_meant(town: Town) -> None:
    bib = make_bib(title="长安的荔枝", author="马伯庸", isbn=ISBN)
    make_item(bib=bib, home=town.district.central)
    client = signed_in()

    by_number = suggest(client, isbn=ISBN)
    alike = suggest(client)

    assert (by_number.status_code, alike.status_code) == (422, 422)
    assert "The library has one of this ISBN already." in words(by_number)
    assert 'name="means_another" value="on"' in by_number.content.decode()
    assert f'href="/record/{bib.id}"' in alike.content.decode()
    assert 'name="means_another" value="on"' in alike.content.decode()
    assert suggest(client, means_another="on").status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "This field is required."),
        ("title", "书" * 201, "at most 200 characters"),
        ("title", "a\x00b", "Null characters are not allowed."),
        ("author", "甲" * 121, "at most 120 characters"),
        ("isbn", "9787506365430", "This is no ISBN"),
        ("why", "由" * 301, "at most 300 characters"),
        ("pickup", "NOWHERE", "Select a valid choice."),
        ("pickup", "", "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(town: Town, field: str, value: str, said: str) -> None:
    answer = suggest(signed_in(), **{field: value})

    assert answer.status_code == 422
    assert said in words(answer)
    assert not Suggestion.objects.exists()


def test_no_field_becomes_a_tag(town: Town) -> None:
    client = signed_in()

    refused = suggest(client, title=EVIL, author=EVIL, why=EVIL, isbn=EVIL[:40])
    suggest(client, title=EVIL, author=EVIL, why=EVIL)
    Suggestion.objects.update(reason=EVIL)

    for answer in (refused, client.get(MINE), client.get(f"{FORM}?title={quote(EVIL)}&isbn={quote(EVIL)}")):
        html = answer.content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_a_flood_ends_after_five_a_month(town: Town, clock: Clock) -> None:
    client = signed_in()
    for number in range(5):
        assert suggest(client, title=f"书{number}").status_code == 302

    refused = suggest(client, title="书6")

    assert refused.status_code == 422
    assert "You have made five suggestions this month." in words(refused)
    assert Support.objects.count() == 5


def test_what_another_site_sends_or_an_old_form_does_nothing(town: Town) -> None:
    forged = browser(enforce_csrf_checks=True)
    forged.cookies = signed_in().cookies
    assert suggest(forged).status_code == 403

    other = str(Patron.objects.exclude(name="陈小雨").earliest("id").id)
    assert suggest(signed_in(), **{"for": other})["Location"] == "/account"
    assert asks_to_sign_in(suggest(browser()))
    assert not Suggestion.objects.exists()


def test_nobody_sees_the_suggestions_of_another(town: Town) -> None:
    suggest(signed_in("R0001"))

    assert "Nothing suggested yet" in words(signed_in("R0002").get(f"{MINE}?patron=1&page=9"))
    assert asks_to_sign_in(browser().get(MINE))


def test_many_are_shown_by_pages_at_the_same_cost(town: Town, django_assert_num_queries: Any) -> None:
    client = signed_in()
    patron = Patron.objects.get(name="陈小雨")
    suggest(client)
    client.get(MINE)
    with django_assert_num_queries(7):
        client.get(MINE)
    for number in range(45):
        made = Suggestion.objects.create(branch=town.district.central, title=f"书{number:02}", likeness=f"{number}|")
        Support.objects.create(suggestion=made, patron=patron, pickup_branch=town.district.central)

    with django_assert_num_queries(7):
        last = client.get(f"{MINE}?page=3")

    assert last.content.decode().count('class="leaf pad stack tight"') == 6


def test_what_was_suggested_is_in_the_file_to_take_along(town: Town) -> None:
    client = signed_in()
    suggest(client, why="单位要读", isbn="7-5063-6543-X")

    told = json.loads(client.post("/account/data", {"pin": PIN, "form": "json"}).content)

    [row] = told["suggestions"]
    assert (row["title"], row["why"], row["isbn"], row["state"]) == ("长安的荔枝", "单位要读", ISBN, "new")
