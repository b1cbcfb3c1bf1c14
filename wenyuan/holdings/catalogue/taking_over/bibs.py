"""Records of an old system: an import of its file, in which the old system is the source and no field is an item."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wenyuan.holdings.catalogue.importing.batches import DROPPED, OnProgress, begin_batch, read_batch
from wenyuan.holdings.catalogue.importing.looking import import_outlook, list_samples, look_at_batch
from wenyuan.holdings.catalogue.importing.mappings import NO_ITEMS
from wenyuan.holdings.catalogue.models import ImportBatch, ImportFailure, ImportSample
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

SHOWN = 5


@dataclass(frozen=True, slots=True)
class PastBibs:
    """What became of a file of records, or would: how many were read, came in, stood there, failed; for each reason
    how many, and the numbers of some records that have it. ``batch_id`` is the import, whose page has the rest."""

    batch_id: int
    read: int
    loaded: int
    known: int
    refused: int
    reasons: Mapping[str, int]
    samples: Mapping[str, tuple[int, ...]]


@needs(Act.TAKE_OVER)
def record_past_bibs(
    *, path: Path, system: str, branch_id: int, at: datetime, desk: Desk, on_progress: OnProgress | None = None
) -> PastBibs:
    """Import the records of an old system, known from now on by ``system`` and their control numbers; items are left
    to ``record_past_items``. What was cut off goes on; a second time nothing changes.

    :raises NotAllowed: without the right to take over in the whole network.
    :raises CatalogueRefused: as ``open_batch`` and ``run_batch``.
    :raises OSError: when the file cannot be read.
    """
    require(desk.operator, Act.TAKE_OVER, None)
    batch_id = begin_batch(path=path, branch_id=branch_id, at=at, desk=desk, source=system, mapping=NO_ITEMS)
    read_batch(ImportBatch.objects.get(id=batch_id), path=path, at=at, desk=desk, on_progress=on_progress)
    batch = ImportBatch.objects.get(id=batch_id)
    faults = ImportFailure.objects.filter(batch_id=batch_id)
    reasons: Counter[str] = Counter(faults.values_list("reason", flat=True).iterator())
    return PastBibs(
        batch_id=batch_id,
        read=batch.read,
        loaded=batch.added + batch.updated,
        known=batch.unchanged,
        refused=batch.failed,
        reasons=reasons,
        samples={
            reason: tuple(faults.filter(reason=reason).order_by("number").values_list("number", flat=True)[:SHOWN])
            for reason in reasons
        },
    )


@needs(Act.TAKE_OVER)
def look_at_past_bibs(*, path: Path, system: str, branch_id: int, at: datetime, desk: Desk) -> PastBibs:
    """What ``record_past_bibs`` would do with the file. The batch by which it is looked through stays as a dropped one.

    :raises NotAllowed: without the right to take over in the whole network.
    :raises CatalogueRefused: as ``open_batch`` and ``look_through``.
    :raises OSError: when the file cannot be read.
    """
    require(desk.operator, Act.TAKE_OVER, None)
    batch_id = begin_batch(
        path=path, branch_id=branch_id, at=at, desk=desk, source=system, mapping=NO_ITEMS, staged=True
    )
    look_at_batch(ImportBatch.objects.get(id=batch_id), path=path)
    outlook = import_outlook(batch_id)
    assert outlook is not None, "it was just looked through"
    outcomes = outlook.outcomes
    samples = {
        reason: tuple(row.number for row in list_samples(batch_id=batch_id, reason=reason, size=SHOWN))
        for reason in outlook.reasons
    }
    _drop(batch_id)
    known, refused = outcomes.get("same", 0) + outcomes.get("repeated", 0), outcomes.get("failed", 0)
    read = sum(outcomes.values())
    return PastBibs(
        batch_id=batch_id,
        read=read,
        loaded=read - known - refused,
        known=known,
        refused=refused,
        reasons=outlook.reasons,
        samples=samples,
    )


@verb
def _drop(batch_id: int) -> None:
    ImportBatch.objects.filter(id=batch_id).update(state=DROPPED)
    ImportSample.objects.filter(batch_id=batch_id).delete()
