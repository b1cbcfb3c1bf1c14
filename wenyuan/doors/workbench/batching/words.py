"""Batch edits in words: what is chosen, what is done, what became of it and why not."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.workbench.items.words import refusal_words as item_refusal_words
from wenyuan.doors.workbench.records.editing_words import REFUSALS as RECORD_REFUSALS
from wenyuan.holdings.catalogue.data import (
    BatchOf,
    CatalogueRefused,
    Refusal,
    RowOutcome,
    RowReason,
    StepKind,
    Test,
)

Tagged = tuple[str, StrOrPromise]

OF: Final[Mapping[BatchOf, StrOrPromise]] = {BatchOf.ITEMS: _("Items"), BatchOf.RECORDS: _("Records")}

STATES: Final[Mapping[str, Tagged]] = {
    "staged": ("soon", _("being looked through")),
    "ready": ("soon", _("waits for your word")),
    "dropped": ("stop", _("given up")),
    "running": ("soon", _("running")),
    "stopped": ("stop", _("stopped")),
    "finished": ("done", _("finished")),
    "undoing": ("soon", _("being undone")),
    "undone": ("stop", _("undone")),
}

FORESEEN: Final[Mapping[str, StrOrPromise]] = {
    RowOutcome.CHANGED: _("Would change"),
    RowOutcome.SAME: _("Says so already"),
    RowOutcome.REFUSED: _("Cannot be changed"),
}
OUTCOMES: Final[Mapping[str, Tagged]] = {
    RowOutcome.CHANGED: ("done", _("changed")),
    RowOutcome.SAME: ("none", _("as before")),
    RowOutcome.REFUSED: ("stop", _("refused")),
    RowOutcome.RESTORED: ("done", _("put back")),
    RowOutcome.KEPT: ("soon", _("has stayed")),
}

STOPPED: Final[Mapping[str, StrOrPromise]] = {
    "by_hand": _("Somebody has stopped it. What was changed till then is changed."),
    "no_right": _("Who had it done may not edit here any more, so it went no further."),
}

_REASONS: Final[Mapping[str, StrOrPromise]] = {
    RowReason.NOT_ALLOWED: _("You may not edit at its branch."),
    RowReason.OTHER_FORMAT: _("The record is in another format than the steps."),
    RowReason.TOO_LARGE: _("The record would grow beyond all measure."),
    RowReason.CHANGED_SINCE: _("It has been edited since."),
    RowReason.NOT_STORABLE: _("A value cannot be stored"),
    Refusal.VERSION_UNKNOWN: _("The former version is gone."),
}
_REFUSALS: Final[Mapping[Refusal, StrOrPromise]] = {
    Refusal.CHOICE_EMPTY: _("Say which are meant."),
    Refusal.CHOICE_TOO_LARGE: _("These are too many at once."),
    Refusal.NOTHING_TO_DO: _("Say what is to be changed."),
    Refusal.BATCH_UNKNOWN: _("There is no such batch."),
    Refusal.BATCH_RUNNING: _("Somebody works at this batch now."),
    Refusal.BATCH_NOT_READY: _("This batch no longer waits: it was begun or given up."),
}

COLUMNS: Final[Mapping[str, StrOrPromise]] = {
    "home_branch_id": _("Home branch"),
    "area_id": _("Area"),
    "item_type": _("Item type"),
    "collection": _("Collection"),
    "source": _("Source"),
    "volume": _("Volume"),
    "price_fen": _("Price in yuan"),
    "lendable": _("Lending"),
}

FITTING: Final[Mapping[str, StrOrPromise]] = {
    "home_branch_id": _("Belong to"),
    "item_type": _("Are of the type"),
    "state": _("Are now"),
    "lendable": _("Lending so far"),
    "collection": _("Stand in the collection"),
    "call_first": _("Call numbers from"),
    "call_last": _("Call numbers to"),
    "receipt_id": _("Came by the receipt no."),
    "acquired_first": _("Acquired from"),
    "acquired_last": _("Acquired to"),
    "accession_first": _("Accession numbers from"),
    "accession_last": _("Accession numbers to"),
}

STEPS: Final[Mapping[StepKind, StrOrPromise]] = {
    StepKind.ADD_FIELD: _("Add a field"),
    StepKind.DELETE_FIELD: _("Delete fields"),
    StepKind.SET_SUBFIELD: _("Set a subfield"),
    StepKind.DELETE_SUBFIELD: _("Delete a subfield"),
    StepKind.REPLACE_TEXT: _("Replace a text"),
    StepKind.COPY: _("Copy to"),
    StepKind.MOVE: _("Move to"),
}
TESTS: Final[Mapping[Test, StrOrPromise]] = {
    Test.PRESENT: _("is there"),
    Test.ABSENT: _("is not there"),
    Test.EQUALS: _("is just"),
    Test.CONTAINS: _("contains"),
}
FAULTS: Final[Mapping[str, StrOrPromise]] = {
    "missing": _("This must not be empty."),
    "too_many": _("At most ten steps."),
    "too_long": _("This is too long."),
    "bad_place": _("A tag, or a tag with a subfield: 606 or 606$a."),
    "control_field": _("The leader and fields 001 to 009 are not changed in a batch."),
    "needs_code": _("Name the subfield as well: 606$a."),
    "no_code": _("Name the field alone, without a subfield."),
    "bad_field": _("A field as in the MARC editor: 606 0# $a…"),
    "control_character": _("One line, without control characters."),
    "same_place": _("This is where it stands already."),
}


def reason_words(reason: str) -> StrOrPromise:
    """Why something was refused or has stayed; a reason that a newer version wrote stays a code."""
    if reason in _REASONS:
        return _REASONS[reason]
    try:
        refusal = Refusal(reason)
    except ValueError:
        return reason
    return refusal_words(CatalogueRefused(refusal))


def refusal_words(refused: CatalogueRefused) -> StrOrPromise:
    """Why a batch does not begin or go on, or a verb has refused one of it."""
    if refused.refusal in _REFUSALS:
        return _REFUSALS[refused.refusal]
    return RECORD_REFUSALS.get(refused.refusal) or item_refusal_words(refused)
