"""Who may open a page of the workbench, and the desk it works at. Default deny: every page names its acts.

``request.operator`` and ``request.desk`` are set by ``staff_page`` and are all that a view hands to a verb.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from hashlib import blake2b
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from wenyuan.organisation.accounts.queries import operator_for
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.clock import local_date

P = ParamSpec("P")

WORKPLACE = "workplace"
"""Session key: ``{"branch": id, "service_point": id or None}``, chosen after signing in."""


class StaffRequest(HttpRequest):
    """A request behind ``staff_page``."""

    operator: Operator
    desk: Desk
    at: datetime


Page = Callable[Concatenate[StaffRequest, P], HttpResponseBase]
Served = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_page(*acts: Act, any_branch: bool = False) -> Callable[[Page[P]], Served[P]]:
    """Let staff in who hold one of ``acts`` at the branch they work at, or with ``any_branch`` at any.

    Without acts every signed-in member of staff may come in (the home page, one's own password). Who is not signed in
    goes to the sign-in page and comes back; who has not said where they work says so first; who must change the
    password changes it first.
    """

    def declare(view: Page[P]) -> Served[P]:
        @wraps(view)
        def serve(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            staff = _as_staff(request)
            if staff is None:
                return _sign_in_first(request)
            if getattr(request.user, "must_change_password", False) and not _is_exempt(request):
                return HttpResponseRedirect(reverse("workbench:own-password"))
            if not staff.desk.branch_id and not _is_exempt(request):
                return HttpResponseRedirect(reverse("workbench:workplace"))
            if acts and not any(_holds(staff, act, any_branch) for act in acts):
                raise PermissionDenied
            try:
                return view(staff, *args, **kwargs)
            except NotAllowed as error:
                raise PermissionDenied from error

        vars(serve)["needs"] = frozenset(acts)
        return serve

    return declare


def open_page(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """A page that nobody needs to sign in for (the sign-in page itself)."""
    vars(view)["needs"] = frozenset()
    vars(view)["is_open"] = True
    return view


def _as_staff(request: HttpRequest) -> StaffRequest | None:
    at = timezone.now()
    account_id = request.user.pk
    operator = operator_for(account_id, local_date(at)) if account_id is not None else None
    if operator is None:
        return None
    place = request.session.get(WORKPLACE) or {}
    branch_id = place.get("branch") or 0
    if branch_id not in network_map().branches:
        branch_id = 0
    request.operator = operator  # type: ignore[attr-defined] # StaffRequest is this request with three more fields
    request.at = at  # type: ignore[attr-defined]
    request.desk = Desk(  # type: ignore[attr-defined]
        operator=operator,
        branch_id=branch_id,
        door=Door.WORKBENCH,
        code=_desk_code(request.session.session_key or ""),
        service_point_id=place.get("service_point"),
    )
    return request  # type: ignore[return-value]


def _desk_code(session_key: str) -> str:
    """Tells one signed-in browser from another in the journal; nothing of the session's key can be read from it."""
    return f"web-{blake2b(session_key.encode(), digest_size=4).hexdigest()}"


def at_branch(desk: Desk, branch_id: int) -> Desk:
    """The same desk, acting for another branch (an administrator's page); the verb checks the right there."""
    return replace(desk, branch_id=branch_id, service_point_id=None, area_id=None)


def _holds(request: StaffRequest, act: Act, any_branch: bool) -> bool:
    operator = request.operator
    if act in operator.everywhere or act in operator.at_branches.get(request.desk.branch_id, frozenset()):
        return True
    return any_branch and any(act in held for held in operator.at_branches.values())


def _is_exempt(request: HttpRequest) -> bool:
    return request.path in {
        reverse(f"workbench:{name}") for name in ("own-password", "workplace", "sign-out", "sign-in")
    }


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse(settings.LOGIN_URL)
        return response
    return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}")
