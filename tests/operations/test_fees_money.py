"""Charging, paying, forgiving, replacing in kind, cancelling and paying back (docs/specs/fees.md F1-F29)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district
from tests.factories.fees import make_charge, make_deposit, make_payment
from tests.factories.patrons import make_patron
from tests.racing import at_once
from wenyuan.lending.fees import sql
from wenyuan.lending.fees.answers import forget_history
from wenyuan.lending.fees.data import AccountState, ChargeKind, FeeReason, FeesRefused, FoundTerms, Means
from wenyuan.lending.fees.models import Charge, Entry
from wenyuan.lending.fees.operations import (
    add_charge,
    cancel_charge,
    charge,
    forgive,
    pay,
    refund,
    replace_in_kind,
    set_fine,
    settle_found,
)
from wenyuan.lending.fees.queries import (
    account_state,
    get_charge,
    has_open_charges,
    held_deposit_fen,
    list_debtors,
    list_ledger,
    list_open_charges,
    owed_fen,
)
from wenyuan.lending.patrons.data import CannotLeave
from wenyuan.lending.patrons.models import Patron
from wenyuan.lending.patrons.operations import close_patron, merge_patrons, undo_merge
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry as JournalRow
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def patron(district: District) -> Patron:
    return make_patron("陈小雨", home=district.central)


@pytest.fixture(autouse=True)
def _the_invariants_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "db" in request.fixturenames or "fresh_database" in request.fixturenames:
        assert_the_books_agree()


def assert_the_books_agree() -> None:
    assert {one.name: list(broken_rows(one)) for one in sql.INVARIANTS if broken_rows(one)} == {}


def state(patron: Patron) -> tuple[int, int, int]:
    found = account_state(patron.id)
    return found.owed_fen, found.due_back_fen, found.held_fen


def refused(call: Callable[[], object]) -> set[FeeReason]:
    with pytest.raises(FeesRefused) as caught, transaction.atomic():
        call()
    return set(caught.value.reasons)


# Charging ----------------------------------------------------------------------------------------------------------


def test_a_charge_by_hand_is_owed_and_journaled_without_the_person(district: District, patron: Patron) -> None:
    made = add_charge(
        patron_id=patron.id,
        kind=ChargeKind.OTHER,
        amount_fen=500,
        text="补磁条",
        at=AT,
        desk=district.at_central,
        key="k1",
    )

    assert state(patron) == (500, 0, 0)
    row = JournalRow.objects.get(kind="fee_charged")
    assert (row.amount_fen, row.branch_id, row.patron_category, row.subject_id, row.key) == (
        500, district.central.id, "adult", None, None,
    )  # fmt: skip
    assert row.reader_ref is not None
    assert row.details == {"charge": "other", "fee_branch": district.central.id}
    assert AuditRow.objects.filter(act="add_charge", subject_id=made.charge_id).count() == 1


def test_what_cannot_be_charged_is_refused_with_every_reason(district: District, patron: Patron) -> None:
    left = make_patron(home=district.central, status="closed")

    def by_hand(who: int, fen: int, text: str = "", kind: ChargeKind = ChargeKind.LOST) -> set[FeeReason]:
        return refused(
            lambda: add_charge(patron_id=who, kind=kind, amount_fen=fen, text=text, at=AT, desk=district.at_central)
        )

    assert by_hand(left.id, 0, kind=ChargeKind.OTHER) == {
        FeeReason.BAD_AMOUNT, FeeReason.REASON_MISSING, FeeReason.PATRON_CLOSED,
    }  # fmt: skip
    assert by_hand(patron.id, 10_000_001) == {FeeReason.BAD_AMOUNT}
    assert by_hand(patron.id, 1, "电话 13800001111") == {FeeReason.TEXT_HOLDS_NUMBER}
    assert by_hand(patron.id, 1, "长" * 201) == {FeeReason.TEXT_TOO_LONG}
    assert by_hand(patron.id + 999, 1) == {FeeReason.PATRON_UNKNOWN}
    assert Entry.objects.count() == 0


def test_a_step_charges_for_another_branch_and_writes_no_zero_row(district: District, patron: Patron) -> None:
    nothing = charge(patron_id=patron.id, kind=ChargeKind.OVERDUE, amount_fen=0, at=AT, desk=district.at_central)
    made = charge(
        patron_id=patron.id,
        kind=ChargeKind.OVERDUE,
        amount_fen=120,
        branch_id=district.children.id,
        at=AT,
        desk=district.at_central,
    )

    assert nothing is None
    assert made is not None
    assert Entry.objects.get().branch_id == district.children.id
    assert list_debtors(branch_id=district.central.id)[0] == ()
    [debtor] = list_debtors(branch_id=district.children.id)[0]
    assert (debtor.patron_id, debtor.owed_fen, debtor.charges) == (patron.id, 120, 1)


def test_steps_are_for_verbs_only(fresh_database: str) -> None:
    town = make_district()

    with pytest.raises(AssertionError):
        charge(patron_id=1, kind=ChargeKind.OVERDUE, amount_fen=1, at=AT, desk=town.at_central)


def test_a_fine_is_kept_at_its_total_however_often_it_is_set(district: District, patron: Patron) -> None:
    def fine(total: int, *, final: bool = False) -> int:
        return set_fine(
            patron_id=patron.id, loan_id=7, total_fen=total, at=AT, desk=district.at_central, is_final=final
        )

    assert [fine(20), fine(20), fine(60), fine(60, final=True)] == [20, 0, 40, 0]
    assert state(patron) == (60, 0, 0)
    make_payment(patron, 60, at=AT, desk=district.at_central)
    assert Charge.objects.exclude(loan_id=None).count() == 0


def test_a_backdated_return_takes_off_what_was_too_much_also_what_was_paid(district: District, patron: Patron) -> None:
    def fine(total: int, *, final: bool = False) -> int:
        return set_fine(
            patron_id=patron.id, loan_id=7, total_fen=total, at=AT, desk=district.at_central, is_final=final
        )

    fine(100)
    make_payment(patron, 30, at=AT, desk=district.at_central)

    assert fine(20, final=True) == -80
    assert state(patron) == (0, 10, 0)


# Paying ------------------------------------------------------------------------------------------------------------


def test_one_payment_settles_several_charges_the_oldest_first(district: District, patron: Patron) -> None:
    first = make_charge(patron, 300, at=AT, desk=district.at_central)
    second = make_charge(patron, 500, at=AT, desk=district.at_children)

    receipt = pay(patron_id=patron.id, amount_fen=400, means=Means.CASH, at=AT, desk=district.at_central, key="p1")

    assert [(part.charge_id, part.amount_fen) for part in receipt.allocations] == [(first, 300), (second, 100)]
    assert (receipt.receipt_no, receipt.state) == ("C-2026-000001", AccountState(400, 0, 0))
    assert JournalRow.objects.get(kind="fee_paid").details == {"means": "cash", "fee_branch": district.central.id}


def test_charges_that_are_named_are_paid_in_their_order(district: District, patron: Patron) -> None:
    first = make_charge(patron, 300, at=AT, desk=district.at_central)
    second = make_charge(patron, 500, at=AT, desk=district.at_central)

    receipt = pay(
        patron_id=patron.id, amount_fen=500, means=Means.SCAN, charge_ids=[second], at=AT, desk=district.at_central
    )

    assert [(part.charge_id, part.amount_fen) for part in receipt.allocations] == [(second, 500)]
    assert [one.id for one in list_open_charges(patron.id)] == [first]


def test_charges_of_one_kind_are_paid_before_the_others(district: District, patron: Patron) -> None:
    lost = make_charge(patron, 300, at=AT, desk=district.at_central)
    late = make_charge(patron, 500, kind=ChargeKind.OVERDUE, at=AT, desk=district.at_central)

    receipt = pay(
        patron_id=patron.id,
        amount_fen=600,
        means=Means.CASH,
        first=ChargeKind.OVERDUE,
        at=AT,
        desk=district.at_central,
    )

    assert [(part.charge_id, part.amount_fen) for part in receipt.allocations] == [(late, 500), (lost, 100)]


def test_a_payment_is_refused_with_every_reason(district: District, patron: Patron) -> None:
    def paying(fen: int, means: Means = Means.CASH, charges: list[int] | None = None) -> set[FeeReason]:
        return refused(
            lambda: pay(
                patron_id=patron.id, amount_fen=fen, means=means, charge_ids=charges, at=AT, desk=district.at_central
            )
        )

    assert paying(100) == {FeeReason.NOTHING_OPEN}
    made = make_charge(patron, 300, at=AT, desk=district.at_central)
    other = make_charge(make_patron(home=district.central), 300, at=AT, desk=district.at_central)

    assert paying(301) == {FeeReason.TOO_MUCH}
    assert paying(0) == {FeeReason.BAD_AMOUNT}
    assert paying(-5, Means.OTHER) == {FeeReason.BAD_AMOUNT, FeeReason.REASON_MISSING}
    assert paying(100, charges=[made, other]) == {FeeReason.CHARGE_UNKNOWN}
    assert Entry.objects.filter(kind="payment").count() == 0


def test_a_payment_sent_twice_is_one_and_its_key_is_for_nothing_else(district: District, patron: Patron) -> None:
    make_charge(patron, 300, at=AT, desk=district.at_central)

    def paying(fen: int, charges: list[int] | None = None) -> object:
        return pay(
            patron_id=patron.id,
            amount_fen=fen,
            means=Means.CASH,
            charge_ids=charges,
            at=AT,
            desk=district.at_central,
            key="p1",
        )

    first, again = paying(100), paying(100)

    assert (getattr(first, "repeated", None), getattr(again, "repeated", None)) == (False, True)
    assert getattr(again, "receipt_no", None) == "C-2026-000001"
    assert refused(lambda: paying(150)) == {FeeReason.KEY_REUSED}
    other = make_charge(patron, 300, at=AT, desk=district.at_central)
    assert refused(lambda: paying(100, [other])) == {FeeReason.KEY_REUSED}
    assert state(patron) == (500, 0, 0)


def test_receipts_run_by_branch_book_and_year_and_a_refusal_takes_no_number(district: District, patron: Patron) -> None:
    make_charge(patron, 10_000, at=AT, desk=district.at_central)

    numbers = [make_payment(patron, 100, at=AT, desk=district.at_central).receipt_no]
    refused(lambda: make_payment(patron, 99_999, at=AT, desk=district.at_central))
    numbers += [
        make_payment(patron, 100, at=AT, desk=district.at_central).receipt_no,
        make_payment(patron, 100, at=AT, desk=district.at_children).receipt_no,
        make_deposit(patron, 100, at=AT, desk=district.at_central).receipt_no,
        make_payment(patron, 100, at=datetime(2026, 12, 31, 16, 30, tzinfo=UTC), desk=district.at_central).receipt_no,
    ]

    assert numbers == ["C-2026-000001", "C-2026-000002", "E-2026-000001", "C-2026-Y000001", "C-2027-000001"]


# Letting go --------------------------------------------------------------------------------------------------------


def test_forgiving_needs_the_right_at_the_branch_of_the_charge_and_a_reason(district: District, patron: Patron) -> None:
    theirs = make_charge(patron, 300, at=AT, desk=district.at_children)

    with pytest.raises(NotAllowed):
        forgive(charge_id=theirs, reason="困难家庭", at=AT, desk=district.at_central)
    assert refused(lambda: forgive(charge_id=theirs, reason=" ", at=AT, desk=district.at_children)) == {
        FeeReason.REASON_MISSING
    }
    forgive(charge_id=theirs, reason="困难家庭", amount_fen=100, at=AT, desk=district.at_children)
    forgive(charge_id=theirs, reason="困难家庭", at=AT, desk=district.at_children)

    assert state(patron) == (0, 0, 0)
    assert [row.reason for row in AuditRow.objects.filter(act="forgive_fee")] == ["困难家庭", "困难家庭"]
    assert refused(lambda: forgive(charge_id=theirs, reason="再", at=AT, desk=district.at_children)) == {
        FeeReason.NOTHING_OPEN
    }


def test_the_same_edition_settles_the_price_and_leaves_the_fee_for_the_work(district: District, patron: Patron) -> None:
    lost = make_charge(patron, 4480, fee_fen=500, at=AT, desk=district.at_central)
    fine = make_charge(patron, 100, kind=ChargeKind.OVERDUE, at=AT, desk=district.at_central)

    replace_in_kind(charge_id=lost, text="《活着》2012 版", at=AT, desk=district.at_central)

    assert state(patron) == (600, 0, 0)
    assert refused(lambda: replace_in_kind(charge_id=fine, text="书", at=AT, desk=district.at_central)) == {
        FeeReason.NOTHING_OPEN
    }


def test_a_mistaken_charge_is_cancelled_and_what_was_paid_is_due_back(district: District, patron: Patron) -> None:
    made = make_charge(patron, 500, at=AT, desk=district.at_central)
    receipt = make_payment(patron, 200, at=AT, desk=district.at_central)

    cancel_charge(charge_id=made, reason="记错读者", at=AT, desk=district.at_central)

    assert state(patron) == (0, 200, 0)
    back = refund(payment_id=receipt.entry_id, amount_fen=200, reason="记错读者", at=AT, desk=district.at_central)
    assert (back.receipt_no, back.means, state(patron)) == ("C-2026-000002", "cash", (0, 0, 0))


def test_a_desk_clerk_neither_forgives_nor_pays_back(district: District, patron: Patron) -> None:
    made = make_charge(patron, 500, at=AT, desk=district.at_central)
    receipt = make_payment(patron, 200, at=AT, desk=district.at_central)
    clerk = make_desk(district.central, role=Role.DESK)

    acts: list[Callable[[], object]] = [
        lambda: forgive(charge_id=made, reason="好", at=AT, desk=clerk),
        lambda: cancel_charge(charge_id=made, reason="好", at=AT, desk=clerk),
        lambda: refund(payment_id=receipt.entry_id, amount_fen=1, reason="好", at=AT, desk=clerk),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotAllowed):
        pay(
            patron_id=patron.id,
            amount_fen=1,
            means=Means.CASH,
            at=AT,
            desk=make_desk(district.central, role=Role.MACHINE),
        )


# Paying back -------------------------------------------------------------------------------------------------------


def test_a_payment_paid_back_by_mistake_or_in_part_opens_its_charge_again(district: District, patron: Patron) -> None:
    make_charge(patron, 500, at=AT, desk=district.at_central)
    receipt = make_payment(patron, 500, at=AT, desk=district.at_central)

    refund(payment_id=receipt.entry_id, amount_fen=300, reason="多收", at=AT, desk=district.at_central, key="r")
    again = refund(payment_id=receipt.entry_id, amount_fen=300, reason="多收", at=AT, desk=district.at_central, key="r")

    assert again.repeated
    assert state(patron) == (300, 0, 0)
    assert refused(
        lambda: refund(payment_id=receipt.entry_id, amount_fen=201, reason="多收", at=AT, desk=district.at_central)
    ) == {FeeReason.TOO_MUCH}


def test_what_is_due_back_goes_first_when_a_payment_was_for_several(district: District, patron: Patron) -> None:
    kept = make_charge(patron, 500, at=AT, desk=district.at_central)
    found = make_charge(patron, 300, at=AT, desk=district.at_central)
    receipt = make_payment(patron, 800, at=AT, desk=district.at_central)
    cancel_charge(charge_id=found, reason="书已找到", at=AT, desk=district.at_central)

    refund(payment_id=receipt.entry_id, amount_fen=350, reason="书已找到", at=AT, desk=district.at_central)

    assert state(patron) == (50, 0, 0)
    assert [(one.id, one.open_fen) for one in list_open_charges(patron.id)] == [(kept, 50)]


# Found again -------------------------------------------------------------------------------------------------------


def test_a_lost_item_found_in_time_gives_the_payer_the_price_back_but_not_the_fee(
    district: District, patron: Patron
) -> None:
    item = make_item(home=district.central)
    lost = make_charge(patron, 4480, fee_fen=500, item_id=item.id, at=AT, desk=district.at_central)
    receipt = make_payment(patron, 4480, at=AT, desk=district.at_central)
    later = AT + timedelta(days=20)

    [found] = settle_found(item_id=item.id, at=later, desk=district.at_central, terms=FoundTerms(within_days=90))
    again = settle_found(item_id=item.id, at=later, desk=district.at_central, terms=FoundTerms(within_days=90))

    assert (found.charge_id, found.patron_id, found.cancelled_fen, found.due_back_fen) == (lost, patron.id, 3980, 3980)
    assert again == ()
    refund(payment_id=receipt.entry_id, amount_fen=3980, reason="书已找到", at=later, desk=district.at_central)
    assert state(patron) == (0, 0, 0)


def test_a_lost_item_found_before_it_is_paid_is_not_owed_c195(district: District, patron: Patron) -> None:
    item = make_item(home=district.central)
    make_charge(patron, 3980, item_id=item.id, at=AT, desk=district.at_central)

    [found] = settle_found(item_id=item.id, at=AT, desk=district.at_central, terms=FoundTerms())

    assert (found.cancelled_fen, found.due_back_fen, state(patron)) == (3980, 0, (0, 0, 0))


def test_an_item_found_too_late_gives_nothing_back(district: District, patron: Patron) -> None:
    item = make_item(home=district.central)
    make_charge(patron, 3980, item_id=item.id, at=AT, desk=district.at_central)

    [found] = settle_found(
        item_id=item.id, at=AT + timedelta(days=91), desk=district.at_central, terms=FoundTerms(within_days=90)
    )

    assert (found.cancelled_fen, state(patron)) == (0, (3980, 0, 0))


# What others are told ----------------------------------------------------------------------------------------------


def test_nobody_leaves_who_owes_or_has_a_deposit(district: District, patron: Patron) -> None:
    make_charge(patron, 300, at=AT, desk=district.at_central)
    make_deposit(patron, at=AT, desk=district.at_central)

    with pytest.raises(CannotLeave) as caught, transaction.atomic():
        close_patron(patron_id=patron.id, at=AT, desk=district.at_central)

    assert {(one.what, one.count) for one in caught.value.obstacles} == {("open_charges", 1), ("deposit_held", 1)}
    assert (owed_fen(patron.id), held_deposit_fen(patron.id), has_open_charges(patron.id)) == (300, 10_000, True)


def test_a_settled_charge_forgets_its_item_a_lost_one_only_when_asked(district: District, patron: Patron) -> None:
    item = make_item(home=district.central)
    damaged = make_charge(patron, 100, kind=ChargeKind.DAMAGED, item_id=item.id, at=AT, desk=district.at_central)
    lost = make_charge(patron, 200, item_id=item.id, at=AT, desk=district.at_central)
    make_payment(patron, 300, at=AT, desk=district.at_central)
    kept = [get_charge(damaged), get_charge(lost)]

    forget_history(patron.id)

    assert [one.item_id if one else 0 for one in kept] == [None, item.id]
    assert Charge.objects.exclude(item_id=None).count() == 0


def test_a_charge_makes_a_checkout_under_way_look_again(district: District, patron: Patron) -> None:
    before = Patron.objects.get(id=patron.id).version

    make_charge(patron, 100, at=AT, desk=district.at_central)

    assert Patron.objects.get(id=patron.id).version > before


def test_accounts_pass_over_in_a_merge_and_back(district: District, patron: Patron) -> None:
    double = make_patron("陈小雨", home=district.central)
    make_charge(double, 300, at=AT, desk=district.at_central)
    make_charge(patron, 500, at=AT, desk=district.at_central)

    head = make_desk(district.central, role=Role.DESK_LEAD)
    merge_id = merge_patrons(kept_id=patron.id, gone_id=double.id, reason="同一人重复办证", at=AT, desk=head)
    receipt = make_payment(patron, 800, at=AT, desk=district.at_central)
    assert (receipt.amount_fen, state(patron), state(double)) == (800, (0, 0, 0), (0, 0, 0))
    undo_merge(merge_id=merge_id, reason="并非同一人", at=AT, desk=head)

    assert [len(list_ledger(one.id).entries) for one in (double, patron)] == [1, 2]


def test_what_a_patron_owes_is_one_probe_of_an_index(district: District) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + sql.STATE.replace(":patron", "1"))
        plan = [line for (line,) in cursor.fetchall()]

    assert any("fees_account_patron" in line for line in plan)


def test_the_ledger_goes_on_where_it_stopped_and_shows_the_branches_asked_for(
    district: District, patron: Patron
) -> None:
    for fen in (100, 200, 300):
        make_charge(patron, fen, at=AT, desk=district.at_central)
    make_charge(patron, 900, at=AT, desk=district.at_children)

    first = list_ledger(patron.id, branch_ids=[district.central.id], size=2)
    rest = list_ledger(patron.id, branch_ids=[district.central.id], size=2, before=first.before)

    assert [one.amount_fen for one in first.entries] == [300, 200]
    assert ([one.amount_fen for one in rest.entries], rest.before) == ([100], None)


def test_debts_go_on_by_sum_and_patron(district: District) -> None:
    for fen in (100, 300, 200, 300):
        make_charge(make_patron(home=district.central), fen, at=AT, desk=district.at_central)

    first, after = list_debtors(branch_id=district.central.id, size=2)
    rest, end = list_debtors(branch_id=district.central.id, size=2, after=after)

    assert [one.owed_fen for one in first + rest] == [300, 300, 200, 100]
    assert end is None


# Two at once -------------------------------------------------------------------------------------------------------


def test_desks_at_once_never_take_a_charge_twice_and_leave_no_gap(fresh_database: str) -> None:
    town = make_district()
    patrons = [make_patron(home=town.central) for _ in range(4)]
    for one in patrons:
        make_charge(one, 100, at=AT, desk=town.at_central)

    results = at_once(
        *[lambda one=one: make_payment(one, 100, at=AT, desk=town.at_central) for one in patrons for _ in range(2)]
    )

    taken = [one for one in results if not isinstance(one, Exception)]
    assert sorted(getattr(one, "receipt_no", "") for one in taken) == [f"C-2026-{n:06d}" for n in (1, 2, 3, 4)]
    assert {type(one) for one in results if isinstance(one, Exception)} == {FeesRefused}
    assert_the_books_agree()


def test_one_key_at_once_is_one_payment(fresh_database: str) -> None:
    town = make_district()
    patron = make_patron(home=town.central)
    make_charge(patron, 500, at=AT, desk=town.at_central)

    def paying() -> object:
        return pay(patron_id=patron.id, amount_fen=100, means=Means.CASH, at=AT, desk=town.at_central, key="one")

    results = at_once(paying, paying, paying)

    assert sorted(getattr(one, "repeated", None) for one in results) == [False, True, True]  # type: ignore[type-var]
    assert account_state(patron.id).owed_fen == 400


def test_a_refused_row_leaves_nothing_behind(fresh_database: str) -> None:
    town = make_district()
    patron = make_patron(home=town.central)
    make_charge(patron, 500, at=AT, desk=town.at_central)

    with pytest.raises(FeesRefused):
        make_payment(patron, 501, at=AT, desk=town.at_central)
    with transaction.atomic():
        charge(patron_id=patron.id, kind=ChargeKind.OVERDUE, amount_fen=9, at=AT, desk=town.at_central)
        transaction.set_rollback(True)

    assert (Entry.objects.count(), account_state(patron.id).owed_fen) == (1, 500)
    assert_the_books_agree()
