"""Signing in and out, changing over by badge, where one works, and the first page."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.addresses import caller_address
from wenyuan.doors.workbench.access import WORKPLACE, StaffRequest, open_page, staff_page
from wenyuan.doors.workbench.home.forms import OwnPasswordForm, SignInForm, SwitchForm
from wenyuan.doors.workbench.home.sessions import (
    branches_for,
    enter,
    in_words,
    place_of,
    remember_place,
    signed_in_at,
    take_over,
    usual_place,
)
from wenyuan.doors.workbench.home.setting_up import is_open as setup_is_open
from wenyuan.doors.workbench.home.waiting import waiting_here
from wenyuan.doors.workbench.home.words import account_words, sign_in_words
from wenyuan.doors.workbench.shell import page, places
from wenyuan.organisation.accounts.data import AccountReason, AccountRefused, SignInOutcome, SignInRefused
from wenyuan.organisation.accounts.operations import change_own_password, sign_in, switch_by_badge
from wenyuan.organisation.accounts.queries import operator_for
from wenyuan.organisation.network.queries import get_library, list_service_points
from wenyuan.organisation.rights.data import Door
from wenyuan.plumbing.clock import local_date


@staff_page()
@require_GET
def home(request: StaffRequest) -> HttpResponse:
    """The first page: where to go, and what is waiting at this branch."""
    context = {
        "places": places(request.operator, request.desk.branch_id, at=request.path),
        "waiting": waiting_here(request.desk, at=request.at),
    }
    return page(request, "workbench/home/home.html", context)


@open_page
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """User name and password; then on to the page one came for."""
    if setup_is_open():
        return HttpResponseRedirect(reverse("workbench:setup"))
    form = SignInForm(request.POST or None)
    following = _following(request)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            who = sign_in(
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
                address=caller_address(request),
                door=Door.WORKBENCH,
                at=at,
            )
        except SignInRefused as refused:
            form.add_error(None, sign_in_words(refused))
        else:
            enter(request, who.account_id, at=at)
            operator = operator_for(who.account_id, local_date(at))
            place = usual_place(request, operator, local_date(at)) if operator else None
            if place is not None:
                request.session[WORKPLACE] = place.as_session()
            return HttpResponseRedirect(following)
    library = get_library()
    context = {"form": form, "next": following, "library": in_words(library) if library else ""}
    return page(request, "workbench/home/sign_in.html", context, status=_status(form))


@open_page
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session with everything in it."""
    request.session.flush()
    return HttpResponseRedirect(reverse("workbench:sign-in"))


@staff_page()
@sensitive_post_parameters("badge", "pin")
@require_http_methods(["GET", "POST"])
def switch(request: StaffRequest) -> HttpResponse:
    """A colleague takes over this machine by badge; the desk stays as it lies."""
    form = SwitchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            who = switch_by_badge(
                badge=form.cleaned_data["badge"],
                pin=form.cleaned_data["pin"] or None,
                at=request.at,
                desk=request.desk,
                signed_in_at=signed_in_at(request),
                address=caller_address(request),
            )
        except SignInRefused as refused:
            field = "pin" if refused.reason is SignInOutcome.BAD_PIN else None
            form.add_error(field, sign_in_words(refused))
        else:
            take_over(request, who.account_id)
            return HttpResponseRedirect(_following(request))
    context = {"form": form, "next": _following(request)}
    return page(request, "workbench/home/switch.html", context, status=_status(form))


@staff_page()
@require_http_methods(["GET", "POST"])
def workplace(request: StaffRequest) -> HttpResponse:
    """Which branch, and which of its service points if it has any, this machine stands at."""
    today = local_date(request.at)
    branches = branches_for(request.operator, today)
    wanted = request.POST.get("branch", "")
    place = place_of(branches, branch_id=int(wanted), point_id=None, on=today) if wanted.isdecimal() else None
    points = list_service_points(place.branch.id, on=today) if place else ()
    if place is not None and (not points or "point" in request.POST):
        point = request.POST.get("point", "")
        chosen = place_of(
            branches, branch_id=place.branch.id, point_id=int(point) if point.isdecimal() else None, on=today
        )
        if chosen is not None:
            request.session[WORKPLACE] = chosen.as_session()
            response = HttpResponseRedirect(reverse("workbench:home"))
            remember_place(request, response, chosen)
            return response
    context = {
        "branches": [(branch.id, in_words(branch)) for branch in branches],
        "chosen": (place.branch.id, in_words(place.branch)) if place else None,
        "points": [(point.id, in_words(point)) for point in points],
        "here": request.desk.branch_id,
    }
    return page(request, "workbench/home/workplace.html", context)


@staff_page()
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def own_password(request: StaffRequest) -> HttpResponse:
    """One's own password; other sessions of the account end with the old one."""
    form = OwnPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_own_password(
                old=form.cleaned_data["old"], new=form.cleaned_data["new"], at=request.at, desk=request.desk
            )
        except AccountRefused as refused:
            form.add_error("old" if refused.reason is AccountReason.WRONG_PASSWORD else "new", account_words(refused))
        else:
            update_session_auth_hash(request, get_user_model().objects.get(pk=request.operator.account_id))
            messages.success(request, gettext("The password was changed."))
            return HttpResponseRedirect(reverse("workbench:home"))
    must = bool(getattr(request.user, "must_change_password", False))
    context = {"form": form, "must_change": must}
    return page(request, "workbench/home/own_password.html", context, status=_status(form))


def _following(request: HttpRequest) -> str:
    """The page one came for, if it is one of this host; else the first page."""
    path = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(path, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return path if path and safe else reverse("workbench:home")


def _status(form: SignInForm | SwitchForm | OwnPasswordForm) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
