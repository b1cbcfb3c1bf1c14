"""Closures 闭馆: drafted by who keeps the calendar, in force once signed by who may, then extended, ended or withdrawn.

A notice is one act for many branches; each branch has its closure, which may come to an end of its own. Signing, ending
and withdrawing are entries of the journal for each branch, and due dates follow them (``lending.circulation.closing``).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import connection
from django.db.models import QuerySet

from wenyuan.kernel.opening import horizon_of
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network import models, sql
from wenyuan.organisation.network.data import NetworkReason, NetworkRefused, Services
from wenyuan.organisation.network.operations.places import refuse_strange_area
from wenyuan.organisation.network.operations.records import clean, iso, leave_trace, lock_network, standing_branch
from wenyuan.organisation.network.queries import branches_of_notice
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import assert_in_verb, verb

EVERYTHING = Services(door=True, book_drop=True, digital=False)
MOST_A_DAY = 300
"""How many loans of a branch may be moved to one day, where nobody says otherwise."""
LARGEST_MOST = 100_000
SERVICE_NAMES = ("door", "book_drop", "digital")

Scope = models.ClosureScope


@needs(Act.EDIT_CALENDAR)
@verb
def draft_closure(
    *,
    scope: str,
    first_date: date,
    last_date: date | None,
    reason: str,
    at: datetime,
    desk: Desk,
    branch_id: int | None = None,
    area_id: int | None = None,
    service_point_id: int | None = None,
    shuts: Services = EVERYTHING,
    most_a_day: int | None = MOST_A_DAY,
) -> int:
    """Write a closure notice as a draft: nothing is shut before it is signed. Returns its id.

    ``scope`` is a ``models.ClosureScope``; all but ``network`` name a branch, ``area`` and ``service_point`` that too.
    First and last day are included; without a last day it is until further notice. ``most_a_day`` limits how many loans
    of a branch may be moved to one day after it (none: all to the first).

    :raises NetworkRefused: unknown scope, branch, area or service point; a branch not yet open or closed for good; ends
        before it begins; no reason; shuts nothing; a limit that is none.
    :raises NotAllowed: no right to the calendar of one of the branches.
    """
    lock_network()
    notice = _draft(scope, branch_id, area_id, service_point_id, shuts, first_date, last_date, reason, most_a_day)
    _require(notice, Act.EDIT_CALENDAR, desk)
    notice.drafted_at, notice.drafted_by = at, desk.operator.account_id
    notice.save()
    _leave_notice_trace("draft_closure", notice, at, desk, kind=Kind.CLOSURE_DRAFTED, after=_values(notice))
    return notice.id


def _draft(
    scope: str,
    branch_id: int | None,
    area_id: int | None,
    service_point_id: int | None,
    shuts: Services,
    first_date: date,
    last_date: date | None,
    reason: str,
    most_a_day: int | None,
) -> models.ClosureNotice:
    if scope not in Scope.values or (scope == Scope.NETWORK) != (branch_id is None):
        raise NetworkRefused(NetworkReason.UNKNOWN_SCOPE, scope=scope[:16])
    if (scope == Scope.AREA) != (area_id is not None) or (scope == Scope.SERVICE_POINT) != (
        service_point_id is not None
    ):
        raise NetworkRefused(NetworkReason.UNKNOWN_SCOPE, scope=scope)
    if branch_id is not None:
        standing_branch(branch_id, on=first_date)
        refuse_strange_area(area_id, branch_id)
        _refuse_strange_point(service_point_id, branch_id)
    if not (shuts.door or shuts.book_drop or shuts.digital):
        raise NetworkRefused(NetworkReason.SHUTS_NOTHING)
    public_reason = clean(reason, field="reason", needed=True)
    if last_date is not None and last_date < first_date:
        raise NetworkRefused(NetworkReason.BAD_DATES, first=first_date.isoformat(), last=last_date.isoformat())
    if most_a_day is not None and not 1 <= most_a_day <= LARGEST_MOST:
        raise NetworkRefused(NetworkReason.BAD_VALUE, field="most_a_day", most=LARGEST_MOST)
    return models.ClosureNotice(
        scope=scope,
        branch_id=branch_id,
        area_id=area_id,
        service_point_id=service_point_id,
        shuts_door=shuts.door,
        shuts_book_drop=shuts.book_drop,
        shuts_digital=shuts.digital,
        first_date=first_date,
        last_date=last_date,
        reason=public_reason,
        most_a_day=most_a_day,
    )


def _refuse_strange_point(service_point_id: int | None, branch_id: int) -> None:
    if service_point_id is None:
        return
    if not models.ServicePoint.objects.filter(id=service_point_id, branch_id=branch_id).exists():
        raise NetworkRefused(NetworkReason.UNKNOWN_SERVICE_POINT)


def _require(notice: models.ClosureNotice, act: Act, desk: Desk) -> None:
    """:raises NotAllowed: the operator may not do this at one of the branches, or for all of them."""
    require(desk.operator, act, notice.branch_id)
    for branch_id in branches_of_notice(notice):
        require(desk.operator, act, branch_id)


@needs(Act.EDIT_CALENDAR)
@verb
def discard_closure(*, notice_id: int, at: datetime, desk: Desk) -> None:
    """Take a draft back; it stays in the list as withdrawn.

    :raises NetworkRefused: unknown, or no draft any more.
    :raises NotAllowed: no right to the calendar of one of the branches.
    """
    notice = _notice(notice_id)
    _require(notice, Act.EDIT_CALENDAR, desk)
    _refuse_unless_draft(notice)
    notice.withdrawn_at = at
    notice.save(update_fields=["withdrawn_at"])
    _leave_notice_trace("discard_closure", notice, at, desk, before=_values(notice))


def _notice(notice_id: int) -> models.ClosureNotice:
    lock_network()
    notice = models.ClosureNotice.objects.filter(id=notice_id).first()
    if notice is None:
        raise NetworkRefused(NetworkReason.UNKNOWN_CLOSURE)
    return notice


def _refuse_unless_draft(notice: models.ClosureNotice) -> None:
    if notice.signed_at is not None or notice.withdrawn_at is not None:
        raise NetworkRefused(NetworkReason.NOT_A_DRAFT)


@needs(Act.SIGN_CLOSURE)
@verb
def sign_closure(*, notice_id: int, at: datetime, desk: Desk) -> tuple[int, ...]:
    """Put a draft in force: every branch that it covers and that stands on its first day is shut. Returns their ids.

    :raises NetworkRefused: unknown, or no draft any more; its branch has closed for good meanwhile.
    :raises NotAllowed: no right to sign for one of the branches.
    """
    notice = _notice(notice_id)
    _require(notice, Act.SIGN_CLOSURE, desk)
    _refuse_unless_draft(notice)
    if notice.branch_id is not None:
        standing_branch(notice.branch_id, on=notice.first_date)
    return _put_in_force("sign_closure", notice, at, desk)


@needs(Act.EDIT_CALENDAR, Act.SIGN_CLOSURE)
@verb
def declare_closure(
    *,
    branch_id: int,
    first_date: date,
    last_date: date | None,
    reason: str,
    at: datetime,
    desk: Desk,
    with_subtree: bool = False,
) -> tuple[int, ...]:
    """Draft and sign at once, by one who may both: shut a branch, or all that stands below it too.

    Returns the ids of the closures, the branch's own first.

    :raises NetworkRefused: as ``draft_closure``.
    :raises NotAllowed: no right to the calendar, or to sign, at one of the branches.
    """
    require(desk.operator, Act.EDIT_CALENDAR, branch_id)
    lock_network()
    scope = Scope.SUBTREE if with_subtree else Scope.BRANCH
    notice = _draft(scope, branch_id, None, None, EVERYTHING, first_date, last_date, reason, MOST_A_DAY)
    _require(notice, Act.EDIT_CALENDAR, desk)
    _require(notice, Act.SIGN_CLOSURE, desk)
    notice.drafted_at, notice.drafted_by = at, desk.operator.account_id
    return _put_in_force("declare_closure", notice, at, desk)


def _put_in_force(what: str, notice: models.ClosureNotice, at: datetime, desk: Desk) -> tuple[int, ...]:
    notice.signed_at, notice.signed_by = at, desk.operator.account_id
    notice.save()
    rows = models.Closure.objects.bulk_create(
        models.Closure(
            notice=notice,
            branch_id=branch_id,
            area_id=notice.area_id,
            service_point_id=notice.service_point_id,
            shuts_door=notice.shuts_door,
            first_date=notice.first_date,
            last_date=notice.last_date,
            horizon=_horizon(notice.first_date, notice.last_date, local_date(at)),
            reason=notice.reason,
            most_a_day=notice.most_a_day,
        )
        for branch_id in branches_of_notice(notice)
    )
    for row in rows:
        _leave_trace(what, row, at, desk, kind=Kind.CLOSURE_DECLARED)
    return tuple(row.id for row in rows)


def _horizon(first: date, last: date | None, today: date) -> date | None:
    return horizon_of(max(first, today)) if last is None else None


@needs(Act.SIGN_CLOSURE)
@verb
def end_notice(*, notice_id: int, last_date: date | None, at: datetime, desk: Desk) -> None:
    """Give a notice in force another last day, later or earlier; none: until further notice.

    Branches that were given a last day of their own, or whose closure was withdrawn, keep that.

    :raises NetworkRefused: unknown, not in force, a last day before its first, or the same one as before.
    :raises NotAllowed: no right to sign for one of the branches.
    """
    notice = _notice(notice_id)
    _require(notice, Act.SIGN_CLOSURE, desk)
    _refuse_unless_in_force(notice)
    _refuse_backward(notice.first_date, last_date)
    if last_date == notice.last_date:
        raise NetworkRefused(NetworkReason.NOTHING_CHANGES)
    notice.last_date = last_date
    notice.save(update_fields=["last_date"])
    for row in _standing(notice).filter(own_end=False):
        _end(row, last_date, at, desk, own=False)


def _refuse_unless_in_force(notice: models.ClosureNotice) -> None:
    if notice.withdrawn_at is not None:
        raise NetworkRefused(NetworkReason.ALREADY_ENDED)
    if notice.signed_at is None:
        raise NetworkRefused(NetworkReason.NOT_SIGNED)


def _refuse_backward(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise NetworkRefused(NetworkReason.BAD_DATES, first=first.isoformat(), last=last.isoformat())


def _standing(notice: models.ClosureNotice) -> QuerySet[models.Closure]:
    return models.Closure.objects.filter(notice=notice, withdrawn_at__isnull=True).order_by("id")


def _end(row: models.Closure, last_date: date | None, at: datetime, desk: Desk, *, own: bool) -> None:
    before = row.last_date
    row.last_date = last_date
    row.horizon = _horizon(row.first_date, last_date, local_date(at))
    row.own_end = own
    row.save(update_fields=["last_date", "horizon", "own_end"])
    _leave_trace("end_closure", row, at, desk, kind=Kind.CLOSURE_ENDED, before={"last": before})


@needs(Act.SIGN_CLOSURE)
@verb
def end_closure(*, closure_id: int, last_date: date | None, at: datetime, desk: Desk) -> None:
    """Give one branch's closure another last day, later or earlier; it opens on the day after. None: until further
    notice. What becomes of the notice as a whole does not change it any more.

    :raises NetworkRefused: unknown or withdrawn closure, a last day before its first, or the same one as before.
    :raises NotAllowed: no right to sign for the branch.
    """
    row = _closure(closure_id, desk)
    _refuse_backward(row.first_date, last_date)
    if last_date == row.last_date:
        raise NetworkRefused(NetworkReason.NOTHING_CHANGES)
    _end(row, last_date, at, desk, own=True)


@needs(Act.SIGN_CLOSURE)
@verb
def withdraw_closure(*, closure_id: int, at: datetime, desk: Desk) -> None:
    """Take one branch's closure back as if it had never been declared; the row stays and says when.

    :raises NetworkRefused: unknown, or withdrawn already.
    :raises NotAllowed: no right to sign for the branch.
    """
    _withdraw(_closure(closure_id, desk), at, desk)


@needs(Act.SIGN_CLOSURE)
@verb
def withdraw_notice(*, notice_id: int, at: datetime, desk: Desk) -> None:
    """Take a notice in force back with all its closures; ``queries.list_announcements`` says who had been told.

    :raises NetworkRefused: unknown, not in force.
    :raises NotAllowed: no right to sign for one of the branches.
    """
    notice = _notice(notice_id)
    _require(notice, Act.SIGN_CLOSURE, desk)
    _refuse_unless_in_force(notice)
    notice.withdrawn_at = at
    notice.save(update_fields=["withdrawn_at"])
    for row in _standing(notice):
        _withdraw(row, at, desk)


def _withdraw(row: models.Closure, at: datetime, desk: Desk) -> None:
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    _leave_trace("withdraw_closure", row, at, desk, kind=Kind.CLOSURE_WITHDRAWN)


def _closure(closure_id: int, desk: Desk) -> models.Closure:
    lock_network()
    row = models.Closure.objects.filter(id=closure_id).first()
    require(desk.operator, Act.SIGN_CLOSURE, row.branch_id if row else None)
    if row is None:
        raise NetworkRefused(NetworkReason.UNKNOWN_CLOSURE)
    if row.withdrawn_at is not None:
        raise NetworkRefused(NetworkReason.ALREADY_ENDED)
    return row


def set_spreads(days: Mapping[int, int]) -> None:
    """A step: keep over how many open days each closure, by id, spreads its loans (``kernel.opening.spreads``)."""
    assert_in_verb()
    lock_network()
    with connection.cursor() as cursor:
        cursor.execute(sql.SET_SPREADS, [list(days), list(days.values())])


def roll_horizons(*, today: date) -> Iterable[int]:
    """A step: move the horizons of closures without a last day forward; returns the branches where one moved."""
    assert_in_verb()
    lock_network()
    moved = set()
    for row in models.Closure.objects.filter(withdrawn_at__isnull=True, last_date__isnull=True):
        wanted = _horizon(row.first_date, None, today)
        if row.horizon is None or (wanted is not None and row.horizon < wanted):
            row.horizon = wanted
            row.save(update_fields=["horizon"])
            moved.add(row.branch_id)
    return sorted(moved)


def _values(notice: models.ClosureNotice) -> dict[str, object]:
    return {
        "scope": str(notice.scope),
        "area": notice.area_id,
        "service_point": notice.service_point_id,
        "shuts": [name for name in SERVICE_NAMES if getattr(notice, f"shuts_{name}")],
        "first": notice.first_date,
        "last": notice.last_date,
        "most_a_day": notice.most_a_day,
    }


def _leave_notice_trace(
    what: str,
    notice: models.ClosureNotice,
    at: datetime,
    desk: Desk,
    *,
    kind: Kind = Kind.NETWORK_CHANGED,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    leave_trace(
        what=what,
        at=at,
        desk=desk,
        branch_id=notice.branch_id,
        subject_kind="closure_notice",
        subject_id=notice.id,
        kind=kind,
        details={"scope": str(notice.scope), "first": iso(notice.first_date), "last": iso(notice.last_date)},
        reason=notice.reason,
        before=before,
        after=after,
    )


def _leave_trace(
    what: str,
    row: models.Closure,
    at: datetime,
    desk: Desk,
    *,
    kind: Kind,
    before: dict[str, date | None] | None = None,
) -> None:
    leave_trace(
        what=what,
        at=at,
        desk=desk,
        branch_id=row.branch_id,
        subject_kind="closure",
        subject_id=row.id,
        kind=kind,
        details={"first": iso(row.first_date), "last": iso(row.last_date)},
        reason=row.reason if kind is Kind.CLOSURE_DECLARED else "",
        before=before,
        after={"first": row.first_date, "last": row.last_date},
    )
