"""Packing crates: what goes in, what does not, and what a seal closes."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district
from tests.factories.transit import make_crate, make_transit, packed_crate
from wenyuan.lending.circulation.operations import checkin, receive_transit
from wenyuan.lending.transit import operations
from wenyuan.lending.transit.data import ManifestState, Refusal, TransitRefused
from wenyuan.lending.transit.models import Crate, Manifest, ManifestLine
from wenyuan.lending.transit.queries import get_manifest, list_crates, list_waiting, manifest_lines, waiting_counts
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows


def reasons(caught: Any) -> list[Refusal]:
    return [one.refusal for one in caught.value.objections]


def broken() -> list[str]:
    """What does not hold, of this room's invariants."""
    return [one.name for one in all_invariants() if one.room == "transit" and broken_rows(one)]


def test_an_item_on_its_way_is_packed_for_its_destination(district: District, at: datetime) -> None:
    item = make_transit(district.children, district.central, "W1")
    manifest = packed_crate(district.at_children, district.central, at=at)

    receipt = operations.pack(manifest_id=manifest.id, item=" W1 ", at=at, desk=district.at_children)

    [entry] = Entry.objects.filter(kind="crate_packed")
    assert (receipt.barcode, receipt.items, receipt.repeated) == ("W1", 1, False)
    assert receipt.bound_for_id == district.central.id
    assert [(line.barcode, line.title, line.reason) for line in manifest_lines(manifest.id)] == [
        ("W1", "平凡的世界", "home")
    ]
    assert (entry.subject_kind, entry.subject_id, entry.branch_id) == ("item", item.id, district.children.id)
    assert entry.details["crate"] == "ZX-01"
    assert broken() == []


def test_an_item_scanned_twice_lies_in_the_crate_once(district: District, at: datetime) -> None:
    make_transit(district.children, district.central, "W1")
    manifest = packed_crate(district.at_children, district.central, at=at)
    operations.pack(manifest_id=manifest.id, item="W1", at=at, desk=district.at_children)

    again = operations.pack(manifest_id=manifest.id, item="W1", at=at, desk=district.at_children)

    assert (again.repeated, again.items) == (True, 1)
    assert Entry.objects.filter(kind="crate_packed").count() == 1


def test_what_goes_elsewhere_is_refused(district: District, at: datetime) -> None:
    make_transit(district.children, district.south, "W1")
    manifest = packed_crate(district.at_children, district.central, at=at)

    with pytest.raises(TransitRefused) as caught:
        operations.pack(manifest_id=manifest.id, item="W1", at=at, desk=district.at_children)

    [objection] = caught.value.objections
    assert objection.refusal is Refusal.WRONG_DESTINATION
    assert objection.facts == {"branch": district.south.id}
    assert ManifestLine.objects.count() == 0


@pytest.mark.parametrize(("barcode", "refusal"), [("W1", Refusal.NOT_IN_TRANSIT), ("none", Refusal.ITEM_UNKNOWN)])
def test_what_is_not_on_its_way_is_refused(district: District, at: datetime, barcode: str, refusal: Refusal) -> None:
    make_item(home=district.children, barcode="W1")
    manifest = packed_crate(district.at_children, district.central, at=at)

    with pytest.raises(TransitRefused) as caught:
        operations.pack(manifest_id=manifest.id, item=barcode, at=at, desk=district.at_children)

    assert reasons(caught) == [refusal]


def test_what_was_not_scanned_here_yet_is_refused(district: District, at: datetime) -> None:
    make_transit(district.south, district.central, "W1")
    manifest = packed_crate(district.at_children, district.central, at=at)

    with pytest.raises(TransitRefused) as caught:
        operations.pack(manifest_id=manifest.id, item="W1", at=at, desk=district.at_children)

    assert reasons(caught) == [Refusal.BEGUN_ELSEWHERE]


def test_what_lies_in_another_crate_is_refused_with_every_other_reason(district: District, at: datetime) -> None:
    item = make_transit(district.children, district.central, "W1")
    packed_crate(district.at_children, district.central, item, code="ZX-01", at=at)
    southward = packed_crate(district.at_children, district.south, code="ZX-02", at=at)

    with pytest.raises(TransitRefused) as caught:
        operations.pack(manifest_id=southward.id, item="W1", at=at, desk=district.at_children)

    assert reasons(caught) == [Refusal.WRONG_DESTINATION, Refusal.PACKED_ELSEWHERE]
    assert caught.value.objections[1].facts == {"crate": "ZX-01", "branch": district.children.id}


def test_an_item_that_has_left_its_crate_can_be_packed_anew(district: District, at: datetime) -> None:
    unsealed = make_transit(district.children, district.central, "W1")
    sealed = make_transit(district.children, district.central, "W2")
    first = packed_crate(district.at_children, district.central, unsealed, code="ZX-01", at=at)
    second = packed_crate(district.at_children, district.central, sealed, code="ZX-02", at=at, sealed="0042")
    later = at + timedelta(hours=3)
    for barcode in ("W1", "W2"):
        checkin(item=barcode, at=later, desk=district.at_south)
    anew = packed_crate(district.at_south, district.central, unsealed, sealed, code="ZX-03", at=later)

    assert [line.barcode for line in manifest_lines(anew.id)] == ["W1", "W2"]
    assert manifest_lines(first.id) == ()
    assert [line.barcode for line in manifest_lines(second.id)] == ["W2"]
    assert broken() == []


def test_an_item_taken_out_can_go_into_another_crate(district: District, at: datetime) -> None:
    item = make_transit(district.children, district.central, "W1")
    manifest = packed_crate(district.at_children, district.central, item, at=at)

    left = operations.take_out(manifest_id=manifest.id, item="W1", at=at, desk=district.at_children)

    other = packed_crate(district.at_children, district.central, item, code="ZX-02", at=at)
    assert left == 0
    assert [line.barcode for line in manifest_lines(other.id)] == ["W1"]
    assert Entry.objects.filter(kind="crate_taken_out", subject_id=item.id).count() == 1
    with pytest.raises(TransitRefused) as caught:
        operations.take_out(manifest_id=manifest.id, item="W1", at=at, desk=district.at_children)
    assert reasons(caught) == [Refusal.NOT_PACKED_HERE]


def test_a_crate_makes_one_journey_at_a_time(district: District, at: datetime) -> None:
    here = packed_crate(district.at_children, district.central, at=at)
    Crate.objects.create(code="ZX-09", added_at=at, retired_at=at)

    again = operations.open_crate(code="zx-01", to_branch_id=district.central.id, at=at, desk=district.at_children)

    assert again.id == here.id
    for code, to, refusals in (
        ("ZX-01", district.south.id, [Refusal.CRATE_IN_USE]),
        ("ZX-01", district.children.id, [Refusal.SAME_BRANCH, Refusal.CRATE_IN_USE]),
        ("ZX-09", 999_999, [Refusal.BRANCH_UNKNOWN, Refusal.CRATE_RETIRED]),
        ("none", district.south.id, [Refusal.CRATE_UNKNOWN]),
    ):
        with pytest.raises(TransitRefused) as caught:
            operations.open_crate(code=code, to_branch_id=to, at=at, desk=district.at_children)
        assert reasons(caught) == refusals
    assert Manifest.objects.count() == 1


def test_a_sealed_manifest_has_a_number_and_takes_nothing_more(district: District, at: datetime) -> None:
    items = [make_transit(district.children, district.central, barcode) for barcode in ("W1", "W2", "W3")]
    manifest = packed_crate(district.at_children, district.central, *items[:2], at=at)

    sealed = operations.seal(manifest_id=manifest.id, seal=" 0042 ", at=at, desk=district.at_children)

    [entry] = Entry.objects.filter(kind="crate_sent")
    assert sealed.state is ManifestState.SEALED
    assert (sealed.seal, sealed.number) == ("0042", f"20260423-{manifest.id:05d}")
    assert sealed.sealed_by_id == district.at_children.operator.account_id
    assert (entry.quantity, entry.details["seal"], entry.details["number"]) == (2, "0042", sealed.number)
    for change in (operations.pack, operations.take_out):
        with pytest.raises(TransitRefused) as caught:
            change(manifest_id=manifest.id, item="W3", at=at, desk=district.at_children)
        assert reasons(caught) == [Refusal.MANIFEST_SEALED]
    assert broken() == []


def test_what_cannot_be_sealed_is_told_at_once(district: District, at: datetime) -> None:
    item = make_transit(district.children, district.central, "W1")
    empty = packed_crate(district.at_children, district.central, code="ZX-02", at=at)
    manifest = packed_crate(district.at_children, district.central, item, at=at)
    receive_transit(item="W1", at=at + timedelta(hours=1), desk=district.at_central)

    with pytest.raises(TransitRefused) as nothing_in_it:
        operations.seal(manifest_id=empty.id, seal=" ", at=at, desk=district.at_children)
    with pytest.raises(TransitRefused) as left:
        operations.seal(manifest_id=manifest.id, seal="1", at=at, desk=district.at_children)

    assert reasons(nothing_in_it) == [Refusal.BAD_SEAL, Refusal.MANIFEST_EMPTY]
    assert [(one.refusal, one.facts) for one in left.value.objections] == [
        (Refusal.LEFT_MEANWHILE, {"count": 1, "barcodes": "W1"})
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda: ManifestLine.objects.all().delete(),
        lambda: ManifestLine.objects.update(barcode="W9"),
        lambda: Manifest.objects.update(seal="0043"),
        lambda: Manifest.objects.update(number="1"),
    ],
    ids=["line deleted", "line changed", "seal changed", "number changed"],
)
def test_the_database_lets_nothing_of_a_sealed_manifest_change(district: District, at: datetime, change: Any) -> None:
    item = make_transit(district.children, district.central, "W1")
    packed_crate(district.at_children, district.central, item, at=at, sealed="0042")

    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        change()


def test_a_crate_is_handed_over_once_and_says_by_whom_to_whom(district: District, at: datetime) -> None:
    item = make_transit(district.children, district.central, "W1")
    manifest = packed_crate(district.at_children, district.central, item, at=at)
    with pytest.raises(TransitRefused) as too_early:
        operations.hand_over(manifest_id=manifest.id, at=at, desk=district.at_children)
    operations.seal(manifest_id=manifest.id, seal="0042", at=at, desk=district.at_children)

    handed = operations.hand_over(manifest_id=manifest.id, carrier="老赵", at=at, desk=district.at_children)

    with pytest.raises(TransitRefused) as again:
        operations.hand_over(manifest_id=manifest.id, at=at, desk=district.at_children)
    [entry] = Entry.objects.filter(kind="crate_handed")
    assert (handed.state, handed.carrier) == (ManifestState.ON_THE_WAY, "老赵")
    assert handed.handed_by_id == district.at_children.operator.account_id
    assert (reasons(too_early), reasons(again)) == ([Refusal.NOT_SEALED], [Refusal.ALREADY_HANDED])
    assert "老赵" not in str(entry.details)


def test_a_journey_given_up_frees_crate_and_items(district: District, at: datetime) -> None:
    item = make_transit(district.children, district.central, "W1")
    manifest = packed_crate(district.at_children, district.central, item, at=at, sealed="0042")

    operations.drop_crate(manifest_id=manifest.id, at=at, desk=district.at_children)

    anew = packed_crate(district.at_children, district.central, item, at=at)
    dropped = get_manifest(manifest.id)
    assert anew.id != manifest.id
    assert dropped is not None
    assert (dropped.state, dropped.items) == (ManifestState.DROPPED, 1)
    with pytest.raises(TransitRefused) as caught:
        operations.drop_crate(manifest_id=manifest.id, at=at, desk=district.at_children)
    assert reasons(caught) == [Refusal.MANIFEST_DROPPED]
    assert broken() == []


def test_who_has_no_right_at_the_branch_packs_and_unpacks_nothing(district: District, at: datetime) -> None:
    item = make_transit(district.children, district.central, "W1")
    manifest = packed_crate(district.at_children, district.central, item, at=at, sealed="0042")
    stranger = make_desk(district.children, acts=set(Act) - {Act.PACK_CRATES, Act.PLAN_RUNS})

    for act in (
        lambda: operations.open_crate(code="ZX-01", to_branch_id=district.south.id, at=at, desk=stranger),
        lambda: operations.pack(manifest_id=manifest.id, item="W1", at=at, desk=stranger),
        lambda: operations.hand_over(manifest_id=manifest.id, at=at, desk=stranger),
        lambda: operations.drop_crate(manifest_id=manifest.id, at=at, desk=stranger),
        lambda: operations.tick(manifest_id=manifest.id, item="W1", at=at, desk=district.at_children),
        lambda: operations.sign(manifest_id=manifest.id, at=at, desk=district.at_children),
        lambda: operations.add_crates(codes=["ZX-05"], at=at, desk=stranger),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert [line.barcode for line in manifest_lines(manifest.id)] == ["W1"]
    assert not Crate.objects.filter(code="ZX-05").exists()


def test_crates_are_entered_all_or_none(district: District, at: datetime) -> None:
    desk = make_desk(district.central, role=Role.DIRECTOR)
    make_crate("ZX-01")

    with pytest.raises(TransitRefused) as caught:
        operations.add_crates(codes=["zx-01", "ZX-02", "箱", "zx-02"], at=at, desk=desk)
    added = operations.add_crates(codes=["zx-02", "zx-03"], at=at, desk=desk)
    operations.retire_crate(code="ZX-03", at=at, desk=desk)

    assert reasons(caught) == [Refusal.CODE_TAKEN, Refusal.BAD_CODE, Refusal.CODE_TAKEN]
    assert added == ("ZX-02", "ZX-03")
    assert [crate.code for crate in list_crates()] == ["ZX-01", "ZX-02"]
    assert list(AuditRow.objects.order_by("id").values_list("act", flat=True)) == ["add_crates", "retire_crate"]


def test_what_waits_to_be_packed_is_listed_and_counted(district: District, at: datetime) -> None:
    for barcode in ("W1", "W2"):
        make_transit(district.children, district.central, barcode)
    taken = make_transit(district.children, district.south, "W3", reason="send_on")
    packed_crate(district.at_children, district.south, taken, at=at)
    make_transit(district.children, district.south, "W4", reason="send_on")

    waiting = list_waiting(district.children.id, size=2)
    rest = list_waiting(district.children.id, after_id=waiting[-1].transit_id)
    counts = waiting_counts(district.children.id)

    assert [one.barcode for one in waiting + rest] == ["W1", "W2", "W4"]
    assert [one.barcode for one in list_waiting(district.children.id, reason="send_on")] == ["W4"]
    assert [(one.to_branch_id, one.items, one.taken) for one in counts] == [
        (district.central.id, 2, 0),
        (district.south.id, 1, 1),
    ]


def test_two_people_pack_one_item_at_once_and_one_gets_it(fresh_database: str, at: datetime) -> None:
    district = make_district()
    make_transit(district.children, district.central, "W1")
    crates = [packed_crate(district.at_children, district.central, code=f"ZX-0{n}", at=at) for n in range(1, 5)]
    start = threading.Barrier(len(crates))
    outcomes: list[str] = []

    def pack_it(manifest_id: int) -> None:
        start.wait()
        try:
            operations.pack(manifest_id=manifest_id, item="W1", at=at, desk=district.at_children)
            outcomes.append("packed")
        except TransitRefused as error:
            outcomes.append(error.objections[0].refusal.value)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=pack_it, args=[crate.id]) for crate in crates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["packed", "packed_elsewhere", "packed_elsewhere", "packed_elsewhere"]
    assert ManifestLine.objects.count() == 1
    assert broken() == []
