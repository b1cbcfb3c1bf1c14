"""Resumption tokens: the whole request and where it goes on, signed; nothing is kept (OAI-PMH 2.0, 3.5).

The same token gives the same place again (3.5.1), on whichever process, after a restart, and while records change: a
record that changed has moved to the end of the list.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core import signing

from wenyuan.doors.harvest.oai.asking import ErrorCode, OaiError, told
from wenyuan.holdings.catalogue.data import HarvestPlace

GOOD_FOR: Final = timedelta(days=3)
_SALT = "wenyuan.oai"
_PLAIN_ARGUMENTS: Final = frozenset({"metadataPrefix", "from", "until", "set"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A list on its way: the arguments it began with, what was given before (``cursor`` records), how many there were
    in all when it began, if they were counted."""

    arguments: dict[str, str]
    after: HarvestPlace
    cursor: int
    total: int | None


def write_token(resumed: Resumed) -> str:
    """The token for the next part of a list."""
    stamp, bib_id = resumed.after
    return signing.dumps([resumed.arguments, int(stamp.timestamp()), bib_id, resumed.cursor, resumed.total], salt=_SALT)


def read_token(token: str, verb: str) -> Resumed:
    """What a token says.

    :raises OaiError: badResumptionToken: not ours, altered, of another verb, or expired.
    """
    try:
        arguments, stamp, bib_id, cursor, total = signing.loads(token, salt=_SALT, max_age=GOOD_FOR)
    except signing.SignatureExpired:
        raise OaiError(ErrorCode.BAD_RESUMPTION_TOKEN, "The token has expired; begin the list again.") from None
    except signing.BadSignature:
        raise _bad() from None
    if arguments["verb"] != verb:
        raise _bad()
    return Resumed(
        arguments=_checked(arguments), after=(datetime.fromtimestamp(stamp, UTC), bib_id), cursor=cursor, total=total
    )


def expires(now: datetime) -> str:
    """Until when a token written now is good."""
    return told(now + GOOD_FOR)


def _checked(arguments: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in arguments.items() if name in _PLAIN_ARGUMENTS or name == "verb"}


def _bad() -> OaiError:
    return OaiError(ErrorCode.BAD_RESUMPTION_TOKEN, "The token is not one of this repository and verb.")
