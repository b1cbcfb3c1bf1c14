"""A merge undone: two records again, each with what was its own and has not moved on since."""

from collections.abc import Iterable
from datetime import datetime

from wenyuan.holdings.catalogue import seams
from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.merging.joining import (
    ROOM,
    audit_merge,
    entry_of_parting,
    locked_bibs,
    put_items,
    state_of,
)
from wenyuan.holdings.catalogue.merging.values import BibMoved, Parting, Stayed, StayReason
from wenyuan.holdings.catalogue.models import Bib, BibMerge, BibMergeRow, IndexWaiting, Item
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb


@needs(Act.EDIT_RECORDS)
@verb
def undo_bib_merge(*, merge_id: int, at: datetime, desk: Desk) -> tuple[Stayed, ...]:
    """Make two records of one again: what the merge moved goes back, unless it has moved on since; that stays, is
    returned, and kept with the merge. Loans do not bind an item: wherever it is, it is an item of its record.

    Undone already, it answers what had stayed.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises CatalogueRefused: MERGE_UNKNOWN; MERGE_NOT_LAST, where the record that stayed has been merged since: that is
        undone first.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    found = BibMerge.objects.filter(id=merge_id).first()
    if found is None:
        raise CatalogueRefused(Refusal.MERGE_UNKNOWN)
    bibs = locked_bibs((found.kept_id, found.gone_id))
    merge = BibMerge.objects.get(id=merge_id)
    rows = list(BibMergeRow.objects.filter(merge=merge).order_by("id"))
    if merge.undone_at is not None:
        return tuple(Stayed(row.room, row.what, row.row_id, StayReason(row.stays)) for row in rows if row.stays)
    kept, gone = bibs[merge.kept_id], bibs[merge.gone_id]
    if kept.merged_into_id is not None:
        raise CatalogueRefused(Refusal.MERGE_NOT_LAST)
    seams.lock_rows(sorted(bibs))
    moved = [(row.room, BibMoved(row.what, row.row_id, row.state)) for row in rows]
    own = [row for room, row in moved if room == ROOM]
    above = [pair for pair in moved if pair[0] != ROOM]
    back, stayed = _items_back(own, above, kept.id)
    put_items(back, gone.id, at)
    Bib.objects.filter(id=gone.id).update(merged_into_id=None)
    stayed += _redirect_back(own, gone.id, kept.id)
    parting = Parting(gone_id=gone.id, kept_id=kept.id, moved=(), item_ids=frozenset(back), at=at)
    stayed += seams.move_all_back(above, parting)
    _keep_reasons(rows, stayed)
    IndexWaiting.objects.create(bib_id=kept.id)
    merge.undone_at, merge.undone_by_id = at, desk.operator.account_id
    merge.save(update_fields=["undone_at", "undone_by"])
    record(entry_of_parting(merge, kept, rows=len(rows) - len(stayed), at=at, desk=desk))
    audit_merge("undo_record_merge", merge, at=at, desk=desk)
    return tuple(stayed)


def _items_back(
    own: Iterable[BibMoved], above: list[tuple[str, BibMoved]], kept_id: int
) -> tuple[list[int], list[Stayed]]:
    """The items that go back, locked; and those that stay."""
    states = {row.row_id: row.state for row in own if row.what == "item"}
    items = {one.id: one for one in Item.objects.select_for_update(no_key=True).filter(id__in=states).order_by("id")}
    bound = seams.items_bound(sorted(items), above)
    back, stayed = [], []
    for item_id, state in states.items():
        item = items.get(item_id)
        if item is None or item.bib_id != kept_id:
            stayed.append(Stayed(ROOM, "item", item_id, StayReason.ELSEWHERE))
        elif state_of(item) != state:
            stayed.append(Stayed(ROOM, "item", item_id, StayReason.ITEM_CHANGED))
        elif item_id in bound:
            stayed.append(Stayed(ROOM, "item", item_id, StayReason.ITEM_HELD))
        else:
            back.append(item_id)
    return back, stayed


def _redirect_back(own: Iterable[BibMoved], gone_id: int, kept_id: int) -> list[Stayed]:
    """Records that had led to the one that went lead to it again."""
    wanted = [row.row_id for row in own if row.what == "redirect"]
    back = set(Bib.objects.filter(id__in=wanted, merged_into_id=kept_id).values_list("id", flat=True))
    Bib.objects.filter(id__in=back).update(merged_into_id=gone_id)
    return [Stayed(ROOM, "redirect", bib_id, StayReason.ELSEWHERE) for bib_id in wanted if bib_id not in back]


def _keep_reasons(rows: Iterable[BibMergeRow], stayed: Iterable[Stayed]) -> None:
    reasons = {(one.room, one.what, one.row_id): one.reason for one in stayed}
    left = []
    for row in rows:
        if (row.room, row.what, row.row_id) in reasons:
            row.stays = reasons[row.room, row.what, row.row_id].value
            left.append(row)
    BibMergeRow.objects.bulk_update(left, ["stays"], batch_size=500)
