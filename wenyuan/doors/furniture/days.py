"""Days and hours as the library writes them, in the language of the page or slip."""

from datetime import date, datetime

from django.utils.translation import get_language, gettext

from wenyuan.kernel.opening import WHOLE_DAY, Hours
from wenyuan.plumbing.clock import local

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date | None) -> str:
    """A date with its weekday: ``2026年4月25日 周六`` or ``Sat 25 Apr 2026``; nothing for no date."""
    if value is None:
        return ""
    if is_english():
        return f"{weekday(value.weekday())} {value.day} {MONTHS_EN[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日 {weekday(value.weekday())}"


def short_day(value: date | None) -> str:
    """A date of a year that is plain from the page: ``4月25日 周六`` or ``Sat 25 Apr``."""
    if value is None:
        return ""
    if is_english():
        return f"{weekday(value.weekday())} {value.day} {MONTHS_EN[value.month - 1]}"
    return f"{value.month}月{value.day}日 {weekday(value.weekday())}"


def near_day(value: date, *, today: date) -> str:
    """A date with its year only where that is another than today's."""
    return short_day(value) if value.year == today.year else day(value)


def moment(value: datetime | None) -> str:
    """An aware moment by the library's clock: its day and ``09:05``."""
    if value is None:
        return ""
    here = local(value)
    return f"{day(here.date())} {here:%H:%M}"


def weekday(number: int) -> str:
    """The name of a weekday, 0 for Monday."""
    return _WEEKDAYS_EN[number] if is_english() else f"周{_WEEKDAYS_ZH[number]}"


def hours_words(hours: tuple[Hours, ...]) -> str:
    """``9:00–12:00, 13:30–17:00``; round the clock in words; nothing for no hours."""
    if hours == (WHOLE_DAY,):
        return gettext("Round the clock")
    return gettext(", ").join(f"{span.opens.hour}:{span.opens:%M}–{_closing(span)}" for span in hours)


def _closing(span: Hours) -> str:
    return "24:00" if span.closes_minute == 24 * 60 else f"{span.closes.hour}:{span.closes:%M}"


def is_english() -> bool:
    """Whether pages are in English now; they are in Chinese otherwise."""
    return (get_language() or "").startswith("en")
