"""What the everyday verbs ask before they decide.

Lending and taking back ask ``plain`` first: whatever is gathered here besides must be asked there, or make the case one
that is not plain.
"""

from wenyuan.lending.circulation.policies import KINDS
from wenyuan.lending.circulation.sql.holds import (
    HOLD_COLUMNS,
    JOIN_CAPTURED,
    JOIN_OTHERS_WAITING,
    JOIN_OWN_HOLD,
    JOIN_WAITING,
    LOOKED_FOR,
    OWN_HOLD_COLUMNS,
    TO_CLEAR,
    WAITING_COLUMNS,
)
from wenyuan.lending.circulation.sql.parts import (
    ACCOUNT_COLUMNS,
    CONSIGNED_TO,
    EDITIONS,
    ENTRY_BY_KEY,
    ENTRY_COLUMNS,
    HAS_CHARGE,
    ITEM_COLUMNS,
    JOIN_ACCOUNT,
    JOIN_CARD,
    JOIN_HOLDINGS,
    JOIN_ITEM,
    JOIN_PATRON,
    LOAN_COLUMNS,
    PATRON_COLUMNS,
    TRANSIT_COLUMNS,
)

GATHER_CHECKOUT = f"""
    SELECT {EDITIONS}, {ITEM_COLUMNS}, {LOAN_COLUMNS}, {TRANSIT_COLUMNS}, {PATRON_COLUMNS},
        k.status, s.loans, s.slots, s.item_types, s.overdue, {ACCOUNT_COLUMNS},
        {HOLD_COLUMNS}, {OWN_HOLD_COLUMNS}, {TO_CLEAR}, {ENTRY_COLUMNS}
    FROM (SELECT 1) AS one
    {JOIN_ITEM}
    {JOIN_CARD}
    LEFT JOIN patrons_patron p ON p.id = k.patron_id
    {JOIN_PATRON}
    {JOIN_HOLDINGS}
    {JOIN_ACCOUNT}
    {JOIN_CAPTURED}
    {JOIN_OWN_HOLD}
    {ENTRY_BY_KEY}
"""

GATHER_RETURN = f"""
    SELECT {EDITIONS}, {ITEM_COLUMNS}, {LOAN_COLUMNS}, {TRANSIT_COLUMNS}, {PATRON_COLUMNS},
        z.id, z.returned_at, z.returned_by_id, z.return_branch_id, z.due_at, z.branch_id, z.taken_at,
        {HOLD_COLUMNS}, {WAITING_COLUMNS}, {TO_CLEAR}, {LOOKED_FOR}, {HAS_CHARGE}, {CONSIGNED_TO}, {ENTRY_COLUMNS}
    FROM (SELECT 1) AS one
    {JOIN_ITEM}
    LEFT JOIN patrons_patron p ON p.id = o.patron_id
    {JOIN_PATRON}
    LEFT JOIN LATERAL (
        SELECT id, returned_at, returned_by_id, return_branch_id, due_at, branch_id, taken_at FROM circulation_loan
        WHERE item_id = i.id AND ended_as = 'returned' ORDER BY item_id, id DESC LIMIT 1
    ) z ON z.returned_at IS NOT NULL
    {JOIN_CAPTURED}
    {JOIN_WAITING}
    {ENTRY_BY_KEY}
"""

GATHER_RENEWAL = f"""
    SELECT {EDITIONS}, {ITEM_COLUMNS}, {LOAN_COLUMNS}, {TRANSIT_COLUMNS}, {PATRON_COLUMNS},
        k.status, k.patron_id = COALESCE(u.patron_id, p.id), wq.items, wq.pickups, fq.homes, {ACCOUNT_COLUMNS},
        {HAS_CHARGE}, {ENTRY_COLUMNS}
    FROM (SELECT 1) AS one
    {JOIN_ITEM}
    {JOIN_CARD}
    LEFT JOIN patrons_patron p ON p.id = o.patron_id
    {JOIN_PATRON}
    {JOIN_ACCOUNT}
    {JOIN_OTHERS_WAITING}
    {ENTRY_BY_KEY}
"""

WORTH_OF_LOANS = """
    SELECT COALESCE(sum(COALESCE(i.price_fen, y.default_price_fen)), 0)::bigint
    FROM catalogue_item i JOIN catalogue_itemtype y ON y.id = i.item_type_id
    WHERE i.id = :item::bigint OR i.id IN (
        SELECT l.item_id FROM circulation_loan l
        WHERE l.patron_id = :patron::bigint AND l.returned_at IS NULL AND l.slot IS NOT NULL
    )
"""
"""What an item and all that the patron has in hand are worth together, in fen."""

RETURN_OF_LOAN = """
    SELECT details::text FROM journal_entry
    WHERE kind = 'return' AND subject_kind = 'item' AND subject_id = :item::bigint
        AND (details ->> 'loan')::bigint = :loan::bigint
"""

POLICY_ROWS = f"""
    SELECT id, branch_id, category_id, item_type_id, valid_from, valid_to, {", ".join(KINDS)}
    FROM circulation_loanpolicy WHERE withdrawn_at IS NULL
"""
TYPE_CODES = "SELECT id, code FROM catalogue_itemtype"
CATEGORY_CODES = "SELECT id, code FROM patrons_category"

BOTH_EDITIONS = f"SELECT {EDITIONS}"
