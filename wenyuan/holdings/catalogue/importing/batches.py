"""Driving an import: open a batch for a file, run it chunk by chunk, take it up again where it was cut off."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from django.db import Error, connection, transaction
from django.db.utils import OperationalError

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import CatalogueRefused, ImportProgress, ImportReason, Refusal
from wenyuan.holdings.catalogue.defaults import install_default_rows
from wenyuan.holdings.catalogue.importing.mappings import mapping_named
from wenyuan.holdings.catalogue.importing.overlays import overlay_named
from wenyuan.holdings.catalogue.importing.preparing import Fault, prepare
from wenyuan.holdings.catalogue.importing.reading import Piece, Source, hash_of, look_at, pieces
from wenyuan.holdings.catalogue.importing.writing import Chunk, ContentMoved, PositionMoved, Setting, store_chunk
from wenyuan.holdings.catalogue.models import ImportBatch, ImportSample, ItemType
from wenyuan.holdings.catalogue.rules import column_text
from wenyuan.kernel.marc import ItemMapping
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.ahead import made_ahead
from wenyuan.plumbing.transactions import assert_in_verb, verb

CHUNK_RECORDS = 500
CHUNK_BYTES = 8_000_000
"""Records a transaction, some tenths of a second; fewer where they are large, so that memory stays flat."""

TRIES = 3
"""How often a chunk is written anew after another verb took one of its numbers, or edited one of its records, first."""

_LOCK_WAIT = "SET LOCAL lock_timeout = '3s'"
"""A worker that was killed lets go of its lock as soon as the server notices."""

STAGED, READY, DROPPED = "staged", "ready", "dropped"
"""Sent and not yet looked through; looked through and waiting for somebody's word; given up before it was loaded."""

RUNNING, FINISHED = "running", "finished"

OnProgress = Callable[[ImportProgress], None]


@dataclass(frozen=True, slots=True)
class _Digest:
    """A file as a batch knows it."""

    name: str
    size: int
    digest: bytes


@needs(Act.IMPORT_RECORDS)
def open_batch(
    *,
    path: Path,
    branch_id: int,
    at: datetime,
    desk: Desk,
    source: str = "",
    mapping: str = "",
    overlay: str = "",
    file_name: str = "",
    stored_as: str = "",
    staged: bool = False,
    is_kept: Callable[[str], bool] = bool,
) -> int:
    """The batch for importing this file into the branch: the one that was cut off, if there is one, else a new one.

    ``source`` names where the records come from and is half of their identity; without it 801$b (003) says it.
    ``mapping`` is the code of an ``ImportMapping``; without it each record's items are read by the default mapping for
    the tags it has. ``overlay`` names rules by which own fields stay in records that change. ``stored_as`` is the path
    of an uploaded file below the home folder. A ``staged`` batch is first looked through (``look_through``) and waits
    for ``load_batch``; else it can be run at once. A file that waits already is not staged twice; where ``is_kept``
    says that the first upload is gone, this one takes its place. Returns the batch's id.

    :raises NotAllowed: without the right to import records at the branch.
    :raises CatalogueRefused: MAPPING_UNKNOWN, OVERLAY_UNKNOWN, BRANCH_UNKNOWN, TEXT_TOO_LONG (source).
    :raises OSError: when the file cannot be read.
    """
    require(desk.operator, Act.IMPORT_RECORDS, branch_id)
    return begin_batch(
        path=path,
        branch_id=branch_id,
        at=at,
        desk=desk,
        source=source,
        mapping=mapping,
        overlay=overlay,
        file_name=file_name,
        stored_as=stored_as,
        staged=staged,
        is_kept=is_kept,
    )


def begin_batch(
    *,
    path: Path,
    branch_id: int,
    at: datetime,
    desk: Desk,
    source: str = "",
    mapping: str = "",
    overlay: str = "",
    file_name: str = "",
    stored_as: str = "",
    staged: bool = False,
    is_kept: Callable[[str], bool] = bool,
) -> int:
    """``open_batch`` for a verb of this room that has asked for the right."""
    if branch_id not in network_map().branches:
        raise CatalogueRefused(Refusal.BRANCH_UNKNOWN, "branch_id")
    source = _source_name(source)
    mapping_named(mapping)
    overlay_named(overlay)
    known = _Digest(column_text(file_name or path.name, 255), path.stat().st_size, hash_of(path))
    looked = look_at(path)
    return _open(
        known,
        ImportBatch(
            branch_id=branch_id,
            source=source,
            mapping=mapping,
            overlay=overlay,
            stored_as=stored_as,
            state=STAGED if staged else RUNNING,
            encoding=looked.profile.encoding.value,
            dialect=looked.profile.dialect.value,
            started_by_id=desk.operator.account_id,
            started_at=at,
            waits_since=at,
        ),
        is_kept,
    )


@verb
def _open(known: _Digest, batch: ImportBatch, is_kept: Callable[[str], bool]) -> int:
    install_default_rows()
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_CHUNK_LOCK, {"lock": sql.IMPORT_LOCK})
    cut_off = (
        ImportBatch.objects.filter(
            file_hash=known.digest,
            branch_id=batch.branch_id,
            source=batch.source,
            mapping=batch.mapping,
            overlay=batch.overlay,
            state__in=(RUNNING,) if batch.state == RUNNING else (STAGED, READY),
        )
        .order_by("id")
        .first()
    )
    if cut_off is not None:
        if batch.stored_as and not is_kept(cut_off.stored_as):
            cut_off.stored_as = batch.stored_as
        cut_off.waits_since = batch.waits_since
        cut_off.save(update_fields=["stored_as", "waits_since"])
        return cut_off.id
    batch.file_name, batch.file_bytes, batch.file_hash = known.name, known.size, known.digest
    batch.save()
    return batch.id


@needs(Act.IMPORT_RECORDS)
def run_batch(*, batch_id: int, path: Path, at: datetime, desk: Desk, on_progress: OnProgress | None = None) -> None:
    """Read the batch's file to its end. Each chunk is a transaction of its own: what is done when this is interrupted
    stays done, and running the batch again goes on from there. ``on_progress`` is called after every chunk.

    A batch that has ended, or is undone, is left as it is. Records that fail are reported and do not stop the others.

    :raises NotAllowed: without the right to import records at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_RUNNING (somebody runs it now), FILE_CHANGED.
    """
    batch = ImportBatch.objects.filter(id=batch_id).first()
    if batch is None:
        raise CatalogueRefused(Refusal.BATCH_UNKNOWN)
    require(desk.operator, Act.IMPORT_RECORDS, batch.branch_id)
    read_batch(batch, path=path, at=at, desk=desk, on_progress=on_progress)


def read_batch(
    batch: ImportBatch, *, path: Path, at: datetime, desk: Desk, on_progress: OnProgress | None = None
) -> None:
    """``run_batch`` for a verb of this room that has asked for the right."""
    with held(batch.id):
        batch.refresh_from_db()
        if batch.state != RUNNING:
            return
        if path.stat().st_size != batch.file_bytes or hash_of(path) != bytes(batch.file_hash):
            raise CatalogueRefused(Refusal.FILE_CHANGED)
        _read_on(batch, look_at(path), at=at, desk=desk, on_progress=on_progress)


def _read_on(batch: ImportBatch, source: Source, *, at: datetime, desk: Desk, on_progress: OnProgress | None) -> None:
    setting = Setting(
        batch_id=batch.id,
        branch_id=batch.branch_id,
        source=source,
        network=network_map(),
        item_types=dict(ItemType.objects.values_list("code", "id")),
        overlay=overlay_named(batch.overlay),
        desk=desk,
        at=at,
    )
    mapping = mapping_named(batch.mapping)
    failed = batch.failed
    for chunk in chunks(source, batch, mapping, position=batch.position, done=batch.read):
        failed += _store(chunk, setting)
        if on_progress is not None:
            last = chunk.pieces[-1]
            on_progress(
                ImportProgress(
                    batch_id=batch.id,
                    position=last.until,
                    file_bytes=source.size,
                    read=last.number,
                    failed=failed,
                )
            )
    _finish(batch.id, at)


def chunks(
    source: Source, batch: ImportBatch, mapping: ItemMapping | None, *, position: int = 0, done: int = 0
) -> Iterator[Chunk]:
    """The file's records from a position on, prepared, so many or so many bytes a chunk: the next one while the
    database has the one before."""
    named = batch.source

    def prepared() -> Iterator[Chunk]:
        for taken in _taken(pieces(source, position=position, done=done)):
            outcomes = [prepare(one.content, profile=source.profile, source=named, mapping=mapping) for one in taken]
            yield Chunk(taken, outcomes)

    return made_ahead(prepared())


def _taken(reading: Iterable[Piece]) -> Iterator[list[Piece]]:
    taken: list[Piece] = []
    for piece in reading:
        taken.append(piece)
        if len(taken) == CHUNK_RECORDS or piece.until - taken[0].position >= CHUNK_BYTES:
            yield taken
            taken = []
    if taken:
        yield taken


def _store(chunk: Chunk, setting: Setting) -> int:
    """Write a chunk; where the database refuses a value, halve it until the one record is found, and report that.
    Returns how many records cannot go in."""
    attempt = 0
    while True:
        attempt += 1
        try:
            return store_chunk(chunk, setting=setting)
        except ContentMoved:
            if attempt >= TRIES:
                raise
        except (Error, psycopg.Error) as error:
            cause = error if isinstance(error, psycopg.Error) else error.__cause__
            if isinstance(cause, psycopg.errors.UniqueViolation | psycopg.errors.DeadlockDetected):
                if attempt >= TRIES:
                    raise
            elif not isinstance(cause, psycopg.DataError):
                raise
            elif len(chunk.pieces) > 1:
                return sum(_store(half, setting) for half in chunk.halves())
            elif isinstance(chunk.outcomes[0], Fault):
                raise
            else:
                fault = Fault(ImportReason.NOT_STORABLE, cause.diag.message_primary or type(cause).__name__)
                chunk = Chunk(chunk.pieces, [fault])


@needs(Act.IMPORT_RECORDS)
@verb
def load_batch(*, batch_id: int, at: datetime, desk: Desk) -> None:
    """Let a batch that was looked through go into the catalogue: from now on ``run_batch`` reads it.

    :raises NotAllowed: without the right to import records at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_NOT_READY (not looked through yet, loaded or dropped).
    """
    batch = _waiting_batch(batch_id, desk, states=(READY,))
    batch.state, batch.waits_since = RUNNING, at
    batch.save(update_fields=["state", "waits_since"])


@needs(Act.IMPORT_RECORDS)
@verb
def go_on_with_batch(*, batch_id: int, at: datetime, desk: Desk) -> None:
    """Say that a batch which lost its job goes on: from now on its file waits as long as one that was just let in.
    ``look_through`` and ``run_batch`` do the rest.

    :raises NotAllowed: without the right to import records at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_NOT_READY (neither staged nor running, or its file was taken away).
    """
    batch = _waiting_batch(batch_id, desk, states=(STAGED, RUNNING))
    if not batch.stored_as:
        raise CatalogueRefused(Refusal.BATCH_NOT_READY)
    batch.waits_since = at
    batch.save(update_fields=["waits_since"])


@needs(Act.IMPORT_RECORDS)
@verb
def restage_batch(
    *, batch_id: int, at: datetime, desk: Desk, source: str = "", mapping: str = "", overlay: str = ""
) -> None:
    """Have a batch looked through once more, with another mapping, other overlay rules or another source.

    :raises NotAllowed: without the right to import records at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_NOT_READY (it is looked through now, loaded or dropped),
        MAPPING_UNKNOWN, OVERLAY_UNKNOWN, TEXT_TOO_LONG.
    """
    # Not while it is looked through: what that look says would stand beside another mapping.
    batch = _waiting_batch(batch_id, desk, states=(READY,))
    mapping_named(mapping)
    overlay_named(overlay)
    batch.source, batch.mapping, batch.overlay = _source_name(source), mapping, overlay
    batch.state, batch.looked, batch.outlook, batch.waits_since = STAGED, 0, None, at
    batch.save(update_fields=["source", "mapping", "overlay", "state", "looked", "outlook", "waits_since"])


def _source_name(source: str) -> str:
    source = column_text(source, 100)
    if len(source) > 32:
        raise CatalogueRefused(Refusal.TEXT_TOO_LONG, "source")
    return source


@needs(Act.IMPORT_RECORDS)
@verb
def drop_batch(*, batch_id: int, desk: Desk) -> None:
    """Give up a batch before anything of it went in; its page stays, what was found in it goes.

    :raises NotAllowed: without the right to import records at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_NOT_READY (it is loaded or dropped).
    """
    batch = _waiting_batch(batch_id, desk, states=(STAGED, READY))
    batch.state = DROPPED
    batch.save(update_fields=["state"])
    ImportSample.objects.filter(batch_id=batch_id).delete()


def _waiting_batch(batch_id: int, desk: Desk, *, states: tuple[str, ...]) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update().filter(id=batch_id).first()
    if batch is None:
        raise CatalogueRefused(Refusal.BATCH_UNKNOWN)
    require(desk.operator, Act.IMPORT_RECORDS, batch.branch_id)
    if batch.state not in states:
        raise CatalogueRefused(Refusal.BATCH_NOT_READY)
    return batch


@verb
def _finish(batch_id: int, at: datetime) -> None:
    batch = ImportBatch.objects.select_for_update().get(id=batch_id)
    if batch.state != RUNNING:
        raise PositionMoved  # it is to be undone
    batch.state, batch.position, batch.finished_at = FINISHED, batch.file_bytes, at
    batch.save(update_fields=["state", "position", "finished_at"])
    ImportSample.objects.filter(batch_id=batch_id).delete()


def take_if_free(batch_id: int) -> bool:
    """Step: hold the batch until the transaction ends, unless somebody reads its file now (``held``); whether it is."""
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.TRY_BATCH, {"lock": sql.IMPORT_LOCK, "batch": batch_id % 2**31})
        return bool(cursor.fetchone()[0])


@contextmanager
def held(batch_id: int, *, lock: int = sql.IMPORT_LOCK) -> Iterator[None]:
    """Hold the batch by an advisory lock of this session, which ends with the session if the process dies.

    :raises CatalogueRefused: BATCH_RUNNING, where somebody else holds it.
    """
    keys = {"lock": lock, "batch": batch_id % 2**31}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LOCK_WAIT)
            cursor.execute(sql.HOLD_BATCH, keys)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            raise CatalogueRefused(Refusal.BATCH_RUNNING) from error
        raise
    try:
        yield
    except PositionMoved as error:
        raise CatalogueRefused(Refusal.BATCH_RUNNING) from error
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(sql.RELEASE_BATCH, keys)
