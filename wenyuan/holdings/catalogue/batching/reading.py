"""Reads of batch edits."""

from collections.abc import Sequence
from typing import Any

from wenyuan.holdings.catalogue.batching.steps import TooLarge, apply_steps, steps_from_data
from wenyuan.holdings.catalogue.batching.tables import BatchEdit, BatchEditRow
from wenyuan.holdings.catalogue.batching.values import (
    BatchEditView,
    BatchOf,
    BatchRowView,
    RecordDifference,
    RowOutcome,
)
from wenyuan.holdings.catalogue.editing.history import get_record, get_version
from wenyuan.kernel.marc import differences

_PLAIN = tuple(
    name
    for name in BatchEditView.__dataclass_fields__
    if name not in ("of", "outcomes", "reasons", "is_too_large", "stopped")
)


def get_edit(batch_id: int) -> BatchEditView | None:
    """A batch edit, or nothing."""
    row = BatchEdit.objects.filter(id=batch_id).first()
    return _view(row) if row is not None else None


def list_edits(*, of: Sequence[BatchOf], before: int | None = None, size: int = 20) -> tuple[BatchEditView, ...]:
    """Batch edits of these kinds, the latest first; with ``before`` those with a lower id."""
    rows = BatchEdit.objects.filter(of__in=[one.value for one in of]).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(map(_view, rows[:size]))


def list_edit_rows(*, batch_id: int, outcome: str = "", after: int = 0, size: int = 50) -> tuple[BatchRowView, ...]:
    """Rows of a batch in their order, those with numbers above ``after``; of one outcome, or all."""
    rows = BatchEditRow.objects.filter(batch_id=batch_id, number__gt=after).order_by("number")
    if outcome:
        rows = rows.filter(outcome=outcome)
    return tuple(map(_row, rows[:size]))


def edit_row_difference(*, batch_id: int, number: int) -> RecordDifference | None:
    """What a batch does to a record as it is now, or what it has done to it; nothing where there is no such row, or
    the record is gone or would grow beyond all measure."""
    batch = BatchEdit.objects.filter(id=batch_id, of=BatchOf.RECORDS).first()
    row = BatchEditRow.objects.filter(batch_id=batch_id, number=number).first()
    if batch is None or row is None or row.subject_id is None:
        return None
    former: dict[str, Any] = row.former or {}
    done = row.outcome in (RowOutcome.CHANGED, RowOutcome.RESTORED, RowOutcome.KEPT) and former
    found = get_version(row.subject_id, former["before"]) if done else get_record(row.subject_id)
    if found is None:
        return None
    if done:
        later = get_version(row.subject_id, former["after"])
        if later is None:
            return None
        after = later.record
    else:
        try:
            after = apply_steps(found.record, steps_from_data(batch.work["steps"]))
        except TooLarge:
            return None
    return RecordDifference(found.dialect, found.record, after, differences(found.record, after))


def _view(row: BatchEdit) -> BatchEditView:
    outlook = row.outlook or {}
    return BatchEditView(
        of=BatchOf(row.of),
        outcomes=outlook.get("outcomes", {}),
        reasons=outlook.get("reasons", {}),
        is_too_large=bool(outlook.get("too_large")),
        stopped=outlook.get("stopped", ""),
        **{name: getattr(row, name) for name in _PLAIN},
    )


def _row(row: BatchEditRow) -> BatchRowView:
    former = row.former or {}
    return BatchRowView(
        number=row.number,
        subject_id=row.subject_id,
        label=row.label,
        outcome=row.outcome,
        reason=row.reason,
        detail=row.detail,
        changed={name: (pair[0], pair[1]) for name, pair in former.get("changed", {}).items()},
    )
