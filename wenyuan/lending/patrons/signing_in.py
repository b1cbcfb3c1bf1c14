"""Readers who sign in with a card and its PIN; ``queries.still_signed_in`` says how long that is good for."""

from datetime import datetime
from functools import cache

from wenyuan.lending.patrons.cards import check_pin
from wenyuan.lending.patrons.data import PatronUnknown, ScannedPatron
from wenyuan.lending.patrons.models import PatronStatus, TokenStatus
from wenyuan.lending.patrons.pins import pin_hash, pin_matches
from wenyuan.lending.patrons.queries import patron_by_token
from wenyuan.organisation.rights.queries import needs


@needs()
def sign_in(*, card: str, pin: str, at: datetime) -> ScannedPatron | None:
    """The reader whose card (or whatever else stands for them) this is, shown with its PIN; else nothing.

    Who is told so must not learn why: an unknown card, one that is lost, replaced or removed, a reader who has left or
    has no PIN, a wrong PIN and a locked one are all alike, and each costs a hash. Wrong PINs count towards the lockout
    of ``check_pin``. Suspended and expired readers may sign in.
    """
    scanned = patron_by_token(card)
    if scanned is None or not _may_try(scanned, at):
        pin_matches(stored=_of_nobody(), patron_id=0, pin=pin)
        return None
    try:
        return scanned if check_pin(patron_id=scanned.patron.id, pin=pin, at=at) else None
    except PatronUnknown:  # erased in between
        return None


def _may_try(scanned: ScannedPatron, at: datetime) -> bool:
    patron = scanned.patron
    is_locked = patron.pin_locked_until is not None and at < patron.pin_locked_until
    return (
        scanned.token_status == TokenStatus.ACTIVE
        and patron.status != PatronStatus.CLOSED
        and patron.has_pin
        and not is_locked
    )


@cache
def _of_nobody() -> str:
    """A hash to compare with where there is none."""
    return pin_hash(patron_id=0, pin="000000")
