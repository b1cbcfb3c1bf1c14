"""The headings of a record: which fields hold one, and which of their subfields are its name and dates."""

from collections.abc import Iterator
from typing import Final

from wenyuan.kernel.headings.kinds import LONGEST_DATES, LONGEST_NAME, Heading, HeadingKind, is_body
from wenyuan.kernel.headings.names import name_of, persons_of, plain_dates
from wenyuan.kernel.marc import DataField, Dialect, Record
from wenyuan.kernel.marc.tagged import without_marks

MOST_HEADINGS: Final = 200
"""Headings of one record that are followed; a record of ten thousand fields is no catalogue entry."""

KINDS: Final = {
    Dialect.CNMARC: {
        HeadingKind.PERSON: ("700", "701", "702", "600"),
        HeadingKind.BODY: ("710", "711", "712", "601"),
        HeadingKind.TOPIC: ("606",),
        HeadingKind.PLACE: ("607",),
        HeadingKind.TITLE: ("500", "605"),
        HeadingKind.SERIES: ("225", "410"),
    },
    Dialect.MARC21: {
        HeadingKind.PERSON: ("100", "700", "600", "800"),
        HeadingKind.BODY: ("110", "111", "710", "711", "610", "611", "810", "811"),
        HeadingKind.TOPIC: ("650",),
        HeadingKind.PLACE: ("651",),
        HeadingKind.TITLE: ("130", "240", "730", "630"),
        HeadingKind.SERIES: ("440", "490", "830"),
    },
}
_KIND_OF: Final = {
    dialect: {tag: kind for kind, tags in kinds.items() for tag in tags} for dialect, kinds in KINDS.items()
}
_RESPONSIBILITY: Final = {Dialect.CNMARC: ("200", "fg"), Dialect.MARC21: ("245", "c")}
_NAMES: Final = {Dialect.CNMARC: ("70", "71"), Dialect.MARC21: ("10", "11", "70", "71")}
DATES_CODE: Final = {Dialect.CNMARC: "f", Dialect.MARC21: "d"}
MEETINGS: Final = ("111", "711", "611", "811")
EMBEDDED: Final = "410"
_PART: Final = ". "
"""Between a body and its part."""


def headings_of(record: Record, dialect: Dialect) -> tuple[Heading, ...]:
    """Each heading of a record once, in the order of its fields.

    A record without a single heading of a name gives those of its statement of responsibility (``is_stated``).
    """
    found: dict[tuple[HeadingKind, str, str], Heading] = {}
    has_name = False
    for field in record.fields:
        if isinstance(field, DataField) and (heading := heading_in(field, dialect)) is not None:
            has_name = has_name or field.tag.startswith(_NAMES[dialect])
            found.setdefault(heading.form, heading)
            if len(found) >= MOST_HEADINGS:
                break
    if not has_name:
        for heading in _stated(record, dialect):
            found.setdefault(heading.form, heading)
    return tuple(found.values())[:MOST_HEADINGS]


def heading_in(field: DataField, dialect: Dialect) -> Heading | None:
    """The heading that a field holds, if it holds one."""
    kind = _KIND_OF[dialect].get(field.tag)
    if kind is None:
        return None
    heading = _read(field, kind, dialect)
    return heading if heading.key and len(heading.name) <= LONGEST_NAME else None


def _read(field: DataField, kind: HeadingKind, dialect: Dialect) -> Heading:
    if kind is HeadingKind.PERSON:
        person = name_of(_joined(field, dialect, "ab", ", " if dialect is Dialect.CNMARC else " "))
        return Heading(kind, person.name, dates_in(field, dialect) or person.dates)
    if kind is HeadingKind.BODY:
        codes = "a" if dialect is Dialect.MARC21 and field.tag in MEETINGS else "ab"
        return Heading(kind, name_of(_joined(field, dialect, codes, _PART)).name)
    if dialect is Dialect.CNMARC and field.tag == EMBEDDED:
        return Heading(kind, _embedded_title(field))
    texts = field.all("a")[:1]
    return Heading(kind, (without_marks(texts[0]) if dialect is Dialect.MARC21 else texts[0]) if texts else "")


def dates_in(field: DataField, dialect: Dialect) -> str:
    """The dates of a person's field, in one spelling; what is no year is kept as it is written."""
    text = field.first(DATES_CODE[dialect]).strip(" ,;.")
    return plain_dates(text) or text.strip("()[] ")[:LONGEST_DATES]


def _joined(field: DataField, dialect: Dialect, codes: str, mark: str) -> str:
    texts = field.all(codes)
    plain = list(filter(None, map(without_marks, texts) if dialect is Dialect.MARC21 else texts))
    if mark == _PART:  # "U.S." keeps its stop before a part, and has no second
        plain[:-1] = [text.rstrip(_PART) for text in plain[:-1]]
    return mark.join(plain)


def _embedded_title(field: DataField) -> str:
    """The title of a linked series: $a behind ``$1200``, or $a or $t of a field that embeds nothing."""
    inside = ""
    for code, value in field.subfields:
        if code == "1":
            inside = value[:3]
        elif is_embedded_title(inside, code) and value.strip():
            return value.strip()
    return ""


def is_embedded_title(inside: str, code: str) -> bool:
    """Whether a subfield of a link field is its title; ``inside`` is the tag of the field embedded there."""
    return inside in ("", "200") and code in ("a", "t")


def _stated(record: Record, dialect: Dialect) -> Iterator[Heading]:
    tag, codes = _RESPONSIBILITY[dialect]
    for field in record.fields:
        if field.tag == tag and isinstance(field, DataField):
            for person in persons_of("; ".join(field.all(codes))):
                heading = _as_heading(person.name, person.dates)
                if heading.key and len(heading.name) <= LONGEST_NAME:
                    yield heading
            return


def _as_heading(name: str, dates: str) -> Heading:
    if is_body(name):
        return Heading(HeadingKind.BODY, name, is_stated=True)
    return Heading(HeadingKind.PERSON, name, dates, is_stated=True)
