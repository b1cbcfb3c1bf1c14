"""Readings of counters (docs/specs/counting-doors.md): kept as they came, counted once, in whatever order."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.accounts import make_account, make_desk
from tests.factories.network import make_branch, make_hours, make_service_point
from tests.factories.visits import make_counter, make_director
from tests.racing import at_once
from wenyuan.organisation.network.models import Branch, ServicePoint
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.invariants import broken_rows
from wenyuan.services.visits import sql
from wenyuan.services.visits.data import (
    CounterFacts,
    CounterKind,
    CounterReason,
    CounterRefused,
    Directions,
    Outcome,
    Reading,
    ReadingReason,
    Taken,
)
from wenyuan.services.visits.models import CounterReading, HourPasses, RefusedReading, UnsettledDay
from wenyuan.services.visits.operations import end_counter, set_reading_aside, take_readings
from wenyuan.services.visits.operations.readings import MOST_REFUSED_A_DAY
from wenyuan.services.visits.queries import list_readings, list_refused, passes_of_day

AT = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)  # ten in the morning of the 24th
DAY = date(2026, 4, 23)


@pytest.fixture
def branch(db: None) -> Branch:
    branch = make_branch("CEN")
    make_hours(branch)
    return branch


@pytest.fixture
def point(branch: Branch) -> ServicePoint:
    return make_service_point(branch, "DOOR")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_director(branch)


@pytest.fixture
def counter(point: ServicePoint, desk: Desk) -> CounterFacts:
    return make_counter(point, maximum=9_999, at=AT, desk=desk).counter


@pytest.fixture(autouse=True)
def _invariants_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "db" in request.fixturenames:
        assert {one.name: broken_rows(one) for one in sql.INVARIANTS if broken_rows(one)} == {}


def moment(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 4, day, hour, minute, tzinfo=library_zone())


def total(hour: int, passes: int, minute: int = 0, day: int = 23) -> Reading:
    return Reading(moment(hour, minute, day), passes)


def say(counter: CounterFacts, desk: Desk, *readings: Reading, at: datetime = AT) -> list[str]:
    told = take_readings(counter_id=counter.id, readings=readings, at=at, desk=desk)
    return [one.became.value for one in told]


def refused(exception: pytest.ExceptionInfo[CounterRefused]) -> set[CounterReason]:
    return set(exception.value.reasons)


def test_a_reading_is_kept_as_it_came_and_counted_by_hour_cd19(counter: CounterFacts, desk: Desk) -> None:
    assert say(counter, desk, total(9, 100), total(10, 112, 30), total(11, 140)) == ["taken"] * 3

    assert passes_of_day(counter.id, DAY) == {9: 8, 10: 32}
    shown = list_readings(counter_id=counter.id).rows
    assert [(one.reading.passes, one.step and one.step.outcome, one.step and one.step.passes) for one in shown] == [
        (140, Outcome.COUNTED, 28),
        (112, Outcome.COUNTED, 12),
        (100, Outcome.FIRST, 0),
    ]
    assert (shown[0].received_at, shown[0].door, shown[0].entered_by_name) == (AT, "workbench", desk.operator.name)
    assert set(UnsettledDay.objects.values_list("date", flat=True)) == {DAY}


def test_what_was_sent_before_changes_nothing_cd5(counter: CounterFacts, desk: Desk) -> None:
    say(counter, desk, total(9, 100), total(10, 112))

    again = say(counter, desk, total(10, 112), total(11, 120), total(11, 120), total(9, 100))

    assert again == ["repeated", "taken", "repeated", "repeated"]
    assert CounterReading.objects.count() == 3
    assert passes_of_day(counter.id, DAY) == {9: 12, 10: 8}


def test_a_fraction_of_a_second_makes_no_second_reading(counter: CounterFacts, desk: Desk) -> None:
    sent = Reading(moment(9) + timedelta(microseconds=250_000), 100)

    assert say(counter, desk, sent, total(9, 100)) == ["taken", "repeated"]


def test_a_late_reading_is_counted_into_the_hours_it_touches_cd6(counter: CounterFacts, desk: Desk) -> None:
    say(counter, desk, total(9, 100), total(12, 160))

    say(counter, desk, total(10, 150))

    assert passes_of_day(counter.id, DAY) == {9: 50, 10: 5, 11: 5}


def test_a_roll_over_and_a_reset_are_counted_and_can_be_told_apart_cd2(counter: CounterFacts, desk: Desk) -> None:
    say(counter, desk, total(9, 9_990), total(10, 5), total(11, 40), total(12, 3))

    outcomes = [one.step.outcome for one in list_readings(counter_id=counter.id).rows if one.step]
    assert outcomes == [Outcome.RESET, Outcome.COUNTED, Outcome.ROLLED_OVER, Outcome.FIRST]
    assert passes_of_day(counter.id, DAY) == {9: 15, 10: 35, 11: 3}
    odd = list_readings(counter_id=counter.id, odd=True).rows
    assert [one.step.outcome for one in odd if one.step] == [Outcome.RESET, Outcome.ROLLED_OVER]


def test_what_nobody_can_believe_is_refused_in_every_reason_and_listed_cd9(counter: CounterFacts, desk: Desk) -> None:
    sent = [Reading(datetime(1970, 1, 1, 0, 5, tzinfo=UTC), 12), total(9, 10_000, day=25), total(9, 100)]

    told = take_readings(counter_id=counter.id, readings=sent, at=AT, desk=desk)

    assert [one.became for one in told] == [Taken.REFUSED, Taken.REFUSED, Taken.TAKEN]
    assert [one.reasons for one in told] == [
        (ReadingReason.BEFORE_COUNTER,),
        (ReadingReason.TO_COME, ReadingReason.BAD_NUMBER),
        (),
    ]
    listed = list_refused(counter_id=counter.id).rows
    assert [(one.reading, one.reasons) for one in listed] == [
        (sent[1], (ReadingReason.TO_COME, ReadingReason.BAD_NUMBER)),
        (sent[0], (ReadingReason.BEFORE_COUNTER,)),
    ]
    say(counter, desk, *sent)
    assert RefusedReading.objects.count() == 2


def test_of_a_wrong_clock_so_much_is_kept_a_day_cd9(counter: CounterFacts, desk: Desk) -> None:
    for hour in range(3):
        wrong = [Reading(datetime(1970, 1, 1, hour, minute, tzinfo=UTC), minute) for minute in range(60)]
        wrong += [Reading(datetime(1970, 1, 2, hour, minute, tzinfo=UTC), minute) for minute in range(40)]
        assert say(counter, desk, *wrong) == ["refused"] * 100

    assert RefusedReading.objects.count() == MOST_REFUSED_A_DAY


def test_a_reading_of_a_day_on_which_point_or_branch_did_not_stand_is_refused_cd9(
    counter: CounterFacts, point: ServicePoint, desk: Desk
) -> None:
    ServicePoint.objects.filter(id=point.id).update(closed_date=DAY)

    assert say(counter, desk, total(9, 100, day=22), total(9, 120)) == ["taken", "refused"]


def test_a_counter_taken_down_is_refused_from_that_day_on_cd18(counter: CounterFacts, desk: Desk) -> None:
    end_counter(counter_id=counter.id, ended_date=DAY, reason="拆除", at=AT, desk=desk)

    assert say(counter, desk, total(9, 100, day=22), total(9, 120)) == ["taken", "refused"]


def test_a_reading_set_aside_stays_and_counts_no_more_cd20(counter: CounterFacts, desk: Desk) -> None:
    say(counter, desk, total(9, 100), total(10, 900), total(11, 120))
    wrong = list_readings(counter_id=counter.id).rows[1]
    assert passes_of_day(counter.id, DAY) == {9: 800, 10: 120}

    set_reading_aside(reading_id=wrong.id, reason="抄错", at=AT, desk=desk)

    assert passes_of_day(counter.id, DAY) == {9: 10, 10: 10}
    shown = list_readings(counter_id=counter.id).rows[1]
    assert (shown.reading.passes, shown.step, shown.set_aside_reason) == (900, None, "抄错")
    assert shown.set_aside_by_name == desk.operator.name
    with pytest.raises(CounterRefused) as again:
        set_reading_aside(reading_id=wrong.id, reason="", at=AT, desk=desk)
    assert refused(again) == {CounterReason.SET_ASIDE, CounterReason.REASON_MISSING}
    assert say(counter, desk, total(10, 900)) == ["repeated"]
    assert passes_of_day(counter.id, DAY) == {9: 10, 10: 10}


def test_the_first_reading_set_aside_makes_the_next_the_first_cd20(counter: CounterFacts, desk: Desk) -> None:
    say(counter, desk, total(9, 100), total(10, 120))
    [_second, first] = list_readings(counter_id=counter.id).rows

    set_reading_aside(reading_id=first.id, reason="试机", at=AT, desk=desk)

    assert passes_of_day(counter.id, DAY) == {}


def test_intervals_are_counted_once_also_when_a_better_one_comes_late_cd8(point: ServicePoint, desk: Desk) -> None:
    counter = make_counter(point, kind=CounterKind.INTERVAL, at=AT, desk=desk).counter

    def interval(begins: datetime, ends: datetime, passes: int) -> Reading:
        return Reading(ends, passes, begins_at=begins)

    say(counter, desk, interval(moment(9), moment(10), 5), interval(moment(10), moment(11), 7))
    say(counter, desk, interval(moment(9), moment(10), 8))
    say(counter, desk, interval(moment(10, 30), moment(12), 9))

    assert passes_of_day(counter.id, DAY) == {9: 8, 10: 7}
    say(counter, desk, interval(moment(8, 30), moment(10, 15), 21))
    assert passes_of_day(counter.id, DAY) == {9: 16, 10: 5}


def test_who_goes_out_is_kept_beside_who_comes_in_cd11(point: ServicePoint, desk: Desk) -> None:
    counter = make_counter(point, directions=Directions.IN_AND_OUT, at=AT, desk=desk).counter

    say(counter, desk, Reading(moment(9), 100, out=90), Reading(moment(10), 112, out=95))

    assert passes_of_day(counter.id, DAY) == {9: 12}
    assert [one.reading.out for one in list_readings(counter_id=counter.id).rows] == [95, 90]


def test_readings_are_listed_page_by_page(counter: CounterFacts, desk: Desk) -> None:
    say(counter, desk, *(total(9, 100 + minute, minute) for minute in range(25)))

    seen: list[int] = []
    before = None
    while True:
        page = list_readings(counter_id=counter.id, before=before, size=10)
        seen += [one.reading.passes for one in page.rows]
        before = page.before
        if before is None:
            break

    assert seen == list(range(124, 99, -1))


def test_who_may_not_enter_visits_there_brings_no_readings(counter: CounterFacts) -> None:
    other = make_desk(make_branch("EAST"), acts=[Act.ENTER_VISITS])

    with pytest.raises(NotAllowed):
        say(counter, other, total(9, 100))

    assert CounterReading.objects.count() == 0


def test_too_many_readings_or_an_unknown_counter_are_refused(counter: CounterFacts, desk: Desk) -> None:
    with pytest.raises(CounterRefused) as many:
        say(counter, desk, *(Reading(moment(9) + timedelta(seconds=second), second) for second in range(101)))
    with pytest.raises(CounterRefused) as unknown:
        take_readings(counter_id=999, readings=[total(9, 1)], at=AT, desk=desk)

    assert (refused(many), refused(unknown)) == ({CounterReason.TOO_MANY_READINGS}, {CounterReason.UNKNOWN_COUNTER})


def test_what_fails_leaves_nothing_behind(counter: CounterFacts, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_values: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("wenyuan.services.visits.operations.readings.unsettle_days", broken)
    with pytest.raises(OSError, match="disk"):
        say(counter, desk, total(9, 100), total(10, 112))

    assert (CounterReading.objects.count(), HourPasses.objects.count()) == (0, 0)


MINUTES = st.integers(0, 3 * 24 * 60)
TOTALS = st.lists(st.builds(lambda at, passes: (at, None, passes), MINUTES, st.integers(0, 9_999)), max_size=10)
INTERVALS = st.lists(
    st.builds(lambda at, length, passes: (at, length, passes), MINUTES, st.integers(1, 600), st.integers(0, 9_999)),
    max_size=8,
)


class _Undone(Exception):
    pass


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), kind=st.sampled_from(CounterKind))
def test_the_order_of_arrival_changes_no_hour_cd7(
    point: ServicePoint, desk: Desk, data: st.DataObject, kind: CounterKind
) -> None:
    """The same readings one after the other, in any order and some of them twice, or all at once."""
    drawn = data.draw(TOTALS if kind is CounterKind.TOTAL else INTERVALS)
    start = moment(0, day=20)
    readings = [
        Reading(start + timedelta(minutes=at + (length or 0)), passes, None, length and start + timedelta(minutes=at))
        for at, length, passes in drawn
    ]
    again = data.draw(st.lists(st.sampled_from(readings), max_size=3)) if readings else []
    order = data.draw(st.permutations(readings + again))
    found: list[Any] = []

    try:
        with transaction.atomic():
            for name, arrivals in (("一", [[one] for one in order]), ("二", [readings])):
                maximum = 9_999 if kind is CounterKind.TOTAL else None
                counter = make_counter(point, kind=kind, maximum=maximum, name=name, at=AT, desk=desk).counter
                for arrival in arrivals:
                    say(counter, desk, *arrival)
                hours = HourPasses.objects.filter(counter_id=counter.id)
                found.append(sorted(hours.values_list("reading__at", "date", "hour", "passes")))
            assert {one.name: broken_rows(one) for one in sql.INVARIANTS if broken_rows(one)} == {}
            raise _Undone
    except _Undone:
        pass

    assert found[0] == found[1]


def test_two_pushes_at_once_count_once(fresh_database: str) -> None:
    branch = make_branch("CEN")
    desk = make_director(branch, account=make_account("zhang"))
    counter = make_counter(make_service_point(branch), at=AT, desk=desk).counter
    readings = [total(9, 100), total(10, 112), total(11, 130)]

    told: list[Any] = at_once(*(lambda part=part: say(counter, desk, *readings[part:]) for part in (0, 0, 1, 1, 2)))

    assert Counter(one for words in told for one in words) == {"taken": 3, "repeated": 8}
    assert passes_of_day(counter.id, DAY) == {9: 12, 10: 18}
    assert {one.name: broken_rows(one) for one in sql.INVARIANTS if broken_rows(one)} == {}
