"""What a late return costs, in the transaction that closes its loan.

Most returns cost nothing and stay one statement. Only where money or a suspension is due, or a fine has been charged
already, the plan asks for locks (``everyday.LocksWanted``) and is done again in a transaction that holds item, loan and
reader: fine, suspension, loan and journal are written together or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from django.db import DatabaseError

from wenyuan.holdings.catalogue.queries import price_of_item
from wenyuan.kernel.opening import days_overdue, place_after_closures
from wenyuan.lending.circulation import rules, sql
from wenyuan.lending.circulation.books import Books
from wenyuan.lending.circulation.everyday import MAX_GATHERS, Contended, LocksWanted, Overtaken, Request
from wenyuan.lending.circulation.facts import ClosedLoan, Item, Loan, MarkFacts
from wenyuan.lending.circulation.policies import MoneyPolicy
from wenyuan.lending.fees.data import FoundTerms
from wenyuan.lending.fees.operations import set_fine
from wenyuan.lending.patrons.data.standing import About
from wenyuan.lending.patrons.operations import restrict_after_return
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Plan, Statement, is_deadlock, run, run_outermost
from wenyuan.plumbing.transactions import verb

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Lateness:
    """So many open days late by these rules, when the reader was done with the item on ``done``."""

    money: MoneyPolicy
    days: int
    done: date

    @property
    def costs(self) -> bool:
        return rules.minds(self.money, self.days)


def drive(plan: Callable[[Request], Plan[R]], request: Request) -> R:
    """Drive an everyday verb; where it moves money, holding locks.

    :raises Contended: somebody else was faster at every attempt.
    """
    try:
        return run_outermost(lambda: plan(request))
    except LocksWanted:
        return holding_locks(plan, request)


def holding_locks(plan: Callable[[Request], Plan[R]], request: Request) -> R:
    """Drive a plan in one transaction that holds item, loan and reader; begun anew where others got into its way.

    :raises Contended: they did so every time.
    """
    for _ in range(MAX_GATHERS):
        try:
            return _locked(plan, request)
        except Overtaken:
            continue
        except DatabaseError as error:
            if not is_deadlock(error):
                raise
    raise Contended


@verb
def _locked(plan: Callable[[Request], Plan[R]], request: Request) -> R:
    return run(lambda: locked_plan(plan, request))


def locked_plan(plan: Callable[[Request], Plan[R]], request: Request) -> Plan[R]:
    """The plan for a transaction that is open already: it takes item, loan and reader first, and may move money."""
    for lock in sql.LOCKS:
        yield Statement(lock, {"barcode": request.item})
    return (yield from plan(replace(request, holds_locks=True)))


def open_days_late(loan: Loan | ClosedLoan, books: Books, *, back_at: datetime) -> int:
    """Open days of the lending branch between the due day and the day the reader was done.

    A loan that a closure will move, and has not yet, is late only after the day it will be moved to.
    """
    calendar = books.network.calendar(loan.branch_id)
    due = local_date(loan.due_at)
    if isinstance(loan, Loan):
        due = max(due, place_after_closures(base=loan.base_due_date, calendar=calendar, reader=loan.patron_id).day)
    return days_overdue(due=due, on=local_date(back_at), calendar=calendar, count_closed=False)


def lateness_of(loan: Loan, category_id: int | None, item: Item, books: Books, *, days: int, done: date) -> Lateness:
    """What the rules of the branch that lent say of a loan so many open days late."""
    money = books.money(loan.branch_id, category_id, item.type_id, rules.terms_day(loan))
    return Lateness(money, days, done)


def settle(late: Lateness, loan: Loan, item: Item, request: Request) -> tuple[int, date | None]:
    """A step: bring the fine to its final total, whatever was charged before, and suspend as the rules say. Returns the
    fine in fen and the last day of the suspension."""
    total_fen = fine_of(late, item)
    close_period(total_fen, loan, item, request)
    until = restrict_after_return(
        patron_id=loan.patron_id,
        days=rules.days_suspended(late.money, late.days),
        cumulative=late.money.suspensions_add_up,
        at=request.learnt_at or request.at,
        desk=request.desk,
        about=About("loan", loan.id),
        from_date=late.done,
    )
    return total_fen, until


def settle_at_mark(facts: MarkFacts, books: Books, request: Request) -> int:
    """A step: what a return would have cost is due when a mark ends a loan (R-31): suspension, and the fine in fen."""
    late = lateness_at_mark(facts, books, at=request.at)
    assert facts.item is not None
    assert facts.loan is not None
    return settle(late, facts.loan, facts.item, request)[0]


def lateness_at_mark(facts: MarkFacts, books: Books, *, at: datetime) -> Lateness:
    """How late a loan is that a mark ends, or that is still out: now, or when the reader's clock had stopped, because
    the item was taken elsewhere (代收) or is claimed returned."""
    item, loan = facts.item, facts.loan
    assert item is not None
    assert loan is not None
    done = loan.taken_at or loan.claimed_at or at
    days = open_days_late(loan, books, back_at=done)
    category_id = facts.patron.category_id if facts.patron else None
    return lateness_of(loan, category_id, item, books, days=days, done=local_date(done))


def found_terms(item: Item, books: Books) -> Plan[FoundTerms | None]:
    """By which rules the price of a lost item that is here again is given back (R-29): those of the branch that lent
    it, on the day on which it was charged. None where nobody was charged."""
    if item.condition != "lost":
        return None
    rows = yield Statement(sql.CHARGE_OF_LOST, {"item": item.id})
    if not rows:
        return None
    branch_id, category_id, charged_on = rows[0]
    return rules.found_terms(books.money(branch_id, category_id, item.type_id, charged_on))


def fine_of(late: Lateness, item: Item) -> int:
    """What the lateness costs in fen; an item whose price nobody knows counts with what its type costs."""
    price_fen = price_of_item(item.id).fen if late.money.fine_capped_at_price else 0
    return rules.fine_of(late.money, late.days, price_fen=price_fen)


def close_period(total_fen: int, loan: Loan, item: Item, request: Request) -> None:
    """A step: what the loan cost until now is final, at its return or a renewal (R-18)."""
    set_fine(
        patron_id=loan.patron_id,
        loan_id=loan.id,
        total_fen=total_fen,
        at=request.learnt_at or request.at,
        desk=request.desk,
        is_final=True,
        branch_id=loan.branch_id,
        item_id=item.id,
    )
