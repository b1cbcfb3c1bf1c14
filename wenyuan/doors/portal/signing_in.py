"""Signing in by card and PIN, and out again."""

import time
from collections.abc import Callable
from http import HTTPStatus
from threading import BoundedSemaphore
from time import monotonic
from typing import Final, TypeVar
from urllib.parse import urlsplit

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from wenyuan.doors.furniture.addresses import caller_network
from wenyuan.doors.portal.access import PublicRequest, public_act, public_form
from wenyuan.doors.portal.browsers import known_in, remember
from wenyuan.doors.portal.sessions import enter, leave
from wenyuan.doors.portal.shell import page
from wenyuan.lending.patrons.data import Caller, ScannedPatron, TooManyGuesses
from wenyuan.lending.patrons.operations import sign_in as check_sign_in
from wenyuan.organisation.notices.data import Language, NoticeKind
from wenyuan.organisation.notices.queries import sends_at_once

T = TypeVar("T")

REFUSED_AFTER_S: Final = 0.25
"""Refusals are told so late, as a second guard: the work behind them is alike, and the time hides what is left."""
WAITING: Final = BoundedSemaphore(2)
"""Of the few threads of a process so many may wait with a refusal. Beyond, refusals are told at once: nobody who has
the right PIN waits for those who have not."""


class SignInForm(forms.Form):
    """What stands for the reader, and the PIN."""

    card = forms.CharField(
        label=_("Card number"),
        max_length=64,
        help_text=_("As it stands on your card; your identity number will do if it is registered."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "off", "spellcheck": "false"}),
    )
    pin = forms.CharField(
        label=pgettext_lazy("of a reader", "PIN"),
        max_length=64,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "inputmode": "numeric"}),
    )


@sensitive_post_parameters("card", "pin")
@public_form
def sign_in(request: PublicRequest) -> HttpResponse:
    """The form, and the way on to the page that one came for."""
    following = following_of(request)
    if request.reader is not None and request.method != "POST":
        return HttpResponseRedirect(following)
    form = SignInForm(request.POST if request.method == "POST" else None)
    wait, is_refused = 0, False
    if form.is_valid():
        card, pin = form.cleaned_data["card"], form.cleaned_data["pin"]
        try:
            scanned = told_late(lambda: _tried(request, card, pin))
        except TooManyGuesses as many:
            wait = many.wait_s
        else:
            if scanned is not None:
                return _let_in(request, scanned, card, following)
            is_refused = True
    context = {
        "form": form,
        "next": following,
        "is_refused": is_refused,
        "wait_minutes": -(-wait // 60),
        "offers_codes": offers_codes(request),
    }
    response = page(request, "portal/sign_in.html", context, at="account", status=_status(form, wait, is_refused))
    response["Cache-Control"] = "no-store"
    if wait:
        response["Retry-After"] = str(wait)
    return response


def _tried(request: PublicRequest, card: str, pin: str) -> ScannedPatron | None:
    """Whom card and PIN let in. :raises TooManyGuesses: as the verb."""
    return check_sign_in(card=card, pin=pin, caller=caller_of(request), at=request.at)


def caller_of(request: PublicRequest) -> Caller:
    """The browser that asks, as guesses are counted."""
    return Caller(address=caller_network(request), known=known_in(request, at=request.at))


def told_late(look: Callable[[], T | None]) -> T | None:
    """Whom a look at card and PIN finds; that it is nobody is told late."""
    began = monotonic()
    found = look()
    if found is None and WAITING.acquire(blocking=False):
        try:
            time.sleep(max(0.0, REFUSED_AFTER_S - (monotonic() - began)))
        finally:
            WAITING.release()
    return found


def _let_in(request: PublicRequest, scanned: ScannedPatron, card: str, following: str) -> HttpResponse:
    response = HttpResponseRedirect(following)
    enter(request, response, scanned, card=card, at=request.at)
    remember(request, response, scanned.patron.id, at=request.at)
    rotate_token(request)
    return response


def _status(form: SignInForm, wait: int, is_refused: bool) -> int:
    if wait:
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.UNPROCESSABLE_ENTITY if is_refused or form.errors else HTTPStatus.OK


def language_of(request: PublicRequest) -> Language:
    """In which language an SMS goes to whoever reads this page."""
    return Language.EN if request.language == "en" else Language.ZH


def offers_codes(request: PublicRequest) -> bool:
    """Whether the library sends codes by which a reader signs in."""
    return sends_at_once(NoticeKind.VERIFICATION_CODE, language_of(request))


def following_of(request: PublicRequest) -> str:
    """The page that one came for, if it is one of the portal's; anything else leads to the account."""
    path = (request.POST if request.method == "POST" else request.GET).get("next", "")
    return path if is_own_page(path) else reverse("portal:account")


def is_own_page(path: str) -> bool:
    """Whether this is the path of a page of the portal: no other host, no other door, however it is written."""
    if not path.startswith("/") or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return False
    try:
        found = resolve(urlsplit(path).path)
    except (Resolver404, ValueError):
        return False
    return getattr(found.func, "is_page", False)


@public_act
def sign_out(request: PublicRequest) -> HttpResponse:
    """End the session with everything in it."""
    response = HttpResponseRedirect(reverse("portal:home"))
    leave(request, response)
    return response
