"""The plain case is gathered with fewer probes, and says the same as the whole gather or nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat

from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District
from tests.factories.consignments import arrived_consignment
from tests.factories.fees import make_charge
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Item, ItemType
from wenyuan.lending.circulation import checking_in, checking_out
from wenyuan.lending.circulation.everyday import Request
from wenyuan.lending.circulation.facts import CheckoutFacts, ReturnFacts
from wenyuan.lending.circulation.models import Hold, Loan, LoanPolicy, NotFound
from wenyuan.lending.circulation.operations import cancel_hold, checkin, checkout, place_hold
from wenyuan.lending.circulation.plain import plain_checkout, plain_return
from wenyuan.lending.fees.models import Charge
from wenyuan.lending.patrons.models import Category, Patron
from wenyuan.organisation.accounts.models import Account
from wenyuan.plumbing.statements import run

BARCODE, OTHER = "2300001", "2300002"
CARD = "C0001"
Act = Callable[[District, datetime], object]


@pytest.fixture
def patron(district: District) -> Patron:
    """A reader, and two items of one title at the central library."""
    bib = make_bib(title="江南园林志")
    for barcode in (BARCODE, OTHER):
        make_item(bib=bib, barcode=barcode, home=district.central)
    make_patron("王建国", card="C0002", home=district.central)
    return make_patron("陈小雨", card=CARD, home=district.central)


def request(district: District, at: datetime, *, key: str | None = None, item: str = BARCODE) -> Request:
    return Request(item=item, card=CARD, at=at, desk=district.at_central, key=key)


def to_lend(asked: Request) -> CheckoutFacts | None:
    return run(lambda: plain_checkout(asked))


def to_take_back(asked: Request) -> ReturnFacts | None:
    return run(lambda: plain_return(asked))


def lend(district: District, at: datetime, *, item: str = BARCODE, card: str = CARD) -> None:
    checkout(item=item, card=card, at=at, desk=district.at_central)


def hold(district: District, at: datetime, *, card: str = "C0002") -> int:
    return place_hold(
        item=BARCODE, card=card, pickup_branch_id=district.central.id, at=at, desk=district.at_central
    ).hold_id


def test_an_item_on_its_shelf_and_a_reader_with_loans_are_gathered_as_by_the_whole_gather(
    district: District, at: datetime, patron: Patron
) -> None:
    for item in ("2300003", "2300004"):
        make_item(barcode=item, home=district.central)
        lend(district, at, item=item)
    asked = request(district, at + timedelta(days=90))

    facts = to_lend(asked)

    assert facts is not None
    assert (facts.holdings.count, facts.holdings.overdue, facts.card_status) == (2, 2, "active")
    whole = run(lambda: checking_out.gather(asked))
    assert facts == replace(whole, holdings=replace(whole.holdings, item_types=()))


def test_where_the_policy_limits_a_type_the_types_in_hand_are_gathered_too(
    district: District, at: datetime, patron: Patron
) -> None:
    for item in ("2300003", "2300004"):
        make_item(barcode=item, home=district.central)
        lend(district, at, item=item)
    LoanPolicy.objects.update(max_loans_of_type=9)
    asked = request(district, at + timedelta(days=1))

    facts = to_lend(asked)

    assert facts is not None
    assert len(facts.holdings.item_types) == 2
    assert facts == run(lambda: checking_out.gather(asked))


def test_a_new_code_of_a_type_or_of_a_kind_of_reader_is_seen_at_once(
    district: District, at: datetime, patron: Patron
) -> None:
    asked = request(district, at)
    assert to_lend(asked) is not None
    ItemType.objects.update(code=Concat(F("code"), Value("_x")))
    Category.objects.update(code=Concat(F("code"), Value("_y")))

    facts = to_lend(asked)

    assert facts == run(lambda: checking_out.gather(asked))
    assert facts is not None
    assert facts.item is not None
    assert facts.patron is not None
    assert (facts.item.type_code[-2:], facts.patron.category[-2:]) == ("_x", "_y")


def test_a_reader_who_waits_for_another_title_is_plain(district: District, at: datetime, patron: Patron) -> None:
    other = make_item(barcode="2300009", home=district.central)
    place_hold(item=other.barcode, card=CARD, pickup_branch_id=district.central.id, at=at, desk=district.at_central)

    assert to_lend(request(district, at)) is not None


def test_an_item_on_loan_is_gathered_as_by_the_whole_gather(district: District, at: datetime, patron: Patron) -> None:
    lend(district, at)
    asked = request(district, at + timedelta(days=3))

    facts = to_take_back(asked)

    assert facts is not None
    assert facts.loan is not None
    assert facts.loan.patron_id == patron.id
    whole = run(lambda: checking_in.gather(asked))
    assert replace(whole, last=None) == facts


def test_an_unknown_item_or_card_and_a_key_are_left_to_the_whole_gather(
    district: District, at: datetime, patron: Patron
) -> None:
    asked = request(district, at)

    assert to_lend(replace(asked, item="none")) is None
    assert to_lend(replace(asked, card="none")) is None
    assert to_lend(replace(asked, key="k1")) is None
    lend(district, at)
    assert to_take_back(replace(asked, item="none")) is None
    assert to_take_back(replace(asked, key="k1")) is None


def held_by_the_reader(district: District, at: datetime) -> None:
    hold(district, at, card=CARD)


def kept_for_another(district: District, at: datetime) -> None:
    hold(district, at)
    checkin(item=BARCODE, at=at, desk=district.at_central)


def to_clear(district: District, at: datetime) -> None:
    kept_for_another(district, at)
    cancel_hold(hold_id=Hold.objects.get().id, at=at, desk=district.at_central)


def on_loan(district: District, at: datetime) -> None:
    lend(district, at, card="C0002")


def on_its_way(district: District, at: datetime) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_children)


@pytest.mark.parametrize("act", [held_by_the_reader, kept_for_another, to_clear, on_loan, on_its_way])
def test_a_checkout_that_a_hold_loan_or_transit_has_a_say_in_is_not_plain(
    district: District, at: datetime, patron: Patron, act: Act
) -> None:
    assert to_lend(request(district, at)) is not None

    act(district, at)

    assert to_lend(request(district, at)) is None


def waited_for(district: District, at: datetime) -> None:
    hold(district, at)


def charged_for(district: District, at: datetime) -> None:
    make_charge(Patron.objects.get(name="陈小雨"), at=at, desk=district.at_central)
    Charge.objects.update(loan_id=Loan.objects.get().id)


def returned(district: District, at: datetime) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_central)


def taken_elsewhere(district: District, at: datetime) -> None:
    checkin(item=BARCODE, at=at, desk=district.at_south)


@pytest.mark.parametrize("act", [waited_for, charged_for, returned, taken_elsewhere])
def test_a_return_that_a_hold_or_charge_has_a_say_in_or_of_what_is_not_on_loan_is_not_plain(
    district: District, at: datetime, patron: Patron, act: Act
) -> None:
    lend(district, at)
    assert to_take_back(request(district, at)) is not None

    act(district, at)

    assert to_take_back(request(district, at)) is None


def test_a_return_of_what_a_station_has_for_a_season_is_not_plain(
    district: District, at: datetime, patron: Patron
) -> None:
    station = district.children
    arrived_consignment(district.at_central, district.at_children, station, BARCODE, at=at)
    checkout(item=BARCODE, card=CARD, at=at + timedelta(hours=2), desk=district.at_children)
    asked = request(district, at + timedelta(days=1))

    assert to_take_back(asked) is None
    assert run(lambda: checking_in.gather(asked)).consigned_to == station.id


def test_what_a_pick_list_asked_for_in_vain_is_closed_all_the_same(
    district: District, at: datetime, patron: Patron
) -> None:
    lend(district, at)
    item = Item.objects.get(barcode=BARCODE)
    NotFound.objects.create(
        item=item, item_version=item.version, branch=district.central, at=at, account=Account.objects.all()[0]
    )

    receipt = checkin(item=BARCODE, at=at, desk=district.at_central)

    assert receipt.item.state == "available"
