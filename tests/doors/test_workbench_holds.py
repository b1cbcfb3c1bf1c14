"""Holds at the workbench: placed from a title or a reader, fetched, shelved, cleared, changed and cancelled."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.office_pages import Town, make_town
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.holds.words import REASONS, STATES
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.lending.circulation.models import Hold, HoldState
from wenyuan.lending.circulation.operations import expire_hold
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def title(town: Town) -> Bib:
    """边城, one item with barcode I1 on a shelf of the central library, and readers with cards C1 and C2."""
    make_policy(branch=town.central, loan_days=30)
    bib = make_bib(title="边城", author="沈从文")
    make_item(barcode="I1", home=town.central, bib=bib, call_no="I246.5/1")
    for number in (1, 2):
        make_patron(card=f"C{number}", name="沈小雨", home=town.central)
    return bib


def place(browser: Client, town: Town, bib: Bib, card: str, **more: str) -> int:
    """Place a hold on the page of its title; the status of the answer."""
    wish = {"card": card, "pickup": str(town.central.id), "only": "", "not_before": "", "not_after": "", **more}
    return browser.post(f"/workbench/holds/titles/{bib.id}/", wish).status_code


def test_every_state_and_reason_has_words() -> None:
    assert set(STATES) == set(HoldState.values)
    assert set(REASONS) == {"not_fetched", "not_after", "merged", "item_lost"}


def test_a_hold_is_placed_on_the_page_of_its_title_and_stands_in_its_queue(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)

    answer = browser.post(
        f"/workbench/holds/titles/{title.id}/",
        {"card": "C1", "pickup": str(town.central.id), "only": "I1", "not_before": "", "not_after": "2099-12-31"},
        follow=True,
    )

    hold = Hold.objects.get()
    assert (hold.item_id, str(hold.not_after)) == (Item.objects.get().id, "2099-12-31")
    assert "已预借《边城》" in answer.content.decode()
    assert [row["hold"].place for row in answer.context["rows"]] == [1]
    assert "沈小雨" not in answer.content.decode()


def test_every_refusal_is_told_above_the_form_and_nothing_is_placed(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)

    unknown = browser.post(
        f"/workbench/holds/titles/{title.id}/",
        {"card": "C9", "pickup": str(town.central.id), "not_after": "2020-01-01"},
    )

    assert unknown.status_code == 422
    assert "没有找到这张读者证" in unknown.content.decode()
    assert "最后一天不能早于今天" in unknown.content.decode()
    assert Hold.objects.count() == 0


def test_a_reader_s_page_takes_the_barcode_of_any_item(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)
    patron = make_patron(card="C5", name="李四光", home=town.central)

    browser.post(f"/workbench/holds/readers/{patron.id}/", {"code": "I1", "pickup": str(town.central.id)})
    answer = browser.get(f"/workbench/holds/readers/{patron.id}/")

    assert [row["hold"].title for row in answer.context["rows"]] == ["边城"]
    assert answer.context["ended"] == []


def test_what_is_fetched_is_scanned_and_the_page_says_where_it_goes(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)
    place(browser, town, title, "C1")
    listed = browser.get("/workbench/holds/").context["rows"]

    answer = browser.post("/workbench/holds/scans", {"code": "I1", "tab": "picks"}, follow=True)

    assert [row["pick"].barcode for row in listed] == ["I1"]
    assert "放上预约架 1 号" in answer.content.decode()
    assert answer.context["rows"] == []
    shelf = browser.get("/workbench/holds/shelf").context["rows"]
    assert [(row["hold"].shelf_position, row["patron"].masked_name) for row in shelf] == [(1, "沈＊雨")]


def test_what_nobody_finds_is_noted_once_and_listed(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)
    place(browser, town, title, "C1")
    pick = browser.get("/workbench/holds/").context["rows"][0]["pick"]
    url, version = f"/workbench/holds/items/{pick.item_id}/missed", {"version": str(pick.item_version)}

    browser.post(url, version)
    garbage = browser.post(url, {"version": "x"}, follow=True)

    assert browser.get("/workbench/holds/").context["rows"] == []
    assert [row["item"].barcode for row in browser.get("/workbench/holds/not-found").context["rows"]] == ["I1"]
    assert "此期间已被扫描" in garbage.content.decode()


def test_an_ended_hold_is_listed_to_clear_until_its_item_is_scanned(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)
    place(browser, town, title, "C1")
    browser.post("/workbench/holds/scans", {"code": "I1"})
    expire_hold(hold_id=Hold.objects.get().id, at=datetime.now(UTC) + timedelta(days=60))
    listed = browser.get("/workbench/holds/to-clear")

    scanned = browser.post("/workbench/holds/scans", {"code": "I1", "tab": "to_clear"}, follow=True)

    assert "逾期未取" in listed.content.decode()
    assert "放回书架" in scanned.content.decode()
    assert scanned.context["rows"] == []


def test_a_hold_is_suspended_resumed_changed_and_cancelled(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)
    place(browser, town, title, "C1")
    hold_id = Hold.objects.get().id
    url, back = f"/workbench/holds/{hold_id}", f"/workbench/holds/titles/{title.id}/"

    suspended = browser.post(f"{url}/suspended", {"back": back}, follow=True)
    browser.post(f"{url}/resumed", {"back": back})
    wish = {"pickup": str(town.central.id), "not_before": "2099-01-01", "not_after": ""}
    browser.post(f"{url}/wish", wish)
    changed = Hold.objects.get()
    browser.post(f"{url}/cancelled", {"back": "https://elsewhere.example/"})
    late = browser.post(f"{url}/resumed", {}, follow=True)

    assert "排位保留" in suspended.content.decode()
    assert (changed.suspended, str(changed.not_before), Hold.objects.get().state) == (False, "2099-01-01", "cancelled")
    assert "此预约已经结束" in late.content.decode()
    assert late.redirect_chain[0][0] == back


def test_a_way_back_to_another_site_is_not_taken(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)
    place(browser, town, title, "C1")
    hold_id = Hold.objects.get().id

    answer = browser.post(f"/workbench/holds/{hold_id}/suspended", {"back": "https://elsewhere.example/"})

    assert answer["Location"] == f"/workbench/holds/titles/{title.id}/"


def test_only_who_may_reorder_a_queue_is_shown_how(town: Town, title: Bib) -> None:
    lead = staff_at(town.central, Role.DESK_LEAD)
    for card in ("C1", "C2"):
        place(lead, town, title, card)
    second = Hold.objects.latest("id").id
    url = f"/workbench/holds/{second}/place"

    plain = staff_at(town.central).get(url)
    too_far = lead.post(url, {"to": "9", "reason": "急用"})
    moved = lead.post(url, {"to": "1", "reason": "急用"}, follow=True)

    assert plain.status_code == 403
    assert "排队没有这么长" in too_far.content.decode()
    assert next(row["hold"].id for row in moved.context["rows"]) == second


def test_the_slip_of_what_stands_on_the_hold_shelf_prints_from_the_pages_of_holds(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)
    place(browser, town, title, "C1")
    hold = Hold.objects.get()
    slip = f"/workbench/holds/{hold.id}/slip"
    waiting = browser.get(slip).status_code
    browser.post("/workbench/holds/scans", {"code": "I1"})
    pages = ("shelf", f"titles/{title.id}/", f"readers/{hold.patron_id}/")

    offered = [slip in browser.get(f"/workbench/holds/{page}").content.decode() for page in pages]
    pdf = browser.get(slip)

    assert offered == [True] * 3
    assert (waiting, pdf.status_code, pdf["Content-Type"]) == (404, 200, "application/pdf")
    assert staff_at(town.ring).get(slip).status_code == 404
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf.content)).pages)
    assert "预约取书单" in text
    assert "I1" in text


def test_more_items_on_the_shelf_cost_no_more_queries(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)
    make_item(barcode="I2", home=town.central, bib=title)
    counts = []

    for number in (1, 2):
        place(browser, town, title, f"C{number}")
        browser.post("/workbench/holds/scans", {"code": f"I{number}"})
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get("/workbench/holds/shelf")
        counts.append((len(answer.context["rows"]), len(queries)))

    assert [rows for rows, _ in counts] == [1, 2]
    assert counts[0][1] == counts[1][1]


def test_what_nothing_can_serve_any_more_is_listed_and_cancelled_from_there(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)
    place(browser, town, title, "C1")
    before = browser.get("/workbench/holds/unfillable")
    Item.objects.filter(bib=title).update(state="withdrawn")

    answer = browser.get("/workbench/holds/unfillable")
    (row,) = answer.context["rows"]
    browser.post(f"/workbench/holds/{row['hold'].id}/cancelled", {"back": "/workbench/holds/unfillable"})
    after = browser.get("/workbench/holds/unfillable")

    assert before.context["rows"] == []
    assert "边城" in answer.content.decode()
    assert after.context["rows"] == []


def test_a_number_beyond_all_numbers_is_not_found(town: Town, title: Bib) -> None:
    browser = staff_at(town.central)
    item = Item.objects.get()

    version = browser.post(f"/workbench/holds/items/{item.id}/missed", {"version": "9" * 30}, follow=True)

    assert "此期间已被扫描" in version.content.decode()
    for path in (f"{'9' * 30}/wish", f"titles/{'9' * 30}/", f"readers/{'9' * 30}/"):
        assert browser.get(f"/workbench/holds/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "shelf", "to-clear", "not-found", "unfillable"])
def test_the_lists_are_empty_in_words(town: Town, path: str) -> None:
    answer = staff_at(town.central).get(f"/workbench/holds/{path}")

    assert answer.status_code == 200
    assert 'class="empty"' in answer.content.decode()


@pytest.mark.parametrize("path", ["titles/0/", "readers/0/", "0/wish"])
def test_what_is_not_there_is_not_found(town: Town, path: str) -> None:
    assert staff_at(town.central).get(f"/workbench/holds/{path}").status_code == 404
