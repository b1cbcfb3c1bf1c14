"""What circulation does by the clock: one line into a verb each."""

from datetime import datetime

from wenyuan.lending.circulation.operations import expire_holds, forget_ended_holds
from wenyuan.plumbing.queue import every


@every("7 * * * *", "circulation.expire_holds")
def expire(at: datetime) -> None:
    """Hourly, so that a night without a worker is made up for: holds whose last day has passed."""
    expire_holds(at=at)


@every("37 * * * *", "circulation.forget_ended_holds")
def forget(at: datetime) -> None:
    """Hourly: readers of holds that ended long ago."""
    forget_ended_holds(at=at)
