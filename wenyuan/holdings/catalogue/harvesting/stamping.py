"""Giving stamps: after a change is committed, so that none is missed by who asks for what changed since he last asked.

A stamp taken in the transaction of a change is older than its commit: who asks between the two does not see the change,
and later asks from a moment past the stamp. Here one transaction at a time takes what waits, which is committed because
it is seen, and gives it the next second. Lists wait for it, and end with the second that has begun. So what a list of
some second leaves out can only get a later one.
"""

from typing import Any

from django.db import connection

from wenyuan.holdings.catalogue.harvesting import sql
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.transactions import verb

TURN_ROWS = 2_000
"""Waiting rows a turn: a tenth of a second, for which lists wait."""


@needs()
@verb
def stamp_changes(*, count: int = TURN_ROWS) -> int:
    """Give the next second to at most ``count`` changes that wait; how many there were. Done twice it does no harm.

    Times are those of the database's clock, the one that stamps and lists have in common.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.SOMETHING_WAITS)
        if not _value(cursor.fetchone()):
            return 0
        cursor.execute(sql.HOLD_STAMPS, {"lock": sql.HARVEST_LOCK})
        cursor.execute(sql.TAKE_WAITING, {"count": count})
        rows = cursor.fetchall()
        if not rows:
            return 0
        cursor.execute(sql.NEXT_STAMP)
        stamp = _value(cursor.fetchone())
        bibs = sorted({bib_id for bib_id, _ in rows})
        records = sorted({bib_id for bib_id, of_items in rows if not of_items})
        cursor.execute(sql.GIVE_STAMPS, {"stamp": stamp, "bibs": bibs, "records": records})
    return len(rows)


def _value(row: tuple[Any, ...] | None) -> Any:
    assert row is not None, "a statement that always gives one row"
    return row[0]
