"""Hand-written statements of the journal. They touch this room's tables only: journal_entry, journal_pending."""

from functools import lru_cache

COLUMNS = (
    "occurred_at",
    "local_date",
    "local_hour",
    "kind",
    "branch_id",
    "area_id",
    "service_point_id",
    "door",
    "desk",
    "operator_id",
    "item_home_id",
    "item_present_id",
    "item_owner_id",
    "patron_home_id",
    "patron_category",
    "age_band",
    "gender",
    "item_type",
    "document_kind",
    "class_letter",
    "collection",
    "source",
    "quantity",
    "persons",
    "amount_fen",
    "subject_kind",
    "subject_id",
    "reader_ref",
    "reverses_id",
    "key",
    "details",
)


@lru_cache(maxsize=4)
def append_statement(rows: int) -> str:
    """Insert that many entries and their pending rows; returns the ids, in order of insertion."""
    marks = "(" + ", ".join(["%s"] * len(COLUMNS)) + ")"
    return f"""
        WITH entry AS (
            INSERT INTO journal_entry ({", ".join(COLUMNS)}) VALUES {", ".join([marks] * rows)}
            RETURNING id, kind
        ), pending AS (
            INSERT INTO journal_pending (entry_id, kind) SELECT id, kind FROM entry
        )
        SELECT id FROM entry ORDER BY id
    """


NEXT_IDS = """
    SELECT nextval((SELECT pg_get_serial_sequence('journal_entry', 'id')::regclass)) FROM generate_series(1, %s)
"""
"""The sequence is looked up once, not by each row."""
COPY_ENTRIES = f"COPY journal_entry (id, {', '.join(COLUMNS)}) FROM STDIN"
COPY_PENDING = "COPY journal_pending (entry_id, kind) FROM STDIN"

TAKE_PENDING = """
    SELECT entry_id, kind FROM journal_pending ORDER BY entry_id LIMIT %s FOR UPDATE SKIP LOCKED
"""
DROP_PENDING = "DELETE FROM journal_pending WHERE entry_id = ANY(%s)"
NOTE_STUCK = """
    INSERT INTO journal_stuck (entry_id, follower, error, first_failed_at, attempts) VALUES (%s, %s, %s, %s, 1)
    ON CONFLICT (entry_id, follower) DO UPDATE SET error = EXCLUDED.error, attempts = journal_stuck.attempts + 1
"""
