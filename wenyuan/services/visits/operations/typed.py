"""Typing, correcting and withdrawing counts of visits.

Every change appends to the journal on the day that was counted, whenever it was typed: a correction takes the old
number back with the old entry's own place, and adds the new one.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time

from django.db import IntegrityError

from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.journal.queries import entry_with_key, get_entry
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.transactions import verb
from wenyuan.services.visits import rules
from wenyuan.services.visits.data import CountFacts, Evidence, VisitReason, VisitReceipt, VisitsRefused
from wenyuan.services.visits.models import VisitCount
from wenyuan.services.visits.operations.points import hold_counters_of, point_facts
from wenyuan.services.visits.operations.settling import settle_day
from wenyuan.services.visits.queries import counted_by_counters, get_count

NOON = time(12)


@needs(Act.ENTER_VISITS)
def record_visits(
    *,
    service_point_id: int,
    date: date,
    persons: int,
    evidence: Evidence,
    at: datetime,
    desk: Desk,
    instead_of_counter: bool = False,
    key: str | None = None,
) -> VisitReceipt:
    """Enter how many people came through a service point on a day; also anew after the earlier count was withdrawn.

    Where a counter has counted that day, the typed count must say that it is to stand instead: then the counter's
    visits of the day are taken back, and come again if the typed count is withdrawn.

    :raises NotAllowed: the operator may not enter visits at the service point's branch.
    :raises VisitsRefused: with every reason; ``already_counted`` names the count that stands.
    """
    return _twice(lambda: _record(service_point_id, date, persons, evidence, at, desk, instead_of_counter, key))


@needs(Act.ENTER_VISITS)
def correct_visits(
    *,
    count_id: int,
    persons: int,
    evidence: Evidence,
    at: datetime,
    desk: Desk,
    reason: str = "",
    key: str | None = None,
) -> VisitReceipt:
    """Replace the count that stands by another number, or by the same with other evidence.

    :raises NotAllowed: the operator may not enter visits at the service point's branch.
    :raises VisitsRefused: with every reason; ``superseded`` when somebody corrected it first.
    """
    return _twice(lambda: _correct(count_id, persons, evidence, reason, at, desk, key))


@needs(Act.ENTER_VISITS)
def withdraw_visits(*, count_id: int, reason: str, at: datetime, desk: Desk, key: str | None = None) -> VisitReceipt:
    """Take back a count that was typed for the wrong point or day: then nothing is counted there.

    :raises NotAllowed: the operator may not enter visits at the service point's branch.
    :raises VisitsRefused: with every reason; a reason in words is needed.
    """
    return _twice(lambda: _withdraw(count_id, reason, at, desk, key))


def _twice(attempt: Callable[[], VisitReceipt]) -> VisitReceipt:
    """Who loses a race (first count of a day, one key) looks again, and then sees what the winner wrote."""
    try:
        return attempt()
    except IntegrityError:
        return attempt()


@verb
def _record(
    point_id: int,
    day: date,
    persons: int,
    evidence: Evidence,
    at: datetime,
    desk: Desk,
    instead_of_counter: bool,
    key: str | None,
) -> VisitReceipt:
    point = _point_for(point_id, day, desk)
    counters = hold_counters_of(point_id)
    latest = _latest(point_id, day)
    # the key is looked up after the day: what a twin request wrote in between is then known to be its answer
    if key and (done := _count_with_key(key)):
        same = (done.service_point_id, done.day, done.persons, done.withdrawn) == (point_id, day, persons, False)
        return _repeated(done, same)
    reasons = [
        *rules.reasons_against_day(point, day=day, today=local_date(at)),
        *rules.reasons_against_number(persons, evidence),
    ]
    if latest is not None and not latest.withdrawn:
        reasons.append(VisitReason.ALREADY_COUNTED)
    elif counters and not instead_of_counter and counted_by_counters(point_id, day) is not None:
        reasons.append(VisitReason.COUNTED_BY_COUNTER)
    if reasons:
        raise VisitsRefused(*reasons, count_id=latest.id if latest and not latest.withdrawn else None)
    [entry_id] = record(_entry(point, day, persons, evidence, desk, key))
    receipt = _write(
        point_id, day, persons, evidence, at=at, desk=desk, entry_id=entry_id, replaces_id=latest.id if latest else None
    )
    _settle(counters, day, at, desk)
    _audit("record_visits", receipt.count, None, point.branch_id, at, desk)
    return receipt


@verb
def _correct(
    count_id: int, persons: int, evidence: Evidence, reason: str, at: datetime, desk: Desk, key: str | None
) -> VisitReceipt:
    count = _locked(count_id)
    point = _point_for(count.service_point_id, count.day, desk)
    if key and (done := _count_with_key(key)):
        return _repeated(done, (done.replaces_id, done.persons, done.withdrawn) == (count_id, persons, False))
    newer_id = _newer_id(count_id)
    reasons = [
        *rules.reasons_against_change(count, newer_id),
        *rules.reasons_against_number(persons, evidence),
        *rules.reasons_against_words(reason, needed=False),
    ]
    if not reasons and (persons, _trimmed(evidence)) == (count.persons, count.evidence):
        reasons.append(VisitReason.NOTHING_CHANGES)
    if reasons:
        raise VisitsRefused(*reasons, count_id=newer_id)
    back = _reversal(count, desk)
    # the place is the old entry's, so that a service point moved since then does not split the day between two areas
    fresh = replace(back, persons=persons, reverses_id=None, key=key, details=_details(evidence))
    _, entry_id = record(back, fresh)
    receipt = _write(
        count.service_point_id,
        count.day,
        persons,
        evidence,
        at=at,
        desk=desk,
        entry_id=entry_id,
        replaces_id=count_id,
        reason=reason,
    )
    _audit("correct_visits", receipt.count, count, point.branch_id, at, desk)
    return receipt


@verb
def _withdraw(count_id: int, reason: str, at: datetime, desk: Desk, key: str | None) -> VisitReceipt:
    counted = get_count(count_id)
    counters = hold_counters_of(counted.service_point_id) if counted is not None else []
    count = _locked(count_id)
    point = _point_for(count.service_point_id, count.day, desk)
    if key and (done := _count_with_key(key)):
        return _repeated(done, (done.replaces_id, done.withdrawn) == (count_id, True))
    newer_id = _newer_id(count_id)
    reasons = [
        *rules.reasons_against_change(count, newer_id),
        *rules.reasons_against_words(reason, needed=True),
    ]
    if reasons:
        raise VisitsRefused(*reasons, count_id=newer_id)
    [entry_id] = record(replace(_reversal(count, desk), key=key))
    receipt = _write(
        count.service_point_id,
        count.day,
        0,
        count.evidence,
        at=at,
        desk=desk,
        entry_id=entry_id,
        replaces_id=count_id,
        reason=reason,
        withdrawn=True,
    )
    _settle(counters, count.day, at, desk)
    _audit("withdraw_visits", receipt.count, count, point.branch_id, at, desk)
    return receipt


def _settle(counters: list[int], day: date, at: datetime, desk: Desk) -> None:
    """Have the counters of the service point make way for a typed count, or count again when it is gone."""
    for counter_id in counters:
        settle_day(counter_id, day, at=at, desk=desk)


def _point_for(point_id: int, day: date, desk: Desk) -> rules.PointFacts:
    """The service point, once it is clear that the operator may count there."""
    point = point_facts(point_id, day)
    if point is None:
        raise VisitsRefused(VisitReason.UNKNOWN_POINT)
    require(desk.operator, Act.ENTER_VISITS, point.branch_id)
    return point


def _count_with_key(key: str) -> CountFacts | None:
    """What a request with this key has written.

    :raises VisitsRefused: the key stands for an act that is none of this room's.
    """
    earlier = entry_with_key(key)
    if earlier is None:
        return None
    row = VisitCount.objects.filter(entry_id=earlier.id).only("id").first()
    if row is None:
        raise VisitsRefused(VisitReason.KEY_REUSED)
    return get_count(row.id)


def _repeated(done: CountFacts, same: bool) -> VisitReceipt:
    if not same:
        raise VisitsRefused(VisitReason.KEY_REUSED, count_id=done.id)
    return VisitReceipt(done, repeated=True)


def _latest(point_id: int, day: date) -> VisitCount | None:
    """The newest row of the day, locked; without one, the unique first count decides between two writers."""
    return VisitCount.objects.select_for_update().filter(service_point_id=point_id, date=day).order_by("-id").first()


def _locked(count_id: int) -> CountFacts:
    """The row, held until the end, so that of two corrections the second sees the first."""
    VisitCount.objects.select_for_update().filter(id=count_id).first()
    count = get_count(count_id)
    if count is None:
        raise VisitsRefused(VisitReason.UNKNOWN_COUNT)
    return count


def _newer_id(count_id: int) -> int | None:
    return VisitCount.objects.filter(replaces_id=count_id).values_list("id", flat=True).first()


def _entry(point: rules.PointFacts, day: date, persons: int, evidence: Evidence, desk: Desk, key: str | None) -> Entry:
    """The journal's row, at noon of the day counted so that it falls on that day; it counts people, not items."""
    return Entry(
        kind=Kind.VISIT,
        occurred_at=datetime.combine(day, NOON, tzinfo=library_zone()),
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=point.branch_id,
        area_id=point.area_id,
        service_point_id=point.id,
        quantity=0,
        persons=persons,
        subject_kind="service_point",
        subject_id=point.id,
        key=key,
        details=_details(evidence),
    )


def _details(evidence: Evidence) -> dict[str, object]:
    return {"evidence": evidence.kind.value}


def _reversal(count: CountFacts, desk: Desk) -> Entry:
    """What takes the count's own entry back."""
    earlier = get_entry(count.entry_id)
    assert earlier is not None, "the journal keeps every entry"
    return replace(
        earlier.entry,
        persons=-count.persons,
        reverses_id=earlier.id,
        key=None,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
    )


def _write(
    point_id: int,
    day: date,
    persons: int,
    evidence: Evidence,
    *,
    at: datetime,
    desk: Desk,
    entry_id: int,
    replaces_id: int | None,
    reason: str = "",
    withdrawn: bool = False,
) -> VisitReceipt:
    kept = _trimmed(evidence)
    row = VisitCount.objects.create(
        service_point_id=point_id,
        date=day,
        persons=persons,
        evidence_kind=kept.kind.value,
        evidence=kept.text,
        reason=reason.strip(),
        withdrawn=withdrawn,
        entered_by_id=desk.operator.account_id,
        entered_at=at,
        replaces_id=replaces_id,
        entry_id=entry_id,
    )
    count = get_count(row.id)
    assert count is not None
    return VisitReceipt(count)


def _trimmed(evidence: Evidence) -> Evidence:
    return Evidence(evidence.kind, evidence.text.strip())


def _audit(act: str, count: CountFacts, before: CountFacts | None, branch_id: int, at: datetime, desk: Desk) -> None:
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="visit_count",
        subject_id=count.id,
        branch_id=branch_id,
        reason=count.reason,
        before=_shown(before) if before else None,
        after=_shown(count),
    )


def _shown(count: CountFacts) -> dict[str, object]:
    return {
        "service_point_id": count.service_point_id,
        "date": count.day,
        "persons": None if count.withdrawn else count.persons,
        "evidence": count.evidence.kind,
    }
