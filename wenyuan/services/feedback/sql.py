"""Hand-written statements of this room. Own tables: feedback_suggestion, feedback_support. Lower tables read:
catalogue_bib (where a merged record leads, what is called so), catalogue_identifier (what has an ISBN), catalogue_item
(whether any is there)."""

_SUGGESTION = """
    suggestion.id, suggestion.branch_id, suggestion.title, suggestion.author, suggestion.isbn, suggestion.state,
    suggestion.reason,
    (SELECT COALESCE(bib.merged_into_id, bib.id) FROM catalogue_bib bib WHERE bib.id = suggestion.bib_id),
    suggestion.made_at, suggestion.answered_at, suggestion.version,
    (SELECT count(*) FROM feedback_support support WHERE support.suggestion_id = suggestion.id) AS supporters
"""

ONE = f"SELECT {_SUGGESTION} FROM feedback_suggestion suggestion WHERE suggestion.id = %(suggestion)s"

_KEPT = """
    (%(branches)s::int[] IS NULL OR suggestion.branch_id = ANY(%(branches)s::int[]))
    AND (%(states)s::text[] IS NULL OR suggestion.state = ANY(%(states)s::text[]))
"""

COUNT_KEPT = f"SELECT count(*) FROM feedback_suggestion suggestion WHERE {_KEPT}"

KEPT = f"""
    SELECT {_SUGGESTION} FROM feedback_suggestion suggestion WHERE {_KEPT}
    ORDER BY supporters DESC, suggestion.id DESC LIMIT %(limit)s OFFSET %(start)s
"""
"""What is to be answered at some branches, what most readers wish first."""

OF_READER = f"""
    SELECT {_SUGGESTION}, own.pickup_branch_id, own.why, own.tell, own.since
    FROM feedback_support own JOIN feedback_suggestion suggestion ON suggestion.id = own.suggestion_id
    WHERE own.patron_id = %(patron)s
    ORDER BY own.since DESC, own.id DESC LIMIT %(limit)s OFFSET %(start)s
"""
"""What a reader has suggested or supported, the latest first."""

_IS_THERE = "item.state <> 'withdrawn' AND item.condition NOT IN ('lost', 'missing')"

HELD_BY_ISBN = f"""
    SELECT DISTINCT COALESCE(bib.merged_into_id, bib.id) AS bib_id
    FROM catalogue_identifier number JOIN catalogue_bib bib ON bib.id = number.bib_id
    WHERE number.value = ANY(%(isbns)s::text[]) AND EXISTS (
        SELECT FROM catalogue_item item
        WHERE item.bib_id = COALESCE(bib.merged_into_id, bib.id) AND {_IS_THERE})
    ORDER BY bib_id LIMIT %(limit)s
"""
"""Records with this number of which an item is there."""

HELD_ALIKE = f"""
    SELECT bib.id FROM catalogue_bib bib
    WHERE bib.title_fold = %(title)s AND bib.merged_into_id IS NULL
        AND (%(author)s = '' OR bib.author_fold = '' OR starts_with(bib.author_fold, %(author)s)
            OR starts_with(%(author)s, bib.author_fold))
        AND EXISTS (SELECT FROM catalogue_item item WHERE item.bib_id = bib.id AND {_IS_THERE})
    ORDER BY bib.id DESC LIMIT %(limit)s
"""
"""Records that are called so, by this author or one who is not said, of which an item is there."""

HAS_ITEM = f"SELECT EXISTS (SELECT FROM catalogue_item item WHERE item.bib_id = %(bib)s AND {_IS_THERE})"

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7411)"
"""Two who wish one title at once come one after the other; nobody joins what is just being answered or deleted."""
