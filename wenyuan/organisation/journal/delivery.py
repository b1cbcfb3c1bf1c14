"""Bringing entries to their followers: the worker's side of the journal."""

from datetime import datetime

import psycopg
from django.db import connection, transaction
from django.db.models import F

from wenyuan.organisation.journal import sql
from wenyuan.organisation.journal.followers import Follower, followers_of
from wenyuan.organisation.journal.models import Stuck
from wenyuan.plumbing.transactions import verb


@verb
def deliver(*, at: datetime, limit: int = 200) -> int:
    """Take up to ``limit`` pending entries, call their followers, delete the pending rows; returns how many it took.

    Rows that another worker holds are skipped, so nothing is ever "after the last seen id": ids commit out of order.
    A follower that fails has its entry parked in ``journal_stuck``; the others go on.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE_PENDING, [limit])
        rows = cursor.fetchall()
        for entry_id, kind in rows:
            for name, follower in followers_of(kind).items():
                _call(entry_id, name, follower, at)
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
        follower = followers_of(row.entry.kind).get(row.follower)
        if follower is None:
            Stuck.objects.filter(id=row.id).update(attempts=F("attempts") + 1)
        elif _call(row.entry_id, row.follower, follower, at):
            row.delete()
            done += 1
    return done


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
