"""Hand-written statements of closed months. Lower tables read: journal_entry and circulation_loan; none is written.

``kinds`` are those that some indicator counts, ``first`` and ``last`` the days of the month, ``since`` a moment,
``before`` and ``limit`` a page; ``members``, ``member_first`` and ``member_last`` the branches of a subtree;
``zone`` is the library's.
"""

import json

from wenyuan.office.figures.data import Term
from wenyuan.office.figures.indicators import INDICATORS
from wenyuan.office.figures.sql import members_step
from wenyuan.plumbing.invariants import Invariant

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


READERS = """
    WITH lent AS MATERIALIZED (
        SELECT entry.reader_ref, coalesce(entry.branch_id, 0) AS branch_id, entry.local_date,
            coalesce(entry.patron_category, '') AS category, sum(entry.quantity) AS quantity
        FROM journal_entry entry
        WHERE entry.kind = 'loan' AND entry.local_date BETWEEN %(first)s::date AND %(last)s::date
            AND entry.reader_ref IS NOT NULL
        GROUP BY 1, 2, 3, 4
    ), placed AS (
        SELECT 0 AS top, lent.* FROM lent
        UNION ALL
        SELECT member.top, lent.* FROM lent JOIN unnest(%(tops)s::int[], %(members)s::int[], %(member_first)s::date[],
            %(member_last)s::date[]) AS member (top, branch_id, first_date, last_date)
            ON member.branch_id = lent.branch_id AND lent.local_date BETWEEN member.first_date AND member.last_date
    ), readers AS (
        SELECT 'borrowers' AS code, top, CASE WHEN grouping(category) = 0 THEN category END AS category
        FROM placed GROUP BY GROUPING SETS ((top, reader_ref), (top, reader_ref, category)) HAVING sum(quantity) > 0
        UNION ALL
        SELECT 'borrowing_persons', top, CASE WHEN grouping(category) = 0 THEN category END
        FROM placed
        GROUP BY GROUPING SETS ((top, reader_ref, local_date, branch_id),
            (top, reader_ref, local_date, branch_id, category)) HAVING sum(quantity) > 0
    )
    SELECT code, top, category, count(*) FROM readers GROUP BY 1, 2, 3
"""
"""Readers who borrowed within the days, each once, and once a day and branch: below each of the ``tops`` (0 for
everything), of each category and of all. One pass over the loans."""

LATEST = """
    SELECT date_trunc('month', local_date)::date, max(recorded_at) FROM journal_entry
    WHERE kind = 'loan' AND local_date BETWEEN %(first)s::date AND %(last)s::date AND reader_ref IS NOT NULL
    GROUP BY 1
"""
"""When a reader's loan was last recorded for each month."""

_LENT = """
    FROM circulation_loan loan {members}
    WHERE loan.lent_at >= %(first)s::date::timestamp AT TIME ZONE %(zone)s
        AND loan.lent_at < (%(last)s::date + 1)::timestamp AT TIME ZONE %(zone)s
        AND NOT EXISTS (SELECT FROM journal_entry taken_over
            WHERE taken_over.kind = 'loan_taken_over' AND taken_over.subject_id = loan.item_id
                AND (taken_over.details ->> 'loan')::bigint = loan.id)
"""
"""Loans of those days; those of an old system are no act of the day."""
_DAY = "(loan.lent_at AT TIME ZONE %(zone)s)::date"


def lent(*, subtree: bool) -> str:
    """How many rows the table of loans has of each month."""
    found = _LENT.format(members=members_step("loan", _DAY) if subtree else "")
    return f"SELECT date_trunc('month', {_DAY})::date, count(*) {found} GROUP BY 1"


def unlike(*, subtree: bool) -> str:
    """Loans of those days whose rows and entries do not count alike: item, loan, day, how many rows and what the
    journal comes to; by loan."""
    rows = _LENT.format(members=members_step("loan", _DAY) if subtree else "")
    members = members_step("entry", "entry.local_date") if subtree else ""
    return f"""
        SELECT coalesce(kept.item_id, told.item_id), coalesce(kept.loan_id, told.loan_id),
            coalesce(kept.day, told.day), coalesce(kept.count, 0), coalesce(told.count, 0)
        FROM (SELECT loan.item_id, loan.id AS loan_id, {_DAY} AS day, 1 AS count {rows}) kept
        FULL JOIN (
            SELECT entry.subject_id AS item_id, (entry.details ->> 'loan')::bigint AS loan_id,
                min(entry.local_date) AS day, sum(entry.quantity)::int AS count
            FROM journal_entry entry {members}
            WHERE entry.kind = 'loan' AND entry.local_date BETWEEN %(first)s::date AND %(last)s::date
            GROUP BY 1, 2
        ) told USING (item_id, loan_id)
        WHERE coalesce(kept.count, 0) <> coalesce(told.count, 0)
        ORDER BY 2, 1 LIMIT %(limit)s
    """


def _literal(codes: object) -> str:
    return "'" + json.dumps(codes).replace("'", "''") + "'::jsonb"


def _row(code: str, term: Term, question: str) -> str:
    among = f"ARRAY[{', '.join(_literal(codes) for codes in term.among)}]" if term.among else "NULL::jsonb[]"
    unless = _literal(term.unless) if term.unless else "NULL::jsonb"
    return f"('{code}', '{term.kind.value}', '{term.measure.value}', '{question}', {among}, {unless})"


_TERMS = ", ".join(
    _row(one.code.value, term, question)
    for one in INDICATORS
    for question, terms in (("", one.terms), *((asked.value, added) for asked, added in one.added))
    for term in terms
)

INVARIANTS = (
    Invariant(
        name="figures_months_are_closed_in_order",
        room="figures",
        says="No month is open between two that are closed.",
        sql="""
            SELECT closed.month FROM figures_closedmonth closed
            WHERE closed.month > (SELECT min(month) FROM figures_closedmonth) AND NOT EXISTS (
                SELECT FROM figures_closedmonth before WHERE before.month = closed.month - interval '1 month')
        """,
    ),
    Invariant(
        name="figures_snapshots_differ_by_what_came_later",
        room="figures",
        says="A snapshot of the whole network, with its adjustments, is what the journal adds up to by the definitions "
        "that were frozen, or last taken in, but for what was recorded since.",
        sql=f"""
            WITH snapshot AS (
                SELECT frozen.month_id, frozen.code, sum(frozen.value) AS value FROM figures_frozenfigure frozen
                WHERE frozen.branch_id = 0 AND frozen.below GROUP BY 1, 2
            ), touched AS (
                SELECT closed.id, greatest(closed.closed_at, max(adjustment.made_at)) - interval '1 minute' AS at
                FROM figures_closedmonth closed
                LEFT JOIN figures_monthadjustment adjustment ON adjustment.month_id = closed.id GROUP BY closed.id
            ), counted AS (
                SELECT closed.id AS month_id, term.code, max(entry.recorded_at) AS recorded_at,
                    sum(CASE term.measure WHEN 'quantity' THEN entry.quantity WHEN 'persons' THEN entry.persons
                        ELSE entry.amount_fen END) AS value
                FROM figures_closedmonth closed
                CROSS JOIN LATERAL jsonb_array_elements(coalesce((
                    SELECT adjustment.definitions FROM figures_monthadjustment adjustment
                    WHERE adjustment.month_id = closed.id ORDER BY adjustment.id DESC LIMIT 1
                ), closed.definitions)) AS stretch (told)
                CROSS JOIN (VALUES {_TERMS}) AS term (code, kind, measure, question, among, unless)
                JOIN journal_entry entry ON entry.kind = term.kind
                    AND entry.local_date BETWEEN (told ->> 'first')::date AND (told ->> 'last')::date
                WHERE closed.indicators @> to_jsonb(term.code)
                    AND (term.question = '' OR told -> 'answers' @> to_jsonb(term.question))
                    AND (term.among IS NULL OR entry.details @> ANY(term.among))
                    AND (term.unless IS NULL OR NOT entry.details @> term.unless)
                GROUP BY 1, 2
            )
            SELECT closed.month, coalesce(snapshot.code, counted.code), snapshot.value, counted.value
            FROM snapshot FULL JOIN counted USING (month_id, code)
            JOIN figures_closedmonth closed ON closed.id = month_id JOIN touched ON touched.id = month_id
            WHERE coalesce(snapshot.value, 0) <> coalesce(counted.value, 0)
                AND (counted.recorded_at IS NULL OR counted.recorded_at < touched.at)
        """,
    ),
    Invariant(
        name="figures_loans_count_when_they_were_lent",
        room="figures",
        says="The journal counts each loan at the moment at which its row says that it was lent.",
        sql="""
            SELECT loan.id, loan.item_id FROM circulation_loan loan
            JOIN journal_entry entry ON entry.kind = 'loan' AND entry.reverses_id IS NULL
                AND entry.subject_id = loan.item_id AND (entry.details ->> 'loan')::bigint = loan.id
            WHERE entry.occurred_at <> loan.lent_at
        """,
    ),
)
