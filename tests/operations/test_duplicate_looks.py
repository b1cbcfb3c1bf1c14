"""The look through the whole catalogue for records of one document, and its worklist: docs/specs/merging.md."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch
from tests.racing import at_once
from wenyuan.holdings.catalogue.data import CatalogueRefused, DuplicateReason, Refusal
from wenyuan.holdings.catalogue.merging import looking
from wenyuan.holdings.catalogue.models import Bib, BibsAlike, DuplicateLook
from wenyuan.holdings.catalogue.operations import (
    add_bib,
    begin_look,
    keep_bibs_apart,
    look_for_duplicates,
    merge_bibs,
    undo_bib_merge,
)
from wenyuan.holdings.catalogue.queries import (
    count_alike_groups,
    is_kept_apart,
    last_look,
    likeness_of,
    list_alike_records,
    proposed_to_stay,
    weighed,
)
from wenyuan.kernel.marc import Dialect, from_text
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
HEAD = "LDR 00000nam0 2200000   450\n100 ## $a20120301d2012    em y0chiy50      ea\n101 0# $achi\n"


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("Z1"), role=Role.CATALOGUER)


def looked(desk: Desk) -> int:
    look_id = begin_look(at=AT, desk=desk)
    look_for_duplicates(look_id=look_id, at=LATER, desk=desk)
    return look_id


def groups() -> list[list[tuple[int, int, str]]]:
    return [[(one, other, why) for one, other, why in group.pairs] for group in list_alike_records().groups]


def test_records_that_share_a_number_or_their_description_are_listed_in_groups_with_the_reason(desk: Desk) -> None:
    first = make_bib(title="边城", author="沈从文", isbn="9787506365437")
    other = make_bib(title="活着", author="余华", isbn="9787020024759")
    second = make_bib(title="边城（典藏本）", author="沈从文", isbn="9787506365437")
    third = make_bib(title="边城", author="沈从文", publisher="人民文学出版社")
    like_other = make_bib(title="活着：小说", author="余华", isbn="9787020024759")
    make_bib(title="兄弟", author="余华")

    looked(desk)

    assert groups() == [
        [(first.id, second.id, DuplicateReason.ISBN), (first.id, third.id, DuplicateReason.DESCRIPTION)],
        [(other.id, like_other.id, DuplicateReason.ISBN)],
    ]
    look = last_look()
    assert look is not None
    assert (look.compared, look.found, look.ended_at, look.is_cut) == (6, 3, LATER, False)
    assert count_alike_groups() == 2


def test_volumes_in_either_practice_are_not_listed(desk: Desk) -> None:
    number = "010 ## $a978-7-5063-6543-7"
    records = (
        ("200 1# $a平凡的世界$h第一部$f路遥著", number),
        ("200 1# $a平凡的世界$h第二部$f路遥著", number),
        ("200 1# $a平凡的世界$f路遥著", number),
        ("200 1# $a平凡的世界$h上$f路遥著", number),
        ("200 1# $a平凡的世界$h卷1$f路遥著", number),
    )
    ids = [
        add_bib(
            record=from_text(HEAD + "\n".join(lines)),
            dialect=Dialect.CNMARC,
            at=AT,
            desk=desk,
            despite=list(Bib.objects.values_list("id", flat=True)),
        ).id
        for lines in records
    ]

    looked(desk)

    same_first_volume = {ids[0], ids[3], ids[4]}
    [group] = list_alike_records().groups
    assert {one for pair in group.pairs for one in (pair.first_id, pair.second_id)} == same_first_volume


def test_what_was_merged_or_found_to_be_two_documents_is_not_proposed_again(desk: Desk) -> None:
    bibs = [make_bib(title="边城", author="沈从文", isbn="9787506365437") for _ in range(4)]
    looked(desk)
    keep_bibs_apart(first_id=bibs[3].id, second_id=bibs[0].id, at=AT, desk=desk)
    keep_bibs_apart(first_id=bibs[0].id, second_id=bibs[3].id, at=AT, desk=desk)
    merge_bibs(kept_id=bibs[0].id, gone_id=bibs[1].id, kept_version=1, gone_version=1, at=AT, desk=desk)
    left = [(bibs[0].id, bibs[2].id, DuplicateReason.ISBN), (bibs[2].id, bibs[3].id, DuplicateReason.ISBN)]

    at_once_left = groups()
    looked(desk)

    assert at_once_left == groups() == [left]
    assert is_kept_apart(bibs[0].id, bibs[3].id)
    assert AuditRow.objects.filter(act="keep_records_apart").count() == 1


def test_a_look_that_was_cut_off_goes_on_and_the_earlier_list_stays_till_its_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bibs = [make_bib(title="边城", author="沈从文", isbn="9787506365437") for _ in range(3)]
    looked(desk)
    before = groups()
    monkeypatch.setattr(looking, "CHUNK", 1)
    real, turns = looking._look_on, list[int]()

    def cut_off(look_id: int) -> bool:
        turns.append(look_id)
        if len(turns) == 3:
            raise KeyboardInterrupt
        return real(look_id)

    monkeypatch.setattr(looking, "_look_on", cut_off)
    second = begin_look(at=LATER, desk=desk)
    with pytest.raises(KeyboardInterrupt):
        look_for_duplicates(look_id=second, at=LATER, desk=desk)
    stood = DuplicateLook.objects.get(id=second).position
    meanwhile = groups()
    again = begin_look(at=LATER, desk=desk)
    look_for_duplicates(look_id=second, at=LATER, desk=desk)

    assert stood == bibs[1].id
    assert again == second
    assert before == meanwhile == groups()
    assert set(BibsAlike.objects.values_list("look_id", flat=True)) == {second}
    assert DuplicateLook.objects.get(id=second).compared == 3


def test_a_number_that_very_many_records_bear_is_compared_and_kept_within_bounds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST_WITH_ONE", 2)
    monkeypatch.setattr(looking, "CHUNK", 2)
    monkeypatch.setattr(looking, "MOST_PAIRS", 5)
    for number in range(10):
        make_bib(title=f"丛书{number}", author="", isbn="9787506365437")

    looked(desk)

    look = last_look()
    assert look is not None
    assert look.found == 8
    assert look.position < look.last_id
    assert look.is_cut
    assert look.ended_at == LATER


def test_a_look_that_went_to_the_end_did_not_end_early_whatever_is_parted_or_merged_since(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, gone = (make_bib(title="活着", author="余华", isbn=None) for _ in range(2))
    merge_id = merge_bibs(
        kept_id=kept.id,
        gone_id=gone.id,
        kept_version=1,
        gone_version=1,
        at=AT,
        desk=desk,
    )
    looked(desk)
    undo_bib_merge(merge_id=merge_id, at=LATER, desk=desk)
    whole = last_look()

    monkeypatch.setattr(looking, "MOST_PAIRS", 1)
    monkeypatch.setattr(looking, "CHUNK", 1)
    looked(desk)
    early = last_look()
    Bib.objects.filter(id=gone.id).update(merged_into=kept.id)

    assert whole is not None
    assert (whole.found, whole.is_cut) == (0, False)
    assert early is not None
    assert (early.found, early.is_cut) == (1, True)
    assert last_look() == early


def test_the_worklist_goes_on_page_by_page(desk: Desk) -> None:
    for number in range(5):
        for _ in range(2):
            make_bib(title=f"书{number}", author="佚名", isbn=None)
    looked(desk)

    first = list_alike_records(size=3)
    second = list_alike_records(size=3, after=first.after or 0)

    assert (len(first.groups), len(second.groups), second.after) == (3, 2, None)
    assert len({group.id for page in (first, second) for group in page.groups}) == 5


def test_records_are_weighed_and_one_is_proposed_to_stay(desk: Desk) -> None:
    bare, full = make_bib(title="边城", author="沈从文"), make_bib(title="边城", author="沈从文", isbn="9787506365437")
    for number in range(2):
        make_item(barcode=f"I{number}", bib=full)
    make_item(barcode="J", bib=bare)

    found = weighed([bare.id, full.id])

    assert [(found[bib.id].items, found[bib.id].version) for bib in (bare, full)] == [(1, 1), (2, 1)]
    assert found[full.id].subfields > found[bare.id].subfields
    assert proposed_to_stay(found[bare.id], found[full.id]) == full.id
    assert likeness_of(bare.id, full.id) is DuplicateReason.DESCRIPTION


def test_a_look_needs_the_right_to_edit_records_and_must_have_been_asked_for(desk: Desk) -> None:
    clerk = make_desk(make_branch("B2"), acts=[Act.EDIT_ITEM])

    for act in (
        lambda: begin_look(at=AT, desk=clerk),
        lambda: look_for_duplicates(look_id=1, at=AT, desk=clerk),
        lambda: keep_bibs_apart(first_id=1, second_id=2, at=AT, desk=clerk),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(CatalogueRefused) as refused:
        look_for_duplicates(look_id=999, at=AT, desk=desk)
    assert refused.value.refusal is Refusal.LOOK_UNKNOWN


def test_two_who_ask_for_a_look_at_the_same_moment_ask_for_one(fresh_database: str) -> None:
    desk = make_desk(make_branch("Z1"), role=Role.CATALOGUER)

    first, second = at_once(lambda: begin_look(at=AT, desk=desk), lambda: begin_look(at=AT, desk=desk))

    assert first == second == DuplicateLook.objects.get().id


def test_records_without_a_year_are_compared_with_each_other_and_with_the_next_ones(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST_WITH_ONE", 1)
    bibs = [make_bib(title="年鉴", author="统计局", year=year) for year in (None, 2012, None, 2012, None)]

    looked(desk)

    assert [[(one, other) for one, other, _ in pairs] for pairs in groups()] == [
        [(bibs[0].id, bibs[2].id), (bibs[2].id, bibs[4].id)],
        [(bibs[1].id, bibs[3].id)],
    ]


def test_two_workers_with_one_look_compare_nothing_twice(fresh_database: str) -> None:
    desk = make_desk(make_branch("Z1"), role=Role.CATALOGUER)
    for _ in range(12):
        make_bib(title="边城", author="沈从文", isbn="9787506365437")
    look_id = begin_look(at=AT, desk=desk)

    def look() -> None:
        look_for_duplicates(look_id=look_id, at=LATER, desk=desk)

    assert at_once(look, look) == [None, None]
    found = DuplicateLook.objects.get(id=look_id)
    assert (found.compared, found.found, BibsAlike.objects.count()) == (12, 66, 66)
