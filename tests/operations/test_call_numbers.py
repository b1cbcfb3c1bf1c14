"""Call numbers: proposed once a work, assigned, given back; by running number, author table or initials; raced for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item, make_item_type
from tests.factories.network import make_branch
from tests.racing import at_once
from wenyuan.holdings.catalogue.data import (
    ItemChanges,
    Proposal,
    SheetUnfit,
    ShelfGroupInput,
    ShelvingRefusal,
    ShelvingRefused,
)
from wenyuan.holdings.catalogue.models import Bib, ClassCounter, Item, ShelfGroup, WorkNumber
from wenyuan.holdings.catalogue.operations import (
    assign_call_number,
    edit_item,
    give_back_number,
    install_defaults,
    keep_author_table,
    keep_class_table,
    keep_shelf_group,
    propose_call_number,
    withdraw_item,
)
from wenyuan.holdings.catalogue.queries import (
    class_choices,
    classes_below,
    list_shelf_groups,
    name_of_class,
    numbers_of_bib,
)
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.tables import write_xlsx

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(days=31)
AUTHORS = "著者,首字母,号码,复分表\n路,,L910,\n路,W-Z,L915,5\n余,,Y800,\n余,A-Z,Y801,\n".encode()


@pytest.fixture
def branch(db: None) -> Branch:
    install_defaults()
    return make_branch("B1")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.CATALOGUER, everywhere=True)


def propose(bib: Bib, desk: Desk, at: datetime = AT, **choice: Any) -> Proposal:
    return propose_call_number(bib_id=bib.id, at=at, desk=desk, **choice)


def refusal_of(call: Callable[[], object]) -> tuple[ShelvingRefusal, str]:
    with pytest.raises(ShelvingRefused) as caught:
        call()
    return caught.value.refusal, caught.value.field


def test_works_of_a_class_are_numbered_in_the_order_of_coming_in(desk: Desk) -> None:
    one, two, other = make_bib(title="人生"), make_bib(title="活着"), make_bib(title="人口论", class_no="C92")

    assert [propose(bib, desk).call_no for bib in (one, two, other)] == ["I247.57/1", "I247.57/2", "C92/1"]


def test_the_same_work_keeps_its_number_also_for_another_volume_or_edition(desk: Desk) -> None:
    first = propose(make_bib(title="史记", author="司马迁"), desk)
    volume = propose(make_bib(title="史记", author="司马迁", volume="第2卷"), desk)
    again = propose(make_bib(title="史记", author="司马迁"), desk)

    assert (first.call_no, first.is_shared) == ("I247.57/1", False)
    assert (volume.call_no, volume.is_shared) == ("I247.57/1(2)", True)
    assert again.number_id == first.number_id


def test_a_record_that_was_merged_asks_for_the_number_of_the_one_that_stayed(desk: Desk, branch: Branch) -> None:
    kept = make_bib(title="史记", author="司马迁")
    gone = make_bib(title="史记选", author="司马迁", merged_into=kept)
    item = make_item(bib=kept, home=branch, call_no="")

    proposal = propose(gone, desk)
    assign_call_number(number_id=proposal.number_id, bib_id=gone.id, item_ids=[item.id], at=AT, desk=desk)

    assert WorkNumber.objects.get().bib_id == kept.id
    assert propose(kept, desk).number_id == proposal.number_id
    assert Item.objects.get().call_no == "I247.57/1"


def test_imported_numbers_raise_the_counter_and_are_the_works(desk: Desk, branch: Branch) -> None:
    known = make_bib(title="活着", author="余华")
    make_item(bib=known, home=branch, call_no="I247.57/41")
    make_item(bib=known, home=branch, call_no="I247.57/20160001234")  # a slip, no running number
    make_item(bib=make_bib(title="旧书"), home=branch, call_no="I247.57/L911")

    assert propose(make_bib(title="人生"), desk).book_no == "42"
    shared = propose(make_bib(title="活着", author="余华"), desk)
    assert (shared.book_no, shared.is_shared) == ("41", True)


def test_assigning_writes_each_items_own_volume_shelf_key_version_and_journal(desk: Desk, branch: Branch) -> None:
    bib = make_bib(title="史记", author="司马迁")
    items = [make_item(bib=bib, home=branch, call_no="", volume=volume) for volume in ("1", "第2册", "")]
    proposal = propose(bib, desk)

    changed = assign_call_number(
        number_id=proposal.number_id, bib_id=bib.id, item_ids=[item.id for item in items], at=AT, desk=desk
    )

    rows = list(Item.objects.order_by("call_key"))
    assert changed == 3
    assert [row.call_no for row in rows] == ["I247.57/1", "I247.57/1(1)", "I247.57/1(2)"]
    assert {row.version for row in rows} == {2}
    assert Entry.objects.filter(kind=Kind.ITEM_CHANGED).count() == 3
    assert Entry.objects.filter(subject_id=items[0].id).get().details == {"changed": {"call_no": ["", "I247.57/1(1)"]}}
    assert (
        assign_call_number(number_id=proposal.number_id, bib_id=bib.id, item_ids=[items[0].id], at=AT, desk=desk) == 0
    )


def test_what_was_given_back_goes_to_the_next_work_and_what_stood_never_does(desk: Desk, branch: Branch) -> None:
    given_back, used, idle = (propose(make_bib(title=title), desk) for title in ("甲", "乙", "丙"))
    [bib] = Bib.objects.filter(title="乙")
    item = make_item(bib=bib, home=branch, call_no="")
    assign_call_number(number_id=used.number_id, bib_id=bib.id, item_ids=[item.id], at=AT, desk=desk)
    edit_item(item_id=item.id, version=2, changes=ItemChanges(call_no=""), at=AT, desk=desk)

    give_back_number(number_id=given_back.number_id, bib_id=Bib.objects.get(title="甲").id, at=AT, desk=desk)

    assert refusal_of(lambda: give_back_number(number_id=used.number_id, bib_id=bib.id, at=AT, desk=desk)) == (
        ShelvingRefusal.NUMBER_USED,
        "",
    )
    assert propose(make_bib(title="丁"), desk).book_no == "1"
    assert propose(make_bib(title="戊"), desk).book_no == "4"
    assert idle.book_no == "3"
    assert propose(make_bib(title="己"), desk, LATER).book_no == "1"  # 丁 left it idle for a month


def test_an_idle_number_under_which_an_item_ever_stood_is_not_given_again(desk: Desk, branch: Branch) -> None:
    propose(make_bib(title="甲"), desk)
    item = make_item(bib=make_bib(title="别的书"), home=branch, call_no="I247.57/1")  # written by hand meanwhile
    edit_item(item_id=item.id, version=1, changes=ItemChanges(call_no="I247.57/7"), at=AT, desk=desk)

    assert propose(make_bib(title="乙"), desk, LATER).book_no == "8"


def test_a_number_of_a_withdrawn_or_renumbered_item_is_never_the_next(desk: Desk, branch: Branch) -> None:
    gone = make_item(bib=make_bib(title="甲"), home=branch, call_no="I247.57/30")
    moved = make_item(bib=make_bib(title="乙"), home=branch, call_no="I247.57/50")
    withdraw_item(item_id=gone.id, at=AT, desk=desk)
    edit_item(item_id=moved.id, version=1, changes=ItemChanges(call_no="I247.57/5"), at=AT, desk=desk)

    assert propose(make_bib(title="丙"), desk).book_no == "51"


def test_a_number_typed_by_hand_is_the_works_alone_and_raises_nothing_below(desk: Desk, branch: Branch) -> None:
    make_item(bib=make_bib(title="旧书"), home=branch, call_no="I247.57/9")
    mine = make_bib(title="人生")
    propose(make_bib(title="活着"), desk)

    assert propose(mine, desk, book_no="０３").call_no == "I247.57/3"
    assert propose(mine, desk).book_no == "3"
    for wrong, refusal in (
        ("9", ShelvingRefusal.NUMBER_OF_OTHER_WORK),
        ("10", ShelvingRefusal.NUMBER_OF_OTHER_WORK),
        ("0", ShelvingRefusal.BOOK_NO_UNFIT),
        ("L911", ShelvingRefusal.BOOK_NO_UNFIT),
        ("1000000", ShelvingRefusal.BOOK_NO_UNFIT),
    ):
        assert refusal_of(lambda wrong=wrong: propose(mine, desk, book_no=wrong)) == (refusal, "book_no")  # type: ignore[misc] # bound
    assert propose(make_bib(title="丙"), desk).book_no == "11"


def test_a_number_by_hand_above_the_highest_is_not_given_twice(desk: Desk) -> None:
    propose(make_bib(title="人生"), desk, book_no="100")

    assert propose(make_bib(title="活着"), desk).book_no == "101"


def test_a_corrected_title_keeps_the_works_number(desk: Desk, branch: Branch) -> None:
    first, volume = (make_bib(title="平反的世界", author="路遥", volume=number) for number in ("1", "2"))
    item = make_item(bib=first, home=branch, call_no="")
    number = propose(first, desk).number_id
    Bib.objects.filter(author="路遥").update(title_fold="平凡的世界")

    assert [one.id for one in numbers_of_bib(first.id)] == [number]
    assert assign_call_number(number_id=number, bib_id=first.id, item_ids=[item.id], at=AT, desk=desk) == 1
    Bib.objects.filter(author="路遥").update(author_fold="路 遥")  # once more, with an item on the shelf
    assert propose(volume, desk).call_no == "I247.57/1(2)"
    Bib.objects.filter(author="路遥").update(author_fold="路遥著")
    assert propose(volume, desk, book_no="1").number_id == number
    assert propose(make_bib(title="活着"), desk).book_no == "2"


def test_a_volume_whose_title_was_corrected_does_not_take_the_others_number(desk: Desk, branch: Branch) -> None:
    bibs = [make_bib(title="史记", author="司马迁", volume=number) for number in ("1", "2")]
    for bib in bibs:
        item = make_item(bib=bib, home=branch, call_no="")
        number = propose(bib, desk).number_id
        assign_call_number(number_id=number, bib_id=bib.id, item_ids=[item.id], at=AT, desk=desk)
    Bib.objects.filter(id=bibs[1].id).update(title_fold="汉书")
    changed = Bib.objects.get(id=bibs[1].id)

    assert refusal_of(lambda: propose(changed, desk, book_no="1")) == (ShelvingRefusal.NUMBER_OF_OTHER_WORK, "book_no")
    assert propose(changed, desk).book_no == "2"
    assert propose(bibs[0], desk).number_id == number


def test_works_keep_their_numbers_when_editions_are_to_stand_apart_from_now_on(desk: Desk) -> None:
    bib = make_bib(title="活着", author="余华")
    number = propose(bib, desk).number_id
    ShelfGroup.objects.update(edition_apart=True)

    assert propose(bib, desk).number_id == number


def test_what_cannot_be_numbered_is_refused(desk: Desk, branch: Branch) -> None:
    bib, nothing = make_bib(title="人生"), make_bib(title="无类", class_no="")
    item, foreign = make_item(bib=bib, home=branch, call_no=""), make_item(home=branch, call_no="")
    gone = make_item(bib=bib, home=branch, call_no="", state="withdrawn")
    proposal = propose(bib, desk)

    def assign(*ids: int, bib_id: int = bib.id, number_id: int = proposal.number_id) -> int:
        return assign_call_number(number_id=number_id, bib_id=bib_id, item_ids=ids, at=AT, desk=desk)

    refusals = {
        "bib": refusal_of(lambda: propose_call_number(bib_id=999_999, at=AT, desk=desk)),
        "class": refusal_of(lambda: propose(nothing, desk)),
        "typed": refusal_of(lambda: propose(bib, desk, class_no="小说")),
        "group": refusal_of(lambda: propose(bib, desk, group_id=999_999)),
        "long": refusal_of(lambda: propose(bib, desk, class_no="I" + "2" * 60)),
        "none": refusal_of(lambda: assign()),
        "foreign": refusal_of(lambda: assign(item.id, foreign.id)),
        "gone": refusal_of(lambda: assign(item.id, gone.id)),
        "number": refusal_of(lambda: assign(item.id, number_id=999_999)),
        "one missing": refusal_of(lambda: assign(item.id, 999_999)),
        "other work": refusal_of(lambda: assign(item.id, bib_id=nothing.id)),
    }

    assert {name: refusal.value for name, (refusal, _field) in refusals.items()} == {
        "bib": "bib_unknown",
        "class": "class_unfit",
        "typed": "class_unfit",
        "group": "group_unknown",
        "long": "class_unfit",
        "none": "no_items",
        "foreign": "item_of_other_bib",
        "gone": "item_withdrawn",
        "number": "number_unknown",
        "one missing": "item_unknown",
        "other work": "number_unknown",
    }
    assert set(Item.objects.values_list("call_no", flat=True)) == {""}
    assert not Entry.objects.filter(kind=Kind.ITEM_CHANGED).exists()


def test_assigning_is_refused_where_another_works_item_has_come_to_stand_there(desk: Desk, branch: Branch) -> None:
    bib = make_bib(title="人生")
    item, proposal = make_item(bib=bib, home=branch, call_no=""), propose(bib, desk)
    make_item(bib=make_bib(title="活着"), home=branch, call_no="I247.57/1")

    with pytest.raises(ShelvingRefused, match="number_of_other_work"):
        assign_call_number(number_id=proposal.number_id, bib_id=bib.id, item_ids=[item.id], at=AT, desk=desk)

    assert Item.objects.get(id=item.id).call_no == ""
    assert WorkNumber.objects.get().used_at is None


def test_only_who_may_edit_items_numbers_them(branch: Branch, desk: Desk) -> None:
    bib = make_bib()
    clerk = make_desk(branch, role=Role.DESK)
    here = make_desk(branch, role=Role.CATALOGUER)
    elsewhere = make_item(bib=bib, home=make_branch("B2"), call_no="")
    proposal = propose(bib, desk)

    with pytest.raises(NotAllowed):
        propose(bib, clerk)
    with pytest.raises(NotAllowed):
        give_back_number(number_id=proposal.number_id, bib_id=bib.id, at=AT, desk=clerk)
    with pytest.raises(NotAllowed):
        assign_call_number(number_id=proposal.number_id, bib_id=bib.id, item_ids=[elsewhere.id], at=AT, desk=here)
    with pytest.raises(NotAllowed):
        keep_class_table(edition="5", content=b"code,name\nA,x\n", at=AT, desk=here)


# Groups and tables ---------------------------------------------------------------------------------------------------


def keep(desk: Desk, group_id: int | None = None, **values: Any) -> int:
    given = {"code": "kids", "name": "少儿", "numbering": "running", **values}
    return keep_shelf_group(group_id=group_id, group=ShelfGroupInput(**given), at=AT, desk=desk)


def test_a_group_numbers_by_itself_and_a_branch_has_its_own(desk: Desk, branch: Branch) -> None:
    other = make_branch("B2")
    make_item(bib=make_bib(title="甲"), home=branch, call_no="I247.57/12")
    make_item(bib=make_bib(title="乙"), home=other, call_no="I247.57/70")
    kids = keep(desk, prefix="少儿")
    own = keep(desk, code="town", name="镇馆", branch_ids=frozenset({other.id}))
    there = make_desk(other, role=Role.CATALOGUER)

    assert propose(make_bib(title="丙"), desk).call_no == "I247.57/13"
    assert propose(make_bib(title="丁"), desk, group_id=kids).call_no == "少儿 I247.57/1"
    assert propose(make_bib(title="戊"), there).call_no == "I247.57/71"
    assert [group.code for group in list_shelf_groups()] == ["main", "kids", "town"]
    assert list_shelf_groups()[2].branch_ids == {other.id}
    assert AuditRow.objects.filter(act="keep_shelf_group", subject_id=own).count() == 1


def test_editions_stand_apart_where_the_library_wants_it(desk: Desk) -> None:
    from tests.factories.catalogue import cnmarc_record
    from wenyuan.kernel.marc import DataField, to_storage

    def edition(statement: str) -> Bib:
        bib = make_bib(title="新华字典", author="编写组", class_no="H163")
        record = cnmarc_record("x", title="新华字典", author="编写组", class_no="H163")
        fields = (*record.fields, DataField("205", " ", " ", (("a", statement),)))
        bib.marc = to_storage(record._replace(fields=fields))
        bib.save()
        return bib

    first, second = edition("第1版"), edition("第12版")
    apart = keep(desk, edition_apart=True, branch_ids=frozenset({make_branch("B2").id}))

    assert [propose(bib, desk).call_no for bib in (first, second)] == ["H163/1", "H163/1-12"]
    assert [propose(bib, desk, group_id=apart).call_no for bib in (first, second)] == ["H163/1", "H163/2"]


def test_authors_have_the_numbers_of_the_librarys_own_table(desk: Desk, branch: Branch) -> None:
    assert keep_author_table(code="own", content=AUTHORS, at=AT, desk=desk) == 4
    group = keep(desk, code="by-author", numbering="author", author_table="own", branch_ids=frozenset({branch.id}))
    make_item(bib=make_bib(title="平凡", author="路遥"), home=branch, call_no="I247.57/L919")
    make_item(bib=make_bib(title="早晨", author="路遥"), home=branch, call_no="I247.57/L919-2(3)")

    bibs = [
        make_bib(title=title, author=author) for title, author in (("人生", "路遥"), ("活着", "余华"), ("飘", "米切尔"))
    ]
    assert [propose(bib, desk, group_id=group).call_no for bib in bibs[:2]] == ["I247.57/L919-3", "I247.57/Y801"]
    assert refusal_of(lambda: propose(bibs[2], desk, group_id=group)) == (ShelvingRefusal.NO_AUTHOR_NUMBER, "book_no")
    assert propose(bibs[2], desk, group_id=group, book_no="m500").call_no == "I247.57/M500"
    again = propose(make_bib(title="早晨", author="路遥"), desk, group_id=group)
    assert (again.call_no, again.is_shared, again.choices) == ("I247.57/L919-2", True, ("L919",))


def test_the_number_of_another_reading_of_the_surname_may_be_taken_instead(desk: Desk, branch: Branch) -> None:
    table = "著者,读音,号码\n单,shan,S300\n单,dan,D030\n".encode()
    keep_author_table(code="own", content=table, at=AT, desk=desk)
    keep(desk, numbering="author", author_table="own", branch_ids=frozenset({branch.id}))
    bib = make_bib(title="童林传", author="单田芳")

    assert propose(bib, desk).book_no == "S300"
    assert [one.choices for one in numbers_of_bib(bib.id)] == [("D030",)]
    assert propose(bib, desk, book_no="D030").book_no == "D030"
    assert [(one.book_no, one.choices) for one in numbers_of_bib(bib.id)] == [("D030", ("S300",))]


def test_a_table_of_an_office_program_is_read_too(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    write_xlsx(path, ["著者", "号码", "复分表"], [["路", "L910", 0], ["余", "Y800", 5]], title="著者号码表")

    assert keep_author_table(code="own", content=path.read_bytes(), at=AT, desk=desk) == 2


def test_initials_serve_where_there_is_no_table(desk: Desk, branch: Branch) -> None:
    group = keep(desk, numbering="initials", branch_ids=frozenset({branch.id}))

    works = [make_bib(title=title, author="路遥") for title in ("人生", "平凡的世界")]
    assert [propose(bib, desk, group_id=group).call_no for bib in works] == ["I247.57/LY", "I247.57/LY-2"]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"", ((1, "entry", ""), (1, "number", ""))),
        (b"\xff\xfe\x00", ((0, "file", "cannot be read"),)),
        ("著者,号码\n".encode(), ((1, "file", ""),)),
        (
            "著者,号码,首字母\n路,L9 1,\n陆,L100,G-A\n路,L100,\n路,L101,\n".encode(),
            ((2, "number", "L9 1"), (3, "letters", "G-A"), (5, "entry", "路")),
        ),
        ("著者,号码,见\n北图,,京图\n".encode("gb18030"), ((2, "see", "京图"),)),
        ("著者,号码,首字母\n路,L100,A-G\n路,L101,F-Z\n".encode(), ((3, "letters", "F-Z"),)),
    ],
)
def test_a_table_with_faults_is_told_by_line_and_not_kept(
    desk: Desk, content: bytes, faults: tuple[tuple[int, str, str], ...]
) -> None:
    with pytest.raises(SheetUnfit) as caught:
        keep_author_table(code="own", content=content, at=AT, desk=desk)

    assert caught.value.faults == faults
    assert AuditRow.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"code": "Kids!"}, ShelvingRefusal.CODE_UNFIT),
        ({"code": "main"}, ShelvingRefusal.CODE_UNFIT),
        ({"name": " "}, ShelvingRefusal.NAME_MISSING),
        ({"numbering": "dewey"}, ShelvingRefusal.NUMBERING_UNKNOWN),
        ({"numbering": "author"}, ShelvingRefusal.TABLE_UNKNOWN),
        ({"template": "{class_no}/{nonsense}"}, ShelvingRefusal.TEMPLATE_UNFIT),
        ({"template": "{class_no}"}, ShelvingRefusal.TEMPLATE_UNFIT),
        ({"breaks": "/x"}, ShelvingRefusal.BREAKS_UNFIT),
        ({"prefix": "I2"}, ShelvingRefusal.PREFIX_UNFIT),
        ({"prefix": "少儿", "template": "{class_no}/{book_no}"}, ShelvingRefusal.TEMPLATE_UNFIT),
        ({"edition": "5" * 9}, ShelvingRefusal.EDITION_UNFIT),
        ({"scheme": ""}, ShelvingRefusal.EDITION_UNFIT),
        ({}, ShelvingRefusal.NEEDS_BRANCH),
        ({"branch_ids": frozenset({999_999})}, ShelvingRefusal.BRANCH_UNKNOWN),
    ],
)
def test_a_group_that_makes_no_sense_is_refused(desk: Desk, values: dict[str, Any], refusal: ShelvingRefusal) -> None:
    assert refusal_of(lambda: keep(desk, **values))[0] == refusal
    assert ShelfGroup.objects.count() == 1


def test_one_group_is_the_default_and_a_branch_has_one(desk: Desk, branch: Branch) -> None:
    main = ShelfGroup.objects.get()
    kids = keep(desk, is_default=True, branch_ids=frozenset({branch.id}))

    assert [group.code for group in list_shelf_groups() if group.is_default] == ["kids"]
    assert refusal_of(lambda: keep(desk, kids, is_default=False)) == (ShelvingRefusal.NEEDS_DEFAULT, "is_default")
    assert refusal_of(lambda: keep(desk, main.id, code="main", branch_ids=frozenset({branch.id})))[0] == (
        ShelvingRefusal.BRANCH_TAKEN
    )


def test_no_two_groups_count_one_shelf(desk: Desk, branch: Branch) -> None:
    keep(desk, prefix="少儿")

    assert refusal_of(lambda: keep(desk, code="again", prefix="少儿")) == (ShelvingRefusal.PREFIX_TAKEN, "prefix")
    with pytest.raises(IntegrityError), transaction.atomic():
        ShelfGroup.objects.create(code="again", name="再", prefix="少儿", template="{class_no}/{book_no}", breaks="/")
    main = ShelfGroup.objects.get(code="main")
    keep(desk, code="all", prefix="", is_default=True)
    assert refusal_of(lambda: propose(make_bib(), desk, group_id=main.id)) == (ShelvingRefusal.NEEDS_BRANCH, "group")


def test_a_number_goes_onto_items_of_its_own_sequence_only(desk: Desk, branch: Branch) -> None:
    town, bib = make_branch("B2"), make_bib(title="人生")
    keep(desk, code="town", name="镇馆", branch_ids=frozenset({town.id}))
    make_item(bib=make_bib(title="活着"), home=town, call_no="I247.57/1")
    here, there = (make_item(bib=bib, home=home, call_no="") for home in (branch, town))
    number = propose(bib, desk)
    [view] = numbers_of_bib(bib.id)

    def assign(*ids: int) -> int:
        return assign_call_number(number_id=number.number_id, bib_id=bib.id, item_ids=ids, at=AT, desk=desk)

    assert refusal_of(lambda: assign(here.id, there.id)) == (ShelvingRefusal.ITEM_OF_OTHER_GROUP, "")
    assert (view.counts_at(branch.id), view.counts_at(town.id)) == (True, False)
    assert assign(here.id) == 1


def test_a_branch_that_numbers_children_by_itself_stands_in_the_usual_sequence_otherwise(
    desk: Desk, branch: Branch
) -> None:
    keep(desk, prefix="少儿", branch_ids=frozenset({branch.id}))
    make_item(bib=make_bib(title="活着"), home=branch, call_no="I247.57/8")

    assert propose(make_bib(), desk, group_id=ShelfGroup.objects.get(code="main").id).call_no == "I247.57/9"


def test_numbers_are_taken_and_given_back_where_one_has_the_right_and_the_audit_says_who(
    desk: Desk, branch: Branch
) -> None:
    town = make_branch("B2")
    keep(desk, code="town", name="镇馆", branch_ids=frozenset({town.id}))
    bib, other = make_bib(title="人生"), make_bib(title="活着")
    there = make_desk(town, role=Role.CATALOGUER)
    main = ShelfGroup.objects.get(code="main").id
    number = propose(bib, desk).number_id

    with pytest.raises(NotAllowed):
        propose(other, there, group_id=main)
    with pytest.raises(NotAllowed):
        give_back_number(number_id=number, bib_id=bib.id, at=AT, desk=there)
    assert refusal_of(lambda: give_back_number(number_id=number, bib_id=other.id, at=AT, desk=desk)) == (
        ShelvingRefusal.NUMBER_UNKNOWN,
        "",
    )
    give_back_number(number_id=number, bib_id=bib.id, at=AT, desk=desk)
    rows = AuditRow.objects.filter(subject_kind="work_number", subject_id=number).order_by("id")
    assert [row.act for row in rows] == ["propose_call_number", "give_back_number"]
    assert rows[1].after == {"group_id": main, "class_no": "I247.57", "book_no": "1", "bib_id": bib.id}


def test_a_full_class_says_so_and_works_keep_their_numbers(desk: Desk, branch: Branch) -> None:
    make_item(bib=make_bib(title="占位"), home=branch, call_no="I247.57/999999")
    one, two = make_bib(title="人生"), make_bib(title="活着")

    assert refusal_of(lambda: propose(one, desk)) == (ShelvingRefusal.CLASS_FULL, "book_no")
    assert propose(one, desk, book_no="40").book_no == "40"
    assert refusal_of(lambda: propose(two, desk, book_no="40"))[0] == ShelvingRefusal.NUMBER_OF_OTHER_WORK
    assert propose(one, desk).book_no == "40"
    assert refusal_of(lambda: propose(two, desk, class_no="I2", book_no="10001")) == (
        ShelvingRefusal.NUMBER_TOO_FAR,
        "book_no",
    )
    assert propose(two, desk, class_no="I2", book_no="10000").book_no == "10000"


def test_a_class_is_written_alike_however_it_is_typed(desk: Desk) -> None:
    typed = [propose(make_bib(), desk, class_no=class_no).call_no for class_no in ("i247.57", "Ｉ 247.57")]

    assert [call_no.partition("/")[0] for call_no in typed] == ["I247.57", "I247.57"]


# Classes -------------------------------------------------------------------------------------------------------------


def test_classes_are_named_by_the_outline_until_the_library_brings_its_table(desk: Desk) -> None:
    make_bib(class_no="I247.57")
    make_bib(class_no="I2")
    make_bib(class_no="K825.6")
    outline = {row.code: (row.name, row.bibs, row.has_below) for row in classes_below("", "zh")}
    assert outline["I"] == ("文学", 2, True)
    assert name_of_class('I247.57(201)"17"', "zh") == "中国文学"

    classes = ("I,文学", "I2,中国文学", "I24,小说", "I247.5,新体长篇、中篇小说", "I247.57,当代作品（1949年～）")
    rows = "\n".join(("分类号,类名", *classes)).encode()
    assert keep_class_table(edition="5", content=rows, at=AT, desk=desk) == 5

    assert name_of_class("I247.571-49", "zh") == "当代作品（1949年～）"
    assert name_of_class("I247.81", "zh") == "小说"
    assert name_of_class("K825.6", "zh") == "历史、地理"
    assert [(row.code, row.bibs, row.has_below) for row in classes_below("I24", "zh")] == [("I247.5", 1, True)]
    assert [(row.code, row.bibs) for row in classes_below("", "zh")] == [("I", 2)]
    assert keep_class_table(edition="5", content="code,name\nI,文学\n".encode(), at=AT, desk=desk) == 1


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ("I,文学,\nI2,中国文学,X", ((3, "parent", "X"),)),
        ("I,文学,I\n", ((2, "parent", "I"),)),
        ("I,文学,I2\nI2,中国文学,I\nI24,小说,\n", ((2, "parent", "I2"), (3, "parent", "I"))),
    ],
)
def test_a_class_above_that_is_none_or_leads_back_is_told_by_line(
    desk: Desk, rows: str, faults: tuple[tuple[int, str, str], ...]
) -> None:
    with pytest.raises(SheetUnfit) as caught:
        keep_class_table(edition="5", content=f"code,name,parent\n{rows}".encode(), at=AT, desk=desk)

    assert caught.value.faults == faults


def test_records_are_counted_by_class_from_an_index_without_their_marc(desk: Desk) -> None:
    make_bib(class_no="I2")
    with CaptureQueriesContext(connection) as asked:
        classes_below("", "zh")
    [counting] = [one["sql"] for one in asked if "catalogue_bib" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {counting}")
        plan = "\n".join(line for [line] in cursor.fetchall())

    assert "Index Only Scan using catalogue_classes_in_use" in plan


def test_a_record_may_get_its_own_class_or_one_that_has_the_name_of_its_subject(desk: Desk) -> None:
    from tests.factories.catalogue import cnmarc_record
    from wenyuan.kernel.marc import DataField, to_storage

    keep_class_table(edition="5", content="code,name\nB84,心理学\n".encode(), at=AT, desk=desk)
    bib = make_bib(class_no="B84-49")
    record = cnmarc_record("x", title="自卑与超越", author="阿德勒", class_no="B848.4")
    fields = (*record.fields, DataField("606", "0", " ", (("a", "心理学"), ("x", "通俗读物"))))
    Bib.objects.filter(id=bib.id).update(marc=to_storage(record._replace(fields=fields)))

    assert [(one.class_no, one.edition, one.name, one.because) for one in class_choices(bib.id, "zh")] == [
        ("B848.4", "5", "心理学", "record"),
        ("B84", "5", "心理学", "subject"),
    ]
    assert class_choices(999_999, "zh") == ()


def test_scheme_and_edition_stay_with_the_number(desk: Desk) -> None:
    bib = make_bib(class_no="I247.57")
    propose(bib, desk)

    [number] = numbers_of_bib(bib.id)
    assert (number.scheme, number.edition, number.class_no, number.used_at) == ("clc", "5", "I247.57", None)


# Many at once --------------------------------------------------------------------------------------------------------


def test_sixteen_cataloguers_at_once_get_numbers_of_their_own(fresh_database: str) -> None:
    install_defaults()
    branch = make_branch("B1")
    make_item_type()
    make_item(bib=make_bib(title="旧书"), home=branch, call_no="I247.57/40")
    desks = [make_desk(branch, role=Role.CATALOGUER) for _ in range(16)]
    bibs = [make_bib(title=f"新书{number}") for number in range(48)]

    def work(number: int) -> list[str]:
        return [propose(bib, desks[number]).book_no for bib in bibs[number * 3 : number * 3 + 3]]

    results = at_once(*(lambda number=number: work(number) for number in range(16)))

    given = sorted(int(number) for numbers in results for number in numbers)  # type: ignore[attr-defined] # lists
    assert given == list(range(41, 89))
    assert ClassCounter.objects.get().highest == 88


def test_sixteen_at_once_for_volumes_of_one_work_share_its_number(fresh_database: str) -> None:
    install_defaults()
    branch = make_branch("B1")
    desks = [make_desk(branch, role=Role.CATALOGUER) for _ in range(16)]
    bibs = [make_bib(title="资治通鉴", author="司马光", volume=f"第{number}册") for number in range(1, 17)]

    results = at_once(
        *(lambda one=bib, at=desk: propose(one, at).call_no for bib, desk in zip(bibs, desks, strict=True))
    )

    assert sorted(results, key=str) == sorted(f"I247.57/1({number})" for number in range(1, 17))
