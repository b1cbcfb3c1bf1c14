"""Hand-written statements of related records. They read ``catalogue_…`` alone."""

RELATED = """
    WITH mine AS (
        SELECT used.kind, used.key, used.dates, used.authority_id, bib.author_fold
        FROM catalogue_headinguse used JOIN catalogue_bib bib ON bib.id = used.bib_id
        WHERE used.bib_id = %(bib)s::bigint AND used.kind = ANY(%(kinds)s::varchar[])
            AND (used.kind = 'series' OR strpos(bib.author_fold, used.key) > 0)
    ), others AS (
        SELECT used.kind, used.key, used.bib_id FROM mine
        JOIN catalogue_headinguse used ON used.authority_id = mine.authority_id AND used.kind = mine.kind
        UNION
        SELECT used.kind, used.key, used.bib_id FROM mine
        JOIN catalogue_headinguse used ON used.kind = mine.kind AND used.key = mine.key AND used.dates = mine.dates
            AND used.state IN ('unknown', 'linked', 'review', 'left')
    )
    SELECT bib.id FROM (SELECT DISTINCT kind, key, bib_id FROM others) other
    JOIN catalogue_bib bib ON bib.id = other.bib_id
    WHERE bib.id <> %(bib)s::bigint AND bib.merged_into_id IS NULL
        AND (other.kind = 'series' OR strpos(bib.author_fold, other.key) > 0)
    GROUP BY bib.id, bib.year ORDER BY bib.year DESC NULLS LAST, bib.id DESC LIMIT %(count)s
"""
"""A person may be whom a record is about: of persons and bodies those count that are among its authors. Every state is
named for the sake of the index."""

SAME_TITLE = """
    SELECT other.id FROM catalogue_bib mine
    JOIN catalogue_bib other ON other.title_fold = mine.title_fold AND other.author_fold = mine.author_fold
    WHERE mine.id = %(bib)s::bigint AND other.id <> mine.id AND other.merged_into_id IS NULL
        AND mine.title_fold <> '' AND (mine.author_fold <> '' OR mine.volume <> '')
    ORDER BY other.title_sort, other.volume, other.year DESC NULLS LAST, other.id LIMIT %(count)s
"""

SHELF_ONWARD = """
    SELECT id, bib_id, call_no, area_id FROM catalogue_item
    WHERE home_branch_id = %(branch)s::bigint AND (call_key, id) > (%(key)s::bytea, %(item)s::bigint)
        AND state <> 'withdrawn'
    ORDER BY call_key, id LIMIT %(count)s
"""

SHELF_BACK = """
    SELECT id, bib_id, call_no, area_id FROM catalogue_item
    WHERE home_branch_id = %(branch)s::bigint AND (call_key, id) < (%(key)s::bytea, %(item)s::bigint)
        AND call_key > ''::bytea AND state <> 'withdrawn'
    ORDER BY call_key DESC, id DESC LIMIT %(count)s
"""
