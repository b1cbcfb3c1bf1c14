"""The plain case of lending and taking back, gathered with half the probes (``sql.plain``).

Facts are the very same values as those of the whole gather; where it cannot be known that they would be, there are none
and the caller gathers everything.
"""

from typing import Any

from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.everyday import Request
from wenyuan.lending.circulation.facts import (
    NO_HOLDINGS,
    Account,
    CheckoutFacts,
    Editions,
    Holdings,
    Item,
    Loan,
    Patron,
    ReturnFacts,
)
from wenyuan.lending.patrons.queries import token_hashes
from wenyuan.plumbing.statements import Plan, Row, Statement

_ITEM = slice(2, 2 + len(Item._fields))
_BORROWER = slice(_ITEM.stop, _ITEM.stop + len(Patron._fields))
_LOAN = slice(_ITEM.stop, _ITEM.stop + len(Loan._fields))
_HOLDER = slice(_LOAN.stop, _LOAN.stop + len(Patron._fields))
_TYPE_CODE, _TYPE_ID = Item._fields.index("type_code"), Item._fields.index("type_id")
_CATEGORY, _CATEGORY_ID = Patron._fields.index("category"), Patron._fields.index("category_id")


def plain_checkout(request: Request) -> Plan[CheckoutFacts | None]:
    """What lending rests on where no hold, loan, transit or key has a say."""
    if request.key is not None:
        return None
    values = {
        "barcode": request.item,
        "hashes": token_hashes(request.card or ""),
        "year": request.today.year,
        "at": request.at,
    }
    row = _plain((yield Statement(sql.PLAIN_CHECKOUT, values)))
    if row is None:
        return None
    editions = Editions(*row[:2])
    books = yield from books_of(editions)
    item, patron = _item(row[_ITEM], books), _patron(row[_BORROWER], books)
    status, loans, slots, overdue, owed_fen, held_fen, _ = row[_BORROWER.stop :]
    holdings = NO_HOLDINGS
    if slots:
        policy = books.policy(request.desk.branch_id, patron.category_id, item.type_id, request.today)
        is_limited = policy is not None and policy.max_loans_of_type is not None
        types = (yield Statement(sql.TYPES_IN_HAND, {"loans": loans})) if is_limited else ()
        holdings = Holdings(frozenset(slots), len(loans), overdue, tuple(loans), tuple(one for (one,) in types))
    return CheckoutFacts(
        editions=editions,
        item=item,
        loan=None,
        transit=None,
        patron=patron,
        card_status=status,
        holdings=holdings,
        captured=None,
        own_hold=None,
        to_clear=False,
        earlier=None,
        account=Account(owed_fen, held_fen),
    )


def plain_return(request: Request) -> Plan[ReturnFacts | None]:
    """What taking back rests on where the item is on loan, and no hold, charge or key has a say."""
    if request.key is not None:
        return None
    row = _plain((yield Statement(sql.PLAIN_RETURN, {"barcode": request.item, "year": request.today.year})))
    if row is None:
        return None
    editions = Editions(*row[:2])
    books = yield from books_of(editions)
    return ReturnFacts(
        editions=editions,
        item=_item(row[_ITEM], books),
        loan=Loan(*row[_LOAN]),
        transit=None,
        patron=_patron(row[_HOLDER], books),
        last=None,
        captured=None,
        waiting=(),
        to_clear=False,
        looked_for=False,
        has_charge=False,
        earlier=None,
    )


def _item(values: Row, books: Books) -> Item:
    return Item._make((*values[:_TYPE_CODE], books.type_codes[values[_TYPE_ID]], *values[_TYPE_ID:]))


def _patron(values: Row, books: Books) -> Patron:
    code = books.category_codes[values[_CATEGORY_ID]]
    return Patron._make((*values[:_CATEGORY], code, *values[_CATEGORY + 1 :]))


def _plain(rows: list[Row]) -> tuple[Any, ...] | None:
    """The one row, if it says of itself that the case is plain."""
    return rows[0] if rows and rows[0][-1] else None
