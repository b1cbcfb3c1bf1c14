"""Background work of this room: one line into a verb."""

from datetime import datetime

from wenyuan.plumbing.queue import every
from wenyuan.services.visits.operations import settle_counters


@every("*/5 * * * *", "visits.settle_counters")
def settle(at: datetime) -> None:
    """Every five minutes: hours that have passed, and whatever changed in earlier ones, go into the journal."""
    settle_counters(at=at)
