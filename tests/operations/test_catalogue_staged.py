"""``look_through``: what loading a file would do, told before anything is changed."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch
from tests.operations.test_catalogue_import import cnmarc, gb
from wenyuan.holdings.catalogue.data import CatalogueRefused, ImportOutlook, MappingFit, Refusal
from wenyuan.holdings.catalogue.importing import batches, looking
from wenyuan.holdings.catalogue.models import Bib, ImportBatch, ImportSample, ImportSeen, Item
from wenyuan.holdings.catalogue.operations import (
    drop_batch,
    go_on_with_batch,
    install_defaults,
    load_batch,
    look_through,
    open_batch,
    restage_batch,
    run_batch,
)
from wenyuan.holdings.catalogue.queries import import_outlook, import_result, list_samples, sample_records
from wenyuan.kernel.marc import DataField, Record
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def branch(db: None) -> Branch:
    install_defaults()
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER)


def stage(path: Path, desk: Desk, *records: Record, more: bytes = b"") -> int:
    path.write_bytes(b"".join(gb(*records)) + more)
    return open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk, staged=True)


def outlook_of(batch_id: int) -> ImportOutlook:
    found = import_outlook(batch_id)
    assert found is not None
    return found


def test_each_outcome_is_counted_and_shown_by_examples_and_nothing_is_changed(
    tmp_path: Path, desk: Desk, branch: Branch
) -> None:
    path = tmp_path / "a.iso"
    path.write_bytes(b"".join(gb(cnmarc("1", barcodes=("W1",)), cnmarc("2", "围城", "钱锺书"))))
    run_batch(batch_id=open_batch(path=path, branch_id=branch.id, at=AT, desk=desk), path=path, at=AT, desk=desk)
    make_item(bib=make_bib(), barcode="W9", home=branch)
    before = (Bib.objects.count(), Item.objects.count(), Entry.objects.count())

    batch_id = stage(
        path,
        desk,
        cnmarc("1", barcodes=("W1", "W2")),
        cnmarc("2", "围城", "钱锺书"),
        cnmarc("2", "子夜", "茅盾", barcodes=("W9",)),
        cnmarc("3", "家", "巴金", barcodes=("W3", "W4")),
        more=b"no record\x1d",
    )
    look_through(batch_id=batch_id, path=path, desk=desk)

    outlook = outlook_of(batch_id)
    assert outlook.outcomes == {"changed": 1, "same": 1, "other_work": 1, "new": 1, "failed": 1}
    assert (outlook.items_new, outlook.items_known, outlook.items_repeated) == (3, 1, 0)
    assert outlook.reasons == {"same_number_other_work": 1, "barcode_taken": 1, "not_a_record": 1}
    assert (outlook.container, outlook.encodings[0][0]) == ("iso2709", "gb18030")
    assert (Bib.objects.count(), Item.objects.count(), Entry.objects.count()) == before
    [changed] = list_samples(batch_id=batch_id, outcome="changed")
    assert (changed.number, changed.title, changed.items) == (1, "活着", 1)
    assert changed.bib_id == Bib.objects.get(title="活着").id
    [taken] = list_samples(batch_id=batch_id, reason="barcode_taken")
    assert (taken.number, taken.detail) == (3, "W9")
    wrong = {row.reason for row in list_samples(batch_id=batch_id)}
    assert wrong == {"same_number_other_work", "barcode_taken", "not_a_record"}
    found = sample_records(changed.id)
    assert found is not None
    own, sent = found[1:]
    assert own is not None
    assert sent is not None
    assert len(sent.fields) == len(own.fields) + 1


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_what_stands_twice_in_the_file_is_told_whether_chunks_lie_between_or_not(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(batches, "CHUNK_RECORDS", chunk)
    path = tmp_path / "a.iso"
    twice = cnmarc("1", barcodes=("W1",))

    batch_id = stage(path, desk, twice, cnmarc("2", "家", "巴金"), twice)
    look_through(batch_id=batch_id, path=path, desk=desk)

    outlook = outlook_of(batch_id)
    assert outlook.outcomes == {"new": 2, "repeated": 1}
    assert (outlook.items_new, outlook.items_repeated, outlook.items_known) == (1, 1, 0)
    assert ImportSeen.objects.count() == 0


def test_examples_are_bounded_whatever_the_size_of_the_file(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST_SAMPLES", 3)
    path = tmp_path / "a.iso"

    batch_id = stage(path, desk, *(cnmarc(str(n), f"第{n}部", f"作者{n}") for n in range(9)), more=b"rubbish\x1d" * 9)
    look_through(batch_id=batch_id, path=path, desk=desk)

    assert outlook_of(batch_id).outcomes == {"new": 9, "failed": 9}
    assert ImportSample.objects.count() == 6


def test_every_mapping_is_tried_and_the_best_comes_first(tmp_path: Path, desk: Desk) -> None:
    path = tmp_path / "a.iso"
    field = DataField("852", " ", " ", (("p", "W7"), ("h", "I247.57")))

    batch_id = stage(path, desk, cnmarc("1", "活着", "余华", field), cnmarc("2", "家", "巴金", field))
    look_through(batch_id=batch_id, path=path, desk=desk)

    assert outlook_of(batch_id).fits[0] == MappingFit("marc21-852", records=2, items=2, problems=0)


def test_a_batch_goes_in_only_when_somebody_says_so_and_its_examples_go(tmp_path: Path, desk: Desk) -> None:
    path = tmp_path / "a.iso"
    batch_id = stage(path, desk, cnmarc(barcodes=("W1",)))
    with pytest.raises(CatalogueRefused) as early:
        load_batch(batch_id=batch_id, at=AT, desk=desk)
    run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)
    assert Bib.objects.count() == 0
    look_through(batch_id=batch_id, path=path, desk=desk)

    load_batch(batch_id=batch_id, at=AT, desk=desk)
    run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)

    result = import_result(batch_id)
    assert result is not None
    assert early.value.refusal is Refusal.BATCH_NOT_READY
    assert (result.state, result.added, result.items) == ("finished", 1, 1)
    assert ImportSample.objects.count() == 0
    with pytest.raises(CatalogueRefused):
        drop_batch(batch_id=batch_id, desk=desk)


def test_a_batch_that_waits_is_looked_through_in_another_way_or_dropped(tmp_path: Path, desk: Desk) -> None:
    path = tmp_path / "a.iso"
    batch_id = stage(path, desk, cnmarc(barcodes=("W1",)))
    look_through(batch_id=batch_id, path=path, desk=desk)

    restage_batch(batch_id=batch_id, at=AT, desk=desk, mapping="marc21-852", source="书商")
    look_through(batch_id=batch_id, path=path, desk=desk)
    again = outlook_of(batch_id)
    with pytest.raises(CatalogueRefused) as unknown:
        restage_batch(batch_id=batch_id, at=AT, desk=desk, mapping="absent")
    drop_batch(batch_id=batch_id, desk=desk)
    look_through(batch_id=batch_id, path=path, desk=desk)

    assert (again.items_new, unknown.value.refusal) == (0, Refusal.MAPPING_UNKNOWN)
    assert ImportBatch.objects.get().state == "dropped"
    assert ImportSample.objects.count() == 0


def test_what_is_looked_through_now_is_not_changed_under_way_and_leaves_nothing_when_dropped(
    tmp_path: Path, desk: Desk
) -> None:
    path = tmp_path / "a.iso"
    batch_id = stage(path, desk, cnmarc(barcodes=("W1",)))
    refused: list[Refusal] = []

    def meanwhile(position: int) -> None:
        with pytest.raises(CatalogueRefused) as caught:
            restage_batch(batch_id=batch_id, at=AT, desk=desk, mapping="marc21-852")
        refused.append(caught.value.refusal)
        drop_batch(batch_id=batch_id, desk=desk)

    look_through(batch_id=batch_id, path=path, desk=desk, on_look=meanwhile)

    assert refused == [Refusal.BATCH_NOT_READY]
    assert (ImportBatch.objects.get().state, import_outlook(batch_id)) == ("dropped", None)
    assert (ImportSample.objects.count(), ImportSeen.objects.count()) == (0, 0)


class Cut(Exception):
    pass


def test_a_look_that_was_cut_off_begins_again(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CHUNK_RECORDS", 1)
    path = tmp_path / "a.iso"
    batch_id = stage(path, desk, cnmarc("1"), cnmarc("2", "家", "巴金"))

    def cut(position: int) -> None:
        raise Cut

    with pytest.raises(Cut):
        look_through(batch_id=batch_id, path=path, desk=desk, on_look=cut)
    halfway = ImportBatch.objects.get().looked
    look_through(batch_id=batch_id, path=path, desk=desk)

    assert halfway == len(gb(cnmarc("1"))[0])
    assert outlook_of(batch_id).outcomes == {"new": 2}
    assert ImportSample.objects.count() == 2


def test_looking_loading_and_dropping_need_the_right_at_the_branch(tmp_path: Path, desk: Desk, branch: Branch) -> None:
    path = tmp_path / "a.iso"
    batch_id = stage(path, desk, cnmarc())
    clerk = make_desk(branch, role=Role.DESK)

    for act in (
        partial(load_batch, at=AT),
        partial(go_on_with_batch, at=AT),
        drop_batch,
        partial(restage_batch, at=AT),
    ):
        with pytest.raises(NotAllowed):
            act(batch_id=batch_id, desk=clerk)
    with pytest.raises(NotAllowed):
        look_through(batch_id=batch_id, path=path, desk=clerk)


def test_large_records_come_in_small_chunks_and_are_no_examples(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.iso"
    monkeypatch.setattr(batches, "CHUNK_BYTES", 3000)
    monkeypatch.setattr(looking, "SAMPLE_BYTES", 1500)
    long = DataField("330", " ", " ", (("a", "长" * 1000),))
    records = [cnmarc(str(n), f"第{n}部", f"作者{n}", *[long] * (n % 2)) for n in range(6)]
    batch_id = stage(path, desk, *records)
    seen: list[int] = []

    look_through(batch_id=batch_id, path=path, desk=desk, on_look=seen.append)
    load_batch(batch_id=batch_id, at=AT, desk=desk)
    kept = {sample.number: bool(sample.marc) for sample in ImportSample.objects.filter(outcome="new")}
    run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)

    assert kept == {1: True, 2: False, 3: True, 4: False, 5: True, 6: False}
    assert len(seen) == 2
    assert Bib.objects.count() == 6
