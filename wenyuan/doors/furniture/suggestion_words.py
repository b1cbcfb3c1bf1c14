"""Suggestions to buy in words for every door: their states, and why one is not taken or answered."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.services.feedback.data import SuggestionReason, SuggestionRefused, SuggestionState

STATES: Final[Mapping[SuggestionState, tuple[str, StrOrPromise]]] = {
    SuggestionState.NEW: ("soon", pgettext_lazy("state of a suggestion", "not yet looked at")),
    SuggestionState.CONSIDERED: ("soon", pgettext_lazy("state of a suggestion", "being considered")),
    SuggestionState.ORDERED: ("way", pgettext_lazy("state of a suggestion", "ordered")),
    SuggestionState.REFUSED: ("none", pgettext_lazy("state of a suggestion", "not bought")),
    SuggestionState.ARRIVED: ("in", pgettext_lazy("state of a suggestion", "has arrived")),
}
"""Shape of the tag, and word."""

REASONS: Final[Mapping[SuggestionReason, StrOrPromise]] = {
    SuggestionReason.TITLE_MISSING: _("A title is needed."),
    SuggestionReason.TEXT_TOO_LONG: _("The words are too long."),
    SuggestionReason.ISBN_WRONG: _("This is no ISBN: a digit is wrong or missing. It may be left out."),
    SuggestionReason.UNKNOWN_BRANCH: _("Choose where you would fetch it."),
    SuggestionReason.UNKNOWN_READER: _("There is no such reader any more."),
    SuggestionReason.HELD: _(
        "The library has one of this ISBN already. Is it another one that you mean, another volume perhaps?"
    ),
    SuggestionReason.HELD_ALIKE: _("The library has one of this title already. Is it another one that you mean?"),
    SuggestionReason.TOO_MANY: _("You have made five suggestions this month. There is room again next month."),
    SuggestionReason.UNKNOWN_SUGGESTION: _("The suggestion is not there any more."),
    SuggestionReason.CHANGED_MEANWHILE: _("Somebody else has answered meanwhile; here is what it says now."),
    SuggestionReason.NOT_FROM_HERE: _("What has been answered so stays so."),
    SuggestionReason.REASON_MISSING: _("Say why: readers are told so."),
    SuggestionReason.UNKNOWN_WORK: _("The library has no item with this number yet."),
}

FIELDS: Final[Mapping[SuggestionReason, str]] = {
    SuggestionReason.TITLE_MISSING: "title",
    SuggestionReason.ISBN_WRONG: "isbn",
    SuggestionReason.UNKNOWN_BRANCH: "pickup",
    SuggestionReason.NOT_FROM_HERE: "answer",
    SuggestionReason.REASON_MISSING: "reason",
    SuggestionReason.UNKNOWN_WORK: "work",
}
"""The field that a reason is about."""


def each_reason(refused: SuggestionRefused) -> Iterable[tuple[StrOrPromise, str]]:
    """Each reason with the field it is about, empty for the form."""
    return ((REASONS[reason], FIELDS.get(reason, "")) for reason in refused.reasons)
