"""What offline lending asks of the journal, of readers and of items (it reads journal_entry, patrons_patron,
patrons_token, fees_account, catalogue_item and catalogue_itemtype)."""

from wenyuan.lending.circulation.sql.parts import ACCOUNT_COLUMNS, JOIN_ACCOUNT
from wenyuan.organisation.journal.data import Kind

_SCANS = (
    Kind.RETURN,
    Kind.TAKEN,
    Kind.TRANSIT_SENT,
    Kind.TRANSIT_RECEIVED,
    Kind.ITEM_SEEN,
    Kind.ITEM_MOVED,
    Kind.HOLD_READY,
    Kind.HOLD_SENT,
)

SCANNED_SINCE = f"""
    SELECT count(*) FROM journal_entry
    WHERE subject_kind = 'item' AND subject_id = :item::bigint AND occurred_at > :at::timestamptz
        AND kind IN ({", ".join(f"'{kind.value}'" for kind in _SCANS)})
"""

CARDS_OF_BRANCH = f"""
    SELECT k.card_no, k.status, p.status, p.suspended_until, p.expires_date, p.category_id,
        count(l.id), count(l.id) FILTER (WHERE l.due_at < :at::timestamptz AND l.claimed_at IS NULL),
        {ACCOUNT_COLUMNS}
    FROM patrons_token k JOIN patrons_patron p ON p.id = k.patron_id
    {JOIN_ACCOUNT}
    LEFT JOIN circulation_loan l ON l.patron_id = p.id AND l.returned_at IS NULL AND l.slot IS NOT NULL
    WHERE k.card_no IS NOT NULL AND k.status <> 'removed' AND p.status <> 'closed'
        AND (p.home_branch_id = :branch::bigint OR EXISTS (
            SELECT 1 FROM circulation_loan b
            WHERE b.patron_id = p.id AND b.branch_id = :branch::bigint AND b.returned_at IS NULL))
    GROUP BY k.id, p.id, f.owed, f.held
"""
ITEMS_AT_BRANCH = """
    SELECT i.barcode, y.code, y.id,
        i.lendable = 'yes' AND i.condition = 'ok' AND i.state NOT IN ('on_hold_shelf', 'in_process')
    FROM catalogue_item i JOIN catalogue_itemtype y ON y.id = i.item_type_id
    WHERE i.present_branch_id = :branch::bigint AND i.state <> 'withdrawn' AND i.barcode IS NOT NULL
    ORDER BY i.barcode
"""
