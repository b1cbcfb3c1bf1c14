"""Many items at once, what was received before it is catalogued, and the two registers that agree."""

import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item, make_item_type
from tests.factories.network import make_branch
from tests.racing import at_once
from wenyuan.holdings.catalogue.data import CatalogueRefused, LabelRefused, ReceiptInput, Refusal, Volume
from wenyuan.holdings.catalogue.models import Bib, Item, LabelWaiting, Receipt, ReceiptItem
from wenyuan.holdings.catalogue.operations import add_items, correct_receipt, record_receipt, withdraw_item
from wenyuan.holdings.catalogue.queries import (
    check_numbers,
    get_receipt,
    iter_register,
    list_receipts,
    register_page,
    stock_account,
)
from wenyuan.kernel.ranges import RangeUnfit, hyphened_run, numbers_between, numbers_from
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
SPRING: dict[str, Any] = {"first": date(2026, 4, 1), "last": date(2026, 6, 30)}


@pytest.fixture
def branch(db: None) -> Branch:
    make_item_type()
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER)


@pytest.fixture
def bib(db: None) -> Bib:
    return make_bib(title="史记", price_fen=3600)


def received(desk: Desk, **values: Any) -> int:
    given = {"source": "donated", "titles": 1, "copies": 3, "amount_fen": 9000, "received_date": date(2026, 4, 2)}
    receipt = ReceiptInput(**{"branch_id": desk.branch_id, **given, **values})
    return record_receipt(receipt=receipt, at=AT, desk=desk)


def make(bib: Bib, desk: Desk, *barcodes: str, **values: Any) -> int:
    return len(add_items(bib_id=bib.id, barcodes=barcodes, at=AT, desk=desk, **values))


def refusal_of(call: Callable[[], object]) -> tuple[Refusal, str]:
    with pytest.raises(CatalogueRefused) as caught:
        call()
    return caught.value.refusal, caught.value.field


@pytest.mark.parametrize(
    ("first", "count", "numbers"),
    [("D009", 3, ["D009", "D010", "D011"]), ("7", 1, ["7"]), ("LM-0099", 2, ["LM-0099", "LM-0100"])],
)
def test_numbers_follow_the_first_as_wide_as_it(first: str, count: int, numbers: list[str]) -> None:
    assert numbers_from(first, count) == numbers


@pytest.mark.parametrize(("first", "count"), [("D99", 2), ("D", 1), ("", 1), ("D1", 0), ("D00001", 10_001)])
def test_numbers_that_cannot_follow_are_refused(first: str, count: int) -> None:
    with pytest.raises(RangeUnfit):
        numbers_from(first, count)


def test_a_run_is_written_in_full_or_short() -> None:
    assert numbers_between("D0098~101") == ["D0098", "D0099", "D0100", "D0101"]
    assert numbers_between("D0098～D0099") == ["D0098", "D0099"]
    assert numbers_between("D0098") is None
    assert numbers_between("2024-3001") is None
    with pytest.raises(RangeUnfit) as caught:
        numbers_between("D9~D1")
    assert caught.value.backwards


@pytest.mark.parametrize(
    ("typed", "run"),
    [
        ("D123456-60", "D123456~60"),
        ("2024—3001", "2024~3001"),
        ("D-0001-D-0005", "D-0001~D-0005"),
        ("2024-001-2024-030", "2024-001~2024-030"),
        (" A/2024-01-0098 － A/2024-01-0101", "A/2024-01-0098~A/2024-01-0101"),
        ("A-100", None),
        ("D9-D1", None),
        ("2024-0001", None),
        ("2024-030-2024-001", None),
        ("2024-001-2025-030", None),
        ("2024-00001-2024-99999", None),
        ("0001-02-05", None),
        ("978-7-02-000220-7", None),
    ],
)
def test_what_may_have_been_meant_as_a_run_is_known(typed: str, run: str | None) -> None:
    assert hyphened_run(typed) == run


def test_whether_a_run_may_be_meant_is_known_without_writing_it_out() -> None:
    tracemalloc.start()
    try:
        assert hyphened_run("D000001-009999") == "D000001~009999"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 100_000


@pytest.mark.parametrize("text", ["1" * 5000 + "~" + "2" * 5000, "D" * 200 + "1-2", "1-" * 5000 + "1"])
def test_a_text_that_no_number_is_as_long_as_is_no_run(text: str) -> None:
    assert numbers_between(text) is None
    assert hyphened_run(text) is None


def test_taken_unfit_and_double_numbers_and_a_gap_are_told_before_anything_is_written(branch: Branch, bib: Bib) -> None:
    make_item(bib=bib, home=branch, barcode="D0010", accession_no="A1")
    make_item(bib=bib, home=branch, barcode="D0012")
    make_item(bib=bib, home=branch, barcode="D000999")  # wider: another series
    make_item(bib=bib, home=branch, barcode="E0014")

    check = check_numbers(["D0012", "D0013", "D 14", "D0013"], ["A1", "A2"])

    assert (check.taken_barcodes, check.taken_accession_nos) == (("D0012",), ("A1",))
    assert (check.unfit, check.twice, check.is_clear) == (("D 14",), ("D0013",), False)
    assert check_numbers(["D0020"]).gap == ("D0013", "D0019")
    assert check_numbers(["D0013"]).gap is None
    assert check_numbers(["F0001"]).gap is None
    assert check_numbers(["D0013"]).is_clear


def test_items_are_made_with_their_own_numbers_and_volumes(desk: Desk, bib: Bib) -> None:
    made = make(
        bib, desk, "D1", "D2", accession_nos=["A1", "A2"], volumes=["1", "2"], call_no="K204.2/1", collection="地方文献"
    )

    rows = list(Item.objects.order_by("barcode"))
    assert made == 2
    assert [(row.barcode, row.accession_no, row.volume) for row in rows] == [("D1", "A1", "1"), ("D2", "A2", "2")]
    assert {(row.state, row.collection, row.price_fen, row.call_no) for row in rows} == {
        ("in_process", "地方文献", 3600, "K204.2/1")
    }
    assert Entry.objects.filter(kind=Kind.ITEM_ADDED).count() == 2


def test_all_are_made_or_none(desk: Desk, bib: Bib, branch: Branch) -> None:
    make_item(bib=bib, home=branch, barcode="D2")

    assert refusal_of(lambda: make(bib, desk, "D1", "D2")) == (Refusal.BARCODE_TAKEN, "barcode")
    assert refusal_of(lambda: make(bib, desk)) == (Refusal.ITEMS_UNFIT, "barcodes")
    assert refusal_of(lambda: make(bib, desk, "D3", accession_nos=["A1", "A2"])) == (
        Refusal.ITEMS_UNFIT,
        "accession_nos",
    )
    assert refusal_of(lambda: make(bib, desk, *(f"X{number}" for number in range(501)))) == (
        Refusal.ITEMS_UNFIT,
        "barcodes",
    )
    assert refusal_of(lambda: make(bib, desk, "D3", receipt_id=999_999))[0] == Refusal.RECEIPT_UNKNOWN


def test_labels_are_queued_with_the_items_or_neither(desk: Desk, bib: Bib) -> None:
    make(bib, desk, "D1", "D2", labels=("spine", "barcode"))
    with pytest.raises(LabelRefused):
        make(bib, desk, "D3", labels=("spine", "no such"))

    waiting = LabelWaiting.objects.order_by("kind", "item_id").values_list("kind", "item_id")
    ids = list(Item.objects.order_by("id").values_list("id", flat=True))
    assert list(waiting) == [(kind, item_id) for kind in ("barcode", "spine") for item_id in ids]
    assert list(Item.objects.order_by("barcode").values_list("barcode", flat=True)) == ["D1", "D2"]


def test_the_right_is_asked_where_the_items_live_and_where_stock_arrives(desk: Desk, bib: Bib, branch: Branch) -> None:
    other = make_branch("B2")
    clerk = make_desk(branch, role=Role.DESK)

    with pytest.raises(NotAllowed):
        make(bib, clerk, "D1")
    with pytest.raises(NotAllowed):
        make(bib, desk, "D1", home_branch_id=other.id)
    with pytest.raises(NotAllowed):
        received(desk, branch_id=other.id)


def test_what_was_counted_is_catalogued_later_with_its_source_and_day_and_never_more(desk: Desk, bib: Bib) -> None:
    receipt = received(desk)

    make(bib, desk, "D1", "D2", receipt_id=receipt)

    found = get_receipt(receipt)
    assert found is not None
    assert (found.registered_titles, found.registered_copies, found.registered_fen, found.left) == (1, 2, 7200, 1)
    item = Item.objects.get(barcode="D1")
    assert (item.source, item.acquired_date) == ("donated", date(2026, 4, 2))
    assert refusal_of(lambda: make(bib, desk, "D3", "D4", receipt_id=receipt)) == (
        Refusal.RECEIPT_EXCEEDED,
        "receipt_id",
    )


@pytest.mark.parametrize(
    ("values", "refusal", "field"),
    [
        ({"source": "stolen"}, Refusal.SOURCE_UNKNOWN, "source"),
        ({"copies": 0}, Refusal.COUNTS_UNFIT, "copies"),
        ({"titles": 4}, Refusal.COUNTS_UNFIT, "titles"),
        ({"amount_fen": -1}, Refusal.PRICE_INVALID, "amount_fen"),
        ({"supplier": "x" * 101}, Refusal.TEXT_TOO_LONG, "supplier"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused(desk: Desk, values: dict[str, Any], refusal: Refusal, field: str) -> None:
    assert refusal_of(lambda: received(desk, **values)) == (refusal, field)
    assert not Receipt.objects.exists()


def test_a_receipt_is_put_right_but_not_below_what_is_registered(desk: Desk, bib: Bib) -> None:
    number = received(desk)
    make(bib, desk, "D1", "D2", receipt_id=number)
    right = ReceiptInput(branch_id=desk.branch_id, received_date=date(2026, 4, 3), source="bought", titles=1, copies=2)

    correct_receipt(receipt_id=number, receipt=right, at=AT, desk=desk)

    assert [(one.source, one.copies, one.left) for one in list_receipts({desk.branch_id})] == [("bought", 2, 0)]
    assert AuditRow.objects.get(act="correct_receipt").before["copies"] == 3
    small = ReceiptInput(branch_id=desk.branch_id, received_date=date(2026, 4, 3), source="bought", titles=1, copies=1)
    assert refusal_of(lambda: correct_receipt(receipt_id=number, receipt=small, at=AT, desk=desk)) == (
        Refusal.RECEIPT_EXCEEDED,
        "copies",
    )


def test_the_account_adds_up_and_both_registers_are_compared(desk: Desk, bib: Bib, branch: Branch) -> None:
    old = make_item(bib=bib, home=branch, barcode="O1", price_fen=1000, acquired_date=date(2025, 1, 1))
    make_item(bib=make_bib(title="旧"), home=branch, barcode="O2", acquired_date=date(2025, 1, 1), source="bought")
    make_item(bib=bib, home=make_branch("B2"), barcode="Z1", acquired_date=date(2026, 4, 5))
    receipt = received(desk)
    make(bib, desk, "D1", "D2", receipt_id=receipt)
    make(make_bib(title="新", price_fen=None), desk, "D3", source="bought", acquired_date=date(2026, 5, 1))
    withdraw_item(item_id=old.id, at=AT, desk=desk)

    account = stock_account({branch.id}, **SPRING)

    assert account.opening == Volume(2, 2, 1000)
    assert account.added_by_source == {"bought": Volume(1, 1, 0), "donated": Volume(1, 2, 7200)}
    assert account.added == Volume(2, 3, 7200)
    assert account.withdrawn == Volume(1, 1, 1000)
    assert account.closing == Volume(3, 4, 7200)
    assert account.opening.copies + account.added.copies - account.withdrawn.copies == account.closing.copies
    assert (account.received, account.from_receipts, account.without_receipt) == (Volume(1, 3, 9000), 2, 1)
    assert (account.waiting, account.agrees) == (1, False)
    assert stock_account(None, **SPRING).added.copies == 4


def test_the_register_lists_each_item_page_by_page(desk: Desk, bib: Bib, branch: Branch) -> None:
    receipt = received(desk)
    make(bib, desk, "D1", "D2", receipt_id=receipt, accession_nos=["A1", "A2"])
    withdraw_item(item_id=Item.objects.get(barcode="D2").id, at=AT, desk=desk)

    first = register_page({branch.id}, **SPRING, size=1)
    second = register_page({branch.id}, **SPRING, size=1, after=first.after)

    [line] = first.lines
    assert (line.barcode, line.accession_no, line.title, line.price_fen) == ("D1", "A1", "史记", 3600)
    assert (line.receipt_id, line.withdrawn_date) == (receipt, None)
    assert [(one.barcode, one.withdrawn_date) for one in second.lines] == [("D2", date(2026, 4, 23))]
    assert second.after is None
    assert [one.barcode for one in iter_register({branch.id}, **SPRING)] == ["D1", "D2"]


def test_of_two_who_register_the_last_copy_one_is_told(fresh_database: str) -> None:
    make_item_type()
    branch, bib = make_branch("B1"), make_bib()
    desks = [make_desk(branch, role=Role.CATALOGUER) for _ in range(2)]
    receipt = received(desks[0], copies=1)

    results = at_once(
        *(
            lambda desk=desk, code=code: make(bib, desk, code, receipt_id=receipt)
            for code, desk in zip("AB", desks, strict=True)
        )
    )

    assert sorted(type(one).__name__ for one in results) == ["CatalogueRefused", "int"]
    assert ReceiptItem.objects.count() == Item.objects.count() == 1
