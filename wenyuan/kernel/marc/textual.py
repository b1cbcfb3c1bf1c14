"""A record as lines that a person types, and back without losing a character.

One field a line: the tag, a blank, then the data of a control field, or two indicators, a blank, and the subfields::

    LDR 00000nam0 2200000   450
    200 1# $a平凡的世界$9ping fan de shi jie$f路遥著

A blank indicator is ``#``. What cannot be typed plainly is escaped: ``\\$`` a dollar sign, ``\\\\`` a backslash,
``\\#`` the sign ``#`` as an indicator, ``\\s`` a blank as a subfield code, ``\\-`` nothing at all (an indicator or code
that is missing; at the beginning of the subfields: that there are none, and what follows is bare data, as damaged
records have it), ``\\x{1b}`` a control character.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from wenyuan.kernel.marc.model import LEADER_LENGTH, ControlField, DataField, Field, MarcError, Record, plain_leader

LEADER_TAG = "LDR"

_UNTYPABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TOKEN = re.compile(r"\\x\{(?P<hex>[0-9a-fA-F]{1,6})\}|\\(?P<plain>.)|(?P<mark>\$)|(?P<text>[^\\$]+)|(?P<rest>.)", re.S)
_BARE = "\\-"
_MEANT = {"s": " ", "-": "", "$": "$", "\\": "\\", "#": "#"}


class TextReason(StrEnum):
    """Why a line is no field."""

    NO_TAG = "no_tag"
    NO_SUBFIELD = "no_subfield"
    NO_CODE = "no_code"
    BAD_ESCAPE = "bad_escape"
    BAD_LEADER = "bad_leader"
    NO_LEADER = "no_leader"
    TWO_LEADERS = "two_leaders"


class TextFault(NamedTuple):
    """A line (from 1; 0 for the whole) that cannot be read, and why."""

    line: int
    reason: TextReason


class BadText(ValueError):
    """Text that is no record: every line that is wrong."""

    def __init__(self, faults: tuple[TextFault, ...]) -> None:
        super().__init__(", ".join(f"{fault.line}: {fault.reason}" for fault in faults))
        self.faults = faults


class _Piece(NamedTuple):
    """A part of a line: the sign of a subfield, or text (``escaped``: it was written with a backslash)."""

    is_mark: bool
    text: str
    escaped: bool = False


class _Unreadable(Exception):
    def __init__(self, reason: TextReason) -> None:
        self.reason = reason


def to_text(record: Record) -> str:
    """The record as lines, the leader first, a line feed between them."""
    return "\n".join([f"{LEADER_TAG} {_typed(record.leader)}", *map(line_of, record.fields)])


def line_of(field: Field) -> str:
    """One field as a line."""
    if isinstance(field, ControlField):
        return f"{field.tag} {_typed(field.data)}"
    return f"{field.tag} {_indicator(field.ind1)}{_indicator(field.ind2)} {content_of(field)}"


def content_of(field: DataField) -> str:
    """The subfields as they are typed: ``$a…$b…``."""
    pieces = [] if _has_subfields(field.subfields) else [_BARE]
    for place, (code, value) in enumerate(field.subfields):
        # Only data before the first delimiter has a value and no code.
        if place or code or not value:
            pieces.append(f"${_code(code)}")
        pieces.append(_typed(value))
    return "".join(pieces)


def from_text(text: str) -> Record:
    """The record that the lines spell; blank lines do not count.

    :raises BadText: with every line that cannot be read.
    """
    leader = ""
    fields: list[Field] = []
    faults: list[TextFault] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if not line.strip():
            continue
        try:
            if line[:3] == LEADER_TAG and line[3:4] in (" ", ""):
                if leader:
                    raise _Unreadable(TextReason.TWO_LEADERS)
                leader = _leader(line[4:])
            else:
                fields.append(_field(line))
        except _Unreadable as error:
            faults.append(TextFault(number, error.reason))
            leader = leader or "-"
    if not leader:
        faults.append(TextFault(0, TextReason.NO_LEADER))
    if faults:
        raise BadText(tuple(faults))
    return Record(leader, tuple(fields))


def _leader(text: str) -> str:
    """Blanks at its end are often lost on the way; its lengths mean nothing here."""
    try:
        return plain_leader("".join(piece.text for piece in _pieces(text)).ljust(LEADER_LENGTH))
    except MarcError as error:
        raise _Unreadable(TextReason.BAD_LEADER) from error


def _field(line: str) -> Field:
    tag, rest = line[:3], line[3:]
    if len(tag.strip()) < 3 or rest[:1] not in ("", " "):
        raise _Unreadable(TextReason.NO_TAG)
    rest = rest[1:]
    pieces = list(_pieces(rest))
    if tag.startswith("00") and not any(piece.is_mark or (piece.escaped and not piece.text) for piece in pieces):
        return ControlField(tag, "".join(piece.text for piece in pieces))
    ind1, rest = _taken_indicator(rest)
    ind2, rest = _taken_indicator(rest)
    return DataField(tag, ind1, ind2, _subfields(rest[1:] if rest.startswith(" ") else rest))


def _taken_indicator(text: str) -> tuple[str, str]:
    """The indicator at the beginning, and what follows; one that is typed as a blank is blank."""
    found = _TOKEN.match(text)
    if found is None or found["mark"]:
        raise _Unreadable(TextReason.NO_SUBFIELD)
    if found["text"]:
        sign = text[0]
        return (" " if sign == "#" else sign), text[1:]
    return _escaped(found), text[found.end() :]


def _subfields(text: str) -> tuple[tuple[str, str], ...]:
    if text == _BARE:
        return ()
    found: list[tuple[str, str]] = []
    code: str | None = None
    value: list[str] = []

    def close() -> None:
        if code is not None or value:
            found.append((code or "", "".join(value)))
        value.clear()

    for piece in _with_codes(_pieces(text)):
        if piece.is_mark:
            close()
            code = piece.text
        else:
            value.append(piece.text)
    close()
    if not (_has_subfields(found) or text.startswith(_BARE)):
        raise _Unreadable(TextReason.NO_SUBFIELD)
    return tuple(found)


def _has_subfields(subfields: Iterable[tuple[str, str]]) -> bool:
    return any(code or not value for code, value in subfields)


def _with_codes(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """The pieces, each mark with its code as its text."""
    for piece in pieces:
        if not piece.is_mark:
            yield piece
            continue
        following = next(pieces, None)
        if following is None or following.is_mark:
            raise _Unreadable(TextReason.NO_CODE)
        if following.escaped:
            yield _Piece(True, following.text)
        else:
            yield _Piece(True, following.text[0])
            if following.text[1:]:
                yield _Piece(False, following.text[1:])


def _pieces(text: str) -> Iterator[_Piece]:
    for found in _TOKEN.finditer(text):
        if found["mark"]:
            yield _Piece(True, "")
        elif found["text"]:
            yield _Piece(False, found["text"])
        else:
            yield _Piece(False, _escaped(found), escaped=True)


def _escaped(found: re.Match[str]) -> str:
    if found["hex"]:
        code = int(found["hex"], 16)
        if code > 0x10FFFF:
            raise _Unreadable(TextReason.BAD_ESCAPE)
        return chr(code)
    if found["plain"] not in _MEANT:
        raise _Unreadable(TextReason.BAD_ESCAPE)
    return _MEANT[found["plain"]]


def _typed(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("$", "\\$")
    return _UNTYPABLE.sub(lambda found: f"\\x{{{ord(found[0]):x}}}", text)


def _indicator(sign: str) -> str:
    if sign == " ":
        return "#"
    if sign == "#":
        return "\\#"
    return _typed(sign) if sign else "\\-"


def _code(code: str) -> str:
    if code == " ":
        return "\\s"
    return _typed(code) if code else "\\-"
