"""One machine's connection: bytes in, lines one after another to the workers, answers out."""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, cast

from wenyuan.doors.sip2.session import Reply, Session
from wenyuan.kernel.sip2.framing import LineSplitter, Overlong

if TYPE_CHECKING:
    from wenyuan.doors.sip2.server import Server


class Connection(asyncio.Protocol):
    """The loop's side. No task, stream or timer a message: what is late is found by the server's sweep.

    States: one line in work at most, the next ones waiting in order; reading pauses while too many wait, and nothing
    is put in work while the machine does not read its answers.
    """

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._limits = server.limits
        self._splitter = LineSplitter(server.limits.line_bytes)
        self._waiting: deque[bytes | Overlong] = deque()
        self._in_work = False
        self._is_paused = False
        self._is_unread = False
        self._is_ending = False
        self._is_lost = False
        self._active_at = server.loop.time()
        self._half_since: float | None = None
        self._transport: asyncio.Transport
        self.session: Session

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # by its shape: uvloop's stands under no class of asyncio
        peer = transport.get_extra_info("peername")
        self.session = self._server.new_session(str(peer[0]) if peer else "")
        if not self._server.admit(self):
            self._is_ending = True
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        now = self._server.loop.time()
        lines = self._splitter.feed(data)
        if lines:
            self._waiting.extend(lines)
            self._active_at = now
        if not self._splitter.pending_bytes:
            self._half_since = None
        elif lines or self._half_since is None:
            self._half_since = now
        self._go_on()

    def finished(self, reply: Reply) -> None:
        """The line in work has been answered."""
        self._in_work = False
        self._active_at = self._server.loop.time()
        if self._is_lost:
            return
        if reply.line:
            self._transport.write(reply.line)
        if reply.hang_up:
            self._waiting.clear()
            self._is_ending = True
        self._go_on()

    def eof_received(self) -> bool:
        """The machine sends no more; what it has sent is still answered."""
        self._is_ending = True
        self._go_on()
        return self._in_work or bool(self._waiting)

    def connection_lost(self, error: Exception | None) -> None:
        self._is_lost = True
        self._waiting.clear()
        self._server.forget(self)

    def pause_writing(self) -> None:
        self._is_unread = True

    def resume_writing(self) -> None:
        self._is_unread = False
        self._active_at = self._server.loop.time()
        self._go_on()

    def stop(self) -> None:
        """End after the line in work; those that wait are not begun."""
        self._waiting.clear()
        self._is_ending = True
        if not self._is_lost:
            self._transport.pause_reading()
        self._go_on()

    def abort(self) -> None:
        """End now."""
        if not self._is_lost:
            self._transport.abort()

    def end_if_late(self, now: float) -> None:
        """Close the connection if the machine is later than the limits allow. Our own work is no lateness of its."""
        if self._in_work or self._is_lost:
            return
        limits = self._limits
        silent = now - self._active_at
        if self._is_unread:
            if silent > limits.unread_s:
                self._transport.abort()
        elif (
            self._half_since is not None and not self._is_paused and now - self._half_since > limits.half_line_s
        ) or silent > (limits.idle_s if self.session.is_signed_in else limits.before_login_s):
            self._transport.close()

    def _go_on(self) -> None:
        if self._is_lost:
            return
        if self._waiting and not self._in_work and not self._is_unread:
            self._in_work = True
            self._server.workers.submit(self, self._waiting.popleft())
        if self._is_ending:
            if not self._in_work and not self._waiting:
                self._transport.close()
            return
        waiting = len(self._waiting)
        if not self._is_paused and waiting >= self._limits.waiting_lines:
            self._is_paused = True
            self._transport.pause_reading()
        elif self._is_paused and waiting <= self._limits.waiting_lines // 2:
            self._is_paused = False
            if self._half_since is not None:
                self._half_since = self._server.loop.time()
            self._transport.resume_reading()
