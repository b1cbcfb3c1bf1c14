"""What counters counted, told to the journal once (docs/specs/counting-doors.md): by hour, never beside a typed count,
moved only by entries that take back and replace."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.factories.accounts import make_account
from tests.factories.network import make_area, make_branch, make_hours, make_service_point
from tests.factories.visits import HAND_COUNT, make_count, make_counter, make_director
from tests.racing import at_once
from wenyuan.office.figures.data import IndicatorCode
from wenyuan.office.figures.queries import figures_of
from wenyuan.office.figures.rules import parse_period
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch, ServicePoint
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.invariants import broken_rows
from wenyuan.services.visits import sql
from wenyuan.services.visits.data import CounterFacts, Directions, Reading, VisitReason, VisitsRefused
from wenyuan.services.visits.models import CountedHour, UnsettledDay
from wenyuan.services.visits.operations import (
    calibrate_counter,
    end_counter,
    record_visits,
    settle_counters,
    take_readings,
    withdraw_visits,
)
from wenyuan.services.visits.queries import counted_by_counters

AT = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)  # ten in the morning of the 24th
DAY = date(2026, 4, 23)


@pytest.fixture
def branch(db: None) -> Branch:
    branch = make_branch("CEN")
    make_hours(branch)
    return branch


@pytest.fixture
def point(branch: Branch) -> ServicePoint:
    return make_service_point(branch, "DOOR", area=make_area(branch))


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
        assert broken() == {}


def broken() -> dict[str, Any]:
    return {one.name: broken_rows(one) for one in sql.INVARIANTS if broken_rows(one)}


def total(hour: int, passes: int, minute: int = 0, day: int = 23) -> Reading:
    return Reading(datetime(2026, 4, day, hour, minute, tzinfo=library_zone()), passes)


def say(counter: CounterFacts, desk: Desk, *readings: Reading, at: datetime = AT) -> None:
    take_readings(counter_id=counter.id, readings=readings, at=at, desk=desk)


def told() -> list[tuple[int, int]]:
    """Hours and persons of the journal's visits, in the order in which they were told."""
    return list(Entry.objects.filter(kind="visit").order_by("id").values_list("local_hour", "persons"))


def visits() -> int:
    return figures_of(period=parse_period("2026-04"), at=AT).values[IndicatorCode.VISITS]


def test_hours_that_have_passed_are_told_to_the_journal_cd21(
    counter: CounterFacts, point: ServicePoint, desk: Desk
) -> None:
    say(counter, desk, total(9, 100), total(10, 112), total(11, 140))
    assert told() == []

    assert settle_counters(at=AT) == 1

    assert told() == [(9, 12), (10, 28)]
    entry = Entry.objects.order_by("id")[0]
    assert (entry.branch_id, entry.area_id, entry.service_point_id) == (point.branch_id, point.area_id, point.id)
    assert (entry.local_date, entry.quantity, entry.door, entry.operator_id) == (DAY, 0, "worker", None)
    assert entry.details == {"evidence": "gate_counter", "counter": counter.id}
    assert visits() == 40
    assert UnsettledDay.objects.count() == 0


def test_settling_twice_tells_nothing_twice_cd22(counter: CounterFacts, desk: Desk) -> None:
    say(counter, desk, total(9, 100), total(10, 112))

    settle_counters(at=AT)
    UnsettledDay.objects.create(counter_id=counter.id, date=DAY)
    settle_counters(at=AT)

    assert told() == [(9, 12)]


def test_an_hour_waits_for_its_counter_and_not_for_ever_cd15(counter: CounterFacts, desk: Desk) -> None:
    nine_forty = total(9, 112, 40).at
    say(counter, desk, total(9, 100), total(9, 112, 40), at=nine_forty)

    settle_counters(at=nine_forty + timedelta(minutes=30))
    early = told()
    settle_counters(at=nine_forty + timedelta(hours=2, minutes=20))

    assert (early, told()) == ([], [(9, 12)])
    assert UnsettledDay.objects.count() == 0


def test_a_late_reading_takes_back_and_replaces_and_edits_nothing_cd6(counter: CounterFacts, desk: Desk) -> None:
    say(counter, desk, total(9, 100), total(12, 160))
    settle_counters(at=AT)
    before = list(Entry.objects.order_by("id").values())

    say(counter, desk, total(10, 150))
    settle_counters(at=AT)

    assert told() == [(9, 20), (10, 20), (11, 20), (9, -20), (9, 50), (10, -20), (10, 5), (11, -20), (11, 5)]
    assert list(Entry.objects.order_by("id").values())[:3] == before
    assert Entry.objects.get(persons=-20, local_hour=9).reverses_id == before[0]["id"]
    assert visits() == 60


def test_a_calibration_counts_its_days_anew_and_no_others_cd13(counter: CounterFacts, desk: Desk) -> None:
    say(counter, desk, total(9, 100, day=21), total(10, 200, day=21), total(9, 200, day=22), total(10, 300, day=22))
    say(counter, desk, total(9, 300), total(10, 400))
    settle_counters(at=AT)
    calibrate_counter(counter_id=counter.id, first_date=DAY, permille=800, reason="人工比对", at=AT, desk=desk)
    settle_counters(at=AT)
    assert visits() == 280

    calibrate_counter(
        counter_id=counter.id, first_date=date(2026, 4, 22), permille=905, reason="人工比对", at=AT, desk=desk
    )

    assert set(UnsettledDay.objects.values_list("date", flat=True)) == {date(2026, 4, 22)}
    settle_counters(at=AT)
    assert visits() == 100 + 91 + 80


def test_a_beam_that_tells_no_direction_counts_two_passes_as_a_visit_cd12(point: ServicePoint, desk: Desk) -> None:
    counter = make_counter(point, directions=Directions.BOTH, at=AT, desk=desk).counter

    say(counter, desk, total(9, 100), total(10, 107), total(11, 120))
    settle_counters(at=AT)

    assert told() == [(9, 4), (10, 6)]


def test_two_counters_of_one_service_point_add_up(counter: CounterFacts, point: ServicePoint, desk: Desk) -> None:
    second = make_counter(point, name="侧门", at=AT, desk=desk).counter
    say(counter, desk, total(9, 100), total(10, 112))
    say(second, desk, total(9, 5), total(10, 8))

    settle_counters(at=AT)

    assert visits() == 15
    assert counted_by_counters(point.id, DAY) == 15


def test_a_counter_taken_down_as_of_a_day_gives_back_what_it_counted_since_cd18(
    counter: CounterFacts, desk: Desk
) -> None:
    say(counter, desk, total(9, 100, day=22), total(10, 110, day=22), total(9, 110), total(10, 150))
    settle_counters(at=AT)

    end_counter(counter_id=counter.id, ended_date=DAY, reason="装错了门", at=AT, desk=desk)
    settle_counters(at=AT)

    assert told() == [(9, 10), (9, 40), (9, -40)]


def test_a_typed_count_is_never_counted_beside_a_counter_s_cd23(
    counter: CounterFacts, point: ServicePoint, desk: Desk
) -> None:
    make_count(point, DAY, 30, at=AT, desk=desk)

    say(counter, desk, total(9, 100), total(10, 112))
    settle_counters(at=AT)

    assert visits() == 30
    assert CountedHour.objects.count() == 0


def test_a_count_typed_for_a_day_that_a_counter_counted_must_say_that_it_stands_instead_cd24(
    counter: CounterFacts, point: ServicePoint, desk: Desk
) -> None:
    say(counter, desk, total(9, 100), total(10, 112))

    def typed(day: date = DAY, **values: Any) -> int:
        receipt = record_visits(
            service_point_id=point.id, date=day, persons=30, evidence=HAND_COUNT, at=AT, desk=desk, **values
        )
        return receipt.count.id

    with pytest.raises(VisitsRefused) as unsettled:
        typed()
    settle_counters(at=AT)
    with pytest.raises(VisitsRefused) as settled:
        typed()
    typed(date(2026, 4, 22))

    assert unsettled.value.reasons == settled.value.reasons == (VisitReason.COUNTED_BY_COUNTER,)
    count_id = typed(instead_of_counter=True)
    assert visits() == 60
    assert counted_by_counters(point.id, DAY) == 0
    withdraw_visits(count_id=count_id, reason="计数器无误", at=AT, desk=desk)
    assert visits() == 30 + 12


def test_a_typed_count_of_another_service_point_stands_beside_it(counter: CounterFacts, branch: Branch) -> None:
    desk = make_director(branch)
    say(counter, desk, total(9, 100), total(10, 112))
    settle_counters(at=AT)

    make_count(make_service_point(branch, "SIDE"), DAY, 5, at=AT)

    assert visits() == 17


def test_killed_half_way_the_rest_is_told_by_the_next_run_cd22(
    counter: CounterFacts, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(counter, desk, total(9, 100, day=22), total(10, 110, day=22), total(9, 110), total(10, 150), total(11, 153))
    create, calls = CountedHour.objects.create, iter(range(10))

    def failing(**values: Any) -> CountedHour:
        if next(calls) == 2:
            raise OSError("disk full")
        return create(**values)

    monkeypatch.setattr(CountedHour.objects, "create", failing)
    with pytest.raises(OSError, match="disk"):
        settle_counters(at=AT)
    assert told() == [(9, 10)]
    assert broken() == {}
    monkeypatch.undo()

    settle_counters(at=AT)

    assert told() == [(9, 10), (9, 40), (10, 3)]


def test_a_clerk_and_the_clock_at_once_leave_one_number(fresh_database: str) -> None:
    branch = make_branch("CEN")
    point = make_service_point(branch)
    desk = make_director(branch, account=make_account("zhang"))
    counter = make_counter(point, at=AT, desk=desk).counter
    say(counter, desk, total(9, 100), total(10, 112))

    at_once(
        lambda: settle_counters(at=AT),
        lambda: record_visits(
            service_point_id=point.id,
            date=DAY,
            persons=30,
            evidence=HAND_COUNT,
            at=AT,
            desk=desk,
            instead_of_counter=True,
        ),
        lambda: settle_counters(at=AT),
    )

    assert visits() == 30
    assert broken() == {}
