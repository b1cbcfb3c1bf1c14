"""A station's batch: packed by scanning, sent, at the station, taken back, and what it came back short of."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district
from tests.factories.consignments import arrived_consignment, opened_consignment, sent_consignment
from tests.factories.network import make_branch, make_group
from tests.factories.patrons import make_patron
from tests.factories.transit import make_crate
from tests.racing import at_once
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data import BlockCode, CheckinOutcome
from wenyuan.lending.circulation.data.consignments import (
    ConsignmentReason,
    ConsignmentRefused,
    ConsignmentState,
    LineEnd,
    Position,
    Settled,
)
from wenyuan.lending.circulation.models import Consignment, ConsignmentLine
from wenyuan.lending.circulation.operations import (
    Refused,
    change_consignment,
    checkin,
    checkout,
    consign_item,
    drop_consignment,
    end_consignment,
    mark_missing,
    open_consignment,
    send_consignment,
    settle_shortage,
    take_back_consigned,
    unconsign_item,
)
from wenyuan.lending.circulation.queries import (
    consignment_lines,
    count_late_consignments,
    get_consignment,
    list_consignments,
)
from wenyuan.lending.transit.models import Transit
from wenyuan.lending.transit.operations import open_crate, pack
from wenyuan.lending.transit.queries import manifest_lines
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.network.seams import ties_to_branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

HOUR = timedelta(hours=1)
SEASON = timedelta(days=150)


@pytest.fixture
def station(district: District) -> Branch:
    """桃园村农家书屋, which lends to and with the central library; nothing floats."""
    return make_station(district)


def make_station(district: District) -> Branch:
    station = make_branch("Z", kind="bookhouse", name_zh="桃园村农家书屋", parent=district.central)
    make_group("G2", [district.central, station])
    return station


@pytest.fixture
def at_station(station: Branch) -> Desk:
    return make_desk(station, role=Role.DESK)


def broken() -> list[str]:
    return [one.name for one in all_invariants() if one.room in ("circulation", "transit") and broken_rows(one)]


def reasons(act: Callable[[], object]) -> list[ConsignmentReason]:
    with pytest.raises(ConsignmentRefused) as caught:
        act()
    return [one.reason for one in caught.value.objections]


def blocks(act: Callable[[], object]) -> list[BlockCode]:
    with pytest.raises(Refused) as caught:
        act()
    return [block.code for block in caught.value.blocks]


def places(consignment_id: int) -> dict[str, Position]:
    return {line.barcode: line.position for line in consignment_lines(consignment_id)}


def ends(consignment_id: int) -> dict[str, LineEnd | None]:
    return {line.barcode: line.ended_as for line in consignment_lines(consignment_id)}


def test_a_batch_is_packed_by_scanning_and_its_items_travel_in_crates(
    district: District, station: Branch, at: datetime
) -> None:
    make_item(home=district.central, barcode="W1", price_fen=4200)
    batch = opened_consignment(district.at_central, station, at=at)

    added = consign_item(consignment_id=batch.id, item=" W1 ", at=at, desk=district.at_central)
    again = consign_item(consignment_id=batch.id, item="W1", at=at, desk=district.at_central)
    sent = send_consignment(consignment_id=batch.id, at=at, desk=district.at_central)
    make_crate("ZX-01")
    crate = open_crate(code="ZX-01", to_branch_id=station.id, at=at, desk=district.at_central)
    pack(manifest_id=crate.id, item="W1", at=at, desk=district.at_central)

    [line] = consignment_lines(batch.id)
    entry = Entry.objects.get(kind="consignment_sent")
    assert (added.items, added.repeated, again.items, again.repeated) == (1, False, 1, True)
    assert (line.title, line.price_fen, line.position, line.last_kind) == (
        "平凡的世界",
        4200,
        Position.COMING,
        "crate_packed",
    )
    assert (sent.state, sent.number) == (ConsignmentState.SENT, f"LD{at:%Y%m%d}-{batch.id:05d}")
    assert (entry.quantity, entry.branch_id, entry.details["to"]) == (1, district.central.id, station.id)
    assert Entry.objects.get(kind="transit_sent").details["consignment"] == batch.id
    assert [row.barcode for row in manifest_lines(crate.id)] == ["W1"]
    assert broken() == []


def test_what_the_station_has_is_lent_and_stays_there_until_its_batch_is_over(
    district: District, station: Branch, at_station: Desk, at: datetime
) -> None:
    batch = arrived_consignment(district.at_central, at_station, station, "W1", at=at)
    make_patron("李小军", "C0002", home=station)

    checkout(item="W1", card="C0002", at=at + 2 * HOUR, desk=at_station)
    lent = places(batch.id)
    back = checkin(item="W1", at=at + 3 * HOUR, desk=at_station)
    again = checkin(item="W1", at=at + 30 * HOUR, desk=at_station)
    there = places(batch.id)
    end_consignment(consignment_id=batch.id, at=at + 40 * HOUR, desk=district.at_central)
    after = checkin(item="W1", at=at + 50 * HOUR, desk=at_station)

    item = Item.objects.get()
    assert (lent, there) == ({"W1": Position.LENT}, {"W1": Position.THERE})
    assert (back.outcome, back.send_to, again.send_to) == (CheckinOutcome.RETURNED, None, None)
    assert after.send_to == district.central.id  # by the policy of its home, as what is of no batch
    assert (item.home_branch_id, item.owner_id) == (district.central.id, district.central.id)
    assert broken() == []


def test_a_station_outside_the_lending_group_keeps_what_it_has_too(district: District, at: datetime) -> None:
    batch = arrived_consignment(district.at_central, district.at_south, district.south, "W1", at=at)

    again = checkin(item="W1", at=at + 5 * HOUR, desk=district.at_south)

    assert again.send_to is None
    assert places(batch.id) == {"W1": Position.THERE}


def test_where_each_item_is_is_told_by_loan_transit_and_place(
    district: District, station: Branch, at_station: Desk, at: datetime
) -> None:
    barcodes = [f"W{number}" for number in range(1, 9)]
    batch = arrived_consignment(district.at_central, at_station, station, *barcodes[:-1], at=at)
    make_patron("李小军", "C0002", home=station)
    later = at + 2 * HOUR
    checkout(item="W2", card="C0002", at=later, desk=at_station)
    checkin(item="W3", at=later, desk=district.at_central)
    make_group("G3", [district.central, district.children])
    Item.objects.filter(barcode="W4").update(home_branch=station)  # what stands for a policy that floats
    Item.objects.filter(barcode="W4").update(present_branch=district.children, home_branch=district.central)
    mark_missing(item="W5", at=later, desk=at_station)
    checkin(item="W6", at=later, desk=district.at_central)
    checkout(item="W6", card="C0002", at=later, desk=district.at_central)
    checkin(item="W7", at=later, desk=district.at_children)

    assert places(batch.id) == {
        "W1": Position.THERE,
        "W2": Position.LENT,
        "W3": Position.BACK,
        "W4": Position.ELSEWHERE,
        "W5": Position.GONE,
        "W6": Position.BACK,
        "W7": Position.ELSEWHERE,
    }
    view = get_consignment(batch.id)
    assert view is not None
    assert view.counts == {"there": 1, "lent": 1, "back": 2, "elsewhere": 2, "gone": 1}
    assert [line.barcode for line in consignment_lines(batch.id, wanted="back")] == ["W3", "W6"]


def test_what_another_batch_has_is_refused_until_it_was_seen_away_from_its_station(
    district: District, station: Branch, at_station: Desk, at: datetime
) -> None:
    first = arrived_consignment(district.at_central, at_station, station, "W1", "W2", at=at)
    second = opened_consignment(district.at_central, district.south, at=at)
    checkin(item="W2", at=at + 2 * HOUR, desk=district.at_central)

    def add(barcode: str) -> object:
        return consign_item(consignment_id=second.id, item=barcode, at=at + 3 * HOUR, desk=district.at_central)

    assert blocks(lambda: add("W1")) == [BlockCode.ITEM_CONSIGNED]
    add("W2")

    assert ends(first.id) == {"W1": None, "W2": LineEnd.BACK}
    assert places(second.id) == {"W2": Position.COMING}
    assert broken() == []


def test_the_stations_own_item_and_what_cannot_be_sent_do_not_go_with_it(
    district: District, station: Branch, at: datetime
) -> None:
    make_item(home=station, barcode="W1", state="in_process")
    batch = opened_consignment(district.at_central, station, at=at)

    assert blocks(lambda: consign_item(consignment_id=batch.id, item="W1", at=at, desk=district.at_central)) == [
        BlockCode.ITEM_IN_PROCESS,
        BlockCode.ITEM_BELONGS_THERE,
    ]
    assert blocks(lambda: consign_item(consignment_id=batch.id, item="none", at=at, desk=district.at_central)) == [
        BlockCode.ITEM_UNKNOWN
    ]
    assert Transit.objects.count() == 0


def test_what_is_taken_out_stays_here_and_an_empty_batch_is_given_up(
    district: District, station: Branch, at: datetime
) -> None:
    make_item(home=district.central, barcode="W1")
    batch = opened_consignment(district.at_central, station, at=at)
    consign_item(consignment_id=batch.id, item="W1", at=at, desk=district.at_central)

    def drop() -> None:
        drop_consignment(consignment_id=batch.id, at=at, desk=district.at_central)

    assert reasons(drop) == [ConsignmentReason.NOT_EMPTY]
    unconsign_item(consignment_id=batch.id, item="W1", at=at, desk=district.at_central)
    drop()

    assert Item.objects.get().state == "available"
    assert reasons(drop) == [ConsignmentReason.DROPPED]
    assert list_consignments(district.central.id, only_open=True) == ()
    assert broken() == []


def test_a_batch_that_cannot_be_is_refused_with_every_reason(district: District, at: datetime) -> None:
    def begin(to_branch_id: int, purpose: str, days: int) -> Callable[[], object]:
        due = at.date() + timedelta(days=days)
        return lambda: open_consignment(
            to_branch_id=to_branch_id, purpose=purpose, return_date=due, at=at, desk=district.at_central
        )

    assert reasons(begin(district.central.id, " ", 0)) == [
        ConsignmentReason.BRANCH_UNFIT,
        ConsignmentReason.PURPOSE_MISSING,
        ConsignmentReason.BAD_RETURN_DATE,
    ]
    assert reasons(begin(987654, "季" * 61, 800)) == [
        ConsignmentReason.BRANCH_UNFIT,
        ConsignmentReason.TEXT_TOO_LONG,
        ConsignmentReason.BAD_RETURN_DATE,
    ]


def test_what_was_sent_never_changes_and_nothing_empty_or_gone_is_sent(
    district: District, station: Branch, at: datetime
) -> None:
    make_item(home=district.central, barcode="W1")
    make_item(home=district.central, barcode="W2")
    batch = opened_consignment(district.at_central, station, at=at)

    def send() -> object:
        return send_consignment(consignment_id=batch.id, at=at, desk=district.at_central)

    assert reasons(send) == [ConsignmentReason.EMPTY]
    for barcode in ("W1", "W2"):
        consign_item(consignment_id=batch.id, item=barcode, at=at, desk=district.at_central)
    mark_missing(item="W1", at=at, desk=district.at_central)
    with pytest.raises(ConsignmentRefused) as caught:
        send()
    assert caught.value.objections[0].facts == {"count": 1, "barcodes": "W1"}
    unconsign_item(consignment_id=batch.id, item="W1", at=at, desk=district.at_central)
    send()
    assert reasons(send) == [ConsignmentReason.SENT_ALREADY]
    assert reasons(lambda: unconsign_item(consignment_id=batch.id, item="W2", at=at, desk=district.at_central)) == [
        ConsignmentReason.SENT_ALREADY
    ]
    assert reasons(lambda: consign_item(consignment_id=batch.id, item="W1", at=at, desk=district.at_central)) == [
        ConsignmentReason.SENT_ALREADY
    ]


def test_it_is_packed_where_it_was_opened_by_who_may(district: District, station: Branch, at: datetime) -> None:
    make_item(home=district.central, barcode="W1")
    batch = opened_consignment(district.at_central, station, at=at)
    everywhere = make_desk(district.children, role=Role.DESK, everywhere=True)
    nobody = make_desk(district.central, role=Role.OUTREACH)

    assert reasons(lambda: consign_item(consignment_id=batch.id, item="W1", at=at, desk=everywhere)) == [
        ConsignmentReason.NOT_HERE
    ]
    for verb in (send_consignment, end_consignment, drop_consignment):
        with pytest.raises(NotAllowed):
            verb(consignment_id=batch.id, at=at, desk=nobody)
    with pytest.raises(NotAllowed):
        consign_item(consignment_id=batch.id, item="W1", at=at, desk=nobody)
    assert Transit.objects.count() == 0


def test_a_batch_is_taken_back_by_scanning(district: District, station: Branch, at_station: Desk, at: datetime) -> None:
    batch = arrived_consignment(district.at_central, at_station, station, "W1", "W2", at=at)
    make_item(home=district.central, barcode="W9")
    later = at + SEASON
    lent_at = later - timedelta(days=20)
    make_patron("李小军", "C0002", home=station)
    checkout(item="W2", card="C0002", at=lent_at, desk=at_station)

    first = take_back_consigned(consignment_id=batch.id, item="W1", at=later, desk=district.at_central)
    again = take_back_consigned(consignment_id=batch.id, item="W1", at=later, desk=district.at_central)
    lent = take_back_consigned(consignment_id=batch.id, item="W2", at=later, desk=district.at_central)
    extra = take_back_consigned(consignment_id=batch.id, item="W9", at=later, desk=district.at_central)

    assert (first.listed, again.listed, lent.listed, extra.listed) == (True, True, True, False)
    assert lent.receipt.outcome is CheckinOutcome.RETURNED
    assert ends(batch.id) == {"W1": LineEnd.BACK, "W2": LineEnd.BACK}
    assert set(Item.objects.values_list("state", "present_branch_id")) == {("available", district.central.id)}
    assert blocks(
        lambda: take_back_consigned(consignment_id=batch.id, item="none", at=later, desk=district.at_central)
    ) == [BlockCode.ITEM_UNKNOWN]
    with pytest.raises(NotAllowed):
        take_back_consigned(consignment_id=batch.id, item="W1", at=later, desk=at_station)
    everywhere = make_desk(station, role=Role.DESK, everywhere=True)
    assert reasons(lambda: take_back_consigned(consignment_id=batch.id, item="W1", at=later, desk=everywhere)) == [
        ConsignmentReason.AT_STATION
    ]
    assert broken() == []


def test_what_was_never_received_at_the_station_does_not_go_there_again(
    district: District, station: Branch, at: datetime
) -> None:
    batch = sent_consignment(district.at_central, station, "W1", at=at)

    taken = take_back_consigned(consignment_id=batch.id, item="W1", at=at + SEASON, desk=district.at_central)

    assert taken.receipt.send_to is None
    assert Item.objects.get().state == "available"
    assert ends(batch.id) == {"W1": LineEnd.BACK}
    assert broken() == []


def test_at_the_end_what_was_neither_seen_elsewhere_nor_lent_is_short(
    district: District, station: Branch, at_station: Desk, at: datetime
) -> None:
    batch = arrived_consignment(district.at_central, at_station, station, "W1", "W2", "W3", "W4", at=at)
    make_patron("李小军", "C0002", home=station)
    later = at + SEASON
    checkout(item="W2", card="C0002", at=later - 5 * HOUR, desk=at_station)
    take_back_consigned(consignment_id=batch.id, item="W1", at=later, desk=district.at_central)
    checkin(item="W3", at=later, desk=district.at_central)  # at any desk, outside the batch's page

    ended = end_consignment(consignment_id=batch.id, at=later + HOUR, desk=district.at_central)

    entry = Entry.objects.get(kind="consignment_ended")
    assert ends(batch.id) == {"W1": LineEnd.BACK, "W2": LineEnd.LENT, "W3": LineEnd.BACK, "W4": LineEnd.SHORT}
    assert (ended.state, ended.counts, ended.open_shortages) == (
        ConsignmentState.ENDED,
        {"back": 2, "lent": 1, "short": 1},
        1,
    )
    assert (entry.quantity, entry.details["lent"], entry.details["short"]) == (2, 1, 1)
    [line] = consignment_lines(batch.id, wanted="short")
    assert (line.last_kind, line.last_branch_id, line.last_at) == ("transit_received", station.id, at + HOUR)
    assert reasons(lambda: end_consignment(consignment_id=batch.id, at=later, desk=district.at_central)) == [
        ConsignmentReason.ENDED
    ]
    assert broken() == []


@pytest.fixture
def shortages(district: District, station: Branch, at_station: Desk, at: datetime) -> int:
    """A batch of three that came back short of all; its id."""
    for barcode in ("W1", "W2", "W3"):
        make_item(home=district.central, barcode=barcode, price_fen=3600)
    batch = arrived_consignment(district.at_central, at_station, station, "W1", "W2", "W3", at=at)
    end_consignment(consignment_id=batch.id, at=at + SEASON, desk=district.at_central)
    return batch.id


def line_of(barcode: str) -> int:
    return ConsignmentLine.objects.get(barcode=barcode).id


def test_a_shortage_is_charged_to_the_station_or_written_off_with_a_reason(
    district: District, at: datetime, shortages: int
) -> None:
    later = at + SEASON + HOUR
    for barcode, settled, amount in (("W1", Settled.CHARGED, None), ("W2", Settled.WRITTEN_OFF, None)):
        settle_shortage(
            line_id=line_of(barcode),
            settled_as=settled,
            amount_fen=amount,
            remark="书屋进水",
            at=later,
            desk=district.at_central,
        )

    first, second, third = consignment_lines(shortages)
    assert (first.settled_as, first.amount_fen, first.remark) == (Settled.CHARGED, 3600, "书屋进水")
    assert (second.settled_as, second.amount_fen, third.settled_as) == (Settled.WRITTEN_OFF, None, None)
    assert [one.condition for one in Item.objects.order_by("barcode")] == ["missing", "missing", "ok"]
    assert list(Entry.objects.filter(kind="shortage_settled").values_list("amount_fen", flat=True)) == [3600, 0]
    short = consignment_lines(shortages, wanted="short")
    assert [line.barcode for line in short if not line.settled_as and not line.has_turned_up] == ["W3"]
    assert broken() == []


def test_a_shortage_that_turns_up_anywhere_is_no_longer_open(district: District, at: datetime, shortages: int) -> None:
    later = at + SEASON + HOUR

    found = take_back_consigned(consignment_id=shortages, item="W1", at=later, desk=district.at_central)
    checkin(item="W2", at=later, desk=district.at_children)

    first, second, third = consignment_lines(shortages)
    view = get_consignment(shortages)
    assert view is not None
    assert (found.was_short, first.settled_as) == (True, Settled.FOUND)
    assert (second.has_turned_up, second.settled_as, third.has_turned_up) == (True, None, False)
    assert view.open_shortages == 1
    assert reasons(lambda: settle(district, "W2", later)) == [ConsignmentReason.NOT_SHORT]
    assert reasons(lambda: settle(district, "W1", later)) == [ConsignmentReason.SETTLED_ALREADY]
    assert broken() == []


def settle(
    district: District,
    barcode: str,
    at: datetime,
    *,
    remark: str = "书屋进水",
    amount_fen: int | None = None,
    settled_as: Settled = Settled.CHARGED,
) -> None:
    settle_shortage(
        line_id=line_of(barcode),
        settled_as=settled_as,
        amount_fen=amount_fen,
        remark=remark,
        at=at,
        desk=district.at_central,
    )


def test_a_shortage_is_settled_with_a_reason_an_amount_and_the_right(
    district: District, at: datetime, shortages: int
) -> None:
    later = at + SEASON + HOUR

    assert reasons(lambda: settle(district, "W1", later, remark=" ", amount_fen=0)) == [
        ConsignmentReason.REMARK_MISSING,
        ConsignmentReason.BAD_AMOUNT,
    ]
    assert reasons(lambda: settle(district, "W1", later, remark="水" * 201)) == [ConsignmentReason.TEXT_TOO_LONG]
    assert reasons(lambda: settle(district, "W1", later, settled_as=Settled.FOUND)) == [ConsignmentReason.NOT_SHORT]
    assert reasons(
        lambda: settle_shortage(line_id=0, settled_as=Settled.CHARGED, remark="x", at=later, desk=district.at_central)
    ) == [ConsignmentReason.UNKNOWN]
    with pytest.raises(NotAllowed):
        settle_shortage(
            line_id=line_of("W1"),
            settled_as=Settled.CHARGED,
            remark="x",
            at=later,
            desk=make_desk(district.south, role=Role.DESK),
        )
    assert ConsignmentLine.objects.filter(settled_at__isnull=False).count() == 0
    assert Item.objects.filter(condition="missing").count() == 0


def test_a_batch_not_back_on_its_day_is_late_and_may_be_given_longer(
    district: District, station: Branch, at: datetime
) -> None:
    due = date(2026, 6, 1)
    batch = sent_consignment(district.at_central, station, "W1", at=at, return_date=due)

    assert count_late_consignments(station.id, due) == 0
    assert [one.id for one in list_consignments(district.central.id, late_on=due + timedelta(days=1))] == [batch.id]
    change_consignment(
        consignment_id=batch.id,
        purpose="延至秋季",
        return_date=date(2026, 9, 1),
        at=at,
        desk=district.at_central,
    )
    assert count_late_consignments(district.central.id, due + timedelta(days=1)) == 0
    assert AuditRow.objects.get(act="change_consignment").before == {"purpose": "秋季", "return_date": "2026-06-01"}


def test_a_station_with_a_batch_does_not_close_for_good(district: District, station: Branch, at: datetime) -> None:
    sent_consignment(district.at_central, station, "W1", at=at)

    assert ("consignments", 1) in [(tie.what, tie.count) for tie in ties_to_branch(station.id, at.date())]


def test_the_database_lets_no_item_stand_at_two_stations(district: District, station: Branch, at: datetime) -> None:
    sent_consignment(district.at_central, station, "W1", at=at)
    other = opened_consignment(district.at_central, district.south, at=at)
    line = ConsignmentLine.objects.get()
    line.id, line.consignment_id = None, other.id

    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()


def test_one_item_scanned_into_two_batches_at_once_goes_with_one(fresh_database: str, at: datetime) -> None:
    district = make_district()
    station = make_station(district)
    make_item(home=district.central, barcode="W1")
    batches = [opened_consignment(district.at_central, branch, at=at) for branch in (station, district.south, station)]

    outcomes = at_once(
        *(
            lambda batch_id=batch.id: consign_item(consignment_id=batch_id, item="W1", at=at, desk=district.at_central)
            for batch in batches
        )
    )

    refusals = [one for one in outcomes if isinstance(one, Refused)]
    assert [block.code for one in refusals for block in one.blocks] == [BlockCode.ITEM_CONSIGNED] * 2
    assert (
        ConsignmentLine.objects.count()
        == Consignment.objects.filter(id__in=ConsignmentLine.objects.values("consignment")).count()
        == 1
    )
    assert broken() == []
