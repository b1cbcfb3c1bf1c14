"""Filters for the staff's lists: numbers, money and days as librarians write them. ``{% load staff %}``."""

from datetime import date, datetime

from django.template import Library
from django.utils.translation import get_language

from wenyuan.plumbing.clock import local

register = Library()

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@register.filter
def thousands(number: int | None) -> str:
    """``12,406``; nothing for no number."""
    return "" if number is None else f"{number:,}"


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan with two decimals, ``1,280.00``; nothing for no amount."""
    return "" if fen is None else f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


@register.filter
def day(value: date | None) -> str:
    """A date with its weekday: ``2026年4月25日 周六`` or ``Sat 25 Apr 2026``; nothing for no date."""
    if value is None:
        return ""
    if _is_english():
        return f"{_WEEKDAYS_EN[value.weekday()]} {value.day} {_MONTHS_EN[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日 周{_WEEKDAYS_ZH[value.weekday()]}"


@register.filter
def short_day(value: date | None) -> str:
    """A date of a year that is plain from the page: ``4月25日 周六`` or ``Sat 25 Apr``."""
    if value is None:
        return ""
    if _is_english():
        return f"{_WEEKDAYS_EN[value.weekday()]} {value.day} {_MONTHS_EN[value.month - 1]}"
    return f"{value.month}月{value.day}日 周{_WEEKDAYS_ZH[value.weekday()]}"


@register.filter
def moment(value: datetime | None) -> str:
    """An aware moment by the library's clock: its day and ``09:05``."""
    if value is None:
        return ""
    here = local(value)
    return f"{day(here.date())} {here:%H:%M}"


@register.filter
def weekday(number: int) -> str:
    """The name of a weekday, 0 for Monday."""
    return _WEEKDAYS_EN[number] if _is_english() else f"周{_WEEKDAYS_ZH[number]}"


@register.filter
def month_of(value: date) -> str:
    """``2026年4月`` or ``April 2026`` in short."""
    if _is_english():
        return f"{_MONTHS_EN[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月"


@register.filter
def size(number: int) -> str:
    """A size in bytes as people read it: ``812 B``, ``4.1 kB``, ``12.0 MB``."""
    if number < 1000:
        return f"{number} B"
    return f"{number / 1000:.1f} kB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
