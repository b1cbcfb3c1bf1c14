"""The stock at the workbench: many items after a look, what was received, the registers on page and sheet."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.factories.catalogue import make_bib, make_item
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.items.words import refusal_words
from wenyuan.doors.workbench.stock.words import SOURCES
from wenyuan.holdings.catalogue.data import SOURCES as CODES
from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.models import Item, Receipt
from wenyuan.holdings.catalogue.operations import install_defaults
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    install_defaults()
    return make_town()


@pytest.fixture
def browser(town: Town) -> Any:
    return staff_at(town.central, Role.CATALOGUER)


def test_every_source_and_refusal_has_words() -> None:
    assert set(SOURCES) == set(CODES)
    for refusal in (Refusal.ITEMS_UNFIT, Refusal.RECEIPT_EXCEEDED, Refusal.SOURCE_UNKNOWN, Refusal.COUNTS_UNFIT):
        assert refusal_words(CatalogueRefused(refusal)) != refusal.value


def test_items_are_looked_at_first_and_made_then(town: Town, browser: Any) -> None:
    bib = make_bib(title="人生")
    make_item(bib=bib, home=town.central, barcode="D0005")
    page = f"/workbench/records/{bib.id}/items/new"
    typed = {
        "first_barcode": "D0009",
        "count": "2",
        "first_accession_no": "A09",
        "branch": town.central.id,
        "item_type": "book",
        "collection": "红色文献",
        "price": "36.00",
    }
    assert 'value="红色文献"' in browser.get(page).content.decode()

    looked = browser.post(page, typed)
    shown = looked.content.decode()
    assert Item.objects.count() == 1
    assert "D0009" in shown
    assert "D0006" in shown  # the gap before them
    assert "D0008" in shown
    changed = browser.post(page, {**typed, "count": "3", "check": "D0009,D0010,A09,A10"})
    assert Item.objects.count() == 1  # what was not seen is not made
    assert changed.status_code == 200
    browser.post(page, {**typed, "check": "D0009,D0010,A09,A10"})

    rows = Item.objects.exclude(barcode="D0005").order_by("barcode")
    assert [(row.barcode, row.accession_no, row.collection) for row in rows] == [
        ("D0009", "A09", "红色文献"),
        ("D0010", "A10", "红色文献"),
    ]
    taken = browser.post(page, {**typed, "first_barcode": "D0008", "check": "D0008,D0009,A09,A10"})
    assert taken.status_code == 422
    assert "D0009" in taken.content.decode()
    backwards = browser.post(page, {**typed, "first_barcode": "D99"})
    assert backwards.status_code == 422
    assert browser.get("/workbench/records/999999/items/new").status_code == 404


def test_what_is_received_is_written_down_then_catalogued(town: Town, browser: Any) -> None:
    assert "还没有验收记录" in browser.get("/workbench/records/receipts").content.decode()
    typed = {
        "branch": town.central.id,
        "received_date": "2026-04-02",
        "source": "donated",
        "supplier": "县志办",
        "titles": "1",
        "copies": "2",
        "amount": "72.00",
    }

    wrong = browser.post("/workbench/records/receipts/new", {**typed, "titles": "3"})
    browser.post("/workbench/records/receipts/new", typed)
    receipt = Receipt.objects.get()
    bib = make_bib(title="县志")
    made = {
        "first_barcode": "L01",
        "count": "1",
        "branch": town.central.id,
        "item_type": "book",
        "receipt": receipt.id,
        "check": "L01",
    }
    browser.post(f"/workbench/records/{bib.id}/items/new", made)

    assert wrong.status_code == 422
    listed = browser.get("/workbench/records/receipts").content.decode()
    assert "县志办" in listed
    assert "1 / 1" in listed
    assert Item.objects.get().source == "donated"
    assert browser.get(f"/workbench/records/receipts/{receipt.id}").status_code == 200
    assert browser.get("/workbench/records/receipts/999999").status_code == 404


def test_the_registers_show_add_up_and_go_out_as_a_sheet(town: Town, browser: Any) -> None:
    make_item(bib=make_bib(title="=HYPERLINK(1)"), home=town.central, barcode="D1", source="bought", price_fen=3600)
    asked = f"?branch={town.central.id}&first=2026-01-01&last=2026-12-31"

    page = browser.get(f"/workbench/records/ledger{asked}").content.decode()
    sheet = browser.get(f"/workbench/records/ledger/register.xlsx{asked}")

    assert "¥36.00" in page
    assert "购入" in page
    [headers, row] = load_workbook(io.BytesIO(sheet.content)).worksheets[0].iter_rows()
    assert [cell.value for cell in headers][:3] == ["登录号", "条码号", "题名"]
    assert (row[1].value, row[2].value, row[2].data_type) == ("D1", "=HYPERLINK(1)", "s")
    assert browser.get("/workbench/records/ledger?first=2026-02-01&last=2026-01-01").status_code == 422
    assert (
        "这段日期没有入藏的单册"
        in browser.get("/workbench/records/ledger?first=1990-01-01&last=1990-01-02").content.decode()
    )
    assert browser.get(
        f"/workbench/records/ledger?branch={town.south.id}&first=2026-01-01&last=2026-01-02"
    ).status_code in (
        403,
        422,
    )


def test_the_register_asks_as_often_for_many_as_for_few(
    town: Town, browser: Any, django_assert_max_num_queries: Any
) -> None:
    bib = make_bib()
    for number in range(60):
        make_item(bib=bib, home=town.central, barcode=f"Q{number}")

    with django_assert_max_num_queries(20):
        assert "Q49" in browser.get("/workbench/records/ledger?first=2026-01-01&last=2026-12-31").content.decode()


def test_only_who_may_edit_items_sees_the_registers(town: Town) -> None:
    desk = staff_at(town.central, Role.DESK)

    for page in ("receipts", "receipts/new", "ledger", "ledger/register.xlsx", "1/items/new"):
        assert desk.get(f"/workbench/records/{page}").status_code == 403
