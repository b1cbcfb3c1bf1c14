"""Servers for tests: one inside the test's process with a clock of its own, and one as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wenyuan.doors.sip2.limits import Limits
from wenyuan.doors.sip2.server import Server
from wenyuan.runtime.listening import open_listeners, told_of

Address = tuple[str, int]
START_S = 30.0


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        """As ``timedelta``'s arguments."""
        self.at += timedelta(**by)


def real_clock() -> datetime:
    """The present."""
    return datetime.now(UTC)


@contextmanager
def running_server(clock: Clock | None = None, limits: Limits | None = None) -> Iterator[Address]:
    """A server in threads of this process; yields where it listens."""
    server = Server(clock=clock or real_clock, limits=limits)
    (listener,) = open_listeners("127.0.0.1", 0)
    server.start([listener])
    try:
        yield listener.getsockname()
    finally:
        server.stop()


class ServerProcess:
    """A running process and where it listens."""

    def __init__(self, process: subprocess.Popen[bytes], address: Address) -> None:
        self.process = process
        self.address = address

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(START_S)

    def terminate(self) -> int:
        """Ask it to end; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(START_S)


@contextmanager
def server_process(
    database_url: str,
    *,
    program: Sequence[str] = ("-m", "wenyuan.doors.sip2"),
    address: Address | None = None,
    shared: Sequence[int] = (),
) -> Iterator[ServerProcess]:
    """``python -m wenyuan.doors.sip2`` (or another program that ends in it) on a database, listening.

    :param shared: descriptors of listening sockets that it serves with others, instead of its own.
    """
    host, port = address or ("127.0.0.1", _free_port())
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "wenyuan.config.settings",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        **told_of(shared),
    }
    process = subprocess.Popen(
        [sys.executable, *program, "--listen", f"{host}:{port}"],
        env=environment,
        pass_fds=tuple(shared),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_until_listening(process)
        yield ServerProcess(process, (host, port))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(START_S)
        assert process.stdout is not None
        process.stdout.close()


def _wait_until_listening(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    said = b""
    for line in process.stdout:
        said += line
        if b"listening" in line:
            # Somebody must go on reading, or a full pipe would stop the server.
            threading.Thread(target=_drain, args=(process,), daemon=True).start()
            return
    raise AssertionError(f"the server did not start: {said.decode(errors='replace')}")


def _drain(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    try:
        for _ in process.stdout:
            pass
    except ValueError:
        return  # closed by the end of the test


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
