"""What the catalogue asks of the rooms above in its own transaction: to follow when two bibs become one, or two again.

Every room with a foreign key to Bib answers; it joins when its app is ready.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from wenyuan.holdings.catalogue.merging.values import BibMoved, Hanging, Parting, Stayed, StayReason
from wenyuan.organisation.rights.data import Desk


class Hangs(Protocol):
    """Takes a bib id; says what of this room would move with it. Reads only."""

    def __call__(self, bib_id: int, /) -> Iterable[Hanging]: ...


class LockRows(Protocol):
    """Takes bib ids; locks what of this room stands before an item, by id. A step: the bibs are locked, no item is."""

    def __call__(self, bib_ids: Sequence[int], /) -> None: ...


class Move(Protocol):
    """Takes the bib that goes, the bib that stays, when and at which desk; points what the room keeps of the one to the
    other and says which rows these were. A step: the rows are locked, and the items still stand with their bib.
    """

    def __call__(self, gone_id: int, kept_id: int, at: datetime, desk: Desk, /) -> Iterable[BibMoved]: ...


class Binds(Protocol):
    """Takes item ids and what this room moved; says which of the items may not leave the bib that stayed. A step."""

    def __call__(self, item_ids: Collection[int], moved: Sequence[BibMoved], /) -> Collection[int]: ...


class MoveBack(Protocol):
    """Undoes a move as far as its rows still stand as they were left; says which it leaves, and why. A step: the rows
    are locked, and the items have gone back already."""

    def __call__(self, parting: Parting, /) -> Iterable[tuple[BibMoved, StayReason]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BibUser:
    """A room's answers."""

    room: str
    hangs: Hangs
    lock: LockRows
    move: Move
    binds: Binds
    move_back: MoveBack


_users: dict[str, BibUser] = {}


def join(user: BibUser) -> None:
    """Answer for a room from now on (from its ``AppConfig.ready``); joining again replaces its answers."""
    _users[user.room] = user


def joined_rooms() -> frozenset[str]:
    """The rooms that answer."""
    return frozenset(_users)


def what_hangs(bib_id: int) -> tuple[Hanging, ...]:
    """What rooms above would move with a bib."""
    return tuple(one for user in _users.values() for one in user.hangs(bib_id) if one.count)


def lock_rows(bib_ids: Sequence[int]) -> None:
    """Let every room above lock what stands before an item."""
    for user in _users.values():
        user.lock(bib_ids)


def move_all(gone_id: int, kept_id: int, at: datetime, desk: Desk) -> tuple[tuple[str, BibMoved], ...]:
    """Let every room follow from one bib to another; each row that was moved, with its room."""
    return tuple((user.room, row) for user in _users.values() for row in user.move(gone_id, kept_id, at, desk))


def items_bound(item_ids: Collection[int], moved: Iterable[tuple[str, BibMoved]]) -> frozenset[int]:
    """The items that a room above binds to the bib that stayed."""
    by_room = _by_room(moved)
    return frozenset(
        item_id for user in _users.values() for item_id in user.binds(item_ids, by_room.get(user.room, ()))
    )


def move_all_back(moved: Iterable[tuple[str, BibMoved]], parting: Parting) -> tuple[Stayed, ...]:
    """Undo ``move_all``; what stays where it is. Every room is asked, also one that had moved nothing: what came since
    may hang on an item that goes back.

    :raises LookupError: a room that had moved something no longer answers.
    """
    by_room = _by_room(moved)
    return tuple(
        Stayed(room, row.what, row.row_id, reason)
        for room, rows in {**dict.fromkeys(_users, ()), **by_room}.items()
        for row, reason in _users[room].move_back(replace(parting, moved=rows))
    )


def _by_room(moved: Iterable[tuple[str, BibMoved]]) -> dict[str, tuple[BibMoved, ...]]:
    rows: dict[str, list[BibMoved]] = {}
    for room, row in moved:
        rows.setdefault(room, []).append(row)
    return {room: tuple(those) for room, those in rows.items()}
