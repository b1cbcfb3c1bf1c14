"""What becomes of holds between placing and filling: changed, moved in the queue, cancelled, expired, forgotten.

These are ordinary locking verbs. A hold is locked before its item, as in the everyday statements.
"""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q

from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.data import Block, BlockCode, HoldEnded, Kept
from wenyuan.lending.circulation.everyday import Refused, Request, refuse
from wenyuan.lending.circulation.holding import pickup_plan
from wenyuan.lending.circulation.models import Hold, HoldState
from wenyuan.lending.patrons.operations import reader_ref
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record, row_of
from wenyuan.organisation.journal.sql import COLUMNS as JOURNAL_COLUMNS
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk, Door
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Statement, only, rows_of, run, run_outermost
from wenyuan.plumbing.transactions import verb

log = logging.getLogger(__name__)
REMEMBERED_DAYS = 30
"""How long an ended hold still names its reader, so that the desk can answer where it went."""
MAX_REASON = 100
ITEM_LOST = "item_lost"
"""Why a hold of one item ends that is lost."""


@needs(Act.PLACE_HOLD)
@verb
def cancel_hold(*, hold_id: int, at: datetime, desk: Desk, patron_id: int | None = None, reason: str = "") -> HoldEnded:
    """End a hold that is no longer wanted. Cancelling it again gives the same answer.

    On its way, the item is decided about where it is scanned next; on the hold shelf it is free from now on, and
    stands there until somebody scans it. With a ``patron_id`` it must be that patron's, who cancels it then: the
    journal says whose it was, as of placing.

    :raises NotAllowed: no right to holds at the desk's branch.
    :raises Refused: there is no such hold (of that patron), or it was filled or has expired.
    """
    require(desk.operator, Act.PLACE_HOLD, desk.branch_id)
    hold = _locked(hold_id)
    if patron_id is not None and hold.patron_id != patron_id:
        raise Refused(Block(BlockCode.HOLD_UNKNOWN))
    if hold.state == HoldState.CANCELLED:
        return HoldEnded(hold_id=hold.id, bib_id=hold.bib_id, was="", repeated=True)
    if hold.ended_at is not None:
        raise Refused(Block(BlockCode.HOLD_ENDED))
    ref = None if patron_id is None else reader_ref(patron_id=patron_id, year=local_date(at).year)
    return _end(hold, HoldState.CANCELLED, Kind.HOLD_CANCELLED, at=at, desk=desk, reason=reason, ref=ref)


@needs()
@verb
def expire_hold(*, hold_id: int, at: datetime) -> HoldEnded | None:
    """Let a hold expire whose last day has passed, waiting or on the hold shelf; none if that is not so (any more)."""
    hold = Hold.objects.select_for_update().filter(_lapsed(local_date(at)), id=hold_id).first()
    if hold is None:
        return None
    reason = "not_fetched" if hold.state == HoldState.ON_SHELF else "not_after"
    return _end(hold, HoldState.EXPIRED, Kind.HOLD_EXPIRED, at=at, desk=None, reason=reason)


@needs()
def expire_holds(*, at: datetime) -> int:
    """Let every hold expire whose last day has passed; how many. One that fails is logged and tried again the next
    time."""
    count = 0
    for hold_id in lapsed_holds(at=at):
        try:
            count += expire_hold(hold_id=hold_id, at=at) is not None
        except DatabaseError:
            log.exception("hold %s did not expire", hold_id)
    return count


def lapsed_holds(*, at: datetime, limit: int = 1000) -> tuple[int, ...]:
    """Ids of open holds whose last day has passed: for the nightly job."""
    rows = Hold.objects.filter(_lapsed(local_date(at))).order_by("id")
    return tuple(rows.values_list("id", flat=True)[:limit])


def _lapsed(today: date) -> Q:
    return Q(state=HoldState.WAITING, not_after__lt=today) | Q(state=HoldState.ON_SHELF, shelf_until__lt=today)


@needs(Act.PLACE_HOLD)
@verb
def change_hold(
    *,
    hold_id: int,
    at: datetime,
    desk: Desk,
    pickup_branch_id: int | Kept = Kept.AS_IS,
    not_before: date | Kept | None = Kept.AS_IS,
    not_after: date | Kept | None = Kept.AS_IS,
    waive: frozenset[BlockCode] = frozenset(),
) -> None:
    """Let a waiting hold be fetched elsewhere, or not before or not after other days. What is not named stays as it is
    by then, so that of two who change different things at once neither undoes the other.

    :raises NotAllowed: no right to holds at the desk's branch.
    :raises Refused: it does not wait any more, the pickup branch is closed for good, the days make no sense, or the
        policy of another pickup branch is against it as it would be against a new one there; ``waive`` as in placing.
    """
    require(desk.operator, Act.PLACE_HOLD, desk.branch_id)
    hold = _waiting(hold_id)
    pickup_branch_id = hold.pickup_branch_id if pickup_branch_id is Kept.AS_IS else pickup_branch_id
    not_before = hold.not_before if not_before is Kept.AS_IS else not_before
    not_after = hold.not_after if not_after is Kept.AS_IS else not_after
    rows_of(Statement(sql.LOCK_PICKUP, {"pickup": pickup_branch_id}))
    today = local_date(at)
    branch = network_map().branches.get(pickup_branch_id)
    blocks: list[Block] = []
    if branch is None or not branch.stands_on(today):
        blocks.append(Block(BlockCode.BRANCH_CLOSED_DOWN))
    elif pickup_branch_id != hold.pickup_branch_id:
        blocks += run(lambda: pickup_plan(hold_id=hold.id, pickup_branch_id=pickup_branch_id, today=today))
    if not_after is not None and not_after < max(today, not_before or today):
        blocks.append(Block(BlockCode.HOLD_DATES))
    refuse(tuple(blocks), Request(item="", at=at, desk=desk, waive=waive))
    hold.pickup_branch_id, hold.not_before, hold.not_after = pickup_branch_id, not_before, not_after
    _change(hold, {"what": "wish", "pickup": pickup_branch_id}, at=at, desk=desk)


@needs(Act.PLACE_HOLD)
@verb
def suspend_hold(*, hold_id: int, at: datetime, desk: Desk, until: date | None) -> None:
    """Pass a waiting hold over, up to and with a day or until it is resumed; it keeps its place in the queue.

    :raises NotAllowed: no right to holds at the desk's branch.
    :raises Refused: it does not wait any more, or the day lies in the past.
    """
    require(desk.operator, Act.PLACE_HOLD, desk.branch_id)
    hold = _waiting(hold_id)
    if until is not None and until < local_date(at):
        raise Refused(Block(BlockCode.HOLD_DATES))
    hold.suspended, hold.suspended_until = True, until
    _change(hold, {"what": "suspended"}, at=at, desk=desk)


@needs(Act.PLACE_HOLD)
@verb
def resume_hold(*, hold_id: int, at: datetime, desk: Desk) -> None:
    """Let a suspended hold count again; one that is not suspended stays as it is.

    :raises NotAllowed: no right to holds at the desk's branch.
    :raises Refused: it does not wait any more.
    """
    require(desk.operator, Act.PLACE_HOLD, desk.branch_id)
    hold = _waiting(hold_id)
    if hold.suspended:
        hold.suspended, hold.suspended_until = False, None
        _change(hold, {"what": "resumed"}, at=at, desk=desk)


@needs(Act.REORDER_HOLDS)
@verb
def move_hold(*, hold_id: int, to: int, at: datetime, desk: Desk, reason: str) -> None:
    """Give a waiting hold another place in the queue of its title, the first being 1; audited with its reason.

    :raises NotAllowed: no right to reorder holds at the desk's branch.
    :raises Refused: it does not wait any more.
    :raises ValueError: no reason, or no such place.
    """
    require(desk.operator, Act.REORDER_HOLDS, desk.branch_id)
    if not reason.strip():
        raise ValueError("a queue is not reordered without a reason")
    queue = _queue_around(hold_id)
    hold = next((one for one in queue if one.id == hold_id), None) or _waiting(hold_id)
    before = [one.id for one in queue].index(hold.id) + 1
    others = [one for one in queue if one.id != hold.id]
    if not 1 <= to <= len(queue):
        raise ValueError(f"the queue has {len(queue)} places")
    # Only the order of ranks counts: the same ranks are dealt out anew, made distinct where two were equal.
    ranks = _distinct([one.rank for one in queue])
    for one, rank in zip([*others[: to - 1], hold, *others[to - 1 :]], ranks, strict=True):
        if one.rank != rank:
            one.rank = rank
            one.version += 1
            one.save(update_fields=["rank", "version"])
    note_hold(hold, Kind.HOLD_CHANGED, {"what": "moved", "from": before, "to": to}, at=at, desk=desk)
    audit(
        desk=desk,
        at=at,
        act=Act.REORDER_HOLDS,
        subject_kind="hold",
        subject_id=hold.id,
        reason=reason.strip()[:MAX_REASON],
        before={"place": before},
        after={"place": to},
    )


def _queue_around(hold_id: int) -> list[Hold]:
    """The waiting holds of a hold's title in their order. Locked by id, all at once: two who reorder a queue would
    otherwise each hold the row that the other wants, or go by ranks that the other has just changed."""
    bib_id = Hold.objects.filter(id=hold_id).values_list("bib_id", flat=True).first()
    locked = Hold.objects.select_for_update().filter(bib_id=bib_id or 0, state=HoldState.WAITING).order_by("id")
    return sorted(locked, key=lambda one: (one.rank, one.id))


def _distinct(ranks: list[int]) -> list[int]:
    distinct: list[int] = []
    for rank in ranks:
        distinct.append(rank if not distinct or rank > distinct[-1] else distinct[-1] + 1)
    return distinct


@needs(Act.CHECKIN)
def report_not_found(*, item_id: int, item_version: int, at: datetime, desk: Desk) -> bool:
    """Note that an item of a pick list is not on its shelf: lists pass it over until it is scanned or changed.

    Returns false, and notes nothing, where it has been scanned or changed since the list was made, or should not stand
    at the desk's branch.

    :raises NotAllowed: no right to take items in at the desk's branch.
    """
    require(desk.operator, Act.CHECKIN, desk.branch_id)
    entry = _entry_of_item(Kind.ITEM_NOT_FOUND, item_id, {}, at=at, desk=desk)
    values = {
        "item": item_id,
        "item_version": item_version,
        "branch": desk.branch_id,
        "at": at,
        "account": desk.operator.account_id,
        **dict(zip((f"noted_{column}" for column in JOURNAL_COLUMNS), row_of(entry), strict=True)),
    }
    return bool(run_outermost(lambda: only(Statement(sql.NOTE_NOT_FOUND, values))))


@needs()
@verb
def forget_ended_holds(*, at: datetime) -> int:
    """Take the reader out of holds that ended ``REMEMBERED_DAYS`` ago, unless they consented to history; how many."""
    before = at - timedelta(days=REMEMBERED_DAYS)
    return len(rows_of(Statement(sql.FORGET_HOLDS, {"before": before})))


def lock_holds_of_item(barcode: str) -> None:
    """A step: lock the holds that only this item can fill, before the item itself is."""
    rows_of(Statement(sql.HOLDS_OF_ONE_ITEM, {"barcode": barcode}))


def end_holds_of_item(item_id: int, *, at: datetime, desk: Desk) -> int:
    """A step: cancel the holds that only this item could have filled, now that it is lost; how many. Their readers are
    told as of any hold that is cancelled. They were locked before the item (``lock_holds_of_item``)."""
    holds = Hold.objects.filter(item_id=item_id, state=HoldState.WAITING).order_by("id")
    for hold in holds:
        _end(hold, HoldState.CANCELLED, Kind.HOLD_CANCELLED, at=at, desk=desk, reason=ITEM_LOST)
    return len(holds)


def note_item(kind: Kind, item_id: int, details: Mapping[str, object], *, at: datetime, desk: Desk) -> None:
    """A step: the journal row of something that was noted about an item."""
    record(_entry_of_item(kind, item_id, details, at=at, desk=desk))


def _entry_of_item(kind: Kind, item_id: int, details: Mapping[str, object], *, at: datetime, desk: Desk) -> Entry:
    return Entry(
        kind=kind,
        occurred_at=at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=desk.branch_id,
        area_id=desk.area_id,
        service_point_id=desk.service_point_id,
        subject_kind="item",
        subject_id=item_id,
        details=details,
    )


def _locked(hold_id: int) -> Hold:
    hold = Hold.objects.select_for_update().filter(id=hold_id).first()
    if hold is None:
        raise Refused(Block(BlockCode.HOLD_UNKNOWN))
    return hold


def _waiting(hold_id: int) -> Hold:
    hold = _locked(hold_id)
    if hold.state != HoldState.WAITING:
        raise Refused(Block(BlockCode.HOLD_ENDED if hold.ended_at else BlockCode.HOLD_CAPTURED))
    return hold


def _end(
    hold: Hold,
    state: HoldState,
    kind: Kind,
    *,
    at: datetime,
    desk: Desk | None,
    reason: str,
    ref: UUID | None = None,
) -> HoldEnded:
    was = hold.state
    hold.state, hold.slot, hold.ended_at = state, None, at
    hold.ended_by_id = desk.operator.account if desk else None
    hold.end_reason = reason.strip()[:MAX_REASON]
    hold.cleared_at = None if was == HoldState.ON_SHELF else at
    hold.version += 1
    hold.save()
    if was == HoldState.ON_SHELF:
        rows_of(Statement(sql.FREE_ITEM, {"item": hold.captured_item_id, "at": at}))
    note_hold(hold, kind, {"was": was}, at=at, desk=desk, ref=ref)
    return HoldEnded(hold_id=hold.id, bib_id=hold.bib_id, was=was)


def _change(hold: Hold, details: Mapping[str, object], *, at: datetime, desk: Desk) -> None:
    hold.version += 1
    hold.save()
    note_hold(hold, Kind.HOLD_CHANGED, details, at=at, desk=desk)


def note_hold(
    hold: Hold,
    kind: Kind,
    details: Mapping[str, object],
    *,
    at: datetime,
    desk: Desk | None,
    ref: UUID | None = None,
) -> None:
    """A step: the act's journal row; without a desk the clock's, at the pickup branch. ``ref`` is the token of the
    reader whose own act it was."""
    record(
        Entry(
            kind=kind,
            occurred_at=at,
            door=desk.door.value if desk else Door.WORKER.value,
            desk=desk.code if desk else "",
            operator_id=desk.operator.account if desk else None,
            branch_id=desk.branch_id if desk else hold.pickup_branch_id,
            area_id=desk.area_id if desk else None,
            service_point_id=desk.service_point_id if desk else None,
            patron_home_id=hold.patron_home_id,
            patron_category=hold.patron_category,
            age_band=hold.age_band,
            subject_kind="hold",
            subject_id=hold.id,
            reader_ref=ref,
            details={"bib": hold.bib_id, "pickup": hold.pickup_branch_id, **details},
        )
    )
