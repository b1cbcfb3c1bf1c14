"""Verbs: a record is added, changed, or brought back to what it was. Every change keeps the version before it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.editing.checking import check
from wenyuan.holdings.catalogue.editing.duplicates import DuplicatesFound, duplicates_of
from wenyuan.holdings.catalogue.editing.values import RecordFault, RecordSaved
from wenyuan.holdings.catalogue.importing.preparing import Fault, Prepared, prepare_record
from wenyuan.holdings.catalogue.models import Bib, BibVersion, Identifier
from wenyuan.kernel.marc import (
    ControlField,
    Dialect,
    MarcError,
    Record,
    changed_tags,
    from_storage,
    without_stamp,
)
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record as write_journal
from wenyuan.organisation.journal.queries import entry_with_key
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local
from wenyuan.plumbing.transactions import assert_in_verb, verb

LOCAL = "local"
"""The source of a record that names no agency."""

_LEADING = ("001", "003", "005")


class RecordRefused(CatalogueRefused):
    """A record that cannot be saved as it is: every error of it, and its warnings beside them."""

    def __init__(self, faults: tuple[RecordFault, ...]) -> None:
        super().__init__(Refusal.RECORD_UNFIT)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class _Checked:
    """A record that may be saved, what is derived from it, and what is to be shown."""

    record: Record
    prepared: Prepared
    warnings: tuple[RecordFault, ...]


@needs(Act.EDIT_RECORDS)
@verb
def add_bib(
    *,
    record: Record,
    dialect: Dialect,
    at: datetime,
    desk: Desk,
    despite: Collection[int] = (),
    key: str | None = None,
) -> RecordSaved:
    """Put a record into the catalogue. Without a 001 it gets one (``WY`` and its number here); 005 is set.

    Its source, the first half of its identity, is its agency (801$b, 003), failing that ``local``. ``despite`` are the
    bibs that were shown as possible duplicates and found to be others; the journal keeps them. Sent twice with one
    ``key``, also at once, it is done once.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises RecordRefused: for what is wrong with it, all at once.
    :raises DuplicatesFound: where bibs that are not in ``despite`` may describe the same.
    :raises CatalogueRefused: RECORD_NUMBER_TAKEN, where a record of this source has its 001.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    if key is not None:
        if (added := _added_with(key)) is not None and _says_the_same(added, record):
            return RecordSaved(added.id, added.version, True, _warnings_of(added, replacing=None))
        key = key if added is None else None  # the page was gone back to, and another record made of it
    with connection.cursor() as cursor:
        cursor.execute(sql.NEXT_BIB_IDS, {"count": 1})
        bib_id = int(cursor.fetchone()[0])
    numbered = record if _control(record, "001") else _with_control(record, "001", f"WY{bib_id:09d}")
    checked = _checked(_stamped(numbered, at), dialect, None)
    prepared = checked.prepared
    overruled = _refuse_duplicates(checked, despite)
    bib = Bib(id=bib_id, source=prepared.source or LOCAL, control_number=prepared.control_number)
    bib.content_hash, bib.created_at, bib.changed_at = prepared.content_hash, at, at
    bib.changed_by_id, bib.changed_door = desk.operator.account, desk.door.value
    for name, value in prepared.columns._asdict().items():
        setattr(bib, name, value)
    _save(bib)
    _write_identifiers(bib_id, prepared)
    entry = _entry(Kind.RECORD_ADDED, bib_id, prepared, desk=desk, at=at, details={"version": 1, **overruled})
    write_journal(replace(entry, key=key))
    return RecordSaved(bib_id, 1, True, checked.warnings)


def _added_with(key: str) -> Bib | None:
    """The bib that a request with this key has added; one that is still under way is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_KEY, {"lock": sql.KEY_LOCK, "key": key})
    earlier = entry_with_key(key)
    if earlier is None or earlier.entry.kind is not Kind.RECORD_ADDED or earlier.entry.subject_id is None:
        return None
    return Bib.objects.filter(id=earlier.entry.subject_id).first()


def _says_the_same(bib: Bib, record: Record) -> bool:
    """Whether a bib's record is what was sent, its number and stamp aside."""
    there = from_storage(bytes(bib.marc))
    bare = [[field for field in one.fields if field.tag not in ("001", "005")] for one in (there, record)]
    return there.leader == record.leader and bare[0] == bare[1]


@needs(Act.EDIT_RECORDS)
@verb
def edit_bib(
    *, bib_id: int, version: int, record: Record, at: datetime, desk: Desk, despite: Collection[int] = ()
) -> RecordSaved:
    """Replace a bib's record by what a cataloguer made of the ``version`` that they saw. A record that says the same
    (005 aside) changes nothing. Identity, items and everything that hangs on the bib stay. Sent once more by the same
    hand, as by a key that was pressed twice, an edit gets the answer of the first time.

    What was wrong before, in a field that is not touched, does not refuse it.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises RecordRefused: for what is wrong with it, all at once.
    :raises DuplicatesFound: where the change makes it like bibs that are not in ``despite`` and it was not like before.
    :raises CatalogueRefused: BIB_UNKNOWN, RECORD_MERGED, RECORD_CHANGED_MEANWHILE.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    bib = _locked(bib_id, None)
    if _is_saved_already(bib, version, record, desk):
        return RecordSaved(bib.id, bib.version, True, _warnings_of(bib, replacing=version))
    _refuse_unseen(bib, version)
    return change_record(bib, record, at=at, desk=desk, despite=despite)


def write_record(bib: Bib, record: Record, *, at: datetime, desk: Desk, details: Mapping[str, object]) -> RecordSaved:
    """Step: replace the record of a locked bib, as an edit by hand does, for a change that is made to many. ``details``
    go into the journal. Nobody is asked about duplicates.

    :raises RecordRefused: for what is wrong with what is changed.
    """
    assert_in_verb()
    before = from_storage(bytes(bib.marc))
    if without_stamp(record) == without_stamp(before):
        return RecordSaved(bib.pk, bib.version, False)
    checked = _checked(_stamped(record, at), Dialect(bib.dialect), before)
    return _write_change(bib, before, checked, at=at, desk=desk, details=details)


@needs(Act.EDIT_RECORDS)
@verb
def restore_version(*, bib_id: int, number: int, version: int, at: datetime, desk: Desk) -> RecordSaved:
    """Make a former version of a record the one in force again, as a new version. It is not checked anew: it stood in
    the catalogue before. ``version`` is the one in force that the cataloguer saw.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises CatalogueRefused: BIB_UNKNOWN, RECORD_MERGED, RECORD_CHANGED_MEANWHILE, VERSION_UNKNOWN.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    bib = _locked(bib_id, version)
    return restore_record(bib, number, at=at, desk=desk)


def change_record(
    bib: Bib,
    record: Record,
    *,
    at: datetime,
    desk: Desk,
    despite: Collection[int] = (),
    details: Mapping[str, object] | None = None,
) -> RecordSaved:
    """Step: what ``edit_bib`` does to a bib that is locked and as its editor saw it; ``details`` are said beside.

    :raises RecordRefused: for what is wrong with it, all at once.
    :raises DuplicatesFound: as ``edit_bib``.
    """
    assert_in_verb()
    before = from_storage(bytes(bib.marc))
    checked = _checked(_stamped(record, at), Dialect(bib.dialect), before)
    if without_stamp(record) == without_stamp(before):
        return RecordSaved(bib.id, bib.version, False, checked.warnings)
    overruled = _refuse_duplicates(checked, despite, bib=bib, before=before)
    return _write_change(bib, before, checked, at=at, desk=desk, details={**overruled, **(details or {})})


def would_change(bib: Bib, record: Record, *, at: datetime) -> bool:
    """Whether ``change_record`` would make a new version; nothing is written. :raises: as ``change_record``."""
    before = from_storage(bytes(bib.marc))
    checked = _checked(_stamped(record, at), Dialect(bib.dialect), before)
    if without_stamp(record) == without_stamp(before):
        return False
    _refuse_duplicates(checked, (), bib=bib, before=before)
    return True


def restore_record(
    bib: Bib, number: int, *, at: datetime, desk: Desk, details: Mapping[str, object] | None = None
) -> RecordSaved:
    """Step: what ``restore_version`` does to a bib that is locked; ``details`` are said beside.

    :raises CatalogueRefused: VERSION_UNKNOWN.
    """
    assert_in_verb()
    former = BibVersion.objects.filter(bib_id=bib.id, number=number).first()
    if former is None:
        raise CatalogueRefused(Refusal.VERSION_UNKNOWN)
    record = _stamped(from_storage(bytes(former.marc)), at)
    if without_stamp(record) == without_stamp(from_storage(bytes(bib.marc))):
        return RecordSaved(bib.id, bib.version, False)
    checked = _Checked(record, _prepared(record, Dialect(former.dialect)), ())
    _replace(bib, checked, at=at, desk=desk, restored_from=number)
    said = {"version": bib.version + 1, "restored": number, **(details or {})}
    write_journal(_entry(Kind.RECORD_CHANGED, bib.id, checked.prepared, desk=desk, at=at, details=said))
    return RecordSaved(bib.id, bib.version + 1, True)


def _write_change(
    bib: Bib, before: Record, checked: _Checked, *, at: datetime, desk: Desk, details: Mapping[str, object]
) -> RecordSaved:
    _replace(bib, checked, at=at, desk=desk, restored_from=None)
    fields = list(changed_tags(before, checked.record))
    noted = {"version": bib.version + 1, "fields": fields, **details}
    write_journal(_entry(Kind.RECORD_CHANGED, bib.pk, checked.prepared, desk=desk, at=at, details=noted))
    return RecordSaved(bib.pk, bib.version + 1, True, checked.warnings)


def _is_saved_already(bib: Bib, version: int, record: Record, desk: Desk) -> bool:
    """Whether the version that follows the one seen is just this record, saved by the same account."""
    is_own = desk.operator.account is not None and bib.changed_by_id == desk.operator.account
    is_next = bib.version == version + 1 and is_own and bib.batch_id is None and bib.restored_from is None
    return is_next and without_stamp(record) == without_stamp(from_storage(bytes(bib.marc)))


def _warnings_of(bib: Bib, *, replacing: int | None) -> tuple[RecordFault, ...]:
    """What was noted when the record that is there now took the place of a version (none: of nothing)."""
    former = BibVersion.objects.filter(bib_id=bib.id, number=replacing).first() if replacing is not None else None
    before = from_storage(bytes(former.marc)) if former is not None else None
    return check(from_storage(bytes(bib.marc)), dialect=Dialect(bib.dialect), before=before)


def _locked(bib_id: int, version: int | None) -> Bib:
    """The bib, which nobody else saves until the transaction ends; a version of None is not looked at."""
    bib = Bib.objects.select_for_update(no_key=True).filter(id=bib_id).first()
    if bib is None:
        raise CatalogueRefused(Refusal.BIB_UNKNOWN)
    if bib.merged_into_id is not None:
        raise CatalogueRefused(Refusal.RECORD_MERGED)
    if version is not None:
        _refuse_unseen(bib, version)
    return bib


def _refuse_unseen(bib: Bib, version: int) -> None:
    if bib.version != version:
        raise CatalogueRefused(Refusal.RECORD_CHANGED_MEANWHILE)


def _refuse_duplicates(
    checked: _Checked, despite: Collection[int], *, bib: Bib | None = None, before: Record | None = None
) -> dict[str, object]:
    """What the journal keeps of possible duplicates that somebody found to be others.

    :raises DuplicatesFound: where nobody has looked at them.
    """
    found = duplicates_of(checked.record, checked.prepared, besides=bib.id if bib else None)
    if bib is not None and before is not None and found:
        earlier = _likes_of(before, bib)
        found = tuple(one for one in found if one.bib_id not in earlier)
    if any(one.bib_id not in despite for one in found):
        raise DuplicatesFound(found)
    return {"despite": [one.bib_id for one in found]} if found else {}


def _likes_of(record: Record, bib: Bib) -> frozenset[int]:
    """What the record of a bib was like before; one that cannot be described was like nothing."""
    try:
        prepared = _prepared(record, Dialect(bib.dialect))
    except CatalogueRefused:
        return frozenset()
    return frozenset(known.bib_id for known in duplicates_of(record, prepared, besides=bib.id))


def _checked(record: Record, dialect: Dialect, before: Record | None) -> _Checked:
    """:raises RecordRefused: unless it may be saved."""
    faults = check(record, dialect=dialect, before=before)
    if any(not fault.warning for fault in faults):
        raise RecordRefused(faults)
    return _Checked(record, _prepared(record, dialect), faults)


def _prepared(record: Record, dialect: Dialect) -> Prepared:
    """The columns, derived as an import derives them. Items in the record are not read: they are edited apart.

    :raises CatalogueRefused: RECORD_UNSTORABLE, for what no MARC record can hold.
    """
    try:
        prepared = prepare_record(record, dialect=dialect, source="", mapping=None)
    except MarcError as error:
        raise CatalogueRefused(Refusal.RECORD_UNSTORABLE, error.tag) from error
    if isinstance(prepared, Fault):
        raise CatalogueRefused(Refusal.RECORD_UNSTORABLE)
    return prepared


def _replace(bib: Bib, checked: _Checked, *, at: datetime, desk: Desk, restored_from: int | None) -> None:
    prepared = checked.prepared
    saved_by = (desk.operator.account, desk.door.value, None, restored_from)
    with connection.cursor() as cursor:
        cursor.execute(sql.REPLACE_BIB, [prepared.content_hash, *prepared.columns, at, *saved_by, bib.id])
        cursor.execute(sql.DROP_IDENTIFIERS, {"bibs": [bib.id]})
    _write_identifiers(bib.id, prepared)


def _write_identifiers(bib_id: int, prepared: Prepared) -> None:
    Identifier.objects.bulk_create(
        Identifier(bib_id=bib_id, kind=kind, value=value) for kind, value in prepared.identifiers
    )


def _save(bib: Bib) -> None:
    """:raises CatalogueRefused: where another record has this source and number."""
    try:
        with transaction.atomic():
            bib.save(force_insert=True)
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint != "catalogue_bib_identity":
            raise
        raise CatalogueRefused(Refusal.RECORD_NUMBER_TAKEN, "001") from error


def _stamped(record: Record, at: datetime) -> Record:
    """The record with the moment it is saved in 005 (local time, as both formats have it)."""
    return _with_control(record, "005", f"{local(at):%Y%m%d%H%M%S}.0")


def _control(record: Record, tag: str) -> str:
    return next((one.data for one in record.fields if isinstance(one, ControlField) and one.tag == tag), "").strip()


def _with_control(record: Record, tag: str, data: str) -> Record:
    """The record with this control field, in its place among the first ones."""
    fields = [field for field in record.fields if field.tag != tag]
    before = _LEADING[: _LEADING.index(tag)]
    place = next((place for place, field in enumerate(fields) if field.tag not in before), len(fields))
    return record._replace(fields=(*fields[:place], ControlField(tag, data), *fields[place:]))


def _entry(
    kind: Kind, bib_id: int, prepared: Prepared, *, desk: Desk, at: datetime, details: Mapping[str, object]
) -> Entry:
    return Entry(
        kind=kind,
        occurred_at=at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=desk.branch_id,
        area_id=desk.area_id,
        service_point_id=desk.service_point_id,
        document_kind=prepared.columns.document_kind,
        class_letter=prepared.columns.class_letter,
        subject_kind="bib",
        subject_id=bib_id,
        details=details,
    )
