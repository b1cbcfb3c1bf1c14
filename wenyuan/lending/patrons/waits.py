"""How long somebody waits after wrong PINs: values in, moments out.

What is counted are wrong PINs since the last right one. Some cost nothing, and then each further one costs a wait,
which grows. There is no lock after which as many are free again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

KEPT: Final = timedelta(days=7)
"""So long a wrong PIN counts and is kept."""
SPREADING_COUNTS: Final = timedelta(days=1)
"""So long the readers count at whom somebody behind one address has guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """``free`` wrong ones cost nothing; the next is waited for since the last: ``first``, doubled with each ``step``
    further ones, at most ``longest``."""

    free: int
    first: timedelta
    longest: timedelta
    step: int = 1

    def wait_until(self, count: int, last: datetime | None) -> datetime | None:
        """When the next one may come after ``count``, the last of them at ``last``; nothing: now."""
        if last is None or count < self.free:
            return None
        doublings = min((count - self.free) // self.step, 20)
        return last + min(self.first * (1 << doublings), self.longest)


MACHINES: Final = Ladder(free=5, first=timedelta(minutes=15), longest=timedelta(hours=1))
"""Of one reader at all machines, where whoever tries stands in the library."""
PROGRAMS: Final = MACHINES
"""Of one reader in all other programs: each serves everybody from one address, so nothing tells their callers apart."""
HERE: Final = Ladder(free=5, first=timedelta(minutes=1), longest=timedelta(hours=1))
"""Of one reader from one address, or in one browser in which they have signed in before."""
STRANGERS: Final = Ladder(free=15, first=timedelta(minutes=5), longest=timedelta(hours=2))
"""Of one reader from all browsers together in which they have not: some twelve a day for who has many addresses."""
STRANGERS_AT_A_FRESH_PIN: Final = Ladder(free=500, first=timedelta(minutes=5), longest=timedelta(hours=2))
"""The same for ``FRESH`` after the desk has drawn a PIN of six digits: so long nobody who tries on and on keeps the
reader from making a browser known with it, and finds it in one of two thousand cases."""
FRESH: Final = timedelta(hours=1)
SPREADING: Final = Ladder(free=30, first=timedelta(seconds=20), longest=timedelta(seconds=160), step=30)
"""Of readers at whom somebody from one address has guessed in vain. A whole school may stand behind it: whoever gets in
at last no longer counts, and whoever is known there never waits for it."""
TOLD_FROM: Final = 5
"""So many wrong PINs are told to the reader and at the desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Wrong PINs that still count: how many, and when the last one was."""

    count: int = 0
    last: datetime | None = None


NONE: Final = Counted()


def reader_waits_until(
    *, here: Counted, strangers: Counted, is_known: bool, drawn_at: datetime | None, at: datetime
) -> datetime | None:
    """Until when no PIN of this reader is looked at from here; nothing: it is looked at now.

    :param here: from this address, or in this browser if it is known
    :param strangers: from everywhere that is not known
    :param drawn_at: when the desk drew this PIN
    """
    ladder = STRANGERS_AT_A_FRESH_PIN if drawn_at is not None and at < drawn_at + FRESH else STRANGERS
    waits = [HERE.wait_until(here.count, here.last)]
    if not is_known:
        waits.append(ladder.wait_until(strangers.count, strangers.last))
    ahead = [until for until in waits if until is not None and at < until]
    return max(ahead, default=None)


def seconds_of(ladder: Ladder, counted: Counted, *, at: datetime) -> int:
    """Whole seconds until the next one may come; 0: now."""
    until = ladder.wait_until(counted.count, counted.last)
    if until is None or at >= until:
        return 0
    return -(-(until - at) // timedelta(seconds=1))
