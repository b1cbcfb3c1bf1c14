"""What the network asks of the rooms above in its own transaction: what still stands or moves at a branch.

Every room with a foreign key to Branch answers; it joins when its app is ready.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Tie:
    """``count`` things of one kind (``open_loans``, ``items``, ``bookings``)."""

    what: str
    count: int


TiesAsked = Callable[[int, date], Iterable[Tie]]
"""Takes a branch id and the day from which the branch shall no longer stand; returns what forbids it, if anything."""
TouchAsked = Callable[[frozenset[int], date, date | None], Iterable[Tie]]
"""Takes branch ids and the first and last day of a closure; returns what falls on those days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchUser:
    """A room's answers. ``ties`` hinders closing a branch for good; ``touched`` is shown before a closure."""

    room: str
    ties: TiesAsked
    touched: TouchAsked


_users: dict[str, BranchUser] = {}


def join(user: BranchUser) -> None:
    """Answer for a room from now on (from its ``AppConfig.ready``); joining again replaces its answers."""
    _users[user.room] = user


def leave(room: str) -> None:
    """Take a room out again (tests)."""
    _users.pop(room, None)


def joined_rooms() -> frozenset[str]:
    """The rooms that answer."""
    return frozenset(_users)


def ties_to_branch(branch_id: int, on: date) -> tuple[Tie, ...]:
    """Everything that forbids closing the branch for good on that day."""
    return tuple(tie for user in _users.values() for tie in user.ties(branch_id, on) if tie.count)


def touched_by_closure(branch_ids: frozenset[int], first: date, last: date | None) -> tuple[Tie, ...]:
    """Everything that falls on the days of a closure."""
    return tuple(tie for user in _users.values() for tie in user.touched(branch_ids, first, last) if tie.count)
