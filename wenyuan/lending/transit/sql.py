"""Hand-written statements of the transit room. They read journal_entry, catalogue_item and catalogue_bib beside its own
tables."""

from wenyuan.plumbing.invariants import Invariant

_OPEN = "x.received_at IS NULL AND x.cancelled_at IS NULL"
_PACKED = "EXISTS (SELECT 1 FROM transit_manifestline l WHERE l.transit_id = x.id AND l.in_crate)"

WAITING = f"""
    SELECT x.id, x.item_id, i.barcode, b.title, i.call_no, x.to_branch_id, x.reason, x.sent_at
    FROM transit_transit x
    JOIN catalogue_item i ON i.id = x.item_id
    JOIN catalogue_bib b ON b.id = i.bib_id
    WHERE {_OPEN} AND x.from_branch_id = %(branch)s AND NOT {_PACKED}
        AND (%(to)s::bigint IS NULL OR x.to_branch_id = %(to)s::bigint)
        AND (%(reason)s::text = '' OR x.reason = %(reason)s::text) AND x.id > %(after)s
    ORDER BY x.id LIMIT %(size)s
"""
"""Items that wait at a branch to be packed, longest first."""

OF_MISSING_ITEMS = """
    SELECT e.id FROM journal_entry e
    WHERE e.id = ANY(%(ids)s) AND e.subject_kind = 'item' AND EXISTS (
        SELECT 1 FROM transit_difference d
        WHERE d.item_id = e.subject_id AND d.kind = 'missing' AND d.resolved_at IS NULL
    )
"""

WAITING_COUNTS = f"""
    SELECT x.to_branch_id, count(*), count(*) FILTER (WHERE x.reason = 'send_on')
    FROM transit_transit x
    WHERE {_OPEN} AND x.from_branch_id = %(branch)s AND NOT {_PACKED}
    GROUP BY x.to_branch_id ORDER BY count(*) DESC, x.to_branch_id
"""

_LATE_FROM = """
    FROM transit_transit x
    CROSS JOIN LATERAL (
        SELECT COALESCE((
            SELECT r.days FROM transit_lateafter r
            WHERE (r.from_branch_id IS NULL OR r.from_branch_id = x.from_branch_id)
                AND (r.to_branch_id IS NULL OR r.to_branch_id = x.to_branch_id)
            ORDER BY r.from_branch_id IS NULL, r.to_branch_id IS NULL LIMIT 1
        ), %(default)s::int) AS days
    ) late
"""
_IS_LATE = f"""{_OPEN} AND (x.from_branch_id = %(branch)s::bigint OR x.to_branch_id = %(branch)s::bigint)
        AND x.sent_at < %(at)s::timestamptz - late.days * interval '1 day'"""

LATE = f"""
    SELECT x.id, x.item_id, i.barcode, b.title, i.call_no, x.from_branch_id, x.to_branch_id, x.reason, x.sent_at,
        late.days, m.id, c.code
    {_LATE_FROM}
    JOIN catalogue_item i ON i.id = x.item_id
    JOIN catalogue_bib b ON b.id = i.bib_id
    LEFT JOIN transit_manifestline l ON l.transit_id = x.id AND l.in_crate
    LEFT JOIN transit_manifest m ON m.id = l.manifest_id
    LEFT JOIN transit_crate c ON c.id = m.crate_id
    WHERE {_IS_LATE}
        AND (%(after_at)s::timestamptz IS NULL OR (x.sent_at, x.id) > (%(after_at)s::timestamptz, %(after_id)s::bigint))
    ORDER BY x.sent_at, x.id LIMIT %(size)s::int
"""
"""Of the rules that fit a transit, the one for both ends wins, then the one for where it comes from."""

LATE_COUNT = f"SELECT count(*) {_LATE_FROM} WHERE {_IS_LATE}"

LOOSE = f"""
    SELECT x.from_branch_id, count(*) FROM transit_transit x
    WHERE {_OPEN} AND x.from_branch_id = ANY (%(branches)s::bigint[]) AND x.to_branch_id = ANY (%(branches)s::bigint[])
        AND NOT {_PACKED}
    GROUP BY x.from_branch_id
"""
"""Items that wait unpacked at the halts of a run, for other halts of it."""

INVARIANTS = (
    Invariant(
        "transit_packed_was_in_transit",
        "transit",
        """
        SELECT l.id, l.item_id FROM transit_manifestline l JOIN transit_transit x ON x.id = l.transit_id
        WHERE x.item_id <> l.item_id OR LEAST(x.received_at, x.cancelled_at) < l.packed_at - interval '1 minute'
    """,
        "an item was in transit when it was packed",
    ),
    Invariant(
        "transit_one_crate",
        "transit",
        "SELECT item_id FROM transit_manifestline WHERE in_crate GROUP BY item_id HAVING count(*) > 1",
        "an item lies in one open crate at most",
    ),
    Invariant(
        "transit_crate_empty",
        "transit",
        """
        SELECT l.id, l.manifest_id FROM transit_manifestline l JOIN transit_manifest m ON m.id = l.manifest_id
        WHERE l.in_crate AND (m.received_at IS NOT NULL OR m.dropped_at IS NOT NULL)
    """,
        "nothing lies in a crate that was signed for or given up",
    ),
    Invariant(
        "transit_manifest_as_sealed",
        "transit",
        """
        SELECT m.id, m.number FROM transit_manifest m
        LEFT JOIN (SELECT manifest_id, count(*) AS items FROM transit_manifestline GROUP BY manifest_id) l
            ON l.manifest_id = m.id
        LEFT JOIN (
            SELECT subject_id, sum(quantity) AS items FROM journal_entry
            WHERE kind = 'crate_sent' AND subject_kind = 'manifest' GROUP BY subject_id
        ) e ON e.subject_id = m.id
        WHERE m.sealed_at IS NOT NULL AND l.items IS DISTINCT FROM e.items
    """,
        "a sealed manifest has as many lines as the journal says it was sealed with",
    ),
    Invariant(
        "transit_missing_is_listed",
        "transit",
        """
        SELECT d.id, d.manifest_id FROM transit_difference d
        WHERE d.kind = 'missing' AND NOT EXISTS (
            SELECT 1 FROM transit_manifestline l WHERE l.manifest_id = d.manifest_id AND l.barcode = d.barcode
        )
    """,
        "what is missing stands on the manifest",
    ),
    Invariant(
        "transit_handover_used_once",
        "transit",
        """
        SELECT h.id FROM transit_handover h
        WHERE h.used_at IS NOT NULL AND (
            h.used_at >= h.expires_at
            OR NOT EXISTS (SELECT 1 FROM transit_handovermanifest l WHERE l.handover_id = h.id)
            OR EXISTS (
                SELECT 1 FROM transit_handovermanifest l JOIN transit_manifest m ON m.id = l.manifest_id
                WHERE l.handover_id = h.id AND m.delivered_at IS NULL AND m.dropped_at IS NULL
            )
        )
    """,
        "a code was used in its time, for crates that were delivered with it or before",
    ),
)
