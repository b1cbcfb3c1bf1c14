"""Loans that are renewed by themselves before they fall due, where the policy says so (``auto_renew``)."""

import logging
from datetime import datetime, time, timedelta

from django.db import DatabaseError

from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.books import books_of
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.everyday import Contended, Refused, Request
from wenyuan.lending.circulation.facts import Editions
from wenyuan.lending.circulation.lateness import drive
from wenyuan.lending.circulation.renewing import renewal_plan
from wenyuan.lending.circulation.telling import tell_not_renewed
from wenyuan.organisation.rights.data import CLOCK, Desk, Door
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.statements import Plan, Row, Statement, run

log = logging.getLogger(__name__)
CHUNK = 500
DAYS_BEFORE = 1
"""How many days before the due date a loan is renewed by itself; what a night without a worker left is made up for on
the day itself."""
UNTOLD = frozenset({BlockCode.NOT_ON_LOAN, BlockCode.RENEWAL_GAINS_NOTHING})
"""Of what was returned meanwhile, or is due later anyway (a closure has moved it), nobody is told that it did not renew
itself."""


@needs()
def renew_automatically(*, at: datetime) -> int:
    """Renew what falls due by tomorrow, where its policy says so and a renewal would be granted: by the very rules of
    ``renew``, and no waiver. How many were renewed.

    Each loan by itself: whoever is killed half-way goes on the next time, a loan that was renewed is no longer due,
    and one that fails is logged and keeps no other.
    """
    until = datetime.combine(local_date(at) + timedelta(days=DAYS_BEFORE + 1), time.min, library_zone())
    last_id = count = 0
    while True:
        rows = _due(since=at, until=until, after_id=last_id)
        for row in rows:
            count += _renew_if_stated(row, at)
        if len(rows) < CHUNK:
            return count
        last_id = rows[-1][0]


def _due(*, since: datetime, until: datetime, after_id: int) -> list[Row]:
    def plan() -> Plan[list[Row]]:
        return (yield Statement(sql.LOANS_DUE, {"since": since, "until": until, "after": after_id, "size": CHUNK}))

    return run(plan)


def _renew_if_stated(row: Row, at: datetime) -> bool:
    loan_id, branch_id, due_at, barcode, category_id, type_id, *editions = row
    books = run(lambda: books_of(Editions(*editions)))
    policy = books.policy(branch_id, category_id, type_id, local_date(at))
    if policy is None or not policy.auto_renew:
        return False
    desk = Desk(operator=CLOCK, branch_id=branch_id, door=Door.WORKER)
    try:
        drive(renewal_plan, Request(item=barcode, at=at, desk=desk, loan_id=loan_id))
    except Refused as refused:
        if {block.code for block in refused.blocks} - UNTOLD:
            tell_not_renewed(loan_id=loan_id, due=local_date(due_at), at=at)
        return False
    except Contended:
        return False
    except DatabaseError:
        log.exception("loan %s was not renewed", loan_id)
        return False
    return True
