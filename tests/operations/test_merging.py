"""Two records of one document become one, and two again: docs/specs/merging.md, by its numbers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_desk
from tests.factories.catalogue import cnmarc_record, make_bib, make_item
from tests.factories.circulation import District, make_district
from tests.factories.patrons import make_patron
from tests.operations.test_catalogue_import import cnmarc
from tests.operations.test_catalogue_undo import bring, left
from wenyuan.holdings.catalogue.data import CatalogueRefused, ExportForm, ItemChanges, KeptReason, Refusal, StayReason
from wenyuan.holdings.catalogue.harvesting.publishing import public_records
from wenyuan.holdings.catalogue.models import Bib, BibMergeRow, BibsApart, IndexWaiting, Item
from wenyuan.holdings.catalogue.operations import (
    DuplicatesFound,
    add_bib,
    add_item,
    edit_bib,
    edit_item,
    keep_bibs_apart,
    merge_bibs,
    stamp_changes,
    undo_batch,
    undo_bib_merge,
    withdraw_item,
)
from wenyuan.holdings.catalogue.queries import (
    count_holdings,
    export_records,
    get_harvested,
    import_result,
    list_faults,
    list_newest,
    lookup,
    matches_of,
    standing_bib,
)
from wenyuan.holdings.catalogue.searching.gathering import facts_after, facts_of
from wenyuan.kernel.marc import Dialect, from_storage
from wenyuan.lending.circulation.models import Hold, Loan, NotFound
from wenyuan.lending.circulation.operations import (
    cancel_hold,
    checkin,
    checkout,
    place_hold,
    report_not_found,
)
from wenyuan.lending.circulation.queries import shelf_to_clear
from wenyuan.lending.circulation.telling import holds_to_tell_of, tell_of_hold
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.notices.models import Notice
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(days=2)


@pytest.fixture
def town(db: None) -> District:
    return make_district()


@pytest.fixture
def cataloguer(town: District) -> Desk:
    return make_desk(town.central, role=Role.CATALOGUER)


@pytest.fixture
def kept(town: District) -> Bib:
    """边城, with the item K1."""
    bib = make_bib(title="边城", author="沈从文", isbn="9787020024759")
    make_item(barcode="K1", home=town.central, bib=bib)
    return bib


@pytest.fixture
def gone(town: District, kept: Bib) -> Bib:
    """The same once more, with the items G1 and G2."""
    bib = make_bib(title="边城", author="沈从文", isbn="9787506365437")
    for barcode in ("G1", "G2"):
        make_item(barcode=barcode, home=town.central, bib=bib)
    return bib


def merge(gone: Bib, kept: Bib, desk: Desk, *, at: datetime = AT) -> int:
    versions = {"kept_version": kept.version, "gone_version": gone.version}
    return merge_bibs(kept_id=kept.id, gone_id=gone.id, at=at, desk=desk, **versions)


def hold(bib: Bib, card: str, town: District, *, at: datetime = AT, item: str = "") -> int:
    wish: dict[str, object] = {"item": item, "this_item": True} if item else {"bib_id": bib.id}
    receipt = place_hold(card=card, pickup_branch_id=town.central.id, at=at, desk=town.at_central, **wish)  # type: ignore[arg-type]
    return receipt.hold_id


def barcodes(bib: Bib) -> list[str]:
    return list(Item.objects.filter(bib=bib).order_by("barcode").values_list("barcode", flat=True))


def stayed(merge_id: int) -> list[tuple[str, int, str]]:
    rows = BibMergeRow.objects.filter(merge_id=merge_id).exclude(stays="").order_by("id")
    return list(rows.values_list("what", "row_id", "stays"))


def broken() -> list[str]:
    return [invariant.name for invariant in all_invariants() if list(broken_rows(invariant))]


# The merge -----------------------------------------------------------------------------------------------------------


def test_items_move_to_the_record_that_stays_and_the_other_leads_to_it(kept: Bib, gone: Bib, cataloguer: Desk) -> None:
    merge(gone, kept, cataloguer)

    assert barcodes(kept) == ["G1", "G2", "K1"]
    assert barcodes(gone) == []
    assert standing_bib(gone.id) == kept.id
    assert bytes(Bib.objects.get(id=kept.id).marc) == bytes(kept.marc)
    assert [Item.objects.get(barcode=barcode).version for barcode in ("G1", "K1")] == [2, 1]
    assert broken() == []


def test_a_record_that_was_merged_is_found_nowhere_but_by_its_numbers_which_lead_on(
    kept: Bib, gone: Bib, cataloguer: Desk
) -> None:
    stamp_changes()
    IndexWaiting.objects.all().delete()

    merge(gone, kept, cataloguer)
    stamp_changes()

    assert [bib.id for bib in list_newest().bibs] == [kept.id]
    assert [bib.id for bib in lookup(title_begins="边城").bibs] == [kept.id]
    assert [bib.id for bib in lookup(isbn="9787506365437").bibs] == [kept.id]
    assert [facts.id for facts in facts_of([gone.id, kept.id])] == [kept.id]
    assert facts_after(0, count=5)[0].numbers == ("9787020024759", "9787506365437")
    assert {row.bib_id for row in IndexWaiting.objects.filter(of_items=False)} >= {kept.id, gone.id}
    assert count_holdings().bibs == 1
    assert public_records([gone.id]) == (None,)
    assert (harvested := get_harvested(gone.id)) is not None
    assert (harvested.is_gone, harvested.record) == (True, None)
    theirs = from_storage(bytes(gone.marc))
    assert set(matches_of(theirs, dialect=Dialect.CNMARC)) == {kept.id}
    exported = b"".join(export_records(form=ExportForm.MARCXML, desk=cataloguer))
    assert exported.count(b"<record") == 1


def test_the_journal_and_the_audit_tell_of_it_and_nothing_earlier_is_written_anew(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    make_patron(card="R1", home=town.central)
    checkout(item="G1", card="R1", at=AT, desk=town.at_central)
    before = list(Entry.objects.order_by("id").values_list("id", "subject_kind", "subject_id", "details"))

    merge_id = merge(gone, kept, cataloguer)

    [*former, entry] = Entry.objects.order_by("id")
    assert [(one.id, one.subject_kind, one.subject_id, one.details) for one in former] == before
    assert (entry.kind, entry.subject_kind, entry.subject_id) == ("records_merged", "bib", kept.id)
    assert entry.details == {"merge": merge_id, "gone": gone.id, "rows": 2}
    audited = AuditRow.objects.filter(act="merge_records").order_by("subject_id")
    assert [row.subject_id for row in audited] == [kept.id, gone.id]
    assert Loan.objects.get().item.bib_id == kept.id


def test_it_needs_the_right_to_edit_records(kept: Bib, gone: Bib, town: District) -> None:
    with pytest.raises(NotAllowed):
        merge(gone, kept, make_desk(town.central, acts=[Act.EDIT_ITEM]))
    with pytest.raises(NotAllowed):
        undo_bib_merge(merge_id=1, at=AT, desk=make_desk(town.central, acts=[Act.EDIT_ITEM]))


def test_what_cannot_be_merged_is_refused_and_nothing_moves(kept: Bib, gone: Bib, cataloguer: Desk) -> None:
    third = make_bib(title="边城")

    def refusal(gone_id: int, kept_id: int, **versions: int) -> Refusal:
        seen = {"kept_version": 1, "gone_version": 1, **versions}
        with pytest.raises(CatalogueRefused) as refused:
            merge_bibs(kept_id=kept_id, gone_id=gone_id, at=AT, desk=cataloguer, **seen)
        return refused.value.refusal

    assert refusal(kept.id, kept.id) is Refusal.MERGE_ITSELF
    assert refusal(999_999, kept.id) is Refusal.BIB_UNKNOWN
    assert refusal(gone.id, kept.id, gone_version=2) is Refusal.RECORD_CHANGED_MEANWHILE
    assert refusal(gone.id, kept.id, kept_version=2) is Refusal.RECORD_CHANGED_MEANWHILE
    merge(gone, kept, cataloguer)
    assert refusal(gone.id, third.id) is Refusal.RECORD_MERGED
    assert refusal(third.id, gone.id) is Refusal.RECORD_MERGED
    assert barcodes(third) == []
    assert barcodes(kept) == ["G1", "G2", "K1"]


def test_more_items_than_a_transaction_should_move_are_refused(
    kept: Bib, gone: Bib, cataloguer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wenyuan.holdings.catalogue.merging.joining.MOST_MOVED", 1)

    with pytest.raises(CatalogueRefused) as refused:
        merge(gone, kept, cataloguer)

    assert refused.value.refusal is Refusal.MERGE_TOO_LARGE


def test_more_holds_than_a_transaction_should_move_are_refused(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wenyuan.lending.circulation.title_merging.MOST_HOLDS", 1)
    for card in ("R1", "R2"):
        make_patron(card=card, home=town.central)
        hold(gone, card, town)

    with pytest.raises(CatalogueRefused) as refused:
        merge(gone, kept, cataloguer)

    assert refused.value.refusal is Refusal.MERGE_TOO_LARGE
    assert Hold.objects.filter(bib=gone, state="waiting").count() == 2


def test_more_readers_who_wait_for_both_than_a_transaction_should_look_at_are_refused(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wenyuan.lending.circulation.title_merging.MOST_PAIRS", 1)
    for card in ("R1", "R2"):
        make_patron(card=card, home=town.central)
        hold(gone, card, town)
        hold(kept, card, town)

    with pytest.raises(CatalogueRefused) as refused:
        merge(gone, kept, cataloguer)

    assert refused.value.refusal is Refusal.MERGE_TOO_LARGE
    assert Hold.objects.filter(state="waiting").count() == 4


def test_many_holds_are_moved_and_parted_by_as_many_statements_as_a_few(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    other = make_bib(title="边城", author="沈从文")
    make_item(barcode="O1", home=town.central, bib=other)
    for number in range(12):
        make_patron(card=f"R{number}", home=town.central)
        hold(gone if number < 10 else other, f"R{number}", town)

    def asked(bib: Bib) -> list[int]:
        with CaptureQueriesContext(connection) as joined:
            merge_id = merge(bib, kept, cataloguer)
        with CaptureQueriesContext(connection) as parted:
            undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)
        return [len(joined), len(parted)]

    assert asked(gone) == asked(other)
    assert Hold.objects.filter(bib=gone).count() == 10


def test_a_record_that_was_merged_is_not_edited_and_gets_no_items(kept: Bib, gone: Bib, cataloguer: Desk) -> None:
    merge(gone, kept, cataloguer)

    with pytest.raises(CatalogueRefused) as edited:
        edit_bib(bib_id=gone.id, version=1, record=from_storage(bytes(gone.marc)), at=AT, desk=cataloguer)
    with pytest.raises(CatalogueRefused) as added:
        add_item(bib_id=gone.id, barcode="N1", at=AT, desk=cataloguer)

    assert edited.value.refusal is added.value.refusal is Refusal.RECORD_MERGED


def test_who_saves_a_record_like_one_that_was_merged_is_shown_the_one_that_stayed(
    kept: Bib, gone: Bib, cataloguer: Desk
) -> None:
    merge(gone, kept, cataloguer)
    like_the_gone = cnmarc_record("x1", title="边城", author="沈从文", isbn="9787506365437")

    with pytest.raises(DuplicatesFound) as found:
        add_bib(record=like_the_gone, dialect=Dialect.CNMARC, at=AT, desk=cataloguer)

    assert [(one.bib_id, one.reason) for one in found.value.candidates] == [(kept.id, "isbn")]


def test_a_redirect_is_one_step_also_when_the_record_that_stayed_is_merged_in_turn(
    kept: Bib, gone: Bib, cataloguer: Desk
) -> None:
    third = make_bib(title="边城", author="沈从文")
    first = merge(gone, kept, cataloguer)
    second = merge(kept, third, cataloguer)
    led = [standing_bib(gone.id), standing_bib(kept.id)]

    with pytest.raises(CatalogueRefused) as refused:
        undo_bib_merge(merge_id=first, at=LATER, desk=cataloguer)
    undo_bib_merge(merge_id=second, at=LATER, desk=cataloguer)
    led_back = [standing_bib(gone.id), standing_bib(kept.id)]
    undo_bib_merge(merge_id=first, at=LATER, desk=cataloguer)

    assert led == [third.id, third.id]
    assert refused.value.refusal is Refusal.MERGE_NOT_LAST
    assert led_back == [kept.id, kept.id]
    assert (barcodes(third), barcodes(kept), barcodes(gone)) == ([], ["K1"], ["G1", "G2"])
    assert broken() == []


# Holds ---------------------------------------------------------------------------------------------------------------


def test_a_hold_for_a_record_that_was_merged_waits_for_the_one_that_stayed(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    make_patron(card="R1", home=town.central)
    merge(gone, kept, cataloguer)

    hold(gone, "R1", town)

    assert Hold.objects.get().bib_id == kept.id


def test_holds_keep_their_places_and_a_hold_for_one_item_follows_it(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    for card in ("R1", "R2", "R3"):
        make_patron(card=card, home=town.central)
    second = hold(kept, "R1", town, at=AT + timedelta(minutes=2))
    first = hold(gone, "R2", town, at=AT + timedelta(minutes=1))
    third = hold(gone, "R3", town, at=AT + timedelta(minutes=3), item="G1")
    slots = dict(Hold.objects.values_list("id", "slot"))

    merge(gone, kept, cataloguer)

    queue = Hold.objects.filter(bib=kept, state="waiting").order_by("rank", "id")
    assert list(queue.values_list("id", flat=True)) == [first, second, third]
    assert dict(Hold.objects.values_list("id", "slot")) == slots
    assert broken() == []


def test_of_two_holds_of_one_reader_the_earlier_stays_and_the_other_waits_again_after_the_undo(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    for card in ("R1", "R2"):
        make_patron(card=card, home=town.central)
    late_of_kept = hold(kept, "R1", town, at=AT + timedelta(minutes=2))
    early_of_gone = hold(gone, "R1", town, at=AT + timedelta(minutes=1))
    early_of_kept = hold(kept, "R2", town, at=AT + timedelta(minutes=3))
    late_of_gone = hold(gone, "R2", town, at=AT + timedelta(minutes=4))

    merge_id = merge(gone, kept, cataloguer)
    merged = dict(Hold.objects.filter(bib=kept).values_list("id", "state"))
    left_behind = undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)

    assert merged == {
        early_of_gone: "waiting",
        late_of_kept: "cancelled",
        early_of_kept: "waiting",
        late_of_gone: "cancelled",
    }
    assert left_behind == ()
    assert dict(Hold.objects.filter(state="waiting").values_list("id", "bib_id")) == {
        late_of_kept: kept.id,
        early_of_kept: kept.id,
        early_of_gone: gone.id,
        late_of_gone: gone.id,
    }
    assert broken() == []


def test_a_hold_that_ended_with_a_merge_waits_again_also_when_the_record_that_stayed_was_merged_in_turn(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    make_patron(card="R1", home=town.central)
    third = make_bib(title="边城", author="沈从文")
    of_kept = hold(kept, "R1", town)
    of_gone = hold(gone, "R1", town, at=AT + timedelta(minutes=1))
    first = merge(gone, kept, cataloguer)
    second = merge(kept, third, cataloguer)

    left_behind = [undo_bib_merge(merge_id=one, at=LATER, desk=cataloguer) for one in (second, first)]

    assert left_behind == [(), ()]
    assert list(Hold.objects.order_by("id").values_list("id", "bib_id", "state")) == [
        (of_kept, kept.id, "waiting"),
        (of_gone, gone.id, "waiting"),
    ]
    assert broken() == []


def test_a_hold_that_had_ended_before_goes_back_through_two_merges(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    make_patron(card="R1", home=town.central)
    third = make_bib(title="边城", author="沈从文")
    ended = hold(gone, "R1", town)
    cancel_hold(hold_id=ended, at=AT, desk=town.at_central)
    first = merge(gone, kept, cataloguer)
    second = merge(kept, third, cataloguer)

    left_behind = [undo_bib_merge(merge_id=one, at=LATER, desk=cataloguer) for one in (second, first)]

    assert left_behind == [(), ()]
    assert Hold.objects.get().bib_id == gone.id


def test_a_hold_that_ended_with_the_merge_does_not_wait_again_when_the_reader_had_the_book(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    make_patron(card="R1", home=town.central)
    hold(kept, "R1", town)
    lesser = hold(gone, "R1", town, at=AT + timedelta(minutes=1))
    merge_id = merge(gone, kept, cataloguer)
    checkout(item="K1", card="R1", at=LATER, desk=town.at_central)

    undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)

    ended = Hold.objects.get(id=lesser)
    assert (ended.state, ended.bib_id) == ("cancelled", kept.id)  # it stays where the list says
    assert stayed(merge_id) == [("hold_ended", lesser, StayReason.HOLD_SERVED)]


def test_an_item_that_nobody_found_on_its_shelf_is_looked_for_as_before(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    item = Item.objects.get(barcode="G1")
    report_not_found(item_id=item.id, item_version=1, at=AT, desk=town.at_central)

    merge_id = merge(gone, kept, cataloguer)
    there = NotFound.objects.get().item_version
    undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)

    assert (there, NotFound.objects.get().item_version) == (2, 3)
    assert Item.objects.get(barcode="G1").version == 3


# The undo ------------------------------------------------------------------------------------------------------------


def test_an_undo_gives_each_record_what_was_its_own_and_what_came_since_stays(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    for card in ("R1", "R2"):
        make_patron(card=card, home=town.central)
    of_gone = hold(gone, "R1", town)
    merge_id = merge(gone, kept, cataloguer)
    since = hold(kept, "R2", town)
    add_item(bib_id=kept.id, barcode="N1", at=AT, desk=cataloguer)

    undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)
    again = undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)

    assert (barcodes(kept), barcodes(gone)) == (["K1", "N1"], ["G1", "G2"])
    assert dict(Hold.objects.values_list("id", "bib_id")) == {of_gone: gone.id, since: kept.id}
    assert standing_bib(gone.id) == gone.id
    assert [bib.id for bib in lookup(isbn="9787506365437").bibs] == [gone.id]
    assert again == ()
    assert Entry.objects.filter(kind="records_parted").count() == 1
    assert broken() == []


def test_an_item_that_was_lent_since_goes_back_and_one_that_was_edited_or_withdrawn_stays(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    make_patron(card="R1", home=town.central)
    make_item(barcode="G3", home=town.central, bib=gone)
    merge_id = merge(gone, kept, cataloguer)
    checkout(item="G1", card="R1", at=AT, desk=town.at_central)
    edited, withdrawn = Item.objects.get(barcode="G2"), Item.objects.get(barcode="G3")
    edit_item(item_id=edited.id, version=2, changes=ItemChanges(call_no="I246/7"), at=AT, desk=cataloguer)
    withdraw_item(item_id=withdrawn.id, at=AT, desk=cataloguer)

    undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)

    assert (barcodes(kept), barcodes(gone)) == (["G2", "G3", "K1"], ["G1"])
    assert stayed(merge_id) == [
        ("item", edited.id, StayReason.ITEM_CHANGED),
        ("item", withdrawn.id, StayReason.ITEM_CHANGED),
    ]
    assert Loan.objects.get(returned_at=None).item.bib_id == gone.id
    assert broken() == []


def test_a_hold_goes_where_its_item_goes_and_one_that_has_ended_since_stays(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    for card in ("R1", "R2", "R3"):
        make_patron(card=card, home=town.central)
    by_own = hold(gone, "R1", town)
    by_other = hold(gone, "R2", town, at=AT + timedelta(minutes=1))
    ended = hold(gone, "R3", town, at=AT + timedelta(minutes=2))
    merge_id = merge(gone, kept, cataloguer)
    checkin(item="G1", at=AT, desk=town.at_central)
    checkin(item="K1", at=AT, desk=town.at_central)
    cancel_hold(hold_id=ended, at=AT, desk=town.at_central)

    undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)

    assert dict(Hold.objects.values_list("id", "bib_id")) == {by_own: gone.id, by_other: kept.id, ended: kept.id}
    assert stayed(merge_id) == [
        ("hold", by_other, StayReason.HOLD_CAPTURED),
        ("hold", ended, StayReason.HOLD_ENDED),
    ]
    assert broken() == []


def test_an_item_that_is_kept_for_a_hold_of_the_record_that_stays_stays_with_it(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    make_patron(card="R1", home=town.central)
    wanted = hold(kept, "R1", town)
    merge_id = merge(gone, kept, cataloguer)
    checkin(item="G1", at=AT, desk=town.at_central)

    undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)

    held = Item.objects.get(barcode="G1")
    assert (held.bib_id, Hold.objects.get(id=wanted).bib_id) == (kept.id, kept.id)
    assert stayed(merge_id) == [("item", held.id, StayReason.ITEM_HELD)]
    assert broken() == []


def test_what_stood_on_the_hold_shelf_for_the_lesser_hold_is_cleared_and_that_hold_stays_ended(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    make_patron(card="R1", home=town.central)
    hold(kept, "R1", town)
    lesser = hold(gone, "R1", town, at=AT + timedelta(minutes=1))
    for barcode in ("K1", "G1"):
        checkin(item=barcode, at=AT, desk=town.at_central)

    merge_id = merge(gone, kept, cataloguer)
    to_clear = [view.captured_barcode for view in shelf_to_clear(town.central.id)]
    undo_bib_merge(merge_id=merge_id, at=LATER, desk=cataloguer)

    assert to_clear == ["G1"]
    assert stayed(merge_id) == [("hold_ended", lesser, StayReason.HOLD_ENDED)]
    assert broken() == []


def test_the_journal_says_that_the_lesser_hold_has_ended_and_the_word_that_it_is_ready_is_taken_back(
    kept: Bib, gone: Bib, cataloguer: Desk, town: District
) -> None:
    make_patron(card="R1", home=town.central)
    hold(kept, "R1", town)
    lesser = hold(gone, "R1", town, at=AT + timedelta(minutes=1))
    for barcode in ("K1", "G1"):
        checkin(item=barcode, at=AT, desk=town.at_central)
    for entry in Entry.objects.filter(kind="hold_ready").order_by("id"):
        tell_of_hold(entry.id)
    told = Notice.objects.filter(once__startswith="hold_ready:", withdrawn_at=None).count()

    merge(gone, kept, cataloguer, at=LATER)

    [ended] = Entry.objects.filter(kind="hold_cancelled")
    assert (ended.subject_id, ended.details["why"], ended.operator_id) == (
        lesser,
        "merged",
        cataloguer.operator.account_id,
    )
    assert holds_to_tell_of([ended.id]) == {ended.id}
    tell_of_hold(ended.id)
    assert (told, Notice.objects.filter(once__startswith="hold_ready:", withdrawn_at=None).count()) == (2, 1)
    assert not Notice.objects.exclude(once__startswith="hold_ready:").exists()


def test_an_unknown_merge_is_refused(cataloguer: Desk) -> None:
    with pytest.raises(CatalogueRefused) as refused:
        undo_bib_merge(merge_id=7, at=AT, desk=cataloguer)

    assert refused.value.refusal is Refusal.MERGE_UNKNOWN


def test_what_was_found_to_be_of_two_documents_is_so_again_after_the_undo(
    kept: Bib, gone: Bib, cataloguer: Desk
) -> None:
    keep_bibs_apart(first_id=kept.id, second_id=gone.id, at=AT, desk=cataloguer)

    undo_bib_merge(merge_id=merge(gone, kept, cataloguer), at=LATER, desk=cataloguer)

    [apart] = BibsApart.objects.all()
    assert (apart.first_id, apart.second_id) == (kept.id, gone.id)


# Imports -------------------------------------------------------------------------------------------------------------


def test_a_file_that_brings_the_merged_record_again_changes_nothing_and_its_items_go_to_the_other(
    town: District, cataloguer: Desk, tmp_path: Path
) -> None:
    bring(tmp_path, cataloguer, cnmarc("1", "活着", "余华", barcodes=("W1",)), cnmarc("2", "活着", "余华"))
    gone, kept = Bib.objects.order_by("id")
    merge(gone, kept, cataloguer)

    same = bring(tmp_path, cataloguer, cnmarc("1", "活着", "余华", barcodes=("W1", "W2")))
    other = bring(tmp_path, cataloguer, cnmarc("1", "活着（典藏版）", "余华", barcodes=("W3",)))

    results = [import_result(one) for one in (same, other)]
    assert [(one.added, one.updated, one.unchanged, one.items) for one in results if one] == [
        (0, 0, 1, 1),
        (0, 0, 1, 1),
    ]
    faults = list_faults(batch_id=other).faults
    assert [(fault.reason, fault.warning) for fault in faults] == [("merged_here", True)]
    assert barcodes(kept) == ["W1", "W2", "W3"]
    assert Bib.objects.get(id=kept.id).title == "活着"
    assert broken() == []


def test_an_import_whose_records_were_merged_leaves_them_and_says_so(
    town: District, cataloguer: Desk, tmp_path: Path
) -> None:
    first = bring(tmp_path, cataloguer, cnmarc("1", "活着", "余华", barcodes=("W1",)))
    second = bring(tmp_path, cataloguer, cnmarc("1", "活着 :", "余华"), cnmarc("2", "活着", "余华"))
    gone, kept = Bib.objects.order_by("id")
    merge(gone, kept, cataloguer)

    undo_batch(batch_id=second, at=LATER, desk=cataloguer)
    undo_batch(batch_id=first, at=LATER, desk=cataloguer)

    assert {(label, reason) for label, reason, _ in left(second)} == {
        ("活着", KeptReason.BIB_MERGED),
        ("活着 :", KeptReason.BIB_MERGED),
    }
    assert [(label, reason) for label, reason, _ in left(first)] == [
        ("W1", KeptReason.ITEM_CHANGED),
        ("活着 :", KeptReason.BIB_MERGED),
    ]
    assert barcodes(kept) == ["W1"]
    assert standing_bib(gone.id) == kept.id
    assert broken() == []


def test_an_undone_merge_does_not_keep_what_an_import_has_brought(
    town: District, cataloguer: Desk, tmp_path: Path
) -> None:
    batch = bring(tmp_path, cataloguer, cnmarc("1", "活着", "余华"), cnmarc("2", "活着", "余华"))
    gone, kept = Bib.objects.order_by("id")
    undo_bib_merge(merge_id=merge(gone, kept, cataloguer), at=LATER, desk=cataloguer)

    undo_batch(batch_id=batch, at=LATER, desk=cataloguer)

    assert left(batch) == []
    assert not Bib.objects.exists()
    assert AuditRow.objects.filter(act="undo_record_merge").count() == 2
