"""A batch edit is taken back, the last rows first: what nobody has edited since is again what it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.batching.beginning import UNDOING, UNDONE, begin_undoing_edit, locked_with_desk
from wenyuan.holdings.catalogue.batching.running import CHUNK, retried
from wenyuan.holdings.catalogue.batching.tables import BatchEditRow
from wenyuan.holdings.catalogue.batching.values import BatchOf, RowOutcome, RowReason
from wenyuan.holdings.catalogue.batching.work import (
    REFUSALS,
    UNKNOWN,
    Clock,
    DeskAt,
    ItemWork,
    RecordWork,
    last_edits,
    refuse_merged,
    refused,
    stands_for,
    work_of,
)
from wenyuan.holdings.catalogue.editing.saving import restore_record
from wenyuan.holdings.catalogue.importing.batches import held
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.transactions import verb


@needs(Act.EDIT_ITEM, Act.EDIT_RECORDS)
def undo_edit(*, batch_id: int, clock: Clock, desk_at: DeskAt) -> None:
    """Give everything that a batch has changed back what it was, by the verbs' own rules. What was edited since stays
    and is listed, with the reason. Cut off, it goes on; the batch itself does not.

    :raises NotAllowed: without the right to edit items (or records) at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_RUNNING (somebody runs or undoes it now).
    """
    at = clock()
    begin_undoing_edit(batch_id=batch_id, at=at, desk=desk_at(at))
    with held(batch_id, lock=sql.EDIT_LOCK):
        while retried(_undo_on, batch_id, clock, desk_at):
            pass


@verb
def _undo_on(batch_id: int, clock: Clock, desk_at: DeskAt) -> bool:
    """Take the last rows back that are not yet; whether it goes on."""
    batch, desk = locked_with_desk(batch_id, lambda: desk_at(clock()))
    if batch.state != UNDOING:
        return False
    of = BatchOf(batch.of)
    changed = BatchEditRow.objects.filter(
        batch_id=batch_id, outcome=RowOutcome.CHANGED, number__lte=batch.position
    ).order_by("-number")
    rows = list(changed[: CHUNK[of]])
    if not rows:
        batch.state, batch.undone_at = UNDONE, clock()
        batch.save(update_fields=["state", "undone_at"])
        return False
    work = work_of(batch, desk)
    ids = [row.subject_id for row in rows if row.subject_id is not None]
    subjects = work.lock(ids)
    at = clock()
    last = last_edits(ids) if isinstance(work, ItemWork) else {}
    stands = stands_for(subjects.values()) if isinstance(work, RecordWork) else {}  # type: ignore[arg-type] # its bibs
    for row in rows:
        subject = subjects.get(row.subject_id or 0)
        assert row.former is not None, "what was changed remembers what it was"
        reason = ""
        if subject is None:
            reason = UNKNOWN[of].value
        else:
            try:
                with transaction.atomic():
                    if isinstance(work, ItemWork):
                        restored = work.take_back(subject, row.former, at=at, last=last)  # type: ignore[arg-type]
                    else:
                        restored = stands[subject.id] == row.former["after"]
                        if restored:
                            _take_back(subject, row.former, batch_id, at=at, desk=desk)  # type: ignore[arg-type]
                reason = "" if restored else RowReason.CHANGED_SINCE.value
            except REFUSALS as error:
                reason = str(refused(error).reason)
        row.outcome = (RowOutcome.KEPT if reason else RowOutcome.RESTORED).value
        row.reason = reason
    BatchEditRow.objects.bulk_update(rows, ["outcome", "reason"])
    outcomes = [row.outcome for row in rows]
    batch.restored += outcomes.count(RowOutcome.RESTORED)
    batch.kept += outcomes.count(RowOutcome.KEPT)
    batch.save(update_fields=["restored", "kept"])
    return True


def _take_back(bib: Bib, former: Mapping[str, Any], batch_id: int, *, at: datetime, desk: Desk) -> None:
    """Restore the version before the batch, and say which one it stands for.

    :raises CatalogueRefused: VERSION_UNKNOWN, RECORD_MERGED.
    """
    refuse_merged(bib)
    details = {"undoes_batch_edit": batch_id, "stands_for": former.get("stood", former["before"])}
    restore_record(bib, former["before"], at=at, desk=desk, details=details)
