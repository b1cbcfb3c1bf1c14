"""Statements about holds: what the everyday gathers see of them, placing, changing and ending them, and their lists.

A statement that ends or captures a hold locks the hold before the item, as every other does.
"""

from functools import lru_cache

from wenyuan.lending.circulation.sql.parts import (
    EDITIONS,
    ENTRY_BY_KEY,
    ENTRY_COLUMNS,
    JOIN_CARD,
    JOIN_PATRON,
    PATRON_COLUMNS,
    SAME_EDITIONS,
    journal_step,
    pending_step,
)

HOLD_COLUMNS = (
    "h.id, h.version, h.state, h.patron_id, h.pickup_branch_id, hp.category_id, h.shelf_until, h.shelf_position, "
    "h.captured_item_id"
)
WANTED = """(NOT w.suspended OR w.suspended_until < :today::date)
            AND (w.not_before IS NULL OR w.not_before <= :today::date)
            AND (w.not_after IS NULL OR w.not_after >= :today::date)"""
"""Of a waiting hold ``w``: that it may be filled today."""


def _may_fetch(reader: str) -> str:
    """Of the reader of a waiting hold: neither suspended nor expired today, so that nothing is kept for who may not
    borrow it."""
    return f"""({reader}.status = 'active'
                OR ({reader}.status = 'suspended' AND {reader}.suspended_until < :today::date))
            AND ({reader}.expires_date IS NULL OR {reader}.expires_date >= :today::date)"""


MAY_FETCH = _may_fetch("wp")
"""Of the reader ``wp`` of a waiting hold."""
JOIN_CAPTURED = """
    LEFT JOIN circulation_hold h ON h.captured_item_id = i.id AND h.state IN ('in_transit', 'on_shelf')
    LEFT JOIN patrons_patron hp ON hp.id = h.patron_id
"""
JOIN_WAITING = f"""
    LEFT JOIN LATERAL (
        SELECT array_agg(q.id) AS ids, array_agg(q.version) AS versions, array_agg(q.patron_id) AS patrons,
            array_agg(q.pickup_branch_id) AS pickups, array_agg(q.category_id) AS categories
        FROM (
            SELECT w.id, w.version, w.patron_id, w.pickup_branch_id, wp.category_id
            FROM circulation_hold w JOIN patrons_patron wp ON wp.id = w.patron_id
            WHERE w.bib_id = i.bib_id AND w.state = 'waiting' AND (w.item_id IS NULL OR w.item_id = i.id)
                AND {WANTED} AND {_may_fetch("wp")}
            ORDER BY w.rank, w.id LIMIT 500
        ) q
    ) wq ON true
"""
"""The first of the queue that the item might serve; who cannot be served by it is left to the rules. So many, because
those of another lending group may stand before the one that can."""
WAITING_COLUMNS = "wq.ids, wq.versions, wq.patrons, wq.pickups, wq.categories"
TO_CLEAR = """EXISTS (SELECT 1 FROM circulation_hold d
        WHERE d.captured_item_id = i.id AND d.ended_at IS NOT NULL AND d.cleared_at IS NULL)"""
LOOKED_FOR = "EXISTS (SELECT 1 FROM circulation_notfound n WHERE n.item_id = i.id AND n.item_version = i.version)"
JOIN_OWN_HOLD = """
    LEFT JOIN LATERAL (
        SELECT m.* FROM circulation_hold m
        WHERE m.patron_id = k.patron_id AND m.state IN ('waiting', 'in_transit', 'on_shelf')
            AND (m.captured_item_id = i.id OR (m.bib_id = i.bib_id AND (m.item_id IS NULL OR m.item_id = i.id)))
        ORDER BY m.captured_item_id IS DISTINCT FROM i.id, m.rank LIMIT 1
    ) m ON true
"""
"""The patron's own hold that lending them this item fills: the one it is captured for, else any on the title. After an
undone merge of records the captured item may belong to another title."""
OWN_HOLD_COLUMNS = (
    "m.id, m.version, m.state, m.patron_id, m.pickup_branch_id, NULL::bigint, m.shelf_until, m.shelf_position, "
    "m.captured_item_id"
)
JOIN_OTHERS_WAITING = f"""
    LEFT JOIN LATERAL (
        SELECT array_agg(COALESCE(q.item_id, 0)) AS items, array_agg(q.pickup_branch_id) AS pickups FROM (
            SELECT w.item_id, w.pickup_branch_id
            FROM circulation_hold w JOIN patrons_patron wp ON wp.id = w.patron_id
            WHERE w.bib_id = i.bib_id AND w.state = 'waiting' AND w.patron_id <> o.patron_id
                AND (w.item_id IS NULL OR w.item_id = i.id) AND {WANTED} AND {_may_fetch("wp")}
            ORDER BY w.rank, w.id LIMIT 500
        ) q
    ) wq ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(f.home_branch_id) AS homes FROM catalogue_item f
        WHERE wq.items IS NOT NULL AND f.bib_id = i.bib_id AND f.state = 'available' AND f.condition = 'ok'
            AND f.lendable = 'yes'
            AND NOT EXISTS (SELECT 1 FROM circulation_notfound n WHERE n.item_id = f.id AND n.item_version = f.version)
    ) fq ON true
"""


def _items_of(bib: str, condition: str = "true") -> str:
    """The items of a title (an expression) as parallel arrays ``its``, withdrawn ones left out."""
    return f"""LEFT JOIN LATERAL (
        SELECT array_agg(ci.id) AS ids, array_agg(ci.item_type_id) AS types, array_agg(ci.home_branch_id) AS homes,
            array_agg(ci.state) AS states, array_agg(ci.condition) AS conditions, array_agg(ci.lendable) AS lendables
        FROM (SELECT * FROM catalogue_item ci WHERE ci.bib_id = {bib} AND ci.state <> 'withdrawn' AND ({condition})
            ORDER BY ci.id LIMIT 500) ci
    ) its ON true"""


GATHER_HOLD = f"""
    SELECT {EDITIONS}, b.id, b.title, i.id, {PATRON_COLUMNS}, k.status, s.slots,
        n.ids, n.items, n.pickups, n.placed, n.accounts, n.places, n.lasts,
        EXISTS (SELECT 1 FROM circulation_loan l JOIN catalogue_item li ON li.id = l.item_id
            WHERE l.patron_id = p.id AND l.returned_at IS NULL AND l.slot IS NOT NULL AND li.bib_id = b.id
            AND (NOT :this_item::bool OR li.id = i.id)),
        its.ids, its.types, its.homes, its.states, its.conditions, its.lendables,
        (SELECT count(*) FROM circulation_hold w WHERE w.bib_id = b.id AND w.state = 'waiting'),
        {ENTRY_COLUMNS}
    FROM (SELECT 1) AS one
    LEFT JOIN catalogue_item i ON i.barcode = :barcode::text
    LEFT JOIN catalogue_bib b ON b.id = COALESCE(:bib::bigint, i.bib_id)
    {JOIN_CARD}
    LEFT JOIN patrons_patron p ON p.id = k.patron_id
    {JOIN_PATRON}
    LEFT JOIN LATERAL (
        SELECT array_agg(m.slot) AS slots FROM circulation_hold m
        WHERE m.patron_id = p.id AND m.state IN ('waiting', 'in_transit', 'on_shelf')
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(m.id) AS ids, array_agg(COALESCE(m.item_id, 0)) AS items,
            array_agg(m.pickup_branch_id) AS pickups, array_agg(m.placed_at) AS placed,
            array_agg(COALESCE(m.account_id, 0)) AS accounts,
            array_agg((SELECT GREATEST(1, count(*)) FROM circulation_hold w WHERE w.bib_id = m.bib_id
                AND w.state = 'waiting' AND (w.rank, w.id) <= (m.rank, m.id))) AS places,
            array_agg(m.not_after) AS lasts
        FROM circulation_hold m
        WHERE m.patron_id = p.id AND m.bib_id = b.id AND m.state IN ('waiting', 'in_transit', 'on_shelf')
    ) n ON true
    {_items_of("b.id")}
    {ENTRY_BY_KEY}
"""


GATHER_PICKUP = f"""
    SELECT {EDITIONS}, p.category_id, p.birth_date,
        (SELECT count(*) FROM circulation_hold m WHERE m.patron_id = h.patron_id AND m.id <> h.id
            AND m.state IN ('waiting', 'in_transit', 'on_shelf')),
        its.ids, its.types, its.homes, its.states, its.conditions, its.lendables
    FROM circulation_hold h
    JOIN patrons_patron p ON p.id = h.patron_id
    {_items_of("h.bib_id", "h.item_id IS NULL OR ci.id = h.item_id")}
    WHERE h.id = :hold::bigint
"""
"""What a hold that waits is judged by when it shall be fetched elsewhere."""
LOCK_HOLDER = f"""
    SELECT p.id FROM (SELECT 1) AS one {JOIN_CARD} JOIN patrons_patron p ON p.id = k.patron_id FOR UPDATE OF p
"""
"""Whoever lends to the reader of this card is done, or waits: each checkout holds its patron for key share."""
LOCK_READERS = """
    SELECT id FROM patrons_patron WHERE id = ANY (:patrons::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""
"""Whoever places a hold for one of these readers is done, or waits; who lends to them goes on. After the holds and the
items, as everywhere here."""
STANDING_TITLE = """
    SELECT COALESCE(b.merged_into_id, b.id) FROM catalogue_bib b
    WHERE b.id = COALESCE(:bib::bigint, (SELECT i.bib_id FROM catalogue_item i WHERE i.barcode = :barcode::text))
"""
"""The record that is meant by a record or an item: the one that it leads to, where it was merged. No lock."""
LOCK_TITLE = "SELECT id FROM catalogue_bib WHERE id = %(bib)s FOR KEY SHARE"
LOCK_WANTED_ITEM = "SELECT id FROM catalogue_item WHERE barcode = :barcode::text FOR KEY SHARE"
"""Whoever takes this record, or this item, away (an import is undone) is done, or waits."""
LOCK_PICKUP = "SELECT id FROM network_branch WHERE id = :pickup::bigint FOR KEY SHARE"
"""Whoever closes this branch is done, or waits."""


@lru_cache(maxsize=1)
def place_statement() -> str:
    """Place a hold: the patron's version (a checkout under way looks again), the row and its journal entry. Gives
    the hold's id, or no row where network or policies changed meanwhile."""
    return f"""WITH patron AS (
            UPDATE patrons_patron SET version = version + 1
            WHERE id = :patron::bigint AND version = :patron_version::int AND {SAME_EDITIONS} RETURNING id
        ), hold AS (
            INSERT INTO circulation_hold (bib_id, item_id, patron_id, slot, pickup_branch_id, state, version, rank,
                from_shelf, not_before, not_after, suspended, placed_at, placed_branch_id, account_id, door,
                patron_category, patron_home_id, age_band, end_reason)
            SELECT :bib::bigint, :only_item::bigint, id, :slot::smallint, :pickup::bigint, 'waiting', 1,
                :rank::bigint, :from_shelf::bool, :not_before::date, :not_after::date, false, :at::timestamptz,
                :branch::bigint, :account::bigint, :door::text, :category::text, :patron_home::int, :age_band::text, ''
            FROM patron RETURNING id
        ), {journal_step("placed", "hold", "jsonb_build_object('hold', hold.id)")}, {pending_step(["placed"])}
        SELECT id FROM hold"""


FREE_ITEM = """
    UPDATE catalogue_item SET state = 'available', version = version + 1, changed_at = :at::timestamptz
    WHERE id = :item::bigint AND state = 'on_hold_shelf' RETURNING id
"""
"""The item of a hold that ends while it stands on the hold shelf; it stays there until it is scanned."""

FORGET_HOLDS = """
    UPDATE circulation_hold h SET patron_id = NULL FROM patrons_patron p
    WHERE p.id = h.patron_id AND NOT p.keep_history AND h.ended_at < :before::timestamptz RETURNING h.id
"""

HOLD_LOCKED = """(SELECT version FROM circulation_hold WHERE id = :{name}::bigint FOR UPDATE)
                    = :{name}_version::int"""
"""A condition of the item's step: that a hold is as the decision saw it. It locks the hold before the item."""

FREE_POSITION = """(SELECT n FROM generate_series(1, 1 + (SELECT count(*)::int FROM circulation_hold s
                        WHERE s.pickup_branch_id = :branch::bigint AND s.shelf_position IS NOT NULL
                        AND (s.state = 'on_shelf' OR (s.ended_at IS NOT NULL AND s.cleared_at IS NULL)))) n
                    WHERE NOT EXISTS (SELECT 1 FROM circulation_hold s
                        WHERE s.pickup_branch_id = :branch::bigint AND s.shelf_position = n
                        AND (s.state = 'on_shelf' OR (s.ended_at IS NOT NULL AND s.cleared_at IS NULL)))
                    ORDER BY n LIMIT 1)"""
"""The smallest place on the branch's hold shelf at which nothing stands. Two desks may choose the same: the unique
index lets one pass."""
SHELVE = f"""hold_step AS (
    UPDATE circulation_hold SET state = 'on_shelf', version = version + 1, captured_item_id = :item::bigint,
        captured_at = COALESCE(captured_at, :at::timestamptz), shelved_date = :today::date,
        shelf_until = :shelf_until::date, shelf_position = {FREE_POSITION}
    WHERE id = :hold::bigint AND EXISTS (SELECT 1 FROM item) RETURNING id, shelf_position
)"""
DISPATCH = """hold_step AS (
    UPDATE circulation_hold SET state = 'in_transit', version = version + 1, captured_item_id = :item::bigint,
        captured_at = COALESCE(captured_at, :at::timestamptz), shelved_date = NULL, shelf_until = NULL,
        shelf_position = NULL
    WHERE id = :hold::bigint AND EXISTS (SELECT 1 FROM item) RETURNING id, shelf_position
)"""
CLEAR = """cleared AS (
    UPDATE circulation_hold SET cleared_at = :at::timestamptz
    WHERE captured_item_id = :item::bigint AND ended_at IS NOT NULL AND cleared_at IS NULL
        AND EXISTS (SELECT 1 FROM item)
)"""
FILL = """filled_hold AS (
    UPDATE circulation_hold SET state = 'filled', version = version + 1, slot = NULL, ended_at = :at::timestamptz,
        ended_by_id = :account::bigint,
        cleared_at = CASE WHEN state = 'on_shelf' AND captured_item_id <> :item::bigint THEN NULL
            ELSE :at::timestamptz END,
        patron_id = CASE WHEN :keep_patron::bool THEN patron_id END
    WHERE id = :own_hold::bigint AND EXISTS (SELECT 1 FROM item) RETURNING id
)"""
FREE_OTHER = """freed AS (
    UPDATE catalogue_item SET state = 'available', version = version + 1, changed_at = :at::timestamptz
    WHERE id = :freed::bigint AND state = 'on_hold_shelf' AND EXISTS (SELECT 1 FROM filled_hold)
)"""
"""The item that stood on the hold shelf for a hold which another item has filled."""
PUT_BACK = """put_back_hold AS (
    UPDATE circulation_hold SET state = 'waiting', version = version + 1, captured_item_id = NULL, captured_at = NULL,
        shelved_date = NULL, shelf_until = NULL, shelf_position = NULL
    WHERE id = :other_hold::bigint AND EXISTS (SELECT 1 FROM item) RETURNING id
)"""
"""The hold of another reader whose item is lent all the same: back to its place in the queue."""

HOLD_VIEW = """
    h.id, h.bib_id, b.title, h.item_id, hi.barcode, h.patron_id, h.pickup_branch_id, h.state, h.placed_at, h.not_before,
    h.not_after, h.suspended, h.suspended_until, h.captured_item_id, ci.barcode, ci.call_no, h.shelf_position,
    h.shelf_until, h.ended_at, h.end_reason, h.captured_at
"""
VIEWED = """
    FROM circulation_hold h
    JOIN catalogue_bib b ON b.id = h.bib_id
    LEFT JOIN catalogue_item hi ON hi.id = h.item_id
    LEFT JOIN catalogue_item ci ON ci.id = h.captured_item_id
"""
HOLDS_OF_PATRON = f"""
    SELECT {HOLD_VIEW}, (SELECT count(*) FROM circulation_hold w WHERE w.bib_id = h.bib_id AND w.state = 'waiting'
        AND (w.rank, w.id) <= (h.rank, h.id))
    {VIEWED} WHERE h.patron_id = :patron::bigint AND (h.ended_at IS NULL OR h.ended_at > :since::timestamptz)
    ORDER BY h.ended_at IS NOT NULL, h.placed_at DESC, h.id DESC LIMIT 2000
"""
QUEUE_OF_BIB = f"""
    SELECT {HOLD_VIEW}, NULL::bigint {VIEWED}
    WHERE h.bib_id = :bib::bigint AND h.state IN ('waiting', 'in_transit', 'on_shelf')
    ORDER BY h.state = 'waiting', h.rank, h.id LIMIT 500
"""
WAITING_AT = f"""
    SELECT {HOLD_VIEW}, NULL::bigint, {EDITIONS}, p.category_id,
        its.ids, its.types, its.homes, its.states, its.conditions, its.lendables
    {VIEWED}
    JOIN patrons_patron p ON p.id = h.patron_id
    {_items_of("h.bib_id", "h.item_id IS NULL OR ci.id = h.item_id")}
    WHERE h.pickup_branch_id = :branch::bigint AND h.state = 'waiting'
    ORDER BY h.placed_at, h.id LIMIT 2000
"""
"""What waits to be fetched at a branch, with the items that might serve it, wherever they are."""
ONE_HOLD = f"""
    SELECT {HOLD_VIEW}, NULL::bigint {VIEWED} WHERE h.id = :hold::bigint
"""
ON_SHELF = f"""
    SELECT {HOLD_VIEW}, NULL::bigint {VIEWED}
    WHERE h.pickup_branch_id = :branch::bigint AND h.state = 'on_shelf' AND h.shelf_position > :after::int
    ORDER BY h.shelf_position LIMIT :size::int
"""
TO_CLEAR_LIST = f"""
    SELECT {HOLD_VIEW}, NULL::bigint {VIEWED}
    WHERE h.pickup_branch_id = :branch::bigint AND h.ended_at IS NOT NULL AND h.cleared_at IS NULL
        AND ci.state <> 'withdrawn'
    ORDER BY h.shelf_position, h.id LIMIT 500
"""
WANTED_FROM_SHELVES = f"""
    SELECT w.id, w.bib_id, w.item_id, w.pickup_branch_id, p.category_id
    FROM circulation_hold w JOIN patrons_patron p ON p.id = w.patron_id
    WHERE w.state = 'waiting' AND {WANTED} AND {_may_fetch("p")} AND EXISTS (
        SELECT 1 FROM catalogue_item i WHERE i.bib_id = w.bib_id AND i.state = 'available' AND i.condition = 'ok'
            AND i.lendable = 'yes')
    ORDER BY w.rank, w.id LIMIT 5000
"""
SHELVED_ITEMS = f"""
    SELECT i.id, i.bib_id, i.home_branch_id, i.present_branch_id, i.version, i.item_type_id, i.barcode, b.title,
        b.author, i.call_no, i.area_id, i.call_key
    FROM catalogue_item i JOIN catalogue_bib b ON b.id = i.bib_id
    WHERE i.bib_id = ANY (:bibs::bigint[]) AND i.state = 'available' AND i.condition = 'ok' AND i.lendable = 'yes'
        AND NOT {LOOKED_FOR}
"""
NOTE_NOT_FOUND = f"""
    WITH item AS (
        SELECT id, version FROM catalogue_item WHERE id = :item::bigint AND version = :item_version::int
            AND state = 'available' AND present_branch_id = :branch::bigint FOR UPDATE
    ), note AS (
        INSERT INTO circulation_notfound (item_id, branch_id, at, account_id, item_version)
        SELECT id, :branch::bigint, :at::timestamptz, :account::bigint, version FROM item RETURNING id
    ), {journal_step("noted", "note")}, {pending_step(["noted"])}
    SELECT id FROM note
"""
"""Somebody looked for an item and it was not there, unless it has been scanned since the list was made. Only
where it should stand can it be missed."""
KEEP_NOT_FOUND = """
    UPDATE circulation_notfound n SET item_version = n.item_version + 1
    FROM catalogue_item i WHERE i.bib_id = :bib::bigint AND n.item_id = i.id AND n.item_version = i.version
"""
KEEP_NOT_FOUND_OF_ITEMS = """
    UPDATE circulation_notfound n SET item_version = i.version
    FROM catalogue_item i WHERE i.id = ANY (:items::bigint[]) AND n.item_id = i.id AND n.item_version = i.version - 1
"""
"""Items that are about to stand with another record, or do by now, are looked for as before."""
NOT_FOUND_LIST = """
    SELECT i.id, i.barcode, b.title, i.call_no, n.at, n.account_id
    FROM circulation_notfound n
    JOIN catalogue_item i ON i.id = n.item_id AND i.version = n.item_version AND i.state = 'available'
    JOIN catalogue_bib b ON b.id = i.bib_id
    WHERE n.branch_id = :branch::bigint
    ORDER BY n.at DESC, n.id DESC LIMIT 200
"""
