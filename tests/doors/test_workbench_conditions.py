"""Lost, claimed, missing, damaged and found at the workbench: from the item's page, and from the reader's."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import make_policy
from tests.factories.fees import make_payment
from tests.factories.office_pages import Town, make_town
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.fees.models import Charge
from wenyuan.lending.fees.operations import cancel_charge
from wenyuan.lending.fees.queries import owed_fen
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def reader(town: Town) -> Patron:
    """A reader to whom item 2301, of 36 yuan, is lent; the work costs 5 yuan."""
    make_policy(loan_days=30, max_loans=5, price_percent=100, processing_fee_fen=500)
    patron = make_patron("陈小雨", card="C0001", home=town.central)
    make_item(home=town.central, barcode="2301", price_fen=3600)
    browser = staff_at(town.central)
    for code in ("C0001", "2301"):
        browser.post("/workbench/desk/scans", {"code": code, "key": code})
    assert Loan.objects.get().patron_id == patron.id
    return patron


def said(browser: Client, answer: Any) -> str:
    """What the page says to which a post led."""
    return str(browser.get(answer["Location"]).content.decode())


def text_of(pdf: Any) -> str:
    """What stands on paper, without blanks."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf.content)).pages)


def test_a_lost_loan_says_what_it_costs_before_and_after(town: Town, reader: Patron) -> None:
    browser, item = staff_at(town.central), Item.objects.get()
    asked = browser.get(f"/workbench/items/{item.id}/lost?from=reader").content.decode()

    answer = browser.post(f"/workbench/items/{item.id}/lost?from=reader", {"charging": "price", "reason": ""})

    assert "¥41.00" in asked
    assert "¥5.00" in asked
    assert 'value="nothing"' not in asked  # a clerk may not let it off
    assert answer["Location"] == f"/workbench/items/{item.id}/"
    after = said(browser, answer)
    assert "¥41.00" in after
    assert "在架" not in after  # what is lost stands nowhere, and is sent nowhere
    assert f"/workbench/items/{item.id}/sent" not in after
    assert "读者或馆方登记" in after
    assert f"/workbench/patrons/{reader.id}" in after
    assert owed_fen(reader.id) == 4100
    assert Loan.objects.get().ended_as == "lost"


def test_a_loss_of_the_wrong_item_is_undone_where_it_is_shown(town: Town, reader: Patron) -> None:
    browser, item = staff_at(town.central), Item.objects.get()
    browser.post(f"/workbench/items/{item.id}/lost", {"charging": "price", "reason": ""})
    undo = f"/workbench/items/{item.id}/lost/undone"
    others = staff_at(town.central)
    pages = [one.get(f"/workbench/items/{item.id}/").content.decode() for one in (browser, others)]

    refused = said(others, others.post(undo))
    done = said(browser, browser.post(undo))

    assert [f'action="{undo}"' in page for page in pages] == [True, False]
    assert "不能撤销丢失登记" in refused
    assert "¥41.00" in done
    assert (owed_fen(reader.id), Loan.objects.get().returned_at) == (0, None)
    assert f'action="{undo}"' not in browser.get(f"/workbench/items/{item.id}/").content.decode()


def test_the_notice_of_a_loss_says_what_is_to_be_paid_and_by_which_rule(town: Town, reader: Patron) -> None:
    browser, item = staff_at(town.central), Item.objects.get()
    browser.post(f"/workbench/items/{item.id}/lost", {"charging": "price", "reason": ""})
    charge_id = Charge.objects.get().entry_id
    notice = f"/workbench/items/losses/{charge_id}/slip"
    make_payment(reader, 1000, at=datetime.now(UTC), desk=make_desk(town.central))

    pages = [
        browser.get(path).content.decode()
        for path in (f"/workbench/items/{item.id}/", f"/workbench/fees/readers/{reader.id}/")
    ]
    pdf = browser.get(notice)

    assert [notice in page for page in pages] == [True, True]
    assert pdf["Content-Type"] == "application/pdf"
    text = text_of(pdf)
    assert "赔偿通知单" in text
    assert "¥36.00×100%" in text
    assert "¥31.00" in text
    assert "总馆" in text
    assert "陈小雨" not in text
    for unknown in (charge_id + 1, 99999999999999999999999):
        assert browser.get(f"/workbench/items/losses/{unknown}/slip").status_code == 404


def test_the_notice_is_for_who_sees_the_money_of_the_branch(town: Town, reader: Patron) -> None:
    item = Item.objects.get()
    staff_at(town.central).post(f"/workbench/items/{item.id}/lost", {"charging": "price", "reason": ""})
    notice = f"/workbench/items/losses/{Charge.objects.get().entry_id}/slip"

    answers = []
    for number, (branch, role) in enumerate(
        ((town.central, Role.CATALOGUER), (town.ring, Role.DESK), (town.central, Role.DESK))
    ):
        browser = staff_at(branch, role, username=f"u{number}")
        page = browser.get(f"/workbench/items/{item.id}/").content.decode()
        answers.append((browser.get(notice).status_code, notice in page))

    assert answers == [(403, False), (404, False), (200, True)]


def test_the_notice_says_how_the_price_came_about_only_while_that_is_true(town: Town, reader: Patron) -> None:
    lead, item = staff_at(town.central, Role.DESK_LEAD), Item.objects.get()
    lead.post(f"/workbench/items/{item.id}/lost", {"charging": "price", "reason": ""})
    charge_id = Charge.objects.get().entry_id
    notice, desk = f"/workbench/items/losses/{charge_id}/slip", make_desk(town.central, role=Role.DESK_LEAD)

    def after_cancelling(fen: int) -> str:
        cancel_charge(charge_id=charge_id, reason="旧书", amount_fen=fen, at=datetime.now(UTC), desk=desk)
        return text_of(lead.get(notice))

    as_charged = text_of(lead.get(notice))
    Item.objects.update(price_fen=5000)
    repriced = text_of(lead.get(notice))
    Item.objects.update(price_fen=3600)
    in_part, without_price = after_cancelling(1600), after_cancelling(2000)

    texts = (as_charged, repriced, in_part, without_price)
    assert ["×100%" in text for text in texts] == [True, False, False, False]
    assert [sum_ in text for sum_, text in zip(("¥41.00", "¥41.00", "¥25.00", "¥5.00"), texts, strict=True)] == [
        True
    ] * 4
    assert "约定以同一版本图书赔偿" not in without_price  # nobody has agreed to that


def test_the_notice_says_that_the_same_edition_was_agreed_on(town: Town, reader: Patron) -> None:
    browser, item = staff_at(town.central), Item.objects.get()
    browser.post(f"/workbench/items/{item.id}/lost", {"charging": "in_kind", "reason": ""})

    text = text_of(browser.get(f"/workbench/items/losses/{Charge.objects.get().entry_id}/slip"))

    assert "约定以同一版本图书赔偿" in text
    assert "¥5.00" in text


def test_letting_it_off_asks_for_a_reason(town: Town, reader: Patron) -> None:
    browser, item = staff_at(town.central, Role.DESK_LEAD), Item.objects.get()

    without = browser.post(f"/workbench/items/{item.id}/lost", {"charging": "nothing", "reason": ""})
    with_one = browser.post(f"/workbench/items/{item.id}/lost", {"charging": "nothing", "reason": "火灾"})

    assert (without.status_code, list(without.context["form"].errors)) == (422, ["reason"])
    assert with_one.status_code == 302
    assert owed_fen(reader.id) == 0


def test_an_item_nobody_has_is_lost_without_a_question_of_money(town: Town) -> None:
    item = make_item(home=town.central)
    browser = staff_at(town.central)
    page = browser.get(f"/workbench/items/{item.id}/lost").content.decode()

    browser.post(f"/workbench/items/{item.id}/lost")

    assert "charging" not in page
    assert Item.objects.get().condition == "lost"


def test_a_claim_is_noted_shown_and_withdrawn(town: Town, reader: Patron) -> None:
    browser, item = staff_at(town.central), Item.objects.get()

    answer = browser.post(
        f"/workbench/items/{item.id}/claimed?from=reader", {"back_date": "", "branch": str(town.central.id)}
    )
    on_reader = said(browser, answer)
    back = browser.post(f"/workbench/items/{item.id}/with-reader?from=reader")

    assert "声称已还" in on_reader or "laimed returned" in on_reader
    assert back["Location"] == f"/workbench/patrons/{reader.id}"
    assert (Loan.objects.get().claimed_at, Item.objects.get().condition) == (None, "ok")


def test_a_refused_claim_says_why(town: Town) -> None:
    item = make_item(home=town.central)

    answer = staff_at(town.central).post(f"/workbench/items/{item.id}/claimed", {"branch": str(town.central.id)})

    assert answer.status_code == 422
    assert len(answer.context["form"].non_field_errors()) == 1


def test_missing_found_damaged_and_repaired_follow_one_another(town: Town) -> None:
    item = make_item(home=town.central, barcode="2301")
    browser = staff_at(town.central)
    seen = []

    for act, values in (("missing", {}), ("found", {}), ("damaged", {"note": "缺第 3 页"}), ("repaired", {})):
        browser.post(f"/workbench/items/{item.id}/{act}", values)
        item.refresh_from_db()
        seen.append((item.condition, item.condition_note))

    assert seen == [("missing", ""), ("ok", ""), ("damaged", "缺第 3 页"), ("ok", "")]


def test_who_may_not_mark_items_neither_sees_nor_does_it(town: Town) -> None:
    item = make_item(home=town.central)
    browser = staff_at(town.central, Role.OUTREACH)

    assert f"/items/{item.id}/lost" not in browser.get(f"/workbench/items/{item.id}/").content.decode()
    for act in ("missing", "repaired", "with-reader", "lost", "claimed", "damaged"):
        assert browser.post(f"/workbench/items/{item.id}/{act}").status_code == 403
    assert Item.objects.get().condition == "ok"
    assert staff_at(town.central, username="two").get("/workbench/items/999999/lost").status_code == 404


def test_what_is_claimed_is_listed_printed_searched_and_found(town: Town, reader: Patron) -> None:
    browser, item = staff_at(town.central), Item.objects.get()
    empty = browser.get("/workbench/items/claims")
    browser.post(f"/workbench/items/{item.id}/claimed", {"back_date": "", "branch": str(town.central.id)})
    loan = Loan.objects.get()

    listed = browser.get("/workbench/items/claims")
    paper = browser.get("/workbench/items/claims/list")
    for _ in range(2):  # the same list sent twice counts once
        browser.post(f"/workbench/items/claims/{loan.id}/missed", {"searches": "0"})
    loan.refresh_from_db()
    searches = loan.searches
    browser.post("/workbench/items/claims/found", {"code": "2301"})

    assert (empty.context["rows"], len(listed.context["rows"])) == ([], 1)
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert searches == 1
    loan.refresh_from_db()
    assert (loan.ended_as, loan.returned_at is not None) == ("returned", True)
    assert browser.get("/workbench/items/claims").context["rows"] == []
    assert browser.get("/workbench/items/claims/list").status_code == 404
    assert staff_at(town.central, Role.OUTREACH, username="two").get("/workbench/items/claims").status_code == 403


def test_a_share_of_the_damage_is_charged_with_the_mark(town: Town, reader: Patron) -> None:
    browser, item = staff_at(town.central, Role.DESK_LEAD), Item.objects.get()
    address = f"/workbench/items/{item.id}/damaged"

    page = browser.get(address).content.decode()
    wrong = browser.post(address, {"note": "", "share": "101"})
    words = said(browser, browser.post(address, {"note": "水渍", "share": "50"}))

    assert 'name="share"' in page
    assert 'name="card"' not in page
    assert list(wrong.context["form"].errors) == ["share"]
    assert item.price_fen is not None
    assert f"¥{owed_fen(reader.id) / 100:.2f}" in words
    assert owed_fen(reader.id) >= item.price_fen // 2


def test_who_pays_for_the_damage_of_what_nobody_has_is_asked(town: Town) -> None:
    item = make_item(home=town.central, price_fen=3000)
    browser = staff_at(town.central, Role.DESK_LEAD)

    answer = browser.post(f"/workbench/items/{item.id}/damaged", {"note": "", "share": "50", "card": ""})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["card"])
    assert Item.objects.get(id=item.id).condition == "ok"
