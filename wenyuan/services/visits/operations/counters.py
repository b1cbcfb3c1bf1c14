"""Counters at doors: set up with a key, calibrated from a day on, taken down.

How a counter counts never changes. One that was set up wrongly is ended as of its first day, which takes back all that
it counted, and set up anew.
"""

import secrets
from datetime import date, datetime, timedelta

from django.db import IntegrityError

from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.transactions import verb
from wenyuan.services.visits import rules
from wenyuan.services.visits.counter_reads import calibrations_of, get_counter
from wenyuan.services.visits.counting import LARGEST_TOTAL, LEAST_PERMILLE, MOST_PERMILLE, permille_on
from wenyuan.services.visits.data import (
    CounterFacts,
    CounterKind,
    CounterReason,
    CounterRefused,
    Directions,
    IssuedCounter,
)
from wenyuan.services.visits.models import Calibration, Counter
from wenyuan.services.visits.operations.points import point_facts
from wenyuan.services.visits.operations.settling import unsettle

KEY_PREFIX = "wyc_"
"""How every key begins, so that one left in a file or a log is known for what it is."""
KEY_BYTES = 32
NAME_CHARACTERS = 60
_PURPOSE = "counter key"


def hash_of_key(secret: str) -> bytes:
    """By which a counter is found again."""
    return lookup_hash(_PURPOSE, secret)


@needs(Act.EDIT_NETWORK)
def set_up_counter(
    *,
    service_point_id: int,
    name: str,
    kind: CounterKind,
    directions: Directions,
    maximum: int | None,
    first_date: date,
    at: datetime,
    desk: Desk,
) -> IssuedCounter:
    """Set a counter up at a service point. Its key is told this once: only a keyed hash of it is kept.

    ``maximum`` is the highest total before it goes on from 0, none where that is unknown. Readings from
    ``first_date`` on are taken, which may lie in the past: a sheet of old readings can then be loaded.

    :raises NotAllowed: the operator may not edit the network at the service point's branch.
    :raises CounterRefused: with every reason.
    """
    try:
        return _set_up(service_point_id, name.strip(), kind, directions, maximum, first_date, at, desk)
    except IntegrityError:
        raise CounterRefused(CounterReason.NAME_TAKEN) from None


@verb
def _set_up(
    point_id: int,
    name: str,
    kind: CounterKind,
    directions: Directions,
    maximum: int | None,
    first_date: date,
    at: datetime,
    desk: Desk,
) -> IssuedCounter:
    point = point_facts(point_id, first_date)
    if point is None:
        raise CounterRefused(CounterReason.UNKNOWN_POINT)
    require(desk.operator, Act.EDIT_NETWORK, point.branch_id)
    reasons = [*_reasons_against_name(name)]
    if rules.reasons_against_day(point, day=first_date, today=first_date):
        reasons.append(CounterReason.POINT_CLOSED)
    if first_date > local_date(at):
        reasons.append(CounterReason.FUTURE_DAY)
    if maximum is not None and (kind is not CounterKind.TOTAL or not 0 < maximum <= LARGEST_TOTAL):
        reasons.append(CounterReason.BAD_MAXIMUM)
    if Counter.objects.filter(service_point_id=point_id, name=name, ended_date__isnull=True).exists():
        reasons.append(CounterReason.NAME_TAKEN)
    if reasons:
        raise CounterRefused(*reasons)
    secret = _new_key()
    row = Counter.objects.create(
        service_point_id=point_id,
        name=name,
        kind=kind.value,
        directions=directions.value,
        maximum=maximum,
        first_date=first_date,
        key_hash=hash_of_key(secret),
        key_last4=secret[-4:],
        key_set_at=at,
        set_up_at=at,
        set_up_by_id=desk.operator.account_id,
    )
    shown = {"kind": kind, "directions": directions, "maximum": maximum, "first_date": first_date, "name": name}
    counter = _counter(row.id)
    _audit("set_up_counter", counter, at, desk, after={"service_point_id": point_id, **shown})
    return IssuedCounter(counter, secret)


def _reasons_against_name(name: str) -> list[CounterReason]:
    if not name:
        return [CounterReason.NAME_MISSING]
    return [] if len(name) <= NAME_CHARACTERS and name.isprintable() else [CounterReason.TEXT_TOO_LONG]


def _new_key() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)


@needs(Act.EDIT_NETWORK)
@verb
def renew_counter_key(*, counter_id: int, at: datetime, desk: Desk) -> IssuedCounter:
    """Give a counter another key, told this once; from the next request on the old one opens nothing.

    :raises NotAllowed: the operator may not edit the network at the counter's branch.
    :raises CounterRefused: unknown, or taken down.
    """
    counter = _locked(counter_id, desk, Act.EDIT_NETWORK)
    if counter.terms.ended_date is not None:
        raise CounterRefused(CounterReason.ENDED)
    secret = _new_key()
    Counter.objects.filter(id=counter_id).update(key_hash=hash_of_key(secret), key_last4=secret[-4:], key_set_at=at)
    _audit("renew_counter_key", counter, at, desk)
    return IssuedCounter(_counter(counter_id), secret)


@needs(Act.EDIT_NETWORK)
@verb
def end_counter(*, counter_id: int, ended_date: date, reason: str, at: datetime, desk: Desk) -> CounterFacts:
    """Take a counter down: from ``ended_date`` on, which may have passed, its readings are refused, and those that it
    has sent since count no more. It cannot be undone.

    :raises NotAllowed: the operator may not edit the network at the counter's branch.
    :raises CounterRefused: with every reason.
    """
    counter = _locked(counter_id, desk, Act.EDIT_NETWORK)
    reasons = [*_reasons_against_words(reason)]
    if counter.terms.ended_date is not None:
        reasons.append(CounterReason.ENDED)
    if ended_date < counter.terms.first_date:
        reasons.append(CounterReason.BEFORE_COUNTER)
    if ended_date > local_date(at) + timedelta(days=1):
        reasons.append(CounterReason.FUTURE_DAY)
    if reasons:
        raise CounterRefused(*reasons)
    Counter.objects.filter(id=counter_id).update(ended_date=ended_date)
    unsettle(counter_id, first_date=ended_date)
    _audit("end_counter", counter, at, desk, reason=reason, after={"ended_date": ended_date})
    return _counter(counter_id)


@needs(Act.EDIT_NETWORK)
@verb
def calibrate_counter(
    *, counter_id: int, first_date: date, permille: int, reason: str, at: datetime, desk: Desk
) -> None:
    """Say by how many per mille the counter's numbers become visits from a day on, until the day of the next
    calibration. A day that has passed is counted anew; of one day the last word holds.

    :raises NotAllowed: the operator may not edit the network at the counter's branch.
    :raises CounterRefused: with every reason; ``reason`` says what was compared.
    """
    counter = _locked(counter_id, desk, Act.EDIT_NETWORK)
    known = [(one.first_date, one.permille) for one in calibrations_of(counter_id)]
    reasons = [*_reasons_against_words(reason)]
    if first_date < counter.terms.first_date:
        reasons.append(CounterReason.BEFORE_COUNTER)
    if first_date > local_date(at) + timedelta(days=1):
        reasons.append(CounterReason.FUTURE_DAY)
    if not LEAST_PERMILLE <= permille <= MOST_PERMILLE:
        reasons.append(CounterReason.BAD_CALIBRATION)
    elif permille == (before := permille_on(first_date, known)):
        reasons.append(CounterReason.NOTHING_CHANGES)
    if reasons:
        raise CounterRefused(*reasons)
    Calibration.objects.create(
        counter_id=counter_id,
        first_date=first_date,
        permille=permille,
        reason=reason.strip(),
        entered_by_id=desk.operator.account_id,
        entered_at=at,
    )
    until = min((day for day, _permille in known if day > first_date), default=None)
    unsettle(counter_id, first_date=first_date, until=until)
    _audit(
        "calibrate_counter",
        counter,
        at,
        desk,
        reason=reason,
        before={"permille": before},
        after={"permille": permille, "first_date": first_date},
    )


def _reasons_against_words(reason: str) -> list[CounterReason]:
    if not reason.strip():
        return [CounterReason.REASON_MISSING]
    return [CounterReason.TEXT_TOO_LONG] if len(reason.strip()) > rules.TEXT_CHARACTERS else []


def _locked(counter_id: int, desk: Desk, act: Act) -> CounterFacts:
    """The counter, held until the end, once it is clear that the operator may act there."""
    Counter.objects.select_for_update(no_key=True).filter(id=counter_id).first()
    counter = get_counter(counter_id)
    if counter is None:
        raise CounterRefused(CounterReason.UNKNOWN_COUNTER)
    require(desk.operator, act, counter.branch_id)
    return counter


def _counter(counter_id: int) -> CounterFacts:
    counter = get_counter(counter_id)
    assert counter is not None
    return counter


def _audit(
    act: str,
    counter: CounterFacts,
    at: datetime,
    desk: Desk,
    *,
    reason: str = "",
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="counter",
        subject_id=counter.id,
        branch_id=counter.branch_id,
        reason=reason,
        before=before,
        after=after,
    )
