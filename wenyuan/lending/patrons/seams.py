"""What this room asks of the rooms above in its own transaction: whether a patron may leave, to forget one, and to
move what hangs on one record of a person to the other.

Every room with a foreign key to Patron answers both; it joins when its app is ready.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wenyuan.lending.patrons.data import Moved, Obstacle


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


class ForgetReader(Protocol):
    """Takes the id of a patron who leaves; deletes what they said or gathered for themselves (lists, wishes).

    A step: the transaction is open. Unlike the history it does not go with a consent.
    """

    def __call__(self, patron_id: int, /) -> None: ...


def _has_nothing(_patron_id: int) -> None:
    """Of a room that keeps nothing that readers said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronKeeper:
    """A room's answers."""

    room: str
    may_leave: MayLeave
    forget_history: ForgetHistory
    forget_reader: ForgetReader = _has_nothing


class LockRows(Protocol):
    """Takes patron ids; locks what of theirs stands before a patron in the order item, loan, patron, by id.

    A step. It is asked before the patrons are locked, so that a merge waits for nobody who waits for it.
    """

    def __call__(self, patron_ids: Sequence[int], /) -> None: ...


class Move(Protocol):
    """Takes two patron ids and the moment; hangs on the second whatever hangs on the first, and says what that was.

    A step: both patrons are locked. Rows that no longer name a patron stay as they are. What cannot stand twice with
    one patron takes another number, and the former one goes into ``Moved.was``.

    :raises PatronRefused: what both have cannot be one patron's, and somebody must settle it first.
    """

    def __call__(self, gone_id: int, kept_id: int, at: datetime, /) -> Iterable[Moved]: ...


class MoveBack(Protocol):
    """Takes what a move of this room answered and two patron ids (gone, kept); gives the gone what was theirs.

    A step: both patrons are locked. Rows that have gone or no longer name the kept patron stay as they are; what came
    to the kept patron after the move stays with them.
    """

    def __call__(self, moved: Sequence[Moved], gone_id: int, kept_id: int, /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronMover:
    """A room's answers when two records of one person are merged, and when that is undone."""

    room: str
    lock: LockRows
    move: Move
    move_back: MoveBack


_keepers: dict[str, PatronKeeper] = {}
_movers: dict[str, PatronMover] = {}


def join(keeper: PatronKeeper) -> None:
    """Answer for a room from now on (from its ``AppConfig.ready``); joining again replaces its answers."""
    _keepers[keeper.room] = keeper


def join_mover(mover: PatronMover) -> None:
    """Move what hangs on patrons for a room from now on; joining again replaces its answers."""
    _movers[mover.room] = mover


def leave(room: str) -> None:
    """Take a room out again (tests)."""
    _keepers.pop(room, None)
    _movers.pop(room, None)


def joined_rooms() -> frozenset[str]:
    """The rooms that answer."""
    return frozenset(_keepers)


def moving_rooms() -> frozenset[str]:
    """The rooms that move what hangs on a patron."""
    return frozenset(_movers)


def lock_rows(patron_ids: Sequence[int]) -> None:
    """Let every room above lock what stands before a patron."""
    for mover in _movers.values():
        mover.lock(patron_ids)


def move_all(gone_id: int, kept_id: int, at: datetime) -> tuple[tuple[str, Moved], ...]:
    """Let every room above move what hangs on ``gone_id``; returns each row with its room."""
    return tuple((mover.room, row) for mover in _movers.values() for row in mover.move(gone_id, kept_id, at))


def move_all_back(moved: Iterable[tuple[str, Moved]], gone_id: int, kept_id: int) -> None:
    """Let every room above give back what it had moved.

    :raises LookupError: a room that had moved something no longer answers.
    """
    by_room: dict[str, list[Moved]] = {}
    for room, row in moved:
        by_room.setdefault(room, []).append(row)
    for room, rows in by_room.items():
        _movers[room].move_back(rows, gone_id, kept_id)


def obstacles_to_leaving(patron_id: int) -> tuple[Obstacle, ...]:
    """Everything that keeps the patron from leaving; empty if they may leave."""
    return tuple(found for keeper in _keepers.values() for found in keeper.may_leave(patron_id) if found.count)


def forget_history(patron_id: int) -> None:
    """Let every room above forget what it kept of the patron by consent."""
    for keeper in _keepers.values():
        keeper.forget_history(patron_id)


def forget_reader(patron_id: int) -> None:
    """Let every room above delete what a patron who leaves said or gathered for themselves."""
    for keeper in _keepers.values():
        keeper.forget_reader(patron_id)
