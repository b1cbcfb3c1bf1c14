"""A code that a reader asks for by telephone."""

from typing import Final

CODE_MINUTES: Final = 5
"""So long a code is good, and after the right one so long the choice of who signs in."""


class TooManyCodes(Exception):
    """Too many were asked for with this number, from there, or in all; nobody was looked up.

    :param wait_s: whole seconds until the next one may come
    :param is_of_all: it is not for this number or place, but for all together
    :param last4: of the number
    """

    def __init__(self, wait_s: int, *, is_of_all: bool, last4: str) -> None:
        super().__init__(f"{wait_s} s")
        self.wait_s, self.is_of_all, self.last4 = wait_s, is_of_all, last4
