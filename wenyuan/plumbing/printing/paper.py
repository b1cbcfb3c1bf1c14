"""Kinds of paper, in millimetres."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Paper:
    """``height`` is none on a roll, which is cut where the text ends. ``side`` and ``foot`` are the margins left and
    right, and above and below: what a printer's head does not reach, or what looks well."""

    name: str
    width: float
    height: float | None
    side: float
    foot: float

    @property
    def room(self) -> float:
        """The width on which something may be printed, in millimetres."""
        return self.width - 2 * self.side


ROLL_80: Final = Paper("roll80", 80, None, 4, 4)
"""The usual receipt roll: its printers' heads are 72 mm wide (576 dots)."""
ROLL_58: Final = Paper("roll58", 58, None, 5, 4)
"""The narrow roll of pocket printers: 48 mm are printed (384 dots)."""
A5: Final = Paper("a5", 148, 210, 12, 12)
A4: Final = Paper("a4", 210, 297, 18, 18)
A3: Final = Paper("a3", 297, 420, 30, 32)
