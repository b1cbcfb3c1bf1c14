"""Holds from placing to filling: who may, who is first, where the item goes, and what is left of the hold."""

from datetime import date, datetime, timedelta

import pytest
from django.db import OperationalError
from psycopg.types.range import Range

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District, make_policy
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.holdings.catalogue.operations import merge_bibs, undo_bib_merge, withdraw_item
from wenyuan.lending.circulation import queueing
from wenyuan.lending.circulation.data import Block, BlockCode, HeldFor
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.circulation.operations import (
    KeyReused,
    Refused,
    cancel_hold,
    change_hold,
    checkin,
    checkout,
    claim_returned,
    expire_hold,
    forget_ended_holds,
    mark_damaged,
    move_hold,
    place_hold,
    receive_transit,
    renew,
    report_not_found,
    resume_hold,
    suspend_hold,
)
from wenyuan.lending.circulation.queries import (
    hold_shelf,
    holds_of_patron,
    lapsed_holds,
    not_found_at,
    pick_list,
    preview_hold,
    queue_of_bib,
    shelf_to_clear,
    unfillable_holds,
)
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.lending.patrons.seams import obstacles_to_leaving
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch, Membership
from wenyuan.organisation.network.seams import ties_to_branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.invariants import all_invariants, broken_rows


def broken() -> list[str]:
    return [invariant.name for invariant in all_invariants() if list(broken_rows(invariant))]


@pytest.fixture
def title(district: District) -> Bib:
    """边城, one item at the central library; three readers with cards C1 to C3."""
    bib = make_bib(title="边城")
    make_item(barcode="I1", home=district.central, bib=bib)
    for number in (1, 2, 3):
        make_patron(card=f"C{number}", home=district.central)
    return bib


def merge(gone: Bib, kept: Bib, district: District, at: datetime) -> int:
    cataloguer = make_desk(district.central, acts=[Act.EDIT_RECORDS])
    return merge_bibs(kept_id=kept.id, gone_id=gone.id, kept_version=1, gone_version=1, at=at, desk=cataloguer)


def part(merge_id: int, district: District, at: datetime) -> None:
    undo_bib_merge(merge_id=merge_id, at=at, desk=make_desk(district.central, acts=[Act.EDIT_RECORDS]))


def hold(title: Bib, card: str, desk: Desk, at: datetime, **wishes: object) -> int:
    receipt = place_hold(bib_id=title.id, card=card, pickup_branch_id=desk.branch_id, at=at, desk=desk, **wishes)  # type: ignore[arg-type] # a test's own shorthand
    return receipt.hold_id


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[BlockCode]:
    return [block.code for block in caught.value.blocks]


def test_a_hold_waits_in_the_order_of_placing_and_the_journal_names_no_reader(
    district: District, at: datetime, title: Bib
) -> None:
    make_policy(item_type=district.book, hold_days=60)

    first = place_hold(
        bib_id=title.id, card="C1", pickup_branch_id=district.children.id, at=at, desk=district.at_central
    )
    second = place_hold(item="I1", card="C2", pickup_branch_id=district.central.id, at=at, desk=district.at_central)

    assert (first.position, second.position) == (1, 2)
    assert (first.title, first.item_id, first.from_shelf, first.not_after) == ("边城", None, True, date(2026, 6, 22))
    entries = list(Entry.objects.filter(kind="hold_placed").order_by("id"))
    assert [entry.subject_id for entry in entries] == [title.id, title.id]
    assert entries[0].details["hold"] == first.hold_id
    assert "patron" not in str(entries[0].details)
    assert entries[0].reader_ref is not None
    assert broken() == []


def test_a_return_at_the_pickup_branch_puts_the_item_on_the_hold_shelf_for_the_first(
    district: District, at: datetime, title: Bib
) -> None:
    checkout(item="I1", card="C3", at=at, desk=district.at_central)
    first = hold(title, "C1", district.at_central, at)
    hold(title, "C2", district.at_central, at + timedelta(minutes=1))

    receipt = checkin(item="I1", at=at + timedelta(days=1), desk=district.at_central)

    patron = Patron.objects.get(id=Hold.objects.get(id=first).patron_id or 0)
    assert receipt.held == HeldFor(
        hold_id=first,
        patron_id=patron.id,
        pickup_branch_id=district.central.id,
        ready=True,
        shelf_position=1,
        shelf_until=date(2026, 5, 2),
    )
    assert (receipt.send_to, receipt.item.state) == (None, "on_hold_shelf")
    assert list(Hold.objects.order_by("rank").values_list("state", flat=True)) == ["on_shelf", "waiting"]
    assert Entry.objects.filter(kind="hold_ready").count() == 1
    assert broken() == []


def test_the_hold_shelf_counts_open_days_of_the_pickup_branch(district: District, at: datetime, title: Bib) -> None:
    make_policy(branch=district.central, hold_shelf_days=3)
    hold(title, "C1", district.at_central, at)

    receipt = checkin(item="I1", at=at + timedelta(days=2), desk=district.at_central)

    # From Saturday 25 April: Sunday, not Monday (closed), Tuesday, Wednesday.
    assert receipt.held is not None
    assert receipt.held.shelf_until == date(2026, 4, 29)


def test_an_item_wanted_elsewhere_travels_to_the_pickup_branch_and_is_shelved_there(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_children, at)

    sent = checkin(item="I1", at=at, desk=district.at_central)
    arrived = receive_transit(item="I1", at=at + timedelta(hours=3), desk=district.at_children)

    assert (sent.send_to, sent.held and sent.held.ready) == (district.children.id, False)
    assert arrived.held is not None
    assert (arrived.held.hold_id, arrived.held.ready, arrived.send_to) == (wanted, True, None)
    assert Transit.objects.get().reason == "hold"
    item = Item.objects.get()
    assert (item.state, item.present_branch_id) == ("on_hold_shelf", district.children.id)
    assert broken() == []


def test_lending_the_held_item_to_its_reader_fills_the_hold_and_forgets_who_it_was(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_central, at)
    checkin(item="I1", at=at, desk=district.at_central)

    checkout(item="I1", card="C1", at=at + timedelta(hours=1), desk=district.at_central)

    done = Hold.objects.get(id=wanted)
    assert (done.state, done.patron_id, done.slot) == ("filled", None, None)
    assert Entry.objects.filter(kind="hold_filled").count() == 1
    assert broken() == []


def test_an_item_on_the_hold_shelf_scanned_for_another_asks_and_the_hold_keeps_its_place(
    district: District, at: datetime, title: Bib
) -> None:
    first = hold(title, "C1", district.at_central, at)
    second = hold(title, "C2", district.at_central, at + timedelta(minutes=1))
    checkin(item="I1", at=at, desk=district.at_central)

    with pytest.raises(Refused) as caught:
        checkout(item="I1", card="C3", at=at, desk=district.at_central)
    receipt = checkout(
        item="I1", card="C3", at=at, desk=district.at_central, waive=frozenset({BlockCode.ITEM_ON_HOLD_SHELF})
    )

    assert caught.value.blocks == (Block(BlockCode.ITEM_ON_HOLD_SHELF, Act.WAIVE_HOLD),)
    assert receipt.loan_id == Loan.objects.get().id
    back = Hold.objects.get(id=first)
    assert (back.state, back.captured_item_id, back.shelf_position) == ("waiting", None, None)
    assert list(Hold.objects.order_by("rank", "id").values_list("id", flat=True)) == [first, second]
    assert Entry.objects.filter(kind="hold_put_back").count() == 1
    assert broken() == []


def test_an_item_on_its_way_to_another_reader_asks_twice(district: District, at: datetime, title: Bib) -> None:
    wanted = hold(title, "C1", district.at_children, at)
    checkin(item="I1", at=at, desk=district.at_central)
    waive = frozenset({BlockCode.ITEM_IN_TRANSIT, BlockCode.ITEM_HELD})

    with pytest.raises(Refused) as caught:
        checkout(item="I1", card="C3", at=at, desk=district.at_central)
    checkout(item="I1", card="C3", at=at, desk=district.at_central, waive=waive)

    assert codes(caught) == [BlockCode.ITEM_IN_TRANSIT, BlockCode.ITEM_HELD]
    assert Hold.objects.get(id=wanted).state == "waiting"
    assert broken() == []


def test_lending_any_item_of_the_title_fills_the_hold_and_frees_the_one_on_the_shelf(
    district: District, at: datetime, title: Bib
) -> None:
    make_item(barcode="I2", home=district.central, bib=title)
    wanted = hold(title, "C1", district.at_central, at)
    checkin(item="I1", at=at, desk=district.at_central)

    checkout(item="I2", card="C1", at=at, desk=district.at_central)
    cleared = checkin(item="I1", at=at + timedelta(hours=1), desk=district.at_central)

    assert Hold.objects.get(id=wanted).state == "filled"
    assert (cleared.held, cleared.item.state) == (None, "available")
    assert Hold.objects.get(id=wanted).cleared_at == at + timedelta(hours=1)
    assert broken() == []


def test_a_second_scan_of_what_stands_on_the_hold_shelf_changes_nothing(
    district: District, at: datetime, title: Bib
) -> None:
    hold(title, "C1", district.at_central, at)
    first = checkin(item="I1", at=at, desk=district.at_central)
    rows = Entry.objects.count()

    again = checkin(item="I1", at=at + timedelta(hours=1), desk=district.at_central)

    assert again.held == first.held
    assert Entry.objects.count() == rows


def test_what_stands_on_the_hold_shelf_and_turns_up_elsewhere_travels_back_to_it(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_central, at)
    checkin(item="I1", at=at, desk=district.at_central)

    astray = checkin(item="I1", at=at + timedelta(hours=1), desk=district.at_children)

    assert (astray.send_to, astray.item.state) == (district.central.id, "in_transit")
    row = Hold.objects.get(id=wanted)
    assert (row.state, row.shelf_until, row.shelf_position) == ("in_transit", None, None)
    assert broken() == []


def test_the_hold_shelf_gives_the_smallest_free_place(district: District, at: datetime, title: Bib) -> None:
    for number in (2, 3):
        make_item(barcode=f"I{number}", home=district.central, bib=title)
    first = hold(title, "C1", district.at_central, at)
    hold(title, "C2", district.at_central, at + timedelta(minutes=1))
    hold(title, "C3", district.at_central, at + timedelta(minutes=2))
    places = [checkin(item=f"I{number}", at=at, desk=district.at_central) for number in (1, 2)]
    cancel_hold(hold_id=first, at=at, desk=district.at_central)

    third = checkin(item="I3", at=at, desk=district.at_central)
    checkin(item="I1", at=at, desk=district.at_central)

    assert [receipt.held and receipt.held.shelf_position for receipt in (*places, third)] == [1, 2, 3]


@pytest.mark.parametrize("wish", [{"not_before": date(2026, 5, 1)}, {"not_after": date(2026, 4, 23)}])
def test_a_hold_outside_its_days_is_passed_over(
    district: District, at: datetime, title: Bib, wish: dict[str, date]
) -> None:
    hold(title, "C1", district.at_central, at, **wish)
    second = hold(title, "C2", district.at_central, at + timedelta(minutes=1))

    receipt = checkin(item="I1", at=at + timedelta(days=1), desk=district.at_central)

    assert receipt.held is not None
    assert receipt.held.hold_id == second


def test_a_suspended_hold_is_passed_over_and_keeps_its_place_until_its_day(
    district: District, at: datetime, title: Bib
) -> None:
    make_item(barcode="I2", home=district.central, bib=title)
    first = hold(title, "C1", district.at_central, at)
    second = hold(title, "C2", district.at_central, at + timedelta(minutes=1))
    suspend_hold(hold_id=first, at=at, desk=district.at_central, until=date(2026, 4, 25))

    on_the_day = checkin(item="I1", at=at + timedelta(days=2), desk=district.at_central)
    after_it = checkin(item="I2", at=at + timedelta(days=3), desk=district.at_central)

    assert [receipt.held and receipt.held.hold_id for receipt in (on_the_day, after_it)] == [second, first]


def test_a_hold_suspended_for_good_is_resumed_by_hand(district: District, at: datetime, title: Bib) -> None:
    wanted = hold(title, "C1", district.at_central, at)
    suspend_hold(hold_id=wanted, at=at, desk=district.at_central, until=None)
    passed_over = checkin(item="I1", at=at + timedelta(days=400), desk=district.at_central)

    resume_hold(hold_id=wanted, at=at + timedelta(days=400), desk=district.at_central)

    served = checkin(item="I1", at=at + timedelta(days=400), desk=district.at_central)
    assert passed_over.held is None
    assert served.held is not None


@pytest.mark.parametrize(
    "standing",
    [
        {"status": "suspended", "suspended_until": date(2026, 4, 25)},
        {"status": "active", "expires_date": date(2026, 4, 24)},
    ],
)
def test_a_reader_who_may_not_borrow_is_passed_over_and_keeps_the_place(
    district: District, at: datetime, title: Bib, standing: dict[str, object]
) -> None:
    make_item(barcode="I2", home=district.central, bib=title)
    first = hold(title, "C1", district.at_central, at)
    second = hold(title, "C2", district.at_central, at + timedelta(minutes=1))
    reader = Patron.objects.filter(id=Hold.objects.get(id=first).patron_id or 0)
    reader.update(**standing)

    fetched = pick_list(district.central.id, at=at + timedelta(days=2))
    passed_over = checkin(item="I1", at=at + timedelta(days=2), desk=district.at_central)
    reader.update(status="active", suspended_until=None, expires_date=date(2027, 4, 24))
    after_it = checkin(item="I2", at=at + timedelta(days=2), desk=district.at_central)

    assert [pick.hold_id for pick in fetched] == [second]
    assert [receipt.held and receipt.held.hold_id for receipt in (passed_over, after_it)] == [second, first]


def test_a_hold_of_a_reader_who_may_not_borrow_stands_against_no_renewal(
    district: District, at: datetime, title: Bib
) -> None:
    checkout(item="I1", card="C3", at=at, desk=district.at_central)
    wanted = hold(title, "C1", district.at_central, at)
    reader = Patron.objects.filter(id=Hold.objects.get(id=wanted).patron_id or 0)
    with pytest.raises(Refused) as caught:
        renew(item="I1", at=at + timedelta(days=2), desk=district.at_central)
    reader.update(status="suspended", suspended_until=None)

    renewed = renew(item="I1", at=at + timedelta(days=2), desk=district.at_central)

    assert codes(caught) == [BlockCode.RENEWAL_WANTED]
    assert renewed.renewals == 1


def test_a_hold_for_one_item_waits_for_that_item(district: District, at: datetime, title: Bib) -> None:
    make_item(barcode="I2", home=district.central, bib=title)
    place_hold(
        item="I2", this_item=True, card="C1", pickup_branch_id=district.central.id, at=at, desk=district.at_central
    )

    other = checkin(item="I1", at=at, desk=district.at_central)
    this = checkin(item="I2", at=at, desk=district.at_central)

    assert other.held is None
    assert this.held is not None


def test_a_branch_outside_the_group_is_served_by_its_own_items_only(
    district: District, at: datetime, title: Bib
) -> None:
    with pytest.raises(Refused) as caught:
        hold(title, "C1", district.at_south, at)
    make_item(barcode="S1", home=district.south, bib=title)
    hold(title, "C1", district.at_south, at)

    assert codes(caught) == [BlockCode.NOTHING_TO_HOLD]
    assert checkin(item="I1", at=at, desk=district.at_central).held is None
    assert checkin(item="S1", at=at, desk=district.at_south).held is not None


def test_a_long_queue_of_another_group_keeps_no_item_from_the_first_it_can_serve(
    district: District, at: datetime, title: Bib
) -> None:
    make_item(barcode="S1", home=district.south, bib=title)
    for number in range(10, 32):
        make_patron(card=f"C{number}", home=district.south)
        hold(title, f"C{number}", district.at_south, at)
    wanted = hold(title, "C1", district.at_central, at + timedelta(minutes=1))

    receipt = checkin(item="I1", at=at + timedelta(hours=1), desk=district.at_central)

    assert receipt.held is not None
    assert receipt.held.hold_id == wanted


def test_who_has_one_volume_may_hold_another(district: District, at: datetime, title: Bib) -> None:
    make_item(barcode="I2", home=district.central, bib=title, volume="2")
    checkout(item="I1", card="C1", at=at, desk=district.at_central)
    desk, pickup = district.at_central, district.central.id

    placed = place_hold(item="I2", this_item=True, card="C1", pickup_branch_id=pickup, at=at, desk=desk)
    with pytest.raises(Refused) as caught:
        place_hold(item="I1", this_item=True, card="C1", pickup_branch_id=pickup, at=at, desk=desk)

    assert placed.item_id == Item.objects.get(barcode="I2").id
    assert codes(caught) == [BlockCode.HOLD_OF_OWN_LOAN]


def test_a_damaged_item_is_not_handed_to_the_next_reader(district: District, at: datetime, title: Bib) -> None:
    hold(title, "C1", district.at_central, at)
    Item.objects.update(condition="damaged")

    assert checkin(item="I1", at=at, desk=district.at_central).held is None


def test_a_lost_item_that_is_found_serves_the_queue_at_once(district: District, at: datetime, title: Bib) -> None:
    hold(title, "C1", district.at_central, at)
    Item.objects.update(condition="lost")

    receipt = checkin(item="I1", at=at, desk=district.at_central)

    assert receipt.held is not None
    assert Item.objects.get().condition == "ok"


def test_taken_outside_the_group_an_item_is_captured_where_its_loan_is_closed(
    district: District, at: datetime, title: Bib
) -> None:
    checkout(item="I1", card="C3", at=at, desk=district.at_central)
    hold(title, "C1", district.at_children, at)

    taken = checkin(item="I1", at=at + timedelta(days=1), desk=district.at_south)
    home = checkin(item="I1", at=at + timedelta(days=2), desk=district.at_central)

    assert (taken.held, taken.send_to) == (None, district.central.id)
    assert home.held is not None
    assert (home.send_to, home.held.ready) == (district.children.id, False)
    assert broken() == []


def test_a_hold_cancelled_on_the_way_lets_the_item_be_decided_about_where_it_arrives(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_children, at)
    checkin(item="I1", at=at, desk=district.at_central)

    ended = cancel_hold(hold_id=wanted, at=at, desk=district.at_central, reason="不需要了")
    arrived = receive_transit(item="I1", at=at + timedelta(hours=3), desk=district.at_children)

    assert ended.was == "in_transit"
    assert (arrived.held, arrived.send_to, arrived.item.state) == (None, district.central.id, "in_transit")
    assert Transit.objects.get(received_at=None).reason == "home"
    assert broken() == []


def test_a_hold_cancelled_before_its_item_has_left_keeps_the_item_where_it_is(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_children, at)
    checkin(item="I1", at=at, desk=district.at_central)
    cancel_hold(hold_id=wanted, at=at, desk=district.at_central)

    again = checkin(item="I1", at=at + timedelta(hours=1), desk=district.at_central)

    assert (again.send_to, again.item.state) == (None, "available")
    assert broken() == []


def test_an_item_whose_pickup_branch_closes_while_it_travels_is_let_go_at_the_next_scan(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_children, at)
    second = hold(title, "C2", district.at_central, at + timedelta(minutes=1))
    checkin(item="I1", at=at, desk=district.at_central)
    closes = date(2026, 4, 24)
    Branch.objects.filter(id=district.children.id).update(closed_date=closes)
    Membership.objects.filter(branch=district.children).update(valid=Range(district.children.opened_date, closes))

    arrived = receive_transit(item="I1", at=at + timedelta(days=1), desk=district.at_children)
    home = receive_transit(item="I1", at=at + timedelta(days=2), desk=district.at_central)

    assert arrived.send_to == district.central.id
    assert home.held is not None
    assert (home.held.hold_id, home.held.ready) == (second, True)
    back = Hold.objects.get(id=wanted)
    assert (back.state, back.captured_item_id) == ("waiting", None)
    assert Entry.objects.filter(kind="hold_put_back").count() == 1
    assert broken() == []


def test_an_item_that_is_damaged_on_the_hold_shelf_gives_its_hold_back_to_the_queue(
    district: District, at: datetime, title: Bib
) -> None:
    make_item(barcode="I2", home=district.central, bib=title)
    wanted = hold(title, "C1", district.at_central, at)
    checkin(item="I1", at=at, desk=district.at_central)
    Item.objects.filter(barcode="I1").update(condition="damaged", condition_at=at)

    damaged = checkin(item="I1", at=at + timedelta(hours=1), desk=district.at_central)
    whole = checkin(item="I2", at=at + timedelta(hours=1), desk=district.at_central)

    assert (damaged.held, damaged.item.state) == (None, "available")
    assert whole.held is not None
    assert whole.held.hold_id == wanted
    assert broken() == []


def test_a_scan_soon_after_the_return_serves_a_hold_that_is_new_or_comes_next(
    district: District, at: datetime, title: Bib
) -> None:
    checkout(item="I1", card="C3", at=at, desk=district.at_central)
    back = at + timedelta(days=1)
    checkin(item="I1", at=back, desk=district.at_central)
    first = hold(title, "C1", district.at_central, back)
    second = hold(title, "C2", district.at_central, back + timedelta(minutes=1))

    new = checkin(item="I1", at=back + timedelta(minutes=2), desk=district.at_central)
    cancel_hold(hold_id=first, at=back + timedelta(minutes=3), desk=district.at_central)
    following = checkin(item="I1", at=back + timedelta(minutes=4), desk=district.at_central)

    assert [receipt.held and receipt.held.hold_id for receipt in (new, following)] == [first, second]
    assert Hold.objects.get(id=first).cleared_at is not None
    assert broken() == []


def test_a_hold_cancelled_on_the_shelf_frees_its_item_which_stays_there_until_scanned(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_central, at)
    second = hold(title, "C2", district.at_children, at + timedelta(minutes=1))
    checkin(item="I1", at=at, desk=district.at_central)

    cancel_hold(hold_id=wanted, at=at, desk=district.at_central)
    again = cancel_hold(hold_id=wanted, at=at, desk=district.at_central)

    assert again.repeated
    assert Item.objects.get().state == "available"
    assert Hold.objects.get(id=wanted).cleared_at is None
    next_one = checkin(item="I1", at=at + timedelta(hours=1), desk=district.at_central)
    assert next_one.held is not None
    assert (next_one.held.hold_id, next_one.send_to) == (second, district.children.id)
    assert Hold.objects.get(id=wanted).cleared_at == at + timedelta(hours=1)
    assert broken() == []


def test_what_is_lent_or_withdrawn_from_the_hold_shelf_is_not_to_be_cleared_any_more(
    district: District, at: datetime, title: Bib
) -> None:
    make_item(barcode="I2", home=district.central, bib=title)
    ids = [hold(title, card, district.at_central, at) for card in ("C1", "C2")]
    for barcode, hold_id in zip(("I1", "I2"), ids, strict=True):
        checkin(item=barcode, at=at, desk=district.at_central)
        cancel_hold(hold_id=hold_id, at=at, desk=district.at_central)
    before = shelf_to_clear(district.central.id)
    cataloguer = make_desk(district.central, acts=[Act.EDIT_ITEM])

    checkout(item="I1", card="C3", at=at + timedelta(hours=1), desk=district.at_central)
    withdraw_item(item_id=Item.objects.get(barcode="I2").id, at=at, desk=cataloguer)

    assert [view.captured_barcode for view in before] == ["I1", "I2"]
    assert shelf_to_clear(district.central.id) == ()
    assert Hold.objects.get(id=ids[0]).cleared_at == at + timedelta(hours=1)
    assert broken() == []


def test_what_is_not_fetched_in_time_expires_once_and_frees_its_item(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_central, at)
    checkin(item="I1", at=at, desk=district.at_central)
    last_day = datetime.combine(date(2026, 5, 1), at.timetz())
    day_after = last_day + timedelta(days=1)

    on_the_last_day = (lapsed_holds(at=last_day), expire_hold(hold_id=wanted, at=last_day))
    lapsed = lapsed_holds(at=day_after)
    ended = expire_hold(hold_id=wanted, at=day_after)
    again = expire_hold(hold_id=wanted, at=day_after)

    assert on_the_last_day == ((), None)
    assert lapsed == (wanted,)
    assert ended is not None
    assert (ended.was, again) == ("on_shelf", None)
    assert (Hold.objects.get().state, Item.objects.get().state) == ("expired", "available")
    assert Entry.objects.filter(kind="hold_expired").count() == 1
    assert broken() == []


def test_an_ended_hold_forgets_its_reader_after_a_month_unless_they_keep_their_history(
    district: District, at: datetime, title: Bib
) -> None:
    for card in ("C1", "C2"):
        cancel_hold(hold_id=hold(title, card, district.at_central, at), at=at, desk=district.at_central)
    Patron.objects.filter(id=Hold.objects.order_by("id")[1].patron_id or 0).update(keep_history=True)

    early = forget_ended_holds(at=at + timedelta(days=29))
    late = forget_ended_holds(at=at + timedelta(days=31))

    assert (early, late) == (0, 1)
    assert [row.patron_id is None for row in Hold.objects.order_by("id")] == [True, False]


def test_a_renewal_is_refused_only_while_nothing_else_can_fill_the_hold(
    district: District, at: datetime, title: Bib
) -> None:
    make_policy(branch=district.central, max_renewals=5)
    checkout(item="I1", card="C3", at=at, desk=district.at_central)
    wanted = hold(title, "C1", district.at_central, at)
    later = at + timedelta(days=5)

    with pytest.raises(Refused) as caught:
        renew(item="I1", at=later, desk=district.at_central, waive=frozenset({BlockCode.RENEWAL_WANTED}))
    make_item(barcode="I2", home=district.children, bib=title)
    renewed = renew(item="I1", at=later, desk=district.at_central)
    second = hold(title, "C2", district.at_central, at)
    with pytest.raises(Refused) as both:
        renew(item="I1", at=later + timedelta(days=1), desk=district.at_central)
    suspend_hold(hold_id=wanted, at=later, desk=district.at_central, until=None)
    again = renew(item="I1", at=later + timedelta(days=2), desk=district.at_central)

    assert codes(caught) == [BlockCode.RENEWAL_WANTED]
    assert renewed.renewals == 1
    assert codes(both) == [BlockCode.RENEWAL_WANTED]
    assert (again.renewals, Hold.objects.get(id=second).state) == (2, "waiting")


@pytest.mark.parametrize("is_claimed", [False, True])
def test_a_damaged_item_is_not_wanted_by_whoever_waits_for_its_title(
    district: District, at: datetime, title: Bib, is_claimed: bool
) -> None:
    checkout(item="I1", card="C3", at=at, desk=district.at_central)
    hold(title, "C1", district.at_central, at)
    mark_damaged(item="I1", note="封面破损", at=at, desk=district.at_central)
    if is_claimed:
        claim_returned(item="I1", at=at, desk=district.at_central)

    with pytest.raises(Refused) as caught:
        renew(item="I1", at=at + timedelta(days=5), desk=district.at_central)

    stands = BlockCode.ITEM_CLAIMED_RETURNED if is_claimed else BlockCode.ITEM_DAMAGED
    assert codes(caught) == [stands]


def test_every_block_of_a_hold_is_told_at_once(district: District, at: datetime, title: Bib) -> None:
    make_policy(item_type=district.book, max_holds=1)
    other = make_bib(title="湘行散记")
    make_item(barcode="O1", home=district.central, bib=other)
    hold(other, "C1", district.at_central, at)
    checkout(item="I1", card="C1", at=at, desk=district.at_central)

    with pytest.raises(Refused) as caught:
        hold(title, "C1", district.at_central, at, not_after=date(2026, 4, 22))

    assert codes(caught) == [BlockCode.HOLD_DATES, BlockCode.HOLD_OF_OWN_LOAN, BlockCode.HOLD_LIMIT]
    assert Hold.objects.count() == 1


@pytest.mark.parametrize(
    ("kinds", "on_loan", "expected"),
    [
        ({"holds": "none"}, False, [BlockCode.NOTHING_TO_HOLD]),
        ({"holds": "on_loan"}, False, [BlockCode.HOLD_ON_LOAN_ONLY]),
        ({"holds": "on_loan"}, True, []),
        ({"in_library_only": True}, False, [BlockCode.NOTHING_TO_HOLD]),
    ],
)
def test_the_policy_of_the_pickup_branch_says_what_may_be_held(
    district: District, at: datetime, title: Bib, kinds: dict[str, object], on_loan: bool, expected: list[BlockCode]
) -> None:
    if on_loan:
        checkout(item="I1", card="C3", at=at, desk=district.at_central)
    make_policy(branch=district.central, **kinds)  # type: ignore[arg-type] # one a case

    try:
        hold(title, "C1", district.at_central, at)
        found: list[BlockCode] = []
    except Refused as refused:
        found = [block.code for block in refused.blocks]

    assert found == expected


def test_who_is_too_young_to_borrow_a_title_may_not_hold_it(district: District, at: datetime, title: Bib) -> None:
    make_policy(branch=district.central, minimum_age=18)
    make_patron(card="KID", home=district.central, birth_date=date(2018, 1, 1))
    make_patron(card="ELDER", home=district.central, birth_date=date(1950, 1, 1))

    with pytest.raises(Refused) as caught:
        hold(title, "KID", district.at_central, at)
    hold(title, "ELDER", district.at_central, at)

    assert caught.value.blocks == (Block(BlockCode.PATRON_TOO_YOUNG, Act.WAIVE_LIMIT, {"age": 18}),)


def test_the_limit_of_holds_may_be_waived_by_who_may(district: District, at: datetime, title: Bib) -> None:
    make_policy(item_type=district.book, max_holds=0)
    plain = make_desk(district.central, acts=[Act.PLACE_HOLD])
    waive = frozenset({BlockCode.HOLD_LIMIT})

    with pytest.raises(Refused):
        hold(title, "C1", plain, at, waive=waive)
    wanted = hold(title, "C1", district.at_central, at, waive=waive)

    assert Entry.objects.get(kind="hold_placed").details["waived"] == ["hold_limit"]
    assert Hold.objects.get().id == wanted


def test_a_title_is_held_once_and_asking_again_at_once_gives_the_first_answer(
    district: District, at: datetime, title: Bib
) -> None:
    first = hold(title, "C1", district.at_central, at)

    again = place_hold(
        bib_id=title.id,
        card="C1",
        pickup_branch_id=district.central.id,
        at=at + timedelta(minutes=9),
        desk=district.at_central,
    )
    with pytest.raises(Refused) as caught:
        hold(title, "C1", district.at_children, at)

    assert (again.hold_id, again.repeated) == (first, True)
    assert codes(caught) == [BlockCode.HOLD_EXISTS]


def test_asking_again_at_once_for_another_branch_or_day_is_told_how_the_hold_stands(
    district: District, at: datetime, title: Bib
) -> None:
    days = [at.date() + timedelta(days=days) for days in (20, 30)]

    first, again = (
        place_hold(
            bib_id=title.id, card="C1", pickup_branch_id=pickup.id, not_after=day, at=at, desk=district.at_central
        )
        for pickup, day in zip((district.central, district.children), days, strict=True)
    )

    kept = Hold.objects.get()
    assert (again.hold_id, again.repeated) == (first.hold_id, True)
    assert (again.pickup_branch_id, again.not_after) == (kept.pickup_branch_id, kept.not_after)
    assert (kept.pickup_branch_id, kept.not_after) == (district.central.id, days[0])


def test_a_keyed_hold_gives_its_first_receipt_even_after_it_was_cancelled(
    district: District, at: datetime, title: Bib
) -> None:
    first = place_hold(
        bib_id=title.id, card="C1", pickup_branch_id=district.central.id, at=at, desk=district.at_central, key="k1"
    )
    cancel_hold(hold_id=first.hold_id, at=at, desk=district.at_central)

    again = place_hold(
        bib_id=title.id,
        card="C1",
        pickup_branch_id=district.central.id,
        at=at + timedelta(days=1),
        desk=district.at_central,
        key="k1",
    )
    with pytest.raises(KeyReused):
        place_hold(
            bib_id=title.id, card="C2", pickup_branch_id=district.central.id, at=at, desk=district.at_central, key="k1"
        )

    assert (again.hold_id, again.position, again.repeated) == (first.hold_id, 1, True)


def test_unknown_cards_titles_and_items_are_told(district: District, at: datetime, title: Bib) -> None:
    desk, pickup = district.at_central, district.central.id

    with pytest.raises(Refused) as no_title:
        place_hold(bib_id=0, card="C9", pickup_branch_id=pickup, at=at, desk=desk)
    with pytest.raises(Refused) as no_item:
        place_hold(item="I9", card="C1", pickup_branch_id=pickup, at=at, desk=desk)
    with pytest.raises(Refused) as no_branch:
        place_hold(item="I1", card="C1", pickup_branch_id=0, at=at, desk=desk)

    assert codes(no_title) == [BlockCode.PATRON_UNKNOWN, BlockCode.RECORD_UNKNOWN]
    assert codes(no_item) == [BlockCode.ITEM_UNKNOWN]
    assert codes(no_branch) == [BlockCode.BRANCH_CLOSED_DOWN]


def test_a_queue_is_reordered_with_a_reason_and_an_audit_row(district: District, at: datetime, title: Bib) -> None:
    ids = [hold(title, f"C{number}", district.at_central, at + timedelta(minutes=number)) for number in (1, 2, 3)]

    move_hold(hold_id=ids[2], to=1, at=at, desk=district.at_central, reason="赛事评委急用")

    assert list(Hold.objects.order_by("rank", "id").values_list("id", flat=True)) == [ids[2], ids[0], ids[1]]
    row = AuditRow.objects.get(act="reorder_holds")
    assert (row.before, row.after, row.reason) == ({"place": 3}, {"place": 1}, "赛事评委急用")
    served = checkin(item="I1", at=at, desk=district.at_central)
    assert served.held is not None
    assert served.held.hold_id == ids[2]


@pytest.mark.parametrize(("to", "reason"), [(0, "x"), (4, "x"), (1, "  ")])
def test_a_queue_is_not_reordered_without_a_reason_or_beyond_its_ends(
    district: District, at: datetime, title: Bib, to: int, reason: str
) -> None:
    ids = [hold(title, f"C{number}", district.at_central, at) for number in (1, 2, 3)]

    with pytest.raises(ValueError, match="queue"):
        move_hold(hold_id=ids[1], to=to, at=at, desk=district.at_central, reason=reason)

    assert list(Hold.objects.order_by("rank", "id").values_list("id", flat=True)) == ids


def test_who_may_place_holds_may_not_reorder_them(district: District, at: datetime, title: Bib) -> None:
    plain = make_desk(district.central, acts=[Act.PLACE_HOLD])
    wanted = hold(title, "C1", plain, at)

    with pytest.raises(NotAllowed):
        move_hold(hold_id=wanted, to=1, at=at, desk=plain, reason="x")
    with pytest.raises(NotAllowed):
        hold(title, "C2", make_desk(district.central, acts=[Act.CHECKOUT]), at)


def test_a_waiting_hold_changes_its_pickup_branch_and_a_captured_one_does_not(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_central, at)
    change_hold(
        hold_id=wanted,
        at=at,
        desk=district.at_central,
        pickup_branch_id=district.children.id,
        not_before=None,
        not_after=date(2026, 6, 1),
    )
    sent = checkin(item="I1", at=at, desk=district.at_central)

    with pytest.raises(Refused) as caught:
        change_hold(
            hold_id=wanted,
            at=at,
            desk=district.at_central,
            pickup_branch_id=district.central.id,
            not_before=None,
            not_after=None,
        )

    assert sent.send_to == district.children.id
    assert codes(caught) == [BlockCode.HOLD_CAPTURED]


def test_another_pickup_branch_refuses_a_waiting_hold_as_it_would_a_new_one(
    district: District, at: datetime, title: Bib
) -> None:
    make_policy(branch=district.children, max_holds=1, minimum_age=60)
    other = make_bib(title="呐喊")
    make_item(barcode="O1", home=district.central, bib=other)
    hold(other, "C1", district.at_central, at)
    wanted = hold(title, "C1", district.at_central, at)
    lead = make_desk(district.children, acts=[Act.PLACE_HOLD, Act.WAIVE_LIMIT])

    def fetch_at(branch: Branch, desk: Desk, *waive: BlockCode) -> None:
        change_hold(
            hold_id=wanted,
            at=at,
            desk=desk,
            pickup_branch_id=branch.id,
            not_before=None,
            not_after=None,
            waive=frozenset(waive),
        )

    with pytest.raises(Refused) as against_policy:
        fetch_at(district.children, district.at_central)
    with pytest.raises(Refused) as outside:
        fetch_at(district.south, district.at_central)
    fetch_at(district.central, district.at_central)  # where it is fetched already nothing is asked again
    stayed = Hold.objects.get(id=wanted).pickup_branch_id
    fetch_at(district.children, lead, BlockCode.HOLD_LIMIT, BlockCode.PATRON_TOO_YOUNG)

    assert codes(against_policy) == [BlockCode.PATRON_TOO_YOUNG, BlockCode.HOLD_LIMIT]
    assert codes(outside) == [BlockCode.NOTHING_TO_HOLD]
    assert stayed == district.central.id
    assert Hold.objects.get(id=wanted).pickup_branch_id == district.children.id


def test_holds_follow_their_title_when_two_records_become_one_and_come_back(
    district: District, at: datetime, title: Bib
) -> None:
    other = make_bib(title="边城（新版）")
    make_item(barcode="O1", home=district.central, bib=other)
    early = hold(title, "C1", district.at_central, at)
    late = hold(other, "C1", district.at_central, at + timedelta(minutes=1))
    alone = hold(other, "C2", district.at_central, at + timedelta(minutes=2))

    moved = merge(other, title, district, at)
    states = dict(Hold.objects.filter(bib=title).values_list("id", "state"))
    part(moved, district, at)

    assert states == {early: "waiting", late: "cancelled", alone: "waiting"}
    assert set(Hold.objects.filter(bib=other).values_list("id", flat=True)) == {late, alone}


def test_of_two_items_on_the_hold_shelf_for_one_reader_a_merge_of_their_records_frees_the_later(
    district: District, at: datetime, title: Bib
) -> None:
    other = make_bib(title="边城（新版）")
    make_item(barcode="O1", home=district.central, bib=other)
    early = hold(title, "C1", district.at_central, at)
    late = hold(other, "C1", district.at_central, at + timedelta(minutes=1))
    for barcode in ("I1", "O1"):
        checkin(item=barcode, at=at, desk=district.at_central)

    merge(other, title, district, at)

    assert dict(Hold.objects.values_list("id", "state")) == {early: "on_shelf", late: "cancelled"}
    assert [view.captured_barcode for view in shelf_to_clear(district.central.id)] == ["O1"]
    assert broken() == []


def test_an_item_captured_between_a_merge_and_its_undoing_still_fills_its_hold(
    district: District, at: datetime, title: Bib
) -> None:
    other = make_bib(title="边城（新版）")
    make_item(barcode="O1", home=district.central, bib=other)
    wanted = hold(other, "C1", district.at_central, at)
    moved = merge(other, title, district, at)
    checkin(item="I1", at=at, desk=district.at_central)
    part(moved, district, at)

    checkout(item="I1", card="C1", at=at + timedelta(hours=1), desk=district.at_central)

    assert Hold.objects.get(id=wanted).state == "filled"
    assert broken() == []


def test_who_has_open_holds_may_not_leave_and_a_branch_where_they_are_fetched_does_not_close(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_children, at)
    patron_id = Hold.objects.get(id=wanted).patron_id or 0

    assert [(found.what, found.count) for found in obstacles_to_leaving(patron_id)] == [("open_holds", 1)]
    ties = ties_to_branch(district.children.id, at.date())
    assert [(tie.what, tie.count) for tie in ties] == [("open_holds", 1)]


def test_items_of_one_call_number_stand_on_one_pick_list(district: District, at: datetime, title: Bib) -> None:
    make_item(barcode="I2", bib=title, home=district.central)
    hold(title, "C1", district.at_central, at)
    hold(title, "C2", district.at_central, at)

    picks = pick_list(district.central.id, at=at)

    assert [pick.barcode for pick in picks] == ["I1", "I2"]


def test_a_pick_list_fetches_at_the_pickup_branch_and_goes_on_where_nobody_finds_the_item(
    district: District, at: datetime, title: Bib
) -> None:
    make_item(barcode="E1", home=district.children, bib=title)
    hold(title, "C1", district.at_children, at)

    lists = {branch.id: pick_list(branch.id, at=at) for branch in (district.children, district.central)}
    pick = lists[district.children.id][0]
    noted = report_not_found(item_id=pick.item_id, item_version=pick.item_version, at=at, desk=district.at_children)

    assert ([len(found) for found in lists.values()], pick.barcode) == ([1, 0], "E1")
    assert noted
    assert pick_list(district.children.id, at=at) == ()
    assert [found.barcode for found in pick_list(district.central.id, at=at)] == ["I1"]
    assert [found.barcode for found in not_found_at(district.children.id)] == ["E1"]
    assert Entry.objects.filter(kind="item_not_found").count() == 1


def test_an_item_that_turns_up_is_looked_for_no_longer(district: District, at: datetime, title: Bib) -> None:
    hold(title, "C1", district.at_central, at)
    pick = pick_list(district.central.id, at=at)[0]
    report_not_found(item_id=pick.item_id, item_version=pick.item_version, at=at, desk=district.at_central)

    receipt = checkin(item="I1", at=at, desk=district.at_central)
    late = report_not_found(item_id=pick.item_id, item_version=pick.item_version, at=at, desk=district.at_central)

    assert receipt.held is not None
    assert not late
    assert not_found_at(district.central.id) == ()


def test_an_item_that_turns_up_when_nobody_wants_it_is_looked_for_no_longer(
    district: District, at: datetime, title: Bib
) -> None:
    wanted = hold(title, "C1", district.at_central, at)
    pick = pick_list(district.central.id, at=at)[0]
    report_not_found(item_id=pick.item_id, item_version=pick.item_version, at=at, desk=district.at_central)
    cancel_hold(hold_id=wanted, at=at, desk=district.at_central)

    checkin(item="I1", at=at, desk=district.at_central)

    hold(title, "C2", district.at_central, at + timedelta(minutes=1))
    assert not_found_at(district.central.id) == ()
    assert [found.barcode for found in pick_list(district.central.id, at=at)] == ["I1"]


def test_an_item_is_missed_only_at_the_branch_where_it_should_stand(
    district: District, at: datetime, title: Bib
) -> None:
    hold(title, "C1", district.at_central, at)
    pick = pick_list(district.central.id, at=at)[0]

    noted = report_not_found(item_id=pick.item_id, item_version=pick.item_version, at=at, desk=district.at_children)

    assert not noted
    assert [found.barcode for found in pick_list(district.central.id, at=at)] == ["I1"]


def test_an_item_that_nobody_finds_lets_no_loan_be_renewed_beside_a_hold(
    district: District, at: datetime, title: Bib
) -> None:
    make_item(barcode="I2", home=district.central, bib=title)
    checkout(item="I1", card="C3", at=at, desk=district.at_central)
    hold(title, "C1", district.at_central, at)
    pick = pick_list(district.central.id, at=at)[0]
    report_not_found(item_id=pick.item_id, item_version=pick.item_version, at=at, desk=district.at_central)

    with pytest.raises(Refused) as caught:
        renew(item="I1", at=at + timedelta(days=5), desk=district.at_central)

    assert codes(caught) == [BlockCode.RENEWAL_WANTED]


def test_holds_that_nothing_can_serve_any_more_are_told_to_the_branch(
    district: District, at: datetime, title: Bib
) -> None:
    keeper = make_item(barcode="I2", home=district.central, bib=title)
    lasting = hold(title, "C1", district.at_central, at)
    one_item = place_hold(
        item="I1", this_item=True, card="C2", pickup_branch_id=district.central.id, at=at, desk=district.at_central
    ).hold_id
    elsewhere = hold(title, "C3", district.at_children, at)

    def told(branch: Branch) -> list[int]:
        return [view.id for view in unfillable_holds(branch.id, at=at)]

    at_first = told(district.central)
    cataloguer = make_desk(district.central, acts=[Act.EDIT_ITEM])
    withdraw_item(item_id=Item.objects.get(barcode="I1").id, at=at, desk=cataloguer)
    without_one = told(district.central)
    Membership.objects.filter(branch=district.children).delete()
    without_group = told(district.children)
    Item.objects.filter(id=keeper.id).update(condition="lost")

    assert (at_first, without_one, without_group) == ([], [one_item], [elsewhere])
    assert told(district.central) == [lasting, one_item]


def test_a_readers_holds_and_the_queue_of_a_title_tell_their_places(
    district: District, at: datetime, title: Bib
) -> None:
    first = hold(title, "C1", district.at_central, at)
    second = hold(title, "C2", district.at_central, at + timedelta(minutes=1))
    checkin(item="I1", at=at, desk=district.at_central)
    placed, asked_again = (
        place_hold(
            bib_id=title.id,
            card="C3",
            pickup_branch_id=district.central.id,
            at=at + timedelta(minutes=2),
            desk=district.at_central,
        )
        for _ in range(2)
    )
    third = placed.hold_id
    patron_id = Hold.objects.get(id=third).patron_id or 0

    mine = holds_of_patron(patron_id=patron_id, at=at)
    queue = queue_of_bib(title.id)
    shelf = hold_shelf(district.central.id)

    assert [(receipt.hold_id, receipt.position) for receipt in (placed, asked_again)] == [(third, 2), (third, 2)]
    assert [(view.id, view.place, view.state) for view in mine] == [(third, 2, "waiting")]
    assert [(view.id, view.place) for view in queue] == [(first, None), (second, 1), (third, 2)]
    assert [(view.id, view.captured_barcode, view.shelf_position) for view in shelf] == [(first, "I1", 1)]
    cancel_hold(hold_id=first, at=at, desk=district.at_central)
    assert [view.id for view in shelf_to_clear(district.central.id)] == [first]


def test_the_nightly_job_lets_all_lapsed_holds_expire_and_one_that_fails_does_not_stop_it(
    district: District, at: datetime, title: Bib, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [hold(title, f"C{number}", district.at_central, at, not_after=date(2026, 4, 30)) for number in (1, 2, 3)]
    real = queueing.expire_hold

    def fails_once(*, hold_id: int, at: datetime) -> object:
        if hold_id == ids[0]:
            raise OperationalError("a lock took too long")
        return real(hold_id=hold_id, at=at)

    monkeypatch.setattr(queueing, "expire_hold", fails_once)
    first = queueing.expire_holds(at=at + timedelta(days=8))
    monkeypatch.undo()
    second = queueing.expire_holds(at=at + timedelta(days=8))

    assert (first, second) == (2, 1)
    entries = Entry.objects.filter(kind="hold_expired")
    assert {(entry.door, entry.operator_id, entry.branch_id) for entry in entries} == {
        ("worker", None, district.central.id)
    }


def test_a_change_leaves_what_it_does_not_name_as_it_stands_by_then(
    district: District, at: datetime, title: Bib
) -> None:
    hold_id = hold(title, "C1", district.at_central, at)
    desk, soon = district.at_central, local_date(at) + timedelta(days=3)

    change_hold(hold_id=hold_id, at=at, desk=desk, not_before=soon)
    change_hold(hold_id=hold_id, at=at, desk=desk, pickup_branch_id=district.children.id)
    change_hold(hold_id=hold_id, at=at, desk=desk, not_after=soon + timedelta(days=9))

    row = Hold.objects.get()
    assert (row.pickup_branch_id, row.not_before, row.not_after) == (
        district.children.id,
        soon,
        soon + timedelta(days=9),
    )
    change_hold(hold_id=hold_id, at=at, desk=desk, not_before=None)
    assert Hold.objects.get().not_before is None


def test_a_hold_is_cancelled_for_the_reader_that_is_named_and_another_s_is_unknown(
    district: District, title: Bib, at: datetime
) -> None:
    wanted = hold(title, "C1", district.at_central, at)
    mine, other = (Token.objects.get(card_no=card).patron_id for card in ("C1", "C2"))

    with pytest.raises(Refused) as caught:
        cancel_hold(hold_id=wanted, patron_id=other, at=at, desk=district.at_central)

    assert codes(caught) == [BlockCode.HOLD_UNKNOWN]
    assert Hold.objects.get(id=wanted).state == "waiting"
    cancel_hold(hold_id=wanted, patron_id=mine, at=at, desk=district.at_central)
    assert Hold.objects.get(id=wanted).state == "cancelled"


def test_a_preview_says_what_placing_would_say_at_each_branch_and_writes_nothing(
    district: District, title: Bib, at: datetime
) -> None:
    make_policy(branch=district.children, holds="none")
    hold(title, "C1", district.at_central, at)
    branches = [district.central, district.children, district.south]
    ids = [branch.id for branch in branches]

    seen = preview_hold(bib_id=title.id, card="C2", pickup_branch_ids=[*ids, 0], at=at, desk=district.at_central)
    mine = preview_hold(bib_id=title.id, card="C1", pickup_branch_ids=ids, at=at, desk=district.at_central)

    assert (seen.title, seen.waiting) == ("边城", 1)
    told = {branch.code: [block.code for block in seen.blocks[branch.id]] for branch in branches}
    assert told == {"C": [], "E": [BlockCode.NOTHING_TO_HOLD], "S": [BlockCode.NOTHING_TO_HOLD]}
    assert 0 not in seen.blocks
    assert BlockCode.HOLD_EXISTS in [block.code for block in mine.blocks[district.central.id]]
    assert Hold.objects.count() == 1
