"""How an item is changed: steps that verbs on one item and edits of many share."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from wenyuan.holdings.catalogue.data import CatalogueRefused, ItemChanges, Refusal
from wenyuan.holdings.catalogue.entries import item_entry
from wenyuan.holdings.catalogue.models import Bib, Item, ItemState, ItemType, Lendable
from wenyuan.holdings.catalogue.rules import LARGEST_PRICE_FEN, accession_fault, barcode_fault, is_uid
from wenyuan.kernel.callnumbers import shelf_key
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.queries import list_areas, network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import require
from wenyuan.plumbing.transactions import assert_in_verb

_TEXTS = {"call_no": 100, "volume": 60, "collection": 32, "source": 32}
_CONSTRAINTS = {
    "catalogue_item_barcode": (Refusal.BARCODE_TAKEN, "barcode"),
    "catalogue_item_accession": (Refusal.ACCESSION_NO_TAKEN, "accession_no"),
    "catalogue_item_uid": (Refusal.UID_TAKEN, "uid"),
}
_NAMES_IN_TABLE = {"item_type": "item_type_id"}

Changed = dict[str, list[object]]
"""What became other by an edit: for each column what it was and what it is, as the journal takes them."""


def change_item(
    item: Item, changes: ItemChanges, *, at: datetime, desk: Desk, details: Mapping[str, object] | None = None
) -> Changed:
    """Step: change what is given of an item that is locked. The journal's entry says it with ``details`` beside it.
    An item that leaves its branch leaves the area there.

    :raises NotAllowed: without the right to edit items at its new home branch.
    :raises CatalogueRefused: ITEM_WITHDRAWN, and for the values as ``operations.edit_item``.
    """
    assert_in_verb()
    values = fit_values(item, changes, desk=desk)
    before = {name: getattr(item, _NAMES_IN_TABLE.get(name, name)) for name in values}
    assign(item, values)
    changed = {
        name: [_plain(before[name]), _plain(getattr(item, _NAMES_IN_TABLE.get(name, name)))]
        for name in values
        if before[name] != getattr(item, _NAMES_IN_TABLE.get(name, name))
    }
    if changed:
        save_changed(item, desk, at, Kind.ITEM_CHANGED, {"changed": changed, **(details or {})})
    return changed


def fit_values(item: Item, changes: ItemChanges, *, desk: Desk) -> dict[str, Any]:
    """The values that ``change_item`` would give an item; nothing is written. :raises: as ``change_item``."""
    if item.state == ItemState.WITHDRAWN:
        raise CatalogueRefused(Refusal.ITEM_WITHDRAWN)
    values = {name: value.strip() if isinstance(value, str) else value for name, value in changes.given().items()}
    home_id = values.get("home_branch_id", item.home_branch_id)
    assert isinstance(home_id, int)
    require(desk.operator, Act.EDIT_ITEM, home_id)
    area_id = values.get("area_id", item.area_id)
    if home_id != item.home_branch_id and "area_id" not in values:
        values["area_id"] = area_id = None
    refuse_unfit({**values, "area_id": area_id}, home_id)
    return values


def change_lendable(
    item: Item, lendable: Lendable, *, at: datetime, desk: Desk, details: Mapping[str, object] | None = None
) -> Changed:
    """Step: say of an item that is locked whether it may be lent.

    :raises CatalogueRefused: ITEM_WITHDRAWN.
    """
    assert_in_verb()
    if item.state == ItemState.WITHDRAWN:
        raise CatalogueRefused(Refusal.ITEM_WITHDRAWN)
    if item.lendable == lendable:
        return {}
    changed: Changed = {"lendable": [str(item.lendable), lendable.value]}
    item.lendable, item.lendable_at = lendable, at
    save_changed(item, desk, at, Kind.ITEM_CHANGED, {"changed": changed, **(details or {})})
    return changed


def locked_item(item_id: int, desk: Desk, *, version: int | None = None) -> Item:
    """The item's row, locked; who may edit at the desk must also be allowed to at the item's home."""
    item = Item.objects.select_for_update().filter(id=item_id).first()
    if item is None:
        raise CatalogueRefused(Refusal.ITEM_UNKNOWN)
    require(desk.operator, Act.EDIT_ITEM, item.home_branch_id)
    if version is not None and item.version != version:
        raise CatalogueRefused(Refusal.ITEM_CHANGED_MEANWHILE)
    return item


def refuse_unfit(values: dict[str, Any], home_branch_id: int) -> None:
    """:raises CatalogueRefused: for the first value that cannot be what its column says."""
    if "barcode" in values and barcode_fault(values["barcode"]):
        raise CatalogueRefused(Refusal.BARCODE_INVALID, "barcode")
    if values.get("accession_no") and accession_fault(values["accession_no"]):
        raise CatalogueRefused(Refusal.ACCESSION_NO_INVALID, "accession_no")
    if values.get("uid") and not is_uid(values["uid"]):
        raise CatalogueRefused(Refusal.UID_INVALID, "uid")
    for name, longest in _TEXTS.items():
        if len(values.get(name, "")) > longest:
            raise CatalogueRefused(Refusal.TEXT_TOO_LONG, name)
    price = values.get("price_fen")
    if price is not None and not 0 <= price <= LARGEST_PRICE_FEN:
        raise CatalogueRefused(Refusal.PRICE_INVALID, "price_fen")
    branches = network_map().branches
    for name in ("home_branch_id", "owner_id"):
        if name in values and values[name] not in branches:
            raise CatalogueRefused(Refusal.BRANCH_UNKNOWN, name)
    area_id = values.get("area_id")
    if area_id is not None and area_id not in {area.id for area in list_areas(home_branch_id)}:
        raise CatalogueRefused(Refusal.AREA_ELSEWHERE, "area_id")
    if "item_type" in values and not ItemType.objects.filter(code=values["item_type"]).exists():
        raise CatalogueRefused(Refusal.ITEM_TYPE_UNKNOWN, "item_type")


def assign(item: Item, values: dict[str, Any]) -> None:
    """Give an item these values, by the names of ``ItemChanges``; nothing is saved."""
    for name, value in values.items():
        if name == "item_type":
            item.item_type = ItemType.objects.get(code=value)
        elif name in ("accession_no", "uid"):
            setattr(item, name, value or None)
        else:
            setattr(item, name, value)
    if "call_no" in values:
        item.call_key = shelf_key(item.call_no) if item.call_no else b""


def save_changed(item: Item, desk: Desk, at: datetime, kind: Kind, details: Mapping[str, object]) -> None:
    """Save an item with its next version, and say so in the journal. :raises CatalogueRefused: as ``save_item``."""
    item.version += 1
    item.changed_at = at
    save_item(item)
    bib = Bib.objects.only("id", "document_kind", "class_letter").get(id=item.bib_id)
    record(item_entry(kind, item, bib, desk=desk, at=at, details=details))


def save_item(item: Item) -> None:
    """:raises CatalogueRefused: where another item has the barcode, accession number or chip number."""
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint not in _CONSTRAINTS:
            raise
        raise CatalogueRefused(*_CONSTRAINTS[constraint]) from error


def _plain(value: object) -> object:
    """A value as the journal's details take it."""
    return value.isoformat() if isinstance(value, date) else value
