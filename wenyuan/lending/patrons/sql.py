"""Hand-written statements of this room. They touch its own tables only."""

from wenyuan.plumbing.invariants import Invariant

READER_REF = """
    INSERT INTO patrons_readerref (patron_id, year, ref) VALUES (%s, %s, gen_random_uuid())
    ON CONFLICT (patron_id, year) DO NOTHING
"""
VIEW_COLUMNS = (
    "id",
    "name",
    "category_id",
    "home_branch_id",
    "status",
    "suspended_until",
    "status_reason",
    "registered_date",
    "expires_date",
    "birth_date",
    "gender",
    "number_form",
    "number_last4",
    "no_number_reason",
    "phone_last4",
    "pin_locked_until",
    "roster_id",
    "keep_history",
    "note",
    "version",
    "merged_into_id",
    "verified_date",
)
_VIEW = f"""c.code, p.address_sealed <> '', p.email_sealed <> '', p.pin_hash <> '', (
            SELECT k.card_no FROM patrons_token k
            WHERE k.patron_id = p.id AND k.kind = 'card' AND k.status = 'active'
            ORDER BY k.issued_at DESC, k.id DESC LIMIT 1
        ), {", ".join(f"p.{column}" for column in VIEW_COLUMNS)}"""
BY_ID = f"""
    SELECT {_VIEW} FROM patrons_patron p JOIN patrons_category c ON c.id = p.category_id WHERE p.id = :patron::bigint
"""
BY_TOKEN = f"""
    SELECT t.id, t.kind, t.token_hash, t.status, {_VIEW}
    FROM patrons_token t
    JOIN patrons_patron p ON p.id = t.patron_id
    JOIN patrons_category c ON c.id = p.category_id
    WHERE t.token_hash = ANY (:hashes::bytea[])
"""
"""A machine asks for its reader with every message: one round trip, and no query to build."""

_LIKENESS = """
    CASE WHEN a.birth_date = b.birth_date AND a.phone_hash = b.phone_hash THEN 0
        WHEN a.phone_hash = b.phone_hash AND (a.birth_date IS NULL OR b.birth_date IS NULL) THEN 1
        WHEN a.birth_date = b.birth_date AND a.phone_last4 = b.phone_last4 AND a.phone_last4 <> '' THEN 2
        WHEN a.birth_date = b.birth_date THEN 3
        WHEN a.no_number_reason = 'organisation' AND b.no_number_reason = 'organisation' THEN 4 END
"""


def _alike(which: str) -> str:
    """Pairs of records of one name, narrowed by a condition on the aliases ``a`` and ``b``."""
    return f"""
        SELECT * FROM (
            SELECT least(a.id, b.id) AS first, greatest(a.id, b.id) AS second, {_LIKENESS} AS likeness
            FROM patrons_patron a
            JOIN patrons_patron b ON b.name = a.name AND b.merged_into_id IS NULL AND b.status <> 'closed'
            WHERE a.merged_into_id IS NULL AND a.status <> 'closed'
                AND (a.number_hash IS NULL OR b.number_hash IS NULL OR a.number_form <> b.number_form)
                AND {which}
        ) alike
        WHERE likeness IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM patrons_keptapart k WHERE k.first_id = alike.first AND k.second_id = alike.second
        )
        ORDER BY likeness, first, second LIMIT %(limit)s
    """


ALIKE = f"{_alike('b.id > a.id')} OFFSET %(offset)s"
"""Pairs of records of one name that nothing shows to be two persons, the surest first (``data.Likeness``)."""

ALIKE_TO = _alike("a.id = %(patron)s AND b.id <> a.id")
"""The same of one record."""

PIN = """
    SELECT pin_hash, pin_failures, pin_locked_until, pin_drawn_at, pin_set_at
    FROM patrons_patron WHERE id = :patron::bigint
"""
COUNT_IN_TURN = """
    SELECT pg_advisory_xact_lock(('x' || encode(substring(%(place)s::bytea FROM 1 FOR 8), 'hex'))::bit(64)::bigint),
        pg_advisory_xact_lock(('x' || encode(substring(%(reader)s::bytea FROM 1 FOR 8), 'hex'))::bit(64)::bigint)
"""
"""Tries from one place, and for one reader, one after the other until the transaction ends: the place always first."""
NEXT_CARD = "SELECT nextval('patrons_card_number')"

# Sealed values name their key first (plumbing/secrets.py), so the key of a row shows without opening it.
_OLD_PATRON = " OR ".join(
    f"({column} <> '' AND NOT starts_with({column}, %(current)s))"
    for column in ("number_sealed", "phone_sealed", "address_sealed", "email_sealed")
)
OLD_PATRONS = f"SELECT id FROM patrons_patron WHERE {_OLD_PATRON} ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED"
OLD_GUARDIANS = """
    SELECT id FROM patrons_guardian WHERE phone_sealed <> '' AND NOT starts_with(phone_sealed, %(current)s)
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
OLD_PROXIES = """
    SELECT id FROM patrons_proxyact WHERE NOT starts_with(name_sealed, %(current)s)
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
OLD_PRE_REGISTRATIONS = """
    SELECT id FROM patrons_preregistration WHERE NOT starts_with(told_sealed, %(current)s)
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
COUNT_OLD = f"""
    SELECT (SELECT count(*) FROM patrons_patron WHERE {_OLD_PATRON})
        + (SELECT count(*) FROM patrons_guardian
            WHERE phone_sealed <> '' AND NOT starts_with(phone_sealed, %(current)s))
        + (SELECT count(*) FROM patrons_proxyact WHERE NOT starts_with(name_sealed, %(current)s))
        + (SELECT count(*) FROM patrons_preregistration WHERE NOT starts_with(told_sealed, %(current)s))
"""

INVARIANTS = (
    Invariant(
        name="patrons_merged_record_is_empty",
        room="patrons",
        says="A record that was merged into another is the merge's, and nothing of this room hangs on it any more.",
        sql="""
            SELECT p.id FROM patrons_patron p
            LEFT JOIN patrons_merge m ON m.gone_id = p.id AND m.undone_at IS NULL
            WHERE p.merged_into_id IS DISTINCT FROM m.kept_id OR p.merged_into_id IS NOT NULL AND (
                EXISTS (SELECT 1 FROM patrons_token t WHERE t.patron_id = p.id)
                OR EXISTS (SELECT 1 FROM patrons_consent c WHERE c.patron_id = p.id)
                OR EXISTS (SELECT 1 FROM patrons_restriction r WHERE r.patron_id = p.id)
                OR EXISTS (SELECT 1 FROM patrons_proxyact x WHERE x.patron_id = p.id)
                OR EXISTS (SELECT 1 FROM patrons_guardian g WHERE p.id IN (g.child_id, g.patron_id))
                OR EXISTS (SELECT 1 FROM patrons_cardlink l WHERE l.keeper_id = p.id)
            )
        """,
    ),
    Invariant(
        name="patrons_status_sums_up_restrictions",
        room="patrons",
        says="A patron who has not left is suspended exactly while restrictions are open, up to their last day.",
        sql="""
            SELECT p.id FROM patrons_patron p
            LEFT JOIN (
                SELECT patron_id, CASE WHEN bool_and(until IS NOT NULL) THEN max(until) END AS until
                FROM patrons_restriction WHERE ended_at IS NULL GROUP BY patron_id
            ) r ON r.patron_id = p.id
            WHERE p.status <> 'closed' AND ((p.status = 'suspended') <> (r.patron_id IS NOT NULL)
                    OR p.suspended_until IS DISTINCT FROM r.until)
                OR p.status = 'closed' AND p.suspended_until IS NOT NULL
        """,
    ),
    Invariant(
        name="patrons_open_patron_has_a_token",
        room="patrons",
        says="Every patron who has not left has a token, in use or reported lost.",
        sql="""
            SELECT p.id FROM patrons_patron p
            WHERE p.status <> 'closed' AND NOT EXISTS (
                SELECT 1 FROM patrons_token t WHERE t.patron_id = p.id AND t.status IN ('active', 'lost')
            )
        """,
    ),
    Invariant(
        name="patrons_closed_patron_has_no_token_in_use",
        room="patrons",
        says="A patron who has left has no token in use.",
        sql="""
            SELECT p.id, t.id FROM patrons_patron p JOIN patrons_token t ON t.patron_id = p.id
            WHERE p.status = 'closed' AND t.status IN ('active', 'lost')
        """,
    ),
    Invariant(
        name="patrons_version_starts_at_one",
        room="patrons",
        says="A patron's version is one or more.",
        sql="SELECT id, version FROM patrons_patron WHERE version < 1",
    ),
    Invariant(
        name="patrons_guarded_category_has_a_guardian",
        room="patrons",
        says="A patron of a category that asks for a guardian has one, unless the patron has left.",
        sql="""
            SELECT p.id FROM patrons_patron p JOIN patrons_category c ON c.id = p.category_id
            WHERE c.guardian_required AND p.status <> 'closed' AND NOT EXISTS (
                SELECT 1 FROM patrons_guardian g WHERE g.child_id = p.id AND g.until IS NULL
            )
        """,
    ),
    Invariant(
        name="patrons_sealed_values_can_be_found",
        room="patrons",
        says="A sealed number or phone has its hash, and no hash stands without it.",
        sql="""
            SELECT id FROM patrons_patron
            WHERE (number_hash IS NULL) <> (number_sealed = '') OR (phone_hash IS NULL) <> (phone_sealed = '')
        """,
    ),
    Invariant(
        name="patrons_lock_follows_failures",
        room="patrons",
        says="A PIN is locked at machines exactly from the fifth failure in a row.",
        sql="""
            SELECT id, pin_failures FROM patrons_patron
            WHERE pin_failures < 0 OR (pin_failures >= 5) <> (pin_locked_until IS NOT NULL)
        """,
    ),
)
