"""Filters for the staff's lists: numbers, money and days as librarians write them. ``{% load staff %}``."""

from datetime import date

from django.template import Library

from wenyuan.doors.furniture.days import MONTHS_EN, day, is_english, moment, short_day, weekday
from wenyuan.office.figures.data import Unit

__all__ = [
    "blanks",
    "counted",
    "day",
    "moment",
    "month_of",
    "register",
    "short_day",
    "size",
    "thousands",
    "weekday",
    "yuan",
]

register = Library()


@register.filter
def thousands(number: int | None) -> str:
    """``12,406``; nothing for no number."""
    return "" if number is None else f"{number:,}"


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan with two decimals, ``1,280.00``; nothing for no amount."""
    return "" if fen is None else f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


@register.filter
def counted(number: int | None, unit: Unit) -> str:
    """A number of the figures as a page shows it: with commas, money in yuan, minutes of a week in hours."""
    if number is not None and unit is Unit.WEEK_MINUTES:
        return f"{number / 60:.2f}".rstrip("0").rstrip(".")
    return yuan(number) if unit is Unit.FEN else thousands(number)


register.filter("day", day)
register.filter("short_day", short_day)
register.filter("moment", moment)
register.filter("weekday", weekday)


@register.filter
def month_of(value: date) -> str:
    """``2026年4月`` or ``April 2026`` in short."""
    if is_english():
        return f"{MONTHS_EN[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月"


@register.filter
def size(number: int) -> str:
    """A size in bytes as people read it: ``812 B``, ``4.1 kB``, ``12.0 MB``."""
    if number < 1000:
        return f"{number} B"
    return f"{number / 1000:.1f} kB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"


@register.filter
def blanks(signs: str) -> str:
    """Signs one by one, a blank as ``#``: ``# 0 1``."""
    return " ".join(signs.replace(" ", "#"))
