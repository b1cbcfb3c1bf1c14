"""The everyday statements of circulation, each one round trip.

They read network_edition, catalogue_item, catalogue_bib, catalogue_itemtype, patrons_patron, patrons_category,
patrons_token and patrons_readerref, and write catalogue_item (state, present branch, version), patrons_patron
(version), transit_transit, patrons_readerref, journal_entry and journal_pending beside this room's own tables. A write
repeats in its first step what the decision rested on (the item's version, both editions, the patron's open loans); each
step feeds on the one before, so a refused first step writes nothing. The patron is asked after the item: an open loan's
patron is whoever has that id *and version*, locked for key share, so that a patron who leaves at the same moment either
has no loan or does not leave. Where the version is another, the patron is null, ``circulation_open_loan_has_patron``
refuses the row and the whole statement is undone. A renewal changes the item's version too, so that a return racing it
looks again.

What a statement reads of other rows dates from before it waited for its item; only a row it locks is seen as it is
after the wait. Hence the limit of one item type, which no slot holds, is held by the patron's version: a checkout under
such a limit raises it, so that of two that decided on the same loans one looks again.
"""

from functools import lru_cache

from wenyuan.lending.circulation.policies import KINDS
from wenyuan.organisation.journal.sql import COLUMNS as JOURNAL_COLUMNS
from wenyuan.plumbing.invariants import Invariant

ITEM_COLUMNS = (
    "i.id, i.barcode, b.title, i.call_no, y.code, y.id, i.owner_id, i.home_branch_id, i.present_branch_id, "
    "i.state, i.condition, i.lendable, i.version, i.collection, i.source, b.class_letter, b.document_kind"
)
LOAN_COLUMNS = (
    "o.id, o.patron_id, o.account_id, o.branch_id, o.lent_at, o.base_due_date, o.due_at, o.policy_id, o.renewals, "
    "o.renewed_at, o.renewed_by_id, o.taken_at, o.patron_category, o.patron_home_id, o.age_band"
)
TRANSIT_COLUMNS = "x.id, x.from_branch_id, x.to_branch_id, x.reason"
PATRON_COLUMNS = (
    "p.id, p.version, p.status, p.suspended_until, p.expires_date, p.home_branch_id, p.category_id, c.code, "
    "p.birth_date, p.gender, p.keep_history, p.name, r.ref"
)
EDITIONS = "(SELECT token FROM network_edition WHERE id = 1), (SELECT token FROM circulation_edition WHERE id = 1)"
JOIN_ITEM = """
    LEFT JOIN catalogue_item i ON i.barcode = :barcode::text
    LEFT JOIN catalogue_bib b ON b.id = i.bib_id
    LEFT JOIN catalogue_itemtype y ON y.id = i.item_type_id
    LEFT JOIN circulation_loan o ON o.item_id = i.id AND o.returned_at IS NULL
    LEFT JOIN transit_transit x ON x.item_id = i.id AND x.received_at IS NULL AND x.cancelled_at IS NULL
"""
JOIN_PATRON = """
    LEFT JOIN patrons_category c ON c.id = p.category_id
    LEFT JOIN patrons_readerref r ON r.patron_id = p.id AND r.year = :year::smallint
"""
ENTRY_BY_KEY = """
    LEFT JOIN journal_entry e ON e.key = :key::text
    LEFT JOIN patrons_readerref u ON u.ref = e.reader_ref
"""
JOIN_CARD = """
    LEFT JOIN LATERAL (
        SELECT status, patron_id FROM patrons_token WHERE token_hash = ANY (:hashes::bytea[])
        ORDER BY status <> 'active', array_position(:hashes::bytea[], token_hash) LIMIT 1
    ) k ON true
"""
ENTRY_COLUMNS = "e.kind, e.subject_id, e.branch_id, e.occurred_at, u.patron_id, e.details::text"

GATHER_CHECKOUT = f"""
    SELECT {EDITIONS}, {ITEM_COLUMNS}, {LOAN_COLUMNS}, {TRANSIT_COLUMNS}, {PATRON_COLUMNS},
        k.status, s.loans, s.slots, s.item_types, s.overdue, {ENTRY_COLUMNS}
    FROM (SELECT 1) AS one
    {JOIN_ITEM}
    {JOIN_CARD}
    LEFT JOIN patrons_patron p ON p.id = k.patron_id
    {JOIN_PATRON}
    LEFT JOIN LATERAL (
        SELECT array_agg(l.id ORDER BY l.id) AS loans, array_agg(l.slot) AS slots,
            array_agg(li.item_type_id) AS item_types,
            count(*) FILTER (WHERE l.due_at < :at::timestamptz) AS overdue
        FROM circulation_loan l JOIN catalogue_item li ON li.id = l.item_id
        WHERE l.patron_id = p.id AND l.returned_at IS NULL AND l.slot IS NOT NULL
    ) s ON true
    {ENTRY_BY_KEY}
"""

GATHER_RETURN = f"""
    SELECT {EDITIONS}, {ITEM_COLUMNS}, {LOAN_COLUMNS}, {TRANSIT_COLUMNS}, {PATRON_COLUMNS},
        z.id, z.returned_at, z.returned_by_id, z.return_branch_id, z.due_at, z.branch_id, z.taken_at,
        {ENTRY_COLUMNS}
    FROM (SELECT 1) AS one
    {JOIN_ITEM}
    LEFT JOIN patrons_patron p ON p.id = o.patron_id
    {JOIN_PATRON}
    LEFT JOIN LATERAL (
        SELECT id, returned_at, returned_by_id, return_branch_id, due_at, branch_id, taken_at FROM circulation_loan
        WHERE item_id = i.id ORDER BY item_id, id DESC LIMIT 1
    ) z ON z.returned_at IS NOT NULL
    {ENTRY_BY_KEY}
"""

GATHER_RENEWAL = f"""
    SELECT {EDITIONS}, {ITEM_COLUMNS}, {LOAN_COLUMNS}, {TRANSIT_COLUMNS}, {PATRON_COLUMNS},
        k.status, k.patron_id = COALESCE(u.patron_id, p.id), {ENTRY_COLUMNS}
    FROM (SELECT 1) AS one
    {JOIN_ITEM}
    {JOIN_CARD}
    LEFT JOIN patrons_patron p ON p.id = o.patron_id
    {JOIN_PATRON}
    {ENTRY_BY_KEY}
"""

READER_REF = """
    INSERT INTO patrons_readerref (patron_id, year, ref) VALUES (:patron::bigint, :year::smallint, gen_random_uuid())
    ON CONFLICT (patron_id, year) DO NOTHING
"""

POLICY_ROWS = f"""
    SELECT id, branch_id, category_id, item_type_id, valid_from, valid_to, {", ".join(KINDS)}
    FROM circulation_loanpolicy
"""

_JOURNAL_CASTS = {
    "occurred_at": "timestamptz",
    "local_date": "date",
    "local_hour": "smallint",
    "quantity": "int",
    "persons": "int",
    "amount_fen": "bigint",
    "subject_id": "bigint",
    "reader_ref": "uuid",
    "reverses_id": "bigint",
    "details": "jsonb",
}
_INTEGERS = frozenset(name for name in JOURNAL_COLUMNS if name.endswith("_id")) - {"subject_id", "reverses_id"}


def _journal(name: str, source: str, details: str = "") -> str:
    """A step that writes one journal row, with values ``:{name}_{column}``, if ``source`` gave a row.

    ``details`` is an expression over ``source`` added to the row's details.
    """
    marks = []
    for column in JOURNAL_COLUMNS:
        cast = _JOURNAL_CASTS.get(column, "int" if column in _INTEGERS else "text")
        mark = f":{name}_{column}::{cast}"
        marks.append(f"{mark} || {details}" if column == "details" and details else mark)
    return f"""{name} AS (
        INSERT INTO journal_entry ({", ".join(JOURNAL_COLUMNS)})
        SELECT {", ".join(marks)} FROM {source} RETURNING id, kind
    )"""


def _pending(names: list[str]) -> str:
    union = " UNION ALL ".join(f"SELECT id, kind FROM {name}" for name in names)
    return f"pending AS (INSERT INTO journal_pending (entry_id, kind) {union})"


_SAME_EDITIONS = """(SELECT token FROM network_edition WHERE id = 1) = :network_edition::uuid
                AND (SELECT token FROM circulation_edition WHERE id = 1) = :policy_edition::uuid"""
_SAME_PATRON = """(SELECT id FROM patrons_patron WHERE id = :patron::bigint
                    AND version = :patron_version::int FOR KEY SHARE)"""
_NEXT_PATRON = """patron AS (
            UPDATE patrons_patron SET version = version + 1
            WHERE id = :patron::bigint AND version = :patron_version::int AND EXISTS (SELECT 1 FROM item)
            RETURNING id
        )"""
PATRON_CHANGED = frozenset({"circulation_open_loan_has_patron"})
"""What refuses a write whose patron is no longer as the decision saw them."""


@lru_cache(maxsize=4)
def checkout_statement(*, ends_transit: bool, counts_type: bool) -> str:
    """Lend: item, loan, journal; with a waived transit also its end. Gives the loan's id, or no row.

    ``counts_type``: the policy limits items of this type, so the patron's version grows.
    """
    patron = "(SELECT id FROM patron)" if counts_type else _SAME_PATRON
    steps = [
        f"""item AS (
            UPDATE catalogue_item SET state = 'on_loan', present_branch_id = :branch::bigint,
                version = version + 1, changed_at = :at::timestamptz
            WHERE id = :item::bigint AND version = :item_version::int
                AND {_SAME_EDITIONS}
                AND COALESCE((SELECT array_agg(l.id ORDER BY l.id) FROM circulation_loan l
                    WHERE l.patron_id = :patron::bigint AND l.returned_at IS NULL AND l.slot IS NOT NULL), '{{}}')
                    = :loans::bigint[]
            RETURNING id
        )""",
        *([_NEXT_PATRON] if counts_type else []),
        f"""loan AS (
            INSERT INTO circulation_loan (item_id, patron_id, slot, branch_id, account_id, door, policy_id,
                patron_category, patron_home_id, age_band, lent_at, base_due_date, due_at, renewals)
            SELECT id, {patron}, :slot::smallint, :branch::bigint, :account::bigint, :door::text,
                :policy::bigint, :category::text, :patron_home::int, :age_band::text, :at::timestamptz,
                :base_due_date::date, :due_at::timestamptz, 0
            FROM item RETURNING id
        )""",
        _journal("lent", "loan", "jsonb_build_object('loan', loan.id)"),
    ]
    entries = ["lent"]
    if ends_transit:
        steps.append(_CANCEL_TRANSIT)
        steps.append(_journal("cancelled", "transit_end"))
        entries.append("cancelled")
    return f"WITH {', '.join(steps)}, {_pending(entries)} SELECT id FROM loan"


_CANCEL_TRANSIT = """transit_end AS (
    UPDATE transit_transit SET cancelled_at = :at::timestamptz
    WHERE id = :transit::bigint AND received_at IS NULL AND cancelled_at IS NULL AND EXISTS (SELECT 1 FROM item)
    RETURNING id
)"""
_RECEIVE_TRANSIT = """transit_end AS (
    UPDATE transit_transit SET received_at = :at::timestamptz, received_by_id = :account::bigint
    WHERE id = :transit::bigint AND received_at IS NULL AND cancelled_at IS NULL AND EXISTS (SELECT 1 FROM item)
    RETURNING id
)"""
_SEND = """transit_start AS (
    INSERT INTO transit_transit (item_id, from_branch_id, to_branch_id, reason, sent_at, sent_by_id)
    SELECT id, :branch::bigint, :send_to::bigint, :send_reason::text, :at::timestamptz, :account::bigint FROM item
    RETURNING id
)"""
# Sending on at once what another transit brought: the new row must not meet the old one in the unique index, and
# steps of one statement do not see each other's rows, so the open row itself is turned round.
_RESEND = """transit_start AS (
    UPDATE transit_transit SET from_branch_id = :branch::bigint, to_branch_id = :send_to::bigint,
        reason = :send_reason::text, sent_at = :at::timestamptz, sent_by_id = :account::bigint
    WHERE id = :transit::bigint AND received_at IS NULL AND cancelled_at IS NULL AND EXISTS (SELECT 1 FROM item)
    RETURNING id
)"""


@lru_cache(maxsize=32)
def return_statement(*, loan: str, transit: str, send: bool) -> str:
    """Take an item back. Gives the item's id, or no row where somebody else was faster.

    ``loan`` is ``close``, ``take`` (代收) or empty; ``transit`` is ``receive``, ``cancel``, ``turn`` (the open transit
    goes on to another branch) or empty; ``send`` begins a transit.
    """
    steps = [
        f"""item AS (
            UPDATE catalogue_item SET state = :state::text, present_branch_id = :branch::bigint,
                condition = :condition::text,
                condition_at = CASE WHEN condition = :condition::text THEN condition_at ELSE :at::timestamptz END,
                version = version + 1, changed_at = :at::timestamptz
            WHERE id = :item::bigint AND version = :item_version::int AND {_SAME_EDITIONS} RETURNING id
        )"""
    ]
    entries = []
    if loan == "close":
        steps.append("""loan AS (
            UPDATE circulation_loan SET returned_at = :at::timestamptz, return_branch_id = :branch::bigint,
                returned_by_id = :account::bigint, slot = NULL,
                patron_id = CASE WHEN :keep_patron::bool THEN (SELECT p.id FROM patrons_patron p
                    WHERE p.id = circulation_loan.patron_id AND p.keep_history FOR SHARE) END
            WHERE id = :loan::bigint AND returned_at IS NULL AND EXISTS (SELECT 1 FROM item) RETURNING id
        )""")
        steps.append(_journal("closed", "loan"))
        entries.append("closed")
    elif loan == "take":
        steps.append("""loan AS (
            UPDATE circulation_loan SET taken_at = :at::timestamptz, taken_branch_id = :branch::bigint, slot = NULL
            WHERE id = :loan::bigint AND returned_at IS NULL AND taken_at IS NULL AND EXISTS (SELECT 1 FROM item)
            RETURNING id
        )""")
        steps.append(_journal("taken", "loan"))
        entries.append("taken")
    if transit == "receive":
        steps += [_RECEIVE_TRANSIT, _journal("received", "transit_end")]
        entries.append("received")
    elif transit == "cancel":
        steps += [_CANCEL_TRANSIT, _journal("cancelled", "transit_end")]
        entries.append("cancelled")
    if send:
        steps += [_RESEND if transit == "turn" else _SEND, _journal("sent", "transit_start")]
        entries.append("sent")
    if not entries:
        steps.append(_journal("moved", "item"))
        entries.append("moved")
    return f"WITH {', '.join(steps)}, {_pending(entries)} SELECT id FROM item"


ITEM_SEEN = f"""
    WITH item AS (SELECT id FROM catalogue_item WHERE id = :item::bigint AND version = :item_version::int),
    {_journal("seen", "item")}, {_pending(["seen"])} SELECT id FROM item
"""
"""A keyed check-in that changes nothing: only the journal keeps its key and its answer."""


@lru_cache(maxsize=1)
def renewal_statement() -> str:
    """Prolong a loan: item, loan, journal. Gives the loan's id, or no row where something changed meanwhile."""
    return f"""WITH item AS (
            UPDATE catalogue_item SET version = version + 1, changed_at = :at::timestamptz
            WHERE id = :item::bigint AND version = :item_version::int AND {_SAME_EDITIONS} RETURNING id
        ), loan AS (
            UPDATE circulation_loan SET base_due_date = :base_due_date::date, due_at = :due_at::timestamptz,
                renewals = renewals + 1, renewed_at = :at::timestamptz, renewed_by_id = :account::bigint,
                policy_id = :policy::bigint,
                patron_id = CASE WHEN taken_at IS NULL AND due_at = :was_due_at::timestamptz
                    AND renewals = :was_renewals::smallint THEN {_SAME_PATRON} END
            WHERE id = :loan::bigint AND returned_at IS NULL AND EXISTS (SELECT 1 FROM item)
            RETURNING id
        ), {_journal("renewed", "loan")}, {_pending(["renewed"])}
        SELECT id FROM loan"""


PATRON_LOANS = f"""
    SELECT {EDITIONS}, {PATRON_COLUMNS}, l.id, l.branch_id, l.lent_at, l.due_at, l.renewals, {ITEM_COLUMNS}
    FROM patrons_patron p
    {JOIN_PATRON}
    LEFT JOIN circulation_loan l ON l.patron_id = p.id AND l.returned_at IS NULL AND l.slot IS NOT NULL
    LEFT JOIN catalogue_item i ON i.id = l.item_id
    LEFT JOIN catalogue_bib b ON b.id = i.bib_id
    LEFT JOIN catalogue_itemtype y ON y.id = i.item_type_id
    WHERE p.id = :patron::bigint
    ORDER BY l.due_at, l.id
"""

HISTORY = f"""
    SELECT COALESCE(l.taken_at, l.returned_at), l.id, l.branch_id, l.lent_at, l.due_at, l.renewals, {ITEM_COLUMNS}
    FROM circulation_loan l
    JOIN catalogue_item i ON i.id = l.item_id
    JOIN catalogue_bib b ON b.id = i.bib_id
    JOIN catalogue_itemtype y ON y.id = i.item_type_id
    WHERE l.patron_id = :patron::bigint AND l.returned_at IS NOT NULL
        AND (:before::bigint IS NULL OR l.id < :before::bigint)
    ORDER BY l.id DESC LIMIT :size::int
"""

INVARIANTS = (
    Invariant(
        "circulation_loan_state",
        "circulation",
        """
        SELECT i.id, i.barcode, i.state FROM catalogue_item i
        LEFT JOIN circulation_loan o ON o.item_id = i.id AND o.returned_at IS NULL
        LEFT JOIN transit_transit x ON x.item_id = i.id AND x.received_at IS NULL AND x.cancelled_at IS NULL
        WHERE (i.state = 'on_loan') <> (o.id IS NOT NULL AND o.taken_at IS NULL)
    """,
        "an item is on loan exactly while it has an open loan that nobody has taken back",
    ),
    Invariant(
        "circulation_transit_state",
        "circulation",
        """
        SELECT i.id, i.barcode, i.state FROM catalogue_item i
        LEFT JOIN transit_transit x ON x.item_id = i.id AND x.received_at IS NULL AND x.cancelled_at IS NULL
        WHERE (i.state = 'in_transit') <> (x.id IS NOT NULL)
    """,
        "an item in transit has an open transit and nothing else",
    ),
    Invariant(
        "circulation_taken_sent_on",
        "circulation",
        """
        SELECT o.id, o.item_id FROM circulation_loan o
        LEFT JOIN transit_transit x ON x.item_id = o.item_id AND x.received_at IS NULL AND x.cancelled_at IS NULL
        WHERE o.returned_at IS NULL AND o.taken_at IS NOT NULL AND x.id IS NULL
    """,
        "a loan taken elsewhere is on its way to be closed",
    ),
    Invariant(
        "circulation_loan_journal",
        "circulation",
        """
        SELECT l.id, l.item_id FROM circulation_loan l
        WHERE NOT EXISTS (
            SELECT 1 FROM journal_entry e WHERE e.kind = 'loan' AND e.subject_kind = 'item'
                AND e.subject_id = l.item_id AND (e.details ->> 'loan')::bigint = l.id
        )
    """,
        "no loan is without its journal row",
    ),
    Invariant(
        "circulation_journal_loan",
        "circulation",
        """
        SELECT e.id, e.subject_id FROM journal_entry e
        WHERE e.kind = 'loan' AND NOT EXISTS (
            SELECT 1 FROM circulation_loan l WHERE l.id = (e.details ->> 'loan')::bigint AND l.item_id = e.subject_id
        )
    """,
        "no loan row of the journal is without its loan",
    ),
    Invariant(
        "circulation_return_journal",
        "circulation",
        """
        SELECT l.id, l.item_id FROM circulation_loan l
        LEFT JOIN (
            SELECT subject_id, (details ->> 'loan')::bigint AS loan_id, count(*) AS times FROM journal_entry
            WHERE kind = 'return' AND subject_kind = 'item' GROUP BY 1, 2
        ) e ON e.subject_id = l.item_id AND e.loan_id = l.id
        WHERE l.returned_at IS NOT NULL AND e.times IS DISTINCT FROM 1
    """,
        "every closed loan has one return in the journal",
    ),
    Invariant(
        "circulation_history_consent",
        "circulation",
        """
        SELECT l.id FROM circulation_loan l JOIN patrons_patron p ON p.id = l.patron_id
        WHERE l.returned_at IS NOT NULL AND NOT p.keep_history
    """,
        "a returned loan names its patron only by consent",
    ),
    Invariant(
        "circulation_slots",
        "circulation",
        """
        SELECT id, patron_id FROM circulation_loan
        WHERE (returned_at IS NULL AND taken_at IS NULL) <> (slot IS NOT NULL)
    """,
        "a patron's slots are one for each loan in hand",
    ),
)
