"""Lost items: said so by their readers, written off, or long overdue; what is charged, and what is found again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district, make_policy
from tests.factories.fees import make_payment
from tests.factories.network import make_closure
from tests.factories.patrons import make_patron
from tests.racing import at_once
from wenyuan.holdings.catalogue.models import Item, ItemType
from wenyuan.lending.circulation import checking_in, losing
from wenyuan.lending.circulation.data import Charging, CheckinReceipt, Cost
from wenyuan.lending.circulation.lateness import open_days_late
from wenyuan.lending.circulation.models import Hold, Loan, LoanPolicy
from wenyuan.lending.circulation.operations import (
    Refused,
    checkin,
    checkout,
    claim_returned,
    declare_lost,
    lose_long_overdue,
    mark_damaged,
    place_hold,
    renew,
)
from wenyuan.lending.circulation.queries import patron_loans, preview_loss
from wenyuan.lending.fees.models import Charge
from wenyuan.lending.fees.operations import charge
from wenyuan.lending.fees.queries import account_state, owed_fen
from wenyuan.lending.patrons.models import Patron
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.invariants import all_invariants, broken_rows

BARCODE = "2300001"
CARD = "C0001"


def broken() -> list[str]:
    """Names of invariants that do not hold."""
    return [rule.name for rule in all_invariants() if broken_rows(rule)]


@pytest.fixture
def lent(district: District, at: datetime) -> Patron:
    """An item of 36 yuan, which a policy makes 1.5 times its price and 5 yuan for the work."""
    make_policy(branch=district.central, price_percent=150, processing_fee_fen=500)
    patron = make_patron("陈小雨", card=CARD, home=district.central)
    make_item(barcode=BARCODE, home=district.central, price_fen=3600)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    return patron


def test_a_lost_item_ends_its_loan_and_is_charged_for_the_branch_that_lent_it(
    district: District, at: datetime, lent: Patron
) -> None:
    receipt = declare_lost(item=BARCODE, at=at, desk=district.at_children)

    loan, owed = Loan.objects.get(), Charge.objects.get()
    assert (loan.returned_at, loan.ended_as, loan.patron_id, loan.slot) == (at, "lost", None, None)
    assert receipt.cost == Cost(price_fen=5400, fee_fen=500, is_of_type=False)
    assert (owed.kind, owed.charged_fen, owed.branch_id) == ("lost", 5900, district.central.id)
    assert (owed.item_id, owed.loan_id) == (loan.item_id, loan.id)
    assert owed_fen(lent.id) == 5900
    item = Item.objects.get()
    assert (item.state, item.condition) == ("available", "lost")
    entry = Entry.objects.get(kind="item_lost")
    assert (entry.details["loan"], entry.details["how"], entry.patron_category) == (loan.id, "declared", "adult")
    audited = AuditRow.objects.get(act="declare_lost")
    assert (audited.branch_id, audited.after["price_fen"]) == (district.central.id, 5400)
    assert broken() == []


def test_it_no_longer_counts_for_its_reader(district: District, at: datetime, lent: Patron) -> None:
    late = at + timedelta(days=60)
    declare_lost(item=BARCODE, at=late, desk=district.at_central)

    has = patron_loans(patron_id=lent.id, branch_id=district.central.id, at=late)

    assert has is not None
    assert (has.loans, has.blocks) == ((), ())


def test_the_price_of_the_type_counts_where_the_item_has_none_and_that_is_said(
    district: District, at: datetime, lent: Patron
) -> None:
    Item.objects.update(price_fen=None)
    ItemType.objects.update(default_price_fen=4000)

    shown = preview_loss(item=BARCODE, at=at, desk=district.at_central)
    receipt = declare_lost(item=BARCODE, at=at, desk=district.at_central)

    assert shown is not None
    assert (shown.patron_id, shown.branch_id) == (lent.id, district.central.id)
    assert shown.cost == receipt.cost == Cost(price_fen=6000, fee_fen=500, is_of_type=True)


def test_an_absurd_price_keeps_no_item_from_being_lost(district: District, at: datetime, lent: Patron) -> None:
    Item.objects.update(price_fen=1_000_000_000)

    receipt = declare_lost(item=BARCODE, at=at, desk=district.at_central)

    assert receipt.cost == Cost(price_fen=9_999_500, fee_fen=500, is_of_type=False)
    assert owed_fen(lent.id) == 10_000_000


def test_the_same_edition_leaves_the_fee_for_the_work(district: District, at: datetime, lent: Patron) -> None:
    receipt = declare_lost(item=BARCODE, at=at, desk=district.at_central, charging=Charging.IN_KIND)

    assert receipt.cost == Cost(price_fen=0, fee_fen=500, is_of_type=False)
    assert owed_fen(lent.id) == 500


def test_what_a_return_of_that_day_would_cost_is_due_as_well(district: District, at: datetime, lent: Patron) -> None:
    make_policy(branch=district.central, category=district.adult, fine_day_fen=20)
    due = Loan.objects.get().due_at  # Saturday 23 May; Monday is closed

    shown = preview_loss(item=BARCODE, at=due + timedelta(days=4), desk=district.at_central)
    receipt = declare_lost(item=BARCODE, at=due + timedelta(days=4), desk=district.at_central)

    assert shown is not None
    assert shown.fine_fen == receipt.fine_fen == 60
    assert owed_fen(lent.id) == 5960
    assert broken() == []


def test_letting_a_loss_off_needs_the_right_at_the_lending_branch_and_a_reason(
    district: District, at: datetime, lent: Patron
) -> None:
    clerk = make_desk(district.central, role=Role.DESK)

    with pytest.raises(NotAllowed):
        declare_lost(item=BARCODE, at=at, desk=clerk, charging=Charging.NOTHING, reason="火灾")
    with pytest.raises(ValueError, match="reason"):
        declare_lost(item=BARCODE, at=at, desk=district.at_central, charging=Charging.NOTHING)
    assert (Loan.objects.get().returned_at, Item.objects.get().condition) == (None, "ok")

    declare_lost(item=BARCODE, at=at, desk=district.at_central, charging=Charging.NOTHING, reason="火灾")

    assert (owed_fen(lent.id), Loan.objects.get().ended_as) == (0, "lost")
    assert AuditRow.objects.get(act="declare_lost").reason == "火灾"


def test_a_claim_is_written_off_as_lost(district: District, at: datetime, lent: Patron) -> None:
    claim_returned(item=BARCODE, at=at, desk=district.at_central)

    declare_lost(item=BARCODE, at=at, desk=district.at_central, charging=Charging.NOTHING, reason="架上确无")

    assert Entry.objects.get(kind="item_lost").details["how"] == "claimed"
    assert Item.objects.get().condition == "lost"
    assert broken() == []


def test_an_item_that_nobody_has_is_lost_without_a_charge(district: District, at: datetime) -> None:
    make_item(barcode=BARCODE, home=district.central, price_fen=3600)
    checkin(item=BARCODE, at=at, desk=district.at_children)  # and is on its way home

    receipt = declare_lost(item=BARCODE, at=at, desk=district.at_central)

    assert (receipt.cost, receipt.patron_id, Charge.objects.count()) == (None, None, 0)
    assert (Item.objects.get().condition, Transit.objects.get().cancelled_at) == ("lost", at)
    assert not AuditRow.objects.filter(act="declare_lost").exists()
    assert broken() == []


def test_holds_go_on_to_the_next_item_and_who_wants_this_one_only_is_told(
    district: District, at: datetime, lent: Patron
) -> None:
    make_patron("林一", card="C0002", home=district.central)
    make_patron("林二", card="C0003", home=district.central)
    here = {"pickup_branch_id": district.central.id, "at": at, "desk": district.at_central}
    title = place_hold(card="C0002", item=BARCODE, **here)  # type: ignore[arg-type]
    only = place_hold(card="C0003", item=BARCODE, this_item=True, **here)  # type: ignore[arg-type]
    checkin(item=BARCODE, at=at, desk=district.at_central)
    assert Hold.objects.get(id=title.hold_id).state == "on_shelf"

    receipt = declare_lost(item=BARCODE, at=at, desk=district.at_central)

    assert (receipt.hold_put_back, receipt.holds_ended) == (True, 1)
    assert Hold.objects.get(id=title.hold_id).state == "waiting"
    ended = Hold.objects.get(id=only.hold_id)
    assert (ended.state, ended.end_reason) == ("cancelled", "item_lost")
    assert broken() == []


def test_what_is_lost_is_neither_lost_again_nor_renewed(district: District, at: datetime, lent: Patron) -> None:
    declare_lost(item=BARCODE, at=at, desk=district.at_central)

    with pytest.raises(Refused, match="item_lost"):
        declare_lost(item=BARCODE, at=at, desk=district.at_central)
    with pytest.raises(Refused, match="not_on_loan"):
        renew(item=BARCODE, at=at, desk=district.at_central)
    assert owed_fen(lent.id) == 5900


def test_a_lost_item_that_is_scanned_is_found_and_no_repeated_return(
    district: District, at: datetime, lent: Patron
) -> None:
    declare_lost(item=BARCODE, at=at, desk=district.at_central)

    receipt = checkin(item=BARCODE, at=at + timedelta(minutes=1), desk=district.at_central)

    assert not receipt.repeated
    assert (Item.objects.get().condition, receipt.item.state) == ("ok", "available")
    assert Entry.objects.get(kind="item_found").details["was"] == "lost"
    assert broken() == []


def test_a_charge_that_fails_leaves_everything_as_it_was(
    district: District, at: datetime, lent: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(**_: object) -> None:
        raise RuntimeError("the ledger is gone")

    monkeypatch.setattr(losing, "charge", breaks)

    with pytest.raises(RuntimeError):
        declare_lost(item=BARCODE, at=at, desk=district.at_central)

    assert (Loan.objects.get().returned_at, Item.objects.get().condition) == (None, "ok")
    assert not Entry.objects.filter(kind="item_lost").exists()


def test_a_loss_declared_twice_and_a_scan_at_once_charge_once(fresh_database: str, at: datetime) -> None:
    district = make_district()
    make_policy(branch=district.central, price_percent=100)
    patron = make_patron("陈小雨", card=CARD, home=district.central)
    make_item(barcode=BARCODE, home=district.central, price_fen=3600)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)

    results = at_once(
        lambda: declare_lost(item=BARCODE, at=at, desk=district.at_central),
        lambda: declare_lost(item=BARCODE, at=at + timedelta(seconds=1), desk=district.at_central),
        lambda: checkin(item=BARCODE, at=at, desk=district.at_central),
    )

    assert {type(result) for result in results if isinstance(result, Exception)} <= {Refused}
    assert Entry.objects.filter(kind__in=("return", "item_lost"), details__loan=Loan.objects.get().id).count() == 1
    assert Charge.objects.filter(account__patron_id=patron.id).count() <= 1
    assert broken() == []


# Found again -------------------------------------------------------------------------------------------------------


def test_a_lost_item_that_comes_back_costs_the_fee_for_the_work_alone_r29(
    district: District, at: datetime, lent: Patron
) -> None:
    declare_lost(item=BARCODE, at=at, desk=district.at_central)
    make_payment(lent, 5000, at=at, desk=district.at_central)

    back = checkin(item=BARCODE, at=at + timedelta(days=9), desk=district.at_children, key="k")
    again = checkin(item=BARCODE, at=at + timedelta(days=9), desk=district.at_children, key="k")
    later = checkin(item=BARCODE, at=at + timedelta(days=10), desk=district.at_central)

    assert (back.price_off_fen, back.due_back_fen) == (again.price_off_fen, again.due_back_fen) == (5400, 4500)
    assert (later.price_off_fen, later.due_back_fen) == (0, 0)
    state = account_state(lent.id)
    assert (state.owed_fen, state.due_back_fen, Charge.objects.get().charged_fen) == (0, 4500, 500)
    assert Entry.objects.get(kind="item_found").details["price_off_fen"] == 5400
    assert broken() == []


@pytest.mark.parametrize(
    ("found_days", "after", "owed"),
    [
        pytest.param(30, 30, 500, id="the last day"),
        pytest.param(30, 31, 5900, id="a day too late"),
        pytest.param(0, 0, 5900, id="never"),
    ],
)
def test_the_price_is_given_back_within_the_days_of_the_policy_of_the_day_it_was_charged(
    district: District, at: datetime, lent: Patron, found_days: int, after: int, owed: int
) -> None:
    rows = LoanPolicy.objects.filter(branch=district.central)
    rows.update(found_days=found_days, valid_to=local_date(at))
    declare_lost(item=BARCODE, at=at, desk=district.at_children)

    checkin(item=BARCODE, at=at + timedelta(days=after), desk=district.at_children)

    assert (owed_fen(lent.id), Item.objects.get().condition) == (owed, "ok")


def test_a_lost_item_scanned_at_once_at_two_desks_takes_its_price_off_once(fresh_database: str, at: datetime) -> None:
    district = make_district()
    make_policy(branch=district.central, price_percent=100)
    patron = make_patron("陈小雨", card=CARD, home=district.central)
    make_item(barcode=BARCODE, home=district.central, price_fen=3600)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    declare_lost(item=BARCODE, at=at, desk=district.at_central)

    backs = at_once(*[lambda: checkin(item=BARCODE, at=at, desk=district.at_central)] * 3)

    assert sorted(back.price_off_fen for back in backs if isinstance(back, CheckinReceipt)) == [0, 0, 3600]
    assert owed_fen(patron.id) == 0
    assert broken() == []


def test_a_found_item_that_cannot_be_written_leaves_the_price_as_it_was(
    district: District, at: datetime, lent: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare_lost(item=BARCODE, at=at, desk=district.at_central)

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(checking_in, "_write", breaks)
    with pytest.raises(RuntimeError):
        checkin(item=BARCODE, at=at, desk=district.at_central)

    assert (owed_fen(lent.id), Item.objects.get().condition) == (5900, "lost")


# Long overdue ------------------------------------------------------------------------------------------------------


@pytest.fixture
def ages(district: District, lent: Patron) -> datetime:
    """After five open days an overdue item is lost; gives the moment at which the loan falls due (Sat 23 May)."""
    make_policy(branch=district.central, item_type=district.book, lost_after_days=5)
    return Loan.objects.get().due_at


def test_what_is_long_overdue_becomes_lost_once_c190(district: District, lent: Patron, ages: datetime) -> None:
    # Monday the 25th and Monday the 1st are closed: Friday 29 May is the fifth open day late, the 30th the sixth.
    assert lose_long_overdue(at=ages + timedelta(days=6)) == 0
    assert lose_long_overdue(at=ages + timedelta(days=7)) == 1
    assert lose_long_overdue(at=ages + timedelta(days=8)) == 0

    loan = Loan.objects.get()
    assert (loan.ended_as, loan.returned_by_id, owed_fen(lent.id)) == ("lost", None, 5900)
    entry = Entry.objects.get(kind="item_lost")
    assert (entry.details["how"], entry.door, entry.operator_id, entry.branch_id) == (
        "overdue",
        "worker",
        None,
        district.central.id,
    )
    assert AuditRow.objects.get(act="declare_lost").account_id is None
    assert broken() == []


def test_days_on_which_the_branch_is_shut_do_not_count(district: District, lent: Patron, ages: datetime) -> None:
    make_closure(district.central, first=date(2026, 5, 24), last=date(2026, 6, 30))

    assert lose_long_overdue(at=ages + timedelta(days=30)) == 0


def test_a_loan_that_a_closure_will_move_ages_from_the_day_it_will_be_moved_to(
    district: District, lent: Patron, ages: datetime
) -> None:
    make_closure(district.central, first=date(2026, 5, 20), last=date(2026, 6, 30))  # and no due date has followed yet

    # It will be Wednesday 1 July; Monday the 6th is closed, so that Tuesday is the fifth open day late.
    assert lose_long_overdue(at=datetime(2026, 7, 7, 10, tzinfo=UTC)) == 0
    assert lose_long_overdue(at=datetime(2026, 7, 8, 10, tzinfo=UTC)) == 1


def test_what_is_claimed_returned_does_not_age(district: District, lent: Patron, ages: datetime) -> None:
    claim_returned(item=BARCODE, at=ages, desk=district.at_central)

    assert lose_long_overdue(at=ages + timedelta(days=60)) == 0


def test_without_a_policy_nothing_ages(district: District, lent: Patron, at: datetime) -> None:
    assert lose_long_overdue(at=at + timedelta(days=900)) == 0


def test_one_loan_that_fails_stops_no_other_and_is_tried_again(
    district: District, lent: Patron, ages: datetime, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_patron("林一", card="C0002", home=district.central)
    make_item(barcode="2", home=district.central, price_fen=1000)
    checkout(item="2", card="C0002", at=at, desk=district.at_central)

    def breaks_once(*, item_id: int, **values: object) -> object:
        if item_id == Loan.objects.order_by("id").first().item_id:  # type: ignore[union-attr]
            raise OperationalError("the connection is gone")
        return charge(item_id=item_id, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(losing, "charge", breaks_once)
    assert lose_long_overdue(at=ages + timedelta(days=30)) == 1
    monkeypatch.undo()
    assert lose_long_overdue(at=ages + timedelta(days=30)) == 1

    assert [loan.ended_as for loan in Loan.objects.all()] == ["lost", "lost"]
    assert broken() == []


def test_a_loan_that_was_renewed_since_it_was_read_is_left_alone(
    district: District, lent: Patron, ages: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = ages + timedelta(days=30)

    def then_renewed(loan: Any, books: Any, *, back_at: datetime) -> int:
        days = open_days_late(loan, books, back_at=back_at)
        renew(item=BARCODE, at=later, desk=district.at_central)
        return days

    monkeypatch.setattr(losing, "open_days_late", then_renewed)

    assert lose_long_overdue(at=later) == 0
    assert (Loan.objects.get().returned_at, Item.objects.get().condition) == (None, "ok")


@pytest.mark.parametrize(("share", "price"), [(100, 5400), (30, 1620), (1, 54)])
def test_a_share_of_the_damage_is_charged_to_the_reader_who_has_it(
    district: District, at: datetime, lent: Patron, share: int, price: int
) -> None:
    receipt = mark_damaged(item=BARCODE, note="缺第 3 页", share_percent=share, at=at, desk=district.at_children)

    assert receipt.cost == Cost(price_fen=price, fee_fen=500, is_of_type=False)
    assert (receipt.patron_id, owed_fen(lent.id)) == (lent.id, price + 500)
    [charged] = Charge.objects.all()
    assert (charged.kind, charged.branch_id) == ("damaged", district.central.id)
    assert Loan.objects.get().returned_at is None
    assert AuditRow.objects.get(act="charge_damage").after["share_percent"] == share
    entry = Entry.objects.get(kind="fee_charged")
    assert (entry.details["charge"], entry.amount_fen) == ("damaged", price + 500)

    checkin(item=BARCODE, at=at + timedelta(days=1), desk=district.at_central)
    assert Item.objects.get().condition == "damaged"
    assert owed_fen(lent.id) == price + 500
    assert broken() == []


def test_damage_of_what_nobody_has_is_charged_to_the_card_that_is_shown(
    district: District, at: datetime, lent: Patron
) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_central)
    damage: dict[str, Any] = {"item": BARCODE, "share_percent": 50, "at": at, "desk": district.at_central}

    for card, refusal in (("", ValueError), ("nobody", Refused)):
        with pytest.raises(refusal):
            mark_damaged(**damage, card=card)
        assert (Item.objects.get().condition, owed_fen(lent.id)) == ("ok", 0)
    mark_damaged(**damage, card=CARD)

    assert owed_fen(lent.id) == 2700 + 500


def test_damage_is_charged_only_by_who_may_charge(district: District, at: datetime, lent: Patron) -> None:
    marks_only = make_desk(district.central, acts=frozenset({Act.MARK_ITEMS}))

    with pytest.raises(NotAllowed):
        mark_damaged(item=BARCODE, share_percent=50, at=at, desk=marks_only)
    with pytest.raises(ValueError, match="share"):
        mark_damaged(item=BARCODE, share_percent=101, at=at, desk=district.at_central)

    assert (Item.objects.get().condition, owed_fen(lent.id)) == ("ok", 0)
    assert mark_damaged(item=BARCODE, at=at, desk=marks_only).cost is None
