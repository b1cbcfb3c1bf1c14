"""Bars of CODE 128 (ISO/IEC 15417), as widths: what is drawn on slips and labels, and read by any scanner."""

from collections.abc import Sequence
from typing import Final

QUIET_MODULES: Final = 10
"""Blank modules that must stand before and behind the bars (ISO/IEC 15417, 4.4)."""
DOT_MM: Final = 0.125
"""The dot of a receipt printer with 203 dots an inch (8 a millimetre). A module is a whole number of dots, or its bars
come out in uneven widths."""
FEWEST_DOTS: Final = 2
"""Narrower than 0.25 mm a hand scanner no longer reads what a receipt printer prints."""
MOST_DOTS: Final = 4

_TO_B, _TO_C, _START_B, _START_C, _STOP = 100, 99, 104, 105, 106
_IMPOSSIBLE: Final = 1_000_000
_TABLE: Final = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222
123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321
232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121
313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224
111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113
114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112
"""
_WIDTHS: Final = tuple(_TABLE.split())
"""Bar, space, bar … of each symbol character, by its value; start B is 104, start C 105, stop 106 (table 1)."""


class NotInCode128(ValueError):
    """The text is empty or has a character that is no printable ASCII. (Control characters, which set A would take,
    stand on no label.)"""


def code128(text: str) -> tuple[int, ...]:
    """Widths in modules of bar, space, bar …, beginning and ending with a bar, in the fewest symbol characters.

    Without the quiet zones of ``QUIET_MODULES`` at both ends. Letters go by set B, runs of digits by pairs in set C.

    :raises NotInCode128: for a text that has no such bars.
    """
    if not text or not all(" " <= character <= "~" for character in text):
        raise NotInCode128(f"{len(text)} characters")
    values = _values(text)
    values.append(_check(values))
    values.append(_STOP)
    return tuple(int(width) for value in values for width in _WIDTHS[value])


def fitting_module(widths: Sequence[int], room_mm: float) -> float | None:
    """How wide one module is to be, in millimetres, so that bars and quiet zones stand in ``room_mm``: a whole number
    of printer's dots, at most ``MOST_DOTS``. None where bars that a scanner reads would not fit."""
    modules = sum(widths) + 2 * QUIET_MODULES
    dots = min(MOST_DOTS, int(room_mm / DOT_MM / modules))
    return dots * DOT_MM if dots >= FEWEST_DOTS else None


def _values(text: str) -> list[int]:
    """Start character and data, without check character: at each place the set that needs the fewer in all."""
    in_b, in_c = _fewest(text)
    is_c = in_c[0] < in_b[0]
    values = [_START_C if is_c else _START_B]
    at = 0
    while at < len(text):
        by_pair = _IMPOSSIBLE if not _is_pair(text, at) else in_c[at + 2] + (not is_c)
        by_one = in_b[at + 1] + is_c
        if (by_pair < by_one) != is_c:
            is_c = not is_c
            values.append(_TO_C if is_c else _TO_B)
        taken = 2 if is_c else 1
        values.append(int(text[at : at + 2]) if is_c else ord(text[at]) - ord(" "))
        at += taken
    return values


def _fewest(text: str) -> tuple[list[int], list[int]]:
    """For each place of the text, how many characters the rest needs with set B, and with set C, in force there."""
    in_b, in_c = [0] * (len(text) + 1), [0] * (len(text) + 1)
    for at in reversed(range(len(text))):
        by_one = 1 + in_b[at + 1]
        by_pair = 1 + in_c[at + 2] if _is_pair(text, at) else _IMPOSSIBLE
        in_b[at], in_c[at] = min(by_one, 1 + by_pair), min(by_pair, 1 + by_one)
    return in_b, in_c


def _is_pair(text: str, at: int) -> bool:
    return len(text) >= at + 2 and text[at : at + 2].isdigit()


def _check(values: Sequence[int]) -> int:
    """The check character: start plus each value times its place, modulo 103 (annex A)."""
    return (values[0] + sum(place * value for place, value in enumerate(values[1:], start=1))) % 103
