"""How a work is cited: a line after GB/T 7714-2015 for a whole book or periodical, and files for programs that keep
references (RIS, BibTeX)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from wenyuan.holdings.catalogue.data import BibView
from wenyuan.kernel.booknumbers import ean_check_digit
from wenyuan.kernel.headings import name_of
from wenyuan.kernel.marc import Description

# GB/T 7714-2015, annex B: marks of document type. What has no mark of its own is Z.
_MARKS = {
    "book": "M",
    "rare": "M",
    "manuscript": "M",
    "music": "M",
    "serial": "J",
    "map": "CM",
    "electronic": "EB",
}
_OTHER = "Z"
# Reference types of RIS; what has none is GEN.
_RIS_TYPES: Final = {
    "book": "BOOK",
    "rare": "BOOK",
    "manuscript": "MANSCPT",
    "serial": "JFULL",
    "audio": "SOUND",
    "video": "VIDEO",
    "music": "MUSIC",
    "map": "MAP",
    "graphic": "ART",
    "electronic": "ELEC",
}
_BOOKS: Final = frozenset({"book", "rare", "manuscript"})
# Who translated, edited by comparison or drew stands after the title, unless nobody else is named.
_HELPING: Final = re.compile(r"译|校|注|绘|插图|审|trl|trans|ill", re.IGNORECASE)
_NAMED: Final = 3
"""Names of a citation; who follows is "and others" (8.1.2)."""
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_EDITION: Final = re.compile(r"\A第?\s*([0-9]{1,3}|[一二三四五六七八九十])\s*版\Z")
_FIGURES: Final = {figure: number for number, figure in enumerate("一二三四五六七八九十", start=1)}
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
"""All that some program takes for the end of a line."""
# TeX's own characters. Braces by name: programs count them even behind a backslash.
_TEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "$&#%_"},
    }
)
# Registrant ranges of ISBN group 978-7 (International ISBN Agency, range message): first two digits, digits.
_CHINESE_GROUP = "9787"
_REGISTRANTS = (("00", "09", 2), ("100", "499", 3), ("5000", "7999", 4), ("80000", "89999", 5), ("900000", "999999", 6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What a citation is made of; what the record does not state is empty. ``helpers`` are (name, role)."""

    id: int
    document_kind: str
    title: str
    title_info: str
    volume: str
    authors: tuple[str, ...]
    helpers: tuple[tuple[str, str], ...]
    edition: str
    place: str
    publisher: str
    year: int | None
    series: tuple[str, ...]
    isbns: tuple[str, ...]
    issns: tuple[str, ...]
    language: str
    summary: str

    @property
    def full_title(self) -> str:
        """Title, what is said beside it, and volume."""
        return ": ".join(filter(None, (self.title, self.title_info, self.volume)))


def cited(bib: BibView, record: Description | None) -> Cited:
    """The facts of a bib and its record; without a record those of the bib alone."""
    said = record or Description()
    names = [(_plain(name_of(one.name).name), _plain(one.role)) for one in said.authors]
    authors = [name for name, role in names if not _HELPING.search(role)]
    helpers = [(name, role) for name, role in names if _HELPING.search(role)]
    if not authors:
        authors, helpers = [name for name, _role in helpers] or [_plain(bib.author)], []
    return Cited(
        id=bib.id,
        document_kind=bib.document_kind,
        title=_plain(bib.title),
        title_info=_plain(said.other_title_info[0]) if said.other_title_info else "",
        volume=_plain(bib.volume),
        authors=tuple(dict.fromkeys(filter(None, authors))),
        helpers=tuple(dict.fromkeys((name, role) for name, role in helpers if name)),
        edition=_plain(said.edition),
        place=_plain(said.place).strip("[]"),
        publisher=_plain(bib.publisher),
        year=bib.year,
        series=tuple(filter(None, map(_plain, said.series))),
        isbns=tuple(number for kind, number in bib.identifiers if kind == "isbn"),
        issns=tuple(number for kind, number in bib.identifiers if kind == "issn"),
        language=_plain(bib.language),
        summary=_plain(bib.summary),
    )


def _plain(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def gbt7714(work: Cited) -> str:
    """``路遥. 平凡的世界[M]. 2版. 北京: 人民文学出版社, 2012.``; what the record does not state is left out."""
    mark = _MARKS.get(work.document_kind, _OTHER)
    chinese = bool(_HAN.search(work.title))
    helpers = [_names([name], chinese) + (f", {role}" if role else "") for name, role in work.helpers[:_NAMED]]
    publisher = ": ".join(filter(None, (work.place, work.publisher)))
    parts = (
        _names(work.authors, chinese),
        f"{work.full_title}[{mark}]",
        "; ".join(helpers),
        _edition(work.edition),
        ", ".join(filter(None, (publisher, str(work.year or "")))),
    )
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _names(names: Iterable[str], chinese: bool) -> str:
    known = list(names)
    others = ["等" if chinese else "et al"] if len(known) > _NAMED else []
    return ", ".join(known[:_NAMED] + others)


def _edition(statement: str) -> str:
    """``2版`` of 第2版 or 第二版; empty for a first edition (8.4.1), other statements as printed."""
    found = _EDITION.match(statement)
    if found is None:
        return statement
    number = _FIGURES.get(found.group(1)) or int(found.group(1))
    return f"{number}版" if number > 1 else ""


def ris(work: Cited, address: str) -> str:
    """A reference in RIS (one tag a line, CR LF); no value can begin a line of its own."""
    return "".join(f"{tag}  - {value}\r\n" for tag, value in (*_ris_lines(work, address), ("ER", "")))


def _ris_lines(work: Cited, address: str) -> Iterator[tuple[str, str]]:
    yield "TY", _RIS_TYPES.get(work.document_kind, "GEN")
    yield "ID", f"wenyuan{work.id}"
    many = (
        ("AU", work.authors),
        ("A4", [name for name, _role in work.helpers]),
        ("TI", [": ".join(filter(None, (work.title, work.title_info)))]),
        ("VL", [work.volume]),
        ("T3", work.series),
        ("ET", [work.edition]),
        ("CY", [work.place]),
        ("PB", [work.publisher]),
        ("PY", [str(work.year or "")]),
        ("SN", (*work.isbns, *work.issns)),
        ("LA", [work.language]),
        ("AB", [work.summary]),
        ("UR", [address]),
    )
    for tag, values in many:
        yield from ((tag, value) for value in values if value)


def bibtex(work: Cited, address: str) -> str:
    """A reference in BibTeX. Each name stands in braces: a program is not to look for a given name in it."""
    kind = "book" if work.document_kind in _BOOKS else "misc"
    roles = {"author": work.authors, "translator": [name for name, role in work.helpers if "译" in role]}
    fields = {name: " and ".join(f"{{{_tex(one)}}}" for one in names) for name, names in roles.items() if names}
    plain = {
        "title": ": ".join(filter(None, (work.title, work.title_info))),
        "volume": work.volume,
        "series": "; ".join(work.series),
        "edition": work.edition,
        "address": work.place,
        "publisher": work.publisher,
        "year": str(work.year or ""),
        "isbn": ", ".join(work.isbns),
        "issn": ", ".join(work.issns),
        "language": work.language,
        "abstract": work.summary,
        "url": address,
    }
    fields |= {name: _tex(value) for name, value in plain.items() if value}
    lines = "".join(f",\n  {name} = {{{value}}}" for name, value in fields.items())
    return f"@{kind}{{wenyuan{work.id}{lines}\n}}\n"


def _tex(text: str) -> str:
    return text.translate(_TEX)


def hyphenated_isbn(number: str) -> str:
    """``978-7-02-000220-7`` for an ISBN of the Chinese group; any other text as it is."""
    if len(number) != 13 or not number.isdecimal() or not number.startswith(_CHINESE_GROUP):
        return number
    if ean_check_digit(number[:12]) != number[12]:
        return number
    rest = number[4:12]
    width = next((width for first, last, width in _REGISTRANTS if first <= rest[: len(first)] <= last), 0)
    return "-".join(("978", "7", rest[:width], rest[width:], number[12])) if width else number
