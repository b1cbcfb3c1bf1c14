"""What stands before every request of harvesters: how often, by which method, and how large."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from ipaddress import IPv6Address, IPv6Network, ip_address
from time import monotonic
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from wenyuan.doors.furniture.addresses import caller_address
from wenyuan.plumbing.buckets import Buckets, Rate

ADDRESSES: Final = Buckets(Rate(burst=60, per_second=5))
"""Requests of an address in a process, of which there are two: a thousand records a second at most."""
EVERYBODY: Final = Buckets(Rate(burst=240, per_second=20))
"""Requests of all together in a process: readers and staff are served by the same threads."""
BODY_BYTES: Final = 16_384
XML: Final = "text/xml; charset=utf-8"

View = Callable[[HttpRequest], HttpResponse]


def gate(view: View) -> View:
    """Put the gate before a view that is open to everybody."""

    @csrf_exempt  # nothing is changed, and no cookie counts
    @wraps(view)
    def serve(request: HttpRequest) -> HttpResponse:
        # OAI-PMH 2.0, 3.1.2.2: 503 with Retry-After asks a harvester to wait. SRU's clients know no other either.
        if wait := _wait(caller_address(request), monotonic()):
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, "Too many requests.", {"Retry-After": str(wait)})
        if request.method not in ("GET", "HEAD", "POST"):
            return _refused(HTTPStatus.METHOD_NOT_ALLOWED, "GET or POST.", {"Allow": "GET, HEAD, POST"})
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if not length.isdecimal() or int(length) > BODY_BYTES:
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.", {})
        if request.method == "POST" and request.content_type != "application/x-www-form-urlencoded":
            return _refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "application/x-www-form-urlencoded, please.", {})
        response = view(request)
        response.setdefault("Cache-Control", "no-store")
        return response

    vars(serve)["needs"] = frozenset()
    vars(serve)["is_open"] = True
    return serve


def forget_callers() -> None:
    """Everybody may ask as if for the first time."""
    ADDRESSES.forget()
    EVERYBODY.forget()


def _wait(address: str, now: float) -> int:
    """Seconds until this caller may ask; 0 if now, which counts as asked."""
    return ADDRESSES.take(_household(address), now=now) or EVERYBODY.take("", now=now)


def _household(address: str) -> str:
    """What counts as one caller: an address, of IPv6 the 64 bits that a line is given."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or IPv6Network((parsed, 64), strict=False))


def _refused(status: HTTPStatus, text: str, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8", headers=headers)
