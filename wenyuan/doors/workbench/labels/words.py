"""Labels in words."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.holdings.catalogue.data import LabelRefusal, LabelRefused

KINDS: Final[Mapping[str, StrOrPromise]] = {
    "spine": _("Spine labels"),
    "barcode": _("Barcode labels"),
    "cover": _("Cover-page labels"),
    "shelf_end": _("Shelf ends"),
    "card": _("Library cards"),
}
OF_ITEMS: Final = ("spine", "barcode", "cover")
REFUSALS: Final[Mapping[LabelRefusal, StrOrPromise]] = {
    LabelRefusal.SHEET_UNKNOWN: _("There is no such sheet."),
    LabelRefusal.CODE_UNFIT: _("A code is of lower-case letters, digits, - and _, and not used twice."),
    LabelRefusal.NAME_MISSING: _("A name is needed, of at most 60 characters."),
    LabelRefusal.KIND_UNKNOWN: _("There is no such choice."),
    LabelRefusal.SIZE_UNFIT: _("This measure cannot be right."),
    LabelRefusal.OFF_THE_PAGE: _("The last label would stand off the page."),
    LabelRefusal.OVERLAPS: _("Labels would lie over each other: the step is smaller than the label."),
    LabelRefusal.NOTHING_CHOSEN: _("Choose items and at least one kind of label."),
    LabelRefusal.TOO_MANY: _("These are too many at once: at most 10,000 items."),
    LabelRefusal.NOTHING_WAITS: _("These labels wait no longer: somebody marked them as printed or took them out."),
    LabelRefusal.RUN_UNKNOWN: _("There is no such print."),
}


def refusal_words(refused: LabelRefused) -> StrOrPromise:
    """Why nothing was done with labels."""
    return REFUSALS[refused.refusal]
