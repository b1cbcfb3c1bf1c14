"""Verbs on items, records and imports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.authorities.deciding import decide_heading
from wenyuan.holdings.catalogue.authorities.following import follow_headings
from wenyuan.holdings.catalogue.authorities.keeping import bring_to_heading, keep_authority, merge_authorities
from wenyuan.holdings.catalogue.authorities.updating import update_next
from wenyuan.holdings.catalogue.copying.targets import drop_copy_target, keep_copy_target
from wenyuan.holdings.catalogue.data import CatalogueRefused, ItemChanges, Refusal
from wenyuan.holdings.catalogue.defaults import install_default_rows
from wenyuan.holdings.catalogue.editing.duplicates import DuplicatesFound
from wenyuan.holdings.catalogue.editing.presence import leave_record, open_record
from wenyuan.holdings.catalogue.editing.saving import RecordRefused, add_bib, edit_bib, restore_version
from wenyuan.holdings.catalogue.entries import item_entry
from wenyuan.holdings.catalogue.harvesting.stamping import stamp_changes
from wenyuan.holdings.catalogue.importing.batches import (
    drop_batch,
    load_batch,
    open_batch,
    restage_batch,
    run_batch,
)
from wenyuan.holdings.catalogue.importing.looking import look_through
from wenyuan.holdings.catalogue.importing.mappings import keep_mapping
from wenyuan.holdings.catalogue.importing.overlays import keep_overlay
from wenyuan.holdings.catalogue.importing.undoing import begin_undoing, undo_batch
from wenyuan.holdings.catalogue.labelling.queueing import drop_labels, mark_labels_printed, queue_labels
from wenyuan.holdings.catalogue.labelling.sheets import keep_label_sheet
from wenyuan.holdings.catalogue.merging.joining import keep_bibs_apart, merge_bibs
from wenyuan.holdings.catalogue.merging.parting import undo_bib_merge
from wenyuan.holdings.catalogue.models import Bib, Item, ItemState, ItemType, Lendable
from wenyuan.holdings.catalogue.rules import LARGEST_PRICE_FEN, accession_fault, barcode_fault, is_uid
from wenyuan.holdings.catalogue.searching.indexing import TURN_ROWS, Indexer, ask_anew
from wenyuan.holdings.catalogue.shelving.author_tables import keep_author_table
from wenyuan.holdings.catalogue.shelving.class_tables import keep_class_table
from wenyuan.holdings.catalogue.shelving.groups import keep_shelf_group
from wenyuan.holdings.catalogue.shelving.numbering import assign_call_number, give_back_number, propose_call_number
from wenyuan.holdings.catalogue.stock.receipts import correct_receipt, get_receipt, record_receipt, register_items
from wenyuan.holdings.catalogue.tabling import ask_for_table, finish_table, forget_old_tables
from wenyuan.holdings.catalogue.taking_over.bibs import look_at_past_bibs, record_past_bibs
from wenyuan.holdings.catalogue.taking_over.recording import look_at_past_items, record_past_items
from wenyuan.holdings.catalogue.taking_over.relabelling import keep_temporary_number
from wenyuan.kernel.callnumbers import shelf_key
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.queries import list_areas, network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import assert_in_verb, verb

__all__ = [
    "TURN_ROWS",
    "DuplicatesFound",
    "Indexer",
    "ItemChanged",
    "Lendable",
    "RecordRefused",
    "add_bib",
    "add_item",
    "add_items",
    "ask_anew",
    "ask_for_table",
    "assign_call_number",
    "begin_undoing",
    "bring_to_heading",
    "change_state",
    "correct_receipt",
    "decide_heading",
    "drop_batch",
    "drop_copy_target",
    "drop_labels",
    "edit_bib",
    "edit_item",
    "finish_table",
    "follow_headings",
    "forget_old_tables",
    "give_back_number",
    "install_defaults",
    "keep_author_table",
    "keep_authority",
    "keep_bibs_apart",
    "keep_class_table",
    "keep_copy_target",
    "keep_label_sheet",
    "keep_mapping",
    "keep_overlay",
    "keep_shelf_group",
    "keep_temporary_number",
    "leave_record",
    "load_batch",
    "look_at_past_bibs",
    "look_at_past_items",
    "look_through",
    "mark_labels_printed",
    "merge_authorities",
    "merge_bibs",
    "open_batch",
    "open_record",
    "propose_call_number",
    "queue_labels",
    "record_past_bibs",
    "record_past_items",
    "record_receipt",
    "restage_batch",
    "restore_version",
    "run_batch",
    "set_lendable",
    "stamp_changes",
    "undo_batch",
    "undo_bib_merge",
    "update_next",
    "withdraw_item",
]

MOST_ITEMS = 500
"""Items that are made at once."""

_TEXTS = {"call_no": 100, "volume": 60, "collection": 32, "source": 32}
_CONSTRAINTS = {
    "catalogue_item_barcode": (Refusal.BARCODE_TAKEN, "barcode"),
    "catalogue_item_accession": (Refusal.ACCESSION_NO_TAKEN, "accession_no"),
    "catalogue_item_uid": (Refusal.UID_TAKEN, "uid"),
}
_NAMES_IN_TABLE = {"item_type": "item_type_id"}
_SHELVED = frozenset({ItemState.AVAILABLE, ItemState.IN_PROCESS})


@dataclass(frozen=True, slots=True)
class ItemChanged:
    """What a verb on an item answers: the item's id and its version now."""

    id: int
    version: int


@needs()
@verb
def install_defaults() -> None:
    """Add the item types and import mappings that every installation begins with; what is there is left alone."""
    install_default_rows()


@needs(Act.EDIT_ITEM)
@verb
def add_item(
    *,
    bib_id: int,
    barcode: str,
    at: datetime,
    desk: Desk,
    home_branch_id: int | None = None,
    owner_id: int | None = None,
    area_id: int | None = None,
    item_type: str = "book",
    accession_no: str | None = None,
    call_no: str = "",
    volume: str = "",
    collection: str = "",
    source: str = "",
    price_fen: int | None = None,
    uid: str | None = None,
    acquired_date: date | None = None,
    in_process: bool = False,
) -> ItemChanged:
    """Put one item of a bib on the shelf (or, ``in_process``, on the cataloguer's table) of its home branch.

    Without a home branch it is the desk's; owner and present branch are the home branch unless an owner is named.
    ``price_fen`` in fen; without one it is the bib's, failing that the item type's default counts.

    :raises NotAllowed: without the right to edit items at the desk's and the home branch.
    :raises CatalogueRefused: BIB_UNKNOWN, and as ``edit_item`` for the values.
    """
    home_id, bib = _place_for(bib_id, home_branch_id, desk)
    values: dict[str, Any] = {
        "barcode": barcode.strip(),
        "accession_no": accession_no,
        "item_type": item_type,
        "owner_id": home_id if owner_id is None else owner_id,
        "home_branch_id": home_id,
        "area_id": area_id,
        "call_no": call_no.strip(),
        "volume": volume.strip(),
        "collection": collection.strip(),
        "source": source.strip(),
        "price_fen": bib.price_fen if price_fen is None else price_fen,
        "uid": uid,
        "acquired_date": acquired_date or local_date(at),
    }
    item = _added(bib, values, in_process=in_process, at=at, desk=desk)
    return ItemChanged(item.id, item.version)


@needs(Act.EDIT_ITEM)
@verb
def add_items(
    *,
    bib_id: int,
    barcodes: Sequence[str],
    at: datetime,
    desk: Desk,
    accession_nos: Sequence[str] = (),
    volumes: Sequence[str] = (),
    receipt_id: int | None = None,
    home_branch_id: int | None = None,
    item_type: str = "book",
    call_no: str = "",
    collection: str = "",
    source: str = "",
    price_fen: int | None = None,
    acquired_date: date | None = None,
    in_process: bool = True,
) -> tuple[ItemChanged, ...]:
    """Make many items of one bib at once, all or none, each with its own barcode and, where they are given, accession
    number and volume in the same order. ``queries.check_numbers`` tells beforehand what would hinder it. Out of a
    receipt they have its source and day unless others are given, and count as registered of it.

    :raises NotAllowed: without the right to edit items at the desk's and the home branch.
    :raises CatalogueRefused: ITEMS_UNFIT without barcodes, with more than ``MOST_ITEMS``, or where the other numbers
        are not as many; RECEIPT_UNKNOWN, RECEIPT_EXCEEDED; and as ``add_item``.
    """
    home_id, bib = _place_for(bib_id, home_branch_id, desk)
    if not 0 < len(barcodes) <= MOST_ITEMS:
        raise CatalogueRefused(Refusal.ITEMS_UNFIT, "barcodes")
    for name, given in (("accession_nos", accession_nos), ("volumes", volumes)):
        if given and len(given) != len(barcodes):
            raise CatalogueRefused(Refusal.ITEMS_UNFIT, name)
    receipt = get_receipt(receipt_id) if receipt_id is not None else None
    alike: dict[str, Any] = {
        "item_type": item_type,
        "owner_id": home_id,
        "home_branch_id": home_id,
        "call_no": call_no.strip(),
        "collection": collection.strip(),
        "source": source.strip() or (receipt.source if receipt else ""),
        "price_fen": bib.price_fen if price_fen is None else price_fen,
        "acquired_date": acquired_date or (receipt.received_date if receipt else local_date(at)),
    }
    made = []
    for number, barcode in enumerate(barcodes):
        own = {
            "barcode": barcode.strip(),
            "accession_no": accession_nos[number].strip() if accession_nos else None,
            "volume": volumes[number].strip() if volumes else "",
        }
        made.append(_added(bib, {**alike, **own}, in_process=in_process, at=at, desk=desk))
    if receipt_id is not None:
        register_items(receipt_id=receipt_id, item_ids=[item.id for item in made])
    return tuple(ItemChanged(item.id, item.version) for item in made)


@needs(Act.EDIT_ITEM)
@verb
def edit_item(*, item_id: int, version: int, changes: ItemChanges, at: datetime, desk: Desk) -> ItemChanged:
    """Change what is given in ``changes``, if the item is still the ``version`` that the editor saw.

    :raises NotAllowed: without the right to edit items at the desk's, the item's home and its new home branch.
    :raises CatalogueRefused: ITEM_UNKNOWN, ITEM_CHANGED_MEANWHILE, ITEM_WITHDRAWN, and for the values BARCODE_INVALID
        and _TAKEN, ACCESSION_NO_INVALID and _TAKEN, UID_INVALID and _TAKEN, ITEM_TYPE_UNKNOWN, BRANCH_UNKNOWN,
        AREA_ELSEWHERE, PRICE_INVALID, TEXT_TOO_LONG.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    item = _locked(item_id, desk, version=version)
    if item.state == ItemState.WITHDRAWN:
        raise CatalogueRefused(Refusal.ITEM_WITHDRAWN)
    values = {name: value.strip() if isinstance(value, str) else value for name, value in changes.given().items()}
    home_id = values.get("home_branch_id", item.home_branch_id)
    assert isinstance(home_id, int)
    require(desk.operator, Act.EDIT_ITEM, home_id)
    area_id = values.get("area_id", item.area_id)
    if home_id != item.home_branch_id and "area_id" not in values:
        values["area_id"] = area_id = None
    _refuse_unfit({**values, "area_id": area_id}, home_id)
    before = {name: getattr(item, _NAMES_IN_TABLE.get(name, name)) for name in values}
    _assign(item, values)
    changed = {
        name: [_plain(before[name]), _plain(getattr(item, _NAMES_IN_TABLE.get(name, name)))]
        for name in values
        if before[name] != getattr(item, _NAMES_IN_TABLE.get(name, name))
    }
    if changed:
        _save_changed(item, desk, at, Kind.ITEM_CHANGED, {"changed": changed})
    return ItemChanged(item.id, item.version)


@needs(Act.EDIT_ITEM)
@verb
def set_lendable(*, item_id: int, lendable: Lendable, at: datetime, desk: Desk) -> ItemChanged:
    """Say whether an item may be lent, read in the library only, or neither, from now on.

    :raises NotAllowed: without the right to edit items at the desk's and the home branch.
    :raises CatalogueRefused: ITEM_UNKNOWN, ITEM_WITHDRAWN.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    item = _locked(item_id, desk)
    if item.state == ItemState.WITHDRAWN:
        raise CatalogueRefused(Refusal.ITEM_WITHDRAWN)
    if item.lendable != lendable:
        details = {"changed": {"lendable": [str(item.lendable), lendable.value]}}
        item.lendable, item.lendable_at = lendable, at
        _save_changed(item, desk, at, Kind.ITEM_CHANGED, details)
    return ItemChanged(item.id, item.version)


@needs(Act.EDIT_ITEM)
@verb
def withdraw_item(*, item_id: int, at: datetime, desk: Desk) -> ItemChanged:
    """Take an item out of the stock for good (剔除). Its row and numbers stay; it can no longer be lent.

    :raises NotAllowed: without the right to edit items at the desk's and the home branch.
    :raises CatalogueRefused: ITEM_UNKNOWN, ITEM_WITHDRAWN, ITEM_IN_USE while on loan, in transit or on the hold shelf.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    item = _locked(item_id, desk)
    if item.state == ItemState.WITHDRAWN:
        raise CatalogueRefused(Refusal.ITEM_WITHDRAWN)
    if item.state not in _SHELVED:
        raise CatalogueRefused(Refusal.ITEM_IN_USE)
    item.state = ItemState.WITHDRAWN
    item.lendable, item.lendable_at = Lendable.NO, at
    _save_changed(item, desk, at, Kind.ITEM_WITHDRAWN, {"price_fen": item.price_fen})
    return ItemChanged(item.id, item.version)


def change_state(
    *,
    item_id: int,
    expected: ItemState,
    state: ItemState,
    at: datetime,
    present_branch_id: int | None = None,
) -> ItemChanged | None:
    """Step: move an item from one state to another, and to where it now is; the verb around it writes the journal.

    Nothing, and nothing changed, when the item is not (or no longer) in the ``expected`` state.
    """
    assert_in_verb()
    item = Item.objects.select_for_update().filter(id=item_id, state=expected).first()
    if item is None:
        return None
    item.state = state
    if present_branch_id is not None:
        item.present_branch_id = present_branch_id
    item.version += 1
    item.changed_at = at
    item.save(update_fields=["state", "present_branch_id", "version", "changed_at"])
    return ItemChanged(item.id, item.version)


def _place_for(bib_id: int, home_branch_id: int | None, desk: Desk) -> tuple[int, Bib]:
    """Where new items of a bib have their home, and the bib."""
    home_id = desk.branch_id if home_branch_id is None else home_branch_id
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    require(desk.operator, Act.EDIT_ITEM, home_id)
    with connection.cursor() as cursor:
        # Whoever takes the record away (an import undone, a merge) is done, or waits.
        cursor.execute(sql.KEEP_BIB, {"bib": bib_id})
    columns = ("id", "price_fen", "document_kind", "class_letter", "merged_into")
    bib = Bib.objects.only(*columns).filter(id=bib_id).first()
    if bib is None:
        raise CatalogueRefused(Refusal.BIB_UNKNOWN, "bib_id")
    if bib.merged_into_id is not None:
        raise CatalogueRefused(Refusal.RECORD_MERGED, "bib_id")
    return home_id, bib


def _added(bib: Bib, values: dict[str, Any], *, in_process: bool, at: datetime, desk: Desk) -> Item:
    """One new item at its home branch, with its entry in the journal."""
    home_id = values["home_branch_id"]
    _refuse_unfit(values, home_id)
    item = Item(bib_id=bib.id, present_branch_id=home_id, created_at=at, changed_at=at)
    item.state = ItemState.IN_PROCESS if in_process else ItemState.AVAILABLE
    _assign(item, values)
    _save(item)
    details = {"bib": bib.id, "price_fen": item.price_fen}
    record(item_entry(Kind.ITEM_ADDED, item, bib, desk=desk, at=at, details=details))
    return item


def _locked(item_id: int, desk: Desk, *, version: int | None = None) -> Item:
    """The item's row, locked; who may edit at the desk must also be allowed to at the item's home."""
    item = Item.objects.select_for_update().filter(id=item_id).first()
    if item is None:
        raise CatalogueRefused(Refusal.ITEM_UNKNOWN)
    require(desk.operator, Act.EDIT_ITEM, item.home_branch_id)
    if version is not None and item.version != version:
        raise CatalogueRefused(Refusal.ITEM_CHANGED_MEANWHILE)
    return item


def _refuse_unfit(values: dict[str, Any], home_branch_id: int) -> None:
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


def _assign(item: Item, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name == "item_type":
            item.item_type = ItemType.objects.get(code=value)
        elif name in ("accession_no", "uid"):
            setattr(item, name, value or None)
        else:
            setattr(item, name, value)
    if "call_no" in values:
        item.call_key = shelf_key(item.call_no) if item.call_no else b""


def _save_changed(item: Item, desk: Desk, at: datetime, kind: Kind, details: Mapping[str, object]) -> None:
    item.version += 1
    item.changed_at = at
    _save(item)
    bib = Bib.objects.only("id", "document_kind", "class_letter").get(id=item.bib_id)
    record(item_entry(kind, item, bib, desk=desk, at=at, details=details))


def _save(item: Item) -> None:
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
