"""Taking items back: in the group, outside it (代收), on the way, not on loan, again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_policy
from tests.factories.network import make_hours
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data import BlockCode, CheckinOutcome
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import Refused, checkin, checkout, note_use, receive_transit
from wenyuan.lending.circulation.queries import count_open_loans, loans_history, patron_loans
from wenyuan.lending.patrons.models import Patron
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

BARCODE = "2300001"
CARD = "C0001"


@pytest.fixture
def lent(district: District, at: datetime) -> Patron:
    """An item of the central library on loan from its desk; gives its reader."""
    patron = make_patron("陈小雨", card=CARD, home=district.central)
    make_item(barcode=BARCODE, home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    return patron


def kinds() -> list[str]:
    """The journal since the checkout, oldest first."""
    return list(Entry.objects.exclude(kind="loan").order_by("id").values_list("kind", flat=True))


def broken() -> list[str]:
    """Names of invariants that do not hold."""
    return [rule.name for rule in all_invariants() if rule.room == "circulation" and broken_rows(rule)]


def test_an_item_returned_at_home_is_available_again(district: District, at: datetime, lent: Patron) -> None:
    receipt = checkin(item=BARCODE, at=at + timedelta(days=3), desk=district.at_central)

    assert receipt.outcome is CheckinOutcome.RETURNED
    assert (receipt.item.state, receipt.send_to, receipt.days_overdue) == ("available", None, 0)
    assert receipt.patron_name == "陈＊雨"
    assert Loan.objects.get().returned_at == at + timedelta(days=3)
    assert kinds() == ["return"]
    assert broken() == []


def test_the_loan_forgets_its_reader_at_return(district: District, at: datetime, lent: Patron) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_central)

    loan = Loan.objects.get()
    assert loan.patron_id is None
    assert (loan.patron_category, loan.age_band, loan.patron_home_id) == ("adult", "18-35", district.central.id)
    assert count_open_loans(lent.id) == 0


def test_a_reader_who_consented_keeps_a_history(district: District, at: datetime, lent: Patron) -> None:
    Patron.objects.filter(id=lent.id).update(keep_history=True)

    checkin(item=BARCODE, at=at, desk=district.at_central)

    assert [loan.item.barcode for loan in loans_history(patron_id=lent.id)] == [BARCODE]
    assert broken() == []


def test_an_item_returned_at_another_branch_of_the_group_travels_home(
    district: District, at: datetime, lent: Patron
) -> None:
    receipt = checkin(item=BARCODE, at=at, desk=district.at_children)

    assert receipt.outcome is CheckinOutcome.RETURNED
    assert (receipt.item.state, receipt.send_to) == ("in_transit", district.central.id)
    transit = Transit.objects.get()
    assert (transit.from_branch_id, transit.to_branch_id, transit.reason) == (
        district.children.id,
        district.central.id,
        "home",
    )
    assert kinds() == ["return", "transit_sent"]
    assert broken() == []


def test_an_item_floats_where_the_policy_says_so(district: District, at: datetime, lent: Patron) -> None:
    make_policy(branch=district.central, return_route="float")

    receipt = checkin(item=BARCODE, at=at, desk=district.at_children)

    item = Item.objects.get()
    assert (receipt.send_to, item.state) == (None, "available")
    assert (item.present_branch_id, item.home_branch_id, item.owner_id) == (
        district.children.id,
        district.central.id,
        district.central.id,
    )
    assert broken() == []


def test_outside_the_group_an_item_is_taken_and_sent_where_its_loan_can_be_closed(
    district: District, at: datetime, lent: Patron
) -> None:
    receipt = checkin(item=BARCODE, at=at + timedelta(days=2), desk=district.at_south)

    loan = Loan.objects.get()
    assert receipt.outcome is CheckinOutcome.TAKEN
    assert (receipt.item.state, receipt.send_to) == ("in_transit", district.central.id)
    assert (loan.taken_at, loan.taken_branch_id, loan.returned_at) == (
        at + timedelta(days=2),
        district.south.id,
        None,
    )
    assert Transit.objects.get().reason == "send_on"
    assert kinds() == ["taken", "transit_sent"]
    assert broken() == []


def test_a_taken_item_no_longer_counts_for_its_reader(district: District, at: datetime, lent: Patron) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_south)

    has = patron_loans(patron_id=lent.id, branch_id=district.central.id, at=at + timedelta(days=60))

    assert has is not None
    assert has.loans == ()
    assert has.blocks == ()


def test_receiving_a_taken_item_closes_its_loan_with_the_readers_clock_stopped(
    district: District, at: datetime, lent: Patron
) -> None:
    checkin(item=BARCODE, at=at + timedelta(days=29), desk=district.at_south)

    receipt = receive_transit(item=BARCODE, at=at + timedelta(days=50), desk=district.at_central)

    loan = Loan.objects.get()
    assert (receipt.loan_closed, receipt.from_branch_id, receipt.item.state) == (True, district.south.id, "available")
    assert (loan.returned_at, loan.patron_id) == (at + timedelta(days=50), None)
    assert kinds() == ["taken", "transit_sent", "return", "transit_received"]
    assert broken() == []


def test_a_taken_item_turning_up_at_a_branch_of_the_group_is_closed_there_and_goes_on_home(
    district: District, at: datetime, lent: Patron
) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_south)

    receipt = checkin(item=BARCODE, at=at + timedelta(days=1), desk=district.at_children)

    transit = Transit.objects.get()
    assert (receipt.outcome, receipt.send_to) == (CheckinOutcome.RETURNED, district.central.id)
    assert (transit.from_branch_id, transit.to_branch_id, transit.reason, transit.received_at) == (
        district.children.id,
        district.central.id,
        "home",
        None,
    )
    assert broken() == []


def test_a_taken_item_scanned_again_where_it_was_taken_changes_nothing(
    district: District, at: datetime, lent: Patron
) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_south)

    receipt = checkin(item=BARCODE, at=at + timedelta(hours=5), desk=district.at_south)

    assert (receipt.outcome, receipt.send_to, receipt.repeated) == (CheckinOutcome.TAKEN, district.central.id, True)
    assert kinds() == ["taken", "transit_sent"]


def test_a_repeated_return_gives_the_first_answer_and_changes_nothing(
    district: District, at: datetime, lent: Patron
) -> None:
    first = checkin(item=BARCODE, at=at, desk=district.at_children)

    again = checkin(item=BARCODE, at=at + timedelta(minutes=9), desk=district.at_children)

    assert again.repeated
    assert (again.outcome, again.send_to, again.loan_id, again.at) == (
        first.outcome,
        first.send_to,
        first.loan_id,
        first.at,
    )
    assert kinds() == ["return", "transit_sent"]
    assert Transit.objects.count() == 1


def test_an_item_received_at_home_ends_its_journey(district: District, at: datetime, lent: Patron) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_children)

    receipt = receive_transit(item=BARCODE, at=at + timedelta(days=1), desk=district.at_central)

    assert (receipt.loan_closed, receipt.send_to, receipt.item.state) == (False, None, "available")
    assert Transit.objects.get().received_at == at + timedelta(days=1)
    assert Item.objects.get().present_branch_id == district.central.id
    assert kinds() == ["return", "transit_sent", "transit_received"]
    assert broken() == []


def test_a_keyed_arrival_is_answered_again_by_its_key(district: District, at: datetime, lent: Patron) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_south)
    first = receive_transit(item=BARCODE, at=at + timedelta(days=1), desk=district.at_central, key="a1")

    again = receive_transit(item=BARCODE, at=at + timedelta(days=1), desk=district.at_central, key="a1")

    assert again == first
    assert kinds() == ["taken", "transit_sent", "return", "transit_received"]


def test_a_check_in_at_home_receives_as_well(district: District, at: datetime, lent: Patron) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_children)

    receipt = checkin(item=BARCODE, at=at + timedelta(days=1), desk=district.at_central)

    assert (receipt.outcome, receipt.arrived, receipt.item.state) == (CheckinOutcome.NOT_ON_LOAN, True, "available")
    assert broken() == []


def test_receiving_what_was_not_sent_here_is_refused(district: District, at: datetime, lent: Patron) -> None:
    with pytest.raises(Refused) as not_sent:
        receive_transit(item=BARCODE, at=at, desk=district.at_central)
    checkin(item=BARCODE, at=at, desk=district.at_children)
    with pytest.raises(Refused) as elsewhere:
        receive_transit(item=BARCODE, at=at, desk=district.at_children)

    assert [block.code for block in not_sent.value.blocks] == [BlockCode.NO_TRANSIT]
    [block] = elsewhere.value.blocks
    assert (block.code, block.facts) == (BlockCode.TRANSIT_ELSEWHERE, {"branch": "C"})


def test_an_item_in_transit_seen_at_a_third_place_is_sent_on(district: District, at: datetime) -> None:
    item = make_item(barcode=BARCODE, home=district.central, state="in_transit", present=district.children)
    Transit.objects.create(
        item=item, from_branch=district.children, to_branch=district.central, reason="home", sent_at=at
    )

    receipt = checkin(item=BARCODE, at=at + timedelta(days=1), desk=district.at_south)

    transit = Transit.objects.get()
    assert (receipt.arrived, receipt.send_to, receipt.item.state) == (False, district.central.id, "in_transit")
    assert (transit.from_branch_id, transit.to_branch_id) == (district.south.id, district.central.id)
    assert kinds() == ["transit_sent"]
    assert broken() == []


def test_an_item_not_on_loan_found_elsewhere_is_sent_home(district: District, at: datetime) -> None:
    make_item(barcode=BARCODE, home=district.central)

    receipt = checkin(item=BARCODE, at=at, desk=district.at_children)

    assert (receipt.outcome, receipt.send_to) == (CheckinOutcome.NOT_ON_LOAN, district.central.id)
    assert kinds() == ["transit_sent"]
    assert broken() == []


def test_an_item_already_at_home_writes_nothing(district: District, at: datetime) -> None:
    make_item(barcode=BARCODE, home=district.central)

    receipt = checkin(item=BARCODE, at=at, desk=district.at_central)

    assert (receipt.outcome, receipt.send_to, receipt.patron_name) == (CheckinOutcome.NOT_ON_LOAN, None, "")
    assert kinds() == []
    assert Item.objects.get().version == 1


def test_an_item_that_had_wandered_is_noted_when_it_is_back(district: District, at: datetime) -> None:
    make_item(barcode=BARCODE, home=district.central, present=district.children)

    checkin(item=BARCODE, at=at, desk=district.at_central)

    assert Item.objects.get().present_branch_id == district.central.id
    assert kinds() == ["item_moved"]


@pytest.mark.parametrize("condition", ["lost", "missing", "claimed_returned"])
def test_what_was_lost_and_is_scanned_is_found(district: District, at: datetime, condition: str) -> None:
    make_item(barcode=BARCODE, home=district.central, condition=condition)

    checkin(item=BARCODE, at=at, desk=district.at_central)

    item = Item.objects.get()
    assert (item.condition, item.condition_at) == ("ok", at)


def test_a_late_return_counts_open_days_only(district: District, at: datetime, lent: Patron) -> None:
    due = Loan.objects.get().due_at  # Saturday 23 May; Monday 25 May is a closed day

    receipt = checkin(item=BARCODE, at=due + timedelta(days=4), desk=district.at_central)

    assert receipt.days_overdue == 3


@pytest.mark.parametrize(("barcode", "code"), [("?", BlockCode.ITEM_UNKNOWN), ("W", BlockCode.ITEM_WITHDRAWN)])
def test_unknown_and_withdrawn_items_are_refused(
    district: District, at: datetime, barcode: str, code: BlockCode
) -> None:
    make_item(barcode="W", home=district.central, state="withdrawn")

    with pytest.raises(Refused) as caught:
        checkin(item=barcode, at=at, desk=district.at_central)

    assert [block.code for block in caught.value.blocks] == [code]
    assert Entry.objects.count() == 0


def test_who_has_no_right_at_the_branch_takes_nothing_back(district: District, at: datetime, lent: Patron) -> None:
    with pytest.raises(NotAllowed):
        checkin(item=BARCODE, at=at, desk=replace(district.at_children, branch_id=district.south.id))


def test_a_keyed_return_is_answered_again_by_its_key(district: District, at: datetime, lent: Patron) -> None:
    first = checkin(item=BARCODE, at=at, desk=district.at_children, key="r1")
    receive_transit(item=BARCODE, at=at + timedelta(hours=3), desk=district.at_central)

    again = checkin(item=BARCODE, at=at + timedelta(hours=4), desk=district.at_children, key="r1")

    assert (again.repeated, again.outcome, again.loan_id) == (True, first.outcome, first.loan_id)
    assert Transit.objects.count() == 1


def test_an_item_that_others_work_on_keeps_its_state_when_scanned(district: District, at: datetime) -> None:
    make_item(barcode=BARCODE, home=district.central, state="in_process")

    receipt = checkin(item=BARCODE, at=at, desk=district.at_children)

    item = Item.objects.get()
    assert (receipt.send_to, item.state, item.present_branch_id) == (None, "in_process", district.children.id)
    assert kinds() == ["item_moved"]


def test_what_no_hold_keeps_on_the_hold_shelf_goes_where_it_belongs(district: District, at: datetime) -> None:
    make_item(barcode=BARCODE, home=district.central, state="on_hold_shelf")

    assert checkin(item=BARCODE, at=at, desk=district.at_children).send_to == district.central.id
    checkin(item=BARCODE, at=at + timedelta(days=1), desk=district.at_central)

    assert Item.objects.get().state == "available"


@pytest.fixture
def moving(district: District, at: datetime) -> Transit:
    """An item of the central library on its way, by hand, to the southern branch."""
    item = make_item(barcode=BARCODE, home=district.central, state="in_transit", present=district.central)
    return Transit.objects.create(
        item=item, from_branch=district.central, to_branch=district.south, reason="move", sent_at=at
    )


def test_a_moving_item_scanned_where_it_was_sent_from_changes_nothing(
    district: District, at: datetime, moving: Transit
) -> None:
    receipt = checkin(item=BARCODE, at=at + timedelta(hours=1), desk=district.at_central)

    moving.refresh_from_db()
    assert (receipt.send_to, receipt.item.state, moving.cancelled_at) == (district.south.id, "in_transit", None)
    assert kinds() == []


def test_a_moving_item_seen_at_a_third_place_goes_on_to_where_it_was_sent(
    district: District, at: datetime, moving: Transit
) -> None:
    receipt = checkin(item=BARCODE, at=at + timedelta(hours=1), desk=district.at_children)

    moving.refresh_from_db()
    assert (receipt.send_to, moving.from_branch_id, moving.to_branch_id, moving.reason) == (
        district.south.id,
        district.children.id,
        district.south.id,
        "move",
    )
    assert broken() == []


def test_a_return_repeated_after_the_item_was_reported_missing_finds_it(
    district: District, at: datetime, lent: Patron
) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_central)
    Item.objects.update(condition="missing", version=9)

    checkin(item=BARCODE, at=at + timedelta(minutes=5), desk=district.at_central)

    assert Item.objects.get().condition == "ok"


def test_a_taken_item_is_late_up_to_the_day_it_was_taken_also_in_a_repeated_answer(
    district: District, at: datetime, lent: Patron
) -> None:
    checkin(item=BARCODE, at=at + timedelta(days=32), desk=district.at_south)  # 25 May is a closed day

    first = checkin(item=BARCODE, at=at + timedelta(days=50), desk=district.at_central)
    again = checkin(item=BARCODE, at=at + timedelta(days=50, minutes=1), desk=district.at_central)

    assert (first.days_overdue, again.days_overdue, again.repeated) == (1, 1, True)


def test_open_days_of_the_lending_branch_count_wherever_the_item_comes_back(
    district: District, at: datetime, lent: Patron
) -> None:
    make_hours(district.children, weekdays=[0])  # open on Mondays, too
    due = Loan.objects.get().due_at

    receipt = checkin(item=BARCODE, at=due + timedelta(days=4), desk=district.at_children)

    assert receipt.days_overdue == 3


def test_a_taken_item_leaves_room_for_another(district: District, at: datetime, lent: Patron) -> None:
    make_policy(branch=district.central, max_loans=1)
    make_item(barcode="2300002", home=district.central)
    checkin(item=BARCODE, at=at, desk=district.at_south)

    receipt = checkout(item="2300002", card=CARD, at=at, desk=district.at_central)

    assert receipt.open_loans == 1
    assert broken() == []


@pytest.mark.parametrize("times", [0, 2])
def test_a_closed_loan_without_its_one_return_in_the_journal_is_found(
    district: District, at: datetime, lent: Patron, times: int
) -> None:
    loan = Loan.objects.get()
    Loan.objects.update(returned_at=at, return_branch_id=district.central.id, patron_id=None, slot=None)
    Item.objects.filter(barcode=BARCODE).update(state="available")
    for _ in range(times):
        Entry.objects.create(
            kind="return",
            occurred_at=at,
            local_date=at.date(),
            local_hour=10,
            door="workbench",
            subject_kind="item",
            subject_id=loan.item_id,
            details={"loan": loan.id},
        )

    assert broken() == ["circulation_return_journal"]


@pytest.mark.parametrize(
    ("back_at", "taken_at", "days"),
    [
        (datetime(2026, 5, 23, 10, tzinfo=UTC), datetime(2026, 5, 23, 10, tzinfo=UTC), 0),
        (datetime(2026, 5, 24, 10, tzinfo=UTC), datetime(2026, 5, 24, 10, tzinfo=UTC), 1),
        (datetime(2026, 6, 24, 10, tzinfo=UTC), None, 2),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 23, 2, 30, tzinfo=UTC), 0),
    ],
    ids=["in time", "a day late", "to come", "before it was lent"],
)
def test_a_book_drop_emptied_later_counts_by_the_day_of_the_reader(
    district: District, lent: Patron, back_at: datetime, taken_at: datetime | None, days: int
) -> None:
    emptied = datetime(2026, 5, 26, 2, tzinfo=UTC)

    receipt = checkin(item=BARCODE, at=emptied, back_at=back_at, desk=district.at_central)

    loan = Loan.objects.get()
    assert (receipt.days_overdue, loan.taken_at, loan.returned_at) == (days, taken_at, emptied)
    assert broken() == []


def test_reading_in_the_library_is_counted_and_changes_nothing_else(district: District, at: datetime) -> None:
    make_item(barcode="R1", home=district.central)
    before = Item.objects.get(barcode="R1")

    note_use(item="R1", at=at, desk=district.at_central)

    assert Item.objects.get(barcode="R1").version == before.version
    entry = Entry.objects.get(kind="item_used")
    assert (entry.subject_id, entry.quantity, entry.branch_id) == (before.id, 1, district.central.id)


def test_what_is_on_loan_is_not_counted_as_read_in_the_library(district: District, at: datetime, lent: Patron) -> None:
    refused = []
    for barcode in (BARCODE, "no such code"):
        with pytest.raises(Refused) as caught:
            note_use(item=barcode, at=at, desk=district.at_central)
        refused.append(caught.value.blocks[0].code)

    assert refused == [BlockCode.ITEM_ON_LOAN_TO_OTHER, BlockCode.ITEM_UNKNOWN]
    assert not Entry.objects.filter(kind="item_used").exists()
