"""A batch edit is done, chunk by chunk; what is done when it is cut off stays done."""

from collections.abc import Callable

import psycopg
from django.db import Error, transaction

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.batching.beginning import FINISHED, RUNNING, locked_with_desk
from wenyuan.holdings.catalogue.batching.looking import put_down
from wenyuan.holdings.catalogue.batching.tables import BatchEditRow
from wenyuan.holdings.catalogue.batching.values import BatchOf, RowOutcome, RowReason
from wenyuan.holdings.catalogue.batching.work import (
    REFUSALS,
    UNKNOWN,
    Clock,
    DeskAt,
    ItemWork,
    RecordWork,
    Result,
    last_edits,
    refused,
    stands_for,
    work_of,
)
from wenyuan.holdings.catalogue.importing.batches import TRIES, held
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.transactions import verb

CHUNK = {BatchOf.ITEMS: 50, BatchOf.RECORDS: 25}
"""Rows a transaction: whoever lends one of these items meanwhile waits so long, some tenths of a second."""

Chunk = Callable[[int, Clock, DeskAt], bool]
"""A verb that does the next rows of a batch and says whether it goes on."""


@needs(Act.EDIT_ITEM, Act.EDIT_RECORDS)
def run_edit(*, batch_id: int, clock: Clock, desk_at: DeskAt) -> None:
    """Do what a batch was begun for, from where it stands. Each item or record is changed as one by hand would be, by
    the same rules and with the same entry in the journal, as it is by then and at the moment of its chunk; what is
    refused is listed with the reason.

    A batch that was not let go, has ended or is undone is left as it is.

    :raises NotAllowed: without the right to edit items (or records) at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_RUNNING (somebody runs it now).
    """
    with held(batch_id, lock=sql.EDIT_LOCK):
        while retried(_run_on, batch_id, clock, desk_at):
            pass


def retried(chunk: Chunk, batch_id: int, clock: Clock, desk_at: DeskAt) -> bool:
    """Do a chunk, anew where another verb came across it."""
    for attempt in range(1, TRIES + 1):
        try:
            return chunk(batch_id, clock, desk_at)
        except (Error, psycopg.Error) as error:
            cause = error if isinstance(error, psycopg.Error) else error.__cause__
            if attempt == TRIES or not isinstance(cause, psycopg.errors.DeadlockDetected):
                raise
    raise AssertionError("unreachable")


@verb
def _run_on(batch_id: int, clock: Clock, desk_at: DeskAt) -> bool:
    """Do the next rows; whether it goes on."""
    batch, desk = locked_with_desk(batch_id, lambda: desk_at(clock()))
    if batch.state != RUNNING:
        return False
    of = BatchOf(batch.of)
    left = BatchEditRow.objects.filter(batch_id=batch_id, number__gt=batch.position).order_by("number")
    rows = list(left[: CHUNK[of]])
    if not rows:
        batch.state, batch.finished_at = FINISHED, clock()
        batch.save(update_fields=["state", "finished_at"])
        return False
    work = work_of(batch, desk)
    ids = [row.subject_id for row in rows if row.subject_id is not None]
    subjects = work.lock(ids)
    at = clock()  # not before the lock: what somebody else has just saved is older than what is done to it now
    before = last_edits(ids) if isinstance(work, ItemWork) else {}
    stood = stands_for(subjects.values()) if isinstance(work, RecordWork) else {}  # type: ignore[arg-type] # its bibs
    for row in rows:
        if row.reason == RowReason.NOT_ALLOWED:
            continue  # whoever lets it go does no more than was shown, also with more rights than who looked
        subject = subjects.get(row.subject_id or 0)
        if subject is None:
            put_down(row, Result(RowOutcome.REFUSED, UNKNOWN[of].value))
            continue
        try:
            with transaction.atomic():
                if isinstance(work, ItemWork):
                    result = work.do(subject, at=at, before=before)  # type: ignore[arg-type] # locked by item work
                else:
                    result = work.do(subject, at=at, stood=stood[subject.id])  # type: ignore[arg-type] # and record work
        except REFUSALS as error:
            result = refused(error)
        except Error as error:
            if not isinstance(error.__cause__, psycopg.DataError):
                raise
            result = Result(RowOutcome.REFUSED, RowReason.NOT_STORABLE)
        put_down(row, result)
    BatchEditRow.objects.bulk_update(rows, ["outcome", "reason", "detail", "former"])
    outcomes = [row.outcome for row in rows]
    batch.changed += outcomes.count(RowOutcome.CHANGED)
    batch.same += outcomes.count(RowOutcome.SAME)
    batch.refused += outcomes.count(RowOutcome.REFUSED)
    batch.position = rows[-1].number
    batch.save(update_fields=["changed", "same", "refused", "position"])
    return True
