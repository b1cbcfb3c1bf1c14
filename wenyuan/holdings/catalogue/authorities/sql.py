"""Hand-written statements of authorities. They read and write ``catalogue_…`` alone."""

AUTHORITY_LOCK = 7104
"""Advisory lock: held by whatever writes links or authorities, so that nothing is linked by what is being changed."""

HOLD_AUTHORITIES = "SELECT pg_advisory_xact_lock(%(lock)s, 0)"

SOMETHING_WAITS = "SELECT EXISTS (SELECT 1 FROM catalogue_headingwaiting)"

TAKE_WAITING = """
    DELETE FROM catalogue_headingwaiting
    WHERE id IN (SELECT id FROM catalogue_headingwaiting ORDER BY id LIMIT %(count)s)
    RETURNING bib_id
"""
"""By key: a row that another transaction commits meanwhile, whatever its id, stays."""

LOOK_AGAIN = """
    INSERT INTO catalogue_headingwaiting (bib_id)
    SELECT DISTINCT bib_id FROM catalogue_headinguse
    WHERE kind = %(kind)s::varchar AND state IN ('unknown', 'linked', 'review', 'left')
        AND key = ANY(%(keys)s::varchar[])
"""
"""The records with a heading of these normal forms; every state is named for the sake of the index."""

REPOINT = """
    UPDATE catalogue_headinguse SET authority_id = %(kept)s::bigint WHERE authority_id = %(gone)s::bigint
"""

REPOINT_REMEMBERED = """
    UPDATE catalogue_headingremembered SET authority_id = %(kept)s::bigint WHERE authority_id = %(gone)s::bigint
"""

NEXT_TO_UPDATE = """
    SELECT used.bib_id FROM catalogue_headinguse used
    JOIN catalogue_authority authority ON authority.id = used.authority_id
    WHERE used.authority_id = %(authority)s::bigint AND NOT used.is_stated
        AND (used.name, used.dates) IS DISTINCT FROM (authority.name, authority.dates)
        AND used.bib_id > coalesce(
            (SELECT max(done.bib_id) FROM catalogue_authorityupdated done WHERE done.update_id = %(update)s::bigint), 0
        )
    ORDER BY used.bib_id LIMIT 1
"""
"""The records that follow the furthest to which an update has come: of those before it nothing is read again."""

LEFT_BEHIND = """
    SELECT used.bib_id FROM catalogue_headinguse used
    JOIN catalogue_authority authority ON authority.id = used.authority_id
    WHERE used.authority_id = %(authority)s::bigint AND NOT used.is_stated
        AND (used.name, used.dates) IS DISTINCT FROM (authority.name, authority.dates)
        AND NOT EXISTS (
            SELECT 1 FROM catalogue_authorityupdated done
            WHERE done.update_id = %(update)s::bigint AND done.bib_id = used.bib_id
        )
    ORDER BY used.bib_id LIMIT 1
"""
"""Where none follows: what was linked meanwhile among those before."""

USES_WAITING = """
    SELECT waiting.id, waiting.bib_id FROM catalogue_headingwaiting waiting
    WHERE EXISTS (
        SELECT 1 FROM catalogue_headinguse used
        WHERE used.authority_id = %(authority)s::bigint AND used.bib_id = waiting.bib_id
    )
    ORDER BY waiting.id LIMIT %(count)s
"""
"""The records that an authority is linked to, and whose headings are to be looked at."""

LEFT_TO_UPDATE = """
    SELECT count(DISTINCT used.bib_id) FROM catalogue_headinguse used
    JOIN catalogue_authority authority ON authority.id = used.authority_id
    WHERE used.authority_id = %(authority)s::bigint AND NOT used.is_stated
        AND (used.name, used.dates) IS DISTINCT FROM (authority.name, authority.dates)
        AND NOT EXISTS (
            SELECT 1 FROM catalogue_authorityupdated done
            WHERE done.update_id = %(update)s::bigint AND done.bib_id = used.bib_id
        )
"""

OTHER_FORMS = """
    SELECT DISTINCT used.bib_id, used.kind, form.name
    FROM catalogue_headinguse used
    CROSS JOIN LATERAL (
        SELECT authority.name, authority.key FROM catalogue_authority authority WHERE authority.id = used.authority_id
        UNION ALL
        SELECT variant.name, variant.key FROM catalogue_authorityvariant variant
        WHERE variant.authority_id = used.authority_id
    ) form
    WHERE used.bib_id = ANY(%(bibs)s::bigint[]) AND form.key <> used.key
    ORDER BY used.bib_id, used.kind, form.name
"""
"""What else the headings of these records are called, for the search index."""

INDEX_AGAIN = """
    INSERT INTO catalogue_indexwaiting (bib_id)
    SELECT DISTINCT bib_id FROM catalogue_headinguse WHERE authority_id = %(authority)s::bigint
"""
INDEX_HEADING_AGAIN = """
    INSERT INTO catalogue_indexwaiting (bib_id)
    SELECT DISTINCT bib_id FROM catalogue_headinguse
    WHERE kind = %(kind)s::varchar AND state IN ('unknown', 'linked', 'review', 'left')
        AND key = %(key)s::varchar AND dates = %(dates)s::varchar
"""
