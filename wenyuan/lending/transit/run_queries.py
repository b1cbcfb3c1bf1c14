"""Reads of runs and of what is late; ``queries`` is where other rooms and doors find them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from wenyuan.lending.transit import rules, sql
from wenyuan.lending.transit.data import (
    LateRule,
    LateView,
    RunSheet,
    RunView,
    SheetCrate,
    SheetStop,
    StopView,
    VisitView,
)
from wenyuan.lending.transit.models import LateAfter, Manifest, ManifestLine, Run, Stop, StopVisit

PAGE = 50


def get_run(run_id: int) -> RunView | None:
    """A run that is driven, or nothing."""
    return next(iter(_runs(Run.objects.filter(id=run_id))), None)


def list_runs(*, after: str = "", size: int = PAGE) -> tuple[RunView, ...]:
    """The runs that are driven, by code; ``after`` is the last code of the page before."""
    return _runs(Run.objects.filter(code__gt=after).order_by("code"), size)


def courses() -> tuple[tuple[int, ...], ...]:
    """The branches of every run in the order in which the van comes by."""
    return tuple(tuple(stop.branch_id for stop in run.stops) for run in _runs(Run.objects.all()))


def run_sheet(*, run_id: int, day: date) -> RunSheet | None:
    """What a van on this run has to leave and to take along on a day; nothing for a run that is not driven.

    Crates are those that wait sealed now and those in the van; it is the sheet of today, also when ``day`` is another.
    """
    run = get_run(run_id)
    if run is None:
        return None
    stops = [stop for stop in run.stops if day.weekday() in stop.weekdays]
    branches = [stop.branch_id for stop in stops]
    loads = rules.loads_of(branches, _crates_between(branches))
    loose = _loose(branches)
    visits = {visit.stop_id: visit for visit in StopVisit.objects.filter(date=day, stop__in=[one.id for one in stops])}
    return RunSheet(
        run=run,
        day=day,
        stops=tuple(
            SheetStop(
                stop=stop,
                drop=tuple(drop),
                pick=tuple(pick),
                loose=loose.get(stop.branch_id, 0),
                visit=_visit(visits[stop.id]) if stop.id in visits else None,
            )
            for stop, (drop, pick) in zip(stops, loads, strict=True)
        ),
    )


def list_late(
    *, at: datetime, branch_id: int, after: tuple[str, int] | None = None, size: int = PAGE
) -> tuple[LateView, ...]:
    """Items on their way from or to a branch for longer than they should be, the longest first; ``after`` is the
    ISO moment and id of the last transit of the page before."""
    values: dict[str, Any] = {
        "at": at,
        "branch": branch_id,
        "default": rules.DEFAULT_LATE_DAYS,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else 0,
        "size": size,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.LATE, values)
        return tuple(LateView(*row) for row in cursor.fetchall())


def count_late(*, at: datetime, branch_id: int) -> int:
    """How many items from or to a branch are late."""
    values: dict[str, Any] = {"at": at, "branch": branch_id, "default": rules.DEFAULT_LATE_DAYS}
    with connection.cursor() as cursor:
        cursor.execute(sql.LATE_COUNT, values)
        row = cursor.fetchone()
        assert row is not None, "count gives a row"
        return int(row[0])


def list_late_rules() -> tuple[LateRule, ...]:
    """What was said about lateness, the widest first; one row a pair of branches at most."""
    rows = LateAfter.objects.order_by("from_branch_id", "to_branch_id")
    found = [LateRule(row.id, row.from_branch_id, row.to_branch_id, row.days) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.from_branch_id or 0, one.to_branch_id or 0)))


def _runs(rows: Any, size: int | None = None) -> tuple[RunView, ...]:
    runs = list(rows.filter(ended_at__isnull=True)[:size])
    stops: dict[int, list[StopView]] = {run.id: [] for run in runs}
    for row in Stop.objects.filter(run__in=list(stops), ended_at__isnull=True).order_by("run_id", "position"):
        stops[row.run_id].append(
            StopView(
                id=row.id,
                position=row.position,
                branch_id=row.branch_id,
                weekdays=rules.weekdays_of(row.weekdays),
                due_time=row.due_time,
                note=row.note,
            )
        )
    return tuple(
        RunView(id=run.id, code=run.code, name=run.name, base_id=run.base_id, stops=tuple(stops[run.id]))
        for run in runs
    )


def _crates_between(branches: Sequence[int]) -> list[SheetCrate]:
    """Sealed crates that lead to one of the branches and are not there yet, by crate."""
    rows = Manifest.objects.filter(
        to_branch_id__in=branches, sealed_at__isnull=False, delivered_at__isnull=True, dropped_at__isnull=True
    ).select_related("crate")
    found = list(rows.order_by("crate__code"))
    lines = ManifestLine.objects.filter(manifest_id__in=[row.id for row in found]).values_list("manifest_id")
    items = dict(lines.annotate(n=Count("id")))
    return [
        SheetCrate(
            manifest_id=row.id,
            crate=row.crate.code,
            number=row.number or "",
            seal=row.seal,
            from_branch_id=row.from_branch_id,
            to_branch_id=row.to_branch_id,
            items=items.get(row.id, 0),
            handed=row.handed_at is not None,
        )
        for row in found
    ]


def _loose(branches: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql.LOOSE, {"branches": list(branches)})
        return dict(cursor.fetchall())


def _visit(row: StopVisit) -> VisitView:
    return VisitView(
        done_at=row.done_at, done_by_id=row.done_by_id, dropped=row.dropped, picked=row.picked, note=row.note
    )
