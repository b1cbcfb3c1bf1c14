"""PINs: four to six digits, so their hash must be out of reach rather than slow.

A million PINs are tried in minutes whatever the hash costs. So the PIN is first keyed with the key ring (a pepper: a
dump of the database alone cannot be searched) and bound to its patron, and only then hashed by argon2id at a small
cost, since a machine asks with every checkout. Guessing through the doors is stopped by the lockout.
"""

import secrets
from datetime import date

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from wenyuan.lending.patrons.rules import is_weak_pin
from wenyuan.plumbing.secrets import lookup_hash

MEMORY_KIB = 1024
PIN_DIGITS = 6

_hasher = PasswordHasher(time_cost=1, memory_cost=MEMORY_KIB, parallelism=1)


def pin_hash(*, patron_id: int, pin: str) -> str:
    """What is stored for a PIN; another text at every call."""
    return _hasher.hash(_peppered(patron_id, pin))


def pin_matches(*, stored: str, patron_id: int, pin: str) -> bool:
    """Whether this is the PIN behind a stored hash; never true where none is stored."""
    if not stored:
        return False
    try:
        return _hasher.verify(stored, _peppered(patron_id, pin))
    except (VerificationError, InvalidHashError):
        return False


def random_pin(*, birth_date: date | None, tails: frozenset[str]) -> str:
    """A new PIN that ``rules.is_weak_pin`` would not refuse."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(PIN_DIGITS))
        if not is_weak_pin(pin, birth_date=birth_date, tails=tails):
            return pin


def _peppered(patron_id: int, pin: str) -> bytes:
    return lookup_hash("patron:pin", f"{patron_id}\0{pin}")
