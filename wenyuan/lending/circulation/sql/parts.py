"""What the statements share: columns, joins, and the steps that write the journal."""

from wenyuan.organisation.journal.sql import COLUMNS as JOURNAL_COLUMNS

ITEM_COLUMNS = (
    "i.id, i.barcode, b.title, i.call_no, y.code, y.id, i.owner_id, i.home_branch_id, i.present_branch_id, "
    "i.state, i.condition, i.lendable, i.version, i.collection, i.source, b.class_letter, b.document_kind"
)
LOAN_COLUMNS = (
    "o.id, o.patron_id, o.account_id, o.branch_id, o.lent_at, o.base_due_date, o.due_at, o.policy_id, o.renewals, "
    "o.renewed_at, o.renewed_by_id, o.taken_at, o.patron_category, o.patron_home_id, o.age_band, o.claimed_at, "
    "o.recalled_at"
)
TRANSIT_COLUMNS = "x.id, x.from_branch_id, x.to_branch_id, x.reason"
PATRON_COLUMNS = (
    "p.id, p.version, p.status, p.suspended_until, p.expires_date, p.home_branch_id, p.category_id, c.code, "
    "p.birth_date, p.gender, p.keep_history, p.name, r.ref"
)
EDITIONS = (
    "(SELECT token::text FROM network_edition WHERE id = 1), (SELECT token::text FROM circulation_edition WHERE id = 1)"
)
"""As texts: every act hashes and compares them, which for a ``UUID`` Python does by hand."""
JOIN_ITEM = """
    LEFT JOIN catalogue_item i ON i.barcode = :barcode::text
    LEFT JOIN catalogue_bib b ON b.id = i.bib_id
    LEFT JOIN catalogue_itemtype y ON y.id = i.item_type_id
    LEFT JOIN circulation_loan o ON o.item_id = i.id AND o.returned_at IS NULL
    LEFT JOIN transit_transit x ON x.item_id = i.id AND x.received_at IS NULL AND x.cancelled_at IS NULL
"""
CONSIGNED_TO = """(SELECT n.branch_id FROM circulation_consignmentline n
            WHERE n.item_id = i.id AND n.ended_at IS NULL)"""
"""The station that has the item for a season."""
JOIN_REF = "LEFT JOIN patrons_readerref r ON r.patron_id = p.id AND r.year = :year::smallint"
JOIN_PATRON = f"""
    LEFT JOIN patrons_category c ON c.id = p.category_id
    {JOIN_REF}
"""
ENTRY_BY_KEY = """
    LEFT JOIN journal_entry e ON e.key = :key::text
    LEFT JOIN patrons_readerref u ON u.ref = e.reader_ref
"""
JOIN_CARD = """
    LEFT JOIN LATERAL (
        SELECT status, patron_id FROM patrons_token WHERE token_hash = ANY (:hashes::bytea[])
        ORDER BY status <> 'active', array_position(:hashes::bytea[], token_hash) LIMIT 1
    ) k ON true
"""
_HOLDINGS = """array_agg(l.id ORDER BY l.id) AS loans, array_agg(l.slot) AS slots,
            count(*) FILTER (WHERE l.due_at < :at::timestamptz AND l.claimed_at IS NULL) AS overdue"""
_IN_HAND = "l.patron_id = p.id AND l.returned_at IS NULL AND l.slot IS NOT NULL"
JOIN_HOLDINGS = f"""
    LEFT JOIN LATERAL (
        SELECT {_HOLDINGS}, array_agg(li.item_type_id) AS item_types
        FROM circulation_loan l JOIN catalogue_item li ON li.id = l.item_id WHERE {_IN_HAND}
    ) s ON true
"""
"""What the patron has in hand."""
JOIN_PLAIN_HOLDINGS = f"LEFT JOIN LATERAL (SELECT {_HOLDINGS} FROM circulation_loan l WHERE {_IN_HAND}) s ON true"
"""The same without the item types, which most policies do not ask for."""
ACCOUNT_COLUMNS = "COALESCE(f.owed, 0), COALESCE(f.held, 0)"
JOIN_ACCOUNT = """
    LEFT JOIN LATERAL (
        SELECT sum(owed_fen)::bigint AS owed, sum(held_fen)::bigint AS held FROM fees_account WHERE patron_id = p.id
    ) f ON true
"""
"""What the patron owes and has deposited. Each change of it raises the patron's version, which the writes ask."""
HAS_HOLDS = """EXISTS (SELECT 1 FROM circulation_hold m
            WHERE m.patron_id = p.id AND m.state IN ('waiting', 'in_transit', 'on_shelf'))"""
"""Whether the patron waits for anything, or has something to fetch."""
HAS_CHARGE = "EXISTS (SELECT 1 FROM fees_charge f WHERE f.loan_id = o.id AND (f.grows OR f.open_fen <> 0))"
"""Whether something that was charged for the open loan still grows or is open."""
WAS_DAMAGED = """
    SELECT kind = 'item_damaged' FROM journal_entry
    WHERE subject_kind = 'item' AND subject_id = :item::bigint AND kind IN ('item_damaged', 'item_repaired')
    ORDER BY id DESC LIMIT 1
"""
"""Whether the last word on an item's damage is that it is damaged."""
ENTRY_COLUMNS = "e.kind, e.subject_id, e.branch_id, e.occurred_at, u.patron_id, e.details::text"

_JOURNAL_CASTS = {
    "occurred_at": "timestamptz",
    "local_date": "date",
    "local_hour": "smallint",
    "quantity": "int",
    "persons": "int",
    "amount_fen": "bigint",
    "subject_id": "bigint",
    "reader_ref": "uuid",
    "reverses_id": "bigint",
    "details": "jsonb",
}
_INTEGERS = frozenset(name for name in JOURNAL_COLUMNS if name.endswith("_id")) - {"subject_id", "reverses_id"}


def journal_step(name: str, source: str, details: str = "") -> str:
    """A step that writes one journal row, with values ``:{name}_{column}``, if ``source`` gave a row.

    ``details`` is an expression over ``source`` added to the row's details.
    """
    marks = []
    for column in JOURNAL_COLUMNS:
        cast = _JOURNAL_CASTS.get(column, "int" if column in _INTEGERS else "text")
        mark = f":{name}_{column}::{cast}"
        marks.append(f"{mark} || {details}" if column == "details" and details else mark)
    return f"""{name} AS (
        INSERT INTO journal_entry ({", ".join(JOURNAL_COLUMNS)})
        SELECT {", ".join(marks)} FROM {source} RETURNING id, kind
    )"""


def pending_step(names: list[str]) -> str:
    union = " UNION ALL ".join(f"SELECT id, kind FROM {name}" for name in names)
    return f"pending AS (INSERT INTO journal_pending (entry_id, kind) {union})"


SAME_EDITIONS = """(SELECT token FROM network_edition WHERE id = 1) = :network_edition::uuid
                AND (SELECT token FROM circulation_edition WHERE id = 1) = :policy_edition::uuid"""
SAME_PATRON = """(SELECT id FROM patrons_patron WHERE id = :patron::bigint
                    AND version = :patron_version::int FOR KEY SHARE)"""
