"""Worked cases of holds, transits and renewals, by their ids in ``docs/circulation/cases.md``; and what the turn of the
year and a clock that goes back do to lending."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.circulation.operations import Refused, checkin, checkout, move_hold, place_hold, renew
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.plumbing.invariants import all_invariants, broken_rows

LONGER = timedelta(minutes=11)


def broken() -> list[str]:
    return [invariant.name for invariant in all_invariants() if list(broken_rows(invariant))]


@pytest.fixture
def title(district: District) -> Bib:
    """One item of 总馆, barcode I1; readers C1 to C6."""
    bib = make_bib(title="边城")
    make_item(barcode="I1", home=district.central, bib=bib)
    for number in range(1, 7):
        make_patron(card=f"C{number}", home=district.central)
    return bib


def holds(title: Bib, pickup: Branch, district: District, at: datetime, count: int) -> list[int]:
    """Places in the order of C1, C2 …"""
    return [
        place_hold(
            bib_id=title.id,
            card=f"C{number}",
            pickup_branch_id=pickup.id,
            at=at + timedelta(minutes=number),
            desk=district.at_central,
        ).position
        for number in range(1, count + 1)
    ]


def waiting() -> list[int]:
    """The queue: of whom each hold is, C1, C2 …"""
    ids = list(Hold.objects.order_by("id").values_list("id", flat=True))
    queue = Hold.objects.filter(state="waiting").order_by("rank", "id")
    return [ids.index(hold_id) + 1 for hold_id in queue.values_list("id", flat=True)]


def test_five_holds_have_the_places_one_to_five_c134(district: District, at: datetime, title: Bib) -> None:
    assert holds(title, district.central, district, at, 5) == [1, 2, 3, 4, 5]


def test_one_item_is_held_once_by_one_reader_c139(district: District, at: datetime, title: Bib) -> None:
    wish = {"item": "I1", "this_item": True, "card": "C1", "pickup_branch_id": district.central.id}
    place_hold(**wish, at=at, desk=district.at_central)  # type: ignore[arg-type] # said twice

    with pytest.raises(Refused) as caught:
        place_hold(**wish, at=at + LONGER, desk=district.at_central)  # type: ignore[arg-type] # said twice

    assert [block.code for block in caught.value.blocks] == [BlockCode.HOLD_EXISTS]


def test_a_hold_goes_to_the_top_down_up_and_to_the_bottom_of_its_queue_c144(
    district: District, at: datetime, title: Bib
) -> None:
    holds(title, district.central, district, at, 6)
    last = Hold.objects.order_by("id").last()
    assert last is not None
    seen = []

    for to in (1, 2, 1, 6):
        move_hold(hold_id=last.id, to=to, at=at + LONGER, desk=district.at_central, reason="馆员更正")
        seen.append(waiting().index(6) + 1)

    assert seen == [1, 2, 1, 6]
    assert waiting() == [1, 2, 3, 4, 5, 6]


def test_a_return_at_the_pickup_desk_serves_the_oldest_hold_alone_c149_c154_c159(
    district: District, at: datetime, title: Bib
) -> None:
    checkout(item="I1", card="C6", at=at, desk=district.at_central)
    holds(title, district.central, district, at, 2)

    receipt = checkin(item="I1", at=at + timedelta(days=1), desk=district.at_central)

    assert receipt.item.state == "on_hold_shelf"
    assert list(Hold.objects.order_by("rank").values_list("state", flat=True)) == ["on_shelf", "waiting"]


def test_an_item_wanted_where_it_is_returned_is_not_sent_home_c182(
    district: District, at: datetime, title: Bib
) -> None:
    checkout(item="I1", card="C6", at=at, desk=district.at_central)
    holds(title, district.children, district, at, 1)

    receipt = checkin(item="I1", at=at + timedelta(days=1), desk=district.at_children)

    assert (receipt.send_to, receipt.item.state) == (None, "on_hold_shelf")
    assert not Transit.objects.exists()


def test_a_transit_for_a_hold_that_was_broken_off_begins_anew_at_the_next_return_c187(
    district: District, at: datetime, title: Bib
) -> None:
    holds(title, district.children, district, at, 1)
    checkin(item="I1", at=at + timedelta(hours=1), desk=district.at_central)
    every = frozenset({BlockCode.ITEM_IN_TRANSIT, BlockCode.ITEM_HELD})

    checkout(item="I1", card="C6", at=at + timedelta(hours=2), desk=district.at_central, waive=every)

    assert not Transit.objects.filter(received_at=None, cancelled_at=None).exists()
    assert Hold.objects.get().state == "waiting"
    receipt = checkin(item="I1", at=at + timedelta(days=2), desk=district.at_central)
    assert receipt.send_to == district.children.id
    assert Hold.objects.get().state == "in_transit"
    assert broken() == []


@pytest.mark.parametrize(
    ("condition", "block"),
    [
        ("lost", BlockCode.ITEM_LOST),
        ("claimed_returned", BlockCode.ITEM_CLAIMED_RETURNED),
        ("missing", BlockCode.ITEM_MISSING),
        ("damaged", BlockCode.ITEM_DAMAGED),
    ],
)
def test_what_is_out_of_order_is_not_renewed_and_its_loan_stays_as_it_is_c109(
    district: District, at: datetime, title: Bib, condition: str, block: BlockCode
) -> None:
    checkout(item="I1", card="C1", at=at, desk=district.at_central)
    Item.objects.update(condition=condition, condition_at=at)
    before = Loan.objects.values("due_at", "renewals", "renewed_at").get()

    with pytest.raises(Refused) as caught:
        renew(item="I1", at=at + timedelta(days=9), desk=district.at_central)

    assert [one.code for one in caught.value.blocks] == [block]
    assert Loan.objects.values("due_at", "renewals", "renewed_at").get() == before


def test_who_has_expired_borrows_nothing_new_c119(district: District, at: datetime, title: Bib) -> None:
    make_patron(card="C9", home=district.central, expires_date=date(2026, 4, 22))

    with pytest.raises(Refused) as caught:
        checkout(item="I1", card="C9", at=at, desk=district.at_central)

    assert [block.code for block in caught.value.blocks] == [BlockCode.PATRON_EXPIRED]


def test_a_loan_over_the_turn_of_the_year_is_one_loan_with_a_reference_for_each_year(
    district: District, title: Bib
) -> None:
    eve = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)  # a minute before midnight in Shanghai
    checkout(item="I1", card="C1", at=eve, desk=district.at_central)

    renew(item="I1", at=eve + timedelta(minutes=2), desk=district.at_central)
    receipt = checkin(item="I1", at=eve + timedelta(days=20), desk=district.at_central)

    told = list(Entry.objects.order_by("id").values_list("kind", "local_date", "reader_ref"))
    assert [(kind, day) for kind, day, _ in told] == [
        ("loan", date(2026, 12, 31)),
        ("renewal", date(2027, 1, 1)),
        ("return", date(2027, 1, 20)),
    ]
    assert told[0][2] != told[1][2] == told[2][2]
    assert receipt.days_overdue == 0
    assert broken() == []


def test_a_clock_that_goes_back_loses_no_act_and_breaks_nothing(district: District, at: datetime, title: Bib) -> None:
    checkout(item="I1", card="C1", at=at, desk=district.at_central)

    back = checkin(item="I1", at=at - timedelta(hours=3), desk=district.at_children)
    again = checkout(
        item="I1",
        card="C2",
        at=at - timedelta(hours=5),
        desk=district.at_central,
        waive=frozenset({BlockCode.ITEM_IN_TRANSIT}),
    )

    assert (back.outcome, back.days_overdue) == ("returned", 0)
    assert again.due_date == date(2026, 5, 23)
    assert list(Loan.objects.order_by("id").values_list("returned_at", flat=True)) == [at - timedelta(hours=3), None]
    assert broken() == []
