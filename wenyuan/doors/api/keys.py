"""Idempotency keys: how a request that is sent again finds what it had done."""

from hashlib import blake2b
from typing import Annotated, Final

from django.http import HttpResponse
from ninja.params.functions import Header

from wenyuan.doors.api.access import Call

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST: Final = 255

IdempotencyKey = Annotated[
    str | None,
    Header(
        None,
        alias=HEADER,
        min_length=1,
        max_length=LONGEST,
        pattern=r"^[!-~]+$",
        description="Any text that the caller never uses for another act, a UUID for instance.",
    ),
]


def verb_key(call: Call, key: str | None) -> str | None:
    """The key as the verbs keep it: of this account (and reader) alone, so that no two callers meet on one."""
    if key is None:
        return None
    reader = call.reader.patron.id if call.reader else 0
    digest = blake2b(f"{call.caller.account_id}\0{reader}\0{key}".encode(), digest_size=24).hexdigest()
    return f"api:{digest}"


def mark_replayed(response: HttpResponse, *, repeated: bool) -> None:
    """Say that the act had been done before and this is its first receipt."""
    if repeated:
        response[REPLAYED] = "true"
