"""What must always be true of loans, transits, holds and the journal; each names what breaks it."""

from wenyuan.plumbing.invariants import Invariant

INVARIANTS = (
    Invariant(
        "circulation_loan_state",
        "circulation",
        """
        SELECT i.id, i.barcode, i.state FROM catalogue_item i
        LEFT JOIN circulation_loan o ON o.item_id = i.id AND o.returned_at IS NULL
        LEFT JOIN transit_transit x ON x.item_id = i.id AND x.received_at IS NULL AND x.cancelled_at IS NULL
        WHERE (i.state = 'on_loan') <> (o.id IS NOT NULL AND o.taken_at IS NULL)
    """,
        "an item is on loan exactly while it has an open loan that nobody has taken back",
    ),
    Invariant(
        "circulation_transit_state",
        "circulation",
        """
        SELECT i.id, i.barcode, i.state FROM catalogue_item i
        LEFT JOIN transit_transit x ON x.item_id = i.id AND x.received_at IS NULL AND x.cancelled_at IS NULL
        WHERE (i.state = 'in_transit') <> (x.id IS NOT NULL)
    """,
        "an item in transit has an open transit and nothing else",
    ),
    Invariant(
        "circulation_taken_sent_on",
        "circulation",
        """
        SELECT o.id, o.item_id FROM circulation_loan o
        LEFT JOIN transit_transit x ON x.item_id = o.item_id AND x.received_at IS NULL AND x.cancelled_at IS NULL
        WHERE o.returned_at IS NULL AND o.taken_at IS NOT NULL AND x.id IS NULL
    """,
        "a loan taken elsewhere is on its way to be closed",
    ),
    Invariant(
        "circulation_loan_journal",
        "circulation",
        """
        SELECT l.id, l.item_id FROM circulation_loan l
        WHERE NOT EXISTS (
            SELECT 1 FROM journal_entry e WHERE e.kind = 'loan' AND e.subject_kind = 'item'
                AND e.subject_id = l.item_id AND (e.details ->> 'loan')::bigint = l.id
        )
    """,
        "no loan is without its journal row",
    ),
    Invariant(
        "circulation_journal_loan",
        "circulation",
        """
        SELECT e.id, e.subject_id FROM journal_entry e
        WHERE e.kind = 'loan' AND NOT EXISTS (
            SELECT 1 FROM circulation_loan l WHERE l.id = (e.details ->> 'loan')::bigint AND l.item_id = e.subject_id
        )
    """,
        "no loan row of the journal is without its loan",
    ),
    Invariant(
        "circulation_return_journal",
        "circulation",
        """
        SELECT l.id, l.item_id FROM circulation_loan l
        LEFT JOIN (
            SELECT subject_id, (details ->> 'loan')::bigint AS loan_id, count(*) AS times FROM journal_entry
            WHERE kind = 'return' AND subject_kind = 'item' GROUP BY 1, 2
        ) e ON e.subject_id = l.item_id AND e.loan_id = l.id
        WHERE l.returned_at IS NOT NULL AND e.times IS DISTINCT FROM 1
    """,
        "every closed loan has one return in the journal",
    ),
    Invariant(
        "circulation_history_consent",
        "circulation",
        """
        SELECT l.id FROM circulation_loan l JOIN patrons_patron p ON p.id = l.patron_id
        WHERE l.returned_at IS NOT NULL AND NOT p.keep_history
    """,
        "a returned loan names its patron only by consent",
    ),
    Invariant(
        "circulation_slots",
        "circulation",
        """
        SELECT id, patron_id FROM circulation_loan
        WHERE (returned_at IS NULL AND taken_at IS NULL) <> (slot IS NOT NULL)
    """,
        "a patron's slots are one for each loan in hand",
    ),
    Invariant(
        "circulation_hold_shelf_state",
        "circulation",
        """
        SELECT i.id, i.barcode, i.state FROM catalogue_item i
        FULL JOIN circulation_hold h ON h.captured_item_id = i.id AND h.state = 'on_shelf'
        WHERE (i.state = 'on_hold_shelf') IS DISTINCT FROM (h.state = 'on_shelf')
            AND (i.state = 'on_hold_shelf' OR h.state = 'on_shelf')
    """,
        "an item is on the hold shelf exactly while a hold keeps it there",
    ),
    Invariant(
        "circulation_hold_on_its_way",
        "circulation",
        """
        SELECT h.id, h.captured_item_id FROM circulation_hold h
        LEFT JOIN transit_transit x ON x.item_id = h.captured_item_id AND x.received_at IS NULL
            AND x.cancelled_at IS NULL
        WHERE h.state = 'in_transit' AND x.to_branch_id IS DISTINCT FROM h.pickup_branch_id
    """,
        "an item captured for a hold elsewhere is in transit to its pickup branch",
    ),
    Invariant(
        "circulation_hold_journal",
        "circulation",
        """
        SELECT h.id FROM circulation_hold h
        WHERE NOT EXISTS (
            SELECT 1 FROM journal_entry e WHERE e.kind = 'hold_placed' AND e.subject_kind = 'bib'
                AND (e.details ->> 'hold')::bigint = h.id
        )
    """,
        "no hold is without its journal row, of its title or one that has become it",
    ),
    Invariant(
        "circulation_hold_forgets",
        "circulation",
        """
        SELECT h.id FROM circulation_hold h JOIN patrons_patron p ON p.id = h.patron_id
        WHERE NOT p.keep_history
            AND (h.state = 'filled' OR h.ended_at < (SELECT max(occurred_at) FROM journal_entry) - interval '40 days')
    """,
        "a filled hold names its reader only by consent, another ended one for a month",
    ),
)
