"""Labels: sheets that fit their page, a queue of each branch, prints that are marked once and printed again."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch
from tests.racing import at_once
from wenyuan.holdings.catalogue.data import LabelRefusal, LabelRefused
from wenyuan.holdings.catalogue.labelling.rules import SHIPPED, sheet_fault
from wenyuan.holdings.catalogue.models import ImportBatch, ImportStep, Item, LabelRun, LabelWaiting
from wenyuan.holdings.catalogue.operations import (
    drop_labels,
    install_defaults,
    keep_label_sheet,
    mark_labels_printed,
    queue_labels,
)
from wenyuan.holdings.catalogue.queries import (
    count_labels,
    items_of_import,
    items_on_shelf,
    items_with_barcodes,
    labels_of_run,
    labels_waiting,
    list_label_runs,
    list_label_sheets,
)
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
SPINE = SHIPPED[0]


@pytest.fixture
def branch(db: None) -> Branch:
    install_defaults()
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER)


@pytest.fixture
def items(branch: Branch) -> list[Item]:
    bib = make_bib(title="史记", volume="")
    return [
        make_item(bib=bib, home=branch, barcode=f"C{number}", call_no=f"K204.2/{number}", volume=str(number))
        for number in (1, 2, 10)
    ]


@pytest.mark.parametrize("sheet", SHIPPED, ids=lambda sheet: sheet.code)
def test_every_shipped_sheet_fits_its_page(sheet: object) -> None:
    assert sheet_fault(sheet) is None  # type: ignore[arg-type] # parametrized


@pytest.mark.parametrize(
    ("measure", "value", "fault"),
    [
        ("columns", 0, (LabelRefusal.SIZE_UNFIT, "columns")),
        ("columns", 8, (LabelRefusal.OFF_THE_PAGE, "left")),
        ("rows", 11, (LabelRefusal.OFF_THE_PAGE, "top")),
        ("step_x", Decimal(20), (LabelRefusal.OVERLAPS, "step_x")),
        ("page_width", Decimal(900), (LabelRefusal.SIZE_UNFIT, "page_width")),
        ("label_height", Decimal(2), (LabelRefusal.SIZE_UNFIT, "label_height")),
        ("top", Decimal(-1), (LabelRefusal.SIZE_UNFIT, "top")),
        ("offset_x", Decimal(21), (LabelRefusal.SIZE_UNFIT, "offset_x")),
        ("font_scale", 20, (LabelRefusal.SIZE_UNFIT, "font_scale")),
    ],
)
def test_a_sheet_that_cannot_be_printed_is_told_by_its_measure(
    desk: Desk, measure: str, value: object, fault: tuple[LabelRefusal, str]
) -> None:
    wrong = replace(SPINE, code="mine", **{measure: value})  # type: ignore[arg-type] # by name

    with pytest.raises(LabelRefused) as caught:
        keep_label_sheet(sheet_id=None, sheet=wrong, at=AT, desk=desk)

    assert (caught.value.refusal, caught.value.field) == fault


def test_a_sheet_is_added_moved_and_audited_and_the_shipped_come_once(desk: Desk) -> None:
    own = keep_label_sheet(sheet_id=None, sheet=replace(SPINE, code="mine"), at=AT, desk=desk)
    keep_label_sheet(sheet_id=own, sheet=replace(SPINE, code="mine", offset_x=Decimal("1.5")), at=AT, desk=desk)
    install_defaults()

    assert len(list_label_sheets()) == len(SHIPPED) + 1
    assert list_label_sheets("spine")[-1].offset_x == Decimal("1.50")
    assert AuditRow.objects.filter(act="keep_label_sheet", subject_id=own).count() == 2
    for sheet, field in ((replace(SPINE, code="Mine!"), "code"), (replace(SPINE, code="mine"), "code")):
        with pytest.raises(LabelRefused) as caught:
            keep_label_sheet(sheet_id=None, sheet=sheet, at=AT, desk=desk)
        assert caught.value.field == field


def test_labels_wait_once_in_their_order_with_what_stands_on_the_item(desk: Desk, items: list[Item]) -> None:
    gone = make_item(home=Branch.objects.get(id=desk.branch_id), state="withdrawn")
    ids = [items[2].id, items[0].id, gone.id, 999_999]

    queued = queue_labels(item_ids=ids, kinds={"spine", "barcode"}, at=AT, desk=desk)
    again = queue_labels(item_ids=[items[0].id, items[1].id], kinds={"spine"}, at=AT, desk=desk)

    assert (queued.added, queued.left_out) == ({"barcode": 2, "spine": 2}, 2)
    assert again.added == {"spine": 1}
    assert count_labels(desk.branch_id) == {"barcode": 2, "spine": 3}
    waiting = labels_waiting(desk.branch_id, "spine")
    assert [(one.barcode, one.call_no, one.title) for one in waiting] == [
        ("C10", "K204.2/10", "史记 10"),
        ("C1", "K204.2/1", "史记 1"),
        ("C2", "K204.2/2", "史记 2"),
    ]


def test_what_is_marked_as_printed_waits_no_more_and_can_be_printed_again(desk: Desk, items: list[Item]) -> None:
    queue_labels(item_ids=[item.id for item in items], kinds={"spine"}, at=AT, desk=desk)
    [sheet, *_others] = list_label_sheets("spine")
    entries = [one.entry_id for one in labels_waiting(desk.branch_id, "spine")]

    run = mark_labels_printed(entry_ids=entries[:2], sheet_id=sheet.id, at=AT, desk=desk)

    assert count_labels(desk.branch_id) == {"spine": 1}
    assert [one.barcode for one in labels_of_run(run)] == ["C1", "C2"]
    assert [(one.count, one.kind) for one in list_label_runs(desk.branch_id)] == [(2, "spine")]
    with pytest.raises(LabelRefused, match="nothing_waits"):
        mark_labels_printed(entry_ids=entries[:2], sheet_id=sheet.id, at=AT, desk=desk)
    with pytest.raises(LabelRefused, match="sheet_unknown"):
        mark_labels_printed(entry_ids=entries, sheet_id=999_999, at=AT, desk=desk)
    assert queue_labels(item_ids=[items[0].id], kinds={"spine"}, at=AT, desk=desk).added == {"spine": 1}


def test_labels_are_taken_out_at_their_own_branch_only(desk: Desk, items: list[Item]) -> None:
    queue_labels(item_ids=[items[0].id], kinds={"spine"}, at=AT, desk=desk)
    [entry] = [one.entry_id for one in labels_waiting(desk.branch_id, "spine")]
    elsewhere = make_desk(make_branch("B2"), role=Role.CATALOGUER)

    assert drop_labels(entry_ids=[entry], at=AT, desk=elsewhere) == 0
    assert drop_labels(entry_ids=[entry], at=AT, desk=desk) == 1


def test_nothing_chosen_or_too_much_is_refused_and_the_right_is_asked(desk: Desk, branch: Branch) -> None:
    for ids, kinds, refusal in (
        ([], {"spine"}, "nothing_chosen"),
        ([1], set(), "nothing_chosen"),
        ([1], {"card"}, "kind_unknown"),
        (range(10_001), {"spine"}, "too_many"),
    ):
        with pytest.raises(LabelRefused, match=refusal):
            queue_labels(item_ids=ids, kinds=kinds, at=AT, desk=desk)
    clerk = make_desk(branch, role=Role.DESK)
    with pytest.raises(NotAllowed):
        queue_labels(item_ids=[1], kinds={"spine"}, at=AT, desk=clerk)
    with pytest.raises(NotAllowed):
        mark_labels_printed(entry_ids=[1], sheet_id=1, at=AT, desk=clerk)
    with pytest.raises(NotAllowed):
        drop_labels(entry_ids=[1], at=AT, desk=clerk)
    with pytest.raises(NotAllowed):
        keep_label_sheet(sheet_id=None, sheet=SPINE, at=AT, desk=clerk)


def test_items_are_found_by_barcode_by_shelf_and_by_import(branch: Branch, items: list[Item]) -> None:
    batch = ImportBatch.objects.create(file_name="x", file_hash=b"x", file_bytes=1, branch=branch)
    ImportStep.objects.create(batch=batch, items=[items[1].id, items[0].id])
    volume = make_item(bib=make_bib(), home=branch, call_no="K204.2/2(3)")

    assert list(items_with_barcodes(["C2", "C9", "C1"])) == ["C2", "C1"]
    assert items_on_shelf(branch.id, "K204.2/2", "K204.2/2") == (items[1].id, volume.id)
    assert items_on_shelf(branch.id, "K204.2/2", "") == (items[1].id, volume.id, items[2].id)
    assert items_on_shelf(branch.id, "", "K204.2/1") == (items[0].id,)
    assert items_of_import(batch.id) == (items[1].id, items[0].id)


def test_of_two_who_mark_the_same_labels_one_is_told(fresh_database: str) -> None:
    install_defaults()
    branch = make_branch("B1")
    desks = [make_desk(branch, role=Role.CATALOGUER) for _ in range(2)]
    item = make_item(home=branch)
    queue_labels(item_ids=[item.id], kinds={"spine"}, at=AT, desk=desks[0])
    [sheet, *_others] = list_label_sheets("spine")
    entries = [one.entry_id for one in labels_waiting(branch.id, "spine")]

    results = at_once(
        *(
            lambda desk=desk: mark_labels_printed(entry_ids=entries, sheet_id=sheet.id, at=AT, desk=desk)
            for desk in desks
        )
    )

    assert sorted(type(one).__name__ for one in results) == ["LabelRefused", "int"]
    assert (LabelRun.objects.count(), LabelWaiting.objects.filter(run=None).count()) == (1, 0)
