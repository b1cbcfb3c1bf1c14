"""Loans = journal = sums = snapshot (docs/specs/figures.md, CM17 to CM19)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District
from tests.factories.patrons import make_patron
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkout, undo
from wenyuan.office.figures.closing.sql import INVARIANTS
from wenyuan.office.figures.data import Question
from wenyuan.office.figures.operations import adjust_month, close_month, define, roll_up
from wenyuan.office.figures.queries import month_period, reconciled_months, unlike_loans
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.invariants import broken_rows

APRIL = date(2026, 4, 1)
LONG_AFTER = datetime(2099, 1, 1, tzinfo=UTC)
"""Later than the clock of the database, so that nothing looks as if it had come since."""
IN_ORDER, BY_WHAT_CAME, WHEN_LENT = INVARIANTS


@pytest.fixture
def director(district: District) -> Desk:
    return make_desk(district.central, role=Role.DIRECTOR, everywhere=True)


def lend(district: District, barcode: str, desk: Desk, at: datetime) -> None:
    home = district.central if desk is district.at_central else district.children
    make_item(barcode=barcode, home=home)
    make_patron(card=f"K{barcode}", home=home)
    checkout(item=barcode, card=f"K{barcode}", at=at, desk=desk, key=barcode)


def added_up(at: datetime) -> None:
    while deliver(at=at):
        pass
    roll_up(at=at)


def april(branch: str | None = None) -> tuple[int, int, int]:
    [found] = reconciled_months(month_period(APRIL), branch=branch)
    return found.rows, found.journal, found.rollups


def run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def renewal(at: datetime, quantity: int) -> Entry:
    return Entry(kind=Kind.RENEWAL, occurred_at=at, door="workbench", quantity=quantity)


def test_the_loans_of_a_month_are_the_same_by_table_journal_and_sums(district: District, at: datetime) -> None:
    lend(district, "1", district.at_central, at)
    lend(district, "2", district.at_children, at)
    lend(district, "3", district.at_central, datetime(2026, 4, 30, 15, 59, tzinfo=UTC))
    lend(district, "4", district.at_central, datetime(2026, 4, 30, 16, 1, tzinfo=UTC))  # the first of May there
    undo(key="3", at=datetime(2026, 4, 30, 15, 59, 30, tzinfo=UTC), desk=district.at_central)
    added_up(LONG_AFTER.replace(year=2026, month=6))

    assert (april(), april("E"), april("S")) == ((2, 2, 2), (1, 1, 1), (0, 0, 0))
    assert unlike_loans(APRIL) == ()
    assert reconciled_months(month_period(date(2026, 5, 1)))[0].agrees


def test_a_loan_without_its_entry_or_an_entry_without_its_loan_is_named(district: District, at: datetime) -> None:
    lend(district, "1", district.at_central, at)
    lend(district, "2", district.at_central, at)
    [kept, gone] = Loan.objects.order_by("id")
    Loan.objects.filter(id=gone.id).delete()
    Loan.objects.filter(id=kept.id).update(lent_at=at + timedelta(days=30))

    assert april() == (0, 2, 2)
    assert [(one.loan_id, one.day, one.rows, one.journal) for one in unlike_loans(APRIL)] == [
        (kept.id, local_date(at), 0, 1),
        (gone.id, local_date(at), 0, 1),
    ]
    assert list(broken_rows(WHEN_LENT)) == [(kept.id, kept.item_id)]


def test_sums_that_say_another_thing_are_seen(district: District, at: datetime) -> None:
    lend(district, "1", district.at_central, at)
    added_up(LONG_AFTER.replace(year=2026, month=6))

    run("UPDATE figures_dayroll SET quantity = quantity + 5 WHERE kind = 'loan'")

    assert april() == (1, 1, 6)


def test_the_invariant_finds_a_snapshot_that_differs_without_anything_having_come(
    district: District, at: datetime, director: Desk
) -> None:
    lend(district, "1", district.at_central, at)
    record(renewal(at, 3))
    record(Entry(kind=Kind.ACTIVITY, occurred_at=at, door="workbench", persons=30, details={"sort": "lecture"}))
    record(Entry(kind=Kind.ACTIVITY, occurred_at=at, door="workbench", persons=9, details={"role": "participant"}))
    for question in (Question.RENEWALS_IN_LOANS, Question.ACTIVITIES_IN_VISITS):
        define(question=question, counts=True, since=APRIL, basis="馆务会", at=at, desk=director)
    close_month(month=APRIL, at=LONG_AFTER, desk=director)
    assert list(broken_rows(BY_WHAT_CAME)) == []
    define(question=Question.RENEWALS_IN_LOANS, counts=False, since=APRIL, basis="省馆", at=at, desk=director)
    assert list(broken_rows(BY_WHAT_CAME)) == []  # it is held against the definitions that were frozen

    run(
        "INSERT INTO figures_frozenfigure (month_id, branch_id, below, code, value)"
        " SELECT id, 0, TRUE, 'praise', 7 FROM figures_closedmonth"
    )
    record(renewal(at, 2))

    assert sorted(broken_rows(BY_WHAT_CAME)) == [
        (APRIL, "loans", 4, 6),
        (APRIL, "praise", 7, None),
        (APRIL, "renewals", 3, 5),
    ]


def test_what_was_recorded_since_explains_a_difference_to_the_invariant(
    district: District, at: datetime, director: Desk
) -> None:
    lend(district, "1", district.at_central, at)
    close_month(month=APRIL, at=datetime(2026, 5, 2, tzinfo=UTC), desk=director)

    record(renewal(at, 2))
    assert list(broken_rows(BY_WHAT_CAME)) == []
    adjust_month(month=APRIL, reason="补录", at=LONG_AFTER, desk=director)

    assert list(broken_rows(BY_WHAT_CAME)) == []


def test_the_invariant_holds_an_adjusted_snapshot_against_the_definitions_that_it_took_in_cm24(
    district: District, at: datetime, director: Desk
) -> None:
    lend(district, "1", district.at_central, at)
    record(renewal(at, 3))
    close_month(month=APRIL, at=LONG_AFTER, desk=director)
    define(question=Question.RENEWALS_IN_LOANS, counts=True, since=APRIL, basis="省馆", at=at, desk=director)
    adjust_month(month=APRIL, reason="口径调整", at=LONG_AFTER, desk=director)

    assert list(broken_rows(BY_WHAT_CAME)) == []
    record(renewal(at, 2))
    assert sorted(broken_rows(BY_WHAT_CAME)) == [(APRIL, "loans", 4, 6), (APRIL, "renewals", 3, 5)]


def test_the_invariant_finds_a_month_that_is_open_between_two_that_are_closed(
    district: District, at: datetime, director: Desk
) -> None:
    lend(district, "1", district.at_central, at)
    for month in (4, 5):
        close_month(month=date(2026, month, 1), at=LONG_AFTER, desk=director)
    assert list(broken_rows(IN_ORDER)) == []

    run(
        "INSERT INTO figures_closedmonth (month, definitions, indicators, closed_by_id, closed_at)"
        " SELECT '2026-07-01', definitions, indicators, closed_by_id, closed_at FROM figures_closedmonth LIMIT 1"
    )

    assert list(broken_rows(IN_ORDER)) == [(date(2026, 7, 1),)]
