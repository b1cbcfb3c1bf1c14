"""How often somebody may ask: buckets that fill again with time.

They are kept in the process, so with two web processes (``wenyuan up``) twice as much gets through, and a restart
forgets them. That is enough against a program that has run wild; guessing a PIN is stopped in the database.
"""

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Final


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


ADDRESSES: Final = Buckets(Rate(burst=600, per_second=100))
"""All requests of an address, before anything else is looked at. A whole library may stand behind one."""
TOKENS: Final = Buckets(Rate(burst=120, per_second=20))
"""Requests with one application token."""
READERS: Final = Buckets(Rate(burst=30, per_second=2))
"""Requests of one reader."""
BAD_TOKENS: Final = Buckets(Rate(burst=30, per_second=1))
"""Tokens that open nothing, by address."""
BAD_SIGN_INS: Final = Buckets(Rate(burst=60, per_second=1 / 6))
"""Readers who could not sign in, by application token: one easy PIN tried on many cards locks none of them."""

ALL: Final = (ADDRESSES, TOKENS, READERS, BAD_TOKENS, BAD_SIGN_INS)
