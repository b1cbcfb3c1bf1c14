"""What the everyday verbs write, each in one statement."""

from functools import lru_cache

from wenyuan.lending.circulation.sql.holds import (
    CLEAR,
    DISPATCH,
    FILL,
    FREE_OTHER,
    HOLD_LOCKED,
    PUT_BACK,
    SHELVE,
)
from wenyuan.lending.circulation.sql.parts import SAME_EDITIONS, SAME_PATRON, WAS_DAMAGED, journal_step, pending_step

READER_REF = """
    INSERT INTO patrons_readerref (patron_id, year, ref) VALUES (:patron::bigint, :year::smallint, gen_random_uuid())
    ON CONFLICT (patron_id, year) DO NOTHING
"""

LOCKS = (
    "SELECT id FROM catalogue_item WHERE barcode = :barcode::text FOR NO KEY UPDATE",
    """SELECT o.id FROM circulation_loan o JOIN catalogue_item i ON i.id = o.item_id
        WHERE i.barcode = :barcode::text AND o.returned_at IS NULL FOR NO KEY UPDATE OF o""",
    """SELECT p.id FROM patrons_patron p JOIN circulation_loan o ON o.patron_id = p.id
        JOIN catalogue_item i ON i.id = o.item_id
        WHERE i.barcode = :barcode::text AND o.returned_at IS NULL FOR UPDATE OF p""",
)
"""Item, loan and reader in this order, for the acts that move money as well."""

_NEXT_PATRON = """patron AS (
            UPDATE patrons_patron SET version = version + 1
            WHERE id = :patron::bigint AND version = :patron_version::int AND EXISTS (SELECT 1 FROM item)
            RETURNING id
        )"""
BRANCH_STANDS = """(SELECT id FROM network_branch WHERE id = :branch::bigint
                    AND COALESCE(closed_date > :stands_on::date, true) FOR KEY SHARE) IS NOT NULL"""
"""That the lending branch is not closed for good: whoever closes it is done, or waits and then sees the loan. What has
happened all the same asks for no day."""
PATRON_CHANGED = frozenset({"circulation_open_loan_has_patron"})
"""What refuses a write whose patron is no longer as the decision saw them."""
_AS_IT_WAS = f"""(condition, condition_note) = (
                    SELECT CASE WHEN damaged THEN 'damaged' ELSE 'ok' END,
                        CASE WHEN damaged THEN condition_note ELSE '' END
                    FROM (SELECT ({WAS_DAMAGED})) AS was (damaged))"""
"""What is found is damaged, with staff's words on it, if it was so before it was gone."""


@lru_cache(maxsize=128)
def checkout_statement(
    *,
    ends_transit: bool,
    counts_type: bool,
    fills: bool = False,
    frees: bool = False,
    puts_back: bool = False,
    clears: bool = False,
    finds: bool = False,
) -> str:
    """Lend: item, loan, journal; with a waived transit also its end. Gives the loan's id, or no row.

    ``counts_type``: the policy limits items of this type, so the patron's version grows. ``fills`` the patron's own
    hold (``frees`` the item that stood on the shelf for it), ``puts_back`` the hold of another that this item was for,
    ``clears`` an ended hold off the shelf that the item is taken from, ``finds`` what was missing, damaged
    if it was so before.
    """
    found = f"{_AS_IT_WAS}, condition_at = :at::timestamptz, " if finds else ""
    locked = "".join(
        f" AND {HOLD_LOCKED.format(name=name)}"
        for name, wanted in (("own_hold", fills), ("other_hold", puts_back))
        if wanted
    )
    patron = "(SELECT id FROM patron)" if counts_type else SAME_PATRON
    steps = [
        f"""item AS (
            UPDATE catalogue_item SET state = :state::text, present_branch_id = :branch::bigint,
                {found}version = version + 1, changed_at = :at::timestamptz
            WHERE id = :item::bigint AND version = :item_version::int
                AND {SAME_EDITIONS} AND {BRANCH_STANDS}
                AND COALESCE((SELECT array_agg(l.id ORDER BY l.id) FROM circulation_loan l
                    WHERE l.patron_id = :patron::bigint AND l.returned_at IS NULL AND l.slot IS NOT NULL), '{{}}')
                    = :loans::bigint[]{locked}
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
        journal_step("lent", "loan", "jsonb_build_object('loan', loan.id)"),
    ]
    entries = ["lent"]
    if fills:
        steps += [FILL, journal_step("filled", "filled_hold")]
        entries.append("filled")
    if frees:
        steps.append(FREE_OTHER)
    if puts_back:
        steps += [PUT_BACK, journal_step("put_back", "put_back_hold")]
        entries.append("put_back")
    if clears:
        steps.append(CLEAR)
    if finds:
        steps.append(journal_step("found", "item"))
        entries.append("found")
    if ends_transit:
        steps.append(CANCEL_TRANSIT)
        steps.append(journal_step("cancelled", "transit_end"))
        entries.append("cancelled")
    return f"WITH {', '.join(steps)}, {pending_step(entries)} SELECT id FROM loan"


CLOSE_LOAN = """loan AS (
    UPDATE circulation_loan SET returned_at = :at::timestamptz, return_branch_id = :branch::bigint,
        taken_at = :done_at::timestamptz, ended_as = '{ended}', returned_by_id = :account::bigint, slot = NULL,
        patron_id = CASE WHEN :owes::bool THEN patron_id WHEN :keep_patron::bool THEN (SELECT p.id FROM patrons_patron p
            WHERE p.id = circulation_loan.patron_id AND p.keep_history FOR SHARE) END
    WHERE id = :loan::bigint AND returned_at IS NULL AND EXISTS (SELECT 1 FROM item) RETURNING id
)"""
CANCEL_TRANSIT = """transit_end AS (
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


@lru_cache(maxsize=128)
def return_statement(
    *, loan: str, transit: str, send: bool, hold: str = "", clears: bool = False, finds: bool = False
) -> str:
    """Take an item back. Gives the item's id and its place on the hold shelf, or no row where somebody was faster.

    ``loan`` is ``close``, ``take`` (代收) or empty; ``transit`` is ``receive``, ``cancel``, ``turn`` (the open transit
    goes on to another branch) or empty; ``send`` begins a transit; ``hold`` is ``shelve`` (captured, and here is its
    pickup branch), ``dispatch`` (captured, and on its way there) or empty; ``clears`` an ended hold off the shelf;
    ``finds`` what was lost, missing or claimed returned.
    """
    locked = f" AND {HOLD_LOCKED.format(name='hold')}" if hold else ""
    steps = [
        f"""item AS (
            UPDATE catalogue_item SET state = :state::text, present_branch_id = :branch::bigint,
                condition = :condition::text,
                condition_at = CASE WHEN condition = :condition::text THEN condition_at ELSE :at::timestamptz END,
                condition_note = CASE WHEN :condition::text IN (condition, 'damaged') THEN condition_note ELSE '' END,
                version = version + 1, changed_at = :at::timestamptz
            WHERE id = :item::bigint AND version = :item_version::int AND {SAME_EDITIONS}{locked}
            RETURNING id
        )"""
    ]
    entries = []
    if loan == "close":
        steps.append(CLOSE_LOAN.format(ended="returned"))
        steps.append(journal_step("closed", "loan"))
        entries.append("closed")
    elif loan == "take":
        steps.append("""loan AS (
            UPDATE circulation_loan SET taken_at = COALESCE(:done_at::timestamptz, :at::timestamptz),
                taken_branch_id = :branch::bigint, slot = NULL
            WHERE id = :loan::bigint AND returned_at IS NULL AND taken_at IS NULL AND EXISTS (SELECT 1 FROM item)
            RETURNING id
        )""")
        steps.append(journal_step("taken", "loan"))
        entries.append("taken")
    if transit == "receive":
        steps += [_RECEIVE_TRANSIT, journal_step("received", "transit_end")]
        entries.append("received")
    elif transit == "cancel":
        steps += [CANCEL_TRANSIT, journal_step("cancelled", "transit_end")]
        entries.append("cancelled")
    if send:
        steps += [_RESEND if transit == "turn" else _SEND, journal_step("sent", "transit_start")]
        entries.append("sent")
    if hold:
        steps += [SHELVE if hold == "shelve" else DISPATCH, journal_step("held", "hold_step")]
        entries.append("held")
    if clears:
        steps.append(CLEAR)
    if finds:
        steps.append(journal_step("found", "item"))
        entries.append("found")
    if not entries:
        steps.append(journal_step("moved", "item"))
        entries.append("moved")
    place = "(SELECT shelf_position FROM hold_step)" if hold else "NULL::smallint"
    return f"WITH {', '.join(steps)}, {pending_step(entries)} SELECT id, {place} FROM item"


@lru_cache(maxsize=1)
def let_go_statement() -> str:
    """Put a captured item's hold back into its queue; the item is free, or still on its way, for nobody."""
    return f"""WITH item AS (
            UPDATE catalogue_item SET state = CASE WHEN state = 'on_hold_shelf' THEN 'available' ELSE state END,
                version = version + 1, changed_at = :at::timestamptz
            WHERE id = :item::bigint AND version = :item_version::int AND {SAME_EDITIONS}
                AND {HOLD_LOCKED.format(name="other_hold")}
            RETURNING id
        ), {PUT_BACK}, {journal_step("put_back", "put_back_hold")}, {pending_step(["put_back"])}
        SELECT id FROM item"""


ITEM_SEEN = f"""
    WITH item AS (SELECT id FROM catalogue_item WHERE id = :item::bigint AND version = :item_version::int),
    {journal_step("seen", "item")}, {pending_step(["seen"])} SELECT id FROM item
"""
"""A keyed check-in that changes nothing: only the journal keeps its key and its answer."""


@lru_cache(maxsize=1)
def renewal_statement() -> str:
    """Prolong a loan: item, loan, journal. Gives the loan's id, or no row where something changed meanwhile."""
    return f"""WITH item AS (
            UPDATE catalogue_item SET version = version + 1, changed_at = :at::timestamptz
            WHERE id = :item::bigint AND version = :item_version::int AND {SAME_EDITIONS} RETURNING id
        ), loan AS (
            UPDATE circulation_loan SET base_due_date = :base_due_date::date, due_at = :due_at::timestamptz,
                renewals = renewals + 1, renewed_at = :at::timestamptz, renewed_by_id = :account::bigint,
                policy_id = :policy::bigint, recalled_at = NULL,
                patron_id = CASE WHEN taken_at IS NULL AND due_at = :was_due_at::timestamptz
                    AND renewals = :was_renewals::smallint THEN {SAME_PATRON} END
            WHERE id = :loan::bigint AND returned_at IS NULL AND EXISTS (SELECT 1 FROM item)
            RETURNING id
        ), {journal_step("renewed", "loan")}, {pending_step(["renewed"])}
        SELECT id FROM loan"""
