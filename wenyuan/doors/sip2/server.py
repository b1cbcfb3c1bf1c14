"""The listening side: who is connected, who is late, and how it all ends."""

import os
import selectors
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from threading import Event, Thread
from time import monotonic, sleep

import structlog

from wenyuan.doors.sip2.connection import Connection
from wenyuan.doors.sip2.limits import Limits
from wenyuan.doors.sip2.message_log import QuickLog
from wenyuan.doors.sip2.session import Session
from wenyuan.doors.sip2.workers import Workers

ACCEPT_PAUSE_S = 1.0
"""How long nobody is let in when the system has no more descriptors for us."""
GIVE_WAY_S = 0.002
"""How long we leave a new machine to the other processes of the port, for each machine that we have already."""
LONGEST_GIVE_WAY_S = 0.03
_SHORTEST_SWEEP_S = 0.02


class Server:
    """Speaks SIP2 on one port.

    One thread lets machines in, looks for those that are late and writes the log; the workers do the rest.

    :param clock: the present moment, aware; the only clock that acts are dated by.
    :param message_log: where the line about each message goes; the house's log if None.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
        message_log: QuickLog | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._message_log = message_log
        self._connections: dict[int, Connection] = {}
        self._turned_away = 0
        self._log = structlog.get_logger("wenyuan.sip2")

    def start(self, listeners: Sequence[socket.socket], *, are_shared: bool = False) -> None:
        """Begin to let machines in. The listeners are ours from now on.

        :param are_shared: other processes serve the same queue; who has fewer machines takes the next one.
        """
        self._listeners = tuple(listeners)
        self._are_shared = are_shared
        for listener in self._listeners:
            listener.setblocking(False)
        self._workers = Workers(
            threads=self.limits.threads, take_turn=lambda descriptor: self._connections[descriptor].take_turn()
        )
        self._is_stopping = Event()
        self._end, self._end_it = os.pipe()
        self._keeper = Thread(target=self._keep, name="sip2-keeper", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """Accept no more, let the messages in work end and their answers go out, and close."""
        self._is_stopping.set()
        os.write(self._end_it, b"\0")
        self._keeper.join()
        ends = monotonic() + self.limits.stop_s
        while self._connections and monotonic() < ends:
            for connection in tuple(self._connections.values()):
                connection.stop()
            sleep(_SHORTEST_SWEEP_S)
        for connection in tuple(self._connections.values()):
            connection.abort()
        self._workers.stop(within_s=1)
        self._write_log()
        os.close(self._end)
        os.close(self._end_it)

    # Letting in, and seeing to it that nobody stays for nothing -------------------------------------------------------

    def _keep(self) -> None:
        limits = self.limits
        shortest = min(limits.idle_s, limits.before_login_s, limits.half_line_s, limits.unread_s)
        every_s = min(1.0, max(_SHORTEST_SWEEP_S, shortest / 4))
        with selectors.DefaultSelector() as selector:
            selector.register(self._end, selectors.EVENT_READ)
            for listener in self._listeners:
                selector.register(listener, selectors.EVENT_READ, listener)
            swept_at = monotonic()
            while not self._is_stopping.is_set():
                for key, _ in selector.select(max(0.0, swept_at + every_s - monotonic())):
                    if key.data:
                        self._let_in(key.data)
                if monotonic() >= swept_at + every_s:
                    swept_at = monotonic()
                    self._end_the_late(swept_at)
                    self._write_log()
        for listener in self._listeners:
            listener.close()

    def _let_in(self, listener: socket.socket) -> None:
        if self._are_shared:
            sleep(min(LONGEST_GIVE_WAY_S, GIVE_WAY_S * len(self._connections)))
            if self._is_stopping.is_set() or len(self._connections) >= self.limits.connections:
                return  # another process takes it
        try:
            connected, peer = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # another process was faster, or the machine has gone again
        except OSError as error:
            self._log.error("nobody can be let in", reason=error.strerror)
            self._is_stopping.wait(ACCEPT_PAUSE_S)
            return
        if len(self._connections) >= self.limits.connections:
            self._turned_away += 1
            connected.close()
            return
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(
            connected,
            session=self._new_session(str(peer[0])),
            limits=self.limits,
            ask=self._workers.ask,
            forget=self._forget,
        )
        self._connections[connection.descriptor] = connection
        connection.begin()

    def _new_session(self, address: str) -> Session:
        return Session(clock=self._clock, address=address, limits=self.limits, message_log=self._message_log)

    def _forget(self, connection: Connection) -> None:
        self._connections.pop(connection.descriptor, None)

    def _write_log(self) -> None:
        """What cannot be written is lost: a full disk keeps no machine out."""
        if self._message_log is not None:
            with suppress(OSError, ValueError):
                self._message_log.flush()

    def _end_the_late(self, now: float) -> None:
        for connection in tuple(self._connections.values()):
            connection.end_if_late(now)
        if self._turned_away:
            self._log.warning("connections turned away", count=self._turned_away, limit=self.limits.connections)
            self._turned_away = 0
