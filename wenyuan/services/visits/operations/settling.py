"""Telling the journal what counters have counted: hour by hour, once an hour has passed.

What was told is never edited. Whatever changes afterwards (a late reading, a calibration, a count that somebody types
for the day) takes the old number back and adds the new one. A day is settled in one transaction under the counter's
lock, and what is written is the difference to what stands: killed half-way or run twice, the journal is the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Sum

from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.journal.queries import get_entry
from wenyuan.organisation.rights.data import CLOCK, NO_BRANCH, Desk, Door
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.transactions import verb
from wenyuan.services.visits import sql
from wenyuan.services.visits.counter_reads import calibrations_of, get_counter, read_to
from wenyuan.services.visits.counting import is_settled, permille_on, visits_by_hour
from wenyuan.services.visits.data import CounterFacts, EvidenceKind
from wenyuan.services.visits.models import CountedHour, Counter, HourPasses, UnsettledDay, VisitCount
from wenyuan.services.visits.operations.points import point_facts

PATIENCE: Final = timedelta(hours=2)
"""So long an hour waits for what its counter still has to say of it."""
MOST_A_RUN: Final = 5000


@needs()
def settle_counters(*, at: datetime, size: int = MOST_A_RUN) -> int:
    """By the clock: tell the journal what it does not have yet, each day of a counter by itself; how many days were
    looked at. What is left of a day waits for the next run."""
    desk = Desk(operator=CLOCK, branch_id=NO_BRANCH, door=Door.WORKER)
    days = list(UnsettledDay.objects.order_by("date", "counter_id").values_list("counter_id", "date")[:size])
    for counter_id, day in days:
        _settle(counter_id, day, at, desk)
    return len(days)


@verb
def _settle(counter_id: int, day: date, at: datetime, desk: Desk) -> None:
    Counter.objects.select_for_update(no_key=True).get(id=counter_id)
    settle_day(counter_id, day, at=at, desk=desk)


def settle_day(counter_id: int, day: date, *, at: datetime, desk: Desk) -> None:
    """A step, under the counter's lock: make the journal agree with what is known of the counter's day."""
    counter = get_counter(counter_id)
    assert counter is not None
    passes = dict(
        HourPasses.objects.filter(counter_id=counter_id, date=day)
        .values_list("hour")
        .annotate(Sum("passes"))
        .order_by()
    )
    heard = read_to(counter_id)
    due = {
        hour
        for hour in passes
        if is_settled((day, hour), read_to=heard, now=at, zone=library_zone(), patience=PATIENCE)
    }
    wanted: Mapping[int, int] = {}
    if counts_on(counter, day) and not is_typed(counter.service_point_id, day):
        permille = permille_on(day, ((one.first_date, one.permille) for one in calibrations_of(counter_id)))
        visits = visits_by_hour(passes, directions=counter.terms.directions, permille=permille)
        wanted = {hour: visits[hour] for hour in due if visits[hour]}
    standing = {row.hour: row for row in CountedHour.objects.filter(counter_id=counter_id, date=day)}
    for hour in sorted(standing.keys() | wanted.keys()):
        _tell(counter, day, hour, standing.get(hour), wanted.get(hour, 0), desk)
    if due == passes.keys():
        UnsettledDay.objects.filter(counter_id=counter_id, date=day).delete()


def counts_on(counter: CounterFacts, day: date) -> bool:
    """Whether the counter stands on that day."""
    terms = counter.terms
    return terms.first_date <= day and (terms.ended_date is None or day < terms.ended_date)


def is_typed(point_id: int, day: date) -> bool:
    """Whether a count that somebody typed stands for the service point's day. It is then the only one."""
    newest = VisitCount.objects.filter(service_point_id=point_id, date=day).order_by("-id").first()
    return newest is not None and not newest.withdrawn


def _tell(counter: CounterFacts, day: date, hour: int, stands: CountedHour | None, persons: int, desk: Desk) -> None:
    """One hour of the journal: what stands is taken back where it is another number."""
    if (stands.persons if stands else 0) == persons:
        return
    entry = _entry(counter, day, hour, persons, desk)
    if stands is not None:
        earlier = get_entry(stands.entry_id)
        assert earlier is not None, "the journal keeps every entry"
        # the place is the old entry's, so that a service point moved since then does not split the hour
        entry = replace(earlier.entry, persons=persons, door=entry.door, desk=entry.desk, operator_id=entry.operator_id)
        record(replace(entry, persons=-stands.persons, reverses_id=earlier.id))
        stands.delete()
    if persons:
        [entry_id] = record(entry)
        CountedHour.objects.create(counter_id=counter.id, date=day, hour=hour, persons=persons, entry_id=entry_id)


def _entry(counter: CounterFacts, day: date, hour: int, persons: int, desk: Desk) -> Entry:
    point = point_facts(counter.service_point_id, day)
    assert point is not None
    return Entry(
        kind=Kind.VISIT,
        occurred_at=datetime(day.year, day.month, day.day, hour, tzinfo=library_zone()),
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account,
        branch_id=point.branch_id,
        area_id=point.area_id,
        service_point_id=point.id,
        quantity=0,
        persons=persons,
        subject_kind="service_point",
        subject_id=point.id,
        details={"evidence": EvidenceKind.GATE_COUNTER.value, "counter": counter.id},
    )


def unsettle(counter_id: int, *, first_date: date, until: date | None = None) -> None:
    """A step: have every day from ``first_date`` on, up to and without ``until``, on which the counter has counted
    looked at again."""
    with connection.cursor() as cursor:
        cursor.execute(sql.UNSETTLE, {"counter": counter_id, "first": first_date, "until": until})


def unsettle_days(counter_id: int, days: set[date]) -> None:
    """A step: have these days looked at again."""
    UnsettledDay.objects.bulk_create(
        [UnsettledDay(counter_id=counter_id, date=day) for day in sorted(days)], ignore_conflicts=True
    )
