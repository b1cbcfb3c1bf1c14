"""Hand-written statements of arrivals. They read ``catalogue_…`` alone."""

CAME_IN = """
    SELECT came.id, came.created_at, came.id FROM (
        SELECT id, created_at, class_letter, audience FROM catalogue_bib
        WHERE merged_into_id IS NULL AND (created_at, id) < (%(after_at)s::timestamptz, %(after_id)s::bigint)
        ORDER BY created_at DESC, id DESC LIMIT %(looked_at)s
    ) came
    WHERE starts_with(came.class_letter, %(letter)s) AND %(audience)s::varchar IN ('', came.audience)
    ORDER BY came.created_at DESC, came.id DESC LIMIT %(count)s
"""

CAME_TO_BRANCH = """
    SELECT came.bib_id, came.created_at, came.id FROM (
        SELECT id, bib_id, created_at FROM catalogue_item
        WHERE home_branch_id = %(branch)s::bigint AND state <> 'withdrawn'
            AND (created_at, id) < (%(after_at)s::timestamptz, %(after_id)s::bigint)
        ORDER BY created_at DESC, id DESC LIMIT %(looked_at)s
    ) came JOIN catalogue_bib bib ON bib.id = came.bib_id
    WHERE starts_with(bib.class_letter, %(letter)s) AND %(audience)s::varchar IN ('', bib.audience) AND NOT EXISTS (
        SELECT 1 FROM catalogue_item newer
        WHERE newer.bib_id = came.bib_id AND newer.home_branch_id = %(branch)s::bigint AND newer.state <> 'withdrawn'
            AND (newer.created_at, newer.id) > (came.created_at, came.id)
    )
    ORDER BY came.created_at DESC, came.id DESC LIMIT %(count)s
"""
"""A work counts at a branch by the newest of its items there."""

SITEMAP_PARTS = """
    SELECT (bib_id - 1) / %(size)s::bigint, max(stamp) FROM catalogue_harveststamp
    WHERE NOT is_gone GROUP BY 1 ORDER BY 1
"""
"""By ranges of ids, so that a work stays in its part; the stamps are a narrow table beside the records."""

SITEMAP_PART = """
    SELECT bib_id, stamp FROM catalogue_harveststamp
    WHERE bib_id > %(number)s::bigint * %(size)s::bigint AND bib_id <= (%(number)s::bigint + 1) * %(size)s::bigint
        AND NOT is_gone
    ORDER BY bib_id
"""
