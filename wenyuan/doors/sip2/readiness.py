"""Whose turn it is: connections on which something can be done, each told to one of the waiting threads, once.

The system itself picks the thread, so nothing is handed from one thread to another; epoll on Linux, kqueue elsewhere.
"""

import select
import sys
from typing import Protocol


class Readiness(Protocol):
    """Threads wait for descriptors. One that was told is forgotten until it is asked for again."""

    def wait(self) -> int:
        """The next descriptor that is ready; the thread sleeps until there is one."""
        ...

    def ask(self, descriptor: int, *, to_write: bool) -> None:
        """Tell one thread, once, when this descriptor can be read, or written to, or has ended."""
        ...

    def tell_all(self, descriptor: int) -> None:
        """Tell this descriptor to every thread, over and over, from when it can be read."""
        ...

    def close(self) -> None:
        """Nobody waits any more."""
        ...


if sys.platform == "linux":

    class _Epoll:
        def __init__(self) -> None:
            self._epoll = select.epoll()

        def wait(self) -> int:
            while True:
                for descriptor, _ in self._epoll.poll(-1, 1):
                    return descriptor

        def ask(self, descriptor: int, *, to_write: bool) -> None:
            what = (select.EPOLLOUT if to_write else select.EPOLLIN) | select.EPOLLONESHOT
            try:
                self._epoll.modify(descriptor, what)
            except FileNotFoundError:  # closing a descriptor makes the system forget it
                self._epoll.register(descriptor, what)

        def tell_all(self, descriptor: int) -> None:
            self._epoll.register(descriptor, select.EPOLLIN)

        def close(self) -> None:
            self._epoll.close()

    def new_readiness() -> Readiness:
        """An empty one, of this system's kind."""
        return _Epoll()

else:

    class _Kqueue:
        def __init__(self) -> None:
            self._kqueue = select.kqueue()

        def wait(self) -> int:
            while True:
                for event in self._kqueue.control(None, 1, None):
                    return event.ident

        def ask(self, descriptor: int, *, to_write: bool) -> None:
            what = select.KQ_FILTER_WRITE if to_write else select.KQ_FILTER_READ
            self._change(descriptor, what, select.KQ_EV_ADD | select.KQ_EV_ONESHOT)

        def tell_all(self, descriptor: int) -> None:
            self._change(descriptor, select.KQ_FILTER_READ, select.KQ_EV_ADD)

        def close(self) -> None:
            self._kqueue.close()

        def _change(self, descriptor: int, what: int, flags: int) -> None:
            self._kqueue.control([select.kevent(descriptor, what, flags)], 0)

    def new_readiness() -> Readiness:
        """An empty one, of this system's kind."""
        return _Kqueue()
