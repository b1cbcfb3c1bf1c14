"""Booklists in words: their states, and why a change is refused."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.services.reading.data import BooklistReason, BooklistRefused, BooklistState

STATES: Final[Mapping[BooklistState, tuple[str, StrOrPromise]]] = {
    BooklistState.DRAFT: ("soon", pgettext_lazy("state of a booklist", "draft")),
    BooklistState.COMING: ("way", pgettext_lazy("state of a booklist", "not yet shown")),
    BooklistState.SHOWN: ("in", pgettext_lazy("state of a booklist", "shown to readers")),
    BooklistState.ENDED: ("none", pgettext_lazy("state of a booklist", "no longer shown")),
}
"""Shape of the tag, and word."""

REASONS: Final[Mapping[BooklistReason, StrOrPromise]] = {
    BooklistReason.UNKNOWN_BRANCH: _("There is no such branch."),
    BooklistReason.UNKNOWN_LIST: _("The list is not there any more."),
    BooklistReason.UNKNOWN_LINE: _("The work is not on the list any more."),
    BooklistReason.UNKNOWN_WORK: _("There is no such record."),
    BooklistReason.TITLE_MISSING: _("The list needs a title."),
    BooklistReason.TEXT_TOO_LONG: _("The words are too long."),
    BooklistReason.DAYS_OUT_OF_ORDER: _("The last day lies before the first."),
    BooklistReason.LAST_WITHOUT_FIRST: _("A last day needs a first one."),
    BooklistReason.ALREADY_ON_IT: _("The work is on the list already."),
    BooklistReason.TOO_MANY: _("A list has at most 200 works."),
    BooklistReason.CHANGED_MEANWHILE: _("Somebody else has changed the list meanwhile; here is what it says now."),
    BooklistReason.WAS_SHOWN: _("Readers have seen the list: give it a last day instead."),
    BooklistReason.KEY_REUSED: _("This was sent once already, for another list."),
}

FIELDS: Final[Mapping[BooklistReason, str]] = {
    BooklistReason.UNKNOWN_BRANCH: "branch",
    BooklistReason.TITLE_MISSING: "title",
    BooklistReason.DAYS_OUT_OF_ORDER: "last_date",
    BooklistReason.LAST_WITHOUT_FIRST: "last_date",
    BooklistReason.WAS_SHOWN: "first_date",
}
"""The field that a reason is about."""


def refusal_words(refused: BooklistRefused) -> str:
    """Every reason in one line."""
    return " ".join(str(REASONS[reason]) for reason in refused.reasons)


def each_reason(refused: BooklistRefused) -> Iterable[tuple[StrOrPromise, str]]:
    """Each reason with the field it is about, empty for the form."""
    return ((REASONS[reason], FIELDS.get(reason, "")) for reason in refused.reasons)
