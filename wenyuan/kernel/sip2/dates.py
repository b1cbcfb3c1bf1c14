"""The eighteen-character time of SIP2: `YYYYMMDDZZZZHHMMSS`."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from wenyuan.kernel.sip2.errors import Reason, Sip2Error

WIDTH = 18
_BLANK = " " * WIDTH
_DIGITS_ONLY = 14
_DAY_BLANK = " " * 8


class SipTime(NamedTuple):
    """A time as the machine gave it; the reader adds the library's time zone when it is not UTC."""

    at: datetime
    """Naive."""
    is_utc: bool


@lru_cache(maxsize=256)
def parse_time(text: str) -> SipTime | None:
    """Reads eighteen characters; blanks mean no time given.

    The zone is UTC when it is `Z` among blanks; blank and everything else is the library's local time.

    :raises Sip2Error: `BAD_DATE`, or `TOO_SHORT` when there are fewer than eighteen characters.
    """
    if text == _BLANK:
        return None
    if len(text) != WIDTH:
        raise Sip2Error(Reason.TOO_SHORT)
    digits = text[:8] + text[12:]
    # int() would also take blanks, underscores and full-width digits
    if not (digits.isascii() and digits.isdigit()):
        raise Sip2Error(Reason.BAD_DATE)
    try:
        at = datetime(  # noqa: DTZ001 - the zone stands beside it
            int(digits[:4]),
            int(digits[4:6]),
            int(digits[6:8]),
            int(digits[8:10]),
            int(digits[10:12]),
            int(digits[12:]),
        )
    except ValueError:
        raise Sip2Error(Reason.BAD_DATE) from None
    return SipTime(at, text[8:12].strip() == "Z")


def take_time(text: str, start: int, *, lenient: bool) -> tuple[SipTime | None, int]:
    """Reads the time at a place in a line, and tells where it ends.

    A lenient reader also takes fourteen digits without the zone, a blank time cut short, and no time at all
    where a field or delimiter follows at once.

    :raises Sip2Error: as `parse_time`.
    """
    end = start + WIDTH
    window = text[start:end]
    if lenient:
        bare = window[:_DIGITS_ONLY]
        if len(bare) == _DIGITS_ONLY and bare.isascii() and bare.isdigit():
            return parse_time(f"{bare[:8]}    {bare[8:]}"), start + _DIGITS_ONLY
        if not window or window[0] == "|" or window[0].isalpha():
            return None, start
        if window.startswith(_DAY_BLANK):
            return None, start + len(window) - len(window.lstrip(" "))
    return parse_time(window), end


def format_time(at: datetime) -> str:
    """A time in the library's own zone as eighteen characters with a blank zone."""
    return f"{at.year:04}{at.month:02}{at.day:02}    {at.hour:02}{at.minute:02}{at.second:02}"
