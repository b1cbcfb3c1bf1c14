"""Merges raced, each caller with a connection of its own: one decision each time, and nothing left behind."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District, make_district
from tests.factories.patrons import make_patron
from tests.operations.test_catalogue_import import cnmarc
from tests.operations.test_catalogue_undo import bring
from tests.racing import Meanwhile, at_once, interrupted
from wenyuan.holdings.catalogue import seams
from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.importing import planning, writing
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.holdings.catalogue.operations import add_item, edit_bib, merge_bibs, undo_bib_merge
from wenyuan.kernel.marc import DataField, from_storage
from wenyuan.lending.circulation import holding, slots, title_merging
from wenyuan.lending.circulation.checking_out import checkout_plan
from wenyuan.lending.circulation.data import CheckoutReceipt
from wenyuan.lending.circulation.everyday import Request
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.circulation.operations import cancel_hold, checkin, checkout, place_hold
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.invariants import all_invariants, broken_rows
from wenyuan.plumbing.statements import run

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def town(fresh_database: str) -> District:
    """The district in a database of its own, with two readers."""
    district = make_district()
    for card in ("R1", "R2"):
        make_patron(card=card, home=district.central)
    return district


@pytest.fixture
def cataloguer(town: District) -> Desk:
    return make_desk(town.central, role=Role.CATALOGUER)


def titled(town: District, *barcodes: str) -> Bib:
    bib = make_bib(title="边城", author="沈从文")
    for barcode in barcodes:
        make_item(barcode=barcode, home=town.central, bib=bib)
    return bib


def merge(gone: Bib, kept: Bib, desk: Desk) -> int:
    return merge_bibs(kept_id=kept.id, gone_id=gone.id, kept_version=1, gone_version=1, at=AT, desk=desk)


def hold(bib: Bib, card: str, town: District) -> Any:
    return place_hold(bib_id=bib.id, card=card, pickup_branch_id=town.central.id, at=AT, desk=town.at_central)


def while_it_moves(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[Meanwhile]:
    """Let ``act`` begin when a merge has locked everything and is about to move it."""
    real, others = seams.move_all, list[Meanwhile]()

    def and_act(*args: Any) -> Any:
        others.append(Meanwhile(act))
        return real(*args)

    monkeypatch.setattr(seams, "move_all", and_act)
    return others


def broken() -> list[str]:
    return [invariant.name for invariant in all_invariants() if list(broken_rows(invariant))]


def test_of_two_who_merge_the_same_two_in_opposite_directions_one_is_refused(town: District, cataloguer: Desk) -> None:
    one, other = titled(town, "A1", "A2"), titled(town, "B1")

    results = at_once(lambda: merge(one, other, cataloguer), lambda: merge(other, one, cataloguer))

    [refused] = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refused, CatalogueRefused)
    assert refused.refusal is Refusal.RECORD_MERGED
    [standing] = Bib.objects.filter(merged_into=None)
    assert set(Item.objects.values_list("bib_id", flat=True)) == {standing.id}
    assert broken() == []


def test_many_who_merge_around_in_a_ring_leave_redirects_of_one_step(town: District, cataloguer: Desk) -> None:
    bibs = [titled(town, f"I{number}") for number in range(5)]

    results = at_once(
        *(
            lambda one=one, other=other: merge(one, other, cataloguer)
            for one, other in zip(bibs, [*bibs[1:], bibs[0]], strict=True)
        )
    )

    refused = [result for result in results if not isinstance(result, int)]
    assert [getattr(one, "refusal", one) for one in refused] == [Refusal.RECORD_MERGED] * len(refused)
    assert Bib.objects.filter(merged_into=None).count() == len(refused) >= 1
    assert Item.objects.filter(bib__merged_into__isnull=False).count() == 0
    assert broken() == []


def test_a_hold_that_is_placed_while_its_record_is_merged_waits_for_the_one_that_stays(
    town: District, cataloguer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = titled(town, "G1"), titled(town, "K1")
    others = while_it_moves(monkeypatch, lambda: hold(gone, "R1", town))

    merge(gone, kept, cataloguer)

    placed = others[0].result()
    assert not isinstance(placed, Exception)
    assert list(Hold.objects.values_list("bib_id", "state")) == [(kept.id, "waiting")]
    assert broken() == []


def test_a_hold_for_a_barcode_that_is_placed_while_its_record_is_merged_waits_for_the_one_that_stays(
    town: District, cataloguer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = titled(town, "G1"), titled(town, "K1")
    others = while_it_moves(
        monkeypatch,
        lambda: place_hold(item="G1", card="R1", pickup_branch_id=town.central.id, at=AT, desk=town.at_central),
    )

    merge(gone, kept, cataloguer)

    assert not isinstance(others[0].result(), Exception)
    placed = Hold.objects.get()
    assert (placed.bib_id, placed.item_id) == (kept.id, None)
    assert broken() == []


def test_a_merge_waits_for_a_hold_that_is_being_placed_and_takes_it_along(
    town: District, cataloguer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = titled(town, "G1"), titled(town, "K1")
    hold(kept, "R2", town)  # so that the year's reference is there for one of both
    plan, others = holding.place_plan, list[Meanwhile]()
    monkeypatch.setattr(
        holding,
        "place_plan",
        lambda request, wish: interrupted(
            plan(request, wish),
            lambda: others.append(Meanwhile(lambda: merge(gone, kept, cataloguer))),
            before="INSERT INTO circulation_hold",
        ),
    )

    hold(gone, "R1", town)

    assert not isinstance(others[0].result(), Exception)
    assert set(Hold.objects.values_list("bib_id", flat=True)) == {kept.id}
    assert broken() == []


def test_a_hold_for_a_merged_record_meets_the_undo_of_the_merge_without_a_deadlock(
    town: District, cataloguer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, gone = titled(town, "K1"), titled(town, "G1")  # the undo locks the one that stayed first
    merge_id = merge(gone, kept, cataloguer)
    real, others = holding.lock_title, list[Meanwhile]()

    def and_part(bib_id: int) -> None:
        real(bib_id)
        others.append(Meanwhile(lambda: undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)))

    monkeypatch.setattr(holding, "lock_title", and_part)

    hold(gone, "R1", town)

    assert others[0].result() == ()
    assert Hold.objects.get().bib_id == kept.id  # it came before the undo
    assert broken() == []


def test_a_hold_that_is_placed_while_the_merge_is_undone_waits_for_the_record_it_was_asked_for(
    town: District, cataloguer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, gone = titled(town, "K1"), titled(town, "G1")
    merge_id = merge(gone, kept, cataloguer)
    real, others = seams.move_all_back, list[Meanwhile]()

    def and_place(*args: Any) -> Any:
        others.append(Meanwhile(lambda: hold(gone, "R1", town)))
        return real(*args)

    monkeypatch.setattr(seams, "move_all_back", and_place)

    undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)

    assert not isinstance(others[0].result(), Exception)
    assert Hold.objects.get().bib_id == gone.id
    assert broken() == []


def test_a_hold_that_waits_again_and_one_that_its_reader_places_at_that_moment_take_two_slots(
    town: District, cataloguer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept, third = titled(town, "G1"), titled(town, "K1"), titled(town, "T1")
    hold(kept, "R1", town)
    hold(gone, "R1", town)
    merge_id = merge(gone, kept, cataloguer)
    real, others = slots.hold_slots, list[Meanwhile]()

    def and_place(patron_id: int) -> set[int]:
        taken = real(patron_id)
        others.append(Meanwhile(lambda: hold(third, "R1", town)))
        return taken

    monkeypatch.setattr(title_merging, "hold_slots", and_place)

    stayed = undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)

    assert stayed == ()
    assert not isinstance(others[0].result(), Exception)
    assert set(Hold.objects.filter(state="waiting").values_list("slot", flat=True)) == {1, 2, 3}
    assert broken() == []


def test_an_item_that_is_lent_while_its_record_is_merged_is_lent_and_fills_the_hold_for_it(
    town: District, cataloguer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = titled(town, "G1"), titled(town, "K1")
    hold(gone, "R1", town)
    others = while_it_moves(monkeypatch, lambda: checkout(item="G1", card="R1", at=AT, desk=town.at_central))

    merge(gone, kept, cataloguer)

    assert isinstance(others[0].result(), CheckoutReceipt)
    assert Loan.objects.get().item.bib_id == kept.id
    assert Hold.objects.get().state == "filled"
    assert broken() == []


def test_a_checkout_that_looked_before_the_merge_looks_again(town: District, cataloguer: Desk) -> None:
    gone, kept = titled(town, "G1"), titled(town, "K1")
    hold(kept, "R1", town)
    request = Request(item="G1", card="R1", at=AT, desk=town.at_central)

    run(
        lambda: interrupted(
            checkout_plan(request), lambda: merge(gone, kept, cataloguer), before="INSERT INTO circulation_loan"
        )
    )

    assert Loan.objects.get().item.bib_id == kept.id
    assert Hold.objects.get().state == "filled"  # the hold was for the title that the item belongs to since
    assert broken() == []


@pytest.mark.parametrize("act", ["checkin", "cancel"])
def test_what_captures_or_ends_a_hold_meets_a_merge_without_a_deadlock(
    town: District, cataloguer: Desk, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    gone, kept = titled(town, "G1"), titled(town, "K1")
    wanted = hold(gone, "R1", town).hold_id
    hold(kept, "R2", town)
    acts: dict[str, Callable[[], object]] = {
        "checkin": lambda: checkin(item="G1", at=AT, desk=town.at_central),
        "cancel": lambda: cancel_hold(hold_id=wanted, at=AT, desk=town.at_central),
    }
    others = while_it_moves(monkeypatch, acts[act])

    merge(gone, kept, cataloguer)

    assert not isinstance(others[0].result(), Exception)
    assert Hold.objects.get(id=wanted).state == ("on_shelf" if act == "checkin" else "cancelled")
    assert broken() == []


def test_everybody_works_on_both_titles_while_they_are_merged_and_parted(town: District, cataloguer: Desk) -> None:
    gone, kept = titled(town, "G0", "G1", "G2"), titled(town, "K1", "K2")
    for number in range(3, 9):
        make_patron(card=f"R{number}", home=town.central)

    def merge_and_part() -> None:
        for _ in range(6):
            undo_bib_merge(merge_id=merge(gone, kept, cataloguer), at=LATER, desk=cataloguer)

    def read(card: str, item: str, bib: Bib) -> None:
        for _ in range(4):
            placed = hold(bib, card, town)
            checkin(item=item, at=AT, desk=town.at_central)
            cancel_hold(hold_id=placed.hold_id, at=AT, desk=town.at_central)
            checkin(item=item, at=AT, desk=town.at_central)

    results = at_once(
        merge_and_part,
        lambda: read("R3", "G1", gone),
        lambda: read("R4", "K1", kept),
        lambda: read("R5", "G2", kept),
    )

    assert [result for result in results if result is not None] == []
    assert broken() == []


def test_an_item_that_is_added_and_a_record_that_is_saved_while_it_is_merged_are_refused(
    town: District, cataloguer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = titled(town, "G1"), titled(town, "K1")
    record = from_storage(bytes(gone.marc))
    edited = record._replace(fields=(*record.fields, DataField("330", " ", " ", (("a", "小说"),))))
    acts = (
        lambda: add_item(bib_id=gone.id, barcode="N1", at=AT, desk=cataloguer),
        lambda: edit_bib(bib_id=gone.id, version=1, record=edited, at=AT, desk=cataloguer, despite=[kept.id]),
    )
    others = [while_it_moves(monkeypatch, act) for act in acts]

    merge(gone, kept, cataloguer)

    for [one] in others:
        refused = one.result()
        assert isinstance(refused, CatalogueRefused)
        assert refused.refusal is Refusal.RECORD_MERGED
    assert broken() == []


def test_a_merge_that_waits_for_somebody_s_edit_is_refused(town: District, cataloguer: Desk) -> None:
    gone, kept = titled(town, "G1"), titled(town, "K1")
    with transaction.atomic():
        Bib.objects.select_for_update().get(id=gone.id)
        meanwhile = Meanwhile(lambda: merge(gone, kept, cataloguer))
        changed = from_storage(bytes(gone.marc))._replace(fields=())
        Bib.objects.filter(id=gone.id).update(marc=b"changed", title=str(len(changed.fields)))

    refused = meanwhile.result()

    assert isinstance(refused, CatalogueRefused)
    assert refused.refusal is Refusal.RECORD_CHANGED_MEANWHILE
    assert Item.objects.get(barcode="G1").bib_id == gone.id


def test_a_merge_that_meets_an_import_waits_and_the_items_of_the_chunk_move_too(
    town: District, cataloguer: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cnmarc("1", "活着", "余华", barcodes=("W1",))
    bring(tmp_path, cataloguer, first, cnmarc("2", "活着", "余华"))
    Item.objects.all().delete()  # so that the same record brings its item once more
    gone, kept = Bib.objects.order_by("id")
    real, others = planning.plan_chunk, list[Meanwhile]()

    def and_merge(*args: Any, **values: Any) -> Any:
        found = real(*args, **values)
        others.append(Meanwhile(lambda: merge(gone, kept, cataloguer)))
        return found

    monkeypatch.setattr(writing, "plan_chunk", and_merge)
    bring(tmp_path, cataloguer, first)

    assert not isinstance(others[0].result(), Exception)
    assert Item.objects.get(barcode="W1").bib_id == kept.id
    assert broken() == []
