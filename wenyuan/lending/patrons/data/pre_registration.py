"""What somebody without a card tells of themselves beforehand."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

KEPT_DAYS: Final = 7
"""Whoever does not come to a desk within so many days begins anew; nothing is kept of them."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PreRegistrationInput:
    """No identity number: the desk reads it from the document. ``home_branch_id`` is where they will come."""

    name: str
    home_branch_id: int
    birth_date: date | None = None
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreRegistered:
    """The number to tell at a desk, and when everything is forgotten."""

    number: str
    until: datetime


class TooManyPreRegistrations(Exception):
    """There were too many from there, or in all, within a day; nothing was looked at.

    :param wait_s: whole seconds until there is room again
    """

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"{wait_s} s")
        self.wait_s = wait_s
