"""Trying the rules out says what the desk would say, for readers and items that are there or only supposed."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_policy
from tests.factories.network import make_closure
from tests.factories.patrons import make_category, make_patron
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.models import Hold, Loan, LoanPolicy
from wenyuan.lending.circulation.operations import Cell, Refused, checkin, checkout, renew
from wenyuan.lending.circulation.queries import Supposed, Trial, preview_checkout, try_policies
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Act

TODAY = date(2026, 4, 23)


def tried(district: District, **case: object) -> Trial:
    given: dict[str, object] = {
        "branch_id": district.central.id,
        "on": TODAY,
        "category_id": district.adult.id,
        "item_type_id": district.book.id,
    }
    return try_policies(supposed=Supposed(**{**given, **case}), desk=district.at_central)  # type: ignore[arg-type]


def codes(trial: Trial) -> list[BlockCode]:
    return [block.code for block in trial.lending.blocks]


def test_somebody_supposed_is_lent_something_supposed_and_nothing_is_written(district: District) -> None:
    make_policy(branch=district.central, item_type=district.book, loan_days=7)

    trial = tried(district)

    assert (trial.lending.blocks, trial.lending.day) == ((), date(2026, 4, 30))
    assert trial.given["loan_days"] == (7, Cell(district.central.id, None, district.book.id))
    assert trial.given["max_loans"] == (3, Cell())
    assert trial.renewal is not None
    assert (trial.renewal.blocks, trial.renewal.day) == ((), date(2026, 5, 30))
    assert (trial.hold.blocks, trial.send_to) == ((), None)
    assert (Loan.objects.count(), Hold.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_a_child_is_told_every_reason_and_who_may_lift_it(district: District) -> None:
    child = make_category("child")
    make_policy(category=child, minimum_age=8, in_library_only=True)

    trial = tried(district, category_id=child.id, age=7)
    old_enough = tried(district, category_id=child.id, age=8)

    assert [(block.code, block.waiver) for block in trial.lending.blocks] == [
        (BlockCode.ITEM_IN_LIBRARY_ONLY, Act.WAIVE_CONDITION),
        (BlockCode.PATRON_TOO_YOUNG, Act.WAIVE_LIMIT),
    ]
    assert codes(old_enough) == [BlockCode.ITEM_IN_LIBRARY_ONLY]
    assert [block.code for block in trial.hold.blocks] == [BlockCode.NOTHING_TO_HOLD]


def test_where_nothing_gives_a_length_nothing_is_lent(district: District) -> None:
    LoanPolicy.objects.all().delete()

    trial = tried(district)

    assert codes(trial) == [BlockCode.NO_POLICY]
    assert (trial.steps, trial.renewal, dict(trial.given)) == (None, None, {})


def test_the_steps_of_the_due_date_are_told(district: District) -> None:
    make_policy(branch=district.central, loan_days=40, fixed_due_date=date(2026, 5, 25), fixed_due_rule="not_after")
    make_closure(district.central, date(2026, 5, 26), date(2026, 5, 27))

    steps = tried(district).steps

    assert steps is not None  # 25 May is a Monday, on which every branch is closed
    assert (steps.counted, steps.bound, steps.base) == (date(2026, 6, 2), date(2026, 5, 25), date(2026, 5, 26))
    assert steps.day >= date(2026, 5, 28)


def test_a_reader_and_an_item_that_are_there_are_answered_as_at_the_desk(district: District, at: datetime) -> None:
    make_patron(card="C1", home=district.central, category=district.adult)
    for number in range(4):
        make_item(barcode=f"I{number}", home=district.central)
        if number < 3:
            checkout(item=f"I{number}", card="C1", at=at, desk=district.at_central)

    trial = tried(district, card="C1", barcode="I3")

    preview = preview_checkout(item="I3", card="C1", at=at, desk=district.at_central)
    assert trial.lending.blocks == preview.blocks
    assert codes(trial) == [BlockCode.LOAN_LIMIT]
    assert trial.lending.day == preview.due_date
    assert codes(tried(district, card="nobody", barcode="nothing")) == [
        BlockCode.PATRON_UNKNOWN,
        BlockCode.ITEM_UNKNOWN,
    ]


def test_an_item_on_loan_is_renewed_and_comes_back_as_at_the_desk(district: District, at: datetime) -> None:
    make_patron(card="C1", home=district.central, category=district.adult)
    make_item(barcode="I1", home=district.central)
    checkout(item="I1", card="C1", at=at, desk=district.at_central)
    on = date(2026, 5, 14)

    trial = tried(district, card="C1", barcode="I1", on=on, back_at_branch_id=district.children.id)

    later = at.replace(month=5, day=14)
    renewed = renew(item="I1", at=later, desk=district.at_central)
    back = checkin(item="I1", at=later, desk=replace(district.at_children))
    assert codes(trial) == [BlockCode.ITEM_ON_LOAN_ALREADY]
    assert trial.renewal is not None
    assert trial.renewal.day == renewed.due_date == date(2026, 6, 13)
    assert trial.send_to == back.send_to == district.central.id


def test_the_renewal_that_is_supposed_knows_the_limit(district: District, at: datetime) -> None:
    make_policy(branch=district.central, max_renewals=0)
    make_patron(card="C1", home=district.central, category=district.adult)
    make_item(barcode="I1", home=district.central)

    trial = tried(district)

    assert trial.renewal is not None
    assert [block.code for block in trial.renewal.blocks] == [BlockCode.RENEWAL_LIMIT]
    checkout(item="I1", card="C1", at=at, desk=district.at_central)
    with pytest.raises(Refused) as caught:
        renew(item="I1", at=at.replace(month=5, day=20), desk=district.at_central)
    assert caught.value.blocks == trial.renewal.blocks
