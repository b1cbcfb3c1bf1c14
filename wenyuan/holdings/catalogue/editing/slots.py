"""Which fields of a form stand where in a record, for each format and kind of document. Data alone."""

from typing import NamedTuple

from wenyuan.holdings.catalogue.editing.drafts import RecordKind
from wenyuan.kernel.marc import Dialect


class Text(NamedTuple):
    """One subfield of the first field with one of the tags (the first tag where there is none yet)."""

    tags: tuple[str, ...]
    code: str
    indicators: str = "  "
    is_long: bool = False


class Names(NamedTuple):
    """Names with their roles, one a line (``余华 / 著``): one field each."""

    tags: tuple[str, ...]
    role: str
    indicators: str


class Headings(NamedTuple):
    """Headings or words, one a line, their parts behind ``--``: one field each; new parts are ``part`` subdivisions."""

    tags: tuple[str, ...]
    indicators: str
    parts: str = ""
    part: str = ""
    source: tuple[str, str] | None = None


class Coded(NamedTuple):
    """One code of a coded field, chosen from its list."""

    tag: str
    code: str
    start: int


Slot = Text | Names | Headings | Coded

_CNMARC: dict[str, Slot] = {
    "isbn": Text(("010",), "a"),
    "binding": Text(("010",), "b"),
    "price": Text(("010",), "d"),
    "issn": Text(("011",), "a"),
    "serial_price": Text(("011",), "d"),
    "unified_number": Text(("091",), "a"),
    "permit": Text(("301",), "a"),
    "title": Text(("200",), "a", "1 "),
    "title_pinyin": Text(("200",), "9", "1 "),
    "other_title": Text(("200",), "e", "1 "),
    "part_number": Text(("200",), "h", "1 "),
    "part_title": Text(("200",), "i", "1 "),
    "volume": Text(("200",), "v", "1 "),
    "parallel_title": Text(("200",), "d", "1 "),
    "statement": Text(("200",), "f", "1 "),
    "further_statement": Text(("200",), "g", "1 "),
    "persons": Names(("701", "700"), "4", " 0"),
    "bodies": Names(("711", "710"), "4", "02"),
    "other_persons": Names(("702",), "4", " 0"),
    "other_bodies": Names(("712",), "4", "02"),
    "edition": Text(("205",), "a"),
    "place": Text(("210",), "a"),
    "publisher": Text(("210",), "c"),
    "published": Text(("210",), "d"),
    "extent": Text(("215",), "a"),
    "illustrations": Text(("215",), "c"),
    "size": Text(("215",), "d"),
    "accompanying": Text(("215",), "e"),
    "numbering": Text(("207",), "a", " 0"),
    "frequency": Text(("326",), "a"),
    "series": Text(("225",), "a", "2 "),
    "series_volume": Text(("225",), "v", "2 "),
    "subjects": Headings(("606",), "0 ", "axyzj", "x"),
    "keywords": Headings(("610",), "0 ", "a"),
    "class_no": Text(("690",), "a"),
    "class_edition": Text(("690",), "v"),
    "summary": Text(("330",), "a", is_long=True),
    "contents": Text(("327",), "a", "1 ", is_long=True),
    "note": Text(("300",), "a", is_long=True),
    "system_needs": Text(("337",), "a"),
    "url": Text(("856",), "u", "4 "),
    "language": Text(("101",), "a", "0 "),
    "original_language": Text(("101",), "c", "0 "),
    "audience": Coded("100", "a", 17),
    "literary_form": Coded("105", "a", 11),
    "physical_form": Coded("106", "a", 0),
}
_MARC21: dict[str, Slot] = {
    "isbn": Text(("020",), "a"),
    "binding": Text(("020",), "q"),
    "price": Text(("020",), "c"),
    "issn": Text(("022",), "a"),
    "permit": Text(("024",), "a", "8 "),
    "title": Text(("245",), "a", "10"),
    "other_title": Text(("245",), "b", "10"),
    "part_number": Text(("245",), "n", "10"),
    "part_title": Text(("245",), "p", "10"),
    "statement": Text(("245",), "c", "10"),
    "persons": Names(("100",), "e", "1 "),
    "bodies": Names(("110",), "e", "2 "),
    "other_persons": Names(("700",), "e", "1 "),
    "other_bodies": Names(("710",), "e", "2 "),
    "edition": Text(("250",), "a"),
    "place": Text(("264", "260"), "a", " 1"),
    "publisher": Text(("264", "260"), "b", " 1"),
    "published": Text(("264", "260"), "c", " 1"),
    "extent": Text(("300",), "a"),
    "illustrations": Text(("300",), "b"),
    "size": Text(("300",), "c"),
    "accompanying": Text(("300",), "e"),
    "numbering": Text(("362",), "a", "0 "),
    "frequency": Text(("310",), "a"),
    "series": Text(("490",), "a", "0 "),
    "series_volume": Text(("490",), "v", "0 "),
    "subjects": Headings(("650",), " 4", "avxyz", "x"),
    "keywords": Headings(("653",), "  ", "a"),
    "class_no": Text(("084",), "a"),
    "class_edition": Text(("084",), "2"),
    "summary": Text(("520",), "a", is_long=True),
    "contents": Text(("505",), "a", "0 ", is_long=True),
    "note": Text(("500",), "a", is_long=True),
    "system_needs": Text(("538",), "a"),
    "url": Text(("856",), "u", "40"),
    "language": Coded("008", "", 35),
    "original_language": Text(("041",), "h", "1 "),
}
SLOTS: dict[Dialect, dict[str, Slot]] = {Dialect.CNMARC: _CNMARC, Dialect.MARC21: _MARC21}

_TITLE = (
    *("title", "title_pinyin", "other_title", "part_number", "part_title", "volume", "parallel_title"),
    *("statement", "further_statement"),
)
_PEOPLE = ("persons", "bodies", "other_persons", "other_bodies")
_IMPRINT = ("edition", "place", "publisher", "published")
_FORM = ("extent", "illustrations", "size", "accompanying")
_SERIES = ("series", "series_volume")
_ABOUT = ("subjects", "keywords", "class_no", "class_edition", "summary")
_NOTES = ("contents", "note")
_CODES = ("language", "original_language", "audience", "literary_form", "physical_form")

FIELDS: dict[RecordKind, tuple[tuple[str, tuple[str, ...]], ...]] = {
    RecordKind.BOOK: (
        ("numbers", ("isbn", "binding", "price", "unified_number")),
        *(("title", _TITLE), ("people", _PEOPLE), ("imprint", _IMPRINT), ("form", (*_FORM, *_SERIES))),
        *(("about", _ABOUT), ("notes", _NOTES), ("codes", _CODES)),
    ),
    RecordKind.SERIAL: (
        ("numbers", ("issn", "serial_price", "unified_number")),
        *(("title", _TITLE), ("people", _PEOPLE), ("imprint", (*_IMPRINT, "numbering", "frequency"))),
        *(("form", (*_FORM, *_SERIES)), ("about", _ABOUT), ("notes", ("note",))),
        ("codes", ("language", "audience", "physical_form")),
    ),
    RecordKind.LOCAL: (
        ("numbers", ("permit", "isbn", "price", "unified_number")),
        *(("title", _TITLE), ("people", _PEOPLE), ("imprint", _IMPRINT), ("form", (*_FORM, *_SERIES))),
        *(("about", _ABOUT), ("notes", _NOTES), ("codes", _CODES)),
    ),
    RecordKind.ELECTRONIC: (
        ("numbers", ("url", "isbn", "issn", "system_needs")),
        *(("title", _TITLE), ("people", _PEOPLE), ("imprint", _IMPRINT), ("form", (*_FORM, *_SERIES))),
        *(("about", _ABOUT), ("notes", _NOTES), ("codes", ("language", "original_language", "audience"))),
    ),
    RecordKind.AUDIO_VISUAL: (
        ("numbers", ("isbn", "price")),
        *(("title", _TITLE), ("people", _PEOPLE), ("imprint", _IMPRINT), ("form", (*_FORM, *_SERIES))),
        *(("about", _ABOUT), ("notes", _NOTES), ("codes", ("language", "original_language", "audience"))),
    ),
}
"""What the form of each kind asks, in groups; what a format has no place for is not asked."""
