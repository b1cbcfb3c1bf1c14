"""Loans that renew themselves the night before they fall due, where the policy says so."""

from datetime import datetime, timedelta

import pytest

from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_policy
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkout, claim_returned, place_hold, renew, renew_automatically
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.notices.models import Notice
from wenyuan.plumbing.clock import local_date

BARCODE = "2300001"
CARD = "C0001"
LIMIT = BlockCode.RENEWAL_LIMIT


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


def told() -> list[tuple[str, str]]:
    while deliver(at=Loan.objects.get().lent_at):
        continue
    rows = Notice.objects.select_related("message").order_by("id")
    return [(row.message.kind if row.message else "", row.once) for row in rows]


def test_its_reader_is_told_once_that_it_has_renewed_itself(district: District, night: datetime) -> None:
    renew_automatically(at=night)
    loan = Loan.objects.get()

    assert told() == [("loan_renewed", f"loan_renewed:{loan.id}:{local_date(loan.due_at)}")]
    renew(item=BARCODE, at=night + timedelta(days=20), desk=district.at_central, waive=frozenset({LIMIT}))
    assert len(told()) == 1, "what somebody renews is told at the desk"


def test_its_reader_is_told_once_that_it_could_not(district: District, night: datetime) -> None:
    Loan.objects.update(renewals=1)
    loan = Loan.objects.get()

    for _ in range(2):
        renew_automatically(at=night)

    assert told() == [("renewal_refused", f"renewal_refused:{loan.id}:{local_date(loan.due_at)}")]


def test_nobody_is_told_of_what_does_not_renew_itself_or_gains_nothing_by_it(
    district: District, night: datetime
) -> None:
    make_policy(branch=district.central, item_type=district.book, renewal_days=0, renewals_from="due_date")
    Item.objects.update(item_type=district.book)
    renew_automatically(at=night)
    make_policy(branch=district.central, category=district.adult, auto_renew=False)
    Patron.objects.update(category=district.adult)
    Loan.objects.update(renewals=1)
    renew_automatically(at=night)

    assert told() == []
