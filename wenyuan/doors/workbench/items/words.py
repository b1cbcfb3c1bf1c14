"""Items in words: state, condition, lending, and why a change is refused."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.holdings.catalogue.data import CatalogueRefused, ItemView, Refusal

Tagged = tuple[str, StrOrPromise]
"""The shape of a status and its word."""

STATES: Final[Mapping[str, Tagged]] = {
    "available": ("in", _("on the shelf")),
    "on_loan": ("out", _("on loan")),
    "in_transit": ("way", _("in transit")),
    "on_hold_shelf": ("kept", _("on the hold shelf")),
    "in_process": ("way", _("in process")),
    "withdrawn": ("stop", _("withdrawn")),
}
CONDITIONS: Final[Mapping[str, Tagged]] = {
    "ok": ("done", _("in order")),
    "damaged": ("soon", _("damaged")),
    "lost": ("stop", _("lost")),
    "missing": ("stop", _("missing")),
    "claimed_returned": ("soon", _("claimed returned")),
}
LENDABLE: Final[Mapping[str, Tagged]] = {
    "yes": ("in", _("lent")),
    "in_library": ("soon", _("in the library only")),
    "no": ("stop", _("not lent")),
}
DOCUMENT_KINDS: Final[Mapping[str, StrOrPromise]] = {
    "book": _("Book"),
    "serial": _("Serial"),
    "audio": _("Audio recording"),
    "video": _("Video recording"),
    "music": _("Printed music"),
    "map": _("Map"),
    "graphic": _("Picture"),
    "electronic": _("Electronic resource"),
    "manuscript": _("Manuscript"),
    "rare": _("Rare book"),
    "rubbing": _("Rubbing"),
    "kit": _("Kit"),
    "realia": _("Object"),
    "other": _("Other"),
}
DIALECTS: Final[Mapping[str, str]] = {"cnmarc": "CNMARC", "marc21": "MARC 21"}
TRANSIT_REASONS: Final[Mapping[str, StrOrPromise]] = {
    "home": _("back to its home branch"),
    "send_on": _("received here, to be closed there"),
    "hold": _("for a hold"),
    "stay": _("back to where it was lent"),
    "move": _("sent by hand"),
}

_REFUSALS: Final[Mapping[Refusal, StrOrPromise]] = {
    Refusal.BIB_UNKNOWN: _("There is no such record."),
    Refusal.RECORD_MERGED: _("This record was merged into another. Nothing was saved."),
    Refusal.ITEM_UNKNOWN: _("There is no such item."),
    Refusal.ITEM_CHANGED_MEANWHILE: _(
        "Somebody changed this item while you were editing. The form shows what you typed; look at the item first."
    ),
    Refusal.ITEM_IN_USE: _("The item is on loan, in transit or on the hold shelf."),
    Refusal.ITEM_WITHDRAWN: _("The item has been withdrawn."),
    Refusal.ITEM_TYPE_UNKNOWN: _("There is no such item type."),
    Refusal.BRANCH_UNKNOWN: _("There is no such branch."),
    Refusal.AREA_ELSEWHERE: _("This area belongs to another branch."),
    Refusal.BARCODE_INVALID: _("This cannot be a barcode."),
    Refusal.BARCODE_TAKEN: _("Another item has this barcode."),
    Refusal.ACCESSION_NO_INVALID: _("This cannot be an accession number."),
    Refusal.ACCESSION_NO_TAKEN: _("Another item has this accession number."),
    Refusal.ITEMS_UNFIT: _("At least one barcode and at most 500, and as many other numbers and volumes as barcodes."),
    Refusal.RECEIPT_UNKNOWN: _("There is no such receipt."),
    Refusal.RECEIPT_EXCEEDED: _("More items than were counted in the receipt."),
    Refusal.SOURCE_UNKNOWN: _("There is no such choice."),
    Refusal.COUNTS_UNFIT: _("There must be at least one copy, and no more titles than copies."),
    Refusal.UID_INVALID: _("This cannot be a chip number."),
    Refusal.UID_TAKEN: _("Another item has this chip."),
    Refusal.PRICE_INVALID: _("This price cannot be right."),
    Refusal.TEXT_TOO_LONG: _("This text is too long."),
}


def shown_state(item: ItemView) -> Tagged:
    """The one status that matters most: a lost or missing item is not on the shelf, whatever its state says."""
    if item.state == "available" and item.condition in ("lost", "missing", "claimed_returned"):
        return CONDITIONS[item.condition]
    return STATES.get(item.state, ("none", item.state))


def refusal_words(refused: CatalogueRefused) -> StrOrPromise:
    """Why an item is not changed."""
    return _REFUSALS.get(refused.refusal, refused.refusal.value)
