"""The fine of a loan that is still out: what its return would cost today, charged night by night.

A reader who looks at the account sees what has come together, and the account counts against what may be owed. Nothing
is charged for a closed day, and what a closure that is declared late has lifted is taken off again.
"""

import logging
from datetime import datetime

from django.db import DatabaseError

from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.books import books_of
from wenyuan.lending.circulation.everyday import Request
from wenyuan.lending.circulation.facts import Editions
from wenyuan.lending.circulation.lateness import fine_of, lateness_at_mark
from wenyuan.lending.circulation.marking import look
from wenyuan.lending.fees.data import FeesRefused
from wenyuan.lending.fees.operations import set_fine
from wenyuan.organisation.rights.data import CLOCK, Desk, Door
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Row, Statement, rows_of, run
from wenyuan.plumbing.transactions import verb

log = logging.getLogger(__name__)
CHUNK = 500


@needs()
def charge_running_fines(*, at: datetime) -> int:
    """Keep the fine of every late loan at what a return would cost now (R-14); how many fines changed.

    Each loan in a transaction of its own: a job that runs twice adds nothing, one that is killed half-way goes on the
    next night, and a loan that fails is logged and keeps no other.
    """
    last_id = changed = 0
    while True:
        rows = rows_of(Statement(sql.LOANS_TO_FINE, {"at": at, "after": last_id, "size": CHUNK}))
        for row in rows:
            changed += _keep(row, at)
        if len(rows) < CHUNK:
            return changed
        last_id = rows[-1][0]


def _keep(row: Row, at: datetime) -> bool:
    loan_id, barcode, branch_id, category_id, type_id, terms_at, grows, *editions = row
    books = run(lambda: books_of(Editions(*editions)))
    if not grows and not books.money(branch_id, category_id, type_id, local_date(terms_at)).fine_day_fen:
        return False
    desk = Desk(operator=CLOCK, branch_id=branch_id, door=Door.WORKER)
    try:
        return _keep_at_total(Request(item=barcode, at=at, desk=desk), loan_id)
    except (DatabaseError, FeesRefused):
        log.exception("the fine of loan %s was not kept", loan_id)
        return False


@verb
def _keep_at_total(request: Request, loan_id: int) -> bool:
    """Whether the fine changed; of a loan that was brought back, renewed, taken or claimed meanwhile nothing does."""
    for lock in sql.LOCKS:
        rows_of(Statement(lock, {"barcode": request.item}))
    facts = look(request)
    item, loan, patron = facts.item, facts.loan, facts.patron
    if item is None or loan is None or patron is None or loan.id != loan_id or not rules.is_in_hand(loan):
        return False
    books = run(lambda: books_of(facts.editions))
    late = lateness_at_mark(facts, books, at=request.at)
    change = set_fine(
        patron_id=loan.patron_id,
        loan_id=loan.id,
        total_fen=fine_of(late, item),
        at=request.at,
        desk=request.desk,
        is_final=False,
        branch_id=loan.branch_id,
        item_id=item.id,
    )
    return change != 0
