"""The parts of a call number, kept apart, and how a library writes them together.

There is no national rule for what follows the book number: ``(n)``, ``:n`` or ``/n`` for volumes, ``-n`` or
``=n`` for editions, ``=2016`` for years, ``c2`` for copies. So the parts are stored, and each library has its
template.
"""

import re
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from wenyuan.kernel.callnumbers.lines import divide

DEFAULT_TEMPLATE = "[{prefix} ]{class_no}[/{book_no}][-{edition}][={year}][({volume})][ c{copy}]"
"""``I247.58/J822-2(14)``, ``K20/15=2016 c2``."""


@dataclass(frozen=True, slots=True)
class CallNumber:
    """The parts of one call number; a part that is not there is empty.

    :param prefix: location or collection that stands before the class (参考, 少儿, REF).
    :param class_no: class number with its facets.
    :param book_no: running number in the class (种次号) or author number (著者号), with its auxiliary mark.
    :param volume: volume, without its mark: ``2``, ``上``.
    :param edition_or_year: edition or year, without its mark: ``2``, ``2016``.
    :param copy: copy, without its mark: ``2`` for ``c2``.
    """

    prefix: str = ""
    class_no: str = ""
    book_no: str = ""
    volume: str = ""
    edition_or_year: str = ""
    copy: str = ""

    @property
    def year(self) -> str:
        """``edition_or_year`` where it is a year, 1000 to 2999, perhaps with a letter; else empty."""
        return self.edition_or_year if _YEAR.fullmatch(self.edition_or_year) else ""

    @property
    def edition(self) -> str:
        """``edition_or_year`` where it is not a year; else empty."""
        return "" if self.year else self.edition_or_year


_YEAR = re.compile(r"[12][0-9]{3}[A-Za-z]?")
_CLASS_START = re.compile(r"\A[\[{]?[a-z]{1,2}(?=[0-9\-]|$)")

# What may stand at the end of the book number, tried again and again from the right.
_COPY = re.compile(r"(?:(?<![\s/])[\s/]+|(?<=\)))c\.?\s*(?P<copy>[0-9]+)$", re.IGNORECASE)
_VOLUME = re.compile(
    r"\s*\((?P<in_brackets>[^()]+)\)$|\s*[:/]\s*v?\.?(?P<marked>\w[\w.]*)$|\s+v\.?\s*(?P<spaced>[0-9]+)$",
    re.IGNORECASE,
)
_EDITION = re.compile(r"\s*[-=]\s*(?P<edition>\w+)$")
_HAS_NUMBER = re.compile(r"[0-9]|[^\x00-\x7f]")


def parse_call_number(text: str) -> CallNumber:
    """The parts of a written call number. Takes any text and never raises; full-width signs are folded.

    The class ends at the first ``/``. Volume, edition or year, and copy are taken off the end, each at most
    once, for as long as a number stays before them (``L-911.3`` is one book number); what is not understood
    stays in ``book_no``.
    """
    lines = divide(text)
    class_no = _CLASS_START.sub(lambda match: match.group().upper(), lines.class_line, count=1)
    return _take_marks(CallNumber(prefix=lines.prefix, class_no=class_no, book_no=lines.rest))


def _take_marks(number: CallNumber) -> CallNumber:
    """Take marks off the end of ``book_no`` until none is understood."""
    while True:
        shorter = _take_one_mark(number)
        if shorter is None or not _HAS_NUMBER.search(shorter.book_no):
            return number
        number = shorter


def _take_one_mark(number: CallNumber) -> CallNumber | None:
    rest = number.book_no
    if not number.copy and (found := _COPY.search(rest)):
        return replace(number, copy=found["copy"], book_no=rest[: found.start()])
    if not number.volume and (found := _VOLUME.search(rest)):
        volume = found["in_brackets"] or found["marked"] or found["spaced"]
        return replace(number, volume=volume.strip(), book_no=rest[: found.start()])
    if not number.edition_or_year and (found := _EDITION.search(rest)):
        return replace(number, edition_or_year=found["edition"], book_no=rest[: found.start()])
    return None


def render(number: CallNumber, *, template: str = DEFAULT_TEMPLATE) -> str:
    """Write a call number by a library's template.

    A template is text with the fields ``{prefix}``, ``{class_no}``, ``{book_no}``, ``{volume}``,
    ``{edition}``, ``{year}``, ``{edition_or_year}`` and ``{copy}``. What stands in ``[ ]`` is left out when a
    field in it is empty; brackets do not nest. A line break is kept, for labels of several lines.

    :raises ValueError: for a template that ``template_fault`` finds fault with.
    """
    written = []
    for optional, pieces in _read_template(template):
        values = [getattr(number, piece[1:-1]) if piece.startswith("{") else piece for piece in pieces]
        if optional and not all(values):
            continue
        written.extend(values)
    return "".join(written)


def template_fault(template: str) -> str | None:
    """The part of a template that cannot be read (an unknown field, a stray brace or bracket), or ``None``."""
    try:
        _read_template(template)
    except TemplateError as error:
        return error.piece
    return None


class TemplateError(ValueError):
    """A template that cannot be read; ``piece`` is the part at fault."""

    def __init__(self, piece: str) -> None:
        super().__init__(f"not understood in a call number template: {piece!r}")
        self.piece = piece


_TEMPLATE_FIELDS = frozenset(field.name for field in fields(CallNumber)) | {"edition", "year"}
_SEGMENT = re.compile(r"\[(?P<optional>[^\[\]]*)\]|(?P<plain>[^\[\]]+)|(?P<stray>.)", re.DOTALL)
_PIECE = re.compile(r"\{[a-z_]*\}|[^{}]+|(?P<stray>.)", re.DOTALL)


@lru_cache(maxsize=64)
def _read_template(template: str) -> tuple[tuple[bool, tuple[str, ...]], ...]:
    """Segments in order: whether it is optional, and its pieces (``{field}`` or text)."""
    segments = []
    for segment in _SEGMENT.finditer(template):
        if segment["stray"]:
            raise TemplateError(segment["stray"])
        optional = segment["optional"] is not None
        pieces = []
        for piece in _PIECE.finditer(segment["optional"] if optional else segment["plain"]):
            text = piece.group()
            if piece["stray"] or (text.startswith("{") and text[1:-1] not in _TEMPLATE_FIELDS):
                raise TemplateError(text)
            pieces.append(text)
        segments.append((optional, tuple(pieces)))
    return tuple(segments)
