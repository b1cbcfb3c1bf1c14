"""The policy matrix changes by dated rows, and only by who may."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_policy
from tests.factories.network import make_group
from tests.factories.patrons import make_patron
from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.lending.circulation.models import LoanPolicy
from wenyuan.lending.circulation.operations import (
    PolicyReason,
    PolicyRefused,
    Refused,
    add_policy,
    checkin,
    checkout,
    end_policy,
    install_default_policies,
)
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.organisation.journal.models import Entry
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
    assert list(Entry.objects.filter(kind="policy_changed").order_by("id").values_list("subject_id", flat=True)) == [
        before.id,
        policy_id,
    ]
    ended, added = AuditRow.objects.filter(act="edit_policies").order_by("id")
    assert (ended.subject_id, ended.after) == (before.id, {"to": "2026-04-22"})
    assert (added.subject_id, added.after) == (
        policy_id,
        {"from": "2026-04-23", "loan_days": 10, "max_loans": 5},
    )


def test_a_row_that_begins_before_another_of_its_place_is_refused(district: District, at: datetime) -> None:
    desk = make_desk(district.central, acts=[Act.EDIT_POLICIES], everywhere=True)

    with pytest.raises(PolicyRefused) as caught:
        add_policy(at=at, desk=desk, valid_from=date(2009, 1, 1), loan_days=10)

    assert caught.value.reason is PolicyReason.OVERLAP

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


def test_a_row_before_another_of_its_place_is_added_when_it_ends_in_time(district: District, at: datetime) -> None:
    desk = make_desk(district.central, acts=[Act.EDIT_POLICIES], everywhere=True)

    add_policy(at=at, desk=desk, valid_from=date(2009, 1, 1), valid_to=date(2009, 12, 31), loan_days=10)

    assert LoanPolicy.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"loan_days": -3}, PolicyReason.NUMBER),
        ({"loan_days": 3, "renewal_days": -3}, PolicyReason.NUMBER),
        ({"max_loans": 40_000}, PolicyReason.NUMBER),
        ({"fine_day_fen": 10_000_001}, PolicyReason.NUMBER),
        ({"suspension_percent": 1_001}, PolicyReason.NUMBER),
        ({"return_route": "banana"}, PolicyReason.ROUTE),
        ({"on_closed_day": "banana"}, PolicyReason.WORD),
        ({"fixed_due_rule": "exactly"}, PolicyReason.WORD),
        ({"loan_days": 3, "valid_to": date(2026, 4, 22)}, PolicyReason.DATES),
        ({}, PolicyReason.EMPTY),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(
    district: District, at: datetime, values: dict[str, object], reason: PolicyReason
) -> None:
    desk = make_desk(district.central, acts=[Act.EDIT_POLICIES], everywhere=True)

    with pytest.raises(PolicyRefused) as caught:
        add_policy(at=at, desk=desk, valid_from=date(2026, 4, 23), **values)  # type: ignore[arg-type] # one a case

    assert caught.value.reason is reason
    assert LoanPolicy.objects.count() == 1


def test_the_database_keeps_bad_numbers_and_overlaps_out(district: District) -> None:
    with pytest.raises(IntegrityError, match="circulation_policy_numbers"), transaction.atomic():
        make_policy(branch=district.south, max_overdue=-1)
    make_policy(branch=district.south, loan_days=3, valid_to=date(2026, 4, 23))
    with pytest.raises(IntegrityError, match="circulation_policy_no_overlap"), transaction.atomic():
        make_policy(branch=district.south, loan_days=3, valid_from=date(2026, 4, 23))

    assert make_policy(branch=district.south, loan_days=3, valid_from=date(2026, 4, 24)).valid_to is None


def test_an_ended_row_is_not_stretched_over_its_successor(district: District, at: datetime) -> None:
    desk = make_desk(district.central, acts=[Act.EDIT_POLICIES], everywhere=True)
    old = LoanPolicy.objects.get().id
    add_policy(at=at, desk=desk, valid_from=date(2026, 4, 23), loan_days=10)

    reasons = []
    for policy_id, last_date in ((old, date(2027, 1, 1)), (old, date(2000, 1, 1)), (10**9, date(2027, 1, 1))):
        with pytest.raises(PolicyRefused) as caught:
            end_policy(at=at, desk=desk, policy_id=policy_id, last_date=last_date)
        reasons.append(caught.value.reason)

    assert reasons == [PolicyReason.OVERLAP, PolicyReason.DATES, PolicyReason.UNKNOWN]


def test_the_first_row_is_installed_once_and_only_where_there_is_none(db: None) -> None:
    added = (install_default_policies(), install_default_policies())

    row = LoanPolicy.objects.get()
    assert added == (1, 0)
    assert (row.valid_from, row.valid_to, row.loan_days, row.renewal_days) == (date(1900, 1, 1), None, 30, 30)
    assert (row.max_renewals, row.max_loans, row.max_overdue) == (1, 10, 0)


def test_a_return_route_holds_where_only_other_rows_give_lengths(district: District, at: datetime) -> None:
    LoanPolicy.objects.all().delete()
    make_policy(category=district.adult, loan_days=30)
    make_policy(branch=district.central, return_route="float")
    make_patron(card="C1", home=district.central, category=district.adult)
    make_item(barcode="I1", home=district.central)
    checkout(item="I1", card="C1", at=at, desk=district.at_central)

    assert checkin(item="I1", at=at, desk=district.at_children).send_to is None


def test_a_return_route_may_depend_on_who_had_the_item(district: District, at: datetime) -> None:
    make_policy(branch=district.central, category=district.adult, return_route="float")
    make_patron(card="C1", home=district.central, category=district.adult)
    make_item(barcode="I1", home=district.central)
    checkout(item="I1", card="C1", at=at, desk=district.at_central)

    assert checkin(item="I1", at=at, desk=district.at_children).send_to is None


def test_what_a_patron_may_have_is_known_where_lengths_depend_on_the_item(district: District, at: datetime) -> None:
    LoanPolicy.objects.all().delete()
    make_policy(item_type=district.book, loan_days=30)
    make_policy(max_loans=3)
    patron = make_patron(card="C1", home=district.central)

    has = patron_loans(patron_id=patron.id, branch_id=district.central.id, at=at)

    assert has is not None
    assert (has.max_loans, has.blocks) == (3, ())


def test_the_home_of_an_item_says_where_it_goes_not_the_branch_it_is_returned_to(
    district: District, at: datetime
) -> None:
    make_policy(branch=district.children, return_route="float")
    make_patron(card="C1", home=district.central)
    make_item(barcode="I1", home=district.central)
    checkout(item="I1", card="C1", at=at, desk=district.at_central)

    assert checkin(item="I1", at=at, desk=district.at_children).send_to == district.central.id


def test_an_item_may_stay_with_the_branch_that_lent_it(district: District, at: datetime) -> None:
    make_policy(branch=district.central, return_route="stay")
    make_patron(card="C1", home=district.central)
    make_item(barcode="I1", home=district.central)
    make_group("G2", [district.central, district.children, district.south])
    checkout(item="I1", card="C1", at=at, desk=district.at_children)

    away = checkin(item="I1", at=at, desk=district.at_south)
    back = checkin(item="I1", at=at, desk=district.at_children)

    assert (away.send_to, back.send_to, back.arrived, back.item.state) == (
        district.children.id,
        None,
        True,
        "available",
    )


def test_an_item_may_be_kept_from_the_young(district: District, at: datetime) -> None:
    make_policy(item_type=district.book, minimum_age=18)
    make_patron(card="C1", home=district.central, birth_date=date(2008, 4, 24))
    make_item(barcode="I1", home=district.central)

    with pytest.raises(Refused) as caught:
        checkout(item="I1", card="C1", at=at, desk=district.at_central)

    assert caught.value.blocks == (Block(BlockCode.PATRON_TOO_YOUNG, Act.WAIVE_LIMIT, {"age": 18}),)
