"""``undo_batch``: the catalogue is again what it was before an import, but for what was used since."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item_type
from tests.factories.network import make_branch
from tests.operations.test_catalogue_import import cnmarc, gb
from tests.racing import at_once
from wenyuan.holdings.catalogue.data import CatalogueRefused, ItemChanges, KeptReason, Refusal
from wenyuan.holdings.catalogue.editing.values import RecordSaved
from wenyuan.holdings.catalogue.importing import batches, writing
from wenyuan.holdings.catalogue.models import (
    Bib,
    Identifier,
    ImportBatch,
    ImportFormer,
    ImportStep,
    IndexWaiting,
    Item,
)
from wenyuan.holdings.catalogue.operations import edit_bib, edit_item, open_batch, run_batch, undo_batch
from wenyuan.holdings.catalogue.queries import import_result, list_kept, undo_prospect
from wenyuan.holdings.catalogue.sql import INVARIANTS
from wenyuan.kernel.marc import DataField, Record
from wenyuan.lending.circulation.models import Hold
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=1)

_files = count(1)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER)


def bring(tmp_path: Path, desk: Desk, *records: Record) -> int:
    """Import the records; the batch's id."""
    path = tmp_path / f"{next(_files)}.iso"
    path.write_bytes(b"".join(gb(*records)))
    batch_id = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk)
    run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)
    return batch_id


def rows() -> tuple[list[Any], list[Any], list[Any]]:
    """Everything that the catalogue holds, but for ids, and who saved which version when: an undoing saves too."""
    saved = ("changed_at", "version", "changed_by", "changed_door", "batch", "restored_from")
    bibs = [field.name for field in Bib._meta.fields if field.name not in ("id", *saved)]
    items = [field.attname for field in Item._meta.fields if field.name not in ("id", "bib")]
    number = ("bib__source", "bib__control_number", "bib__variant")
    return (
        [_plain(row) for row in Bib.objects.order_by("source", "control_number", "variant").values_list(*bibs)],
        list(Identifier.objects.order_by(*number, "id").values_list(*number, "kind", "value")),
        [_plain(row) for row in Item.objects.order_by("barcode").values_list(*number, *items)],
    )


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def left(batch_id: int) -> list[tuple[str, str, str]]:
    return [(row.label, row.reason, row.detail) for row in list_kept(batch_id=batch_id)]


def undone(batch_id: int) -> tuple[str, int, int, int]:
    """state, bibs removed, bibs restored, items removed"""
    result = import_result(batch_id)
    assert result is not None
    return result.state, result.bibs_removed, result.bibs_restored, result.items_removed


def somebody_wanted(bib: Bib, desk: Desk) -> None:
    """A hold on the bib, ended long ago."""
    Hold.objects.create(
        bib=bib,
        state="cancelled",
        rank=1,
        pickup_branch_id=desk.branch_id,
        placed_branch_id=desk.branch_id,
        placed_at=AT,
        ended_at=AT,
        account_id=desk.operator.account_id,
        door="workbench",
        from_shelf=False,
        patron_category="adult",
        patron_home_id=desk.branch_id,
        age_band="adult",
    )


def test_what_was_added_goes_and_what_was_replaced_returns(tmp_path: Path, desk: Desk) -> None:
    bring(tmp_path, desk, cnmarc(title="活着呢", barcodes=("W1",), isbn=""))
    before = rows()
    second = bring(tmp_path, desk, cnmarc(barcodes=("W1", "W2")), cnmarc("2", "围城", "钱锺书", barcodes=("W3",)))
    assert rows() != before

    undo_batch(batch_id=second, at=LATER, desk=desk)

    assert rows() == before
    assert undone(second) == ("undone", 1, 1, 2)
    assert left(second) == []
    bib = Bib.objects.get()
    assert (bib.changed_at, bib.version, bib.restored_from, bib.batch_id) == (LATER, 3, 1, None)
    assert (ImportStep.objects.filter(batch_id=second).count(), ImportFormer.objects.count()) == (0, 0)
    assert [broken_rows(invariant) for invariant in INVARIANTS] == [[]] * len(INVARIANTS)


NUMBERS = st.sampled_from(["1", "2", "3", "4"])
RECORDS = st.builds(
    lambda number, title, author, barcodes, isbn, price: cnmarc(
        number,
        title,
        author,
        DataField("215", " ", " ", (("a", price),)),
        barcodes=tuple(dict.fromkeys(barcodes)),
        isbn=isbn,
    ),
    NUMBERS,
    st.sampled_from(["活着", "围城", "子夜"]),
    st.sampled_from(["余华", "钱锺书"]),
    st.lists(st.sampled_from(["W1", "W2", "W3", "W4", "W5"]), max_size=2),
    st.sampled_from(["", "978-7-5063-6543-7", "978-7-02-000220-7"]),
    st.sampled_from(["1页", "2页"]),
)
FILES = st.lists(RECORDS, max_size=7)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(before=FILES, files=st.lists(FILES, min_size=1, max_size=2), chunk=st.integers(1, 3))
def test_undoing_imports_in_turn_restores_exactly_the_rows_of_before(
    tmp_path: Path, desk: Desk, before: list[Record], files: list[list[Record]], chunk: int
) -> None:
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "CHUNK_RECORDS", chunk)
        bring(tmp_path, desk, *before)
        seen, batch_ids = [], []
        for records in files:
            seen.append(rows())
            batch_ids.append(bring(tmp_path, desk, *records))

        for batch_id, then in zip(reversed(batch_ids), reversed(seen), strict=True):
            ahead = undo_prospect(batch_id=batch_id, operator=desk.operator)
            undo_batch(batch_id=batch_id, at=LATER, desk=desk)

            assert rows() == then
            assert (ahead.bibs, ahead.items, ahead.kept) == (*(undone(batch_id)[n] for n in (1, 3)), {})
            assert left(batch_id) == []
        assert [broken_rows(invariant) for invariant in INVARIANTS] == [[]] * len(INVARIANTS)
        transaction.set_rollback(True)


def test_what_was_edited_lent_held_or_gained_an_item_stays_and_is_listed(tmp_path: Path, desk: Desk) -> None:
    first = bring(
        tmp_path,
        desk,
        cnmarc("1", "活着", "余华", barcodes=("W1", "W2")),
        cnmarc("2", "围城", "钱锺书"),
        cnmarc("3", "子夜", "茅盾"),
        cnmarc("4", "家", "巴金"),
    )
    item = Item.objects.get(barcode="W1")
    edit_item(item_id=item.id, version=1, changes=ItemChanges(volume="上"), at=AT, desk=desk)
    somebody_wanted(Bib.objects.get(title="围城"), desk)
    second = bring(tmp_path, desk, cnmarc("3", "子夜（修订版）", "茅盾"))
    ahead = undo_prospect(batch_id=first, operator=desk.operator)

    undo_batch(batch_id=first, at=LATER, desk=desk)

    assert left(first) == [
        ("W1", "item_changed", ""),
        ("子夜（修订版）", "bib_edited", ""),
        ("围城", "bib_used", "circulation"),
        ("活着", "bib_has_items", ""),
    ]
    assert set(Bib.objects.values_list("title", flat=True)) == {"活着", "围城", "子夜（修订版）"}
    assert list(Item.objects.values_list("barcode", flat=True)) == ["W1"]
    assert undone(first) == ("undone", 1, 0, 1)
    assert (ahead.bibs, ahead.items, sum(ahead.kept.values()), ahead.is_whole) == (1, 1, 4, True)

    undo_batch(batch_id=second, at=LATER, desk=desk)

    assert Bib.objects.filter(title="子夜").exists()


def test_a_record_that_another_import_has_changed_and_changed_back_stays(tmp_path: Path, desk: Desk) -> None:
    first = bring(tmp_path, desk, cnmarc("1", "活着", "余华"), cnmarc("2", "家", "巴金"))
    bring(tmp_path, desk, cnmarc("1", "活着（修订版）", "余华"))
    third = bring(tmp_path, desk, cnmarc("1", "活着", "余华"))

    undo_batch(batch_id=first, at=LATER, desk=desk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    undo_batch(batch_id=third, at=LATER, desk=desk)

    assert left(first) == [("活着", "bib_edited", "")]
    assert [broken_rows(invariant) for invariant in INVARIANTS] == [[]] * len(INVARIANTS)
    assert list(Bib.objects.values_list("title", flat=True)) == ["活着（修订版）"]


def test_of_two_works_with_one_number_the_earlier_stays_while_the_later_is_there(tmp_path: Path, desk: Desk) -> None:
    first = bring(tmp_path, desk, cnmarc("1", "活着", "余华"))
    bring(tmp_path, desk, cnmarc("1", "围城", "钱锺书"))

    undo_batch(batch_id=first, at=LATER, desk=desk)

    assert left(first) == [("活着", "bib_has_variant", "")]
    assert [broken_rows(invariant) for invariant in INVARIANTS] == [[]] * len(INVARIANTS)


def test_the_journal_takes_the_items_back_and_the_act_is_audited(tmp_path: Path, desk: Desk) -> None:
    batch_id = bring(tmp_path, desk, cnmarc(barcodes=("W1", "W2")))

    undo_batch(batch_id=batch_id, at=LATER, desk=desk)

    added = list(Entry.objects.filter(kind=Kind.ITEM_ADDED).order_by("id"))
    assert [entry.quantity for entry in added] == [1, 1, -1, -1]
    assert [entry.reverses_id for entry in added[2:]] == [entry.id for entry in added[:2]]
    assert [(entry.item_home_id, entry.class_letter) for entry in added[2:]] == [(desk.branch_id, "I")] * 2
    imported = list(Entry.objects.filter(kind=Kind.RECORDS_IMPORTED).order_by("id"))
    assert [(entry.quantity, entry.reverses_id) for entry in imported] == [(1, None), (-1, imported[0].id)]
    row = AuditRow.objects.get(act="undo_import")
    assert (row.subject_id, row.before, row.after) == (batch_id, {"state": "finished"}, {"state": "undoing"})


def test_what_goes_is_told_to_the_search_index(tmp_path: Path, desk: Desk) -> None:
    batch_id = bring(tmp_path, desk, cnmarc(barcodes=("W1",)))
    bib = Bib.objects.get()
    IndexWaiting.objects.all().delete()

    undo_batch(batch_id=batch_id, at=LATER, desk=desk)

    assert set(IndexWaiting.objects.values_list("bib_id", "of_items")) == {(bib.id, False), (bib.id, True)}


class Cut(Exception):
    pass


def test_an_undoing_that_was_cut_off_goes_on_and_the_import_does_not(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "CHUNK_RECORDS", 2)
    records = [cnmarc(str(n), f"第{n}部", f"作者{n}", barcodes=(f"W{n}",)) for n in range(6)]
    batch_id = bring(tmp_path, desk, *records)

    def cut(steps_left: int) -> None:
        if steps_left == 1:
            raise Cut

    with pytest.raises(Cut):
        undo_batch(batch_id=batch_id, at=LATER, desk=desk, on_step=cut)
    halfway = undone(batch_id)
    run_batch(batch_id=batch_id, path=tmp_path / "absent", at=LATER, desk=desk)
    undo_batch(batch_id=batch_id, at=LATER, desk=desk)
    undo_batch(batch_id=batch_id, at=LATER, desk=desk)

    assert halfway == ("undoing", 4, 0, 4)
    assert undone(batch_id) == ("undone", 6, 0, 6)
    assert AuditRow.objects.filter(act="undo_import").count() == 1


def test_an_import_that_was_cut_off_can_be_undone(tmp_path: Path, desk: Desk) -> None:
    batch_id = bring(tmp_path, desk, cnmarc())
    ImportBatch.objects.update(state="running")

    undo_batch(batch_id=batch_id, at=LATER, desk=desk)

    assert undone(batch_id)[0] == "undone"


def test_undoing_needs_the_right_at_the_batch_s_branch_and_at_each_item_s(tmp_path: Path, branch: Branch) -> None:
    other = make_branch("B2")
    desk = make_desk(branch, role=Role.CATALOGUER)
    both = replace(
        desk,
        operator=replace(
            desk.operator, at_branches={one.id: frozenset({Act.IMPORT_RECORDS}) for one in (branch, other)}
        ),
    )
    fields = [DataField("905", " ", " ", (("a", code), ("b", f"W-{code}"))) for code in ("B1", "B2")]
    batch_id = bring(tmp_path, both, cnmarc("1", "活着", "余华", *fields))

    with pytest.raises(NotAllowed):
        undo_batch(batch_id=batch_id, at=LATER, desk=make_desk(other, role=Role.CATALOGUER))
    with pytest.raises(CatalogueRefused) as caught:
        undo_batch(batch_id=batch_id + 1, at=LATER, desk=desk)
    undo_batch(batch_id=batch_id, at=LATER, desk=desk)

    assert caught.value.refusal is Refusal.BATCH_UNKNOWN
    assert left(batch_id) == [("W-B2", KeptReason.BRANCH_NOT_ALLOWED, ""), ("活着", KeptReason.BIB_HAS_ITEMS, "")]


def test_a_chunk_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = bring(tmp_path, desk, cnmarc(barcodes=("W1",)))
    before = rows()
    from wenyuan.holdings.catalogue.importing import undoing

    def fail(*args: object, **values: object) -> int:
        raise Cut

    monkeypatch.setattr(undoing, "record_many", fail)

    with pytest.raises(Cut):
        undo_batch(batch_id=batch_id, at=LATER, desk=desk)

    assert rows() == before
    assert ImportStep.objects.filter(batch_id=batch_id).count() == 1


@pytest.mark.parametrize("step", ["plan_chunk", "_keep_former"])
def test_an_edit_that_meets_an_import_is_either_refused_or_there_again_when_that_is_undone(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    branch = make_branch("B1")
    make_item_type()
    desk = make_desk(branch, role=Role.CATALOGUER)
    bring(tmp_path, desk, cnmarc("1", "活着", "余华"))
    bib, edited = Bib.objects.get(), cnmarc("1", "活着（典藏版）", "余华")
    edit = partial(edit_bib, bib_id=bib.id, version=1, record=edited, at=AT, desk=desk)
    outcome: list[object] = []
    thread = threading.Thread(target=lambda: outcome.extend(at_once(edit)))
    real = getattr(writing, step)
    calls: list[object] = []

    def and_edit(*args: Any, **values: Any) -> Any:
        result = real(*args, **values)
        if not calls:
            thread.start()
            thread.join(0.7)
        calls.append(result)
        return result

    monkeypatch.setattr(writing, step, and_edit)
    second = bring(tmp_path, desk, cnmarc("1", "活着（修订版）", "余华"))
    thread.join()
    assert Bib.objects.get().title == "活着（修订版）"
    undo_batch(batch_id=second, at=LATER, desk=desk)

    [edit_outcome] = outcome
    if step == "plan_chunk":
        assert isinstance(edit_outcome, RecordSaved)
        assert len(calls) == 2
        assert Bib.objects.get().title == "活着（典藏版）"
    else:
        assert isinstance(edit_outcome, CatalogueRefused)
        assert edit_outcome.refusal is Refusal.RECORD_CHANGED_MEANWHILE
        assert Bib.objects.get().title == "活着"


def test_while_it_is_undone_a_second_is_told_so(fresh_database: str, tmp_path: Path) -> None:
    branch = make_branch("B1")
    make_item_type()
    desk = make_desk(branch, role=Role.CATALOGUER)
    batch_id = bring(tmp_path, desk, cnmarc(barcodes=("W1",)))
    outcome: list[Refusal] = []

    def second() -> None:
        try:
            undo_batch(batch_id=batch_id, at=LATER, desk=desk)
        except CatalogueRefused as refused:
            outcome.append(refused.refusal)
        finally:
            connections.close_all()

    def meanwhile(steps_left: int) -> None:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    undo_batch(batch_id=batch_id, at=LATER, desk=desk, on_step=meanwhile)

    assert outcome == [Refusal.BATCH_RUNNING]
    assert (Bib.objects.count(), Item.objects.count()) == (0, 0)
