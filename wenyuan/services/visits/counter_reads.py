"""Reads of counters: those of a branch, what they said, what was made of it, and which have fallen silent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.services.visits import sql
from wenyuan.services.visits.counting import reasons_against, same_moment
from wenyuan.services.visits.data import (
    CalibrationFacts,
    CounterFacts,
    CounterKind,
    CounterTerms,
    Directions,
    Outcome,
    Reading,
    ReadingFacts,
    ReadingReason,
    RefusedFacts,
    SilentCounter,
    Step,
    Taken,
    TakenReading,
)
from wenyuan.services.visits.models import CounterReading

PAGE_ROWS = 50
FORTNIGHT = 14


def get_counter(counter_id: int) -> CounterFacts | None:
    """One counter, or nothing."""
    rows = _rows(sql.COUNTERS, {"counter": counter_id, "branch": None, "in_use": False})
    return _counter(rows[0]) if rows else None


def list_counters(branch_id: int) -> tuple[CounterFacts, ...]:
    """The counters of a branch, those in use first, by service point and name."""
    return tuple(_counter(row) for row in _rows(sql.COUNTERS, {"counter": None, "branch": branch_id, "in_use": False}))


def _counter(row: tuple[Any, ...]) -> CounterFacts:
    return CounterFacts(
        id=row[0],
        service_point_id=row[1],
        branch_id=row[2],
        point_name_zh=row[3],
        point_name_en=row[4],
        name=row[5],
        terms=CounterTerms(CounterKind(row[6]), Directions(row[7]), row[8], row[9], row[10]),
        point_closed_date=row[11],
        key_last4=row[12],
        key_set_at=row[13],
    )


def standing_terms(counter: CounterFacts, network: NetworkMap) -> CounterTerms:
    """The counter's terms within the days on which its service point and branch stand."""
    branch = network.branches[counter.branch_id]
    ends = [day for day in (counter.terms.ended_date, counter.point_closed_date, branch.closed_date) if day]
    return replace(
        counter.terms,
        first_date=max(counter.terms.first_date, branch.opened_date),
        ended_date=min(ends, default=None),
    )


def calibrations_of(counter_id: int) -> tuple[CalibrationFacts, ...]:
    """Every calibration in the order in which they were entered."""
    return tuple(CalibrationFacts(*row) for row in _rows(sql.CALIBRATIONS, {"counter": counter_id}))


def read_to(counter_id: int) -> datetime | None:
    """The moment of the counter's latest reading."""
    [(moment,)] = _rows(sql.READ_TO, {"counter": counter_id})
    return moment  # type: ignore[no-any-return] # a timestamp or null


def passes_of_day(counter_id: int, day: date) -> dict[int, int]:
    """Who passed in each hour of a day, as far as is known now."""
    return dict(_rows(sql.PASSES_OF_DAY, {"counter": counter_id, "day": day}))


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """Readings by their moment, the latest first; ``before`` continues the list, none at its end."""

    rows: tuple[ReadingFacts, ...]
    before: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """Refused readings as they came, the newest first; ``before`` continues the list, none at its end."""

    rows: tuple[RefusedFacts, ...]
    before: int | None


def list_readings(
    *, counter_id: int, odd: bool = False, before: tuple[str, int] | None = None, size: int = PAGE_ROWS
) -> ReadingPage:
    """What the counter said, with what was made of it; with ``odd`` only what was made otherwise than by counting, or
    was set aside.

    :raises ValueError: ``before`` is no place in such a list.
    """
    place = (datetime.fromisoformat(before[0]), before[1]) if before else (None, None)
    values = {"counter": counter_id, "odd": odd, "at": place[0], "before": place[1], "limit": size + 1}
    found = [_reading(row) for row in _rows(sql.READINGS, values)]
    last = found[size - 1] if len(found) > size else None
    return ReadingPage(tuple(found[:size]), (last.reading.at.isoformat(), last.id) if last else None)


def get_reading(reading_id: int) -> ReadingFacts | None:
    """One reading, or nothing."""
    rows = _rows(sql.ONE_READING, {"reading": reading_id})
    return _reading(rows[0]) if rows else None


def _reading(row: tuple[Any, ...]) -> ReadingFacts:
    reading = Reading(row[1], row[3], row[4], row[2])
    return ReadingFacts(
        id=row[0],
        counter_id=row[13],
        reading=reading,
        received_at=row[5],
        door=row[6],
        entered_by_name=row[7],
        step=Step(reading, Outcome(row[8]), row[10], row[9]) if row[8] else None,
        set_aside_reason=row[11],
        set_aside_by_name=row[12],
    )


def judge_readings(*, counter: CounterFacts, readings: Sequence[Reading], at: datetime) -> tuple[TakenReading, ...]:
    """What would become of readings if they were sent now; nothing is written."""
    terms = standing_terms(counter, network_map())
    sent = [same_moment(reading) for reading in readings]
    seen = {
        Reading(row.at, row.passes, row.passes_out, row.begins_at)
        for row in CounterReading.objects.filter(counter_id=counter.id, at__in={reading.at for reading in sent})
    }
    told = []
    for reading in sent:
        reasons = reasons_against(reading, terms, now=at, zone=library_zone())
        became = Taken.REFUSED if reasons else Taken.REPEATED if reading in seen else Taken.TAKEN
        told.append(TakenReading(reading, became, reasons))
        if not reasons:
            seen.add(reading)
    return tuple(told)


def silent_counters(*, at: datetime, branch_id: int | None = None) -> tuple[SilentCounter, ...]:
    """Counters in use that have said nothing on an open day of the fortnight before today. A branch whose hours nobody
    has entered has no open days here."""
    today, network = local_date(at), network_map()
    counters = [_counter(row) for row in _rows(sql.COUNTERS, {"counter": None, "branch": branch_id, "in_use": True})]
    since = at - timedelta(days=FORTNIGHT + 1)
    asked = {"counters": [one.id for one in counters], "zone": library_zone().key, "since": since}
    heard = set(_rows(sql.DAYS_HEARD, asked))
    found = []
    for counter in counters:
        terms, calendar = standing_terms(counter, network), network.calendar(counter.branch_id)
        days = (today - timedelta(days=number) for number in range(1, FORTNIGHT + 1))
        silent = tuple(
            day
            for day in days
            if terms.first_date <= day and (terms.ended_date is None or day < terms.ended_date)
            if (status := calendar.day_status(day)).is_open and status.is_stated and (counter.id, day) not in heard
        )
        if silent:
            found.append(SilentCounter(counter, silent))
    return tuple(found)


def list_refused(*, counter_id: int, before: int | None = None, size: int = PAGE_ROWS) -> RefusedPage:
    """What the counter said and nobody could believe."""
    found = [
        RefusedFacts(
            row[0], Reading(row[1], row[3], row[4], row[2]), tuple(map(ReadingReason, row[5].split())), row[6], row[7]
        )
        for row in _rows(sql.REFUSED, {"counter": counter_id, "before": before, "limit": size + 1})
    ]
    return RefusedPage(tuple(found[:size]), found[size - 1].id if len(found) > size else None)


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
