"""Looking along: a shelf in its order, all that a name, subject or series stands over, and the tree of classes."""

from collections.abc import Sequence
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, pgettext

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.portal import searching
from wenyuan.doors.portal.access import PublicRequest, public_page
from wenyuan.doors.portal.availability import rows_of
from wenyuan.doors.portal.beside import class_question, class_url, neighbours
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.words import HEADING_KINDS
from wenyuan.holdings.catalogue.data import BibBrief, NotIndexed
from wenyuan.holdings.catalogue.queries import (
    bibs_of_authority,
    class_branch,
    count_found,
    get_authority,
    shelf_around,
    titles_of,
)
from wenyuan.organisation.network.queries import list_areas, network_map
from wenyuan.plumbing.statements import LARGEST_ID

ON_A_SHELF: Final = 9
"""Works to either side that a page of a shelf shows."""
WORKS_A_PAGE: Final = 10


@public_page
def shelf(request: PublicRequest, item_id: int) -> HttpResponse:
    """A stretch of a branch's shelf around an item, and the way on to both sides."""
    found = shelf_around(item_id, before=ON_A_SHELF, after=ON_A_SHELF) if item_id <= LARGEST_ID else None
    network = network_map()
    branch = network.branches.get(found.branch_id) if found else None
    if found is None or branch is None:
        raise Http404
    known = titles_of(place.bib_id for place in found.places)
    area = next((one for one in list_areas(branch.id) if one.id == found.area_id), None) if found.area_id else None
    first, last = found.places[0].item_id, found.places[-1].item_id
    context = {
        "places": neighbours(found, known),
        "branch": branch,
        "area": area,
        "back_url": "" if found.is_begin else reverse("portal:shelf", args=[first]),
        "on_url": "" if found.is_end else reverse("portal:shelf", args=[last]),
        "crumbs": [
            Crumb(label=gettext("Branches and opening hours"), url=reverse("portal:branches")),
            Crumb(label=branch.name(request.language), url=reverse("portal:branch", args=[branch.code])),
            Crumb(label=gettext("Along the shelf")),
        ],
    }
    return page(request, "portal/shelf.html", context, at="find")


@public_page
def authority(request: PublicRequest, authority_id: int) -> HttpResponse:
    """A name, subject or series as the library settled it, what else it is called, and the works that have it. One that
    was merged leads to the other."""
    found = get_authority(authority_id) if authority_id <= LARGEST_ID else None
    if found is None:
        raise Http404
    if found.merged_into is not None:
        return HttpResponseRedirect(reverse("portal:authority", args=[found.merged_into]))
    after = request.GET.get("after", "")
    place = int(after) if after.isascii() and after.isdecimal() and len(after) <= 18 else None
    works = bibs_of_authority(found.id, after=place, size=WORKS_A_PAGE)
    here = reverse("portal:authority", args=[found.id])
    known = titles_of(works.ids)
    context = {
        "authority": found,
        "kind": HEADING_KINDS[found.kind],
        "rows": rows_of(_in_order(works.ids, known), network=network_map(), language=request.language, at=request.at),
        "next_url": f"{here}?{urlencode({'after': works.after})}" if works.after else "",
        "start_url": here if place else "",
        "crumbs": [
            Crumb(label=pgettext("part of the portal", "Find"), url=reverse("portal:find")),
            Crumb(label=found.label),
        ],
    }
    return page(request, "portal/authority.html", context, at="find")


@public_page
def classes(request: PublicRequest) -> HttpResponse:
    """The main classes, or those right below one, each with how many works its link finds."""
    code = searching.clean(request.GET.get("below", ""))
    found = class_branch(code, request.language)
    if found is None:
        raise Http404
    questions = {one: class_question(one) for one in (*(row.code for row in found.below), *([code] if code else []))}
    try:
        counts = count_found(tuple(questions.values()))
    except NotIndexed:
        counts = {}
    here = reverse("portal:classes")
    name = found.line[-1][1] if found.line else gettext("All classes")
    context = {
        "code": code,
        "name": name,
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "count": counts.get(questions[row.code]),
                "find_url": class_url(row.code),
                "below_url": f"{here}?{urlencode({'below': row.code})}" if row.has_below else "",
            }
            for row in found.below
        ],
        "is_counted": bool(counts),
        "count": counts.get(questions.get(code, "")),
        "find_url": class_url(code) if code else "",
        "crumbs": [
            Crumb(label=gettext("All classes"), url=here),
            *(Crumb(label=words, url=f"{here}?{urlencode({'below': one})}") for one, words in found.line),
        ],
    }
    canonical = f"{here}?{urlencode({'below': code})}" if code else here
    return page(request, "portal/classes.html", context, at="find", canonical=canonical)


def _in_order(ids: Sequence[int], known: dict[int, BibBrief]) -> list[BibBrief]:
    return [known[one] for one in ids if one in known]
