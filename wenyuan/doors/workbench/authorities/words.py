"""Authorities in words."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.doors.workbench.records.editing_words import REFUSALS as RECORD_REFUSALS
from wenyuan.holdings.catalogue.data import AuthorityRefusal, LinkState, Refusal
from wenyuan.kernel.headings import HeadingKind

KINDS: Final[Mapping[HeadingKind, StrOrPromise]] = {
    HeadingKind.PERSON: pgettext_lazy("heading", "Person"),
    HeadingKind.BODY: pgettext_lazy("heading", "Body or meeting"),
    HeadingKind.TOPIC: pgettext_lazy("heading", "Topic"),
    HeadingKind.PLACE: pgettext_lazy("heading", "Geographic name"),
    HeadingKind.TITLE: pgettext_lazy("heading", "Uniform title"),
    HeadingKind.SERIES: pgettext_lazy("heading", "Series"),
}
STATES: Final[Mapping[LinkState, tuple[str, StrOrPromise]]] = {
    LinkState.REVIEW: ("soon", _("to be decided")),
    LinkState.UNKNOWN: ("", _("without an authority")),
    LinkState.LINKED: ("done", _("linked")),
    LinkState.LEFT: ("", _("left without one")),
}
REFUSALS: Final[Mapping[AuthorityRefusal, StrOrPromise]] = {
    AuthorityRefusal.UNKNOWN: _("There is no such authority."),
    AuthorityRefusal.CHANGED_MEANWHILE: _(
        "Somebody else has changed this authority meanwhile. Nothing was overwritten."
    ),
    AuthorityRefusal.MERGED: _("This authority was merged into another."),
    AuthorityRefusal.NAME_UNFIT: _("This cannot be a heading: it has no letter or character, or is too long."),
    AuthorityRefusal.DATES_UNFIT: _("These are no years of a person, such as 1881-1936 or 1960-."),
    AuthorityRefusal.TEXT_TOO_LONG: _("The text is too long."),
    AuthorityRefusal.HEADING_TAKEN: _("Another authority has this heading with these dates."),
    AuthorityRefusal.VARIANTS_UNFIT: _("One of these forms cannot be a heading, or they are more than 100."),
    AuthorityRefusal.BESIDE_UNKNOWN: _("One of these authorities is not there, or they are more than 50."),
    AuthorityRefusal.SAME: _("An authority cannot be merged with itself."),
    AuthorityRefusal.OTHER_KIND: _("The two are of different kinds."),
    AuthorityRefusal.HEADING_UNKNOWN: _("No record has this heading any more."),
}


def fault_words(fault: str) -> StrOrPromise:
    """Why the update of an authority could not save a record."""
    return RECORD_REFUSALS.get(Refusal(fault), fault)
