"""The policy matrix: the nearest branch wins, then the category, then the item type, each rule kind on its own."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.lending.circulation.policies import MoneyPolicy, PolicyBook, PolicyRow, Value

DAY = date(2026, 4, 23)
CENTRAL, STREET = 1, 2
ADULT, CHILD = 10, 11
BOOK, AUDIO = 20, 21


def row(
    row_id: int,
    *,
    branch_id: int | None = None,
    category_id: int | None = None,
    item_type_id: int | None = None,
    valid_from: date = date(2020, 1, 1),
    valid_to: date | None = None,
    **kinds: Value,
) -> PolicyRow:
    return PolicyRow(
        id=row_id,
        branch_id=branch_id,
        category_id=category_id,
        item_type_id=item_type_id,
        valid_from=valid_from,
        valid_to=valid_to,
        kinds=kinds,
    )


MATRIX = [
    row(1, loan_days=30, renewal_days=15, max_loans=10, return_route="home"),
    row(2, item_type_id=AUDIO, loan_days=7),
    row(3, category_id=CHILD, max_loans=6),
    row(4, category_id=CHILD, item_type_id=AUDIO, loan_days=5),
    row(5, branch_id=CENTRAL, loan_days=21),
    row(6, branch_id=STREET, item_type_id=AUDIO, max_loans_of_type=2),
    row(7, branch_id=STREET, return_route="float"),
]


@pytest.mark.parametrize(
    ("line", "category", "item_type", "loan_days", "row_id", "max_loans", "of_type", "route"),
    [
        ((9,), ADULT, BOOK, 30, 1, 10, None, "home"),
        ((9,), ADULT, AUDIO, 7, 2, 10, None, "home"),
        ((9,), CHILD, BOOK, 30, 1, 6, None, "home"),
        ((9,), CHILD, AUDIO, 5, 4, 6, None, "home"),
        ((CENTRAL,), CHILD, AUDIO, 21, 5, 6, None, "home"),
        ((STREET, CENTRAL), CHILD, AUDIO, 21, 5, 6, 2, "float"),
        ((STREET,), None, BOOK, 30, 1, 10, None, "float"),
    ],
)
def test_each_kind_comes_from_the_nearest_row_that_states_it(
    line: tuple[int, ...],
    category: int | None,
    item_type: int,
    loan_days: int,
    row_id: int,
    max_loans: int,
    of_type: int | None,
    route: str,
) -> None:
    book = PolicyBook(MATRIX)

    policy = book.resolve(branch_line=line, category_id=category, item_type_id=item_type, on=DAY)

    assert policy is not None
    stated = book.return_route(branch_line=line, category_id=category, item_type_id=item_type, on=DAY)
    assert (policy.loan_days, policy.row_id, policy.max_loans, policy.max_loans_of_type, stated) == (
        loan_days,
        row_id,
        max_loans,
        of_type,
        route,
    )
    assert policy.renewal_days == 15


def test_a_renewal_without_a_length_of_its_own_lasts_as_long_as_a_loan() -> None:
    book = PolicyBook([row(1, loan_days=14)])

    policy = book.resolve(branch_line=(9,), category_id=ADULT, item_type_id=BOOK, on=DAY)

    assert policy is not None
    assert policy.renewal_days == 14
    assert policy.max_loans is None


def test_a_row_holds_from_its_first_to_its_last_day() -> None:
    book = PolicyBook([row(1, loan_days=14, valid_from=DAY, valid_to=DAY + timedelta(days=1))])

    days = [
        book.resolve(branch_line=(9,), category_id=ADULT, item_type_id=BOOK, on=DAY + timedelta(days=shift))
        for shift in (-1, 0, 1, 2)
    ]

    assert [policy is not None for policy in days] == [False, True, True, False]


def test_without_a_loan_length_there_is_no_policy() -> None:
    book = PolicyBook([row(1, max_loans=10)])

    assert book.resolve(branch_line=(9,), category_id=ADULT, item_type_id=BOOK, on=DAY) is None


def test_a_limit_of_nought_is_a_limit() -> None:
    book = PolicyBook([row(1, loan_days=14, max_loans=5), row(2, category_id=CHILD, max_loans=0)])

    policy = book.resolve(branch_line=(9,), category_id=CHILD, item_type_id=BOOK, on=DAY)

    assert policy is not None
    assert policy.max_loans == 0


def test_money_is_off_until_a_row_states_it_and_each_kind_falls_back_by_itself() -> None:
    matrix = [
        row(1, loan_days=30, grace_days=3),
        row(2, category_id=ADULT, fine_day_fen=10, fine_cap_fen=3000),
        row(3, branch_id=STREET, fine_day_fen=20, suspension_percent=50),
        row(4, branch_id=CENTRAL, category_id=CHILD, fine_day_fen=0),
    ]
    book = PolicyBook(matrix)

    def money(line: tuple[int, ...], category: int) -> MoneyPolicy:
        policy = book.resolve(branch_line=line, category_id=category, item_type_id=BOOK, on=DAY)
        assert policy is not None
        assert policy.money == book.money(branch_line=line, category_id=category, item_type_id=BOOK, on=DAY)
        return policy.money

    assert money((9,), CHILD) == MoneyPolicy(grace_days=3)
    assert money((9,), ADULT) == MoneyPolicy(grace_days=3, fine_day_fen=10, fine_cap_fen=3000)
    assert money((STREET, CENTRAL), ADULT) == MoneyPolicy(
        grace_days=3, fine_day_fen=20, fine_cap_fen=3000, suspension_percent=50
    )
    assert [money((9,), CHILD).minds_lateness, money((CENTRAL,), CHILD).minds_lateness] == [False, False]
    assert [money((9,), ADULT).minds_lateness, money((STREET,), CHILD).minds_lateness] == [True, True]


def test_what_lateness_costs_is_known_also_where_nothing_is_lent_any_more() -> None:
    book = PolicyBook([row(1, fine_day_fen=10)])

    assert book.money(branch_line=(9,), category_id=ADULT, item_type_id=BOOK, on=DAY) == MoneyPolicy(fine_day_fen=10)


rows = st.builds(
    row,
    st.integers(1, 1000),
    branch_id=st.none() | st.sampled_from([CENTRAL, STREET]),
    category_id=st.none() | st.sampled_from([ADULT, CHILD]),
    item_type_id=st.none() | st.sampled_from([BOOK, AUDIO]),
    loan_days=st.integers(0, 90),
    max_loans=st.integers(0, 20),
)


@given(matrix=st.lists(rows, max_size=12), line=st.permutations([CENTRAL, STREET]))
def test_a_stated_value_is_never_beaten_by_one_further_away(matrix: list[PolicyRow], line: list[int]) -> None:
    book = PolicyBook(matrix)

    policy = book.resolve(branch_line=tuple(line), category_id=ADULT, item_type_id=BOOK, on=DAY)

    matching = [
        other
        for other in matrix
        if other.branch_id in (None, *line)
        and other.category_id in (None, ADULT)
        and other.item_type_id in (None, BOOK)
    ]
    nearest = [other for other in matching if other.branch_id == line[0]]
    if not matching:
        assert policy is None
    else:
        assert policy is not None
        assert policy.loan_days in {other.kinds["loan_days"] for other in nearest or matching}
