"""Filters of the readers' pages. ``{% load portal %}``."""

import re
from datetime import date, datetime
from functools import lru_cache

from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django_stubs_ext import StrOrPromise

from wenyuan.doors.portal import words
from wenyuan.doors.portal.citation import hyphenated_isbn
from wenyuan.holdings.catalogue.data import BibBrief, BibView
from wenyuan.kernel.searching import read_question
from wenyuan.organisation.network.data import AreaFacts, BranchFacts
from wenyuan.plumbing.clock import local

Named = BranchFacts | AreaFacts

register = Library()


@register.filter
def short_day(day: date) -> str:
    """A date with its weekday."""
    return words.short_day(day)


@register.filter
def long_day(day: date) -> str:
    """A date with year and weekday."""
    return words.long_day(day)


@register.filter
def clock(moment: datetime) -> str:
    """An aware moment as the library's clock shows it, ``9:05``."""
    here = local(moment)
    return f"{here.hour}:{here:%M}"


@register.filter
def floor(number: int) -> str:
    """A floor as people call it."""
    return words.floor_words(number)


@register.filter
def isbn(number: str) -> str:
    """An ISBN of the Chinese group with its hyphens; others as they are kept."""
    return hyphenated_isbn(number)


@register.filter
def marked(title: str, asked: str) -> SafeString:
    """The title, with what was asked for marked where it is written the same way."""
    pattern = _pattern(asked)
    pieces = pattern.split(title) if pattern is not None else [title]
    wrapped = (format_html("<mark>{}</mark>" if place % 2 else "{}", piece) for place, piece in enumerate(pieces))
    return format_html_join("", "{}", ((piece,) for piece in wrapped))


@lru_cache(maxsize=64)
def _pattern(asked: str) -> re.Pattern[str] | None:
    """What is to be marked for a question, the longest first; nothing where it wants nothing. All rows ask the same."""
    parts = sorted({part.text for part in read_question(asked).wanted}, key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, parts))})", re.IGNORECASE) if parts else None


@register.filter
def dialled(phone: str) -> str:
    """A telephone number as a phone dials it: digits, plus and separators of extensions only."""
    return "".join(character for character in phone if character.isdigit() or character in "+,;")


@register.filter
def named(place: Named | None) -> str:
    """The name of a branch or area in the reader's language; a dash for one that is not known."""
    if place is None:
        return "—"
    english = (get_language() or "").startswith("en")
    return (place.name_en if english else "") or place.name_zh


@register.filter
def branch_kind(kind: str) -> StrOrPromise:
    """What kind of place a branch is."""
    return words.kind_words(kind)


@register.filter
def cover_kind(bib: BibBrief | BibView) -> str:
    """The cloth of a children's cover, whatever the class; nothing for others."""
    return "child" if bib.audience == "juvenile" else ""
