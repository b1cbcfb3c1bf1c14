"""A reader asks that everything the library has of them be deleted, and is told what became of it."""

from datetime import timedelta
from http import HTTPStatus

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.portal.access import ReaderRequest, reader_act
from wenyuan.doors.portal.account import told
from wenyuan.doors.portal.card import PROBLEMS, crumbs, note_problems
from wenyuan.doors.portal.own_data import standing_against
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.signing_in import caller_of
from wenyuan.doors.portal.words import long_day
from wenyuan.lending.patrons.data import ANSWER_DAYS, ErasureState, PatronRefused, ProblemCode
from wenyuan.lending.patrons.operations import ask_own_erasure, take_back_own_erasure
from wenyuan.lending.patrons.queries import last_erasure_request
from wenyuan.plumbing.clock import local_date

REFUSALS: dict[ProblemCode, StrOrPromise] = {
    **PROBLEMS,
    ProblemCode.GUARDIAN_CONSENT_MISSING: _("For a child a guardian asks, at any desk."),
}


class AskForm(forms.Form):
    """The PIN once more."""

    pin = forms.CharField(
        label=pgettext_lazy("of a reader", "PIN"),
        max_length=64,
        help_text=_("Asked once more: what is deleted cannot be brought back."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "inputmode": "numeric"}),
    )


@sensitive_post_parameters("pin")
@reader_act(with_page=True)
def deletion(request: ReaderRequest) -> HttpResponse:
    """What stands against it, the request that stands, and what was answered to the one before."""
    if request.reader.is_other:
        return told(request, "refused", gettext("Deletion is asked for by whoever has signed in with that card"))
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            ask_own_erasure(
                patron_id=request.reader.patron.id,
                card=request.reader.card,
                pin=form.cleaned_data["pin"],
                caller=caller_of(request),
                at=request.at,
                desk=request.desk,
            )
        except PatronRefused as refused:
            note_problems(form, refused, REFUSALS)
        else:
            return told(request, "fine", gettext("You have asked that everything be deleted"), [_until(request)])
    last = last_erasure_request(request.reader.patron.id)
    trail = crumbs(gettext("Have it deleted"))
    trail.insert(1, Crumb(label=gettext("My data"), url=reverse("portal:own-data")))
    context = {
        "form": form,
        "keeps": standing_against(request),
        "last": last,
        "is_open": last is not None and last.state is ErasureState.OPEN,
        "is_refused": last is not None and last.state is ErasureState.REFUSED,
        "asked_date": local_date(last.asked_at) if last else None,
        "answered_date": local_date(last.ended_at) if last and last.ended_at else None,
        "answer_by": local_date(last.asked_at) + timedelta(days=ANSWER_DAYS) if last else None,
        "crumbs": trail,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "portal/deletion.html", context, at="account", status=status)


def _until(request: ReaderRequest) -> str:
    from_now = local_date(request.at) + timedelta(days=ANSWER_DAYS)
    return gettext("The library answers by %(day)s. You can take it back until then.") % {"day": long_day(from_now)}


@reader_act()
def take_back(request: ReaderRequest) -> HttpResponse:
    """The reader thinks better of it."""
    if request.reader.is_other:
        return told(request, "refused", gettext("Deletion is asked for by whoever has signed in with that card"))
    try:
        take_back_own_erasure(patron_id=request.reader.patron.id, at=request.at, desk=request.desk)
    except PatronRefused:  # the card was given up at a desk just now
        return told(request, "refused", gettext("This was not done"))
    return told(request, "fine", gettext("Your request for deletion is taken back"))
