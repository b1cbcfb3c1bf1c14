"""Description of a CNMARC record (GB/T 33286-2016; UNIMARC as far as the tags are the same)."""

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
from wenyuan.kernel.marc.tagged import Tagged, without_repeats, year_in

_KINDS = {
    "a": DocumentKind.BOOK,
    "b": DocumentKind.MANUSCRIPT,
    "c": DocumentKind.MUSIC,
    "d": DocumentKind.MUSIC,
    "e": DocumentKind.MAP,
    "f": DocumentKind.MAP,
    "g": DocumentKind.VIDEO,
    "i": DocumentKind.AUDIO,
    "j": DocumentKind.AUDIO,
    "k": DocumentKind.GRAPHIC,
    "l": DocumentKind.ELECTRONIC,
    "m": DocumentKind.KIT,
    "n": DocumentKind.REALIA,
    "r": DocumentKind.REALIA,
    "u": DocumentKind.RUBBING,
    "v": DocumentKind.RARE,
}
_NONE: list[str] = []
_NAMES = ("700", "701", "710", "711", "702", "712", "720", "721", "722")
_OTHER_TITLES = ("500", "512", "513", "514", "515", "516", "517", "518", "520", "532", "540", "541", "545")
_SUBJECTS = ("600", "601", "602", "604", "605", "606", "607")
_CLASSES = (
    ("690", ClassScheme.CLC),
    ("692", ClassScheme.LCSAS),
    ("675", ClassScheme.UDC),
    ("676", ClassScheme.DDC),
    ("680", ClassScheme.LCC),
    ("686", ClassScheme.OTHER),
    ("694", ClassScheme.OTHER),
    ("696", ClassScheme.OTHER),
)


def describe_cnmarc(tagged: Tagged) -> Description:
    """What the catalogue wants to know; the year is 210$d, failing that the coded one of 100$a/9-12."""
    titles = tagged.fields("200")
    title = titles[0] if titles else DataField("200", "", "", ())
    parts = title.by_code()
    own_titles = parts.get("a", _NONE)
    coded = _coded_data(tagged)
    imprint = tagged.fields("210")
    year = year_in(" ".join(tagged.every("210", "d"))) if imprint else None
    return Description(
        title=own_titles[0] if own_titles else "",
        other_title_info=tuple(parts.get("e", _NONE)),
        parallel_titles=without_repeats(
            [text.lstrip("= ") for text in parts.get("d", _NONE)] + tagged.every("510", "a"),
        ),
        volume=Volume(*(" ".join(parts.get(code, _NONE)) for code in "hiv")),
        statement="; ".join(title.all("fg")),
        authors=_authors(tagged),
        publisher=tagged.first("210", "c"),
        place=tagged.first("210", "a"),
        year=year if year is not None else year_in(coded[9:13]),
        edition=tagged.first("205", "a"),
        extent=_extent(tagged),
        language=tagged.first("101", "a").lower(),
        isbns=tuple(tagged.every("010", "a")),
        wrong_isbns=tuple(tagged.every("010", "z")),
        issns=tuple(tagged.every("011", "a")),
        unified_numbers=tuple(tagged.every("091", "a")),
        permit_numbers=_permits(tagged),
        price_text=tagged.first("010", "d") or tagged.first("011", "d") or tagged.first("091", "d"),
        class_numbers=_class_numbers(tagged),
        subjects=without_repeats(map(_heading, tagged.fields(*_SUBJECTS))),
        keywords=without_repeats(tagged.every("610", "a")),
        summary=" ".join(tagged.every("330", "a")),
        series=_series(tagged),
        document_kind=_document_kind(tagged.leader),
        audience=_audience(coded[17:20]),
        title_pinyin=next((parts[code][0] for code in "9A" if code in parts), ""),
        control_number=tagged.control("001").strip(),
        agency=_agency(tagged),
        other_titles=without_repeats(
            own_titles[1:]
            + parts.get("c", _NONE)
            + [text for field in titles[1:] for text in field.all("a")]
            + [text for field in tagged.fields(*_OTHER_TITLES) for text in field.all("a")]
        ),
    )


def _coded_data(tagged: Tagged) -> str:
    """100$a unstripped (its positions count), with the ``#`` and ``|`` some systems write for blanks taken as such."""
    for field in tagged.fields("100"):
        for code, value in field.subfields:
            if code == "a" and value:
                return value.replace("#", " ").replace("|", " ")
    return ""


def _permits(tagged: Tagged) -> tuple[str, ...]:
    """准印证号 have no field of their own: they stand in notes on numbers (301) or beside the number (010, 091)."""
    texts = [
        *tagged.every("301", "a"),
        *tagged.every("091", "ab"),
        *tagged.every("010", "b"),
        *tagged.every("300", "a"),
    ]
    return tuple(text for text in texts if "准印" in text)


def _class_numbers(tagged: Tagged) -> tuple[ClassNumber, ...]:
    found: list[ClassNumber] = []
    for tag, scheme in _CLASSES:
        for field in tagged.fields(tag):
            found += [ClassNumber(number, field.first("v"), scheme) for number in field.all("a")]
    return tuple(found)


def _authors(tagged: Tagged) -> tuple[Contribution, ...]:
    found: dict[Contribution, None] = {}
    for field in tagged.fields(*_NAMES):
        body = field.tag[1] == "1"
        name = (". " if body else ", ").join(field.all("ab"))
        if name:
            pinyin = " ".join(field.all("9")) or " ".join(field.all("AB"))
            found[Contribution(name, " ".join(field.all("4")), pinyin or None)] = None
    return tuple(found)


def _heading(field: DataField) -> str:
    """The name or topic with its additions, then the subdivisions ($x topic, $y place, $z time, $j form)."""
    name = ", ".join(field.all("abcdfgt"))
    return "--".join(([name] if name else []) + field.all("xyzj"))


def _extent(tagged: Tagged) -> str:
    """The first 215 with the punctuation of ISBD area 5."""
    for field in tagged.fields("215"):
        pieces = [", ".join(field.all("a"))]
        for code, mark in (("c", " : "), ("d", " ; "), ("e", " + ")):
            pieces += [mark + value for value in field.all(code)]
        return "".join(pieces).strip(" :;+")
    return ""


def _series(tagged: Tagged) -> tuple[str, ...]:
    """The series statements; failing them the titles of the linked series or set, from their embedded 200."""
    stated = [" ; ".join(field.all("a")[:1] + field.all("v")[:1]) for field in tagged.fields("225")]
    if stated:
        return without_repeats(stated)
    return without_repeats(_linked_title(field) for field in tagged.fields("410", "461", "462"))


def _linked_title(field: DataField) -> str:
    """The $a (and $v) behind a ``$1200xx``; an older form has $t or no embedded field at all."""
    title = volume = ""
    inside = ""
    for code, value in field.subfields:
        if code == "1":
            inside = value[:3]
        elif inside in ("", "200") and code in ("a", "t") and not title:
            title = value.strip()
        elif inside in ("", "200") and code == "v" and not volume:
            volume = value.strip()
    return f"{title} ; {volume}" if title and volume else title


def _document_kind(leader: str) -> DocumentKind:
    kind = _KINDS.get(leader[6:7], DocumentKind.OTHER)
    return DocumentKind.SERIAL if leader[7:8] == "s" and kind is DocumentKind.BOOK else kind


def _audience(codes: str) -> Audience:
    """``a``-``d`` are children, ``k`` and ``m`` adults.

    ``e`` (14-20) tips neither way, since most templates carry it.
    """
    juvenile = any(code in "abcd" for code in codes)
    adult = any(code in "km" for code in codes)
    if juvenile and adult:
        return Audience.GENERAL
    if juvenile:
        return Audience.JUVENILE
    if adult:
        return Audience.ADULT
    return Audience.GENERAL if "e" in codes else Audience.UNKNOWN


def _agency(tagged: Tagged) -> str:
    """Who catalogued: 801 with second indicator 0, failing that the first 801."""
    fields = tagged.fields("801")
    for field in fields:
        if field.ind2 == "0" and (found := field.first("b")):
            return found
    return tagged.first("801", "b")
