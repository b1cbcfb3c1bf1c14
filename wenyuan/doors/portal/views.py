"""The first page, the list and page of branches, and the pages about the house itself."""

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.portal.access import PublicRequest, public_page
from wenyuan.doors.portal.booklists import recommended
from wenyuan.doors.portal.opening import closures_in_words, opening_in_words, other_days, week_in_words
from wenyuan.doors.portal.places import by_district, for_home, openings, shares_with
from wenyuan.doors.portal.popular import popular
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.words import BRANCH_KINDS, kind_words
from wenyuan.holdings.catalogue.queries import list_newest
from wenyuan.lending.patrons.data import NOTICE_VERSION
from wenyuan.organisation.network.data import BranchFacts, ClosureFacts, NetworkMap
from wenyuan.organisation.network.queries import (
    list_areas,
    list_closures,
    list_service_points,
    network_map,
    opening_today,
)
from wenyuan.plumbing.clock import local_date

NEWEST_ON_HOME = 8
NOTICES = 6
NOTICE_DAYS = 14
"""So many closures stand on the first page, and so long before they begin."""
BRANCHES_A_PAGE = 50


@public_page
def home(request: PublicRequest) -> HttpResponse:
    """The box, who is open today, and what is new."""
    network = network_map()
    found = openings(network, request.at)
    today = local_date(request.at)
    context = {
        "today": today,
        "openings": for_home(found.values()),
        "closures": _coming(network, today),
        "recommended": recommended(network, today=today, for_children=False),
        "popular": popular(today=today, edition=network.edition),
        "branch_count": len(found),
        "newest": list_newest(size=NEWEST_ON_HOME).bibs,
    }
    return page(request, "portal/home.html", context, at="home")


def _coming(network: NetworkMap, today: date) -> list[tuple[BranchFacts, ClosureFacts]]:
    """The closures of whole branches that run or begin soon, by their first day; one that has no end stays."""
    soon = today + timedelta(days=NOTICE_DAYS)
    closures = [one for one in list_closures(from_date=today) if one.withdrawn_at is None and one.closes_days]
    near = sorted((one for one in closures if one.first_date <= soon), key=lambda one: (one.first_date, one.id))
    standing = [(network.branches.get(one.branch_id), one) for one in near]
    return [(branch, one) for branch, one in standing if branch is not None and branch.stands_on(today)][:NOTICES]


@public_page
def branches(request: PublicRequest) -> HttpResponse:
    """Every branch by district, or those of one kind, or those that are open now."""
    network, today = network_map(), local_date(request.at)
    found = openings(network, request.at)
    kind, only_open = request.GET.get("kind", ""), request.GET.get("open") == "now"
    kinds = {opening.branch.kind for opening in found.values()}
    kind = kind if kind in kinds else ""
    rows = [
        row
        for row in by_district(network, found, today)
        if (not kind or row.opening.branch.kind == kind) and (not only_open or row.opening.is_open)
    ]
    context = {
        "today": today,
        "page": Paginator(rows, BRANCHES_A_PAGE).get_page(request.GET.get("page")),
        "kinds": [(code, words) for code, words in BRANCH_KINDS.items() if code in kinds],
        "kind": kind,
        "only_open": only_open,
        "branch_count": len(found),
    }
    return page(request, "portal/branches.html", context, at="branches")


@public_page
def branch(request: PublicRequest, code: str) -> HttpResponse:
    """One branch: when it is open, where it is, what is inside, and which others take its items back."""
    network, today = network_map(), local_date(request.at)
    facts = network.by_code(code)
    if facts is None or not facts.stands_on(today):
        raise Http404
    calendar = network.calendar(facts.id)
    now = next(one for one in opening_today(request.at, network=network) if one.branch.id == facts.id)
    parent = network.branches.get(network.parent_of(facts.id, today) or 0)
    name = facts.name(request.language)
    areas = list_areas(facts.id)
    closures = list_closures(branch_id=facts.id, from_date=today)
    points = list_service_points(facts.id) if any(one.service_point_id for one in closures) else ()
    context = {
        "branch": facts,
        "name": name,
        "kind": kind_words(facts.kind),
        "parent": parent,
        "opening": opening_in_words(now, request.at),
        "week": week_in_words(calendar, today),
        "other_days": other_days(calendar, today),
        "closures": closures_in_words(
            closures,
            today,
            areas={area.id: area.name(request.language) for area in areas},
            points={point.id: point.name(request.language) for point in points},
        ),
        "areas": areas,
        "groups": shares_with(network, facts.id, on=today, language=request.language),
        "crumbs": [
            Crumb(label=gettext("Branches and opening hours"), url=reverse("portal:branches")),
            Crumb(label=name),
        ],
    }
    return page(request, "portal/branch.html", context, at="branches")


@public_page
def reported_lost(request: PublicRequest) -> HttpResponse:
    """What a reader is told whose sign-in ended with the card that they reported lost."""
    return page(request, "portal/reported_lost.html", at="account")


@public_page
def privacy(request: PublicRequest) -> HttpResponse:
    """How personal data is used."""
    return page(request, "portal/privacy.html", {"version": NOTICE_VERSION})


@public_page
def accessibility(request: PublicRequest) -> HttpResponse:
    """What these pages do for everybody, and what branches have for wheelchairs."""
    return page(request, "portal/accessibility.html")
