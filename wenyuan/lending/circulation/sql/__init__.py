"""The everyday statements of circulation, each one round trip.

They read network_edition, network_branch, catalogue_item, catalogue_bib, catalogue_itemtype, patrons_patron,
patrons_category, patrons_token, patrons_readerref, fees_account, fees_charge and fees_entry, and write catalogue_item
(state, present branch, version), patrons_patron (version), transit_transit, patrons_readerref, journal_entry and
journal_pending beside this room's own tables. A write repeats in its first step what the decision rested on (the item's
version, both editions, the patron's open loans); each step feeds on the one before, so a refused first step writes
nothing. The patron is asked after the item: an open loan's patron is whoever has that id *and version*, locked for key
share, so that a patron who leaves at the same moment either has no loan or does not leave. Where the version is
another, the patron is null, ``circulation_open_loan_has_patron`` refuses the row and the whole statement is undone. A
renewal changes the item's version too, so that a return racing it looks again.

What a statement reads of other rows dates from before it waited for its item; only a row it locks is seen as it is
after the wait. Hence the limit of one item type, which no slot holds, is held by the patron's version: a checkout under
such a limit raises it, so that of two that decided on the same loans one looks again.
"""

from wenyuan.lending.circulation.sql.closing import (
    ASK_FOR_RUN,
    HOLDS_ON_SHELF,
    LOANS_TO_MEASURE,
    LOANS_TO_PLACE,
    MOVE_DUE_DATES,
)
from wenyuan.lending.circulation.sql.gathers import (
    BOTH_EDITIONS,
    CATEGORY_CODES,
    GATHER_CHECKOUT,
    GATHER_RENEWAL,
    GATHER_RETURN,
    POLICY_ROWS,
    RETURN_OF_LOAN,
    TYPE_CODES,
    WORTH_OF_LOANS,
)
from wenyuan.lending.circulation.sql.holds import (
    FORGET_HOLDS,
    FREE_ITEM,
    GATHER_HOLD,
    GATHER_PICKUP,
    HOLDS_OF_PATRON,
    KEEP_NOT_FOUND,
    KEEP_NOT_FOUND_OF_ITEMS,
    LOCK_HOLDER,
    LOCK_PICKUP,
    LOCK_READERS,
    LOCK_TITLE,
    LOCK_WANTED_ITEM,
    NOT_FOUND_LIST,
    NOTE_NOT_FOUND,
    ON_SHELF,
    ONE_HOLD,
    QUEUE_OF_BIB,
    SHELVED_ITEMS,
    STANDING_TITLE,
    TO_CLEAR_LIST,
    WAITING_AT,
    WANTED_FROM_SHELVES,
    place_statement,
)
from wenyuan.lending.circulation.sql.invariants import INVARIANTS
from wenyuan.lending.circulation.sql.lists import (
    BARCODES_OF_CARD,
    FORGET_SETTLED,
    HISTORY,
    LOAN_TO_TELL_OF,
    LOANS_DUE,
    LOANS_OF_CASES,
    LOANS_OF_READERS,
    LOANS_TO_FINE,
    LOANS_TO_REMIND,
    PATRON_LOANS,
)
from wenyuan.lending.circulation.sql.marks import (
    CHARGE_OF_LOST,
    CLAIMED_ITEMS,
    GATHER_MARK,
    HOLDS_OF_ONE_ITEM,
    LOSS_CHARGED,
    mark_statement,
)
from wenyuan.lending.circulation.sql.offline import CARDS_OF_BRANCH, ITEMS_AT_BRANCH, SCANNED_SINCE
from wenyuan.lending.circulation.sql.parts import WAS_DAMAGED
from wenyuan.lending.circulation.sql.plain import PLAIN_CHECKOUT, PLAIN_RETURN, TYPES_IN_HAND
from wenyuan.lending.circulation.sql.recalls import (
    FREE_HOMES_OF_TITLE,
    HOLD_TO_SERVE,
    LOANS_OF_TITLE,
    RECALL_LOAN,
    WAITING_FOR_TITLE,
)
from wenyuan.lending.circulation.sql.undoing import (
    END_TRANSIT,
    GATHER_LOSS,
    GATHER_UNDO,
    ITEM_AS_BEFORE,
    LOCK_ITEM,
    LOCK_PATRON,
    NOT_LOST,
)
from wenyuan.lending.circulation.sql.writes import (
    ITEM_SEEN,
    LOCKS,
    PATRON_CHANGED,
    READER_REF,
    checkout_statement,
    let_go_statement,
    renewal_statement,
    return_statement,
)

__all__ = [
    "ASK_FOR_RUN",
    "BARCODES_OF_CARD",
    "BOTH_EDITIONS",
    "CARDS_OF_BRANCH",
    "CATEGORY_CODES",
    "CHARGE_OF_LOST",
    "CLAIMED_ITEMS",
    "END_TRANSIT",
    "FORGET_HOLDS",
    "FORGET_SETTLED",
    "FREE_HOMES_OF_TITLE",
    "FREE_ITEM",
    "GATHER_CHECKOUT",
    "GATHER_HOLD",
    "GATHER_LOSS",
    "GATHER_MARK",
    "GATHER_PICKUP",
    "GATHER_RENEWAL",
    "GATHER_RETURN",
    "GATHER_UNDO",
    "HISTORY",
    "HOLDS_OF_ONE_ITEM",
    "HOLDS_OF_PATRON",
    "HOLDS_ON_SHELF",
    "HOLD_TO_SERVE",
    "INVARIANTS",
    "ITEMS_AT_BRANCH",
    "ITEM_AS_BEFORE",
    "ITEM_SEEN",
    "KEEP_NOT_FOUND",
    "KEEP_NOT_FOUND_OF_ITEMS",
    "LOANS_DUE",
    "LOANS_OF_CASES",
    "LOANS_OF_READERS",
    "LOANS_OF_TITLE",
    "LOANS_TO_FINE",
    "LOANS_TO_MEASURE",
    "LOANS_TO_PLACE",
    "LOANS_TO_REMIND",
    "LOAN_TO_TELL_OF",
    "LOCKS",
    "LOCK_HOLDER",
    "LOCK_ITEM",
    "LOCK_PATRON",
    "LOCK_PICKUP",
    "LOCK_READERS",
    "LOCK_TITLE",
    "LOCK_WANTED_ITEM",
    "LOSS_CHARGED",
    "MOVE_DUE_DATES",
    "NOTE_NOT_FOUND",
    "NOT_FOUND_LIST",
    "NOT_LOST",
    "ONE_HOLD",
    "ON_SHELF",
    "PATRON_CHANGED",
    "PATRON_LOANS",
    "PLAIN_CHECKOUT",
    "PLAIN_RETURN",
    "POLICY_ROWS",
    "QUEUE_OF_BIB",
    "READER_REF",
    "RECALL_LOAN",
    "RETURN_OF_LOAN",
    "SCANNED_SINCE",
    "SHELVED_ITEMS",
    "STANDING_TITLE",
    "TO_CLEAR_LIST",
    "TYPES_IN_HAND",
    "TYPE_CODES",
    "WAITING_AT",
    "WAITING_FOR_TITLE",
    "WANTED_FROM_SHELVES",
    "WAS_DAMAGED",
    "WORTH_OF_LOANS",
    "checkout_statement",
    "let_go_statement",
    "mark_statement",
    "place_statement",
    "renewal_statement",
    "return_statement",
]
