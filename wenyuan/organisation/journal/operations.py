"""Writing the journal. ``record`` is a step: it stands in the transaction of the verb whose act it records."""

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection

from wenyuan.organisation.journal import sql
from wenyuan.organisation.journal.data import Entry
from wenyuan.plumbing.clock import local
from wenyuan.plumbing.transactions import assert_in_verb


def record(*entries: Entry) -> list[int]:
    """Append entries, each marked as pending for its followers by the statement that writes it; their ids in order."""
    assert_in_verb()
    return [_append(entry) for entry in entries]


def record_many(entries: Iterable[Entry], *, chunk: int = 500) -> int:
    """Append many entries without their ids (imports) and mark each as pending; returns how many.

    Rows go in by COPY, a third of the cost of INSERT. ``chunk`` is the number of entries a COPY.
    """
    assert_in_verb()
    count = 0
    waiting = iter(entries)
    with connection.cursor() as cursor:
        while taken := list(islice(waiting, chunk)):
            _copy(cursor, taken)
            count += len(taken)
    return count


def _copy(cursor: Any, entries: Sequence[Entry]) -> None:
    cursor.execute(sql.NEXT_IDS, [len(entries)])
    ids = [row[0] for row in cursor.fetchall()]
    with cursor.copy(sql.COPY_ENTRIES) as copy:
        for entry_id, entry in zip(ids, entries, strict=True):
            copy.write_row((entry_id, *row_of(entry)))
    with cursor.copy(sql.COPY_PENDING) as copy:
        for entry_id, entry in zip(ids, entries, strict=True):
            copy.write_row((entry_id, entry.kind.value))


def _append(entry: Entry) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.append_statement(1), row_of(entry))
        row = cursor.fetchone()
        assert row is not None
        return int(row[0])


def row_of(entry: Entry) -> tuple[Any, ...]:
    """The entry's values in the order of ``sql.COLUMNS``; details as JSON text."""
    here = local(entry.occurred_at)
    return (
        entry.occurred_at,
        here.date(),
        here.hour,
        entry.kind.value,
        entry.branch_id,
        entry.area_id,
        entry.service_point_id,
        entry.door,
        entry.desk,
        entry.operator_id,
        entry.item_home_id,
        entry.item_present_id,
        entry.item_owner_id,
        entry.patron_home_id,
        entry.patron_category,
        entry.age_band,
        entry.gender,
        entry.item_type,
        entry.document_kind,
        entry.class_letter,
        entry.collection,
        entry.source,
        entry.quantity,
        entry.persons,
        entry.amount_fen,
        entry.subject_kind,
        entry.subject_id,
        entry.reader_ref,
        entry.reverses_id,
        entry.key,
        json.dumps(dict(entry.details)),
    )
