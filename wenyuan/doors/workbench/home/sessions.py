"""Who sits at this browser: signing in and over, and where the desk stands."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from wenyuan.doors.workbench.access import WORKPLACE
from wenyuan.organisation.network.data import BranchFacts, LibraryFacts, ServicePointFacts
from wenyuan.organisation.network.queries import list_service_points, network_map
from wenyuan.organisation.rights.data import Operator

BACKEND = "wenyuan.organisation.accounts.backends.SessionBackend"
SIGNED_IN_AT = "signed_in_at"
PLACE_COOKIE = "wenyuan_place"
PLACE_AGE = 365 * 24 * 3600
"""A machine stands where it stood yesterday: the cookie recalls branch and service point, and nobody's name."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """A branch and perhaps one of its service points."""

    branch: BranchFacts
    point: ServicePointFacts | None = None

    def as_session(self) -> dict[str, Any]:
        """What ``access.staff_page`` and the page frame read."""
        return {
            "branch": self.branch.id,
            "service_point": self.point.id if self.point else None,
            "point_names": [self.point.name_zh, self.point.name_en] if self.point else None,
        }


def enter(request: HttpRequest, account_id: int, *, at: datetime) -> None:
    """Begin a session of this account under a new session key, after ``accounts.sign_in`` has let it in."""
    request.session.flush()
    login(request, get_user_model().objects.get(pk=account_id), backend=BACKEND)
    request.session[SIGNED_IN_AT] = at.isoformat()


def take_over(request: HttpRequest, account_id: int) -> None:
    """A colleague goes on at this machine: the desk with its piles and its place stay, the session key changes."""
    kept = {name: request.session[name] for name in (SIGNED_IN_AT, WORKPLACE, "desk") if name in request.session}
    request.session.flush()
    login(request, get_user_model().objects.get(pk=account_id), backend=BACKEND)
    request.session.update(kept)


def signed_in_at(request: HttpRequest) -> datetime:
    """When somebody last gave a password at this machine; the beginning of time if that is unknown."""
    stored = request.session.get(SIGNED_IN_AT)
    return datetime.fromisoformat(stored) if stored else datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def branches_for(operator: Operator, on: date) -> list[BranchFacts]:
    """Where this operator may work: branches that stand and at which there is something they may do; the central
    library first, then by code."""
    network = network_map()
    standing = (branch for branch in network.branches.values() if branch.stands_on(on))
    return sorted(
        (branch for branch in standing if operator.everywhere or operator.at_branches.get(branch.id)),
        key=lambda branch: (branch.kind != "central", branch.code),
    )


def place_of(branches: list[BranchFacts], *, branch_id: int, point_id: int | None, on: date) -> Workplace | None:
    """The place, if the branch is one of those and the point one of its own."""
    branch = next((one for one in branches if one.id == branch_id), None)
    if branch is None:
        return None
    if point_id is None:
        return Workplace(branch)
    point = next((one for one in list_service_points(branch.id, on=on) if one.id == point_id), None)
    return Workplace(branch, point) if point else None


def usual_place(request: HttpRequest, operator: Operator, on: date) -> Workplace | None:
    """Where this machine stood last, if this operator may work there; else the only place there is to choose."""
    branches = branches_for(operator, on)
    branch_id, _, point_id = request.COOKIES.get(PLACE_COOKIE, "").partition(":")
    if branch_id.isdecimal():
        known = place_of(
            branches, branch_id=int(branch_id), point_id=int(point_id) if point_id.isdecimal() else None, on=on
        )
        if known is not None:
            return known
    if len(branches) == 1 and not list_service_points(branches[0].id, on=on):
        return Workplace(branches[0])
    return None


def remember_place(request: HttpRequest, response: HttpResponse, place: Workplace) -> None:
    """Let the next sign-in at this machine begin here."""
    response.set_cookie(
        PLACE_COOKIE,
        f"{place.branch.id}:{place.point.id if place.point else ''}",
        max_age=PLACE_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def in_words(named: BranchFacts | LibraryFacts | ServicePointFacts) -> str:
    """The name in the reader's language."""
    english = (get_language() or "").startswith("en")
    return (named.name_en if english else "") or named.name_zh
