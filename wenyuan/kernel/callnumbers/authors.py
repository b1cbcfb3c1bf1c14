"""Author numbers (著者号): from a table of surnames and ranges of initials, or the initials alone.

The rule of the table is that of 《通用汉语著者号码表》 (GCAT, 1992): the longest beginning of the author that is an
entry; the range of the next character's initial gives a base number; the character after it, or the last letter of a
single given name, gives what is added. The numbers are the table's; the library brings its own, none is shipped.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wenyuan.kernel.chinese import half_width, initials_of, pinyin_of

LONGEST_ENTRY: Final = 12
"""Characters of an entry: compound surnames, and bodies such as 中国社会科学院."""
SUBTABLES: Final = (0, 2, 3, 5, 10)
"""How many parts a base number may be divided into; 0 for none."""
INITIALS: Final = 4
"""Letters of an author number that is made of initials."""

_BY_SECOND: Final[Mapping[int, tuple[str, ...]]] = {
    2: ("AP", "QZ"),
    3: ("AJ", "KT", "WZ"),
    5: ("AG", "HL", "MR", "SX", "YZ"),
    10: ("AE", "FG", "HJ", "KL", "MP", "QR", "ST", "WX", "YY", "ZZ"),
}
"""Of two and more characters behind the surname: first and last initial of the second, by part."""
_BY_LAST_LETTER: Final[Mapping[int, tuple[str, ...]]] = {
    2: ("aegim", "noruv"),
    3: ("aeg", "im", "noruv"),
    5: ("ae", "g", "im", "n", "oruv"),
    10: ("a", "e", "g", "i", "m", "n", "o", "r", "u", "v"),
}
"""Of one character behind the surname: the last letters of its pinyin, by part (ü is v)."""

_DIGITS: Final = str.maketrans("0123456789", "〇一二三四五六七八九")
_ROMAN: Final = str.maketrans("ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ", "一二三四五六七八九十")
_NOT_HAN: Final = re.compile(r"[^〇㐀-䶿一-鿿\U00020000-\U0003fffd]")
_LETTERS: Final = re.compile(r"[A-Z](?:-[A-Z])?")
_NUMBER: Final = re.compile(r"[A-Z]{0,2}[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class AuthorRow:
    """One line of a table. ``letters`` is the range of initials (``A-G``) it is for, empty for the entry itself;
    ``number`` the base; ``subtable`` one of ``SUBTABLES``; ``see`` the entry that counts instead; ``reading`` the
    pinyin, where an entry has several."""

    entry: str
    reading: str = ""
    letters: str = ""
    number: str = ""
    subtable: int = 0
    see: str = ""


def row_fault(row: AuthorRow) -> str:
    """The name of the field that cannot be what it should, or empty."""
    if not 0 < len(row.entry) <= LONGEST_ENTRY or _NOT_HAN.search(row.entry):
        return "entry"
    if row.see:
        return "see" if row.number or row.letters or row.see == row.entry else ""
    if not _NUMBER.fullmatch(row.number):
        return "number"
    if row.letters and not (_LETTERS.fullmatch(row.letters) and row.letters[0] <= row.letters[-1]):
        return "letters"
    return "" if row.subtable in SUBTABLES else "subtable"


def entries_of(author: str) -> tuple[str, ...]:
    """What may be looked up for an author, the longest first; nothing for one without a Chinese character."""
    plain = _plain(author)
    return tuple(plain[:length] for length in range(min(LONGEST_ENTRY, len(plain)), 0, -1))


def author_numbers(author: str, table: Mapping[str, Sequence[AuthorRow]]) -> tuple[str, ...]:
    """The numbers that a table (rows by entry) has for an author: one for each reading of its surname, without
    repeats; nothing where the table has no entry. A ``see`` is followed once."""
    plain = _plain(author)
    entry = next((one for one in entries_of(author) if table.get(one)), "")
    if not entry:
        return ()
    rest = plain[len(entry) :]
    rows: Sequence[AuthorRow] = table[entry]
    if rows[0].see:
        rows = [row for row in table.get(rows[0].see, ()) if not row.see]
    readings = dict.fromkeys(row.reading for row in rows)
    found = (_number(rest, [row for row in rows if row.reading == reading]) for reading in readings)
    return tuple(dict.fromkeys(number for number in found if number))


def author_initials(author: str) -> str:
    """The first letters of an author's syllables or words in capitals, at most ``INITIALS``: 路遥 is ``LY``."""
    return initials_of(author)[:INITIALS].upper()


def _plain(author: str) -> str:
    """The Chinese characters of an author, digits and Roman numerals as such characters."""
    return _NOT_HAN.sub("", half_width(author.translate(_ROMAN)).translate(_DIGITS))


def _number(rest: str, rows: Sequence[AuthorRow]) -> str:
    own = next((row.number for row in rows if not row.letters), "")
    if not rest:
        return own
    first, second = _syllable(rest[0]), _syllable(rest[1]) if len(rest) > 1 else ""
    row = next((row for row in rows if row.letters and _is_within(first[:1].upper(), row.letters)), None)
    if row is None:
        return own
    if not row.subtable:
        return row.number
    if len(rest) > 1:
        parts, letter = _BY_SECOND[row.subtable], second[:1].upper()
        place = next((at for at, part in enumerate(parts) if _is_within(letter, part)), 0)
    elif len(first) > 1:
        parts = _BY_LAST_LETTER[row.subtable]
        place = next((at for at, part in enumerate(parts) if first[-1] in part), 0)
    else:
        place = 0
    return _raised(row.number, place)


def _syllable(character: str) -> str:
    return pinyin_of(character)


def _is_within(letter: str, letters: str) -> bool:
    return bool(letter) and letters[0] <= letter <= letters[-1]


def _raised(number: str, by: int) -> str:
    """The number plus ``by``, as wide as it was: ``B019`` and 1 are ``B020``."""
    digits = number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f"{number[: len(number) - len(digits)]}{int(digits) + by:0{len(digits)}d}"
