"""The journal at the workbench: filters in the address, pages by key, only the branches one may see."""

from typing import Any

import pytest
from django.db import transaction

from tests.factories.catalogue import make_item_type
from tests.factories.office_pages import NOON, Town, happened, make_town
from tests.factories.patrons import make_category
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.journal.words import KINDS
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    return make_town()


def shown(answer: Any) -> list[Kind]:
    return [row.recorded.entry.kind for row in answer.context["rows"]]


def test_every_kind_has_words() -> None:
    assert set(KINDS) == set(Kind)


def test_filters_narrow_by_kind_branch_and_day(town: Town) -> None:
    happened(Kind.LOAN, town.central)
    happened(Kind.RETURN, town.central)
    happened(Kind.LOAN, town.ring)
    browser = staff_at(town.central, Role.DIRECTOR)

    by_kind = browser.get("/workbench/journal/", {"kind": "loan"})
    by_branch = browser.get("/workbench/journal/", {"branch": str(town.central.id)})
    with_below = browser.get("/workbench/journal/", {"branch": str(town.central.id), "below": "on"})
    by_day = browser.get("/workbench/journal/", {"first": "2026-04-24"})

    assert shown(by_kind) == [Kind.LOAN, Kind.LOAN]
    assert shown(by_branch) == [Kind.RETURN, Kind.LOAN]
    assert len(shown(with_below)) == 3
    assert shown(by_day) == []


def test_the_list_goes_on_where_it_stopped(town: Town) -> None:
    ids = happened(Kind.LOAN, town.central, times=70)
    browser = staff_at(town.central, Role.DIRECTOR)

    first = browser.get("/workbench/journal/")
    second = browser.get("/workbench/journal/", {"from": first.context["onward"].token})

    found = [row.recorded.id for answer in (first, second) for row in answer.context["rows"]]
    assert found == ids[::-1]
    assert (first.context["onward"].is_first, second.context["onward"].token) == (True, "")


def test_a_mistyped_place_in_the_list_shows_its_beginning(town: Town) -> None:
    happened(Kind.LOAN, town.central)
    browser = staff_at(town.central, Role.DIRECTOR)

    assert shown(browser.get("/workbench/journal/", {"from": "999:forged"})) == [Kind.LOAN]


def test_entries_of_other_branches_stay_out_of_sight(town: Town) -> None:
    happened(Kind.LOAN, town.central)
    [hidden] = happened(Kind.LOAN, town.south)
    browser = staff_at(town.ring, Role.DESK_LEAD)

    assert shown(browser.get("/workbench/journal/")) == []
    assert browser.get("/workbench/journal/", {"branch": town.south.id}).status_code == 422
    assert browser.get(f"/workbench/journal/{hidden}/").status_code == 403


def test_a_clerk_does_not_see_the_journal(town: Town) -> None:
    assert staff_at(town.central, Role.DESK).get("/workbench/journal/").status_code == 403


@pytest.mark.parametrize("query", ["kind=gold", "first=31.02.2026", "number=0", "number=99999999999999999999"])
def test_a_filter_that_cannot_be_read_is_told(town: Town, query: str) -> None:
    assert staff_at(town.central, Role.DIRECTOR).get(f"/workbench/journal/?{query}").status_code == 422


def test_one_entry_says_everything_it_holds(town: Town) -> None:
    [entry_id] = happened(Kind.LOAN, town.central, item_id=7)
    browser = staff_at(town.central, Role.DIRECTOR)

    page = browser.get(f"/workbench/journal/{entry_id}/")

    assert page.status_code == 200
    assert "/workbench/items/7/" in page.content.decode()
    assert browser.get("/workbench/journal/99999999/").status_code == 404


def test_the_queries_do_not_grow_with_the_rows(town: Town, django_assert_max_num_queries: Any) -> None:
    happened(Kind.LOAN, town.central, times=50, item_id=3)
    browser = staff_at(town.central, Role.DIRECTOR)
    browser.get("/workbench/journal/")

    with django_assert_max_num_queries(12):
        assert len(shown(browser.get("/workbench/journal/"))) == 50


def test_what_the_journal_keeps_in_codes_is_shown_in_words(town: Town) -> None:
    make_category("adult", name_zh="成人读者")
    make_item_type("children_book", name_zh="少儿图书")
    with transaction.atomic():
        [entry_id] = record(
            Entry(
                kind=Kind.TAKEN,
                occurred_at=NOON,
                door="workbench",
                branch_id=town.central.id,
                quantity=1,
                item_type="children_book",
                patron_category="adult",
                details={
                    "verb": "checkin",
                    "outcome": "taken",
                    "arrived": False,
                    "due_at": "2026-04-23T15:59:59+00:00",
                    "state": "in_transit",
                    "send_to": town.south.id,
                },
            )
        )
    browser = staff_at(town.central, Role.DIRECTOR)

    page = browser.get(f"/workbench/journal/{entry_id}/", headers={"accept-language": "zh-hans"}).content.decode()

    assert all(words in page for words in ("少儿图书", "成人读者", "2026年4月23日 周四", "在途", "城南分馆"))
    assert not any(code in page for code in ("children_book", "due_at", "in_transit", "checkin", "taken", "False"))
