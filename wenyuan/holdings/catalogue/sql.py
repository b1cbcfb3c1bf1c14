"""Hand-written statements of the catalogue. They read and write ``catalogue_…``; one invariant reads
``network_area``, the counts of what was taken over ``network_branch``."""

from wenyuan.plumbing.invariants import Invariant

IMPORT_LOCK = 7101
"""First key of the advisory locks of imports: with a batch's id, held while it runs; with 0, while a chunk is written
(and while a batch is opened), so that two imports never decide on the same numbers at once."""

EDIT_LOCK = 7105
"""First key of the advisory locks of batch edits: with a batch's id, held while it is looked at, done or undone."""

KEY_LOCK = 7106
"""First key of the advisory locks of requests by their keys."""
HOLD_KEY = "SELECT pg_advisory_xact_lock(%(lock)s, hashtext(%(key)s))"

HOLD_CHUNK_LOCK = "SELECT pg_advisory_xact_lock(%(lock)s, 0)"
HOLD_BATCH = "SELECT pg_advisory_lock(%(lock)s, %(batch)s)"
TRY_BATCH = "SELECT pg_try_advisory_xact_lock(%(lock)s, %(batch)s)"
RELEASE_BATCH = "SELECT pg_advisory_unlock(%(lock)s, %(batch)s)"

PREFER_INDEXES = """
    SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
        set_config('enable_mergejoin', 'off', true)
"""
"""For a chunk's look-ups: while a first import runs, the tables' statistics still say that they are empty."""

BIBS_WITH_NUMBERS = """
    SELECT bib.source, bib.control_number, bib.id, bib.variant, bib.content_hash, bib.title_fold, bib.author_fold,
        bib.merged_into_id
    FROM unnest(%(sources)s::varchar[], %(numbers)s::varchar[]) AS wanted (source, control_number)
    JOIN catalogue_bib bib ON bib.source = wanted.source AND bib.control_number = wanted.control_number
    ORDER BY bib.id
"""

ISBNS_OF_BIBS = """
    SELECT bib_id, value FROM catalogue_identifier WHERE bib_id = ANY(%(bibs)s) AND kind = 'isbn'
"""

TITLES = """
    SELECT id, title, volume, author, publisher, year, class_no, document_kind, audience,
        ARRAY(SELECT value FROM catalogue_identifier WHERE bib_id = bib.id AND kind = 'isbn' ORDER BY id)
    FROM catalogue_bib bib WHERE id = ANY(%(bibs)s)
"""
"""What lists show of bibs, in one statement: every page of results asks it."""

ITEMS_ALIKE = """
    SELECT bib_id, state, condition, lendable, home_branch_id, present_branch_id, array_agg(id)
    FROM catalogue_item WHERE bib_id = ANY(%(bibs)s) AND state <> 'withdrawn'
    GROUP BY bib_id, state, condition, lendable, home_branch_id, present_branch_id
"""
"""The items of bibs gathered where they stand alike, as ``ItemsAlike`` has them: a work may have hundreds."""

ITEM_TYPES = "SELECT id, code, name_zh, name_en, default_price_fen FROM catalogue_itemtype ORDER BY id"

ITEMS_WITH_NUMBERS = """
    SELECT barcode, accession_no, bib_id FROM catalogue_item WHERE barcode = ANY(%(barcodes)s::varchar[])
    UNION ALL
    SELECT barcode, accession_no, bib_id FROM catalogue_item WHERE accession_no = ANY(%(accessions)s::varchar[])
"""


def _next_ids(table: str) -> str:
    """So many ids of a table. The sequence is looked up once: by each row that takes longer than to draw the number."""
    return f"""
        SELECT nextval((SELECT pg_get_serial_sequence('catalogue_{table}', 'id')::regclass))
        FROM generate_series(1, %(count)s)
    """


NEXT_BIB_IDS = _next_ids("bib")
NEXT_ITEM_IDS = _next_ids("item")
NEXT_STEP_ID = _next_ids("importstep")

NEXT_TEMPORARY = "SELECT nextval('catalogue_temporary_number')"
"""The running number of barcodes that are to be replaced; numbers may be skipped, none comes twice."""

COUNT_PAST_ITEMS = """
    SELECT branch.code,
        CASE WHEN item.state IN ('on_loan', 'in_process', 'withdrawn') THEN item.state
            WHEN item.condition IN ('lost', 'missing', 'damaged') THEN item.condition ELSE 'available' END AS stands,
        count(*)
    FROM catalogue_pastitem past JOIN catalogue_item item ON item.id = past.item_id
    JOIN network_branch branch ON branch.id = item.home_branch_id
    WHERE past.system = %(system)s GROUP BY 1, 2
"""
"""What is on the hold shelf or on its way is no other state of the old system than on the shelf."""

DERIVED = (
    "dialect",
    "marc",
    "title",
    "title_fold",
    "title_pinyin",
    "title_sort",
    "volume",
    "author",
    "author_fold",
    "publisher",
    "year",
    "language",
    "class_no",
    "class_letter",
    "document_kind",
    "audience",
    "price_fen",
    "summary",
)
"""The columns of a bib that come out of its record, in the order of ``importing.preparing.BibColumns``."""

SAVED_BY = ("changed_by_id", "changed_door", "batch_id")
"""The columns of a bib that say who saved its record, and from which file."""

BIB_COLUMNS = (
    *("id", "source", "control_number", "variant", "content_hash"),
    *DERIVED,
    *("created_at", "changed_at"),
    *SAVED_BY,
)
IDENTIFIER_COLUMNS = ("bib_id", "kind", "value")
ITEM_COLUMNS = (
    "id",
    "bib_id",
    "barcode",
    "accession_no",
    "item_type_id",
    "owner_id",
    "home_branch_id",
    "present_branch_id",
    "state",
    "condition",
    "lendable",
    "call_no",
    "call_key",
    "volume",
    "collection",
    "source",
    "price_fen",
    "acquired_date",
    "version",
    "created_at",
    "changed_at",
)
FAILURE_COLUMNS = ("batch_id", "number", "position", "reason", "detail", "warning", "raw")


def copy_into(table: str, columns: tuple[str, ...]) -> str:
    """COPY rows with these columns into one of this room's tables."""
    return f"COPY catalogue_{table} ({', '.join(columns)}) FROM STDIN"


LOCK_BIBS = "SELECT id, content_hash FROM catalogue_bib WHERE id = ANY(%(bibs)s) ORDER BY id FOR NO KEY UPDATE"

LIKELY_PAIRS = """
    SELECT mine.bib_id, other.bib_id
    FROM catalogue_identifier mine CROSS JOIN LATERAL (
        SELECT one.bib_id FROM catalogue_identifier one
        WHERE one.value = mine.value AND one.bib_id > mine.bib_id AND one.kind = mine.kind
        ORDER BY one.value, one.bib_id LIMIT %(most)s
    ) other
    WHERE mine.bib_id = ANY(%(bibs)s) AND mine.kind = ANY(%(kinds)s)
        AND EXISTS (SELECT 1 FROM catalogue_bib bib WHERE bib.id = other.bib_id AND bib.merged_into_id IS NULL)
    UNION
    SELECT mine.id, other.id
    FROM catalogue_bib mine CROSS JOIN LATERAL (
        SELECT one.id FROM catalogue_bib one
        WHERE one.title_fold = mine.title_fold AND one.author_fold = mine.author_fold
            AND one.year = mine.year AND one.id > mine.id AND one.merged_into_id IS NULL
        ORDER BY one.id LIMIT %(most)s
    ) other
    WHERE mine.id = ANY(%(bibs)s) AND mine.title_fold <> ''
    UNION
    SELECT mine.id, other.id
    FROM catalogue_bib mine CROSS JOIN LATERAL (
        SELECT one.id FROM catalogue_bib one
        WHERE one.title_fold = mine.title_fold AND one.author_fold = mine.author_fold
            AND one.year IS NULL AND one.id > mine.id AND one.merged_into_id IS NULL
        ORDER BY one.id LIMIT %(most)s
    ) other
    WHERE mine.id = ANY(%(bibs)s) AND mine.title_fold <> '' AND mine.year IS NULL
"""
"""Records that share a number or a description with one that came later; so many with each at most, the next ones.
Those without a year are asked for apart: no index answers IS NOT DISTINCT FROM."""

LIKELY_BIBS = """
    SELECT number.bib_id FROM catalogue_identifier number WHERE number.value = ANY(%(numbers)s::varchar[])
    UNION
    SELECT bib.id FROM catalogue_bib bib
    WHERE bib.title_fold = %(title)s AND bib.title_fold <> '' AND bib.author_fold = %(author)s
        AND bib.year IS NOT DISTINCT FROM %(year)s::smallint
    ORDER BY 1 LIMIT %(most)s
"""
"""Records that share a number or the description with one that is about to be saved, the oldest first. Two questions:
joined by OR they are answered by reading through the whole table, once for each record."""

KEEP_BIB = "SELECT id FROM catalogue_bib WHERE id = %(bib)s FOR KEY SHARE"

REPLACE_BIB = f"""
    UPDATE catalogue_bib SET content_hash = %s, {", ".join(f"{column} = %s" for column in DERIVED)}, changed_at = %s,
        {", ".join(f"{column} = %s" for column in SAVED_BY)}, restored_from = %s
    WHERE id = %s
"""
"""The version that stood there is kept by a trigger (``migrations/_editing``), which counts ``version`` up."""

DROP_IDENTIFIERS = "DELETE FROM catalogue_identifier WHERE bib_id = ANY(%(bibs)s)"

ADVANCE_BATCH = """
    UPDATE catalogue_importbatch
    SET position = %(until)s, read = read + %(read)s, added = added + %(added)s, updated = updated + %(updated)s,
        unchanged = unchanged + %(unchanged)s, failed = failed + %(failed)s, items = items + %(items)s,
        waits_since = greatest(waits_since, %(at)s)
    WHERE id = %(batch)s AND position = %(position)s AND read = %(done)s AND state = 'running'
    RETURNING id
"""

NOTE_SEEN = """
    INSERT INTO catalogue_importseen (batch_id, digest) SELECT %(batch)s, unnest(%(digests)s::bigint[])
    ON CONFLICT DO NOTHING RETURNING digest
"""
"""Gives back those that were not met before."""

KEEP_FORMER = """
    INSERT INTO catalogue_importformer (step_id, bib_id, before, after_hash)
    SELECT %(step)s, bib.id,
        to_jsonb(bib) || jsonb_build_object('numbers', ARRAY(
            SELECT jsonb_build_array(number.kind, number.value) FROM catalogue_identifier number
            WHERE number.bib_id = bib.id ORDER BY number.id
        )),
        changed.hash
    FROM unnest(%(bibs)s::bigint[], %(hashes)s::bytea[]) AS changed (bib_id, hash)
    JOIN catalogue_bib bib ON bib.id = changed.bib_id
"""
"""The whole row, whatever columns it has; a name in another part of the house costs no change here."""

KEEP_STEP = """
    INSERT INTO catalogue_importstep (id, batch_id, entry_id, bibs, bib_hashes, items)
    VALUES (%(step)s, %(batch)s, %(entry)s, string_to_array(%(bibs)s, ',')::bigint[],
        ARRAY(SELECT substring(%(hashes)s::bytea FROM 1 + 32 * place FOR 32)
            FROM generate_series(0, %(count)s - 1) place ORDER BY place),
        string_to_array(%(items)s, ',')::bigint[])
"""
"""Ids with commas between them, hashes (of 32 bytes) one after the other: as arrays they take longer than the rest."""

_RESTORED = ("content_hash", *DERIVED)
RESTORE_BIBS = f"""
    UPDATE catalogue_bib bib SET {", ".join(f"{column} = was.{column}" for column in _RESTORED)}, changed_at = %(at)s,
        changed_by_id = %(account)s, changed_door = %(door)s, batch_id = NULL, restored_from = was.version
    FROM catalogue_importformer former, jsonb_populate_record(NULL::catalogue_bib, former.before) was
    WHERE former.id = ANY(%(formers)s) AND bib.id = former.bib_id
"""
RESTORE_IDENTIFIERS = """
    INSERT INTO catalogue_identifier (bib_id, kind, value)
    SELECT former.bib_id, number.pair->>0, number.pair->>1
    FROM catalogue_importformer former,
        jsonb_array_elements(former.before->'numbers') WITH ORDINALITY AS number (pair, place)
    WHERE former.id = ANY(%(formers)s)
    ORDER BY former.bib_id, number.place
"""
DELETE_ITEMS = "DELETE FROM catalogue_item WHERE id = ANY(%(items)s)"
DROP_VERSIONS = "DELETE FROM catalogue_bibversion WHERE bib_id = ANY(%(bibs)s)"
DROP_OPEN = "DELETE FROM catalogue_bibopen WHERE bib_id = ANY(%(bibs)s)"
DROP_UNDONE_MERGES = """
    WITH merge AS (
        SELECT id FROM catalogue_bibmerge
        WHERE (kept_id = ANY(%(bibs)s) OR gone_id = ANY(%(bibs)s)) AND undone_at IS NOT NULL
    ), moved AS (DELETE FROM catalogue_bibmergerow WHERE merge_id IN (SELECT id FROM merge))
    DELETE FROM catalogue_bibmerge WHERE id IN (SELECT id FROM merge)
"""
"""The audit keeps what was merged and parted."""
DELETE_BIBS = "DELETE FROM catalogue_bib WHERE id = ANY(%(bibs)s)"

LATER_VARIANTS = """
    SELECT bib.id, other.id FROM catalogue_bib bib
    JOIN catalogue_bib other ON other.source = bib.source AND other.control_number = bib.control_number
        AND other.variant > bib.variant
    WHERE bib.id = ANY(%(bibs)s)
"""
HIGHEST_KEY = """
    WITH shelf AS (SELECT unnest(%(branches)s::bigint[]) AS branch)
    SELECT max(encode(found.call_key, 'hex')) FROM (
        SELECT item.call_key FROM shelf CROSS JOIN LATERAL (
            SELECT call_key FROM catalogue_item
            WHERE home_branch_id = shelf.branch AND call_key >= %(low)s AND call_key < %(high)s
            ORDER BY call_key DESC LIMIT 1
        ) item
        UNION ALL
        SELECT stood.call_key FROM shelf CROSS JOIN LATERAL (
            SELECT call_key FROM catalogue_stoodnumber
            WHERE home_branch_id = shelf.branch AND call_key >= %(low)s AND call_key < %(high)s
            ORDER BY call_key DESC LIMIT 1
        ) stood
    ) found
"""
"""The last shelf key of a range at some branches, as hex: where an item stands, or stood before it was renumbered."""

INDEX_LOCK = 7102
"""Advisory lock of whoever writes the search index: held by one process as long as it does."""

HOLD_INDEX = "SELECT pg_try_advisory_lock(%(lock)s, 0)"
RELEASE_INDEX = "SELECT pg_advisory_unlock(%(lock)s, 0)"

_BORROWABLE = "item.state = 'available' AND item.condition = 'ok' AND item.lendable = 'yes'"

HOLDINGS_OF_BIBS = f"""
    SELECT item.bib_id, item.home_branch_id, item.available_at, item.area_id, item.collection, kind.code
    FROM (
        SELECT DISTINCT bib_id, home_branch_id, CASE WHEN {_BORROWABLE} THEN present_branch_id END AS available_at,
            area_id, collection, item_type_id
        FROM catalogue_item item WHERE bib_id = ANY(%(bibs)s) AND state <> 'withdrawn'
    ) item JOIN catalogue_itemtype kind ON kind.id = item.item_type_id
"""
"""A row for each state that items of a bib are in: to sort every column of every bib costs more than to fetch them."""

_FACT_COLUMNS = (
    "id",
    "dialect",
    "marc",
    "title",
    "title_sort",
    "volume",
    "author",
    "publisher",
    "year",
    "language",
    "class_no",
    "document_kind",
    "audience",
    "summary",
)
FACTS = (*_FACT_COLUMNS, "numbers", "standing")
"""What is gathered of a bib for the index, in the order of the columns of ``FACTS_OF_BIBS`` and ``FACTS_AFTER``."""
_BIB_FACTS = f"""
    SELECT {", ".join(f"bib.{column}" for column in _FACT_COLUMNS)},
        ARRAY(SELECT value FROM catalogue_identifier number WHERE number.bib_id = bib.id ORDER BY number.id)
        || ARRAY(
            SELECT DISTINCT number.value FROM catalogue_bib gone
            JOIN catalogue_identifier number ON number.bib_id = gone.id
            WHERE gone.merged_into_id = bib.id AND NOT EXISTS (
                SELECT 1 FROM catalogue_identifier own WHERE own.bib_id = bib.id AND own.value = number.value
            )
        ),
        coalesce((SELECT level FROM catalogue_bibstanding standing WHERE standing.bib_id = bib.id), 0)
    FROM catalogue_bib bib
    WHERE bib.merged_into_id IS NULL
"""
"""A record is found by the numbers of those that were merged into it as well."""
FACTS_OF_BIBS = f"{_BIB_FACTS} AND bib.id = ANY(%(bibs)s)"
FACTS_AFTER = f"{_BIB_FACTS} AND bib.id > %(after)s ORDER BY bib.id LIMIT %(count)s"

WAITING = """
    SELECT id, bib_id, of_items FROM catalogue_indexwaiting WHERE bib_id IS NOT NULL ORDER BY id LIMIT %(count)s
"""
STANDINGS = """
    WITH borrowed AS (
        SELECT bib_id, count(*) AS readers FROM (
            SELECT item.bib_id FROM journal_entry entry JOIN catalogue_item item ON item.id = entry.subject_id
            WHERE entry.kind = 'loan' AND entry.subject_kind = 'item' AND entry.reader_ref IS NOT NULL
                AND entry.local_date BETWEEN %(first)s::date AND %(last)s::date
            GROUP BY item.bib_id, entry.reader_ref HAVING sum(entry.quantity) > 0
        ) AS each_reader GROUP BY bib_id
    ), held AS (
        SELECT bib_id, count(*) AS items FROM catalogue_item WHERE state <> 'withdrawn' GROUP BY bib_id
    )
    SELECT bib.id, coalesce(borrowed.readers, 0), coalesce(held.items, 0), bib.year
    FROM catalogue_bib bib
    LEFT JOIN borrowed ON borrowed.bib_id = bib.id
    LEFT JOIN held ON held.bib_id = bib.id
    WHERE bib.merged_into_id IS NULL
        AND (borrowed.readers >= %(readers)s OR held.items >= %(items)s OR bib.year >= %(year)s)
"""
"""What may raise a bib in the order of results: how many readers borrowed it on these days (what was undone not
counted), how many items it has, its year. Those that reach none of the least values are left out."""

ASKED_ANEW = "SELECT id FROM catalogue_indexwaiting WHERE bib_id IS NULL"
DROP_WAITING = "DELETE FROM catalogue_indexwaiting WHERE id = ANY(%(ids)s)"
"""By key: a row that another transaction commits meanwhile, whatever its id, stays."""

IDS_AFTER = """
    SELECT id FROM catalogue_bib WHERE id > %(after)s AND merged_into_id IS NULL ORDER BY id LIMIT %(count)s
"""

INVARIANTS = (
    Invariant(
        name="catalogue.call_key",
        room="catalogue",
        sql="SELECT id FROM catalogue_item WHERE (call_no = '') <> (length(call_key) = 0)",
        says="an item has a shelf key exactly when it has a call number",
    ),
    Invariant(
        name="catalogue.withdrawn",
        room="catalogue",
        sql="SELECT id FROM catalogue_item WHERE state = 'withdrawn' AND lendable <> 'no'",
        says="a withdrawn item is not lendable",
    ),
    Invariant(
        name="catalogue.condition_dated",
        room="catalogue",
        sql="SELECT id FROM catalogue_item WHERE condition <> 'ok' AND condition_at IS NULL",
        says="an item that is not in order says since when",
    ),
    Invariant(
        name="catalogue.area_of_home",
        room="catalogue",
        sql="""
            SELECT item.id FROM catalogue_item item JOIN network_area area ON area.id = item.area_id
            WHERE area.branch_id <> item.home_branch_id
        """,
        says="the area of an item belongs to its home branch",
    ),
    Invariant(
        name="catalogue.redirects",
        room="catalogue",
        sql="""
            SELECT gone.id FROM catalogue_bib gone JOIN catalogue_bib kept ON kept.id = gone.merged_into_id
            WHERE kept.merged_into_id IS NOT NULL
                OR EXISTS (SELECT 1 FROM catalogue_item item WHERE item.bib_id = gone.id)
        """,
        says="a record that was merged has no items and leads to one that is not merged",
    ),
    Invariant(
        name="catalogue.variants",
        room="catalogue",
        sql="""
            SELECT source, control_number FROM catalogue_bib GROUP BY source, control_number
            HAVING max(variant) + 1 <> count(*)
        """,
        says="the variants of a control number count from 0 without a gap",
    ),
    Invariant(
        name="catalogue.versions",
        room="catalogue",
        sql="""
            SELECT bib.id FROM catalogue_bib bib
            WHERE bib.version > 1 AND bib.version - 1 <>
                (SELECT count(*) FROM catalogue_bibversion former
                    WHERE former.bib_id = bib.id AND former.number BETWEEN 1 AND bib.version - 1)
        """,
        says="every former version of a record is kept, numbered from 1 without a gap",
    ),
    Invariant(
        name="catalogue.batch_counts",
        room="catalogue",
        sql="SELECT id FROM catalogue_importbatch WHERE read <> added + updated + unchanged + failed",
        says="every record an import has read was added, updated, unchanged or failed",
    ),
)
