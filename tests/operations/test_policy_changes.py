"""What a place of the matrix states changes kind by kind, from a day on, and only by who may."""

from datetime import date, datetime

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district, make_policy
from tests.factories.patrons import make_category, make_patron
from tests.racing import at_once
from wenyuan.lending.circulation.cells import as_row, version_of
from wenyuan.lending.circulation.data import Kinds
from wenyuan.lending.circulation.models import LoanPolicy
from wenyuan.lending.circulation.operations import (
    Cell,
    PolicyProblem,
    PolicyReason,
    PolicyRefused,
    begin_policies,
    change_policies,
    checkout,
    copy_policies,
    drop_planned_policy,
)
from wenyuan.lending.circulation.queries import policy_cell
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

TODAY, MAY = date(2026, 4, 23), date(2026, 5, 1)
Spans = list[tuple[date, date | None, int | None, int | None]]


@pytest.fixture
def desk(district: District) -> Desk:
    return make_desk(district.central, acts=[Act.EDIT_POLICIES], everywhere=True)


def spans(branch_id: int | None = None) -> Spans:
    """The rows of a branch for everyone and everything: their days, length and limit."""
    rows = LoanPolicy.objects.filter(category=None, item_type=None, withdrawn_at=None)
    rows = rows.filter(branch_id=branch_id) if branch_id else rows.filter(branch=None)
    return list(rows.order_by("valid_from").values_list("valid_from", "valid_to", "loan_days", "max_loans"))


def refused(problem: PolicyRefused) -> list[tuple[str, str]]:
    return [(one.reason.value, one.kind) for one in problem.problems]


def test_a_kind_is_stated_from_a_day_on_and_the_rest_goes_on(district: District, at: datetime, desk: Desk) -> None:
    (row_id,) = change_policies(cell=Cell(), from_date=MAY, states={"loan_days": 21}, at=at, desk=desk)

    assert spans() == [(date(2010, 1, 1), date(2026, 4, 30), 30, 3), (MAY, None, 21, 3)]
    audited = AuditRow.objects.get(subject_id=row_id)
    assert (audited.act, audited.after["loan_days"], audited.after["from"]) == ("edit_policies", 21, "2026-05-01")
    assert Entry.objects.filter(kind="policy_changed").count() == 2


def test_a_change_of_today_holds_at_once_and_may_be_changed_again_today(
    district: District, at: datetime, desk: Desk
) -> None:
    make_patron(card="C1", home=district.central)
    for barcode in ("I1", "I2"):
        make_item(barcode=barcode, home=district.central)
    cell = Cell(branch_id=district.central.id)

    change_policies(cell=cell, from_date=TODAY, states={"loan_days": 2}, at=at, desk=desk)
    first = checkout(item="I1", card="C1", at=at, desk=district.at_central)
    change_policies(cell=cell, from_date=TODAY, states={"loan_days": 20}, at=at, desk=desk)
    second = checkout(item="I2", card="C1", at=at, desk=district.at_central)

    assert (first.due_date, second.due_date) == (date(2026, 4, 25), date(2026, 5, 13))
    assert spans(district.central.id) == [(TODAY, None, 20, None)]
    mistaken = LoanPolicy.objects.get(id=first.policy_id)
    assert (mistaken.loan_days, mistaken.withdrawn_at) == (2, at)


def test_a_kind_that_is_withdrawn_falls_back(district: District, at: datetime, desk: Desk) -> None:
    make_policy(branch=district.central, loan_days=5, max_loans=2)
    make_patron(card="C1", home=district.central)
    make_item(barcode="I1", home=district.central)

    change_policies(
        cell=Cell(branch_id=district.central.id),
        from_date=TODAY,
        states={},
        withdraws={"loan_days"},
        at=at,
        desk=desk,
    )

    receipt = checkout(item="I1", card="C1", at=at, desk=district.at_central)
    assert (receipt.due_date, receipt.max_loans) == (date(2026, 5, 23), 2)


def test_a_change_for_some_days_gives_way_to_what_was(district: District, at: datetime, desk: Desk) -> None:
    change_policies(
        cell=Cell(),
        from_date=date(2026, 7, 1),
        last_date=date(2026, 8, 31),
        states={"loan_days": 60},
        at=at,
        desk=desk,
    )

    assert spans() == [
        (date(2010, 1, 1), date(2026, 6, 30), 30, 3),
        (date(2026, 7, 1), date(2026, 8, 31), 60, 3),
        (date(2026, 9, 1), None, 30, 3),
    ]


def test_every_problem_is_told_and_nothing_changes(district: District, at: datetime, desk: Desk) -> None:
    with pytest.raises(PolicyRefused) as caught:
        change_policies(
            cell=Cell(category_id=10**6),
            from_date=date(2026, 4, 22),
            last_date=date(2026, 4, 1),
            states={"loan_days": -1, "holds": "banana"},
            at=at,
            desk=desk,
        )

    assert refused(caught.value) == [
        ("past", ""),
        ("dates", ""),
        ("place", ""),
        ("number", "loan_days"),
        ("word", "holds"),
    ]
    assert spans() == [(date(2010, 1, 1), None, 30, 3)]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"states": {"loan_days": 30}}, ("unchanged", "")),
        ({"states": {}}, ("unchanged", "")),
        ({"states": {}, "withdraws": {"holds"}}, ("unchanged", "")),
        ({"states": {"fixed_due_rule": "exactly"}}, ("word", "fixed_due_rule")),
        ({"states": {"loan_days": 7}, "from_date": date(2036, 12, 31)}, ("far", "")),
        ({"states": {"loan_days": 7}, "last_date": date.max}, ("far", "")),
        ({"states": {"loan_days": 7}, "seen": "1:"}, ("meanwhile", "")),
    ],
)
def test_what_cannot_be_is_told(
    district: District, at: datetime, desk: Desk, values: dict[str, object], problem: tuple[str, str]
) -> None:
    with pytest.raises(PolicyRefused) as caught:
        change_policies(**{"cell": Cell(), "from_date": MAY, "at": at, "desk": desk, **values})  # type: ignore[arg-type]

    assert refused(caught.value) == [problem]


def test_rows_that_end_before_the_change_count_as_looked_at_and_a_second_change_by_the_same_look_does_not(
    district: District, at: datetime, desk: Desk
) -> None:
    cell, june, july = Cell(branch_id=district.south.id), date(2026, 6, 1), date(2026, 7, 1)
    change_policies(cell=cell, from_date=MAY, last_date=date(2026, 5, 31), states={"loan_days": 9}, at=at, desk=desk)
    seen = version_of(map(as_row, LoanPolicy.objects.filter(branch=district.south)))

    change_policies(cell=cell, from_date=june, states={"max_loans": 5}, seen=seen, at=at, desk=desk)
    with pytest.raises(PolicyRefused) as caught:
        change_policies(cell=cell, from_date=july, states={"max_loans": 6}, seen=seen, at=at, desk=desk)

    assert refused(caught.value) == [("meanwhile", "")]
    assert [(days, loans) for _first, _last, days, loans in spans(district.south.id)] == [(9, None), (None, 5)]


def test_the_rule_of_a_fixed_date_joins_the_date_that_stands_there(
    district: District, at: datetime, desk: Desk
) -> None:
    cell = Cell(branch_id=district.central.id)
    change_policies(cell=cell, from_date=TODAY, states={"fixed_due_date": date(2026, 6, 30)}, at=at, desk=desk)

    change_policies(cell=cell, from_date=TODAY, states={"fixed_due_rule": "not_after"}, at=at, desk=desk)
    with pytest.raises(PolicyRefused) as caught:
        change_policies(cell=cell, from_date=TODAY, states={}, withdraws={"fixed_due_date"}, at=at, desk=desk)

    assert refused(caught.value) == [("word", "fixed_due_rule")]


def test_who_may_change_one_branch_changes_no_other_and_not_all(district: District, at: datetime) -> None:
    desk = make_desk(district.children, acts=[Act.EDIT_POLICIES])

    change_policies(cell=Cell(branch_id=district.children.id), from_date=MAY, states={"loan_days": 9}, at=at, desk=desk)
    for cell in (Cell(), Cell(branch_id=district.central.id)):
        with pytest.raises(NotAllowed):
            change_policies(cell=cell, from_date=MAY, states={"loan_days": 9}, at=at, desk=desk)
    with pytest.raises(NotAllowed):
        begin_policies(at=at, desk=desk)
    with pytest.raises(NotAllowed):
        copy_policies(
            from_branch_id=district.children.id, to_branch_id=district.south.id, from_date=MAY, at=at, desk=desk
        )


def test_a_plan_that_is_dropped_lets_what_was_go_on(district: District, at: datetime, desk: Desk) -> None:
    (planned,) = change_policies(cell=Cell(), from_date=MAY, states={"loan_days": 21}, at=at, desk=desk)

    drop_planned_policy(policy_id=planned, at=at, desk=desk)

    assert spans() == [(date(2010, 1, 1), None, 30, 3)]
    for policy_id, reason in (
        (planned, PolicyReason.UNKNOWN),
        (LoanPolicy.objects.earliest("id").id, PolicyReason.HOLDS_ALREADY),
    ):
        with pytest.raises(PolicyRefused) as caught:
            drop_planned_policy(policy_id=policy_id, at=at, desk=desk)
        assert caught.value.reason is reason


def test_a_branch_takes_over_what_another_states(district: District, at: datetime, desk: Desk) -> None:
    child = make_category("child")
    make_policy(branch=district.children, loan_days=21)
    make_policy(branch=district.children, category=child, max_loans=6)
    make_policy(
        branch=district.children, category=child, item_type=district.book, loan_days=1, valid_to=date(2020, 1, 1)
    )
    make_policy(branch=district.south, loan_days=7, max_loans=2)

    def copy() -> int:
        return copy_policies(
            from_branch_id=district.children.id, to_branch_id=district.south.id, from_date=MAY, at=at, desk=desk
        )

    count = copy()
    with pytest.raises(PolicyRefused) as again:
        copy()

    assert count == 2
    assert spans(district.south.id) == [(date(2010, 1, 1), date(2026, 4, 30), 7, 2), (MAY, None, 21, 2)]
    assert LoanPolicy.objects.get(branch=district.south, category=child).max_loans == 6
    assert refused(again.value) == [("unchanged", "")]


@pytest.mark.parametrize(("source", "problem"), [("south", "same_branch"), ("central", "nothing_there")])
def test_nothing_is_copied_from_itself_or_from_nothing(
    district: District, at: datetime, desk: Desk, source: str, problem: str
) -> None:
    with pytest.raises(PolicyRefused) as caught:
        copy_policies(
            from_branch_id=getattr(district, source).id,
            to_branch_id=district.south.id,
            from_date=MAY,
            at=at,
            desk=desk,
        )

    assert refused(caught.value) == [(problem, "")]


def test_a_copy_that_fails_half_way_leaves_nothing(district: District, at: datetime, desk: Desk) -> None:
    make_policy(branch=district.children, loan_days=21)
    make_policy(branch=district.children, item_type=district.book, fixed_due_date=date(2026, 6, 30), fixed_due_rule="")
    broken = make_policy(branch=district.children, category=district.adult, loan_days=3)
    LoanPolicy.objects.filter(id=broken.id).update(holds="banana")

    with pytest.raises(PolicyRefused):
        copy_policies(
            from_branch_id=district.children.id, to_branch_id=district.south.id, from_date=MAY, at=at, desk=desk
        )

    assert not LoanPolicy.objects.filter(branch=district.south).exists()


def test_a_library_without_any_row_begins_with_one(district: District, at: datetime, desk: Desk) -> None:
    LoanPolicy.objects.all().delete()

    added = (begin_policies(at=at, desk=desk), begin_policies(at=at, desk=desk))

    assert added == (1, 0)
    assert spans() == [(date(1900, 1, 1), None, 30, 10)]
    assert AuditRow.objects.get(act="edit_policies").after["loan_days"] == 30


def test_two_changes_at_once_are_both_kept_and_one_that_has_not_seen_the_other_is_told(
    fresh_database: str, at: datetime
) -> None:
    district = make_district()
    desk = make_desk(district.central, acts=[Act.EDIT_POLICIES], everywhere=True)
    cell = Cell(branch_id=district.south.id)
    wishes: list[Kinds] = [{"loan_days": 4}, {"max_loans": 4}, {"max_holds": 4}, {"hold_days": 4}]

    results = at_once(
        *(
            lambda states=states: change_policies(cell=cell, from_date=TODAY, states=states, at=at, desk=desk)
            for states in wishes
        )
    )
    seen = policy_cell(cell=cell, on=TODAY).version
    told = at_once(
        *(
            lambda days=days: change_policies(
                cell=cell, from_date=TODAY, states={"loan_days": days}, seen=seen, at=at, desk=desk
            )
            for days in (8, 9)
        )
    )

    assert not [one for one in results if isinstance(one, Exception)]
    row = LoanPolicy.objects.get(branch=district.south, withdrawn_at=None)
    assert (row.max_loans, row.max_holds, row.hold_days) == (4, 4, 4)
    lost = [one for one in told if isinstance(one, PolicyRefused)]
    assert [problem for one in lost for problem in one.problems] == [PolicyProblem(PolicyReason.MEANWHILE)]


def test_a_change_further_ahead_than_the_plan_that_was_seen_is_made(
    district: District, at: datetime, desk: Desk
) -> None:
    change_policies(cell=Cell(), from_date=MAY, states={"loan_days": 21}, at=at, desk=desk)
    seen = policy_cell(cell=Cell(), on=TODAY).version

    change_policies(cell=Cell(), from_date=date(2026, 6, 1), states={"loan_days": 14}, seen=seen, at=at, desk=desk)

    assert [days for _first, _last, days, _most in spans()] == [30, 21, 14]
