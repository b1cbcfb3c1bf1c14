"""One box: what somebody typed or scanned, and what it is looked up as.

A number is looked up in the tables. Everything else is asked of the search index; while there is none, titles and
authors are found by how they begin.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from wenyuan.holdings.catalogue.data import BibPage, Facet, NotIndexed, SearchHelp, SearchPage, SortBy
from wenyuan.holdings.catalogue.queries import help_on as find_help
from wenyuan.holdings.catalogue.queries import lookup, search
from wenyuan.kernel.booknumbers import (
    BadBookNumber,
    parse_cn_serial_number,
    parse_isbn,
    parse_issn,
    parse_unified_number,
)
from wenyuan.kernel.chinese import half_width
from wenyuan.kernel.searching import LONGEST_QUESTION, Scope
from wenyuan.plumbing.statements import LARGEST_ID

PAGE_SIZE: Final = 20
LONGEST: Final = LONGEST_QUESTION
"""Characters of a question; the rest is cut off."""
LAST_PAGE: Final = 100
"""Nobody reads on beyond it: who has found a thousand works asks for something narrower."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_NUMBER = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9./\- ]{3,31}")


class By(StrEnum):
    """What a text is looked up as."""

    TITLE = "title"
    AUTHOR = "author"
    ISBN = "isbn"
    BARCODE = "barcode"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of bibs in the order of titles, and as what the text was taken."""

    by: By
    page: BibPage


@dataclass(frozen=True, slots=True)
class Ranked:
    """A page of what the index found, in the order of ``sort_by``; ``by`` none when it was looked for everywhere."""

    by: By | None
    page: SearchPage
    number: int
    sort_by: SortBy = SortBy.MATCH

    @property
    def pages(self) -> int:
        """How many pages can be read."""
        return min(-(-self.page.total // PAGE_SIZE), LAST_PAGE)


def clean(text: str) -> str:
    """What was typed, without control characters and blanks around it, at most ``LONGEST`` characters."""
    return _CONTROL.sub(" ", text).strip()[:LONGEST].strip()


def by_of(text: str) -> By | None:
    """What the address asks to look the text up as; nothing for "decide"."""
    return next((by for by in By if by == text), None)


def sort_of(text: str) -> SortBy:
    """In what order an address asks for works; the best first unless it says another."""
    return next((sort_by for sort_by in SortBy if sort_by == text), SortBy.MATCH)


_WITHIN: Final = {None: Scope.ANYWHERE, By.TITLE: Scope.TITLE, By.AUTHOR: Scope.AUTHOR}


def find(
    text: str,
    *,
    by: By | None = None,
    after: tuple[str, int] | None = None,
    number: int = 1,
    chosen: Mapping[Facet, Sequence[str]] | None = None,
    counted: Mapping[Facet, int] | None = None,
    sort_by: SortBy = SortBy.MATCH,
) -> Found | Ranked:
    """Look a clean text up as ``by`` says. Without it a text that may be a number is first looked up as one; then, or
    where it is none, the index is asked, of whose answer, narrowed by what is ``chosen``, this is page ``number``.
    """
    if by in (By.ISBN, By.BARCODE):
        return _find_by_beginning(text, by=by, after=after)
    for guess in guesses(text) if by is None else ():
        if guess in (By.ISBN, By.BARCODE) and (listed := _lookup(text, guess, after)).bibs:
            return Found(guess, listed)
    try:
        page = search(
            text,
            within=_WITHIN[by],
            chosen=chosen,
            counted=counted,
            sort_by=sort_by,
            start=(number - 1) * PAGE_SIZE,
            size=PAGE_SIZE,
        )
        return Ranked(by, page, number, sort_by)
    except NotIndexed:
        return _find_by_beginning(text, by=by, after=after)


def help_on(text: str, *, by: By | None, is_narrowed: bool) -> SearchHelp:
    """What to try instead of a text that found nothing; nothing where the index is lost meanwhile."""
    try:
        return find_help(text, within=_WITHIN[by], is_narrowed=is_narrowed)
    except NotIndexed:
        return SearchHelp()


def page_number_of(text: str) -> int:
    """Which page an address asks for; the first for what no page of ours wrote."""
    if text.isascii() and text.isdecimal() and len(text) <= 4:
        return min(max(int(text), 1), LAST_PAGE)
    return 1


def _find_by_beginning(text: str, *, by: By | None, after: tuple[str, int] | None) -> Found:
    """Without the index: as ``by`` says, else as the first of ``guesses`` that finds something.

    When nothing is found it was taken for the likeliest.
    """
    tried = (by,) if by else guesses(text)
    for guess in tried:
        page = _lookup(text, guess, after)
        if page.bibs:
            return Found(guess, page)
    return Found(tried[0], BibPage((), None))


def guesses(text: str) -> tuple[By, ...]:
    """What the text may be, the likeliest first.

    A correct book number is one; another run of digits and letters is a barcode before it is a misprinted number;
    anything may be a title (``1984``), and a name is looked for last.
    """
    if _is_book_number(text):
        return (By.ISBN, By.BARCODE, By.TITLE)
    if _NUMBER.fullmatch(half_width(text)):
        return (By.BARCODE, By.ISBN, By.TITLE, By.AUTHOR)
    return (By.TITLE, By.AUTHOR)


def _is_book_number(text: str) -> bool:
    for parse in (parse_isbn, parse_issn, parse_unified_number, parse_cn_serial_number):
        try:
            parse(text)
        except BadBookNumber:
            continue
        return True
    return False


def _lookup(text: str, by: By, after: tuple[str, int] | None) -> BibPage:
    match by:
        case By.TITLE:
            return lookup(title_begins=text, after=after, size=PAGE_SIZE)
        case By.AUTHOR:
            return lookup(author=text, after=after, size=PAGE_SIZE)
        case By.ISBN:
            return lookup(isbn=text, after=after, size=PAGE_SIZE)
        case By.BARCODE:
            return lookup(barcode=half_width(text), after=after, size=PAGE_SIZE)


def place_text(place: tuple[str, int] | None) -> str:
    """Where a list goes on, for an address: ``12~ping fan de shi jie``; empty at its end."""
    return f"{place[1]}~{place[0]}" if place else ""


def place_of(text: str) -> tuple[str, int] | None:
    """Read ``place_text`` back; nothing for what no page of ours wrote."""
    number, mark, key = text.partition("~")
    if not mark or not number.isascii() or not number.isdecimal() or int(number) > LARGEST_ID or _CONTROL.search(key):
        return None
    return key, int(number)


def moment_place_of(text: str) -> tuple[str, int] | None:
    """Read the place of a list by time back; nothing when its key is no moment with a zone."""
    place = place_of(text)
    if place is None:
        return None
    try:
        moment = datetime.fromisoformat(place[0])
    except ValueError:
        return None
    return place if moment.tzinfo is not None else None
