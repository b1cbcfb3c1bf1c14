"""What a reader owes, has deposited and has on loan stops a checkout where the policy says so, to the fen."""

from datetime import datetime

import pytest

from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_policy
from tests.factories.fees import make_charge, make_deposit, make_payment
from tests.factories.patrons import make_patron
from tests.racing import interrupted
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.checking_out import checkout_plan
from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.lending.circulation.everyday import Request
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import Refused, checkout, renew
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.statements import run

CARD = "C0001"


@pytest.fixture
def patron(district: District) -> Patron:
    for number in (1, 2):
        make_item(barcode=f"I{number}", home=district.central, price_fen=3000)
    return make_patron("陈小雨", card=CARD, home=district.central)


def lend(district: District, at: datetime, item: str = "I1", *waive: BlockCode) -> list[Block]:
    """The blocks of a checkout, none where it was made."""
    try:
        checkout(item=item, card=CARD, at=at, desk=district.at_central, waive=frozenset(waive))
    except Refused as refused:
        return list(refused.blocks)
    return []


def test_who_owes_more_than_the_most_borrows_nothing_and_who_owes_just_that_does_r49(
    district: District, patron: Patron, at: datetime
) -> None:
    make_policy(branch=district.central, max_owed_fen=1000)
    make_charge(patron, 1001, at=at, desk=district.at_central)

    refused = lend(district, at)
    told = patron_loans(patron_id=patron.id, branch_id=district.central.id, at=at)
    make_payment(patron, 1, at=at, desk=district.at_central)

    assert refused == [Block(BlockCode.DEBTS, Act.WAIVE_LIMIT, {"amount": "10.01", "most": "10.00"})]
    assert told is not None
    assert told.blocks == tuple(refused)
    assert lend(district, at) == []


def test_debts_stop_a_renewal_too_r45(district: District, patron: Patron, at: datetime) -> None:
    lend(district, at)
    make_policy(branch=district.central, max_owed_fen=0)
    make_charge(patron, 1, at=at, desk=district.at_central)

    with pytest.raises(Refused) as caught:
        renew(item="I1", at=at.replace(day=28), desk=district.at_central)

    assert [block.code for block in caught.value.blocks] == [BlockCode.DEBTS]


def test_a_deposit_that_is_wanted_must_be_there_in_full(district: District, patron: Patron, at: datetime) -> None:
    make_policy(branch=district.central, deposit_fen=10_000)
    make_deposit(patron, 9_999, at=at, desk=district.at_central)

    refused = lend(district, at)
    make_deposit(patron, 1, at=at, desk=district.at_central)

    assert refused == [Block(BlockCode.DEPOSIT_WANTED, Act.WAIVE_LIMIT, {"amount": "99.99", "most": "100.00"})]
    assert lend(district, at) == []


def test_all_loans_together_are_worth_no_more_than_the_deposit_r50(
    district: District, patron: Patron, at: datetime
) -> None:
    make_policy(branch=district.central, value_within_deposit=True)
    make_deposit(patron, 6_000, at=at, desk=district.at_central)
    make_item(barcode="I3", home=district.central, price_fen=1)

    lent = [lend(district, at, item) for item in ("I1", "I2")]

    assert lent == [[], []]
    assert lend(district, at, "I3") == [
        Block(BlockCode.VALUE_ABOVE_DEPOSIT, Act.WAIVE_LIMIT, {"amount": "60.01", "most": "60.00"})
    ]


def test_an_item_without_a_price_counts_with_that_of_its_type(district: District, patron: Patron, at: datetime) -> None:
    make_policy(branch=district.central, value_within_deposit=True)
    make_deposit(patron, 4_999, at=at, desk=district.at_central)
    Item.objects.update(price_fen=None)

    assert [block.facts["amount"] for block in lend(district, at)] == ["50.00"]


def test_who_may_lift_limits_lends_all_the_same_and_others_do_not(
    district: District, patron: Patron, at: datetime
) -> None:
    make_policy(branch=district.central, max_owed_fen=0, deposit_fen=1, value_within_deposit=True)
    make_charge(patron, 1, at=at, desk=district.at_central)
    codes = {BlockCode.DEBTS, BlockCode.DEPOSIT_WANTED, BlockCode.VALUE_ABOVE_DEPOSIT}

    assert {block.code for block in lend(district, at)} == codes
    assert lend(district, at, "I1", *codes) == []
    assert Loan.objects.count() == 1


def test_a_debt_made_while_a_checkout_is_decided_is_seen_r57(district: District, patron: Patron, at: datetime) -> None:
    make_policy(branch=district.central, max_owed_fen=0)
    request = Request(item="I1", card=CARD, at=at, desk=district.at_central)

    def owe() -> None:
        make_charge(patron, 1, at=at, desk=district.at_central)

    with pytest.raises(Refused) as caught:
        run(lambda: interrupted(checkout_plan(request), owe, before="UPDATE catalogue_item"))

    assert [block.code for block in caught.value.blocks] == [BlockCode.DEBTS]
    assert Loan.objects.count() == 0
