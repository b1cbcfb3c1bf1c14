"""Hand-written statements of harvesting. They read and write ``catalogue_…`` alone."""

HARVEST_LOCK = 7103
"""Advisory lock: whole while stamps are given, shared for as long as it takes to learn the second of a list."""

HOLD_STAMPS = "SELECT pg_advisory_xact_lock(%(lock)s, 0)"
WAIT_FOR_STAMPS = "SELECT pg_advisory_xact_lock_shared(%(lock)s, 0)"

SOMETHING_WAITS = "SELECT EXISTS (SELECT 1 FROM catalogue_harvestwaiting)"

TAKE_WAITING = """
    DELETE FROM catalogue_harvestwaiting
    WHERE id IN (SELECT id FROM catalogue_harvestwaiting ORDER BY id LIMIT %(count)s)
    RETURNING bib_id, of_items
"""
"""By key: a row that another transaction commits meanwhile, whatever its id, stays."""

NEXT_STAMP = """
    SELECT GREATEST(
        date_trunc('second', clock_timestamp()) + interval '1 second',
        (SELECT max(stamp) FROM catalogue_harveststamp)
    )
"""
"""The next second, which no list has reached yet; never before the last one given, should the clock be set back."""

MOMENT = "SELECT date_trunc('second', clock_timestamp())"

GIVE_STAMPS = """
    INSERT INTO catalogue_harveststamp AS known (bib_id, stamp, is_gone, dialect, branches, collections)
    SELECT wanted.bib_id, %(stamp)s::timestamptz, bib.id IS NULL OR (held.items > 0 AND held.standing = 0),
        COALESCE(bib.dialect, ''), COALESCE(held.branches, '{}'), COALESCE(held.collections, '{}')
    FROM unnest(%(bibs)s::bigint[]) AS wanted (bib_id)
    LEFT JOIN catalogue_bib bib ON bib.id = wanted.bib_id AND bib.merged_into_id IS NULL
    CROSS JOIN LATERAL (
        SELECT count(*) AS items, count(*) FILTER (WHERE item.state <> 'withdrawn') AS standing,
            array_agg(DISTINCT item.home_branch_id ORDER BY item.home_branch_id)
                FILTER (WHERE item.state <> 'withdrawn') AS branches,
            array_agg(DISTINCT item.collection ORDER BY item.collection)
                FILTER (WHERE item.state <> 'withdrawn' AND item.collection <> '') AS collections
        FROM catalogue_item item WHERE item.bib_id = wanted.bib_id
    ) held
    WHERE bib.id IS NOT NULL OR EXISTS (SELECT 1 FROM catalogue_harveststamp past WHERE past.bib_id = wanted.bib_id)
    ON CONFLICT (bib_id) DO UPDATE SET
        stamp = EXCLUDED.stamp,
        is_gone = EXCLUDED.is_gone,
        dialect = CASE WHEN EXCLUDED.is_gone THEN known.dialect ELSE EXCLUDED.dialect END,
        branches = CASE WHEN EXCLUDED.is_gone THEN known.branches ELSE EXCLUDED.branches END,
        collections = CASE WHEN EXCLUDED.is_gone THEN known.collections ELSE EXCLUDED.collections END
    WHERE known.is_gone <> EXCLUDED.is_gone
        OR NOT EXCLUDED.is_gone AND (
            known.bib_id = ANY(%(records)s::bigint[])
            OR known.branches <> EXCLUDED.branches OR known.collections <> EXCLUDED.collections
        )
"""
"""What is gone keeps what it was, so that whoever harvests one set learns of it."""

_FITTING = """
    (stamp.stamp, stamp.bib_id) > (%(after_stamp)s::timestamptz, %(after_bib)s::bigint)
    AND stamp.stamp >= %(since)s::timestamptz AND stamp.stamp <= %(until)s::timestamptz
    AND (%(dialect)s::text IS NULL OR stamp.dialect = %(dialect)s::text)
    AND (%(branch)s::bigint IS NULL OR stamp.branches @> ARRAY[%(branch)s::bigint])
    AND (%(collection)s::text IS NULL OR stamp.collections @> ARRAY[%(collection)s::varchar])
    AND (NOT %(in_branches)s::boolean OR stamp.branches <> '{}')
    AND (NOT %(in_collections)s::boolean OR stamp.collections <> '{}')
"""
_STANDING = "LEFT JOIN catalogue_bib bib ON bib.id = stamp.bib_id AND bib.merged_into_id IS NULL"
_COLUMNS = """
    stamp.bib_id, stamp.stamp, stamp.is_gone OR bib.id IS NULL AS is_gone, stamp.dialect, stamp.branches,
    stamp.collections
"""
"""A bib that is erased, or was merged into another, is gone at once, before that is stamped: there is no record that
could be given."""

HARVEST = f"""
    SELECT bib_id, stamp, is_gone, dialect, branches, collections, marc, picked
    FROM (
        SELECT fitting.*, count(*) OVER () AS picked,
            sum(COALESCE(octet_length(marc), 0)) OVER (ORDER BY stamp, bib_id)
                - COALESCE(octet_length(marc), 0) AS bytes_before
        FROM (
            SELECT {_COLUMNS}, CASE WHEN %(records)s::boolean AND NOT stamp.is_gone THEN bib.marc END AS marc
            FROM catalogue_harveststamp stamp {_STANDING}
            WHERE {_FITTING}
            ORDER BY stamp.stamp, stamp.bib_id LIMIT %(count)s
        ) fitting
    ) weighed
    WHERE bytes_before < %(bytes)s
    ORDER BY stamp, bib_id
"""
"""No more than ``count`` bibs, and no record behind so many ``bytes`` of others; ``picked`` counts what would fit."""
COUNT_HARVEST = f"SELECT count(*) FROM catalogue_harveststamp stamp WHERE {_FITTING}"

HARVEST_ONE = f"""
    SELECT {_COLUMNS}, CASE WHEN NOT stamp.is_gone THEN bib.marc END
    FROM catalogue_harveststamp stamp {_STANDING}
    WHERE stamp.bib_id = %(bib)s
"""
FIRST_STAMP = "SELECT min(stamp) FROM catalogue_harveststamp"

COLLECTIONS = """
    SELECT DISTINCT collection FROM catalogue_item WHERE collection <> '' AND state <> 'withdrawn' ORDER BY collection
"""
