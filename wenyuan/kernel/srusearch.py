"""What a client of SRU sends and is sent, in 1.1, 1.2 and 2.0: the address of a search, and an answer read safely."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.etree.ElementTree import Element, TreeBuilder, tostring
from xml.parsers import expat

from wenyuan.kernel.marc import Damaged, Record, iter_marcxml

MOST_ELEMENTS: Final = 100_000
DEEPEST: Final = 40


class NotSru(ValueError):
    """An answer that is none of SRU: not well-formed, with a document type, or without end."""


@dataclass(frozen=True, slots=True)
class SruAnswer:
    """How many records there are, those that came and can be read, how many cannot, and the first diagnostic."""

    total: int
    records: tuple[Record, ...]
    unread: int
    diagnostic: str


def search_address(base: str, query: str, *, size: int, schema: str) -> str:
    """The address of a search in SRU 1.2; what the base asks already stays."""
    parts = urlsplit(base)
    asked = [
        *parse_qsl(parts.query, keep_blank_values=True),
        ("operation", "searchRetrieve"),
        ("version", "1.2"),
        ("query", query),
        ("startRecord", "1"),
        ("maximumRecords", str(size)),
        ("recordSchema", schema),
    ]
    return urlunsplit(parts._replace(query=urlencode(asked), fragment=""))


def quoted_term(text: str) -> str:
    """A term of CQL in quotation marks: nothing in it is a sign of CQL."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return '"' + "".join(f"\\{sign}" if sign in '\\"*?^' else sign for sign in plain) + '"'


def read_answer(data: bytes) -> SruAnswer:
    """The answer to a search: records as MARCXML or MarcXchange, as XML or as text.

    :raises NotSru: it is no answer of SRU.
    """
    root = _tree(data)
    if _local(root) != "searchRetrieveResponse":
        raise NotSru
    records: list[Record] = []
    unread = 0
    for holder in _below(root, "recordData"):
        found = list(_records(holder))
        records += found
        unread += not found
    number = next(_below(root, "numberOfRecords"), None)
    text = (number.text or "").strip() if number is not None else ""
    total = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else len(records)
    return SruAnswer(total, tuple(records), unread, _diagnostic(root))


def _records(holder: Element) -> Iterator[Record]:
    inner = holder[0] if len(holder) else None
    data = (holder.text or "").strip().encode() if inner is None else tostring(inner)
    if data:
        for one in iter_marcxml(io.BytesIO(data)):
            if not isinstance(one, Damaged):
                yield one.record


def _diagnostic(root: Element) -> str:
    for one in _below(root, "diagnostic"):
        texts = [(part.text or "").strip() for part in one]
        return " ".join(text for text in texts if text)[:200]
    return ""


def _below(root: Element, name: str) -> Iterator[Element]:
    return (one for one in root.iter() if _local(one) == name)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _tree(data: bytes) -> Element:
    """A tree of bounded size and depth; a document type is refused, so no entity is ever expanded.

    :raises NotSru: not well-formed, or beyond the bounds.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST or count > MOST_ELEMENTS:
            raise NotSru
        builder.start(_named(name), {_named(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_named(name))

    def refuse(*_: object) -> None:
        raise NotSru

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError):
        raise NotSru from None
    return builder.close()


def _named(name: str) -> str:
    return f"{{{name}" if "}" in name else name
