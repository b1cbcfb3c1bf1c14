"""The policy matrix changes by dated rows, and only by who may."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District
from tests.factories.patrons import make_patron
from wenyuan.lending.circulation.models import LoanPolicy
from wenyuan.lending.circulation.operations import PolicyOverlap, add_policy, checkout, end_policy
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed


def test_a_new_row_ends_the_running_one_and_holds_at_once(district: District, at: datetime) -> None:
    desk = make_desk(district.central, acts=[Act.EDIT_POLICIES], everywhere=True)
    make_patron(card="C1", home=district.central)
    make_item(barcode="I1", home=district.central)

    policy_id = add_policy(at=at, desk=desk, valid_from=date(2026, 4, 23), loan_days=10, max_loans=5)
    receipt = checkout(item="I1", card="C1", at=at, desk=district.at_central)

    before, now = LoanPolicy.objects.order_by("id")
    assert (before.valid_to, now.valid_to) == (date(2026, 4, 22), None)
    assert (receipt.policy_id, receipt.due_date, receipt.max_loans) == (policy_id, date(2026, 5, 3), 5)
    assert AuditRow.objects.get(act="edit_policies").subject_id == policy_id


def test_a_row_that_begins_before_another_of_its_place_is_refused(district: District, at: datetime) -> None:
    desk = make_desk(district.central, acts=[Act.EDIT_POLICIES], everywhere=True)

    with pytest.raises(PolicyOverlap):
        add_policy(at=at, desk=desk, valid_from=date(2009, 1, 1), loan_days=10)

    assert LoanPolicy.objects.count() == 1


def test_an_ended_row_no_longer_holds(district: District, at: datetime) -> None:
    desk = make_desk(district.central, acts=[Act.EDIT_POLICIES], everywhere=True)
    policy_id = add_policy(at=at, desk=desk, branch_id=district.central.id, valid_from=date(2026, 1, 1), loan_days=3)
    end_policy(at=at, desk=desk, policy_id=policy_id, last_date=date(2026, 4, 22))
    make_patron(card="C1", home=district.central)
    make_item(barcode="I1", home=district.central)

    receipt = checkout(item="I1", card="C1", at=at, desk=district.at_central)

    assert receipt.due_date == date(2026, 5, 23)


def test_a_row_for_every_branch_needs_the_right_everywhere(district: District, at: datetime) -> None:
    desk = make_desk(district.central, acts=[Act.EDIT_POLICIES])

    everywhere = LoanPolicy.objects.get().id
    add_policy(at=at, desk=desk, branch_id=district.central.id, valid_from=date(2026, 1, 1), loan_days=3)
    with pytest.raises(NotAllowed):
        add_policy(at=at, desk=desk, valid_from=date(2026, 5, 1), loan_days=3)
    with pytest.raises(NotAllowed):
        end_policy(
            at=at, desk=replace(desk, branch_id=district.south.id), policy_id=everywhere, last_date=date(2027, 1, 1)
        )
