"""Signing in by a code that is sent to the telephone: the number, the code, and of several readers which one.

What belongs together is told by a key that the first form carries to the others: a code opens nothing elsewhere.
"""

import re
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from wenyuan.doors.furniture.addresses import caller_network
from wenyuan.doors.portal.access import PublicRequest, public_act, public_form
from wenyuan.doors.portal.browsers import remember
from wenyuan.doors.portal.sessions import enter
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.signing_in import following_of, language_of, offers_codes, told_late
from wenyuan.lending.patrons.data import CODE_MINUTES, PatronRefused, PatronView, TooManyCodes
from wenyuan.lending.patrons.operations import ask_for_code, give_code, sign_in_by_code
from wenyuan.lending.patrons.queries import get_patron
from wenyuan.organisation.rights.data import READER, Desk, Door

_KEY: Final = re.compile(r"[0-9a-f]{32}")
_IN_HOURS_S: Final = 90 * 60


class NumberForm(forms.Form):
    """The number that the library has of the reader."""

    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=32,
        help_text=_("The one that the library has of you, or of the child for whom you answer."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class CodeForm(forms.Form):
    """What came by SMS."""

    code = forms.CharField(
        label=pgettext_lazy("by SMS", "Code"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


@sensitive_post_parameters("phone", "key")
@public_form
def ask(request: PublicRequest) -> HttpResponse:
    """The number, and then the form for the code: the same for everybody's number."""
    if request.reader is not None and request.method != "POST":
        return HttpResponseRedirect(following_of(request))
    is_offered = offers_codes(request)
    # without a number it is who asks for another code: with the same key, so that the first one still opens
    form = NumberForm(request.POST if "phone" in request.POST and is_offered else None)
    key, refused = _key(request) or secrets.token_hex(16), None
    if form.is_valid():
        try:
            last4 = ask_for_code(
                phone=form.cleaned_data["phone"],
                key=key,
                address=caller_network(request),
                language=language_of(request),
                at=request.at,
            )
        except TooManyCodes as many:
            refused = many
        except PatronRefused:
            form.add_error("phone", _("This is no mobile number."))
        else:
            return _asked_for_code(request, CodeForm(), key=key, last4=last4)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "is_offered": is_offered, "key": key}
    if refused is None:
        return _page(request, context, status)
    told = {**context, "refused": refused, "code_form": CodeForm(), **_wait_in_words(refused.wait_s)}
    response = _page(request, told, HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(refused.wait_s)
    return response


def _wait_in_words(wait_s: int) -> dict[str, int]:
    """In minutes, from ninety of them on in hours; never too short."""
    return {"wait_hours": -(-wait_s // 3600)} if wait_s >= _IN_HOURS_S else {"wait_minutes": -(-wait_s // 60)}


@sensitive_post_parameters("code", "key")
@public_act
def give(request: PublicRequest) -> HttpResponse:
    """The code. One reader is let in at once, of several one is chosen; a refusal says no more than that."""
    key, form = _key(request), CodeForm(request.POST)
    last4 = request.POST.get("last4", "")[:4]
    if not form.is_valid():
        return _asked_for_code(request, form, key=key, last4=last4, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    readers = told_late(lambda: give_code(key=key, code=form.cleaned_data["code"], at=request.at) or None)
    if readers is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _asked_for_code(request, CodeForm(), key=key, last4=last4, is_refused=True, status=status)
    if len(readers) == 1:
        return _let_in(request, key, readers[0])
    return _to_choose(request, key, readers)


@sensitive_post_parameters("key")
@public_act
def choose(request: PublicRequest) -> HttpResponse:
    """Which of several readers signs in."""
    wanted = request.POST.get("reader", "")
    chosen = get_patron(int(wanted)) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 19 else None
    return _let_in(request, _key(request), chosen) if chosen is not None else _begin_anew(request)


def _let_in(request: PublicRequest, key: str, patron: PatronView) -> HttpResponse:
    desk = Desk(operator=READER, branch_id=patron.home_branch_id, door=Door.PORTAL)
    scanned = sign_in_by_code(key=key, patron_id=patron.id, at=request.at, desk=desk)
    if scanned is None or not scanned.patron.card_no:
        return _begin_anew(request)
    response = HttpResponseRedirect(following_of(request))
    enter(request, response, scanned, card=scanned.patron.card_no, at=request.at)
    remember(request, response, scanned.patron.id, at=request.at)
    rotate_token(request)
    return response


def _asked_for_code(
    request: PublicRequest,
    form: CodeForm,
    *,
    key: str,
    last4: str,
    is_refused: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {"form": form, "key": key, "last4": last4, "is_refused": is_refused, "minutes": CODE_MINUTES}
    return _page(request, {**context, "step": "code", "is_offered": True}, status)


def _to_choose(request: PublicRequest, key: str, readers: Sequence[PatronView]) -> HttpResponse:
    return _page(request, {"step": "reader", "key": key, "readers": readers, "is_offered": True}, HTTPStatus.OK)


def _begin_anew(request: PublicRequest) -> HttpResponse:
    """The right code was given too long ago, or somebody has signed in by it already."""
    context = {"form": NumberForm(), "is_offered": True, "is_over": True, "key": secrets.token_hex(16)}
    return _page(request, context, HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(request: PublicRequest, context: dict[str, Any], status: int) -> HttpResponse:
    shown = {"next": following_of(request), **context}
    response = page(
        request, "portal/phone_sign_in.html", shown, at="account", canonical=reverse("portal:phone-code"), status=status
    )
    response["Cache-Control"] = "no-store"
    return response


def _key(request: PublicRequest) -> str:
    key = request.POST.get("key", "")
    return key if _KEY.fullmatch(key) else ""
