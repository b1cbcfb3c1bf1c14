"""How often somebody may do something: buckets that fill again with time, kept in the process."""

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` at once, and then ``per_second``."""

    burst: float
    per_second: float


class Buckets:
    """A bucket for each of many callers. The least recently seen are forgotten beyond ``most``."""

    def __init__(self, rate: Rate, *, most: int = 20_000) -> None:
        self.rate = rate
        self._most = most
        self._filled: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, who: Hashable, *, now: float) -> int:
        """Whole seconds until ``who`` may ask again; 0 if now. Nothing is taken. ``now`` is a monotonic time in s."""
        with self._lock:
            return self._seconds_until_one(self._level(who, now))

    def take(self, who: Hashable, *, now: float) -> int:
        """Take one if there is one, and return 0; else the whole seconds until there is."""
        with self._lock:
            level = self._level(who, now)
            if level >= 1:
                self._filled[who] = level - 1, now
                self._filled.move_to_end(who)
                while len(self._filled) > self._most:
                    self._filled.popitem(last=False)
                return 0
            return self._seconds_until_one(level)

    def forget(self) -> None:
        """Every bucket is full again."""
        with self._lock:
            self._filled.clear()

    def _level(self, who: Hashable, now: float) -> float:
        level, then = self._filled.get(who, (self.rate.burst, now))
        return min(self.rate.burst, level + max(0.0, now - then) * self.rate.per_second)

    def _seconds_until_one(self, level: float) -> int:
        return 0 if level >= 1 else math.ceil((1 - level) / self.rate.per_second)
