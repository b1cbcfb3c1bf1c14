"""What was taken over: items by their old keys, counts for the comparison, and what waits to be relabelled."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.importing.batches import DROPPED, READY, STAGED
from wenyuan.holdings.catalogue.models import Bib, ImportBatch
from wenyuan.holdings.catalogue.taking_over.tables import PastItem
from wenyuan.holdings.catalogue.taking_over.values import RelabelRow

PAGE_ROWS = 50


def past_items(*, system: str, keys: Collection[str]) -> dict[str, int]:
    """The ids of items by the old system's keys."""
    return dict(PastItem.objects.filter(system=system, key__in=keys).values_list("key", "item_id"))


def past_items_with_numbers(*, system: str, numbers: Collection[str]) -> dict[str, int]:
    """The ids of the old system's items by the numbers printed on them, former ones too; of a number that two of its
    items bear, none."""
    found: dict[str, set[int]] = {}
    theirs = PastItem.objects.filter(system=system)
    for number, item_id in (
        *theirs.filter(former_number__in=numbers).values_list("former_number", "item_id"),
        *theirs.filter(temporary="", item__barcode__in=numbers).values_list("item__barcode", "item_id"),
    ):
        found.setdefault(number, set()).add(item_id)
    return {number: min(ids) for number, ids in found.items() if len(ids) == 1}


def taking_over_since(*, system: str) -> datetime | None:
    """When records of the old system were loaded for the first time; nothing while none were."""
    loaded = ImportBatch.objects.filter(source=system).exclude(state__in=(STAGED, READY, DROPPED))
    return loaded.order_by("started_at").values_list("started_at", flat=True).first()


def past_bibs(*, system: str, keys: Collection[str]) -> dict[str, int]:
    """The ids of records by the old system's keys; of a key that several records have, none. A record that was merged
    since stands for the one that it leads to."""
    found: dict[str, set[int]] = {}
    rows = Bib.objects.filter(source=system, control_number__in=keys).annotate(one=Coalesce("merged_into_id", "id"))
    for key, bib_id in rows.values_list("control_number", "one"):
        found.setdefault(key, set()).add(bib_id)
    return {key: min(ids) for key, ids in found.items() if len(ids) == 1}


def count_past_bibs(*, system: str) -> int:
    """How many records came from the old system."""
    return Bib.objects.filter(source=system).count()


def count_past_items(*, system: str) -> dict[tuple[str, str], int]:
    """How many items were taken over, by the code of their home branch and their state now (``PastState``)."""
    with connection.cursor() as cursor:
        cursor.execute(sql.COUNT_PAST_ITEMS, {"system": system})
        return {(code, state): count for code, state, count in cursor.fetchall()}


def item_formerly(number: str, *, branch_id: int) -> int | None:
    """The id of the branch's item whose label still bears this number, which is another's; none where two bear it."""
    found = _to_relabel([branch_id]).filter(former_number=number).values_list("item_id", flat=True)[:2]
    return found[0] if len(found) == 1 else None


def items_formerly(number: str) -> tuple[int, ...]:
    """The ids of the items, wherever, whose label still bears this number, which is another's."""
    found = _to_relabel(None).filter(former_number=number).order_by("id")
    return tuple(found.values_list("item_id", flat=True)[:PAGE_ROWS])


def count_to_relabel(*, branch_ids: Collection[int] | None = None) -> int:
    """How many items of these branches, or of all, wait for a new label."""
    return _to_relabel(branch_ids).count()


def list_to_relabel(
    *, branch_ids: Collection[int] | None = None, after: int = 0, size: int = PAGE_ROWS
) -> tuple[RelabelRow, ...]:
    """Items that wait for a new label, of these branches or of all, in the order in which they came in."""
    rows = _to_relabel(branch_ids).filter(id__gt=after)
    columns = ("id", "item_id", "item__bib_id", "item__bib__title", "item__call_no", "temporary", "former_number")
    return tuple(RelabelRow(*row) for row in rows.order_by("id").values_list(*columns, "branch_id", "system")[:size])


def _to_relabel(branch_ids: Collection[int] | None) -> "QuerySet[PastItem]":
    rows = PastItem.objects.exclude(temporary="").filter(item__barcode=F("temporary"))
    return rows if branch_ids is None else rows.filter(branch_id__in=branch_ids)
