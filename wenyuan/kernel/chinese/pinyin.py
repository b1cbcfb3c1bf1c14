"""Pinyin of running text, by longest phrase first.

The readings are pypinyin's dictionaries, looked up directly: its own pipeline manages some two thousand titles a
second, this one several tens of thousands with the same answers. Corrections stand in ``readings.py``.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from wenyuan.kernel.chinese.folding import fold, simplify
from wenyuan.kernel.chinese.readings import PHRASE_READINGS

HAN = "〇㐀-䶿一-鿿豈-\ufaff\U00020000-\U0003fffd"

_PIECES = re.compile(
    rf"(?P<han>[{HAN}]+)"
    r"|(?P<digits>[0-9]+)"
    # Letters of any other script with the vowel marks that belong to them (Arabic, Tibetan, kana).
    rf"|(?P<word>(?:(?![{HAN}])[^\W\d_]|[\u0300-\u036f\u064b-\u065f\u0f18-\u0fbc\u3099\u309a])+[+#]*)"
)
_LONGEST_PHRASE = 8
_TONE_MARKS = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}


class PieceKind(Enum):
    """What a piece of text is: one Han character, a run of digits, or a word in another script."""

    HAN = "han"
    DIGITS = "digits"
    WORD = "word"


class Piece(NamedTuple):
    """A piece of text with its reading.

    ``reading`` of a Han character is its syllable and tone, ``lv4`` (ü is written v, the neutral tone is 5), or
    empty when no dictionary knows it. ``after_gap`` tells whether something was left out before the piece.
    """

    kind: PieceKind
    text: str
    reading: str
    after_gap: bool

    @property
    def syllable(self) -> str:
        """What is typed for this piece: the syllable without tone, the digits or the word."""
        return self.reading[:-1] if self.reading else self.text


def pinyin_of(text: str) -> str:
    """The text in pinyin: syllables without tones, parted by blanks, ``chang jiang da qiao``.

    ü is written v, as it is typed. Digits and words of other scripts are kept, in lower case and without accents,
    ``c++ cheng xu she ji``; punctuation goes. For a person's name ask :func:`names.name_pinyin`.
    """
    return " ".join(piece.syllable for piece in pieces_of(text))


def initials_of(text: str) -> str:
    """The letters typed to find a text quickly: ``平凡的世界2`` is ``pfdsj2``.

    The first letter of each syllable and of each word, and digits as they are.
    """
    return "".join(piece.text if piece.kind is PieceKind.DIGITS else piece.syllable[:1] for piece in pieces_of(text))


def pieces_of(text: str) -> Iterator[Piece]:
    """The readable pieces of a text in their order."""
    plain = unicodedata.normalize("NFKC", simplify(text)).casefold().translate(_SPELLING)
    end = 0
    for match in _PIECES.finditer(plain):
        after_gap = match.start() > end
        end = match.end()
        if match["han"]:
            for character, reading in zip(match["han"], tones_of(match["han"]), strict=True):
                yield Piece(PieceKind.HAN, character, reading, after_gap)
                after_gap = False
        elif match["digits"]:
            yield Piece(PieceKind.DIGITS, match["digits"], "", after_gap)
        elif word := fold(match["word"]):
            yield Piece(PieceKind.WORD, word, "", after_gap)


# The circles typed for 〇 in years; apostrophes inside a word.
_SPELLING = {ord("○"): "〇", ord("◯"): "〇", ord("'"): "", ord("’"): ""}


@lru_cache(maxsize=16384)
def tones_of(han: str) -> tuple[str, ...]:
    """The reading of each character of a run of simplified Han characters, ``("zhong4", "yao4")``; "" if unknown."""
    phrases, characters = _dictionaries()
    readings: list[str] = []
    start = 0
    while start < len(han):
        for length in range(min(_LONGEST_PHRASE, len(han) - start), 1, -1):
            phrase = han[start : start + length]
            corrected = PHRASE_READINGS.get(phrase)
            if corrected is not None:
                readings.extend(corrected)
                break
            known = phrases.get(phrase)
            if known is not None and len(known) == length:
                readings.extend(_numbered(syllable[0]) for syllable in known)
                break
        else:
            length = 1
            readings.append(_numbered(characters.get(ord(han[start]), "").split(",")[0]))
        start += length
    return tuple(readings)


def marked_syllable(reading: str) -> str:
    """A reading as books for children print it: ``zhong4`` is zhòng, ``lv4`` is lǜ, ``de5`` is de (GB/T 16159: the mark
    stands on a, else o or e, else on the last of i, u and ü); empty for no reading."""
    syllable, tone = reading[:-1], reading[-1:]
    mark = next((mark for mark, number in _TONE_MARKS.items() if number == tone), "")
    vowels = [place for place, letter in enumerate(syllable) if letter in "aoeiuv"]
    strong = next((syllable.index(letter) for letter in "aoe" if letter in syllable), None)
    at = strong if strong is not None else (vowels[-1] if vowels else len(syllable) - 1)
    marked = syllable[: at + 1] + mark + syllable[at + 1 :]
    return unicodedata.normalize("NFC", marked.replace("v", "ü"))


def readings_of(character: str) -> tuple[str, ...]:
    """Every reading that the dictionary has of one simplified Han character, the usual first; none if unknown."""
    _, characters = _dictionaries()
    marked = characters.get(ord(character), "")
    return tuple(dict.fromkeys(_numbered(reading) for reading in marked.split(","))) if marked else ()


@lru_cache(maxsize=1)
def _dictionaries() -> tuple[dict[str, list[list[str]]], dict[int, str]]:
    # Imported at the first reading: the two tables cost a fifth of a second that most commands need not pay.
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    return PHRASES_DICT, PINYIN_DICT


@lru_cache(maxsize=4096)
def _numbered(marked: str) -> str:
    """``zhòng`` as ``zhong4``, ``lǜ`` as ``lv4``; "" stays ""."""
    if not marked:
        return ""
    tone = "5"
    letters: list[str] = []
    for part in unicodedata.normalize("NFD", marked):
        if part in _TONE_MARKS:
            tone = _TONE_MARKS[part]
        elif part == "\u0308":
            letters[-1] = "v"
        elif part.isascii():
            letters.append(part)
    return "".join(letters) + tone
