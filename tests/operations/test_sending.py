"""Sending an item to another branch by hand, and keeping it after all."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district
from tests.factories.patrons import make_patron
from tests.racing import at_once
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.models import Hold
from wenyuan.lending.circulation.operations import (
    Refused,
    checkin,
    checkout,
    keep_item,
    mark_missing,
    place_hold,
    receive_transit,
    send_item,
)
from wenyuan.lending.transit.models import Transit
from wenyuan.lending.transit.queries import list_waiting, open_transit_of
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

LATER = timedelta(hours=2)


@pytest.fixture
def item(district: District) -> Item:
    return make_item(home=district.central, barcode="W1")


def broken() -> list[str]:
    return [one.name for one in all_invariants() if one.room in ("circulation", "transit") and broken_rows(one)]


def refusal(act: Callable[[], object]) -> list[BlockCode]:
    with pytest.raises(Refused) as caught:
        act()
    return [block.code for block in caught.value.blocks]


def test_an_item_sent_by_hand_stays_where_it_arrives_and_belongs_where_it_did(
    district: District, at: datetime, item: Item
) -> None:
    receipt = send_item(item=" W1 ", to_branch_id=district.south.id, at=at, desk=district.at_central)
    waiting = [one.barcode for one in list_waiting(district.central.id)]
    on_its_way = open_transit_of(item.id)
    arrived = receive_transit(item="W1", at=at + LATER, desk=district.at_south)

    item.refresh_from_db()
    sent = Entry.objects.get(kind="transit_sent")
    assert (receipt.to_branch_id, receipt.repeated, receipt.item.state) == (district.south.id, False, "in_transit")
    assert waiting == ["W1"]
    assert sent.details == {"to": district.south.id, "reason": "move"}
    assert on_its_way is not None
    assert (arrived.transit_id, arrived.send_to) == (on_its_way.id, None)
    assert (item.state, item.present_branch_id) == ("available", district.south.id)
    assert (item.home_branch_id, item.owner_id) == (district.central.id, district.central.id)
    assert broken() == []


def test_scanned_twice_it_is_sent_once(district: District, at: datetime, item: Item) -> None:
    send_item(item="W1", to_branch_id=district.south.id, at=at, desk=district.at_central)

    again = send_item(item="W1", to_branch_id=district.south.id, at=at, desk=district.at_central)

    assert again.repeated
    assert Entry.objects.filter(kind="transit_sent").count() == 1


def test_what_is_on_its_way_turns_round(district: District, at: datetime, item: Item) -> None:
    send_item(item="W1", to_branch_id=district.south.id, at=at, desk=district.at_central)

    send_item(item="W1", to_branch_id=district.central.id, at=at + LATER, desk=district.at_children)

    [row] = Transit.objects.all()
    assert (row.from_branch_id, row.to_branch_id, row.reason) == (district.children.id, district.central.id, "move")
    assert broken() == []


def on_loan(district: District, at: datetime) -> None:
    make_patron("李小军", "C0002", home=district.central)
    checkout(item="W1", card="C0002", at=at, desk=district.at_central)


def taken(district: District, at: datetime) -> None:
    on_loan(district, at)
    checkin(item="W1", at=at, desk=district.at_south)


def kept_for_somebody(district: District, at: datetime) -> None:
    waited_for(district, at)
    checkin(item="W1", at=at, desk=district.at_central)


def waited_for(district: District, at: datetime) -> None:
    make_patron("陈小雨", "C0001", home=district.central)
    place_hold(card="C0001", item="W1", pickup_branch_id=district.central.id, at=at, desk=district.at_central)


def missing(district: District, at: datetime) -> None:
    mark_missing(item="W1", at=at, desk=district.at_central)


def in_process(district: District, at: datetime) -> None:
    Item.objects.update(state="in_process")


def withdrawn(district: District, at: datetime) -> None:
    Item.objects.update(state="withdrawn")


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (on_loan, BlockCode.ITEM_ON_LOAN_TO_OTHER),
        (taken, BlockCode.ITEM_TAKEN_ELSEWHERE),
        (kept_for_somebody, BlockCode.ITEM_ON_HOLD_SHELF),
        (waited_for, BlockCode.ITEM_WANTED),
        (missing, BlockCode.ITEM_MISSING),
        (in_process, BlockCode.ITEM_IN_PROCESS),
        (withdrawn, BlockCode.ITEM_WITHDRAWN),
    ],
)
def test_what_a_scan_must_decide_about_first_is_not_sent(
    district: District, at: datetime, item: Item, before: Callable[[District, datetime], None], code: BlockCode
) -> None:
    before(district, at)

    assert refusal(lambda: send_item(item="W1", to_branch_id=district.south.id, at=at, desk=district.at_central)) == [
        code
    ]
    assert not Transit.objects.filter(reason="move").exists()


def test_a_waiting_hold_is_passed_over_only_by_who_may(district: District, at: datetime, item: Item) -> None:
    waited_for(district, at)
    waive = frozenset({BlockCode.ITEM_WANTED})
    clerk = make_desk(district.central, role=Role.DESK)

    def sent_by_clerk() -> object:
        return send_item(item="W1", to_branch_id=district.south.id, at=at, desk=clerk, waive=waive)

    assert refusal(sent_by_clerk) == [BlockCode.ITEM_WANTED]
    send_item(item="W1", to_branch_id=district.south.id, at=at, desk=district.at_central, waive=waive)
    assert Hold.objects.get().state == "waiting"
    assert Entry.objects.get(kind="transit_sent").details["waived"] == ["item_wanted"]


def test_it_goes_to_another_branch_in_service_only_and_every_reason_is_told(
    district: District, at: datetime, item: Item
) -> None:
    Branch.objects.filter(id=district.children.id).update(closed_date=at.date() - timedelta(days=1))
    for branch_id in (district.central.id, district.children.id, 987654):

        def unknown(branch_id: int = branch_id) -> object:
            return send_item(item="none", to_branch_id=branch_id, at=at, desk=district.at_central)

        assert refusal(unknown) == [BlockCode.SENT_NOWHERE, BlockCode.ITEM_UNKNOWN]


def test_who_may_not_pack_sends_and_keeps_nothing(district: District, at: datetime, item: Item) -> None:
    reader_of_figures = make_desk(district.central, role=Role.OUTREACH)

    with pytest.raises(NotAllowed):
        send_item(item="W1", to_branch_id=district.south.id, at=at, desk=reader_of_figures)
    with pytest.raises(NotAllowed):
        keep_item(item="W1", at=at, desk=reader_of_figures)
    assert Transit.objects.count() == 0


def test_what_was_sent_by_hand_stays_after_all(district: District, at: datetime, item: Item) -> None:
    send_item(item="W1", to_branch_id=district.south.id, at=at, desk=district.at_central)

    assert refusal(lambda: keep_item(item="W1", at=at, desk=district.at_south)) == [BlockCode.TRANSIT_ELSEWHERE]
    keep_item(item="W1", at=at + LATER, desk=district.at_central)

    item.refresh_from_db()
    assert (item.state, item.present_branch_id) == ("available", district.central.id)
    assert Transit.objects.get().cancelled_at == at + LATER
    assert Entry.objects.filter(kind="transit_cancelled").count() == 1
    assert refusal(lambda: keep_item(item="W1", at=at, desk=district.at_central)) == [BlockCode.NO_TRANSIT]
    assert refusal(lambda: keep_item(item="none", at=at, desk=district.at_central)) == [BlockCode.ITEM_UNKNOWN]
    assert broken() == []


def test_an_item_is_sent_or_lent_at_once_and_not_both(fresh_database: str, at: datetime) -> None:
    district = make_district()
    make_item(home=district.central, barcode="W1")
    make_patron("李小军", "C0002", home=district.central)

    outcomes = at_once(
        lambda: send_item(item="W1", to_branch_id=district.children.id, at=at, desk=district.at_central),
        lambda: checkout(item="W1", card="C0002", at=at, desk=district.at_children),
        lambda: send_item(item="W1", to_branch_id=district.children.id, at=at, desk=district.at_central),
    )

    refusals = [one for one in outcomes if isinstance(one, Refused)]
    state = Item.objects.get().state
    assert len(refusals) == (1 if state == "in_transit" else 2)
    assert [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)] == []
    assert broken() == []
