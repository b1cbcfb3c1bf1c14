"""Readers who have signed in at the portal."""

from datetime import UTC, datetime

from django.test import Client

from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.lending.patrons.pins import pin_hash

PIN = "604913"


def reader_signed_in(patron_id: int) -> Client:
    """A browser in which this reader has signed in, by their newest card and the PIN that they have from now on."""
    now = datetime.now(UTC)
    Patron.objects.filter(id=patron_id).update(pin_hash=pin_hash(patron_id=patron_id, pin=PIN), pin_set_at=now)
    card = Token.objects.filter(patron_id=patron_id, kind="card", status="active").latest("id").card_no
    browser = Client(SERVER_NAME="127.0.0.1")
    answer = browser.post("/account/sign-in", {"card": card, "pin": PIN})
    assert answer.status_code == 302, answer.status_code
    return browser


def longest_borrower() -> int:
    """The reader who has had something on loan for the longest time."""
    patron_id = Loan.objects.filter(returned_at=None, taken_at=None).earliest("id").patron_id
    assert patron_id is not None
    return patron_id
