"""Unpacking crates: ticking, differences, signing, and what the journal tells later."""

from datetime import datetime, timedelta

import pytest

from tests.factories.catalogue import make_item
from tests.factories.circulation import District
from tests.factories.patrons import make_patron
from tests.factories.transit import make_transit, packed_crate
from tests.operations.test_transit_packing import broken, reasons
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.operations import checkin, checkout, mark_missing, receive_transit, send_item
from wenyuan.lending.transit import operations
from wenyuan.lending.transit.data import (
    DifferenceKind,
    LineState,
    ManifestState,
    ManifestView,
    Outcome,
    Refusal,
    TransitRefused,
    Unpacked,
)
from wenyuan.lending.transit.models import ManifestLine
from wenyuan.lending.transit.queries import (
    count_open_differences,
    get_manifest,
    list_crates,
    list_differences,
    list_manifests,
    manifest_lines,
)
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.journal.models import Entry, Stuck

HOUR = timedelta(hours=1)


@pytest.fixture
def crate(district: District, at: datetime) -> ManifestView:
    """A sealed crate from 少儿分馆 to 总馆 with W1, W2 and W3."""
    items = [make_transit(district.children, district.central, barcode) for barcode in ("W1", "W2", "W3")]
    return packed_crate(district.at_children, district.central, *items, at=at, sealed="0042")


def states(manifest_id: int) -> list[tuple[str, LineState]]:
    return [(line.barcode, line.state) for line in manifest_lines(manifest_id)]


def open_kinds(manifest_id: int) -> list[tuple[str, str]]:
    rows = list_differences(manifest_id=manifest_id, only_open=True)
    return sorted((row.kind.value, row.barcode) for row in rows)


def test_a_listed_item_is_ticked(district: District, crate: ManifestView, at: datetime) -> None:
    first = operations.tick(manifest_id=crate.id, item="W1", at=at + HOUR, desk=district.at_central)
    again = operations.tick(manifest_id=crate.id, item="W1", at=at + HOUR, desk=district.at_central)

    now = get_manifest(crate.id)
    assert now is not None
    assert (first.found_as, first.sent_here, first.arrived, first.items) == (Unpacked.LISTED, True, 1, 3)
    assert again.found_as is Unpacked.AGAIN
    assert now.state is ManifestState.DELIVERED
    assert states(crate.id)[0] == ("W1", LineState.SEEN)
    assert Entry.objects.filter(kind="crate_unpacked").count() == 1
    assert Entry.objects.filter(kind="crate_delivered").count() == 1


def test_what_was_received_at_the_desk_counts_as_arrived(district: District, crate: ManifestView, at: datetime) -> None:
    receive_transit(item="W2", at=at + HOUR, desk=district.at_central)

    assert states(crate.id) == [("W1", LineState.IN_CRATE), ("W2", LineState.RECEIVED), ("W3", LineState.IN_CRATE)]


def test_what_is_not_listed_is_extra_and_never_refused(district: District, crate: ManifestView, at: datetime) -> None:
    make_item(home=district.central, barcode="W9")

    found = [
        operations.tick(manifest_id=crate.id, item=barcode, at=at + HOUR, desk=district.at_central)
        for barcode in ("W9", "W9", "no such code")
    ]

    assert [one.found_as for one in found] == [Unpacked.EXTRA, Unpacked.EXTRA, Unpacked.UNKNOWN]
    assert [one.sent_here for one in found] == [False, False, False]
    assert open_kinds(crate.id) == [("extra", "W9"), ("extra", "no such code")]
    assert count_open_differences(district.children.id) == 2
    assert count_open_differences(district.south.id) == 0


def test_an_item_from_a_neighbouring_crate_is_ticked_on_its_own_list(
    district: District, crate: ManifestView, at: datetime
) -> None:
    other_item = make_transit(district.children, district.central, "W7")
    other = packed_crate(district.at_children, district.central, other_item, code="ZX-02", at=at, sealed="0043")

    found = operations.tick(manifest_id=crate.id, item="W7", at=at + HOUR, desk=district.at_central)

    assert found.found_as is Unpacked.OTHER_CRATE
    assert states(other.id) == [("W7", LineState.SEEN)]
    assert open_kinds(crate.id) == [("extra", "W7")]
    assert open_kinds(other.id) == []


def test_damage_is_noted_once(district: District, crate: ManifestView, at: datetime) -> None:
    first = operations.report_damage(
        manifest_id=crate.id, item="W1", note="封面撕裂", at=at + HOUR, desk=district.at_central
    )
    again = operations.report_damage(manifest_id=crate.id, item="W1", note="", at=at + HOUR, desk=district.at_central)

    assert (first.kind, first.note, first.title) == (DifferenceKind.DAMAGED, "封面撕裂", "平凡的世界")
    assert again.id == first.id
    with pytest.raises(TransitRefused) as caught:
        operations.report_damage(
            manifest_id=crate.id, item="W1", note="x" * 201, at=at + HOUR, desk=district.at_central
        )
    assert reasons(caught) == [Refusal.TEXT_TOO_LONG]


def test_signing_notes_what_is_missing_and_frees_the_crate(
    district: District, crate: ManifestView, at: datetime
) -> None:
    for barcode in ("W1", "W2"):
        operations.tick(manifest_id=crate.id, item=barcode, at=at + HOUR, desk=district.at_central)

    signed = operations.sign(manifest_id=crate.id, at=at + HOUR, desk=district.at_central)

    [entry] = Entry.objects.filter(kind="crate_received")
    assert (signed.state, signed.open_differences) == (ManifestState.RECEIVED, 1)
    assert signed.received_by_id == district.at_central.operator.account_id
    assert signed.handed_at == at + HOUR
    assert open_kinds(crate.id) == [("missing", "W3")]
    assert (entry.quantity, entry.details["missing"]) == (2, 1)
    assert not ManifestLine.objects.filter(in_crate=True).exists()
    assert [(one.manifest_id, one.to_branch_id) for one in list_crates()] == [(None, district.central.id)]
    assert broken() == []


def test_what_was_seen_elsewhere_is_resolved_at_once(district: District, crate: ManifestView, at: datetime) -> None:
    checkin(item="W1", at=at + HOUR, desk=district.at_south)

    operations.sign(manifest_id=crate.id, at=at + 2 * HOUR, desk=district.at_central)

    [seen] = [one for one in list_differences(manifest_id=crate.id) if one.barcode == "W1"]
    assert seen.outcome is Outcome.FOUND_ELSEWHERE
    assert open_kinds(crate.id) == [("missing", "W2"), ("missing", "W3")]


def test_a_missing_item_that_turns_up_ends_its_difference(
    district: District, crate: ManifestView, at: datetime
) -> None:
    operations.sign(manifest_id=crate.id, at=at + HOUR, desk=district.at_central)
    receive_transit(item="W1", at=at + 2 * HOUR, desk=district.at_central)
    checkin(item="W2", at=at + 2 * HOUR, desk=district.at_south)

    deliver(at=at + 2 * HOUR)

    outcomes = {one.barcode: one.outcome for one in list_differences(manifest_id=crate.id)}
    assert outcomes == {"W1": Outcome.ARRIVED_LATER, "W2": Outcome.FOUND_ELSEWHERE, "W3": None}
    assert Entry.objects.filter(kind="difference_resolved").count() == 2
    assert not Stuck.objects.exists()


def test_a_missing_item_that_is_lent_ends_its_difference(district: District, crate: ManifestView, at: datetime) -> None:
    make_patron(card="C1", home=district.central)
    operations.sign(manifest_id=crate.id, at=at + HOUR, desk=district.at_central)
    checkout(
        item="W2",
        card="C1",
        waive=frozenset({BlockCode.ITEM_IN_TRANSIT}),
        at=at + 2 * HOUR,
        desk=district.at_central,
    )

    deliver(at=at + 2 * HOUR)

    outcomes = {one.barcode: one.outcome for one in list_differences(manifest_id=crate.id)}
    assert outcomes["W2"] is Outcome.ARRIVED_LATER
    assert ("missing", "W2") not in open_kinds(crate.id)
    assert not Stuck.objects.exists()


def test_a_missing_item_whose_transit_ends_without_a_loan_is_still_missing(
    district: District, crate: ManifestView, at: datetime
) -> None:
    operations.sign(manifest_id=crate.id, at=at + HOUR, desk=district.at_central)
    mark_missing(item="W2", at=at + 2 * HOUR, desk=district.at_central)

    deliver(at=at + 2 * HOUR)

    assert Entry.objects.filter(kind="transit_cancelled").exists()
    assert ("missing", "W2") in open_kinds(crate.id)


def test_an_entry_from_before_the_item_was_missing_ends_nothing(
    district: District, crate: ManifestView, at: datetime
) -> None:
    checkin(item="W1", at=at - HOUR, desk=district.at_south)
    operations.sign(manifest_id=crate.id, at=at + HOUR, desk=district.at_central)

    deliver(at=at + HOUR)

    assert ("missing", "W2") in open_kinds(crate.id)
    assert Entry.objects.filter(kind="difference_resolved").count() == 1


def test_a_difference_ends_once_with_an_outcome_that_fits(
    district: District, crate: ManifestView, at: datetime
) -> None:
    operations.sign(manifest_id=crate.id, at=at + HOUR, desk=district.at_central)
    difference = list_differences(manifest_id=crate.id)[0]

    with pytest.raises(TransitRefused) as unfit:
        operations.resolve_difference(
            difference_id=difference.id, outcome=Outcome.TO_REPAIR, at=at + HOUR, desk=district.at_children
        )
    ended = operations.resolve_difference(
        difference_id=difference.id, outcome=Outcome.LOST, remark="已报失", at=at + HOUR, desk=district.at_children
    )
    with pytest.raises(TransitRefused) as again:
        operations.resolve_difference(
            difference_id=difference.id, outcome=Outcome.LOST, at=at + HOUR, desk=district.at_central
        )

    assert (ended.outcome, ended.remark) == (Outcome.LOST, "已报失")
    assert (reasons(unfit), reasons(again)) == ([Refusal.OUTCOME_UNFIT], [Refusal.ALREADY_RESOLVED])


def test_a_crate_is_signed_for_once(district: District, crate: ManifestView, at: datetime) -> None:
    unsealed = packed_crate(district.at_children, district.central, code="ZX-02", at=at)
    operations.sign(manifest_id=crate.id, at=at + HOUR, desk=district.at_central)

    for manifest_id, refusal in (
        (crate.id, Refusal.ALREADY_RECEIVED),
        (unsealed.id, Refusal.NOT_SEALED),
        (999_999, Refusal.MANIFEST_UNKNOWN),
    ):
        with pytest.raises(TransitRefused) as caught:
            operations.sign(manifest_id=manifest_id, at=at + HOUR, desk=district.at_central)
        assert reasons(caught) == [refusal]


def test_manifests_of_a_branch_are_listed_newest_first(district: District, at: datetime) -> None:
    made = [
        packed_crate(district.at_children, district.central, code="ZX-01", at=at),
        packed_crate(district.at_central, district.south, code="ZX-02", at=at),
        packed_crate(district.at_south, district.children, code="ZX-03", at=at),
    ]

    first = list_manifests(district.central.id, size=1)
    second = list_manifests(district.central.id, before=first[0].id)

    assert [one.id for one in first + second] == [made[1].id, made[0].id]
    operations.drop_crate(manifest_id=made[0].id, at=at, desk=district.at_children)
    assert [one.id for one in list_manifests(district.central.id, only_open=True)] == [made[1].id]


def test_crates_being_packed_for_a_branch_are_found_behind_any_number_of_others(
    district: District, at: datetime
) -> None:
    wanted = packed_crate(district.at_central, district.south, code="ZX-01", at=at)
    packed_crate(district.at_central, district.children, code="ZX-02", at=at)
    packed_crate(district.at_south, district.central, code="ZX-03", at=at)
    given_up = packed_crate(district.at_central, district.south, code="ZX-04", at=at)
    operations.drop_crate(manifest_id=given_up.id, at=at, desk=district.at_central)
    item = make_item(home=district.central, barcode="W1")
    send_item(item="W1", to_branch_id=district.south.id, at=at, desk=district.at_central)
    packed_crate(district.at_central, district.south, item, code="ZX-05", at=at, sealed="S-01")

    [found] = list_manifests(district.central.id, packing_for=district.south.id, size=2)

    assert found.id == wanted.id
