"""Renewing: by today's row of the branch that lent, never shorter, and each refusal."""

from datetime import date, datetime, timedelta

import pytest

from tests.factories.catalogue import make_item, make_item_type
from tests.factories.circulation import District, make_policy
from tests.factories.network import make_hours
from tests.factories.patrons import make_patron
from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.lending.circulation.models import Loan, LoanPolicy
from wenyuan.lending.circulation.operations import Refused, checkin, checkout, renew, renew_all
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.organisation.journal.models import Entry

BARCODE = "2300001"
CARD = "C0001"


@pytest.fixture
def lent(district: District, at: datetime) -> Patron:
    """An item lent on 23 April, due on Saturday 23 May."""
    patron = make_patron(card=CARD, home=district.central)
    make_item(barcode=BARCODE, home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    return patron


def codes(district: District, at: datetime, **arguments: str) -> list[BlockCode]:
    """The blocks that a renewal is refused with."""
    with pytest.raises(Refused) as caught:
        renew(item=BARCODE, at=at, desk=district.at_central, **arguments)  # type: ignore[arg-type] # a card or nothing
    return [block.code for block in caught.value.blocks]


def test_a_renewal_counts_from_today_and_is_told_by_the_journal(district: District, at: datetime, lent: Patron) -> None:
    receipt = renew(item=BARCODE, at=at + timedelta(days=10), desk=district.at_children, card=CARD)

    assert receipt.due_date == date(2026, 6, 2)
    assert (receipt.renewals, receipt.renewals_left, receipt.repeated) == (1, 0, False)
    entry = Entry.objects.get(kind="renewal")
    assert (entry.branch_id, entry.quantity, entry.subject_kind) == (district.children.id, 1, "item")


def test_today_s_row_decides_not_the_row_of_the_day_of_lending(district: District, at: datetime, lent: Patron) -> None:
    LoanPolicy.objects.update(valid_to=date(2026, 4, 30))
    row = make_policy(valid_from=date(2026, 5, 1), loan_days=14, max_renewals=2)

    receipt = renew(item=BARCODE, at=at + timedelta(days=20), desk=district.at_central)

    assert receipt.due_date == date(2026, 5, 27)
    assert receipt.renewals_left == 1
    assert Loan.objects.get().policy_id == row.id


def test_a_renewal_that_would_not_lengthen_the_loan_is_refused(district: District, at: datetime, lent: Patron) -> None:
    LoanPolicy.objects.update(renewal_days=7)

    assert codes(district, at + timedelta(days=1)) == [BlockCode.RENEWAL_GAINS_NOTHING]
    assert Loan.objects.get().renewals == 0


def test_the_limit_of_renewals_holds(district: District, at: datetime, lent: Patron) -> None:
    renew(item=BARCODE, at=at + timedelta(days=5), desk=district.at_central)

    assert codes(district, at + timedelta(days=9)) == [BlockCode.RENEWAL_LIMIT]


def test_asking_again_within_ten_minutes_renews_once(district: District, at: datetime, lent: Patron) -> None:
    first = renew(item=BARCODE, at=at + timedelta(days=5), desk=district.at_central)

    again = renew(item=BARCODE, at=at + timedelta(days=5, minutes=4), desk=district.at_central)

    assert (again.repeated, again.due_at, again.renewals) == (True, first.due_at, 1)
    assert Entry.objects.filter(kind="renewal").count() == 1


def test_another_reader_s_card_renews_nothing(district: District, at: datetime, lent: Patron) -> None:
    make_patron("王芳", card="C0002", home=district.central)

    assert codes(district, at + timedelta(days=5), card="C0002") == [BlockCode.ITEM_ON_LOAN_TO_OTHER]


@pytest.mark.parametrize(
    ("status", "block"),
    [
        ("lost", BlockCode.CARD_LOST),
        ("replaced", BlockCode.CARD_REPLACED),
        ("removed", BlockCode.PATRON_UNKNOWN),
    ],
)
def test_a_card_that_no_longer_counts_renews_nothing(
    district: District, at: datetime, lent: Patron, status: str, block: BlockCode
) -> None:
    Token.objects.update(status=status)

    assert codes(district, at + timedelta(days=5), card=CARD) == [block]
    assert codes(district, at + timedelta(days=5), card="nobody's") == [BlockCode.PATRON_UNKNOWN]
    assert renew(item=BARCODE, at=at + timedelta(days=5), desk=district.at_central).renewals == 1


def test_who_may_not_borrow_may_not_renew(district: District, at: datetime, lent: Patron) -> None:
    Patron.objects.update(status="suspended", expires_date=date(2026, 4, 25), version=2)

    assert codes(district, at + timedelta(days=5)) == [BlockCode.PATRON_SUSPENDED, BlockCode.PATRON_EXPIRED]


def test_what_is_not_on_loan_or_already_taken_back_is_not_renewed(
    district: District, at: datetime, lent: Patron
) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_south)
    taken = codes(district, at + timedelta(days=1))
    checkin(item=BARCODE, at=at + timedelta(days=2), desk=district.at_central)
    returned = codes(district, at + timedelta(days=3))

    assert taken == [BlockCode.NOT_ON_LOAN]
    assert returned == [BlockCode.NOT_ON_LOAN]


def test_an_unknown_item_is_refused(district: District, at: datetime) -> None:
    assert codes(district, at) == [BlockCode.ITEM_UNKNOWN]


def test_an_overdue_loan_may_be_renewed_and_the_new_date_lies_ahead(
    district: District, at: datetime, lent: Patron
) -> None:
    receipt = renew(item=BARCODE, at=at + timedelta(days=40), desk=district.at_central)

    assert receipt.due_date == date(2026, 7, 2)


def test_length_and_limit_of_a_renewal_are_the_lenders_wherever_it_is_asked(
    district: District, at: datetime, lent: Patron
) -> None:
    make_policy(branch=district.children, renewal_days=60, max_renewals=9)

    receipt = renew(item=BARCODE, at=at + timedelta(days=10), desk=district.at_children)

    assert (receipt.due_date, receipt.renewals_left) == (date(2026, 6, 2), 0)


def test_what_was_lifted_stands_in_the_journal_and_nothing_else(district: District, at: datetime, lent: Patron) -> None:
    Patron.objects.update(expires_date=date(2026, 4, 24), version=2)
    everything = frozenset(BlockCode)

    renew(item=BARCODE, at=at + timedelta(days=5), desk=district.at_central, waive=everything)

    assert Entry.objects.get(kind="renewal").details["waived"] == ["patron_expired"]


def test_that_a_renewal_gains_nothing_is_told_with_the_other_reasons(
    district: District, at: datetime, lent: Patron
) -> None:
    Patron.objects.update(status="suspended", version=2)

    assert codes(district, at) == [BlockCode.PATRON_SUSPENDED, BlockCode.RENEWAL_GAINS_NOTHING]


def test_a_renewed_loan_falls_due_when_the_lender_is_open_wherever_it_is_asked(
    district: District, at: datetime, lent: Patron
) -> None:
    make_hours(district.children, weekdays=[0])  # open on Mondays, too

    receipt = renew(item=BARCODE, at=at + timedelta(days=16), desk=district.at_children)

    assert receipt.due_date == date(2026, 6, 9)  # thirty days later is Monday, 8 June


def test_everything_is_renewed_each_loan_for_itself(district: District, at: datetime) -> None:
    make_policy(item_type=make_item_type("audio"), max_renewals=0)
    make_patron(card="A1", home=district.central)
    make_item(barcode="A-book", home=district.central)
    make_item(barcode="A-audio", home=district.central, item_type=make_item_type("audio"))
    for barcode in ("A-book", "A-audio"):
        checkout(item=barcode, card="A1", at=at, desk=district.at_central)

    ones = renew_all(card="A1", at=at + timedelta(days=5), desk=district.at_children)

    assert [(one.barcode, one.receipt is not None, [block.code for block in one.blocks]) for one in ones] == [
        ("A-book", True, []),
        ("A-audio", False, [BlockCode.RENEWAL_LIMIT]),
    ]


def test_who_has_nothing_renews_nothing_and_a_card_of_nobody_is_told(district: District, at: datetime) -> None:
    make_patron(card="A1", home=district.central)

    assert renew_all(card="A1", at=at, desk=district.at_central) == ()
    with pytest.raises(Refused) as caught:
        renew_all(card="A9", at=at, desk=district.at_central)
    assert caught.value.blocks == (Block(BlockCode.PATRON_UNKNOWN),)


def test_a_removed_card_does_not_tell_what_its_reader_has(district: District, at: datetime, lent: Patron) -> None:
    Token.objects.filter(patron=lent).update(status="removed")

    with pytest.raises(Refused) as caught:
        renew_all(card=CARD, at=at, desk=district.at_central)

    assert caught.value.blocks == (Block(BlockCode.PATRON_UNKNOWN),)


def test_of_everything_only_what_is_named_is_renewed_and_nothing_of_others(district: District, at: datetime) -> None:
    for card in ("A1", "A2"):
        make_patron(card=card, home=district.central)
        for number in (1, 2):
            make_item(barcode=f"{card}-{number}", home=district.central)
            checkout(item=f"{card}-{number}", card=card, at=at, desk=district.at_central)

    ones = renew_all(card="A1", at=at + timedelta(days=5), desk=district.at_central, only={"A1-2", "A2-1"})

    assert [one.barcode for one in ones] == ["A1-2"]
    assert Loan.objects.filter(renewals=1).count() == 1
