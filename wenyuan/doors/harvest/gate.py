"""What stands before every request of harvesters: how often, by which method, and how large."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from time import monotonic
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from wenyuan.doors.furniture.addresses import caller_address
from wenyuan.plumbing.buckets import Buckets, Rate

ADDRESSES: Final = Buckets(Rate(burst=120, per_second=10))
"""Requests of an address: a thousand records a second at most."""
BODY_BYTES: Final = 16_384
XML: Final = "text/xml; charset=utf-8"

View = Callable[[HttpRequest], HttpResponse]


def gate(view: View) -> View:
    """Put the gate before a view that is open to everybody."""

    @csrf_exempt  # nothing is changed, and no cookie counts
    @wraps(view)
    def serve(request: HttpRequest) -> HttpResponse:
        # OAI-PMH 2.0, 3.1.2.2: 503 with Retry-After asks a harvester to wait. SRU's clients know no other either.
        if wait := ADDRESSES.take(caller_address(request), now=monotonic()):
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


def _refused(status: HTTPStatus, text: str, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8", headers=headers)
