"""Bringing entries to their followers: the worker's side of the journal."""

from collections.abc import Collection, Sequence
from datetime import datetime

import psycopg
from django.db import connection, transaction
from django.db.models import F

from wenyuan.organisation.journal import sql
from wenyuan.organisation.journal.followers import Chooser, Follower, Following, followers_of
from wenyuan.organisation.journal.models import Stuck
from wenyuan.plumbing.transactions import verb

BATCH_ROWS = 200
"""A batch is one transaction, and each follower's call that writes a savepoint of it: more of them would hold what the
followers lock (a reader's points) up before the desk for seconds."""


@verb
def deliver(*, at: datetime, limit: int = BATCH_ROWS) -> int:
    """Take up to ``limit`` pending entries, call their followers, delete the pending rows; returns how many it took.

    Rows that another worker holds are skipped, so nothing is ever "after the last seen id": ids commit out of order.
    Each follower has the entries of its kinds in their order. One that fails has its entry parked in
    ``journal_stuck``; the others go on.
    """
    waiting: dict[str, tuple[Following, list[int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE_PENDING, [limit])
        rows = cursor.fetchall()
        for entry_id, kind in rows:
            for name, following in followers_of(kind).items():
                waiting.setdefault(name, (following, []))[1].append(entry_id)
        for name, (following, entry_ids) in waiting.items():
            concerned = _choose(following.choose, entry_ids)
            for entry_id in entry_ids:
                if entry_id in concerned:
                    _call(entry_id, name, following.call, at)
        cursor.execute(sql.DROP_PENDING, [[entry_id for entry_id, _ in rows]])
    return len(rows)


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


def _choose(chooser: Chooser | None, entry_ids: Sequence[int]) -> Collection[int]:
    """What concerns a follower; everything where it cannot tell, so that its failure is noted entry by entry."""
    if chooser is None:
        return entry_ids
    try:
        with transaction.atomic():
            return frozenset(chooser(entry_ids))
    except Exception:
        return entry_ids


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
