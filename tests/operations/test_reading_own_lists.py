"""Readers' own lists: theirs alone, bounded, through merges of records and of readers, gone with their data."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch
from tests.factories.patrons import make_patron
from tests.racing import Meanwhile, at_once
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.holdings.catalogue.operations import merge_bibs, undo_bib_merge
from wenyuan.lending.patrons.models import Patron
from wenyuan.lending.patrons.operations import close_patron, erase_patron, merge_patrons, undo_merge
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import READER, Act, Desk, Door
from wenyuan.services.reading import rules
from wenyuan.services.reading.data import OwnListReason, OwnListReceipt, OwnListRefused
from wenyuan.services.reading.models import OwnLine, OwnList
from wenyuan.services.reading.operations import (
    add_to_own_list,
    delete_own_list,
    remove_from_own_list,
    rename_own_list,
)
from wenyuan.services.reading.queries import get_own_list, own_lists, own_works

AT = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)
DESK = Desk(operator=READER, branch_id=1, door=Door.PORTAL)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("C", kind="central")


@pytest.fixture
def reader(branch: Branch) -> Patron:
    return make_patron("陈小雨", "R1", home=branch)


@pytest.fixture
def other(branch: Branch) -> Patron:
    return make_patron("周明", "R2", home=branch)


def put(reader: Patron, bib: Bib, name: str = "想读", list_id: int | None = None) -> OwnListReceipt:
    return add_to_own_list(patron_id=reader.id, bib_id=bib.id, name=name, list_id=list_id, at=AT, desk=DESK)


def refused(act: Callable[[], object]) -> tuple[OwnListReason, ...]:
    with pytest.raises(OwnListRefused) as caught:
        act()
    return caught.value.reasons


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("想读", []),
        ("", ["name_missing"]),
        ("书" * 40, []),
        ("书" * 41, ["name_too_long"]),
        ("读过", ["name_taken"]),
    ],
)
def test_what_a_list_may_be_called(name: str, reasons: list[str]) -> None:
    assert rules.reasons_against_name(name, {"读过"}) == reasons


@given(st.text())
def test_a_name_is_tidied_once_for_all(name: str) -> None:
    assert rules.own_name(rules.own_name(name)) == rules.own_name(name)


def test_bounds_are_those_that_are_promised() -> None:
    assert (rules.reasons_against_own_list(19), rules.reasons_against_own_list(20)) == ([], ["too_many_lists"])
    assert (rules.reasons_against_own_work(199), rules.reasons_against_own_work(200)) == ([], ["too_many_works"])


def test_a_name_makes_a_list_and_leads_to_it_afterwards(reader: Patron) -> None:
    first, second = make_bib(title="活着"), make_bib(title="围城")

    made = put(reader, first, "  想 \n 读 ")
    again = put(reader, first, "想 读")
    put(reader, second, list_id=made.own_list.id)

    [found] = own_lists(reader.id)
    assert (found.name, found.works, again.repeated) == ("想 读", 2, True)
    assert [work.bib_id for work in own_works(found.id)] == [second.id, first.id]


def test_a_list_of_another_is_no_list(reader: Patron, other: Patron) -> None:
    bib = make_bib()
    theirs = put(reader, bib).own_list.id

    unknown = (OwnListReason.UNKNOWN_LIST,)
    assert refused(lambda: put(other, bib, list_id=theirs)) == unknown
    assert refused(lambda: rename_own_list(patron_id=other.id, list_id=theirs, name="x", at=AT, desk=DESK)) == unknown
    assert refused(lambda: delete_own_list(patron_id=other.id, list_id=theirs, at=AT, desk=DESK)) == unknown
    assert (
        refused(lambda: remove_from_own_list(patron_id=other.id, list_id=theirs, bib_id=bib.id, at=AT, desk=DESK))
        == unknown
    )
    assert get_own_list(theirs, patron_id=other.id) is None
    assert own_lists(other.id) == ()
    assert (OwnList.objects.get().name, OwnLine.objects.count()) == ("想读", 1)


def test_what_is_not_there_is_refused(reader: Patron) -> None:
    assert refused(lambda: add_to_own_list(patron_id=reader.id, bib_id=987654, name="x", at=AT, desk=DESK)) == (
        OwnListReason.UNKNOWN_WORK,
    )
    assert refused(lambda: put(reader, make_bib(), "")) == (OwnListReason.NAME_MISSING,)
    reader.id = 987654
    assert refused(lambda: put(reader, make_bib())) == (OwnListReason.UNKNOWN_READER,)
    assert not OwnList.objects.exists()


def test_a_full_shelf_takes_no_further_list_and_a_full_list_no_further_work(reader: Patron) -> None:
    bib = make_bib()
    for number in range(20):
        OwnList.objects.create(patron=reader, name=f"第{number}")
    full = OwnList.objects.earliest("id")
    OwnLine.objects.bulk_create(OwnLine(own_list=full, bib=make_bib()) for _ in range(200))

    assert refused(lambda: put(reader, bib, "第二十一")) == (OwnListReason.TOO_MANY_LISTS,)
    assert refused(lambda: put(reader, bib, "第0")) == (OwnListReason.TOO_MANY_WORKS,)
    assert put(reader, bib, "第1").own_list.works == 1


def test_a_list_is_renamed_emptied_and_deleted(reader: Patron) -> None:
    bib = make_bib()
    put(reader, bib, "读过")
    made = put(reader, bib).own_list.id

    taken = refused(lambda: rename_own_list(patron_id=reader.id, list_id=made, name=" 读过 ", at=AT, desk=DESK))
    renamed = rename_own_list(patron_id=reader.id, list_id=made, name="明年读", at=AT, desk=DESK)
    remove_from_own_list(patron_id=reader.id, list_id=made, bib_id=bib.id, at=AT, desk=DESK)

    assert (taken, renamed.name) == ((OwnListReason.NAME_TAKEN,), "明年读")
    assert [(one.name, one.works) for one in own_lists(reader.id)] == [("读过", 1), ("明年读", 0)]
    delete_own_list(patron_id=reader.id, list_id=made, at=AT, desk=DESK)
    assert [one.name for one in own_lists(reader.id)] == ["读过"]


def test_records_that_become_one_stand_once_and_apart_again(reader: Patron, branch: Branch) -> None:
    gone, kept = make_bib(title="活着"), make_bib(title="活着（新版）")
    put(reader, gone)
    made = put(reader, kept).own_list.id
    cataloguer = make_desk(branch, acts=[Act.EDIT_RECORDS, Act.EDIT_ITEM], everywhere=True)

    merge_id = merge_bibs(
        kept_id=kept.id, gone_id=gone.id, at=AT, desk=cataloguer, kept_version=kept.version, gone_version=gone.version
    )

    assert [work.bib_id for work in own_works(made)] == [kept.id]
    assert own_lists(reader.id)[0].works == 1
    assert put(reader, gone).repeated
    undo_bib_merge(merge_id=merge_id, at=AT, desk=cataloguer)
    assert {work.bib_id for work in own_works(made)} == {gone.id, kept.id}
    assert own_lists(reader.id)[0].works == 2


def test_what_was_withdrawn_stays_and_says_so(reader: Patron, branch: Branch) -> None:
    bib = make_bib()
    make_item(bib=bib, home=branch, state="withdrawn")

    made = put(reader, bib).own_list.id

    assert [(work.bib_id, work.is_gone) for work in own_works(made)] == [(bib.id, True)]


def test_two_at_once_make_one_list_with_one_line(fresh_database: str) -> None:
    reader, bib = make_patron("读者", "R", home=make_branch("C", kind="central")), make_bib()

    at_once(*(lambda: put(reader, bib) for _ in range(4)))

    assert (OwnList.objects.count(), OwnLine.objects.count()) == (1, 1)


def test_who_has_left_or_is_leaving_keeps_no_list(fresh_database: str, settings: Any) -> None:
    settings.WENYUAN_VERBS_NEST = True  # what another has not ended yet
    branch, bib = make_branch("C", kind="central"), make_bib()
    desk = make_desk(branch, acts=[Act.EDIT_PATRON])
    gone, going = make_patron("走了", "R1", home=branch), make_patron("正走", "R2", home=branch)
    close_patron(patron_id=gone.id, at=AT, desk=desk)
    assert refused(lambda: put(gone, bib)) == (OwnListReason.UNKNOWN_READER,)

    with transaction.atomic():
        close_patron(patron_id=going.id, at=AT, desk=desk)
        meanwhile = Meanwhile(lambda: put(going, bib))

    assert isinstance(meanwhile.result(), OwnListRefused)
    assert not OwnList.objects.exists()


def test_lists_go_with_their_reader_and_no_other_does(reader: Patron, other: Patron, branch: Branch) -> None:
    put(reader, make_bib())
    put(other, make_bib())

    erase_patron(patron_id=reader.id, reason="本人申请", at=AT, desk=make_desk(branch, acts=[Act.SUSPEND_PATRON]))

    assert list(OwnList.objects.values_list("patron_id", flat=True)) == [other.id]
    assert OwnLine.objects.count() == 1


def test_two_records_of_one_person_have_the_lists_of_both_and_apart_again(
    reader: Patron, other: Patron, branch: Branch
) -> None:
    lead = make_desk(branch, acts=[Act.SUSPEND_PATRON])
    put(reader, make_bib())
    put(other, make_bib())

    merge_id = merge_patrons(kept_id=reader.id, gone_id=other.id, reason="同一人", at=AT, desk=lead)

    assert [one.name for one in own_lists(reader.id)] == ["想读", "想读"]
    undo_merge(merge_id=merge_id, reason="两个人", at=AT, desk=lead)
    assert (len(own_lists(reader.id)), len(own_lists(other.id))) == (1, 1)
