"""Lists go on by cursor: the place after the last row, signed, so that nobody has to check what an address says."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from django.core import signing
from django.http import HttpRequest
from ninja.params.functions import Query

from wenyuan.doors.api.problems import ProblemCode, Trouble

_SALT: Final = "api.paging"
DEFAULT: Final = 20
MOST: Final = 100

Limit = Annotated[int, Query(DEFAULT, ge=1, le=MOST, description="How many rows a page has at most.")]
Cursor = Annotated[
    str | None, Query(None, min_length=1, max_length=1000, description="From `next` of the page before; opaque.")
]


def next_address(request: HttpRequest, place: Sequence[Any] | None) -> str | None:
    """The address of the page that begins after ``place``; none at the end of the list."""
    if place is None:
        return None
    asked = request.GET.copy()
    asked["cursor"] = signing.dumps([request.path, *place], salt=_SALT)
    return f"{request.path}?{asked.urlencode()}"


def place_of(request: HttpRequest, cursor: str | None) -> list[Any] | None:
    """Where the page begins; none for the first.

    :raises Trouble: 422 for a text that is no cursor of this list.
    """
    if cursor is None:
        return None
    try:
        place: list[Any] = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError):
        raise Trouble(ProblemCode.CURSOR_INVALID) from None
    if place[0] != request.path:
        raise Trouble(ProblemCode.CURSOR_INVALID)
    return place[1:]
