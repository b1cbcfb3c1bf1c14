"""Closures and due dates: where a loan goes whose day a closure shuts, and how many open days it takes to spread them.

The due date is a pure function of three things: the loan's *base* (what policy, ordinary week, exceptions and card
give, as if there were no closure), the lending branch's calendar with the closures in force, and the reader. Whoever
declares, extends, ends or withdraws closures in whatever order comes to the same dates as if the last word had been
the first.

Not everyone comes back on one morning: readers whose loans fall into a run of shut days are spread over the open days
after it, ``spread_days`` of them. One reader's loans of a run stay together, and a reader's place does not depend on
who else has borrowed what. How wide the spread is does depend on that; it is counted when a closure changes
(``spreads``) and kept on the closure, so that placing one loan never asks about the others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from wenyuan.kernel.opening.days import DayKind, OpeningCalendar, ReturnDays
from wenyuan.kernel.values import light_value

MOST_SPREAD_DAYS = 60
"""No closure gives a reader more than so many open days after it, however many loans there are."""
HORIZON_WEEKS = 3
"""How many whole weeks ahead of today a closure without a last day is reckoned to last at least."""
_DAY = timedelta(days=1)
_GOLDEN = 0x9E3779B97F4A7C15
_WORD = 64


@light_value()
class PlacedDay:
    """A due day. ``after_reopening`` when the branch is shut on it until further notice: the day will move on, and
    readers should be told "after reopening" rather than a date."""

    day: date
    after_reopening: bool = False


def place_after_closures(*, base: date, calendar: OpeningCalendar, reader: int) -> PlacedDay:
    """The due day of a loan with this base under the closures in force.

    A base that no closure shuts stands, also on a day that is closed for another reason. Any other goes to one of the
    open days after the run of shut days that it lies in: the reader's, of ``spread_days``. Where no open day ever
    follows, the base stands. Never before the base.

    :param reader: a number that stays the reader's; loans of one reader in one run fall due together.
    """
    goal = calendar.return_days(base)
    day = base if goal is None else goal.days[slot_of(reader, len(goal.days))]
    return PlacedDay(day, is_after_reopening(day, calendar))


def is_after_reopening(due: date, calendar: OpeningCalendar) -> bool:
    """Whether a due day lies in a closure without a last day."""
    if calendar.day_status(due).kind is not DayKind.CLOSURE:
        return False
    return any(closure.last_date is None and closure.first_date <= due for closure in calendar.closures)


def slot_of(reader: int, width: int) -> int:
    """A reader's place among ``width`` days, 0 the first; the same on every machine and for ever.

    Multiplicative hashing by the golden ratio: numbers given one after another fall evenly.
    """
    return ((reader * _GOLDEN) % (1 << _WORD)) * width >> _WORD


def horizon_of(today: date) -> date:
    """Up to which day a closure without a last day is reckoned to last: the Sunday that ends the third week after this.

    It depends on nothing but the day, so that closures of one branch agree; it moves once a week, so that due dates do
    not creep every night.
    """
    return today + timedelta(days=6 - today.weekday() + 7 * HORIZON_WEEKS)


def spreads(loans: Iterable[tuple[int, date]], calendar: OpeningCalendar) -> Mapping[int, int]:
    """How many open days each closure of the calendar needs, by closure id, for loans given as (reader, base).

    The least number of days, at most ``MOST_SPREAD_DAYS``, for which the run puts on no day more loans than the
    strictest ``most_a_day`` of its closures; where none is enough (one reader alone has more), the one with the fewest
    on the fullest day. A run that an earlier one reaches into is given as many days as the loans of both need, so that
    a day holds little more than the limit. Closures that touch no loan, or do not limit, need one day.
    """
    needed = {closure.id: 1 for closure in calendar.closures}
    load: Counter[date] = Counter()
    for goal, readers in _runs(loans, calendar):
        limits = [closure.most_a_day for closure in goal.by if closure.most_a_day]
        days = calendar.open_again(goal.days[0] - _DAY, count=MOST_SPREAD_DAYS if limits else 1)
        width = _width(readers, days, load, min(limits)) if limits else 1
        load += _put(readers, days, width)
        for closure in goal.by:
            needed[closure.id] = max(needed[closure.id], width)
    return needed


def _runs(loans: Iterable[tuple[int, date]], calendar: OpeningCalendar) -> list[tuple[ReturnDays, Counter[int]]]:
    """The runs of shut days that loans lie in, the earliest first, each with how many loans each reader has in it."""
    readers: dict[date, Counter[int]] = defaultdict(Counter)
    goals: dict[date, ReturnDays] = {}
    for reader, base in loans:
        if (goal := calendar.return_days(base)) is not None:
            goals.setdefault(goal.days[0], goal)
            readers[goal.days[0]][reader] += 1
    return [(goals[reopening], readers[reopening]) for reopening in sorted(goals)]


def _width(readers: Counter[int], days: tuple[date, ...], load: Counter[date], most: int) -> int:
    """How many of ``days`` one run needs; ``load`` is what earlier runs put on them."""
    carried = sum(load[day] for day in days)
    least = -(-(carried + sum(min(count, most) for count in readers.values())) // most)
    best, fewest = 1, readers.total() + 1
    for width in range(min(least, len(days)), len(days) + 1):
        fullest = max(_put(readers, days, width).values())
        if fullest < fewest:
            best, fewest = width, fullest
        if fullest <= most:
            break
    return best


def _put(readers: Counter[int], days: tuple[date, ...], width: int) -> Counter[date]:
    """How many loans each day gets when the run is spread over that many."""
    put: Counter[date] = Counter()
    for reader, count in readers.items():
        put[days[slot_of(reader, width)]] += count
    return put
