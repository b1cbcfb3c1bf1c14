"""Description of a MARC 21 bibliographic record; the ISBD punctuation that ends its subfields is taken off."""

import re

from wenyuan.kernel.marc.description import (
    Audience,
    ClassNumber,
    ClassScheme,
    Contribution,
    Description,
    DocumentKind,
    Volume,
)
from wenyuan.kernel.marc.model import DataField
from wenyuan.kernel.marc.tagged import ISBD_END, Tagged, without_marks, without_repeats, year_in

_KINDS = {
    "a": DocumentKind.BOOK,
    "c": DocumentKind.MUSIC,
    "d": DocumentKind.MUSIC,
    "e": DocumentKind.MAP,
    "f": DocumentKind.MAP,
    "g": DocumentKind.VIDEO,
    "i": DocumentKind.AUDIO,
    "j": DocumentKind.AUDIO,
    "k": DocumentKind.GRAPHIC,
    "m": DocumentKind.ELECTRONIC,
    "o": DocumentKind.KIT,
    "p": DocumentKind.KIT,
    "r": DocumentKind.REALIA,
    "t": DocumentKind.MANUSCRIPT,
}
_AUDIENCES = {
    "a": Audience.JUVENILE,
    "b": Audience.JUVENILE,
    "c": Audience.JUVENILE,
    "d": Audience.JUVENILE,
    "e": Audience.ADULT,
    "f": Audience.ADULT,
    "g": Audience.GENERAL,
    "j": Audience.JUVENILE,
}
_HAS_NO_AUDIENCE = (DocumentKind.SERIAL, DocumentKind.MAP, DocumentKind.KIT)
_NAMES = ("100", "110", "111", "700", "710", "711", "720")
_OTHER_TITLES = ("130", "210", "222", "240", "242", "730", "740")
_SUBJECTS = ("600", "610", "611", "630", "647", "648", "650", "651")
_CLASSES = (("050", ClassScheme.LCC), ("080", ClassScheme.UDC), ("082", ClassScheme.DDC))
_CLC_SOURCES = ("clc", "中图法", "cclc", "ztf")
_EDITION_DIGITS = re.compile(r"[0-9]+")


def describe_marc21(tagged: Tagged) -> Description:
    """What the catalogue wants to know; the year is 008/7-10, failing that the one in 264$c or 260$c."""
    titles = tagged.fields("245")
    title = titles[0] if titles else DataField("245", "", "", ())
    main, parallel, rest = _title_parts(title)
    fixed = tagged.control("008")
    imprint = _imprint(tagged)
    year = year_in(fixed[7:11])
    return Description(
        title=main,
        other_title_info=rest,
        parallel_titles=without_repeats(
            [*parallel, *(without_marks(field.first("a")) for field in tagged.fields("246") if field.ind2 == "1")]
        ),
        volume=Volume(_joined(title, "n"), _joined(title, "p"), ""),
        statement=_joined(title, "c"),
        authors=_authors(tagged),
        publisher=without_marks(imprint.first("b")),
        place=without_marks(imprint.first("a")),
        year=year if year is not None else year_in(" ".join(imprint.all("c"))),
        edition=without_marks(tagged.first("250", "a")),
        extent=_extent(tagged),
        language=_language(tagged, fixed),
        isbns=tuple(map(_without_isbd, tagged.every("020", "a"))),
        wrong_isbns=tuple(map(_without_isbd, tagged.every("020", "z"))),
        issns=tuple(map(_without_isbd, tagged.every("022", "a"))),
        permit_numbers=tuple(text for text in tagged.every("024", "a") + tagged.every("500", "a") if "准印" in text),
        price_text=_without_isbd(tagged.first("020", "c")),
        class_numbers=_class_numbers(tagged),
        subjects=without_repeats(map(_heading, tagged.fields(*_SUBJECTS))),
        keywords=without_repeats(map(without_marks, tagged.every("653", "a"))),
        summary=" ".join(tagged.every("520", "a")),
        series=_series(tagged),
        document_kind=_document_kind(tagged.leader),
        audience=_audience(tagged.leader, fixed),
        control_number=tagged.control("001").strip(),
        agency=tagged.control("003").strip() or tagged.first("040", "a"),
        other_titles=_other_titles(tagged, titles[1:]),
    )


def _without_isbd(text: str) -> str:
    return ISBD_END.sub("", text)


def _joined(field: DataField, codes: str) -> str:
    return without_marks(" ".join(field.all(codes)))


def _title_parts(field: DataField) -> tuple[str, list[str], tuple[str, ...]]:
    """245 $a, then each $b: a parallel title where the text before it ends in ``=``, else other title information."""
    title = ""
    parallel: list[str] = []
    rest: list[str] = []
    before = ""
    for text in field.all("ab"):
        first, *others = re.split(r"\s=\s", text)
        if not title:
            title = without_marks(first)
        else:
            (parallel if before.endswith("=") else rest).append(without_marks(first))
        parallel += map(without_marks, others)
        before = text
    return title, parallel, tuple(filter(None, rest))


def _imprint(tagged: Tagged) -> DataField:
    """The publication statement: 264 with second indicator 1, failing that 260, failing that any 264."""
    published = [field for field in tagged.fields("264") if field.ind2 == "1"]
    for field in published + tagged.fields("260", "264"):
        return field
    return DataField("260", "", "", ())


def _authors(tagged: Tagged) -> tuple[Contribution, ...]:
    found: dict[Contribution, None] = {}
    for field in tagged.fields(*_NAMES):
        # $b is a numeral for persons (Elizabeth II) and a subordinate unit for bodies.
        name = _joined(field, "ab") if field.tag.endswith("10") else _joined(field, "abq")
        if name:
            role = " ".join(map(without_marks, field.all("e"))) or " ".join(field.all("4"))
            found[Contribution(name, role, None)] = None
    return tuple(found)


def _heading(field: DataField) -> str:
    """The name, title or topic, then the subdivisions ($v form, $x topic, $y time, $z place) in their order."""
    name = ", ".join(map(without_marks, field.all("abcdnpt")))
    return "--".join(([name] if name else []) + list(map(without_marks, field.all("vxyz"))))


def _extent(tagged: Tagged) -> str:
    fields = tagged.fields("300")
    return without_marks(" ".join(fields[0].all("abce"))) if fields else ""


def _language(tagged: Tagged, fixed: str) -> str:
    coded = fixed[35:38].strip().lower()
    return coded if len(coded) == 3 and coded.isalpha() else tagged.first("041", "a")[:3].lower()


def _class_numbers(tagged: Tagged) -> tuple[ClassNumber, ...]:
    """084 by its source code, 093 (CLC in Chinese use of MARC 21), then 050, 080 and 082."""
    found = []
    for field in tagged.fields("084"):
        source = field.first("2").lower()
        scheme = ClassScheme.CLC if source.startswith(_CLC_SOURCES) else ClassScheme.OTHER
        edition = _EDITION_DIGITS.search(source)
        found += [ClassNumber(number, edition.group() if edition else "", scheme) for number in field.all("a")]
    for field in tagged.fields("093"):
        found += [ClassNumber(number, field.first("v"), ClassScheme.CLC) for number in field.all("a")]
    for tag, scheme in _CLASSES:
        for field in tagged.fields(tag):
            edition_text = field.first("2") if scheme is not ClassScheme.LCC else ""
            found += [ClassNumber(number, edition_text, scheme) for number in field.all("a")]
    return tuple(found)


def _series(tagged: Tagged) -> tuple[str, ...]:
    fields = tagged.fields("490") or tagged.fields("440") or tagged.fields("830")
    return without_repeats(" ; ".join(map(without_marks, field.all("a")[:1] + field.all("v")[:1])) for field in fields)


def _document_kind(leader: str) -> DocumentKind:
    kind = _KINDS.get(leader[6:7], DocumentKind.OTHER)
    return DocumentKind.SERIAL if leader[7:8] in ("s", "b", "i") and kind is DocumentKind.BOOK else kind


def _audience(leader: str, fixed: str) -> Audience:
    """008/22 means the audience for books, music, visual material and computer files alone."""
    if _document_kind(leader) in _HAS_NO_AUDIENCE:
        return Audience.UNKNOWN
    return _AUDIENCES.get(fixed[22:23], Audience.UNKNOWN)


def _other_titles(tagged: Tagged, further: list[DataField]) -> tuple[str, ...]:
    """Variant titles, and from 880 the title in its own script where 245 holds a romanised one."""
    fields = [field for field in tagged.fields("246") if field.ind2 != "1"]
    fields += tagged.fields(*_OTHER_TITLES) + further
    fields += [field for field in tagged.fields("880") if field.first("6")[:3] in ("245", "246")]
    return without_repeats(without_marks(field.first("a")) for field in fields)
