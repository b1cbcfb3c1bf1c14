"""For search engines: what they may read, and where all of it is (sitemaps.org protocol 0.9)."""

from collections.abc import Iterable
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from wenyuan.doors.portal import booklists, report
from wenyuan.doors.portal.access import PublicRequest, public_page
from wenyuan.doors.portal.places import openings
from wenyuan.holdings.catalogue.queries import sitemap_part, sitemap_parts
from wenyuan.kernel.classification import MAIN_CLASSES
from wenyuan.kernel.xmltext import DECLARATION, around, element
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date

ROBOTS: Final = """User-agent: *
Disallow: /find
Disallow: /account
Disallow: /shelf/
Disallow: /workbench/
Disallow: /look
Disallow: /i18n/
Disallow: /api/
Sitemap: {sitemap}
"""
"""Lists of results are not for search engines: they are endless, and each record has a page of its own."""
_DAY: Final = "public, max-age=86400"
_SPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PAGES: Final = ("home", "newest", "children", "booklists", "classes", "branches", "accessibility", "privacy")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read. It needs no library, so it answers at once."""
    sitemap = request.build_absolute_uri(reverse("portal:sitemap"))
    response = HttpResponse(ROBOTS.format(sitemap=sitemap), content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = _DAY
    return response


vars(robots)["needs"] = frozenset()
vars(robots)["is_open"] = True


@public_page
def sitemap(request: PublicRequest) -> HttpResponse:
    """The parts of the sitemap: the pages of the house, and works by fifty thousand."""
    parts = [(request.build_absolute_uri(reverse("portal:sitemap-pages")), "")]
    for part in sitemap_parts():
        address = request.build_absolute_uri(reverse("portal:sitemap-records", args=[part.number]))
        parts.append((address, part.changed_at.isoformat()))
    return _xml("sitemapindex", "sitemap", parts)


@public_page
def sitemap_pages(request: PublicRequest) -> HttpResponse:
    """The pages of the house, of its years, its lists and its branches."""
    paths = [reverse(f"portal:{name}") for name in _PAGES]
    paths += [f"{reverse('portal:classes')}?below={letter}" for letter in MAIN_CLASSES]
    paths += report.addresses(request)
    paths += booklists.addresses(local_date(request.at))
    found = openings(network_map(), request.at)
    paths += [reverse("portal:branch", args=[one.branch.code]) for one in found.values()]
    return _xml("urlset", "url", ((request.build_absolute_uri(path), "") for path in paths))


@public_page
def sitemap_records(request: PublicRequest, number: int) -> HttpResponse:
    """The works of one part, each with the second of its last change."""
    works = sitemap_part(number)
    if not works:
        raise Http404
    # One address is made and the others by it: fifty thousand of them take a second otherwise.
    before, after = request.build_absolute_uri(reverse("portal:record", args=[0])).split("0", 1)
    return _xml("urlset", "url", ((f"{before}{bib_id}{after}", stamp.isoformat()) for bib_id, stamp in works))


def _xml(whole: str, part: str, places: Iterable[tuple[str, str]]) -> HttpResponse:
    lines = [
        around(part, element("loc", address) + (element("lastmod", changed) if changed else "")) + "\n"
        for address, changed in places
    ]
    text = DECLARATION + around(whole, "".join(lines), {"xmlns": _SPACE})
    response = HttpResponse(text, content_type="application/xml; charset=utf-8")
    response["Cache-Control"] = _DAY
    return response
