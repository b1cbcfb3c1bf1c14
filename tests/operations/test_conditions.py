"""Items that are missing, damaged, repaired, and what that does to their transits and holds."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_policy
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data import BlockCode, MarkReceipt
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.circulation.operations import (
    Refused,
    checkin,
    checkout,
    declare_lost,
    mark_damaged,
    mark_missing,
    mark_repaired,
    place_hold,
)
from wenyuan.lending.fees.queries import owed_fen
from wenyuan.lending.patrons.models import Patron
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

BARCODE = "2300001"
CARD = "C0001"


def kinds() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("kind", flat=True))


def broken() -> list[str]:
    """Names of invariants that do not hold."""
    return [rule.name for rule in all_invariants() if rule.room in ("circulation", "catalogue") and broken_rows(rule)]


def refusal(act: object) -> list[BlockCode]:
    assert callable(act)
    with pytest.raises(Refused) as caught:
        act()
    return [block.code for block in caught.value.blocks]


@pytest.fixture
def item(district: District) -> Item:
    return make_item(barcode=BARCODE, home=district.central)


@pytest.fixture
def held(district: District, at: datetime, item: Item) -> Hold:
    """The item stands on the hold shelf of the central library."""
    make_patron("陈小雨", card=CARD, home=district.central)
    place_hold(card=CARD, item=BARCODE, pickup_branch_id=district.central.id, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_central)
    return Hold.objects.get()


def test_what_is_not_on_its_shelf_is_missing_until_it_is_scanned(district: District, at: datetime, item: Item) -> None:
    receipt = mark_missing(item=BARCODE, at=at, desk=district.at_central)

    assert (receipt.condition, receipt.item.state) == ("missing", "available")
    item.refresh_from_db()
    assert (item.condition, item.condition_at, item.version) == ("missing", at, 2)

    checkin(item=BARCODE, at=at + timedelta(days=1), desk=district.at_central)

    item.refresh_from_db()
    assert (item.condition, item.condition_at) == ("ok", at + timedelta(days=1))
    assert kinds() == ["item_missing", "item_found"]
    assert Entry.objects.get(kind="item_found").details == {"was": "missing"}
    assert broken() == []


def test_a_missing_item_is_no_longer_on_its_way_and_serves_no_hold(
    district: District, at: datetime, held: Hold
) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_children)  # it turned up elsewhere and travels back to the shelf

    receipt = mark_missing(item=BARCODE, at=at, desk=district.at_central)

    held.refresh_from_db()
    assert (held.state, held.captured_item_id, receipt.hold_put_back) == ("waiting", None, True)
    assert Transit.objects.get().cancelled_at == at
    assert Item.objects.get().state == "available"
    assert {"item_missing", "transit_cancelled", "hold_put_back"} <= set(kinds())
    assert broken() == []


def test_a_taken_item_that_goes_missing_on_the_way_closes_its_loan(
    district: District, at: datetime, item: Item
) -> None:
    make_patron("陈小雨", card=CARD, home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_south)  # 代收

    mark_missing(item=BARCODE, at=at + timedelta(days=9), desk=district.at_central)

    loan = Loan.objects.get()
    assert (loan.returned_at, loan.taken_at, loan.ended_as) == (at + timedelta(days=9), at, "returned")
    assert loan.patron_id is None
    assert broken() == []


@pytest.mark.parametrize("mark", [mark_missing, declare_lost])
def test_a_taken_item_that_is_gone_costs_what_being_late_to_the_day_it_was_taken_costs(
    district: District, at: datetime, item: Item, mark: Callable[..., MarkReceipt]
) -> None:
    make_policy(branch=district.central, fine_day_fen=20, suspension_percent=100, processing_fee_fen=500)
    patron = make_patron("陈小雨", card=CARD, home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    late = at + timedelta(days=33)  # Tuesday 26 May; due on Saturday the 23rd, closed on Mondays
    checkin(item=BARCODE, at=late, desk=district.at_south)  # 代收

    receipt = mark(item=BARCODE, at=late + timedelta(days=1), desk=district.at_central)

    assert (receipt.fine_fen, owed_fen(patron.id), receipt.cost) == (40, 40, None)
    assert Patron.objects.get().suspended_until == date(2026, 5, 27)
    assert broken() == []


def test_what_a_reader_has_is_not_missing(district: District, at: datetime, item: Item) -> None:
    make_patron("陈小雨", card=CARD, home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)

    assert refusal(lambda: mark_missing(item=BARCODE, at=at, desk=district.at_central)) == [
        BlockCode.ITEM_ON_LOAN_TO_OTHER
    ]


def test_a_damaged_item_says_how_serves_no_hold_and_is_repaired(district: District, at: datetime, held: Hold) -> None:
    note = "封面破损，缺第 3 页；电话 13912345678"

    receipt = mark_damaged(item=BARCODE, note=note, at=at, desk=district.at_central)

    assert (receipt.hold_put_back, receipt.item.state) == (True, "available")
    item = Item.objects.get()
    assert item.condition == "damaged"
    assert item.condition_note.startswith("封面破损，缺第 3 页")
    assert "13912345678" not in item.condition_note
    assert Hold.objects.get().state == "waiting"
    assert broken() == []

    mark_repaired(item=BARCODE, at=at, desk=district.at_central)
    again = checkin(item=BARCODE, at=at, desk=district.at_central)

    item.refresh_from_db()
    assert (item.condition, item.condition_note, item.state) == ("ok", "", "on_hold_shelf")
    assert again.held is not None
    assert kinds()[-3:] == ["hold_put_back", "item_repaired", "hold_ready"]


def test_a_damaged_item_goes_on_to_where_it_was_sent(district: District, at: datetime, item: Item) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_children)

    receipt = mark_damaged(item=BARCODE, at=at, desk=district.at_children)

    assert (receipt.item.state, Transit.objects.get().cancelled_at) == ("in_transit", None)
    assert broken() == []


@pytest.mark.parametrize(
    ("condition", "act", "code"),
    [
        ("missing", mark_missing, BlockCode.ITEM_MISSING),
        ("lost", mark_missing, BlockCode.ITEM_LOST),
        ("damaged", mark_damaged, BlockCode.ITEM_DAMAGED),
        ("missing", mark_damaged, BlockCode.ITEM_MISSING),
        ("ok", mark_repaired, BlockCode.NOT_DAMAGED),
        ("lost", mark_repaired, BlockCode.ITEM_LOST),
    ],
)
def test_what_says_nothing_new_or_wants_a_scan_first_is_refused(
    district: District, at: datetime, condition: str, act: object, code: BlockCode
) -> None:
    make_item(barcode=BARCODE, home=district.central, condition=condition)
    assert callable(act)

    assert refusal(lambda: act(item=BARCODE, at=at, desk=district.at_central)) == [code]
    assert Item.objects.get().version == 1
    assert kinds() == []


def test_unknown_and_withdrawn_items_are_not_marked(district: District, at: datetime) -> None:
    make_item(barcode="W", home=district.central, state="withdrawn")

    assert refusal(lambda: mark_missing(item="?", at=at, desk=district.at_central)) == [BlockCode.ITEM_UNKNOWN]
    assert refusal(lambda: mark_missing(item="W", at=at, desk=district.at_central)) == [BlockCode.ITEM_WITHDRAWN]


def test_what_belongs_and_stands_elsewhere_is_marked_there(district: District, at: datetime, item: Item) -> None:
    def elsewhere() -> MarkReceipt:
        return mark_missing(item=BARCODE, at=at, desk=district.at_south)

    with pytest.raises(NotAllowed):
        elsewhere()

    Item.objects.update(present_branch=district.south)
    assert elsewhere().condition == "missing"


@pytest.mark.parametrize("gone", [mark_missing, declare_lost])
def test_what_was_damaged_and_is_gone_is_found_damaged_as_it_was_until_it_is_repaired(
    district: District, at: datetime, item: Item, gone: Callable[..., object]
) -> None:
    desk = district.at_central
    mark_damaged(item=BARCODE, note="缺第 3 页", at=at, desk=desk)
    gone(item=BARCODE, at=at, desk=desk)
    make_patron(card="C9", home=district.central)
    Hold.objects.all().delete()

    checkin(item=BARCODE, at=at + timedelta(days=1), desk=desk)

    item.refresh_from_db()
    assert (item.condition, item.condition_note) == ("damaged", "缺第 3 页")
    assert Entry.objects.filter(kind="item_found").count() == 1

    mark_repaired(item=BARCODE, at=at + timedelta(days=2), desk=desk)
    gone(item=BARCODE, at=at + timedelta(days=3), desk=desk)
    checkin(item=BARCODE, at=at + timedelta(days=4), desk=desk)
    item.refresh_from_db()
    assert (item.condition, item.condition_note) == ("ok", "")
