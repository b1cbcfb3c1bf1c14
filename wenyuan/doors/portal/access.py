"""What every page of the portal is: there once the library is, and open to everybody, or to readers who have signed in.

A view gets the moment, the library, the language and who has signed in, if anybody has. What a reader does is done by
nobody's account (``READER``), at the branch at which they are registered.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from wenyuan.doors.portal.readiness import Readiness, readiness
from wenyuan.doors.portal.sessions import COOKIE, Reader, cookie_name, forget_cookie, keep_word, reader_of
from wenyuan.organisation.network.data import LibraryFacts
from wenyuan.organisation.network.queries import current_edition, get_library
from wenyuan.organisation.rights.data import READER, Act, Desk, Door

P = ParamSpec("P")

RETRY_AFTER = "5"
"""Seconds after which a browser or a script may ask again while a demo is being built."""
READING: Final = ("GET", "HEAD")
MEANT: Final = "for"
"""The field of a form that says in whose account it was drawn, where no row of theirs says it (``Reader.meant``)."""


class PublicRequest(HttpRequest):
    """A request behind ``public_page``. ``language`` is ``zh-hans`` or ``en``; ``reader`` is who has signed in;
    ``edition`` is the token of the network as it stands."""

    at: datetime
    library: LibraryFacts
    edition: UUID
    language: str
    reader: Reader | None


class ReaderRequest(PublicRequest):
    """A request behind ``reader_page`` or ``reader_act``: a reader's, who acts at ``desk`` for themselves alone."""

    reader: Reader
    desk: Desk


Page = Callable[Concatenate[PublicRequest, P], HttpResponse]
OwnPage = Callable[Concatenate[ReaderRequest, P], HttpResponse]
Served = Callable[Concatenate[HttpRequest, P], HttpResponse]


def public_page(view: Page[P]) -> Served[P]:
    """Open a page to everybody for GET and HEAD.

    Before there is a library, every address answers with a page that says so; while a demo is being built that page
    answers 503, so that scripts can wait for it.
    """
    return _declared(_served(view, READING), is_open=True)


def public_form(view: Page[P]) -> Served[P]:
    """The same for a page with a form that anybody may send."""
    return _declared(_served(view, (*READING, "POST")), is_open=True)


def public_act(view: Page[P]) -> Served[P]:
    """The same for what anybody may send from any page."""
    return _declared(_served(view, ("POST",)), is_open=True)


def reader_page(view: OwnPage[P]) -> Served[P]:
    """A page of the reader who has signed in; others sign in first and come back."""
    return _declared(_served(_for_readers(view, is_page=True), READING))


def reader_act(*acts: Act, with_page: bool = False) -> Callable[[OwnPage[P]], Served[P]]:
    """What a reader who has signed in sends, and ``with_page`` the page with its form. The acts are those of the verb
    that it calls. Who has not signed in (any more) does so first and then looks at the page again; what was sent is not
    done."""

    def declare(view: OwnPage[P]) -> Served[P]:
        methods = (*READING, "POST") if with_page else ("POST",)
        return _declared(_served(_for_readers(view, is_page=with_page), methods), acts=acts)

    return declare


def _declared(view: Served[P], *, acts: tuple[Act, ...] = (), is_open: bool = False) -> Served[P]:
    vars(view)["needs"] = frozenset(acts)
    if is_open:
        vars(view)["is_open"] = True
    return view


def _served(view: Page[P], methods: tuple[str, ...]) -> Served[P]:
    @wraps(view)
    def serve(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        edition = current_edition()
        library = get_library(edition)
        state = readiness(library)
        if library is None or state is not Readiness.READY:
            return _not_yet(request, state)
        request.at = timezone.now()  # type: ignore[attr-defined] # PublicRequest is this request with five more fields
        request.library = library  # type: ignore[attr-defined]
        request.edition = edition  # type: ignore[attr-defined]
        request.language = get_language() or "zh-hans"  # type: ignore[attr-defined]
        reader = reader_of(request, at=request.at)  # type: ignore[attr-defined]
        request.reader = reader  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)  # type: ignore[arg-type]
        if cookie_name(COOKIE) in request.COOKIES:
            _about_the_reader(response, has_signed_in=reader is not None)
        # Availability is of this moment: a browser may keep the page to go back to, and asks before it shows it anew.
        response.setdefault("Cache-Control", "private, no-cache")
        return response

    served = require_http_methods(methods)(serve)
    vars(served)["is_page"] = "GET" in methods  # one of the portal's that may be opened after signing in
    return served


def _about_the_reader(response: HttpResponse, *, has_signed_in: bool) -> None:
    """Nobody who comes to this browser afterwards shall go back to what it shows. A cookie that opens nothing goes."""
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Cookie"])
    if not has_signed_in and cookie_name(COOKIE) not in response.cookies:
        forget_cookie(response)


def _for_readers(view: OwnPage[P], *, is_page: bool) -> Page[P]:
    @wraps(view)
    def serve(request: PublicRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.reader is None:
            # What only takes forms is not an address that can be opened afterwards.
            return sign_in_first(request.get_full_path() if is_page else "")
        if request.method == "POST" and request.POST.get(MEANT, request.reader.meant) != request.reader.meant:
            return _not_theirs(request.reader)
        request.desk = Desk(  # type: ignore[attr-defined] # ReaderRequest is this request with one more field
            operator=READER, branch_id=request.reader.patron.home_branch_id, door=Door.PORTAL
        )
        response = view(request, *args, **kwargs)  # type: ignore[arg-type]
        response.setdefault("Cache-Control", "no-store")
        return response

    return serve


def _not_theirs(reader: Reader) -> HttpResponse:
    """A form of a page that was drawn while another account was open, in another tab, does nothing in this one."""
    heading = gettext("Another account is open now; nothing was done")
    keep_word(reader, {"kind": "refused", "heading": heading, "lines": []})
    response = HttpResponseRedirect(reverse("portal:account"))
    response["Cache-Control"] = "no-store"
    return response


def sign_in_first(path: str) -> HttpResponse:
    """To the page for signing in, and then on to a page of the portal; to the account where none is named."""
    asked = f"?{urlencode({'next': path})}" if path else ""
    response = HttpResponseRedirect(f"{reverse('portal:sign-in')}{asked}")
    response["Cache-Control"] = "no-store"
    return response


def _not_yet(request: HttpRequest, state: Readiness) -> HttpResponse:
    building = state is Readiness.BUILDING
    status = HTTPStatus.SERVICE_UNAVAILABLE if building else HTTPStatus.OK
    response = render(request, "portal/not_yet.html", {"building": building}, status=status)
    response["Cache-Control"] = "no-store"
    if building:
        response["Retry-After"] = RETRY_AFTER
    return response
