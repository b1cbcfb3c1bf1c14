"""Moments as SIP2 shows them: naive, by the library's clock."""

from datetime import datetime

from wenyuan.plumbing.clock import local


def printed(at: datetime) -> datetime:
    """The library's own time of an aware moment, without its zone."""
    return local(at).replace(tzinfo=None)
