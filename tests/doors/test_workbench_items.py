"""Items at the workbench: found, looked at, changed, and received from a transit."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories.catalogue import make_bib, make_item
from tests.factories.office_pages import Town, happened, make_town
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.items.words import CONDITIONS, DOCUMENT_KINDS, LENDABLE, STATES
from wenyuan.holdings.catalogue.models import Condition, ItemState, Lendable
from wenyuan.holdings.catalogue.queries import get_item
from wenyuan.kernel.marc import DocumentKind
from wenyuan.lending.transit.models import Transit
from wenyuan.lending.transit.queries import coming_to
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    return make_town()


def test_every_code_has_words() -> None:
    assert set(STATES) == set(ItemState.values)
    assert set(CONDITIONS) == set(Condition.values)
    assert set(LENDABLE) == set(Lendable.values)
    assert set(DOCUMENT_KINDS) == {kind.value for kind in DocumentKind}


def test_a_scanned_barcode_leads_straight_to_its_item(town: Town) -> None:
    item = make_item(home=town.central, barcode="2300117743")

    answer = staff_at(town.central).get("/workbench/items/", {"q": "2300117743", "by": "any"})

    assert answer["Location"] == f"/workbench/items/{item.id}/"


def test_titles_are_found_from_their_beginning(town: Town) -> None:
    make_bib(title="额尔古纳河右岸", author="迟子建")
    browser = staff_at(town.central)

    found = browser.get("/workbench/items/", {"q": "额尔古纳", "by": "any"})
    none = browser.get("/workbench/items/", {"q": "右岸", "by": "title"})

    assert [bib.title for bib in found.context["bibs"]] == ["额尔古纳河右岸"]
    assert none.context["bibs"] == ()


def test_a_call_number_opens_the_shelf_where_it_stands(town: Town) -> None:
    for call_no in ("B2/1", "I247.57/1", "I247.57/9", "K25/3"):
        make_item(home=town.central, call_no=call_no)

    answer = staff_at(town.central).get(
        "/workbench/items/", {"q": "I247.57", "by": "call_no", "branch": str(town.central.id)}
    )

    assert [item.call_no for item, _bib, _state in answer.context["items"]] == ["I247.57/1", "I247.57/9", "K25/3"]


@pytest.mark.parametrize("q", ["", "%", "\x00", "a" * 200])
def test_odd_searches_find_nothing_and_break_nothing(town: Town, q: str) -> None:
    answer = staff_at(town.central).get("/workbench/items/", {"q": q, "by": "any"})

    assert answer.status_code in (200, 422)


def test_the_page_of_an_item_names_the_reader_only_to_who_may_see_readers(town: Town) -> None:
    from tests.factories.circulation import make_policy
    from wenyuan.lending.circulation.models import Loan

    item = make_item(home=town.central, state="on_loan")
    patron = make_patron("李小军", home=town.central)
    account = staff_at(town.central, Role.DESK)
    moment = datetime(2026, 4, 1, 4, tzinfo=UTC)
    Loan.objects.create(
        item=item,
        patron=patron,
        slot=1,
        branch=town.central,
        account_id=int(account.session["_auth_user_id"]),
        door="workbench",
        policy=make_policy(loan_days=30),
        patron_category="adult",
        patron_home_id=town.central.id,
        age_band="",
        lent_at=moment,
        base_due_date=moment.date(),
        due_at=moment,
    )

    seen = account.get(f"/workbench/items/{item.id}/")
    hidden = staff_at(town.central, Role.CATALOGUER).get(f"/workbench/items/{item.id}/")

    assert f"/workbench/patrons/{patron.id}" in seen.content.decode()
    assert hidden.context["patron"] is None
    assert f"/workbench/patrons/{patron.id}" not in hidden.content.decode()


def test_the_history_of_an_item_comes_from_the_journal(town: Town) -> None:
    item = make_item(home=town.central)
    happened(Kind.LOAN, town.central, item_id=item.id)
    happened(Kind.LOAN, town.central, item_id=item.id + 1)

    answer = staff_at(town.central).get(f"/workbench/items/{item.id}/")

    assert len(answer.context["rows"]) == 1


def test_call_number_and_price_are_changed(town: Town) -> None:
    item = make_item(home=town.central, barcode="W1")
    browser = staff_at(town.central, Role.CATALOGUER)
    fields = {"call_no": "I247.57/9", "price": "36.50", "item_type": "book", "version": item.version}

    answer = browser.post(f"/workbench/items/{item.id}/edit", fields)

    changed = get_item("W1")
    assert answer["Location"] == f"/workbench/items/{item.id}/"
    assert changed is not None
    assert (changed.call_no, changed.price_fen) == ("I247.57/9", 3650)


def test_an_item_changed_meanwhile_is_not_overwritten(town: Town) -> None:
    item = make_item(home=town.central, barcode="W1", call_no="A1")
    browser = staff_at(town.central, Role.CATALOGUER)

    answer = browser.post(
        f"/workbench/items/{item.id}/edit", {"call_no": "B1", "item_type": "book", "version": item.version - 1}
    )

    unchanged = get_item("W1")
    assert answer.status_code == 422
    assert unchanged is not None
    assert unchanged.call_no == "A1"


@pytest.mark.parametrize("price", ["-1", "1.234", "abc", "99999999999"])
def test_a_price_that_cannot_be_is_told(town: Town, price: str) -> None:
    item = make_item(home=town.central)
    browser = staff_at(town.central, Role.CATALOGUER)

    answer = browser.post(
        f"/workbench/items/{item.id}/edit", {"call_no": "", "price": price, "item_type": "book", "version": 1}
    )

    assert list(answer.context["form"].errors) == ["price"]


def test_lending_and_withdrawal_are_saved(town: Town) -> None:
    item = make_item(home=town.central, barcode="W1")
    browser = staff_at(town.central, Role.CATALOGUER)

    browser.post(f"/workbench/items/{item.id}/lending", {"lendable": "in_library"})
    before = get_item("W1")
    browser.post(f"/workbench/items/{item.id}/withdrawn")

    after = get_item("W1")
    assert before is not None
    assert after is not None
    assert (before.lendable, after.state) == ("in_library", "withdrawn")


def test_a_clerk_may_look_but_not_change(town: Town) -> None:
    item = make_item(home=town.central)
    browser = staff_at(town.central, Role.DESK)

    assert browser.get(f"/workbench/items/{item.id}/").status_code == 200
    assert browser.get(f"/workbench/items/{item.id}/edit").status_code == 403
    assert browser.post(f"/workbench/items/{item.id}/withdrawn").status_code == 403
    assert browser.get("/workbench/items/999999/").status_code == 404


def send(item: Any, here: Any, there: Any) -> None:
    Transit.objects.create(
        item=item, from_branch=here, to_branch=there, reason="home", sent_at=datetime(2026, 4, 1, tzinfo=UTC)
    )


def test_what_has_arrived_is_received(town: Town) -> None:
    item = make_item(home=town.central, present=town.ring, barcode="W1", state="in_transit")
    send(item, town.ring, town.central)
    browser = staff_at(town.central)

    listed = browser.get("/workbench/items/transits").context["rows"]
    browser.post("/workbench/items/transits/received", {"code": "W1"})

    assert [row["item"].barcode for row in listed] == ["W1"]
    assert coming_to(town.central.id) == ()


def test_an_item_that_is_not_on_its_way_is_refused_in_words(town: Town) -> None:
    make_item(home=town.central, barcode="W1")
    browser = staff_at(town.central)

    page = browser.post("/workbench/items/transits/received", {"code": "W1"}, follow=True).content.decode()

    assert "alert refused" in page


def test_the_queries_of_the_shelf_do_not_grow_with_its_rows(town: Town, django_assert_max_num_queries: Any) -> None:
    for _ in range(25):
        make_item(home=town.central)
    browser = staff_at(town.central)
    wanted = {"q": "", "by": "call_no", "branch": str(town.central.id)}
    browser.get("/workbench/items/", wanted)

    with django_assert_max_num_queries(13):
        answer = browser.get("/workbench/items/", wanted)

    assert len(answer.context["items"]) == 20
    assert answer.context["onward"].token


def test_an_item_is_sent_by_hand_from_its_page_and_kept_after_all(town: Town) -> None:
    item = make_item(home=town.central, barcode="W1")
    browser, page = staff_at(town.central), f"/workbench/items/{item.id}/"

    asked = browser.get(f"{page}sent")
    sent = browser.post(f"{page}sent", {"to": str(town.ring.id)}, follow=True).content.decode()
    kept = browser.post(f"{page}kept", follow=True).content.decode()
    again = browser.post(f"{page}kept", follow=True).content.decode()

    assert str(town.central.id) not in dict(asked.context["form"].fields["to"].choices)
    assert town.ring.name_zh in sent
    assert f'action="{page}kept"' in sent
    assert "alert refused" not in kept
    assert "alert refused" in again
    assert Transit.objects.get().cancelled_at is not None


def test_why_an_item_is_not_sent_is_said_on_its_form(town: Town) -> None:
    item = make_item(home=town.central, barcode="W1", state="in_process")

    answer = staff_at(town.central).post(f"/workbench/items/{item.id}/sent", {"to": str(town.ring.id)})

    assert answer.status_code == 422
    assert "加工" in answer.content.decode()
