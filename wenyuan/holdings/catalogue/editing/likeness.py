"""Whether two records describe the same document. Pure.

One number alone does not tell: a set shares its ISBN with its volumes, whether the library catalogues the set as one
(集中著录) or each volume for itself (分散著录). A whole and its part, and two parts of one whole, are not duplicates.
"""

import re
from dataclasses import dataclass

from wenyuan.holdings.catalogue.editing.values import DuplicateReason
from wenyuan.kernel.chinese import fold

_COUNTERS = re.compile(r"[第卷册辑集部编篇分期号\s.,:;()\[\]]|vol|no|part")
_NUMERALS = str.maketrans({digit: str(value) for value, digit in enumerate("零一二三四五六七八九")} | {"〇": "0"})
_TEN = re.compile(r"([1-9]?)十([1-9]?)")
_HALVES = {"上": "1", "下": "2"}


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells one document from another. ``numbers`` are (kind, value); ``volume`` is which part of a work it is (as
    written; empty: a whole), ``sets`` the sets and series it belongs to: folded title, and its number if it has one.
    """

    title_fold: str
    author_fold: str
    publisher_fold: str
    year: int | None
    volume: str
    numbers: frozenset[tuple[str, str]] = frozenset()
    sets: frozenset[tuple[str, str]] = frozenset()


def duplicate_reason(one: Traits, other: Traits) -> DuplicateReason | None:
    """Why the two may describe the same; none where they do not, or are parts of one work, or a whole and its part."""
    if _are_parts(one, other):
        return None
    shared = one.numbers & other.numbers
    for reason in DuplicateReason:
        if any(kind == reason for kind, _ in shared):
            return reason
    return DuplicateReason.DESCRIPTION if _is_same_description(one, other) else None


def _are_parts(one: Traits, other: Traits) -> bool:
    """Whether they are different parts of one work, or a work and a part of it."""
    if volume_key(one.volume) != volume_key(other.volume):
        return True
    mine, others = dict(one.sets), dict(other.sets)
    if one.title_fold in others or other.title_fold in mine:
        return True
    shared = mine.keys() & others.keys()
    if any(mine[title] and others[title] and mine[title] != others[title] for title in shared):
        return True
    # A volume whose own title stands in 200: the set is named by a link, and two titles in one set are two volumes;
    # a longer and a shorter wording of one title are not.
    begins = one.title_fold.startswith(other.title_fold) or other.title_fold.startswith(one.title_fold)
    return bool(shared) and not begins


def _is_same_description(one: Traits, other: Traits) -> bool:
    """Title, author, year and publisher alike, and at least two of the last three known."""
    if not one.title_fold or one.title_fold != other.title_fold:
        return False
    pairs = [
        (one.author_fold, other.author_fold),
        (one.publisher_fold, other.publisher_fold),
        (one.year, other.year),
    ]
    return all(left == right for left, right in pairs) and sum(bool(left) for left, _ in pairs) >= 2


def volume_key(volume: str) -> str:
    """A volume's designation so that ``第一册``, ``1`` and ``卷1`` compare equal; 上 and 下 are kept from numbers only
    where something else stands beside them."""
    text = _COUNTERS.sub("", fold(volume)).translate(_NUMERALS)
    text = _TEN.sub(lambda found: f"{found[1] or '1'}{found[2] or '0'}", text)
    return _HALVES.get(text, text)
