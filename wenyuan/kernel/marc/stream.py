"""Cut a file into records without reading it whole.

Files in circulation carry line ends, NULs or a byte-order mark between records, wrong lengths in the leader, records
cut short and text that is no record. The terminator 1D is trusted first; where it and the leader's length disagree,
the reading that gives a coherent record wins, and a leader found further on is where reading resumes.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO, NamedTuple

from wenyuan.kernel.marc.model import LEADER_LENGTH, Damaged, MarcError, Reason

CHUNK = 1 << 20
"""Bytes read at a time."""

WINDOW = 200_000
"""Bytes searched for a terminator: the longest record ISO 2709 can name (99,999) and as much again for a record whose
writer ignored that limit. Nothing longer is held, whatever the size of the file."""

_TERMINATOR = b"\x1d"
_FIELD_END = b"\x1e"
# A blank is filler unless it begins a leader whose length was left blank ("     nam0 22…").
_FILLER = re.compile(rb"(?:[\r\n\t\x00\x1a]|\xef\xbb\xbf|\x20(?!\x20{4}[a-z]))*")
_LEADER = re.compile(
    rb"(?:[0-9]{5}|\?{5}|\x20{5})[a-z\x20#^|][a-z][a-z\x20#^|][\x20-\x7e]{2}[0-9\x20]{2}"
    rb"(?:[0-9]{5}|\?{5}|\x20{5})[\x20-\x7e]{3}45[\x20-\x7e]{2}"
)
_RESUME = re.compile(_TERMINATOR + b"|" + _LEADER.pattern)
_ENTRY = re.compile(rb"[\x21-\x7e]{3}[0-9]{9}")
_SMALLEST = LEADER_LENGTH + 2
_LOOKAHEAD = 64


class RawRecord(NamedTuple):
    """One record's bytes: their offset in the file, the record's number among the records (from 1), the bytes."""

    position: int
    number: int
    data: bytes


class Container(StrEnum):
    """What kind of file holds the records."""

    ISO2709 = "iso2709"
    MARCXML = "marcxml"
    UNKNOWN = "unknown"


def sniff(first_bytes: bytes) -> Container:
    """What a file is, judged by its first bytes (256 or more are enough).

    :raises MarcError: UTF16 for text in UTF-16 or UTF-32, which no reader here takes.
    """
    if first_bytes[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<") or first_bytes[:3] == b"\x00\x00\xfe":
        raise MarcError(Reason.UTF16)
    start = first_bytes[_filler_end(first_bytes, 0) :]
    if start[:1] == b"<":
        return Container.MARCXML
    leader = start[:LEADER_LENGTH]
    if _LEADER.match(leader):
        return Container.ISO2709
    if leader[:5].isdigit() and leader[12:17].isdigit() and leader.isascii():
        return Container.ISO2709
    return Container.UNKNOWN


def iter_raw(stream: BinaryIO) -> Iterator[RawRecord | Damaged]:
    """The records of an ISO 2709 file in order, and between them what could not be one.

    Memory stays flat: one chunk and one window. Nothing is raised for bad content; whether a record's inside is sound
    shows when it is decoded. Cut records come as `Damaged`, save one that lacks nothing but its terminator.
    """
    buffer, base, at, number, ended = b"", 0, 0, 0, False
    while True:
        at = _filler_end(buffer, at)
        if len(buffer) - at < _LOOKAHEAD and not ended:
            buffer, base, at, ended = _refill(stream, buffer, base, at)
            continue
        if at >= len(buffer):
            return
        end = buffer.find(_TERMINATOR, at, at + WINDOW)
        if end >= 0:
            length = end + 1 - at
            declared = buffer[at : at + 5]
            if length >= _SMALLEST and declared.isdigit() and int(declared) == length:
                number += 1
                yield RawRecord(base + at, number, buffer[at : end + 1])
                at = end + 1
                continue
        if len(buffer) - at < WINDOW and not ended:
            buffer, base, at, ended = _refill(stream, buffer, base, at)
            continue
        window = buffer[at : at + WINDOW]
        taken, outcome = _settle(window, at_end_of_file=at + WINDOW >= len(buffer))
        if isinstance(outcome, bytes):
            number += 1
            yield RawRecord(base + at, number, outcome)
        else:
            yield Damaged(base + at, outcome, window[:taken])
        at += taken
        if outcome is Reason.NO_TERMINATOR:
            while (found := _RESUME.search(buffer, at)) is None and not ended:
                # A leader may straddle the border of two chunks: keep its length.
                buffer, base, at, ended = _refill(stream, buffer, base, max(at, len(buffer) - LEADER_LENGTH))
            if found is None:
                return
            at = found.end() if found.group() == _TERMINATOR else found.start()


def _filler_end(buffer: bytes, at: int) -> int:
    match = _FILLER.match(buffer, at)
    return match.end() if match else at


def _refill(stream: BinaryIO, buffer: bytes, base: int, at: int) -> tuple[bytes, int, int, bool]:
    """Drop what lies before `at`, add a chunk: the new buffer, its file offset, 0, and whether the file has ended."""
    chunk = stream.read(CHUNK)
    return buffer[at:] + chunk, base + at, 0, not chunk


def _settle(window: bytes, *, at_end_of_file: bool) -> tuple[int, bytes | Reason]:
    """What stands at the start of `window` when leader and terminator disagree.

    Gives how many bytes it takes and either a record's bytes (with a terminator) or why it is none.
    """
    end = window.find(_TERMINATOR)
    stop = end + 1 if end >= 0 else len(window)
    begins = _begins_record(window[:stop])
    if end >= 0 and begins:
        if _is_coherent(window[:stop]):
            return stop, window[:stop]
        declared = int(window[:5]) if window[:5].isdigit() else 0
        longer = window[:declared]
        if stop < declared == len(longer) and longer[-1:] == _TERMINATOR and _is_coherent(longer):
            return declared, longer
    # From the second byte on: a record cut inside its leader completes it with the first bytes of the next one.
    following = _LEADER.search(window, 1, stop)
    if following:
        stop = following.start()
    elif end >= 0:
        return stop, window[:stop] if begins else Reason.NOT_A_RECORD
    elif not at_end_of_file:
        return stop, Reason.NO_TERMINATOR
    if not begins:
        return stop, Reason.GARBAGE
    unfinished = window[:stop].rstrip(b"\r\n\x00\x1a ") + _TERMINATOR
    return stop, unfinished if _is_coherent(unfinished) else Reason.TRUNCATED


def _begins_record(data: bytes) -> bool:
    """Whether a leader stands here: by its own look, or by a directory behind it that reads as one."""
    if _LEADER.match(data):
        return True
    directory_end = data.find(_FIELD_END)
    size = directory_end - LEADER_LENGTH
    return (
        size > 0
        and size % 12 == 0
        and data[:LEADER_LENGTH].isascii()
        and all(_ENTRY.fullmatch(data, start, start + 12) for start in range(LEADER_LENGTH, directory_end, 12))
    )


def _is_coherent(data: bytes) -> bool:
    """Whether the directory describes the fields: each ends where it says, and together they fill the record."""
    directory_end = data.find(_FIELD_END)
    if directory_end < LEADER_LENGTH or (directory_end - LEADER_LENGTH) % 12:
        return False
    body = directory_end + 1
    furthest = body
    for start in range(LEADER_LENGTH, directory_end, 12):
        if not _ENTRY.fullmatch(data, start, start + 12):
            return False
        end = body + int(data[start + 7 : start + 12]) + int(data[start + 3 : start + 7])
        if end >= len(data) or data[end - 1 : end] != _FIELD_END:
            return False
        furthest = max(furthest, end)
    return furthest == len(data) - 1
