"""What stands at the end of a day, out of recorded rows. Lower tables read: journal_entry, catalogue_item,
catalogue_bib, patrons_patron, patrons_token, patrons_category, circulation_loan; none is written.

``on`` is the day; ``first`` and ``last`` the days of a period; ``branches`` the branches that belonged on that day,
none for everything; ``members``, ``member_first`` and ``member_last`` those that belonged on the days of a period;
``zone`` the library's; ``skip`` and ``limit`` a page.
"""

_HERE = "(%(branches)s::bigint[] IS NULL OR {column} = ANY(%(branches)s::bigint[]))"

_HOLDINGS = f"""
    FROM (
        SELECT DISTINCT ON (entry.subject_id) entry.subject_id, entry.kind, entry.item_home_id, entry.quantity
        FROM journal_entry entry
        WHERE entry.kind IN ('item_added', 'item_taken_over', 'item_changed', 'item_withdrawn')
            AND entry.subject_kind = 'item' AND entry.local_date <= %(on)s::date
        ORDER BY entry.subject_id, entry.id DESC
    ) told
    JOIN catalogue_item item ON item.id = told.subject_id
    JOIN catalogue_bib bib ON bib.id = item.bib_id
    WHERE told.kind <> 'item_withdrawn' AND told.quantity > 0 AND {_HERE.format(column="told.item_home_id")}
        AND (item.state <> 'withdrawn' OR EXISTS (
            SELECT FROM journal_entry gone
            WHERE gone.subject_kind = 'item' AND gone.subject_id = item.id AND gone.kind = 'item_withdrawn'))
"""
"""The last that was told of each item by then says whether it belonged to the holdings, and where it was at home.
What an old system had withdrawn already came in as a row that never counted."""

HOLDINGS = f"SELECT count(*), count(DISTINCT item.bib_id) {_HOLDINGS}"
HOLDINGS_ROWS = f"""
    SELECT item.id, told.item_home_id, item.barcode || ' ' || bib.title, item.acquired_date, NULL::date,
        bib.document_kind, 1
    {_HOLDINGS} ORDER BY item.id OFFSET %(skip)s LIMIT %(limit)s
"""
TITLES_ROWS = f"""
    SELECT bib.id, NULL::bigint, bib.title, min(item.acquired_date), NULL::date, bib.document_kind, count(*)
    {_HOLDINGS} GROUP BY bib.id ORDER BY bib.id OFFSET %(skip)s LIMIT %(limit)s
"""

_CARDS = f"""
    FROM patrons_patron patron JOIN patrons_category category ON category.id = patron.category_id
    WHERE patron.registered_date <= %(on)s::date
        AND (patron.expires_date IS NULL OR patron.expires_date >= %(on)s::date)
        AND patron.status <> 'closed' AND {_HERE.format(column="patron.home_branch_id")}
        AND EXISTS (
            SELECT FROM patrons_token token
            WHERE token.patron_id = patron.id AND token.kind = 'card'
                AND (token.issued_at AT TIME ZONE %(zone)s)::date <= %(on)s::date
                AND (token.ended_at IS NULL OR (token.ended_at AT TIME ZONE %(zone)s)::date > %(on)s::date))
"""
"""Readers with a card that worked: a reader counts once, however many cards were replaced."""

CARDS = f"SELECT count(*) {_CARDS}"
CARDS_ROWS = f"""
    SELECT patron.id, patron.home_branch_id, '', patron.registered_date, patron.expires_date, category.code, 1
    {_CARDS} ORDER BY patron.id OFFSET %(skip)s LIMIT %(limit)s
"""

_LOANS = f"""
    FROM circulation_loan loan
    JOIN catalogue_item item ON item.id = loan.item_id JOIN catalogue_bib bib ON bib.id = item.bib_id
    WHERE (loan.lent_at AT TIME ZONE %(zone)s)::date <= %(on)s::date
        AND (loan.returned_at IS NULL OR (loan.returned_at AT TIME ZONE %(zone)s)::date > %(on)s::date)
        AND {_HERE.format(column="loan.branch_id")}
"""

LOANS = f"SELECT count(*) {_LOANS}"
LOANS_ROWS = f"""
    SELECT item.id, loan.branch_id, item.barcode || ' ' || bib.title, (loan.lent_at AT TIME ZONE %(zone)s)::date,
        (loan.due_at AT TIME ZONE %(zone)s)::date, loan.patron_category, 1
    {_LOANS} ORDER BY loan.id OFFSET %(skip)s LIMIT %(limit)s
"""

_LENT = """
    FROM journal_entry entry
    WHERE entry.kind = 'loan' AND entry.local_date BETWEEN %(first)s::date AND %(last)s::date
        AND entry.reader_ref IS NOT NULL
        AND (%(members)s::bigint[] IS NULL OR EXISTS (
            SELECT FROM unnest(%(members)s::bigint[], %(member_first)s::date[], %(member_last)s::date[])
                AS member (branch_id, first_date, last_date)
            WHERE member.branch_id = entry.branch_id
                AND entry.local_date BETWEEN member.first_date AND member.last_date))
"""

BORROWERS = f"""
    SELECT count(*) FROM (
        SELECT entry.reader_ref {_LENT} GROUP BY entry.reader_ref HAVING sum(entry.quantity) > 0
    ) reader
"""
"""Each reader once: who had something lent that was not taken back. The token is of one calendar year."""

BORROWERS_ROWS = f"""
    SELECT 0, min(entry.patron_home_id), '', min(entry.local_date), max(entry.local_date),
        concat_ws(' ', min(entry.patron_category), min(entry.age_band)), sum(entry.quantity)
    {_LENT} GROUP BY entry.reader_ref HAVING sum(entry.quantity) > 0
    ORDER BY sum(entry.quantity) DESC, min(entry.id) OFFSET %(skip)s LIMIT %(limit)s
"""

BORROWING_PERSONS = f"""
    SELECT count(*) FROM (
        SELECT entry.reader_ref {_LENT}
        GROUP BY entry.reader_ref, entry.local_date, entry.branch_id HAVING sum(entry.quantity) > 0
    ) reader
"""
BORROWING_PERSONS_ROWS = f"""
    SELECT 0, entry.branch_id, '', entry.local_date, entry.local_date,
        concat_ws(' ', min(entry.patron_category), min(entry.age_band)), sum(entry.quantity)
    {_LENT} GROUP BY entry.reader_ref, entry.local_date, entry.branch_id HAVING sum(entry.quantity) > 0
    ORDER BY entry.local_date DESC, min(entry.id) DESC OFFSET %(skip)s LIMIT %(limit)s
"""
