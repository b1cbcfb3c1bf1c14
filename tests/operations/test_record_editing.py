"""``add_bib``, ``edit_bib``, ``restore_version``: a record by hand, every version kept, nobody's work overwritten."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from tests.factories.accounts import make_account, make_desk
from tests.factories.catalogue import cnmarc_record, make_bib, make_item
from tests.factories.network import make_branch
from tests.racing import at_once
from wenyuan.holdings.catalogue.data import CatalogueRefused, FaultRule, RecordSaved, Refusal
from wenyuan.holdings.catalogue.editing import saving
from wenyuan.holdings.catalogue.models import Bib, BibVersion, Identifier, IndexWaiting
from wenyuan.holdings.catalogue.operations import (
    RecordRefused,
    add_bib,
    edit_bib,
    leave_record,
    open_batch,
    open_record,
    restore_version,
    run_batch,
)
from wenyuan.holdings.catalogue.queries import get_bib, get_record, get_version, list_versions, who_has_open
from wenyuan.holdings.catalogue.sql import INVARIANTS
from wenyuan.kernel.marc import ControlField, DataField, Dialect, Encoding, Record, encode, from_text, to_storage
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
BOOK = from_text(
    """LDR 00000nam0 2200000   450
010 ## $a978-7-5063-6543-7$dCNY20.00
100 ## $a20120301d2012    em y0chiy50      ea
101 0# $achi
200 1# $a活着$9huo zhe$f余华著
690 ## $aI247.57$v5
701 #0 $a余华$9yu hua$4著
801 #0 $aCN$bLM$c20120301"""
)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER)


KEY = "0123456789abcdef" * 2


def test_a_new_record_that_is_sent_twice_is_made_once(fresh_database: str) -> None:
    desk = make_desk(make_branch("B1"), role=Role.CATALOGUER)

    def add() -> object:
        return add_bib(record=BOOK, dialect=Dialect.CNMARC, at=AT, desk=desk, key=KEY)

    first, second = at_once(add, add)

    assert isinstance(first, RecordSaved)
    assert isinstance(second, RecordSaved)
    assert first == second
    assert Bib.objects.count() == 1


def test_another_record_out_of_a_page_that_was_gone_back_to_is_another(desk: Desk) -> None:
    first = add_bib(record=BOOK, dialect=Dialect.CNMARC, at=AT, desk=desk, key=KEY)

    second = add_bib(
        record=titled("许三观卖血记"), dialect=Dialect.CNMARC, at=AT, desk=desk, key=KEY, despite=[first.id]
    )

    assert second.id != first.id
    assert Bib.objects.count() == 2


def titled(title: str, record: Record = BOOK) -> Record:
    fields = [
        DataField("200", "1", " ", (("a", title), ("f", "余华著"))) if field.tag == "200" else field
        for field in record.fields
    ]
    return record._replace(fields=tuple(fields))


def record_of(bib_id: int) -> Record:
    found = get_record(bib_id)
    assert found is not None
    return found.record


def added(desk: Desk, record: Record = BOOK) -> int:
    return add_bib(record=record, dialect=Dialect.CNMARC, at=AT, desk=desk).id


def test_a_new_record_gets_a_number_a_time_stamp_and_the_columns_an_import_derives(desk: Desk) -> None:
    saved = add_bib(record=BOOK, dialect=Dialect.CNMARC, at=AT, desk=desk)

    bib = Bib.objects.get(id=saved.id)
    assert (saved.version, saved.changed, saved.warnings) == (1, True, ())
    assert (bib.source, bib.control_number) == ("LM", f"WY{bib.id:09d}")
    assert (bib.title, bib.title_pinyin, bib.author, bib.year) == ("活着", "huo zhe", "余华", 2012)
    assert (bib.class_no, bib.class_letter, bib.price_fen) == ("I247.57", "I", 2000)
    assert list(Identifier.objects.filter(bib=bib).values_list("kind", "value")) == [("isbn", "9787506365437")]
    first, second, *rest = record_of(bib.id).fields
    assert (first, second) == (ControlField("001", f"WY{bib.id:09d}"), ControlField("005", "20260423103000.0"))
    assert tuple(rest) == BOOK.fields


def test_a_new_record_is_told_to_the_journal_and_waits_for_the_index(desk: Desk) -> None:
    bib_id = added(desk)

    entry = Entry.objects.get(kind=Kind.RECORD_ADDED)
    assert (entry.subject_kind, entry.subject_id, entry.branch_id) == ("bib", bib_id, desk.branch_id)
    assert (entry.document_kind, entry.class_letter, entry.operator_id) == ("book", "I", desk.operator.account_id)
    assert IndexWaiting.objects.filter(bib_id=bib_id).exists()


def test_a_marc_21_record_is_added_alike(desk: Desk) -> None:
    record = from_text(
        "LDR 00000nam a2200000 i 4500\n003 LM\n008 240101s2012    cc            000 1 chi d\n"
        "020 ## $a9787506365437\n040 ## $aLM\n245 10 $a活着 /$c余华著."
    )

    saved = add_bib(record=record, dialect=Dialect.MARC21, at=AT, desk=desk)

    bib = Bib.objects.get(id=saved.id)
    assert (bib.dialect, bib.source, bib.title, bib.language) == ("marc21", "LM", "活着", "chi")
    assert [field.tag for field in record_of(bib.id).fields][:4] == ["001", "003", "005", "008"]


def test_a_record_that_names_no_agency_is_local(desk: Desk) -> None:
    without = BOOK._replace(fields=BOOK.fields[:-1])

    saved = add_bib(record=without, dialect=Dialect.CNMARC, at=AT, desk=desk)

    assert Bib.objects.get(id=saved.id).source == "local"
    assert [(fault.rule, fault.tag) for fault in saved.warnings] == [(FaultRule.FIELD_EXPECTED, "801")]


def test_a_number_that_is_taken_is_refused_and_nothing_is_added(desk: Desk) -> None:
    numbered = BOOK._replace(fields=(ControlField("001", "n1"), *BOOK.fields))
    first = added(desk, numbered)

    with pytest.raises(CatalogueRefused) as refused:
        add_bib(record=numbered, dialect=Dialect.CNMARC, at=AT, desk=desk, despite=[first])

    assert refused.value.refusal is Refusal.RECORD_NUMBER_TAKEN
    assert Bib.objects.count() == 1


def test_a_record_with_errors_is_refused_with_all_of_them(desk: Desk) -> None:
    broken = BOOK._replace(fields=(DataField("100", " ", " ", (("a", "2012"),)), *BOOK.fields[2:3]))

    with pytest.raises(RecordRefused) as refused:
        added(desk, broken)

    errors = {(fault.rule, fault.tag) for fault in refused.value.faults if not fault.warning}
    assert errors == {
        (FaultRule.LENGTH_WRONG, "100"),
        (FaultRule.FIELD_MISSING, "200"),
        (FaultRule.TITLE_MISSING, "200"),
    }
    assert Bib.objects.count() == 0


def test_an_edit_replaces_record_columns_and_numbers_and_keeps_what_was_there(branch: Branch, desk: Desk) -> None:
    bib_id = added(desk)
    item = make_item(bib=Bib.objects.get(id=bib_id), home=branch)
    before = record_of(bib_id)
    other = make_desk(branch, role=Role.CATALOGUER, account=make_account("other"))
    edited = titled("许三观卖血记", before)
    edited = edited._replace(fields=tuple(field for field in edited.fields if field.tag != "010"))

    saved = edit_bib(bib_id=bib_id, version=1, record=edited, at=LATER, desk=other)

    bib = Bib.objects.get(id=bib_id)
    assert (saved.version, bib.version, bib.title, bib.changed_at) == (2, 2, "许三观卖血记", LATER)
    assert bib.control_number == f"WY{bib_id:09d}"
    assert not Identifier.objects.filter(bib=bib).exists()
    former = get_version(bib_id, 1)
    present = get_version(bib_id, 2)
    assert former is not None
    assert present is not None
    assert (former.record, former.at, former.account_id, former.door) == (
        before,
        AT,
        desk.operator.account_id,
        "workbench",
    )
    assert (present.record, present.account_id) == (record_of(bib_id), other.operator.account_id)
    entry = Entry.objects.get(kind=Kind.RECORD_CHANGED)
    assert (entry.subject_id, entry.details) == (bib_id, {"version": 2, "fields": ["010", "200"]})
    item.refresh_from_db()
    assert item.bib_id == bib_id


def test_saving_what_is_there_changes_nothing(desk: Desk) -> None:
    bib_id = added(desk)

    saved = edit_bib(bib_id=bib_id, version=1, record=record_of(bib_id), at=LATER, desk=desk)

    assert (saved.version, saved.changed) == (1, False)
    assert not BibVersion.objects.exists()
    assert not Entry.objects.filter(kind=Kind.RECORD_CHANGED).exists()


def test_an_edit_that_is_sent_twice_is_saved_once_and_answered_alike(branch: Branch, desk: Desk) -> None:
    bib_id, other = added(desk), make_desk(branch, role=Role.CATALOGUER)
    edited = titled("兄弟", record_of(bib_id))
    edited = edited._replace(fields=tuple(field for field in edited.fields if field.tag != "690"))

    answers = [edit_bib(bib_id=bib_id, version=1, record=edited, at=LATER, desk=desk) for _ in range(2)]
    with pytest.raises(CatalogueRefused) as refused:
        edit_bib(bib_id=bib_id, version=1, record=edited, at=LATER, desk=other)

    assert [(one.version, one.changed) for one in answers] == [(2, True), (2, True)]
    assert answers[0].warnings
    assert answers[1] == answers[0]
    assert refused.value.refusal is Refusal.RECORD_CHANGED_MEANWHILE
    assert Bib.objects.get(id=bib_id).version == 2
    assert Entry.objects.filter(kind=Kind.RECORD_CHANGED).count() == 1


def test_an_edit_of_a_version_that_is_no_longer_in_force_is_refused_and_overwrites_nothing(desk: Desk) -> None:
    bib_id = added(desk)
    edit_bib(bib_id=bib_id, version=1, record=titled("兄弟", record_of(bib_id)), at=LATER, desk=desk)

    with pytest.raises(CatalogueRefused) as refused:
        edit_bib(bib_id=bib_id, version=1, record=titled("第七天", record_of(bib_id)), at=LATER, desk=desk)

    assert refused.value.refusal is Refusal.RECORD_CHANGED_MEANWHILE
    assert Bib.objects.get(id=bib_id).title == "兄弟"


def test_a_suppliers_mistake_in_another_field_does_not_hold_up_a_correction(desk: Desk) -> None:
    bib = make_bib(title="平凡的世界")  # its 690 and 100 are short of what the format asks
    wrong = cnmarc_record(bib.control_number, title="平凡的世界", author="路遥")
    wrong = wrong._replace(fields=(*wrong.fields, DataField("8.6", " ", " ", (("a", "x"),))))
    Bib.objects.filter(id=bib.id).update(marc=to_storage(wrong))

    saved = edit_bib(bib_id=bib.id, version=2, record=titled("人生", wrong), at=AT, desk=desk)

    assert (FaultRule.TAG_INVALID, True) in {(fault.rule, fault.warning) for fault in saved.warnings}


VERBS: dict[str, Callable[[int, Desk], object]] = {
    "add": lambda _, desk: added(desk),
    "edit": lambda bib_id, desk: edit_bib(bib_id=bib_id, version=1, record=BOOK, at=AT, desk=desk),
    "restore": lambda bib_id, desk: restore_version(bib_id=bib_id, number=1, version=1, at=AT, desk=desk),
    "open": lambda bib_id, desk: open_record(bib_id=bib_id, at=AT, desk=desk),
    "leave": lambda bib_id, desk: leave_record(bib_id=bib_id, at=AT, desk=desk),
}


@pytest.mark.parametrize("verb", ["edit", "restore", "open"])
def test_what_is_not_there_is_refused(desk: Desk, verb: str) -> None:
    with pytest.raises(CatalogueRefused) as refused:
        VERBS[verb](404, desk)

    assert refused.value.refusal is Refusal.BIB_UNKNOWN


def test_a_former_version_is_restored_as_a_new_one(desk: Desk) -> None:
    bib_id = added(desk)
    edit_bib(bib_id=bib_id, version=1, record=titled("兄弟", record_of(bib_id)), at=LATER, desk=desk)

    saved = restore_version(bib_id=bib_id, number=1, version=2, at=LATER, desk=desk)

    bib = Bib.objects.get(id=bib_id)
    assert (saved.version, bib.title, bib.restored_from) == (3, "活着", 1)
    assert [(one.number, one.restored_from) for one in list_versions(bib_id)] == [(3, 1), (2, None), (1, None)]
    assert Entry.objects.filter(kind=Kind.RECORD_CHANGED).latest("id").details == {"version": 3, "restored": 1}
    assert [field for field in record_of(bib_id).fields if field.tag not in ("001", "005")] == list(BOOK.fields)


def test_a_version_that_never_was_cannot_be_restored(desk: Desk) -> None:
    bib_id = added(desk)

    with pytest.raises(CatalogueRefused) as refused:
        restore_version(bib_id=bib_id, number=7, version=1, at=AT, desk=desk)

    assert refused.value.refusal is Refusal.VERSION_UNKNOWN


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_not_edit_records_is_refused(branch: Branch, verb: str) -> None:
    bib = make_bib()
    desk = make_desk(branch, acts=[Act.EDIT_ITEM, Act.IMPORT_RECORDS])

    with pytest.raises(NotAllowed):
        VERBS[verb](bib.id, desk)


def test_when_something_fails_behind_it_an_edit_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bib_id = added(desk)

    def fail(*_entries: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(saving, "write_journal", fail)
    with pytest.raises(IntegrityError), transaction.atomic():
        edit_bib(bib_id=bib_id, version=1, record=titled("兄弟", record_of(bib_id)), at=LATER, desk=desk)

    assert (Bib.objects.get(id=bib_id).title, Bib.objects.get(id=bib_id).version) == ("活着", 1)
    assert not BibVersion.objects.exists()


def test_of_two_who_save_at_once_one_is_told(fresh_database: None) -> None:
    desk = make_desk(make_branch("B1"), role=Role.CATALOGUER)
    bib_id = added(desk)
    before = record_of(bib_id)

    results = at_once(
        *(
            lambda title=title: edit_bib(bib_id=bib_id, version=1, record=titled(title, before), at=LATER, desk=desk)
            for title in ("兄弟", "第七天")
        )
    )

    refused = [result for result in results if isinstance(result, CatalogueRefused)]
    assert [one.refusal for one in refused] == [Refusal.RECORD_CHANGED_MEANWHILE]
    assert Bib.objects.get(id=bib_id).version == 2
    assert BibVersion.objects.count() == 1


def test_an_import_that_updates_a_record_makes_a_version_that_names_its_file(
    branch: Branch, desk: Desk, tmp_path: Path
) -> None:
    def imported(title: str) -> int:
        path = tmp_path / f"{title}.iso"
        record = cnmarc_record("n1", title=title, author="路遥")
        path.write_bytes(encode(record, encoding=Encoding.UTF8, dialect=Dialect.CNMARC))
        batch_id = open_batch(path=path, branch_id=branch.id, at=AT, desk=desk, source="seller")
        run_batch(batch_id=batch_id, path=path, at=AT, desk=desk)
        return batch_id

    first, second = imported("平凡的世界"), imported("平凡的世界（全三册）")
    bib = Bib.objects.get()
    edit_bib(bib_id=bib.id, version=2, record=titled("人生", record_of(bib.id)), at=LATER, desk=desk)

    assert [(one.number, one.batch_id, one.account_id) for one in list_versions(bib.id)] == [
        (3, None, desk.operator.account_id),
        (2, second, desk.operator.account_id),
        (1, first, desk.operator.account_id),
    ]
    shown = get_bib(bib.id)
    assert shown is not None
    assert (shown.title, shown.source, shown.control_number) == ("人生", "seller", "n1")
    [invariant] = [one for one in INVARIANTS if one.name == "catalogue.versions"]
    assert list(broken_rows(invariant)) == []
    BibVersion.objects.filter(number=1).delete()
    assert len(list(broken_rows(invariant))) == 1


def test_who_has_a_record_open_is_told_to_others_until_the_page_is_gone(branch: Branch, desk: Desk) -> None:
    bib_id = added(desk)
    mine, other = desk.operator.account_id, make_account("other").id

    open_record(bib_id=bib_id, at=AT, desk=desk)
    open_record(bib_id=bib_id, at=AT + timedelta(minutes=10), desk=desk)

    told = who_has_open(bib_id, at=AT + timedelta(minutes=24), besides=other)
    assert [(one.account_id, one.since) for one in told] == [(mine, AT)]
    assert who_has_open(bib_id, at=AT + timedelta(minutes=24), besides=mine) == ()
    assert who_has_open(bib_id, at=AT + timedelta(minutes=26), besides=other) == ()


def test_who_comes_back_after_a_while_has_it_open_since_then(desk: Desk) -> None:
    bib_id = added(desk)
    open_record(bib_id=bib_id, at=AT, desk=desk)
    back = AT + timedelta(hours=2)

    open_record(bib_id=bib_id, at=back, desk=desk)

    assert [one.since for one in who_has_open(bib_id, at=back, besides=0)] == [back]


def test_who_leaves_a_record_no_longer_has_it_open(desk: Desk) -> None:
    bib_id = added(desk)
    open_record(bib_id=bib_id, at=AT, desk=desk)

    leave_record(bib_id=bib_id, at=AT, desk=desk)

    assert who_has_open(bib_id, at=AT, besides=0) == ()
