"""Hand-written statements of this room. Own table: registers_monthtotals. Lower tables read: accounts_account (the name
of who entered), journal_entry (invariants only)."""

from wenyuan.plumbing.invariants import Invariant

_COLUMNS = """
    typed.id, typed.branch_id, typed.month, typed.loans, typed.returns, typed.readers, typed.source, typed.reason,
    typed.withdrawn, typed.entered_by_id, account.name, typed.entered_at, typed.replaces_id, typed.loans_entry_id,
    typed.returns_entry_id, typed.readers_entry_id
"""
_ROWS = f"""
    SELECT {_COLUMNS}
    FROM registers_monthtotals typed JOIN accounts_account account ON account.id = typed.entered_by_id
"""

SHEET = f"""
    {_ROWS}
    WHERE typed.month = ANY(%(months)s::date[]) AND typed.branch_id = ANY(%(branches)s::bigint[])
        AND NOT typed.withdrawn
        AND NOT EXISTS (SELECT FROM registers_monthtotals newer WHERE newer.replaces_id = typed.id)
"""
"""What stands for some months of some branches."""

HISTORY = f"""
    {_ROWS}
    WHERE typed.branch_id = %(branch)s AND typed.month = %(month)s
        AND (%(before)s::bigint IS NULL OR typed.id < %(before)s::bigint)
    ORDER BY typed.id DESC LIMIT %(limit)s
"""

ONE = f"{_ROWS} WHERE typed.id = %s"

INVARIANTS = (
    Invariant(
        name="registers_correction_stays_at_its_branch_and_month",
        room="registers",
        says="A month's row that replaces another is of the same branch and month.",
        sql="""
            SELECT newer.id, older.id
            FROM registers_monthtotals newer JOIN registers_monthtotals older ON older.id = newer.replaces_id
            WHERE (newer.branch_id, newer.month) <> (older.branch_id, older.month)
        """,
    ),
    Invariant(
        name="registers_agree_with_the_journal",
        room="registers",
        says="What the journal says of a branch's month is what stands in the register.",
        sql="""
            SELECT COALESCE(stands.branch_id, told.branch_id), COALESCE(stands.month, told.month)
            FROM (
                SELECT branch_id, month, loans, returns, readers FROM registers_monthtotals typed
                WHERE NOT EXISTS (SELECT FROM registers_monthtotals newer WHERE newer.replaces_id = typed.id)
            ) stands
            FULL JOIN (
                SELECT branch_id::bigint AS branch_id, date_trunc('month', local_date)::date AS month,
                    COALESCE(sum(quantity) FILTER (WHERE kind = 'typed_loans'), 0) AS loans,
                    COALESCE(sum(quantity) FILTER (WHERE kind = 'typed_returns'), 0) AS returns,
                    COALESCE(sum(persons) FILTER (WHERE kind = 'typed_readers'), 0) AS readers
                FROM journal_entry WHERE kind IN ('typed_loans', 'typed_returns', 'typed_readers') GROUP BY 1, 2
            ) told ON (told.branch_id, told.month) = (stands.branch_id, stands.month)
            WHERE (stands.loans, stands.returns, stands.readers)
                IS DISTINCT FROM (told.loans, told.returns, told.readers)
        """,
    ),
)
