"""What is asked first: the case that nearly always comes, with about half the probes of ``gathers``.

A statement costs by the tables it looks into, and most of those are for what is rarely there: a hold, a transit, a
request's key. Each row says in its last column whether the case is plain; what the state of an item excludes by the
invariants (``circulation_loan_state``, ``circulation_transit_state``, ``circulation_hold_shelf_state`` and
``circulation_hold_on_its_way``) is not looked for. No row, or one that is not plain, and everything is gathered.
"""

from wenyuan.lending.circulation.sql.holds import TO_CLEAR
from wenyuan.lending.circulation.sql.parts import (
    ACCOUNT_COLUMNS,
    CONSIGNED_TO,
    EDITIONS,
    HAS_CHARGE,
    ITEM_COLUMNS,
    JOIN_ACCOUNT,
    JOIN_CARD,
    JOIN_PLAIN_HOLDINGS,
    JOIN_REF,
    LOAN_COLUMNS,
    PATRON_COLUMNS,
)

# Codes are in memory (``books``): the places of the two columns stay empty.
_ITEM_COLUMNS = ITEM_COLUMNS.replace("y.code, y.id", "'', i.item_type_id")
_PATRON_COLUMNS = PATRON_COLUMNS.replace("c.code", "''")
_ITEM = "catalogue_item i JOIN catalogue_bib b ON b.id = i.bib_id"

PLAIN_CHECKOUT = f"""
    SELECT {EDITIONS}, {_ITEM_COLUMNS}, {_PATRON_COLUMNS}, k.status, s.loans, s.slots, s.overdue,
        {ACCOUNT_COLUMNS},
        NOT {TO_CLEAR} AND NOT EXISTS (SELECT 1 FROM circulation_hold m
            WHERE m.patron_id = p.id AND m.bib_id = i.bib_id AND m.state IN ('waiting', 'in_transit', 'on_shelf'))
    FROM {_ITEM}
    {JOIN_CARD}
    JOIN patrons_patron p ON p.id = k.patron_id
    {JOIN_REF}
    {JOIN_PLAIN_HOLDINGS}
    {JOIN_ACCOUNT}
    WHERE i.barcode = :barcode::text AND i.state = 'available'
"""
"""Plain: the item stands on a shelf, the card is known, and its reader does not wait for its title."""

TYPES_IN_HAND = """
    SELECT i.item_type_id FROM circulation_loan l JOIN catalogue_item i ON i.id = l.item_id
    WHERE l.id = ANY (:loans::bigint[])
"""
"""Of which types a patron's loans are: asked where the policy limits one."""

PLAIN_RETURN = f"""
    SELECT {EDITIONS}, {_ITEM_COLUMNS}, {LOAN_COLUMNS}, {_PATRON_COLUMNS},
        NOT {TO_CLEAR} AND NOT {HAS_CHARGE} AND {CONSIGNED_TO} IS NULL
        AND NOT EXISTS (SELECT 1 FROM circulation_hold w WHERE w.bib_id = i.bib_id AND w.state = 'waiting')
    FROM {_ITEM}
    JOIN circulation_loan o ON o.item_id = i.id AND o.returned_at IS NULL
    JOIN patrons_patron p ON p.id = o.patron_id
    {JOIN_REF}
    WHERE i.barcode = :barcode::text AND i.state = 'on_loan'
"""
"""Plain: the item is on loan, nobody waits for its title, nothing was charged for the loan, and no station has it for a
season. That a pick list asked for it in vain does not matter to an item whose loan is closed or taken."""
