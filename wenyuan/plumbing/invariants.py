"""What must always be true of the tables, as SQL: each room registers its own, ``wenyuan doctor`` runs them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

SHOWN_ROWS = 20


@dataclass(frozen=True, slots=True)
class Invariant:
    """One statement about the tables.

    ``sql`` is a SELECT without parameters that returns the rows that break it: none while it holds. ``says`` is the
    statement in one English sentence.
    """

    name: str
    room: str
    sql: str
    says: str


_registered: dict[str, Invariant] = {}


def register(*invariants: Invariant) -> None:
    """Add a room's invariants (from its ``AppConfig.ready``); the same one twice is one.

    :raises ValueError: for two different invariants of one name.
    """
    for invariant in invariants:
        if _registered.setdefault(invariant.name, invariant) != invariant:
            raise ValueError(f"two invariants are called {invariant.name}")


def all_invariants() -> tuple[Invariant, ...]:
    """Every registered invariant, in the order of their names."""
    return tuple(_registered[name] for name in sorted(_registered))


def broken_rows(invariant: Invariant) -> Sequence[tuple[Any, ...]]:
    """The first rows that break the invariant, at most ``SHOWN_ROWS``; ids and dates only, as its SQL selects."""
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql)
        rows: Sequence[tuple[Any, ...]] = cursor.fetchmany(SHOWN_ROWS)
        return rows
