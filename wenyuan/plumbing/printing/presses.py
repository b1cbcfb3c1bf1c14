"""The presses of this process: kept for the next print, ended when they take too long, replaced when they are gone.

Compiled code cannot be interrupted by a thread, so each press is a process. Starting one and reading the fonts takes
some tenths of a second, a print by one that stands ready a hundredth; so they are kept, a few at most.
"""

import atexit
import os
import subprocess
import sys
from contextlib import suppress
from struct import Struct
from threading import BoundedSemaphore, Lock, Timer
from typing import Final

MOST_AT_ONCE: Final = 2
"""Presses of one web process; who comes while all are at work waits."""
MOST_WAITING_SECONDS: Final = 10
MOST_PRINTS: Final = 400
"""Then a press is replaced, since it remembers parts of what it has set."""
SIZE: Final = Struct("!Q")

_places = BoundedSemaphore(MOST_AT_ONCE)
_idle: list["_Press"] = []
_guard = Lock()


class Busy(Exception):
    """Every press was at work for as long as one may wait."""


class Ended(Exception):
    """The press ended over its work. ``in_time`` is false when it was ended for taking too long, ``by_signal`` is the
    signal that ended it otherwise (0 for none: it gave up by itself)."""

    def __init__(self, *, in_time: bool, by_signal: int = 0) -> None:
        super().__init__(f"in time: {in_time}, signal {by_signal}")
        self.in_time = in_time
        self.by_signal = by_signal


def ask(work: bytes, *, seconds: float) -> bytes:
    """What a press answers to this work.

    :raises Busy: no press became free.
    :raises Ended: it ended, or was ended after ``seconds``.
    """
    if not _places.acquire(timeout=MOST_WAITING_SECONDS):
        raise Busy
    try:
        press = _take()
        try:
            answer = press.ask(work, seconds=seconds)
        except Ended as ended:
            # One that had waited long goes home by itself, perhaps just now: then it had not begun.
            if not (press.prints and ended.in_time and not ended.by_signal):
                raise
            press = _Press()
            answer = press.ask(work, seconds=seconds)
        _put_back(press)
        return answer
    finally:
        _places.release()


def _take() -> "_Press":
    with _guard:
        while _idle:
            press = _idle.pop()
            if press.stands:
                return press
            press.close()
    return _Press()


def _put_back(press: "_Press") -> None:
    if press.prints >= MOST_PRINTS:
        press.close()
        return
    with _guard:
        _idle.append(press)


@atexit.register
def close_presses() -> None:
    """End the presses that wait for work."""
    with _guard:
        while _idle:
            _idle.pop().close()


class _Press:
    """One process at the other end of two pipes. It gets nothing of our environment, so that it finds neither secrets
    nor a way out: the proxy that it is told of is a port on which nobody listens."""

    def __init__(self) -> None:
        proxies = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        environment = {"LANG": "C.UTF-8", "HOME": os.devnull, **dict.fromkeys(proxies, "http://127.0.0.1:9")}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-m", "wenyuan.plumbing.printing.press"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
        )
        self.prints = 0
        self._is_late = False

    @property
    def stands(self) -> bool:
        """Whether it still waits for work."""
        return not self._is_late and self._process.poll() is None

    def ask(self, work: bytes, *, seconds: float) -> bytes:
        """:raises Ended: it is gone; nothing more can be asked of it."""
        assert self._process.stdin is not None
        late = Timer(seconds, self._end_late)
        late.daemon = True
        late.start()
        try:
            self._process.stdin.write(SIZE.pack(len(work)) + work)
            self._process.stdin.flush()
            (size,) = SIZE.unpack(self._read(SIZE.size))
            answer = self._read(size)
        except (BrokenPipeError, EOFError):
            self.close()
            raise Ended(in_time=not self._is_late, by_signal=max(0, -(self._process.returncode or 0))) from None
        finally:
            late.cancel()
        self.prints += 1
        return answer

    def _end_late(self) -> None:
        self._is_late = True
        self._process.kill()

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        found = self._process.stdout.read(size)
        if len(found) < size:
            raise EOFError
        return found

    def close(self) -> None:
        """End it and take leave."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
