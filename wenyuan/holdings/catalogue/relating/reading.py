"""Reads of what stands beside a record."""

from typing import Final

from django.db import connection

from wenyuan.holdings.catalogue.models import Bib, Item, ItemState
from wenyuan.holdings.catalogue.relating import sql
from wenyuan.holdings.catalogue.relating.values import Relation, ShelfPlace, ShelfStretch
from wenyuan.kernel.headings import HeadingKind
from wenyuan.kernel.marc import Description, Dialect, describe, from_storage

LOOKED_AT: Final = 200
"""Items to either side that are looked at for a stretch of shelf: a periodical, or other areas, may fill it alone."""
_KINDS: Final = {
    Relation.AUTHOR: [HeadingKind.PERSON.value, HeadingKind.BODY.value],
    Relation.SERIES: [HeadingKind.SERIES.value],
}


def description_of(bib_id: int) -> Description | None:
    """What the record of a bib says in full; nothing for an unknown one."""
    stored = Bib.objects.filter(id=bib_id).values_list("marc", "dialect").first()
    return describe(from_storage(bytes(stored[0])), dialect=Dialect(stored[1])) if stored else None


def bibs_beside(bib_id: int, relation: Relation, *, size: int) -> tuple[int, ...]:
    """The records that belong to one so: of its authors and series the latest first, of its title by volume."""
    statement = sql.SAME_TITLE if relation is Relation.TITLE else sql.RELATED
    with connection.cursor() as cursor:
        cursor.execute(statement, {"bib": bib_id, "kinds": _KINDS.get(relation, []), "count": size})
        return tuple(other_id for (other_id,) in cursor.fetchall())


def shelf_around(item_id: int, *, before: int, after: int) -> ShelfStretch | None:
    """At most so many works to the left and to the right of an item, on the shelf of its home branch and area. Nothing
    for an item without a call number, a withdrawn one or none."""
    item = Item.objects.exclude(call_key=b"").exclude(state=ItemState.WITHDRAWN).filter(id=item_id).first()
    if item is None:
        return None
    left, right = _works(sql.SHELF_BACK, item, before), _works(sql.SHELF_ONWARD, item, after)
    own = ShelfPlace(item.bib_id, item.id, item.call_no)
    return ShelfStretch(
        branch_id=item.home_branch_id,
        area_id=item.area_id,
        places=(*reversed(left[:before]), own, *right[:after]),
        at=len(left[:before]),
        is_begin=len(left) <= before,
        is_end=len(right) <= after,
    )


def _works(statement: str, item: Item, most: int) -> list[ShelfPlace]:
    """The next works in one direction, one more than wanted where there is one; what stands together counts once."""
    at: dict[str, int | bytes] = {
        "branch": item.home_branch_id,
        "key": bytes(item.call_key),
        "item": item.id,
        "count": LOOKED_AT,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, at)
        rows = cursor.fetchall()
    found: list[ShelfPlace] = []
    last = item.bib_id
    for standing_id, bib_id, call_no, area_id in rows:
        if area_id != item.area_id or bib_id in (last, item.bib_id):
            continue
        found.append(ShelfPlace(bib_id, standing_id, call_no))
        if len(found) > most:
            break
        last = bib_id
    return found
