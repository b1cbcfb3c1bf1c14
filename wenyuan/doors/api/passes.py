"""What a reader's application holds: a pass, sealed with the key ring, that says who signed in and until when.

Nothing is stored here. A pass is asked anew with each request: it ends with its time, with the application's token,
when the card is reported lost or replaced, when the reader leaves, and when the PIN is set anew. A handle is the same
kind of value for a reader whom a machine has looked up by card, so that no address names a reader's number.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from wenyuan.lending.patrons.data import PatronView
from wenyuan.lending.patrons.queries import still_signed_in
from wenyuan.plumbing.secrets import KeyRingError, key_ring

PREFIX: Final = "wyr_"
"""How every pass begins."""
PASS_LASTS: Final = timedelta(minutes=30)
HANDLE_LASTS: Final = timedelta(minutes=15)
MOST_CHARACTERS: Final = 2_000
IN_USE: Final = "active"
LEFT: Final = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A reader who signed in by ``card`` (a token of theirs, ``card_id``) and the PIN that stands since ``pin_set_at``,
    through an application's token."""

    patron_id: int
    card_id: int
    card: str = field(repr=False)
    api_token_id: int
    pin_set_at: datetime | None
    until: datetime


def write_pass(signed_in: Pass) -> str:
    """The text that the application shows from now on."""
    return PREFIX + _seal(
        "pass",
        {
            "patron": signed_in.patron_id,
            "card_id": signed_in.card_id,
            "card": signed_in.card,
            "token": signed_in.api_token_id,
            "pin_set_at": signed_in.pin_set_at.isoformat() if signed_in.pin_set_at else "",
            "until": signed_in.until.timestamp(),
        },
    )


def read_pass(text: str, *, at: datetime) -> Pass | None:
    """The pass behind a text; nothing for one that is none, or whose time is over."""
    values = _open("pass", text.removeprefix(PREFIX)) if text.startswith(PREFIX) else None
    if values is None or at.timestamp() >= values["until"]:
        return None
    return Pass(
        patron_id=values["patron"],
        card_id=values["card_id"],
        card=values["card"],
        api_token_id=values["token"],
        pin_set_at=datetime.fromisoformat(values["pin_set_at"]) if values["pin_set_at"] else None,
        until=datetime.fromtimestamp(values["until"], UTC),
    )


def reader_of(signed_in: Pass) -> PatronView | None:
    """The reader of a pass as they are now; nothing when the pass has ended since it was given."""
    return still_signed_in(patron_id=signed_in.patron_id, token_id=signed_in.card_id, pin_set_at=signed_in.pin_set_at)


def write_handle(*, patron_id: int, account_id: int, at: datetime) -> str:
    """A text by which this account may ask for this reader for a quarter of an hour."""
    until = (at + HANDLE_LASTS).timestamp()
    return _seal("handle", {"patron": patron_id, "account": account_id, "until": until})


def read_handle(text: str, *, account_id: int, at: datetime) -> int | None:
    """The reader's id; nothing for a text that is no handle of this account, or whose time is over."""
    values = _open("handle", text)
    if values is None or values["account"] != account_id or at.timestamp() >= values["until"]:
        return None
    patron_id: int = values["patron"]
    return patron_id


def _seal(purpose: str, values: dict[str, int | float | str]) -> str:
    sealed = key_ring().encrypt(json.dumps({"purpose": purpose, **values}))
    return base64.urlsafe_b64encode(sealed.encode()).decode().rstrip("=")


def _open(purpose: str, text: str) -> dict[str, Any] | None:
    """What was sealed for this purpose. The ring seals other values too: those are no passes."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        values = json.loads(key_ring().decrypt(sealed))
    except (binascii.Error, KeyRingError, ValueError):
        return None
    return values if isinstance(values, dict) and values.get("purpose") == purpose else None
