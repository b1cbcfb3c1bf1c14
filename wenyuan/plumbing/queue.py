"""Background work. The only module that knows procrastinate; rooms register tasks here and doors defer them by name.

A task is one line into an idempotent verb, in chunks with a stored position: a worker that is killed leaves its job
``doing``, and ``retry_stalled`` (every minute and at start) lets it run again.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import close_old_connections, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager

Task = TypeVar("Task", bound=Callable[..., None])
ByTheClock = TypeVar("ByTheClock", bound=Callable[[datetime], None])

STALLED_AFTER_SECONDS = 60
"""A worker without a heartbeat for so long is taken for dead."""

_RETRY = RetryStrategy(max_attempts=5, exponential_wait=2)


def task(name: str) -> Callable[[Task], Task]:
    """Register a function under a lasting name; its arguments are JSON values. It is retried up to five times."""

    def register(function: Task) -> Task:
        app.task(name=name, retry=_RETRY)(_with_fresh_connection(function))
        return function

    return register


def every(cron: str, name: str) -> Callable[[ByTheClock], ByTheClock]:
    """Register a function to run by the clock (cron, UTC); it gets the moment as ``at``. It may run twice, and not at
    all while no worker works: it must be idempotent and take up what was missed."""

    def register(function: ByTheClock) -> ByTheClock:
        def run(timestamp: int) -> None:
            _with_fresh_connection(function)(at=datetime.now(UTC))

        app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(run))
        return function

    return register


def defer(name: str, *, once: str | None = None, **arguments: Any) -> None:
    """Queue a task in the running transaction, so that it waits exactly when the act is kept; at once outside one.

    ``once`` names a lock under which only one such job waits at a time; a second is dropped.
    """

    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(name, queueing_lock=once).defer(**arguments)


def retry_stalled() -> int:
    """Let jobs of dead workers run again; returns how many. Works within a worker as well as outside."""

    async def retry() -> int:
        connector = DjangoConnector().get_worker_connector()
        await connector.open_async()
        try:
            return await retry_with(JobManager(connector))
        finally:
            await connector.close_async()

    async def retry_with(manager: JobManager) -> int:
        stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS))
        for job in stalled:
            await manager.retry_job(job)
        return len(stalled)

    return asyncio.run(retry())


def work(*, concurrency: int = 1, until_empty: bool = False) -> None:
    """Run queued jobs until the process is told to stop (SIGINT, SIGTERM), or until none is left."""

    async def run() -> None:
        await app.run_worker_async(
            concurrency=concurrency, wait=not until_empty, install_signal_handlers=not until_empty
        )

    asyncio.run(_with_worker_connector(run))


async def _with_worker_connector(act: Callable[[], Any]) -> Any:
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()):
        async with app.open_async():
            return await act()


def _with_fresh_connection(function: Callable[..., None]) -> Callable[..., None]:
    """Jobs run in threads that live long: a connection that broke meanwhile is dropped first."""

    def run(**arguments: Any) -> None:
        close_old_connections()
        try:
            function(**arguments)
        finally:
            close_old_connections()

    return run
