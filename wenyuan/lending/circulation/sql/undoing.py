"""What an undo reads of the act and of all that has happened since."""

from wenyuan.lending.circulation.sql.parts import ITEM_COLUMNS, WAS_DAMAGED

GATHER_UNDO = f"""
    SELECT e.id, e.details::text, u.patron_id, {ITEM_COLUMNS}, i.condition_at IS NOT DISTINCT FROM e.occurred_at,
        EXISTS (SELECT 1 FROM journal_entry n
            WHERE n.subject_kind = 'item' AND n.subject_id = e.subject_id AND n.id > e.id AND n.xmin <> e.xmin),
        EXISTS (SELECT 1 FROM journal_entry back
            WHERE back.subject_kind = 'item' AND back.subject_id = e.subject_id AND back.reverses_id = e.id),
        (SELECT array_agg((h.details ->> 'hold')::bigint ORDER BY (h.details ->> 'hold')::bigint)
            FROM journal_entry h WHERE h.subject_kind = 'item' AND h.subject_id = e.subject_id AND h.xmin = e.xmin
            AND h.kind IN ('hold_filled', 'hold_ready', 'hold_sent'))
    FROM journal_entry e
    LEFT JOIN patrons_readerref u ON u.ref = e.reader_ref
    LEFT JOIN catalogue_item i ON i.id = e.subject_id
    LEFT JOIN catalogue_bib b ON b.id = i.bib_id
    LEFT JOIN catalogue_itemtype y ON y.id = i.item_type_id
    WHERE e.key = :key::text AND e.subject_kind = 'item' AND e.kind IN ('loan', 'renewal', 'return', 'taken')
"""
"""Rows of one act were written by one statement and share their ``xmin``; what came later about the item has
another. Both are asked within minutes of the act, long before a row is frozen."""

GATHER_LOSS = f"""
    SELECT e.id, (e.details ->> 'loan')::bigint, u.patron_id, {ITEM_COLUMNS},
        EXISTS (SELECT 1 FROM journal_entry n
            WHERE n.subject_kind = 'item' AND n.subject_id = i.id AND n.id > e.id
            AND (n.occurred_at <> e.occurred_at OR n.kind NOT IN ('fee_charged', 'fee_cancelled'))),
        EXISTS (SELECT 1 FROM journal_entry back
            WHERE back.subject_kind = 'item' AND back.subject_id = i.id AND back.reverses_id = e.id),
        EXISTS (SELECT 1 FROM circulation_hold h
            WHERE h.item_id = i.id AND h.end_reason = 'item_lost' AND h.ended_at = e.occurred_at),
        EXISTS (SELECT 1 FROM journal_entry m
            WHERE m.subject_kind = 'item' AND m.subject_id = i.id AND m.id > e.id AND m.occurred_at = e.occurred_at
            AND m.kind = 'fee_cancelled')
        OR EXISTS (SELECT 1 FROM journal_entry f
            WHERE f.subject_kind = 'item' AND f.subject_id = i.id AND f.kind = 'fee_charged'
            AND f.details ->> 'charge' = 'overdue' AND f.occurred_at > COALESCE(o.renewed_at, o.lent_at))
        OR EXISTS (SELECT 1 FROM patrons_restriction s
            WHERE s.patron_id = u.patron_id AND s.about_kind = 'loan' AND s.about_id = (e.details ->> 'loan')::bigint
            AND s.ended_at IS NULL),
        COALESCE(({WAS_DAMAGED.replace(":item::bigint", "i.id")}), false)
    FROM catalogue_item i
    JOIN journal_entry e ON e.id = (SELECT max(l.id) FROM journal_entry l WHERE l.subject_kind = 'item'
        AND l.subject_id = i.id AND l.kind = 'item_lost' AND l.reverses_id IS NULL)
    LEFT JOIN circulation_loan o ON o.id = (e.details ->> 'loan')::bigint
    LEFT JOIN patrons_readerref u ON u.ref = e.reader_ref
    LEFT JOIN catalogue_bib b ON b.id = i.bib_id
    LEFT JOIN catalogue_itemtype y ON y.id = i.item_type_id
    WHERE i.barcode = :barcode::text
"""
"""The newest loss of an item: its row, loan and reader; whether something has happened to the item since, it was undone
already, cancelled a hold that nothing else can fill, or settled that the item was late (fine or suspension); and
whether the item was damaged before. A loss writes its rows by several statements, which share their moment.

The journal says whether there was a fine since the loan or its last renewal, for a charge that is paid forgets its loan
when the loss makes it final, and would be made once more; what a late renewal cost is of the period before, and final.
Reads patrons_restriction beside what an undo reads."""

LOCK_ITEM = "SELECT version FROM catalogue_item WHERE id = :item::bigint FOR UPDATE"
LOCK_PATRON = "SELECT status FROM patrons_patron WHERE id = :patron::bigint FOR UPDATE"
"""Whoever is lending to the same reader takes a key share of this row, and looks again afterwards."""

ITEM_AS_BEFORE = """
    UPDATE catalogue_item SET state = :state::text, version = version + 1, changed_at = :at::timestamptz
    WHERE id = :item::bigint RETURNING id
"""
NOT_LOST = """
    UPDATE catalogue_item SET state = :state::text, condition = :condition::text, condition_at = :at::timestamptz,
        version = version + 1, changed_at = :at::timestamptz
    WHERE id = :item::bigint RETURNING id
"""
END_TRANSIT = """
    UPDATE transit_transit SET cancelled_at = :at::timestamptz
    WHERE item_id = :item::bigint AND received_at IS NULL AND cancelled_at IS NULL RETURNING id, to_branch_id
"""
