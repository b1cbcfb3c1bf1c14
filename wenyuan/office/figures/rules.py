"""What is counted, how a period is written, and which branches belong to a subtree on which days."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from wenyuan.office.figures.data import (
    WHOLE,
    BadPeriod,
    BadSlice,
    IndicatorCode,
    Period,
    PeriodReason,
    Slice,
    WantedRows,
)
from wenyuan.organisation.network.data import NetworkMap

EVERYTHING = "all"
"""How an address and the command line write the whole network."""
NO_LETTER = "-"
"""How an address writes what has no class."""
MOST_DAYS = 3_660
"""Ten years: a longer period is a slip, and its days make no chart."""
FIRST_YEAR = 1900
_YEAR = re.compile(r"(?<![0-9-])[0-9]{4}")


def parse_period(text: str) -> Period:
    """The period that a text names: ``2026``, ``2026-H1``, ``2026-Q2``, ``2026-04``, ``2026-W17`` (ISO 8601 week),
    ``2026-04-23``, or any two of them with ``..`` between, from the first day of the one to the last of the other.

    Letters in any case and full-width characters are read too.

    :raises BadPeriod: when it names none, one that ends before it begins, or more than ten years.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    first_text, dots, last_text = plain.partition("..")
    first, last = _span(first_text, text), _span(last_text if dots else first_text, text)
    if last[1] < first[0]:
        raise BadPeriod(PeriodReason.ENDS_BEFORE_IT_BEGINS, text)
    if (last[1] - first[0]).days >= MOST_DAYS:
        raise BadPeriod(PeriodReason.TOO_LONG, text)
    return Period(plain, first[0], last[1])


def year_before(period: Period) -> Period | None:
    """The same period a year earlier; nothing where it has no counterpart (the 29th of February)."""
    try:
        return parse_period(_YEAR.sub(lambda found: f"{int(found.group()) - 1:04d}", period.text))
    except BadPeriod:
        return None


def up_to(period: Period, last: date) -> Period:
    """The period as far as that day, itself where it ends by then.

    :raises BadPeriod: it begins after that day.
    """
    return period if period.last_date <= last else parse_period(f"{period.first_date}..{last}")


def same_days_before(period: Period, last: date) -> Period | None:
    """The days of the period as far as ``last``, a year earlier; from the 29th of February on as far as the day before.
    Of weeks those of the same number, as many days from their Monday on, so that Mondays stand beside Mondays. Nothing
    where the year before has no such days.

    :raises BadPeriod: the period begins after that day.
    """
    counted = up_to(period, last)
    if "-W" in period.text:
        weeks = year_before(period)
        return weeks and up_to(weeks, weeks.first_date + (counted.last_date - counted.first_date))
    day_before = counted.last_date - timedelta(days=1)
    return year_before(counted) or (
        year_before(up_to(counted, day_before)) if counted.first_date <= day_before else None
    )


Span = tuple[date, date]


def _months(year: int, first: int, count: int) -> Span:
    """``count`` months from the month ``first`` on; they stay within the year."""
    following = date(year + 1, 1, 1) if first + count > 12 else date(year, first + count, 1)
    return date(year, first, 1), following - timedelta(days=1)


def _week(year: int, week: int) -> Span:
    monday = date.fromisocalendar(year, week, 1)
    return monday, monday + timedelta(days=6)


def _one_day(year: int, month: int, day: int) -> Span:
    return (date(year, month, day),) * 2


FORMS: tuple[tuple[re.Pattern[str], Callable[..., Span]], ...] = (
    (re.compile(r"([0-9]{4})"), lambda year: _months(year, 1, 12)),
    (re.compile(r"([0-9]{4})-H([12])"), lambda year, half: _months(year, half * 6 - 5, 6)),
    (re.compile(r"([0-9]{4})-Q([1-4])"), lambda year, quarter: _months(year, quarter * 3 - 2, 3)),
    (re.compile(r"([0-9]{4})-([0-9]{2})"), lambda year, month: _months(year, month, 1)),
    (re.compile(r"([0-9]{4})-W([0-9]{2})"), _week),
    (re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"), _one_day),
)


def _span(plain: str, given: str) -> Span:
    for form, days in FORMS:
        if found := form.fullmatch(plain):
            numbers = [int(part) for part in found.groups()]
            if not FIRST_YEAR <= numbers[0] < MAXYEAR:
                raise BadPeriod(PeriodReason.NO_SUCH_DATE, given)
            try:
                return days(*numbers)
            except ValueError as error:
                raise BadPeriod(PeriodReason.NO_SUCH_DATE, given) from error
    raise BadPeriod(PeriodReason.UNREADABLE, given)


@dataclass(frozen=True, slots=True)
class Membership:
    """A branch belonged to the subtree from ``first_date`` to ``last_date``, both included."""

    branch_id: int
    first_date: date
    last_date: date


def memberships(network: NetworkMap, *, branch_id: int, period: Period) -> tuple[Membership, ...]:
    """Which branches stood in the subtree on which days of the period; spans of one branch neither touch nor overlap.

    The tree only changes on days when a placement begins or ends, so it is looked at on those and on the first day.
    """
    bounds = {
        bound
        for spans in network.placements.values()
        for _, span in spans
        for bound in (span.first, span.end)
        if bound is not None and period.first_date < bound <= period.last_date
    }
    cuts = sorted(bounds | {period.first_date})
    ends = [cut - timedelta(days=1) for cut in cuts[1:]] + [period.last_date]
    running: dict[int, Membership] = {}
    done: list[Membership] = []
    for first, last in zip(cuts, ends, strict=True):
        standing = network.subtree(branch_id, first)
        done += [running.pop(gone) for gone in running.keys() - standing]
        for member in standing:
            since = running[member].first_date if member in running else first
            running[member] = Membership(member, since, last)
    return tuple(sorted([*done, *running.values()], key=lambda one: (one.branch_id, one.first_date)))


def whole_months(first: date, last: date, spans: Iterable[Span]) -> list[date]:
    """The months between two days that lie there as a whole and in which none of these spans begins or ends."""
    edges = {edge for begins, ends in spans for edge in (begins - timedelta(days=1), ends)}
    found = []
    for month in Period("", first, last).months():
        following = _months(month.year, month.month, 1)[1]
        cut = any(month <= edge < following for edge in edges)
        if month >= first and following <= last and not cut:
            found.append(month)
    return found


def link_terms(wanted: WantedRows) -> dict[str, str]:
    """The terms of an address that opens these rows; ``rows_wanted`` reads them."""
    part = wanted.part
    terms = {
        "indicator": wanted.indicator.value,
        "period": wanted.period.text,
        "branch": wanted.branch or EVERYTHING,
        "at": "" if part.at_branch_id is None else str(part.at_branch_id),
        "area": "" if part.area_id is None else str(part.area_id),
        "day": part.day.isoformat() if part.day else "",
        "point": "" if part.point_id is None else str(part.point_id),
        "month": part.month.isoformat()[:7] if part.month else "",
        "hour": "" if part.hour is None else str(part.hour),
        "class": "" if part.letter is None else part.letter or NO_LETTER,
    }
    return {name: value for name, value in terms.items() if value}


def rows_wanted(terms: Mapping[str, str]) -> WantedRows:
    """What the terms of an address ask for. Whether the branch exists is the query's question.

    :raises BadPeriod: ``period`` names none.
    :raises BadSlice: another term is missing or cannot be read.
    """
    try:
        indicator = IndicatorCode(terms.get("indicator", ""))
    except ValueError as error:
        raise BadSlice("indicator") from error
    branch = terms.get("branch") or EVERYTHING
    part = Slice(
        at_branch_id=_number(terms, "at"),
        area_id=_number(terms, "area"),
        day=_date(terms, "day", ""),
        month=_date(terms, "month", "-01"),
        point_id=_number(terms, "point"),
        hour=_hour(terms),
        letter=_letter(terms),
    )
    if sum(one is not None for one in (part.point_id, part.hour, part.letter)) > 1:
        raise BadSlice("class" if part.letter is not None else "hour")
    return WantedRows(
        indicator=indicator,
        period=parse_period(terms.get("period", "")),
        branch=None if branch == EVERYTHING else branch,
        part=WHOLE if part == WHOLE else part,
    )


def _number(terms: Mapping[str, str], name: str) -> int | None:
    text = terms.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise BadSlice(name)
    return int(text)


def _hour(terms: Mapping[str, str]) -> int | None:
    hour = _number(terms, "hour")
    if hour is not None and not (1 <= hour // 100 <= 7 and hour % 100 < 24):
        raise BadSlice("hour")
    return hour


def _letter(terms: Mapping[str, str]) -> str | None:
    letter = terms.get("class", "")
    if len(letter) > 1:
        raise BadSlice("class")
    return "" if letter == NO_LETTER else letter or None


def _date(terms: Mapping[str, str], name: str, ending: str) -> date | None:
    text = terms.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}", text + ending):
        raise BadSlice(name)
    try:
        found = date.fromisoformat(text + ending)
    except ValueError as error:
        raise BadSlice(name) from error
    if not FIRST_YEAR <= found.year < MAXYEAR:
        raise BadSlice(name)
    return found


def narrowed(period: Period, part: Slice) -> Span | None:
    """First and last day of the period that the part leaves, or nothing where they have no day in common."""
    first, last = period.first_date, period.last_date
    if part.month is not None:
        month_first, month_last = _months(part.month.year, part.month.month, 1)
        first, last = max(first, month_first), min(last, month_last)
    if part.day is not None:
        first, last = max(first, part.day), min(last, part.day)
    return (first, last) if first <= last else None
