"""What the person who starts Wenyuan is told when something stands in the way."""

from __future__ import annotations


class Problem(Exception):
    """Something that a person can mend.

    `str()` gives one short English sentence; `command` is the command that mends it, or `""` where there is none.
    Neither ever holds a password or a key.
    """

    def __init__(self, sentence: str, *, command: str = "") -> None:
        super().__init__(sentence)
        self.command = command
