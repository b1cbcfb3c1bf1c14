"""到馆人次 of the year: the busy doors every open day, the small ones once a week, stations once a month; in the last
week a gate counter at the main door of the central library."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from wenyuan.doors.cli.demonstration.history import MONTHS, WEEKDAYS
from wenyuan.doors.cli.demonstration.network import CENTRAL, CHILDREN, Site
from wenyuan.kernel.opening import OpeningCalendar
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Desk, Door, Operator
from wenyuan.plumbing.clock import library_zone
from wenyuan.services.visits.data import CounterKind, Directions, Evidence, EvidenceKind, Reading
from wenyuan.services.visits.operations import record_visits, set_up_counter, settle_counters, take_readings

_CENTRAL_SHARES = (1.0, 0.05, 0.45, 0.15, 0.3, 0.2, 0.5, 0.04)
"""Of those who enter the central library, how many come to each service point."""
_EVENING = time(20, 40)
_HOURS = range(9, 18)
COUNTER_DAYS = 7
"""So many days before the last one are counted by the gate counter."""
_FIRST_TOTAL, _MAXIMUM = 64_000, 65_535
"""The counter rolls over within its first days, as real ones do."""


@dataclass(slots=True)
class Gate:
    """The gate counter, from when on it counts, and what it shows."""

    counter_id: int
    service_point_id: int
    first: date
    total: int = _FIRST_TOTAL


def set_gate_up(sites: Mapping[str, Site], *, last: date, desk: Desk) -> Gate:
    """A gate counter at the main door of the central library for the week before the last day."""
    first = last - timedelta(days=COUNTER_DAYS)
    point = sites[CENTRAL].points[0]
    issued = set_up_counter(
        service_point_id=point,
        name="正门红外计数器",
        kind=CounterKind.TOTAL,
        directions=Directions.IN,
        maximum=_MAXIMUM,
        first_date=first,
        at=datetime.combine(last, _EVENING, tzinfo=library_zone()),
        desk=desk,
    )
    return Gate(issued.counter.id, point, first)


def count_visits(
    dice: random.Random,
    sites: Mapping[str, Site],
    *,
    operator: Operator,
    first: date,
    last: date,
    gate: Gate | None = None,
) -> Iterator[date]:
    """Enter the counts of these days, the last day's last; gives each day when it is done.

    :param operator: may enter visits everywhere.
    :param gate: counts its own door from its first day on.
    """
    network = network_map()
    rest = dict.fromkeys(sites, 0)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        busy = WEEKDAYS[day.weekday()] * MONTHS[day.month - 1]
        for code, site in sites.items():
            calendar = network.calendar(site.id)
            if not calendar.is_open_on(day):
                continue
            came = max(1, round(dice.gauss(1, 0.12) * site.place.visitors * busy))
            desk = Desk(operator=operator, branch_id=site.id, door=Door.WORKBENCH, code="D1")
            if code == CENTRAL:
                for point, share in zip(site.points, _CENTRAL_SHARES, strict=True):
                    if gate is not None and point == gate.service_point_id and day >= gate.first:
                        _pass(gate, day, round(came * share), desk)
                    elif share >= 0.4 or day.weekday() == 5:
                        _enter(point, day, round(came * share), EvidenceKind.GATE_COUNTER, "门禁读数", desk)
            elif code == CHILDREN:
                _enter(site.points[0], day, came, EvidenceKind.GATE_COUNTER, "门禁读数", desk)
            else:
                rest[code] += came
                monthly = site.place.kind == "station"
                if day == last or _is_done(calendar, day, monthly=monthly):
                    _enter(site.points[0], day, rest[code], EvidenceKind.HAND_COUNT, "登记本合计", desk)
                    rest[code] = 0
        yield day


def _is_done(calendar: OpeningCalendar, day: date, *, monthly: bool) -> bool:
    """Whether the branch opens no more in this week (or month)."""
    following = calendar.next_open_date(day, inclusive=False)
    if following is None:
        return True
    return following.month != day.month if monthly else following.isocalendar()[:2] != day.isocalendar()[:2]


def _pass(gate: Gate, day: date, persons: int, desk: Desk) -> None:
    """What the counter says in the course of a day, hour by hour, and the journal of it."""
    at = datetime.combine(day, _EVENING, tzinfo=library_zone())
    readings = []
    for number, hour in enumerate(_HOURS):
        passed = persons * number // (len(_HOURS) - 1)
        moment = datetime.combine(day, time(hour), tzinfo=library_zone())
        readings.append(Reading(moment, (gate.total + passed) % (_MAXIMUM + 1)))
    gate.total = readings[-1].passes
    take_readings(counter_id=gate.counter_id, readings=readings, at=at, desk=desk)
    settle_counters(at=at)


def _enter(point: int, day: date, persons: int, kind: EvidenceKind, words: str, desk: Desk) -> None:
    at = datetime.combine(day, _EVENING, tzinfo=library_zone())
    record_visits(service_point_id=point, date=day, persons=persons, evidence=Evidence(kind, words), at=at, desk=desk)
