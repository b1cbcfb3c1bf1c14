"""Merging in words: what hangs on a record, what moved, and why something has stayed."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.holdings.catalogue.data import StayReason

HANGING: Final[Mapping[str, StrOrPromise]] = {
    "holds_waiting": _("Holds that wait"),
    "holds_captured": _("Holds with an item on its way or on the hold shelf"),
}
"""By ``Hanging.what``."""

MOVED: Final[Mapping[str, StrOrPromise]] = {
    "item": _("Item"),
    "redirect": _("Record merged earlier"),
    "hold": _("Hold"),
    "hold_ended": _("Hold that ended with the merge"),
    "hold_ended_of_kept": _("Hold that ended with the merge"),
}
"""By ``BibMoved.what``."""

STAYS: Final[Mapping[StayReason, StrOrPromise]] = {
    StayReason.ELSEWHERE: _("It belongs to another record by now, or is gone"),
    StayReason.ITEM_CHANGED: _("The item was edited or withdrawn since"),
    StayReason.ITEM_HELD: _("It is kept for a hold of the record that stayed"),
    StayReason.HOLD_CAPTURED: _("An item of the record that stayed is kept for it"),
    StayReason.HOLD_ENDED: _("It has ended since"),
    StayReason.HOLD_SERVED: _("The reader's other hold has been served or ended"),
    StayReason.HOLD_FORGOTTEN: _("Its reader is no longer known"),
}
