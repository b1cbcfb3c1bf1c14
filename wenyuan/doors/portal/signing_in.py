"""Signing in by card and PIN, and out again."""

import time
from collections.abc import Hashable
from http import HTTPStatus
from threading import Lock
from time import monotonic
from typing import Final
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
from wenyuan.doors.portal import limits
from wenyuan.doors.portal.access import PublicRequest, public_act, public_form
from wenyuan.doors.portal.sessions import enter, leave
from wenyuan.doors.portal.shell import page
from wenyuan.lending.patrons.data import ScannedPatron
from wenyuan.lending.patrons.operations import sign_in as check_sign_in
from wenyuan.lending.patrons.queries import patron_by_token, pin_mark, token_hashes

REFUSED_AFTER_S: Final = 0.25
"""Nobody is refused sooner, so that the time tells no more than the words do: whether there is such a card, whether its
PIN is locked, whether this was a wrong one that was counted."""
ONE_AT_A_TIME: Final = Lock()
"""Held while card and PIN are looked at and until the refusal is told, so that of the few threads of a process no more
than one waits for that. Others are sent away, after ``IN_TURN_S`` at most, before anything of theirs is looked at."""
IN_TURN_S: Final = 0.05
"""So long a good sign-in takes as a rule, and the next one waits for it. It does not outwait a refusal."""
BUSY_S: Final = 1
"""After so long, somebody may try again who met another's refusal."""


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
    following = _following(request)
    if request.reader is not None and request.method != "POST":
        return HttpResponseRedirect(following)
    form = SignInForm(request.POST if request.method == "POST" else None)
    wait, is_refused = 0, False
    if form.is_valid():
        wait, scanned = _in_turn(request, form.cleaned_data["card"], form.cleaned_data["pin"])
        if scanned is not None:
            let_in = HttpResponseRedirect(following)
            enter(request, let_in, scanned, card=form.cleaned_data["card"], at=request.at)
            rotate_token(request)
            return let_in
        is_refused = not wait
    is_busy = 0 < wait <= BUSY_S
    minutes = 0 if is_busy else -(-wait // 60)
    context = {"form": form, "next": following, "is_refused": is_refused, "is_busy": is_busy, "wait_minutes": minutes}
    response = page(request, "portal/sign_in.html", context, at="account", status=_status(form, wait, is_refused))
    response["Cache-Control"] = "no-store"
    if wait:
        response["Retry-After"] = str(wait)
    return response


def _in_turn(request: PublicRequest, card: str, pin: str) -> tuple[int, ScannedPatron | None]:
    """Whom card and PIN let in, told late if nobody; or the seconds to wait where too many try, and nothing is looked
    at."""
    network = caller_network(request)
    if wait := limits.BAD_SIGN_INS.take(network, now=monotonic()):
        return wait, None
    if not ONE_AT_A_TIME.acquire(timeout=IN_TURN_S):
        limits.BAD_SIGN_INS.give_back(network, now=monotonic())
        return BUSY_S, None
    try:
        began = monotonic()
        scanned = _tried(request, card, pin)
        if scanned is None:
            time.sleep(max(0.0, REFUSED_AFTER_S - (monotonic() - began)))
    finally:
        ONE_AT_A_TIME.release()
    return 0, scanned


def _tried(request: PublicRequest, card: str, pin: str) -> ScannedPatron | None:
    """Whom card and PIN let in. A try is counted before it is made, so that none is made beside it; a good one makes
    those before it forgotten. Where too many were made for this reader from here, none is made."""
    network = caller_network(request)
    of_this_reader = (network, *_whose(card))
    is_barred = limits.BAD_PINS.take(of_this_reader, now=monotonic()) > 0
    scanned = None if is_barred else check_sign_in(card=card, pin=pin, at=request.at)
    if scanned is not None:
        limits.BAD_SIGN_INS.give_back(network, now=monotonic())
        limits.BAD_PINS.refill(of_this_reader)
    return scanned


def _whose(card: str) -> tuple[Hashable, ...]:
    """Under what tries with this card are counted: one reader, however it is written and whatever else stands for them,
    until they get another PIN; where it is nobody's, what it might be."""
    found = patron_by_token(card)
    return tuple(token_hashes(card)) if found is None else (found.patron.id, pin_mark(found.patron.id))


def _status(form: SignInForm, wait: int, is_refused: bool) -> int:
    if wait:
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.UNPROCESSABLE_ENTITY if is_refused or form.errors else HTTPStatus.OK


def _following(request: PublicRequest) -> str:
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
