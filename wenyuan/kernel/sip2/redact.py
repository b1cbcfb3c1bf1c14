"""What of a line may stand in a log: its code, the names of its fields, and a few harmless values."""

import re
from collections.abc import Iterable
from typing import Final

from wenyuan.kernel.sip2.profile import Profile

SHOWN_TAGS: Final = frozenset({"AO", "CP", "AB"})
"""Institution, service point and item barcode."""

# A value is shown only in the plain shape of a code. Anything else is hidden, since a line read in the wrong
# charset may swallow a delimiter and so join a password to the value before it.
_PLAIN_CODE = re.compile(r"[A-Za-z0-9._-]{0,32}")
# ... as would a delimiter the machine forgot (CN- begins the institution codes of ISO 15511)
_HIDDEN_FIELD_INSIDE = re.compile(r"A[ADEN]|CO|CN(?!-)|KD|XO|XM|XH", re.IGNORECASE)
# resident identity numbers of GB 11643: 18 characters, or the 15 digits of the first generation (YYMMDD from
# the 7th)
_IDENTITY_NUMBER = re.compile(r"\d{17}[\dXx]|\d{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")

# names are shown only if known, lest a password that holds a delimiter show its second half
_KNOWN_TAGS = frozenset(
    f"{first}{second}"
    for first, seconds in {
        "A": "ABCDEFGHJKLMNOPQRSTUVYZ",
        "B": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "C": "ABCDEFGHIJKLMNOPQRSTVY",
        "D": "A",
        # vendors' own
        "F": "V",
        "H": "S",
        "I": "C",
        "J": "EFK",
        "K": "CDPQ",
        "L": "E",
        "M": "P",
        "O": "DKX",
        "P": "BY",
        "U": "F",
        "X": "ABCDEFHKMNOPRT",
    }.items()
    for second in seconds
)
_FIRST_PIECE = re.compile(r"[0-9YNUZ .]*([A-Z][A-Z0-9].*)", re.DOTALL)
_TAIL = re.compile(r"(AY)[0-9]?\|?(AZ)[0-9A-Fa-f]*[| \t\x00]*\Z")
_UNKNOWN = "??"


def redact(text: str) -> str:
    """A request or answer as it may be logged: `11 AO=CN-330281 AA AB=0001 AD AY AZ`.

    Values of AO, CP and AB are shown when they look like codes and not like identity numbers; no other value
    ever is. What is not a known code or field name appears as `??`.
    """
    tail = _TAIL.search(text)
    body = text[: tail.start()] if tail else text
    code = body[:2]
    first, *others = body[2:].split("|")
    fielded = _FIRST_PIECE.fullmatch(first)
    pieces = [fielded.group(1) if fielded else "", *others]
    shown = [_shown(piece[:2], piece[2:]) for piece in pieces if piece]
    if tail:
        shown += ["AY", "AZ"]
    is_code = len(code) == 2 and code.isascii() and code.isdigit()
    return " ".join([code if is_code else _UNKNOWN, *shown])


def redact_line(line: bytes, *, profile: Profile) -> str:
    """As `redact`, for bytes that may not even be text."""
    return redact(line.decode(profile.charset, "replace"))


def redact_fields(fields: Iterable[tuple[str, str]]) -> str:
    """As `redact`, for fields already taken apart."""
    return " ".join(_shown(tag, value) for tag, value in fields)


def shown_barcode(value: str) -> str:
    """The value of AB as it may be logged, and nothing if it may not."""
    return value if _may_be_shown(value) else ""


def _shown(tag: str, value: str) -> str:
    if tag not in _KNOWN_TAGS:
        return _UNKNOWN
    return f"{tag}={value}" if tag in SHOWN_TAGS and _may_be_shown(value) else tag


def _may_be_shown(value: str) -> bool:
    """Whether it looks like a code, and not like an identity number or a hidden field."""
    return bool(_PLAIN_CODE.fullmatch(value)) and not (
        _HIDDEN_FIELD_INSIDE.search(value) or _IDENTITY_NUMBER.search(value)
    )
