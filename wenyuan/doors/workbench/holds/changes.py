"""What staff may change on one hold: what it asks for, its place, its suspension, its end."""

from collections.abc import Callable
from datetime import date

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.holds.forms import PlaceForm, SuspendForm, WishForm
from wenyuan.doors.workbench.holds.words import not_done_words, why
from wenyuan.lending.circulation.data import HoldView
from wenyuan.lending.circulation.operations import (
    Refused,
    cancel_hold,
    change_hold,
    move_hold,
    resume_hold,
    suspend_hold,
)
from wenyuan.lending.circulation.queries import get_hold
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

GET_POST = ("GET", "HEAD", "POST")


@require_http_methods(GET_POST)
@staff_page(Act.PLACE_HOLD)
def wish(request: StaffRequest, hold_id: int) -> HttpResponse:
    """Another pickup branch, or other days."""
    hold = _hold_or_404(hold_id)
    form = WishForm(
        request.POST or None,
        branches=branch_choices(on=local_date(request.at), standing=True),
        initial={"pickup": hold.pickup_branch_id, "not_before": hold.not_before, "not_after": hold.not_after},
    )
    if form.is_valid():
        asked = form.cleaned_data
        try:
            change_hold(
                hold_id=hold_id,
                at=request.at,
                desk=request.desk,
                pickup_branch_id=asked["pickup"],
                not_before=asked["not_before"],
                not_after=asked["not_after"],
            )
        except Refused as refused:
            for words in why(refused.blocks):
                refuse(form, words)
        else:
            return done(request, gettext("The hold is changed."), _home_of(hold))
    return form_page(request, form, _sheet(hold, gettext("Change the hold"), gettext("Save")))


@require_http_methods(GET_POST)
@staff_page(Act.REORDER_HOLDS)
def place(request: StaffRequest, hold_id: int) -> HttpResponse:
    """Another place in the queue of the title."""
    hold = _hold_or_404(hold_id)
    form = PlaceForm(request.POST or None)
    if form.is_valid():
        try:
            move_hold(
                hold_id=hold_id,
                to=form.cleaned_data["to"],
                reason=form.cleaned_data["reason"],
                at=request.at,
                desk=request.desk,
            )
        except Refused as refused:
            refuse(form, "; ".join(why(refused.blocks)))
        except ValueError:
            refuse(form, gettext("The queue is not that long."), "to")
        else:
            return done(request, gettext("The queue is reordered."), _home_of(hold))
    sheet = _sheet(
        hold,
        gettext("Reorder the queue"),
        gettext("Move the hold"),
        gettext("Holds are served by the time of placing. Another order needs a reason that readers would accept."),
    )
    return form_page(request, form, sheet)


@require_POST
@staff_page(Act.PLACE_HOLD)
def suspend(request: StaffRequest, hold_id: int) -> HttpResponse:
    """Pass the hold over, up to a day or until it is resumed."""
    form = SuspendForm(request.POST)
    until: date | None = form.cleaned_data["until"] if form.is_valid() else None
    if form.errors:
        return not_done(request, gettext("This is no day."), _back(request, hold_id))
    return _act(
        request,
        hold_id,
        lambda: suspend_hold(hold_id=hold_id, at=request.at, desk=request.desk, until=until),
        gettext("The hold is suspended and keeps its place."),
    )


@require_POST
@staff_page(Act.PLACE_HOLD)
def resume(request: StaffRequest, hold_id: int) -> HttpResponse:
    """Let a suspended hold count again."""
    return _act(
        request,
        hold_id,
        lambda: resume_hold(hold_id=hold_id, at=request.at, desk=request.desk),
        gettext("The hold counts again."),
    )


@require_POST
@staff_page(Act.PLACE_HOLD)
def cancel(request: StaffRequest, hold_id: int) -> HttpResponse:
    """End a hold that is no longer wanted."""
    return _act(
        request,
        hold_id,
        lambda: cancel_hold(hold_id=hold_id, at=request.at, desk=request.desk),
        gettext("The hold is cancelled."),
    )


def _act(request: StaffRequest, hold_id: int, act: Callable[[], object], words: StrOrPromise) -> HttpResponse:
    back = _back(request, hold_id)
    try:
        act()
    except Refused as refused:
        return not_done(request, not_done_words(refused.blocks), back)
    return done(request, words, back)


def _back(request: StaffRequest, hold_id: int) -> str:
    """The page that the act came from, if it is ours; else the queue of the title."""
    back = request.POST.get("back", "")
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    hold = get_hold(hold_id)
    return _home_of(hold) if hold else reverse("workbench:holds")


def _hold_or_404(hold_id: int) -> HoldView:
    hold = get_hold(hold_id)
    if hold is None:
        raise Http404
    return hold


def _home_of(hold: HoldView) -> str:
    return reverse("workbench:holds-of-title", args=[hold.bib_id])


def _sheet(hold: HoldView, title: str, act: str, words: str = "") -> Sheet:
    return Sheet(
        title=title,
        act=act,
        line=hold.title,
        words=words,
        crumbs=(
            Crumb(gettext("Holds"), reverse("workbench:holds")),
            Crumb(hold.title, _home_of(hold)),
            Crumb(title),
        ),
        back=_home_of(hold),
    )
