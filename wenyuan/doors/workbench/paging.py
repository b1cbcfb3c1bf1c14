"""Lists that go on by key rather than by page number: a journal of millions has no page 40,000.

The place where a list continues is signed, so that nobody has to check what an address says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest

_SALT = "workbench.paging"


@dataclass(frozen=True, slots=True)
class Onward:
    """How a list goes on: ``token`` leads to the next page, empty at the end; ``is_first`` says that it begins here."""

    token: str
    is_first: bool


def onward(request: HttpRequest, place: int | Sequence[Any] | None) -> Onward:
    """The links under a list whose next page begins after ``place``."""
    token = "" if place is None else signing.dumps(place, salt=_SALT)
    return Onward(token, is_first="from" not in request.GET)


def number_from(request: HttpRequest) -> int | None:
    """Where this page begins, as a number; nothing for the first page or a mistyped address."""
    found = _read(request)
    return found if isinstance(found, int) else None


def pair_from(request: HttpRequest) -> tuple[Any, int] | None:
    """Where this page begins, as a key and an id; nothing for the first page or a mistyped address."""
    found = _read(request)
    if isinstance(found, list) and len(found) == 2:
        return found[0], found[1]
    return None


def texts_from(request: HttpRequest) -> tuple[str, str] | None:
    """Where this page begins, as two keys; nothing for the first page or a mistyped address."""
    found = _read(request)
    if isinstance(found, list) and len(found) == 2 and all(isinstance(one, str) for one in found):
        return found[0], found[1]
    return None


def _read(request: HttpRequest) -> Any:
    try:
        return signing.loads(request.GET.get("from", ""), salt=_SALT)
    except signing.BadSignature:
        return None
