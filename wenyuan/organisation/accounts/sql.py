"""Hand-written statements of the accounts. They touch this room's tables only (``accounts_…``)."""

from wenyuan.plumbing.invariants import Invariant

LOCK_FOUNDING = "LOCK TABLE accounts_account IN SHARE ROW EXCLUSIVE MODE"
"""Two installers at once: the second waits, and then finds that accounts exist."""

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
        says="Machine accounts hold the machine role and no other, and nobody else holds it.",
        sql="""
            SELECT role_given.id
            FROM accounts_rolegrant role_given JOIN accounts_account account ON account.id = role_given.account_id
            WHERE (account.kind = 'machine') <> (role_given.role = 'machine')
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
