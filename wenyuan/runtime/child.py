"""One process of a part, under its guard: started, asked to stop, killed with all its children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_GUARD = Path(__file__).with_name("guard.py")
_LONGEST_LINE = 65_536


class Child:
    """A running program whose end brings the end of every process it left in its group.

    :param take_line: gets each line of its output, from a thread of its own.
    :param held: descriptor of a shared lock that its guard goes on holding; -1 for none.
    :param handed_down: descriptors that the program gets, by the same numbers.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None,
        take_line: Callable[[bytes], object],
        held: int = -1,
        handed_down: Sequence[int] = (),
    ) -> None:
        read_end, self._lifeline = os.pipe()
        try:
            self._guard = subprocess.Popen(  # noqa: S603 - the supervisor's own parts
                [sys.executable, "-I", "-S", str(_GUARD), str(read_end), ",".join(map(str, handed_down)), *argv],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(read_end, *handed_down, *((held,) if held >= 0 else ())),
                start_new_session=True,  # Ctrl-C on the terminal reaches the supervisor alone
            )
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(read_end)
        self._is_finished = False
        self._reader = threading.Thread(target=self._read, args=(take_line,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id of the guard, which is also the number of the group."""
        return self._guard.pid

    def has_ended(self) -> bool:
        """Whether the program has ended; where the system lets us, it is not reaped yet and keeps its number."""
        if self._guard.returncode is not None:
            return True
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return self._guard.poll() is not None
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program (the guard passes it on)."""
        if not self.has_ended():
            self._guard.send_signal(number)

    def finish(self) -> int:
        """Kill whatever is left of the group, reap, and give the exit code (negative: the guard died of a signal)."""
        if not self._is_finished:
            self._is_finished = True
            with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
                os.killpg(self.pid, signal.SIGKILL)
            self._guard.wait()
            os.close(self._lifeline)
            self._reader.join(timeout=1)
        return self._guard.returncode

    def _read(self, take_line: Callable[[bytes], object]) -> None:
        assert self._guard.stdout is not None, "it was started with a pipe"
        with self._guard.stdout as stream:
            while line := stream.readline(_LONGEST_LINE):
                # A full disk or a closed terminal must not stop the reading: the part would stand still at a full pipe.
                with suppress(Exception):
                    take_line(line)
