"""What readers say of works at the portal and the workbench: nothing is shown unread, nothing runs, nobody is named."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.doors.portal_reader import asks_to_sign_in, browser, signed_in, words
from tests.doors.sip2_town import PIN, Town
from tests.factories.catalogue import make_bib
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.furniture.review_words import REASONS, STATES
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.services.reading.data import ReviewReason, ReviewState
from wenyuan.services.reading.models import Review, ReviewReport

MINE, QUEUE = "/account/reviews", "/workbench/reviews/"
EVIL = "</script><script>alert(1)</script><img src=x>"


@pytest.fixture
def bib(portal_town: Town) -> Bib:
    return make_bib(title="活着")


def say(client: Client, bib: Bib, **typed: str) -> Any:
    sent = {"stars": "5", "words": "读了两遍", "shown_as": "小雨", **typed}
    return client.post(f"/record/{bib.id}/review", sent)


def make_review(town: Town, bib: Bib, **columns: Any) -> Review:
    central = town.district.central
    told = {"stars": 4, "words": "好看", "state": "shown", **columns}
    return Review.objects.create(patron=make_patron(home=central), bib=bib, branch=central, **told)


def decide(staff: Client, review: Review, **typed: str) -> Any:
    return staff.post(f"{QUEUE}{review.id}", {"version": str(review.version), **typed})


def test_every_state_and_reason_has_words() -> None:
    assert set(STATES) == set(ReviewState)
    assert set(REASONS) == set(ReviewReason)


def test_what_is_said_is_shown_to_everybody_once_staff_have_looked(portal_town: Town, bib: Bib) -> None:
    client, staff = signed_in(), staff_at(portal_town.district.central, Role.OUTREACH)
    assert say(client, bib)["Location"] == MINE
    assert "to be looked at" in words(client.get(MINE))
    for path in (f"/record/{bib.id}", f"/record/{bib.id}/reviews"):
        assert "读了两遍" not in browser().get(path).content.decode()
    assert "读了两遍" in staff.get(QUEUE).content.decode()

    assert decide(staff, Review.objects.get(), shown="yes").status_code == 302

    for path in (f"/record/{bib.id}", f"/record/{bib.id}/reviews"):
        html = browser().get(path).content.decode()
        assert "读了两遍" in html
        assert "小雨" in html
        for private in ("陈小雨", "陈＊雨", "R0001"):
            assert private not in html
    assert AuditRow.objects.filter(act="decide_review").count() == 1
    say(client, bib, words="改了主意")
    assert "读了两遍" not in browser().get(f"/record/{bib.id}").content.decode()


def test_without_a_name_it_is_a_readers(portal_town: Town, bib: Bib) -> None:
    make_review(portal_town, bib)

    assert "a reader ·" in words(browser().get(f"/record/{bib.id}"))


def test_a_refusal_stands_in_the_account_with_its_reason(portal_town: Town, bib: Bib) -> None:
    client, staff = signed_in(), staff_at(portal_town.district.central, Role.OUTREACH)
    say(client, bib)

    bare = decide(staff, Review.objects.get(), shown="no")
    decide(staff, Review.objects.get(), shown="no", reason="含有广告")

    assert bare.status_code == 422
    assert "含有广告" in words(client.get(MINE))
    assert "读了两遍" not in browser().get(f"/record/{bib.id}").content.decode()


def test_stars_are_shown_and_told_to_machines_from_three_on(portal_town: Town, bib: Bib) -> None:
    for stars in (5, 4):
        make_review(portal_town, bib, stars=stars, words="")
    assert "aggregateRating" not in browser().get(f"/record/{bib.id}").content.decode()

    make_review(portal_town, bib, stars=4)

    html = browser().get(f"/record/{bib.id}").content.decode()
    told = json.loads(html.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert told["aggregateRating"] == {
        "@type": "AggregateRating",
        "ratingValue": 4.3,
        "ratingCount": 3,
        "bestRating": 5,
        "worstRating": 1,
    }
    assert "★ 4.3 of 5" in html


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"stars": "", "words": ""}, "Give stars, or say something."),
        ({"stars": "6"}, "Select a valid choice."),
        ({"words": "书" * 1001}, "at most 1000 characters"),
        ({"words": "a\x00b"}, "Null characters are not allowed."),
        ({"shown_as": "R0001"}, "Choose a name without numbers"),
        ({"shown_as": "名" * 21}, "at most 20 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(bib: Bib, typed: dict[str, str], said: str) -> None:
    answer = say(signed_in(), bib, **typed)

    assert answer.status_code == 422
    assert said in words(answer)
    assert not Review.objects.exists()


def test_of_a_child_nothing_is_taken(bib: Bib) -> None:
    Patron.objects.filter(name="陈小雨").update(birth_date="2020-01-01")

    answer = say(signed_in(), bib)

    assert "from fourteen years on" in words(answer)
    assert not Review.objects.exists()


def test_no_field_becomes_a_tag(portal_town: Town, bib: Bib) -> None:
    client, staff = signed_in(), staff_at(portal_town.district.central, Role.OUTREACH)
    say(client, bib, words=EVIL, shown_as="<b>x</b>")
    made = Review.objects.get()
    ReviewReport.objects.create(review=made, patron=Patron.objects.get(name="陈小雨"), why=EVIL)
    pages = [client.get(MINE), client.get(f"/record/{bib.id}/review"), staff.get(QUEUE), staff.get(f"{QUEUE}{made.id}")]
    Review.objects.update(state="shown", reason=EVIL)
    pages += [browser().get(f"/record/{bib.id}"), browser().get(f"/record/{bib.id}/reviews")]
    pages += [signed_in("R0002").get(f"/review/{made.id}/report"), client.get(MINE)]

    for page in pages:
        html = page.content.decode()
        assert page.status_code == 200
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<b>x</b>" not in html


def test_nobody_touches_the_review_of_another(portal_town: Town, bib: Bib) -> None:
    theirs = make_review(portal_town, bib)
    client = signed_in()

    assert client.post(f"{MINE}/{theirs.id}/deleted").status_code == 404
    say(client, bib, words="我的")
    assert Review.objects.get(id=theirs.id).words == "好看"
    assert "好看" not in words(client.get(MINE))
    mine = Review.objects.get(words="我的")
    assert client.post(f"{MINE}/{mine.id}/deleted")["Location"] == MINE
    assert list(Review.objects.values_list("id", flat=True)) == [theirs.id]


def test_what_is_improper_is_reported_once_and_stands_in_the_queue(portal_town: Town, bib: Bib) -> None:
    shown, hidden = make_review(portal_town, bib), make_review(portal_town, bib, state="waiting")
    client, staff = signed_in(), staff_at(portal_town.district.central, Role.OUTREACH)

    for _ in range(2):
        answer = client.post(f"/review/{shown.id}/report", {"why": "泄露隐私"})
        assert answer["Location"] == "/account"
    assert client.get(f"/review/{hidden.id}/report").status_code == 404
    assert client.post(f"/review/{hidden.id}/report", {"why": "x"}).status_code == 404
    assert ReviewReport.objects.count() == 1
    assert "好看" in staff.get(f"{QUEUE}?wanted=reported").content.decode()
    assert "泄露隐私" in staff.get(f"{QUEUE}{shown.id}").content.decode()
    decide(staff, shown, shown="no", reason="泄露隐私")
    assert Review.objects.get(id=shown.id).state == "refused"


def test_in_anothers_account_nothing_is_said_deleted_or_reported(portal_town: Town, bib: Bib) -> None:
    say(signed_in(), bib)
    own, shown = Review.objects.get(), make_review(portal_town, make_bib())
    other = signed_in("R0002")
    other.post("/account/cards", {"card": "R0001", "pin": PIN})
    other.post("/account/cards/switch", {"reader": str(own.patron_id)})

    for path, sent in (
        (f"/record/{bib.id}/review", {"words": "不同"}),
        (f"{MINE}/{own.id}/deleted", {}),
        (f"/review/{shown.id}/report", {"why": "不妥"}),
    ):
        answer = other.post(path, {**sent, "for": str(own.patron_id)}, follow=True)
        assert "Whoever has signed in with that card speaks for themselves" in words(answer)

    own.refresh_from_db()
    assert (own.words, ReviewReport.objects.exists()) == ("读了两遍", False)


def test_who_has_not_signed_in_or_comes_from_another_site_says_nothing(portal_town: Town, bib: Bib) -> None:
    shown = make_review(portal_town, bib)
    forged = browser(enforce_csrf_checks=True)
    forged.cookies = signed_in().cookies

    assert asks_to_sign_in(say(browser(), bib))
    assert asks_to_sign_in(browser().get(f"/review/{shown.id}/report"))
    assert say(forged, bib).status_code == 403
    assert forged.post(f"/review/{shown.id}/report", {"why": "x"}).status_code == 403
    other = str(Patron.objects.exclude(name="陈小雨").earliest("id").id)
    assert say(signed_in(), bib, **{"for": other})["Location"] == "/account"
    assert Review.objects.count() == 1


def test_who_may_not_look_at_them_sees_none(portal_town: Town, bib: Bib) -> None:
    made = make_review(portal_town, bib, state="waiting")
    clerk = staff_at(portal_town.district.central, Role.DESK)
    elsewhere = staff_at(portal_town.district.south, Role.OUTREACH)

    assert clerk.get(QUEUE).status_code == 403
    assert decide(clerk, made, shown="yes").status_code == 403
    assert "好看" not in elsewhere.get(QUEUE).content.decode()
    assert decide(elsewhere, made, shown="yes").status_code == 403
    assert elsewhere.get(f"{QUEUE}?wanted=' OR 1=1&page=-1").status_code == 200
    assert Review.objects.get().state == "waiting"


def test_what_was_changed_meanwhile_is_not_shown_unread(portal_town: Town, bib: Bib) -> None:
    made = make_review(portal_town, bib, state="waiting", version=2)
    staff = staff_at(portal_town.district.central, Role.OUTREACH)

    answer = staff.post(f"{QUEUE}{made.id}", {"version": "1", "shown": "yes"}, follow=True)

    assert "刚刚有改动" in answer.content.decode()
    assert Review.objects.get().state == "waiting"


def test_many_come_in_pages_at_the_same_cost(portal_town: Town, bib: Bib, django_assert_num_queries: Any) -> None:
    central, client = portal_town.district.central, browser()
    make_review(portal_town, bib)
    client.get(f"/record/{bib.id}/reviews")
    readers = [make_patron(home=central) for _ in range(24)]
    Review.objects.bulk_create(
        Review(patron=one, bib=bib, branch=central, stars=4, words="好", state="shown") for one in readers
    )

    for number, rows in ((1, 20), (2, 5)):
        with django_assert_num_queries(5):
            html = client.get(f"/record/{bib.id}/reviews?page={number}").content.decode()
        assert html.count('class="leaf pad stack tight"') == rows


def test_all_of_them_are_in_the_file_to_take_along(bib: Bib) -> None:
    client = signed_in()
    say(client, bib)

    [row] = json.loads(client.post("/account/data", {"pin": PIN, "form": "json"}).content)["reviews"]

    assert (row["title"], row["stars"], row["words"], row["shown_as"]) == ("活着", 5, "读了两遍", "小雨")
