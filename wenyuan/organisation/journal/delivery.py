"""Bringing entries to their followers: the worker's side of the journal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

import psycopg
from django.db import connection, transaction
from django.db.models import F

from wenyuan.organisation.journal import sql
from wenyuan.organisation.journal.followers import Chooser, Follower, Following, followers_of
from wenyuan.organisation.journal.models import Stuck
from wenyuan.plumbing.transactions import verb

BATCH_ROWS = 1_000
"""So many entries are looked at together: to ask what concerns a follower costs about as much for one as for all."""
MOST_CALLS = 200
"""So often followers act in one transaction, which keeps what they lock: readers, who may stand at a machine."""


class Delivered(NamedTuple):
    """How many entries a batch has done with, and whether it had as many as it could take, so that more may wait."""

    entries: int
    more: bool


def deliver(*, at: datetime, limit: int = BATCH_ROWS) -> int:
    """One batch, as ``deliver_batch``; returns how many entries it has done with."""
    return deliver_batch(at=at, limit=limit).entries


@verb
def deliver_batch(*, at: datetime, limit: int = BATCH_ROWS, most_calls: int = MOST_CALLS) -> Delivered:
    """Take up to ``limit`` pending entries, call their followers, delete the pending rows. Where the followers would
    act more than ``most_calls`` times, only the first of the entries are done with, and one at least.

    Rows that another worker holds are skipped, so nothing is ever "after the last seen id": ids commit out of order.
    Each follower has the entries of its kinds in their order. One that fails has its entry parked in
    ``journal_stuck``; the others go on.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE_PENDING, [limit])
        rows: list[tuple[int, str]] = cursor.fetchall()
        calls = _calls(rows)
        done = _first_of(rows, calls, most_calls)
        for name, (following, entry_ids) in calls.items():
            for entry_id in entry_ids:
                if entry_id in done:
                    _call(entry_id, name, following.call, at)
        cursor.execute(sql.DROP_PENDING, [list(done)])
    return Delivered(len(done), more=len(done) < len(rows) or len(rows) == limit)


def _calls(rows: Sequence[tuple[int, str]]) -> dict[str, tuple[Following, list[int]]]:
    """What each follower is to act on, by its name."""
    waiting: dict[str, tuple[Following, list[int]]] = {}
    for entry_id, kind in rows:
        for name, following in followers_of(kind).items():
            waiting.setdefault(name, (following, []))[1].append(entry_id)
    for following, entry_ids in waiting.values():
        concerned = _choose(following.choose, entry_ids)
        entry_ids[:] = [entry_id for entry_id in entry_ids if entry_id in concerned]
    return waiting


def _first_of(
    rows: Sequence[tuple[int, str]], calls: Mapping[str, tuple[Following, list[int]]], most_calls: int
) -> frozenset[int]:
    """The first entries that together ask for no more than ``most_calls`` calls, or the first alone."""
    asked = Counter(entry_id for _, entry_ids in calls.values() for entry_id in entry_ids)
    totals = accumulate(asked[entry_id] for entry_id, _ in rows)
    return frozenset(
        entry_id
        for place, ((entry_id, _), total) in enumerate(zip(rows, totals, strict=True))
        if total <= most_calls or place == 0
    )


@verb
def retry_stuck(*, at: datetime, limit: int = 50) -> int:
    """Call the parked followers again, those tried least first; returns how many succeeded.

    A follower that this process does not know (its room is not loaded here, or is newer) keeps its entry.
    """
    done = 0
    stuck = list(
        Stuck.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("entry")
        .order_by("attempts", "id")[:limit]
    )
    for row in stuck:
        following = followers_of(row.entry.kind).get(row.follower)
        if following is None:
            Stuck.objects.filter(id=row.id).update(attempts=F("attempts") + 1)
        elif _call(row.entry_id, row.follower, following.call, at):
            row.delete()
            done += 1
    return done


def _choose(chooser: Chooser | None, entry_ids: Sequence[int]) -> frozenset[int]:
    """What concerns a follower; everything where it cannot tell, so that its failure is noted entry by entry."""
    if chooser is None:
        return frozenset(entry_ids)
    try:
        with transaction.atomic():
            return frozenset(chooser(entry_ids))
    except Exception:
        return frozenset(entry_ids)


def _call(entry_id: int, name: str, follower: Follower, at: datetime) -> bool:
    try:
        with transaction.atomic():
            follower(entry_id)
    except Exception as error:  # a follower's fault must not stop the others
        with connection.cursor() as cursor:
            cursor.execute(sql.NOTE_STUCK, [entry_id, name, describe(error), at])
        return False
    return True


def describe(error: Exception) -> str:
    """What failed, without the words of the error, which may hold personal data: type, SQLSTATE and constraint."""
    cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    words = [type(error).__name__]
    if isinstance(cause, psycopg.Error):
        words += filter(None, (cause.sqlstate, cause.diag.constraint_name))
    return " ".join(words)
