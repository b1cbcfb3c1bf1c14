"""Dated definitions 口径 (docs/specs/figures.md, FD1 to FD7), without a database."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.office.figures.data import IndicatorCode, Measure
from wenyuan.office.figures.definitions import (
    USUAL,
    DefinitionFacts,
    DefinitionReason,
    Definitions,
    Question,
    Stretch,
    reasons_against_answer,
)
from wenyuan.office.figures.indicators import BY_CODE, INDICATORS, values_of

RENEWALS = Question.RENEWALS_IN_LOANS
NEW_YEAR = date(2026, 1, 1)


def answer(number: int, since: date, counts: bool, question: Question = RENEWALS) -> DefinitionFacts:
    return DefinitionFacts(
        id=number,
        question=question,
        counts=counts,
        since=since,
        basis="馆务会议",
        set_by_id=1,
        set_by_name="王芳",
        set_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


def test_what_is_usual_holds_where_nothing_was_said() -> None:
    assert Definitions().on(NEW_YEAR) == USUAL == {Question.FIRST_SWIPES_IN_CARDS}
    assert Definitions().in_force(RENEWALS, NEW_YEAR) is None


def test_of_two_answers_for_one_day_the_later_one_holds() -> None:
    defined = Definitions((answer(1, NEW_YEAR, counts=True), answer(2, NEW_YEAR, counts=False)))

    assert RENEWALS not in defined.on(NEW_YEAR)


def test_a_period_is_cut_where_an_answer_changes_and_nowhere_else() -> None:
    defined = Definitions(
        (
            answer(1, date(2026, 3, 1), counts=True),
            answer(2, date(2026, 4, 1), counts=True),
            answer(3, date(2027, 1, 1), counts=False),
        )
    )

    assert defined.stretches(date(2026, 1, 1), date(2026, 12, 31)) == (
        Stretch(date(2026, 1, 1), date(2026, 2, 28), USUAL),
        Stretch(date(2026, 3, 1), date(2026, 12, 31), USUAL | {RENEWALS}),
    )


@pytest.mark.parametrize(
    ("questions", "alike"),
    [([RENEWALS], False), ([Question.OUTREACH_IN_VISITS], True), ([], True)],
)
def test_periods_compare_when_what_concerns_the_figure_was_answered_alike(
    questions: list[Question], alike: bool
) -> None:
    defined = Definitions((answer(1, NEW_YEAR, counts=True),))
    this_year, last_year = (NEW_YEAR, date(2026, 6, 30)), (date(2025, 1, 1), date(2025, 6, 30))

    assert defined.are_alike(questions, this_year, last_year) is alike
    assert defined.are_alike(questions, this_year)


def test_a_period_with_a_change_within_is_like_no_other() -> None:
    defined = Definitions((answer(1, date(2026, 3, 1), counts=True),))

    assert not defined.are_alike([RENEWALS], (NEW_YEAR, date(2026, 6, 30)))


@given(
    given_answers=st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.sampled_from(Question)), max_size=8),
    length=st.integers(0, 60),
)
def test_stretches_cover_each_day_once_and_say_what_holds_on_it(
    given_answers: list[tuple[int, bool, Question]], length: int
) -> None:
    defined = Definitions(
        tuple(
            answer(number, NEW_YEAR + timedelta(days=days), counts, question)
            for number, (days, counts, question) in enumerate(given_answers, 1)
        )
    )
    last = NEW_YEAR + timedelta(days=length)

    stretches = defined.stretches(NEW_YEAR, last)

    days = [
        (one.first_date + timedelta(days=number), one.answers)
        for one in stretches
        for number in range((one.last_date - one.first_date).days + 1)
    ]
    assert [day for day, _answers in days] == [NEW_YEAR + timedelta(days=number) for number in range(length + 1)]
    assert all(answers == defined.on(day) for day, answers in days)
    assert all(one.answers != other.answers for one, other in pairwise(stretches))


def test_an_answer_moves_its_own_figure_by_what_belongs_to_it() -> None:
    groups = [
        ("loan", {}, 10, 0),
        ("renewal", {}, 3, 0),
        ("typed_loans", {}, 5, 0),
        ("typed_readers", {}, 0, 4),
        ("visit", {}, 0, 100),
        ("activity", {"sort": "lecture", "role": "host"}, 1, 30),
        ("activity", {"role": "participant"}, 1, 7),
        ("outreach", {}, 1, 9),
        ("card_issued", {"way": "first_swipe"}, 2, 0),
        ("card_issued", {"way": "desk"}, 6, 0),
    ]

    def numbers(*answers: Question) -> tuple[int, int, int]:
        sums = [
            (kind, json.dumps(codes), {Measure.QUANTITY: quantity, Measure.PERSONS: persons, Measure.AMOUNT: 0})
            for kind, codes, quantity, persons in groups
        ]
        values = values_of(sums, frozenset(answers))
        return values[IndicatorCode.LOANS], values[IndicatorCode.VISITS], values[IndicatorCode.NEW_CARDS]

    assert numbers() == (10, 100, 6)
    assert numbers(Question.RENEWALS_IN_LOANS) == (13, 100, 6)
    assert numbers(Question.REGISTERS_IN_LOANS) == (15, 100, 6)
    assert numbers(Question.FIRST_SWIPES_IN_CARDS) == (10, 100, 8)
    assert numbers(Question.ACTIVITIES_IN_VISITS) == (10, 130, 6)
    assert numbers(Question.REGISTERS_IN_VISITS) == (10, 104, 6)
    assert numbers(Question.OUTREACH_IN_VISITS) == (10, 109, 6)
    assert numbers(*Question) == (18, 143, 8)


def test_no_entry_is_counted_by_two_terms_of_one_indicator() -> None:
    """Terms over one kind exclude each other by what they ask for: else an entry would count once and claim twice."""
    for indicator in INDICATORS:
        terms = indicator.terms_by(frozenset(Question))
        kinds = [term.kind for term in terms]
        double = {kind for kind in kinds if kinds.count(kind) > 1}
        assert double <= {"card_issued"}, indicator.code
    swipe, other = BY_CODE[IndicatorCode.NEW_CARDS].terms_by(frozenset(Question))
    assert (swipe.unless,) == other.among


def test_every_question_belongs_to_one_indicator() -> None:
    asked = [question for indicator in INDICATORS for question in indicator.questions]

    assert sorted(asked) == sorted(Question)


def test_an_answer_is_refused_for_every_reason_at_once() -> None:
    defined = Definitions((answer(1, NEW_YEAR, counts=True),))

    def reasons(**changes: object) -> list[DefinitionReason]:
        asked = {"question": RENEWALS, "counts": False, "since": NEW_YEAR, "basis": "局文件", "today": NEW_YEAR}
        return reasons_against_answer(defined, **asked | changes)  # type: ignore[arg-type] # a table of changes

    assert reasons() == []
    assert reasons(basis=" ", counts=True) == [DefinitionReason.BASIS_MISSING, DefinitionReason.NOTHING_CHANGES]
    assert reasons(basis="长" * 201) == [DefinitionReason.TEXT_TOO_LONG]
    assert reasons(since=date(2027, 1, 2)) == []
    assert reasons(since=date(2027, 1, 3)) == [DefinitionReason.TOO_FAR_AHEAD]
    assert reasons(since=date(2025, 12, 31)) == [DefinitionReason.NOTHING_CHANGES]
