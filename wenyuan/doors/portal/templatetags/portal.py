"""Filters of the readers' pages. ``{% load portal %}``."""

import re
from datetime import date, datetime
from functools import cache, lru_cache
from html import escape  # that of the language: Django's asks of each text whether it is to be translated later

from django.template import Library
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.templatetags.furniture import cover, tag
from wenyuan.doors.portal import words
from wenyuan.doors.portal.availability import Row
from wenyuan.doors.portal.citation import hyphenated_isbn
from wenyuan.doors.portal.narrowing import Choice, Group
from wenyuan.holdings.catalogue.data import BibBrief, BibView
from wenyuan.kernel.chinese import marked_syllable, simplify, tones_of
from wenyuan.kernel.searching import read_question
from wenyuan.organisation.network.data import AreaFacts, BranchFacts
from wenyuan.plumbing.clock import local

_HAN = re.compile("([\u3400-\u9fff]+)")

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
    written = (f"<mark>{escape(piece)}</mark>" if place % 2 else escape(piece) for place, piece in enumerate(pieces))
    return SafeString("".join(written))


@lru_cache(maxsize=64)
def _pattern(asked: str) -> re.Pattern[str] | None:
    """What is to be marked for a question, the longest first; nothing where it wants nothing. All rows ask the same."""
    parts = sorted({part.text for part in read_question(asked).wanted}, key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, parts))})", re.IGNORECASE) if parts else None


@register.simple_tag
def hit(row: Row, asked: str = "", deeper: bool | str = False, because: str = "", listed: str = "") -> SafeString:
    """A work in a list: cover, title (with what was ``asked`` for marked), author, imprint, and where it can be had.
    Its heading is one level lower where the list stands below one of its own (``deeper``); ``because`` is why somebody
    recommends it; with ``listed`` (somebody has signed in) it leads to their own lists.

    Made here and not by a template: of twenty rows that took half of the page's time.
    """
    bib, summary, level = row.bib, row.summary, 3 if deeper else 2
    title = marked(bib.title, asked) if asked else escape(bib.title)
    volume = f' <span class="second">{escape(bib.volume)}</span>' if bib.volume else ""
    author = f"<p>{escape(bib.author)}</p>\n" if bib.author else ""
    imprint = ", ".join(str(one) for one in (bib.publisher, bib.year) if one)
    why = f'<p class="because">{escape(because)}</p>\n' if because else ""
    note = f'<span class="small second">{escape(summary.note)}</span>' if summary.note else ""
    keep = (
        f'<p class="acts"><a class="button small" href="{_record_path(get_script_prefix())}{bib.id}/list" '
        f'rel="nofollow">{gettext("Add to my list")}<span class="unseen"> {escape(bib.title)}</span></a></p>'
        if listed
        else ""
    )
    return SafeString(
        f"<li>{cover(bib.title, bib.author, bib.class_no, kind=cover_kind(bib), size='s')}<div>\n"
        f'<h{level}><a class="plain" href="{_record_path(get_script_prefix())}{bib.id}">'
        f"<span>{title}{volume}</span></a></h{level}>\n"
        f'{author}<p class="small quiet">{escape(imprint)}</p>\n'
        f'{why}<p class="where">{_tag(summary.shape, summary.word)}{note}</p>{keep}</div></li>'
    )


@lru_cache(maxsize=256)
def _tag(shape: str, word: str) -> SafeString:
    """The tags of a page's rows are few and often the same."""
    return tag(shape, word)


@cache
def _record_path(_prefix: str) -> str:
    """The address of a record without its number: asked for in each row, the same as long as the prefix is."""
    return reverse("portal:record", args=[0]).removesuffix("0")


@register.simple_tag
def choices(group: Group) -> SafeString:
    """The values of a facet, each a link with its count; one that leads nowhere is none. Made here for the same reason
    as ``hit``: a page has sixty."""
    return SafeString("".join(f"<li>{_link(one)}{_bar(one)}</li>" for one in group.choices))


def _link(one: Choice) -> str:
    words = f'<span>{escape(str(one.label))}</span> <span class="quiet">{one.count}</span>'
    return (
        f'<a class="plain" href="{escape(one.url)}">{words}</a>'
        if one.url
        else f'<span class="none quiet">{words}</span>'
    )


def _bar(one: Choice) -> str:
    if one.share is None:
        return ""
    return (
        '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{one.share}" height="1"/></svg>'
    )


@register.filter
def with_pinyin(title: str) -> SafeString:
    """The title with pinyin above its characters, for who learns to read them. Screen readers leave it out."""
    return format_html_join("", "{}", ((_ruby(run),) for run in _HAN.split(str(title)) if run))


@lru_cache(maxsize=512)
def _ruby(run: str) -> SafeString | str:
    readings = tones_of(simplify(run)) if _HAN.fullmatch(run) else ()
    if len(readings) != len(run):
        return run
    pairs = ((character, marked_syllable(reading)) for character, reading in zip(run, readings, strict=True))
    return format_html_join("", '<ruby>{}<rt aria-hidden="true">{}</rt></ruby>', pairs)


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
