"""Shelf order as a binary key: bytewise order of the keys is the order of the items on the shelf.

Source: CLC 5th edition manual, p. 82-83, and the practice of Chinese libraries.

*Class line*, left to right: digits as decimals (TP311 before TP32; dots are ignored), runs of letters as
words (T1 before TP1), and where one number ends or has another sign ::

    end < letter < - < ( ) < " " < = < < > < : < + < digit

*The lines under it* (book number, volume, copy; ``/`` or a space ends a line): the same order of signs, but
numbers compare as whole numbers (2 before 1234, leading zeros ignored) and runs of letters by length, then
alphabet (Z before AA). A dot inside a number starts decimals (911, 911.3, 911.91, 912), any other is ignored.

How the bytes keep this order: each token begins with a rank byte and is followed by nothing, by a length and
that many bytes, or by a fixed number of bytes. So no token's bytes are the beginning of another's, and two
keys that agree up to some byte are inside the same token there. ``_END`` is lower than every rank, which puts
the shorter number first.
"""

import re
from dataclasses import dataclass

from wenyuan.kernel.callnumbers.lines import divide
from wenyuan.kernel.classification import fold_class_number

SHELF_KEY_VERSION = 1
"""Grows when the bytes change: stored keys of another version must be made again."""


@dataclass(frozen=True, slots=True)
class ShelfStyle:
    """Local habits that differ from the plain rule. Keys of different styles must not be mixed on one shelf.

    :param short_letters_first: letters that follow digits of the class go by length, then alphabet: TP312A,
        TP312C, TP312X, TP312AL. The plain rule reads them as words: TP312A, TP312AL, TP312C.
    :param volume_before_edition: in the book line ``(n)`` comes before ``-n``: S623, S623(2), S623-2(1). The
        plain rule keeps the order of signs: S623, S623-2(1), S623(2).
    """

    short_letters_first: bool = False
    volume_before_edition: bool = False


PLAIN = ShelfStyle()

_END = 0x00
_NEXT_LINE = 0x01
_CLOSING = 0x02
_DECIMALS = 0x03
_WORD_END = 0x04
_LETTERS = 0x10
_SIGN_RANKS = {"-": 0x40, "(": 0x41, '"': 0x42, "=": 0x43, "<": 0x44, ":": 0x45, "+": 0x46}
_DIGIT = 0x50
_NUMBER = 0x5A
_ORDINAL = 0x60
_OTHER = 0x61

_TOKEN = re.compile(
    r"(?P<letters>[A-Z]+)|(?P<number>[0-9]+)|(?P<decimals>(?<=[0-9])\.[0-9]+)|(?P<dot>\.)|(?P<other>.)", re.DOTALL
)
_LINE_BREAK = re.compile(r"[\s/]*/[\s/]*|\s+(?=\w)")
_LETTER_RUN = re.compile(r"[A-Z]+")

# Chinese ordinals in volume marks, (上)(中)(下) and (一)(二)(三), do not follow their code points.
_ORDINALS = {character: rank for rank, character in enumerate("上中下一二三四五六七八九十")}


def shelf_key(text: str, *, style: ShelfStyle = PLAIN) -> bytes:
    """The sort key of a written call number, or of a class number alone. Takes any text and never raises.

    Full-width and half-width forms, upper and lower case, and spaces around signs give the same key; so do
    numbers that differ only in dots of the class or leading zeros of the book number: list items by key, then
    by something unique. A location prefix forms its own sequence, after the items without one.
    """
    lines = divide(text)
    key = bytearray()
    _add_book_lines(key, lines.prefix, style)
    key.append(_END)
    _add_class_line(key, lines.class_line, style)
    key.append(_END)
    _add_book_lines(key, lines.rest, style)
    return bytes(key)


def _add_class_line(key: bytearray, line: str, style: ShelfStyle) -> None:
    folded = fold_class_number(line).replace(".", "")
    after_digit = quoted = False
    position = 0
    while position < len(folded):
        character = folded[position]
        run = _LETTER_RUN.match(folded, position)
        if run:
            if style.short_letters_first and after_digit:
                _add_sized(key, _LETTERS, run.group())
            else:
                key += run.group().encode("ascii").translate(_WORD_LETTERS)
                key.append(_WORD_END)
            position = run.end()
        else:
            if character == '"':
                key.append(_CLOSING if quoted else _SIGN_RANKS['"'])
                quoted = not quoted
            elif "0" <= character <= "9":
                key.append(_DIGIT + int(character))
            else:
                _add_sign(key, character, _SIGN_RANKS)
            position += 1
        after_digit = "0" <= character <= "9"


# A to Z moved below the signs: in the class line a letter comes before every sign.
_WORD_LETTERS = bytes((code - 0x41 + _LETTERS + 1) if 0x41 <= code <= 0x5A else code for code in range(256))


def _add_book_lines(key: bytearray, rest: str, style: ShelfStyle) -> None:
    ranks = _SIGN_RANKS
    if style.volume_before_edition:
        ranks = {**_SIGN_RANKS, "(": _SIGN_RANKS["-"], "-": _SIGN_RANKS["("]}
    for index, line in enumerate(part for part in _LINE_BREAK.split(rest.upper()) if part):
        if index:
            key.append(_NEXT_LINE)
        _add_book_line(key, "".join(line.split()), ranks)


def _add_book_line(key: bytearray, line: str, ranks: dict[str, int]) -> None:
    quoted = False
    for token in _TOKEN.finditer(line):
        text = token.group()
        if token.lastgroup == "letters":
            _add_sized(key, _LETTERS, text)
        elif token.lastgroup == "number":
            _add_sized(key, _NUMBER, text.lstrip("0"))
        elif token.lastgroup == "decimals":
            key.append(_DECIMALS)
            key += text[1:].encode("ascii")
            key.append(_END)
        elif token.lastgroup == "dot":
            continue  # V.2 and V2 are one volume
        elif text == '"':
            key.append(_CLOSING if quoted else ranks['"'])
            quoted = not quoted
        else:
            _add_sign(key, text, ranks)


def _add_sign(key: bytearray, character: str, ranks: dict[str, int]) -> None:
    """A sign by its rank, a closing one below all else, other characters by code point after digits."""
    if character in ranks:
        key.append(ranks[character])
    elif character in ")>":
        key.append(_CLOSING)
    elif character in _ORDINALS:
        key += bytes((_ORDINAL, _ORDINALS[character]))
    else:
        key.append(_OTHER)
        key += ord(character).to_bytes(3, "big")


def _add_sized(key: bytearray, rank: int, text: str) -> None:
    """A run that compares by length first: rank, length (255 for each full 255, then the remainder), the run."""
    full, remainder = divmod(len(text), 255)
    key.append(rank)
    key += b"\xff" * full
    key.append(remainder)
    key += text.encode("ascii")
