"""Verbs on items, records and imports."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.authorities.deciding import decide_heading
from wenyuan.holdings.catalogue.authorities.following import follow_headings
from wenyuan.holdings.catalogue.authorities.keeping import bring_to_heading, keep_authority, merge_authorities
from wenyuan.holdings.catalogue.authorities.taking import TAKEN_AT_ONCE, take_authorities
from wenyuan.holdings.catalogue.authorities.updating import update_next
from wenyuan.holdings.catalogue.batching.beginning import (
    begin_undoing_edit,
    drop_edit,
    open_item_edit,
    open_record_edit,
    start_edit,
    stop_edit,
    stop_without_right,
)
from wenyuan.holdings.catalogue.batching.looking import look_through_edit
from wenyuan.holdings.catalogue.batching.running import run_edit
from wenyuan.holdings.catalogue.batching.undoing import undo_edit
from wenyuan.holdings.catalogue.copying.targets import drop_copy_target, keep_copy_target
from wenyuan.holdings.catalogue.data import CatalogueRefused, ItemChanges, Refusal
from wenyuan.holdings.catalogue.defaults import install_default_rows
from wenyuan.holdings.catalogue.editing.duplicates import DuplicatesFound
from wenyuan.holdings.catalogue.editing.presence import leave_record, open_record
from wenyuan.holdings.catalogue.editing.saving import RecordRefused, add_bib, edit_bib, restore_version
from wenyuan.holdings.catalogue.editing.templates import drop_template, keep_template
from wenyuan.holdings.catalogue.entries import item_entry
from wenyuan.holdings.catalogue.harvesting.stamping import stamp_changes
from wenyuan.holdings.catalogue.importing.batches import (
    drop_batch,
    go_on_with_batch,
    load_batch,
    open_batch,
    restage_batch,
    run_batch,
)
from wenyuan.holdings.catalogue.importing.forgetting import give_up_old_batches, note_files_gone
from wenyuan.holdings.catalogue.importing.looking import look_through
from wenyuan.holdings.catalogue.importing.mappings import keep_mapping
from wenyuan.holdings.catalogue.importing.overlays import keep_overlay
from wenyuan.holdings.catalogue.importing.undoing import begin_undoing, undo_batch
from wenyuan.holdings.catalogue.item_editing import (
    assign,
    change_item,
    change_lendable,
    locked_item,
    refuse_unfit,
    save_changed,
    save_item,
)
from wenyuan.holdings.catalogue.labelling.queueing import (
    drop_labels,
    mark_labels_printed,
    put_into_queue,
    queue_labels,
)
from wenyuan.holdings.catalogue.labelling.sheets import keep_label_sheet
from wenyuan.holdings.catalogue.merging.joining import keep_bibs_apart, merge_bibs
from wenyuan.holdings.catalogue.merging.looking import begin_look, look_for_duplicates
from wenyuan.holdings.catalogue.merging.parting import undo_bib_merge
from wenyuan.holdings.catalogue.models import Bib, Item, ItemState, Lendable
from wenyuan.holdings.catalogue.searching.indexing import TURN_ROWS, Indexer, ask_anew
from wenyuan.holdings.catalogue.searching.settling import settle_standings
from wenyuan.holdings.catalogue.shelving.author_tables import keep_author_table
from wenyuan.holdings.catalogue.shelving.class_tables import keep_class_table
from wenyuan.holdings.catalogue.shelving.groups import keep_shelf_group
from wenyuan.holdings.catalogue.shelving.numbering import assign_call_number, give_back_number, propose_call_number
from wenyuan.holdings.catalogue.stock.receipts import correct_receipt, get_receipt, record_receipt, register_items
from wenyuan.holdings.catalogue.tabling import ask_for_table, finish_table, forget_old_tables
from wenyuan.holdings.catalogue.taking_over.bibs import look_at_past_bibs, record_past_bibs
from wenyuan.holdings.catalogue.taking_over.recording import look_at_past_items, record_past_items
from wenyuan.holdings.catalogue.taking_over.relabelling import keep_temporary_number
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import assert_in_verb, verb

__all__ = [
    "TAKEN_AT_ONCE",
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
    "begin_look",
    "begin_undoing",
    "begin_undoing_edit",
    "bring_to_heading",
    "change_state",
    "correct_receipt",
    "decide_heading",
    "drop_batch",
    "drop_copy_target",
    "drop_edit",
    "drop_labels",
    "drop_template",
    "edit_bib",
    "edit_item",
    "finish_table",
    "follow_headings",
    "forget_old_tables",
    "give_back_number",
    "give_up_old_batches",
    "go_on_with_batch",
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
    "keep_template",
    "keep_temporary_number",
    "leave_record",
    "load_batch",
    "look_at_past_bibs",
    "look_at_past_items",
    "look_for_duplicates",
    "look_through",
    "look_through_edit",
    "mark_labels_printed",
    "merge_authorities",
    "merge_bibs",
    "note_files_gone",
    "open_batch",
    "open_item_edit",
    "open_record",
    "open_record_edit",
    "propose_call_number",
    "queue_labels",
    "record_past_bibs",
    "record_past_items",
    "record_receipt",
    "restage_batch",
    "restore_version",
    "run_batch",
    "run_edit",
    "set_lendable",
    "settle_standings",
    "stamp_changes",
    "start_edit",
    "stop_edit",
    "stop_without_right",
    "take_authorities",
    "undo_batch",
    "undo_bib_merge",
    "undo_edit",
    "update_next",
    "withdraw_item",
]

MOST_ITEMS = 500
"""Items that are made at once."""

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
    labels: Collection[str] = (),
) -> tuple[ItemChanged, ...]:
    """Make many items of one bib at once, all or none, each with its own barcode and, where they are given, accession
    number and volume in the same order. ``queries.check_numbers`` tells beforehand what would hinder it. Out of a
    receipt they have its source and day unless others are given, and count as registered of it. ``labels`` of these
    kinds are put into the desk's queue with them.

    :raises NotAllowed: without the right to edit items at the desk's and the home branch.
    :raises CatalogueRefused: ITEMS_UNFIT without barcodes, with more than ``MOST_ITEMS``, or where the other numbers
        are not as many; RECEIPT_UNKNOWN, RECEIPT_EXCEEDED; and as ``add_item``.
    :raises LabelRefused: KIND_UNKNOWN.
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
    if labels:
        put_into_queue([item.id for item in made], labels, at=at, desk=desk)
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
    item = locked_item(item_id, desk, version=version)
    change_item(item, changes, at=at, desk=desk)
    return ItemChanged(item.id, item.version)


@needs(Act.EDIT_ITEM)
@verb
def set_lendable(*, item_id: int, lendable: Lendable, at: datetime, desk: Desk) -> ItemChanged:
    """Say whether an item may be lent, read in the library only, or neither, from now on.

    :raises NotAllowed: without the right to edit items at the desk's and the home branch.
    :raises CatalogueRefused: ITEM_UNKNOWN, ITEM_WITHDRAWN.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    item = locked_item(item_id, desk)
    change_lendable(item, lendable, at=at, desk=desk)
    return ItemChanged(item.id, item.version)


@needs(Act.EDIT_ITEM)
@verb
def withdraw_item(*, item_id: int, at: datetime, desk: Desk) -> ItemChanged:
    """Take an item out of the stock for good (剔除). Its row and numbers stay; it can no longer be lent.

    :raises NotAllowed: without the right to edit items at the desk's and the home branch.
    :raises CatalogueRefused: ITEM_UNKNOWN, ITEM_WITHDRAWN, ITEM_IN_USE while on loan, in transit or on the hold shelf.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    item = locked_item(item_id, desk)
    if item.state == ItemState.WITHDRAWN:
        raise CatalogueRefused(Refusal.ITEM_WITHDRAWN)
    if item.state not in _SHELVED:
        raise CatalogueRefused(Refusal.ITEM_IN_USE)
    item.state = ItemState.WITHDRAWN
    item.lendable, item.lendable_at = Lendable.NO, at
    save_changed(item, desk, at, Kind.ITEM_WITHDRAWN, {"price_fen": item.price_fen})
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
    refuse_unfit(values, home_id)
    item = Item(bib_id=bib.id, present_branch_id=home_id, created_at=at, changed_at=at)
    item.state = ItemState.IN_PROCESS if in_process else ItemState.AVAILABLE
    assign(item, values)
    save_item(item)
    details = {"bib": bib.id, "price_fen": item.price_fen}
    record(item_entry(Kind.ITEM_ADDED, item, bib, desk=desk, at=at, details=details))
    return item
