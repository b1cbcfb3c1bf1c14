"""What no log may hold: passwords, PINs, tokens, card and identity numbers, mobile numbers.

A net below, not a licence above: code logs ids and codes. The net rather takes too much than too little.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

REDACTED = "[redacted]"

# Words that make a field secret, as whole words of its name: `card_number`, `accessToken`, SIP2's AD (patron
# password), CO (login password) and AC (terminal password). `key` is not among them: it names a repeated request.
_SECRET_WORDS = frozenset(
    {"password", "passwd", "pwd", "passphrase", "pin", "card", "token", "secret", "pii", "authorization", "cookie"}
    | {"ad", "co", "ac", "mobile", "phone", "dsn"}
)
_SECRET_PAIRS = ("id_number", "identity_number", "database_url", "owner_url", "app_url", "admin_url", "private_key")

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# 17 digits and a check character, or 15 digits (GB 11643-1999 and before); not inside a longer number.
_IDENTITY = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?<!\d\.)(?:\+?86[- ]?)?1[3-9]\d(?:\d{8}|[- ]\d{4}[- ]\d{4})(?!\d)")
_DSN = re.compile(r"(://[^\s:/@]*:)[^\s/]*@")
_ASSIGNED = re.compile(
    r"""(?ix) ( (?<![a-z0-9]) (?:[a-z0-9]+[_-]){0,4}
        (?:pg)?(?:password|passwd|passphrase|pwd|secret(?:_key)?|pii_key|token|pin|card(?:_number)?)
        ["']? \s* [=:] \s* )
        ( "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | [^\s;&|"']+ )"""
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{6,}")
# Fields of a SIP2 message: after a separator, or right after the fixed fields of a login (93, two characters).
_SIP2 = re.compile(r"((?:(?<=\|)|(?<=\b93[0-9 ]{2}))(?:AD|CO|AC|AA))[^|\r\n]+")


def redact_text(text: str) -> str:
    """The text with everything that looks like a secret or a person's number replaced."""
    text = _DSN.sub(rf"\1{REDACTED}@", text)
    text = _SIP2.sub(rf"\1{REDACTED}", text)
    text = _ASSIGNED.sub(rf"\1{REDACTED}", text)
    text = _BEARER.sub(rf"\1 {REDACTED}", text)
    text = _IDENTITY.sub(REDACTED, text)
    return _MOBILE.sub(REDACTED, text)


def redact_line(line: str) -> str:
    """One line of a program's output: by its fields if it is a JSON object, else as text."""
    if line.startswith("{"):
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            return redact_text(line)
        return json.dumps(redact_fields(fields), ensure_ascii=False)
    return redact_text(line)


def redact_fields(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields with the values of secret names, and all that looks secret in the others, replaced."""
    return {name: REDACTED if is_secret_name(name) else _redact_value(value) for name, value in fields.items()}


def is_secret_name(name: str) -> bool:
    """Whether a field of this name is never shown: `pin`, `card_number`, `accessToken`, `AD`."""
    words = [word.lower() for word in _WORDS.findall(name)]
    joined = "_".join(words)
    return any(word in _SECRET_WORDS for word in words) or any(pair in joined for pair in _SECRET_PAIRS)


def _redact_value(value: object) -> object:
    match value:
        case bool() | float() | None:
            return value
        case int():
            return value if redact_text(str(value)) == str(value) else REDACTED
        case str():
            return redact_text(value)
        case bytes():
            return redact_text(value.decode("gb18030", "replace"))
        case Mapping():
            return redact_fields({str(name): inner for name, inner in value.items()})
        case list() | tuple() | set() | frozenset():
            return [_redact_value(inner) for inner in value]
        case _:
            return redact_text(str(value))
