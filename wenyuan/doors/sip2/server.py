"""The listening side: who is connected, who is late, and how it all ends."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from wenyuan.doors.sip2.connection import Connection
from wenyuan.doors.sip2.limits import Limits
from wenyuan.doors.sip2.message_log import MessageLog
from wenyuan.doors.sip2.session import Session
from wenyuan.doors.sip2.workers import Workers

BACKLOG = 1024
_SHORTEST_SWEEP_S = 0.02


class Server:
    """Speaks SIP2 on one port.

    :param clock: the present moment, aware; the only clock that acts are dated by.
    :param message_log: where the line about each message goes; the house's log if None.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
        message_log: MessageLog | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.loop: asyncio.AbstractEventLoop
        self.workers: Workers
        self._clock = clock
        self._message_log = message_log
        self._connections: set[Connection] = set()
        self._turned_away = 0
        self._all_gone: asyncio.Event
        self._listener: asyncio.Server
        self._sweep: asyncio.TimerHandle
        self._log = structlog.get_logger("wenyuan.sip2")

    async def start(self, host: str, port: int, *, reuse_port: bool = False) -> tuple[str, int]:
        """Begin to listen and return the address bound (a port of 0 is chosen by the system).

        :param reuse_port: several processes may share the port; the system spreads connections over them.
        :raises OSError: the address is taken or is none of this host.
        """
        self.loop = asyncio.get_running_loop()
        self._all_gone = asyncio.Event()
        self.workers = Workers(threads=self.limits.threads, loop=self.loop)
        self._listener = await self.loop.create_server(
            lambda: Connection(self), host, port, backlog=BACKLOG, reuse_port=reuse_port or None
        )
        self._end_the_late()
        bound = self._listener.sockets[0].getsockname()
        return str(bound[0]), int(bound[1])

    async def stop(self) -> None:
        """Accept no more, let the messages in work end and their answers go out, and close."""
        self._listener.close()
        self._sweep.cancel()
        for connection in tuple(self._connections):
            connection.stop()
        self._all_gone.clear()
        if self._connections:
            try:
                await asyncio.wait_for(self._all_gone.wait(), self.limits.stop_s)
            except TimeoutError:
                for connection in tuple(self._connections):
                    connection.abort()
        await self.loop.run_in_executor(None, lambda: self.workers.stop(within_s=1))

    def new_session(self, address: str) -> Session:
        """A session for a machine at this address, not signed in."""
        return Session(clock=self._clock, address=address, limits=self.limits, message_log=self._message_log)

    def admit(self, connection: Connection) -> bool:
        """Take a connection in, unless there are too many."""
        if len(self._connections) >= self.limits.connections:
            self._turned_away += 1
            return False
        self._connections.add(connection)
        return True

    def forget(self, connection: Connection) -> None:
        """A connection has ended."""
        self._connections.discard(connection)
        if not self._connections:
            self._all_gone.set()

    def _end_the_late(self) -> None:
        now = self.loop.time()
        for connection in tuple(self._connections):
            connection.end_if_late(now)
        if self._turned_away:
            self._log.warning("connections turned away", count=self._turned_away, limit=self.limits.connections)
            self._turned_away = 0
        limits = self.limits
        shortest = min(limits.idle_s, limits.before_login_s, limits.half_line_s, limits.unread_s)
        self._sweep = self.loop.call_later(min(1.0, max(_SHORTEST_SWEEP_S, shortest / 4)), self._end_the_late)
