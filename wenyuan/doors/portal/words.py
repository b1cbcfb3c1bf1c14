"""Codes of the rooms below as words for readers."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.holdings.catalogue.data import SortBy
from wenyuan.kernel.headings import HeadingKind

BRANCH_KINDS: Final[Mapping[str, StrOrPromise]] = {
    "central": _("Central library"),
    "children": _("Children's branch"),
    "branch": _("Branch library"),
    "partner": _("Partner branch"),
    "city_study": _("City study"),
    "shelf_24h": _("24-hour shelf"),
    "community_bookhouse": _("Community bookhouse"),
    "rural_bookhouse": _("Rural bookhouse"),
    "station": _("Book station"),
    "bookmobile": _("Bookmobile"),
}
"""Kinds of branch, in the order in which lists show them."""

DOCUMENT_KINDS: Final[Mapping[str, StrOrPromise]] = {
    "book": _("Book"),
    "serial": _("Periodical"),
    "audio": _("Sound recording"),
    "video": _("Film"),
    "music": _("Sheet music"),
    "map": _("Map"),
    "graphic": _("Picture"),
    "electronic": _("Electronic resource"),
    "manuscript": _("Manuscript"),
    "rare": _("Rare book"),
    "rubbing": _("Rubbing"),
    "kit": _("Kit"),
    "realia": _("Object"),
    "other": _("Other document"),
}

LANGUAGES: Final[Mapping[str, StrOrPromise]] = {
    "chi": _("Chinese"),
    "eng": _("English"),
    "jpn": _("Japanese"),
    "fre": _("French"),
    "fra": _("French"),
    "ger": _("German"),
    "deu": _("German"),
    "rus": _("Russian"),
    "kor": _("Korean"),
    "spa": _("Spanish"),
    "mul": _("Several languages"),
}
"""ISO 639-2 codes, bibliographic and terminological."""

AUDIENCES: Final[Mapping[str, StrOrPromise]] = {
    "juvenile": _("Children and young people"),
    "adult": _("Adults"),
    "general": _("Everybody"),
}

SORTED_BY: Final[Mapping[SortBy, StrOrPromise]] = {
    SortBy.MATCH: _("Best match first"),
    SortBy.NEWEST: _("Newest first"),
    SortBy.TITLE: _("By title"),
}
"""The ways to put what was found in order."""

IDENTIFIERS: Final[Mapping[str, StrOrPromise]] = {
    "isbn": "ISBN",
    "issn": "ISSN",
    "unified": _("Unified book number"),
    "cn_serial": _("CN serial number"),
    "other": _("Other number"),
}

HEADING_KINDS: Final[Mapping[HeadingKind, StrOrPromise]] = {
    HeadingKind.PERSON: pgettext_lazy("heading", "Person"),
    HeadingKind.BODY: pgettext_lazy("heading", "Body or meeting"),
    HeadingKind.TOPIC: pgettext_lazy("heading", "Topic"),
    HeadingKind.PLACE: pgettext_lazy("heading", "Geographic name"),
    HeadingKind.TITLE: pgettext_lazy("heading", "Uniform title"),
    HeadingKind.SERIES: pgettext_lazy("heading", "Series"),
}


def kind_words(kind: str) -> StrOrPromise:
    """A kind of branch; one that a newer version wrote stays a code."""
    return BRANCH_KINDS.get(kind, kind)


def kind_order(kind: str) -> int:
    """Where branches of a kind stand in a list; unknown kinds come last."""
    return next((place for place, known in enumerate(BRANCH_KINDS) if known == kind), len(BRANCH_KINDS))


def document_words(kind: str) -> StrOrPromise:
    """A kind of document."""
    return DOCUMENT_KINDS.get(kind, kind)


def language_words(code: str) -> StrOrPromise:
    """A language of a document; one without a word here stays its code."""
    return LANGUAGES.get(code.strip().lower(), code)


def audience_words(code: str) -> StrOrPromise:
    """For whom a document is meant; empty where the record does not say."""
    return AUDIENCES.get(code, "")


def short_day(day: date) -> str:
    """A date of a year that is plain from the page, with its weekday."""
    return format_date(day, pgettext("date with weekday", "D j M"))


def long_day(day: date) -> str:
    """A date with its year and weekday."""
    return format_date(day, pgettext("date with year and weekday", "D j M Y"))


def floor_words(floor: int) -> str:
    """A floor as people call it; those below ground are counted downward."""
    if floor > 0:
        return pgettext("floor above ground", "Floor %(number)s") % {"number": floor}
    if floor < 0:
        return pgettext("floor below ground", "Basement %(number)s") % {"number": -floor}
    return pgettext("floor at ground level", "Ground floor")
