"""Finding Chinese by its pinyin, with or without blanks, and by the first letters of its syllables.

A text is indexed by the set of its syllables and of its pairs of neighbours, written together, in every reading that a
character has: 重庆 by ``chong``, ``zhong``, ``qing``, ``chongqing`` and ``zhongqing``. What is typed is parted into
syllables in every way that is possible (``xian`` is one syllable or two), and each way asks for its pairs. So all
readings count without writing out their combinations. Initials are indexed by twos and threes in the same manner.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from wenyuan.kernel.chinese import fold, is_han_name
from wenyuan.kernel.chinese.pinyin import readings_of
from wenyuan.kernel.chinese.surnames import COMPOUND_READINGS, SURNAME_READINGS
from wenyuan.kernel.searching.grams import is_wide

MOST_WAYS = 8
"""Ways of parting one typed text into syllables that are tried."""
LONGEST_SPELLING = 60
"""Letters of a typed text that are taken for pinyin."""
_FEW_WAYS = 3
MOST_INITIALS = 12

_FINALS = """
a ai an ang ao e ei en eng er o ou
b a ai an ang ao ei en eng i ian iao ie in ing o u
c a ai an ang ao e en eng i ong ou u uan ui un uo
ch a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo
d a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo
f a an ang ei en eng o ou u
g a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
h a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
j i ia ian iang iao ie in ing iong iu u uan ue un
k a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
l a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve
m a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u
n a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo v ve
p a ai an ang ao ei en eng i ian iao ie in ing o ou u
q i ia ian iang iao ie in ing iong iu u uan ue un
r an ang ao e en eng i ong ou u ua uan ui un uo
s a ai an ang ao e en eng i ong ou u uan ui un uo
sh a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo
t a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo
w a ai an ang ei en eng o u
x i ia ian iang iao ie in ing iong iu u uan ue un
y a an ang ao e i in ing o ong ou u uan ue un
z a ai an ang ao e ei en eng i ong ou u uan ui un uo
zh a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo
"""


def _syllables() -> frozenset[str]:
    first, *others = _FINALS.strip().splitlines()
    found = set(first.split())
    for line in others:
        initial, *finals = line.split()
        found.update(initial + final for final in finals)
    return frozenset(found)


SYLLABLES = _syllables()
"""The syllables of standard Chinese without tones; ü is written v."""
_BEGINNINGS = frozenset(syllable[:length] for syllable in SYLLABLES for length in range(1, len(syllable)))
_LONGEST_SYLLABLE = max(map(len, SYLLABLES))


class Spelled(NamedTuple):
    """One way to read a typed text: tokens that must all be there, and how one more of them begins ("" if none)."""

    tokens: tuple[str, ...]
    begins: str


def spelling_of(text: str) -> tuple[set[str], set[str]]:
    """The tokens of a text by pinyin and those by initials, in all readings of its characters.

    Words of alphabets have an initial and no pinyin; each digit is an initial.
    """
    return _spelling(unicodedata.normalize("NFKC", text).casefold(), ())


def spelling_of_name(name: str) -> tuple[set[str], set[str]]:
    """As ``spelling_of``, for a person: the surname also in the readings it has as one (``shan`` for 单)."""
    bare = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return _spelling(bare, _surname_sounds(fold(bare[:2])) if is_han_name(bare) else ())


def _spelling(characters: str, first_sounds: Sequence[tuple[str, ...]]) -> tuple[set[str], set[str]]:
    """``first_sounds`` are further sounds of the first characters."""
    pinyin: set[str] = set()
    letters: list[tuple[str, ...]] = []
    before: tuple[str, ...] = ()
    inside_word = False
    for place, character in enumerate(characters):
        sounds = sounds_of(character)
        if place < len(first_sounds):
            sounds = tuple(dict.fromkeys(sounds + first_sounds[place]))
        if sounds:
            pinyin.update(sounds)
            for one in before:
                pinyin.update([one + other for other in sounds])
            letters.append(_firsts_of(sounds))
        elif character.isdigit() or (character.isalpha() and not inside_word):
            letters.append((fold(character)[:1] or character,))
        before = sounds
        inside_word = not sounds and (character.isalpha() or character in "'’")
    return pinyin, _by_twos_and_threes(letters)


@lru_cache(maxsize=4096)
def _surname_sounds(beginning: str) -> tuple[tuple[str, ...], ...]:
    """The sounds as a surname of the first character or two of a name, as far as a table has them."""
    readings = COMPOUND_READINGS.get(beginning)
    if readings is not None:
        return tuple(_typed(reading[:-1]) for reading in readings)
    sounds = tuple(spelt for one in SURNAME_READINGS.get(beginning[:1], ()) for spelt in _typed(one[:-1]))
    return (sounds,) if sounds else ()


def seek_initials(key: str) -> tuple[str, ...]:
    """The tokens that a text must have to be found by these letters and digits; none where they are no initials."""
    if not (key.isascii() and key.isalnum()) or not 2 <= len(key) <= MOST_INITIALS or key.isdigit():
        return ()
    return (key,) if len(key) == 2 else tuple(dict.fromkeys(key[start : start + 3] for start in range(len(key) - 2)))


@lru_cache(maxsize=512)
def seek_spelling(text: str) -> tuple[Spelled, ...]:
    """Every way in which a typed text may be pinyin, whole or not yet finished; none where it cannot be.

    ``pingfan`` asks for 平凡; ``pingf`` for a pair that begins so; a blank between two syllables changes nothing.
    """
    key = fold(text)
    if not (key.isascii() and key.isalpha()) or len(key) > LONGEST_SPELLING:
        return ()
    ways: list[Spelled] = []
    for syllables, rest in _parted(key):
        if len(ways) == MOST_WAYS:
            break
        pairs = tuple(one + other for one, other in pairwise(syllables))
        if rest:
            ways.append(Spelled(pairs, syllables[-1] + rest))
        else:
            ways.append(Spelled(pairs or tuple(syllables), ""))
    return tuple(dict.fromkeys(ways))


def syllables_of(key: str) -> tuple[tuple[str, ...], ...]:
    """The ways, few of them, in which letters are whole syllables; none where they are not."""
    if len(key) > LONGEST_SPELLING:
        return ()
    ways = _ways(key, _ends(key, whole=True), whole=True)
    return tuple(tuple(syllables) for (syllables, _), _ in zip(ways, range(_FEW_WAYS), strict=False))


def _parted(key: str) -> Iterator[tuple[list[str], str]]:
    """The ways to part letters into syllables and the beginning of one more; long syllables are tried first, whole
    ways before unfinished ones."""
    yield from _ways(key, _ends(key, whole=True), whole=True)
    yield from _ways(key, _ends(key, whole=False), whole=False)


def _ends(key: str, *, whole: bool) -> list[bool]:
    """For each place, whether the letters from there can be parted to the end: so no way is walked in vain."""
    good = [False] * (len(key) + 1)
    good[len(key)] = whole
    for place in range(len(key) - 1, -1, -1):
        good[place] = (not whole and place > 0 and key[place:] in _BEGINNINGS) or any(
            good[place + len(syllable)] for syllable in _syllables_at(key, place)
        )
    return good


def _ways(key: str, good: list[bool], *, whole: bool) -> Iterator[tuple[list[str], str]]:
    stack: list[tuple[int, list[str]]] = [(0, [])] if good[0] else []
    while stack:
        place, syllables = stack.pop()
        if whole and place == len(key):
            yield syllables, ""
        elif not whole and syllables and key[place:] in _BEGINNINGS:
            yield syllables, key[place:]
        onward = [s for s in _syllables_at(key, place) if good[place + len(s)]]
        stack.extend((place + len(syllable), [*syllables, syllable]) for syllable in onward)


def _syllables_at(key: str, place: int) -> list[str]:
    """The syllables that begin at a place, the longest last."""
    return [
        key[place : place + length]
        for length in range(1, min(_LONGEST_SYLLABLE, len(key) - place) + 1)
        if key[place : place + length] in SYLLABLES
    ]


def _by_twos_and_threes(letters: Sequence[tuple[str, ...]]) -> set[str]:
    if all(len(each) == 1 for each in letters):
        line = "".join([each[0] for each in letters])
        return {line[start : start + 2] for start in range(len(line) - 1)} | {
            line[start : start + 3] for start in range(len(line) - 2)
        }
    return {
        "".join(chosen)
        for size in (2, 3)
        for start in range(len(letters) - size + 1)
        for chosen in product(*letters[start : start + size])
    }


@lru_cache(maxsize=65536)
def sounds_of(character: str) -> tuple[str, ...]:
    """What may be typed for a Han character: every reading of it and of its simplified form; nothing for others."""
    if not is_wide(character):
        return ()
    readings = readings_of(character) + tuple(r for folded in fold(character) for r in readings_of(folded))
    return tuple(dict.fromkeys(spelt for reading in readings for spelt in _typed(reading[:-1])))


@lru_cache(maxsize=4096)
def _firsts_of(sounds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sound[0] for sound in sounds))


@lru_cache(maxsize=2048)
def _typed(syllable: str) -> tuple[str, ...]:
    """A syllable as people type it: ü as v, or as u where the keyboard has none."""
    if not syllable:
        return ()
    return (syllable, syllable.replace("v", "u")) if "v" in syllable else (syllable,)
