"""Opening in words: what a reader wants to know before setting out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.portal.words import short_day
from wenyuan.kernel.opening import WHOLE_DAY, DayKind, DayStatus, Hours, OpeningCalendar
from wenyuan.organisation.network.data import BranchFacts, ClosureFacts, OpeningToday
from wenyuan.organisation.network.queries import get_notice
from wenyuan.plumbing.clock import local

CLOSING_SOON: Final = 60
"""Minutes before closing from which on a page says so."""

AHEAD_DAYS: Final = 60
"""How far a branch's page looks ahead for days that differ from its week."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A branch today. ``shape`` and ``word`` make the tag; ``hours`` are today's; ``note`` says why, or when next."""

    branch: BranchFacts
    shape: str
    word: str
    hours: str = ""
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody could go in now."""
        return self.shape in ("in", "soon")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a week or of the days ahead, in words."""

    day: date
    shape: str
    word: str
    hours: str
    reason: str
    is_today: bool = False


@dataclass(frozen=True, slots=True)
class Shut:
    """A closure that runs or is to come; ``last`` is none until further notice. ``what`` names the area, window or
    service that alone is shut, and is empty for the whole branch."""

    first: date
    last: date | None
    reason: str
    runs: bool
    what: str = ""


def opening_in_words(today: OpeningToday, at: datetime) -> Opening:
    """What the tag of a branch says at this moment.

    Hours that nobody stated are never shown as hours, though such a branch counts as open for due dates.
    """
    here, status = local(at), today.status
    if not status.is_stated:
        return Opening(today.branch, "none", gettext("Hours not stated"))
    if not status.hours:
        return Opening(today.branch, "stop", gettext("Closed today"), note=_why_and_when(today))
    hours = hours_words(status.hours)
    minute = here.hour * 60 + here.minute
    for span in status.hours:
        if minute < span.opens_minute:
            word = gettext("Opens at %(time)s") % {"time": f"{span.opens.hour}:{span.opens:%M}"}
            return Opening(today.branch, "out", word, hours, status.reason)
        if minute < span.closes_minute:
            if span.closes_minute - minute <= CLOSING_SOON and span != status.hours[-1]:
                word = gettext("Break from %(time)s") % {"time": _closing(span)}
                return Opening(today.branch, "soon", word, hours, status.reason)
            if span.closes_minute - minute <= CLOSING_SOON and not _goes_on(span):
                word = gettext("Closes at %(time)s") % {"time": _closing(span)}
                return Opening(today.branch, "soon", word, hours, status.reason)
            return Opening(today.branch, "in", gettext("Open now"), hours, status.reason)
    return Opening(today.branch, "out", gettext("Closed for today"), hours, next_words(today))


def _goes_on(span: Hours) -> bool:
    """A span to midnight is a 24-hour place's: it does not close, the calendar's day does."""
    return span == WHOLE_DAY


def _why_and_when(today: OpeningToday) -> str:
    return gettext(", ").join(part for part in (today.status.reason, next_words(today)) if part)


def next_words(today: OpeningToday) -> str:
    """When a branch opens next, if that is known."""
    following = today.next_open_date
    if following is None:
        return ""
    if following - today.status.day == timedelta(days=1):
        return gettext("open tomorrow")
    return gettext("open again %(day)s") % {"day": short_day(following)}


def hours_words(hours: tuple[Hours, ...]) -> str:
    """``9:00–12:00, 13:30–17:00``; round the clock in words; nothing for no hours."""
    if hours == (WHOLE_DAY,):
        return gettext("Round the clock")
    return gettext(", ").join(f"{span.opens.hour}:{span.opens:%M}–{_closing(span)}" for span in hours)


def _closing(span: Hours) -> str:
    return "24:00" if span.closes_minute == 24 * 60 else f"{span.closes.hour}:{span.closes:%M}"


_DAYS: Final = {
    DayKind.OPEN: ("in", _("Open")),
    DayKind.EXCEPTION_OPEN: ("soon", _("Other hours")),
    DayKind.WEEKLY_CLOSED: ("out", _("Closed")),
    DayKind.EXCEPTION_CLOSED: ("stop", _("Closed")),
    DayKind.CLOSURE: ("stop", _("Closed")),
    DayKind.NOT_STATED: ("none", _("Not stated")),
}


def day_in_words(status: DayStatus, *, today: date) -> Day:
    """One day of a calendar."""
    shape, word = _DAYS[status.kind]
    return Day(status.day, shape, str(word), hours_words(status.hours), status.reason, status.day == today)


def week_in_words(calendar: OpeningCalendar, today: date) -> list[Day]:
    """Today and the six days after it; nothing where no hours are stated on any of them."""
    days = [calendar.day_status(today + timedelta(days=ahead)) for ahead in range(7)]
    if not any(status.is_stated for status in days):
        return []
    return [day_in_words(status, today=today) for status in days]


def other_days(calendar: OpeningCalendar, today: date) -> list[Day]:
    """The days of the next weeks, from today on, that do something else than their week: holidays, working weekends."""
    ahead = (calendar.day_status(today + timedelta(days=offset)) for offset in range(AHEAD_DAYS))
    kinds = (DayKind.EXCEPTION_OPEN, DayKind.EXCEPTION_CLOSED)
    return [day_in_words(status, today=today) for status in ahead if status.kind in kinds]


def closures_in_words(
    closures: tuple[ClosureFacts, ...], today: date, *, areas: Mapping[int, str], points: Mapping[int, str]
) -> list[Shut]:
    """Closures that stand, the first one at the top; ``areas`` and ``points`` are names of the branch's by id."""
    standing = [closure for closure in closures if closure.withdrawn_at is None]
    return [
        Shut(
            closure.first_date,
            closure.last_date,
            closure.reason,
            closure.first_date <= today,
            _what(closure, areas, points),
        )
        for closure in sorted(standing, key=lambda closure: (closure.first_date, closure.id))
    ]


def _what(closure: ClosureFacts, areas: Mapping[int, str], points: Mapping[int, str]) -> str:
    """What alone is shut; nothing for a whole branch."""
    part = areas.get(closure.area_id or 0) or points.get(closure.service_point_id or 0) or ""
    if closure.shuts_door:
        return part
    notice = get_notice(closure.notice_id) if closure.notice_id is not None else None
    if notice is None:
        return part
    services = [
        word
        for shut, word in (
            (notice.shuts.book_drop, gettext("the book drop")),
            (notice.shuts.digital, gettext("digital services")),
        )
        if shut
    ]
    return gettext(", ").join(filter(None, [part, *services]))
