"""What pages say of a hold's state and of why it was not done."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.words import Language, branch_names, words_for_block
from wenyuan.lending.circulation.data import Block, HoldView
from wenyuan.organisation.network.queries import network_map

STATES: Final[Mapping[str, tuple[str, StrOrPromise]]] = {
    "waiting": ("soon", _("Waiting")),
    "in_transit": ("way", _("On its way")),
    "on_shelf": ("kept", _("On the hold shelf")),
    "filled": ("none", _("Filled")),
    "cancelled": ("none", _("Cancelled")),
    "expired": ("none", _("Expired")),
}
BUSY: Final[StrOrPromise] = _("Somebody else works with this item. Please try again.")
SUSPENDED: Final[tuple[str, StrOrPromise]] = ("stop", _("Suspended"))
REASONS: Final[Mapping[str, StrOrPromise]] = {
    "not_fetched": _("not fetched in time"),
    "not_after": _("its last day has passed"),
    "merged": _("two records became one"),
    "item_lost": _("the item is lost"),
}
"""Why a hold ended, where nobody wrote it."""


def state_of(hold: HoldView, on: date) -> tuple[str, StrOrPromise]:
    """The shape and word of a hold's state on a day."""
    return SUSPENDED if hold.state == "waiting" and hold.is_suspended(on) else STATES[hold.state]


def reason_words(reason: str) -> StrOrPromise:
    """Why a hold ended: the words for a code, or what somebody wrote."""
    return REASONS.get(reason, reason)


def why(blocks: Iterable[Block]) -> list[str]:
    """Every block as a sentence in the language of the page."""
    language: Language = "en" if (get_language() or "").startswith("en") else "zh"
    names = branch_names(network_map(), language)
    return [words_for_block(block, language, names) for block in blocks]


def not_done_words(blocks: Iterable[Block]) -> str:
    return gettext("Not done: %(why)s") % {"why": "; ".join(why(blocks))}
