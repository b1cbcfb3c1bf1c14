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
        LEFT JOIN (
            SELECT subject_id, (details ->> 'loan')::bigint AS loan_id, sum(quantity) AS net FROM journal_entry
            WHERE kind IN ('loan', 'loan_taken_over') AND subject_kind = 'item' GROUP BY 1, 2
        ) e ON e.subject_id = l.item_id AND e.loan_id = l.id
        WHERE e.net IS DISTINCT FROM 1
    """,
        "the journal counts every loan once",
    ),
    Invariant(
        "circulation_journal_loan",
        "circulation",
        """
        SELECT min(e.id), e.subject_id FROM journal_entry e
        LEFT JOIN circulation_loan l ON l.id = (e.details ->> 'loan')::bigint AND l.item_id = e.subject_id
        WHERE e.kind IN ('loan', 'loan_taken_over') AND l.id IS NULL
        GROUP BY e.subject_id, (e.details ->> 'loan')::bigint HAVING sum(e.quantity) <> 0
    """,
        "a loan of the journal has its row, unless it was undone",
    ),
    Invariant(
        "circulation_return_journal",
        "circulation",
        """
        SELECT l.id, l.item_id FROM circulation_loan l
        LEFT JOIN (
            SELECT subject_id, (details ->> 'loan')::bigint AS loan_id,
                sum(quantity) FILTER (WHERE kind = 'return') AS returned,
                sum(quantity) FILTER (WHERE kind = 'item_lost') AS lost
            FROM journal_entry
            WHERE kind IN ('return', 'item_lost') AND subject_kind = 'item' GROUP BY 1, 2
        ) e ON e.subject_id = l.item_id AND e.loan_id = l.id
        WHERE COALESCE(e.returned, 0) <> (l.returned_at IS NOT NULL AND l.ended_as = 'returned')::int
            OR COALESCE(e.lost, 0) <> (l.returned_at IS NOT NULL AND l.ended_as = 'lost')::int
    """,
        "the journal counts one return for each closed loan, or its loss, none for an open one",
    ),
    Invariant(
        "circulation_lost_in_hand",
        "circulation",
        """
        SELECT i.id, i.barcode, i.condition FROM catalogue_item i
        JOIN circulation_loan o ON o.item_id = i.id AND o.returned_at IS NULL
        WHERE i.condition IN ('lost', 'missing')
    """,
        "what is lost or missing is on no open loan",
    ),
    Invariant(
        "circulation_claims",
        "circulation",
        """
        SELECT i.id, i.barcode, i.condition FROM catalogue_item i
        LEFT JOIN circulation_loan o ON o.item_id = i.id AND o.returned_at IS NULL AND o.taken_at IS NULL
            AND o.claimed_at IS NOT NULL
        WHERE (i.condition = 'claimed_returned') <> (o.id IS NOT NULL)
    """,
        "an item is claimed returned exactly while its open loan says so",
    ),
    Invariant(
        "circulation_history_consent",
        "circulation",
        """
        SELECT l.id FROM circulation_loan l JOIN patrons_patron p ON p.id = l.patron_id
        WHERE l.returned_at IS NOT NULL AND NOT p.keep_history
            AND NOT EXISTS (SELECT 1 FROM fees_charge c WHERE c.loan_id = l.id AND c.open_fen <> 0)
    """,
        "a returned loan names its patron only by consent, or while something is owed for it",
    ),
    Invariant(
        "circulation_fines_final",
        "circulation",
        """
        SELECT c.entry_id, c.loan_id FROM fees_charge c LEFT JOIN circulation_loan l ON l.id = c.loan_id
        WHERE c.grows AND (l.id IS NULL OR l.returned_at IS NOT NULL)
    """,
        "no fine grows of a loan that is closed",
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
            SELECT 1 FROM journal_entry e
            WHERE e.kind IN ('hold_placed', 'hold_taken_over') AND e.subject_kind = 'bib'
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
    Invariant(
        "circulation_consignment_as_sent",
        "circulation",
        """
        SELECT c.id, c.number FROM circulation_consignment c
        LEFT JOIN (SELECT consignment_id, count(*) AS items FROM circulation_consignmentline GROUP BY 1) l
            ON l.consignment_id = c.id
        LEFT JOIN (
            SELECT subject_id, sum(quantity) AS items FROM journal_entry
            WHERE kind = 'consignment_sent' AND subject_kind = 'consignment' GROUP BY 1
        ) e ON e.subject_id = c.id
        WHERE c.sent_at IS NOT NULL AND l.items IS DISTINCT FROM e.items
    """,
        "a batch that was sent has as many items as the journal says it left with",
    ),
    Invariant(
        "circulation_consignment_over",
        "circulation",
        """
        SELECT l.id, l.consignment_id FROM circulation_consignmentline l
        JOIN circulation_consignment c ON c.id = l.consignment_id
        WHERE (l.ended_at IS NULL AND (c.ended_at IS NOT NULL OR c.dropped_at IS NOT NULL))
            OR l.branch_id <> c.to_branch_id
    """,
        "nothing stands at a station for a batch that is over, or for another station than the batch's",
    ),
    Invariant(
        "circulation_shortage_after_end",
        "circulation",
        """
        SELECT l.id, l.consignment_id FROM circulation_consignmentline l
        JOIN circulation_consignment c ON c.id = l.consignment_id
        WHERE l.ended_as IN ('short', 'lent') AND l.ended_at IS DISTINCT FROM c.ended_at
            OR l.settled_at < l.ended_at
    """,
        "an item is short only since its batch was taken back, and settled after that",
    ),
    Invariant(
        "circulation_shortage_settled",
        "circulation",
        """
        SELECT c.id, c.number FROM circulation_consignment c
        LEFT JOIN (SELECT consignment_id, count(*) AS items, sum(amount_fen) AS fen FROM circulation_consignmentline
            WHERE settled_at IS NOT NULL GROUP BY 1) l ON l.consignment_id = c.id
        LEFT JOIN (
            SELECT subject_id, sum(quantity) AS items, sum(amount_fen) AS fen FROM journal_entry
            WHERE kind = 'shortage_settled' AND subject_kind = 'consignment' GROUP BY 1
        ) e ON e.subject_id = c.id
        WHERE (COALESCE(l.items, 0), COALESCE(l.fen, 0)) <> (COALESCE(e.items, 0), COALESCE(e.fen, 0))
    """,
        "the journal tells every shortage that was settled, and what was charged for it",
    ),
    Invariant(
        "circulation_holds_follow",
        "circulation",
        """
        SELECT h.id FROM circulation_hold h JOIN catalogue_bib b ON b.id = h.bib_id
        WHERE h.state IN ('waiting', 'in_transit', 'on_shelf') AND b.merged_into_id IS NOT NULL
        """,
        "an open hold waits for a record that is not merged into another",
    ),
)
