"""What counters say: taken as it came, judged, and what follows from it made anew where something was added."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from django.db.models import QuerySet

from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.transactions import verb
from wenyuan.services.visits import rules
from wenyuan.services.visits.counter_reads import get_counter, judge_readings
from wenyuan.services.visits.counting import (
    LONGEST_INTERVAL,
    in_order,
    passes_by_hour,
    steps,
)
from wenyuan.services.visits.data import (
    CounterFacts,
    CounterKind,
    CounterReason,
    CounterRefused,
    Reading,
    Step,
    Taken,
    TakenReading,
)
from wenyuan.services.visits.models import Counter as CounterRow
from wenyuan.services.visits.models import (
    CounterReading,
    HourPasses,
    ReadingSetAside,
    ReadingStep,
    RefusedReading,
)
from wenyuan.services.visits.operations.counters import KEY_PREFIX, hash_of_key
from wenyuan.services.visits.operations.settling import unsettle_days

MOST_AT_ONCE: Final = 100
"""Readings in one request: what follows from them is made in its transaction, also where each lies among others."""
MOST_REFUSED_A_DAY: Final = 200
"""Of what cannot be believed so much is kept a day; a counter whose clock is wrong may go on for weeks."""
LONGEST_KEY: Final = 100
_APART: Final = timedelta(hours=1)


@needs()
def admit_counter(*, secret: str) -> CounterFacts:
    """Whose key this is. A counter that was taken down may still send what it had kept from before.

    :raises CounterRefused: nobody's.
    """
    if not secret.startswith(KEY_PREFIX) or len(secret) > LONGEST_KEY:
        raise CounterRefused(CounterReason.UNKNOWN_KEY)
    row = CounterRow.objects.filter(key_hash=hash_of_key(secret)).only("id").first()
    counter = get_counter(row.id) if row else None
    if counter is None:
        raise CounterRefused(CounterReason.UNKNOWN_KEY)
    return counter


@needs(Act.ENTER_VISITS)
@verb
def take_readings(
    *, counter_id: int, readings: Sequence[Reading], at: datetime, desk: Desk
) -> tuple[TakenReading, ...]:
    """Keep what a counter said; what became of each, in the order in which they were given.

    A reading that cannot be one of this counter is refused with every reason and kept apart. One that is there already
    changes nothing, so the same request may be sent again.

    :raises NotAllowed: the operator may not enter visits at the counter's branch.
    :raises CounterRefused: an unknown counter, or more than ``MOST_AT_ONCE`` readings.
    """
    counter = _held(counter_id, desk)
    if len(readings) > MOST_AT_ONCE:
        raise CounterRefused(CounterReason.TOO_MANY_READINGS)
    told = judge_readings(counter=counter, readings=readings, at=at)
    fresh = [one.reading for one in told if one.became is Taken.TAKEN]
    _keep(counter_id, fresh, at, desk)
    _keep_refused(counter_id, [one for one in told if one.became is Taken.REFUSED], at, desk)
    for segment in _segments(fresh):
        _count_anew(counter, segment)
    return told


@needs(Act.ENTER_VISITS)
def load_readings(*, counter_id: int, readings: Sequence[Reading], at: datetime, desk: Desk) -> Mapping[Taken, int]:
    """Take any number of readings, as many at once as a transaction bears; how many became what. Broken off half-way,
    the same readings may be loaded again.

    :raises NotAllowed: the operator may not enter visits at the counter's branch.
    :raises CounterRefused: an unknown counter.
    """
    ordered = sorted(readings, key=in_order)
    became: Counter[Taken] = Counter()
    for start in range(0, len(ordered), MOST_AT_ONCE):
        told = take_readings(counter_id=counter_id, readings=ordered[start : start + MOST_AT_ONCE], at=at, desk=desk)
        became.update(one.became for one in told)
    return became


def _held(counter_id: int, desk: Desk) -> CounterFacts:
    """The counter, held until the end: what follows from its readings is made by one at a time."""
    CounterRow.objects.select_for_update(no_key=True).filter(id=counter_id).first()
    counter = get_counter(counter_id)
    if counter is None:
        raise CounterRefused(CounterReason.UNKNOWN_COUNTER)
    require(desk.operator, Act.ENTER_VISITS, counter.branch_id)
    return counter


def _reading(row: CounterReading) -> Reading:
    return Reading(row.at, row.passes, row.passes_out, row.begins_at)


def _keep(counter_id: int, readings: Sequence[Reading], at: datetime, desk: Desk) -> None:
    CounterReading.objects.bulk_create(
        CounterReading(
            counter_id=counter_id,
            at=reading.at,
            begins_at=reading.begins_at,
            passes=reading.passes,
            passes_out=reading.out,
            received_at=at,
            door=desk.door.value,
            entered_by_id=desk.operator.account,
        )
        for reading in readings
    )


def _keep_refused(counter_id: int, refused: Sequence[TakenReading], at: datetime, desk: Desk) -> None:
    """Keep what could not be believed, as far as the day has room for it; the same once."""
    if not refused:
        return
    since = at - timedelta(days=1)
    room = MOST_REFUSED_A_DAY - RefusedReading.objects.filter(counter_id=counter_id, received_at__gt=since).count()
    RefusedReading.objects.bulk_create(
        (
            RefusedReading(
                counter_id=counter_id,
                at=one.reading.at,
                begins_at=one.reading.begins_at,
                passes=one.reading.passes,
                passes_out=one.reading.out,
                reasons=" ".join(reason.value for reason in one.reasons),
                received_at=at,
                door=desk.door.value,
            )
            for one in refused[: max(0, room)]
        ),
        ignore_conflicts=True,
    )


@needs(Act.ENTER_VISITS)
@verb
def set_reading_aside(*, reading_id: int, reason: str, at: datetime, desk: Desk) -> None:
    """Have a reading that somebody found wrong count no more. It stays; what follows from its neighbours is made anew.

    :raises NotAllowed: the operator may not enter visits at the counter's branch.
    :raises CounterRefused: unknown, set aside already, or without a reason in words of at most 200 characters.
    """
    row = CounterReading.objects.filter(id=reading_id).first()
    if row is None:
        raise CounterRefused(CounterReason.UNKNOWN_READING)
    counter = _held(row.counter_id, desk)
    reasons = []
    if ReadingSetAside.objects.filter(reading_id=reading_id).exists():
        reasons.append(CounterReason.SET_ASIDE)
    if not reason.strip():
        reasons.append(CounterReason.REASON_MISSING)
    elif len(reason.strip()) > rules.TEXT_CHARACTERS:
        reasons.append(CounterReason.TEXT_TOO_LONG)
    if reasons:
        raise CounterRefused(*reasons)
    ReadingSetAside.objects.create(
        reading_id=reading_id, reason=reason.strip(), set_aside_by_id=desk.operator.account_id, set_aside_at=at
    )
    days = _forget([reading_id])
    unsettle_days(counter.id, days)
    _count_anew(counter, [_reading(row)])
    audit(
        at=at,
        desk=desk,
        act="set_reading_aside",
        subject_kind="counter",
        subject_id=counter.id,
        branch_id=counter.branch_id,
        reason=reason,
        before={"reading": reading_id, "date": local_date(row.at), "passes": row.passes},
    )


# What follows from readings ------------------------------------------------------------------------------------------


def _segments(readings: Sequence[Reading]) -> Iterator[list[Reading]]:
    """The readings in runs without a long pause, so that two far apart do not have all between them counted anew."""
    ordered = sorted(readings, key=in_order)
    segment = ordered[:1]
    for earlier, later in pairwise(ordered):
        if later.at - earlier.at > _APART:
            yield segment
            segment = []
        segment.append(later)
    if segment:
        yield segment


def _count_anew(counter: CounterFacts, touched: Sequence[Reading]) -> None:
    """Make the steps of these readings and of those whose step depends on them, and what they passed by hour."""
    first = min(reading.begins_at or reading.at for reading in touched)
    last = max(reading.at for reading in touched)
    if counter.terms.kind is CounterKind.TOTAL:
        rows, from_moment = _totals_around(counter.id, first, last)
        made = {one.reading: one for one in steps(rows, counter.terms)}
        stale = {reading: row for reading, row in rows.items() if from_moment is None or reading.at > from_moment}
    else:
        rows = _intervals_around(counter.id, first, last)
        made = {one.reading: one for one in steps(rows, counter.terms)}
        stale = {
            reading: row
            for reading, row in rows.items()
            if (reading.begins_at or reading.at) < last and reading.at > first
        }
    days = _forget([row.id for row in stale.values()])
    days |= _write(counter, [(row.id, made[reading]) for reading, row in stale.items()])
    unsettle_days(counter.id, days)


def _totals_around(
    counter_id: int, first: datetime, last: datetime
) -> tuple[dict[Reading, CounterReading], datetime | None]:
    """The totals from the one before the first moment to the one after the last, and the moment of the one before."""
    counting = _counting(counter_id)
    before = counting.filter(at__lt=first).order_by("-at").values_list("at", flat=True).first()
    after = counting.filter(at__gt=last).order_by("at").values_list("at", flat=True).first()
    rows = counting.filter(at__gte=before or first, at__lte=after or last)
    return {_reading(row): row for row in rows}, before


def _intervals_around(counter_id: int, first: datetime, last: datetime) -> dict[Reading, CounterReading]:
    """Whatever may overlap with what may overlap with that time."""
    rows = _counting(counter_id).filter(at__gt=first - LONGEST_INTERVAL, at__lt=last + 2 * LONGEST_INTERVAL)
    return {_reading(row): row for row in rows}


def _counting(counter_id: int) -> QuerySet[CounterReading]:
    aside = ReadingSetAside.objects.values("reading_id")
    return CounterReading.objects.filter(counter_id=counter_id).exclude(id__in=aside)


def _forget(reading_ids: Sequence[int]) -> set[date]:
    """Take away what was made of readings; the days that it reached."""
    hours = HourPasses.objects.filter(reading_id__in=reading_ids)
    days = set(hours.values_list("date", flat=True))
    hours.delete()
    ReadingStep.objects.filter(reading_id__in=reading_ids).delete()
    return days


def _write(counter: CounterFacts, made: Sequence[tuple[int, Step]]) -> set[date]:
    """Keep what is made of readings; the days that it reaches."""
    calendar, zone = network_map().calendar(counter.branch_id), library_zone()
    ReadingStep.objects.bulk_create(
        ReadingStep(reading_id=reading_id, outcome=step.outcome.value, begins_at=step.begins_at, passes=step.passes)
        for reading_id, step in made
    )
    hours = [
        HourPasses(counter_id=counter.id, reading_id=reading_id, date=day, hour=hour, passes=passes)
        for reading_id, step in made
        for (day, hour), passes in passes_by_hour(step, zone=zone, calendar=calendar).items()
    ]
    HourPasses.objects.bulk_create(hours)
    return {one.date for one in hours}
