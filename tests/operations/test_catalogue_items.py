"""Verbs on single items: add, edit, condition, lendable, withdraw; and the step that changes a state."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item, make_item_type
from tests.factories.network import make_area, make_branch
from wenyuan.holdings.catalogue.data import CatalogueRefused, ItemChanges, Refusal
from wenyuan.holdings.catalogue.models import Bib, Item, ItemState, Lendable
from wenyuan.holdings.catalogue.operations import (
    add_item,
    change_state,
    edit_item,
    set_lendable,
    withdraw_item,
)
from wenyuan.holdings.catalogue.queries import get_item
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER)


@pytest.fixture
def bib(db: None) -> Bib:
    make_item_type()
    return make_bib(price_fen=3600)


@pytest.fixture
def item(branch: Branch, bib: Bib) -> Item:
    return make_item(bib=bib, barcode="W1", home=branch)


def test_an_added_item_stands_at_its_branch_with_the_bibs_price(desk: Desk, bib: Bib) -> None:
    added = add_item(bib_id=bib.id, barcode=" W7 ", call_no="I247.57/12", at=AT, desk=desk)

    item = get_item("W7")
    assert item is not None
    assert (item.id, item.version, item.state, item.price_fen) == (added.id, 1, "available", 3600)
    assert (item.owner_id, item.home_branch_id, item.present_branch_id) == (desk.branch_id,) * 3
    assert item.acquired_date == date(2026, 4, 23)
    entry = Entry.objects.get(kind=Kind.ITEM_ADDED)
    assert (entry.subject_id, entry.quantity, entry.class_letter, entry.item_type) == (added.id, 1, "I", "book")


def test_an_item_may_wait_in_process(desk: Desk, bib: Bib) -> None:
    add_item(bib_id=bib.id, barcode="W7", in_process=True, at=AT, desk=desk)

    assert Item.objects.get(barcode="W7").state == "in_process"


@pytest.mark.parametrize(
    ("values", "refusal", "field"),
    [
        ({"barcode": ""}, Refusal.BARCODE_INVALID, "barcode"),
        ({"barcode": "W1"}, Refusal.BARCODE_TAKEN, "barcode"),
        ({"accession_no": "D 1"}, Refusal.ACCESSION_NO_INVALID, "accession_no"),
        ({"accession_no": "D1"}, Refusal.ACCESSION_NO_TAKEN, "accession_no"),
        ({"uid": "xyz"}, Refusal.UID_INVALID, "uid"),
        ({"uid": "E0040100AABBCCDD"}, Refusal.UID_TAKEN, "uid"),
        ({"item_type": "scroll"}, Refusal.ITEM_TYPE_UNKNOWN, "item_type"),
        ({"owner_id": 999_999}, Refusal.BRANCH_UNKNOWN, "owner_id"),
        ({"area_id": 999_999}, Refusal.AREA_ELSEWHERE, "area_id"),
        ({"price_fen": -1}, Refusal.PRICE_INVALID, "price_fen"),
        ({"call_no": "I" * 101}, Refusal.TEXT_TOO_LONG, "call_no"),
        ({"bib_id": 999_999}, Refusal.BIB_UNKNOWN, "bib_id"),
    ],
)
def test_unfit_values_are_refused_by_name_and_nothing_is_written(
    desk: Desk, bib: Bib, item: Item, values: dict[str, Any], refusal: Refusal, field: str
) -> None:
    Item.objects.filter(id=item.id).update(accession_no="D1", uid="E0040100AABBCCDD")

    with pytest.raises(CatalogueRefused) as caught:
        add_item(**{"bib_id": bib.id, "barcode": "W2", "at": AT, "desk": desk, **values})

    assert (caught.value.refusal, caught.value.field) == (refusal, field)
    assert Item.objects.count() == 1
    assert Entry.objects.count() == 0


def test_an_edit_changes_what_is_given_counts_the_version_and_is_journalled(desk: Desk, item: Item) -> None:
    changes = ItemChanges(call_no="I247.57/13", price_fen=None, accession_no="D5")

    changed = edit_item(item_id=item.id, version=1, changes=changes, at=AT, desk=desk)

    row = Item.objects.get(id=item.id)
    assert (changed.version, row.version, row.call_no, row.accession_no) == (2, 2, "I247.57/13", "D5")
    assert row.barcode == "W1"
    assert bytes(row.call_key) != b""
    assert Entry.objects.get(kind=Kind.ITEM_CHANGED).details == {
        "changed": {"call_no": ["I247.57/123", "I247.57/13"], "accession_no": [None, "D5"]}
    }


def test_an_edit_that_changes_nothing_writes_nothing(desk: Desk, item: Item) -> None:
    changed = edit_item(item_id=item.id, version=1, changes=ItemChanges(barcode="W1"), at=AT, desk=desk)

    assert changed.version == 1
    assert Entry.objects.count() == 0


def test_clearing_the_call_number_clears_its_key(desk: Desk, item: Item) -> None:
    edit_item(item_id=item.id, version=1, changes=ItemChanges(call_no=""), at=AT, desk=desk)

    assert bytes(Item.objects.get(id=item.id).call_key) == b""


def test_an_edit_of_an_older_version_is_refused(desk: Desk, item: Item) -> None:
    edit_item(item_id=item.id, version=1, changes=ItemChanges(volume="上"), at=AT, desk=desk)

    with pytest.raises(CatalogueRefused) as caught:
        edit_item(item_id=item.id, version=1, changes=ItemChanges(volume="下"), at=AT, desk=desk)

    assert caught.value.refusal is Refusal.ITEM_CHANGED_MEANWHILE
    assert Item.objects.get(id=item.id).volume == "上"


def test_moving_home_leaves_the_old_area_and_needs_the_right_at_both(branch: Branch, item: Item) -> None:
    other = make_branch("B2")
    Item.objects.filter(id=item.id).update(area=make_area(branch))
    changes = ItemChanges(home_branch_id=other.id)

    with pytest.raises(NotAllowed):
        edit_item(item_id=item.id, version=1, changes=changes, at=AT, desk=make_desk(branch, role=Role.CATALOGUER))
    edit_item(
        item_id=item.id,
        version=1,
        changes=changes,
        at=AT,
        desk=make_desk(branch, acts=[Act.EDIT_ITEM], everywhere=True),
    )

    row = Item.objects.get(id=item.id)
    assert (row.home_branch_id, row.owner_id, row.area_id) == (other.id, branch.id, None)


def test_another_branchs_items_are_not_edited(item: Item) -> None:
    elsewhere = make_desk(make_branch("B2"), role=Role.CATALOGUER)

    acts: tuple[Callable[[], object], ...] = (
        lambda: edit_item(item_id=item.id, version=1, changes=ItemChanges(volume="上"), at=AT, desk=elsewhere),
        lambda: set_lendable(item_id=item.id, lendable=Lendable.NO, at=AT, desk=elsewhere),
        lambda: withdraw_item(item_id=item.id, at=AT, desk=elsewhere),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert Item.objects.get(id=item.id).version == 1


def test_whether_an_item_is_lent_is_dated(desk: Desk, item: Item) -> None:
    changed = set_lendable(item_id=item.id, lendable=Lendable.IN_LIBRARY, at=AT, desk=desk)

    row = Item.objects.get(id=item.id)
    assert (row.lendable, row.lendable_at) == ("in_library", AT)
    assert changed.version == 2
    assert Entry.objects.filter(kind=Kind.ITEM_CHANGED).count() == 1


def test_a_withdrawn_item_keeps_its_numbers_and_takes_no_more_changes(desk: Desk, item: Item) -> None:
    withdraw_item(item_id=item.id, at=AT, desk=desk)

    row = Item.objects.get(barcode="W1")
    assert (row.state, row.lendable) == ("withdrawn", "no")
    assert Entry.objects.get(kind=Kind.ITEM_WITHDRAWN).subject_id == item.id
    acts: tuple[Callable[[], object], ...] = (
        lambda: withdraw_item(item_id=item.id, at=AT, desk=desk),
        lambda: edit_item(item_id=item.id, version=2, changes=ItemChanges(volume="上"), at=AT, desk=desk),
        lambda: set_lendable(item_id=item.id, lendable=Lendable.YES, at=AT, desk=desk),
    )
    for act in acts:
        with pytest.raises(CatalogueRefused, match="item_withdrawn"):
            act()


@pytest.mark.parametrize("state", [ItemState.ON_LOAN, ItemState.IN_TRANSIT, ItemState.ON_HOLD_SHELF])
def test_an_item_in_use_is_not_withdrawn(desk: Desk, item: Item, state: ItemState) -> None:
    Item.objects.filter(id=item.id).update(state=state)

    with pytest.raises(CatalogueRefused) as caught:
        withdraw_item(item_id=item.id, at=AT, desk=desk)

    assert caught.value.refusal is Refusal.ITEM_IN_USE


def test_the_state_step_moves_an_item_only_from_the_state_expected(branch: Branch, item: Item) -> None:
    other = make_branch("B2")

    with transaction.atomic():
        moved = change_state(
            item_id=item.id,
            expected=ItemState.AVAILABLE,
            state=ItemState.IN_TRANSIT,
            present_branch_id=other.id,
            at=AT,
        )
        again = change_state(item_id=item.id, expected=ItemState.AVAILABLE, state=ItemState.ON_LOAN, at=AT)

    assert moved is not None
    assert (moved.version, again) == (2, None)
    row = Item.objects.get(id=item.id)
    assert (row.state, row.present_branch_id, row.home_branch_id) == ("in_transit", other.id, branch.id)
