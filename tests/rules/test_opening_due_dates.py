"""Due dates: on an open day, at the end of the local day, a pure function of base and closures."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.opening import (
    Closure,
    DayException,
    Hours,
    OnClosedDay,
    OpeningCalendar,
    RenewFrom,
    WeeklyHours,
    base_due_date,
    days_overdue,
    due_date,
    end_of_local_day,
    is_overdue,
    local_day,
    place_due_date,
    renewed_base_due_date,
    renewed_due_date,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
BEIRUT = ZoneInfo("Asia/Beirut")

DAY = (Hours(time(9), time(17)),)
MONDAYS_CLOSED = WeeklyHours.by_weekday(dict.fromkeys(range(1, 7), DAY))
NEVER_OPEN = WeeklyHours(((),) * 7)
NO_HOURS = OpeningCalendar()


def closed_on(*days: date) -> OpeningCalendar:
    return OpeningCalendar(exceptions=[DayException(day) for day in days])


def test_loan_days_are_calendar_days() -> None:
    assert base_due_date(lent_on=date(2013, 2, 9), loan_days=10) == date(2013, 2, 19)
    assert due_date(lent_on=date(2013, 2, 9), loan_days=10, calendar=NO_HOURS) == date(2013, 2, 19)
    assert due_date(lent_on=date(2013, 2, 9), loan_days=0, calendar=NO_HOURS) == date(2013, 2, 9)


def test_negative_loan_days_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        due_date(lent_on=date(2013, 2, 9), loan_days=-1, calendar=NO_HOURS)


@pytest.mark.parametrize(
    ("on_closed", "due"),
    [
        (OnClosedDay.NEXT, date(2019, 2, 4)),
        (OnClosedDay.PREVIOUS, date(2019, 2, 1)),
        (OnClosedDay.KEEP, date(2019, 2, 2)),
    ],
)
def test_a_due_date_on_a_closed_day_is_moved_as_the_policy_says(on_closed: OnClosedDay, due: date) -> None:
    calendar = closed_on(date(2019, 2, 2), date(2019, 2, 3))

    placed = due_date(lent_on=date(2019, 1, 26), loan_days=7, calendar=calendar, on_closed=on_closed)

    assert placed == due


def test_closed_days_on_the_way_do_not_prolong_a_loan() -> None:
    calendar = closed_on(date(2012, 7, 4))

    assert due_date(lent_on=date(2012, 7, 3), loan_days=2, calendar=calendar) == date(2012, 7, 5)


def test_a_working_monday_is_a_due_date_and_a_holiday_is_not() -> None:
    calendar = OpeningCalendar(
        weekly=[MONDAYS_CLOSED],
        exceptions=[DayException(date(2024, 9, 23), DAY), *(DayException(date(2024, 10, day)) for day in (1, 2, 3))],
    )

    assert due_date(lent_on=date(2024, 9, 16), loan_days=7, calendar=calendar) == date(2024, 9, 23)
    assert due_date(lent_on=date(2024, 9, 23), loan_days=7, calendar=calendar) == date(2024, 10, 4)


def test_a_closure_moves_the_due_date_and_its_withdrawal_moves_it_back() -> None:
    base = date(2024, 9, 25)
    typhoon = OpeningCalendar(
        weekly=[MONDAYS_CLOSED], closures=[Closure(date(2024, 9, 24), date(2024, 9, 29), "typhoon")]
    )

    during = place_due_date(base=base, earliest=date(2024, 9, 1), calendar=typhoon)
    after = place_due_date(base=base, earliest=date(2024, 9, 1), calendar=OpeningCalendar(weekly=[MONDAYS_CLOSED]))

    assert (during, after) == (date(2024, 10, 1), date(2024, 9, 25))


@pytest.mark.parametrize("on_closed", list(OnClosedDay))
def test_a_calendar_that_never_opens_leaves_the_base(on_closed: OnClosedDay) -> None:
    calendar = OpeningCalendar(weekly=[NEVER_OPEN])

    placed = due_date(lent_on=date(2024, 9, 1), loan_days=30, calendar=calendar, on_closed=on_closed)

    assert placed == date(2024, 10, 1)


def test_previous_goes_forward_when_no_open_day_lies_after_lending() -> None:
    calendar = OpeningCalendar(closures=[Closure(date(2024, 9, 1), date(2024, 9, 10))])

    placed = due_date(lent_on=date(2024, 9, 1), loan_days=3, calendar=calendar, on_closed=OnClosedDay.PREVIOUS)

    assert placed == date(2024, 9, 11)


@pytest.mark.parametrize(
    ("not_after", "on_closed", "due"),
    [
        (date(2024, 10, 31), OnClosedDay.NEXT, date(2024, 10, 1)),
        (date(2024, 9, 20), OnClosedDay.NEXT, date(2024, 9, 20)),
        (date(2024, 9, 23), OnClosedDay.NEXT, date(2024, 9, 22)),
        (date(2024, 9, 23), OnClosedDay.PREVIOUS, date(2024, 9, 22)),
        (date(2024, 9, 23), OnClosedDay.KEEP, date(2024, 9, 23)),
        (date(2024, 9, 30), OnClosedDay.NEXT, date(2024, 9, 29)),
    ],
)
def test_a_card_that_ends_brings_the_due_date_back(not_after: date, on_closed: OnClosedDay, due: date) -> None:
    calendar = OpeningCalendar(weekly=[MONDAYS_CLOSED])

    placed = due_date(
        lent_on=date(2024, 9, 1), loan_days=30, calendar=calendar, on_closed=on_closed, not_after=not_after
    )

    assert placed == due


def test_a_base_moved_past_the_cards_end_goes_back_to_the_open_day_before() -> None:
    calendar = OpeningCalendar(weekly=[MONDAYS_CLOSED])

    placed = due_date(lent_on=date(2024, 9, 16), loan_days=7, calendar=calendar, not_after=date(2024, 9, 23))

    assert placed == date(2024, 9, 22)


def test_a_due_date_is_never_before_lending() -> None:
    shut = OpeningCalendar(closures=[Closure(date(2024, 9, 1), date(2024, 9, 30))])

    expired = due_date(lent_on=date(2024, 9, 10), loan_days=7, calendar=NO_HOURS, not_after=date(2024, 9, 1))
    nowhere = due_date(lent_on=date(2024, 9, 10), loan_days=7, calendar=shut, not_after=date(2024, 9, 12))

    assert expired == date(2024, 9, 10)
    assert nowhere == date(2024, 9, 12)


def test_a_card_ending_while_no_open_day_is_known_gives_its_last_day() -> None:
    calendar = OpeningCalendar(weekly=[NEVER_OPEN])

    placed = due_date(lent_on=date(2024, 9, 1), loan_days=30, calendar=calendar, not_after=date(2024, 9, 15))

    assert placed == date(2024, 9, 15)


def test_a_renewal_counts_from_today_or_from_the_due_date() -> None:
    due, today = date(2024, 9, 20), date(2024, 9, 15)

    from_today = renewed_due_date(current_due=due, today=today, renewal_days=14, calendar=NO_HOURS)
    from_due = renewed_due_date(
        current_due=due, today=today, renewal_days=14, calendar=NO_HOURS, count_from=RenewFrom.DUE_DATE
    )

    assert (from_today, from_due) == (date(2024, 9, 29), date(2024, 10, 4))


@pytest.mark.parametrize("not_after", [None, date(2024, 9, 18), date(2024, 9, 1)])
def test_a_renewal_never_shortens_a_loan(not_after: date | None) -> None:
    renewed = renewed_due_date(
        current_due=date(2024, 9, 20),
        today=date(2024, 9, 15),
        renewal_days=3,
        calendar=NO_HOURS,
        not_after=not_after,
    )

    assert renewed == date(2024, 9, 20)


def test_a_renewal_of_an_overdue_loan_is_never_due_in_the_past() -> None:
    renewed = renewed_due_date(
        current_due=date(2024, 8, 1),
        today=date(2024, 9, 15),
        renewal_days=14,
        calendar=NO_HOURS,
        count_from=RenewFrom.DUE_DATE,
    )

    assert renewed == date(2024, 9, 15)


def test_a_renewals_base_is_kept_apart_from_closures() -> None:
    base = renewed_base_due_date(current_due=date(2024, 9, 20), today=date(2024, 9, 16), renewal_days=7)

    assert base == date(2024, 9, 23)
    assert place_due_date(
        base=base, earliest=date(2024, 9, 16), calendar=OpeningCalendar(weekly=[MONDAYS_CLOSED])
    ) == date(2024, 9, 24)


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        (date(2024, 9, 24), SHANGHAI, datetime(2024, 9, 24, 15, 59, 59, tzinfo=UTC)),
        (date(1988, 7, 1), SHANGHAI, datetime(1988, 7, 1, 14, 59, 59, tzinfo=UTC)),
        (date(2024, 3, 9), NEW_YORK, datetime(2024, 3, 10, 4, 59, 59, tzinfo=UTC)),
        (date(2024, 3, 10), NEW_YORK, datetime(2024, 3, 11, 3, 59, 59, tzinfo=UTC)),
        (date(2024, 11, 3), NEW_YORK, datetime(2024, 11, 4, 4, 59, 59, tzinfo=UTC)),
        (date(2024, 10, 26), BEIRUT, datetime(2024, 10, 26, 21, 59, 59, tzinfo=UTC)),
        (date(2011, 12, 30), ZoneInfo("Pacific/Apia"), datetime(2011, 12, 30, 9, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_its_last_local_second(day: date, zone: ZoneInfo, instant: datetime) -> None:
    assert end_of_local_day(day, zone) == instant


@given(st.dates(date(1970, 1, 2), date(2037, 12, 30)), st.sampled_from([SHANGHAI, NEW_YORK, BEIRUT]))
def test_the_end_of_a_day_is_its_last_second_in_its_zone(day: date, zone: ZoneInfo) -> None:
    end = end_of_local_day(day, zone)

    assert end.utcoffset() == timedelta(0)
    assert local_day(end, zone) == day
    assert local_day(end + timedelta(seconds=1), zone) == day + timedelta(days=1)


def test_a_loan_is_overdue_only_after_its_last_second() -> None:
    due_at = end_of_local_day(date(2024, 9, 24), SHANGHAI)

    assert not is_overdue(due_at=due_at, at=datetime(2024, 9, 24, 23, 59, 59, tzinfo=SHANGHAI))
    assert is_overdue(due_at=due_at, at=datetime(2024, 9, 25, 0, 0, tzinfo=SHANGHAI))


def test_instants_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime(2024, 9, 24, 12), SHANGHAI)
    with pytest.raises(ValueError, match="time zone"):
        is_overdue(due_at=datetime(2024, 9, 24, 12), at=datetime(2024, 9, 24, tzinfo=UTC))
    with pytest.raises(ValueError, match="time zone"):
        is_overdue(due_at=datetime(2024, 9, 24, tzinfo=UTC), at=datetime(2024, 9, 24, 12))


@pytest.mark.parametrize(
    ("on", "with_closed", "open_only"),
    [
        (date(2024, 9, 20), 0, 0),
        (date(2024, 9, 22), 0, 0),
        (date(2024, 9, 23), 1, 0),
        (date(2024, 9, 24), 2, 1),
        (date(2024, 10, 1), 9, 7),
    ],
)
def test_days_overdue_count_closed_days_or_not(on: date, with_closed: int, open_only: int) -> None:
    calendar = OpeningCalendar(weekly=[MONDAYS_CLOSED])
    due = date(2024, 9, 22)

    assert days_overdue(due=due, on=on, calendar=calendar, count_closed=True) == with_closed
    assert days_overdue(due=due, on=on, calendar=calendar, count_closed=False) == open_only


dates = st.dates(date(2024, 1, 1), date(2025, 12, 31))
closures = st.builds(
    lambda first, length, reason: Closure(first, first + timedelta(days=length), reason),
    dates,
    st.integers(0, 60),
    st.sampled_from(["typhoon", "works"]),
)
calendars = st.builds(
    lambda open_days, shut, exceptions: OpeningCalendar(
        weekly=[WeeklyHours.by_weekday(dict.fromkeys(open_days, DAY))], closures=shut, exceptions=exceptions
    ),
    st.sets(st.integers(0, 6)),
    st.lists(closures, max_size=4),
    st.lists(st.builds(DayException, dates, st.sampled_from([(), DAY])), max_size=6, unique_by=lambda entry: entry.day),
)


@given(dates, st.integers(0, 120), calendars)
def test_a_due_date_is_an_open_day_or_there_is_none(lent_on: date, loan_days: int, calendar: OpeningCalendar) -> None:
    due = due_date(lent_on=lent_on, loan_days=loan_days, calendar=calendar)

    base = lent_on + timedelta(days=loan_days)
    assert due >= base
    if not calendar.is_open_on(due):
        assert due == base
        assert calendar.open_dates_between(base, base + timedelta(days=366)) == ()
    else:
        assert calendar.open_dates_between(base, due) == (due,)


@given(dates, st.integers(0, 90), st.integers(0, 90), calendars, st.sampled_from(OnClosedDay))
def test_a_longer_loan_is_never_due_earlier(
    lent_on: date, one: int, other: int, calendar: OpeningCalendar, on_closed: OnClosedDay
) -> None:
    shorter, longer = sorted([one, other])

    earlier = due_date(lent_on=lent_on, loan_days=shorter, calendar=calendar, on_closed=on_closed)
    later = due_date(lent_on=lent_on, loan_days=longer, calendar=calendar, on_closed=on_closed)

    assert lent_on <= earlier <= later


@given(dates, st.integers(0, 90), calendars, st.sampled_from(OnClosedDay), dates)
def test_a_due_date_lies_between_lending_and_the_cards_end(
    lent_on: date, loan_days: int, calendar: OpeningCalendar, on_closed: OnClosedDay, not_after: date
) -> None:
    due = due_date(lent_on=lent_on, loan_days=loan_days, calendar=calendar, on_closed=on_closed, not_after=not_after)

    assert due >= lent_on
    assert due <= max(not_after, lent_on)


@given(dates, dates, st.integers(0, 60), calendars, st.sampled_from(OnClosedDay), st.sampled_from(RenewFrom), dates)
def test_a_renewed_due_date_is_never_earlier(
    current_due: date,
    today: date,
    renewal_days: int,
    calendar: OpeningCalendar,
    on_closed: OnClosedDay,
    count_from: RenewFrom,
    not_after: date,
) -> None:
    renewed = renewed_due_date(
        current_due=current_due,
        today=today,
        renewal_days=renewal_days,
        calendar=calendar,
        count_from=count_from,
        on_closed=on_closed,
        not_after=not_after,
    )

    assert renewed >= current_due
    assert renewed >= today


@given(dates, dates, calendars)
def test_days_overdue_without_closed_days_are_never_more(due: date, on: date, calendar: OpeningCalendar) -> None:
    all_days = days_overdue(due=due, on=on, calendar=calendar, count_closed=True)
    open_days = days_overdue(due=due, on=on, calendar=calendar, count_closed=False)

    assert 0 <= open_days <= all_days
