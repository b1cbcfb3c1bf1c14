"""Statements about the condition of items: lost, missing, damaged, claimed returned.

They read and write catalogue_item beside this room's tables, and read catalogue_itemtype (its default price),
catalogue_bib, fees_charge, fees_entry, fees_account and rights_auditrow (how a loss was charged).
"""

from functools import lru_cache

from wenyuan.lending.circulation.sql.holds import HOLD_COLUMNS, HOLD_LOCKED, JOIN_CAPTURED, PUT_BACK
from wenyuan.lending.circulation.sql.parts import (
    EDITIONS,
    ITEM_COLUMNS,
    JOIN_ITEM,
    JOIN_PATRON,
    LOAN_COLUMNS,
    PATRON_COLUMNS,
    SAME_EDITIONS,
    TRANSIT_COLUMNS,
    journal_step,
    pending_step,
)
from wenyuan.lending.circulation.sql.writes import CANCEL_TRANSIT, CLOSE_LOAN

GATHER_MARK = f"""
    SELECT {EDITIONS}, {ITEM_COLUMNS}, {LOAN_COLUMNS}, {TRANSIT_COLUMNS}, {PATRON_COLUMNS}, {HOLD_COLUMNS},
        i.price_fen, y.default_price_fen,
        (SELECT count(*) FROM circulation_loan c WHERE c.patron_id = p.id AND c.returned_at IS NULL
            AND c.taken_at IS NULL AND c.claimed_at IS NOT NULL)
    FROM (SELECT 1) AS one
    {JOIN_ITEM}
    LEFT JOIN patrons_patron p ON p.id = o.patron_id
    {JOIN_PATRON}
    {JOIN_CAPTURED}
"""

HOLDS_OF_ONE_ITEM = """
    SELECT h.id FROM circulation_hold h JOIN catalogue_item i ON i.id = h.item_id
    WHERE i.barcode = :barcode::text AND h.state IN ('waiting', 'in_transit', 'on_shelf')
    ORDER BY h.id FOR UPDATE OF h
"""
"""Holds that no other item can fill, locked before their item."""

CHARGE_OF_LOST = """
    SELECT c.branch_id, p.category_id, e.local_date
    FROM fees_charge c
    JOIN fees_entry e ON e.id = c.entry_id
    JOIN fees_account a ON a.id = c.account_id
    JOIN patrons_patron p ON p.id = a.patron_id
    WHERE c.item_id = :item::bigint AND c.kind = 'lost'
    ORDER BY c.entry_id DESC LIMIT 1
"""
"""The newest charge for an item that was lost: whose money it is, what kind of reader owes it, and since when."""

LOSS_CHARGED = f"""
    SELECT {EDITIONS}, c.branch_id, a.patron_id, p.category_id, i.item_type_id, e.local_date,
        EXISTS (SELECT 1 FROM rights_auditrow r WHERE r.subject_kind = 'item' AND r.subject_id = c.item_id
            AND r.act = 'declare_lost' AND r.at = e.at AND r.after ->> 'charging' = 'in_kind'),
        i.barcode, b.title, i.call_no, COALESCE(i.price_fen, y.default_price_fen), i.price_fen IS NULL,
        c.charged_fen, e.fee_fen, c.open_fen,
        COALESCE((SELECT sum(f.open_fen) FROM fees_charge f
            WHERE f.loan_id = c.loan_id AND f.kind = 'overdue' AND f.open_fen > 0), 0)::bigint
    FROM fees_charge c
    JOIN fees_entry e ON e.id = c.entry_id
    JOIN fees_account a ON a.id = c.account_id
    JOIN patrons_patron p ON p.id = a.patron_id
    JOIN catalogue_item i ON i.id = c.item_id
    JOIN catalogue_bib b ON b.id = i.bib_id
    JOIN catalogue_itemtype y ON y.id = i.item_type_id
    WHERE c.entry_id = :charge::bigint AND c.kind = 'lost' AND c.loan_id IS NOT NULL
"""
"""A charge for an item that a reader lost, while it remembers it, with what else is open of that loan, and whether the
same edition was agreed on instead of the price. The charge has not the item's price: what stands here is today's."""

CLAIMED_ITEMS = """
    SELECT l.id, i.id, i.barcode, b.title, b.author, i.call_no, i.area_id, i.home_branch_id, l.branch_id, l.patron_id,
        l.due_at, l.claimed_at, l.claimed_back_date, l.searches, l.searched_at
    FROM circulation_loan l
    JOIN catalogue_item i ON i.id = l.item_id
    JOIN catalogue_bib b ON b.id = i.bib_id
    WHERE l.claimed_branch_id = :branch::bigint AND l.claimed_at IS NOT NULL AND l.returned_at IS NULL
        AND l.taken_at IS NULL AND l.id > :after::bigint
    ORDER BY l.id LIMIT :size::int
"""

_CLAIM = """loan AS (
            UPDATE circulation_loan SET claimed_at = :at::timestamptz, claimed_back_date = :back_date::date,
                claimed_branch_id = :back_branch::bigint, searches = 0, searched_at = NULL
            WHERE id = :loan::bigint AND returned_at IS NULL AND taken_at IS NULL AND EXISTS (SELECT 1 FROM item)
            RETURNING id
        )"""
_UNCLAIM = """loan AS (
            UPDATE circulation_loan SET claimed_at = NULL, claimed_back_date = NULL, claimed_branch_id = NULL,
                searches = 0, searched_at = NULL
            WHERE id = :loan::bigint AND returned_at IS NULL AND taken_at IS NULL AND EXISTS (SELECT 1 FROM item)
            RETURNING id
        )"""
_LOAN_STEPS = {
    "lose": CLOSE_LOAN.format(ended="lost"),
    "close": CLOSE_LOAN.format(ended="returned"),
    "claim": _CLAIM,
    "unclaim": _UNCLAIM,
}


@lru_cache(maxsize=64)
def mark_statement(*, loan: str, cancels: bool, puts_back: bool) -> str:
    """Note an item's condition and what follows (``rules.MarkDecision``). Gives the item's id, or no row where somebody
    was faster."""
    locked = f" AND {HOLD_LOCKED.format(name='other_hold')}" if puts_back else ""
    steps = [
        f"""item AS (
            UPDATE catalogue_item SET state = :state::text, condition = :condition::text,
                condition_at = :at::timestamptz,
                condition_note = CASE WHEN :keeps_note::bool THEN condition_note ELSE :note::text END,
                version = version + 1, changed_at = :at::timestamptz
            WHERE id = :item::bigint AND version = :item_version::int AND {SAME_EDITIONS}{locked}
            RETURNING id
        )"""
    ]
    entries = ["marked"]
    if loan:
        steps.append(_LOAN_STEPS[loan])
    if loan == "close":
        steps.append(journal_step("closed", "loan"))
        entries.append("closed")
    steps.append(journal_step("marked", "loan" if loan in ("lose", "claim", "unclaim") else "item"))
    if cancels:
        steps += [CANCEL_TRANSIT, journal_step("cancelled", "transit_end")]
        entries.append("cancelled")
    if puts_back:
        steps += [PUT_BACK, journal_step("put_back", "put_back_hold")]
        entries.append("put_back")
    return f"WITH {', '.join(steps)}, {pending_step(entries)} SELECT id FROM item"
