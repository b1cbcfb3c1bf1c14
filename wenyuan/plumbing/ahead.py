"""Making the next thing while the one before is being written: a process that waits for the database has time."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

T = TypeVar("T")

_SWITCH_S = 0.0005
"""Whoever has the database's answer waits so long for the interpreter; with the usual 5 ms, and dozens of statements
for each thing, the waits take longer than the statements."""


def made_ahead(things: Iterator[T]) -> Iterator[T]:
    """The things in their order, each made by a thread beside while whoever asks works on the one before.

    One is ahead and never two, so that memory stays flat. What making one raises is raised where it is asked for. The
    thread must not ask the database: it has no part in the transaction, nor in the connection, of whoever asks.
    """
    end = object()
    usual = sys.getswitchinterval()
    sys.setswitchinterval(min(usual, _SWITCH_S))
    try:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead") as beside:
            coming = beside.submit(next, things, end)
            while (thing := coming.result()) is not end:
                coming = beside.submit(next, things, end)
                yield cast(T, thing)
    finally:
        sys.setswitchinterval(usual)
