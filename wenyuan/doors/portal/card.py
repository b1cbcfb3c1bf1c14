"""A reader's card and PIN, as far as they look after them alone."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.portal.access import ReaderRequest, reader_act, reader_page
from wenyuan.doors.portal.account import told
from wenyuan.doors.portal.sessions import stay
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.signing_in import caller_of
from wenyuan.kernel.identity import TokenKind
from wenyuan.lending.patrons.data import PatronRefused, PatronUnknown, ProblemCode, TokenView
from wenyuan.lending.patrons.operations import change_own_pin, report_own_lost
from wenyuan.lending.patrons.queries import list_tokens

TOKENS: Final = {
    TokenKind.CARD: _("Reader's card"),
    TokenKind.IDENTITY: _("Identity card"),
    TokenKind.SOCIAL_SECURITY: _("Social security card"),
    TokenKind.UID: _("Chip"),
    TokenKind.QR: _("QR code"),
}
STATES: Final = {"active": ("in", _("In use")), "lost": ("stop", _("Reported lost"))}
"""Those that stand on the page; what was replaced or removed is no longer the reader's concern."""
PROBLEMS: Final = {
    ProblemCode.PIN_WRONG: _(
        "This is not your PIN until now, or there were too many wrong ones and it is not looked at yet."
    ),
    ProblemCode.PIN_BAD: _("A new PIN has six digits."),
    ProblemCode.PIN_WEAK: _(
        "This one is too easily guessed: no birth date, no row of digits, no end of your own numbers."
    ),
    ProblemCode.PIN_SAME: _("This is your PIN until now."),
}


class PinForm(forms.Form):
    """The PIN until now, and another one, twice."""

    old = forms.CharField(
        label=_("Your PIN until now"),
        max_length=64,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "inputmode": "numeric"}),
    )
    pin = forms.CharField(
        label=_("New PIN"),
        max_length=64,
        help_text=_("Six digits that nobody can guess from what they know of you."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "inputmode": "numeric"}),
    )
    again = forms.CharField(
        label=_("New PIN once more"),
        max_length=64,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "inputmode": "numeric"}),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "pin" in self.cleaned_data and again != self.cleaned_data["pin"]:
            raise forms.ValidationError(_("These are two different PINs."))
        return again


@sensitive_post_parameters("old", "pin", "again")
@reader_act(with_page=True)
def pin(request: ReaderRequest) -> HttpResponse:
    """The form for another PIN. With it every other sign-in ends. Each reader sets their own, signed in themselves."""
    if request.reader.is_other:
        return told(request, "refused", gettext("A PIN is changed by whoever has signed in with that card"))
    form = PinForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            change_own_pin(
                patron_id=request.reader.patron.id,
                card=request.reader.card,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["pin"],
                caller=caller_of(request),
                at=request.at,
                desk=request.desk,
            )
        except PatronRefused as refused:
            note_problems(form, refused, PROBLEMS)
        else:
            return _changed(request)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "crumbs": crumbs(gettext("Change the PIN"))}
    return page(request, "portal/pin.html", context, at="account", status=status)


def _changed(request: ReaderRequest) -> HttpResponse:
    response = told(
        request,
        "fine",
        gettext("Your PIN is another one now"),
        [gettext("Wherever else you were signed in, you no longer are.")],
    )
    stay(request.reader, response, at=request.at)
    return response


@reader_page
def card(request: ReaderRequest) -> HttpResponse:
    """What stands for the reader, and what to do when it is lost."""
    rows = [(token, TOKENS[token.kind], *STATES[token.status]) for token in _tokens(request)]
    return page(request, "portal/card.html", {"rows": rows, "crumbs": crumbs(gettext("My card"))}, at="account")


@reader_act(with_page=True)
def lost(request: ReaderRequest, token_id: int) -> HttpResponse:
    """Asked first, since only the desk takes it back."""
    token = next((token for token in _tokens(request) if token.id == token_id), None)
    if token is None or token.status != "active":
        raise Http404
    kind = TOKENS[token.kind]
    if request.method == "POST":
        try:
            report_own_lost(patron_id=request.reader.patron.id, token_id=token.id, at=request.at, desk=request.desk)
        except (PatronRefused, PatronUnknown):  # replaced by a desk at this very moment
            return HttpResponseRedirect(reverse("portal:card"))
        if token.id == request.reader.session["token"]:
            return HttpResponseRedirect(reverse("portal:reported-lost"))
        heading = gettext("Reported lost: %(what)s") % {"what": f"{kind} {token.shown}"}
        return told(
            request, "fine", heading, [gettext("Nothing is lent on it any more. When you find it, bring it to a desk.")]
        )
    context = {
        "token": token,
        "kind": kind,
        "ends_here": token.id == request.reader.session["token"],
        "crumbs": crumbs(str(kind)),
    }
    return page(request, "portal/card_lost.html", context, at="account")


def _tokens(request: ReaderRequest) -> list[TokenView]:
    return [token for token in list_tokens(request.reader.patron.id) if token.status in STATES]


def note_problems(form: forms.Form, refused: PatronRefused, words: Mapping[ProblemCode, StrOrPromise]) -> None:
    """Write into the form what was refused; what has no words of its own is told like a wrong PIN."""
    for problem in refused.problems:
        form.add_error(problem.field or None, words.get(problem.code, words[ProblemCode.PIN_WRONG]))


def crumbs(label: str) -> list[Crumb]:
    """The way to a page below the account."""
    return [Crumb(label=gettext("My account"), url=reverse("portal:account")), Crumb(label=label)]
