"""Personal names: where the surname ends and how it is read."""

import re
from collections.abc import Iterator

from wenyuan.kernel.chinese.folding import simplify
from wenyuan.kernel.chinese.pinyin import HAN, Piece, PieceKind, pieces_of, tones_of
from wenyuan.kernel.chinese.surnames import COMPOUND_READINGS, COMPOUND_SURNAMES, SURNAME_READINGS

_HAN_NAME = re.compile(rf"[{HAN}]{{1,4}}")


def is_han_name(name: str) -> bool:
    """Whether the name is built as surname and given name: one to four Han characters and nothing else.

    Names written with a middle dot (``列夫·托尔斯泰``) and longer ones are transcriptions and have no surname in front.
    """
    return _HAN_NAME.fullmatch(_without_blanks(name)) is not None


def split_name(name: str) -> tuple[str, str]:
    """Surname and given name of a name in Han characters; ``("", name)`` for any other.

    A surname of two characters is seen only where a given name follows it: two characters alone are one and one.
    Blanks inside the name (``陈 伟``) go.
    """
    bare = _without_blanks(name)
    if not is_han_name(bare):
        return "", name
    length = 2 if len(bare) > 2 and simplify(bare)[:2] in COMPOUND_SURNAMES else 1
    return bare[:length], bare[length:]


def name_pinyin(name: str) -> str:
    """The name in pinyin without tones, its surname read as a surname: ``单田芳`` is ``shan tian fang``.

    Transcribed, Latin and longer names are read as running text.
    """
    return _spelled(name_pieces(name))


def name_readings(name: str) -> tuple[str, ...]:
    """Every way the name may be typed, the preferred one first: each reading of the surname, then its common one.

    For finding a person by pinyin when clerk and cataloguer do not read the surname alike.
    """
    readings = [name_pinyin(name)]
    if is_han_name(name):
        bare = simplify(_without_blanks(name))
        rest = readings[0].split(" ")[1:]
        for tone in (*SURNAME_READINGS.get(bare[0], ()), *tones_of(bare[0])):
            if tone and bare[:2] not in COMPOUND_READINGS:
                readings.append(" ".join([tone[:-1], *rest]))
        readings.append(_spelled(pieces_of(bare)))
    return tuple(dict.fromkeys(reading for reading in readings if reading))


def name_pieces(name: str) -> Iterator[Piece]:
    """The pieces of a name as :func:`pinyin.pieces_of` gives them, with the surname read as a surname."""
    if not is_han_name(name):
        yield from pieces_of(name)
        return
    bare = simplify(_without_blanks(name))
    surname_tones = COMPOUND_READINGS.get(bare[:2]) or SURNAME_READINGS.get(bare[0], tones_of(bare[0]))[:1]
    given = bare[len(surname_tones) :]
    for character, tone in zip(bare, (*surname_tones, *tones_of(given)), strict=True):
        yield Piece(PieceKind.HAN, character, tone, after_gap=False)


def _spelled(pieces: Iterator[Piece]) -> str:
    return " ".join(piece.syllable for piece in pieces)


def _without_blanks(name: str) -> str:
    return "".join(name.split())
