"""Reads of items: one by its number or id, those of a record, a shelf."""

from collections.abc import Collection, Iterator, Sequence

from django.db import connection
from django.db.models import QuerySet

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import ItemPrice, ItemsAlike, ItemTypeView, ItemView, ShelfPage
from wenyuan.holdings.catalogue.models import Item, ItemState
from wenyuan.holdings.catalogue.taking_over.reading import item_formerly

PAGE = 20


def get_item(barcode: str) -> ItemView | None:
    """The item with exactly this barcode, or nothing."""
    return next(_items(Item.objects.filter(barcode=barcode.strip())), None)


def item_scanned_at(number: str, *, branch_id: int, returning: bool = False) -> ItemView | None:
    """The item that a branch means by this number: its own that was taken over and still bears it as a former one, else
    the item with this barcode. Where the barcode's item is at home at the branch, it is that one.

    Of the two, what comes back (``returning``) is the one that is on loan, and what is lent the one that is not.
    """
    barcode = number.strip()
    found = get_item(barcode)
    if found is not None and found.home_branch_id == branch_id:
        return found
    former = item_formerly(barcode, branch_id=branch_id)
    own = get_item_by_id(former) if former is not None else None
    if own is None or found is None:
        return own or found
    own_fits, other_fits = ((one.state == ItemState.ON_LOAN) is returning for one in (own, found))
    return found if other_fits and not own_fits else own


def get_item_by_id(item_id: int) -> ItemView | None:
    """The item with this id, or nothing."""
    return next(_items(Item.objects.filter(id=item_id)), None)


def items_of_bib(bib_id: int) -> tuple[ItemView, ...]:
    """The items of a bib, withdrawn ones last, by home branch, shelf and barcode."""
    rows = Item.objects.filter(bib_id=bib_id).order_by("home_branch_id", "call_key", "barcode")
    return tuple(sorted(_items(rows), key=lambda item: item.state == ItemState.WITHDRAWN))


def items_alike(bib_ids: Sequence[int]) -> dict[int, tuple[ItemsAlike, ...]]:
    """The items of each of these bibs that are not withdrawn, gathered where they stand alike, in no order; a bib
    without items too."""
    held: dict[int, tuple[ItemsAlike, ...]] = dict.fromkeys(bib_ids, ())
    if not held:
        return held
    with connection.cursor() as cursor:
        cursor.execute(sql.ITEMS_ALIKE, {"bibs": list(held)})
        for bib_id, state, condition, lendable, home, present, ids in cursor.fetchall():
            held[bib_id] = (*held[bib_id], ItemsAlike(state, condition, lendable, home, present, tuple(ids)))
    return held


def get_items(item_ids: Sequence[int]) -> dict[int, ItemView]:
    """These items by id, in one statement; an id that is none is left out."""
    return {item.id: item for item in _items(Item.objects.filter(id__in=item_ids))}


def bibs_of_items(item_ids: Collection[int]) -> dict[int, int]:
    """The bib of each of these items."""
    return dict(Item.objects.filter(id__in=item_ids).values_list("id", "bib_id"))


def list_shelf(*, branch_id: int, after: tuple[str, int] | None = None, size: int = PAGE) -> ShelfPage:
    """A branch's items in shelf order (withdrawn ones left out); ``after`` is that of the page before."""
    rows = Item.objects.filter(home_branch_id=branch_id).exclude(state=ItemState.WITHDRAWN)
    if after is not None:
        rows = rows.extra(
            where=["(call_key, catalogue_item.id) > (%s, %s)"], params=[bytes.fromhex(after[0]), after[1]]
        )
    found = list(rows.order_by("call_key", "id").select_related("item_type")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return ShelfPage(
        tuple(map(_item_view, found[:size])), (bytes(last.call_key).hex(), last.id) if last is not None else None
    )


def list_item_types() -> tuple[ItemTypeView, ...]:
    """The item types in the order they were made."""
    with connection.cursor() as cursor:
        cursor.execute(sql.ITEM_TYPES)
        return tuple(ItemTypeView(*row) for row in cursor.fetchall())


def price_of_item(item_id: int) -> ItemPrice:
    """What an item counts with where money is asked for it; it must be there."""
    own, default = Item.objects.values_list("price_fen", "item_type__default_price_fen").get(id=item_id)
    return ItemPrice(default if own is None else own, is_default=own is None)


def _items(rows: QuerySet[Item]) -> Iterator[ItemView]:
    return map(_item_view, rows.select_related("item_type"))


def _item_view(item: Item) -> ItemView:
    names = (name for name in ItemView.__dataclass_fields__ if name != "item_type")
    return ItemView(item_type=item.item_type.code, **{name: getattr(item, name) for name in names})
