"""What the recall of a loan asks and writes (``recalling.py``)."""

from wenyuan.lending.circulation.sql.holds import MAY_FETCH, WANTED
from wenyuan.lending.circulation.sql.parts import EDITIONS

HOLD_TO_SERVE = f"""
    SELECT {EDITIONS}, w.bib_id, w.item_id, w.patron_id, w.pickup_branch_id, wp.category_id
    FROM circulation_hold w JOIN patrons_patron wp ON wp.id = w.patron_id
    WHERE w.id = :hold::bigint AND w.state = 'waiting' AND {WANTED} AND {MAY_FETCH}
"""
"""A hold that could be filled today and is not."""

WAITING_FOR_TITLE = f"""
    SELECT w.item_id, w.pickup_branch_id
    FROM circulation_hold w JOIN patrons_patron wp ON wp.id = w.patron_id
    WHERE w.bib_id = :bib::bigint AND w.state = 'waiting' AND {WANTED} AND {MAY_FETCH}
    ORDER BY w.rank, w.id LIMIT 500
"""

LOANS_OF_TITLE = """
    SELECT l.id, l.patron_id, p.category_id, l.branch_id, l.lent_at, l.base_due_date, l.due_at, l.recalled_at,
        i.id, i.item_type_id, i.home_branch_id, i.state, i.condition, i.lendable
    FROM catalogue_item i
    JOIN circulation_loan l ON l.item_id = i.id AND l.returned_at IS NULL AND l.taken_at IS NULL
        AND l.claimed_at IS NULL
    JOIN patrons_patron p ON p.id = l.patron_id
    WHERE i.bib_id = :bib::bigint ORDER BY l.id LIMIT 500
"""
"""What readers have of a title, but for what they claim to have returned."""

FREE_HOMES_OF_TITLE = """
    SELECT f.home_branch_id FROM catalogue_item f
    WHERE f.bib_id = :bib::bigint AND f.state = 'available' AND f.condition = 'ok' AND f.lendable = 'yes'
        AND NOT EXISTS (SELECT 1 FROM circulation_notfound n WHERE n.item_id = f.id AND n.item_version = f.version)
"""

RECALL_LOAN = """
    WITH item AS (
        UPDATE catalogue_item SET version = version + 1, changed_at = :at::timestamptz
        WHERE id = :item::bigint AND state = 'on_loan' RETURNING id
    )
    UPDATE circulation_loan SET base_due_date = :base::date, due_at = :due_at::timestamptz,
        recalled_at = :at::timestamptz
    WHERE id = :loan::bigint AND returned_at IS NULL AND taken_at IS NULL AND claimed_at IS NULL
        AND recalled_at IS NULL AND base_due_date = :was_base::date AND due_at = :was_due_at::timestamptz
        AND EXISTS (SELECT 1 FROM item)
    RETURNING id
"""
"""The item's version makes whoever lends, renews or takes it back meanwhile look again."""
