"""Hand-written statements of closed months. Lower tables read: journal_entry; none is written.

``kinds`` are those that some indicator counts, ``first`` and ``last`` the days of the month, ``since`` a moment,
``before`` and ``limit`` a page; ``members``, ``member_first`` and ``member_last`` the branches of a subtree.
"""

from wenyuan.office.figures.sql import members_step

CLOSING_LOCK = 7_411
"""Advisory lock under which months are closed and adjusted, one at a time: who waited sees what the other wrote."""

HOLD = "SELECT pg_advisory_xact_lock(%(lock)s)"

LATER_COLUMNS = (
    "id",
    "recorded_at",
    "occurred_at",
    "kind",
    "branch_id",
    "operator_id",
    "door",
    "quantity",
    "persons",
    "amount_fen",
    "reverses_id",
)


def later(*, subtree: bool) -> str:
    """What was recorded for a month's days since a moment, the newest first."""
    members = members_step("entry", "entry.local_date") if subtree else ""
    return f"""
        SELECT {", ".join(f"entry.{column}" for column in LATER_COLUMNS)} FROM journal_entry entry {members}
        WHERE entry.kind = ANY(%(kinds)s::text[]) AND entry.local_date BETWEEN %(first)s::date AND %(last)s::date
            AND entry.recorded_at >= %(since)s::timestamptz
            AND (%(before)s::bigint IS NULL OR entry.id < %(before)s::bigint)
        ORDER BY entry.id DESC LIMIT %(limit)s
    """
