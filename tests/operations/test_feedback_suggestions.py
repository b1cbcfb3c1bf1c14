"""Suggestions to buy: one title one row, what is held is shown instead, answers and who is told, whose data goes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
from wenyuan.holdings.catalogue.operations import merge_bibs
from wenyuan.lending.patrons.models import Patron
from wenyuan.lending.patrons.operations import close_patron, erase_patron, merge_patrons, undo_merge
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.notices.models import Message, Notice
from wenyuan.organisation.rights.data import READER, Act, Desk, Door
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.services.feedback import rules
from wenyuan.services.feedback.data import (
    SuggestionReason,
    SuggestionReceipt,
    SuggestionRefused,
    SuggestionState,
    Wanted,
    Wish,
)
from wenyuan.services.feedback.models import Suggestion, Support
from wenyuan.services.feedback.operations import answer_suggestion, suggest
from wenyuan.services.feedback.queries import (
    count_suggestions,
    get_suggestion,
    list_own_suggestions,
    list_suggestions,
)

AT = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)
ISBN, ISBN_10 = "9787506365437", "7-5063-6543-X"
TITLE = Wanted(title="长安的荔枝", author="马伯庸")


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("C", kind="central")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, acts=[Act.ANSWER_SUGGESTIONS])


@pytest.fixture
def reader(branch: Branch) -> Patron:
    return make_patron("陈小雨", "R1", home=branch)


@pytest.fixture
def other(branch: Branch) -> Patron:
    return make_patron("周明", "R2", home=branch)


def wish_for(
    reader: Patron, wanted: Wanted = TITLE, *, at: datetime = AT, means_another: bool = False, **said: Any
) -> SuggestionReceipt:
    branch_id = said.pop("pickup_branch_id", reader.home_branch_id)
    return suggest(
        patron_id=reader.id,
        wanted=wanted,
        wish=Wish(pickup_branch_id=branch_id, **said),
        means_another=means_another,
        at=at,
        desk=Desk(operator=READER, branch_id=reader.home_branch_id, door=Door.PORTAL),
    )


def answer(made: SuggestionReceipt, to: SuggestionState, desk: Desk, version: int = 1, **said: Any) -> None:
    answer_suggestion(suggestion_id=made.suggestion.id, version=version, answer=to, at=AT, desk=desk, **said)


def refused(act: Callable[[], object]) -> tuple[SuggestionReason, ...]:
    with pytest.raises(SuggestionRefused) as caught:
        act()
    return caught.value.reasons


# The rules


@pytest.mark.parametrize(
    ("wanted", "why", "made", "reasons"),
    [
        (TITLE, "", 0, []),
        (Wanted(title="书", isbn=ISBN), "", 4, []),
        (Wanted(title=""), "", 0, ["title_missing"]),
        (Wanted(title="书" * 200, author="甲" * 120), "由" * 300, 0, []),
        (Wanted(title="书" * 201), "", 0, ["text_too_long"]),
        (Wanted(title="书", author="甲" * 121), "", 0, ["text_too_long"]),
        (TITLE, "由" * 301, 0, ["text_too_long"]),
        (Wanted(title="书", isbn="9787506365430"), "", 0, ["isbn_wrong"]),
        (Wanted(title="书", isbn="12"), "", 0, ["isbn_wrong"]),
        (TITLE, "", 5, ["too_many"]),
        (Wanted(title="", isbn="12"), "", 5, ["title_missing", "isbn_wrong", "too_many"]),
    ],
)
def test_why_a_wish_is_not_kept(wanted: Wanted, why: str, made: int, reasons: list[str]) -> None:
    wish = Wish(pickup_branch_id=1, why=why)

    assert rules.reasons_against_wish(rules.tidied(wanted), wish, this_month=made) == reasons


@pytest.mark.parametrize(
    ("state", "to", "reason", "has_work", "reasons"),
    [
        ("new", "considered", "", False, []),
        ("new", "ordered", "", False, []),
        ("new", "arrived", "", True, []),
        ("new", "arrived", "", False, ["unknown_work"]),
        ("new", "refused", "太贵", False, []),
        ("new", "refused", " ", False, ["reason_missing"]),
        ("new", "new", "", False, ["not_from_here"]),
        ("considered", "new", "", False, ["not_from_here"]),
        ("ordered", "considered", "", False, ["not_from_here"]),
        ("ordered", "refused", "已停印", False, []),
        ("refused", "ordered", "", False, ["not_from_here"]),
        ("arrived", "refused", "x", False, ["not_from_here"]),
        ("new", "considered", "x" * 301, False, ["text_too_long"]),
    ],
)
def test_what_may_be_answered(state: str, to: str, reason: str, has_work: bool, reasons: list[str]) -> None:
    found = rules.reasons_against_answer(SuggestionState(state), SuggestionState(to), reason, has_work=has_work)

    assert found == reasons


@given(title=st.text(min_size=1, max_size=200), author=st.text(max_size=120))
def test_a_likeness_fits_its_column_and_does_not_mind_blanks_around(title: str, author: str) -> None:
    wanted = rules.tidied(Wanted(title=title, author=author))

    assert len(rules.likeness(wanted)) <= 400
    assert rules.likeness(rules.tidied(Wanted(title=f"  {title} ", author=f"{author}\n"))) == rules.likeness(wanted)


def test_every_state_says_what_may_follow() -> None:
    assert set(rules.STEPS) == set(SuggestionState)
    assert [state.value for state, steps in rules.STEPS.items() if not steps] == ["refused", "arrived"]


# Suggesting


def test_a_wish_is_kept_and_its_isbn_is_written_one_way(reader: Patron, branch: Branch) -> None:
    made = wish_for(reader, Wanted(title="  活着 ", author="余华", isbn=ISBN_10), why=" 想读 ")

    [own] = list_own_suggestions(reader.id)
    assert (made.joined, made.repeated) == (False, False)
    assert own.suggestion.wanted == Wanted(title="活着", author="余华", isbn=ISBN)
    assert (own.wish.why, own.wish.pickup_branch_id, own.suggestion.state.value) == ("想读", branch.id, "new")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (TITLE, Wanted(title="長安的荔枝", author=" 马 伯庸")),
        (Wanted(title="活着", isbn=ISBN), Wanted(title="活着（精装）", author="余华", isbn=ISBN_10)),
        (Wanted(title="活着", author="余华", isbn=ISBN), Wanted(title="活着", author="余华")),
        (Wanted(title="活着", author="余华"), Wanted(title="活着", author="余华", isbn=ISBN)),
    ],
)
def test_another_who_wishes_the_same_supports_it(reader: Patron, other: Patron, first: Wanted, second: Wanted) -> None:
    wish_for(reader, first)

    joined = wish_for(other, second)

    assert (joined.joined, joined.suggestion.supporters) == (True, 2)
    assert Suggestion.objects.count() == 1


def test_of_two_editions_with_numbers_of_their_own_each_has_its_row(reader: Patron, other: Patron) -> None:
    wish_for(reader, Wanted(title="活着", author="余华", isbn=ISBN))

    made = wish_for(other, Wanted(title="活着", author="余华", isbn="9787020002207"))

    assert (made.joined, Suggestion.objects.count()) == (False, 2)


def test_who_wishes_it_twice_wishes_it_once_and_it_does_not_count(reader: Patron) -> None:
    wish_for(reader, why="想读")

    again = wish_for(reader, why="还是想读")

    assert (again.repeated, Support.objects.get().why) == (True, "想读")


def test_the_sixth_of_a_month_is_refused_and_the_first_of_the_next_is_not(reader: Patron) -> None:
    for number in range(5):
        wish_for(reader, Wanted(title=f"书{number}"))

    assert refused(lambda: wish_for(reader)) == (SuggestionReason.TOO_MANY,)
    last_minute = datetime(2026, 4, 30, 15, 59, tzinfo=UTC)
    assert refused(lambda: wish_for(reader, at=last_minute)) == (SuggestionReason.TOO_MANY,)
    assert wish_for(reader, at=last_minute + timedelta(minutes=1)).suggestion.supporters == 1


def test_what_the_library_has_by_its_isbn_is_shown_instead(reader: Patron, branch: Branch) -> None:
    bib = make_bib(title="活着", isbn=ISBN)
    make_item(bib=bib, home=branch)

    with pytest.raises(SuggestionRefused) as caught:
        wish_for(reader, Wanted(title="别的名字", isbn=ISBN_10))

    assert (caught.value.reasons, caught.value.bib_ids) == ((SuggestionReason.HELD,), (bib.id,))
    volume = wish_for(reader, Wanted(title="别的名字", isbn=ISBN_10), means_another=True)
    assert (volume.suggestion.wanted.isbn, volume.suggestion.supporters) == (ISBN, 1)


def test_what_is_called_so_is_shown_and_whoever_means_another_says_so(reader: Patron, branch: Branch) -> None:
    bib = make_bib(title="长安的荔枝", author="马伯庸")
    make_item(bib=bib, home=branch)
    make_item(bib=make_bib(title="长安的荔枝", author="别人"), home=branch)

    with pytest.raises(SuggestionRefused) as caught:
        wish_for(reader)

    assert (caught.value.reasons, caught.value.bib_ids) == ((SuggestionReason.HELD_ALIKE,), (bib.id,))
    assert wish_for(reader, means_another=True).suggestion.supporters == 1


@pytest.mark.parametrize("gone", [{"state": "withdrawn"}, {"condition": "lost"}, {"condition": "missing"}])
def test_what_is_gone_may_be_suggested(reader: Patron, branch: Branch, gone: dict[str, Any]) -> None:
    make_item(bib=make_bib(title="长安的荔枝", author="马伯庸", isbn=ISBN), home=branch, **gone)

    assert wish_for(reader, Wanted(title="长安的荔枝", author="马伯庸", isbn=ISBN)).suggestion.supporters == 1


def test_a_branch_or_reader_that_is_not_there_is_refused(reader: Patron) -> None:
    assert refused(lambda: wish_for(reader, pickup_branch_id=987654)) == (SuggestionReason.UNKNOWN_BRANCH,)
    reader.id = 987654
    assert refused(lambda: wish_for(reader)) == (SuggestionReason.UNKNOWN_READER,)


def test_two_who_wish_one_title_at_once_make_one_row(fresh_database: str) -> None:
    branch = make_branch("C", kind="central")
    readers = [make_patron(f"读者{number}", f"R{number}", home=branch) for number in range(4)]

    at_once(*(lambda one=one: wish_for(one, Wanted(title="活着", isbn=ISBN)) for one in readers))

    assert (Suggestion.objects.count(), Support.objects.count()) == (1, 4)


def test_one_reader_who_sends_six_at_once_has_five(fresh_database: str) -> None:
    branch = make_branch("C", kind="central")
    reader = make_patron("读者", "R", home=branch)

    refusals: list[tuple[SuggestionReason, ...]] = []

    def one(number: int) -> None:
        try:
            wish_for(reader, Wanted(title=f"书{number}"))
        except SuggestionRefused as caught:
            refusals.append(caught.reasons)

    at_once(*(lambda number=number: one(number) for number in range(6)))

    assert (Support.objects.count(), refusals) == (5, [(SuggestionReason.TOO_MANY,)])


# Answering


def test_what_most_readers_wish_comes_first_and_a_branch_sees_its_own(
    reader: Patron, other: Patron, branch: Branch, desk: Desk
) -> None:
    there = make_branch("E")
    wish_for(reader, Wanted(title="一人想读"))
    first = wish_for(reader)
    wish_for(other)
    wish_for(other, Wanted(title="那边"), pickup_branch_id=there.id)
    answer(first, SuggestionState.CONSIDERED, desk)

    here = frozenset({branch.id})
    assert [one.wanted.title for one in list_suggestions(branch_ids=here)] == ["长安的荔枝", "一人想读"]
    assert count_suggestions(branch_ids=here, states=[SuggestionState.NEW]) == 1
    assert count_suggestions() == 3


def test_a_refusal_is_read_told_and_audited(reader: Patron, other: Patron, branch: Branch, desk: Desk) -> None:
    made = wish_for(reader)
    wish_for(other, tell=False)

    answer(made, SuggestionState.REFUSED, desk, reason=" 已停印 ")

    [own] = list_own_suggestions(other.id)
    assert (own.suggestion.state, own.suggestion.reason) == (SuggestionState.REFUSED, "已停印")
    [message] = Message.objects.all()
    assert (message.kind, message.recipient) == ("suggestion_refused", f"patron:{reader.id}")
    row = AuditRow.objects.get(act="answer_suggestion")
    assert (row.subject_kind, row.subject_id, row.reason) == ("suggestion", made.suggestion.id, "已停印")
    assert (row.branch_id, row.before, row.after) == (branch.id, {"state": "new"}, {"state": "refused"})


def test_what_is_being_considered_is_told_nobody(reader: Patron, desk: Desk) -> None:
    answer(wish_for(reader), SuggestionState.CONSIDERED, desk)

    assert not Notice.objects.exists()


def test_what_has_arrived_leads_to_the_record_that_stands(reader: Patron, branch: Branch, desk: Desk) -> None:
    bib, kept = make_bib(title="长安的荔枝"), make_bib(title="长安的荔枝")
    make_item(bib=bib, home=branch)
    make_item(bib=kept, home=branch)
    made = wish_for(reader, means_another=True)
    answer(made, SuggestionState.ORDERED, desk)

    answer(made, SuggestionState.ARRIVED, desk, version=2, bib_id=bib.id)

    cataloguer = make_desk(branch, acts=[Act.EDIT_RECORDS, Act.EDIT_ITEM], everywhere=True)
    versions = {"kept_version": kept.version, "gone_version": bib.version}
    merge_bibs(kept_id=kept.id, gone_id=bib.id, **versions, at=AT, desk=cataloguer)
    found = get_suggestion(made.suggestion.id)
    assert found is not None
    assert (found.state, found.bib_id) == (SuggestionState.ARRIVED, kept.id)
    assert {notice.once.partition(":")[0] for notice in Notice.objects.all()} == {
        "suggestion_ordered",
        "suggestion_arrived",
    }
    assert wish_for(reader, means_another=True).joined is False, "it may be wished anew"


def test_what_has_no_item_that_is_there_has_not_arrived(reader: Patron, branch: Branch, desk: Desk) -> None:
    bib, made = make_bib(title="长安的荔枝"), wish_for(reader)
    make_item(bib=bib, home=branch, state="withdrawn")

    assert refused(lambda: answer(made, SuggestionState.ARRIVED, desk, bib_id=bib.id)) == (
        SuggestionReason.UNKNOWN_WORK,
    )
    make_item(bib=bib, home=branch, state="in_process")
    answer(made, SuggestionState.ARRIVED, desk, bib_id=bib.id)
    assert Suggestion.objects.get().state == "arrived"


def test_an_answer_to_what_somebody_else_answered_is_refused(reader: Patron, desk: Desk) -> None:
    made = wish_for(reader)
    answer(made, SuggestionState.CONSIDERED, desk)

    late = refused(lambda: answer(made, SuggestionState.ORDERED, desk))

    assert late == (SuggestionReason.CHANGED_MEANWHILE,)
    assert refused(
        lambda: answer_suggestion(suggestion_id=987654, version=1, answer=SuggestionState.ORDERED, at=AT, desk=desk)
    ) == (SuggestionReason.UNKNOWN_SUGGESTION,)


def test_two_who_answer_at_once_answer_once(fresh_database: str) -> None:
    branch = make_branch("C", kind="central")
    desk = make_desk(branch, acts=[Act.ANSWER_SUGGESTIONS])
    made = wish_for(make_patron("读者", "R", home=branch))
    refusals: list[tuple[SuggestionReason, ...]] = []

    def one(to: SuggestionState) -> None:
        try:
            answer(made, to, desk)
        except SuggestionRefused as caught:
            refusals.append(caught.reasons)

    at_once(lambda: one(SuggestionState.CONSIDERED), lambda: one(SuggestionState.ORDERED))

    assert len(refusals) == 1
    assert SuggestionReason.CHANGED_MEANWHILE in refusals[0]
    assert AuditRow.objects.filter(act="answer_suggestion").count() == 1


def test_only_who_may_answers_at_its_branch(reader: Patron) -> None:
    made = wish_for(reader)
    stranger = make_desk(make_branch("E"), acts=[Act.ANSWER_SUGGESTIONS])

    with pytest.raises(NotAllowed):
        answer(made, SuggestionState.ORDERED, stranger)

    assert Suggestion.objects.get().state == "new"


def test_who_wishes_what_is_just_being_refused_begins_anew(fresh_database: str, settings: Any) -> None:
    settings.WENYUAN_VERBS_NEST = True  # what another has not ended yet
    branch = make_branch("C", kind="central")
    desk = make_desk(branch, acts=[Act.ANSWER_SUGGESTIONS])
    other = make_patron("周明", "R2", home=branch)
    made = wish_for(make_patron("读者", "R", home=branch))

    with transaction.atomic():
        answer(made, SuggestionState.REFUSED, desk, reason="已停印")
        meanwhile = Meanwhile(lambda: wish_for(other))
    receipt = meanwhile.result()

    assert isinstance(receipt, SuggestionReceipt)
    assert (receipt.joined, receipt.suggestion.state.value) == (False, "new")
    assert list(Support.objects.filter(suggestion_id=made.suggestion.id).values_list("patron__name", flat=True)) == [
        "读者"
    ]


# Whose data it is


def leave(reader: Patron, branch: Branch) -> None:
    close_patron(patron_id=reader.id, at=AT, desk=make_desk(branch, acts=[Act.EDIT_PATRON]))


def test_who_has_left_or_is_leaving_suggests_nothing(fresh_database: str, settings: Any) -> None:
    settings.WENYUAN_VERBS_NEST = True  # what another has not ended yet
    branch = make_branch("C", kind="central")
    gone, going = make_patron("走了", "R1", home=branch), make_patron("正走", "R2", home=branch)
    leave(gone, branch)
    assert refused(lambda: wish_for(gone)) == (SuggestionReason.UNKNOWN_READER,)

    with transaction.atomic():
        leave(going, branch)
        meanwhile = Meanwhile(lambda: wish_for(going))

    assert isinstance(meanwhile.result(), SuggestionRefused)
    assert not Suggestion.objects.exists()


def test_what_somebody_is_just_joining_stays_when_the_first_leaves(fresh_database: str, settings: Any) -> None:
    settings.WENYUAN_VERBS_NEST = True  # what another has not ended yet
    branch = make_branch("C", kind="central")
    first, second = make_patron("先", "R1", home=branch), make_patron("后", "R2", home=branch)
    made = wish_for(first)

    with transaction.atomic():
        assert wish_for(second).joined
        meanwhile = Meanwhile(lambda: leave(first, branch))

    assert meanwhile.result() is None
    [own] = list_own_suggestions(second.id)
    assert (own.suggestion.id, own.suggestion.supporters) == (made.suggestion.id, 1)


def test_with_a_reader_goes_what_they_said_and_what_nobody_else_wishes(
    reader: Patron, other: Patron, branch: Branch, desk: Desk
) -> None:
    wish_for(reader, why="我的理由")
    wish_for(other, why="别人的理由")
    wish_for(reader, Wanted(title="只有我想读"))
    answer(wish_for(reader, Wanted(title="已经订了")), SuggestionState.ORDERED, desk)

    erase_patron(patron_id=reader.id, reason="本人申请", at=AT, desk=make_desk(branch, acts=[Act.SUSPEND_PATRON]))

    assert [row.why for row in Support.objects.all()] == ["别人的理由"]
    assert sorted(Suggestion.objects.values_list("title", flat=True)) == ["已经订了", "长安的荔枝"]


def test_two_records_of_one_person_wish_together_and_apart_again(reader: Patron, other: Patron, branch: Branch) -> None:
    lead = make_desk(branch, acts=[Act.SUSPEND_PATRON])
    wish_for(reader)
    wish_for(other)
    wish_for(other, Wanted(title="另一本"))

    merge_id = merge_patrons(kept_id=reader.id, gone_id=other.id, reason="同一人", at=AT, desk=lead)

    assert [one.suggestion.wanted.title for one in list_own_suggestions(reader.id)] == ["另一本", "长安的荔枝"]
    assert not Support.objects.filter(patron=other).exists()
    undo_merge(merge_id=merge_id, reason="两个人", at=AT, desk=lead)
    assert [one.suggestion.wanted.title for one in list_own_suggestions(other.id)] == ["另一本"]
