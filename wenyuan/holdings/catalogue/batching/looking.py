"""What a batch edit would do, counted and listed before anything is changed."""

from collections import Counter
from collections.abc import Sequence

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.batching.beginning import DROPPED, READY, STAGED, locked_batch
from wenyuan.holdings.catalogue.batching.choosing import Found, choice_from_data, found_by
from wenyuan.holdings.catalogue.batching.tables import BatchEdit, BatchEditRow
from wenyuan.holdings.catalogue.batching.values import MOST_ROWS, BatchOf, RowOutcome
from wenyuan.holdings.catalogue.batching.work import (
    REFUSALS,
    UNKNOWN,
    Clock,
    DeskAt,
    ItemWork,
    Result,
    refused,
    work_of,
)
from wenyuan.holdings.catalogue.importing.batches import held
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.transactions import verb

CHUNK = {BatchOf.ITEMS: 200, BatchOf.RECORDS: 50}
"""Rows that are looked at in one transaction, some tenths of a second."""

_LABEL = 120


@needs(Act.EDIT_ITEM, Act.EDIT_RECORDS)
def look_through_edit(*, batch_id: int, clock: Clock, desk_at: DeskAt) -> None:
    """Find what a staged batch is about and say of each what would become of it; then it waits for ``start_edit``.
    Nothing else is changed. Cut off, it begins again. One that finds more than ``MOST_ROWS`` is given up, and says so.

    :raises NotAllowed: without the right to edit items (or records) at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_RUNNING (somebody looks at it now).
    :raises NotIndexed: it asks the search, and there is no index.
    """
    with held(batch_id, lock=sql.EDIT_LOCK):
        batch = _begin(batch_id, desk_at(clock()))
        if batch is None:
            return
        number = 0
        for page in found_by(choice_from_data(BatchOf(batch.of), batch.chosen)):
            number = _note(batch_id, page, number, desk_at(clock()))
        if number > MOST_ROWS:
            _give_up(batch_id, desk_at(clock()))
            return
        while _look_on(batch_id, clock, desk_at):
            pass


@verb
def _begin(batch_id: int, desk: Desk) -> BatchEdit | None:
    batch = locked_batch(batch_id, desk)
    if batch.state != STAGED:
        return None
    BatchEditRow.objects.filter(batch_id=batch_id).delete()
    batch.total, batch.looked, batch.outlook = 0, 0, None
    batch.save(update_fields=["total", "looked", "outlook"])
    return batch


@verb
def _note(batch_id: int, page: Sequence[Found], number: int, desk: Desk) -> int:
    batch = locked_batch(batch_id, desk)
    if batch.state == STAGED:
        BatchEditRow.objects.bulk_create(
            BatchEditRow(batch_id=batch_id, number=number + place, subject_id=subject_id, label=label[:_LABEL])
            for place, (subject_id, label) in enumerate(page, 1)
        )
        batch.total = number + len(page)
        batch.save(update_fields=["total"])
    return number + len(page)


@verb
def _give_up(batch_id: int, desk: Desk) -> None:
    batch = locked_batch(batch_id, desk)
    batch.state, batch.outlook = DROPPED, {"too_large": True}
    batch.save(update_fields=["state", "outlook"])
    BatchEditRow.objects.filter(batch_id=batch_id).delete()


@verb
def _look_on(batch_id: int, clock: Clock, desk_at: DeskAt) -> bool:
    """Look at the next rows; whether it goes on."""
    at = clock()
    desk = desk_at(at)
    batch = locked_batch(batch_id, desk)
    if batch.state != STAGED:
        return False
    of = BatchOf(batch.of)
    begun = BatchEditRow.objects.filter(batch_id=batch_id, number__gt=batch.looked).order_by("number")
    rows = list(begun[: CHUNK[of]])
    if not rows:
        batch.state = READY
        batch.outlook = {"outcomes": {}, "reasons": {}, **(batch.outlook or {})}
        batch.save(update_fields=["state", "outlook"])
        return False
    work = work_of(batch, desk)
    subjects = work.read([row.subject_id for row in rows if row.subject_id is not None])
    for row in rows:
        subject = subjects.get(row.subject_id or 0)
        try:
            if subject is None:
                result = Result(RowOutcome.REFUSED, UNKNOWN[of].value)
            elif isinstance(work, ItemWork):
                result = work.foresee(subject)  # type: ignore[arg-type] # items are read by item work
            else:
                result = work.foresee(subject, at=at)  # type: ignore[arg-type] # and bibs by record work
        except REFUSALS as error:
            result = refused(error)
        put_down(row, result, label=getattr(subject, "title", "") or getattr(subject, "barcode", ""))
    BatchEditRow.objects.bulk_update(rows, ["outcome", "reason", "detail", "former", "label"])
    before = batch.outlook or {}
    batch.outlook = {
        "outcomes": Counter(before.get("outcomes", {})) + Counter(row.outcome for row in rows),
        "reasons": Counter(before.get("reasons", {})) + Counter(row.reason for row in rows if row.reason),
    }
    batch.looked = rows[-1].number
    batch.save(update_fields=["looked", "outlook"])
    return True


def put_down(row: BatchEditRow, result: Result, *, label: str = "") -> None:
    """Write a result into its row, which is saved by the caller."""
    row.outcome, row.reason, row.detail = result.outcome.value, str(result.reason), result.detail
    row.former = dict(result.former) if result.former is not None else None
    if label:
        row.label = label[:_LABEL]
