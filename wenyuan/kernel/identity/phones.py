"""Telephone numbers as people write them, in the one form the library stores and dials."""

import re
from enum import Enum

from wenyuan.kernel.chinese.width import half_width


class PhoneReason(Enum):
    """Why a text is no telephone number the library can use."""

    EMPTY = "empty"
    BAD_SHAPE = "bad_shape"
    NO_AREA_CODE = "no_area_code"
    """A local number, and the caller knew no area code to put before it."""


class PhoneError(ValueError):
    """The text is no usable telephone number; ``reason`` says why, the number itself is not kept."""

    def __init__(self, reason: PhoneReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


_NOISE = re.compile(r"[\s().\-‐-―−/]+")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([2-9][0-9]{6,7})")
_LOCAL = re.compile(r"[2-9][0-9]{6,7}")
_SERVICE = re.compile(r"[48]00[0-9]{7}")
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#|(?<=[0-9]{7})[-‐-―−])\s*([0-9]{1,6})$", re.IGNORECASE)


def canonical_phone(text: str, *, area_code: str | None = None) -> str:
    """The number as stored: ``13812341234``, ``010-62345678``, ``0571-87654321-801``, ``4001234567``, ``+85291234567``.

    Blanks, hyphens, brackets, full width, +86, 0086 and a 0 before a mobile number do not matter. Numbers abroad
    keep their country code (ITU-T E.164).

    :param area_code: the library's own, ``0571``, put before a number of seven or eight digits.
    :raises PhoneError: anything else.
    """
    plain = half_width(text).strip()
    if not plain:
        raise PhoneError(PhoneReason.EMPTY)
    extension = _EXTENSION.search(plain)
    dialled = _NOISE.sub("", plain[: extension.start()] if extension else plain)
    number = _number(_national(dialled), area_code)
    if extension is None:
        return number
    if "-" not in number:
        raise PhoneError(PhoneReason.BAD_SHAPE)  # only a landline has extensions
    return f"{number}-{extension[1]}"


def is_mobile(canonical: str) -> bool:
    """Whether a canonical number is a mobile one of the mainland, to which an SMS goes."""
    return _MOBILE.fullmatch(canonical) is not None


def _national(dialled: str) -> str:
    """The number without China's own prefix, a trunk 0 put back before an area code."""
    if dialled.startswith("00"):
        dialled = "+" + dialled[2:]
    if dialled.startswith("+86"):
        rest = dialled[3:]
    elif dialled.startswith("86") and len(dialled) == 13:
        rest = dialled[2:]
    elif dialled.startswith("01") and _MOBILE.fullmatch(dialled[1:]):
        return dialled[1:]
    else:
        return dialled
    if _MOBILE.fullmatch(rest) or _SERVICE.fullmatch(rest) or rest.startswith("0"):
        return rest
    return "0" + rest


def _number(national: str, area_code: str | None) -> str:
    if _MOBILE.fullmatch(national) or _SERVICE.fullmatch(national) or _ABROAD.fullmatch(national):
        return national
    if landline := _LANDLINE.fullmatch(national):
        return f"{landline[1]}-{landline[2]}"
    if _LOCAL.fullmatch(national):
        if area_code is None:
            raise PhoneError(PhoneReason.NO_AREA_CODE)
        return f"{area_code}-{national}"
    raise PhoneError(PhoneReason.BAD_SHAPE)
