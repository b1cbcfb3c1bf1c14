"""Due dates and hold shelves that follow closures (``closing.py`` of the room)."""

HOLDS_ON_SHELF = """
    SELECT h.id, h.version, h.shelved_date, h.shelf_until, p.category_id, i.item_type_id
    FROM circulation_hold h
    JOIN patrons_patron p ON p.id = h.patron_id
    JOIN catalogue_item i ON i.id = h.captured_item_id
    WHERE h.state = 'on_shelf' AND h.pickup_branch_id = %s ORDER BY h.id
"""

ASK_FOR_RUN = """
    INSERT INTO circulation_closurerun (state, branch_ids, closure_ids, asked_at, branch_at, position, looked, moved,
        total)
    VALUES ('waiting', %(branches)s::bigint[], %(closures)s::bigint[], %(at)s, 0, 0, 0, 0, 0)
    ON CONFLICT (state) WHERE state = 'waiting' DO UPDATE SET
        branch_ids = ARRAY(SELECT DISTINCT unnest(circulation_closurerun.branch_ids || EXCLUDED.branch_ids) ORDER BY 1),
        closure_ids = ARRAY(
            SELECT DISTINCT unnest(circulation_closurerun.closure_ids || EXCLUDED.closure_ids) ORDER BY 1
        )
    RETURNING id
"""
"""Add branches to the run that waits, or let one wait: however many closures change, their loans are gone through once.
Asking twice for the same changes nothing."""

LOANS_TO_MEASURE = """
    SELECT patron_id, base_due_date FROM circulation_loan
    WHERE branch_id = %s AND returned_at IS NULL AND taken_at IS NULL
"""

LOANS_TO_PLACE = """
    SELECT id, patron_id, base_due_date, due_at FROM circulation_loan
    WHERE branch_id = %s AND returned_at IS NULL AND taken_at IS NULL AND id > %s
    ORDER BY id LIMIT %s
"""

MOVE_DUE_DATES = """
    UPDATE circulation_loan SET due_at = wanted.due_at
    FROM unnest(%s::bigint[], %s::date[], %s::timestamptz[], %s::timestamptz[]) AS wanted(id, base, was, due_at)
    WHERE circulation_loan.id = wanted.id AND returned_at IS NULL AND taken_at IS NULL
        AND circulation_loan.base_due_date = wanted.base AND circulation_loan.due_at = wanted.was
    RETURNING circulation_loan.id
"""
"""Move the loans that are still as they were read. One that was renewed or taken back meanwhile is left alone: whoever
did that looked at the calendar of its own moment."""
