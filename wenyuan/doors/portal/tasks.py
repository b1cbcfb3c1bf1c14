"""Background work of the portal."""

from datetime import datetime

from wenyuan.doors.portal.sessions import forget_ended
from wenyuan.plumbing.queue import every


@every("35 18 * * *", "portal.forget_ended_sessions")
def forget_ended_sessions(at: datetime) -> None:
    """Sessions that nobody came back to, staff's in the same table too."""
    forget_ended(at=at)
