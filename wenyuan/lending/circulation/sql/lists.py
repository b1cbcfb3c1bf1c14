"""What pages list."""

from wenyuan.lending.circulation.sql.parts import (
    ACCOUNT_COLUMNS,
    EDITIONS,
    HAS_HOLDS,
    ITEM_COLUMNS,
    JOIN_ACCOUNT,
    JOIN_CARD,
    JOIN_PATRON,
    PATRON_COLUMNS,
)

PATRON_LOANS = f"""
    SELECT {EDITIONS}, {PATRON_COLUMNS}, {ACCOUNT_COLUMNS}, {HAS_HOLDS},
        l.id, l.branch_id, l.lent_at, l.due_at, l.renewals, l.claimed_at, l.recalled_at,
        {ITEM_COLUMNS}
    FROM patrons_patron p
    {JOIN_PATRON}
    {JOIN_ACCOUNT}
    LEFT JOIN circulation_loan l ON l.patron_id = p.id AND l.returned_at IS NULL AND l.slot IS NOT NULL
    LEFT JOIN catalogue_item i ON i.id = l.item_id
    LEFT JOIN catalogue_bib b ON b.id = i.bib_id
    LEFT JOIN catalogue_itemtype y ON y.id = i.item_type_id
    WHERE p.id = :patron::bigint
    ORDER BY l.due_at, l.id
"""

LOANS_OF_READERS = f"""
    SELECT {EDITIONS}, l.patron_id, l.id, l.branch_id, l.lent_at, l.due_at, l.renewals, l.claimed_at, l.recalled_at,
        {ITEM_COLUMNS}
    FROM circulation_loan l
    JOIN catalogue_item i ON i.id = l.item_id
    JOIN catalogue_bib b ON b.id = i.bib_id
    JOIN catalogue_itemtype y ON y.id = i.item_type_id
    WHERE l.patron_id = ANY (:patrons::bigint[]) AND l.returned_at IS NULL AND l.slot IS NOT NULL
    ORDER BY l.due_at, l.id
"""

HISTORY = f"""
    SELECT COALESCE(l.taken_at, l.returned_at), l.id, l.branch_id, l.lent_at, l.due_at, l.renewals,
        NULL::timestamptz, NULL::timestamptz, {ITEM_COLUMNS}
    FROM circulation_loan l
    JOIN catalogue_item i ON i.id = l.item_id
    JOIN catalogue_bib b ON b.id = i.bib_id
    JOIN catalogue_itemtype y ON y.id = i.item_type_id
    WHERE l.patron_id = :patron::bigint AND l.returned_at IS NOT NULL
        AND (:before::bigint IS NULL OR l.id < :before::bigint)
    ORDER BY l.id DESC LIMIT :size::int
"""

FORGET_SETTLED = """
    UPDATE circulation_loan l SET patron_id = NULL FROM patrons_patron p
    WHERE l.id = ANY (:loans::bigint[]) AND l.returned_at IS NOT NULL AND p.id = l.patron_id AND NOT p.keep_history
        AND NOT EXISTS (SELECT 1 FROM fees_charge c WHERE c.loan_id = l.id AND c.open_fen <> 0)
"""
"""Closed loans that kept their reader for a debt alone."""

BARCODES_OF_CARD = f"""
    SELECT k.patron_id, i.barcode FROM (SELECT 1) AS one
    {JOIN_CARD}
    LEFT JOIN circulation_loan l ON l.patron_id = k.patron_id AND l.returned_at IS NULL AND l.slot IS NOT NULL
    LEFT JOIN catalogue_item i ON i.id = l.item_id
    WHERE k.patron_id IS NOT NULL AND k.status <> 'removed'
    ORDER BY l.due_at, l.id
"""

LOANS_DUE = f"""
    SELECT l.id, l.branch_id, l.due_at, i.barcode, p.category_id, i.item_type_id, {EDITIONS}
    FROM circulation_loan l
    JOIN catalogue_item i ON i.id = l.item_id
    JOIN patrons_patron p ON p.id = l.patron_id
    WHERE l.returned_at IS NULL AND l.taken_at IS NULL AND l.claimed_at IS NULL AND l.due_at < :until::timestamptz
        AND (:since::timestamptz IS NULL OR l.due_at >= :since::timestamptz) AND l.id > :after::bigint
    ORDER BY l.id LIMIT :size::int
"""
"""Loans in readers' hands that fall due before a moment, from another on; what is claimed returned is left out."""

LOANS_TO_FINE = f"""
    SELECT l.id, i.barcode, l.branch_id, p.category_id, i.item_type_id, COALESCE(l.renewed_at, l.lent_at),
        EXISTS (SELECT 1 FROM fees_charge c WHERE c.loan_id = l.id AND c.grows), {EDITIONS}
    FROM circulation_loan l
    JOIN catalogue_item i ON i.id = l.item_id
    JOIN patrons_patron p ON p.id = l.patron_id
    WHERE l.returned_at IS NULL AND l.taken_at IS NULL AND l.claimed_at IS NULL AND l.id > :after::bigint
        AND (l.due_at < :at::timestamptz OR EXISTS (SELECT 1 FROM fees_charge c WHERE c.loan_id = l.id AND c.grows))
    ORDER BY l.id LIMIT :size::int
"""
"""Loans in readers' hands that are late, or were before a closure moved them: their fine so far may be another."""

LOANS_TO_REMIND = """
    SELECT l.id, l.patron_id, l.branch_id, l.due_at, b.title
    FROM circulation_loan l JOIN catalogue_item i ON i.id = l.item_id JOIN catalogue_bib b ON b.id = i.bib_id
    WHERE l.returned_at IS NULL AND l.taken_at IS NULL AND l.claimed_at IS NULL
        AND l.due_at < :until::timestamptz AND l.id > :after::bigint
    ORDER BY l.id LIMIT :size::int
"""

LOAN_TO_TELL_OF = """
    SELECT l.patron_id, l.branch_id, b.title
    FROM circulation_loan l JOIN catalogue_item i ON i.id = l.item_id JOIN catalogue_bib b ON b.id = i.bib_id
    WHERE l.id = :loan::bigint AND l.returned_at IS NULL AND l.taken_at IS NULL
"""

LOANS_OF_CASES = """
    SELECT count(*), count(DISTINCT l.patron_id)
    FROM circulation_loan l
    JOIN catalogue_item i ON i.id = l.item_id
    JOIN unnest(:branches::bigint[], :categories::text[], :types::bigint[]) AS c (branch_id, category, item_type_id)
        ON c.branch_id = l.branch_id AND c.category = l.patron_category AND c.item_type_id = i.item_type_id
    WHERE l.returned_at IS NULL AND l.slot IS NOT NULL
"""
