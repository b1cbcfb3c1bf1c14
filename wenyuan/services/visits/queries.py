"""Reads of typed counts: the grid of a branch, the history of one service point's day, one count. Those of counters
stand in ``counter_reads`` and are given on from here."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from wenyuan.organisation.network.queries import network_map
from wenyuan.services.visits import sql
from wenyuan.services.visits.counter_reads import (
    calibrations_of,
    get_counter,
    get_reading,
    judge_readings,
    list_counters,
    list_readings,
    list_refused,
    passes_of_day,
    silent_counters,
)
from wenyuan.services.visits.data import CountFacts, Evidence, EvidenceKind, HistoryPage, PointRow, VisitGrid

__all__ = [
    "calibrations_of",
    "count_history",
    "counted_by_counters",
    "get_count",
    "get_counter",
    "get_reading",
    "judge_readings",
    "list_counters",
    "list_readings",
    "list_refused",
    "passes_of_day",
    "silent_counters",
    "visit_grid",
]

POINT_COLUMNS = 6
WEEK_DAYS = 7


def visit_grid(*, branch_id: int, first_date: date, days: int = WEEK_DAYS) -> VisitGrid:
    """The branch's service points by ``days`` days from ``first_date`` on, with the typed count that stands in each
    cell, and what the journal has of counters.

    Service points that had closed before the span and have no count in it are left out.

    :raises KeyError: for an unknown branch.
    """
    calendar = network_map().calendar(branch_id)
    span = [first_date + timedelta(days=number) for number in range(days)]
    with connection.cursor() as cursor:
        cursor.execute(sql.GRID, {"branch": branch_id, "first": span[0], "last": span[-1]})
        found = cursor.fetchall()
    cells: dict[tuple[Any, ...], dict[date, CountFacts]] = {}
    for row in found:
        of_point = cells.setdefault(row[:POINT_COLUMNS], {})
        if row[POINT_COLUMNS] is not None:
            count = _count(row[POINT_COLUMNS:])
            of_point[count.day] = count
    rows = [_point_row(point, counts, span) for point, counts in cells.items()]
    return VisitGrid(
        branch_id=branch_id,
        days=tuple(calendar.day_status(day) for day in span),
        rows=tuple(row for row in rows if row.takes(first_date) or any(row.counts) or any(row.counted)),
    )


def _point_row(point: tuple[Any, ...], counts: Mapping[date, CountFacts], span: Sequence[date]) -> PointRow:
    point_id, code, name_zh, name_en, closed_date, counted = point
    told = json.loads(counted)
    return PointRow(
        point_id,
        code,
        name_zh,
        name_en,
        closed_date,
        counts=tuple(counts.get(day) for day in span),
        counted=tuple(told.get(day.isoformat()) for day in span),
    )


def count_history(*, service_point_id: int, day: date, before: int | None = None, size: int = 50) -> HistoryPage:
    """Every row of one service point's day, newest first: the first count, corrections, withdrawals."""
    with connection.cursor() as cursor:
        cursor.execute(sql.HISTORY, {"point": service_point_id, "day": day, "before": before, "limit": size + 1})
        counts = [_count(row) for row in cursor.fetchall()]
    more = counts[size - 1].id if len(counts) > size else None
    return HistoryPage(tuple(counts[:size]), more)


def counted_by_counters(service_point_id: int, day: date) -> int | None:
    """How many visits the counters of a service point have told of for a day; nothing where none has passed."""
    with connection.cursor() as cursor:
        cursor.execute(sql.COUNTED_AT_POINT, {"point": service_point_id, "day": day})
        (persons,) = cursor.fetchone()
    return None if persons is None else int(persons)


def get_count(count_id: int) -> CountFacts | None:
    """One row, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute(sql.ONE, [count_id])
        row = cursor.fetchone()
    return None if row is None else _count(row)


def _count(row: tuple[Any, ...]) -> CountFacts:
    """A row of ``sql.COUNT_COLUMNS``."""
    return CountFacts(
        id=row[0],
        service_point_id=row[1],
        day=row[2],
        persons=row[3],
        evidence=Evidence(EvidenceKind(row[4]), row[5]),
        reason=row[6],
        withdrawn=row[7],
        entered_by_id=row[8],
        entered_by_name=row[9],
        entered_at=row[10],
        replaces_id=row[11],
        entry_id=row[12],
    )
