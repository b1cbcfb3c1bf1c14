"""How like a typed text is to a part of a title or name: a wrong character, one too many or too few, a sound mistaken.

A character that sounds alike costs less than another, for most wrong characters come from an input method; sounds that
many speakers do not tell apart (z and zh, n and l, an and ang …) stand between. Costs add up; ``most_unlike`` says how
much may be forgiven.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise, product
from typing import Final, NamedTuple

from wenyuan.kernel.chinese import fold
from wenyuan.kernel.searching.grams import is_wide
from wenyuan.kernel.searching.spelling import SYLLABLES, sounds_of, syllables_of

_SAME_SOUND, _LIKE_SOUND, _MISSING, _OTHER = 0.25, 0.5, 0.9, 1.0
_LIKE_SYLLABLE: Final = 0.25
"""A typed syllable that is often taken for the other; the same one costs nothing."""
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"), ("f", "h"))
MOST_TYPED: Final = 24
"""Characters or syllables of a text that is compared; who types more has not mistyped one."""


class Unit(NamedTuple):
    """One character or one typed syllable (then ``character`` is empty), with what it may sound like."""

    character: str
    sounds: frozenset[str]
    like: frozenset[str]


class Likeness(NamedTuple):
    """What of a text is likest, and how unlike that still is: 0 for the same."""

    cost: float
    part: str


def units_of(key: str) -> tuple[tuple[Unit, ...], ...]:
    """The ways to read a folded text: its characters, or for letters the syllables they can be parted into; none where
    there is nothing to compare by."""
    if key.isascii() and key.isalpha():
        ways = syllables_of(key)
        return tuple(tuple(_unit("", (syllable,)) for syllable in way) for way in ways if len(way) <= MOST_TYPED)
    if not key or len(key) > MOST_TYPED or not any(map(is_wide, key)):
        return ()
    return (tuple(_unit(character, sounds_of(character)) for character in key),)


def most_unlike(units: Sequence[Unit]) -> float:
    """How unlike a text may be that was meant."""
    if len(units) < 2:
        return 0.0
    return 0.5 if len(units) == 2 else 1.0 if len(units) < 6 else 2.0


def likest_part(units: Sequence[Unit], text: str) -> Likeness | None:
    """The part of a text that is likest to what was typed; nothing where the text has no letters."""
    places = [place for place, character in enumerate(text) if fold(character)]
    if not places or not units:
        return None
    there = [_unit(fold(text[place]), sounds_of(text[place])) for place in places]
    # Cost and beginning of the best part that ends before each place: a part may begin anywhere at no cost.
    best = [(0.0, start) for start in range(len(there) + 1)]
    for unit in units:
        before, best = best, [(best[0][0] + _OTHER, 0)]
        for end, other in enumerate(there, start=1):
            cost, start = before[end - 1]
            changed = (cost + _difference(unit, other), start)
            too_many = (before[end][0] + _OTHER, before[end][1])
            missing = (best[end - 1][0] + _MISSING, best[end - 1][1])
            best.append(min(changed, too_many, missing, key=lambda one: one[0]))
    cost, start, end = min(
        ((cost, start, end) for end, (cost, start) in enumerate(best) if end),
        key=lambda one: (one[0], abs(one[2] - one[1] - len(units))),
    )
    return Likeness(cost, text[places[min(start, end - 1)] : places[end - 1] + 1])


def like_pairs(units: Sequence[Unit]) -> tuple[tuple[str, ...], ...]:
    """For each two neighbours the pinyin, written together, that they may be meant for."""
    return tuple(
        tuple(one + other for one, other in product(_meant(first), _meant(second))) for first, second in pairwise(units)
    )


def distance(one: str, other: str) -> int:
    """How many letters are wrong, missing or too many."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        before, row = row, [place]
        for column, there in enumerate(other, start=1):
            row.append(min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != there)))
    return row[-1]


def _difference(unit: Unit, other: Unit) -> float:
    if unit.character and unit.character == other.character:
        return 0.0
    if not unit.sounds.isdisjoint(other.sounds):
        return _SAME_SOUND if unit.character else 0.0
    if not unit.like.isdisjoint(other.like):
        return _LIKE_SOUND if unit.character else _LIKE_SYLLABLE
    return _OTHER


@lru_cache(maxsize=8192)
def _unit(character: str, sounds: tuple[str, ...]) -> Unit:
    return Unit(character, frozenset(sounds), frozenset(map(_told_alike, sounds)))


def _meant(unit: Unit) -> list[str]:
    return sorted({syllable for like in unit.like for syllable in _alike().get(like, ())} | unit.sounds)


@cache
def _alike() -> dict[str, tuple[str, ...]]:
    """The syllables that are often taken for each other, by what stands for them all."""
    groups: dict[str, list[str]] = {}
    for syllable in sorted(SYLLABLES):
        groups.setdefault(_told_alike(syllable), []).append(syllable)
    return {like: tuple(group) for like, group in groups.items()}


@lru_cache(maxsize=2048)
def _told_alike(syllable: str) -> str:
    for written, taken_for in _INITIALS:
        if syllable.startswith(written):
            syllable = taken_for + syllable[len(written) :]
            break
    return syllable[:-1] if syllable.endswith("ng") and not syllable.endswith("ong") else syllable
