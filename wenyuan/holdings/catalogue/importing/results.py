"""Reads of imports: their counts, and what they report."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, Q

from wenyuan.holdings.catalogue.importing.values import FaultPage, ImportFault, ImportResult
from wenyuan.holdings.catalogue.models import ImportBatch, ImportFailure, ImportMapping

PAGE = 20


def list_mappings() -> tuple[tuple[str, str], ...]:
    """Code and name of the import mappings, by code."""
    return tuple(ImportMapping.objects.order_by("code").values_list("code", "name"))


def import_result(batch_id: int) -> ImportResult | None:
    """A batch with its counts and how often each reason was reported; nothing for an unknown one."""
    batch = ImportBatch.objects.filter(id=batch_id).first()
    if batch is None:
        return None
    reasons = Counter(
        dict(
            ImportFailure.objects.filter(batch_id=batch_id)
            .values_list("reason")
            .annotate(count=Count("id"))
            .order_by("reason")
        )
    )
    return _result(batch, reasons)


def list_batches(*, before: int | None = None, size: int = PAGE) -> tuple[ImportResult, ...]:
    """Imports, the latest first, with ids below ``before``; without their counts by reason."""
    rows = ImportBatch.objects.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(_result(batch, Counter()) for batch in rows[:size])


def list_faults(
    *, batch_id: int, after: tuple[int, int] | None = None, warnings: bool = True, size: int = PAGE
) -> FaultPage:
    """What a batch reports, in the order of the file; without ``warnings`` only what did not go in."""
    rows = ImportFailure.objects.filter(batch_id=batch_id)
    if not warnings:
        rows = rows.filter(warning=False)
    if after is not None:
        rows = rows.filter(Q(number__gt=after[0]) | Q(number=after[0], id__gt=after[1]))
    found = [
        ImportFault(*row)
        for row in rows.order_by("number", "id").values_list("id", "number", "position", "reason", "detail", "warning")[
            : size + 1
        ]
    ]
    last = found[size - 1] if len(found) > size else None
    return FaultPage(tuple(found[:size]), (last.number, last.id) if last is not None else None)


def iter_faults(*, batch_id: int, warnings: bool = True) -> Iterator[ImportFault]:
    """All that a batch reports, in the order of the file, however much it is."""
    after: tuple[int, int] | None = None
    while True:
        page = list_faults(batch_id=batch_id, after=after, warnings=warnings, size=500)
        yield from page.faults
        if page.after is None:
            return
        after = page.after


def failed_bytes(fault_id: int) -> bytes:
    """The bytes kept of a record that failed, to be mended; empty where there are none."""
    raw = ImportFailure.objects.filter(id=fault_id).values_list("raw", flat=True).first()
    return bytes(raw) if raw is not None else b""


def _result(batch: ImportBatch, reasons: Counter[str]) -> ImportResult:
    names = (name for name in ImportResult.__dataclass_fields__ if name not in ("batch_id", "counts_by_reason"))
    return ImportResult(
        batch_id=batch.id, counts_by_reason=dict(reasons), **{name: getattr(batch, name) for name in names}
    )
