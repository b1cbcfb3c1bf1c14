"""Search keys: one spelling for all the ways in which one thing is written."""

import unicodedata
from functools import lru_cache

import opencc

from wenyuan.kernel.chinese.variants import VARIANTS

_KEPT_SYMBOLS = frozenset("+#")  # C++ and C# are not C
_APOSTROPHES = frozenset("'’")


def fold(text: str) -> str:
    """The search key of a text: equal for every way of writing the same thing, never shown to anyone.

    Compatibility forms, full width and case go (NFKC, casefold), accents go, traditional and variant characters
    become simplified ones, and blanks, punctuation (all middle dots among them) and symbols go, except ``+`` and
    ``#``. Characters are folded one by one, without looking at their neighbours: a phrase table would give the
    record ``乾縣`` and the query ``乾县`` different keys. Folding a key again gives the same key.
    """
    if text.isascii():
        return text.casefold().translate(_TABLE)
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", composed.translate(_TABLE))


def fold_apart(text: str) -> str:
    """As :func:`fold`, but words stay apart: one blank stands for all blanks, punctuation and symbols between them.

    An apostrophe parts nothing: ``Sophie's world`` is ``sophies world``. Without its blanks this is the fold.
    """
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", " ".join(composed.translate(_APART_TABLE).split()))


@lru_cache(maxsize=8192)
def simplify(text: str) -> str:
    """The text in simplified characters, phrase by phrase (``乾隆`` keeps its 乾), for readings and for display."""
    return text if text.isascii() else _converter().convert(text)


@lru_cache(maxsize=1)
def _converter() -> "opencc.OpenCC":
    return opencc.OpenCC("t2s")


class _FoldingTable(dict[int, str]):
    """A table for ``str.translate`` that learns each character when it first meets it.

    It grows to the characters in use (some thousands). A lost race between two threads stores the same value twice.
    """

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        self[code] = folded
        return folded


class _ApartTable(dict[int, str]):
    """As ``_FoldingTable``, with a blank for what is punctuation, symbol or blank."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _fold_character(character)
        if not folded and character not in _APOSTROPHES and _parts_words(character):
            folded = " "
        self[code] = folded
        return folded


_TABLE = _FoldingTable()
_APART_TABLE = _ApartTable()


def _fold_character(character: str) -> str:
    variant = VARIANTS.get(character)
    if variant is not None:
        return variant
    category = unicodedata.category(character)
    if character in _KEPT_SYMBOLS:
        return character
    if category[0] in "PSZC" or _is_variation_selector(character):
        return ""
    if character.isascii():
        return character
    if _is_accent(character):
        return ""
    # Twice: 薴 becomes 苧, itself a traditional character.
    simplified: str = _converter().convert(_converter().convert(character))
    base = "".join(part for part in unicodedata.normalize("NFD", simplified) if not _is_accent(part))
    return VARIANTS.get(base, unicodedata.normalize("NFC", base))


def _parts_words(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "PSZ" or category == "Cc"


def _is_accent(character: str) -> bool:
    """Whether this is a mark on a Latin, Greek or Cyrillic letter; the marks of other scripts change the letter."""
    return "\u0300" <= character <= "\u036f"


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
