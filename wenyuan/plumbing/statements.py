"""Driving hand-written statements with few round trips.

An everyday verb is a generator that yields ``Statement`` values and is sent back their rows, so that the same plan can
be driven by any connection. The driver here prepares each statement once per connection and runs it by libpq's own
call: this costs a third of the CPU of a cursor (docs/adr/0004).

Outside a transaction every statement stands alone and commits itself. Inside one (a test that rolls back) each runs in
a savepoint, so that a refused write does not spoil what went before.
"""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import OperationalError
from psycopg import Connection, pq
from psycopg.adapt import Transformer

R = TypeVar("R")
Row = tuple[Any, ...]
PLACEHOLDER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
"""``:name`` stands for a value; a cast ``::type`` is left alone."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with ``:name`` placeholders, each cast where its type matters, and a value for every name.

    ``contested`` names the check constraints by which this statement learns that somebody else was faster.
    """

    sql: str
    values: Mapping[str, object]
    contested: frozenset[str] = frozenset()


Plan = Generator[Statement, list[Row], R]


class Conflict(Exception):
    """Somebody else was faster and the statement wrote nothing: gather again.

    ``constraint`` names the unique, exclusion or contested check constraint; empty after a deadlock or a failed
    serialization.
    """

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


def run_outermost(plan: Callable[[], Plan[R]]) -> R:
    """Drive an everyday verb: like ``transactions.verb`` it refuses to run inside a transaction of somebody else.

    :raises RuntimeError: there is one, and ``WENYUAN_VERBS_NEST`` is not set.
    """
    if _inside_another() and not getattr(settings, "WENYUAN_VERBS_NEST", False):
        raise RuntimeError("a verb is outermost: it commits by itself")
    return run(plan)


def _inside_another() -> bool:
    """Whether a transaction is open that is no test case's own; the rule of ``atomic(durable=True)``."""
    blocks = connection.atomic_blocks
    return bool(blocks) and not getattr(blocks[-1], "_from_testcase", False)


def run(plan: Callable[[], Plan[R]]) -> R:
    """Drive a plan to its end and return its result.

    A conflict is thrown into the plan, which may gather again. Where the server went away before the first statement
    was answered, nothing was written: the plan starts once more on a new connection.

    :raises OperationalError: the connection broke later; whether a write was kept is then unknown, and the caller's
        request must be repeatable by its key or by what the plan finds.
    :raises DatabaseError: Django's, for whatever else the server refused.
    """
    fresh = False
    while True:
        steps = plan()
        answered = 0
        try:
            statement = next(steps)
            while True:
                try:
                    rows = _execute(statement)
                except psycopg.Error as error:
                    if _is_lost():
                        raise _Lost from error
                    statement = steps.throw(_conflict(error, statement))
                    continue
                answered += 1
                statement = steps.send(rows)
        except StopIteration as end:
            result: R = end.value
            return result
        except _Lost as lost:
            steps.close()
            inside = connection.in_atomic_block
            connection.close()
            if answered or fresh or inside:
                raise OperationalError("the database connection was lost") from lost.__cause__
            fresh = True


class _Lost(Exception):
    """The connection is really broken."""


def _is_lost() -> bool:
    raw: Connection[Any] | None = connection.connection
    return raw is None or raw.pgconn.status != pq.ConnStatus.OK


def _conflict(error: psycopg.Error, statement: Statement) -> Conflict:
    """The conflict that an error stands for. :raises DatabaseError: it stands for none."""
    constraint = error.diag.constraint_name or ""
    match error:
        case psycopg.errors.UniqueViolation() | psycopg.errors.ExclusionViolation():
            return Conflict(constraint)
        case psycopg.errors.CheckViolation() if constraint in statement.contested:
            return Conflict(constraint)
        case psycopg.errors.DeadlockDetected() | psycopg.errors.SerializationFailure():
            return Conflict("")
    with connection.wrap_database_errors:
        raise error


def _execute(statement: Statement) -> list[Row]:
    connection.ensure_connection()
    raw: Connection[Any] = connection.connection
    with transaction.atomic() if connection.in_atomic_block else nullcontext():
        return _execute_prepared(raw, statement)


_prepared: WeakKeyDictionary[Connection[Any], dict[str, bytes]] = WeakKeyDictionary()
"""Names of the statements that each connection has prepared."""


def _execute_prepared(raw: Connection[Any], statement: Statement) -> list[Row]:
    sql, names = numbered(statement.sql)
    values = [_as_text(statement.values[name]) for name in names]
    known = _prepared.setdefault(raw, {})
    name = known.get(sql)
    server = raw.pgconn
    if name is None:
        name = f"w{len(known)}".encode()
        _checked(raw, server.prepare(name, sql.encode()))
        known[sql] = name
    answer = server.exec_prepared(name, values)  # type: ignore[arg-type] # libpq takes None for null
    result = _checked(raw, answer)
    if not result.ntuples:
        return []
    reader = Transformer(raw)
    reader.set_pgresult(result)
    return reader.load_rows(0, result.ntuples, tuple)


def _checked(raw: Connection[Any], result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        return result
    raise psycopg.errors.error_from_result(result)


@lru_cache(maxsize=256)
def numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with ``$1 …`` for its placeholders, and their names in that order."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return PLACEHOLDER.sub(number, sql), tuple(names)


def _as_text(value: object) -> bytes | None:
    """A value in PostgreSQL's text form; the statement's casts say its type.

    :raises ValueError: a text that the database cannot hold: with NUL, or with half a character (a surrogate).
    """
    match value:
        case None:
            return None
        case str():
            if "\0" in value:
                raise ValueError("a text for the database has no NUL")
            return value.encode()
        case bool():
            return b"t" if value else b"f"
        case int():
            return b"%d" % value
        case bytes():
            return b"\\x" + value.hex().encode()
        case datetime() | date():
            return value.isoformat().encode()
        case UUID():
            return str(value).encode()
        case list() | tuple():
            return _array(value)
        case _:
            raise TypeError(f"no text form for {type(value).__name__}")


def _array(values: Sequence[object]) -> bytes:
    parts = []
    for value in values:
        text = _as_text(value)
        if text is None:
            parts.append(b"NULL")
        else:
            parts.append(b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"')
    return b"{" + b",".join(parts) + b"}"
