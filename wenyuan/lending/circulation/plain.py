"""The plain case of lending and taking back, gathered with half the probes (``sql.plain``).

Facts are the very same values as those of the whole gather; where it cannot be known that they would be, there are none
and the caller gathers everything.
"""

from typing import Any

from wenyuan.lending.circulation import sql
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
    status, loans, slots, types, overdue, owed_fen, held_fen, _ = row[_BORROWER.stop :]
    return CheckoutFacts(
        editions=Editions(*row[:2]),
        item=Item(*row[_ITEM]),
        loan=None,
        transit=None,
        patron=Patron(*row[_BORROWER]),
        card_status=status,
        holdings=Holdings(frozenset(slots), tuple(types), overdue, tuple(loans)) if slots else NO_HOLDINGS,
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
    return ReturnFacts(
        editions=Editions(*row[:2]),
        item=Item(*row[_ITEM]),
        loan=Loan(*row[_LOAN]),
        transit=None,
        patron=Patron(*row[_HOLDER]),
        last=None,
        captured=None,
        waiting=(),
        to_clear=False,
        looked_for=False,
        has_charge=False,
        earlier=None,
    )


def _plain(rows: list[Row]) -> tuple[Any, ...] | None:
    """The one row, if it says of itself that the case is plain."""
    return rows[0] if rows and rows[0][-1] else None
