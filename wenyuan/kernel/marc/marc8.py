"""MARC-8 to Unicode, strictly: an unknown byte is an error, never a blank.

Character sets and escapes follow "MARC 21 Specifications for Record Structure, Character Sets, and Exchange Media"
(Library of Congress), part MARC-8; the code tables come from pymarc. Results are in Unicode normal form C.
"""

import unicodedata

from pymarc import marc8_mapping

from wenyuan.kernel.marc.model import MarcError, Reason

_BASIC_LATIN = 0x42
_ANSEL = 0x45
_EAST_ASIAN = 0x31
_ESCAPE = 0x1B
_TABLES: dict[int, dict[int, tuple[int, int]]] = marc8_mapping.CODESETS
_ODD: dict[int, int] = marc8_mapping.ODD_MAP


def decode_marc8(data: bytes) -> str:
    """The text of one subfield (or control field); each begins with Basic Latin and ANSEL.

    :raises MarcError: UNDECODABLE for an unknown escape or byte, or a diacritic with no letter behind it.
    """
    if data.isascii() and _ESCAPE not in data:
        return data.decode("ascii")
    g0, g1 = _BASIC_LATIN, _ANSEL
    text: list[str] = []
    marks: list[str] = []
    at = 0
    while at < len(data):
        byte = data[at]
        if byte == _ESCAPE:
            g0, g1, at = _designate(data, at, g0, g1)
            continue
        if byte == 0x20 or (byte < 0x20 and g0 != _EAST_ASIAN):
            width, letter, combining = 1, chr(byte), False
        elif (g0 if byte < 0x80 else g1) == _EAST_ASIAN:
            width, letter, combining = 3, *_lookup(data, at, 3, _EAST_ASIAN)
        else:
            width, letter, combining = 1, *_lookup(data, at, 1, g0 if byte < 0x80 else g1)
        at += width
        if combining:
            # MARC-8 writes the diacritic before its letter, Unicode behind it.
            marks.append(letter)
        else:
            text.append(letter)
            text.extend(marks)
            marks.clear()
    if marks:
        raise MarcError(Reason.UNDECODABLE, detail=data[-4:].hex())
    return unicodedata.normalize("NFC", "".join(text))


def _designate(data: bytes, at: int, g0: int, g1: int) -> tuple[int, int, int]:
    """Which sets hold after the escape at `at`, and where the text goes on."""
    following = data[at + 1 : at + 4]
    first = following[:1]
    if first == b"s":
        return _BASIC_LATIN, g1, at + 2
    if first and first in b"gbp":
        return first[0], g1, at + 2
    rest = following[1:]
    if first and first in b"(,":
        target, final, width = 0, rest[:1], 3
    elif first and first in b")-":
        target, final, width = 1, rest[:1], 3
    elif first == b"$" and rest[:1] and rest[:1] in b",()-":
        target, final, width = int(rest[:1] in b")-"), rest[1:2], 4
    elif first == b"$":
        target, final, width = 0, rest[:1], 3
    else:
        raise MarcError(Reason.UNDECODABLE, detail=data[at : at + 4].hex())
    if final == b"!":  # Extended Latin is named by two bytes, 21 45.
        final, width = data[at + width : at + width + 1], width + 1
    if not final or final[0] not in _TABLES:
        raise MarcError(Reason.UNDECODABLE, detail=data[at : at + 4].hex())
    return (final[0], g1, at + width) if target == 0 else (g0, final[0], at + width)


def _lookup(data: bytes, at: int, width: int, table: int) -> tuple[str, bool]:
    piece = data[at : at + width]
    code = int.from_bytes(piece, "big")
    codes = _TABLES[table]
    if len(piece) == width:
        # A set may be used in either half of the code page; the tables list each in one of them.
        flip = 0x808080 if width == 3 else 0x80
        found = codes.get(code) or codes.get(code ^ flip)
        if found:
            return chr(found[0]), bool(found[1])
        if code in _ODD:
            return chr(_ODD[code]), False
    raise MarcError(Reason.UNDECODABLE, detail=piece.hex())
