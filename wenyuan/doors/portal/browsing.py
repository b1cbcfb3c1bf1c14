"""Looking along: a shelf in its order, and all that a name, subject or series stands over."""

from collections.abc import Sequence
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, pgettext

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.portal.access import PublicRequest, public_page
from wenyuan.doors.portal.availability import rows_of
from wenyuan.doors.portal.beside import neighbours
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.words import HEADING_KINDS
from wenyuan.holdings.catalogue.data import BibBrief
from wenyuan.holdings.catalogue.queries import bibs_of_authority, get_authority, shelf_around, titles_of
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


def _in_order(ids: Sequence[int], known: dict[int, BibBrief]) -> list[BibBrief]:
    return [known[one] for one in ids if one in known]
