"""Records as other systems take them: MARCXML that fits the MARC21slim schema, MarcXchange, and Dublin Core.

``marcxml`` gives back what came in, whatever it is; here a record is mended until its schema lets it pass: a leader
with blanks where a position makes no sense, control fields before data fields, no field or subfield without a tag,
code or content, and U+FFFD for a character that XML cannot hold.
"""

import re
from collections.abc import Iterable, Iterator

from wenyuan.kernel.marc.description import ClassScheme, Description, DocumentKind
from wenyuan.kernel.marc.marcxml import NAMESPACE
from wenyuan.kernel.marc.model import ControlField, DataField, Field, Record, plain_leader
from wenyuan.kernel.xmltext import around, element

MARCXCHANGE = "info:lc/xmlns/marcxchange-v2"
"""Namespace of MarcXchange 2.0, ISO 25577: the MARCXML of every other MARC format."""

_CONTROL_TAG = re.compile("00[1-9A-Za-z]")
_DATA_TAG = re.compile("0(?:[1-9A-Z][0-9A-Z]|[1-9a-z][0-9a-z])|[1-9A-Z][0-9A-Z]{2}|[1-9a-z][0-9a-z]{2}")
_INDICATOR = re.compile("[0-9a-z ]")
_CODE = re.compile(r"[0-9A-Za-z!\"#$%&'()*+,\-./:;<=>?{}_^`~\[\]\\]")
_LEADER = (
    (re.compile("[0-9A-Za-z ]"), " "),
    (re.compile("[0-9A-Za-z]"), "a"),
    *((re.compile("[0-9A-Za-z ]"), " "),) * 3,
    *((re.compile("[2 ]"), "2"),) * 2,
)
"""Positions 5-11: what each may be, and what stands there if it is something else."""

_MAP = re.compile("[0-9 ]{4}")

DC_TYPES = {
    DocumentKind.SERIAL: "Text",
    DocumentKind.BOOK: "Text",
    DocumentKind.MANUSCRIPT: "Text",
    DocumentKind.RARE: "Text",
    DocumentKind.RUBBING: "Image",
    DocumentKind.AUDIO: "Sound",
    DocumentKind.MUSIC: "Text",
    DocumentKind.VIDEO: "MovingImage",
    DocumentKind.MAP: "Image",
    DocumentKind.GRAPHIC: "StillImage",
    DocumentKind.ELECTRONIC: "InteractiveResource",
    DocumentKind.KIT: "Collection",
    DocumentKind.REALIA: "PhysicalObject",
}
"""Terms of the DCMI Type Vocabulary."""


def to_slim(record: Record) -> str:
    """A MARC 21 record as one element that fits the MARC21slim schema 1.2."""
    leader = f"{_first_half(record)}{_three(record)}4500"
    return around("record", _content(record, leader), {"xmlns": NAMESPACE, "type": "Bibliographic"})


def to_marcxchange(record: Record, *, form: str = "CNMARC") -> str:
    """A record of another format, said by ``form``, as one MarcXchange element; its leader ends as that format does,
    or, where it ends in what is no directory map of ISO 2709, as CNMARC."""
    end = plain_leader(record.leader)[20:]
    leader = f"{_first_half(record)}{_three(record)}{end if _MAP.fullmatch(end) else '450 '}"
    return around("record", _content(record, leader), {"xmlns": MARCXCHANGE, "format": form, "type": "Bibliographic"})


def _first_half(record: Record) -> str:
    leader = plain_leader(record.leader)
    middle = (
        one if pattern.fullmatch(one) else instead
        for one, (pattern, instead) in zip(leader[5:12], _LEADER, strict=True)
    )
    return f"{leader[:5]}{''.join(middle)}{leader[12:17]}"


def _three(record: Record) -> str:
    return "".join(one if re.fullmatch("[0-9A-Za-z ]", one) else " " for one in record.leader[17:20])


def _content(record: Record, leader: str) -> str:
    fields = [*_control_fields(record.fields), *_data_fields(record.fields)]
    return "".join([element("leader", leader), *fields])


def _control_fields(fields: Iterable[Field]) -> Iterator[str]:
    for field in fields:
        if isinstance(field, ControlField) and _CONTROL_TAG.fullmatch(field.tag):
            yield element("controlfield", field.data, {"tag": field.tag})


def _data_fields(fields: Iterable[Field]) -> Iterator[str]:
    for field in fields:
        if isinstance(field, DataField) and _DATA_TAG.fullmatch(field.tag):
            content = "".join(
                element("subfield", value, {"code": code}) for code, value in field.subfields if _CODE.fullmatch(code)
            )
            if content:
                ind1, ind2 = (one if _INDICATOR.fullmatch(one) else " " for one in (field.ind1, field.ind2))
                yield around("datafield", content, {"tag": field.tag, "ind1": ind1, "ind2": ind2})


def dublin_core(described: Description) -> Iterator[tuple[str, str]]:
    """The record as (element, text) of the fifteen elements of simple Dublin Core (ISO 15836-1), empty ones left out.

    Persons stand under ``creator`` where the record names no role or an author's, else under ``contributor``.
    """
    volume = " ".join(part for part in described.volume if part)
    title = " : ".join(part for part in (f"{described.title} {volume}".strip(), *described.other_title_info) if part)
    pairs: list[tuple[str, str]] = [("title", title)]
    pairs += [("title", other) for other in (*described.parallel_titles, *described.other_titles)]
    pairs += [("creator" if _is_author(one.role) else "contributor", one.name) for one in described.authors]
    pairs += [("subject", text) for text in (*described.subjects, *described.keywords)]
    pairs += [("subject", one.number) for one in described.class_numbers if one.scheme is ClassScheme.CLC]
    pairs.append(("description", described.summary))
    pairs.append(("publisher", described.publisher))
    pairs.append(("date", str(described.year) if described.year is not None else ""))
    pairs.append(("type", DC_TYPES.get(described.document_kind, "")))
    pairs.append(("format", described.extent))
    pairs += [("identifier", f"URN:ISBN:{number}") for number in described.isbns]
    pairs += [("identifier", f"URN:ISSN:{number}") for number in described.issns]
    pairs += [("identifier", number) for number in described.unified_numbers]
    pairs.append(("language", described.language))
    pairs += [("relation", series) for series in described.series]
    return ((name, text) for name, text in dict.fromkeys(pairs) if text.strip())


def _is_author(role: str) -> bool:
    return not role or any(word in role.lower() for word in ("著", "撰", "作", "author", "aut", "creator"))
