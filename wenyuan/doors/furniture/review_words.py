"""Reviews in words for every door: stars, states, and why one is not taken or decided."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.services.reading.data import ReviewReason, ReviewState

STATES: Final[Mapping[ReviewState, tuple[str, StrOrPromise]]] = {
    ReviewState.WAITING: ("soon", pgettext_lazy("state of a review", "to be looked at")),
    ReviewState.SHOWN: ("in", pgettext_lazy("state of a review", "shown")),
    ReviewState.REFUSED: ("none", pgettext_lazy("state of a review", "not shown")),
}
"""Shape of the tag, and word."""

REASONS: Final[Mapping[ReviewReason, StrOrPromise]] = {
    ReviewReason.UNKNOWN_READER: _("There is no such reader any more."),
    ReviewReason.UNKNOWN_WORK: _("There is no such record."),
    ReviewReason.UNKNOWN_REVIEW: _("The review is not there any more."),
    ReviewReason.GUARDED: _("Reviews are shown of readers from fourteen years on."),
    ReviewReason.NOTHING_SAID: _("Give stars, or say something."),
    ReviewReason.BAD_STARS: _("There are one to five stars."),
    ReviewReason.TEXT_TOO_LONG: _("The words are too long."),
    ReviewReason.NAME_HAS_NUMBERS: _("Choose a name without numbers: everybody sees it."),
    ReviewReason.TOO_MANY: _("That is enough for today. There is room again tomorrow."),
    ReviewReason.REASON_MISSING: _("Say why."),
    ReviewReason.CHANGED_MEANWHILE: _("It was changed meanwhile; here is what it says now."),
    ReviewReason.OWN: _("This is your own review."),
}


def stars_words(count: int) -> str:
    """Stars as signs and as a number, so that they are also heard."""
    return ngettext("%(signs)s %(count)s star", "%(signs)s %(count)s stars", count) % {
        "signs": "★" * count,
        "count": count,
    }
