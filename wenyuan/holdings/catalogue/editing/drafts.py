"""What a new record begins with: the coded fields of its kind, and a place for what every cataloguer fills in."""

from datetime import date
from enum import StrEnum

from wenyuan.kernel.marc import ControlField, DataField, Dialect, Field, Record, from_text


class RecordKind(StrEnum):
    """What is catalogued, as the form asks for it. Local documents (地方文献) are books with numbers of their own."""

    BOOK = "book"
    SERIAL = "serial"
    LOCAL = "local"
    ELECTRONIC = "electronic"
    AUDIO_VISUAL = "audio_visual"


_TYPES = {
    Dialect.CNMARC: {
        RecordKind.BOOK: "am0",
        RecordKind.SERIAL: "as0",
        RecordKind.LOCAL: "am0",
        RecordKind.ELECTRONIC: "lm0",
        RecordKind.AUDIO_VISUAL: "gm0",
    },
    Dialect.MARC21: {
        RecordKind.BOOK: "am ",
        RecordKind.SERIAL: "as ",
        RecordKind.LOCAL: "am ",
        RecordKind.ELECTRONIC: "mm ",
        RecordKind.AUDIO_VISUAL: "gm ",
    },
}
_CNMARC_HEAD = {
    RecordKind.BOOK: "010 ## $a$d",
    RecordKind.SERIAL: "011 ## $a$d",
    RecordKind.LOCAL: "091 ## $a",
    RecordKind.ELECTRONIC: "010 ## $a",
    RecordKind.AUDIO_VISUAL: "010 ## $a$d",
}
_CNMARC_CODED = {
    RecordKind.BOOK: "105 ## $ay   z   000yy\n106 ## $ar",
    RecordKind.SERIAL: "106 ## $ar\n110 ## $aafaz   0xx0",
    RecordKind.LOCAL: "105 ## $ay   z   000yy\n106 ## $ar",
    RecordKind.ELECTRONIC: "",
    RecordKind.AUDIO_VISUAL: "",
}
_CNMARC_TAIL = {
    RecordKind.BOOK: "",
    RecordKind.SERIAL: "326 ## $a",
    RecordKind.LOCAL: "301 ## $a",
    RecordKind.ELECTRONIC: "337 ## $a",
    RecordKind.AUDIO_VISUAL: "",
}


def draft(*, dialect: Dialect, kind: RecordKind, on: date) -> Record:
    """A record to fill in, begun on a day; its empty subfields are dropped when it is saved (``without_empty``)."""
    if dialect is Dialect.MARC21:
        return from_text(_marc21(kind, on))
    lines = [
        f"LDR 00000n{_TYPES[dialect][kind]} 2200000   450 ",
        _CNMARC_HEAD[kind],
        f"100 ## $a{on:%Y%m%d}{'a' if kind is RecordKind.SERIAL else 'd'}        em y0chiy50      ea",
        "101 0# $achi",
        "102 ## $aCN",
        _CNMARC_CODED[kind],
        "200 1# $a$f",
        "210 ## $a$c$d",
        "215 ## $a$d",
        _CNMARC_TAIL[kind],
        "330 ## $a",
        "606 0# $a",
        "690 ## $a$v5",
        "701 #0 $a$4",
        f"801 #0 $aCN$b$c{on:%Y%m%d}",
        "856 4# $u" if kind is RecordKind.ELECTRONIC else "",
    ]
    return from_text("\n".join(lines))


def _marc21(kind: RecordKind, on: date) -> str:
    serial = kind is RecordKind.SERIAL
    lines = [
        f"LDR 00000n{_TYPES[Dialect.MARC21][kind]}a2200000 i 4500",
        f"008 {on:%y%m%d}{'c' if serial else 's'}    {'9999' if serial else '    '}cc {' ' * 17}chi d",
        "022 ## $a" if serial else "020 ## $a$c",
        "040 ## $a$bchi$c",
        "084 ## $a$2clc5",
        "100 1# $a$e",
        "245 10 $a$c",
        "264 #1 $a$b$c",
        "300 ## $a$c",
        "310 ## $a" if serial else "",
        "520 ## $a",
        "650 #7 $a$2cct",
        "856 40 $u" if kind is RecordKind.ELECTRONIC else "",
    ]
    return "\n".join(lines)


_FILLERS = {("690", "v"), ("084", "2"), ("650", "2"), ("040", "b"), ("801", "a"), ("801", "c")}
"""What a draft writes into a field that may stay empty: alone it says nothing."""


def without_empty(record: Record) -> Record:
    """The record without subfields and fields in which nothing was filled in."""
    return record._replace(fields=tuple(filter(None, map(_filled, record.fields))))


def _filled(field: Field) -> Field | None:
    if isinstance(field, ControlField):
        return field if field.data.strip() else None
    subfields = tuple(pair for pair in field.subfields if pair[1].strip())
    if not subfields or all((field.tag, code) in _FILLERS for code, _ in subfields):
        return None
    return DataField(field.tag, field.ind1, field.ind2, subfields)
