"""Hand-written statements of this room. Lower tables: patrons_patron (locked, its version raised: a checkout under way
that has read the old sums looks again), patrons_category (read), journal_entry (invariants only)."""

from wenyuan.plumbing.invariants import Invariant

LOCK_PATRON = """
    SELECT p.id, p.home_branch_id, p.status, c.code, p.birth_date, p.gender
    FROM patrons_patron p JOIN patrons_category c ON c.id = p.category_id WHERE p.id = %s FOR UPDATE OF p
"""
RAISE_VERSION = "UPDATE patrons_patron SET version = version + 1 WHERE id = %s"

STATE = """
    SELECT COALESCE(sum(owed_fen), 0)::bigint, COALESCE(sum(due_back_fen), 0)::bigint,
        COALESCE(sum(held_fen), 0)::bigint
    FROM fees_account WHERE patron_id = :patron::bigint
"""
"""What a patron owes, is due and has deposited: one probe of ``fees_account_patron``. Joined to a gather it reads
``LEFT JOIN LATERAL (SELECT … WHERE patron_id = p.id) f ON true``."""

NEXT_RECEIPT = """
    INSERT INTO fees_receiptcounter (branch_id, book, year, last_number) VALUES (%s, %s, %s, 1)
    ON CONFLICT (branch_id, book, year) DO UPDATE SET last_number = fees_receiptcounter.last_number + 1
    RETURNING last_number
"""

SUMS = """
    UPDATE fees_account a SET
        owed_fen = COALESCE((SELECT sum(open_fen) FROM fees_charge WHERE account_id = a.id AND open_fen > 0), 0),
        due_back_fen = COALESCE((SELECT -sum(open_fen) FROM fees_charge WHERE account_id = a.id AND open_fen < 0), 0),
        held_fen = COALESCE((SELECT sum(CASE kind WHEN 'deposit_taken' THEN amount_fen ELSE -amount_fen END)
            FROM fees_entry WHERE account_id = a.id AND book = 'deposit'), 0)
    WHERE a.id = ANY(%s)
"""

_LEDGER = """
    SELECT e.id, e.kind, e.charge_kind, e.amount_fen, e.means, e.receipt_no, e.text, e.at, e.branch_id,
        COALESCE(w.name, ''), e.refunds_id, s.parts, (e.amount_fen - COALESCE(r.back, 0))::bigint
    FROM fees_entry e
    JOIN fees_account a ON a.id = e.account_id
    LEFT JOIN accounts_account w ON w.id = e.entered_by_id
    LEFT JOIN LATERAL (SELECT array_agg(ARRAY[x.charge_id, x.amount_fen] ORDER BY x.id) AS parts
        FROM fees_allocation x WHERE x.entry_id = e.id) s ON true
    LEFT JOIN LATERAL (SELECT sum(b.amount_fen) AS back FROM fees_entry b WHERE b.refunds_id = e.id) r ON true
"""
LEDGER = f"""{_LEDGER}
    WHERE a.patron_id = %(patron)s AND (%(before)s::bigint IS NULL OR e.id < %(before)s::bigint)
        AND (%(branches)s::bigint[] IS NULL OR e.branch_id = ANY (%(branches)s::bigint[]))
    ORDER BY e.id DESC LIMIT %(limit)s
"""
ONE_ENTRY = f"{_LEDGER} WHERE e.id = %s"

DEPOSITS = """
    SELECT e.id, e.receipt_no, e.at, e.branch_id, e.means, e.amount_fen, (e.amount_fen - COALESCE(r.back, 0))::bigint
    FROM fees_entry e JOIN fees_account a ON a.id = e.account_id
    LEFT JOIN LATERAL (SELECT sum(b.amount_fen) AS back FROM fees_entry b WHERE b.refunds_id = e.id) r ON true
    WHERE a.patron_id = %s AND e.kind = 'deposit_taken' AND e.amount_fen > COALESCE(r.back, 0)
    ORDER BY e.id
"""

DEPOSIT_REPORT = """
    SELECT home.branch_id,
        COALESCE(sum(home.taken - home.returned) FILTER (WHERE home.local_date < %(first)s), 0)::bigint,
        COALESCE(sum(home.taken) FILTER (WHERE home.local_date >= %(first)s), 0)::bigint,
        COALESCE(sum(home.returned) FILTER (WHERE home.local_date >= %(first)s), 0)::bigint,
        COALESCE(sum(home.paid_out) FILTER (WHERE home.local_date >= %(first)s), 0)::bigint
    FROM (
        SELECT branch_id, local_date, amount_fen AS taken, 0 AS returned, 0 AS paid_out
        FROM fees_entry WHERE kind = 'deposit_taken'
        UNION ALL
        SELECT taken.branch_id, back.local_date, 0, back.amount_fen, 0
        FROM fees_entry back JOIN fees_entry taken ON taken.id = back.refunds_id WHERE back.kind = 'deposit_returned'
        UNION ALL
        SELECT branch_id, local_date, 0, 0, amount_fen FROM fees_entry WHERE kind = 'deposit_returned'
    ) home
    WHERE home.local_date <= %(last)s
        AND (%(branches)s::bigint[] IS NULL OR home.branch_id = ANY (%(branches)s::bigint[]))
    GROUP BY home.branch_id ORDER BY home.branch_id
"""
"""By the branch that took a deposit: held before, taken, returned; and what its own tills paid out."""

DEBTORS = """
    SELECT a.patron_id, sum(c.open_fen)::bigint, count(*), min(e.at)
    FROM fees_charge c JOIN fees_account a ON a.id = c.account_id JOIN fees_entry e ON e.id = c.entry_id
    WHERE c.open_fen > 0 AND c.branch_id = %(branch)s
    GROUP BY a.patron_id
    HAVING %(owed)s::bigint IS NULL OR (sum(c.open_fen), a.patron_id) < (%(owed)s::bigint, %(patron)s::bigint)
    ORDER BY sum(c.open_fen) DESC, a.patron_id DESC LIMIT %(limit)s
"""

_OPEN = """e.branch_id = %s AND e.service_point_id IS NOT DISTINCT FROM %s::bigint AND e.local_date <= %s
        AND e.means <> '' AND NOT e.taken_over
        AND NOT EXISTS (SELECT 1 FROM fees_closedentry x WHERE x.entry_id = e.id)"""
_LINES = """e.book, e.means, count(*),
        COALESCE(sum(e.amount_fen) FILTER (WHERE e.kind IN ('payment', 'deposit_taken')), 0)::bigint,
        COALESCE(sum(e.amount_fen) FILTER (WHERE e.kind IN ('refund', 'deposit_returned')), 0)::bigint"""
OPEN_LINES = f"""
    SELECT {_LINES} FROM fees_entry e WHERE {_OPEN} GROUP BY e.book, e.means ORDER BY e.book DESC, e.means
"""
CLOSE_ROWS = f"""
    WITH closing AS (SELECT %s::bigint AS id),
    kept AS (
        INSERT INTO fees_closedentry (entry_id, closing_id)
        SELECT e.id, closing.id FROM fees_entry e, closing WHERE {_OPEN} RETURNING entry_id
    )
    SELECT {_LINES} FROM fees_entry e JOIN kept ON kept.entry_id = e.id GROUP BY e.book, e.means
"""
_TILL_ROWS = """
    SELECT e.id, e.kind, e.means, e.amount_fen, e.receipt_no, e.at, w.name
    FROM fees_entry e JOIN accounts_account w ON w.id = e.entered_by_id
"""
OPEN_ROWS = f"{_TILL_ROWS} WHERE {_OPEN} ORDER BY e.id"
CLOSED_ROWS = f"{_TILL_ROWS} JOIN fees_closedentry x ON x.entry_id = e.id WHERE x.closing_id = %s ORDER BY e.id"
ROWS_AFTER = f"""{_TILL_ROWS} LEFT JOIN fees_closedentry x ON x.entry_id = e.id
    WHERE e.branch_id = %s AND e.service_point_id IS NOT DISTINCT FROM %s::bigint AND e.local_date = %s
        AND e.means <> '' AND NOT e.taken_over AND x.closing_id IS DISTINCT FROM %s::bigint
    ORDER BY e.id
"""
_CLOSINGS = """
    SELECT c.id, c.branch_id, c.service_point_id, c.day, c.at, w.name, c.reason
    FROM fees_closing c JOIN accounts_account w ON w.id = c.closed_by_id
"""
ONE_CLOSING = f"{_CLOSINGS} WHERE c.id = %s"
CLOSING_OF = f"""{_CLOSINGS}
    WHERE c.branch_id = %s AND c.service_point_id IS NOT DISTINCT FROM %s::bigint AND c.day = %s
"""
CLOSINGS = f"""{_CLOSINGS}
    WHERE c.branch_id = %(branch)s AND (%(before)s::bigint IS NULL OR c.id < %(before)s::bigint)
    ORDER BY c.id DESC LIMIT %(limit)s
"""

INVARIANTS = (
    Invariant(
        name="fees_charges_agree_with_the_ledger",
        room="fees",
        says="What is open of a charge is what was charged, less what was cancelled, forgiven, replaced and paid.",
        sql="""
            SELECT e.id, c.open_fen FROM fees_entry e LEFT JOIN fees_charge c ON c.entry_id = e.id
            LEFT JOIN LATERAL (
                SELECT COALESCE(sum(x.amount_fen) FILTER (WHERE s.kind = 'payment'), 0)
                        - COALESCE(sum(x.amount_fen) FILTER (WHERE s.kind = 'refund'), 0) AS paid,
                    COALESCE(sum(x.amount_fen) FILTER (WHERE s.kind = 'cancelled'), 0) AS cancelled,
                    COALESCE(sum(x.amount_fen) FILTER (WHERE s.kind IN ('forgiven', 'in_kind')), 0) AS let_go
                FROM fees_allocation x JOIN fees_entry s ON s.id = x.entry_id WHERE x.charge_id = e.id
            ) t ON true
            WHERE e.kind = 'charge' AND (c.entry_id IS NULL OR c.account_id <> e.account_id
                OR c.paid_fen <> t.paid OR c.charged_fen <> e.amount_fen - t.cancelled
                OR c.open_fen <> e.amount_fen - t.cancelled - t.let_go - t.paid)
        """,
    ),
    Invariant(
        name="fees_rows_are_allocated_in_full",
        room="fees",
        says="Whatever settles or pays back is spread over charges to the last fen; charges and deposits are not.",
        sql="""
            SELECT e.id FROM fees_entry e LEFT JOIN fees_allocation x ON x.entry_id = e.id
            GROUP BY e.id
            HAVING COALESCE(sum(x.amount_fen), 0)
                <> CASE WHEN e.kind = 'charge' OR e.book = 'deposit' THEN 0 ELSE e.amount_fen END
        """,
    ),
    Invariant(
        name="fees_allocations_name_charges",
        room="fees",
        says="A row is allocated to charges, never to a payment or a deposit.",
        sql="""
            SELECT x.id FROM fees_allocation x JOIN fees_entry e ON e.id = x.charge_id WHERE e.kind <> 'charge'
        """,
    ),
    Invariant(
        name="fees_sums_agree",
        room="fees",
        says="An account's sums are those of its charges and deposits.",
        sql="""
            SELECT a.id FROM fees_account a
            WHERE a.owed_fen <> COALESCE((SELECT sum(open_fen) FROM fees_charge
                    WHERE account_id = a.id AND open_fen > 0), 0)
                OR a.due_back_fen <> COALESCE((SELECT -sum(open_fen) FROM fees_charge
                    WHERE account_id = a.id AND open_fen < 0), 0)
                OR a.held_fen <> COALESCE((SELECT sum(CASE kind WHEN 'deposit_taken' THEN amount_fen
                    ELSE -amount_fen END) FROM fees_entry WHERE account_id = a.id AND book = 'deposit'), 0)
        """,
    ),
    Invariant(
        name="fees_nothing_is_paid_back_twice",
        room="fees",
        says="No more is paid back than was taken by that payment or deposit, by the same means.",
        sql="""
            SELECT taken.id FROM fees_entry taken JOIN fees_entry back ON back.refunds_id = taken.id
            GROUP BY taken.id
            HAVING sum(back.amount_fen) > taken.amount_fen OR bool_or(back.account_id <> taken.account_id)
                OR bool_or(back.means <> taken.means)
                OR bool_or((taken.kind, back.kind)
                    NOT IN (('payment', 'refund'), ('deposit_taken', 'deposit_returned')))
        """,
    ),
    Invariant(
        name="fees_receipts_without_gaps",
        room="fees",
        says="Receipt numbers of a branch, book and year run from one to the counter's last, each once.",
        sql="""
            SELECT COALESCE(n.branch_id, e.branch_id), COALESCE(n.book, e.book), COALESCE(n.year, e.receipt_year)
            FROM fees_receiptcounter n
            FULL JOIN (
                SELECT branch_id, book, receipt_year, count(*) AS numbers, max(receipt_number) AS last_number
                FROM fees_entry WHERE receipt_number IS NOT NULL GROUP BY branch_id, book, receipt_year
            ) e ON e.branch_id = n.branch_id AND e.book = n.book AND e.receipt_year = n.year
            WHERE (n.last_number IS DISTINCT FROM e.last_number) OR (e.numbers IS DISTINCT FROM e.last_number)
        """,
    ),
    Invariant(
        name="fees_agree_with_the_journal",
        room="fees",
        says="On every day the journal holds as much of each kind as the ledger.",
        sql="""
            SELECT local_date, kind FROM (
                SELECT local_date, kind, amount_fen AS fen FROM journal_entry
                WHERE kind IN ('fee_charged', 'fee_paid', 'fee_forgiven', 'fee_in_kind', 'fee_cancelled',
                    'fee_refunded', 'deposit_taken', 'deposit_returned', 'fee_taken_over', 'deposit_taken_over')
                UNION ALL
                SELECT local_date, CASE WHEN taken_over THEN
                    CASE kind WHEN 'charge' THEN 'fee_taken_over' ELSE 'deposit_taken_over' END
                    ELSE CASE kind WHEN 'charge' THEN 'fee_charged' WHEN 'payment' THEN 'fee_paid'
                    WHEN 'forgiven' THEN 'fee_forgiven' WHEN 'in_kind' THEN 'fee_in_kind'
                    WHEN 'cancelled' THEN 'fee_cancelled' WHEN 'refund' THEN 'fee_refunded' ELSE kind END END,
                    -amount_fen
                FROM fees_entry
            ) both_sides GROUP BY local_date, kind HAVING sum(fen) <> 0
        """,
    ),
    Invariant(
        name="fees_closings_agree_with_their_rows",
        room="fees",
        says="The lines of a closing are the sums of the rows it holds, of its till and not of a later day.",
        sql="""
            SELECT COALESCE(l.closing_id, r.closing_id) FROM (
                SELECT closing_id, book, means, rows, taken_fen, returned_fen FROM fees_closingline WHERE rows > 0
            ) l
            FULL JOIN (
                SELECT x.closing_id, e.book, e.means, count(*) AS rows,
                    COALESCE(sum(e.amount_fen) FILTER (WHERE e.kind IN ('payment', 'deposit_taken')), 0) AS taken_fen,
                    COALESCE(sum(e.amount_fen) FILTER (WHERE e.kind IN ('refund', 'deposit_returned')), 0)
                        AS returned_fen,
                    bool_and(e.branch_id = c.branch_id AND e.service_point_id IS NOT DISTINCT FROM c.service_point_id
                        AND e.local_date <= c.day) AS belong
                FROM fees_closedentry x JOIN fees_entry e ON e.id = x.entry_id
                JOIN fees_closing c ON c.id = x.closing_id
                GROUP BY x.closing_id, e.book, e.means
            ) r USING (closing_id, book, means)
            WHERE l.rows IS DISTINCT FROM r.rows OR l.taken_fen IS DISTINCT FROM r.taken_fen
                OR l.returned_fen IS DISTINCT FROM r.returned_fen OR NOT r.belong
        """,
    ),
)
