"""Lock files: one process at a time, freed by the kernel when its holder dies, even by kill -9."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wenyuan.runtime.problem import Problem

_POLL_S = 0.05


class LockTaken(Problem):
    """Another process holds the lock; `holder` is its process id, or None when it has not said."""

    def __init__(self, path: Path, holder: int | None) -> None:
        who = f"process {holder}" if holder else "another process"
        super().__init__(f"{path} is held by {who}.")
        self.holder = holder


@contextmanager
def held(path: Path, *, wait_s: float) -> Iterator[None]:
    """Hold the lock file for the time of the `with` block.

    The file is never removed: removing it would let two holders lock two files of one name.

    :param wait_s: seconds to wait for another holder; 0 does not wait.
    :raises LockTaken: it was still held after that time.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + wait_s
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                raise LockTaken(path, _read_holder(descriptor))
            time.sleep(_POLL_S)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def shared(path: Path) -> Iterator[int]:
    """Hold the lock file together with others. It stays held as long as any process lives that was passed the
    descriptor which is given here.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield descriptor
    finally:
        os.close(descriptor)


def holder_of(path: Path) -> int | None:
    """The process id that holds the lock now, 0 when the holder is unknown, or None when it is free."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if _try_lock(descriptor) else _read_holder(descriptor) or 0
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_holder(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    return int(text) if text.isdecimal() else None
