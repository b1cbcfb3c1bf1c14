"""Runs of the van: planning them, marking their halts, and after how many days an item is late."""

from collections.abc import Collection, Sequence
from datetime import datetime

from wenyuan.lending.transit import rules
from wenyuan.lending.transit.data import (
    LateRule,
    Objection,
    Refusal,
    RunView,
    StopInput,
    TransitRefused,
    VisitView,
    refused,
)
from wenyuan.lending.transit.journeys import locked_in_order, twice
from wenyuan.lending.transit.models import LateAfter, Manifest, Run, Stop, StopVisit
from wenyuan.lending.transit.recording import manifest_entry
from wenyuan.lending.transit.run_queries import get_run
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

LONGEST_NAME, LONGEST_STOP_NOTE, LONGEST_NOTE = 60, 80, 200


@needs(Act.PLAN_RUNS)
def add_run(*, code: str, name: str, stops: Sequence[StopInput], at: datetime, desk: Desk) -> RunView:
    """Plan a run with its halts in order; the desk's branch is its base.

    :raises NotAllowed: the operator may not plan runs here.
    :raises TransitRefused: with every reason: a code that cannot be one or is taken, no name, halts that cannot be.
    """
    require(desk.operator, Act.PLAN_RUNS, desk.branch_id)
    return twice(lambda: _add_run(code, name.strip(), stops, at, desk))


@verb
def _add_run(code: str, name: str, stops: Sequence[StopInput], at: datetime, desk: Desk) -> RunView:
    kept = rules.code_of(code)
    objections = _objections(name, stops, at)
    if kept is None:
        objections.insert(0, Objection(Refusal.BAD_CODE, {"code": code.strip()[:24]}))
    elif Run.objects.filter(code=kept).exists():
        objections.insert(0, Objection(Refusal.CODE_TAKEN, {"code": kept}))
    if objections or kept is None:
        raise TransitRefused(*objections)
    run = Run.objects.create(code=kept, name=name, base_id=desk.branch_id)
    _write_stops(run, stops)
    return _recorded("add_run", run, at, desk)


@needs(Act.PLAN_RUNS)
@verb
def change_run(*, run_id: int, name: str, stops: Sequence[StopInput], at: datetime, desk: Desk) -> RunView:
    """Give a run another name or other halts, from now on; what was driven stays as it was.

    :raises NotAllowed: the operator may not plan runs at the run's base.
    :raises TransitRefused: with every reason: no such run, ended, no name, halts that cannot be.
    """
    run = _running(run_id, desk)
    objections = _objections(name.strip(), stops, at)
    if objections:
        raise TransitRefused(*objections)
    run.name = name.strip()
    run.save(update_fields=["name"])
    Stop.objects.filter(run=run, ended_at__isnull=True).update(ended_at=at)
    _write_stops(run, stops)
    return _recorded("change_run", run, at, desk)


@needs(Act.PLAN_RUNS)
@verb
def end_run(*, run_id: int, at: datetime, desk: Desk) -> None:
    """Drive a run no longer.

    :raises NotAllowed: the operator may not plan runs at the run's base.
    :raises TransitRefused: no such run, or ended already.
    """
    run = _running(run_id, desk)
    run.ended_at = at
    run.save(update_fields=["ended_at"])
    Stop.objects.filter(run=run, ended_at__isnull=True).update(ended_at=at)
    audit(at=at, desk=desk, act="end_run", subject_kind="run", subject_id=run.id, after={"code": run.code})


@needs(Act.DRIVE_RUNS)
def mark_stop(
    *,
    stop_id: int,
    dropped: Collection[int],
    picked: Collection[int],
    at: datetime,
    desk: Desk,
    note: str = "",
) -> VisitView:
    """The van was at this halt today: crates (by their manifests' ids) that it left there and took along.

    Marked again, what is new is added. A crate that somebody else has moved meanwhile, or that does not belong to this
    halt, is passed over.

    :raises NotAllowed: the operator may not drive the runs of its base.
    :raises TransitRefused: no such halt, not one of today, or the note is too long.
    """
    return twice(lambda: _mark(stop_id, set(dropped), set(picked), note.strip(), at, desk))


@verb
def _mark(stop_id: int, dropped: set[int], picked: set[int], note: str, at: datetime, desk: Desk) -> VisitView:
    stop = Stop.objects.select_related("run").filter(id=stop_id, ended_at__isnull=True).first()
    if stop is None:
        raise refused(Refusal.STOP_UNKNOWN)
    require(desk.operator, Act.DRIVE_RUNS, stop.run.base_id)
    day = local_date(at)
    if day.weekday() not in rules.weekdays_of(stop.weekdays):
        raise refused(Refusal.STOP_NOT_TODAY)
    if len(note) > LONGEST_NOTE:
        raise refused(Refusal.TEXT_TOO_LONG, limit=LONGEST_NOTE)
    visit = StopVisit.objects.select_for_update().filter(stop=stop, date=day).first()
    if visit is None:
        account_id = desk.operator.account_id
        visit = StopVisit(stop=stop, date=day, done_at=at, done_by_id=account_id, dropped=0, picked=0)
    held = locked_in_order(dropped | picked)
    left = [one for one in held.values() if one.id in dropped and _leave(one, stop, at, desk)]
    taken = [one for one in held.values() if one.id in picked and _take_along(one, stop, at, desk)]
    first = visit.id is None
    visit.dropped += len(left)
    visit.picked += len(taken)
    visit.note = note or visit.note
    visit.save()
    if first or left or taken:
        record(_stop_entry(stop, len(left), len(taken), at, desk))
    return VisitView(
        done_at=visit.done_at,
        done_by_id=visit.done_by_id,
        dropped=visit.dropped,
        picked=visit.picked,
        note=visit.note,
    )


def _leave(manifest: Manifest, stop: Stop, at: datetime, desk: Desk) -> bool:
    fits = manifest.sealed_at is not None and manifest.dropped_at is None and manifest.delivered_at is None
    if not fits or manifest.to_branch_id != stop.branch_id:
        return False
    manifest.handed_at = manifest.handed_at or at
    manifest.delivered_at = at
    manifest.save(update_fields=["handed_at", "delivered_at"])
    record(manifest_entry(Kind.CRATE_DELIVERED, manifest, branch_id=stop.branch_id, at=at, desk=desk))
    return True


def _take_along(manifest: Manifest, stop: Stop, at: datetime, desk: Desk) -> bool:
    fits = manifest.sealed_at is not None and manifest.dropped_at is None and manifest.handed_at is None
    if not fits or manifest.from_branch_id != stop.branch_id:
        return False
    # who gave it is not known here; who took it is the driver
    manifest.handed_at, manifest.carrier = at, desk.operator.name
    manifest.save(update_fields=["handed_at", "carrier"])
    record(manifest_entry(Kind.CRATE_HANDED, manifest, branch_id=stop.branch_id, at=at, desk=desk))
    return True


@needs(Act.PLAN_RUNS)
def set_late_after(
    *, days: int, at: datetime, desk: Desk, from_branch_id: int | None = None, to_branch_id: int | None = None
) -> LateRule:
    """Say after how many days an item on its way is late: between two branches, from or to one, or everywhere.

    :raises NotAllowed: the operator may not plan runs at the branch it leaves (else the one it reaches; without
        either: everywhere).
    :raises TransitRefused: days that cannot be, or a branch that there is not.
    """
    require(desk.operator, Act.PLAN_RUNS, from_branch_id or to_branch_id)
    return twice(lambda: _set_late_after(days, from_branch_id, to_branch_id, at, desk))


@verb
def _set_late_after(
    days: int, from_branch_id: int | None, to_branch_id: int | None, at: datetime, desk: Desk
) -> LateRule:
    objections = []
    if days not in rules.LATE_DAYS:
        objections.append(Objection(Refusal.BAD_DAYS, {"limit": rules.LATE_DAYS[-1]}))
    if any(one is not None and one not in network_map().branches for one in (from_branch_id, to_branch_id)):
        objections.append(Objection(Refusal.BRANCH_UNKNOWN))
    if objections:
        raise TransitRefused(*objections)
    row = LateAfter.objects.select_for_update().filter(from_branch_id=from_branch_id, to_branch_id=to_branch_id).first()
    before = {"days": row.days} if row else {}
    row = row or LateAfter(from_branch_id=from_branch_id, to_branch_id=to_branch_id)
    row.days = days
    row.save()
    audit(
        at=at,
        desk=desk,
        act="set_late_after",
        subject_kind="late_after",
        subject_id=row.id,
        branch_id=from_branch_id or to_branch_id,
        before=before,
        after={"days": days, "from": from_branch_id, "to": to_branch_id},
    )
    return LateRule(row.id, from_branch_id, to_branch_id, days)


@needs(Act.PLAN_RUNS)
@verb
def drop_late_after(*, rule_id: int, at: datetime, desk: Desk) -> None:
    """Take such a rule back: the wider one holds again. One that is gone already stays gone.

    :raises NotAllowed: the operator may not plan runs where the rule holds.
    """
    row = LateAfter.objects.select_for_update().filter(id=rule_id).first()
    if row is None:
        return
    require(desk.operator, Act.PLAN_RUNS, row.from_branch_id or row.to_branch_id)
    facts = {"days": row.days, "from": row.from_branch_id, "to": row.to_branch_id}
    row.delete()
    audit(at=at, desk=desk, act="drop_late_after", subject_kind="late_after", subject_id=rule_id, before=facts)


def _running(run_id: int, desk: Desk) -> Run:
    run = Run.objects.select_for_update().filter(id=run_id).first()
    if run is None:
        raise refused(Refusal.RUN_UNKNOWN)
    require(desk.operator, Act.PLAN_RUNS, run.base_id)
    if run.ended_at is not None:
        raise refused(Refusal.RUN_UNKNOWN)
    return run


def _objections(name: str, stops: Sequence[StopInput], at: datetime) -> list[Objection]:
    today = local_date(at)
    standing = frozenset(branch.id for branch in network_map().branches.values() if branch.stands_on(today))
    found = list(rules.objections_to_stops(stops, standing))
    if not name:
        found.insert(0, Objection(Refusal.NAME_MISSING))
    if len(name) > LONGEST_NAME:
        found.insert(0, Objection(Refusal.TEXT_TOO_LONG, {"limit": LONGEST_NAME}))
    if any(len(stop.note.strip()) > LONGEST_STOP_NOTE for stop in stops):
        found.append(Objection(Refusal.TEXT_TOO_LONG, {"limit": LONGEST_STOP_NOTE}))
    return found


def _write_stops(run: Run, stops: Sequence[StopInput]) -> None:
    Stop.objects.bulk_create(
        Stop(
            run=run,
            position=place,
            branch_id=stop.branch_id,
            weekdays=rules.days_mask(stop.weekdays),
            due_time=stop.due_time,
            note=stop.note.strip(),
        )
        for place, stop in enumerate(stops)
    )


def _recorded(act: str, run: Run, at: datetime, desk: Desk) -> RunView:
    shown = get_run(run.id)
    assert shown is not None, "it has just been written"
    stops = [[stop.branch_id, sorted(stop.weekdays)] for stop in shown.stops]
    after = {"code": run.code, "name": run.name, "stops": stops}
    audit(at=at, desk=desk, act=act, subject_kind="run", subject_id=run.id, branch_id=run.base_id, after=after)
    return shown


def _stop_entry(stop: Stop, dropped: int, picked: int, at: datetime, desk: Desk) -> Entry:
    return Entry(
        kind=Kind.STOP_DONE,
        occurred_at=at,
        branch_id=stop.branch_id,
        quantity=dropped + picked,
        subject_kind="run",
        subject_id=stop.run_id,
        details={"code": stop.run.code, "dropped": dropped, "picked": picked},
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
    )
