"""Driving hand-written statements with few round trips.

An everyday verb is a generator that yields ``Statement`` values and is sent back their rows, so that the same plan can
be driven by any connection. The driver here prepares each statement once per connection and runs it by libpq's own
call: this costs a third of the CPU of a cursor (docs/adr/0004).

Outside a transaction every statement stands alone and commits itself. Inside one (a verb that moves money too, a test
that rolls back) each runs in a savepoint, so that a refused write does not spoil what went before; a plain read is
refused by nobody and needs none.
"""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError, OperationalError
from psycopg import Connection, Cursor, pq
from psycopg import abc as psycopg_types
from psycopg.adapt import Transformer
from psycopg.types.datetime import TimestamptzLoader

from wenyuan.kernel.values import light_value

R = TypeVar("R")
Row = tuple[Any, ...]
PLACEHOLDER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
"""``:name`` stands for a value; a cast ``::type`` is left alone."""
_LOCKS = re.compile(r"\bFOR (NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b")
LARGEST_ID = 2**63 - 1
"""What a bigint holds; an address or a machine's line may carry any number."""


@light_value()
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
    connection = connections["default"]  # looked up once: Django's proxy asks for it at every attribute
    if _inside_another(connection) and not getattr(settings, "WENYUAN_VERBS_NEST", False):
        raise RuntimeError("a verb is outermost: it commits by itself")
    return _run(plan, connection)


def _inside_another(connection: BaseDatabaseWrapper) -> bool:
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
    return _run(plan, connections["default"])


def rows_of(statement: Statement) -> list[Row]:
    """Run a plan of this one statement; its rows.

    :raises Conflict: somebody else was faster.
    :raises OperationalError: as ``run``.
    """
    return run(lambda: only(statement))


def only(statement: Statement) -> Plan[list[Row]]:
    """The plan of one statement."""
    return (yield statement)


def _run(plan: Callable[[], Plan[R]], connection: BaseDatabaseWrapper) -> R:
    fresh = False
    while True:
        steps = plan()
        answered = 0
        try:
            statement = next(steps)
            while True:
                try:
                    rows = _execute(connection, statement)
                except psycopg.Error as error:
                    if _is_lost(connection):
                        raise _Lost from error
                    statement = steps.throw(_conflict(connection, error, statement))
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


def _is_lost(connection: BaseDatabaseWrapper) -> bool:
    raw: Connection[Any] | None = connection.connection
    return raw is None or raw.pgconn.status != pq.ConnStatus.OK


def _conflict(connection: BaseDatabaseWrapper, error: psycopg.Error, statement: Statement) -> Conflict:
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


def is_deadlock(error: DatabaseError) -> bool:
    """Whether the server chose this transaction to make way for another: it may begin anew."""
    return isinstance(error.__cause__, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)


def is_locked_out(error: Exception) -> bool:
    """Whether a statement waited for a lock of somebody else's as long as the connection allows (``lock_timeout``)."""
    return isinstance(error.__cause__, psycopg.errors.LockNotAvailable)


def _execute(connection: BaseDatabaseWrapper, statement: Statement) -> list[Row]:
    if connection.connection is None:
        connection.ensure_connection()
    if connection.in_atomic_block and not _is_plain_read(statement.sql):
        with transaction.atomic():
            return _execute_prepared(connection, statement)
    return _execute_prepared(connection, statement)


@lru_cache(maxsize=256)
def _is_plain_read(sql: str) -> bool:
    return sql.lstrip().startswith("SELECT") and not _LOCKS.search(sql)


@dataclass(slots=True)
class _Ready:
    """A statement as the server knows it, and what reads its rows: with sixty columns, to look their loaders up anew
    for each answer costs more than to read it."""

    name: bytes
    reader: psycopg_types.Transformer
    has_loaders: bool = False


@dataclass(slots=True)
class _Prepared:
    """What one connection keeps: how it reads values, and its prepared statements by their text."""

    raw: Connection[Any]
    reading: Cursor[Any]
    statements: dict[str, _Ready]


# By Django's wrapper, which goes on to a new connection when the old one is lost: a cursor knows its connection, so
# by that as the key nothing would ever be let go.
_prepared: WeakKeyDictionary[BaseDatabaseWrapper, _Prepared] = WeakKeyDictionary()


def _execute_prepared(connection: BaseDatabaseWrapper, statement: Statement) -> list[Row]:
    raw: Connection[Any] = connection.connection
    sql, placeholders = numbered(statement.sql)
    given = statement.values
    values = [
        None if (value := given[name]) is None else (_WRITTEN.get(type(value)) or _writer_of(value))(value)
        for name in placeholders
    ]
    kept = _prepared.get(connection)
    if kept is None or kept.raw is not raw:
        kept = _prepared[connection] = _Prepared(raw, _reading(raw), {})
    ready = kept.statements.get(sql)
    if ready is None:
        ready = kept.statements[sql] = _prepare(kept, sql)
    answer = raw.pgconn.exec_prepared(ready.name, values)  # type: ignore[arg-type] # libpq takes None for null
    result = _checked(answer)
    if not result.ntuples:
        return []
    reader = ready.reader
    reader.set_pgresult(result, set_loaders=not ready.has_loaders)
    ready.has_loaders = True
    rows = reader.load_rows(0, result.ntuples, tuple)
    reader.set_pgresult(None, set_loaders=False)
    return rows


def _prepare(kept: _Prepared, sql: str) -> _Ready:
    name = f"w{len(kept.statements)}".encode()
    _checked(kept.raw.pgconn.prepare(name, sql.encode()))
    return _Ready(name, Transformer(kept.reading))


def _reading(raw: Connection[Any]) -> Cursor[Any]:
    """Reads rows as Django's cursors do, but for moments: psycopg's own loader is written in C, and gives UTC as well
    on a connection that is set to UTC, as Django's are."""
    cursor = raw.cursor()
    if raw.info.parameter_status("TimeZone") == "UTC":
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
    return cursor


# As libpq says them: a number is compared with a number ten times as fast as with a member of the enumeration.
_COMMAND_OK, _TUPLES_OK = int(pq.ExecStatus.COMMAND_OK), int(pq.ExecStatus.TUPLES_OK)


def _checked(result: pq.abc.PGresult) -> pq.abc.PGresult:
    if (status := result.status) == _TUPLES_OK or status == _COMMAND_OK:
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
    if value is None:
        return None
    written = _WRITTEN.get(type(value)) or _writer_of(value)
    return written(value)


def _text(value: str) -> bytes:
    if "\0" in value:
        raise ValueError("a text for the database has no NUL")
    return value.encode()


def _writer_of(value: object) -> Callable[[Any], bytes]:
    """For a type that stands under one of those known (a ``StrEnum``, a named tuple)."""
    for known, written in _WRITTEN.items():
        if isinstance(value, known):
            return written
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


_WRITTEN: dict[type, Callable[[Any], bytes]] = {
    str: _text,
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    bytes: lambda value: b"\\x" + value.hex().encode(),
    datetime: lambda value: value.isoformat().encode(),
    date: lambda value: value.isoformat().encode(),
    UUID: lambda value: b"%032x" % value.int,  # its usual form with hyphens takes four times as long
    list: _array,
    tuple: _array,
}
"""How each type is written; a type before what it is made from, as ``bool`` before ``int``."""
