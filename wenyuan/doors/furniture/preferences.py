"""How a reader wants pages drawn: colours, print size and contrast, kept in one cookie and never with a person.

The cookie holds codes only (``theme=dark&print=large``). What it does not know it drops, so that an old or a
forged cookie gives the plain look rather than an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Self, TypeVar
from urllib.parse import parse_qsl, urlencode

COOKIE_NAME = "wenyuan_look"
COOKIE_AGE = 365 * 24 * 3600  # seconds


class Theme(Enum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Print(Enum):
    NORMAL = "normal"
    LARGE = "large"


class Contrast(Enum):
    SYSTEM = "system"
    NORMAL = "normal"
    HIGH = "high"


Choice = TypeVar("Choice", bound=Enum)


@dataclass(frozen=True, slots=True)
class Preferences:
    """The look one browser asked for. The defaults follow the device."""

    theme: Theme = Theme.SYSTEM
    print: Print = Print.NORMAL
    contrast: Contrast = Contrast.SYSTEM
    sound: bool = False

    @classmethod
    def from_fields(cls, fields: Mapping[str, str], *, otherwise: Self | None = None) -> Self:
        """Read the fields of a form or cookie; a field that is absent or unknown keeps ``otherwise``'s value."""
        kept = otherwise or cls()
        return cls(
            theme=_choose(fields.get("theme"), kept.theme),
            print=_choose(fields.get("print"), kept.print),
            contrast=_choose(fields.get("contrast"), kept.contrast),
            sound={"on": True, "off": False}.get(fields.get("sound", ""), kept.sound),
        )

    @classmethod
    def from_cookie(cls, text: str | None) -> Self:
        """Read the cookie; an absent, over-long or unreadable one gives the defaults."""
        if not text or len(text) > 200:
            return cls()
        return cls.from_fields(dict(parse_qsl(text)))

    def as_cookie(self) -> str:
        """The cookie's text, naming only what differs from the defaults."""
        chosen = {"theme": self.theme, "print": self.print, "contrast": self.contrast}
        plain = {"theme": Theme.SYSTEM, "print": Print.NORMAL, "contrast": Contrast.SYSTEM}
        pairs = [(name, choice.value) for name, choice in chosen.items() if choice is not plain[name]]
        return urlencode(pairs + ([("sound", "on")] if self.sound else []))


def _choose(word: str | None, kept: Choice) -> Choice:
    """The member of ``kept``'s enum that ``word`` names, else ``kept``."""
    return next((member for member in type(kept) if member.value == word), kept)
