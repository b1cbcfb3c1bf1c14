"""Loans that renew themselves the night before they fall due, where the policy says so."""

from datetime import datetime, timedelta

import pytest

from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_policy
from tests.factories.patrons import make_patron
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkout, claim_returned, place_hold, renew_automatically
from wenyuan.organisation.journal.models import Entry

BARCODE = "2300001"
CARD = "C0001"


@pytest.fixture
def night(district: District, at: datetime) -> datetime:
    """An item is lent that may renew itself; gives the night before its due date."""
    make_policy(branch=district.central, auto_renew=True)
    make_patron("陈小雨", card=CARD, home=district.central)
    make_item(barcode=BARCODE, home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    return Loan.objects.get().due_at - timedelta(days=1, hours=6)


def test_it_is_renewed_once_by_nobody_and_the_journal_says_so(district: District, night: datetime) -> None:
    due = Loan.objects.get().due_at

    assert renew_automatically(at=night - timedelta(days=1)) == 0  # two days before: too early
    assert renew_automatically(at=night) == 1
    assert renew_automatically(at=night) == 0

    loan = Loan.objects.get()
    assert (loan.renewals, loan.renewed_by_id, loan.due_at > due) == (1, None, True)
    entry = Entry.objects.get(kind="renewal")
    assert (entry.door, entry.operator_id, entry.details["automatic"]) == ("worker", None, True)


def test_a_night_that_was_missed_is_made_up_for_on_the_day_itself(district: District, night: datetime) -> None:
    assert renew_automatically(at=night + timedelta(days=1)) == 1


def test_what_is_overdue_does_not_renew_itself(district: District, night: datetime) -> None:
    assert renew_automatically(at=night + timedelta(days=3)) == 0


def test_it_asks_what_every_renewal_asks(district: District, at: datetime, night: datetime) -> None:
    make_patron("林一", card="C0002", home=district.central)
    place_hold(card="C0002", item=BARCODE, pickup_branch_id=district.central.id, at=at, desk=district.at_central)

    assert renew_automatically(at=night) == 0
    assert Loan.objects.get().renewals == 0


def test_the_limit_of_renewals_holds_here_too(district: District, night: datetime) -> None:
    Loan.objects.update(renewals=1)

    assert renew_automatically(at=night) == 0


def test_without_the_policy_or_with_a_claim_nothing_happens(district: District, at: datetime, night: datetime) -> None:
    claim_returned(item=BARCODE, at=at, desk=district.at_central)
    make_policy(branch=district.children, auto_renew=False)
    make_item(barcode="2", home=district.children)
    make_patron("林一", card="C0002", home=district.central)
    checkout(item="2", card="C0002", at=at, desk=district.at_children)

    assert renew_automatically(at=night) == 0
