"""How much of a reader's account another reader sees, by age and by how the card came under their sign-in."""

from datetime import date

import pytest

from wenyuan.lending.patrons.data import CategoryFacts, Holder, Insight
from wenyuan.lending.patrons.rules import insight, is_own_pin

TODAY = date(2026, 4, 23)
LONG_AGO = date(2025, 1, 1)


def kind(*, guarded: bool = False, holder: Holder = Holder.PERSON) -> CategoryFacts:
    return CategoryFacts(1, "child", "少儿", "Child", None, None, guarded, 36, holder=holder)


@pytest.mark.parametrize(
    ("born", "added_on", "answers", "seen"),
    [
        # below fourteen: the guardian, and who has the PIN
        (date(2012, 4, 24), None, True, "all"),
        (date(2012, 4, 24), LONG_AGO, False, "all"),
        (date(2012, 4, 24), None, False, "nothing"),
        # from the fourteenth birthday on: sums, and all only by a PIN given since
        (date(2012, 4, 23), None, True, "sums"),
        (date(2012, 4, 23), LONG_AGO, False, "nothing"),
        (date(2012, 4, 23), LONG_AGO, True, "sums"),
        (date(2012, 4, 23), date(2026, 4, 22), True, "sums"),
        (date(2012, 4, 23), date(2026, 4, 23), False, "all"),
        (date(2012, 4, 23), date(2026, 4, 23), True, "all"),
        # grown up: nobody answers for them any more
        (date(2008, 4, 24), None, True, "sums"),
        (date(2008, 4, 23), None, True, "nothing"),
        (date(1950, 1, 1), LONG_AGO, False, "all"),
        # of unknown age: no child by itself
        (None, None, True, "nothing"),
        (None, LONG_AGO, False, "all"),
    ],
)
def test_what_somebody_sees_of_a_reader_by_age(
    born: date | None, added_on: date | None, answers: bool, seen: str
) -> None:
    assert insight(kind(), born, added_on=added_on, answers=answers, on=TODAY).value == seen


def test_of_unknown_age_the_kind_of_card_says_whether_it_is_a_childs() -> None:
    assert insight(kind(guarded=True), None, added_on=None, answers=True, on=TODAY) is Insight.ALL


def test_who_answers_for_an_institution_sees_nothing_of_it_by_that() -> None:
    held = kind(guarded=True, holder=Holder.INSTITUTION)

    assert insight(held, None, added_on=None, answers=True, on=TODAY) is Insight.NOTHING


@pytest.mark.parametrize(
    ("born", "set_on", "is_own"),
    [
        # below fourteen it is the guardian's affair
        (date(2012, 4, 24), LONG_AGO, True),
        # from the fourteenth birthday on only one that is set since
        (date(2012, 4, 23), date(2026, 4, 22), False),
        (date(2012, 4, 23), date(2026, 4, 23), True),
        # nor later, as long as there is no other
        (date(1998, 1, 1), date(2011, 12, 31), False),
        (date(1998, 1, 1), date(2012, 1, 1), True),
        (None, LONG_AGO, True),
    ],
)
def test_a_pin_from_before_fourteen_says_nothing_of_who_is_fourteen(
    born: date | None, set_on: date, is_own: bool
) -> None:
    assert is_own_pin(kind(), born, set_on=set_on, on=TODAY) is is_own
