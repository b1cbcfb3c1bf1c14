"""The server's own threads. Each waits for a machine that has something to say, reads, acts and answers.

Nothing is handed from thread to thread: the one that the system wakes does all of it (``readiness``). Each thread keeps
one database connection.
"""

import os
from collections.abc import Callable
from threading import Thread

import structlog
from django.db import connections

from wenyuan.doors.sip2.readiness import new_readiness


class Workers:
    """A bounded pool.

    :param take_turn: what is done when a descriptor that was waited for is ready; one thread calls it at a time.
    """

    def __init__(self, *, threads: int, take_turn: Callable[[int], None]) -> None:
        self._take_turn = take_turn
        self._readiness = new_readiness()
        self._end, self._end_it = os.pipe()
        self._readiness.tell_all(self._end)
        self.ask = self._readiness.ask
        # Daemons: a verb that hangs past the time given for stopping must not keep the process alive.
        self._threads = [Thread(target=self._work, name=f"sip2-{number}", daemon=True) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def stop(self, *, within_s: float) -> None:
        """Let what is in work end, and close the threads' database connections."""
        os.write(self._end_it, b"\0")
        for thread in self._threads:
            thread.join(within_s)
        if any(thread.is_alive() for thread in self._threads):
            return  # it will look into what we would close
        self._readiness.close()
        os.close(self._end)
        os.close(self._end_it)

    def _work(self) -> None:
        try:
            while (descriptor := self._readiness.wait()) != self._end:
                try:
                    self._take_turn(descriptor)
                except Exception as error:
                    structlog.get_logger("wenyuan.sip2").error("connection failed", error=type(error).__name__)
        finally:
            connections.close_all()
