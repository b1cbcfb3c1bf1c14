"""XML as text: elements of given texts, which cannot break out of them. XML 1.0, section 2.2, names the characters."""

import re
from collections.abc import Mapping
from typing import Final

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that XML 1.0 has no way to write: most control characters, and halves of pairs."""
_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def readable(text: str) -> str:
    """The text with U+FFFD for what XML cannot hold."""
    return NOT_XML.sub("\ufffd", text)


def escaped(text: str) -> str:
    """The text as it stands in an element or in an attribute's double quotes."""
    return readable(text).translate(_ESCAPES)


def element(name: str, text: str, attributes: Mapping[str, str] | None = None) -> str:
    """An element with a text."""
    return around(name, escaped(text), attributes)


def around(name: str, content: str, attributes: Mapping[str, str] | None = None) -> str:
    """An element around what is XML already."""
    given = "".join(f' {key}="{escaped(value)}"' for key, value in (attributes or {}).items())
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given}/>"
