"""Reads of the daybook: a page of records, one record with its history and files."""

import json
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from wenyuan.office.daybook import sql
from wenyuan.office.daybook.data import PaperFacts, RecordFacts, RecordKind, RecordPage, StateCode, Wanted
from wenyuan.office.daybook.models import Record


def list_records(*, wanted: Wanted, after: tuple[date, int] | None = None, size: int = 50) -> RecordPage:
    """A page of records, the latest first."""
    members = wanted.members
    values: dict[str, Any] = {
        "kind": wanted.kind,
        "first": wanted.first_date,
        "last": wanted.last_date,
        "counted": wanted.counted,
        "state": wanted.state,
        "texts": json.dumps(dict(wanted.texts)),
        "unless": json.dumps(dict(wanted.unless)) if wanted.unless else None,
        "members": None if members is None else [one.branch_id for one in members],
        "member_first": None if members is None else [one.first_date for one in members],
        "member_last": None if members is None else [one.last_date for one in members],
        "after_date": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": size + 1,
    }
    rows = [_facts(row) for row in _fetch(sql.LIST, values)]
    last = rows[size - 1] if len(rows) > size else None
    return RecordPage(tuple(rows[:size]), (last.last_date, last.id) if last else None)


def get_record(row_id: int) -> RecordFacts | None:
    """One row, or nothing."""
    found = _fetch(sql.ONE, [row_id])
    return _facts(found[0]) if found else None


def record_history(origin_id: int) -> tuple[RecordFacts, ...]:
    """Every row of a record, the newest first; nothing where there is no such record."""
    return tuple(_facts(row) for row in _fetch(sql.HISTORY, [origin_id]))


def states_on(day: date, branch_ids: Collection[int], *, state: StateCode | None = None) -> tuple[RecordFacts, ...]:
    """馆情: what these branches have on a day, one row for each state (or the one asked for) and branch that stated it:
    the newest that counts and was stated for that day or before."""
    values = {"day": day, "state": state, "branches": sorted(branch_ids)}
    return tuple(_facts(row) for row in _fetch(sql.STANDING, values))


def record_titles(row_ids: Collection[int]) -> dict[int, str]:
    """What records are called, by the id of a row of each."""
    return dict(Record.objects.filter(id__in=row_ids).values_list("id", "title")) if row_ids else {}


def papers_of(origin_id: int) -> tuple[PaperFacts, ...]:
    """The files of a record in the order in which they came, those taken away among them."""
    return tuple(PaperFacts(**dict(zip(_PAPER, row, strict=True))) for row in _fetch(sql.PAPERS, [origin_id]))


_PAPER = (
    "id",
    "record_id",
    "name",
    "form",
    "size",
    "stored_as",
    "entered_by_name",
    "entered_at",
    "removed_at",
    "reason",
)


def _fetch(statement: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _facts(row: tuple[Any, ...]) -> RecordFacts:
    return RecordFacts(
        id=row[0],
        origin_id=row[1],
        replaces_id=row[2],
        newer_id=row[3],
        kind=RecordKind(row[4]),
        branch_id=row[5],
        first_date=row[6],
        last_date=row[7],
        title=row[8],
        values=_json(row[9]),
        evidence=row[10],
        reason=row[11],
        withdrawn=row[12],
        entered_by_id=row[13],
        entered_by_name=row[14],
        entered_at=row[15],
        approved_by_id=row[16],
        approved_by_name=row[17],
        approved_at=row[18],
        papers=row[19],
        entry_ids=tuple(_json(row[20])),
    )


def _json(value: Any) -> Any:
    """Django's cursor hands jsonb over as text."""
    return json.loads(value) if isinstance(value, str) else value
