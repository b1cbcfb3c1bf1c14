"""Runs one program and ends it, with all its children, when the supervisor is gone. Standard library alone.

    python -I -S guard.py PIPE DESCRIPTORS PROGRAM [ARGUMENT …]

The supervisor holds the other end of the pipe and starts the guard as leader of a session of its own. Its death,
even by kill -9, closes the pipe: the group gets SIGTERM, and two seconds later SIGKILL. Where the guard is killed, the
supervisor ends the group; for the case that both are killed at once, the program asks Linux to be killed with its guard
(PR_SET_PDEATHSIG), which would not be enough by itself, neither for grandchildren nor on macOS.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

GRACE_S = 2.0
_FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
_NOT_FOUND = 127
_PR_SET_PDEATHSIG = 1
"""linux/prctl.h"""


def main(arguments: Sequence[str]) -> int:
    """Run until the program ends, and end with its code (128 + n for signal n)."""
    pipe, descriptors, argv = int(arguments[0]), arguments[1], arguments[2:]
    handed_down = [int(number) for number in descriptors.split(",") if number]
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    early: list[int] = []
    for number in _FORWARDED:
        signal.signal(number, lambda number, _frame: early.append(number))
    try:
        # No new session: the program stays in our group, so that one signal reaches all.
        program = subprocess.Popen(argv, pass_fds=handed_down, preexec_fn=_die_with_parent())  # noqa: S603
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
        return _NOT_FOUND

    def forward(number: int, _frame: FrameType | None) -> None:
        program.send_signal(number)

    for number in _FORWARDED:
        signal.signal(number, forward)
    for missed in early:
        forward(missed, None)
    while program.poll() is None:
        readable, _, _ = select.select([pipe, wake_read], [], [])
        if wake_read in readable:
            os.read(wake_read, 4096)
        if pipe in readable and os.read(pipe, 1) == b"":
            _end_group(program)
    return program.returncode if program.returncode >= 0 else 128 - program.returncode


def _die_with_parent() -> Callable[[], object] | None:
    """What the program does before it begins, on Linux: the kernel kills it when we die."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end_group(program: subprocess.Popen[bytes]) -> None:
    """Ask the whole group to end, wait for the program itself, then kill what is left: ourselves too."""
    for number in _FORWARDED:
        signal.signal(number, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while program.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
