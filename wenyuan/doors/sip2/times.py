"""Moments as SIP2 shows them: naive, by the library's clock."""

from datetime import date, datetime

from wenyuan.plumbing.clock import local


def printed(at: datetime) -> datetime:
    """The library's own time of an aware moment, without its zone."""
    return local(at).replace(tzinfo=None)


def date_in(text: str) -> date | None:
    """The day of a field that holds a SIP2 time, or only its eight digits of the day; none where it holds neither."""
    digits = text[:8]
    if len(digits) < 8 or not digits.isascii() or not digits.isdigit():
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
