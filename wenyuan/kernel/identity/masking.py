"""What a page, a slip or a log may show of a person."""

import re

from wenyuan.kernel.chinese.names import is_han_name, split_name
from wenyuan.kernel.chinese.width import half_width

_LATIN_WORD = re.compile(r"[^\W\d_]+")
_MOBILE = re.compile(r"1[0-9]{10}")
_NAME_STAR = "＊"


def mask_name(name: str) -> str:
    """The name with its middle hidden: ``陈＊雨``, ``陈＊``, ``欧阳＊``, ``列＊·＊＊＊＊``, ``J＊＊＊ S＊＊＊＊``.

    Of a name in Han characters the surname stays, and the last character when the given name has two; of any other
    only the first letter of each Latin word, or the first character. A single character is hidden.
    """
    stripped = " ".join(name.split())
    if is_han_name(stripped):
        surname, given = split_name(stripped)
        if not given:
            return _NAME_STAR
        return surname + _NAME_STAR * max(1, len(given) - 1) + (given[-1] if len(given) > 1 else "")
    if stripped.isascii():
        return _LATIN_WORD.sub(lambda word: word[0][0] + _NAME_STAR * (len(word[0]) - 1), stripped)
    return stripped[:1] + re.sub(r"\w", _NAME_STAR, stripped[1:])


def mask_phone(phone: str) -> str:
    """The number with its middle hidden: ``138****1234``, ``010-****5678``; a short or odd one shows only its end."""
    if _MOBILE.fullmatch(phone):
        return f"{phone[:3]}****{phone[-4:]}"
    area, dash, local = phone.partition("-")
    if dash and len(local) >= 7:
        return f"{area}-****{local[-4:]}"
    return "****" + _tail(phone)


def mask_number(number: str) -> str:
    """The end of an identity, card or token number, ``····1824``: four characters, of a short one at most half."""
    return "····" + _tail(number)


def _tail(text: str) -> str:
    shown = min(4, len(text) // 2)
    return text[len(text) - shown :]


_DIGIT, _GAP = "[0-9０-９]", r"[\s\-‐-―−]?"
_NUMBERS = re.compile(
    rf"(?<!{_DIGIT})(?:"
    rf"{_DIGIT}{{6}}{_GAP}{_DIGIT}{{8}}{_GAP}{_DIGIT}{{3}}[0-9０-９XxＸｘ]"
    rf"|{_DIGIT}{{6}}{_GAP}{_DIGIT}{{6}}{_GAP}{_DIGIT}{{3}}"
    rf"|[1１][3-9３-９]{_DIGIT}{_GAP}{_DIGIT}{{4}}{_GAP}{_DIGIT}{{4}}"
    rf")(?!{_DIGIT})"
)
"""Digits as long as an identity or a mobile number, also in the groups and the width in which people write them;
checked no further, since a mistyped one must not show either."""


def numbers_in(text: str) -> tuple[str, ...]:
    """What :func:`mask_numbers` hides, in order, as the digits alone."""
    return tuple(_digits(found) for found in _NUMBERS.finditer(text))


def mask_numbers(text: str) -> str:
    """The text with every identity and mobile number in it hidden but for its end (``····1824``, ``138****1234``)."""
    return _NUMBERS.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    digits = _digits(found)
    return mask_phone(digits) if len(digits) == 11 else mask_number(digits)


def _digits(found: re.Match[str]) -> str:
    return re.sub(_GAP, "", half_width(found.group()))
