"""The worker beside the SIP2 servers under measurement: it keeps the search index up, and rests beside the limit."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.db import connection

from wenyuan.doors.cli.environment import CHECKOUT, Installation
from wenyuan.holdings.catalogue.queries import index_backlog, is_indexed, search
from wenyuan.runtime.problem import Problem

_NAME = "bench-worker"
"""Its connections are called so: the CPU of their server processes is told apart from that of circulation."""
_CATCH_UP_S = 900
_BACKENDS = "SELECT ARRAY(SELECT pid FROM pg_stat_activity WHERE application_name = %s)"
_NOT_FOUND_S = 30.0
_POLL_S = 0.02
_RETITLE = """
    UPDATE catalogue_bib SET title = %(title)s
    WHERE id = (
        SELECT bib.id FROM (SELECT min(id) AS low, max(id) AS high FROM catalogue_bib) AS ids
        JOIN catalogue_bib AS bib ON bib.id >= ids.low + floor((ids.high - ids.low) * %(share)s)
        ORDER BY bib.id LIMIT 1
    )
"""
_PENDING = "SELECT EXISTS (SELECT 1 FROM journal_pending)"


class Worker:
    """A worker as ``up`` starts it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def catch_up(self) -> None:
        """Wait until the index says what the tables say and every journal entry has reached its followers.

        :raises Problem: it ended, or needs longer than any slice could have made.
        """
        deadline = time.monotonic() + _CATCH_UP_S
        while not is_indexed() or index_backlog().count or _value(_PENDING):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Problem("The worker does not keep up; logs/bench-worker.log says why.")
            time.sleep(0.1)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Let it stand still inside the ``with`` block, for the limit is what the database does alone; then let it
        catch up."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)
        self.catch_up()

    def processes(self) -> frozenset[int]:
        """The process itself and those of the database that work for it."""
        return frozenset({self._process.pid, *_value(_BACKENDS, _NAME)})


def oldest_wait_s() -> float:
    """How long the oldest change waits for the index by now, in seconds; 0 when nothing waits."""
    since = index_backlog().since
    return 0.0 if since is None else (datetime.now(UTC) - since).total_seconds()


@contextmanager
def worker_beside(here: Installation) -> Iterator[Worker]:
    """A worker that has built the index and goes on; its log lies beside the others."""
    environment = here.environment()
    url = environment["DATABASE_URL"]
    environment["DATABASE_URL"] = f"{url}{'&' if '?' in url else '?'}application_name={_NAME}"
    argv = [sys.executable, "-m", "wenyuan.doors.cli", "worker"]
    with (here.home.logs / "bench-worker.log").open("ab") as log:
        process = subprocess.Popen(argv, env=environment, cwd=CHECKOUT, stdout=log, stderr=log)  # noqa: S603
        try:
            worker = Worker(process)
            worker.catch_up()
            yield worker
        finally:
            process.terminate()
            process.wait()


def waits_of_changes() -> Iterator[float]:
    """Seconds from the commit of another title until a search finds it, one change after the other, without end.

    Each is made as soon as the one before is found, just after the worker has looked: it waits longest then.

    :raises Problem: a change is found before it is made, or not at all.
    """
    for number in count():
        title = f"改名第{number}次{time.time_ns()}"
        asked = f'"{title}"'  # quoted: word by word it would find the title of the change before
        if search(asked, size=1).total:
            raise Problem("A change was found before it was made.")
        with connection.cursor() as cursor:
            cursor.execute(_RETITLE, {"title": title, "share": random.random()})  # noqa: S311 - any title will do
        started = time.perf_counter()
        while not search(asked, size=1).total:
            if time.perf_counter() - started > _NOT_FOUND_S:
                raise Problem("A change was not found; logs/bench-worker.log says why.")
            time.sleep(_POLL_S)
        yield time.perf_counter() - started


def _value(statement: str, *values: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    assert row is not None, "a SELECT without FROM gives one row"
    return row[0]
