"""MARCXML (the Library of Congress "MARC21 slim" schema, with or without its namespace), in and out, as a stream."""

import re
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from wenyuan.kernel.marc.iso2709 import is_tag
from wenyuan.kernel.marc.model import (
    LEADER_LENGTH,
    ControlField,
    Damaged,
    DataField,
    Field,
    MarcError,
    Reason,
    Record,
    Subfield,
    field_text,
    parse_field,
    plain_leader,
)
from wenyuan.kernel.marc.transcode import Utf8Stream
from wenyuan.kernel.xmltext import NOT_XML, escaped

NAMESPACE = "http://www.loc.gov/MARC21/slim"
COLLECTION_OPEN = f'<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="{NAMESPACE}">\n'
COLLECTION_CLOSE = "</collection>\n"

CHUNK = 1 << 16
MOST_TEXT = 5_000_000
"""Characters one record may hold, each element counting as one more: past it the record is refused, not kept."""

MOST_DEPTH = 64
"""Elements within each other: MARCXML needs four, what wraps it some more. The parser remembers each that is open."""

_NO_LEADER = "00000     2200000   450 "
_PREFIXED_RECORD = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.-]*):record\b")


class XmlRecord(NamedTuple):
    """One record: the byte offset of its element (in the file's UTF-8 form), its number from 1, the record."""

    position: int
    number: int
    record: Record


def iter_marcxml(stream: BinaryIO) -> Iterator[XmlRecord | Damaged]:
    """The records of a MARCXML file in order, read as a stream; a record that is wrong comes as `Damaged` (no data).

    UTF-8, ASCII, Latin-1 and, by their declaration, GB 2312, GBK and GB18030 are read. A document type declaration
    is refused (so no entity is ever expanded), as is UTF-16; these, and XML that is not well formed, end the reading
    with a last `Damaged`, after the good records before it.
    """
    reader = _Reader()
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: reader.start(name, attributes, parser.CurrentByteIndex)
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    source = Utf8Stream(stream)
    try:
        while chunk := source.read(CHUNK):
            parser.Parse(chunk, False)
            while reader.done:
                yield reader.done.popleft()
        parser.Parse(b"", True)
    except MarcError as error:
        yield from reader.done
        yield Damaged(max(parser.CurrentByteIndex, 0), error.reason, b"", error.detail)
    except expat.ExpatError as error:
        yield from reader.done
        detail = f"{error.lineno}:{error.offset} {expat.ErrorString(error.code)}"
        yield Damaged(max(parser.ErrorByteIndex, 0), Reason.XML_MALFORMED, b"", detail)
    else:
        yield from reader.done


def _refuse_doctype(*_: object) -> None:
    raise MarcError(Reason.XML_DTD)


class _Reader:
    """Gathers elements into records; knows the record at hand and nothing before it."""

    def __init__(self) -> None:
        self.done: deque[XmlRecord | Damaged] = deque()
        self.number = 0
        self.depth = 0
        self._forget()

    def _forget(self) -> None:
        self.position = -1
        self.leader: str | None = None
        self.fields: list[Field] = []
        self.element = ""
        self.attributes: dict[str, str] = {}
        self.subfields: list[Subfield] = []
        self.code: str | None = None
        self.pieces: list[str] = []
        self.weight = 0
        self.fault: MarcError | None = None

    def start(self, name: str, attributes: dict[str, str], position: int) -> None:
        local = name.rpartition(" ")[2]
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise MarcError(Reason.XML_STRUCTURE, detail=f"depth {self.depth}")
        if self.position < 0:
            if local == "record":
                self.position = position
            elif local != "collection" and self.depth == 1:
                raise MarcError(Reason.XML_STRUCTURE, detail=local[:40])
            return
        self.weight += 1
        if self.fault:
            return
        if local == "subfield" and self.element == "datafield" and self.code is None:
            self.code = attributes.get("code", "")
        elif local in ("leader", "controlfield", "datafield") and not self.element:
            self.element = local
            self.attributes = attributes
            self.subfields = []
        else:
            self._blame(MarcError(Reason.XML_STRUCTURE, tag=self.attributes.get("tag", "")[:3], detail=local[:40]))
        self.pieces = []

    def text(self, data: str) -> None:
        if self.position < 0 or self.fault:
            return
        self.weight += len(data)
        if self.weight > MOST_TEXT:
            self._blame(MarcError(Reason.RECORD_TOO_LONG, detail=str(self.weight)))
        elif self.code is not None or self.element in ("leader", "controlfield"):
            self.pieces.append(data)
        elif data.strip():
            self._blame(MarcError(Reason.XML_STRUCTURE, tag=self.attributes.get("tag", "")[:3], detail="text"))

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        self.depth -= 1
        if self.position < 0:
            return
        if local == "record":
            self._finish()
        elif self.fault is None:
            try:
                self._close(local)
            except MarcError as error:
                self._blame(error)

    def _blame(self, fault: MarcError) -> None:
        self.fault = fault
        self.fields = []
        self.pieces = []

    def _close(self, local: str) -> None:
        value = "".join(self.pieces)
        self.pieces = []
        if local == "subfield":
            self.subfields.append((self.code or "", value))
            self.code = None
            return
        if local == "leader":
            self.leader = value
        else:
            self.fields.append(self._field(local, value))
        self.element = ""
        self.attributes = {}

    def _field(self, local: str, value: str) -> Field:
        tag = self.attributes.get("tag", "")
        if not is_tag(tag):
            raise MarcError(Reason.BAD_TAG, detail=repr(tag[:20]))
        if local == "controlfield":
            # Through the ISO 2709 form, so that storing the record cannot change what kind of field this is.
            return parse_field(tag, value)
        indicators = self.attributes.get("ind1", " "), self.attributes.get("ind2", " ")
        if max(map(len, indicators)) > 1:
            raise MarcError(Reason.BAD_INDICATOR, tag=tag, detail=repr(indicators))
        for index, (code, text) in enumerate(self.subfields):
            if len(code) > 1 or (text and not code and index):
                raise MarcError(Reason.BAD_SUBFIELD, tag=tag, detail=repr(code[:20]))
        return parse_field(tag, field_text(DataField(tag, *indicators, tuple(self.subfields))))

    def _finish(self) -> None:
        leader = _NO_LEADER if self.leader is None else self.leader
        record = None
        try:
            # Trailing blanks are often lost on the way; the last positions are blank or fixed.
            record = Record(plain_leader(leader.ljust(LEADER_LENGTH)), tuple(self.fields))
        except MarcError as error:
            self.fault = self.fault or error
        if record is None or self.fault:
            fault = self.fault or MarcError(Reason.XML_STRUCTURE)
            detail = " ".join(part for part in (fault.tag, fault.detail) if part)
            self.done.append(Damaged(self.position, fault.reason, b"", detail))
        else:
            self.number += 1
            self.done.append(XmlRecord(self.position, self.number, record))
        self._forget()


def collection_around(record: bytes) -> tuple[bytes, bytes]:
    """What to write before and after ``record`` elements cut out of a file, of which this is the first.

    Their prefix was declared where they came from, so it is declared again.
    """
    opening = COLLECTION_OPEN.encode()
    if found := _PREFIXED_RECORD.match(record):
        opening = opening.replace(b"<collection ", b'<collection xmlns:%s="%s" ' % (found.group(1), NAMESPACE.encode()))
    return opening, COLLECTION_CLOSE.encode()


def to_marcxml(record: Record) -> str:
    """The record as one namespaced ``record`` element; put several between COLLECTION_OPEN and COLLECTION_CLOSE.

    :raises MarcError: XML_CHARACTER for a character XML 1.0 has no way to write (most control characters).
    """
    lines = [f'<record xmlns="{NAMESPACE}">', f"  <leader>{_escaped(plain_leader(record.leader), '')}</leader>"]
    for field in record.fields:
        tag = _escaped(field.tag, field.tag)
        if isinstance(field, ControlField):
            lines.append(f'  <controlfield tag="{tag}">{_escaped(field.data, tag)}</controlfield>')
            continue
        ind1, ind2 = _escaped(field.ind1, tag), _escaped(field.ind2, tag)
        lines.append(f'  <datafield tag="{tag}" ind1="{ind1}" ind2="{ind2}">')
        for code, value in field.subfields:
            lines.append(f'    <subfield code="{_escaped(code, tag)}">{_escaped(value, tag)}</subfield>')
        lines.append("  </datafield>")
    lines.append("</record>\n")
    return "\n".join(lines)


def _escaped(text: str, tag: str) -> str:
    if found := NOT_XML.search(text):
        raise MarcError(Reason.XML_CHARACTER, tag=tag, detail=f"U+{ord(found.group()):04X}")
    return escaped(text)
