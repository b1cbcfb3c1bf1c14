"""Authority records: what a record of CNMARC authorities (2XX, 4XX, 5XX) or of MARC 21 (1XX, 4XX, 5XX) says."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from wenyuan.kernel.headings.kinds import Heading, HeadingKind
from wenyuan.kernel.headings.names import Person, name_of
from wenyuan.kernel.headings.of_records import heading_in
from wenyuan.kernel.marc import DataField, Dialect, Record


class AuthorityRecord(NamedTuple):
    """A heading, the forms that lead to it (4XX), the headings beside it (5XX), and what tells it from others."""

    heading: Heading
    variants: tuple[Heading, ...] = ()
    beside: tuple[Heading, ...] = ()
    nationality: str = ""
    dynasty: str = ""
    note: str = ""
    source: str = ""


# The last two digits of a heading, and the field of a bib record that is built alike.
_ALIKE: Final[Mapping[Dialect, Mapping[str, str]]] = {
    Dialect.CNMARC: {"00": "701", "10": "711", "15": "607", "30": "500", "50": "606"},
    Dialect.MARC21: {"00": "700", "10": "710", "11": "711", "30": "730", "50": "650", "51": "651"},
}
_HEADINGS: Final = {Dialect.CNMARC: "2", Dialect.MARC21: "1"}
_SUBDIVISIONS: Final = "xyzjv"
_TITLE: Final = "t"
_NOTES: Final = {Dialect.CNMARC: ("300", "330"), Dialect.MARC21: ("678", "680")}
_SOURCES: Final = {Dialect.CNMARC: "810", Dialect.MARC21: "670"}


def authority_in(record: Record) -> AuthorityRecord | None:
    """What an authority record says; nothing for one without a heading, and for a heading with subdivisions or with
    a name and a title, which is none of its own here. The format shows by its tags: MARC 21 has no heading in 2XX."""
    fields = [field for field in record.fields if isinstance(field, DataField)]
    dialect = Dialect.CNMARC if any(_is_heading(field, Dialect.CNMARC) for field in fields) else Dialect.MARC21
    own = next((field for field in fields if _is_heading(field, dialect)), None)
    heading = _heading(own, dialect) if own is not None else None
    if own is None or heading is None:
        return None
    person = _person(own, dialect) if heading.kind is HeadingKind.PERSON else Person("")
    return AuthorityRecord(
        heading=heading,
        variants=tuple(_others(fields, "4", heading, dialect)),
        beside=tuple(_others(fields, "5", heading, dialect)),
        nationality=person.nationality,
        dynasty=person.dynasty,
        note=" ".join(text for field in fields if field.tag in _NOTES[dialect] for text in field.all("ai")),
        source=next((text for field in fields if field.tag == _SOURCES[dialect] for text in field.all("a")), ""),
    )


def _is_heading(field: DataField, dialect: Dialect) -> bool:
    return field.tag[0] == _HEADINGS[dialect] and field.tag[1:] in _ALIKE[dialect] and bool(field.first("a"))


def _heading(field: DataField, dialect: Dialect) -> Heading | None:
    if field.all(_SUBDIVISIONS + _TITLE):
        return None
    return heading_in(field._replace(tag=_ALIKE[dialect][field.tag[1:]]), dialect)


def _others(fields: list[DataField], first: str, heading: Heading, dialect: Dialect) -> Iterator[Heading]:
    """The headings of a block, each once; a form of another kind leads nowhere here."""
    found = {heading.form}
    for field in fields:
        if field.tag[0] == first and field.tag[1:] in _ALIKE[dialect]:
            other = _heading(field, dialect)
            if other is not None and other.kind is heading.kind and other.form not in found:
                found.add(other.form)
                yield other


def _person(field: DataField, dialect: Dialect) -> Person:
    """The name with its additions ($c), which may stand in brackets or not."""
    added = field.all("c") if dialect is Dialect.CNMARC else []
    return name_of("".join(f"({text.strip('()（）[] ')})" for text in added) + field.first("a"))
