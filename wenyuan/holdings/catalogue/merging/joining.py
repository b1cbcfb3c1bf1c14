"""合并: of two records of one document one stays, with all that hung on both; the other leads to it from then on.

Everything is moved in one transaction, here and in the rooms above (``seams.BibUser``), and which rows these
were is kept, so that an undo moves back exactly them. Nothing that has happened is written anew: the journal and its
figures stay as they are.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F

from wenyuan.holdings.catalogue import seams, sql
from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.merging.rules import item_state
from wenyuan.holdings.catalogue.merging.values import MOST_MOVED, BibMoved
from wenyuan.holdings.catalogue.models import (
    Bib,
    BibMerge,
    BibMergeRow,
    BibOpen,
    BibsApart,
    IndexWaiting,
    Item,
    ItemState,
)
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

ROOM = "catalogue"


@needs(Act.EDIT_RECORDS)
@verb
def merge_bibs(*, kept_id: int, gone_id: int, kept_version: int, gone_version: int, at: datetime, desk: Desk) -> int:
    """Make one record of two: items, holds and whatever rooms above keep of ``gone_id`` move to ``kept_id``, whose MARC
    stays as it is. Returns the merge's id.

    The record that went stays as a redirect: nobody finds it any more, and who asks for it is led to the other. The
    versions are those that the cataloguer saw. Records belong to the whole network, and their items with them, so the
    right at the desk's branch is enough.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises CatalogueRefused: MERGE_ITSELF, BIB_UNKNOWN, RECORD_MERGED (either of them is merged already),
        RECORD_CHANGED_MEANWHILE, MERGE_TOO_LARGE.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    if kept_id == gone_id:
        raise CatalogueRefused(Refusal.MERGE_ITSELF)
    seen = {kept_id: kept_version, gone_id: gone_version}
    bibs = locked_bibs(seen)
    if any(bib.merged_into_id is not None for bib in bibs.values()):
        raise CatalogueRefused(Refusal.RECORD_MERGED)
    if any(bib.version != seen[bib.id] for bib in bibs.values()):
        raise CatalogueRefused(Refusal.RECORD_CHANGED_MEANWHILE)
    seams.lock_rows(sorted(bibs))
    items = list(Item.objects.select_for_update(no_key=True).filter(bib_id=gone_id).order_by("id")[: MOST_MOVED + 1])
    if len(items) > MOST_MOVED:
        raise CatalogueRefused(Refusal.MERGE_TOO_LARGE)
    merge = BibMerge.objects.create(
        kept_id=kept_id, gone_id=gone_id, branch_id=desk.branch_id, merged_at=at, merged_by_id=desk.operator.account_id
    )
    above = seams.move_all(gone_id, kept_id, at, desk)
    own = [*_move_items(items, kept_id, at), *_redirect(gone_id, kept_id)]
    BibMergeRow.objects.bulk_create(
        (
            BibMergeRow(merge=merge, room=room, what=row.what, row_id=row.row_id, state=row.state)
            for room, row in (*((ROOM, row) for row in own), *above)
        ),
        batch_size=1000,
    )
    BibOpen.objects.filter(bib_id=gone_id).delete()
    # Only the record that went is touched: that the other is found by its numbers as well is told here.
    IndexWaiting.objects.create(bib_id=kept_id)
    record(_entry(Kind.RECORDS_MERGED, merge, bibs[kept_id], rows=len(own) + len(above), at=at, desk=desk))
    audit_merge("merge_records", merge, at=at, desk=desk)
    return merge.id


@needs(Act.EDIT_RECORDS)
@verb
def keep_bibs_apart(*, first_id: int, second_id: int, at: datetime, desk: Desk) -> None:
    """Note that two records that are alike are of two documents: they are not proposed again. Said again, nothing.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises CatalogueRefused: BIB_UNKNOWN, MERGE_ITSELF.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    if first_id == second_id:
        raise CatalogueRefused(Refusal.MERGE_ITSELF)
    pair = sorted((first_id, second_id))
    if Bib.objects.filter(id__in=pair).count() < 2:
        raise CatalogueRefused(Refusal.BIB_UNKNOWN)
    values = {"at": at, "by_id": desk.operator.account_id}
    _, made = BibsApart.objects.get_or_create(first_id=pair[0], second_id=pair[1], defaults=values)
    if made:
        audit(
            at=at, desk=desk, act="keep_records_apart", subject_kind="bib", subject_id=pair[0], after={"other": pair[1]}
        )


def locked_bibs(bib_ids: Iterable[int]) -> dict[int, Bib]:
    """The records, locked by their ids before whatever hangs on them, so that nobody hangs anything on them meanwhile.

    Behind the lock of imports: a chunk that is being written has already decided with which records its items stand.

    :raises CatalogueRefused: BIB_UNKNOWN.
    """
    wanted = sorted(bib_ids)
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_CHUNK_LOCK, {"lock": sql.IMPORT_LOCK})
    found = {bib.id: bib for bib in Bib.objects.select_for_update().filter(id__in=wanted).order_by("id")}
    if len(found) < len(wanted):
        raise CatalogueRefused(Refusal.BIB_UNKNOWN)
    return found


def state_of(item: Item) -> str:
    """How an item is described; ``parting`` compares it."""
    return item_state(
        (
            item.barcode,
            item.accession_no,
            item.item_type_id,
            item.owner_id,
            item.home_branch_id,
            item.call_no,
            item.volume,
            item.collection,
            item.state == ItemState.WITHDRAWN,
        )
    )


def put_items(item_ids: Sequence[int], bib_id: int, at: datetime) -> None:
    """Step: let items stand with another record. Their versions grow: who lends or edits one meanwhile looks again."""
    Item.objects.filter(id__in=item_ids).update(bib_id=bib_id, version=F("version") + 1, changed_at=at)


def entry_of_parting(merge: BibMerge, kept: Bib, *, rows: int, at: datetime, desk: Desk) -> Entry:
    """What the journal says of a merge that is undone."""
    return _entry(Kind.RECORDS_PARTED, merge, kept, rows=rows, at=at, desk=desk)


def audit_merge(act: str, merge: BibMerge, *, at: datetime, desk: Desk) -> None:
    """One row for each of the two records."""
    for bib_id in (merge.kept_id, merge.gone_id):
        after = {"merge": merge.id, "kept": merge.kept_id, "gone": merge.gone_id}
        audit(at=at, desk=desk, act=act, subject_kind="bib", subject_id=bib_id, after=after)


def _move_items(items: Sequence[Item], kept_id: int, at: datetime) -> list[BibMoved]:
    put_items([item.id for item in items], kept_id, at)
    return [BibMoved("item", item.id, state_of(item)) for item in items]


def _redirect(gone_id: int, kept_id: int) -> list[BibMoved]:
    """The record leads to the other now, and so do those that led to it: every redirect is one step."""
    led = list(Bib.objects.filter(merged_into_id=gone_id).order_by("id").values_list("id", flat=True))
    Bib.objects.filter(id__in=[gone_id, *led]).update(merged_into_id=kept_id)
    return [BibMoved("redirect", bib_id) for bib_id in led]


def _entry(kind: Kind, merge: BibMerge, kept: Bib, *, rows: int, at: datetime, desk: Desk) -> Entry:
    return Entry(
        kind=kind,
        occurred_at=at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=desk.branch_id,
        area_id=desk.area_id,
        service_point_id=desk.service_point_id,
        document_kind=kept.document_kind,
        class_letter=kept.class_letter,
        subject_kind="bib",
        subject_id=kept.id,
        details={"merge": merge.id, "gone": merge.gone_id, "rows": rows},
    )
