"""Who tries to sign in from where, and what is told of wrong PINs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TriedBy(StrEnum):
    """Who tried a PIN that is counted apart from those at machines."""

    STRANGER = "stranger"  # a browser in which this reader has never signed in
    KNOWN = "known"  # one in which they have
    PROGRAM = "program"  # another program


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A browser at the portal: from which ``address`` (of IPv6 the network), and in whose name it is known already: the
    mark of this browser by the id of the patron who has signed in with it."""

    address: str
    known: Mapping[int, str] = field(default_factory=dict, repr=False)


class TooManyGuesses(Exception):
    """Somebody guesses at many readers from there, or at this one in other programs: nothing was looked at.

    :param wait_s: whole seconds until the next one may come
    """

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"{wait_s} s")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPins:
    """Wrong PINs of one reader in the last week at the portal and in other programs, with no right one after them from
    the same place; ``places`` are addresses, browsers and programs. ``strangers_wait_until`` is when a browser that is
    not known may try again, if that is still ahead."""

    count: int
    places: int
    last_at: datetime
    strangers_wait_until: datetime | None
