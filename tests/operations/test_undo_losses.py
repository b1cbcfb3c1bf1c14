"""Taking back a loss that was declared for the wrong item: while nothing was paid, and by the rules of undo."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district, make_policy
from tests.factories.fees import make_payment
from tests.factories.patrons import make_patron
from tests.operations.test_fees_points import switch_on
from tests.racing import at_once
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation import undoing_losses
from wenyuan.lending.circulation.data import Charging
from wenyuan.lending.circulation.data.undoing import UndoneAct, UndoReason, UndoRefused
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import (
    charge_running_fines,
    checkin,
    checkout,
    claim_returned,
    declare_lost,
    mark_damaged,
    place_hold,
    renew,
    undo_loss,
)
from wenyuan.lending.circulation.queries import loss_of_item
from wenyuan.lending.fees.data import PointEvent, PointSchemeFacts
from wenyuan.lending.fees.models import Charge, PointRow
from wenyuan.lending.fees.models import Entry as LedgerRow
from wenyuan.lending.fees.operations import forgive
from wenyuan.lending.fees.queries import owed_fen, point_balance
from wenyuan.lending.patrons.models import Patron, ReaderRef
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

BARCODE, CARD = "2300001", "C0001"
SOON = timedelta(minutes=3)


@pytest.fixture
def lent(district: District, at: datetime) -> Patron:
    """An item of 36 yuan on loan, whose loss costs its price and 5 yuan for the work."""
    make_policy(branch=district.central, price_percent=100, processing_fee_fen=500)
    make_item(barcode=BARCODE, home=district.central, price_fen=3600)
    patron = make_patron(card=CARD, home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    return patron


def why_not(at: datetime, desk: Desk) -> list[UndoReason]:
    with pytest.raises(UndoRefused) as caught:
        undo_loss(item=BARCODE, at=at, desk=desk)
    return list(caught.value.reasons)


def broken() -> list[str]:
    return [rule.name for rule in all_invariants() if broken_rows(rule)]


def as_it_stands() -> tuple[str, str, str, int]:
    """The item's state and condition, how its loan ended, and what is owed."""
    item, loan = Item.objects.get(), Loan.objects.get()
    ended = loan.ended_as if loan.returned_at else ""
    return item.state, item.condition, ended, sum(Charge.objects.values_list("open_fen", flat=True))


def test_a_loss_that_is_undone_leaves_the_loan_as_it_was_and_costs_nothing(
    district: District, at: datetime, lent: Patron
) -> None:
    before = Loan.objects.get()
    declare_lost(item=BARCODE, at=at, desk=district.at_central)

    receipt = undo_loss(item=BARCODE, at=at + SOON, desk=district.at_central)

    loan = Loan.objects.get()
    assert (receipt.act, receipt.cancelled_fen, receipt.due_date) == (UndoneAct.LOSS, 4100, before.base_due_date)
    assert (loan.patron_id, loan.slot, loan.returned_at, loan.due_at) == (lent.id, 1, None, before.due_at)
    assert as_it_stands() == ("on_loan", "ok", "", 0)
    assert owed_fen(lent.id) == 0
    assert list(LedgerRow.objects.order_by("id").values_list("kind", "amount_fen")) == [
        ("charge", 4100),
        ("cancelled", 4100),
    ]
    assert sum(Entry.objects.filter(kind="item_lost").values_list("quantity", flat=True)) == 0
    assert AuditRow.objects.get(act="undo_loss").after["cancelled_fen"] == 4100
    assert broken() == []
    assert checkin(item=BARCODE, at=at + 2 * SOON, desk=district.at_central).patron_id == lent.id


def test_the_credit_points_that_the_loss_cost_come_back_once(district: District, at: datetime, lent: Patron) -> None:
    switch_on(district.central, PointEvent.LOST, scheme=PointSchemeFacts(is_on=True))
    declare_lost(item=BARCODE, at=at, desk=district.at_central)
    undo_loss(item=BARCODE, at=at + SOON, desk=district.at_central)
    while deliver(at=at + SOON):
        continue

    assert list(PointRow.objects.order_by("id").values_list("event", "points")) == [("lost", -10), ("lost", 10)]
    assert point_balance(lent.id) == 100


def test_a_loss_undone_twice_is_undone_once_and_may_be_declared_again(
    district: District, at: datetime, lent: Patron
) -> None:
    declare_lost(item=BARCODE, at=at, desk=district.at_central)
    undo_loss(item=BARCODE, at=at + SOON, desk=district.at_central)

    assert undo_loss(item=BARCODE, at=at + SOON, desk=district.at_central).repeated is True
    assert LedgerRow.objects.count() == 2
    assert loss_of_item(item=BARCODE, at=at + SOON, desk=district.at_central) is None

    declare_lost(item=BARCODE, at=at + 2 * SOON, desk=district.at_central)
    undo_loss(item=BARCODE, at=at + 2 * SOON, desk=district.at_central)
    assert as_it_stands() == ("on_loan", "ok", "", 0)
    assert broken() == []


def test_what_was_claimed_or_damaged_before_is_so_again(district: District, at: datetime, lent: Patron) -> None:
    mark_damaged(item=BARCODE, note="封面破损", at=at, desk=district.at_central)
    declare_lost(item=BARCODE, at=at, desk=district.at_central)
    undo_loss(item=BARCODE, at=at + SOON, desk=district.at_central)
    assert (Item.objects.get().condition, Item.objects.get().condition_note) == ("damaged", "封面破损")

    claim_returned(item=BARCODE, at=at + SOON, desk=district.at_central)
    declare_lost(item=BARCODE, at=at + SOON, desk=district.at_central, charging=Charging.NOTHING, reason="架上确无")
    undo_loss(item=BARCODE, at=at + SOON, desk=district.at_central)

    assert as_it_stands() == ("on_loan", "claimed_returned", "", 0)
    assert broken() == []


def _nothing(district: District, at: datetime) -> None:
    """The loss alone."""


def _pay(district: District, at: datetime) -> None:
    make_payment(Patron.objects.get(), 100, at=at, desk=district.at_central)


def _forgive(district: District, at: datetime) -> None:
    charge_id = Charge.objects.get().entry_id
    forgive(charge_id=charge_id, reason="低保家庭", amount_fen=100, at=at, desk=district.at_central)


def _find(district: District, at: datetime) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_central)


def _forget(district: District, at: datetime) -> None:
    ReaderRef.objects.all().delete()


@pytest.mark.parametrize(
    ("meanwhile", "minutes", "reasons"),
    [
        (_nothing, 11, [UndoReason.TOO_LATE]),
        (_pay, 3, [UndoReason.PAID]),
        (_forgive, 3, [UndoReason.OVERTAKEN, UndoReason.PAID]),
        (_find, 3, [UndoReason.OVERTAKEN]),
        (_forget, 3, [UndoReason.READER_GONE]),
    ],
)
def test_a_loss_stands_once_more_has_come_of_it(
    district: District,
    at: datetime,
    lent: Patron,
    meanwhile: Callable[[District, datetime], None],
    minutes: int,
    reasons: list[UndoReason],
) -> None:
    declare_lost(item=BARCODE, at=at, desk=district.at_central)
    meanwhile(district, at + timedelta(minutes=1))
    stood = as_it_stands()

    assert why_not(at + timedelta(minutes=minutes), district.at_central) == reasons
    assert as_it_stands() == stood


def test_a_loss_that_settled_a_fine_or_a_suspension_stands(district: District, at: datetime, lent: Patron) -> None:
    make_policy(branch=district.central, category=district.adult, suspension_percent=100)
    late = at + timedelta(days=60)
    declare_lost(item=BARCODE, at=late, desk=district.at_central)
    assert why_not(late, district.at_central) == [UndoReason.LATE]


def test_a_loss_that_ended_a_running_fine_stands_though_it_was_let_off(
    district: District, at: datetime, lent: Patron
) -> None:
    make_policy(branch=district.central, category=district.adult, fine_day_fen=10)
    late = at + timedelta(days=60)
    charge_running_fines(at=late)
    assert Charge.objects.filter(kind="overdue").exists()
    declare_lost(item=BARCODE, at=late, desk=district.at_central, charging=Charging.NOTHING, reason="火灾")

    assert why_not(late, district.at_central) == [UndoReason.LATE]


def test_a_loss_after_a_running_fine_that_is_paid_stands_so_that_it_is_not_charged_twice(
    district: District, at: datetime, lent: Patron
) -> None:
    make_policy(branch=district.central, category=district.adult, fine_day_fen=10)
    late = at + timedelta(days=60)
    charge_running_fines(at=late)
    make_payment(lent, owed_fen(lent.id), at=late, desk=district.at_central)
    declare_lost(item=BARCODE, at=late + SOON, desk=district.at_central)

    assert why_not(late + 2 * SOON, district.at_central) == [UndoReason.LATE]
    assert not Charge.objects.filter(kind="overdue", loan_id__isnull=False).exists(), "nothing else remembers the fine"


def test_a_loss_after_a_late_renewal_is_undone_though_the_old_fine_is_open(
    district: District, at: datetime, lent: Patron
) -> None:
    make_policy(branch=district.central, category=district.adult, fine_day_fen=10)
    late = at + timedelta(days=32)
    charge_running_fines(at=late)
    renew(item=BARCODE, at=late + timedelta(days=1), desk=district.at_central)
    fine = owed_fen(lent.id)
    lost = late + timedelta(days=2)
    declare_lost(item=BARCODE, at=lost, desk=district.at_central)

    undo_loss(item=BARCODE, at=lost + SOON, desk=district.at_central)

    assert fine == 20, "of three days late one is a Monday, on which the branch is closed"
    assert as_it_stands() == ("on_loan", "ok", "", fine)
    assert charge_running_fines(at=lost + timedelta(days=1)) == 0
    assert broken() == []


def test_of_a_loss_that_was_let_off_the_reader_is_named_only_while_it_can_be_undone(
    district: District, at: datetime, lent: Patron
) -> None:
    declare_lost(item=BARCODE, at=at, desk=district.at_central, charging=Charging.NOTHING, reason="火灾")

    seen = [
        loss_of_item(item=BARCODE, at=when, desk=desk)
        for when, desk in (
            (at + SOON, district.at_central),
            (at + SOON, district.at_children),
            (at + timedelta(days=1), district.at_central),
        )
    ]

    assert [loss and (loss.patron_id, loss.is_undoable) for loss in seen] == [
        (lent.id, True),
        (None, False),
        (None, False),
    ]


def test_of_a_loss_that_is_charged_the_reader_is_named(district: District, at: datetime, lent: Patron) -> None:
    declare_lost(item=BARCODE, at=at, desk=district.at_central)

    loss = loss_of_item(item=BARCODE, at=at + timedelta(days=1), desk=district.at_central)

    assert loss is not None
    assert (loss.patron_id, loss.is_undoable) == (lent.id, False)


def test_a_loss_of_which_a_waiting_reader_was_told_stands(district: District, at: datetime, lent: Patron) -> None:
    make_patron("林一", card="C0002", home=district.central)
    place_hold(
        card="C0002",
        item=BARCODE,
        this_item=True,
        pickup_branch_id=district.central.id,
        at=at,
        desk=district.at_central,
    )
    declare_lost(item=BARCODE, at=at, desk=district.at_central)

    assert why_not(at, district.at_central) == [UndoReason.HOLDS]


def test_somebody_elses_loss_or_one_of_what_nobody_had_is_not_undone(district: District, at: datetime) -> None:
    make_item(barcode=BARCODE, home=district.central)
    assert why_not(at, district.at_central) == [UndoReason.UNKNOWN]
    declare_lost(item=BARCODE, at=at, desk=district.at_central)
    assert why_not(at, district.at_central) == [UndoReason.UNKNOWN]
    assert loss_of_item(item=BARCODE, at=at, desk=district.at_central) is None

    make_item(barcode="2300002", home=district.central)
    make_patron(card=CARD, home=district.central)
    checkout(item="2300002", card=CARD, at=at, desk=district.at_central)
    declare_lost(item="2300002", at=at, desk=district.at_central)
    other = make_desk(district.central)
    with pytest.raises(UndoRefused) as caught:
        undo_loss(item="2300002", at=at, desk=other)
    assert caught.value.reasons == (UndoReason.UNKNOWN,)


def test_who_may_not_mark_items_undoes_no_loss(district: District, at: datetime, lent: Patron) -> None:
    declare_lost(item=BARCODE, at=at, desk=district.at_central)

    with pytest.raises(NotAllowed):
        undo_loss(item=BARCODE, at=at, desk=make_desk(district.central, acts=[Act.CHECKIN]))


def test_an_undo_that_fails_half_way_leaves_the_loss(
    district: District, at: datetime, lent: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare_lost(item=BARCODE, at=at, desk=district.at_central)

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(undoing_losses, "count_against", fails)
    with pytest.raises(RuntimeError, match="power cut"):
        undo_loss(item=BARCODE, at=at, desk=district.at_central)

    assert as_it_stands() == ("available", "lost", "lost", 4100)


def test_undone_at_once_by_three_and_scanned_it_ends_one_way(fresh_database: str, at: datetime) -> None:
    district = make_district()
    make_policy(branch=district.central, price_percent=100)
    make_item(barcode=BARCODE, home=district.central, price_fen=3600)
    patron = make_patron(card=CARD, home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    declare_lost(item=BARCODE, at=at, desk=district.at_central)

    results = at_once(
        *[lambda: undo_loss(item=BARCODE, at=at + SOON, desk=district.at_central)] * 3,
        lambda: checkin(item=BARCODE, at=at + SOON, desk=district.at_central),
    )

    assert {type(one) for one in results if isinstance(one, Exception)} <= {UndoRefused}
    assert owed_fen(patron.id) == 0
    assert LedgerRow.objects.filter(kind="cancelled").count() == 1
    assert broken() == []
