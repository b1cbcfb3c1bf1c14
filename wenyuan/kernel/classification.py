"""Class numbers of the Chinese Library Classification (CLC 中图法, 5th edition): their form, not their names.

A class number is one letter (two in class T), digits with a dot after every third for the eye only, and then
facets: ``-nn`` form, ``(n)`` place, ``"n"`` nationality, ``=n`` time, ``<n>`` general place, time or person,
``:X`` relation, ``+X`` union. Alternative classes stand in ``[ ]``, discontinued ones in ``{ }``.
"""

import re
import unicodedata

MAIN_CLASSES = tuple("ABCDEFGHIJKNOPQRSTUVXZ")
"""The 22 main classes, in shelf order."""

TECHNOLOGY_CLASSES = tuple("T" + second for second in "BDEFGHJKLMNPQSUV")
"""The divisions of class T, which statistics count one by one."""

_MAX_LENGTH = 80

# What keyboards, input methods and word processors put in the place of the signs, beyond full-width forms.
_SIGNS = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "〝": '"',
        "〞": '"',
        "〈": "<",
        "〉": ">",
        "《": "<",
        "》": ">",
        "·": ".",
        "・": ".",
    }
    | dict.fromkeys("‐‑‒–—―−", "-")
    | {"〔": "[", "〕": "]", "【": "[", "】": "]"}
)

_START = r"(?:T[BDEFGHJKLMNPQSUV]?|DF|[ABCDEFGHIJKNOPQRSUVXZ])"  # DF: the alternative classes of law
_NUMBER = rf"{_START}(?:\d+(?:\.\d+)*+[A-Z]{{0,3}})?+"
_FACET = (
    r'(?:-\d+(?:\.\d+)*+[A-Z]{0,2}|\([^()]{1,20}\)|"[^"]{1,20}"|=\d+(?:\.\d+)*+|<[^<>]{1,20}>'
    rf"|[:+](?:{_NUMBER}|\d+(?:\.\d+)*+))"
)
_WHOLE_NUMBER = re.compile(rf"{_NUMBER}{_FACET}*+", re.ASCII)
_BARE_NUMBER = re.compile(rf"{_START}(?:\d+(?:\.\d+)*+)?", re.ASCII)
_CLASS_LETTERS = re.compile(r"T[BDEFGHJKLMNPQSUV]?|[ABCDEFGHIJKNOPQRSUVXZ]")


def fold_signs(text: str) -> str:
    """Text in half-width forms (Unicode NFKC), with look-alike dashes, quotes and brackets made plain."""
    return unicodedata.normalize("NFKC", text).translate(_SIGNS)


def fold_class_number(text: str) -> str:
    """A class number as it is compared: signs folded, upper case, without spaces, ``[ ]`` and ``{ }``."""
    folded = "".join(fold_signs(text).upper().split())
    return folded.translate({ord(bracket): None for bracket in "[]{}"})


def class_letter(class_no: str) -> str:
    """The letter that statistics count by: a main class, T split into TB to TV; empty if there is none.

    A bare ``T`` (general works of technology), or a T with a letter that names no division, stays ``T``.
    """
    match = _CLASS_LETTERS.match(fold_class_number(class_no))
    return match.group() if match else ""


def main_class(class_no: str) -> str:
    """The main class, one of the 22 letters; empty when it is no CLC number."""
    return class_letter(class_no)[:1]


def split_numbers(text: str) -> tuple[str, ...]:
    """The numbers of a field that holds several (``K825.2；E251-53``) in order, without empty parts."""
    parts = (part.strip() for part in fold_signs(text).split(";"))
    return tuple(part for part in parts if part)


def strip_facets(class_no: str) -> str:
    """The number before any facet, letter subdivision or mark: ``K837.125.6(202)+R173`` gives ``K837.125.6``.

    This is what is looked up in the schedules. Empty when the text does not begin with a letter of the CLC.
    """
    match = _BARE_NUMBER.match(fold_class_number(class_no))
    return match.group() if match else ""


def is_plausible(class_no: str) -> bool:
    """Whether one class number has the form of the CLC: a known letter, digits, well-formed facets.

    It does not look the number up, and takes a dot anywhere between digits, since old records place it
    freely. Ranges (``B31/39``) and fields with several numbers are not one number.
    """
    folded = fold_class_number(class_no)
    return len(folded) <= _MAX_LENGTH and _WHOLE_NUMBER.fullmatch(folded) is not None
