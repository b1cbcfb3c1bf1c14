"""What is borrowed most. Reads journal_entry and catalogue_item."""

MOST_BORROWED = """
    SELECT bib_id FROM (
        SELECT item.bib_id, sum(entry.quantity) AS loans
        FROM journal_entry entry JOIN catalogue_item item ON item.id = entry.subject_id
        WHERE entry.kind = 'loan' AND entry.subject_kind = 'item' AND entry.reader_ref IS NOT NULL
            AND entry.local_date BETWEEN %(first)s::date AND %(last)s::date
        GROUP BY item.bib_id, entry.reader_ref HAVING sum(entry.quantity) > 0
    ) AS borrowed
    GROUP BY bib_id HAVING count(*) >= %(readers)s
    ORDER BY count(*) DESC, sum(loans) DESC, bib_id DESC
    LIMIT %(count)s
"""
"""By how many readers, so that one who borrows a work again and again makes it no more popular."""
