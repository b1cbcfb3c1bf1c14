"""Keeps the parts of one installation running together: started in order, brought back, stopped in reverse order.

Each part runs under a guard (`guard.py`), so nothing survives the supervisor, however it ends. The database's server
itself may where the supervisor is killed, and the next `up` finds it; its keeper (`keeper.py`) is a part like the rest.
"""

from __future__ import annotations

import enum
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

import structlog

from wenyuan.runtime.child import Child
from wenyuan.runtime.home import Home
from wenyuan.runtime.locks import LockTaken, held, holder_of, shared
from wenyuan.runtime.logs import PartLog
from wenyuan.runtime.probes import Probe, always_ready
from wenyuan.runtime.problem import Problem

FIRST_BACKOFF_S = 0.2
LONGEST_BACKOFF_S = 10.0
HEALTHY_AFTER_S = 5.0
_TICK_S = 0.1
_LOCK = "up.lock"
_PARTS_LOCK = "parts.lock"
_LEFTOVERS_S = 10.0
"""Longer than a guard takes to end a part whose supervisor is gone (2 s), also on a machine that is busy."""


class ExitCode(enum.IntEnum):
    """What the end of `up` tells a script or an init system."""

    OK = 0
    PART_DID_NOT_START = 1
    ALREADY_RUNNING = 3


class AlreadyRunning(Problem):
    """Another supervisor runs on this home; `pid` is its process id, 0 when unknown."""

    def __init__(self, home: Home, pid: int) -> None:
        super().__init__(
            f"Wenyuan is already running on {home.path}" + (f" (process {pid})." if pid else "."),
            command=f"kill {pid}" if pid else "",
        )
        self.pid = pid


@dataclass(frozen=True, slots=True)
class Part:
    """One program to keep running.

    `env` is its whole environment; neither it nor `argv` is ever logged. `ready` is asked until it says yes; a part
    that is not ready within `start_timeout_s` seconds has failed. To stop, it gets `stop_signal` and `grace_s` seconds.
    `handed_down` are descriptors of ours that each of its processes gets.
    """

    name: str
    argv: tuple[str, ...] = field(repr=False)
    env: Mapping[str, str] = field(repr=False)
    ready: Probe = always_ready
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10.0
    start_timeout_s: float = 60.0
    cwd: Path | None = None
    handed_down: tuple[int, ...] = ()


def running_supervisor(home: Home) -> int | None:
    """Process id of the supervisor that runs on this home, 0 when unknown, None when there is none."""
    return holder_of(home.run / _LOCK)


def wait_for_leftovers(home: Home) -> None:
    """Until the parts that a killed supervisor left behind have ended; at once where one runs or nothing was left.

    Their guards end them within seconds. Who came sooner would find the ports taken, or a database that is about to
    stop.

    :raises Problem: they do not end.
    """
    if not home.run.is_dir() or running_supervisor(home) is not None:
        return
    try:
        with held(home.run / _PARTS_LOCK, wait_s=_LEFTOVERS_S):
            return
    except LockTaken:
        if running_supervisor(home) is None:
            said = f"Parts of a Wenyuan that was killed still run on {home.path}."
            raise Problem(said, command="ps -ef | grep guard.py") from None


class Supervisor:
    """Runs the parts until SIGTERM or SIGINT.

    :param parts: in the order of their start; each waits until the one before is ready.
    :param on_ready: called once, when all are ready for the first time.
    :param on_stopping: called before the first part is asked to stop.
    :param echo: where each part's lines go besides its log file; None for nowhere.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        home: Home,
        on_ready: Callable[[], None] = lambda: None,
        on_stopping: Callable[[], None] = lambda: None,
        echo: TextIO | None = None,
        backoff_s: float = FIRST_BACKOFF_S,
    ) -> None:
        assert len({part.name for part in parts}) == len(parts), "parts are told apart by their names"
        self._home = home
        self._on_ready, self._on_stopping = on_ready, on_stopping
        self._log = structlog.get_logger("wenyuan.supervisor")
        self._running = [_RunningPart(part, home=home, log=self._log, echo=echo, backoff_s=backoff_s) for part in parts]
        self._stop_requests = 0
        self._wake_read, self._wake_write = -1, -1

    def run(self) -> ExitCode:
        """Start everything, keep it running, and return when all has been stopped.

        Must be called in the main thread, since it takes the signals over.

        :raises AlreadyRunning: another supervisor holds this home.
        """
        self._home.prepare()
        try:
            with (
                held(self._home.run / _LOCK, wait_s=0),
                shared(self._home.run / _PARTS_LOCK) as descriptor,
                self._taking_signals(),
            ):
                for part in self._running:
                    part.held = descriptor
                return self._run()
        except LockTaken as taken:
            raise AlreadyRunning(self._home, taken.holder or 0) from None

    def _run(self) -> ExitCode:
        try:
            for position, part in enumerate(self._running, start=1):
                if not self._bring_up(part, self._running[:position]):
                    return ExitCode.OK if self._stop_requests else ExitCode.PART_DID_NOT_START
            if not self._stop_requests:
                self._log.info("all parts ready")
                self._on_ready()
            while not self._stop_requests:
                for part in self._running:
                    part.tick()
                self._sleep()
            return ExitCode.OK
        finally:
            self._stop_all()

    def _bring_up(self, part: _RunningPart, started: Sequence[_RunningPart]) -> bool:
        """Until the part is ready; those before it are kept running meanwhile. False when it will not be."""
        deadline = time.monotonic() + part.part.start_timeout_s
        while not self._stop_requests:
            for each in started:
                each.tick()
            if part.is_ready:
                return True
            if time.monotonic() >= deadline:
                self._log.error("part did not start", part=part.part.name, seconds=part.part.start_timeout_s)
                return False
            self._sleep()
        return False

    def _stop_all(self) -> None:
        self._on_stopping()
        for part in reversed(self._running):
            # A second Ctrl-C means now.
            part.stop(is_urgent=lambda: self._stop_requests > 1)
        self._log.info("all parts stopped")

    def _sleep(self) -> None:
        readable, _, _ = select.select([self._wake_read], [], [], _TICK_S)
        if readable:
            os.read(self._wake_read, 4096)

    @contextmanager
    def _taking_signals(self) -> Iterator[None]:
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        old_wakeup = signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        numbers = [signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as `nohup` leaves it
            numbers.append(signal.SIGHUP)
        old_handlers = {number: signal.signal(number, self._request_stop) for number in numbers}
        try:
            yield
        finally:
            for number, handler in old_handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old_wakeup)
            os.close(self._wake_read)
            os.close(self._wake_write)

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1


class _RunningPart:
    """One part through its life: waiting for its next start, starting, ready, ended."""

    def __init__(
        self, part: Part, *, home: Home, log: structlog.stdlib.BoundLogger, echo: TextIO | None, backoff_s: float
    ) -> None:
        self.part = part
        self.is_ready = False
        self.held = -1
        self._log = log.bind(part=part.name)
        self._file = home.logs / f"{part.name}.log"
        self._part_log: PartLog | None = None
        self._echo = echo
        self._child: Child | None = None
        self._first_backoff_s = self._backoff_s = backoff_s
        self._started_at = 0.0
        self._ready_at = 0.0
        self._next_start_at = 0.0

    def tick(self) -> None:
        """Do what is due now: start it, ask whether it is ready, or note that it ended."""
        now = time.monotonic()
        if self._child is None:
            if now >= self._next_start_at:
                self._start(now)
        elif self._child.has_ended():
            self._log.warning("part ended", code=self._child.finish(), again_in_s=self._backoff_s)
            self._wait_for_next_start(now)
        elif not self.is_ready:
            self._ask(now)
        elif now - self._ready_at >= HEALTHY_AFTER_S:
            self._backoff_s = self._first_backoff_s

    def stop(self, *, is_urgent: Callable[[], bool]) -> None:
        """Ask it to stop, wait for its grace, kill what is left; at once when it is urgent."""
        if self._child is not None:
            self._child.signal(self.part.stop_signal)
            deadline = time.monotonic() + self.part.grace_s
            while not self._child.has_ended() and time.monotonic() < deadline and not is_urgent():
                time.sleep(0.02)
            was_patient = self._child.has_ended()
            self._log.info("part stopped", code=self._child.finish(), in_time=was_patient)
            self._child = None
        if self._part_log is not None:
            self._part_log.close()

    def _start(self, now: float) -> None:
        self._part_log = self._part_log or PartLog(self._file)
        try:
            self._child = Child(
                self.part.argv,
                env=self.part.env,
                cwd=self.part.cwd,
                take_line=self._take_line,
                held=self.held,
                handed_down=self.part.handed_down,
            )
        except OSError as error:  # no process or no memory left: that may pass
            self._log.error("part not started", reason=error.strerror)
            self._wait_for_next_start(now)
            return
        self._started_at = now
        self._log.info("part started", pid=self._child.pid)

    def _ask(self, now: float) -> None:
        try:
            self.is_ready = self.part.ready()
        except Exception as error:
            # A probe that fails in a way of its own is a part that is not ready, not the end of all parts.
            self._log.debug("probe failed", error=type(error).__name__)
        if self.is_ready:
            self._ready_at = time.monotonic()
            self._log.info("part ready", seconds=round(self._ready_at - self._started_at, 1))
        elif now - self._started_at >= self.part.start_timeout_s and self._child is not None:
            self._log.warning("part not ready in time", again_in_s=self._backoff_s)
            self._child.finish()
            self._wait_for_next_start(now)

    def _wait_for_next_start(self, now: float) -> None:
        self._child = None
        self.is_ready = False
        self._next_start_at = now + self._backoff_s
        self._backoff_s = min(self._backoff_s * 2, LONGEST_BACKOFF_S)

    def _take_line(self, line: bytes) -> None:
        assert self._part_log is not None, "it is opened before the first start"
        text = self._part_log.write(line)
        if self._echo is not None:
            self._echo.write(f"{self.part.name:9}| {text}\n")
            self._echo.flush()


def exit_with(problem: Problem) -> ExitCode:
    """Say on standard error what is wrong and what mends it, and give the exit code."""
    sys.stderr.write(f"{problem}\n" + (f"  {problem.command}\n" if problem.command else ""))
    return ExitCode.ALREADY_RUNNING if isinstance(problem, AlreadyRunning) else ExitCode.PART_DID_NOT_START
