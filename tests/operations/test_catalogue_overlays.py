"""``keep_overlay`` and imports by it: what is the library's own stays in a record that a supplier replaces."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.operations.test_catalogue_import import cnmarc, gb
from wenyuan.holdings.catalogue.data import CatalogueRefused, OverlayUnfit, Refusal
from wenyuan.holdings.catalogue.models import Bib, OverlayRule
from wenyuan.holdings.catalogue.operations import (
    edit_bib,
    install_defaults,
    keep_overlay,
    look_through,
    open_batch,
    run_batch,
    undo_batch,
)
from wenyuan.holdings.catalogue.queries import (
    import_outlook,
    import_result,
    list_overlays,
    list_samples,
    sample_records,
)
from wenyuan.holdings.catalogue.sql import INVARIANTS
from wenyuan.kernel.marc import DataField, Record, from_storage
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
OWN = {"name": "本馆", "keep": ["690", "9.."], "both": ["6.."]}

_files = count(1)


@pytest.fixture
def branch(db: None) -> Branch:
    install_defaults()
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    desk = make_desk(branch, role=Role.CATALOGUER)
    return replace(desk, operator=replace(desk.operator, everywhere=frozenset({Act.IMPORT_RECORDS})))


def bring(tmp_path: Path, desk: Desk, *records: Record, overlay: str = "") -> tuple[int, tuple[int, int, int]]:
    """Import the records; the batch's id, and how many were added, updated, unchanged."""
    path = tmp_path / f"{next(_files)}.iso"
    path.write_bytes(b"".join(gb(*records)))
    batch_id = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk, overlay=overlay)
    run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)
    result = import_result(batch_id)
    assert result is not None
    assert [broken_rows(invariant) for invariant in INVARIANTS] == [[]] * len(INVARIANTS)
    return batch_id, (result.added, result.updated, result.unchanged)


def subject(text: str) -> DataField:
    return DataField("606", "0", " ", (("a", text),))


def own_note(text: str) -> DataField:
    return DataField("997", " ", " ", (("a", text),))


def texts(record: Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for field in record.fields:
        if isinstance(field, DataField):
            found.setdefault(field.tag, []).append(field.subfields[0][1])
    return found


def test_own_fields_stay_and_the_rest_is_the_supplier_s(tmp_path: Path, desk: Desk) -> None:
    keep_overlay(data=OWN, at=AT, desk=desk)
    bring(tmp_path, desk, cnmarc("1", "活着", "余华", subject("长篇小说"), own_note("本馆特藏")))
    before = bytes(Bib.objects.get().marc)
    sent = cnmarc("1", "活着（新版）", "余华", subject("当代小说"), own_note("书商"), barcodes=("W1",))

    second, counts = bring(tmp_path, desk, sent, overlay="本馆")
    after = texts(from_storage(bytes(Bib.objects.get().marc)))
    _, again = bring(tmp_path, desk, sent, overlay="本馆")
    undo_batch(batch_id=second, at=AT, desk=desk)

    assert (after["200"], sorted(after["606"])) == (["活着（新版）"], ["当代小说", "长篇小说"])
    assert (after["690"], after["997"]) == (["I247.57"], ["本馆特藏"])
    assert (counts, again) == ((0, 1, 0), (0, 0, 1))
    assert Bib.objects.get().title == "活着"
    assert bytes(Bib.objects.get().marc) == before


def test_without_rules_a_record_is_replaced_whole(tmp_path: Path, desk: Desk) -> None:
    bring(tmp_path, desk, cnmarc("1", "活着", "余华", own_note("本馆特藏")))

    bring(tmp_path, desk, cnmarc("1", "活着", "余华", subject("小说")))

    assert "997" not in texts(from_storage(bytes(Bib.objects.get().marc)))


def test_what_stays_is_seen_before_a_file_is_loaded(tmp_path: Path, desk: Desk) -> None:
    keep_overlay(data=OWN, at=AT, desk=desk)
    bring(tmp_path, desk, cnmarc("1", "活着", "余华", own_note("本馆特藏")), cnmarc("2", "家", "巴金", subject("小说")))
    path = tmp_path / "sent.iso"
    path.write_bytes(b"".join(gb(cnmarc("1", "活着（新版）", "余华"), cnmarc("2", "家", "巴金"))))

    batch_id = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk, overlay="本馆", staged=True)
    look_through(batch_id=batch_id, path=path, desk=desk)

    outlook = import_outlook(batch_id)
    assert outlook is not None
    assert outlook.outcomes == {"changed": 1, "same": 1}
    [row] = list_samples(batch_id=batch_id, outcome="changed")
    found = sample_records(row.id)
    assert found is not None
    assert found[2] is not None
    assert texts(found[2])["997"] == ["本馆特藏"]


def test_rules_are_for_every_branch_are_audited_and_give_way_to_new_ones(desk: Desk) -> None:
    for data in (OWN, OWN, {**OWN, "both": []}):
        keep_overlay(data=data, at=AT, desk=desk)
    with pytest.raises(NotAllowed):
        keep_overlay(data=OWN, at=AT, desk=replace(desk, operator=replace(desk.operator, everywhere=frozenset())))
    with pytest.raises(OverlayUnfit):
        keep_overlay(data={"name": "x", "keep": ["001"]}, at=AT, desk=desk)

    assert list_overlays() == (("本馆", ("690", "9.."), ()),)
    assert AuditRow.objects.filter(act="keep_overlay").count() == 2


def test_unknown_or_unusable_rules_are_refused(tmp_path: Path, desk: Desk) -> None:
    OverlayRule.objects.create(code="odd", rules={"name": "odd"})
    path = tmp_path / "a.iso"
    path.write_bytes(b"")

    for code in ("odd", "absent"):
        with pytest.raises(CatalogueRefused) as caught:
            open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk, overlay=code)
        assert caught.value.refusal is Refusal.OVERLAY_UNKNOWN


@pytest.mark.parametrize("rules", ["", "本馆"])
def test_the_same_file_leaves_what_was_edited_here_and_another_text_warns(
    tmp_path: Path, desk: Desk, rules: str
) -> None:
    keep_overlay(data=OWN, at=AT, desk=desk)
    first, newer = (cnmarc("1", title, "余华", subject("长篇小说")) for title in ("活着", "活着（新版）"))
    bring(tmp_path, desk, first)
    edited = cnmarc("1", "活着（典藏版）", "余华", subject("长篇小说"))
    edit_bib(bib_id=Bib.objects.get().id, version=1, record=edited, at=AT, desk=desk)

    _, again = bring(tmp_path, desk, first, overlay=rules)
    left = Bib.objects.get().title
    path = tmp_path / "staged.iso"
    path.write_bytes(b"".join(gb(newer)))
    staged = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk, overlay=rules, staged=True)
    look_through(batch_id=staged, path=path, desk=desk)
    outlook = import_outlook(staged)
    second, replaced = bring(tmp_path, desk, newer, overlay=rules)
    after = Bib.objects.get().title
    undo_batch(batch_id=second, at=AT, desk=desk)

    assert (again, left) == ((0, 0, 1), "活着（典藏版）")
    assert outlook is not None
    assert (outlook.outcomes, outlook.reasons) == ({"edited_here": 1}, {"edited_here": 1})
    assert (replaced, after) == ((0, 1, 0), "活着（新版）")
    assert Bib.objects.get().title == "活着（典藏版）"


def test_an_import_that_was_undone_goes_in_again_as_if_nobody_had_edited(tmp_path: Path, desk: Desk) -> None:
    bring(tmp_path, desk, cnmarc("1", "活着", "余华"))
    newer = cnmarc("1", "活着（新版）", "余华")
    second, _ = bring(tmp_path, desk, newer)
    undo_batch(batch_id=second, at=AT, desk=desk)

    third, counts = bring(tmp_path, desk, newer)

    found = import_result(third)
    assert found is not None
    assert (counts, found.counts_by_reason) == ((0, 1, 0), {})
