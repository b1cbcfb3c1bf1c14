"""A file as a stream of pieces, each knowing where the next one begins, so that reading can be taken up there."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from wenyuan.kernel.marc import (
    Container,
    Damaged,
    Dialect,
    Encoding,
    FileProfile,
    MarcError,
    RawRecord,
    XmlRecord,
    detect_dialect,
    iter_marcxml,
    iter_raw,
    profile_file,
    sniff,
)

HASH_CHUNK = 1 << 20
LONGEST_RAW = 200_000
"""Bytes of a failed record that are kept."""

_SAMPLE = 200
_HEAD = 4096

_RECORD_END = re.compile(rb"</(?:[^\s<>/:]+:)?record\s*>")

Content = RawRecord | XmlRecord | Damaged


class Piece(NamedTuple):
    """One record, or bytes that are none: its number in the file (from 1), its offset, and where the next begins."""

    number: int
    position: int
    until: int
    content: Content


@dataclass(frozen=True, slots=True)
class Source:
    """A file ready to be read: its size in bytes, its container, and what most of its records are."""

    path: Path
    size: int
    container: Container
    profile: FileProfile
    fault: Damaged | None = None


def hash_of(path: Path) -> bytes:
    """SHA-256 of the file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def look_at(path: Path) -> Source:
    """Sniff the file and sample its first records. A file in UTF-16 has a ``fault`` and no records."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        stream.seek(0)
        try:
            container = sniff(head)
        except MarcError as error:
            unread = Damaged(0, error.reason, head)
            return Source(path, size, Container.UNKNOWN, profile_file(()), unread)
        if container is Container.MARCXML:
            return Source(path, size, container, _profile_of_xml(iter_marcxml(stream)))
        raws = (found.data for found in iter_raw(stream) if isinstance(found, RawRecord))
        return Source(path, size, container, profile_file(raws, sample=_SAMPLE))


def _profile_of_xml(found: Iterator[XmlRecord | Damaged]) -> FileProfile:
    """XML is Unicode once it is parsed; only the dialect is a question."""
    records = [piece.record for piece in islice(found, _SAMPLE) if isinstance(piece, XmlRecord)]
    dialects = Counter(detect_dialect(record) for record in records)
    dialect = dialects.most_common(1)[0][0] if dialects else Dialect.CNMARC
    return FileProfile(Encoding.UTF8, dialect, len(records))


def pieces(source: Source, *, position: int = 0, done: int = 0) -> Iterator[Piece]:
    """The file's pieces from byte ``position``, where a piece begins and ``done`` pieces end.

    XML cannot be entered in its middle: it is parsed again from its start and the pieces before ``position`` dropped.
    """
    number = done
    before: Content | None = None
    for content in _contents(source, position):
        if before is not None:
            number += 1
            yield Piece(number, before.position, content.position, before)
        before = content
    if before is not None:
        yield Piece(number + 1, before.position, source.size, before)


def _contents(source: Source, position: int) -> Iterator[Content]:
    if source.fault is not None:
        if position == 0:
            yield source.fault
        return
    with source.path.open("rb") as stream:
        if source.container is Container.MARCXML:
            yield from (found for found in iter_marcxml(stream) if found.position >= position)
            return
        stream.seek(position)
        for found in iter_raw(stream):
            yield found._replace(position=found.position + position) if position else found


def raw_bytes(source: Source, piece: Piece) -> bytes:
    """The bytes of a piece, to be kept when it fails; at most ``LONGEST_RAW``.

    Those of an XML record are read again from the file; a file in another encoding than UTF-8 has other offsets, so
    nothing is kept unless an element begins there.
    """
    content = piece.content
    if not isinstance(content, XmlRecord) and (isinstance(content, RawRecord) or content.data):
        return content.data[:LONGEST_RAW]
    if source.fault is not None:
        return b""
    with source.path.open("rb") as stream:
        stream.seek(piece.position)
        data = stream.read(min(max(piece.until - piece.position, 0), LONGEST_RAW))
    if not data.startswith(b"<"):
        return b""
    # Behind the last record the collection is closed; that is not the record's.
    closed = [found.end() for found in _RECORD_END.finditer(data)]
    return data[: closed[-1]] if closed else data
