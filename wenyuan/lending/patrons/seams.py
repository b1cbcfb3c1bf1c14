"""What this room asks of the rooms above in its own transaction: whether a patron may leave, and to forget one.

Every room with a foreign key to Patron answers; it joins when its app is ready.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from wenyuan.lending.patrons.data import Obstacle


class MayLeave(Protocol):
    """Takes a patron id; returns what keeps the patron from leaving, if anything (open loans, debts, bookings).

    The patron's row is locked while it is asked: it reads and does not write.
    """

    def __call__(self, patron_id: int, /) -> Iterable[Obstacle]: ...


class ForgetHistory(Protocol):
    """Takes a patron id; takes the patron out of whatever is finished and was kept by consent (closed loans).

    A step: the transaction is open. Counts and figures stay.
    """

    def __call__(self, patron_id: int, /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronKeeper:
    """A room's answers."""

    room: str
    may_leave: MayLeave
    forget_history: ForgetHistory


_keepers: dict[str, PatronKeeper] = {}


def join(keeper: PatronKeeper) -> None:
    """Answer for a room from now on (from its ``AppConfig.ready``); joining again replaces its answers."""
    _keepers[keeper.room] = keeper


def leave(room: str) -> None:
    """Take a room out again (tests)."""
    _keepers.pop(room, None)


def joined_rooms() -> frozenset[str]:
    """The rooms that answer."""
    return frozenset(_keepers)


def obstacles_to_leaving(patron_id: int) -> tuple[Obstacle, ...]:
    """Everything that keeps the patron from leaving; empty if they may leave."""
    return tuple(found for keeper in _keepers.values() for found in keeper.may_leave(patron_id) if found.count)


def forget_history(patron_id: int) -> None:
    """Let every room above forget what it kept of the patron by consent."""
    for keeper in _keepers.values():
        keeper.forget_history(patron_id)
