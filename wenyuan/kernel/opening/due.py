"""Due dates: a loan falls due at the end of a local day on which its branch is open.

A loan keeps its *base due date* (lending day plus loan days, plain calendar days). Its due date is a pure
function of that base and of the calendar in force: when a closure is added or withdrawn, ``place_due_date``
is asked again with the same base and gives the date that would have been given from the start.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum

from wenyuan.kernel.opening.days import OpeningCalendar

_LAST_SECOND = time(23, 59, 59, fold=1)


class OnClosedDay(Enum):
    """What becomes of a due date that falls on a closed day."""

    NEXT = "next"
    PREVIOUS = "previous"
    KEEP = "keep"


class RenewFrom(Enum):
    """The day a renewal's days are counted from."""

    TODAY = "today"
    DUE_DATE = "due_date"


def base_due_date(*, lent_on: date, loan_days: int) -> date:
    """The day ``loan_days`` calendar days after lending; 0 means the lending day itself. Closed days count.

    :raises ValueError: for negative days.
    """
    if loan_days < 0:
        raise ValueError(f"loan days cannot be negative: {loan_days}")
    return lent_on + timedelta(days=loan_days)


def due_date(
    *,
    lent_on: date,
    loan_days: int,
    calendar: OpeningCalendar,
    on_closed: OnClosedDay = OnClosedDay.NEXT,
    not_after: date | None = None,
) -> date:
    """The due date of a loan made on ``lent_on``, by the lending branch's calendar; see ``place_due_date``.

    :raises ValueError: for negative loan days.
    """
    return place_due_date(
        base=base_due_date(lent_on=lent_on, loan_days=loan_days),
        earliest=lent_on,
        calendar=calendar,
        on_closed=on_closed,
        not_after=not_after,
    )


def place_due_date(
    *,
    base: date,
    earliest: date,
    calendar: OpeningCalendar,
    on_closed: OnClosedDay = OnClosedDay.NEXT,
    not_after: date | None = None,
) -> date:
    """Turn a base due date into the due date under the closures now in force.

    - ``NEXT`` takes the base, or the next open day. ``PREVIOUS`` takes the base, or the open day before it,
      unless that lies before ``earliest``: then the next one. ``KEEP`` leaves the base where it is.
    - Where the calendar has no open day within a year of the base, it gives no guidance and the base stands.
    - Beyond ``not_after`` (a card's last valid day) the date goes back to the last open day not after it.
      With ``KEEP``, or with no open day between ``earliest`` and ``not_after``, it is ``not_after`` itself.
    - Never before ``earliest`` (the lending day), even for a card that has already run out: refusing such a
      loan is the lending rules' matter.
    """
    day = _on_open_day(base, earliest, calendar, on_closed)
    if not_after is not None and day is not None and day > not_after:
        day = None if on_closed is OnClosedDay.KEEP else _last_open(calendar, earliest, not_after)
    if day is None:
        day = base if not_after is None else min(base, not_after)
    return max(day, earliest)


def _on_open_day(base: date, earliest: date, calendar: OpeningCalendar, on_closed: OnClosedDay) -> date | None:
    """The base moved off a closed day, whatever the card's end; ``None`` when it has nowhere to go."""
    if on_closed is OnClosedDay.KEEP:
        return base
    if on_closed is OnClosedDay.PREVIOUS:
        before = _last_open(calendar, earliest, base)
        if before is not None:
            return before
    return calendar.next_open_date(base, inclusive=True)


def _last_open(calendar: OpeningCalendar, earliest: date, last: date) -> date | None:
    """The last open day from ``earliest`` to ``last``, if there is one."""
    day = calendar.previous_open_date(last, inclusive=True)
    return day if day is not None and day >= earliest else None


def renewed_base_due_date(
    *, current_due: date, today: date, renewal_days: int, count_from: RenewFrom = RenewFrom.TODAY
) -> date:
    """The base due date a renewal gives: ``renewal_days`` after today or after the current due date.

    Never before the current due date, so a renewal cannot shorten a loan. A renewal that leaves the date as
    it is may be refused by the caller.

    :raises ValueError: for negative days.
    """
    start = today if count_from is RenewFrom.TODAY else current_due
    return max(current_due, base_due_date(lent_on=start, loan_days=renewal_days))


def renewed_due_date(
    *,
    current_due: date,
    today: date,
    renewal_days: int,
    calendar: OpeningCalendar,
    count_from: RenewFrom = RenewFrom.TODAY,
    on_closed: OnClosedDay = OnClosedDay.NEXT,
    not_after: date | None = None,
) -> date:
    """The due date after a renewal: placed as any other, never before the current due date, nor before today.

    :raises ValueError: for negative days.
    """
    return place_due_date(
        base=renewed_base_due_date(
            current_due=current_due, today=today, renewal_days=renewal_days, count_from=count_from
        ),
        earliest=max(current_due, today),
        calendar=calendar,
        on_closed=on_closed,
        not_after=not_after,
    )


def end_of_local_day(day: date, zone: tzinfo) -> datetime:
    """The last second, 23:59:59, of a local day, as an instant in UTC.

    Where clocks are set back over midnight 23:59:59 comes twice, and the second is meant; on a day that a
    zone left out altogether, the end of the day before it.
    """
    return datetime.combine(day, _LAST_SECOND, zone).astimezone(UTC)


def local_day(at: datetime, zone: tzinfo) -> date:
    """The local date of an instant.

    :raises ValueError: for a datetime without a zone.
    """
    _refuse_naive(at)
    return at.astimezone(zone).date()


def is_overdue(*, due_at: datetime, at: datetime) -> bool:
    """Whether an instant lies past the due instant; the due second itself is still in time.

    :raises ValueError: for a datetime without a zone.
    """
    _refuse_naive(due_at)
    _refuse_naive(at)
    return at > due_at


def days_overdue(*, due: date, on: date, calendar: OpeningCalendar, count_closed: bool) -> int:
    """How many days late a return on ``on`` is; 0 when in time. It counts the day of return, not the due day.

    Without ``count_closed`` only days on which the branch is open count, so nobody is late for a closed door.
    """
    if on <= due:
        return 0
    if count_closed:
        return (on - due).days
    return len(calendar.open_dates_between(due + timedelta(days=1), on))


def _refuse_naive(at: datetime) -> None:
    if at.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {at}")
