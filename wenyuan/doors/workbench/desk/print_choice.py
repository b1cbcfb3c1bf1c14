"""What one machine prints: kept in a cookie of its browser, since the printer stands beside the machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest

from wenyuan.plumbing.printing import ROLL_58, ROLL_80, Paper

COOKIE_NAME: Final = "wenyuan_slips"
COOKIE_AGE: Final = 2 * 365 * 24 * 3600  # seconds


class When(StrEnum):
    """When a reader's slip is printed."""

    ASKED = "asked"
    EACH = "each"  # whenever a pile is done


class Roll(StrEnum):
    """How wide the machine's receipt roll is, in millimetres."""

    WIDE = "80"
    NARROW = "58"


@dataclass(frozen=True, slots=True)
class PrintChoice:
    """One machine's choice; slips on the wide roll, when asked for, until somebody chose otherwise."""

    when: When = When.ASKED
    roll: Roll = Roll.WIDE

    @property
    def paper(self) -> Paper:
        return ROLL_58 if self.roll is Roll.NARROW else ROLL_80

    @classmethod
    def from_fields(cls, fields: Mapping[str, str], *, otherwise: Self | None = None) -> Self:
        """Read the fields of a form or cookie; one that is absent or unknown keeps ``otherwise``'s value."""
        kept = otherwise or cls()
        when, roll = fields.get("when", ""), fields.get("roll", "")
        return cls(
            when=When(when) if when in set(When) else kept.when,
            roll=Roll(roll) if roll in set(Roll) else kept.roll,
        )

    @classmethod
    def from_cookie(cls, text: str | None) -> Self:
        """Read the cookie; an absent, over-long or unreadable one gives the defaults."""
        return cls.from_fields(dict(parse_qsl(text))) if text and len(text) <= 100 else cls()

    def as_cookie(self) -> str:
        return urlencode({"when": self.when.value, "roll": self.roll.value})


def choice_of(request: HttpRequest) -> PrintChoice:
    """What the machine prints from which this request comes."""
    return PrintChoice.from_cookie(request.COOKIES.get(COOKIE_NAME))
