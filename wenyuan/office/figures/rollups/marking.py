"""Marking the days for which something came after they were added up: the journal's follower."""

from collections.abc import Collection, Sequence

from django.db import connection

from wenyuan.office.figures.rollups import sql


def days_touched(entry_ids: Sequence[int]) -> Collection[int]:
    """Of these entries one for each day that is added up: usually none, for what happens lies on today."""
    with connection.cursor() as cursor:
        cursor.execute(sql.DAYS_TOUCHED, {"entries": list(entry_ids)})
        return [entry_id for (entry_id,) in cursor.fetchall()]


def mark(entry_id: int) -> None:
    """A step: mark the day of an entry. A second mark does no harm."""
    with connection.cursor() as cursor:
        cursor.execute(sql.MARK_DAY_OF, {"entry": entry_id})
