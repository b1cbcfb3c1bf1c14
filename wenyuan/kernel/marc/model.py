"""What a MARC record is here: a leader and fields in order, in Unicode, whatever carried them.

The model keeps everything a record of ISO 2709 or MARCXML can say, including what is odd in it:

* a data field whose indicators are missing has empty strings for them;
* data before the first subfield delimiter is a first subfield with the code ``""``;
* a delimiter with nothing behind it is the subfield ``("", "")``;
* a blank subfield code is the code ``" "``.

Leader positions 0-4 and 12-16 (lengths in bytes of some encoding) mean nothing once the record is decoded; they are
held as zeros, so that the same record read from two encodings compares equal.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

SUBFIELD = "\x1f"
FIELD_END = "\x1e"
RECORD_END = "\x1d"
LEADER_LENGTH = 24

Subfield = tuple[str, str]
"""Subfield code and value."""


class ControlField(NamedTuple):
    """A field without indicators and subfields (00X)."""

    tag: str
    data: str


class DataField(NamedTuple):
    """A field with two indicators (one character each, or empty where missing) and subfields in order."""

    tag: str
    ind1: str
    ind2: str
    subfields: tuple[Subfield, ...]

    def first(self, code: str) -> str:
        """The first value of a subfield that is not blank, stripped; ``""`` if there is none."""
        for have, value in self.subfields:
            if have == code:
                found = value.strip()
                if found:
                    return found
        return ""

    def all(self, codes: str) -> list[str]:
        """Every value, stripped and not blank, of the subfields whose code is one of `codes`, in field order."""
        return [text for code, value in self.subfields if code and code in codes and (text := value.strip())]

    def by_code(self) -> dict[str, list[str]]:
        """The values of each code, stripped and not blank, in field order: for whoever asks for many codes."""
        values: dict[str, list[str]] = {}
        for code, value in self.subfields:
            if text := value.strip():
                if (same := values.get(code)) is None:
                    values[code] = [text]
                else:
                    same.append(text)
        return values


Field = ControlField | DataField


class Record(NamedTuple):
    """A bibliographic record: 24 characters of leader, then fields in their order."""

    leader: str
    fields: tuple[Field, ...]


class Encoding(StrEnum):
    """How the bytes of an ISO 2709 record spell characters."""

    UTF8 = "utf-8"
    GB18030 = "gb18030"
    MARC8 = "marc-8"
    ASCII = "ascii"


class Dialect(StrEnum):
    """Which format gives the tags their meaning; UNIMARC from abroad counts as CNMARC."""

    CNMARC = "cnmarc"
    MARC21 = "marc21"


class Reason(StrEnum):
    """Why a record, or bytes between records, cannot be taken."""

    GARBAGE = "garbage"
    TRUNCATED = "truncated"
    NO_TERMINATOR = "no_terminator"
    NOT_A_RECORD = "not_a_record"
    BAD_LEADER = "bad_leader"
    BAD_DIRECTORY = "bad_directory"
    BAD_TAG = "bad_tag"
    BAD_INDICATOR = "bad_indicator"
    BAD_SUBFIELD = "bad_subfield"
    STRAY_TERMINATOR = "stray_terminator"
    UNDECODABLE = "undecodable"
    UNENCODABLE = "unencodable"
    FIELD_TOO_LONG = "field_too_long"
    RECORD_TOO_LONG = "record_too_long"
    UTF16 = "utf16"
    XML_MALFORMED = "xml_malformed"
    XML_DTD = "xml_dtd"
    XML_STRUCTURE = "xml_structure"
    XML_CHARACTER = "xml_character"


class MarcError(ValueError):
    """A record that cannot be read or written.

    `reason` says why, `tag` the field concerned (``""`` if none), `detail` a technical fact (an offset, a length, a
    name); the words for people belong to whoever shows it.
    """

    def __init__(self, reason: Reason, *, tag: str = "", detail: str = "") -> None:
        super().__init__(" ".join(part for part in (reason.value, tag, detail) if part))
        self.reason = reason
        self.tag = tag
        self.detail = detail


class Damaged(NamedTuple):
    """Bytes of a file that are no record: where they begin (byte offset), why, and the bytes (perhaps cut)."""

    position: int
    reason: Reason
    data: bytes
    detail: str = ""


def plain_leader(leader: str) -> str:
    """The leader with its byte lengths (0-4, 12-16) as zeros.

    :raises MarcError: BAD_LEADER unless it is 24 printable ASCII characters.
    """
    if len(leader) != LEADER_LENGTH or not leader.isascii() or not leader.isprintable():
        raise MarcError(Reason.BAD_LEADER, detail=repr(leader[:LEADER_LENGTH]))
    return f"00000{leader[5:12]}00000{leader[17:]}"


def field_text(field: Field) -> str:
    """A field as it stands in ISO 2709, without its terminator."""
    if isinstance(field, ControlField):
        return field.data
    pieces = [field.ind1, field.ind2]
    for code, value in field.subfields:
        # Only data before the first delimiter has a value and no code.
        pieces.append(value if not code and value else f"{SUBFIELD}{code}{value}")
    return "".join(pieces)


def parse_field(tag: str, text: str) -> Field:
    """The field that `text` (ISO 2709 form, no terminator) spells; the inverse of `field_text`."""
    if tag.startswith("00") and SUBFIELD not in text:
        return ControlField(tag, text)
    head, *rest = text.split(SUBFIELD)
    subfields = [(piece[:1], piece[1:]) for piece in rest]
    if len(head) > 2:
        subfields.insert(0, ("", head[2:]))
    return DataField(tag, head[:1], head[1:2], tuple(subfields))


def content_hash(record: Record, *, texts: Sequence[str] | None = None) -> str:
    """SHA-256 (hex) of what a record says: all but leader 0-4, 9, 12-16 and the time stamp in 005.

    `texts` are the fields' (`field_text`), where they are at hand.
    """
    leader = record.leader
    if texts is None:
        texts = [field_text(field) for field in record.fields]
    fields = [f"{field[0]}{text}" for field, text in zip(record.fields, texts, strict=True) if field[0] != "005"]
    said = FIELD_END.join((f"{leader[5:9]}{leader[10:12]}{leader[17:]}", *fields, ""))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
