"""What the clock brings: every minute messages go out, every hour old texts are emptied."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from wenyuan.organisation.notices.operations import forget_old, send_due
from wenyuan.plumbing.queue import every


@every("* * * * *", "notices.send")
def send_notices(at: datetime) -> None:
    """Send the messages whose time has come."""
    send_due(clock=clock_from(at))


@every("52 * * * *", "notices.forget")
def forget_old_notices(at: datetime) -> None:
    """Empty what messages said once their time is over."""
    while forget_old(at=at):
        continue


def clock_from(at: datetime) -> Callable[[], datetime]:
    """A clock that shows ``at`` now and goes on from there: sending many messages takes a while."""
    begun = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - begun)
