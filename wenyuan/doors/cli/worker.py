"""``wenyuan worker``: queued jobs, the journal's entries on their way to their followers, the search index, stamps for
harvesters, and the headings of records on their way to authorities."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import click
import structlog

from wenyuan.doors.cli.environment import CHECKOUT, installation
from wenyuan.runtime.logs import configure_logging

LONGEST_WAIT_S = 1.0
"""How long an entry may wait before it is seen. A batch costs about as much for one entry as for a hundred."""
LONGEST_STALE_S = 0.5
"""How long a change may wait before the search index is told. A commit costs about as much for one change as for some
hundreds, so a busy hour must not mean commit upon commit."""
STAMP_EVERY_S = 1.0
"""How long a change may wait before harvesters are told of it."""
FOLLOW_EVERY_S = 2.0
"""How long a changed record may wait before its headings are linked to authorities."""
CHORES_EVERY_S = 60.0
_AFTER_FAILURE_S = 5.0
_RETRY_TIMEOUT_S = 50


@click.command()
@click.option("--jobs", type=click.IntRange(1, 32), default=2, show_default=True, help="Jobs at work at once.")
@click.option("--only-retry-stalled", is_flag=True, hidden=True)
def worker(jobs: int, only_retry_stalled: bool) -> None:
    """Do background work until SIGTERM: queued jobs, journal entries for those who follow them, the search index.

    `up` runs one; more of them, on this machine or another with the same DATABASE_URL and keys, share the work.
    """
    from wenyuan.plumbing import queue

    with installation(real=True):
        configure_logging(terminal=sys.stdout, as_json=not sys.stdout.isatty(), level=logging.INFO)
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        if only_retry_stalled:
            queue.retry_stalled()
            return
        queue.retry_stalled()
        end = threading.Event()
        threads = [
            threading.Thread(target=_repeat, args=(act, wait_s, end), name=act.__name__)
            for act, wait_s in (
                (_deliver, LONGEST_WAIT_S),
                (_index, LONGEST_STALE_S),
                (_stamp, STAMP_EVERY_S),
                (_follow, FOLLOW_EVERY_S),
                (_chores, CHORES_EVERY_S),
            )
        ]
        for thread in threads:
            thread.start()
        structlog.get_logger("wenyuan.worker").info("working", jobs=jobs)
        try:
            queue.work(concurrency=jobs)
        finally:
            end.set()
            for thread in threads:
                thread.join()


def _repeat(act: Callable[[threading.Event], None], wait_s: float, end: threading.Event) -> None:
    """Call ``act`` every ``wait_s`` seconds until the end; after a failure it begins anew on a new connection."""
    from django.db import connections

    log = structlog.get_logger("wenyuan.worker")
    try:
        while not end.is_set():
            try:
                if not end.wait(wait_s):
                    act(end)
            except Exception as error:  # the database may be gone for a while; the worker must outlast that
                log.warning("background work failed", what=act.__name__.strip("_"), error=type(error).__name__)
                with suppress(Exception):
                    connections.close_all()
                end.wait(_AFTER_FAILURE_S)
    finally:
        connections.close_all()


def _deliver(end: threading.Event) -> None:
    """Bring every waiting entry to its followers. A batch that was not full is the last: what comes meanwhile waits for
    the next turn."""
    from wenyuan.organisation.journal.delivery import BATCH_ROWS, deliver

    while not end.is_set() and deliver(at=datetime.now(UTC)) == BATCH_ROWS:
        continue


def _index(end: threading.Event) -> None:
    """Keep the search index up until the end. Of several workers one does; the others stand by."""
    from wenyuan.holdings.catalogue.operations import TURN_ROWS, Indexer

    with Indexer() as indexer:
        while not end.is_set():
            if indexer.turn() < TURN_ROWS:
                end.wait(LONGEST_STALE_S)


def _stamp(end: threading.Event) -> None:
    """Give every change that waits its stamp."""
    from wenyuan.holdings.catalogue.operations import stamp_changes

    while not end.is_set() and stamp_changes() > 0:
        continue


def _follow(end: threading.Event) -> None:
    """Link the headings of every record that has changed."""
    from wenyuan.holdings.catalogue.operations import follow_headings

    while not end.is_set() and follow_headings() > 0:
        continue


def _chores(_end: threading.Event) -> None:
    """What is due every minute: parked followers, jobs of workers that died."""
    from wenyuan.organisation.journal.delivery import retry_stuck

    retry_stuck(at=datetime.now(UTC))
    # In a process of its own: in this one the queue is open for the worker and cannot be opened a second time.
    subprocess.run(
        [sys.executable, "-m", "wenyuan.doors.cli", "worker", "--only-retry-stalled"],
        cwd=CHECKOUT,
        timeout=_RETRY_TIMEOUT_S,
        check=True,
    )
