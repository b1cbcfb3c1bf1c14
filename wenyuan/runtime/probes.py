"""Ready or not: questions the supervisor asks a part that has just started. Each answers within two seconds."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from wenyuan.runtime.address import Address
from wenyuan.runtime.postgres import Answer, answer

Probe = Callable[[], bool]

_TIMEOUT_S = 2.0


def always_ready() -> bool:
    """For a part that serves nobody directly: it is ready when it runs."""
    return True


def sip2_probe(address: Address) -> Probe:
    """Ready when a machine that asks for the state (99) gets an answer (98): a connection alone waits in the queue of
    the port, which is open before the part runs."""

    def ready() -> bool:
        try:
            with socket.create_connection(address.reach, timeout=_TIMEOUT_S) as machine:
                machine.sendall(b"9900302.00\r")
                return machine.recv(2) == b"98"
        except OSError:
            return False

    return ready


def http_probe(address: Address, *, path: str = "/healthz", tls: bool = False) -> Probe:
    """Ready when a GET of the path is answered below 500 (a redirect or a refused host also shows a working web)."""

    def ready() -> bool:
        host, port = address.reach
        connection: http.client.HTTPConnection
        if tls:
            # Our own door on our own machine, whose certificate names the library's host, not the loopback.
            context = ssl._create_unverified_context()  # noqa: S323
            connection = http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


def postgres_probe(url: str) -> Probe:
    """Ready when a query is answered."""
    return lambda: answer(url) is Answer.YES


def file_probe(path: Path) -> Probe:
    """Ready when the part has written a file; the caller removes it before the start."""
    return path.exists
