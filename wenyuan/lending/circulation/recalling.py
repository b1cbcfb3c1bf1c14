"""Recalling (催还): a hold that nothing on the shelf can fill makes a loan of its title due earlier.

It follows the placing of a hold, and what changes it, from the journal, so that nobody at a desk waits for it and the
locks of a hold and of another reader's loan are never held together. What a recall gives is a new base: the due date
stays a function of base and closures, and a second recall finds nothing to shorten.
"""

from datetime import datetime

from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.facts import Editions, ItemOfBib, LoanOfTitle, WaitingHold
from wenyuan.lending.circulation.holding import servants_at
from wenyuan.lending.circulation.queueing import note_item
from wenyuan.lending.circulation.telling import tell_of_loan
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.queries import get_entry
from wenyuan.organisation.notices.data import NoticeKind
from wenyuan.organisation.rights.data import CLOCK, Desk, Door
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.statements import Plan, Row, Statement, rows_of, run
from wenyuan.plumbing.transactions import assert_in_verb

WANTS_ANEW = ("resumed", "wish")
"""Changes of a hold after which it is asked anew what serves it; a place in the queue changes nothing of what is
needed, and what is suspended needs nothing."""


def recall_for_hold(entry_id: int) -> None:
    """A step: ask a loan back for the hold whose placing, resuming or changed wish an entry tells of, where the policy
    of the lending branch says so and nothing else will serve it. Done again it changes nothing more."""
    assert_in_verb()
    recorded = get_entry(entry_id)
    hold_id = _hold_of(recorded.entry) if recorded else None
    if recorded is None or hold_id is None:
        return
    at = recorded.entry.occurred_at
    holds = rows_of(Statement(sql.HOLD_TO_SERVE, {"hold": hold_id, "today": local_date(at)}))
    if not holds:
        return
    books = run(lambda: _books(holds[0]))
    if not books.policies.recalls:
        return
    recall = _find(holds[0], books, at)
    if recall is not None and _shorten(recall, at):
        _tell(recall, hold_id, at=at)


def _hold_of(entry: Entry) -> int | None:
    """The hold that asks by what an entry tells, if any does."""
    if entry.kind is Kind.HOLD_CHANGED:
        return entry.subject_id if entry.details.get("what") in WANTS_ANEW else None
    hold_id = entry.details.get("hold")
    return hold_id if isinstance(hold_id, int) else None


def _books(row: Row) -> Plan[Books]:
    return books_of(Editions(*row[:2]))


def _find(hold: Row, books: Books, at: datetime) -> rules.Recall | None:
    """The loan that is to come back earlier for a hold."""
    bib_id, item_id, patron_id, pickup_id, category_id = hold[2:]
    today = local_date(at)
    rows = rows_of(Statement(sql.LOANS_OF_TITLE, {"bib": bib_id}))
    loans = [LoanOfTitle._make((*row[:8], ItemOfBib(*row[8:]))) for row in rows]
    serving = {item.id for item, _ in servants_at(pickup_id, [loan.item for loan in loans], category_id, books, today)}
    loans = [loan for loan in loans if loan.item.id in serving and item_id in (None, loan.item.id)]
    recallable = []
    for loan in loans:
        if loan.recalled_at is not None or loan.patron_id == patron_id:
            continue
        policy = books.policy(loan.branch_id, loan.category_id, loan.item.type_id, today)
        calendar = books.network.calendar(loan.branch_id)
        if due := rules.due_of_recall(policy, loan, today=today, calendar=calendar, zone=library_zone()):
            recallable.append(rules.Recall(loan, due))

    def lends(pickup_branch_id: int, home_branch_id: int) -> bool:
        return books.network.lend_to_each_other(pickup_branch_id, home_branch_id, today)

    waiting = [WaitingHold(item_id, pickup_id)]
    free_homes: list[int] = []
    if item_id is None:
        values = {"bib": bib_id, "today": today}
        waiting = [WaitingHold(*row) for row in rows_of(Statement(sql.WAITING_FOR_TITLE, values)) if row[0] is None]
        free_homes = [home for (home,) in rows_of(Statement(sql.FREE_HOMES_OF_TITLE, {"bib": bib_id}))]
    return rules.loan_to_recall(recallable, loans, waiting=waiting, free_homes=free_homes, lends=lends, at=at)


def _shorten(recall: rules.Recall, at: datetime) -> bool:
    """Whether the loan was still as it was read; one that somebody has just renewed or returned is left alone."""
    loan, due = recall.loan, recall.due
    values = {
        "item": loan.item.id,
        "loan": loan.id,
        "at": at,
        "base": due.base,
        "due_at": due.at,
        "was_base": loan.base_due_date,
        "was_due_at": loan.due_at,
    }
    return bool(rows_of(Statement(sql.RECALL_LOAN, values)))


def _tell(recall: rules.Recall, hold_id: int, at: datetime) -> None:
    """The journal, and the reader who has it."""
    loan, due = recall.loan, recall.due
    desk = Desk(operator=CLOCK, branch_id=loan.branch_id, door=Door.WORKER)
    details = {"loan": loan.id, "hold": hold_id, "due_at": due.at.isoformat(), "was_due_at": loan.due_at.isoformat()}
    note_item(Kind.LOAN_RECALLED, loan.item.id, details, at=at, desk=desk)
    tell_of_loan(NoticeKind.LOAN_RECALLED, loan.id, due.day, at)
