"""日结 (docs/specs/fees.md F30-F35): what the ledger says, what was counted, the difference, frozen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from tests.factories.accounts import make_desk
from tests.factories.circulation import District, make_district
from tests.factories.fees import make_charge, make_deposit, make_payment
from tests.factories.network import make_service_point
from tests.factories.patrons import make_patron
from tests.racing import at_once
from wenyuan.lending.fees import sql
from wenyuan.lending.fees.data import Book, ClosingReceipt, FeeReason, FeesRefused, Means, Till
from wenyuan.lending.fees.operations import close_day, refund, return_deposit
from wenyuan.lending.fees.queries import closed_rows, closing_of, list_closings, open_lines, rows_after
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry as JournalRow
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
DAY = date(2026, 4, 23)
CASH, DEPOSIT = (Book.INCOME, Means.CASH), (Book.DEPOSIT, Means.CASH)


@pytest.fixture
def desk(district: District) -> Desk:
    point = make_service_point(district.central)
    return replace(district.at_central, service_point_id=point.id)


@pytest.fixture
def patron(district: District, desk: Desk) -> Patron:
    patron = make_patron(home=district.central)
    make_charge(patron, 10_000, at=AT - timedelta(days=9), desk=desk)
    return patron


def close(
    desk: Desk, counted: dict[tuple[Book, Means], int], *, day: date = DAY, reason: str = "", key: str | None = None
) -> ClosingReceipt:
    return close_day(day=day, counted=counted, reason=reason, at=AT + timedelta(hours=8), desk=desk, key=key)


def refused(call: Callable[[], object]) -> set[FeeReason]:
    with pytest.raises(FeesRefused) as caught, transaction.atomic():
        call()
    return set(caught.value.reasons)


def test_a_day_is_closed_by_book_and_means_and_frozen(district: District, desk: Desk, patron: Patron) -> None:
    payment = make_payment(patron, 500, at=AT, desk=desk)
    make_payment(patron, 300, at=AT, desk=desk, means=Means.SCAN)
    make_payment(patron, 700, at=AT, desk=district.at_central)  # another till
    deposit = make_deposit(patron, 10_000, at=AT, desk=desk)
    refund(payment_id=payment.entry_id, amount_fen=200, reason="多收", at=AT, desk=desk)

    receipt = close(desk, {CASH: 300, (Book.INCOME, Means.SCAN): 300, DEPOSIT: 10_000}, key="k")
    again = close(desk, {CASH: 300, (Book.INCOME, Means.SCAN): 300, DEPOSIT: 10_000}, key="k")

    lines = [
        (line.book, line.means, line.rows, line.taken_fen, line.returned_fen, line.difference_fen)
        for line in receipt.closing.lines
    ]
    assert sorted(lines) == [
        ("deposit", "cash", 1, 10_000, 0, 0),
        ("income", "cash", 2, 500, 200, 0),
        ("income", "scan", 1, 300, 0, 0),
    ]
    assert (again.repeated, again.closing.id) == (True, receipt.closing.id)
    assert deposit.entry_id in {row.entry_id for row in closed_rows(receipt.closing.id)}
    entry = JournalRow.objects.get(kind="day_closed")
    assert (entry.amount_fen, entry.details) == (10_600, {"day": "2026-04-23", "difference_fen": 0})
    assert {one.name for one in sql.INVARIANTS if broken_rows(one)} == set()


def test_a_difference_needs_its_reason_and_is_kept(desk: Desk, patron: Patron) -> None:
    make_payment(patron, 500, at=AT, desk=desk)

    assert refused(lambda: close(desk, {CASH: 450})) == {FeeReason.REASON_MISSING}
    receipt = close(desk, {CASH: 450, DEPOSIT: 50}, reason="找零有误，五角待查")

    assert [line.difference_fen for line in receipt.closing.lines] == [-50, 50]
    assert AuditRow.objects.get(act="close_day").reason == "找零有误，五角待查"


def test_what_cannot_be_closed_is_refused_with_every_reason(desk: Desk, patron: Patron) -> None:
    make_payment(patron, 500, at=AT, desk=desk)

    assert refused(lambda: close(desk, {}, day=DAY + timedelta(days=1))) == {
        FeeReason.FUTURE_DAY,
        FeeReason.COUNT_MISSING,
    }
    close(desk, {CASH: 500})
    assert refused(lambda: close(desk, {})) == {FeeReason.ALREADY_CLOSED}
    assert refused(lambda: close(desk, {}, day=DAY - timedelta(days=1))) == {FeeReason.LATER_CLOSED}


def test_a_row_after_the_closing_is_shown_there_and_counted_with_the_next_day(desk: Desk, patron: Patron) -> None:
    make_payment(patron, 500, at=AT, desk=desk)
    closing = close(desk, {CASH: 500}).closing
    make_payment(patron, 120, at=AT + timedelta(hours=9), desk=desk)
    tomorrow = AT + timedelta(days=1)
    make_payment(patron, 30, at=tomorrow, desk=desk)

    after = [row.amount_fen for row in rows_after(closing)]
    [line] = open_lines(Till(desk.branch_id, desk.service_point_id), until=DAY + timedelta(days=1))
    next_day = close_day(day=DAY + timedelta(days=1), counted={CASH: 150}, at=tomorrow, desk=desk).closing

    assert (after, line.expected_fen) == ([120], 150)
    assert [row.amount_fen for row in closed_rows(next_day.id)] == [120, 30]
    assert [row.amount_fen for row in rows_after(closing)] == [120]
    assert [line.taken_fen for line in closing.lines] == [500]
    assert {one.name for one in sql.INVARIANTS if broken_rows(one)} == set()


def test_a_till_that_only_gave_money_away_counts_below_nothing(desk: Desk, patron: Patron) -> None:
    deposit = make_deposit(patron, 5_000, at=AT - timedelta(days=2), desk=desk)
    close(desk, {DEPOSIT: 5_000}, day=DAY - timedelta(days=2))
    make_payment(patron, 10_000, at=AT, desk=desk, means=Means.SCAN)
    return_deposit(deposit_id=deposit.entry_id, at=AT, desk=desk)

    receipt = close(desk, {DEPOSIT: -5_000, (Book.INCOME, Means.SCAN): 10_000})

    assert receipt.closing.difference_fen == 0


def test_tills_and_branches_are_closed_apart(district: District, desk: Desk, patron: Patron) -> None:
    make_payment(patron, 500, at=AT, desk=desk)
    make_payment(patron, 700, at=AT, desk=district.at_children)

    first = close(desk, {CASH: 500}).closing
    close(district.at_central, {})
    close(district.at_children, {CASH: 700})

    assert closing_of(Till(district.central.id, desk.service_point_id), DAY) == first
    found, more = list_closings(branch_id=district.central.id, size=1)
    rest, end = list_closings(branch_id=district.central.id, size=1, before=more)
    assert [one.till.service_point_id for one in found + rest] == [None, desk.service_point_id]
    assert end is None


def test_a_machine_closes_no_till(district: District) -> None:
    with pytest.raises(NotAllowed):
        close(make_desk(district.central, role=Role.MACHINE), {})


def test_a_day_closed_twice_at_once_while_money_comes_in_is_closed_once_and_loses_no_row(fresh_database: str) -> None:
    town = make_district()
    patrons = [make_patron(home=town.central) for _ in range(3)]
    for one in patrons:
        make_charge(one, 500, at=AT, desk=town.at_central)
    make_payment(patrons[0], 100, at=AT, desk=town.at_central)

    def closing() -> object:
        return close(town.at_central, {CASH: 100})

    results = at_once(
        closing,
        closing,
        *[lambda one=one: make_payment(one, 20, at=AT, desk=town.at_central) for one in patrons[1:]],
    )

    done = [one for one in results if isinstance(one, ClosingReceipt)]
    refusals = {reason for one in results if isinstance(one, FeesRefused) for reason in one.reasons}
    assert len(done) <= 1
    assert [one for one in results if isinstance(one, Exception) and not isinstance(one, FeesRefused)] == []
    assert refusals <= {FeeReason.ALREADY_CLOSED, FeeReason.TILL_MOVED, FeeReason.REASON_MISSING}
    held = closed_rows(done[0].closing.id) + rows_after(done[0].closing) if done else ()
    assert not done or sorted(row.amount_fen for row in held) == [20, 20, 100]
    assert {one.name for one in sql.INVARIANTS if broken_rows(one)} == set()
