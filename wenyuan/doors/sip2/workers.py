"""The server's own threads: they read, act and answer, so that only bytes cross between them and the loop.

Each thread keeps one database connection. A message costs one put and, at most, one wake-up of the loop: answers that
are ready at the same time are handed over together.
"""

import asyncio
from collections import deque
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

import structlog
from django.db import connections

from wenyuan.doors.sip2.session import HANG_UP, Reply, Session
from wenyuan.kernel.sip2.framing import Overlong


class Client(Protocol):
    """Whoever has a line to be answered."""

    session: Session

    def finished(self, reply: Reply) -> None:
        """Called in the loop with the answer."""


class Workers:
    """A bounded pool. The caller sees to it that one client has one line in work at a time."""

    def __init__(self, *, threads: int, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lines: SimpleQueue[tuple[Client, bytes | Overlong] | None] = SimpleQueue()
        self._replies: deque[tuple[Client, Reply]] = deque()
        self._loop_is_called = False
        # Daemons: a verb that hangs past the time given for stopping must not keep the process alive.
        self._threads = [Thread(target=self._work, name=f"sip2-{number}", daemon=True) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, client: Client, line: bytes | Overlong) -> None:
        """Have a line answered; ``client.finished`` is called in the loop."""
        self._lines.put((client, line))

    def stop(self, *, within_s: float) -> None:
        """Let the lines in work end and close the threads' database connections."""
        for _ in self._threads:
            self._lines.put(None)
        for thread in self._threads:
            thread.join(within_s)

    def _work(self) -> None:
        try:
            while (job := self._lines.get()) is not None:
                client, line = job
                self._hand_back(client, _reply(client.session, line))
        finally:
            connections.close_all()

    def _hand_back(self, client: Client, reply: Reply) -> None:
        self._replies.append((client, reply))
        # Set before the loop empties the queue (below): an answer that finds the flag up is sure to be taken.
        if not self._loop_is_called:
            self._loop_is_called = True
            try:
                self._loop.call_soon_threadsafe(self._hand_over)
            except RuntimeError:  # the loop has ended
                return

    def _hand_over(self) -> None:
        self._loop_is_called = False
        while self._replies:
            client, reply = self._replies.popleft()
            client.finished(reply)


def _reply(session: Session, line: bytes | Overlong) -> Reply:
    """The session's answer; a fault in it ends that connection and nothing else."""
    try:
        return session.reply_to(line)
    except Exception as error:
        structlog.get_logger("wenyuan.sip2").error("session failed", error=type(error).__name__)
        return HANG_UP
