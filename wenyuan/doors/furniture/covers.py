"""How the cover of a work is drawn when there is no picture of it: cloth by class, title slip by length."""

from dataclasses import dataclass

# Book cloth by main class of the Chinese Library Classification (中国图书馆分类法); what is not named is learning.
_CLOTH_BY_CLASS = {
    "A": "thought",
    "B": "thought",
    "C": "society",
    "D": "society",
    "E": "society",
    "F": "society",
    "G": "learning",
    "H": "learning",
    "I": "literature",
    "J": "art",
    "K": "history",
    **dict.fromkeys("NOPQRSTUVX", "science"),
    "Z": "learning",
}
_KINDS = {"child", "local"}
# A slip holds six full-width characters at its usual size and nine when reduced; beyond that none fits upright.
_USUAL, _REDUCED, _MOST = 6, 9, 24


@dataclass(frozen=True, slots=True)
class Cover:
    """Class names and words of one drawn cover."""

    cloth: str
    shape: str
    title: str
    author: str


def draw(*, title: str, author: str = "", class_letter: str = "", kind: str = "") -> Cover:
    """Choose cloth and slip.

    ``class_letter`` is the first letter of the class number, any case, or nothing; ``kind`` is ``"child"`` or
    ``"local"`` where the collection matters more than the class. A title in Latin letters, or one too long for an
    upright slip, is set across.
    """
    cloth = kind if kind in _KINDS else _CLOTH_BY_CLASS.get(class_letter[:1].upper(), "learning")
    main_title = title.split("：")[0].split(":")[0].strip() or title.strip()
    short = main_title if len(main_title) <= _MOST else main_title[: _MOST - 1] + "…"
    return Cover(cloth=cloth, shape=_shape(short), title=short, author=author[: 24 if author.isascii() else 8])


def _shape(title: str) -> str:
    latin = sum(character.isascii() and character.isalnum() for character in title)
    if latin * 2 > len(title) or len(title) > _REDUCED:
        return "across"
    return "slip" if len(title) <= _USUAL else "slip-long"
