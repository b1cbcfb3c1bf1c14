"""What every page of the portal is: open to everybody, read only, and there once the library is.

Nobody signs in here, so a view gets no operator and no desk; it gets the moment, the library and the language.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from wenyuan.doors.portal.readiness import Readiness, readiness
from wenyuan.organisation.network.data import LibraryFacts
from wenyuan.organisation.network.queries import get_library

P = ParamSpec("P")

RETRY_AFTER = "5"
"""Seconds after which a browser or a script may ask again while a demo is being built."""


class PublicRequest(HttpRequest):
    """A request behind ``public_page``. ``language`` is ``zh-hans`` or ``en``."""

    at: datetime
    library: LibraryFacts
    language: str


Page = Callable[Concatenate[PublicRequest, P], HttpResponse]
Served = Callable[Concatenate[HttpRequest, P], HttpResponse]


def public_page(view: Page[P]) -> Served[P]:
    """Open a page to everybody for GET and HEAD.

    Before there is a library, every address answers with a page that says so; while a demo is being built that page
    answers 503, so that scripts can wait for it.
    """

    @wraps(view)
    def serve(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        library = get_library()
        state = readiness(library)
        if library is None or state is not Readiness.READY:
            return _not_yet(request, state)
        request.at = timezone.now()  # type: ignore[attr-defined] # PublicRequest is this request with three more fields
        request.library = library  # type: ignore[attr-defined]
        request.language = get_language() or "zh-hans"  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)  # type: ignore[arg-type]
        # Availability is of this moment: a browser may keep the page to go back to, and asks before it shows it anew.
        response.setdefault("Cache-Control", "private, no-cache")
        return response

    served = require_safe(serve)
    vars(served)["needs"] = frozenset()
    vars(served)["is_open"] = True
    return served


def _not_yet(request: HttpRequest, state: Readiness) -> HttpResponse:
    building = state is Readiness.BUILDING
    status = HTTPStatus.SERVICE_UNAVAILABLE if building else HTTPStatus.OK
    response = render(request, "portal/not_yet.html", {"building": building}, status=status)
    response["Cache-Control"] = "no-store"
    if building:
        response["Retry-After"] = RETRY_AFTER
    return response
