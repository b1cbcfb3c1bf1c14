"""Looking a staged file through: what loading it would do, told before anything is changed.

The same code reads, prepares and plans as when it is loaded; only nothing is written but examples of each outcome. A
look that was cut off begins again.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import (
    CatalogueRefused,
    ImportOutlook,
    MappingFit,
    Outcome,
    Refusal,
    SampleRow,
)
from wenyuan.holdings.catalogue.importing.batches import READY, STAGED, chunks, held
from wenyuan.holdings.catalogue.importing.edited import settle
from wenyuan.holdings.catalogue.importing.mappings import mapping_named, mappings_by_code
from wenyuan.holdings.catalogue.importing.overlaying import OverlayRules
from wenyuan.holdings.catalogue.importing.overlays import overlay_named
from wenyuan.holdings.catalogue.importing.planning import Placed, Plan, plan_chunk
from wenyuan.holdings.catalogue.importing.preparing import Prepared
from wenyuan.holdings.catalogue.importing.reading import Source, hash_of, look_at
from wenyuan.holdings.catalogue.importing.writing import Chunk, gather
from wenyuan.holdings.catalogue.models import Bib, ImportBatch, ImportSample, ImportSeen
from wenyuan.holdings.catalogue.rules import column_text
from wenyuan.kernel.marc import ItemMapping, Record, extract_items, from_storage
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

MOST_SAMPLES = 200
"""Examples of an outcome that are kept, and of a reason."""

SAMPLE_BYTES = 100_000
"""The longest record that is kept with its example; of a longer one only what it is called is kept."""

OnLook = Callable[[int], None]


@dataclass(slots=True)
class _Tally:
    """What has been met so far; ``kept`` counts the examples by outcome and reason."""

    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    kept: Counter[tuple[str, str]] = field(default_factory=Counter)
    items_new: int = 0
    items_known: int = 0
    items_repeated: int = 0
    fits: tuple[MappingFit, ...] = ()

    def wants(self, outcome: str, reason: str = "") -> bool:
        """Whether one more example is kept; it is counted as kept."""
        if self.kept[outcome, reason] >= MOST_SAMPLES:
            return False
        self.kept[outcome, reason] += 1
        return True


@needs(Act.IMPORT_RECORDS)
def look_through(*, batch_id: int, path: Path, desk: Desk, on_look: OnLook | None = None) -> None:
    """Read a staged file to its end and say what loading it would do (``queries.import_outlook``); then the batch is
    ready. A batch in any other state is left as it is. ``on_look`` gets the bytes read, after every chunk.

    :raises NotAllowed: without the right to import records at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_RUNNING (somebody looks through it now), FILE_CHANGED.
    """
    batch = ImportBatch.objects.filter(id=batch_id).first()
    if batch is None:
        raise CatalogueRefused(Refusal.BATCH_UNKNOWN)
    require(desk.operator, Act.IMPORT_RECORDS, batch.branch_id)
    look_at_batch(batch, path=path, on_look=on_look)


def look_at_batch(batch: ImportBatch, *, path: Path, on_look: OnLook | None = None) -> None:
    """``look_through`` for a verb of this room that has asked for the right."""
    with held(batch_id := batch.id):
        batch.refresh_from_db()
        if batch.state != STAGED:
            return
        if path.stat().st_size != batch.file_bytes or hash_of(path) != bytes(batch.file_hash):
            raise CatalogueRefused(Refusal.FILE_CHANGED)
        _forget(batch_id)
        source, tally, rules = look_at(path), _Tally(), overlay_named(batch.overlay)
        for chunk in chunks(source, batch, mapping_named(batch.mapping)):
            _look_at(chunk, batch_id, rules, tally)
            if on_look is not None:
                on_look(chunk.pieces[-1].until)
        _be_ready(batch_id, source, tally)


def import_outlook(batch_id: int) -> ImportOutlook | None:
    """What loading the batch would have done when it was looked through; none before that."""
    found = ImportBatch.objects.filter(id=batch_id).values_list("outlook", flat=True).first()
    if found is None:
        return None
    fits = tuple(MappingFit(**fit) for fit in found["fits"])
    encodings = tuple((name, count) for name, count in found["encodings"])
    return ImportOutlook(**{**found, "fits": fits, "encodings": encodings})


_SAMPLE = ("id", "batch_id", "outcome", "reason", "number", "position", "bib_id", "title", "detail", "items")


def list_samples(
    *, batch_id: int, outcome: str = "", reason: str = "", after: int = 0, size: int = 20
) -> tuple[SampleRow, ...]:
    """Examples of an outcome, or of what is wrong for a reason (none: for any), in the order of the file."""
    rows = ImportSample.objects.filter(batch_id=batch_id, id__gt=after)
    if outcome:
        rows = rows.filter(outcome=outcome, reason="")
    elif reason:
        rows = rows.filter(reason=reason)
    else:
        rows = rows.exclude(reason="")
    return tuple(SampleRow(*row) for row in rows.order_by("id").values_list(*_SAMPLE)[:size])


def sample_records(sample_id: int) -> tuple[SampleRow, Record | None, Record | None] | None:
    """An example with the record that the catalogue has now (if it would change one) and the one of the file."""
    sample = ImportSample.objects.filter(id=sample_id).first()
    if sample is None:
        return None
    stored = Bib.objects.filter(id=sample.bib_id).values_list("marc", flat=True).first() if sample.bib_id else None
    return (
        SampleRow(*(getattr(sample, name) for name in _SAMPLE)),
        from_storage(bytes(stored)) if stored is not None else None,
        from_storage(bytes(sample.marc)) if sample.marc else None,
    )


@verb
def _forget(batch_id: int) -> None:
    ImportSeen.objects.filter(batch_id=batch_id).delete()
    ImportSample.objects.filter(batch_id=batch_id).delete()


@verb
def _look_at(chunk: Chunk, batch_id: int, rules: OverlayRules | None, tally: _Tally) -> None:
    prepared = [outcome for outcome in chunk.outcomes if isinstance(outcome, Prepared)]
    if not tally.outcomes:
        tally.fits = fits_of([from_storage(one.columns.marc) for one in prepared], mappings_by_code())
    with connection.cursor() as cursor:
        cursor.execute(sql.PREFER_INDEXES)
        shelf = gather(cursor, prepared)
        # New ones get ids that no bib has.
        plan = plan_chunk(chunk.outcomes, shelf=shelf, new_ids=range(-len(prepared), 0))
        laid = settle(plan, rules)
        repeated = _repeated(cursor, batch_id, plan)
    samples = _count(chunk, plan, laid, repeated, batch_id, tally)
    ImportSample.objects.bulk_create(samples)
    ImportBatch.objects.filter(id=batch_id).update(looked=chunk.pieces[-1].until)


def _count(
    chunk: Chunk, plan: Plan, laid: Mapping[int, Prepared], repeated: set[int], batch_id: int, tally: _Tally
) -> list[ImportSample]:
    """Add a chunk to the tally; examples for outcomes and reasons of which there are few so far."""
    samples = []
    new_items = Counter(item.place for item in plan.new_items)
    was_repeated = [_digest("item", item.draft.barcode) in repeated for item in plan.new_items]
    tally.items_repeated += sum(was_repeated) + plan.repeated_items
    tally.items_new += len(was_repeated) - sum(was_repeated)
    tally.items_known += plan.known_items

    def sample(place: int, outcome: str, reason: str = "", detail: str = "") -> ImportSample:
        piece, bib_id = chunk.pieces[place], plan.placed[place].bib_id
        made = laid.get(bib_id, chunk.outcomes[place])
        return ImportSample(
            batch_id=batch_id,
            outcome=outcome,
            reason=reason,
            number=piece.number,
            position=piece.position,
            bib_id=bib_id if bib_id > 0 else None,
            title=made.columns.title[:200] if isinstance(made, Prepared) else "",
            detail=column_text(detail, 300),
            items=new_items[place],
            marc=made.columns.marc if isinstance(made, Prepared) and len(made.columns.marc) <= SAMPLE_BYTES else b"",
        )

    for place, (placed, made) in enumerate(zip(plan.placed, chunk.outcomes, strict=True)):
        outcome = placed.outcome.value
        goes_in = placed.outcome is not Outcome.FAILED
        if goes_in and isinstance(made, Prepared) and (_stands_before(placed) or _digest_of(made) in repeated):
            outcome = Outcome.REPEATED.value
        tally.outcomes[outcome] += 1
        if goes_in and tally.wants(outcome):
            samples.append(sample(place, outcome))
    for report in plan.reports:
        tally.reasons[report.fault.reason] += 1
        outcome = plan.placed[report.place].outcome.value
        if tally.wants("", report.fault.reason):
            samples.append(sample(report.place, outcome, report.fault.reason, report.fault.detail))
    return samples


def _stands_before(placed: Placed) -> bool:
    """Whether its bib is a new one that an earlier record of the same chunk brings."""
    return placed.bib_id < 0 and placed.outcome in (Outcome.SAME, Outcome.CHANGED)


def _repeated(cursor: Any, batch_id: int, plan: Plan) -> set[int]:
    """Hashes of what stood in earlier chunks of the file already: identities of new bibs, barcodes of new items."""
    wanted = {_digest_of(new.prepared) for new in plan.new_bibs}
    wanted |= {_digest("item", item.draft.barcode) for item in plan.new_items}
    if not wanted:
        return set()
    cursor.execute(sql.NOTE_SEEN, {"batch": batch_id, "digests": sorted(wanted)})
    return wanted - {row[0] for row in cursor.fetchall()}


def _digest_of(prepared: Prepared) -> int:
    return _digest("bib", prepared.source, prepared.control_number)


def _digest(*parts: str) -> int:
    digest = hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def fits_of(records: Sequence[Record], mappings: Iterable[tuple[str, ItemMapping]]) -> tuple[MappingFit, ...]:
    """How each mapping reads the records, the one that finds items in most of them first. Pure."""
    fits = []
    for code, mapping in mappings:
        found = [extract_items(record, mapping=mapping) for record in records]
        fits.append(
            MappingFit(
                code,
                records=sum(bool(one.items) for one in found),
                items=sum(len(one.items) for one in found),
                problems=sum(len(one.problems) for one in found),
            )
        )
    return tuple(sorted(fits, key=lambda fit: (-fit.records, fit.problems, -fit.items)))


@verb
def _be_ready(batch_id: int, source: Source, tally: _Tally) -> None:
    outlook = ImportOutlook(
        container=source.container.value,
        encodings=tuple((encoding.value, count) for encoding, count in source.profile.votes),
        outcomes=dict(tally.outcomes),
        reasons=dict(tally.reasons),
        items_new=tally.items_new,
        items_known=tally.items_known,
        items_repeated=tally.items_repeated,
        fits=tally.fits,
    )
    ImportSeen.objects.filter(batch_id=batch_id).delete()
    waits = ImportBatch.objects.filter(id=batch_id, state=STAGED)
    if not waits.update(state=READY, looked=source.size, outlook=asdict(outlook)):
        ImportSample.objects.filter(batch_id=batch_id).delete()  # it was dropped meanwhile
