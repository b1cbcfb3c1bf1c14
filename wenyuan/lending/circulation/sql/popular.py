"""What is borrowed most. Reads journal_entry and catalogue_item."""

MOST_BORROWED = """
    SELECT item.bib_id FROM journal_entry entry JOIN catalogue_item item ON item.id = entry.subject_id
    WHERE entry.kind = 'loan' AND entry.subject_kind = 'item'
        AND entry.local_date BETWEEN %(first)s::date AND %(last)s::date
    GROUP BY item.bib_id
    HAVING count(DISTINCT entry.reader_ref) FILTER (WHERE entry.quantity > 0) >= %(readers)s AND sum(entry.quantity) > 0
    ORDER BY count(DISTINCT entry.reader_ref) FILTER (WHERE entry.quantity > 0) DESC, sum(entry.quantity) DESC,
        item.bib_id DESC
    LIMIT %(count)s
"""
"""By how many readers, so that one who borrows a work again and again makes it no more popular."""
