"""The process that speaks SIP2: ``python -m wenyuan.doors.sip2``."""

import argparse
import gc
import os
import resource
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from wenyuan.runtime.address import Address, BadAddress
from wenyuan.runtime.listening import handed_down, open_listeners
from wenyuan.runtime.logs import configure_logging

WANTED_FILES = 8192
CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 8_000
LOCK_TIMEOUT_MS = 2_000
"""Who waits for what somebody else has locked keeps a thread, and a process has two of them."""
UNSENT_TIMEOUT_MS = 8_000
GARBAGE_AFTER_OBJECTS = 20_000
ENDING = (signal.SIGTERM, signal.SIGINT)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 0 after an orderly end, 1 when the address cannot be had, 2 for bad arguments."""
    arguments = _arguments(argv)
    configure_logging(terminal=sys.stdout, as_json=not sys.stdout.isatty())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenyuan.config.settings")
    from django.conf import settings

    from wenyuan.plumbing.starting import set_up_django

    set_up_django()
    log = structlog.get_logger("wenyuan.sip2")
    try:
        address = Address.parse(arguments.listen or settings.WENYUAN_SIP2, setting="WENYUAN_SIP2")
    except BadAddress as bad:
        log.error("bad address", reason=str(bad))
        return 2
    _bound_waiting(settings.DATABASES["default"])
    _raise_file_limit()
    try:
        _serve(address, threads=arguments.threads)
    except OSError as error:
        log.error("cannot listen", address=str(address), reason=error.strerror or type(error).__name__)
        return 1
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m wenyuan.doors.sip2", description="Serve self-service machines over SIP2."
    )
    parser.add_argument("--listen", metavar="HOST:PORT", help="instead of WENYUAN_SIP2; handed-down sockets win")
    parser.add_argument("--threads", type=_positive, default=4, help="messages in work at once (default: %(default)s)")
    return parser.parse_args(argv)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _serve(address: Address, *, threads: int) -> None:
    from wenyuan.doors.sip2.limits import Limits
    from wenyuan.doors.sip2.message_log import QuickLog
    from wenyuan.doors.sip2.server import Server

    log = structlog.get_logger("wenyuan.sip2")
    server = Server(clock=lambda: datetime.now(UTC), limits=Limits(threads=threads), message_log=QuickLog(sys.stdout))
    # Held back from every thread, so that this one can wait for them.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    _look_for_garbage_rarely()
    shared = handed_down(os.environ)
    listeners = shared or open_listeners(address.host, address.port)
    served = [":".join(map(str, listener.getsockname()[:2])) for listener in listeners]
    server.start(listeners, are_shared=bool(shared))
    log.info("listening", addresses=served)
    signal.sigwait(ENDING)
    log.info("stopping")
    server.stop()
    log.info("stopped")


def _look_for_garbage_rarely() -> None:
    """What is loaded now stays for the life of the process and is never looked through again; and the tuples of each
    answer die by themselves, so they need not ask for a search every few messages."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER_OBJECTS, 20, 100)


def _bound_waiting(database: dict[str, object]) -> None:
    """Give the database a few seconds for each thing, so that machines get an answer instead of a hang."""
    options = database["OPTIONS"]
    assert isinstance(options, dict)
    options["connect_timeout"] = CONNECT_TIMEOUT_S
    options["tcp_user_timeout"] = UNSENT_TIMEOUT_MS
    bounds = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS}"
    options["options"] = f"{options.get('options', '')} {bounds}".strip()


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
