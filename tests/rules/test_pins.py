"""PINs as they are stored and asked again (``lending.patrons.pins``)."""

from typing import Literal

import pytest
from argon2 import PasswordHasher

from wenyuan.lending.patrons import pins
from wenyuan.lending.patrons.pins import pin_hash, pin_matches

PIN, OTHER = "135246", "246135"


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "_known", {})


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stored hashes that were really computed against."""
    seen: list[str] = []

    class Counted(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            seen.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(pins, "_hasher", Counted(time_cost=1, memory_cost=pins.MEMORY_KIB, parallelism=1))
    return seen


def test_a_pin_that_was_right_is_not_hashed_again_for_the_next_item(hashed: list[str]) -> None:
    stored = pin_hash(patron_id=7, pin=PIN)

    assert [pin_matches(stored=stored, patron_id=7, pin=PIN) for _ in range(3)] == [True] * 3
    assert hashed == [stored]


def test_a_wrong_pin_is_hashed_each_time_and_never_right_by_what_was_right_before(hashed: list[str]) -> None:
    stored = pin_hash(patron_id=7, pin=PIN)
    assert pin_matches(stored=stored, patron_id=7, pin=PIN)
    hashed.clear()

    assert [pin_matches(stored=stored, patron_id=7, pin=OTHER) for _ in range(2)] == [False] * 2
    assert not pin_matches(stored=stored, patron_id=8, pin=PIN)
    assert hashed == [stored] * 3


def test_the_old_pin_is_wrong_as_soon_as_another_is_stored(hashed: list[str]) -> None:
    assert pin_matches(stored=pin_hash(patron_id=7, pin=PIN), patron_id=7, pin=PIN)

    changed = pin_hash(patron_id=7, pin=OTHER)

    assert not pin_matches(stored=changed, patron_id=7, pin=PIN)
    assert pin_matches(stored=changed, patron_id=7, pin=OTHER)


def test_of_so_many_readers_the_oldest_is_forgotten(hashed: list[str]) -> None:
    readers = [(number, pin_hash(patron_id=number, pin=PIN)) for number in range(66)]
    for number, stored in readers:
        assert pin_matches(stored=stored, patron_id=number, pin=PIN)
    hashed.clear()

    for number in (65, 2, 1):
        assert pin_matches(stored=readers[number][1], patron_id=number, pin=PIN)

    assert hashed == [readers[1][1]]
    assert len(pins._known) == 64


@pytest.mark.parametrize("stored", ["", "no hash", "$argon2id$"])
def test_nothing_matches_where_no_hash_is_stored(stored: str) -> None:
    assert not pin_matches(stored=stored, patron_id=7, pin=PIN)
