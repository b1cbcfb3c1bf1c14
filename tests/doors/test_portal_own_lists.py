"""A reader's own lists at the portal: filled from a work's page, seen by nobody else."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.doors.portal_reader import asks_to_sign_in, browser, signed_in, words
from tests.doors.sip2_town import PIN, Town
from tests.factories.catalogue import make_bib
from wenyuan.doors.portal.own_lists import REASONS
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.lending.patrons.models import Patron
from wenyuan.services.reading.data import OwnListReason
from wenyuan.services.reading.models import OwnLine, OwnList

MINE = "/account/lists"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def bib(portal_town: Town) -> Bib:
    return make_bib(title="活着")


def put(client: Client, bib: Bib, **typed: str) -> Any:
    return client.post(f"/record/{bib.id}/list", {"name": "想读", **typed})


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(OwnListReason)


def test_a_work_is_put_on_a_new_list_and_on_one_that_is_there(bib: Bib) -> None:
    client = signed_in()
    other = make_bib(title="围城")
    assert f'href="/record/{bib.id}/list"' in client.get(f"/record/{bib.id}").content.decode()
    assert 'value="Want to read"' in client.get(f"/record/{bib.id}/list").content.decode()

    first = put(client, bib)
    made = OwnList.objects.get()
    assert first["Location"] == f"{MINE}/{made.id}"
    second = put(client, other, chosen=str(made.id), name="")

    assert second["Location"] == f"{MINE}/{made.id}"
    shown = words(client.get(f"{MINE}/{made.id}"))
    assert "围城 is on “想读”." in shown
    assert shown.index("围城") < shown.index("活着")
    assert "2 works" in words(client.get(MINE))
    put(client, bib, chosen=str(made.id), name="新的")
    assert OwnList.objects.latest("id").name == "新的", "a name that is typed makes a list of its own"
    put(client, bib)
    assert "活着 stands on “想读” already." in words(client.get(f"{MINE}/{made.id}"))


def test_results_lead_to_the_lists_of_who_has_signed_in_alone(bib: Bib) -> None:
    path = f"/find?q={quote('活着')}"

    assert f'href="/record/{bib.id}/list"' in signed_in().get(path).content.decode()
    assert f'href="/record/{bib.id}/list"' not in browser().get(path).content.decode()


def test_who_has_not_signed_in_does_so_first(bib: Bib) -> None:
    client = browser()

    assert asks_to_sign_in(client.get(f"/record/{bib.id}/list"))
    assert asks_to_sign_in(put(client, bib))
    assert asks_to_sign_in(client.get(MINE))
    assert not OwnList.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "The list needs a name."),
        ({"name": "书" * 41}, "at most 40 characters"),
        ({"name": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said(bib: Bib, typed: dict[str, str], said: str) -> None:
    answer = put(signed_in(), bib, **typed)

    assert answer.status_code == 422
    assert said in words(answer)


def test_another_readers_list_is_not_there(bib: Bib) -> None:
    put(signed_in("R0001"), bib)
    theirs = OwnList.objects.get()
    client = signed_in("R0002")
    put(client, bib, name="我的")

    assert client.get(f"{MINE}/{theirs.id}").status_code == 404
    assert client.post(f"{MINE}/{theirs.id}", {"name": "我的了"}).status_code == 404
    assert client.get(f"{MINE}/{theirs.id}/deleted").status_code == 404
    assert client.post(f"{MINE}/{theirs.id}/deleted").status_code == 404
    assert client.post(f"{MINE}/{theirs.id}/works/{bib.id}/removed").status_code == 404
    assert put(client, bib, chosen=str(theirs.id)).status_code == 422
    assert "想读" not in words(client.get(MINE))
    assert (OwnList.objects.count(), OwnLine.objects.count()) == (2, 2)


def test_a_list_is_renamed_emptied_and_deleted(bib: Bib) -> None:
    client = signed_in()
    put(client, bib)
    path = f"{MINE}/{OwnList.objects.get().id}"

    client.post(path, {"name": "明年读"})
    assert "明年读" in words(client.get(path))
    client.post(f"{path}/works/{bib.id}/removed")
    html = client.get(path).content.decode()
    assert "Nothing on this list" in html
    assert f'href="{path}/deleted"' in html
    asked = words(client.get(f"{path}/deleted"))
    assert "Delete “明年读”?" in asked
    assert "The list is deleted with all that stands on it." in asked
    assert OwnList.objects.exists()
    assert client.post(f"{path}/deleted")["Location"] == MINE

    assert "No lists yet" in words(client.get(MINE))
    assert client.post(f"{path}/deleted").status_code == 404
    assert client.get(f"{path}/deleted").status_code == 404


def test_no_name_becomes_a_tag(bib: Bib) -> None:
    client = signed_in()
    put(client, bib, name=EVIL)
    made = OwnList.objects.get()

    for path in (MINE, f"{MINE}/{made.id}", f"/record/{bib.id}/list"):
        html = client.get(path).content.decode()
        assert EVIL not in html
        assert "&lt;script&gt;" in html


def test_what_another_site_sends_or_an_old_form_does_nothing(bib: Bib) -> None:
    forged = browser(enforce_csrf_checks=True)
    forged.cookies = signed_in().cookies
    assert put(forged, bib).status_code == 403

    other = str(Patron.objects.exclude(name="陈小雨").earliest("id").id)
    assert put(signed_in(), bib, **{"for": other})["Location"] == "/account"
    assert not OwnList.objects.exists()


def test_a_record_that_was_merged_leads_to_the_other_and_none_is_none(bib: Bib) -> None:
    gone = make_bib(title="旧")
    Bib.objects.filter(id=gone.id).update(merged_into=bib)
    client = signed_in()

    assert client.get(f"/record/{gone.id}/list")["Location"] == f"/record/{bib.id}/list"
    assert client.get("/record/987654/list").status_code == 404


def test_a_long_list_comes_in_pages_at_the_same_cost(bib: Bib, django_assert_num_queries: Any) -> None:
    client = signed_in()
    put(client, bib)
    made = OwnList.objects.get()
    client.get(f"{MINE}/{made.id}")
    OwnLine.objects.bulk_create(OwnLine(own_list=made, bib=make_bib(title=f"书{number}")) for number in range(44))

    for number in (1, 3):
        with django_assert_num_queries(9):
            page = client.get(f"{MINE}/{made.id}?page={number}")
        assert page.content.decode().count('scope="row"') == (20 if number == 1 else 5)


def test_all_of_them_are_in_the_file_to_take_along(bib: Bib) -> None:
    client = signed_in()
    put(client, bib)
    put(client, bib, name="读过")

    told = json.loads(client.post("/account/data", {"pin": PIN, "form": "json"}).content)

    assert [(row["list"], row["title"]) for row in told["lists"]] == [("想读", "活着"), ("读过", "活着")]
