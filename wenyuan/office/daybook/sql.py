"""Hand-written statements of this room. Own tables: daybook_record, daybook_paper. Lower tables read:
accounts_account (names of who entered and approved), journal_entry (invariants only)."""

from wenyuan.plumbing.invariants import Invariant

_COLUMNS = """
    record.id, COALESCE(record.origin_id, record.id), record.replaces_id, newer.id, record.kind, record.branch_id,
    record.first_date, record.last_date, record.title, record.values, record.evidence, record.reason,
    record.withdrawn, record.entered_by_id, entered.name, record.entered_at, record.approved_by_id,
    COALESCE(approved.name, ''), record.approved_at,
    (SELECT count(*) FROM daybook_paper paper
        WHERE paper.record_id = COALESCE(record.origin_id, record.id) AND paper.removed_at IS NULL),
    record.entry_ids
"""
_ROWS = f"""
    SELECT {_COLUMNS}
    FROM daybook_record record JOIN accounts_account entered ON entered.id = record.entered_by_id
    LEFT JOIN accounts_account approved ON approved.id = record.approved_by_id
    LEFT JOIN daybook_record newer ON newer.replaces_id = record.id
"""

ONE = f"{_ROWS} WHERE record.id = %s"

HISTORY = f"{_ROWS} WHERE COALESCE(record.origin_id, record.id) = %s ORDER BY record.id DESC"

_COUNTS = """
    record.approved_at IS NOT NULL AND NOT record.withdrawn AND NOT EXISTS (
        SELECT FROM daybook_record later
        WHERE later.origin_id = COALESCE(record.origin_id, record.id) AND later.id > record.id
            AND later.approved_at IS NOT NULL
    )
"""
"""A row counts once approved, until a later row of its record is approved."""

LIST = f"""
    {_ROWS}
    WHERE (%(kind)s::text IS NULL OR record.kind = %(kind)s::text)
        AND record.last_date BETWEEN %(first)s::date AND %(last)s::date
        AND CASE WHEN %(counted)s::boolean THEN {_COUNTS} ELSE newer.id IS NULL END
        AND (%(state)s::text IS NULL OR %(state)s::text = CASE
            WHEN record.approved_at IS NULL THEN 'waiting' WHEN record.withdrawn THEN 'withdrawn' ELSE 'counted' END)
        AND record.values @> %(texts)s::jsonb
        AND (%(unless)s::jsonb IS NULL OR NOT record.values @> %(unless)s::jsonb)
        AND (%(members)s::int[] IS NULL OR EXISTS (
            SELECT FROM unnest(%(members)s::int[], %(member_first)s::date[], %(member_last)s::date[])
                AS member (branch_id, first_date, last_date)
            WHERE member.branch_id = record.branch_id
                AND record.last_date BETWEEN member.first_date AND member.last_date))
        AND (%(after_date)s::date IS NULL
            OR (record.last_date, record.id) < (%(after_date)s::date, %(after_id)s::bigint))
    ORDER BY record.last_date DESC, record.id DESC LIMIT %(limit)s
"""
"""A page of records: the rows that count, or the newest row of each record."""

BRANCH_LOCK = 740_406
"""First key of the advisory locks under which records of a branch are typed; the second is the branch."""
HOLD_BRANCH = "SELECT pg_advisory_xact_lock(%(lock)s, %(branch)s)"

TWIN = f"""
    SELECT record.id FROM daybook_record record
    WHERE record.kind = %(kind)s AND record.branch_id = %(branch)s AND record.last_date = %(last)s
        AND CASE WHEN %(once_by)s::text = '' THEN record.first_date = %(first)s AND record.title = %(title)s
            ELSE record.values ->> %(once_by)s::text = %(once)s::text END
        AND COALESCE(record.origin_id, record.id) IS DISTINCT FROM %(origin)s::bigint
        AND (({_COUNTS}) OR (NOT record.withdrawn
            AND NOT EXISTS (SELECT FROM daybook_record newer WHERE newer.replaces_id = record.id)))
    ORDER BY record.id LIMIT 1
"""
"""Another record of the same kind, branch, days and title (or choice of which a day has one): one that counts, though
something newer waits, or one whose newest row says so."""

STANDING = f"""
    SELECT DISTINCT ON (record.values ->> 'state', record.branch_id) {_COLUMNS}
    FROM daybook_record record JOIN accounts_account entered ON entered.id = record.entered_by_id
    LEFT JOIN accounts_account approved ON approved.id = record.approved_by_id
    LEFT JOIN daybook_record newer ON newer.replaces_id = record.id
    WHERE record.kind = 'state' AND record.last_date <= %(day)s::date AND {_COUNTS}
        AND (%(state)s::text IS NULL OR record.values ->> 'state' = %(state)s::text)
        AND record.branch_id = ANY(%(branches)s::int[])
    ORDER BY record.values ->> 'state', record.branch_id, record.last_date DESC, record.id DESC
"""
"""What stands on a day: of each state and branch the newest row that counts and began by then."""

PAPERS = """
    SELECT paper.id, paper.record_id, paper.name, paper.form, paper.size, paper.stored_as, account.name,
        paper.entered_at, paper.removed_at, paper.reason
    FROM daybook_paper paper JOIN accounts_account account ON account.id = paper.entered_by_id
    WHERE paper.record_id = %s ORDER BY paper.id
"""

INVARIANTS = (
    Invariant(
        name="daybook_chain_keeps_its_kind",
        room="daybook",
        says="A row that replaces another is of the same record and kind.",
        sql="""
            SELECT newer.id, older.id
            FROM daybook_record newer JOIN daybook_record older ON older.id = newer.replaces_id
            WHERE newer.kind <> older.kind OR newer.origin_id <> COALESCE(older.origin_id, older.id)
        """,
    ),
    Invariant(
        name="daybook_sums_agree_with_the_journal",
        room="daybook",
        says="What the journal adds up of each record is what the entries of the row that counts say.",
        sql=f"""
            SELECT told.chain, told.quantity, COALESCE(counts.quantity, 0)
            FROM (
                SELECT (entry.details ->> 'record')::bigint AS chain, sum(entry.quantity) AS quantity,
                    sum(entry.persons) AS persons, sum(entry.amount_fen) AS amount
                FROM journal_entry entry
                WHERE entry.subject_kind = 'daybook_record' AND entry.details ? 'record' GROUP BY 1
            ) told
            LEFT JOIN (
                SELECT COALESCE(record.origin_id, record.id) AS chain, sum(entry.quantity) AS quantity,
                    sum(entry.persons) AS persons, sum(entry.amount_fen) AS amount
                FROM daybook_record record, jsonb_array_elements_text(record.entry_ids) AS named (entry_id)
                JOIN journal_entry entry ON entry.id = named.entry_id::bigint
                WHERE {_COUNTS} GROUP BY 1
            ) counts ON counts.chain = told.chain
            WHERE told.quantity <> COALESCE(counts.quantity, 0) OR told.persons <> COALESCE(counts.persons, 0)
                OR told.amount <> COALESCE(counts.amount, 0)
        """,
    ),
    Invariant(
        name="daybook_agrees_with_the_journal",
        room="daybook",
        says="What the journal says of each record is what counts of it, and nothing else.",
        sql=f"""
            SELECT COALESCE(counts.chain, told.chain), counts.entries, told.entries
            FROM (
                SELECT COALESCE(record.origin_id, record.id) AS chain, jsonb_array_length(record.entry_ids) AS entries
                FROM daybook_record record WHERE {_COUNTS}
            ) counts
            FULL JOIN (
                SELECT (entry.details ->> 'record')::bigint AS chain,
                    count(*) FILTER (WHERE NOT EXISTS (
                        SELECT FROM journal_entry back
                        WHERE back.subject_kind = 'daybook_record' AND back.subject_id = entry.subject_id
                            AND back.reverses_id = entry.id)) AS entries
                FROM journal_entry entry
                WHERE entry.subject_kind = 'daybook_record' AND entry.subject_id IS NOT NULL
                    AND entry.reverses_id IS NULL
                GROUP BY 1
            ) told ON told.chain = counts.chain
            WHERE COALESCE(counts.entries, 0) <> COALESCE(told.entries, 0)
        """,
    ),
)
