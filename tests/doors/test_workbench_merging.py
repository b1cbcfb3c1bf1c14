"""Records catalogued twice at the workbench: the worklist, two side by side, a merge and its undo."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District, make_district
from tests.factories.network import make_library
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.records import alike
from wenyuan.doors.workbench.records.merge_words import HANGING, MOVED, STAYS
from wenyuan.doors.workbench.records.running import run_duplicates
from wenyuan.holdings.catalogue.data import StayReason
from wenyuan.holdings.catalogue.models import Bib, BibMerge, BibsApart, Item
from wenyuan.holdings.catalogue.operations import merge_bibs
from wenyuan.lending.circulation import title_merging
from wenyuan.lending.circulation.operations import checkin, place_hold
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def town(db: None) -> District:
    make_library()
    return make_district()


@pytest.fixture
def browser(town: District) -> Client:
    client = staff_at(town.central, Role.CATALOGUER)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture(autouse=True)
def looked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would wait for the worker is done at once."""

    def at_once(*, look_id: int, desk: Desk) -> None:
        run_duplicates(
            look_id=look_id, account_id=desk.operator.account_id, branch_id=desk.branch_id, at=datetime.now(tz=UTC)
        )

    monkeypatch.setattr(alike, "hand_over_duplicates", at_once)


@pytest.fixture
def twins(town: District) -> tuple[Bib, Bib]:
    """边城 twice: with two items, and with one."""
    kept = make_bib(title="边城", author="沈从文", isbn="9787506365437")
    gone = make_bib(title="边城", author="沈从文", isbn="9787506365437")
    for barcode, bib in (("K1", kept), ("K2", kept), ("G1", gone)):
        make_item(barcode=barcode, home=town.central, bib=bib)
    return kept, gone


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    html = response.content.decode()
    return html[html.index("<main") : html.index("</main>")]


def test_who_has_not_looked_is_told_how_and_then_sees_the_groups_with_their_reason(
    browser: Client, twins: tuple[Bib, Bib]
) -> None:
    before = text_of(browser, "/workbench/records/alike")

    browser.post("/workbench/records/alike/looked")
    after = text_of(browser, "/workbench/records/alike")

    assert "Nobody has looked yet" in before
    assert "same ISBN" in after
    assert "2 items" in after
    assert f"/workbench/records/{twins[0].id}/merge?other={twins[1].id}" in after


def test_two_records_are_laid_side_by_side_with_the_one_that_should_stay_on_the_left(
    browser: Client, twins: tuple[Bib, Bib], town: District
) -> None:
    kept, gone = twins
    make_patron(card="R1", home=town.central)
    place_hold(bib_id=gone.id, card="R1", pickup_branch_id=town.central.id, at=AT, desk=town.at_central)

    led = {
        typed: browser.get(f"/workbench/records/{gone.id}/merge", {"other": typed})["Location"]
        for typed in ("K1", "978-7-5063-6543-7", str(kept.id))
    }
    page = text_of(browser, f"/workbench/records/{kept.id}/merge/{gone.id}")

    assert set(led.values()) == {f"/workbench/records/{kept.id}/merge/{gone.id}"}
    assert "proposed" in page
    assert "Holds that wait: 1" in page
    assert "proposed" not in text_of(browser, f"/workbench/records/{gone.id}/merge/{kept.id}")
    assert browser.get(f"/workbench/records/{gone.id}/merge", {"other": "nothing"}).status_code == 404
    assert browser.get(f"/workbench/records/{kept.id}/merge/{kept.id}").status_code == 404


def test_of_two_records_in_different_formats_the_page_says_that_only_items_and_holds_move(
    browser: Client, twins: tuple[Bib, Bib]
) -> None:
    kept, _ = twins
    other = make_bib(title="边城", author="沈从文", dialect="marc21")
    told = "no field of the right one can be copied"

    assert told in text_of(browser, f"/workbench/records/{kept.id}/merge/{other.id}")
    assert told not in text_of(browser, f"/workbench/records/{kept.id}/merge/{twins[1].id}")


def test_a_merge_is_made_told_undone_and_what_has_stayed_is_listed(
    browser: Client, twins: tuple[Bib, Bib], town: District
) -> None:
    kept, gone = twins
    url = f"/workbench/records/{kept.id}/merge/{gone.id}"

    made = browser.post(url, {"kept_version": 1, "gone_version": 1})
    merge = BibMerge.objects.get()
    shown = text_of(browser, f"/workbench/records/merges/{merge.id}/")
    listed = text_of(browser, "/workbench/records/merges")
    make_patron(card="R1", home=town.central)
    place_hold(bib_id=kept.id, card="R1", pickup_branch_id=town.central.id, at=AT, desk=town.at_central)
    checkin(item="G1", at=AT, desk=town.at_central)
    browser.post(f"/workbench/records/merges/{merge.id}/undone")
    left = text_of(browser, f"/workbench/records/merges/{merge.id}/")

    assert made["Location"] == f"/workbench/records/merges/{merge.id}/"
    assert "Undo the merge" in shown
    assert "in force" in listed
    assert Item.objects.get(barcode="G1").bib_id == kept.id
    assert str(STAYS[StayReason.ITEM_HELD]) in left or "It is kept for a hold" in left
    assert "Undo the merge" not in left


def test_what_a_verb_refuses_is_said_on_the_page_and_nothing_moves(browser: Client, twins: tuple[Bib, Bib]) -> None:
    kept, gone = twins
    url = f"/workbench/records/{kept.id}/merge/{gone.id}"

    stale = browser.post(url, {"kept_version": 1, "gone_version": 7}, follow=True)
    odd = browser.post(url, {"kept_version": "x"})

    assert "Somebody else has saved this record meanwhile" in stale.content.decode()
    assert odd.status_code == 404
    assert not BibMerge.objects.exists()


def test_two_documents_are_not_proposed_again(browser: Client, twins: tuple[Bib, Bib]) -> None:
    browser.post("/workbench/records/alike/looked")

    browser.post(f"/workbench/records/{twins[0].id}/apart/{twins[1].id}")

    assert BibsApart.objects.count() == 1
    assert "Nothing is catalogued twice" in text_of(browser, "/workbench/records/alike")
    assert "two documents" in text_of(browser, f"/workbench/records/{twins[0].id}/merge/{twins[1].id}")


def test_the_side_by_side_of_a_record_that_was_merged_leads_to_the_one_that_stayed(
    browser: Client, twins: tuple[Bib, Bib], town: District
) -> None:
    kept, gone = twins
    desk = make_desk(town.central, role=Role.CATALOGUER)
    merge_bibs(kept_id=kept.id, gone_id=gone.id, kept_version=1, gone_version=1, at=AT, desk=desk)

    led = browser.get(f"/workbench/records/{kept.id}/merge/{gone.id}")

    assert led["Location"] == f"/workbench/records/{kept.id}/"


@pytest.mark.parametrize("path", ["alike", "merges", "{kept}/merge", "{kept}/merge/{gone}"])
def test_only_who_edits_records_opens_these_pages(town: District, twins: tuple[Bib, Bib], path: str) -> None:
    clerk = staff_at(town.central, Role.DESK)

    address = path.format(kept=twins[0].id, gone=twins[1].id)

    assert clerk.get(f"/workbench/records/{address}").status_code == 403


def test_a_page_of_the_worklist_asks_as_often_for_many_groups_as_for_few(
    browser: Client, twins: tuple[Bib, Bib], django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        for _ in range(2):
            make_bib(title=f"书{number}", author="佚名")
    browser.post("/workbench/records/alike/looked")

    with django_assert_max_num_queries(25):  # type: ignore[operator] # pytest-django gives no type
        text_of(browser, "/workbench/records/alike")


def test_everything_that_hangs_moves_or_stays_has_words(town: District, twins: tuple[Bib, Bib]) -> None:
    assert {one.what for one in title_merging.hangs(twins[0].id)} == set(HANGING)
    assert set(STAYS) == set(StayReason)
    assert {"item", "redirect", "hold", "hold_ended", "hold_ended_of_kept"} == set(MOVED)
