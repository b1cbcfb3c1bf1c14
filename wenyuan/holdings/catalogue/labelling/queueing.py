"""Verbs on the queue of labels: put in, taken out, printed; and what waits."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Count, Exists, OuterRef, QuerySet

from wenyuan.holdings.catalogue.import_models import ImportStep
from wenyuan.holdings.catalogue.labelling.tables import LabelKind, LabelRun, LabelSheet, LabelWaiting
from wenyuan.holdings.catalogue.labelling.values import LabelFacts, LabelRefusal, LabelRefused, LabelRunView, Queued
from wenyuan.holdings.catalogue.models import Item, ItemState
from wenyuan.holdings.catalogue.shelving.groups import list_shelf_groups
from wenyuan.kernel.callnumbers import DEFAULT_BREAKS, parse_call_number, shelf_key
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import assert_in_verb, verb

OF_ITEMS: Final = (LabelKind.SPINE, LabelKind.BARCODE, LabelKind.COVER)
MOST_AT_ONCE: Final = 10_000
"""Items that are put into the queue at once."""
PORTION: Final = 420
"""Labels that are printed in one go."""


@needs(Act.EDIT_ITEM)
@verb
def queue_labels(*, item_ids: Sequence[int], kinds: Collection[str], at: datetime, desk: Desk) -> Queued:
    """Put labels of items into the queue of the desk's branch, in the order given; one that waits already waits once.

    :raises NotAllowed: without the right to edit items at the desk.
    :raises LabelRefused: NOTHING_CHOSEN, KIND_UNKNOWN, TOO_MANY.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    return put_into_queue(item_ids, kinds, at=at, desk=desk)


def put_into_queue(item_ids: Sequence[int], kinds: Collection[str], *, at: datetime, desk: Desk) -> Queued:
    """Step: what ``queue_labels`` does. :raises LabelRefused: as there."""
    assert_in_verb()
    wanted = list(dict.fromkeys(item_ids))
    if not wanted or not kinds:
        raise LabelRefused(LabelRefusal.NOTHING_CHOSEN)
    if not set(kinds) <= set(OF_ITEMS):
        raise LabelRefused(LabelRefusal.KIND_UNKNOWN)
    if len(wanted) > MOST_AT_ONCE:
        raise LabelRefused(LabelRefusal.TOO_MANY)
    there = set(Item.objects.filter(id__in=wanted).exclude(state=ItemState.WITHDRAWN).values_list("id", flat=True))
    added = {}
    for kind in sorted(kinds):
        waiting = LabelWaiting.objects.filter(branch_id=desk.branch_id, kind=kind, run=None)
        before = waiting.count()
        rows = [
            LabelWaiting(branch_id=desk.branch_id, kind=kind, item_id=item_id, added_at=at)
            for item_id in wanted
            if item_id in there
        ]
        LabelWaiting.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
        added[kind] = waiting.count() - before
    return Queued(added, len(wanted) - len(there))


@needs(Act.EDIT_ITEM)
@verb
def drop_labels(*, entry_ids: Collection[int], at: datetime, desk: Desk) -> int:
    """Take labels that wait at the desk's branch out of the queue; how many.

    :raises NotAllowed: without the right to edit items at the desk.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    gone, _by_table = LabelWaiting.objects.filter(branch_id=desk.branch_id, id__in=entry_ids, run=None).delete()
    return gone


@needs(Act.EDIT_ITEM)
@verb
def mark_labels_printed(*, entry_ids: Collection[int], sheet_id: int, at: datetime, desk: Desk) -> int:
    """Take what came out of the printer from the queue as one run, which can be printed again; the run's id.

    Of two who mark the same labels the second is told that nothing waits.

    :raises NotAllowed: without the right to edit items at the desk.
    :raises LabelRefused: SHEET_UNKNOWN, NOTHING_WAITS.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    sheet = LabelSheet.objects.filter(id=sheet_id).first()
    if sheet is None:
        raise LabelRefused(LabelRefusal.SHEET_UNKNOWN)
    waiting = LabelWaiting.objects.filter(branch_id=desk.branch_id, kind=sheet.kind, id__in=entry_ids, run=None)
    ids = list(waiting.select_for_update().order_by("id").values_list("id", flat=True))
    if not ids:
        raise LabelRefused(LabelRefusal.NOTHING_WAITS)
    run = LabelRun.objects.create(
        branch_id=desk.branch_id,
        sheet=sheet,
        kind=sheet.kind,
        count=len(ids),
        printed_at=at,
        printed_by_id=desk.operator.account,
    )
    LabelWaiting.objects.filter(id__in=ids).update(run=run)
    return run.id


def count_labels(branch_id: int) -> dict[str, int]:
    """How many labels of each kind wait at a branch."""
    waiting = _waiting(branch_id).values_list("kind")
    return dict(waiting.annotate(count=Count("id")).order_by("kind"))


def labels_waiting(branch_id: int, kind: str, *, size: int = PORTION) -> tuple[LabelFacts, ...]:
    """The next labels of a kind at a branch, in the order they were put in."""
    rows = _waiting(branch_id).filter(kind=kind).order_by("id")[:size]
    return _facts([(row.id, row.item_id) for row in rows])


def labels_of_run(run_id: int) -> tuple[LabelFacts, ...]:
    """The labels of a run, with what stands on them now."""
    rows = LabelWaiting.objects.filter(run_id=run_id).order_by("id")
    return _facts([(row.id, row.item_id) for row in rows])


def list_label_runs(branch_id: int, *, size: int = 20) -> tuple[LabelRunView, ...]:
    """The latest runs of a branch."""
    return tuple(map(_run_view, LabelRun.objects.filter(branch_id=branch_id).order_by("-id")[:size]))


def get_label_run(run_id: int) -> LabelRunView | None:
    """A run, or nothing."""
    row = LabelRun.objects.filter(id=run_id).first()
    return None if row is None else _run_view(row)


def items_with_barcodes(barcodes: Collection[str]) -> dict[str, int]:
    """The ids of items by barcode, in the order of the barcodes; unknown ones are left out."""
    found = dict(Item.objects.filter(barcode__in=barcodes).values_list("barcode", "id"))
    return {barcode: found[barcode] for barcode in barcodes if barcode in found}


def items_on_shelf(branch_id: int, first: str, last: str, *, most: int = MOST_AT_ONCE) -> tuple[int, ...]:
    """The items of a branch from one call number to another in shelf order, whatever stands behind the last of its
    book number (volumes, copies) included; an empty end does not narrow."""
    rows = Item.objects.filter(home_branch_id=branch_id).exclude(call_no="").exclude(state=ItemState.WITHDRAWN)
    if first:
        rows = rows.filter(call_key__gte=shelf_key(first))
    if last:
        rows = rows.filter(call_key__lt=shelf_key(last) + b"\xff")
    return tuple(rows.order_by("call_key", "id").values_list("id", flat=True)[:most])


def items_of_import(batch_id: int, *, most: int = MOST_AT_ONCE) -> tuple[int, ...]:
    """The items that an import added, in its order."""
    steps = ImportStep.objects.filter(batch_id=batch_id).order_by("id").values_list("items", flat=True)
    return tuple([item_id for items in steps for item_id in items][:most])


def _waiting(branch_id: int) -> QuerySet[LabelWaiting]:
    """What waits at a branch of items that are still there."""
    there = Exists(Item.objects.filter(id=OuterRef("item_id")))
    return LabelWaiting.objects.filter(there, branch_id=branch_id, run=None)


def _facts(entries: Sequence[tuple[int, int]]) -> tuple[LabelFacts, ...]:
    items = Item.objects.filter(id__in=[item_id for _entry, item_id in entries]).select_related("bib")
    known = {item.id: item for item in items.defer("bib__marc")}
    breaks = {group.prefix: group.breaks for group in reversed(list_shelf_groups())}
    return tuple(_label(entry_id, known[item_id], breaks) for entry_id, item_id in entries if item_id in known)


def _label(entry_id: int, item: Item, breaks: dict[str, str]) -> LabelFacts:
    prefix = parse_call_number(item.call_no).prefix
    return LabelFacts(
        entry_id=entry_id,
        item_id=item.id,
        barcode=item.barcode,
        accession_no=item.accession_no or "",
        call_no=item.call_no,
        title=" ".join(_parts((item.bib.title, item.volume or item.bib.volume))),
        home_branch_id=item.home_branch_id,
        breaks=breaks.get(prefix, breaks.get("", DEFAULT_BREAKS)),
    )


def _parts(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text]


def _run_view(row: LabelRun) -> LabelRunView:
    return LabelRunView(row.id, row.branch_id, row.sheet_id, row.kind, row.count, row.printed_at, row.printed_by_id)
