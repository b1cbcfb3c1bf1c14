"""What a page, a slip or a log may show of a person."""

import re

from wenyuan.kernel.chinese.names import is_han_name, split_name

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
