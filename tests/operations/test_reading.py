"""Booklists: what librarians recommend, in their order, from day to day, through merges and withdrawals."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch
from tests.racing import at_once
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.holdings.catalogue.operations import merge_bibs, undo_bib_merge
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.services.reading.data import BooklistDraft, BooklistReason, BooklistRefused, BooklistState
from wenyuan.services.reading.models import Booklist, BooklistLine
from wenyuan.services.reading.operations import (
    add_to_booklist,
    begin_booklist,
    change_booklist,
    change_line,
    delete_booklist,
    remove_line,
)
from wenyuan.services.reading.queries import (
    booklists_with,
    first_lines_of,
    get_booklist,
    lines_of,
    list_booklists,
    list_shown_booklists,
)

AT = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)
TODAY = date(2026, 4, 23)
DRAFT = BooklistDraft(title="春天读什么", words="写给第一次走进图书馆的人", first_date=TODAY)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("C", kind="central")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, acts=[Act.KEEP_BOOKLISTS])


def begin(branch: Branch, desk: Desk, draft: BooklistDraft = DRAFT, **terms: str) -> int:
    return begin_booklist(branch_id=branch.id, draft=draft, at=AT, desk=desk, **terms).booklist.id


def add(list_id: int, bib: Bib, desk: Desk, words: str = "") -> None:
    add_to_booklist(list_id=list_id, bib_id=bib.id, words=words, at=AT, desk=desk)


def titles(list_id: int) -> list[str]:
    known = {bib.id: bib.title for bib in Bib.objects.all()}
    return [known[line.bib_id] for line in lines_of(list_id) if not line.is_gone]


def reasons(call: Callable[[], object]) -> tuple[BooklistReason, ...]:
    with pytest.raises(BooklistRefused) as refused:
        call()
    return refused.value.reasons


def test_a_list_is_made_and_its_works_stand_in_their_order(branch: Branch, desk: Desk) -> None:
    made = begin(branch, desk, BooklistDraft(title=" 春天读什么 ", for_children=True))
    add(made, make_bib(title="活着"), desk, " 一个下午就能读完。 ")
    add(made, make_bib(title="围城"), desk)

    kept = get_booklist(made)

    assert kept is not None
    assert (kept.title, kept.works, kept.state(TODAY)) == ("春天读什么", 2, BooklistState.DRAFT)
    assert [(line.place, line.words) for line in lines_of(made)] == [(1, "一个下午就能读完。"), (2, "")]
    assert titles(made) == ["活着", "围城"]
    assert list(AuditRow.objects.order_by("id").values_list("act", "subject_kind")) == [
        ("begin_booklist", "booklist"),
        ("change_booklist_works", "booklist"),
        ("change_booklist_works", "booklist"),
    ]


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [
        (None, None, BooklistState.DRAFT),
        (date(2026, 4, 24), None, BooklistState.COMING),
        (date(2026, 4, 23), None, BooklistState.SHOWN),
        (date(2026, 4, 1), date(2026, 4, 23), BooklistState.SHOWN),
        (date(2026, 4, 1), date(2026, 4, 22), BooklistState.ENDED),
    ],
)
def test_readers_see_a_list_from_its_first_day_to_its_last(
    branch: Branch, desk: Desk, first: date | None, last: date | None, state: BooklistState
) -> None:
    made = begin(branch, desk, BooklistDraft(title="春天读什么", first_date=first, last_date=last))
    bib = make_bib()
    add(made, bib, desk)

    kept = get_booklist(made)

    assert kept is not None
    assert kept.state(TODAY) is state
    shown = state is BooklistState.SHOWN
    assert [one.id for one in list_shown_booklists(today=TODAY)] == ([made] if shown else [])
    assert [one.id for one in booklists_with(bib.id, today=TODAY)] == ([made] if shown else [])


def test_a_list_without_a_work_is_not_shown(branch: Branch, desk: Desk) -> None:
    begin(branch, desk)

    assert list_shown_booklists(today=TODAY) == ()


def test_lists_for_children_are_told_apart(branch: Branch, desk: Desk) -> None:
    for title, for_children in (("大人", False), ("孩子", True)):
        made = begin(branch, desk, BooklistDraft(title=title, for_children=for_children, first_date=TODAY))
        add(made, make_bib(), desk)

    assert [one.title for one in list_shown_booklists(today=TODAY, for_children=True)] == ["孩子"]
    assert [one.title for one in list_shown_booklists(today=TODAY, for_children=False)] == ["大人"]
    assert len(list_shown_booklists(today=TODAY)) == 2


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (BooklistDraft(title="  "), (BooklistReason.TITLE_MISSING,)),
        (BooklistDraft(title="春" * 81), (BooklistReason.TEXT_TOO_LONG,)),
        (BooklistDraft(title="春", words="天" * 501), (BooklistReason.TEXT_TOO_LONG,)),
        (BooklistDraft(title="春", last_date=TODAY), (BooklistReason.LAST_WITHOUT_FIRST,)),
        (
            BooklistDraft(title="", first_date=TODAY, last_date=date(2026, 4, 22)),
            (BooklistReason.TITLE_MISSING, BooklistReason.DAYS_OUT_OF_ORDER),
        ),
    ],
)
def test_what_makes_no_list_is_refused_with_every_reason(
    branch: Branch, desk: Desk, draft: BooklistDraft, expected: tuple[BooklistReason, ...]
) -> None:
    made = begin(branch, desk, BooklistDraft(title="草稿"))

    assert reasons(lambda: begin(branch, desk, draft)) == expected
    assert reasons(lambda: change_booklist(list_id=made, version=1, draft=draft, at=AT, desk=desk)) == expected


def test_a_request_that_is_sent_twice_makes_one_list(branch: Branch, desk: Desk) -> None:
    made = begin(branch, desk, key="k1")

    assert begin(branch, desk, key="k1") == made
    assert reasons(lambda: begin(branch, desk, BooklistDraft(title="别的"), key="k1")) == (BooklistReason.KEY_REUSED,)
    assert Booklist.objects.count() == 1


def test_who_was_second_does_not_overwrite_what_the_first_said(branch: Branch, desk: Desk) -> None:
    made = begin(branch, desk)
    summer, autumn = (BooklistDraft(title=title, first_date=TODAY) for title in ("夏天读什么", "秋天"))
    change_booklist(list_id=made, version=1, draft=summer, at=AT, desk=desk)

    late = reasons(lambda: change_booklist(list_id=made, version=1, draft=autumn, at=AT, desk=desk))

    assert late == (BooklistReason.CHANGED_MEANWHILE,)
    assert Booklist.objects.get().title == "夏天读什么"


def test_lines_change_places_and_words_and_go(branch: Branch, desk: Desk) -> None:
    made = begin(branch, desk)
    for title in ("甲", "乙", "丙"):
        add(made, make_bib(title=title), desk)
    first, second, third = (line.id for line in lines_of(made))

    change_line(list_id=made, version=1, line_id=third, place=1, words="先读这本", at=AT, desk=desk)
    assert titles(made) == ["丙", "甲", "乙"]
    assert lines_of(made)[0].words == "先读这本"

    change_line(list_id=made, version=2, line_id=third, place=99, words="", at=AT, desk=desk)
    assert titles(made) == ["甲", "乙", "丙"]

    remove_line(list_id=made, line_id=first, at=AT, desk=desk)
    assert [(line.place, line.id) for line in lines_of(made)] == [(1, second), (2, third)]


def test_who_was_second_overwrites_no_line_and_adding_hinders_nobody(branch: Branch, desk: Desk) -> None:
    made = begin(branch, desk)
    for title in ("甲", "乙"):
        add(made, make_bib(title=title), desk)
    first, second = (line.id for line in lines_of(made))

    def change(line_id: int, version: int, words: str) -> None:
        change_line(list_id=made, version=version, line_id=line_id, place=1, words=words, at=AT, desk=desk)

    change(second, 1, "先读这本")
    assert reasons(lambda: change(second, 1, "后读这本")) == (BooklistReason.CHANGED_MEANWHILE,)
    add(made, make_bib(title="丙"), desk)
    change(first, 2, "再读这本")
    remove_line(list_id=made, line_id=second, at=AT, desk=desk)
    assert reasons(lambda: change(first, 3, "晚了")) == (BooklistReason.CHANGED_MEANWHILE,)
    assert [(line.place, line.words) for line in lines_of(made)] == [(1, "再读这本"), (2, "")]


def test_a_work_stands_once_on_a_list_and_must_be_there(branch: Branch, desk: Desk) -> None:
    made, bib = begin(branch, desk), make_bib()
    add(made, bib, desk)

    assert reasons(lambda: add(made, bib, desk)) == (BooklistReason.ALREADY_ON_IT,)
    assert reasons(lambda: add_to_booklist(list_id=made, bib_id=0, words="字" * 121, at=AT, desk=desk)) == (
        BooklistReason.TEXT_TOO_LONG,
        BooklistReason.UNKNOWN_WORK,
    )
    assert reasons(lambda: add(0, bib, desk)) == (BooklistReason.UNKNOWN_LIST,)
    assert reasons(lambda: remove_line(list_id=made, line_id=0, at=AT, desk=desk)) == (BooklistReason.UNKNOWN_LINE,)


def test_a_list_has_at_most_two_hundred_works(branch: Branch, desk: Desk) -> None:
    made, bibs = begin(branch, desk), [make_bib() for _ in range(201)]
    BooklistLine.objects.bulk_create(
        BooklistLine(booklist_id=made, bib=bib, place=place) for place, bib in enumerate(bibs[:200], start=1)
    )

    assert reasons(lambda: add(made, bibs[200], desk)) == (BooklistReason.TOO_MANY,)


def test_a_draft_is_deleted_and_what_readers_saw_is_not(branch: Branch, desk: Desk) -> None:
    draft, shown = begin(branch, desk, BooklistDraft(title="草稿")), begin(branch, desk)
    add(draft, make_bib(), desk)

    delete_booklist(list_id=draft, at=AT, desk=desk)

    assert reasons(lambda: delete_booklist(list_id=shown, at=AT, desk=desk)) == (BooklistReason.WAS_SHOWN,)
    assert list(Booklist.objects.values_list("id", flat=True)) == [shown]


@pytest.mark.parametrize("last", [None, date(2026, 4, 22)], ids=["shown", "ended"])
@pytest.mark.parametrize("first", [None, date(2026, 4, 24)], ids=["draft", "coming"])
def test_what_readers_saw_is_ended_and_made_neither_a_draft_nor_something_to_come(
    branch: Branch, desk: Desk, last: date | None, first: date | None
) -> None:
    made = begin(branch, desk, BooklistDraft(title="春天", first_date=date(2026, 4, 1), last_date=last))

    def change(draft: BooklistDraft, version: int = 1) -> object:
        return change_booklist(list_id=made, version=version, draft=draft, at=AT, desk=desk)

    assert reasons(lambda: change(BooklistDraft(title="春天", first_date=first))) == (BooklistReason.WAS_SHOWN,)
    assert reasons(lambda: delete_booklist(list_id=made, at=AT, desk=desk)) == (BooklistReason.WAS_SHOWN,)
    change(BooklistDraft(title="春天", first_date=date(2026, 4, 2), last_date=date(2026, 4, 21)))
    change(BooklistDraft(title="春天", first_date=TODAY), 2)
    assert [one.state(TODAY) for one in list_booklists()] == [BooklistState.SHOWN]


def test_what_no_reader_has_seen_becomes_a_draft_again(branch: Branch, desk: Desk) -> None:
    made = begin(branch, desk, BooklistDraft(title="夏天", first_date=date(2026, 4, 24)))

    change_booklist(list_id=made, version=1, draft=BooklistDraft(title="夏天"), at=AT, desk=desk)
    delete_booklist(list_id=made, at=AT, desk=desk)

    assert list_booklists() == ()


def test_who_may_not_keep_lists_at_its_branch_changes_nothing(branch: Branch, desk: Desk) -> None:
    made, bib = begin(branch, desk), make_bib()
    add(made, bib, desk)
    line = lines_of(made)[0].id
    stranger = make_desk(make_branch("E"), acts=[Act.KEEP_BOOKLISTS])

    for call in (
        lambda: begin(branch, stranger),
        lambda: change_booklist(list_id=made, version=1, draft=DRAFT, at=AT, desk=stranger),
        lambda: delete_booklist(list_id=made, at=AT, desk=stranger),
        lambda: add(made, make_bib(), stranger),
        lambda: change_line(list_id=made, version=1, line_id=line, place=1, words="", at=AT, desk=stranger),
        lambda: remove_line(list_id=made, line_id=line, at=AT, desk=stranger),
    ):
        with pytest.raises(NotAllowed):
            call()

    assert [one.id for one in list_booklists(branch_ids=frozenset({branch.id}))] == [made]
    assert list_booklists(branch_ids=frozenset({stranger.branch_id})) == ()


def test_a_merged_record_is_followed_and_its_undoing_too(branch: Branch, desk: Desk) -> None:
    made = begin(branch, desk)
    gone, kept, other = make_bib(title="活着"), make_bib(title="活着（新版）"), make_bib(title="围城")
    add(made, gone, desk)
    add(made, other, desk)
    cataloguer = make_desk(branch, acts=[Act.EDIT_RECORDS, Act.EDIT_ITEM], everywhere=True)

    merge_id = merge_bibs(
        kept_id=kept.id, gone_id=gone.id, at=AT, desk=cataloguer, kept_version=kept.version, gone_version=gone.version
    )
    assert titles(made) == ["活着（新版）", "围城"]
    assert [one.id for one in booklists_with(kept.id, today=TODAY)] == [made]
    assert reasons(lambda: add(made, gone, desk)) == (BooklistReason.ALREADY_ON_IT,)

    undo_bib_merge(merge_id=merge_id, at=AT, desk=cataloguer)
    assert titles(made) == ["活着", "围城"]


def test_two_records_of_a_list_that_became_one_stand_once_and_go_together(branch: Branch, desk: Desk) -> None:
    made = begin(branch, desk)
    gone, kept, other = make_bib(title="活着（旧）"), make_bib(title="活着"), make_bib(title="围城")
    for bib in (gone, other, kept):
        add(made, bib, desk)
    Bib.objects.filter(id=gone.id).update(merged_into=kept)

    assert titles(made) == ["活着", "围城"]

    remove_line(list_id=made, line_id=lines_of(made)[0].id, at=AT, desk=desk)
    assert titles(made) == ["围城"]
    assert BooklistLine.objects.get().place == 1


def test_a_work_of_which_every_item_was_withdrawn_is_gone_and_one_without_items_is_not(
    branch: Branch, desk: Desk
) -> None:
    made = begin(branch, desk)
    withdrawn, standing, coming = make_bib(title="剔除"), make_bib(title="在架"), make_bib(title="在途")
    make_item(bib=withdrawn, home=branch, state="withdrawn")
    make_item(bib=standing, home=branch, state="withdrawn")
    make_item(bib=standing, home=branch)
    for bib in (withdrawn, standing, coming):
        add(made, bib, desk)

    assert titles(made) == ["在架", "在途"]
    assert [line.is_gone for line in first_lines_of([made], most=2)[made]] == [True, False]


def test_of_two_who_add_at_once_each_gets_a_place(fresh_database: None) -> None:
    branch = make_branch("C")
    desk = make_desk(branch, acts=[Act.KEEP_BOOKLISTS])
    made, bibs = begin(branch, desk), [make_bib(), make_bib()]

    results = at_once(*(lambda bib=bib: add(made, bib, desk) for bib in bibs))

    assert results == [None, None]
    assert [line.place for line in lines_of(made)] == [1, 2]
