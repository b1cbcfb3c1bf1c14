"""A reader signs in: whom a card and a PIN let in, that no refusal says why, whom strangers' guesses cost what, and
when a sign-in has ended."""

import re
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.patrons import make_patron
from tests.operations.patrons_cast import AT, WOMANS_NUMBER
from wenyuan.lending.patrons import signing_in, sql
from wenyuan.lending.patrons.data import Caller, ScannedPatron, TooManyGuesses
from wenyuan.lending.patrons.models import Patron, PinTry, Token
from wenyuan.lending.patrons.operations import (
    check_pin,
    close_patron,
    erase_patron,
    forget_old_tries,
    report_lost,
    reset_pin,
    set_pin,
    sign_in_by_program,
)
from wenyuan.lending.patrons.operations import sign_in as sign_in_there
from wenyuan.lending.patrons.pins import pin_matches
from wenyuan.lending.patrons.queries import still_signed_in, wrong_pins
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.statements import Row, Statement, rows_of

PIN = "604913"
WRONG = "111111"


def sign_in(
    *, card: str = "C0001", pin: str = PIN, at: datetime = AT, address: str = "10.0.0.1", known: Mapping[int, str] = {}
) -> ScannedPatron | None:
    return sign_in_there(card=card, pin=pin, caller=Caller(address=address, known=known), at=at)


def guess(times: int, *, at: datetime = AT, address: str | None = None, card: str = "C0001") -> None:
    """Wrong PINs, each from another address if none is named."""
    for number in range(times):
        assert sign_in(card=card, pin=WRONG, at=at, address=address or f"10.9.{number // 250}.{number % 250}") is None


def without_values(statement: str) -> str:
    return re.sub(r"'.*?'|\d+", "?", statement)


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


def test_whoever_is_not_let_in_is_not_told_why_and_costs_the_same(
    home: Branch, patron: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_patron(card="C0003", home=home, pin=PIN, card_status="lost")
    make_patron(card="C0004", home=home, pin=PIN, status="closed")
    make_patron(card="C0005", home=home)
    shown = {"lost": "C0003", "left": "C0004", "no PIN": "C0005", "no such card": "C9999", "a wrong PIN": "C0001"}
    hashed: list[str] = []

    def seen(*, stored: str, patron_id: int, pin: str) -> bool:
        hashed.append(stored[:30])
        return pin_matches(stored=stored, patron_id=patron_id, pin=pin)

    monkeypatch.setattr(signing_in, "pin_matches", seen)
    prepared: list[str] = []

    def noted(statement: Statement) -> list[Row]:
        prepared.append(statement.sql)
        return rows_of(statement)

    monkeypatch.setattr(signing_in, "rows_of", noted)

    work: dict[str, list[str]] = {}
    for why, card in shown.items():
        with CaptureQueriesContext(connection) as queries:
            assert sign_in(card=card, pin=WRONG, address=f"10.1.0.{len(work)}") is None
        work[why] = [without_values(query["sql"]) for query in queries]

    assert work == dict.fromkeys(shown, work["a wrong PIN"])
    assert hashed == ["$argon2id$v=19$m=1024,t=1,p=1$"] * 5
    assert prepared == [sql.PIN] * 5


@pytest.mark.parametrize("card", ["", "\0", "C" * 64, "\ud800"])
def test_what_can_be_no_card_is_refused_like_any_other(db: None, card: str) -> None:
    assert sign_in(card=card) is None


def test_while_nothing_is_looked_at_a_reader_and_nobody_cost_the_same(patron: Patron) -> None:
    work = []
    for card in ("C0001", "C9999"):
        guess(5, card=card, address="10.0.0.1")
        with CaptureQueriesContext(connection) as queries:
            assert sign_in(card=card) is None
        work.append([without_values(query["sql"]) for query in queries])

    assert work[0] == work[1]


# Guessing


def test_from_one_address_a_reader_is_tried_five_times_and_then_after_growing_waits(patron: Patron) -> None:
    guess(5, address="10.0.0.1")

    assert sign_in(at=AT + timedelta(seconds=59)) is None
    assert sign_in(pin=WRONG, at=AT + timedelta(minutes=1)) is None
    assert sign_in(at=AT + timedelta(minutes=2)) is None, "the sixth is waited for twice as long"
    assert sign_in(at=AT + timedelta(minutes=3)) is not None


def test_what_comes_while_one_waits_is_not_looked_at_and_makes_it_no_longer(patron: Patron) -> None:
    guess(5, address="10.0.0.1")
    for second in range(1, 50):
        sign_in(pin=WRONG, at=AT + timedelta(seconds=second))

    assert sign_in(at=AT + timedelta(minutes=1)) is not None


def test_a_stranger_keeps_nobody_out_from_one_address(patron: Patron) -> None:
    guess(40, address="10.0.0.66")

    assert sign_in(address="10.0.0.1") is not None


def test_many_addresses_together_get_no_more_than_fifteen_and_then_one_a_wait(patron: Patron) -> None:
    guess(40)

    assert PinTry.objects.count() == 15
    assert sign_in(address="10.0.0.1") is None
    assert sign_in(address="10.0.0.1", at=AT + timedelta(minutes=5)) is not None


def test_a_known_browser_gets_in_while_strangers_guess_from_everywhere(patron: Patron) -> None:
    guess(40)

    assert sign_in(known={patron.id: "here"}) is not None
    assert sign_in() is None, "what it knows is no use to others"


def test_machines_take_the_pin_while_strangers_guess_and_strangers_do_not_profit(patron: Patron) -> None:
    guess(40)

    assert check_pin(patron_id=patron.id, pin=PIN, at=AT)
    assert sign_in(address="10.0.0.1") is None
    assert Patron.objects.get(id=patron.id).pin_failures == 0


def test_wrong_pins_at_a_machine_do_not_keep_the_portal_closed(patron: Patron) -> None:
    for _ in range(6):
        assert not check_pin(patron_id=patron.id, pin=WRONG, at=AT)

    assert not check_pin(patron_id=patron.id, pin=PIN, at=AT)
    assert sign_in() is not None


def test_a_known_browser_is_known_for_its_readers_alone(home: Branch, patron: Patron) -> None:
    other = make_patron(card="C0002", home=home, pin=PIN)
    guess(40, card="C0002")

    assert sign_in(card="C0002", known={patron.id: "here"}) is None
    assert sign_in(card="C0002", known={patron.id: "here", other.id: "here"}) is not None


def test_in_a_known_browser_it_is_guessed_no_further_than_elsewhere(patron: Patron) -> None:
    known = {patron.id: "here"}
    for number in range(8):
        assert sign_in(pin=WRONG, known=known, address=f"10.0.0.{number}") is None

    assert PinTry.objects.count() == 5
    assert sign_in(known=known, address="10.0.0.99") is None
    assert sign_in(known={patron.id: "at work"}) is not None, "another one of theirs"
    assert sign_in() is not None, "and one that is not known"


def test_a_right_pin_forgives_what_was_wrong_in_the_same_place_and_nothing_else(patron: Patron) -> None:
    guess(14)
    guess(1, address="10.0.0.1")
    at = AT + timedelta(minutes=5)

    assert sign_in(address="10.0.0.1", at=at) is not None
    assert PinTry.objects.count() == 14
    guess(1, address="10.0.0.2", at=at)
    assert sign_in(address="10.0.0.3", at=at) is None


def test_other_spellings_and_other_tokens_of_a_reader_give_no_fresh_tries(patron: Patron) -> None:
    spelt = [f"{WOMANS_NUMBER[:place]}-{WOMANS_NUMBER[place:]}" for place in (3, 6, 14)]

    for shown in ["C0001", "c0001", " C0001 ", "Ｃ0001", WOMANS_NUMBER, *spelt]:
        assert sign_in(card=shown, pin=WRONG) is None

    assert PinTry.objects.count() == 5


def test_what_is_nobodys_is_counted_however_it_is_written(db: None) -> None:
    for shown in ("X0001", "x0001", " X0001 ", "Ｘ0001", "X0001", "X0001"):
        assert sign_in(card=shown) is None

    assert PinTry.objects.count() == 5


def test_one_pin_tried_on_many_cards_is_slowed_down_for_the_address(patron: Patron) -> None:
    for number in range(30):
        assert sign_in(card=f"X{number:04d}") is None

    with pytest.raises(TooManyGuesses) as many:
        sign_in(at=AT + timedelta(seconds=5))

    assert many.value.wait_s == 15
    assert sign_in(address="10.0.0.2") is not None
    assert sign_in(known={patron.id: "here"}) is not None
    assert sign_in(at=AT + timedelta(seconds=20)) is not None


def test_one_pupil_who_tries_on_and_on_does_not_close_the_sign_in_for_the_school(home: Branch, patron: Patron) -> None:
    make_patron(card="C0002", home=home, pin=PIN)
    for minute in range(200):
        sign_in(card="C0002", pin=WRONG, at=AT + timedelta(minutes=minute))

    assert sign_in(at=AT + timedelta(minutes=200)) is not None


def test_a_class_that_gets_in_in_the_end_uses_nothing_up(home: Branch, patron: Patron) -> None:
    for number in range(40):
        make_patron(card=f"C1{number:03d}", home=home, pin=PIN)
        assert sign_in(card=f"C1{number:03d}", pin=WRONG) is None
        assert sign_in(card=f"C1{number:03d}") is not None

    assert sign_in() is not None


def test_a_day_later_an_address_begins_anew(patron: Patron) -> None:
    for number in range(30):
        sign_in(card=f"X{number:04d}")

    assert sign_in(at=AT + timedelta(days=1)) is not None


def test_a_new_pin_begins_every_count_anew(desk: Desk, patron: Patron) -> None:
    guess(20)
    guess(5, address="10.0.0.1")
    assert sign_in() is None

    set_pin(patron_id=patron.id, pin="730258", at=AT, desk=desk)

    assert sign_in(pin="730258") is not None


def test_with_a_pin_that_the_desk_drew_a_reader_gets_in_past_a_crowd(desk: Desk, patron: Patron) -> None:
    pin = reset_pin(patron_id=patron.id, at=AT, desk=desk)
    guess(40, at=AT + timedelta(minutes=1))

    assert sign_in(pin=pin, at=AT + timedelta(minutes=2)) is not None


def test_other_programs_wait_for_each_other_and_for_nobody_else(patron: Patron) -> None:
    def by(program: int, pin: str, at: datetime = AT, card: str = "C0001") -> ScannedPatron | None:
        return sign_in_by_program(card=card, pin=pin, program=program, at=at)

    guess(20)
    for program in (1, 2, 1, 2, 1):
        assert by(program, WRONG) is None
        assert by(program, WRONG, card="C9999") is None

    waited = []
    for card in ("C0001", "C9999"):
        with pytest.raises(TooManyGuesses) as many:
            by(2, PIN, AT + timedelta(minutes=1), card)
        waited.append(many.value.wait_s)
    assert waited == [14 * 60] * 2
    assert check_pin(patron_id=patron.id, pin=PIN, at=AT)
    assert sign_in(known={patron.id: "here"}) is not None
    assert by(2, PIN, AT + timedelta(minutes=15)) is not None


def test_tries_at_once_let_no_more_through_than_one_after_the_other(fresh_database: str) -> None:
    make_patron(home=make_branch("ZG"), card="C0001", pin=PIN)
    start = threading.Barrier(12)

    def attempt(number: int) -> None:
        try:
            start.wait()
            sign_in(pin=WRONG, address=f"10.0.0.{number % 3}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt, args=[number]) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(12):
        sign_in(pin=WRONG, address=f"10.0.1.{number}")

    assert PinTry.objects.count() == 15


# What is told, and how long it is kept


def test_a_few_wrong_pins_are_told_to_nobody_and_many_are(patron: Patron) -> None:
    guess(4)
    assert wrong_pins(patron.id, at=AT) is None

    guess(11, address="10.0.0.1", at=AT + timedelta(minutes=1))
    found = wrong_pins(patron.id, at=AT + timedelta(minutes=2))

    assert found is not None
    assert (found.count, found.places, found.last_at) == (9, 5, AT + timedelta(minutes=1))
    assert found.strangers_wait_until is None
    guess(20, at=AT + timedelta(minutes=2))
    found = wrong_pins(patron.id, at=AT + timedelta(minutes=3))
    assert found is not None
    assert (found.count, found.strangers_wait_until) == (15, AT + timedelta(minutes=7))
    assert wrong_pins(patron.id, at=AT + timedelta(days=8)) is None


def test_a_week_later_they_are_deleted_and_newer_ones_stay(patron: Patron) -> None:
    guess(3)
    guess(2, at=AT + timedelta(days=1))

    assert forget_old_tries(at=AT + timedelta(days=7)) == 3
    assert PinTry.objects.count() == 2


def test_nothing_of_them_is_left_of_a_reader_who_was_erased(desk: Desk, patron: Patron) -> None:
    guess(3)
    guess(1, card="C9999")

    close_patron(patron_id=patron.id, at=AT, desk=desk)
    erase_patron(patron_id=patron.id, reason="asked for it", at=AT, desk=desk)

    assert PinTry.objects.count() == 1


def test_neither_card_nor_address_can_be_read_in_them(patron: Patron) -> None:
    guess(1, address="10.0.0.1")

    row = PinTry.objects.get()

    assert (len(bytes(row.reader)), len(bytes(row.place))) == (32, 32)
    assert b"10.0.0.1" not in bytes(row.place)


# How long a sign-in is good for


def test_a_sign_in_ends_with_the_card_the_pin_and_the_membership(desk: Desk, patron: Patron) -> None:
    token = token_of(patron)
    later = AT + timedelta(minutes=1)

    def stands(pin_set_at: datetime | None) -> bool:
        return still_signed_in(patron_id=patron.id, token_id=token.id, pin_set_at=pin_set_at) is not None

    assert stands(patron.pin_set_at)
    set_pin(patron_id=patron.id, pin="730259", at=later, desk=desk)
    assert not stands(patron.pin_set_at)
    assert not stands(None)

    assert stands(later)
    report_lost(token_id=token.id, at=later, desk=desk)
    assert not stands(later)


def test_a_pin_that_is_set_while_somebody_signs_in_by_the_old_one_ends_that_sign_in(
    desk: Desk, patron: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = AT - timedelta(seconds=1)  # by the clock of a desk that is a little slow

    def matches(**values: Any) -> bool:
        is_right = pin_matches(**values)
        set_pin(patron_id=patron.id, pin="730259", at=earlier, desk=desk)
        return is_right

    monkeypatch.setattr(signing_in, "pin_matches", matches)
    scanned = sign_in()

    assert scanned is not None
    assert still_signed_in(patron_id=patron.id, token_id=scanned.token_id, pin_set_at=scanned.pin_set_at) is None


def test_who_has_left_is_no_longer_signed_in(patron: Patron) -> None:
    token = token_of(patron)
    Patron.objects.filter(id=patron.id).update(status="closed")

    assert still_signed_in(patron_id=patron.id, token_id=token.id, pin_set_at=patron.pin_set_at) is None
    assert still_signed_in(patron_id=patron.id + 99, token_id=token.id, pin_set_at=None) is None
