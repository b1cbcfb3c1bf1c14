"""Reviews: said by a reader, shown once somebody has looked, anew after each change, reported, gone with the reader."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib
from tests.factories.network import make_branch
from tests.factories.patrons import make_category, make_patron
from tests.racing import Meanwhile, at_once
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.lending.patrons.models import Patron
from wenyuan.lending.patrons.operations import close_patron, erase_patron, merge_patrons, undo_merge
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import READER, Act, Desk, Door
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.services.reading import rules
from wenyuan.services.reading.data import ReviewDraft, ReviewFacts, ReviewReason, ReviewRefused, ReviewState
from wenyuan.services.reading.models import Review, ReviewReport
from wenyuan.services.reading.operations import decide_review, report_review, take_review_back, write_review
from wenyuan.services.reading.queries import (
    count_reviews,
    get_review,
    list_own_reviews,
    list_reviews,
    list_reviews_of,
    reports_of,
    reviews_in_sum,
)

AT = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)
OWN = Desk(operator=READER, branch_id=1, door=Door.PORTAL)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("C", kind="central")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, acts=[Act.MODERATE_REVIEWS])


@pytest.fixture
def reader(branch: Branch) -> Patron:
    return make_patron("陈小雨", "R1", home=branch)


@pytest.fixture
def other(branch: Branch) -> Patron:
    return make_patron("周明", "R2", home=branch)


@pytest.fixture
def bib(db: None) -> Bib:
    return make_bib(title="活着")


def say(reader: Patron, bib: Bib, *, at: datetime = AT, **said: Any) -> ReviewFacts:
    draft = ReviewDraft(**{"stars": 5, "words": "好看", **said})
    return write_review(patron_id=reader.id, bib_id=bib.id, draft=draft, at=at, desk=OWN)


def decide(review: ReviewFacts, desk: Desk, *, shown: bool = True, reason: str = "") -> ReviewFacts:
    return decide_review(review_id=review.id, version=review.version, shown=shown, reason=reason, at=AT, desk=desk)


def refused(act: Callable[[], object]) -> tuple[ReviewReason, ...]:
    with pytest.raises(ReviewRefused) as caught:
        act()
    return caught.value.reasons


@pytest.mark.parametrize(
    ("draft", "written", "guarded", "reasons"),
    [
        (ReviewDraft(stars=1), 0, False, []),
        (ReviewDraft(words="书" * 1000, shown_as="名" * 20), 9, False, []),
        (ReviewDraft(), 0, False, ["nothing_said"]),
        (ReviewDraft(stars=0), 0, False, ["bad_stars"]),
        (ReviewDraft(stars=6), 0, False, ["bad_stars"]),
        (ReviewDraft(words="书" * 1001), 0, False, ["text_too_long"]),
        (ReviewDraft(stars=3, shown_as="名" * 21), 0, False, ["text_too_long"]),
        (ReviewDraft(stars=3, shown_as="证号0001"), 0, False, ["name_has_numbers"]),
        (ReviewDraft(stars=3, shown_as="读者007"), 0, False, []),
        (ReviewDraft(stars=3), 10, False, ["too_many"]),
        (ReviewDraft(stars=3), 0, True, ["guarded"]),
    ],
)
def test_what_is_taken(draft: ReviewDraft, written: int, guarded: bool, reasons: list[str]) -> None:
    assert rules.reasons_against_review(draft, today_written=written, guarded=guarded) == reasons


@given(st.lists(st.integers(1, 5), min_size=0, max_size=50))
def test_an_average_is_shown_from_three_on_and_lies_between_its_stars(stars: list[int]) -> None:
    average = rules.average_of(sum(stars), len(stars))

    assert (average is None) == (len(stars) < 3)
    assert average is None or min(stars) <= average <= max(stars)


def test_nothing_is_shown_before_somebody_has_looked(reader: Patron, bib: Bib, branch: Branch, desk: Desk) -> None:
    said = say(reader, bib, words=" 好看 ", shown_as="小雨")

    assert (said.state, said.branch_id, said.draft.words) == (ReviewState.WAITING, branch.id, "好看")
    assert list_reviews_of(bib.id) == ()
    assert reviews_in_sum(bib.id).rated == 0
    decide(said, desk)
    assert [one.draft.shown_as for one in list_reviews_of(bib.id)] == ["小雨"]
    row = AuditRow.objects.get(act="decide_review")
    assert (row.subject_kind, row.subject_id, row.branch_id) == ("review", said.id, branch.id)
    assert (row.before, row.after) == ({"state": "waiting"}, {"state": "shown"})


def test_a_change_waits_anew_and_the_same_once_more_does_not(reader: Patron, bib: Bib, desk: Desk) -> None:
    decide(say(reader, bib), desk)

    same = say(reader, bib)
    assert same.state is ReviewState.SHOWN
    changed = say(reader, bib, words="其实一般")

    assert (changed.state, changed.id, Review.objects.count()) == (ReviewState.WAITING, same.id, 1)
    assert list_reviews_of(bib.id) == ()


def test_what_was_changed_meanwhile_is_not_shown_unread(reader: Patron, bib: Bib, desk: Desk) -> None:
    seen = say(reader, bib)
    say(reader, bib, words="另一回事")

    assert refused(lambda: decide(seen, desk)) == (ReviewReason.CHANGED_MEANWHILE,)
    assert list_reviews_of(bib.id) == ()


def test_a_refusal_says_why_to_its_reader(reader: Patron, bib: Bib, desk: Desk) -> None:
    said = say(reader, bib)

    assert refused(lambda: decide(said, desk, shown=False)) == (ReviewReason.REASON_MISSING,)
    decide(said, desk, shown=False, reason=" 含有人身攻击 ")

    [own] = list_own_reviews(reader.id)
    assert (own.state, own.reason) == (ReviewState.REFUSED, "含有人身攻击")


def test_only_who_may_decides_at_its_branch(reader: Patron, bib: Bib) -> None:
    said = say(reader, bib)

    with pytest.raises(NotAllowed):
        decide(said, make_desk(make_branch("E"), acts=[Act.MODERATE_REVIEWS]))
    assert Review.objects.get().state == "waiting"


def test_three_ratings_make_an_average_and_two_do_not(branch: Branch, bib: Bib, desk: Desk) -> None:
    for number, stars in enumerate((5, 4)):
        decide(say(make_patron(home=branch), bib, stars=stars, words=""), desk)
        assert reviews_in_sum(bib.id).average is None, number
    decide(say(make_patron(home=branch), bib, stars=4), desk)

    summary = reviews_in_sum(bib.id)

    assert (summary.rated, summary.average, summary.count) == (3, 4.3, 1)


@pytest.mark.parametrize(
    ("born", "taken"),
    [(date(2012, 4, 24), False), (date(2012, 4, 23), True), (None, True)],
)
def test_of_who_is_below_fourteen_nothing_is_taken(branch: Branch, bib: Bib, born: date | None, taken: bool) -> None:
    reader = make_patron(home=branch, birth_date=born)

    if taken:
        assert say(reader, bib).state is ReviewState.WAITING
    else:
        assert refused(lambda: say(reader, bib)) == (ReviewReason.GUARDED,)
        assert not Review.objects.exists()


def test_of_a_child_whose_age_nobody_knows_neither(branch: Branch, bib: Bib) -> None:
    child = make_patron(home=branch, birth_date=None, category=make_category("child", guardian_required=True))

    assert refused(lambda: say(child, bib)) == (ReviewReason.GUARDED,)


def test_eleven_works_in_a_day_are_one_too_many(reader: Patron) -> None:
    for _ in range(10):
        say(reader, make_bib())

    assert refused(lambda: say(reader, make_bib())) == (ReviewReason.TOO_MANY,)
    assert say(reader, make_bib(), at=AT + timedelta(days=1)).state is ReviewState.WAITING


def test_what_is_not_there_is_refused(reader: Patron, bib: Bib, desk: Desk) -> None:
    said = say(reader, bib)
    draft = ReviewDraft(stars=1)

    assert refused(lambda: write_review(patron_id=reader.id, bib_id=987654, draft=draft, at=AT, desk=OWN)) == (
        ReviewReason.UNKNOWN_WORK,
    )
    assert refused(lambda: write_review(patron_id=987654, bib_id=bib.id, draft=draft, at=AT, desk=OWN)) == (
        ReviewReason.UNKNOWN_READER,
    )
    unknown = (ReviewReason.UNKNOWN_REVIEW,)
    assert refused(lambda: decide_review(review_id=987654, version=1, shown=True, at=AT, desk=desk)) == unknown
    report = {"patron_id": reader.id, "review_id": said.id, "why": "x", "at": AT, "desk": OWN}
    assert refused(lambda: report_review(**report)) == unknown, "nobody reports what is not shown"  # type: ignore[arg-type]


def test_who_has_left_says_nothing_more(reader: Patron, other: Patron, bib: Bib, branch: Branch, desk: Desk) -> None:
    said = decide(say(other, bib), desk)
    close_patron(patron_id=reader.id, at=AT, desk=make_desk(branch, acts=[Act.EDIT_PATRON]))

    assert refused(lambda: say(reader, bib)) == (ReviewReason.UNKNOWN_READER,)
    report = {"patron_id": reader.id, "review_id": said.id, "why": "x", "at": AT, "desk": OWN}
    assert refused(lambda: report_review(**report)) == (ReviewReason.UNKNOWN_READER,)  # type: ignore[arg-type]


def test_a_reader_takes_back_their_own_and_no_other(reader: Patron, other: Patron, bib: Bib) -> None:
    said = say(reader, bib)

    assert refused(lambda: take_review_back(patron_id=other.id, review_id=said.id, at=AT, desk=OWN)) == (
        ReviewReason.UNKNOWN_REVIEW,
    )
    take_review_back(patron_id=reader.id, review_id=said.id, at=AT, desk=OWN)
    assert get_review(said.id) is None


def test_what_is_reported_stands_until_somebody_has_looked(
    reader: Patron, other: Patron, bib: Bib, branch: Branch, desk: Desk
) -> None:
    said = decide(say(reader, bib), desk)
    mine = {"review_id": said.id, "at": AT, "desk": OWN}
    assert refused(lambda: report_review(patron_id=reader.id, why="x", **mine)) == (ReviewReason.OWN,)  # type: ignore[arg-type]
    assert refused(lambda: report_review(patron_id=other.id, why=" ", **mine)) == (ReviewReason.REASON_MISSING,)  # type: ignore[arg-type]

    for _ in range(2):
        report_review(patron_id=other.id, why="泄露隐私", **mine)  # type: ignore[arg-type]

    here = frozenset({branch.id})
    assert [one.reports for one in list_reviews(wanted="reported", branch_ids=here)] == [1]
    assert reports_of(said.id) == ("泄露隐私",)
    assert len(list_reviews_of(bib.id)) == 1
    decide(said, desk)
    assert count_reviews(wanted="reported") == 0
    assert count_reviews(wanted="shown") == 1


def test_a_reader_goes_while_another_reports_what_they_said(fresh_database: str, settings: Any) -> None:
    settings.WENYUAN_VERBS_NEST = True  # what another has not ended yet
    branch = make_branch("C", kind="central")
    going, other = make_patron("走", "R1", home=branch), make_patron("留", "R2", home=branch)
    said = decide(say(going, make_bib()), make_desk(branch, acts=[Act.MODERATE_REVIEWS]))
    leaves = {"patron_id": going.id, "at": AT, "desk": make_desk(branch, acts=[Act.EDIT_PATRON])}

    with transaction.atomic():
        report_review(patron_id=other.id, review_id=said.id, why="x", at=AT, desk=OWN)
        meanwhile = Meanwhile(lambda: close_patron(**leaves))  # type: ignore[arg-type]

    assert not isinstance(meanwhile.result(), Exception)
    assert (Review.objects.count(), ReviewReport.objects.count()) == (0, 0)


def test_of_two_records_that_became_one_each_reader_speaks_once(reader: Patron, bib: Bib, desk: Desk) -> None:
    kept = make_bib(title="活着（新版）")
    decide(say(reader, bib, words="旧"), desk)
    decide(say(reader, kept, words="新", at=AT + timedelta(hours=1)), desk)

    Bib.objects.filter(id=bib.id).update(merged_into=kept)

    assert [one.draft.words for one in list_reviews_of(kept.id)] == ["新"]
    assert reviews_in_sum(kept.id).rated == 1
    assert say(reader, bib, words="再改").draft.words == "再改"
    assert Review.objects.filter(words="旧").exists()


def test_one_reader_who_sends_twice_at_once_has_one(fresh_database: str) -> None:
    reader, bib = make_patron("读者", "R", home=make_branch("C", kind="central")), make_bib()

    at_once(*(lambda: say(reader, bib) for _ in range(4)))

    assert Review.objects.count() == 1


def test_reviews_and_reports_go_with_their_reader(
    reader: Patron, other: Patron, bib: Bib, branch: Branch, desk: Desk
) -> None:
    mine, theirs = decide(say(reader, bib), desk), decide(say(other, bib), desk)
    report_review(patron_id=reader.id, review_id=theirs.id, why="x", at=AT, desk=OWN)
    report_review(patron_id=other.id, review_id=mine.id, why="x", at=AT, desk=OWN)

    erase_patron(patron_id=reader.id, reason="本人申请", at=AT, desk=make_desk(branch, acts=[Act.SUSPEND_PATRON]))

    assert list(Review.objects.values_list("patron_id", flat=True)) == [other.id]
    assert not ReviewReport.objects.exists()


def test_two_records_of_one_person_speak_with_one_voice_and_apart_again(
    reader: Patron, other: Patron, bib: Bib, branch: Branch
) -> None:
    lead = make_desk(branch, acts=[Act.SUSPEND_PATRON])
    say(reader, bib, words="留下的")
    say(other, bib, words="另一份记录的")
    say(other, make_bib(), words="只有一份")

    merge_id = merge_patrons(kept_id=reader.id, gone_id=other.id, reason="同一人", at=AT, desk=lead)

    assert sorted(one.draft.words for one in list_own_reviews(reader.id)) == ["只有一份", "留下的"]
    undo_merge(merge_id=merge_id, reason="两个人", at=AT, desk=lead)
    assert [one.draft.words for one in list_own_reviews(other.id)] == ["只有一份"]
