"""Taking an import back, the last chunk first: what it added goes, what it replaced returns, what was used stays.

Each chunk is a transaction of its own. What a chunk has done is forgotten with it, so that an undoing that was cut off
goes on where it stood.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection
from django.db.models import F, Q

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import UNDOABLE, CatalogueRefused, KeptRow, Refusal, UndoProspect
from wenyuan.holdings.catalogue.importing.batches import held
from wenyuan.holdings.catalogue.importing.undo_rules import (
    BibFacts,
    ChangeFacts,
    ItemFacts,
    StepFacts,
    UndoPlan,
    plan_undo,
)
from wenyuan.holdings.catalogue.models import (
    Bib,
    BibMerge,
    BibOpen,
    BibVersion,
    Identifier,
    ImportBatch,
    ImportFormer,
    ImportKept,
    ImportStep,
    Item,
)
from wenyuan.organisation.journal.data import Entry, Kind, RecordedEntry
from wenyuan.organisation.journal.operations import record, record_many
from wenyuan.organisation.journal.queries import entries_about, get_entry
from wenyuan.organisation.rights.data import Act, Desk, Operator
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import may, needs, require
from wenyuan.plumbing.references import referring
from wenyuan.plumbing.transactions import verb

UNDOING, UNDONE = "undoing", "undone"
MOST_STEPS_AHEAD = 100
"""How many chunks ``undo_prospect`` looks at: some fifty thousand records, a few seconds."""

_LABEL = 120

OnStep = Callable[[int], None]


@needs(Act.IMPORT_RECORDS)
def undo_batch(*, batch_id: int, at: datetime, desk: Desk, on_step: OnStep | None = None) -> None:
    """Put the catalogue back to what it was before the batch, as far as nothing has happened to it since.

    Items and bibs that the batch added go, with no trace but the journal's; bibs whose record it replaced have their
    former one again. What was lent, held, edited or otherwise used since stays, and is listed with the reason
    (``queries.list_kept``). A batch that was cut off cannot go on afterwards; one that is undone is left as it is.
    ``on_step`` is called after every chunk with the number of chunks that are left.

    :raises NotAllowed: without the right to import records at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_RUNNING (it is being read or undone now).
    """
    batch = ImportBatch.objects.filter(id=batch_id).first()
    if batch is None:
        raise CatalogueRefused(Refusal.BATCH_UNKNOWN)
    require(desk.operator, Act.IMPORT_RECORDS, batch.branch_id)
    with held(batch_id):
        batch.refresh_from_db()
        if batch.state not in UNDOABLE:
            return
        begin_undoing(batch_id=batch_id, at=at, desk=desk)
        steps = list(ImportStep.objects.filter(batch_id=batch_id).order_by("-id").values_list("id", flat=True))
        for left, step_id in zip(range(len(steps) - 1, -1, -1), steps, strict=True):
            _undo_step(step_id, at=at, desk=desk)
            if on_step is not None:
                on_step(left)
        _end(batch_id, at)


def undo_prospect(*, batch_id: int, operator: Operator) -> UndoProspect:
    """What ``undo_batch`` would do now, counted; of a large batch only the last chunks are looked at (``is_whole``)."""
    steps = list(ImportStep.objects.filter(batch_id=batch_id).order_by("-id")[: MOST_STEPS_AHEAD + 1])
    whole = len(steps) <= MOST_STEPS_AHEAD
    plan = plan_undo(_facts(steps[:MOST_STEPS_AHEAD], operator))
    reasons = [kept.reason for kept in plan.kept]
    return UndoProspect(
        items=len(plan.items),
        bibs=len(plan.bibs),
        restored=len(set(ImportFormer.objects.filter(id__in=plan.formers).values_list("bib_id", flat=True))),
        kept={reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
        is_whole=whole,
    )


def list_kept(*, batch_id: int, after: int = 0, size: int = 50) -> tuple[KeptRow, ...]:
    """What an undone batch has left in the catalogue, in the order in which it was met, with ids above ``after``."""
    rows = ImportKept.objects.filter(batch_id=batch_id, id__gt=after).order_by("id")
    columns = ("id", "of_item", "subject_id", "label", "reason", "detail")
    return tuple(KeptRow(*row) for row in rows.values_list(*columns)[:size])


@needs(Act.IMPORT_RECORDS)
@verb
def begin_undoing(*, batch_id: int, at: datetime, desk: Desk) -> None:
    """Say that the batch is to be undone: whoever reads it stops after the chunk in hand, and it does not go on.
    ``undo_batch`` does the rest. A batch that cannot be undone, or is being undone, is left as it is.

    :raises NotAllowed: without the right to import records at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN.
    """
    batch = ImportBatch.objects.select_for_update().filter(id=batch_id).first()
    if batch is None:
        raise CatalogueRefused(Refusal.BATCH_UNKNOWN)
    require(desk.operator, Act.IMPORT_RECORDS, batch.branch_id)
    if batch.state == UNDOING or batch.state not in UNDOABLE:
        return
    before, batch.state = batch.state, UNDOING
    batch.save(update_fields=["state"])
    audit(
        at=at,
        desk=desk,
        act="undo_import",
        subject_kind="import_batch",
        subject_id=batch_id,
        before={"state": before},
        after={"state": UNDOING},
    )


@verb
def _end(batch_id: int, at: datetime) -> None:
    ImportBatch.objects.filter(id=batch_id).update(state=UNDONE, undone_at=at)


@verb
def _undo_step(step_id: int, *, at: datetime, desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_CHUNK_LOCK, {"lock": sql.IMPORT_LOCK})
        step = ImportStep.objects.select_for_update().filter(id=step_id).first()
        if step is None:
            return
        plan = plan_undo(_facts([step], desk.operator, lock=True))
        restored = list(ImportFormer.objects.filter(id__in=plan.formers).values_list("bib_id", flat=True))
        if plan.formers:
            cursor.execute(sql.DROP_IDENTIFIERS, {"bibs": restored})
            saved_by = {"account": desk.operator.account, "door": desk.door.value}
            cursor.execute(sql.RESTORE_BIBS, {"formers": plan.formers, "at": at, **saved_by})
            cursor.execute(sql.RESTORE_IDENTIFIERS, {"formers": plan.formers})
        _take_back_entries(step, plan, changed=len(set(restored)) + len(plan.bibs), at=at, desk=desk)
        ImportFormer.objects.filter(step_id=step_id).delete()
        step.delete()
        cursor.execute(sql.DELETE_ITEMS, {"items": plan.items})
        cursor.execute(sql.DROP_IDENTIFIERS, {"bibs": plan.bibs})
        cursor.execute(sql.DROP_VERSIONS, {"bibs": plan.bibs})
        cursor.execute(sql.DROP_OPEN, {"bibs": plan.bibs})
        cursor.execute(sql.DROP_UNDONE_MERGES, {"bibs": plan.bibs})
        cursor.execute(sql.DELETE_BIBS, {"bibs": plan.bibs})
    ImportKept.objects.bulk_create(
        [
            ImportKept(
                batch_id=step.batch_id,
                of_item=kept.of_item,
                subject_id=kept.id,
                label=kept.label[:_LABEL],
                reason=kept.reason.value,
                detail=kept.detail,
            )
            for kept in plan.kept
        ],
        ignore_conflicts=True,
    )
    ImportBatch.objects.filter(id=step.batch_id).update(
        items_removed=F("items_removed") + len(plan.items),
        bibs_removed=F("bibs_removed") + len(plan.bibs),
        bibs_restored=F("bibs_restored") + len(set(restored)),
    )


def _facts(steps: Sequence[ImportStep], operator: Operator, *, lock: bool = False) -> StepFacts:
    """The rows of these steps as they are. With ``lock`` nobody can lend, hold or edit them until the end of the
    transaction: locked first, so that what others hang on them meanwhile is seen or fails.
    """
    hashes = {
        bib_id: bytes(digest) for step in steps for bib_id, digest in zip(step.bibs, step.bib_hashes, strict=True)
    }
    formers = list(
        ImportFormer.objects.filter(step_id__in=[step.id for step in steps])
        .order_by("step_id")
        .values_list("id", "bib_id", "before__content_hash", "after_hash")
    )
    items, bibs = Item.objects.order_by("id"), Bib.objects.order_by("id")
    if lock:
        items, bibs = items.select_for_update(), bibs.select_for_update()
    wanted = {*hashes, *(former[1] for former in formers)}
    now = {
        bib_id: (title, bytes(digest))
        for bib_id, title, digest in bibs.filter(id__in=wanted).values_list("id", "title", "content_hash")
    }
    item_rows = list(
        items.filter(id__in=[item_id for step in steps for item_id in step.items]).values_list(
            "id", "bib_id", "barcode", "version", "home_branch_id"
        )
    )
    used_items = referring(Item, [row[0] for row in item_rows])
    # What merges say stands in ``merged`` below: one that was undone holds nothing back.
    own = (Identifier, Item, ImportFormer, BibVersion, BibOpen, BibMerge)
    used_bibs = referring(Bib, list(hashes), ignore=own)
    merged = _merged(wanted)
    away = set(Bib.objects.filter(id__in=wanted, merged_into__isnull=False).values_list("id", flat=True))
    replaced = set(
        ImportFormer.objects.filter(bib_id__in=list(hashes))
        .exclude(step_id__in=[step.id for step in steps])
        .values_list("bib_id", flat=True)
    )
    allowed = {branch_id: may(operator, Act.IMPORT_RECORDS, branch_id) for branch_id in {row[4] for row in item_rows}}
    items_of: dict[int, set[int]] = {}
    for item_id, bib_id in Item.objects.filter(bib_id__in=list(hashes)).values_list("id", "bib_id"):
        items_of.setdefault(bib_id, set()).add(item_id)

    return StepFacts(
        items=[
            ItemFacts(item_id, bib_id, barcode, version, allowed[home_id], used_items.get(item_id, ""))
            for item_id, bib_id, barcode, version, home_id in item_rows
        ],
        added=[
            BibFacts(bib_id, digest, used_bibs.get(bib_id, ""), bib_id in replaced, bib_id in merged)
            for bib_id, digest in hashes.items()
            if bib_id in now
        ],
        changed=[
            ChangeFacts(former_id, bib_id, bytes.fromhex(before.removeprefix("\\x")), bytes(after), bib_id in away)
            for former_id, bib_id, before, after in formers
        ],
        now=now,
        items_of=items_of,
        later_variants=_later_variants(list(hashes)),
    )


def _merged(bib_ids: Collection[int]) -> set[int]:
    """Those of these bibs that are one with another."""
    merges = BibMerge.objects.filter(Q(kept__in=bib_ids) | Q(gone__in=bib_ids), undone_at=None)
    return {bib_id for pair in merges.values_list("kept_id", "gone_id") for bib_id in pair}


def _later_variants(bib_ids: list[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql.LATER_VARIANTS, {"bibs": bib_ids})
        for bib_id, other_id in cursor.fetchall():
            found.setdefault(bib_id, set()).add(other_id)
    return found


def _take_back_entries(step: ImportStep, plan: UndoPlan, *, changed: int, at: datetime, desk: Desk) -> None:
    """The figures lose what the import has given them: entries of the same kind with a negative measure."""

    def reversed_(earlier: RecordedEntry, quantity: int, details: Mapping[str, object]) -> Entry:
        return replace(
            earlier.entry,
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account_id,
            key=None,
            quantity=quantity,
            reverses_id=earlier.id,
            details=details,
        )

    earlier = get_entry(step.entry_id) if step.entry_id is not None else None
    if earlier is not None and changed:
        removed = len(plan.bibs)
        record(reversed_(earlier, -changed, {"removed": removed, "restored": changed - removed}))
    added = entries_about(kind=Kind.ITEM_ADDED, subject_kind="item", subject_ids=plan.items)
    record_many(
        reversed_(added[item_id], -added[item_id].entry.quantity, added[item_id].entry.details)
        for item_id in plan.items
        if item_id in added
    )
