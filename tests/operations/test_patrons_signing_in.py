"""A reader signs in: whom a card and a PIN let in, that no refusal says why, and when a sign-in has ended."""

from datetime import timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.patrons import make_patron
from tests.operations.patrons_cast import AT, WOMANS_NUMBER
from wenyuan.lending.patrons import signing_in
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.lending.patrons.operations import report_lost, set_pin, sign_in
from wenyuan.lending.patrons.queries import still_signed_in
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk

PIN = "604913"


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("ZG"))


@pytest.fixture
def home(desk: Desk) -> Branch:
    return Branch.objects.get(id=desk.branch_id)


@pytest.fixture
def patron(home: Branch) -> Patron:
    return make_patron(card="C0001", home=home, number=WOMANS_NUMBER, pin=PIN)


def token_of(patron: Patron) -> Token:
    return Token.objects.get(patron=patron, kind="card")


@pytest.mark.parametrize("shown", ["C0001", " c0001 ", WOMANS_NUMBER])
def test_whatever_stands_for_a_reader_lets_them_in_with_the_pin(patron: Patron, shown: str) -> None:
    found = sign_in(card=shown, pin=PIN, at=AT)

    assert found is not None
    assert found.patron.id == patron.id


@pytest.mark.parametrize("status", ["active", "suspended"])
def test_who_is_suspended_or_expired_may_still_look(home: Branch, status: str) -> None:
    make_patron(card="C0002", home=home, pin=PIN, status=status, expires_date=AT.date() - timedelta(days=1))

    assert sign_in(card="C0002", pin=PIN, at=AT) is not None


def test_whoever_is_not_let_in_is_not_told_why_and_costs_a_hash(
    home: Branch, patron: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_patron(card="C0003", home=home, pin=PIN, card_status="lost")
    make_patron(card="C0004", home=home, pin=PIN, status="closed")
    make_patron(card="C0005", home=home)
    locked = make_patron(card="C0006", home=home, pin=PIN)
    Patron.objects.filter(id=locked.id).update(pin_locked_until=AT + timedelta(minutes=1))
    hashed: list[int] = []
    monkeypatch.setattr(signing_in, "pin_matches", lambda *, patron_id, **_: hashed.append(patron_id))

    answers = [sign_in(card=card, pin=PIN, at=AT) for card in ("C0003", "C0004", "C0005", "C0006", "C9999", "", "\0")]

    assert answers == [None] * 7
    assert hashed == [0] * 7
    assert sign_in(card="C0001", pin="111111", at=AT) is None


def test_a_card_that_opens_nothing_is_compared_with_a_real_hash(home: Branch) -> None:
    assert signing_in._of_nobody().startswith("$argon2id$v=19$m=1024,t=1,p=1$")


def test_five_wrong_pins_lock_the_right_one_out_and_it_comes_back(patron: Patron) -> None:
    for _ in range(5):
        assert sign_in(card="C0001", pin="111111", at=AT) is None

    assert sign_in(card="C0001", pin=PIN, at=AT + timedelta(minutes=14)) is None
    assert sign_in(card="C0001", pin=PIN, at=AT + timedelta(minutes=15)) is not None


def test_a_sign_in_ends_with_the_card_the_pin_and_the_membership(desk: Desk, patron: Patron) -> None:
    token = token_of(patron)
    later = AT + timedelta(minutes=1)

    def stands() -> bool:
        return still_signed_in(patron_id=patron.id, token_id=token.id, since=AT) is not None

    assert stands()
    set_pin(patron_id=patron.id, pin="730258", at=AT - timedelta(minutes=1), desk=desk)
    assert stands()
    set_pin(patron_id=patron.id, pin="730259", at=later, desk=desk)
    assert not stands()

    assert still_signed_in(patron_id=patron.id, token_id=token.id, since=later + timedelta(seconds=1)) is not None
    report_lost(token_id=token.id, at=later, desk=desk)
    assert still_signed_in(patron_id=patron.id, token_id=token.id, since=later + timedelta(seconds=1)) is None


def test_who_has_left_is_no_longer_signed_in(patron: Patron) -> None:
    token = token_of(patron)
    Patron.objects.filter(id=patron.id).update(status="closed")

    assert still_signed_in(patron_id=patron.id, token_id=token.id, since=AT) is None
    assert still_signed_in(patron_id=patron.id + 99, token_id=token.id, since=AT) is None
