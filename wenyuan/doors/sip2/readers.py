"""The reader at the machine: whose card it is, and whether the PIN was right, asked once."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from hashlib import blake2b
from time import monotonic
from typing import Final

from wenyuan.lending.patrons.data import PatronUnknown, PatronView, ScannedPatron
from wenyuan.lending.patrons.operations import check_pin
from wenyuan.lending.patrons.queries import get_patron, patron_by_token

LEFT_AFTER_S: Final = 5 * 60
"""A reader who is not heard of for so long has left without saying so."""

REMOVED: Final = "removed"
"""The status of a token that leads to nobody any more."""

_DIGEST_KEY = secrets.token_bytes(32)


class Pin(Enum):
    """What became of the password field (AD)."""

    NOT_GIVEN = "not_given"
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    NO_READER = "no_reader"
    """There is no such card, so nothing to compare with."""


@dataclass(slots=True)
class ReaderSession:
    """What is known of the reader whose card was last shown. Ends with 35, another card, or silence.

    PINs are kept as digests under a key of this process alone: the same PIN with every book is then verified once, and
    the same wrong PIN counts once towards the lockout.
    """

    card: str
    used_at: float
    answers: dict[bytes, Pin] = field(default_factory=dict)
    is_verified: bool = False


class Readers:
    """The reader of one connection."""

    __slots__ = ("_session",)

    def __init__(self) -> None:
        self._session: ReaderSession | None = None

    def find(self, card: str) -> ScannedPatron | None:
        """Whose card this is. Another card than before ends the session of the reader before."""
        self._turn_to(card)
        return patron_by_token(card)

    def pin(self, *, card: str, pin: str, at: datetime, reader: ScannedPatron | None = None) -> Pin:
        """Whether the PIN is the card's. An empty one is no attempt and never counts towards the lockout.

        :param reader: whose card it is, if that is known already; else it is looked up when the PIN is new here.
        """
        session = self._turn_to(card)
        if not pin.strip():
            return Pin.NOT_GIVEN
        digest = blake2b(pin.encode("utf-8", "surrogatepass"), key=_DIGEST_KEY).digest()
        known = session.answers.get(digest)
        if known is not None:
            return known
        reader = reader or patron_by_token(card)
        if reader is None or reader.token_status == REMOVED:
            return Pin.NO_READER
        outcome = _verify(reader, pin, at)
        if outcome is not Pin.LOCKED:
            session.answers[digest] = outcome
        session.is_verified = session.is_verified or outcome is Pin.RIGHT
        return outcome

    def is_verified(self, card: str) -> bool:
        """Whether this card's PIN was right earlier in the session."""
        return self._turn_to(card).is_verified

    def leave(self) -> None:
        """The reader has left."""
        self._session = None

    def _turn_to(self, card: str) -> ReaderSession:
        now = monotonic()
        session = self._session
        if session is None or session.card != card or now - session.used_at > LEFT_AFTER_S:
            session = self._session = ReaderSession(card, now)
        session.used_at = now
        return session


def _verify(reader: ScannedPatron, pin: str, at: datetime) -> Pin:
    if _is_locked(reader.patron, at):
        return Pin.LOCKED
    try:
        if check_pin(patron_id=reader.patron.id, pin=pin, at=at):
            return Pin.RIGHT
    except PatronUnknown:  # erased in between
        return Pin.WRONG
    # Read anew: this very attempt, or another machine's, may have locked it.
    patron = get_patron(reader.patron.id)
    return Pin.LOCKED if patron is not None and _is_locked(patron, at) else Pin.WRONG


def _is_locked(patron: PatronView, at: datetime) -> bool:
    return patron.pin_locked_until is not None and at < patron.pin_locked_until
