"""Short overlapping pieces of a text, by which any part of it is found.

Every position of a folded text has one token: a pair where a Han (or any wide) character takes part, and three
characters inside a word of an alphabet, where pairs would be too common: ``c++程`` is ``c++ ++ +程 程``. A part of
the text is then found by tokens in their places, whatever stands around it.
"""

from dataclasses import dataclass

_FIRST_WIDE = "\u2e80"
"""Han, kana, hangul and all that is written without blanks or by syllables lies above; alphabets below."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a token sequence must hold: tokens at places counted from wherever the match begins.

    ``begins``, where set, is the beginning of a token that must be there too (its place is not asked for); the only
    thing to look for where the part is too short for a whole token.
    """

    tokens: tuple[tuple[int, str], ...]
    begins: str = ""


def is_wide(character: str) -> bool:
    """Whether the character is one of those that are paired."""
    return character >= _FIRST_WIDE


def grams_of(key: str) -> list[str]:
    """The tokens of a folded text, one for each of its characters, in order."""
    if key >= _FIRST_WIDE and min(key) >= _FIRST_WIDE:
        return [key[start : start + 2] for start in range(len(key))]
    return [_gram_at(key, start) for start in range(len(key))]


def seek_grams(key: str) -> Sought:
    """How a text that holds ``key`` (folded, not empty) is found among texts indexed by ``grams_of``."""
    fixed = {start: gram for start in range(len(key)) if (gram := _fixed_gram_at(key, start))}
    return Sought(tuple(covering(fixed)), _open_end(key, fixed))


def covering(fixed: dict[int, str]) -> list[tuple[int, str]]:
    """As few of these tokens (by place) as hold every character that any of them holds."""
    kept: list[tuple[int, str]] = []
    covered = 0
    places = sorted(fixed)
    for index, place in enumerate(places):
        end = place + len(fixed[place])
        if end <= covered:
            continue
        following = places[index + 1] if index + 1 < len(places) else None
        if following is not None and following <= covered and following + len(fixed[following]) > end:
            continue
        kept.append((place, fixed[place]))
        covered = end
    return kept


def _gram_at(key: str, start: int) -> str:
    gram = key[start : start + 3]
    return gram if max(gram) < _FIRST_WIDE else gram[:2]


def _fixed_gram_at(key: str, start: int) -> str:
    """The token at a place, where what follows ``key`` in the text cannot change it; else nothing."""
    gram = _gram_at(key, start)
    if len(gram) == 3 or (len(gram) == 2 and (start + 2 < len(key) or any(map(is_wide, gram)))):
        return gram
    return ""


def _open_end(key: str, fixed: dict[int, str]) -> str:
    """The end of ``key`` that no fixed token holds."""
    covered = max((place + len(gram) for place, gram in fixed.items()), default=0)
    return key[max(covered - 1, 0) :] if covered and covered < len(key) else key[covered:]
