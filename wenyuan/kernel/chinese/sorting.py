"""Stored sort keys, so that the database may compare bytes (``COLLATE "C"``) and needs no ICU."""

from collections.abc import Iterable
from functools import lru_cache

from wenyuan.kernel.chinese.names import name_pieces
from wenyuan.kernel.chinese.pinyin import Piece, PieceKind, pieces_of

_HAN_MARK = "~"  # above every ASCII letter and digit: Han comes after Latin


def sort_key(text: str) -> str:
    """The key of a title or heading: numbers first, then words in other letters, then Han by pinyin.

    Compared byte by byte in UTF-8. Han goes character by character, as Chinese dictionaries do: syllable, then
    tone (neutral last), then the character itself, and only then the next character, so that one surname stays
    together; ü follows u. Numbers compare by their value (``第2册`` before ``第10册``), words without regard to
    case or accents. Punctuation does not count. Texts with the same key are equal but for such differences: let
    the row's id break the tie.
    """
    return _key_of(pieces_of(text))


def name_sort_key(name: str) -> str:
    """The key of a person's name: as :func:`sort_key`, with the surname read as a surname (单 under shan)."""
    return _key_of(name_pieces(name))


def _key_of(pieces: Iterable[Piece]) -> str:
    parts: list[str] = []
    for piece in pieces:
        if piece.kind is PieceKind.HAN:
            parts.append(_key_of_han(piece.text, piece.reading))
        else:
            if parts and piece.after_gap:
                parts.append(" ")
            parts.append(_by_value(piece.text) if piece.kind is PieceKind.DIGITS else piece.text)
    return "".join(parts)


@lru_cache(maxsize=16384)
def _key_of_han(character: str, reading: str) -> str:
    return _HAN_MARK + (_alphabetical(reading) or _HAN_MARK) + character


def _alphabetical(reading: str) -> str:
    """``lv4`` so spelled that it falls between lu and luan, and ``lve4`` between luan and lun."""
    syllable, tone = reading[:-1], reading[-1:]
    if "v" in syllable:
        syllable = syllable.replace("v", "u") + ":"
    return syllable + tone


def _by_value(digits: str) -> str:
    """Digits led by how many there are: shorter numbers first. Beyond 99 digits no one asks for the value."""
    significant = digits.lstrip("0") or "0"
    return f"{min(len(significant), 99):02d}{significant}"
