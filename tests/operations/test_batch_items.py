"""Many items changed by one decision: foreseen, done by the rules of one item, taken back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tests.factories.accounts import make_desk, turns
from tests.factories.catalogue import make_bib, make_item, make_item_type
from tests.factories.network import make_area, make_branch
from tests.racing import at_once
from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.batching import choosing, looking, running, undoing
from wenyuan.holdings.catalogue.data import (
    BatchEditView,
    CatalogueRefused,
    ItemChanges,
    ItemChoice,
    ItemFilter,
    Refusal,
)
from wenyuan.holdings.catalogue.importing.batches import held
from wenyuan.holdings.catalogue.models import BatchEdit, BatchEditRow, Item, Lendable, Receipt, ReceiptItem
from wenyuan.holdings.catalogue.operations import (
    begin_undoing_edit,
    drop_edit,
    edit_item,
    look_through_edit,
    open_item_edit,
    run_edit,
    set_lendable,
    start_edit,
    stop_edit,
    stop_without_right,
    undo_edit,
    withdraw_item,
)
from wenyuan.holdings.catalogue.queries import get_edit, list_edit_rows
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.accounts.models import Account
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk, Operator
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER)


def looked(choice: ItemChoice, desk: Desk, **values: Any) -> int:
    """A batch that was looked through; its id."""
    batch_id = open_item_edit(choice=choice, values=values, at=AT, desk=desk)
    look_through_edit(batch_id=batch_id, **turns(AT, desk))
    return batch_id


def done(choice: ItemChoice, desk: Desk, **values: Any) -> int:
    """A batch that has changed the catalogue; its id."""
    batch_id = looked(choice, desk, **values)
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    run_edit(batch_id=batch_id, **turns(AT, desk))
    return batch_id


def listed(*barcodes: str) -> ItemChoice:
    return ItemChoice(numbers=barcodes)


def fitting(**given: Any) -> ItemChoice:
    return ItemChoice(fitting=ItemFilter(**given))


def edit(batch_id: int) -> BatchEditView:
    found = get_edit(batch_id)
    assert found is not None
    return found


def rows(batch_id: int) -> list[tuple[str, str, str]]:
    """label, outcome, reason"""
    return [(row.label, row.outcome, row.reason) for row in list_edit_rows(batch_id=batch_id)]


def now(barcode: str) -> Item:
    return Item.objects.select_related("item_type").get(barcode=barcode)


# Choosing


def test_items_are_chosen_by_a_list_and_each_number_counts_once(branch: Branch, desk: Desk) -> None:
    make_item(home=branch, barcode="W1")
    make_item(home=branch, barcode="W2", accession_no="D100")

    batch_id = looked(listed("W1", "nothing", "W1", "D100", "W2"), desk, collection="红色文献")

    assert rows(batch_id) == [
        ("W1", "changed", ""),
        ("nothing", "refused", "item_unknown"),
        ("W2", "changed", ""),
    ]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"item_type": "book"}, {"W1", "W2"}),
        ({"state": "on_loan"}, {"W2"}),
        ({"lendable": "in_library"}, {"W3"}),
        ({"collection": "红色文献"}, {"W1"}),
        ({"call_first": "I247.5", "call_last": "I247.5"}, {"W1"}),
        ({"call_first": "I2", "call_last": "K"}, {"W1", "W2"}),
        ({"call_last": "K", "item_type": "journal"}, set()),
        ({"accession_first": "D005", "accession_last": "D010"}, {"W2", "W3"}),
        ({"acquired_first": date(2026, 3, 2), "acquired_last": date(2026, 3, 2)}, {"W2", "W3"}),
        ({"acquired_last": date(2026, 3, 1)}, {"W1"}),
    ],
)
def test_items_are_chosen_by_what_they_are(branch: Branch, desk: Desk, given: dict[str, Any], found: set[str]) -> None:
    make_item(
        home=branch,
        barcode="W1",
        accession_no="D001",
        call_no="I247.57/1",
        collection="红色文献",
        acquired_date=date(2026, 3, 1),
    )
    make_item(home=branch, barcode="W2", accession_no="D005", call_no="K20/3", state="on_loan")
    make_item(home=branch, barcode="W3", accession_no="D010", item_type="journal", lendable="in_library", call_no="TP3")
    make_item(home=make_branch("B2"), barcode="E1")

    batch_id = looked(fitting(home_branch_id=branch.id, **given), desk, source="donated")

    assert {row.label for row in list_edit_rows(batch_id=batch_id)} == found


def test_items_are_chosen_by_their_receipt(branch: Branch, desk: Desk) -> None:
    receipt = Receipt.objects.create(
        branch=branch, received_date=date(2026, 3, 2), source="bought", titles=1, copies=1, amount_fen=0, recorded_at=AT
    )
    ReceiptItem.objects.create(receipt=receipt, item_id=make_item(home=branch, barcode="W1").id)
    make_item(home=branch, barcode="W2")

    assert rows(looked(fitting(receipt_id=receipt.id), desk, price_fen=1000)) == [("W1", "changed", "")]


@pytest.mark.parametrize(
    ("choice", "values", "refusal"),
    [
        (ItemChoice(), {"source": "donated"}, Refusal.CHOICE_EMPTY),
        (fitting(), {"source": "donated"}, Refusal.CHOICE_EMPTY),
        (listed(*map(str, range(10_001))), {"source": "donated"}, Refusal.CHOICE_TOO_LARGE),
        (listed("W1"), {}, Refusal.NOTHING_TO_DO),
        (listed("W1"), {"barcode": "W2"}, Refusal.NOTHING_TO_DO),
        (listed("W1"), {"item_type": "no such"}, Refusal.ITEM_TYPE_UNKNOWN),
        (listed("W1"), {"price_fen": -1}, Refusal.PRICE_INVALID),
        (listed("W1"), {"collection": "x" * 33}, Refusal.TEXT_TOO_LONG),
        (listed("W1"), {"home_branch_id": 0}, Refusal.BRANCH_UNKNOWN),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(
    desk: Desk, choice: ItemChoice, values: dict[str, Any], refusal: Refusal
) -> None:
    with pytest.raises(CatalogueRefused) as refused:
        open_item_edit(choice=choice, values=values, at=AT, desk=desk)

    assert refused.value.refusal is refusal
    assert BatchEdit.objects.count() == 0


def test_a_batch_that_finds_too_much_is_given_up_and_says_so(
    branch: Branch, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_item(home=branch, barcode=f"W{number}")
    monkeypatch.setattr(choosing, "MOST_ROWS", 2)
    monkeypatch.setattr(looking, "MOST_ROWS", 2)

    batch_id = looked(fitting(home_branch_id=branch.id), desk, source="donated")

    assert (edit(batch_id).state, edit(batch_id).is_too_large, rows(batch_id)) == ("dropped", True, [])


# Foreseeing and doing


def test_what_would_come_of_it_is_counted_and_listed_and_nothing_is_changed(branch: Branch, desk: Desk) -> None:
    make_item(home=branch, barcode="W1", price_fen=1000)
    make_item(home=branch, barcode="W2", price_fen=2000)
    make_item(home=branch, barcode="W3", state="withdrawn")
    make_item(home=make_branch("B2"), barcode="E1")

    batch_id = looked(listed("W1", "W2", "W3", "E1", "X"), desk, price_fen=2000)

    assert edit(batch_id).state == "ready"
    assert edit(batch_id).outcomes == {"changed": 1, "same": 1, "refused": 3}
    assert edit(batch_id).reasons == {"item_withdrawn": 1, "not_allowed": 1, "item_unknown": 1}
    assert [dict(row.changed) for row in list_edit_rows(batch_id=batch_id, outcome="changed")] == [
        {"price_fen": (1000, 2000)}
    ]
    assert now("W1").price_fen == 1000
    assert Entry.objects.filter(kind=Kind.ITEM_CHANGED).count() == 0


def test_each_item_is_changed_as_one_by_hand_and_the_act_is_audited_once(branch: Branch, desk: Desk) -> None:
    make_item_type("journal", name_zh="期刊")
    item = make_item(home=branch, barcode="W1", price_fen=1000)
    make_item(home=branch, barcode="W2", state="on_loan")

    batch_id = done(
        listed("W1", "W2", "X"), desk, item_type="journal", price_fen=None, collection="期刊库", lendable="in_library"
    )

    first = now("W1")
    assert (first.item_type.code, first.price_fen, first.collection, first.lendable) == (
        "journal",
        None,
        "期刊库",
        "in_library",
    )
    assert first.lendable_at == AT
    assert (now("W2").item_type.code, now("W2").state) == ("journal", "on_loan")
    assert (edit(batch_id).state, edit(batch_id).changed, edit(batch_id).refused) == ("finished", 2, 1)
    entries = list(Entry.objects.filter(kind=Kind.ITEM_CHANGED, subject_id=item.id).order_by("id"))
    assert [sorted(entry.details["changed"]) for entry in entries] == [
        ["collection", "item_type", "price_fen"],
        ["lendable"],
    ]
    assert {entry.details["batch_edit"] for entry in entries} == {batch_id}
    assert list(AuditRow.objects.values_list("act", "subject_id")) == [("start_edit", batch_id)]


def test_an_item_that_leaves_its_branch_leaves_the_area_there(branch: Branch) -> None:
    area, other = make_area(branch), make_branch("B2")
    desk = make_desk(branch, role=Role.CATALOGUER, everywhere=True)
    make_item(home=branch, barcode="W1", area=area)

    batch_id = done(listed("W1"), desk, home_branch_id=other.id)

    assert (now("W1").home_branch_id, now("W1").area_id) == (other.id, None)
    undo_edit(batch_id=batch_id, **turns(LATER, desk))
    assert (now("W1").home_branch_id, now("W1").area_id) == (branch.id, area.id)


def test_what_has_changed_since_it_was_looked_at_is_decided_anew(branch: Branch, desk: Desk) -> None:
    gone = make_item(home=branch, barcode="W1")
    make_item(home=branch, barcode="W2")
    batch_id = looked(listed("W1", "W2"), desk, source="donated")

    withdraw_item(item_id=gone.id, at=AT, desk=desk)
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    run_edit(batch_id=batch_id, **turns(AT, desk))

    assert rows(batch_id) == [("W1", "refused", "item_withdrawn"), ("W2", "changed", "")]


def test_a_batch_begins_only_when_somebody_says_so_and_one_that_is_given_up_never(branch: Branch, desk: Desk) -> None:
    make_item(home=branch, barcode="W1", source="bought")
    batch_id = open_item_edit(choice=listed("W1"), values={"source": "donated"}, at=AT, desk=desk)
    with pytest.raises(CatalogueRefused, match="batch_not_ready"):
        start_edit(batch_id=batch_id, at=AT, desk=desk)
    look_through_edit(batch_id=batch_id, **turns(AT, desk))
    run_edit(batch_id=batch_id, **turns(AT, desk))
    drop_edit(batch_id=batch_id, desk=desk)

    with pytest.raises(CatalogueRefused, match="batch_not_ready"):
        start_edit(batch_id=batch_id, at=AT, desk=desk)
    with pytest.raises(CatalogueRefused, match="batch_not_ready"):
        drop_edit(batch_id=batch_id, desk=desk)
    undo_edit(batch_id=batch_id, **turns(AT, desk))
    assert (now("W1").source, edit(batch_id).state, rows(batch_id)) == ("bought", "dropped", [])


def test_a_look_that_was_cut_off_begins_again(branch: Branch, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        make_item(home=branch, barcode=f"W{number}")
    monkeypatch.setattr(looking, "CHUNK", {"items": 2})
    batch_id = open_item_edit(choice=fitting(home_branch_id=branch.id), values={"source": "x"}, at=AT, desk=desk)
    with monkeypatch.context() as cut:
        cut.setattr(looking, "_look_on", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            look_through_edit(batch_id=batch_id, **turns(AT, desk))

    look_through_edit(batch_id=batch_id, **turns(AT, desk))

    assert (edit(batch_id).total, edit(batch_id).looked, edit(batch_id).outcomes) == (5, 5, {"changed": 5})


def test_every_act_needs_the_right_at_the_branch(branch: Branch, desk: Desk) -> None:
    make_item(home=branch, barcode="W1")
    stranger = make_desk(make_branch("B2"), role=Role.CATALOGUER)
    clerk = make_desk(branch, role=Role.DESK)
    batch_id = looked(listed("W1"), desk, source="donated")

    for act in (
        lambda: open_item_edit(choice=listed("W1"), values={"source": "x"}, at=AT, desk=clerk),
        lambda: open_item_edit(choice=listed("W1"), values={"home_branch_id": branch.id}, at=AT, desk=stranger),
        lambda: look_through_edit(batch_id=batch_id, **turns(AT, stranger)),
        lambda: start_edit(batch_id=batch_id, at=AT, desk=stranger),
        lambda: run_edit(batch_id=batch_id, **turns(AT, stranger)),
        lambda: stop_edit(batch_id=batch_id, at=AT, desk=stranger),
        lambda: drop_edit(batch_id=batch_id, desk=stranger),
        lambda: begin_undoing_edit(batch_id=batch_id, at=AT, desk=stranger),
        lambda: undo_edit(batch_id=batch_id, **turns(AT, stranger)),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_each_chunk_has_the_moment_at_which_it_happens(
    branch: Branch, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_item(home=branch, barcode=f"W{number}", source="bought")
    monkeypatch.setattr(running, "CHUNK", {"items": 2})
    monkeypatch.setattr(undoing, "CHUNK", {"items": 2})
    passing = count()

    def clock() -> datetime:
        return AT + timedelta(minutes=next(passing))

    batch_id = looked(fitting(home_branch_id=branch.id), desk, source="donated")
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    run_edit(batch_id=batch_id, clock=clock, desk_at=lambda _: desk)
    undo_edit(batch_id=batch_id, clock=clock, desk_at=lambda _: desk)

    moments = Entry.objects.filter(kind=Kind.ITEM_CHANGED).order_by("id").values_list("occurred_at", flat=True)
    minutes = [(moment - AT).seconds // 60 for moment in moments]
    done_at, undone_at = minutes[:3], minutes[3:]
    assert done_at[0] == done_at[1] < done_at[2] < undone_at[0] == undone_at[1] < undone_at[2]
    finished_at, ended_at = edit(batch_id).finished_at, edit(batch_id).undone_at
    assert finished_at is not None
    assert ended_at is not None
    assert AT + timedelta(minutes=done_at[2]) < finished_at < ended_at
    assert now("W0").changed_at == AT + timedelta(minutes=undone_at[2])


# Undoing


def values_of(barcode: str) -> Mapping[str, Any]:
    """Everything of an item but when and how often it was changed."""
    item = now(barcode)
    left_out = ("version", "changed_at", "lendable_at")
    return {field.attname: getattr(item, field.attname) for field in Item._meta.fields if field.name not in left_out}


def test_undoing_restores_what_nobody_has_edited_since_and_lists_the_rest(branch: Branch, desk: Desk) -> None:
    make_item_type("journal", name_zh="期刊")
    make_item(home=branch, barcode="W1", price_fen=1000, collection="a")
    edited = make_item(home=branch, barcode="W2", price_fen=1000)
    there_and_back = make_item(home=branch, barcode="W3", price_fen=1000)
    gone = make_item(home=branch, barcode="W4", price_fen=1000)
    make_item(home=branch, barcode="W5", price_fen=2000, lendable="in_library", item_type="journal", collection="b")
    before = values_of("W1")
    batch_id = done(
        fitting(home_branch_id=branch.id),
        desk,
        price_fen=2000,
        lendable="in_library",
        item_type="journal",
        collection="b",
    )

    for price in (3000, 2000):
        version = now("W3").version
        edit_item(item_id=there_and_back.id, version=version, changes=ItemChanges(price_fen=price), at=AT, desk=desk)
    set_lendable(item_id=edited.id, lendable=Lendable.NO, at=AT, desk=desk)
    withdraw_item(item_id=gone.id, at=AT, desk=desk)
    undo_edit(batch_id=batch_id, **turns(LATER, desk))

    assert rows(batch_id) == [
        ("W1", "restored", ""),
        ("W2", "kept", "changed_since"),
        ("W3", "kept", "changed_since"),
        ("W4", "kept", "changed_since"),
        ("W5", "same", ""),
    ]
    assert values_of("W1") == before
    assert (edit(batch_id).state, edit(batch_id).restored, edit(batch_id).kept) == ("undone", 1, 3)
    assert list(AuditRow.objects.order_by("id").values_list("act", flat=True)) == ["start_edit", "undo_edit"]


def test_to_be_lent_is_no_edit(branch: Branch, desk: Desk) -> None:
    make_item(home=branch, barcode="W1", source="bought")
    batch_id = done(listed("W1"), desk, source="donated")

    Item.objects.filter(barcode="W1").update(state="on_loan", version=9)
    undo_edit(batch_id=batch_id, **turns(LATER, desk))

    assert (now("W1").source, now("W1").state, now("W1").version) == ("bought", "on_loan", 10)


def test_batches_undone_in_turn_restore_exactly_and_out_of_turn_keep_the_later(branch: Branch, desk: Desk) -> None:
    make_item(home=branch, barcode="W1", price_fen=1000)
    make_item(home=branch, barcode="W2", price_fen=1000)
    before = values_of("W1")
    first = done(listed("W1", "W2"), desk, price_fen=2000)
    second = done(listed("W1", "W2"), desk, price_fen=3000)
    third = done(listed("W1"), desk, price_fen=2000)

    for batch_id in (third, second, first):
        undo_edit(batch_id=batch_id, **turns(LATER, desk))
    assert (values_of("W1"), now("W2").price_fen) == (before, 1000)

    early, late = done(listed("W2"), desk, price_fen=5000), done(listed("W2"), desk, source="donated")
    undo_edit(batch_id=early, **turns(LATER, desk))
    assert rows(early) == [("W2", "kept", "changed_since")]
    assert (now("W2").price_fen, now("W2").source) == (5000, "donated")
    assert edit(late).state == "finished"


def test_a_batch_that_was_cut_off_can_be_undone_and_does_not_go_on(
    branch: Branch, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        make_item(home=branch, barcode=f"W{number}", source="bought")
    monkeypatch.setattr(running, "CHUNK", {"items": 2})
    batch_id = looked(fitting(home_branch_id=branch.id), desk, source="donated")
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    assert running._run_on(batch_id, lambda: AT, lambda _: desk)

    begin_undoing_edit(batch_id=batch_id, at=AT, desk=desk)
    run_edit(batch_id=batch_id, **turns(AT, desk))
    undo_edit(batch_id=batch_id, **turns(AT, desk))

    assert (edit(batch_id).state, edit(batch_id).restored, edit(batch_id).kept) == ("undone", 2, 0)
    assert set(Item.objects.values_list("source", flat=True)) == {"bought"}


# Stopped, and whose rights


def test_one_that_runs_is_stopped_and_goes_on_or_is_given_up(
    branch: Branch, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_item(home=branch, barcode=f"W{number}", source="bought")
    monkeypatch.setattr(running, "CHUNK", {"items": 2})
    batch_id = looked(fitting(home_branch_id=branch.id), desk, source="donated")
    with pytest.raises(CatalogueRefused, match="batch_not_ready"):
        stop_edit(batch_id=batch_id, at=AT, desk=desk)
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    stop_edit(batch_id=batch_id, at=AT, desk=desk)
    run_edit(batch_id=batch_id, **turns(AT, desk))
    stood = edit(batch_id)

    start_edit(batch_id=batch_id, at=AT, desk=desk)
    assert running._run_on(batch_id, lambda: AT, lambda _: desk)
    stop_edit(batch_id=batch_id, at=AT, desk=desk)
    with pytest.raises(CatalogueRefused, match="batch_not_ready"):
        drop_edit(batch_id=batch_id, desk=desk)
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    run_edit(batch_id=batch_id, **turns(AT, desk))

    assert (stood.state, stood.changed, stood.stopped, stood.can_be_dropped) == ("stopped", 0, "by_hand", True)
    assert (edit(batch_id).state, edit(batch_id).changed, edit(batch_id).stopped) == ("finished", 3, "")
    assert [row.act for row in AuditRow.objects.order_by("id")] == ["start_edit", "stop_edit"] * 2 + ["start_edit"]

    other = looked(fitting(home_branch_id=branch.id), desk, source="bought")
    start_edit(batch_id=other, at=AT, desk=desk)
    stop_edit(batch_id=other, at=AT, desk=desk)
    drop_edit(batch_id=other, desk=desk)
    assert (edit(other).state, rows(other), now("W0").source) == ("dropped", [], "donated")


def test_one_that_was_stopped_while_it_was_taken_back_is_taken_back_and_does_not_go_on(
    branch: Branch, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        make_item(home=branch, barcode=f"W{number}", source="bought")
    monkeypatch.setattr(running, "CHUNK", {"items": 2})
    monkeypatch.setattr(undoing, "CHUNK", {"items": 1})
    batch_id = looked(fitting(home_branch_id=branch.id), desk, source="donated")
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    assert running._run_on(batch_id, lambda: AT, lambda _: desk)
    begin_undoing_edit(batch_id=batch_id, at=AT, desk=desk)
    assert undoing._undo_on(batch_id, lambda: AT, lambda _: desk)

    Account.objects.filter(id=desk.operator.account_id).update(is_active=False)
    stop_without_right(batch_id=batch_id, at=AT)
    stood = edit(batch_id)
    with pytest.raises(CatalogueRefused, match="batch_not_ready"):
        start_edit(batch_id=batch_id, at=AT, desk=desk)
    undo_edit(batch_id=batch_id, **turns(AT, desk))

    assert (stood.state, stood.can_go_on, stood.can_be_undone) == ("stopped", False, True)
    assert (edit(batch_id).state, edit(batch_id).restored, edit(batch_id).can_be_undone) == ("undone", 2, False)
    assert set(Item.objects.values_list("source", flat=True)) == {"bought"}


def test_who_lets_a_batch_go_does_no_more_than_was_shown(branch: Branch, desk: Desk) -> None:
    make_item(home=branch, barcode="W1")
    make_item(home=make_branch("B2"), barcode="E1", source="bought")
    batch_id = looked(listed("W1", "E1"), desk, source="donated")
    everywhere = make_desk(branch, role=Role.CATALOGUER, everywhere=True)

    start_edit(batch_id=batch_id, at=AT, desk=everywhere)
    run_edit(batch_id=batch_id, **turns(AT, everywhere))

    assert rows(batch_id) == [("W1", "changed", ""), ("E1", "refused", "not_allowed")]
    assert (now("E1").source, edit(batch_id).changed, edit(batch_id).refused) == ("bought", 1, 1)


def test_a_right_that_was_taken_away_stops_the_batch_at_the_next_chunk(
    branch: Branch, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        make_item(home=branch, barcode=f"W{number}", source="bought")
    monkeypatch.setattr(running, "CHUNK", {"items": 2})
    batch_id = looked(fitting(home_branch_id=branch.id), desk, source="donated")
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    nobody = replace(desk, operator=Operator(desk.operator.account_id, ""))
    rights = iter([desk])

    with pytest.raises(NotAllowed):
        run_edit(batch_id=batch_id, clock=lambda: AT, desk_at=lambda _: next(rights, nobody))

    assert (edit(batch_id).changed, set(Item.objects.values_list("source", flat=True))) == (2, {"bought", "donated"})


# Killed, and two at once

RUNNER = """
import sys
import django
django.setup()
from datetime import UTC, datetime
from wenyuan.holdings.catalogue.batching import running
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator
running.CHUNK = {"items": 5}
batch_id, branch_id, account_id = map(int, sys.argv[1:4])
operator = Operator(account_id, "batch", everywhere=frozenset({Act.EDIT_ITEM}))
desk = Desk(operator=operator, branch_id=branch_id, door=Door.WORKER)
running.run_edit(batch_id=batch_id, clock=lambda: datetime(2026, 4, 23, 2, 30, tzinfo=UTC), desk_at=lambda _: desk)
"""


def test_killed_in_the_middle_and_run_again_each_item_is_changed_once(fresh_database: str) -> None:
    branch = make_branch("B1")
    desk = make_desk(branch, role=Role.CATALOGUER)
    bib = make_bib()
    for number in range(200):
        make_item(bib=bib, home=branch, barcode=f"W{number:04d}", source="bought")
    batch_id = looked(fitting(home_branch_id=branch.id), desk, source="donated")
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    arguments = [sys.executable, "-c", RUNNER, *map(str, (batch_id, branch.id, desk.operator.account_id))]
    process = subprocess.Popen(arguments, env=os.environ | {"DATABASE_URL": fresh_database})
    give_up = time.monotonic() + 60
    while not BatchEdit.objects.filter(position__gte=10).exists():
        assert process.poll() is None, "the batch ended before it could be killed"
        assert time.monotonic() < give_up
        time.sleep(0.01)

    process.send_signal(signal.SIGKILL)
    process.wait()
    position, changed = edit(batch_id).position, Item.objects.filter(source="donated").count()
    run_edit(batch_id=batch_id, **turns(AT, desk))

    assert 10 <= position == changed < 200
    assert (edit(batch_id).state, edit(batch_id).changed) == ("finished", 200)
    assert Entry.objects.filter(kind=Kind.ITEM_CHANGED).count() == 200
    assert BatchEditRow.objects.filter(outcome="changed").count() == 200


def test_two_batches_over_the_same_items_at_once_both_end_and_lose_nothing(fresh_database: str) -> None:
    branch = make_branch("B1")
    desk = make_desk(branch, role=Role.CATALOGUER)
    bib = make_bib()
    barcodes = [f"W{number:03d}" for number in range(60)]
    for barcode in barcodes:
        make_item(bib=bib, home=branch, barcode=barcode, source="bought", price_fen=1)
    forward = looked(listed(*barcodes), desk, source="donated")
    backward = looked(listed(*reversed(barcodes)), desk, price_fen=500)
    for batch_id in (forward, backward):
        start_edit(batch_id=batch_id, at=AT, desk=desk)

    results = at_once(
        lambda: run_edit(batch_id=forward, **turns(AT, desk)), lambda: run_edit(batch_id=backward, **turns(AT, desk))
    )

    assert results == [None, None]
    assert set(Item.objects.values_list("source", "price_fen", "version")) == {("donated", 500, 3)}
    assert (edit(forward).changed, edit(backward).changed) == (60, 60)


def test_the_second_who_runs_a_batch_is_told_so(fresh_database: str) -> None:
    branch = make_branch("B1")
    desk = make_desk(branch, role=Role.CATALOGUER)
    make_item(home=branch, barcode="W1")
    batch_id = looked(listed("W1"), desk, source="donated")
    start_edit(batch_id=batch_id, at=AT, desk=desk)

    with held(batch_id, lock=sql.EDIT_LOCK):
        [told] = at_once(lambda: run_edit(batch_id=batch_id, **turns(AT, desk)))

    assert isinstance(told, CatalogueRefused)
    assert (told.refusal, now("W1").version) == (Refusal.BATCH_RUNNING, 1)
