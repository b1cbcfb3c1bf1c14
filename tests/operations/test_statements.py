"""The driver of hand-written statements: what is a conflict, what is lost, and what is neither."""

import gc
import threading
import weakref
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import Error, IntegrityError, OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests.conftest import owner_url_of
from wenyuan.plumbing.statements import Conflict, Plan, Statement, run, run_outermost

ONE = Statement("SELECT 1", {})
SLEEPY = Statement("SELECT 1 FROM network_edition WHERE id = 1 FOR UPDATE", {})


def asking(*statements: Statement) -> Plan[list[object]]:
    """Ask all, in order; conflicts are answers too."""
    answers: list[object] = []
    for statement in statements:
        try:
            answers.append((yield statement))
        except Conflict as conflict:
            answers.append(conflict.constraint)
    return answers


def kill(server: str, url: str) -> None:
    """End this thread's server process from outside, as a crash would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    assert row is not None
    with psycopg.connect(owner_url_of(server, url), autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 5000)", [row[0]])


def test_a_connection_lost_before_the_first_answer_is_made_anew(fresh_database: str, server_url: str) -> None:
    kill(server_url, fresh_database)

    assert run(lambda: asking(ONE)) == [[(1,)]]


def test_a_connection_lost_after_an_answer_is_told(fresh_database: str, server_url: str) -> None:
    def plan() -> Plan[None]:
        yield ONE
        kill(server_url, fresh_database)
        yield ONE

    with pytest.raises(OperationalError, match="connection was lost"):
        run(plan)

    assert run(lambda: asking(ONE)) == [[(1,)]]


def test_statements_of_other_columns_asked_in_turn_are_read_each_by_its_own(fresh_database: str) -> None:
    number = Statement("SELECT 7::int WHERE :asked::bool", {"asked": False})
    moment = Statement("SELECT '2026-11-30 12:00+08'::timestamptz, 'x'", {})
    asked = Statement(number.sql, {"asked": True})
    at = datetime(2026, 11, 30, 4, tzinfo=UTC)

    answers = run(lambda: asking(number, moment, asked, moment, number, asked))

    assert answers == [[], [(at, "x")], [(7,)], [(at, "x")], [], [(7,)]]


@pytest.mark.parametrize(("statement", "savepoints"), [(ONE, 0), (SLEEPY, 1)], ids=["a read", "a lock"])
def test_within_a_transaction_what_may_be_refused_has_a_savepoint_and_a_plain_read_none(
    db: None, statement: Statement, savepoints: int
) -> None:
    with CaptureQueriesContext(connection) as asked:
        run(lambda: asking(statement))

    assert sum(query["sql"].startswith("SAVEPOINT") for query in asked) == savepoints


def test_a_lock_that_was_not_had_is_no_lost_connection(fresh_database: str) -> None:
    raised: list[Exception] = []

    def wait() -> None:
        try:
            run(lambda: asking(Statement("SET lock_timeout = '200ms'", {}), SLEEPY))
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    with transaction.atomic():
        run(lambda: asking(SLEEPY))
        waiter = threading.Thread(target=wait)
        waiter.start()
        waiter.join()

    [error] = raised
    assert isinstance(error, OperationalError)
    assert "lock timeout" in str(error)


@pytest.mark.parametrize("code", ["40P01", "40001"])
def test_a_deadlock_or_failed_serialization_is_a_conflict(db: None, code: str) -> None:
    fails = Statement(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$", {})

    assert run(lambda: asking(fails, ONE)) == ["", [(1,)]]


def test_a_check_is_a_conflict_only_where_the_statement_says_so(db: None) -> None:
    sql = "UPDATE circulation_edition SET id = 2"
    contested = Statement(sql, {}, frozenset({"circulation_one_edition"}))

    answers = run(lambda: asking(contested, ONE))
    with pytest.raises(IntegrityError):
        run(lambda: asking(Statement(sql, {})))

    assert answers == ["circulation_one_edition", [(1,)]]


def test_what_the_server_refuses_comes_as_django_s_error(db: None) -> None:
    with pytest.raises(Error) as caught:
        run(lambda: asking(Statement("SELECT 1 / 0", {})))

    assert isinstance(caught.value.__cause__, psycopg.errors.DivisionByZero)


@pytest.mark.parametrize("value", ["a\0b", "a\udc80b"])
def test_a_text_that_the_database_cannot_hold_is_not_cut(db: None, value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 # UnicodeEncodeError is one, with words of its own
        run(lambda: asking(Statement("SELECT :value::text", {"value": value})))


def test_moments_come_in_utc(db: None) -> None:
    moment = datetime(2026, 11, 29, 9, 30, 0, 125, tzinfo=UTC)
    statement = Statement("SELECT :at::timestamptz, ARRAY[:at::timestamptz], NULL::timestamptz", {"at": moment})

    answers: Any = run(lambda: asking(statement))
    ((alone, listed, nothing),) = answers[0]

    assert (alone, listed, nothing) == (moment, [moment], None)
    assert alone.utcoffset() == listed[0].utcoffset() == timedelta(0)


def test_an_everyday_verb_does_not_run_inside_another_transaction(fresh_database: str) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="outermost"):
        run_outermost(lambda: asking(ONE))

    assert run_outermost(lambda: asking(ONE)) == [[(1,)]]


def test_a_lost_connection_is_let_go(fresh_database: str) -> None:
    run(lambda: asking(ONE))
    lost = weakref.ref(connection.connection)

    connection.close()
    answer = run(lambda: asking(ONE))
    gc.collect()

    assert answer == [[(1,)]]
    assert lost() is None
