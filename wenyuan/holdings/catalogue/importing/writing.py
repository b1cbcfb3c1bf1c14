"""A chunk into the tables: one transaction, a handful of statements, rows by COPY."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import ImportReason
from wenyuan.holdings.catalogue.importing.edited import settle
from wenyuan.holdings.catalogue.importing.overlaying import OverlayRules
from wenyuan.holdings.catalogue.importing.planning import (
    Identity,
    KnownBib,
    KnownItem,
    NewItem,
    Plan,
    Report,
    Shelf,
    plan_chunk,
)
from wenyuan.holdings.catalogue.importing.preparing import Fault, Prepared
from wenyuan.holdings.catalogue.importing.reading import Piece, Source, raw_bytes
from wenyuan.holdings.catalogue.rules import Work, column_text, item_type_for
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record, record_many
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

_DETAIL_LENGTH = 300


class PositionMoved(Exception):
    """The batch no longer stands where this chunk begins: somebody else has gone on with it."""


class ContentMoved(Exception):
    """Somebody has edited a record since the chunk was planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all chunks of a batch share. ``item_types`` maps codes to ids."""

    batch_id: int
    branch_id: int
    source: Source
    network: NetworkMap
    item_types: Mapping[str, int]
    overlay: OverlayRules | None
    desk: Desk
    at: datetime


@dataclass(frozen=True, slots=True)
class Chunk:
    """Pieces that follow each other, with what became of each; ``position`` and ``done`` say where they begin."""

    pieces: Sequence[Piece]
    outcomes: Sequence[Prepared | Fault]

    @property
    def position(self) -> int:
        return self.pieces[0].position if self.pieces[0].number > 1 else 0

    @property
    def done(self) -> int:
        return self.pieces[0].number - 1

    def halves(self) -> tuple["Chunk", "Chunk"]:
        """The chunk in two, to find the one record that cannot be stored."""
        middle = len(self.pieces) // 2
        return (
            Chunk(self.pieces[:middle], self.outcomes[:middle]),
            Chunk(self.pieces[middle:], self.outcomes[middle:]),
        )


@verb
def store_chunk(chunk: Chunk, *, setting: Setting) -> int:
    """Put a chunk into the catalogue and move the batch on, both or neither. Returns how many records cannot go in.

    :raises PositionMoved: when the batch stands elsewhere.
    :raises ContentMoved: when a record that it changes was edited meanwhile; planned anew it goes in.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_CHUNK_LOCK, {"lock": sql.IMPORT_LOCK})
        cursor.execute(sql.PREFER_INDEXES)
        prepared = [outcome for outcome in chunk.outcomes if isinstance(outcome, Prepared)]
        shelf = gather(cursor, prepared)
        stood = {known.id: known.content_hash for variants in shelf.bibs.values() for known in variants}
        plan = plan_chunk(chunk.outcomes, shelf=shelf, new_ids=_new_ids(cursor, sql.NEXT_BIB_IDS, len(prepared)))
        _lock_changed(cursor, plan, stood)
        settle(plan, setting.overlay)
        [step_id] = _new_ids(cursor, sql.NEXT_STEP_ID, 1)
        _keep_former(cursor, plan, step_id)
        _write_bibs(cursor, plan, setting)
        entries = _write_items(cursor, plan, setting)
        _write_reports(cursor, plan.reports, chunk, setting)
        _advance(cursor, plan, chunk, setting)
        recorded = record(_chunk_entry(plan, setting)) if plan.new_bibs or plan.changed_bibs else [None]
        record_many(entries)
        if recorded[0] is not None or entries:
            _keep_step(cursor, step_id, recorded[0], plan, entries, setting)
    return plan.failed


def gather(cursor: Any, prepared: Sequence[Prepared]) -> Shelf:
    """Everything the catalogue already has under the chunk's numbers."""
    shelf = Shelf()
    identities = {(one.source, one.control_number): one.content_hash for one in prepared}
    if identities:
        values = {"sources": [key[0] for key in identities], "numbers": [key[1] for key in identities]}
        cursor.execute(sql.BIBS_WITH_NUMBERS, values)
        shelf.bibs = _known_bibs(cursor, cursor.fetchall(), identities)
    barcodes = list({draft.barcode for one in prepared for draft in one.items})
    accessions = list({draft.accession_no for one in prepared for draft in one.items if draft.accession_no})
    if barcodes:
        cursor.execute(sql.ITEMS_WITH_NUMBERS, {"barcodes": barcodes, "accessions": accessions})
        for barcode, accession_no, bib_id in cursor.fetchall():
            shelf.barcodes[barcode] = KnownItem(bib_id)
            if accession_no is not None:
                shelf.accessions[accession_no] = KnownItem(bib_id)
    return shelf


def _known_bibs(cursor: Any, rows: Sequence[Any], wanted: Mapping[Identity, bytes]) -> dict[Identity, list[KnownBib]]:
    """The bibs found; ISBNs are read only for those that do not simply say the same as before."""
    differing = [row[2] for row in rows if bytes(row[4]) != wanted[row[0], row[1]]]
    isbns: dict[int, set[str]] = {}
    if differing:
        cursor.execute(sql.ISBNS_OF_BIBS, {"bibs": differing})
        for bib_id, value in cursor.fetchall():
            isbns.setdefault(bib_id, set()).add(value)
    found: dict[Identity, list[KnownBib]] = {}
    for source, control_number, bib_id, variant, content_hash, title_fold, author_fold, leads_to in rows:
        work = Work(title_fold, author_fold, frozenset(isbns.get(bib_id, ())))
        found.setdefault((source, control_number), []).append(
            KnownBib(bib_id, variant, bytes(content_hash), work, leads_to)
        )
    return found


def _new_ids(cursor: Any, statement: str, count: int) -> list[int]:
    if not count:
        return []
    cursor.execute(statement, {"count": count})
    return [row[0] for row in cursor.fetchall()]


def _lock_changed(cursor: Any, plan: Plan, stood: Mapping[int, bytes]) -> None:
    """Nobody edits what the chunk replaces until it is done: who edits takes no lock of imports.

    :raises ContentMoved: where somebody has already.
    """
    changed = [one.id for one in plan.changed_bibs]
    if not changed:
        return
    cursor.execute(sql.LOCK_BIBS, {"bibs": changed})
    if {bib_id: bytes(digest) for bib_id, digest in cursor.fetchall()} != {bib_id: stood[bib_id] for bib_id in changed}:
        raise ContentMoved


def _keep_former(cursor: Any, plan: Plan, step_id: int) -> None:
    """Remember what the chunk is about to replace, so that the import can be undone."""
    if plan.changed_bibs:
        bibs = [changed.id for changed in plan.changed_bibs]
        hashes = [changed.prepared.content_hash for changed in plan.changed_bibs]
        cursor.execute(sql.KEEP_FORMER, {"step": step_id, "bibs": bibs, "hashes": hashes})


def _write_bibs(cursor: Any, plan: Plan, setting: Setting) -> None:
    at = setting.at
    saved_by = (setting.desk.operator.account, setting.desk.door.value, setting.batch_id)
    _copy(
        cursor,
        "bib",
        sql.BIB_COLUMNS,
        (
            (new.id, one.source, one.control_number, new.variant, one.content_hash, *one.columns, at, at, *saved_by)
            for new in plan.new_bibs
            for one in (new.prepared,)
        ),
    )
    if plan.changed_bibs:
        cursor.executemany(
            sql.REPLACE_BIB,
            [
                (changed.prepared.content_hash, *changed.prepared.columns, at, *saved_by, None, changed.id)
                for changed in plan.changed_bibs
            ],
        )
        cursor.execute(sql.DROP_IDENTIFIERS, {"bibs": [changed.id for changed in plan.changed_bibs]})
    _copy(
        cursor,
        "identifier",
        sql.IDENTIFIER_COLUMNS,
        (
            (bib_id, kind, value)
            for bib_id, prepared in [
                *((new.id, new.prepared) for new in plan.new_bibs),
                *((changed.id, changed.prepared) for changed in plan.changed_bibs),
            ]
            for kind, value in prepared.identifiers
        ),
    )


def _write_items(cursor: Any, plan: Plan, setting: Setting) -> list[Entry]:
    """The items and, for each, its journal entry (not yet recorded)."""
    ids = _new_ids(cursor, sql.NEXT_ITEM_IDS, len(plan.new_items))
    today = local_date(setting.at)
    rows: list[tuple[object, ...]] = []
    entries: list[Entry] = []
    for item_id, new in zip(ids, plan.new_items, strict=True):
        branch_id, fault = _branch_of(new, setting, today)
        if fault is not None:
            plan.reports.append(Report(new.place, fault))
        columns, draft = new.prepared.columns, new.draft
        item_type = item_type_for(
            stated=draft.item_type,
            kind=columns.document_kind,
            audience=columns.audience,
            known=setting.item_types,
        )
        price = draft.price_fen if draft.price_fen is not None else columns.price_fen
        numbers = (item_id, new.bib_id, draft.barcode, draft.accession_no, setting.item_types[item_type])
        places = (branch_id, branch_id, branch_id, "available", "ok", "yes", draft.call_no, draft.call_key)
        rows.append((*numbers, *places, draft.volume, "", "", price, today, 1, setting.at, setting.at))
        entries.append(_item_entry(item_id, new, branch_id, item_type, price, setting))
    _copy(cursor, "item", sql.ITEM_COLUMNS, rows)
    return entries


def _branch_of(new: NewItem, setting: Setting, today: date) -> tuple[int, Fault | None]:
    """The item's branch: the one its record names where the network has it and the operator may import there."""
    code = new.draft.branch_code
    named = setting.network.by_code(code) if code else None
    if named is None or named.id == setting.branch_id or not named.stands_on(today):
        return setting.branch_id, None
    if may(setting.desk.operator, Act.IMPORT_RECORDS, named.id):
        return named.id, None
    detail = column_text(f"{code} {new.draft.barcode}", _DETAIL_LENGTH)
    return setting.branch_id, Fault(ImportReason.BRANCH_NOT_ALLOWED, detail, warning=True)


def _keep_step(
    cursor: Any, step_id: int, entry_id: int | None, plan: Plan, entries: Sequence[Entry], setting: Setting
) -> None:
    """Remember what the chunk has added, so that the import can be undone."""
    cursor.execute(
        sql.KEEP_STEP,
        {
            "step": step_id,
            "batch": setting.batch_id,
            "entry": entry_id,
            "count": len(plan.new_bibs),
            "bibs": ",".join(str(new.id) for new in plan.new_bibs),
            "hashes": b"".join(new.prepared.content_hash for new in plan.new_bibs),
            "items": ",".join(str(entry.subject_id) for entry in entries),
        },
    )


def _write_reports(cursor: Any, reports: Iterable[Report], chunk: Chunk, setting: Setting) -> None:
    """Failures and warnings in the order of the file. The bytes are kept with the first failure of a record."""
    rows = []
    kept: set[int] = set()
    for place, fault in sorted(reports, key=lambda report: report.place):
        raw = b""
        if not fault.warning and place not in kept:
            kept.add(place)
            raw = raw_bytes(setting.source, chunk.pieces[place])
        piece = chunk.pieces[place]
        detail = column_text(fault.detail, _DETAIL_LENGTH)
        rows.append((setting.batch_id, piece.number, piece.position, str(fault.reason), detail, fault.warning, raw))
    _copy(cursor, "importfailure", sql.FAILURE_COLUMNS, rows)


def _advance(cursor: Any, plan: Plan, chunk: Chunk, setting: Setting) -> None:
    cursor.execute(
        sql.ADVANCE_BATCH,
        {
            "batch": setting.batch_id,
            "position": chunk.position,
            "done": chunk.done,
            "until": chunk.pieces[-1].until,
            "read": len(chunk.pieces),
            "added": len(plan.new_bibs),
            "updated": plan.changed,
            "unchanged": plan.unchanged,
            "failed": plan.failed,
            "items": len(plan.new_items),
            "at": setting.at,
        },
    )
    if cursor.fetchone() is None:
        raise PositionMoved


def _copy(cursor: Any, table: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.copy(sql.copy_into(table, columns)) as copy:
        for row in rows:
            copy.write_row(row)


def _chunk_entry(plan: Plan, setting: Setting) -> Entry:
    desk = setting.desk
    added, changed = len(plan.new_bibs), plan.changed
    return Entry(
        kind=Kind.RECORDS_IMPORTED,
        occurred_at=setting.at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=setting.branch_id,
        quantity=added + changed,
        subject_kind="import_batch",
        subject_id=setting.batch_id,
        details={"added": added, "updated": changed},
    )


def _item_entry(
    item_id: int, new: NewItem, branch_id: int, item_type: str, price: int | None, setting: Setting
) -> Entry:
    desk, columns = setting.desk, new.prepared.columns
    return Entry(
        kind=Kind.ITEM_ADDED,
        occurred_at=setting.at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=branch_id,
        item_home_id=branch_id,
        item_present_id=branch_id,
        item_owner_id=branch_id,
        item_type=item_type,
        document_kind=columns.document_kind,
        class_letter=columns.class_letter,
        subject_kind="item",
        subject_id=item_id,
        details={"bib": new.bib_id, "batch": setting.batch_id, "price_fen": price},
    )
