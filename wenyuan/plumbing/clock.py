"""Local days and hours of an aware moment; the library's zone is ``WENYUAN_TZ``."""

from datetime import date, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings


@cache
def library_zone() -> ZoneInfo:
    """The library's time zone: one for the life of a process."""
    return ZoneInfo(settings.TIME_ZONE)


@lru_cache(maxsize=64)  # one act asks for the day, the hour and the words of the same moment
def local(at: datetime) -> datetime:
    """The same moment by the library's clock. :raises ValueError: when ``at`` is naive."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(library_zone())


def local_date(at: datetime) -> date:
    """The library's calendar day of a moment."""
    return local(at).date()


def local_hour(at: datetime) -> int:
    """The library's hour of a moment, 0 to 23."""
    return local(at).hour
