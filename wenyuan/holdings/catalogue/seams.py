"""What the catalogue asks of the rooms above in its own transaction: to follow when two bibs become one.

Every room with a foreign key to Bib answers; it joins when its app is ready.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

MoveAsked = Callable[[int, int, datetime], tuple[int, ...]]
"""Takes the bib that goes, the bib that stays and when; points what the room keeps of the one to the other and returns
the ids of the rows it changed. A step: the transaction is open."""
MoveBackAsked = Callable[[tuple[int, ...], int], None]
"""Takes the ids that a move gave and the bib they belonged to: undoes it, as far as they still stand. A step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BibUser:
    """A room's answers."""

    room: str
    move: MoveAsked
    move_back: MoveBackAsked


_users: dict[str, BibUser] = {}


def join(user: BibUser) -> None:
    """Answer for a room from now on (from its ``AppConfig.ready``); joining again replaces its answers."""
    _users[user.room] = user


def joined_rooms() -> frozenset[str]:
    """The rooms that answer."""
    return frozenset(_users)


def move_to(gone_bib_id: int, kept_bib_id: int, at: datetime) -> dict[str, tuple[int, ...]]:
    """Let every room follow from one bib to another; what each has moved, by room."""
    return {room: user.move(gone_bib_id, kept_bib_id, at) for room, user in _users.items()}


def move_back(moved: dict[str, tuple[int, ...]], bib_id: int) -> None:
    """Undo ``move_to``."""
    for room, ids in moved.items():
        _users[room].move_back(ids, bib_id)
