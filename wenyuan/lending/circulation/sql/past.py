"""What taking over loans and holds of an old system asks and writes of lower rooms' tables."""

PAST_ITEMS = """
    SELECT i.id, i.bib_id, i.state, i.condition, i.home_branch_id, i.owner_id, i.item_type_id, y.code, b.document_kind,
        b.class_letter, i.collection, i.source
    FROM catalogue_item i JOIN catalogue_itemtype y ON y.id = i.item_type_id JOIN catalogue_bib b ON b.id = i.bib_id
    WHERE i.id = ANY (%(items)s) ORDER BY i.id FOR NO KEY UPDATE OF i
"""

PAST_READERS = """
    SELECT p.id, p.status, p.category_id, c.code, p.home_branch_id, p.birth_date, p.gender
    FROM patrons_patron p JOIN patrons_category c ON c.id = p.category_id
    WHERE p.id = ANY (%(patrons)s) ORDER BY p.id FOR UPDATE OF p
"""

LEND_PAST = """
    UPDATE catalogue_item SET state = 'on_loan', present_branch_id = lent.branch, version = version + 1,
        changed_at = %(at)s
    FROM unnest(%(items)s::bigint[], %(branches)s::bigint[]) AS lent (item, branch) WHERE id = lent.item
"""
RAISE_READERS = "UPDATE patrons_patron SET version = version + 1 WHERE id = ANY (%(patrons)s)"
