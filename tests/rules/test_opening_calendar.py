"""Opening hours, exceptions and closures: what the calendar says of a day."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.opening import (
    WHOLE_DAY,
    Closure,
    DayException,
    DayKind,
    Hours,
    OpeningCalendar,
    WeeklyHours,
    WeeklySpan,
    weeks_from_spans,
)

MORNING = Hours(time(8, 30), time(11, 30))
AFTERNOON = Hours(time(14), time(17, 30))
EVENING = Hours(time(18), time(0))
TUESDAY_TO_SUNDAY = WeeklyHours.by_weekday(dict.fromkeys(range(1, 7), (MORNING, AFTERNOON)))

MONDAY, TUESDAY, WEDNESDAY = date(2024, 9, 23), date(2024, 9, 24), date(2024, 9, 25)


def test_hours_run_from_opening_up_to_closing() -> None:
    assert MORNING.minutes == 180
    assert [MORNING.holds(time(8, 29)), MORNING.holds(time(8, 30))] == [False, True]
    assert [MORNING.holds(time(11, 29)), MORNING.holds(time(11, 30))] == [True, False]


def test_closing_at_midnight_ends_the_day() -> None:
    assert EVENING.minutes == 360
    assert EVENING.holds(time(23, 59, 59))
    assert (WHOLE_DAY.minutes, WHOLE_DAY.holds(time(0)), WHOLE_DAY.holds(time(23, 59))) == (1440, True, True)


@pytest.mark.parametrize(
    ("opens", "closes", "complaint"),
    [
        (time(17), time(9), "not after it opens"),
        (time(9), time(9), "not after it opens"),
        (time(9, tzinfo=UTC), time(17), "without a zone"),
        (time(9, 0, 30), time(17), "whole minutes"),
    ],
)
def test_impossible_hours_are_refused(opens: time, closes: time, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Hours(opens, closes)


def test_spans_of_a_day_are_kept_in_order_and_may_touch() -> None:
    noon = Hours(time(11, 30), time(14))

    week = WeeklyHours.by_weekday({0: (AFTERNOON, MORNING, noon)})

    assert week.days[0] == (MORNING, noon, AFTERNOON)


@pytest.mark.parametrize("clash", [Hours(time(11), time(12)), Hours(time(0), time(0)), MORNING])
def test_overlapping_spans_of_a_day_are_refused(clash: Hours) -> None:
    with pytest.raises(ValueError, match="overlap"):
        DayException(MONDAY, (MORNING, clash))
    with pytest.raises(ValueError, match="overlap"):
        WeeklyHours.by_weekday({0: (MORNING, clash)})


def test_impossible_entries_are_refused() -> None:
    with pytest.raises(ValueError, match="seven days"):
        WeeklyHours(((MORNING,),) * 6)
    with pytest.raises(ValueError, match="no such weekday: 7"):
        WeeklyHours.by_weekday({7: (MORNING,)})
    with pytest.raises(ValueError, match="no such weekday: -1"):
        WeeklySpan(-1, MORNING)
    with pytest.raises(ValueError, match="before it starts"):
        Closure(TUESDAY, MONDAY)
    with pytest.raises(ValueError, match="before it starts"):
        WeeklyHours(((),) * 7, valid_from=TUESDAY, valid_to=MONDAY)
    with pytest.raises(ValueError, match="overrides no closure"):
        DayException(MONDAY, (), overrides_closure=True)
    with pytest.raises(ValueError, match="two exceptions"):
        OpeningCalendar(exceptions=[DayException(MONDAY), DayException(MONDAY, (MORNING,))])
    with pytest.raises(ValueError, match="same day"):
        OpeningCalendar(weekly=[TUESDAY_TO_SUNDAY, TUESDAY_TO_SUNDAY])


def test_the_week_decides_when_nothing_else_is_entered() -> None:
    calendar = OpeningCalendar(weekly=[TUESDAY_TO_SUNDAY])

    assert calendar.day_status(MONDAY).kind is DayKind.WEEKLY_CLOSED
    assert calendar.day_status(TUESDAY).kind is DayKind.OPEN
    assert calendar.hours_on(TUESDAY) == (MORNING, AFTERNOON)
    assert not calendar.is_open_on(MONDAY)


def test_an_exception_beats_the_week_both_ways() -> None:
    national_day = DayException(date(2024, 10, 1), reason="national_day")
    working_monday = DayException(MONDAY, (MORNING,), reason="shifted_workday")
    calendar = OpeningCalendar(weekly=[TUESDAY_TO_SUNDAY], exceptions=[national_day, working_monday])

    closed = calendar.day_status(date(2024, 10, 1))
    opened = calendar.day_status(MONDAY)

    assert (closed.kind, closed.reason, closed.hours) == (DayKind.EXCEPTION_CLOSED, "national_day", ())
    assert (opened.kind, opened.reason, opened.hours) == (DayKind.EXCEPTION_OPEN, "shifted_workday", (MORNING,))


def test_a_closure_beats_the_week_and_an_earlier_planned_exception() -> None:
    planned = DayException(TUESDAY, (MORNING,), reason="shifted_workday")
    calendar = OpeningCalendar(
        weekly=[TUESDAY_TO_SUNDAY], exceptions=[planned], closures=[Closure(MONDAY, WEDNESDAY, "typhoon")]
    )

    for day in (MONDAY, TUESDAY, WEDNESDAY):
        assert calendar.day_status(day).kind is DayKind.CLOSURE
        assert calendar.day_status(day).reason == "typhoon"
    assert calendar.is_open_on(date(2024, 9, 22))
    assert calendar.is_open_on(date(2024, 9, 26))


def test_an_exception_that_says_so_opens_inside_a_closure() -> None:
    calendar = OpeningCalendar(
        weekly=[TUESDAY_TO_SUNDAY],
        exceptions=[DayException(TUESDAY, (MORNING,), overrides_closure=True)],
        closures=[Closure(MONDAY, None, "works")],
    )

    assert calendar.day_status(TUESDAY).kind is DayKind.EXCEPTION_OPEN
    assert not calendar.is_open_on(WEDNESDAY)


def test_an_open_ended_closure_lasts_and_the_later_of_two_names_the_reason() -> None:
    calendar = OpeningCalendar(
        weekly=[TUESDAY_TO_SUNDAY],
        closures=[Closure(date(2024, 1, 2), None, "epidemic"), Closure(TUESDAY, TUESDAY, "power_cut")],
    )

    assert calendar.is_open_on(date(2023, 12, 31))
    assert calendar.day_status(date(2044, 1, 2)).reason == "epidemic"
    assert calendar.day_status(TUESDAY).reason == "power_cut"
    assert calendar.day_status(WEDNESDAY).reason == "epidemic"


def test_the_row_valid_from_the_later_day_replaces_the_older_while_it_lasts() -> None:
    summer = WeeklyHours.by_weekday({0: (EVENING,)}, valid_from=date(2024, 7, 1), valid_to=date(2024, 8, 31))
    calendar = OpeningCalendar(weekly=[summer, TUESDAY_TO_SUNDAY])

    assert calendar.hours_on(date(2024, 6, 30)) == (MORNING, AFTERNOON)
    assert calendar.hours_on(date(2024, 7, 1)) == (EVENING,)
    assert calendar.hours_on(date(2024, 8, 31)) == ()
    assert calendar.hours_on(date(2024, 9, 1)) == (MORNING, AFTERNOON)


def test_a_day_without_stated_hours_counts_as_open_but_says_so() -> None:
    calendar = OpeningCalendar()

    status = calendar.day_status(MONDAY)

    assert (status.kind, status.is_open, status.is_stated, status.hours) == (DayKind.NOT_STATED, True, False, ())
    assert calendar.open_at(datetime(2024, 9, 23, 3, 0))


def test_hours_are_not_stated_outside_the_rows_and_closures_still_count() -> None:
    row = WeeklyHours(((MORNING,),) * 7, valid_from=TUESDAY, valid_to=TUESDAY)
    calendar = OpeningCalendar(weekly=[row], closures=[Closure(WEDNESDAY, WEDNESDAY)])

    kinds = [calendar.day_status(day).kind for day in (MONDAY, TUESDAY, WEDNESDAY, date(2024, 9, 26))]

    assert kinds == [DayKind.NOT_STATED, DayKind.OPEN, DayKind.CLOSURE, DayKind.NOT_STATED]


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2024, 9, 24, 8, 29, 59), False),
        (datetime(2024, 9, 24, 8, 30), True),
        (datetime(2024, 9, 24, 12, 0), False),
        (datetime(2024, 9, 24, 14, 0), True),
        (datetime(2024, 9, 24, 17, 30), False),
        (datetime(2024, 9, 23, 9, 0), False),
    ],
)
def test_the_lunch_break_is_closed(moment: datetime, is_open: bool) -> None:
    calendar = OpeningCalendar(weekly=[TUESDAY_TO_SUNDAY])

    assert calendar.open_at(moment) is is_open


def test_the_nearest_open_days_are_found() -> None:
    calendar = OpeningCalendar(weekly=[TUESDAY_TO_SUNDAY])

    assert calendar.next_open_date(MONDAY, inclusive=True) == TUESDAY
    assert calendar.next_open_date(TUESDAY, inclusive=True) == TUESDAY
    assert calendar.next_open_date(TUESDAY, inclusive=False) == WEDNESDAY
    assert calendar.previous_open_date(MONDAY, inclusive=True) == date(2024, 9, 22)
    assert calendar.previous_open_date(TUESDAY, inclusive=True) == TUESDAY
    assert calendar.previous_open_date(TUESDAY, inclusive=False) == date(2024, 9, 22)


def test_a_calendar_shut_for_a_year_gives_no_open_day() -> None:
    never = OpeningCalendar(weekly=[WeeklyHours(((),) * 7)])

    assert never.next_open_date(MONDAY, inclusive=True) is None
    assert never.previous_open_date(MONDAY, inclusive=False) is None
    assert never.next_open_date(date.max, inclusive=False) is None
    assert never.previous_open_date(date.min, inclusive=False) is None


def test_the_search_reaches_as_far_as_its_limit() -> None:
    calendar = OpeningCalendar(closures=[Closure(date(2024, 1, 1), date(2024, 12, 31))])

    assert calendar.next_open_date(date(2024, 1, 1), inclusive=True) == date(2025, 1, 1)
    assert calendar.next_open_date(date(2024, 1, 1), inclusive=True, limit_days=365) is None
    assert calendar.next_open_date(date(2024, 12, 31), inclusive=True, limit_days=1) == date(2025, 1, 1)


def test_open_days_between_two_days_include_both() -> None:
    calendar = OpeningCalendar(weekly=[TUESDAY_TO_SUNDAY])

    assert calendar.open_dates_between(date(2024, 9, 22), TUESDAY) == (date(2024, 9, 22), TUESDAY)
    assert calendar.open_dates_between(TUESDAY, MONDAY) == ()


def test_a_week_runs_from_monday_to_sunday() -> None:
    calendar = OpeningCalendar(weekly=[TUESDAY_TO_SUNDAY], closures=[Closure(date(2024, 9, 29))])

    week = calendar.week(WEDNESDAY)

    assert (week[0].day, week[6].day, len(week)) == (MONDAY, date(2024, 9, 29), 7)
    assert [status.is_open for status in week] == [False, True, True, True, True, True, False]


def test_singly_dated_spans_are_gathered_into_weeks() -> None:
    spans = [
        WeeklySpan(1, MORNING),
        WeeklySpan(1, AFTERNOON, valid_from=date(2024, 7, 1), valid_to=date(2024, 8, 31)),
        WeeklySpan(2, EVENING, valid_from=date(2024, 7, 1), valid_to=None),
    ]

    calendar = OpeningCalendar(weekly=weeks_from_spans(spans))

    assert calendar.hours_on(date(2024, 6, 25)) == (MORNING,)
    assert calendar.day_status(date(2024, 6, 26)).kind is DayKind.WEEKLY_CLOSED
    assert calendar.hours_on(date(2024, 7, 2)) == (MORNING, AFTERNOON)
    assert calendar.hours_on(date(2024, 7, 3)) == (EVENING,)
    assert calendar.hours_on(date(2024, 9, 3)) == (MORNING,)
    assert calendar.hours_on(date(2024, 9, 4)) == (EVENING,)


def test_spans_that_all_end_leave_the_hours_not_stated() -> None:
    spans = [WeeklySpan(1, MORNING, valid_from=TUESDAY, valid_to=TUESDAY)]

    calendar = OpeningCalendar(weekly=weeks_from_spans(spans))

    assert calendar.day_status(TUESDAY).kind is DayKind.OPEN
    assert calendar.day_status(WEDNESDAY).kind is DayKind.NOT_STATED
    assert weeks_from_spans([]) == ()


def test_spans_that_overlap_while_both_are_valid_are_refused() -> None:
    late = WeeklySpan(1, Hours(time(9), time(12)), valid_from=date(2024, 7, 1))

    with pytest.raises(ValueError, match="overlap"):
        weeks_from_spans([WeeklySpan(1, MORNING), late])
    assert len(weeks_from_spans([WeeklySpan(1, MORNING, valid_to=date(2024, 6, 30)), late])) == 2


@given(
    st.lists(
        st.builds(
            WeeklySpan,
            st.integers(0, 6),
            st.just(MORNING),
            st.dates(date(2024, 1, 1), date(2024, 2, 28)),
            st.none() | st.dates(date(2024, 3, 1), date(2024, 4, 30)),
        ),
        max_size=5,
        unique_by=lambda span: span.weekday,
    ),
    st.dates(date(2023, 12, 20), date(2024, 5, 20)),
)
def test_gathered_weeks_say_the_same_as_the_spans(spans: list[WeeklySpan], day: date) -> None:
    calendar = OpeningCalendar(weekly=weeks_from_spans(spans))

    expected = any(
        span.weekday == day.weekday()
        and (span.valid_from is None or span.valid_from <= day)
        and (span.valid_to is None or day <= span.valid_to)
        for span in spans
    )

    assert bool(calendar.hours_on(day)) is expected
