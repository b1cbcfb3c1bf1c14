"""诚信借阅积分: given and taken by rules that are rows, with a floor and a way back; off at first, never public."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Sum

from wenyuan.lending.fees import rules
from wenyuan.lending.fees.data import (
    DEFAULT_RULES,
    EARNED_BACK,
    FeeReason,
    FeesRefused,
    PointEvent,
    PointRuleFacts,
    PointSchemeFacts,
)
from wenyuan.lending.fees.ledger import Holder, lock_holder, refuse_if, text_faults, twice
from wenyuan.lending.fees.models import PointRow, PointRule, PointScheme
from wenyuan.lending.fees.point_reads import point_rules, point_scheme
from wenyuan.organisation.journal.data import Entry as JournalEntry
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.transactions import assert_in_verb, verb

MOST_POINTS = 1000


@needs()
@verb
def install_default_point_rules() -> int:
    """Add the rules that are missing, all of them off, and the scheme, off too; returns how many were added."""
    PointScheme.objects.get_or_create(id=1)
    added = 0
    for facts in DEFAULT_RULES:
        _, made = PointRule.objects.get_or_create(
            event=facts.event.value,
            defaults={
                "points": facts.points,
                "daily_cap": facts.daily_cap,
                "monthly_cap": facts.monthly_cap,
                "is_on": facts.is_on,
            },
        )
        added += made
    return added


def award(*, patron_id: int, event: PointEvent, source: str, at: datetime, desk: Desk) -> int:
    """A step: something happened for which a rule gives or takes points; returns what changed. ``source`` names what
    happened (``loan:123``): the same event of one source counts once.

    Nothing happens, by one look at the rules and without a lock, while the scheme or the rule is off.

    :raises FeesRefused: no such patron.
    """
    assert_in_verb()
    scheme, rule = point_scheme(), point_rules().get(event)
    if not scheme.is_on or rule is None or not rule.is_on:
        return 0
    holder = lock_holder(patron_id)
    key = _key(event, source)
    if PointRow.objects.filter(key_hash=key).exists():
        return 0
    day = local_date(at)
    own = PointRow.objects.filter(account__patron_id=patron_id)
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    of_event = own.filter(event=event.value, local_date__gte=first, local_date__lt=following)
    month = list(of_event.values_list("local_date", "points"))
    points = rules.points_given(
        rule.points,
        balance=balance_of(patron_id, scheme),
        floor=scheme.floor,
        ceiling=scheme.ceiling,
        today=[points for on, points in month if on == day],
        month=[points for _, points in month],
        daily_cap=rule.daily_cap,
        monthly_cap=rule.monthly_cap,
    )
    if points:
        _write(holder, event, points, reason="", key=key, at=at, desk=desk)
    return points


def take_award_back(*, patron_id: int, event: PointEvent, source: str, at: datetime, desk: Desk) -> int:
    """A step: what a source brought was undone, so what it gave is taken and what it took is given, within floor and
    ceiling; returns what changed. Once a source, also while the rule is off by now."""
    assert_in_verb()
    if not PointRow.objects.filter(key_hash=_key(event, source)).exists():
        return 0
    holder = lock_holder(patron_id)
    row = PointRow.objects.filter(key_hash=_key(event, source), account_id=holder.account_id).first()
    key = _key(event, f"{source}:undone")
    if row is None or PointRow.objects.filter(key_hash=key).exists():
        return 0
    scheme = point_scheme()
    points = rules.points_given(
        -row.points, balance=balance_of(patron_id, scheme), floor=scheme.floor, ceiling=scheme.ceiling
    )
    if points:
        _write(holder, event, points, reason="", key=key, at=at, desk=desk)
    return points


def _key(event: PointEvent, source: str) -> bytes:
    """By which a source counts once, without its name."""
    return lookup_hash("fees:points", f"{event.value}:{source}")


def balance_of(patron_id: int, scheme: PointSchemeFacts) -> int:
    """Where the patron stands: the start and every change, never outside floor and ceiling."""
    rows = PointRow.objects.filter(account__patron_id=patron_id)
    found = scheme.start + (rows.aggregate(total=Sum("points"))["total"] or 0)
    found = max(found, scheme.floor)
    return found if scheme.ceiling is None else min(found, scheme.ceiling)


def _write(
    holder: Holder, event: PointEvent, points: int, *, reason: str, key: bytes | None, at: datetime, desk: Desk
) -> PointRow:
    return PointRow.objects.create(
        account_id=holder.account_id,
        event=event.value,
        points=points,
        reason=reason.strip(),
        branch_id=desk.branch_id,
        door=desk.door.value,
        entered_by_id=desk.operator.account,
        at=at,
        local_date=local_date(at),
        key_hash=key,
    )


@needs(Act.GIVE_POINTS)
def give_points(
    *, patron_id: int, event: PointEvent, points: int, reason: str, at: datetime, desk: Desk, key: str | None = None
) -> int:
    """Give points back for volunteer hours or a quiz, or correct them; returns what changed within floor and ceiling.

    :raises NotAllowed: the operator may not give points here.
    :raises FeesRefused: with every reason: the scheme is off, an event that rules decide, no such number, no words.
    """
    return twice(lambda: _give(patron_id, event, points, reason, at, desk, key))


@verb
def _give(
    patron_id: int, event: PointEvent, points: int, reason: str, at: datetime, desk: Desk, key: str | None
) -> int:
    require(desk.operator, Act.GIVE_POINTS, desk.branch_id)
    scheme, holder = point_scheme(), lock_holder(patron_id)
    digest = lookup_hash("fees:points", f"given:{key}") if key else None
    if digest and (done := PointRow.objects.select_related("account").filter(key_hash=digest).first()):
        if (done.account.patron_id, done.event) != (patron_id, event.value):
            raise FeesRefused(FeeReason.KEY_REUSED)
        return done.points
    faults = text_faults(reason, needed=True)
    if not scheme.is_on:
        faults.append(FeeReason.POINTS_OFF)
    if event not in EARNED_BACK:
        faults.append(FeeReason.POINTS_BY_RULE)
    if points == 0 or abs(points) > MOST_POINTS or (points < 0 and event is not PointEvent.CORRECTION):
        faults.append(FeeReason.BAD_POINTS)
    refuse_if(faults)
    given = rules.points_given(
        points, balance=balance_of(patron_id, scheme), floor=scheme.floor, ceiling=scheme.ceiling
    )
    if given:
        row = _write(holder, event, given, reason=reason, key=digest, at=at, desk=desk)
        after = {"event": event.value, "points": given}
        audit(at=at, desk=desk, act="give_points", subject_kind="points", subject_id=row.id, reason=reason, after=after)
    return given


@needs(Act.EDIT_POLICIES)
@verb
def set_point_rule(*, rule: PointRuleFacts, at: datetime, desk: Desk) -> None:
    """Change what an event gives or takes, its caps, or switch it on or off; what was given stays given.

    :raises NotAllowed: no right to the policies of the whole network.
    :raises FeesRefused: numbers that are none, or a sign that is not the event's.
    """
    require(desk.operator, Act.EDIT_POLICIES, None)
    before = PointRule.objects.select_for_update().filter(event=rule.event.value).first()
    if before is None:
        raise FeesRefused(FeeReason.POINTS_BY_RULE)
    caps = [cap for cap in (rule.daily_cap, rule.monthly_cap) if cap is not None]
    if not 0 < abs(rule.points) <= MOST_POINTS or (rule.points > 0) != (before.points > 0):
        raise FeesRefused(FeeReason.BAD_POINTS)
    if any(not 0 < cap <= MOST_POINTS for cap in caps):
        raise FeesRefused(FeeReason.BAD_POINTS)
    was = _shown(PointRuleFacts(rule.event, before.points, before.daily_cap, before.monthly_cap, before.is_on))
    if was == _shown(rule):
        return
    before.points, before.daily_cap, before.monthly_cap = rule.points, rule.daily_cap, rule.monthly_cap
    before.is_on = rule.is_on
    before.save()
    _note("set_point_rule", was, _shown(rule), at=at, desk=desk)


def _shown(rule: PointRuleFacts) -> dict[str, object]:
    return {
        "event": rule.event.value,
        "points": rule.points,
        "daily_cap": rule.daily_cap,
        "monthly_cap": rule.monthly_cap,
        "is_on": rule.is_on,
    }


@needs(Act.EDIT_POLICIES)
@verb
def set_point_scheme(*, scheme: PointSchemeFacts, at: datetime, desk: Desk) -> None:
    """Switch the points on or off for the whole network, and say where readers start and between what they stay.

    :raises NotAllowed: no right to the policies of the whole network.
    :raises FeesRefused: floor, start and ceiling are not in that order, or no such numbers.
    """
    require(desk.operator, Act.EDIT_POLICIES, None)
    ceiling = MOST_POINTS if scheme.ceiling is None else scheme.ceiling
    if not 0 <= scheme.floor <= scheme.start <= ceiling <= MOST_POINTS:
        raise FeesRefused(FeeReason.BAD_POINTS)
    row, _ = PointScheme.objects.select_for_update().get_or_create(id=1)
    was = {"is_on": row.is_on, "start": row.start, "floor": row.floor, "ceiling": row.ceiling}
    row.is_on, row.start, row.floor, row.ceiling = scheme.is_on, scheme.start, scheme.floor, scheme.ceiling
    row.save()
    after = {"is_on": row.is_on, "start": row.start, "floor": row.floor, "ceiling": row.ceiling}
    if was != after:
        _note("set_point_scheme", was, after, at=at, desk=desk)


def _note(what: str, before: Mapping[str, object], after: Mapping[str, object], *, at: datetime, desk: Desk) -> None:
    record(
        JournalEntry(
            kind=Kind.POLICY_CHANGED,
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account_id,
            branch_id=desk.branch_id,
            service_point_id=desk.service_point_id,
            details={"what": what, **after},
        )
    )
    audit(at=at, desk=desk, act=what, subject_kind="point_rule", before=before, after=after)
