"""Items and records over REST."""

import pytest

from tests.doors.api_client import Api, make_token
from tests.doors.sip2_town import Town
from tests.factories.catalogue import make_bib, make_item
from wenyuan.holdings.catalogue.models import Bib, Item


@pytest.fixture
def api(api_town: Town) -> Api:
    return Api(make_token("kiosk-c"))


def bib_id(title: str) -> int:
    return Bib.objects.get(title=title).id


def test_an_item_is_told_as_it_is_now_and_not_who_has_it(api: Api) -> None:
    api.post("/checkouts", {"item": "C0001", "card": "R0001"})

    lent, shelved = api.get("/items/C0001"), api.get("/items/C0002")

    assert lent.json == {
        "barcode": "C0001",
        "bib": bib_id("平凡的世界"),
        "title": "平凡的世界",
        "volume": "",
        "call_no": "I247.57/123",
        "item_type": "book",
        "owner": {"code": "C", "name": "总馆"},
        "home": {"code": "C", "name": "总馆"},
        "present": {"code": "C", "name": "总馆"},
        "state": "on_loan",
        "condition": "ok",
        "lendable": "yes",
        "available": False,
        "due_date": "2026-12-24",
    }
    assert (shelved.json["available"], shelved.json["due_date"]) == (True, None)


@pytest.mark.parametrize("barcode", ["nothing", "%20", "C0001%2F1", "登录"])
def test_an_unknown_barcode_is_not_found(api: Api, barcode: str) -> None:
    answer = api.get(f"/items/{barcode}")

    assert answer.status == 404
    assert answer.code in ("item_unknown", "not_found")


@pytest.mark.parametrize("barcode", ["%00", "a%0Ab", "x" * 65])
def test_what_can_be_no_barcode_is_refused(api: Api, barcode: str) -> None:
    answer = api.get(f"/items/{barcode}")

    assert (answer.status, answer.code) == (422, "invalid")


def test_a_record_is_told_with_its_numbers_and_what_can_be_had(api: Api, api_town: Town) -> None:
    bib = make_bib(title="围城", author="钱锺书", isbn="9787020024759")
    for barcode, state in (("Q1", "available"), ("Q2", "on_hold_shelf"), ("Q3", "withdrawn")):
        make_item(bib=bib, barcode=barcode, home=api_town.district.central, state=state)

    answer = api.get(f"/bibs/{bib.id}")

    assert (answer.json["title"], answer.json["author"]) == ("围城", "钱锺书")
    assert answer.json["identifiers"] == [{"kind": "isbn", "value": "9787020024759"}]
    assert (answer.json["items"], answer.json["available"]) == (2, 1)


@pytest.mark.parametrize("number", ["0", "abc", "-1", str(2**63), "9" * 400])
def test_what_can_be_no_record_is_refused(api: Api, number: str) -> None:
    assert api.get(f"/bibs/{number}").status == 422
    assert api.get(f"/bibs/{number}/items").status == 422


def test_an_unknown_record_is_not_found(api: Api) -> None:
    for path in (f"/bibs/{2**63 - 1}", f"/bibs/{2**63 - 1}/items"):
        answer = api.get(path)

        assert (answer.status, answer.code) == (404, "not_found")


def test_a_record_s_items_are_listed_page_by_page_without_withdrawn_ones(api: Api) -> None:
    path = f"/bibs/{bib_id('平凡的世界')}/items?limit=4"
    seen: list[str] = []
    pages = 0

    following: str | None = path
    while following:
        answer = api.get(following)
        seen += [item["barcode"] for item in answer.json["items"]]
        following = answer.json["next"]
        pages += 1

    assert len(seen) == len(set(seen))
    assert set(seen) == {*(f"C000{number}" for number in range(1, 7)), "S0001", "C0101", "C0103", "C0104"}
    assert pages == 3


def test_a_list_of_items_goes_on_though_its_last_one_was_withdrawn_meanwhile(api: Api) -> None:
    first = api.get(f"/bibs/{bib_id('平凡的世界')}/items?limit=3")
    seen = [item["barcode"] for item in first.json["items"]]
    Item.objects.filter(barcode=seen[-1]).update(state="withdrawn", lendable="no")

    second = api.get(first.json["next"])

    assert len(seen) == 3
    assert not {item["barcode"] for item in second.json["items"]} & set(seen)
    assert len(second.json["items"]) == 3


def test_records_are_found_by_what_is_known_of_them(api: Api) -> None:
    make_bib(title="围城", author="钱锺书", isbn="9787020024759")

    found = {
        query: [bib["title"] for bib in api.get(f"/bibs?{query}").json["bibs"]]
        for query in (
            "isbn=7-02-002475-0",
            "title=圍",
            "author=钱",
            "title=围&author=鲁迅",
            "barcode=S0001",
            "isbn=9787020024759&title=围城",
            "title=!",
        )
    }

    assert found == {
        "isbn=7-02-002475-0": ["围城"],
        "title=圍": ["围城"],
        "author=钱": ["围城"],
        "title=围&author=鲁迅": [],
        "barcode=S0001": ["平凡的世界"],
        "isbn=9787020024759&title=围城": ["围城"],
        "title=!": [],
    }


def test_a_search_for_nothing_is_refused(api: Api) -> None:
    answer = api.get("/bibs")

    assert (answer.status, answer.code) == (422, "invalid")
    assert answer.json["errors"] == [{"field": "query", "code": "nothing_asked", "message": "请至少给出一个查找条件。"}]


def test_found_records_are_listed_page_by_page_by_title(api: Api) -> None:
    for number in range(5):
        make_bib(title=f"丛书{number}")

    first = api.get("/bibs?title=丛书&limit=3")
    second = api.get(first.json["next"])

    assert [bib["title"] for bib in first.json["bibs"]] == ["丛书0", "丛书1", "丛书2"]
    assert [bib["title"] for bib in second.json["bibs"]] == ["丛书3", "丛书4"]
    assert second.json["next"] is None
