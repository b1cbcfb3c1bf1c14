"""Imports in words: why a record or an item did not go in."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.holdings.catalogue.data import (
    CatalogueRefused,
    ExportForm,
    ImportReason,
    KeptReason,
    Outcome,
    Refusal,
    TableForm,
    TableOf,
)
from wenyuan.kernel.marc import ItemColumn, Reason

REASONS: Final[Mapping[str, StrOrPromise]] = {
    Reason.GARBAGE: _("Bytes between two records that are no record"),
    Reason.TRUNCATED: _("The record breaks off"),
    Reason.NO_TERMINATOR: _("The record does not end with its terminator"),
    Reason.NOT_A_RECORD: _("This is no MARC record"),
    Reason.BAD_LEADER: _("The leader cannot be read"),
    Reason.BAD_DIRECTORY: _("The directory does not fit the record"),
    Reason.BAD_TAG: _("A field tag is not three digits or letters"),
    Reason.BAD_INDICATOR: _("A field has wrong indicators"),
    Reason.BAD_SUBFIELD: _("A subfield cannot be read"),
    Reason.STRAY_TERMINATOR: _("A terminator stands inside a field"),
    Reason.UNDECODABLE: _("Characters are not of the file's encoding"),
    Reason.UNENCODABLE: _("Characters cannot be written in this encoding"),
    Reason.FIELD_TOO_LONG: _("A field is longer than ISO 2709 allows"),
    Reason.RECORD_TOO_LONG: _("The record is longer than ISO 2709 allows"),
    Reason.UTF16: _("The file is in UTF-16, which is not read"),
    Reason.XML_MALFORMED: _("The XML is not well-formed"),
    Reason.XML_DTD: _("The XML declares a document type, which is not allowed"),
    Reason.XML_STRUCTURE: _("The XML is not MARCXML"),
    Reason.XML_CHARACTER: _("The XML holds a character that is not allowed"),
    ImportReason.NO_TITLE: _("The record has no title"),
    ImportReason.MARKED_DELETED: _("The sender has marked the record as deleted"),
    ImportReason.NOT_STORABLE: _("A value cannot be stored"),
    ImportReason.BARCODE_TAKEN: _("The barcode belongs to an item of another record"),
    ImportReason.BARCODE_INVALID: _("The barcode cannot be one"),
    ImportReason.ACCESSION_NO_TAKEN: _("The accession number belongs to an item of another record"),
    ImportReason.ACCESSION_NO_INVALID: _("The accession number cannot be one"),
    ImportReason.NUMBER_OF_TOO_MANY: _(
        "A thousand other works have this control number (001) already; give the records numbers of their own"
    ),
    ImportReason.SAME_NUMBER_OTHER_WORK: _("Another work has the same control number; both are kept"),
    ImportReason.MERGED_HERE: _("The record was merged into another here; it changes nothing, its items go there"),
    ImportReason.EDITED_HERE: _("The record was edited here since; it stays as a former version"),
    ImportReason.CONTROL_CHARACTERS: _("Control characters were left out"),
    ImportReason.BRANCH_NOT_ALLOWED: _("The branch named in the record may not be imported to"),
    ImportReason.ITEM_NO_BARCODE: _("An item has no barcode"),
    ImportReason.ITEM_RANGE_BACKWARDS: _("A range of barcodes runs backwards"),
    ImportReason.ITEM_RANGE_TOO_LONG: _("A range of barcodes is too long"),
    ImportReason.ITEM_DUPLICATE_BARCODE: _("A barcode stands twice in the record"),
    ImportReason.ITEM_COPIES_DIFFER: _("The number of items stated differs from the barcodes given"),
}

BATCH_STATES: Final[Mapping[str, tuple[str, StrOrPromise]]] = {
    "staged": ("soon", _("being looked through")),
    "ready": ("soon", _("waits for your word")),
    "dropped": ("stop", _("given up")),
    "running": ("soon", _("running")),
    "finished": ("done", _("finished")),
    "failed": ("stop", _("failed")),
    "undoing": ("soon", _("being undone")),
    "undone": ("stop", _("undone")),
}

LEFT: Final = ("stop", _("left unfinished"))
"""The state of an import that was cut off and has no file any more."""

OUTCOMES: Final[Mapping[str, StrOrPromise]] = {
    Outcome.NEW: _("New"),
    Outcome.CHANGED: _("Changed"),
    Outcome.EDITED_HERE: _("Changed, though edited here"),
    Outcome.SAME: _("As before"),
    Outcome.OTHER_WORK: _("Another work with the same number"),
    Outcome.REPEATED: _("Repeated in the file"),
    Outcome.FAILED: _("Cannot go in"),
}

CONTAINERS: Final[Mapping[str, StrOrPromise]] = {
    "iso2709": _("ISO 2709"),
    "marcxml": _("MARCXML"),
    "unknown": _("unknown"),
}

KEPT: Final[Mapping[str, StrOrPromise]] = {
    KeptReason.ITEM_USED: _("The item has been lent, held, moved or otherwise used"),
    KeptReason.ITEM_CHANGED: _("The item has been changed"),
    KeptReason.BRANCH_NOT_ALLOWED: _("The item stands at a branch where you may not import"),
    KeptReason.BIB_USED: _("Readers have asked for the title, or other records hang on it"),
    KeptReason.BIB_EDITED: _("The record has been changed since"),
    KeptReason.BIB_HAS_ITEMS: _("The record has items that stay"),
    KeptReason.BIB_MERGED: _("The record was merged with another"),
    KeptReason.BIB_HAS_VARIANT: _("A later work has the same control number"),
}

EXPORT_FORMS: Final[Mapping[ExportForm, StrOrPromise]] = {
    ExportForm.ISO2709_UTF8: _("ISO 2709, UTF-8"),
    ExportForm.ISO2709_GB18030: _("ISO 2709, GB 18030 (older Chinese systems)"),
    ExportForm.MARCXML: _("MARCXML, UTF-8"),
}

TABLES: Final[Mapping[TableOf, StrOrPromise]] = {
    TableOf.ITEMS: _("Items"),
    TableOf.BIBS: _("Records"),
}
TABLE_FORMS: Final[Mapping[TableForm, StrOrPromise]] = {
    TableForm.XLSX: _("Excel (XLSX)"),
    TableForm.CSV: _("CSV, UTF-8"),
}
TABLE_STATES: Final[Mapping[str, tuple[str, StrOrPromise]]] = {
    "waiting": ("soon", _("being written")),
    "done": ("done", _("ready")),
    "failed": ("stop", _("failed")),
}

ITEM_COLUMNS: Final[Mapping[ItemColumn, StrOrPromise]] = {
    ItemColumn.BARCODE: _("Barcode"),
    ItemColumn.ACCESSION_NO: _("Accession number"),
    ItemColumn.CALL_NO: _("Call number"),
    ItemColumn.CLASS_NO: _("Class number"),
    ItemColumn.BOOK_NO: _("Book number"),
    ItemColumn.BRANCH_CODE: _("Branch code"),
    ItemColumn.VOLUME: _("Volume"),
    ItemColumn.YEAR: _("Year"),
    ItemColumn.PRICE_TEXT: _("Price"),
    ItemColumn.COPY_NO: _("Copy number"),
    ItemColumn.ITEM_TYPE: _("Item type"),
    ItemColumn.COPIES: _("Number of copies"),
}

UNFIT: Final[Mapping[str, StrOrPromise]] = {
    "missing": _("Say where the barcode or the accession number stands."),
    "empty": _("This must not be empty."),
    "bad_tag": _("A tag has three digits or letters and does not begin with 00; in rules a dot stands for any."),
    "bad_code": _("A subfield is named by one letter or digit."),
    "out_of_range": _("This is too long."),
}

_REFUSALS: Final[Mapping[Refusal, StrOrPromise]] = {
    Refusal.BATCH_UNKNOWN: _("There is no such import."),
    Refusal.BATCH_RUNNING: _("This file is being imported now."),
    Refusal.BATCH_NOT_READY: _("This import is no longer waiting: it was loaded or given up."),
    Refusal.FILE_CHANGED: _("The file is not the one the import began with."),
    Refusal.MAPPING_UNKNOWN: _("This way of reading items cannot be used."),
    Refusal.OVERLAY_UNKNOWN: _("These rules of what stays cannot be used."),
    Refusal.BRANCH_UNKNOWN: _("There is no such branch."),
    Refusal.TEXT_TOO_LONG: _("This text is too long."),
}
_FIELDS: Final[Mapping[Refusal, str]] = {
    Refusal.MAPPING_UNKNOWN: "mapping",
    Refusal.OVERLAY_UNKNOWN: "overlay",
    Refusal.BRANCH_UNKNOWN: "branch",
    Refusal.TEXT_TOO_LONG: "source",
}


def reason_words(reason: str) -> StrOrPromise:
    """Why something did not go in; a reason that a newer version wrote stays a code."""
    return REASONS.get(reason, reason)


def kept_words(reason: str) -> StrOrPromise:
    """Why something stays when its import is undone; a reason that a newer version wrote stays a code."""
    return KEPT.get(reason, reason)


def refusal_words(refused: CatalogueRefused) -> StrOrPromise:
    """Why an import does not begin."""
    return _REFUSALS.get(refused.refusal, refused.refusal.value)


def refused_field(refused: CatalogueRefused) -> str:
    """The field of the form that the refusal is about; empty for the form as a whole."""
    return _FIELDS.get(refused.refusal, "")


def unfit_words(fault: str) -> StrOrPromise:
    """What is wrong with a mapping or with rules that somebody made."""
    return UNFIT.get(fault, fault)
