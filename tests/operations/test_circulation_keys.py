"""A key answers with the first receipt of that very act, item and reader, whatever happened since, or is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.factories.catalogue import make_item
from tests.factories.circulation import District
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data import CheckinOutcome
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import KeyReused, Refused, checkin, checkout, receive_transit, renew
from wenyuan.lending.patrons.models import ReaderRef
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.journal.models import Entry

ITEM, CARD, OTHER = "I1", "C1", "C2"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast(district: District) -> District:
    """Two readers and an item of the central library."""
    make_patron(card=CARD, home=district.central)
    make_patron("王芳", card=OTHER, home=district.central)
    make_item(barcode=ITEM, home=district.central)
    return district


def lend(cast: District, at: datetime, *, card: str = CARD, key: str | None = None) -> int:
    return checkout(item=ITEM, card=card, at=at, desk=cast.at_central, key=key).loan_id


def test_the_key_of_a_checkout_gives_the_first_receipt_after_everything_changed(cast: District, at: datetime) -> None:
    first = checkout(item=ITEM, card=CARD, at=at, desk=cast.at_central, key="k")
    renew(item=ITEM, at=at + DAY, desk=cast.at_central)
    checkin(item=ITEM, at=at + 2 * DAY, desk=cast.at_children)

    again = checkout(item=ITEM, card=CARD, at=at + 3 * DAY, desk=cast.at_central, key="k")

    assert again == replace(first, repeated=True)
    assert Loan.objects.count() == 1


def test_the_key_of_a_checkout_does_not_answer_another_reader(cast: District, at: datetime) -> None:
    lend(cast, at, key="k")

    with pytest.raises(KeyReused):
        lend(cast, at, card=OTHER, key="k")


def test_the_key_of_a_checkout_answers_nobody_once_its_reader_is_forgotten(cast: District, at: datetime) -> None:
    lend(cast, at, key="k")
    ReaderRef.objects.all().delete()

    with pytest.raises(KeyReused):
        lend(cast, at, key="k")


def test_the_key_of_a_renewal_gives_the_first_receipt_after_the_return(cast: District, at: datetime) -> None:
    lend(cast, at)
    first = renew(item=ITEM, at=at + 3 * DAY, desk=cast.at_central, key="k")
    checkin(item=ITEM, at=at + 4 * DAY, desk=cast.at_central)

    again = renew(item=ITEM, at=at + 5 * DAY, desk=cast.at_central, key="k")

    assert again == replace(first, repeated=True)


def test_the_key_of_a_renewal_answers_for_its_own_loan_not_for_the_next_reader_s(cast: District, at: datetime) -> None:
    lend(cast, at)
    first = renew(item=ITEM, card=CARD, at=at + 3 * DAY, desk=cast.at_central, key="k")
    checkin(item=ITEM, at=at + 4 * DAY, desk=cast.at_central)
    lend(cast, at + 5 * DAY, card=OTHER)

    again = renew(item=ITEM, card=CARD, at=at + 5 * DAY, desk=cast.at_central, key="k")
    with pytest.raises(KeyReused):
        renew(item=ITEM, card=OTHER, at=at + 5 * DAY, desk=cast.at_central, key="k")

    assert again == replace(first, repeated=True)


def test_the_key_of_a_return_gives_the_first_receipt_while_the_next_reader_has_the_item(
    cast: District, at: datetime
) -> None:
    lend(cast, at)
    first = checkin(item=ITEM, at=at + 40 * DAY, desk=cast.at_central, key="r")
    loan_id = lend(cast, at + 40 * DAY, card=OTHER)

    again = checkin(item=ITEM, at=at + 41 * DAY, desk=cast.at_central, key="r")

    assert first.days_overdue > 0
    assert again == replace(first, repeated=True, patron_name="", patron_id=None)
    assert Loan.objects.get(id=loan_id).returned_at is None


def test_the_key_of_a_check_in_that_changed_nothing_does_nothing_later(cast: District, at: datetime) -> None:
    first = checkin(item=ITEM, at=at, desk=cast.at_central, key="r")
    lend(cast, at + HOUR)

    again = checkin(item=ITEM, at=at + 2 * HOUR, desk=cast.at_central, key="r")

    assert (first.outcome, first.repeated) == (CheckinOutcome.NOT_ON_LOAN, False)
    assert again == replace(first, repeated=True)
    assert Loan.objects.get().returned_at is None
    entry = Entry.objects.get(key="r")
    assert (entry.kind, entry.quantity) == ("item_seen", 0)
    assert Item.objects.get().version == 2


def test_the_key_of_a_scan_that_repeats_a_return_does_nothing_later(cast: District, at: datetime) -> None:
    lend(cast, at)
    checkin(item=ITEM, at=at + HOUR, desk=cast.at_central)
    first = checkin(item=ITEM, at=at + HOUR, desk=cast.at_central, key="r")
    lend(cast, at + 2 * HOUR)

    again = checkin(item=ITEM, at=at + 3 * HOUR, desk=cast.at_central, key="r")

    assert (again.outcome, again.loan_id, again.item.state) == (first.outcome, first.loan_id, "available")
    assert Loan.objects.filter(returned_at__isnull=True).count() == 1


def test_the_key_of_a_taken_item_gives_the_first_receipt_after_it_was_closed_elsewhere(
    cast: District, at: datetime
) -> None:
    lend(cast, at)
    first = checkin(item=ITEM, at=at + DAY, desk=cast.at_south, key="r")
    receive_transit(item=ITEM, at=at + 2 * DAY, desk=cast.at_central)

    again = checkin(item=ITEM, at=at + 3 * DAY, desk=cast.at_south, key="r")

    assert again == replace(first, repeated=True, patron_name="", patron_id=None)


def test_the_key_of_an_arrival_gives_the_first_receipt_after_the_item_travelled_again(
    cast: District, at: datetime
) -> None:
    lend(cast, at)
    checkin(item=ITEM, at=at, desk=cast.at_children)
    first = receive_transit(item=ITEM, at=at + DAY, desk=cast.at_central, key="a")
    checkin(item=ITEM, at=at + 2 * DAY, desk=cast.at_children)

    again = receive_transit(item=ITEM, at=at + 3 * DAY, desk=cast.at_central, key="a")

    assert again == first
    assert Transit.objects.filter(received_at__isnull=True).count() == 1


def _checkout(cast: District, at: datetime) -> None:
    checkout(item=ITEM, card=CARD, at=at, desk=cast.at_central, key="k")


def _renew(cast: District, at: datetime) -> None:
    renew(item=ITEM, at=at, desk=cast.at_central, key="k")


def _checkin(cast: District, at: datetime) -> None:
    checkin(item=ITEM, at=at, desk=cast.at_central, key="k")


def _receive(cast: District, at: datetime) -> None:
    receive_transit(item=ITEM, at=at, desk=cast.at_central, key="k")


ACTS = (_checkout, _renew, _checkin, _receive)


@pytest.mark.parametrize(
    ("first", "second"), [(first, second) for first in ACTS for second in ACTS if first is not second]
)
def test_a_key_does_not_serve_two_acts(
    cast: District, at: datetime, first: Callable[..., None], second: Callable[..., None]
) -> None:
    if first is not _checkout:
        lend(cast, at)
    if first is _receive:
        checkin(item=ITEM, at=at + HOUR, desk=cast.at_children)
    first(cast, at + 2 * DAY)

    with pytest.raises(KeyReused):
        second(cast, at + 3 * DAY)


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_key_that_the_journal_cannot_keep_is_refused(cast: District, at: datetime, key: str) -> None:
    with pytest.raises(ValueError, match="1 to 64"):
        lend(cast, at, key=key)

    assert Loan.objects.count() == 0


@pytest.mark.parametrize("barcode", ["I1\x00", "I1\udc80"])
def test_what_no_text_can_hold_is_an_unknown_code(cast: District, at: datetime, barcode: str) -> None:
    with pytest.raises(Refused):
        checkin(item=barcode, at=at, desk=cast.at_central)
    with pytest.raises(Refused):
        checkout(item=ITEM, card=barcode, at=at, desk=cast.at_central)
