"""Statements about the batches of stations. Where an item is, is asked of catalogue_item, transit_transit and the
loans; its last movement of journal_entry."""

from wenyuan.lending.circulation.data.consignments import LineEnd, Position

POSITION = """CASE
            WHEN o.id IS NOT NULL AND o.taken_at IS NULL THEN CASE
                WHEN o.branch_id = l.branch_id THEN 'lent' WHEN o.branch_id = c.from_branch_id THEN 'back'
                ELSE 'elsewhere' END
            WHEN i.condition IN ('lost', 'missing') OR i.state = 'withdrawn' THEN 'gone'
            WHEN x.to_branch_id = l.branch_id THEN 'coming'
            WHEN x.from_branch_id = l.branch_id THEN 'leaving'
            WHEN COALESCE(x.from_branch_id, i.present_branch_id) = l.branch_id THEN 'there'
            WHEN COALESCE(x.from_branch_id, i.present_branch_id) = c.from_branch_id THEN 'back'
            ELSE 'elsewhere' END"""
"""A ``Position``. What a reader has was lent somewhere; what is on its way was seen last where it set out."""

_TRUTH = """
    JOIN circulation_consignment c ON c.id = l.consignment_id
    JOIN catalogue_item i ON i.id = l.item_id
    LEFT JOIN circulation_loan o ON o.item_id = i.id AND o.returned_at IS NULL
    LEFT JOIN transit_transit x ON x.item_id = i.id AND x.received_at IS NULL AND x.cancelled_at IS NULL
"""
_LAST = """
    LEFT JOIN LATERAL (
        SELECT e.kind, e.branch_id, e.occurred_at FROM journal_entry e
        WHERE e.subject_kind = 'item' AND e.subject_id = l.item_id AND e.quantity > 0 AND e.kind IN ('loan', 'renewal',
            'return', 'taken', 'transit_sent', 'transit_received', 'transit_cancelled', 'item_moved', 'item_used',
            'crate_packed', 'crate_unpacked', 'hold_ready')
        ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1
    ) e ON true
"""

LINES = f"""
    SELECT l.id, l.consignment_id, l.item_id, l.barcode, l.title, l.call_no, l.price_fen, {POSITION} AS position,
        l.ended_at, l.ended_as, l.settled_at, l.settled_as, l.amount_fen, l.remark,
        COALESCE(e.kind, ''), e.branch_id, e.occurred_at
    FROM circulation_consignmentline l {_TRUTH} {_LAST}
    WHERE l.consignment_id = :consignment::bigint AND l.id > :after::bigint
        AND (:wanted::text = '' OR :wanted::text = CASE WHEN l.ended_as = '' THEN {POSITION} ELSE l.ended_as END)
    ORDER BY l.id LIMIT :size::int
"""

POSITION_OF_LINE = f"SELECT {POSITION} FROM circulation_consignmentline l {_TRUTH} WHERE l.id = :line::bigint"

POSITION_OF_ITEM = f"""
    SELECT l.consignment_id, COALESCE(c.number, ''), l.branch_id, {POSITION}
    FROM circulation_consignmentline l {_TRUTH} WHERE l.item_id = :item::bigint AND l.ended_at IS NULL
"""

COUNTS = f"""
    SELECT l.consignment_id, CASE WHEN l.ended_as = '' THEN {POSITION} ELSE l.ended_as END, count(*),
        count(*) FILTER (WHERE l.ended_as = 'short' AND l.settled_at IS NULL
            AND {POSITION} NOT IN ('back', 'elsewhere', 'lent'))
    FROM circulation_consignmentline l {_TRUTH}
    WHERE l.consignment_id = ANY (:consignments::bigint[]) GROUP BY 1, 2
"""

LOCK_ITEM = "SELECT id FROM catalogue_item WHERE barcode = :barcode::text FOR UPDATE"
"""So that of two who put one item into two batches at once the second sees what the first has done."""

_ENDS = " ".join(f"WHEN '{one.value}' THEN '{LineEnd.BACK.value}'" for one in Position if one.is_back)
END_LINES = f"""
    UPDATE circulation_consignmentline n SET ended_at = :at::timestamptz,
        ended_as = CASE s.position {_ENDS} WHEN 'lent' THEN 'lent' ELSE 'short' END
    FROM (SELECT l.id, {POSITION} AS position FROM circulation_consignmentline l {_TRUTH}
        WHERE l.consignment_id = :consignment::bigint AND l.ended_at IS NULL) s
    WHERE n.id = s.id
"""
"""Every item of a batch that is taken back gets its end, by where it is at that moment (``rules.end_of``)."""
