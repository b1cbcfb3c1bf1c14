"""押金 (docs/specs/fees.md F20-F25): taken, held, given back when nothing is open, reported by branch and period."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district
from tests.factories.fees import make_charge, make_deposit
from tests.factories.patrons import make_patron
from tests.racing import at_once
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkin, checkout
from wenyuan.lending.fees import sql
from wenyuan.lending.fees.data import DepositRow, FeeReason, FeesRefused, Means, MoneyReceipt
from wenyuan.lending.fees.models import Entry
from wenyuan.lending.fees.operations import return_deposit, take_deposit
from wenyuan.lending.fees.queries import account_state, deposit_report, held_deposit_fen, list_deposits
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry as JournalRow
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def patron(district: District) -> Patron:
    return make_patron("陈小雨", "T100", home=district.central)


@pytest.fixture(autouse=True)
def _the_invariants_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if {"db", "fresh_database"} & set(request.fixturenames):
        assert {one.name for one in sql.INVARIANTS if broken_rows(one)} == set()


def refused(call: Callable[[], object]) -> FeesRefused:
    with pytest.raises(FeesRefused) as caught, transaction.atomic():
        call()
    return caught.value


def test_a_deposit_is_held_in_a_book_of_its_own_and_is_no_income(district: District, patron: Patron) -> None:
    receipt = make_deposit(patron, 10_000, at=AT, desk=district.at_central)

    assert (receipt.receipt_no, account_state(patron.id).held_fen) == ("C-2026-Y000001", 10_000)
    assert (account_state(patron.id).owed_fen, Entry.objects.filter(book="income").count()) == (0, 0)
    assert JournalRow.objects.get(kind="deposit_taken").amount_fen == 10_000


def test_a_deposit_taken_twice_by_one_key_is_one(district: District, patron: Patron) -> None:
    def take(fen: int) -> MoneyReceipt:
        return take_deposit(
            patron_id=patron.id, amount_fen=fen, means=Means.CASH, at=AT, desk=district.at_central, key="d"
        )

    assert [take(5_000).repeated, take(5_000).repeated] == [False, True]
    assert refused(lambda: take(6_000)).reasons == (FeeReason.KEY_REUSED,)
    assert held_deposit_fen(patron.id) == 5_000


def test_what_cannot_be_taken_is_refused_with_every_reason(district: District) -> None:
    left = make_patron(home=district.central, status="closed")

    wrong = refused(
        lambda: take_deposit(patron_id=left.id, amount_fen=0, means=Means.OTHER, at=AT, desk=district.at_central)
    )

    assert set(wrong.reasons) == {FeeReason.BAD_AMOUNT, FeeReason.REASON_MISSING, FeeReason.PATRON_CLOSED}


def test_it_stays_while_something_is_on_loan_or_owed_and_says_what(district: District, patron: Patron) -> None:
    deposit = make_deposit(patron, at=AT, desk=district.at_central)
    make_item(home=district.central, barcode="23001")
    checkout(item="23001", card="T100", at=AT, desk=district.at_central)
    make_charge(patron, 100, at=AT, desk=district.at_central)

    tied = refused(lambda: return_deposit(deposit_id=deposit.entry_id, at=AT, desk=district.at_central))
    checkin(item="23001", at=AT + timedelta(hours=1), desk=district.at_central)
    owing = refused(lambda: return_deposit(deposit_id=deposit.entry_id, at=AT, desk=district.at_central))

    assert (tied.reasons, tied.facts) == (
        (FeeReason.STILL_TIED,), {"open_fen": 10_000, "open_loans": 1, "open_charges": 1},
    )  # fmt: skip
    assert owing.facts == {"open_fen": 10_000, "open_charges": 1}
    assert held_deposit_fen(patron.id) == 10_000


def test_it_goes_back_in_parts_by_the_means_it_came_with_receipts_and_audit(district: District, patron: Patron) -> None:
    deposit = take_deposit(patron_id=patron.id, amount_fen=10_000, means=Means.SCAN, at=AT, desk=district.at_central)

    def give_back(fen: int | None, key: str | None = None) -> MoneyReceipt:
        return return_deposit(deposit_id=deposit.entry_id, amount_fen=fen, at=AT, desk=district.at_children, key=key)

    part, again = give_back(4_000, "k"), give_back(4_000, "k")
    [held] = list_deposits(patron.id)
    too_much = refused(lambda: give_back(6_001))
    rest = give_back(None)

    assert (part.receipt_no, part.means, again.repeated, held.held_fen) == ("E-2026-Y000001", "scan", True, 6_000)
    assert (too_much.reasons, too_much.facts["open_fen"]) == ((FeeReason.TOO_MUCH,), 6_000)
    assert (rest.amount_fen, held_deposit_fen(patron.id), list_deposits(patron.id)) == (6_000, 0, ())
    assert refused(lambda: give_back(None)).reasons == (FeeReason.NOTHING_OPEN,)
    assert AuditRow.objects.filter(act="return_deposit").count() == 2


def test_the_report_keeps_the_account_by_branch_and_period(district: District, patron: Patron) -> None:
    other = make_patron(home=district.central)
    first = make_deposit(patron, 10_000, at=AT - timedelta(days=40), desk=district.at_central)
    make_deposit(other, 5_000, at=AT, desk=district.at_central)
    make_deposit(other, 2_000, at=AT + timedelta(days=9), desk=district.at_children)
    return_deposit(deposit_id=first.entry_id, at=AT, desk=district.at_children)

    april = deposit_report(first=date(2026, 4, 1), last=date(2026, 4, 30))
    only = deposit_report(first=date(2026, 4, 1), last=date(2026, 5, 31), branch_ids=[district.children.id])

    assert april == (
        DepositRow(
            branch_id=district.central.id,
            held_before_fen=10_000,
            taken_fen=5_000,
            returned_fen=10_000,
            paid_out_fen=0,
        ),
        DepositRow(branch_id=district.children.id, held_before_fen=0, taken_fen=0, returned_fen=0, paid_out_fen=10_000),
    )
    assert [row.held_after_fen for row in april] == [5_000, 0]
    assert [(row.taken_fen, row.held_after_fen) for row in only] == [(2_000, 2_000)]


def test_a_clerk_takes_deposits_and_does_not_return_them(district: District, patron: Patron) -> None:
    clerk = make_desk(district.central, role=Role.DESK)
    deposit = make_deposit(patron, at=AT, desk=clerk)

    with pytest.raises(NotAllowed):
        return_deposit(deposit_id=deposit.entry_id, at=AT, desk=clerk)


@pytest.mark.parametrize("attempt", range(4))
def test_a_deposit_is_not_returned_to_somebody_who_borrows_at_the_same_moment(
    fresh_database: str, attempt: int
) -> None:
    town = make_district()
    patron = make_patron("陈小雨", "T100", home=town.central)
    make_item(home=town.central, barcode="23001")
    deposit = make_deposit(patron, at=AT, desk=town.at_central)

    results = at_once(
        lambda: return_deposit(deposit_id=deposit.entry_id, at=AT, desk=town.at_central),
        lambda: return_deposit(deposit_id=deposit.entry_id, at=AT, desk=town.at_children),
        lambda: checkout(item="23001", card="T100", at=AT, desk=town.at_central),
    )

    returned = [one for one in results if isinstance(one, MoneyReceipt)]
    lent_before = [one for one in results if isinstance(one, FeesRefused) and "open_loans" in one.facts]
    assert Loan.objects.filter(returned_at=None).count() == 1
    assert len(returned) <= 1
    assert bool(returned) or bool(lent_before)
    assert held_deposit_fen(patron.id) == (0 if returned else 10_000)
