"""Hand-written statements of this room. Own table: visits_visitcount. Lower tables read: network_servicepoint,
accounts_account (the name of who entered), journal_entry (invariants only)."""

from wenyuan.plumbing.invariants import Invariant

POINT = "SELECT id, branch_id, area_id, closed_date FROM network_servicepoint WHERE id = %s"

COUNT_COLUMNS = """
    counted.id, counted.service_point_id, counted.date, counted.persons, counted.evidence_kind, counted.evidence,
    counted.reason, counted.withdrawn, counted.entered_by_id, account.name, counted.entered_at, counted.replaces_id,
    counted.entry_id
"""

GRID = f"""
    SELECT point.id, point.code, point.name_zh, point.name_en, point.closed_date, {COUNT_COLUMNS}
    FROM network_servicepoint point
    LEFT JOIN visits_visitcount counted
        ON counted.service_point_id = point.id AND counted.date BETWEEN %(first)s AND %(last)s AND NOT counted.withdrawn
        AND NOT EXISTS (SELECT FROM visits_visitcount newer WHERE newer.replaces_id = counted.id)
    LEFT JOIN accounts_account account ON account.id = counted.entered_by_id
    WHERE point.branch_id = %(branch)s
    ORDER BY point.code, counted.date
"""
"""Every service point of a branch, with the counts that stand in a span of days; a point without any has one row."""

HISTORY = f"""
    SELECT {COUNT_COLUMNS}
    FROM visits_visitcount counted JOIN accounts_account account ON account.id = counted.entered_by_id
    WHERE counted.service_point_id = %(point)s AND counted.date = %(day)s
        AND (%(before)s::bigint IS NULL OR counted.id < %(before)s::bigint)
    ORDER BY counted.id DESC LIMIT %(limit)s
"""

ONE = f"""
    SELECT {COUNT_COLUMNS}
    FROM visits_visitcount counted JOIN accounts_account account ON account.id = counted.entered_by_id
    WHERE counted.id = %s
"""

INVARIANTS = (
    Invariant(
        name="visits_correction_stays_at_its_point_and_day",
        room="visits",
        says="A count that replaces another is of the same service point and day.",
        sql="""
            SELECT newer.id, older.id
            FROM visits_visitcount newer JOIN visits_visitcount older ON older.id = newer.replaces_id
            WHERE (newer.service_point_id, newer.date) <> (older.service_point_id, older.date)
        """,
    ),
    Invariant(
        name="visits_agree_with_the_journal",
        room="visits",
        says="Every count has its journal entry of the same point, day and number; a withdrawal takes the number back.",
        sql="""
            SELECT counted.id
            FROM visits_visitcount counted
            LEFT JOIN visits_visitcount older ON older.id = counted.replaces_id
            LEFT JOIN journal_entry entry ON entry.id = counted.entry_id AND entry.kind = 'visit'
                AND entry.service_point_id = counted.service_point_id AND entry.local_date = counted.date
            WHERE entry.id IS NULL
                OR entry.persons <> CASE WHEN counted.withdrawn THEN -older.persons ELSE counted.persons END
        """,
    ),
    Invariant(
        name="visits_replaced_counts_are_taken_back_once",
        room="visits",
        says="The journal takes back a count exactly once when another row replaces it, and never else.",
        sql="""
            SELECT counted.id
            FROM visits_visitcount counted
            LEFT JOIN visits_visitcount newer ON newer.replaces_id = counted.id
            LEFT JOIN journal_entry back ON back.reverses_id = counted.entry_id AND back.kind = 'visit'
            WHERE NOT counted.withdrawn
            GROUP BY counted.id, counted.persons, newer.id
            HAVING count(back.id) <> (newer.id IS NOT NULL)::int OR coalesce(-sum(back.persons), counted.persons)
                <> counted.persons
        """,
    ),
)
