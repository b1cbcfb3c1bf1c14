"""Readers who sign in with a card and its PIN; ``queries.still_signed_in`` says how long that is good for.

Wrong PINs are counted in the database, for each reader by who tried: strangers at the portal, each browser that the
reader has used before, other programs, machines (``cards.check_pin``). Nobody's count keeps another out (ADR 0024).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from django.db import connection
from django.db.models import Count, Max, Q

from wenyuan.lending.patrons import sql, waits
from wenyuan.lending.patrons.data import Caller, ScannedPatron, TooManyGuesses, TriedBy
from wenyuan.lending.patrons.models import PatronStatus, PinTry, TokenStatus
from wenyuan.lending.patrons.pins import pin_hash, pin_matches
from wenyuan.lending.patrons.queries import patron_by_token, reader_mark, token_hashes
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.statements import Statement, rows_of
from wenyuan.plumbing.transactions import verb


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """A try as it is counted: for whom, by whom, from where. ``scanned`` is whose card it is, whatever its state."""

    scanned: ScannedPatron | None
    reader: bytes
    by: TriedBy
    place: bytes

    @property
    def patron_id(self) -> int:
        return self.scanned.patron.id if self.scanned is not None else 0

    @property
    def may_open(self) -> bool:
        return (
            self.scanned is not None
            and self.scanned.token_status == TokenStatus.ACTIVE
            and self.scanned.patron.status != PatronStatus.CLOSED
        )


@needs()
def sign_in(*, card: str, pin: str, caller: Caller, at: datetime) -> ScannedPatron | None:
    """The reader whose card (or whatever else stands for them) this is, shown with its PIN; else nothing.

    Who is told so must not learn why: an unknown card, one that is lost, replaced or removed, a reader who has left or
    has no PIN, a wrong PIN, and one that is not looked at yet because many were wrong before are all alike, and each
    costs the same statements and a hash. A right PIN makes the wrong ones from the same place forgotten. Suspended and
    expired readers may sign in.

    :raises TooManyGuesses: this address guesses at many readers; never where the browser is known.
    """
    scanned = patron_by_token(card)
    mark = caller.known.get(scanned.patron.id) if scanned is not None else None
    by, place = (TriedBy.STRANGER, f"address:{caller.address}") if mark is None else (TriedBy.KNOWN, f"browser:{mark}")
    return _tried(_attempt(card, scanned, by, place), pin, at=at)


@needs()
def sign_in_by_program(*, card: str, pin: str, program: int, at: datetime) -> ScannedPatron | None:
    """The same in another program, which calls for whomever it serves; ``program`` is its token's id. The door slows
    down one that tries many cards.

    :raises TooManyGuesses: there were wrong PINs for this card, whose ever it is: after the fifth for fifteen minutes,
        then twice as long, at most an hour.
    """
    return _tried(_attempt(card, patron_by_token(card), TriedBy.PROGRAM, f"program:{program}"), pin, at=at)


def _attempt(card: str, scanned: ScannedPatron | None, by: TriedBy, place: str) -> _Attempt:
    return _Attempt(
        scanned=scanned,
        reader=reader_mark(scanned.patron.id) if scanned is not None else _mark_of_nobody(card),
        by=by,
        place=lookup_hash("patron:tried_from", place),
    )


def _mark_of_nobody(card: str) -> bytes:
    """Of a card that is nobody's: the same however it is written."""
    return lookup_hash("patron:tried_for", " ".join(found.hex() for found in token_hashes(card)))


def _tried(attempt: _Attempt, pin: str, *, at: datetime) -> ScannedPatron | None:
    stored, set_at = _counted(attempt, at=at)
    patron_id = attempt.patron_id if stored else 0
    is_right = pin_matches(stored=stored or _of_nobody(), patron_id=patron_id, pin=pin.strip())
    if not stored or not is_right or attempt.scanned is None:
        return None
    PinTry.objects.filter(reader=attempt.reader, place=attempt.place).delete()
    return replace(attempt.scanned, pin_set_at=set_at)


@verb
def _counted(attempt: _Attempt, *, at: datetime) -> tuple[str, datetime | None]:
    """The hash to compare with, and since when it stands; none where the PIN is not to be looked at. A try is counted
    before it is made, one after the other for one place and one reader, so that none is made beside it.

    :raises TooManyGuesses: as ``sign_in``.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.COUNT_IN_TURN, {"place": attempt.place, "reader": attempt.reader})
    here, everywhere, readers = _counts(attempt, at=at)
    rows = rows_of(Statement(sql.PIN, {"patron": attempt.patron_id}))
    stored, _, _, drawn_at, set_at = rows[0] if rows else ("", 0, None, None, None)
    if wait_s := _must_be_told_to_wait(attempt.by, everywhere, readers, at=at):
        raise TooManyGuesses(wait_s)
    if attempt.by is not TriedBy.PROGRAM and waits.reader_waits_until(
        here=here, strangers=everywhere, is_known=attempt.by is TriedBy.KNOWN, drawn_at=drawn_at, at=at
    ):
        return "", None
    PinTry.objects.create(reader=attempt.reader, way=attempt.by, place=attempt.place, at=at)
    return (stored, set_at) if attempt.may_open else ("", None)


def _must_be_told_to_wait(by: TriedBy, everywhere: waits.Counted, readers: waits.Counted, *, at: datetime) -> int:
    match by:
        case TriedBy.STRANGER:
            return waits.seconds_of(waits.SPREADING, readers, at=at)
        case TriedBy.PROGRAM:
            return waits.seconds_of(waits.PROGRAMS, everywhere, at=at)
        case TriedBy.KNOWN:
            return 0


def _counts(attempt: _Attempt, *, at: datetime) -> tuple[waits.Counted, waits.Counted, waits.Counted]:
    """What counts of this reader from here, of this reader from all who try like this, and the readers guessed at from
    here."""
    is_here = Q(place=attempt.place)
    of_reader = PinTry.objects.filter(reader=attempt.reader, way=attempt.by, at__gt=at - waits.KEPT).aggregate(
        here=Count("id", filter=is_here), here_last=Max("at", filter=is_here), all=Count("id"), last=Max("at")
    )
    of_place = PinTry.objects.filter(place=attempt.place, at__gt=at - waits.SPREADING_COUNTS).aggregate(
        readers=Count("reader", distinct=True), last=Max("at")
    )
    return (
        waits.Counted(count=of_reader["here"], last=of_reader["here_last"]),
        waits.Counted(count=of_reader["all"], last=of_reader["last"]),
        waits.Counted(count=of_place["readers"], last=of_place["last"]),
    )


def forget_tries(patron_id: int) -> None:
    """A step: wrong PINs of a reader no longer count, since they have a new one or are no more."""
    PinTry.objects.filter(reader=reader_mark(patron_id)).delete()


@needs()
@verb
def forget_old_tries(*, at: datetime) -> int:
    """Delete the wrong PINs that no longer count; returns how many."""
    gone, _ = PinTry.objects.filter(at__lte=at - waits.KEPT).delete()
    return gone


@cache
def _of_nobody() -> str:
    """A hash to compare with where there is none."""
    return pin_hash(patron_id=0, pin="000000")
