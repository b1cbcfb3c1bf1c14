"""Browsers that are known: in whose name somebody has signed in there before.

A cookie of its own, sealed, says so, beside the session and long after it. It opens nothing. It only lets wrong PINs of
strangers be counted apart from those of this browser (ADR 0024).
"""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from wenyuan.doors.portal.sessions import cookie_name
from wenyuan.plumbing.secrets import KeyRingError, key_ring

BROWSER_COOKIE: Final = "wenyuan_known"
KNOWN_FOR: Final = timedelta(days=400)
"""Since the last sign-in; browsers keep no cookie longer."""
MOST_READERS: Final = 6
"""A family's; the one who has been away longest goes first."""
_WHAT: Final = "known browser"
_LONGEST_TEXT: Final = 2000


def known_in(request: HttpRequest, *, at: datetime) -> dict[int, str]:
    """The marks of this browser by the ids of the patrons who have signed in with it, who came last first."""
    return {patron_id: mark for patron_id, (mark, _) in _read(request, at=at).items()}


def remember(request: HttpRequest, response: HttpResponseBase, patron_id: int, *, at: datetime) -> None:
    """This patron has signed in with this browser."""
    known = _read(request, at=at)
    mark, _ = known.pop(patron_id, (secrets.token_hex(8), 0))
    kept = [[patron_id, mark, int(at.timestamp())], *([id_, *rest] for id_, rest in known.items())][:MOST_READERS]
    response.set_cookie(
        cookie_name(BROWSER_COOKIE),
        key_ring().encrypt(json.dumps({"what": _WHAT, "readers": kept})),
        max_age=KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest, *, at: datetime) -> dict[int, tuple[str, int]]:
    text = request.COOKIES.get(cookie_name(BROWSER_COOKIE), "")
    if not text or len(text) > _LONGEST_TEXT:
        return {}
    try:
        told = json.loads(key_ring().decrypt(text))
    except (KeyRingError, ValueError):  # somebody else's text, or sealed by a key that is gone
        return {}
    # Whatever else the ring has sealed says something else.
    if not isinstance(told, Mapping) or told.get("what") != _WHAT:
        return {}
    since = (at - KNOWN_FOR).timestamp()
    return {patron_id: (mark, seen) for patron_id, mark, seen in told["readers"] if seen > since}
