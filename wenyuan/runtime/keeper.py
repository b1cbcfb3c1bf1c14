"""The database as a part of the supervisor: a process that keeps the embedded server running and stops it at the end.

    python -m wenyuan.runtime.keeper

The home and all else come from the environment. Killed itself, it leaves the server running; the next one finds it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping

import structlog

from wenyuan.runtime.home import Home
from wenyuan.runtime.logs import configure_logging
from wenyuan.runtime.postgres import Answer, EmbeddedPostgres, answer
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.supervisor import Part

_LOOK_EVERY_S = 1.0
_STOP_GRACE_S = 130.0


def keeper_part(*, home: Home, environ: Mapping[str, str]) -> Part:
    """The part that keeps this home's embedded server; ready when the application's role is answered."""
    server = EmbeddedPostgres(home, environ=environ)

    def ready() -> bool:
        urls = server.urls()
        return urls is not None and answer(urls.app_url) is Answer.YES

    return Part(
        name="database",
        argv=(sys.executable, "-m", "wenyuan.runtime.keeper"),
        env={**environ, "WENYUAN_HOME": str(home.path)},
        ready=ready,
        grace_s=_STOP_GRACE_S,
        start_timeout_s=300.0,
    )


def main() -> int:
    """Keep the server until SIGTERM or SIGINT, then stop it."""
    configure_logging(terminal=sys.stdout, as_json=True, level=logging.INFO)
    log = structlog.get_logger("wenyuan.keeper")
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: end.set())
    server = EmbeddedPostgres(Home.from_environment(os.environ))
    try:
        urls = server.ensure_running()
        log.info("database answers")
        patience = server.patience()
        while not end.wait(_LOOK_EVERY_S):
            said = answer(urls.app_url)
            if said in (Answer.RECOVERING, Answer.ENDING) and patience.is_over(said):
                log.warning("database hangs")
                server.end_hanging()
            elif said in (Answer.NO, Answer.WRONG_PASSWORD):
                log.warning("database is gone")
                urls = server.ensure_running()
                log.info("database answers again")
        server.stop()
    except Problem as problem:
        log.error(str(problem), command=problem.command)
        return 1
    log.info("database stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
