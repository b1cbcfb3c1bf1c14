"""Hand-written statements of this room. Own tables: reading_booklist, reading_booklistline,
reading_ownlist, reading_ownline, reading_review, reading_reviewreport. Lower tables read:
accounts_account (who made a list), catalogue_bib (where a merged record leads), catalogue_item (whether
all are gone)."""

_LISTS = """
    SELECT list.id, list.branch_id, list.title, list.words, list.for_children, list.first_date, list.last_date,
        account.name, list.changed_at, list.version,
        (SELECT count(*) FROM reading_booklistline line WHERE line.booklist_id = list.id)
    FROM reading_booklist list JOIN accounts_account account ON account.id = list.made_by_id
"""

ONE = f"{_LISTS} WHERE list.id = %(list)s"

_KEPT = "%(branches)s::int[] IS NULL OR list.branch_id = ANY(%(branches)s::int[])"

COUNT_KEPT = f"SELECT count(*) FROM reading_booklist list WHERE {_KEPT}"

KEPT = f"""
    {_LISTS} WHERE {_KEPT}
    ORDER BY list.changed_at DESC, list.id DESC LIMIT %(limit)s OFFSET %(start)s
"""
"""What branches keep, the latest changed first."""

_IS_GONE = """COALESCE((
        SELECT bool_and(item.state = 'withdrawn') FROM catalogue_item item
        WHERE item.bib_id = COALESCE(bib.merged_into_id, bib.id)), FALSE)"""
"""Of a line's work: it had items, and every one of them was withdrawn. A value: for EXISTS all items may be hashed."""

_SHOWN = f"""
    list.first_date <= %(today)s AND (list.last_date IS NULL OR %(today)s <= list.last_date)
    AND EXISTS (
        SELECT FROM reading_booklistline line JOIN catalogue_bib bib ON bib.id = line.bib_id
        WHERE line.booklist_id = list.id AND NOT {_IS_GONE})
"""

_SHOWN_TO = f"{_SHOWN} AND (%(for_children)s::boolean IS NULL OR list.for_children = %(for_children)s::boolean)"

COUNT_SHOWN = f"SELECT count(*) FROM reading_booklist list WHERE {_SHOWN_TO}"

SHOWN = f"""
    {_LISTS} WHERE {_SHOWN_TO}
    ORDER BY list.first_date DESC, list.id DESC LIMIT %(limit)s OFFSET %(start)s
"""
"""What readers see on a day, the latest first. A list without a work that is there is not shown."""

_LINES = f"""
    SELECT line.booklist_id, line.id, COALESCE(bib.merged_into_id, bib.id) AS bib_id, line.place, line.words, {_IS_GONE}
    FROM reading_booklistline line JOIN catalogue_bib bib ON bib.id = line.bib_id
"""

LINES = f"{_LINES} WHERE line.booklist_id = %(list)s ORDER BY line.place"

OF_ONE_WORK = f"SELECT one.id FROM ({_LINES} WHERE line.booklist_id = %(list)s) one WHERE one.bib_id = %(bib)s"
"""The lines of a list that a merge of records has made the same work."""

FIRST_LINES = f"""
    {_LINES}
    WHERE line.booklist_id = ANY(%(lists)s::bigint[]) AND line.place <= %(most)s ORDER BY line.booklist_id, line.place
"""
"""The beginnings of some lists."""

WITH_WORK = f"""
    {_LISTS}
    WHERE {_SHOWN} AND list.id IN (
        SELECT line.booklist_id FROM reading_booklistline line
        WHERE line.bib_id = %(bib)s OR line.bib_id IN (
            SELECT gone.id FROM catalogue_bib gone WHERE gone.merged_into_id = %(bib)s))
    ORDER BY list.first_date DESC, list.id DESC LIMIT %(limit)s
"""
"""Lists that readers see and that have a work, also by a record that was merged into it."""

OWN_LISTS = """
    SELECT own.id, own.name, own.made_at, (
        SELECT count(DISTINCT COALESCE(bib.merged_into_id, bib.id))
        FROM reading_ownline line JOIN catalogue_bib bib ON bib.id = line.bib_id WHERE line.own_list_id = own.id)
    FROM reading_ownlist own
    WHERE own.patron_id = %(patron)s AND (%(list)s::bigint IS NULL OR own.id = %(list)s::bigint)
    ORDER BY own.id
"""
"""A reader's own lists, or one of them."""

_OWN_LINES = f"""
    SELECT COALESCE(bib.merged_into_id, bib.id) AS bib_id, {_IS_GONE} AS is_gone, line.added_at, line.id
    FROM reading_ownline line JOIN catalogue_bib bib ON bib.id = line.bib_id WHERE line.own_list_id = %(list)s
"""

OWN_WORKS = f"""
    SELECT work.bib_id, work.is_gone, work.added_at FROM (
        SELECT DISTINCT ON (line.bib_id) line.* FROM ({_OWN_LINES}) line ORDER BY line.bib_id, line.id DESC) work
    ORDER BY work.added_at DESC, work.id DESC LIMIT %(limit)s OFFSET %(start)s
"""
"""The works of an own list, what was added last first; what a merge of records has made one work stands once."""

OWN_LINES_OF_WORK = f"SELECT line.id FROM ({_OWN_LINES}) line WHERE line.bib_id = %(bib)s"

_REVIEW = """
    review.id, COALESCE(bib.merged_into_id, bib.id) AS bib_id, review.branch_id, review.stars, review.words,
    review.shown_as, review.state, review.reason, review.written_at, review.version,
    (SELECT count(*) FROM reading_reviewreport report WHERE report.review_id = review.id) AS reports
"""

_REVIEWS = "FROM reading_review review JOIN catalogue_bib bib ON bib.id = review.bib_id"

ONE_REVIEW = f"SELECT {_REVIEW} {_REVIEWS} WHERE review.id = %(review)s"

OWN_REVIEWS = f"""
    SELECT {_REVIEW} {_REVIEWS} WHERE review.patron_id = %(patron)s
    ORDER BY review.written_at DESC, review.id DESC LIMIT %(limit)s OFFSET %(start)s
"""
"""What a reader has said, the latest first."""

OWN_REVIEW_OF_WORK = f"""
    SELECT {_REVIEW} {_REVIEWS}
    WHERE review.patron_id = %(patron)s AND COALESCE(bib.merged_into_id, bib.id) = %(bib)s
    ORDER BY review.written_at DESC, review.id DESC LIMIT 1
"""

_SHOWN_OF_WORK = f"""
    SELECT DISTINCT ON (review.patron_id) {_REVIEW} {_REVIEWS}
    WHERE review.state = 'shown' AND (review.bib_id = %(bib)s OR review.bib_id IN (
        SELECT gone.id FROM catalogue_bib gone WHERE gone.merged_into_id = %(bib)s))
    ORDER BY review.patron_id, review.written_at DESC, review.id DESC
"""
"""What is shown of a work, of each reader the latest: a merge of records may have brought two together."""

REVIEWS_IN_SUM = f"""
    SELECT count(*) FILTER (WHERE one.words <> ''), count(one.stars), COALESCE(sum(one.stars), 0)
    FROM ({_SHOWN_OF_WORK}) one
"""

REVIEWS_OF_WORK = f"""
    SELECT * FROM ({_SHOWN_OF_WORK}) one WHERE one.words <> ''
    ORDER BY one.written_at DESC, one.id DESC LIMIT %(limit)s OFFSET %(start)s
"""

_LOOKED_AT = """
    (%(branches)s::int[] IS NULL OR review.branch_id = ANY(%(branches)s::int[]))
    AND CASE %(wanted)s::text
        WHEN 'reported' THEN review.state = 'shown'
            AND EXISTS (SELECT FROM reading_reviewreport report WHERE report.review_id = review.id)
        ELSE review.state = %(wanted)s::text END
"""

COUNT_LOOKED_AT = f"SELECT count(*) FROM reading_review review WHERE {_LOOKED_AT}"

LOOKED_AT = f"""
    SELECT {_REVIEW} {_REVIEWS} WHERE {_LOOKED_AT}
    ORDER BY review.written_at, review.id LIMIT %(limit)s OFFSET %(start)s
"""
"""What staff look at: what waits longest first."""
