"""One machine's connection: bytes in, lines one after another, answers out."""

import socket
from collections import deque
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Protocol

import structlog

from wenyuan.doors.sip2.limits import Limits
from wenyuan.doors.sip2.session import HANG_UP, Reply, Session
from wenyuan.kernel.sip2.framing import LineSplitter, Overlong

READ_BYTES = 65536


class Ask(Protocol):
    """``Readiness.ask``."""

    def __call__(self, descriptor: int, *, to_write: bool) -> None: ...


class Connection:
    """Taken up by one thread at a time, whenever the machine has sent something or can be sent the rest of an answer.

    A turn answers one line. While more of them wait, or an answer has not gone out, nothing further is read: a machine
    that asks faster than it listens is held up by its own network. Others whose turn it is come between two lines.

    :param forget: told when the connection has ended.
    """

    def __init__(
        self,
        connected: socket.socket,
        *,
        session: Session,
        limits: Limits,
        ask: Ask,
        forget: Callable[["Connection"], None],
    ) -> None:
        self.descriptor = connected.fileno()
        self._socket = connected
        self._session = session
        self._limits = limits
        self._ask = ask
        self._forget = forget
        self._splitter = LineSplitter(limits.line_bytes)
        self._waiting: deque[bytes | Overlong] = deque()
        self._unsent = b""
        self._is_stopping = False
        self._is_ending = False
        self._is_lost = False
        self._active_at = monotonic()
        self._half_since: float | None = None
        self._turn = Lock()

    def take_turn(self) -> None:
        """Do what can be done now, and say what to wait for next. A fault ends the connection: it would never again be
        told of, nor closed."""
        with self._turn:
            try:
                self._act()
            except Exception:
                self._is_lost = True
                raise
            finally:
                self._go_on()

    def _act(self) -> None:
        if self._unsent:
            self._send(self._unsent)
        elif not self._waiting:
            self._read()
        if self._waiting and not self._unsent and not self._is_stopping:
            self._answer(self._waiting.popleft())

    def begin(self) -> None:
        """Wait for the machine's first words."""
        self._ask(self.descriptor, to_write=False)

    def stop(self) -> None:
        """End after the line in work; those that wait are not begun."""
        self._is_stopping = True
        self._between_turns(lambda: None if self._unsent else self._wake())

    def abort(self) -> None:
        """End now."""
        self._is_lost = True
        self._wake()

    def end_if_late(self, now: float) -> None:
        """Close the connection if the machine is later than the limits allow. Our own work is no lateness of its."""
        self._between_turns(lambda: self.abort() if self._is_late(now) else None)

    def _between_turns(self, act: Callable[[], None]) -> None:
        """Do this unless a thread is at work on the connection."""
        if self._turn.acquire(blocking=False):
            try:
                act()
            finally:
                self._turn.release()

    def _is_late(self, now: float) -> bool:
        limits, silent = self._limits, now - self._active_at
        if self._unsent:
            return silent > limits.unread_s
        if self._waiting:
            return False
        if self._half_since is not None and now - self._half_since > limits.half_line_s:
            return True
        return silent > (limits.idle_s if self._session.is_signed_in else limits.before_login_s)

    def _wake(self) -> None:
        """Have a thread take the turn in which the connection is closed: nobody else closes what it might be using."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has ended already, which wakes too

    def _read(self) -> None:
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._is_lost = True
            return
        if not data:  # the machine sends no more; what it has sent has been answered
            self._is_ending = True
            return
        lines = self._splitter.feed(data)
        now = monotonic()
        if lines:
            self._waiting.extend(lines)
            self._active_at = now
        if not self._splitter.pending_bytes:
            self._half_since = None
        elif lines or self._half_since is None:
            self._half_since = now

    def _answer(self, line: bytes | Overlong) -> None:
        reply = _reply(self._session, line)
        self._active_at = monotonic()
        if self._half_since is not None:  # the rest may have come while we were at work
            self._half_since = self._active_at
        if reply.line:
            self._send(reply.line)
        if reply.hang_up:
            self._waiting.clear()
            self._is_ending = True

    def _send(self, data: bytes) -> None:
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._is_lost = True
            return
        if self._unsent and sent == len(data):
            self._active_at = monotonic()
        self._unsent = data[sent:]

    def _go_on(self) -> None:
        if self._is_stopping:
            self._waiting.clear()
            self._is_ending = True
        if self._is_lost or (self._is_ending and not self._waiting and not self._unsent):
            self._forget(self)
            self._socket.close()
            return
        # A socket that takes our answers is ready at once, behind those that were before it: the next line's turn.
        self._ask(self.descriptor, to_write=bool(self._unsent or self._waiting))


def _reply(session: Session, line: bytes | Overlong) -> Reply:
    """The session's answer; a fault in it ends that connection and nothing else."""
    try:
        return session.reply_to(line)
    except Exception as error:
        structlog.get_logger("wenyuan.sip2").error("session failed", error=type(error).__name__)
        return HANG_UP
