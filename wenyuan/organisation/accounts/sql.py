"""Hand-written statements of the accounts. They touch this room's tables (``accounts_…``) and read network_edition."""

from wenyuan.plumbing.invariants import Invariant

LOCK_FOUNDING = "LOCK TABLE accounts_account IN SHARE ROW EXCLUSIVE MODE"
"""Two installers at once: the second waits, and then finds that accounts exist."""

API_CALLER_COLUMNS = (
    "token_id",
    "token_name",
    "account_id",
    "acts",
    "branches",
    "valid_to",
    "ended_at",
    "last_used_date",
    "username",
    "name",
    "is_active",
    "branch_id",
    "service_point_id",
    "addresses",
    "edition",
    "grants",
)
_API_CALLER = """
    SELECT t.id, t.name, t.machine_id, t.acts::text, t.branches::text, t.valid_to, t.ended_at, t.last_used_date,
        a.username, a.name, a.is_active, m.branch_id, m.service_point_id, m.addresses::text,
        (SELECT token FROM network_edition WHERE id = 1),
        (
            SELECT COALESCE(json_agg(json_build_array(g.role, g.branch_id)), '[]')::text
            FROM accounts_rolegrant g
            WHERE g.account_id = a.id AND g.valid_from <= :on::date AND (g.valid_to IS NULL OR g.valid_to > :on::date)
        )
    FROM accounts_apitoken t
    JOIN accounts_machine m ON m.account_id = t.machine_id
    JOIN accounts_account a ON a.id = t.machine_id
"""
API_CALLER_BY_HASH = f"{_API_CALLER} WHERE t.token_hash = :hash::bytea"
"""A token with its machine, its account and the grants of a day (role, branch), in one round trip."""
API_CALLER_BY_ID = f"{_API_CALLER} WHERE t.id = :token::bigint"

INVARIANTS = (
    Invariant(
        name="accounts_nobody_grants_to_himself",
        room="accounts",
        says="No account was given a role by itself.",
        sql="SELECT id FROM accounts_rolegrant WHERE granted_by_id = account_id",
    ),
    Invariant(
        name="accounts_machines_hold_the_machine_role_only",
        room="accounts",
        says="Machine accounts hold roles of machines and no other, and nobody else holds one.",
        sql="""
            SELECT role_given.id
            FROM accounts_rolegrant role_given JOIN accounts_account account ON account.id = role_given.account_id
            WHERE (account.kind = 'machine') <> (role_given.role IN ('machine', 'cash_machine', 'card_machine'))
        """,
    ),
    Invariant(
        name="accounts_machine_row_has_a_machine_account",
        room="accounts",
        says="What speaks SIP2 has an account of the machine kind.",
        sql="""
            SELECT machine.account_id
            FROM accounts_machine machine JOIN accounts_account account ON account.id = machine.account_id
            WHERE account.kind <> 'machine'
        """,
    ),
    Invariant(
        name="accounts_no_grant_twice_on_a_day",
        room="accounts",
        says="No account holds one role at one branch by two grants on the same day.",
        sql="""
            SELECT one.id, other.id
            FROM accounts_rolegrant one JOIN accounts_rolegrant other
                ON one.id < other.id AND one.account_id = other.account_id AND one.role = other.role
                AND one.branch_id IS NOT DISTINCT FROM other.branch_id
                AND (one.valid_to IS NULL OR other.valid_from < one.valid_to)
                AND (other.valid_to IS NULL OR one.valid_from < other.valid_to)
            WHERE (one.valid_to IS NULL OR one.valid_from < one.valid_to)
                AND (other.valid_to IS NULL OR other.valid_from < other.valid_to)
        """,
    ),
)
