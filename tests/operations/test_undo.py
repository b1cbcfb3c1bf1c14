"""Taking back the last act at a desk: a loan, a renewal, a return, and when they stand."""

from datetime import date, datetime, timedelta

import pytest

from tests.factories.catalogue import make_item
from tests.factories.circulation import District
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data.undoing import UndoneAct, UndoReason, UndoRefused
from wenyuan.lending.circulation.models import Hold, Loan, LoanPolicy
from wenyuan.lending.circulation.operations import cancel_hold, checkin, checkout, place_hold, renew, undo
from wenyuan.lending.patrons.models import Patron, ReaderRef
from wenyuan.lending.patrons.operations import close_patron
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Desk, Operator
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

BARCODE, CARD = "2300001", "C0001"


@pytest.fixture
def reader(district: District) -> Patron:
    make_item(barcode=BARCODE, home=district.central)
    return make_patron(card=CARD, home=district.central)


def why_not(key: str, at: datetime, desk: Desk) -> list[UndoReason]:
    """The reasons against an undo."""
    with pytest.raises(UndoRefused) as caught:
        undo(key=key, at=at, desk=desk)
    return list(caught.value.reasons)


def net(kind: str) -> int:
    """How often the journal counts a kind, what was taken back taken off."""
    return sum(Entry.objects.filter(kind=kind).values_list("quantity", flat=True))


def broken() -> list[str]:
    return [one.name for one in all_invariants() if broken_rows(one)]


def test_a_loan_that_is_undone_was_never_made(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central, key="a")

    receipt = undo(key="a", at=at + timedelta(minutes=2), desk=district.at_central)

    assert (receipt.act, receipt.item.state, receipt.send_to, receipt.due_date) == (
        UndoneAct.LOAN,
        "available",
        None,
        None,
    )
    assert Loan.objects.count() == 0
    assert Item.objects.get().state == "available"
    assert (net("loan"), Entry.objects.filter(kind="loan").count()) == (0, 2)
    assert broken() == []


def test_an_undo_sent_twice_is_one(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central, key="a")
    undo(key="a", at=at, desk=district.at_central)

    again = undo(key="a", at=at + timedelta(seconds=3), desk=district.at_central)

    assert again.repeated is True
    assert net("loan") == 0


def test_the_hold_that_an_undone_loan_had_filled_waits_again_and_takes_the_item(
    district: District, at: datetime, reader: Patron
) -> None:
    place_hold(item=BARCODE, card=CARD, pickup_branch_id=district.central.id, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central, key="a")

    receipt = undo(key="a", at=at + timedelta(minutes=1), desk=district.at_central)

    assert receipt.held is not None
    assert (receipt.held.patron_id, receipt.held.ready) == (reader.id, True)
    assert (Hold.objects.get().state, Item.objects.get().state) == ("on_shelf", "on_hold_shelf")
    assert broken() == []


def test_an_item_of_another_branch_travels_home_after_its_loan_was_undone(
    district: District, at: datetime, reader: Patron
) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_children, key="a")

    receipt = undo(key="a", at=at, desk=district.at_children)

    assert (receipt.send_to, Item.objects.get().state) == (district.central.id, "in_transit")


def test_a_renewal_that_is_undone_gives_the_due_date_back(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    lent = Loan.objects.get()
    later = at + timedelta(days=10)
    renew(item=BARCODE, card=CARD, at=later, desk=district.at_central, key="r")

    receipt = undo(key="r", at=later, desk=district.at_central)

    back = Loan.objects.get()
    assert (receipt.act, receipt.due_date) == (UndoneAct.RENEWAL, date(2026, 5, 23))
    assert (back.due_at, back.base_due_date, back.renewals, back.renewed_at) == (
        lent.due_at,
        date(2026, 5, 23),
        0,
        None,
    )
    assert net("renewal") == 0
    assert renew(item=BARCODE, card=CARD, at=later, desk=district.at_central).renewals == 1


def test_a_return_that_is_undone_opens_the_loan_again(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    later = at + timedelta(days=3)
    checkin(item=BARCODE, at=later, desk=district.at_children, key="b")

    receipt = undo(key="b", at=later + timedelta(minutes=5), desk=district.at_children)

    loan = Loan.objects.get()
    assert (receipt.act, receipt.due_date) == (UndoneAct.RETURN, date(2026, 5, 23))
    assert (loan.patron_id, loan.slot, loan.returned_at) == (reader.id, 1, None)
    assert Item.objects.get().state == "on_loan"
    assert Transit.objects.get().cancelled_at == later + timedelta(minutes=5)
    assert net("return") == 0
    assert broken() == []


def test_a_return_undone_at_a_branch_outside_the_group_lets_the_reader_s_clock_run_again(
    district: District, at: datetime, reader: Patron
) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_south, key="b")

    undo(key="b", at=at, desk=district.at_south)

    assert (Loan.objects.get().taken_at, Item.objects.get().state, net("taken")) == (None, "on_loan", 0)
    assert broken() == []


def test_the_reader_for_whom_a_wrong_return_was_kept_waits_again(
    district: District, at: datetime, reader: Patron
) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    make_patron("王芳", card="C0002", home=district.central)
    place_hold(item=BARCODE, card="C0002", pickup_branch_id=district.central.id, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_central, key="b")

    undo(key="b", at=at, desk=district.at_central)

    hold = Hold.objects.get()
    assert (hold.state, hold.captured_item_id, hold.shelf_position) == ("waiting", None, None)
    assert Item.objects.get().state == "on_loan"
    told = Entry.objects.get(kind="hold_put_back")
    assert (told.patron_category, told.age_band, told.reader_ref) == ("", "", None)
    assert broken() == []


def test_a_loan_reopened_takes_a_slot_that_is_free(district: District, at: datetime, reader: Patron) -> None:
    make_item(barcode="2300002", home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_central, key="b")
    checkout(item="2300002", card=CARD, at=at, desk=district.at_central)

    undo(key="b", at=at, desk=district.at_central)

    assert set(Loan.objects.values_list("slot", flat=True)) == {1, 2}


@pytest.mark.parametrize(
    ("minutes", "reasons"), [(10, []), (11, [UndoReason.TOO_LATE])], ids=["in time", "a minute too late"]
)
def test_ten_minutes_are_the_end(
    district: District, at: datetime, reader: Patron, minutes: int, reasons: list[UndoReason]
) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central, key="a")
    then = at + timedelta(minutes=minutes)

    if reasons:
        assert why_not("a", then, district.at_central) == reasons
    else:
        assert undo(key="a", at=then, desk=district.at_central).act is UndoneAct.LOAN


def test_what_has_gone_on_since_stands(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central, key="a")
    checkin(item=BARCODE, at=at + timedelta(minutes=2), desk=district.at_central, key="b")
    checkout(item=BARCODE, card=CARD, at=at + timedelta(minutes=3), desk=district.at_central)

    now = at + timedelta(minutes=4)
    assert [why_not(key, now, district.at_central) for key in "ab"] == [[UndoReason.OVERTAKEN]] * 2


def test_a_renewal_whose_due_date_has_moved_since_stands(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    later = at + timedelta(days=10)
    renew(item=BARCODE, card=CARD, at=later, desk=district.at_central, key="r")
    Loan.objects.update(due_at=later + timedelta(days=60))

    assert why_not("r", later, district.at_central) == [UndoReason.OVERTAKEN]


def test_only_one_s_own_acts_at_this_branch_are_undone(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central, key="a")

    assert why_not("a", at, district.at_children) == [UndoReason.UNKNOWN]
    assert why_not("never heard of", at, district.at_central) == [UndoReason.UNKNOWN]
    assert Loan.objects.count() == 1


def test_a_loan_taken_elsewhere_and_closed_here_is_not_opened_by_an_undo(
    district: District, at: datetime, reader: Patron
) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_south)
    checkin(item=BARCODE, at=at, desk=district.at_central, key="b")

    assert why_not("b", at, district.at_central) == [UndoReason.BY_ANOTHER_WAY]


def test_a_return_that_found_what_was_missing_stands(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    Item.objects.update(condition="claimed_returned", condition_at=at - timedelta(days=1))
    checkin(item=BARCODE, at=at, desk=district.at_central, key="b")

    assert why_not("b", at, district.at_central) == [UndoReason.BY_ANOTHER_WAY]


def test_a_return_that_cost_the_reader_something_stands(district: District, at: datetime, reader: Patron) -> None:
    LoanPolicy.objects.update(fine_day_fen=10)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    late = at + timedelta(days=40)
    assert checkin(item=BARCODE, at=late, desk=district.at_central, key="b").fine_fen > 0

    assert why_not("b", late, district.at_central) == [UndoReason.MONEY]


def test_a_return_whose_reader_was_forgotten_stands(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_central, key="b")
    ReaderRef.objects.all().delete()

    assert why_not("b", at, district.at_central) == [UndoReason.READER_GONE]


def test_a_return_whose_reader_has_left_since_stands(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_central, key="b")
    close_patron(patron_id=reader.id, at=at, desk=district.at_central)

    assert why_not("b", at, district.at_central) == [UndoReason.READER_GONE]
    assert Item.objects.get().state == "available"


def test_a_return_stands_when_the_hold_it_was_kept_for_has_ended_since(
    district: District, at: datetime, reader: Patron
) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    make_patron("王芳", card="C0002", home=district.central)
    wish = place_hold(item=BARCODE, card="C0002", pickup_branch_id=district.central.id, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_central, key="b")
    cancel_hold(hold_id=wish.hold_id, at=at, desk=district.at_central)

    assert why_not("b", at, district.at_central) == [UndoReason.OVERTAKEN]
    assert Hold.objects.get().state == "cancelled"


def test_who_may_no_longer_lend_undoes_no_loan(district: District, at: datetime, reader: Patron) -> None:
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central, key="a")
    desk = district.at_central
    bare = Desk(
        operator=Operator(desk.operator.account_id, "desk"),
        branch_id=desk.branch_id,
        door=desk.door,
        code=desk.code,
    )

    with pytest.raises(NotAllowed):
        undo(key="a", at=at, desk=bare)


def test_a_reader_who_waits_for_the_title_already_does_not_wait_twice(
    district: District, at: datetime, reader: Patron
) -> None:
    place_hold(item=BARCODE, card=CARD, pickup_branch_id=district.central.id, at=at, desk=district.at_central)
    other = Hold.objects.get()
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central, key="a")
    other.pk = None  # as a merge of two records of this reader brings it along
    other.save()

    undo(key="a", at=at, desk=district.at_central)

    assert sorted(Hold.objects.values_list("state", flat=True)) == ["filled", "on_shelf"]
