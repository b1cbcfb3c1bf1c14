"""Many records changed by the same steps: foreseen, saved as edits by hand are, taken back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories.accounts import make_desk, turns
from tests.factories.catalogue import cnmarc_record, make_bib
from tests.factories.network import make_branch
from tests.operations.test_catalogue_import import gb
from tests.racing import at_once
from wenyuan.holdings.catalogue.batching import running
from wenyuan.holdings.catalogue.data import BatchEditView, CatalogueRefused, RecordChoice, Refusal, StepsUnfit
from wenyuan.holdings.catalogue.models import Bib, BibVersion, Identifier
from wenyuan.holdings.catalogue.operations import (
    edit_bib,
    look_through_edit,
    open_batch,
    open_record_edit,
    restore_version,
    run_batch,
    run_edit,
    start_edit,
    undo_edit,
)
from wenyuan.holdings.catalogue.queries import (
    edit_row_difference,
    get_edit,
    get_record,
    list_edit_rows,
    steps_from_data,
)
from wenyuan.holdings.catalogue.searching import reading
from wenyuan.holdings.catalogue.sql import INVARIANTS
from wenyuan.kernel.marc import DataField, Dialect, Record, to_text
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.index.reader import Hits
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
MARK = {"kind": "add_field", "text": "606 0# $a红色文献"}
CLASS = {"kind": "replace_text", "place": "690$a", "sought": "I247.57", "text": "I247.5"}


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER)


def looked(choice: RecordChoice, desk: Desk, *steps: dict[str, Any], dialect: Dialect = Dialect.CNMARC) -> int:
    """A batch that was looked through; its id."""
    batch_id = open_record_edit(
        choice=choice, dialect=dialect, steps=steps_from_data(list(steps)), at=AT, desk=desk, note="试"
    )
    look_through_edit(batch_id=batch_id, **turns(AT, desk))
    return batch_id


def done(choice: RecordChoice, desk: Desk, *steps: dict[str, Any]) -> int:
    """A batch that has changed the catalogue; its id."""
    batch_id = looked(choice, desk, *steps)
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    run_edit(batch_id=batch_id, **turns(AT, desk))
    return batch_id


def named(*bibs: Bib) -> RecordChoice:
    return RecordChoice(numbers=tuple(bib.control_number for bib in bibs))


def when_title(title: str) -> dict[str, str]:
    return {"if_place": "200$a", "if_test": "equals", "if_value": title}


def edit(batch_id: int) -> BatchEditView:
    found = get_edit(batch_id)
    assert found is not None
    return found


def rows(batch_id: int) -> list[tuple[str, str, str]]:
    """label, outcome, reason"""
    return [(row.label, row.outcome, row.reason) for row in list_edit_rows(batch_id=batch_id)]


def text(bib: Bib) -> str:
    found = get_record(bib.id)
    assert found is not None
    return to_text(found.record)


def by_hand(bib: Bib, desk: Desk, tag: str = "300") -> None:
    """Somebody adds a note to the record."""
    found = get_record(bib.id)
    assert found is not None
    record = found.record
    changed = record._replace(fields=(*record.fields, DataField(tag, " ", " ", (("a", "有插图"),))))
    edit_bib(bib_id=bib.id, version=found.number, record=changed, at=AT, desk=desk)


# Choosing


def test_records_are_chosen_by_their_own_number_or_an_isbn_and_each_counts_once(desk: Desk) -> None:
    one = make_bib(title="活着", isbn="9787506365437")
    two = make_bib(title="兄弟")

    numbers = (two.control_number, "7-5063-6543-X", one.control_number, "none")
    batch_id = looked(RecordChoice(numbers=numbers), desk, MARK)

    assert rows(batch_id) == [("兄弟", "changed", ""), ("活着", "changed", ""), ("none", "refused", "bib_unknown")]


def test_a_record_that_was_merged_is_chosen_by_its_number_as_the_one_that_it_leads_to(desk: Desk) -> None:
    stays = make_bib(title="活着")
    gone = make_bib(title="活着：小说", isbn="9787506365437", merged_into=stays)

    batch_id = looked(RecordChoice(numbers=(gone.control_number, "9787506365437", stays.control_number)), desk, MARK)

    assert rows(batch_id) == [("活着", "changed", "")]


def test_records_are_chosen_by_what_the_search_finds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = make_bib(title="活着"), make_bib(title="兄弟")
    asked: list[tuple[str, int]] = []

    def find(question: Any, *, size: int, **_: Any) -> Hits:
        asked.append((question.wanted[0].text, size))
        return Hits(ids=(two.id, one.id, 987654), total=3)

    monkeypatch.setattr(reading, "find", find)

    batch_id = looked(RecordChoice(question=" 余华 "), desk, MARK)

    assert rows(batch_id) == [("活着", "changed", ""), ("兄弟", "changed", "")]
    assert asked == [("余华", 50_001)]


def test_records_are_chosen_by_the_import_that_brought_or_changed_them(tmp_path: Path, desk: Desk) -> None:
    def bring(name: str, *records: Record) -> int:
        path = tmp_path / name
        path.write_bytes(b"".join(gb(*records)))
        batch_id = open_batch(path=path, branch_id=desk.branch_id, at=AT, desk=desk)
        run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)
        return batch_id

    bring("1.iso", cnmarc_record("N1", title="活着", author="余华"), cnmarc_record("N2", title="兄弟", author="余华"))
    second = bring(
        "2.iso",
        cnmarc_record("N1", title="活着", author="余华", class_no="I247.5"),
        cnmarc_record("N3", title="文城", author="余华"),
    )

    assert rows(looked(RecordChoice(import_id=second), desk, MARK)) == [
        ("活着", "changed", ""),
        ("文城", "changed", ""),
    ]


@pytest.mark.parametrize("choice", [RecordChoice(), RecordChoice(question="  "), RecordChoice(numbers=())])
def test_nothing_chosen_is_refused(desk: Desk, choice: RecordChoice) -> None:
    with pytest.raises(CatalogueRefused) as refused:
        open_record_edit(choice=choice, dialect=Dialect.CNMARC, steps=steps_from_data([MARK]), at=AT, desk=desk)

    assert refused.value.refusal is Refusal.CHOICE_EMPTY


def test_no_steps_and_no_right_are_refused(branch: Branch, desk: Desk) -> None:
    with pytest.raises(StepsUnfit):
        open_record_edit(choice=RecordChoice(numbers=("1",)), dialect=Dialect.CNMARC, steps=(), at=AT, desk=desk)
    with pytest.raises(NotAllowed):
        looked(RecordChoice(numbers=("1",)), make_desk(branch, role=Role.DESK), MARK)


# Foreseeing and doing


def test_what_would_come_of_it_is_counted_and_shown_line_by_line(desk: Desk) -> None:
    novel, history = make_bib(title="活着"), make_bib(title="史记", class_no="K204.2")
    foreign = make_bib(title="Emma", dialect="marc21")

    batch_id = looked(named(novel, history, foreign), desk, CLASS)

    assert edit(batch_id).outcomes == {"changed": 1, "same": 1, "refused": 1}
    assert edit(batch_id).reasons == {"other_format": 1}
    shown = edit_row_difference(batch_id=batch_id, number=1)
    assert shown is not None
    assert [(one.sign, one.text) for one in shown.lines if one.sign != " "] == [
        ("-", "## $aI247.57$v5"),
        ("+", "## $aI247.5$v5"),
    ]
    assert (Bib.objects.get(id=novel.id).version, BibVersion.objects.count()) == (1, 0)


def test_each_record_is_saved_as_an_edit_by_hand_is(desk: Desk) -> None:
    bib = make_bib(title="活着", isbn="9787506365437")

    batch_id = done(named(bib), desk, CLASS, MARK)

    saved = Bib.objects.get(id=bib.id)
    assert (saved.class_no, saved.version, saved.changed_by_id) == ("I247.5", 2, desk.operator.account_id)
    assert BibVersion.objects.get(bib_id=bib.id).number == 1
    assert list(Identifier.objects.filter(bib=bib).values_list("value", flat=True)) == ["9787506365437"]
    entry = Entry.objects.get(kind=Kind.RECORD_CHANGED)
    assert entry.details == {"version": 2, "fields": ["606", "690"], "batch_edit": batch_id}
    assert (edit(batch_id).state, edit(batch_id).changed) == ("finished", 1)
    shown = edit_row_difference(batch_id=batch_id, number=1)
    assert shown is not None
    assert [one.text for one in shown.lines if one.sign == "+"] == ["0# $a红色文献", "## $aI247.5$v5"]
    assert [broken_rows(invariant) for invariant in INVARIANTS] == [[]] * len(INVARIANTS)


def test_a_record_that_would_be_none_or_like_another_is_refused_and_the_rest_goes_on(desk: Desk) -> None:
    other = make_bib(title="兄弟", isbn="9787506365437")
    bib, third = make_bib(title="活着"), make_bib(title="文城")
    batch_id = done(
        named(bib, third),
        desk,
        {"kind": "add_field", "text": "010 ## $a9787506365437", **when_title("活着")},
        {"kind": "delete_field", "place": "200", **when_title("文城")},
    )

    [first, second] = list_edit_rows(batch_id=batch_id)
    assert (first.outcome, first.reason, first.detail) == ("refused", "record_duplicate", str(other.id))
    assert (second.outcome, second.reason) == ("refused", "record_unfit")
    assert second.detail.startswith("200")
    assert set(Bib.objects.values_list("version", flat=True)) == {1}


def test_an_edit_by_hand_in_the_middle_stays_and_the_steps_are_taken_with_it(desk: Desk) -> None:
    bib = make_bib(title="活着")
    batch_id = looked(named(bib), desk, CLASS)

    by_hand(bib, desk)
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    run_edit(batch_id=batch_id, **turns(AT, desk))

    assert "300 ## $a有插图" in text(bib)
    assert "690 ## $aI247.5$v5" in text(bib)
    assert Bib.objects.get(id=bib.id).version == 3


def test_a_batch_that_was_cut_off_goes_on_where_it_stood(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bibs = [make_bib(title=f"第{number}本") for number in range(5)]
    monkeypatch.setattr(running, "CHUNK", {"records": 2})
    batch_id = looked(named(*bibs), desk, MARK)
    start_edit(batch_id=batch_id, at=AT, desk=desk)
    assert running._run_on(batch_id, lambda: AT, lambda _: desk)

    assert (edit(batch_id).position, Bib.objects.filter(version=2).count()) == (2, 2)
    run_edit(batch_id=batch_id, **turns(AT, desk))
    run_edit(batch_id=batch_id, **turns(AT, desk))

    assert set(Bib.objects.values_list("version", flat=True)) == {2}
    assert (edit(batch_id).state, edit(batch_id).changed) == ("finished", 5)


# Undoing


def test_undoing_restores_what_nobody_has_edited_since_and_lists_the_rest(desk: Desk) -> None:
    restored, edited = make_bib(title="活着"), make_bib(title="兄弟")
    before = text(restored)
    batch_id = done(named(restored, edited), desk, CLASS, MARK)

    by_hand(edited, desk)
    undo_edit(batch_id=batch_id, **turns(LATER, desk))

    assert rows(batch_id) == [("活着", "restored", ""), ("兄弟", "kept", "changed_since")]
    assert [line for line in text(restored).split("\n") if not line.startswith("005")] == before.split("\n")
    assert (Bib.objects.get(id=restored.id).version, Bib.objects.get(id=restored.id).restored_from) == (3, 1)
    assert Bib.objects.get(id=restored.id).class_no == "I247.57"
    assert "红色文献" in text(edited)
    assert (edit(batch_id).state, edit(batch_id).restored, edit(batch_id).kept) == ("undone", 1, 1)


def test_batches_undone_in_turn_restore_exactly(desk: Desk) -> None:
    bib = make_bib(title="活着")
    before = text(bib)
    batches = [done(named(bib), desk, {**MARK, "text": f"606 0# $a{word}"}) for word in ("甲", "乙", "丙")]

    for batch_id in reversed(batches):
        undo_edit(batch_id=batch_id, **turns(LATER, desk))

    assert [edit(batch_id).restored for batch_id in batches] == [1, 1, 1]
    assert [line for line in text(bib).split("\n") if not line.startswith("005")] == before.split("\n")


def test_a_record_that_was_merged_into_another_is_left_alone(desk: Desk) -> None:
    stays, early, late = make_bib(title="活着"), make_bib(title="活着"), make_bib(title="活着")
    batch_id, second = done(named(late), desk, MARK), looked(named(early), desk, MARK)
    Bib.objects.filter(id__in=(early.id, late.id)).update(merged_into=stays)

    start_edit(batch_id=second, at=AT, desk=desk)
    run_edit(batch_id=second, **turns(AT, desk))
    undo_edit(batch_id=batch_id, **turns(LATER, desk))

    assert rows(second) == [("活着", "refused", "record_merged")]
    assert rows(batch_id) == [("活着", "kept", "record_merged")]


def test_a_record_that_was_brought_back_by_hand_stays(desk: Desk) -> None:
    bib = make_bib(title="活着")
    batch_id = done(named(bib), desk, MARK)
    restore_version(bib_id=bib.id, number=1, version=2, at=AT, desk=desk)

    undo_edit(batch_id=batch_id, **turns(LATER, desk))

    assert rows(batch_id) == [("活着", "kept", "changed_since")]
    assert Bib.objects.get(id=bib.id).version == 3


def test_a_record_that_was_brought_by_hand_to_what_a_batch_had_made_is_somebody_s_own(desk: Desk) -> None:
    bib = make_bib(title="活着")
    batch_id = done(named(bib), desk, MARK)
    by_hand(bib, desk)
    restore_version(bib_id=bib.id, number=2, version=3, at=AT, desk=desk)

    undo_edit(batch_id=batch_id, **turns(LATER, desk))

    assert rows(batch_id) == [("活着", "kept", "changed_since")]
    assert "红色文献" in text(bib)
    assert Bib.objects.get(id=bib.id).version == 4


def test_what_was_done_after_an_undoing_is_not_taken_for_what_stood_before(desk: Desk) -> None:
    bib = make_bib(title="活着")
    first, second = done(named(bib), desk, MARK), done(named(bib), desk, CLASS)
    undo_edit(batch_id=second, **turns(LATER, desk))
    by_hand(bib, desk)

    undo_edit(batch_id=first, **turns(LATER, desk))

    assert rows(first) == [("活着", "kept", "changed_since")]


# At once


def test_two_batches_over_the_same_records_at_once_lose_nothing(fresh_database: str) -> None:
    desk = make_desk(make_branch("B1"), role=Role.CATALOGUER)
    bibs = [make_bib(title=f"第{number}本", author=f"作者{number}") for number in range(30)]
    forward = looked(named(*bibs), desk, MARK)
    backward = looked(named(*reversed(bibs)), desk, CLASS)
    for batch_id in (forward, backward):
        start_edit(batch_id=batch_id, at=AT, desk=desk)

    results = at_once(
        lambda: run_edit(batch_id=forward, **turns(AT, desk)), lambda: run_edit(batch_id=backward, **turns(AT, desk))
    )

    assert results == [None, None]
    assert (edit(forward).changed, edit(backward).changed) == (30, 30)
    assert all("红色文献" in text(bib) and "I247.5$v5" in text(bib) for bib in bibs)
    assert set(Bib.objects.values_list("version", flat=True)) == {3}
