"""A reader who has signed in: a session of the portal's own, of which staff's pages know nothing.

It lies in Django's table under a cookie and a signature of its own. Staff's key is none here and a reader's none there,
so whichever cookie is copied into the other's place, nobody has signed in.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from wenyuan.lending.patrons.data import Insight, PatronView, ScannedPatron
from wenyuan.lending.patrons.queries import other_readers, still_signed_in
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import KeyRingError, key_ring

COOKIE: Final = "wenyuan_reader"
SILENCE: Final = timedelta(minutes=30)
"""Who opens no page for so long has left. Pages are noted by the minute, so it may be a minute less."""
LONGEST: Final = timedelta(hours=12)
"""So long after the sign-in it ends at all events."""
NOTED_AFTER: Final = timedelta(minutes=1)
_WORD: Final = "word"
_OTHER: Final = "other"
_KEY = re.compile(r"[a-z0-9]{32}")


def cookie_name(plain: str) -> str:
    """The name of a cookie of the portal. Where TLS is, browsers take it from this very host alone (``__Host-``), so
    that a sibling host can plant none."""
    return f"__Host-{plain}" if settings.SESSION_COOKIE_SECURE else plain


class ReaderSession(SessionStore):
    """The session of a reader. Its signature differs from that of staff's sessions in the same table."""

    key_salt = "wenyuan.doors.portal.reader"

    def get_session_cookie_age(self) -> int:
        """From each time it is saved."""
        return int(SILENCE.total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whose account is open, and by which ``card`` (or number, or chip) they are told to the verbs: who has signed in
    (``own``), or another reader whom they may look after and have switched to."""

    patron: PatronView
    card: str = field(repr=False)
    session: ReaderSession
    own: PatronView

    @property
    def is_other(self) -> bool:
        """Whether it is another reader's account."""
        return self.patron.id != self.own.id

    @property
    def meant(self) -> str:
        """What a form of this account carries, so that it does nothing in another."""
        return str(self.patron.id)

    @property
    def kept_of(self) -> str:
        """By what a browser tells apart the readers who sign in in it: no id and no card, and of each always the same,
        whichever account is open."""
        return salted_hmac("wenyuan.doors.portal.kept", str(self.own.id), algorithm="sha256").hexdigest()[:32]


def reader_of(request: HttpRequest, *, at: datetime) -> Reader | None:
    """Who has signed in in this browser; nobody without the cookie, and then nothing is asked."""
    session = _session_of(request)
    if session is None or "patron" not in session:
        return None
    since, seen = (datetime.fromtimestamp(session[name], UTC) for name in ("since", "seen"))
    if not since <= at < since + LONGEST:
        return None
    set_at = session["pin_set_at"]
    patron = still_signed_in(
        patron_id=session["patron"],
        token_id=session["token"],
        pin_set_at=datetime.fromisoformat(set_at) if set_at else None,
    )
    if patron is None:
        return None
    try:
        if at >= seen + NOTED_AFTER:
            session["seen"] = at.timestamp()
            session.save()
        other = _switched_to(session, patron, at=at)
        if other is None and session.pop(_OTHER, None) is not None:  # what has ended does not come back by itself
            session.save()
        card = key_ring().decrypt(session["card"]) if other is None else other.card_no
        return Reader(patron=other or patron, card=card, session=session, own=patron)
    except (KeyRingError, UpdateError):  # the key is gone; or the reader has signed out on another page just now
        return None


def _switched_to(session: ReaderSession, own: PatronView, *, at: datetime) -> PatronView | None:
    """The other reader whose account is open, as long as that may be (each page asks anew); else the own one is."""
    wanted = session.get(_OTHER)
    if wanted is None:
        return None
    others = other_readers(own.id, on=local_date(at))
    return next((one.patron for one in others if one.patron.id == wanted and one.insight is Insight.ALL), None)


def switch(reader: Reader, patron_id: int, *, at: datetime) -> PatronView | None:
    """Open another reader's account from now on, or the own one again; whose, and nothing where it may not be."""
    if patron_id == reader.own.id:
        reader.session.pop(_OTHER, None)
        found: PatronView | None = reader.own
    else:
        before = reader.session.get(_OTHER)
        reader.session[_OTHER] = patron_id
        found = _switched_to(reader.session, reader.own, at=at)
        if found is None:
            reader.session[_OTHER] = before
    with suppress(UpdateError):
        reader.session.save()
    return found


def _session_of(request: HttpRequest) -> ReaderSession | None:
    key = request.COOKIES.get(cookie_name(COOKIE), "")
    return ReaderSession(key) if _KEY.fullmatch(key) else None


def enter(request: HttpRequest, response: HttpResponseBase, scanned: ScannedPatron, *, card: str, at: datetime) -> None:
    """Begin the session of a reader who has signed in, under a new key: one that somebody gave this browser before
    opens nothing. What was shown may be an identity number, so it is sealed."""
    _end(request)
    session = ReaderSession()
    session["patron"], session["token"] = scanned.patron.id, scanned.token_id
    session["card"] = key_ring().encrypt(card)
    session["since"] = session["seen"] = at.timestamp()
    session["pin_set_at"] = scanned.pin_set_at.isoformat() if scanned.pin_set_at else None
    session.create()
    _give(response, session)


def stay(reader: Reader, response: HttpResponseBase, *, at: datetime) -> None:
    """Go on under a new key where the reader has set another PIN ``at`` this moment, which ends all other sign-ins."""
    reader.session["since"], reader.session["pin_set_at"] = at.timestamp(), at.isoformat()
    reader.session.cycle_key()
    reader.session.save()
    _give(response, reader.session)


def _give(response: HttpResponseBase, session: ReaderSession) -> None:
    response.set_cookie(
        cookie_name(COOKIE),
        str(session.session_key),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def keep_word(reader: Reader, word: Mapping[str, object]) -> None:
    """What the reader is to be told on the next page of theirs. Who has just signed out elsewhere is told nothing."""
    reader.session[_WORD] = dict(word)
    with suppress(UpdateError):
        reader.session.save()


def word_of(reader: Reader) -> Mapping[str, object] | None:
    """What was to be told, once."""
    word: Mapping[str, object] | None = reader.session.pop(_WORD, None)
    if word is not None:
        with suppress(UpdateError):
            reader.session.save()
    return word


def leave(request: HttpRequest, response: HttpResponseBase) -> None:
    """End the session of this browser, if it has one."""
    _end(request)
    forget_cookie(response)


def _end(request: HttpRequest) -> None:
    session = _session_of(request)
    if session is not None and "patron" in session:
        session.delete()


def forget_cookie(response: HttpResponseBase) -> None:
    """Take a cookie back that opens nothing any more."""
    response.set_cookie(
        cookie_name(COOKIE),
        max_age=0,
        expires="Thu, 01 Jan 1970 00:00:00 GMT",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_ended(*, at: datetime) -> None:
    """Delete the sessions whose time is over, of readers and of staff."""
    ReaderSession.get_model_class().objects.filter(expire_date__lt=at).delete()
