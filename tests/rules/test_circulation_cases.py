"""Worked cases of due dates and calendars, by their ids in ``docs/circulation/cases.md``.

Where the house has a rule of its own the case says so, with our date.
"""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from wenyuan.kernel.opening import DayException, Hours, OpeningCalendar, WeeklyHours
from wenyuan.lending.circulation.policies import Policy
from wenyuan.lending.circulation.rules import due_of_loan

LONDON = ZoneInfo("Europe/London")
DAY = (Hours(time(9), time(17)),)
WEEKDAYS = WeeklyHours.by_weekday(dict.fromkeys(range(5), DAY))
EVERY_DAY = OpeningCalendar()


def shut(*days: date, weekly: tuple[WeeklyHours, ...] = (), opened: tuple[date, ...] = ()) -> OpeningCalendar:
    """Closed on these days, and open on others against the week."""
    exceptions = [DayException(day) for day in days] + [DayException(day, DAY) for day in opened]
    return OpeningCalendar(weekly=list(weekly), exceptions=exceptions)


OFFICE = shut(date(2011, 6, 1), date(2012, 7, 4), date(2012, 12, 25), weekly=(WEEKDAYS,), opened=(date(2012, 11, 11),))


def policy(**kinds: object) -> Policy:
    return Policy(row_id=1, **{"loan_days": 10, "renewal_days": 7, **kinds})  # type: ignore[arg-type] # shorthand


@pytest.mark.parametrize(
    ("terms", "lent_on", "calendar", "due"),
    [
        pytest.param(policy(), date(2013, 2, 9), EVERY_DAY, date(2013, 2, 19), id="C001 ten days"),
        pytest.param(policy(), date(2013, 2, 9), shut(date(2013, 2, 19)), date(2013, 2, 20), id="C006 next open day"),
        pytest.param(
            policy(loan_days=7),
            date(2013, 2, 9),
            shut(date(2013, 2, 16), date(2013, 2, 23), date(2013, 3, 2)),
            date(2013, 2, 17),
            id="C011 ours: the next open day, not the same weekday",
        ),
        pytest.param(
            policy(loan_days=2), date(2012, 7, 3), OFFICE, date(2012, 7, 5), id="C028 only the last day counts"
        ),
        pytest.param(
            policy(loan_days=7), date(2012, 7, 23), OFFICE, date(2012, 7, 30), id="C033 ours: closed days count"
        ),
        pytest.param(policy(loan_days=7), date(2018, 3, 14), EVERY_DAY, date(2018, 3, 21), id="C085 a week"),
        pytest.param(
            policy(loan_days=14, fixed_due_date=date(2018, 3, 31), fixed_due_rule="not_after"),
            date(2018, 3, 11),
            EVERY_DAY,
            date(2018, 3, 25),
            id="C090 before a fixed date",
        ),
        pytest.param(
            policy(loan_days=1, on_closed_day="keep"),
            date(2019, 2, 1),
            shut(weekly=(WEEKDAYS,)),
            date(2019, 2, 2),
            id="C095 kept on a closed day",
        ),
    ],
)
def test_a_worked_loan_falls_due(terms: Policy, lent_on: date, calendar: OpeningCalendar, due: date) -> None:
    answer = due_of_loan(terms, today=lent_on, calendar=calendar, zone=LONDON)

    assert answer.day == due


def test_a_worked_loan_is_due_by_the_librarys_clock_c100() -> None:
    due = due_of_loan(
        policy(loan_days=1), today=date(2018, 12, 14), calendar=EVERY_DAY, zone=ZoneInfo("America/New_York")
    )

    assert due.at.astimezone(UTC).replace(microsecond=0) == datetime(2018, 12, 16, 4, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        pytest.param(date(2012, 11, 24), False, id="C020 a Saturday"),
        pytest.param(date(2011, 6, 2), True, id="C025 the day after a closed one"),
        pytest.param(date(2012, 11, 11), True, id="an open Sunday"),
    ],
)
def test_a_worked_day_is_open_or_closed(day: date, is_open: bool) -> None:
    assert OFFICE.is_open_on(day) == is_open


def test_every_worked_case_has_a_test_or_a_reason(project_root: Path) -> None:
    page = (project_root / "docs/circulation/cases.md").read_text("utf-8")
    rows = re.findall(r"^\| (C\d{3}) \|.*\| (.*) \|$", page, re.MULTILINE)

    assert len({case for case, _ in rows}) == len(rows) == 46
    assert [case for case, answer in rows if not re.search(r"`test_\w+`|\*(left|not kept)\*", answer)] == []


def test_a_case_that_a_test_names_is_told_with_that_test(project_root: Path) -> None:
    """Both ways: a test that carries an id in its name or its parameters stands in the row of that id."""
    page = (project_root / "docs/circulation/cases.md").read_text("utf-8")
    told = {
        (case, name)
        for case, row in re.findall(r"^\| (C\d{3}) \|(.*)$", page, re.MULTILINE)
        for name in re.findall(r"`(test_\w+)`", row)
    }
    carried = {
        (f"C{number}", name)
        for path in (project_root / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+_c\d{3}\w*)\(", path.read_text("utf-8"))
        for number in re.findall(r"_c(\d{3})", name)
    }

    assert carried
    assert carried - told == set()
