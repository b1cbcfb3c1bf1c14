"""Listening sockets that one process opens and hands down to several, which then serve one queue of connections.

With a socket of its own for each (SO_REUSEPORT) the system would deal connections by chance: of eight machines one
process of two may get none, and half of the processor idles. What waits in one queue goes to who comes for it first.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from wenyuan.runtime.address import Address
from wenyuan.runtime.problem import Problem

BACKLOG = 1024
HANDED_DOWN = "HANDED_DOWN_LISTENERS"
"""The descriptors in the environment of who got them, with commas between."""


def open_listeners(host: str, port: int) -> list[socket.socket]:
    """A listening socket for every address that the host's name stands for; a port of 0 is chosen by the system.

    :raises OSError: one cannot be had.
    """
    made: list[socket.socket] = []
    try:
        for family, *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE):
            made.append(socket.create_server(place[:2], family=family, backlog=BACKLOG))
    except OSError:
        for listener in made:
            listener.close()
        raise
    return made


class Listening:
    """Sockets that listen for processes that we start."""

    def __init__(self, listeners: Sequence[socket.socket]) -> None:
        self._listeners = listeners
        self.descriptors = tuple(listener.fileno() for listener in listeners)

    def close(self) -> None:
        """Listen no more ourselves: when the last process that got the sockets has ended, who calls is refused."""
        for listener in self._listeners:
            listener.close()


@contextmanager
def listening(address: Address, *, setting: str) -> Iterator[Listening]:
    """Sockets that listen there, until they are closed or the end has come.

    :param setting: the name under which it is told that the address cannot be had.
    :raises Problem: it cannot.
    """
    try:
        listeners = open_listeners(address.host, address.port)
    except OSError as error:
        raise Problem(f"{setting}={address} cannot be listened on: {error.strerror}.") from None
    opened = Listening(listeners)
    try:
        yield opened
    finally:
        opened.close()


def told_of(descriptors: Sequence[int]) -> dict[str, str]:
    """What the environment of a process says that gets these."""
    return {HANDED_DOWN: ",".join(str(number) for number in descriptors)}


def handed_down(environ: Mapping[str, str]) -> list[socket.socket]:
    """The sockets that whoever started this process listens on for it; none where it has to open its own.

    :raises OSError: what the environment names is no socket of this process.
    """
    numbers = [int(number) for number in environ.get(HANDED_DOWN, "").split(",") if number]
    for number in numbers:
        os.set_inheritable(number, False)
    return [socket.socket(fileno=number) for number in numbers]
