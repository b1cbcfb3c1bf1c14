"""The page of a work: what it is, where it can be had now, how it is cited, and what stands beside it."""

from collections.abc import Callable
from typing import Final

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.qr import qr_svg
from wenyuan.doors.portal.access import PublicRequest, public_page
from wenyuan.doors.portal.availability import Holding, due_dates, holdings_of, place_of, summary_of
from wenyuan.doors.portal.beside import beside, class_line, headings
from wenyuan.doors.portal.citation import Cited, bibtex, cited, gbt7714, ris
from wenyuan.doors.portal.linked_data import linked_data
from wenyuan.doors.portal.places import openings
from wenyuan.doors.portal.reviews import beside_work
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.words import IDENTIFIERS, document_words, language_words
from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.holdings.catalogue.queries import description_of, get_bib
from wenyuan.organisation.network.data import AreaFacts
from wenyuan.organisation.network.queries import list_areas, network_map
from wenyuan.plumbing.clock import local_date
from wenyuan.services.reading.queries import booklists_with

LINES_A_PAGE: Final = 40
DESCRIBED: Final = 150
"""Characters that search engines show of a page."""


@public_page
def record(request: PublicRequest, bib_id: int) -> HttpResponse:
    """One work: what it is, and where it can be had now. A record that was merged leads to the one that stayed."""
    bib = get_bib(bib_id)
    if bib is None:
        raise Http404
    if bib.merged_into_id is not None:
        # Not for good (301): browsers would go on there after the merge is undone.
        return HttpResponseRedirect(reverse("portal:record", args=[bib.merged_into_id]))
    network = network_map()
    due = due_dates(bib.items, network=network)
    holdings = holdings_of(bib.items, due, network=network, at=request.at)
    lines = Paginator(holdings, LINES_A_PAGE).get_page(request.GET.get("page"))
    areas = _areas(list(lines))
    now = openings(network, request.at)
    held = [item for item in bib.items if item.state != "withdrawn"]
    work = cited(bib, description_of(bib.id))
    summary = summary_of(bib.items, due, network=network, language=request.language, at=request.at)
    address = request.build_absolute_uri(reverse("portal:record", args=[bib.id]))
    places = {
        branch_id: (
            opening.branch.name(request.language),
            request.build_absolute_uri(reverse("portal:branch", args=[opening.branch.code])),
        )
        for branch_id, opening in now.items()
    }
    reviewed = beside_work(bib.id)
    context = {
        "reviewed": reviewed,
        "bib": bib,
        "summary": summary,
        "item_count": len(held),
        "branch_count": len({item.home_branch_id for item in held}),
        "page": lines,
        "lines": [
            {
                "holding": line,
                "branch": network.branches.get(line.branch_id),
                "area": areas.get(line.area_id or 0),
                "opening": now.get(line.branch_id),
            }
            for line in lines
        ],
        "kind": document_words(bib.document_kind),
        "language": language_words(bib.language),
        "identifiers": [(IDENTIFIERS.get(kind, kind), kind, number) for kind, number in bib.identifiers],
        "citation": gbt7714(work),
        "description": _described(work, summary.word),
        "linked_data": linked_data(
            work,
            address=address,
            holdings=holdings,
            places=places,
            rated=(reviewed.summary.average, reviewed.summary.rated),
        ),
        "headings": headings(bib.id),
        "class_line": class_line(bib.class_no, request.language),
        "beside": beside(bib.id, shelved=_shelved(held, holdings), network=network),
        "booklists": booklists_with(bib.id, today=local_date(request.at)),
        "address": address,
        "qr": qr_svg(address),
        "now": request.at,
        "crumbs": [
            Crumb(label=pgettext("part of the portal", "Find"), url=reverse("portal:find")),
            Crumb(label=bib.title),
        ],
    }
    return page(request, "portal/record.html", context, at="find")


@public_page
def citation_ris(request: PublicRequest, bib_id: int) -> HttpResponse:
    """A work for programs that keep references, in RIS."""
    return _taken_away(request, bib_id, ris, "ris", "application/x-research-info-systems")


@public_page
def citation_bibtex(request: PublicRequest, bib_id: int) -> HttpResponse:
    """The same in BibTeX."""
    return _taken_away(request, bib_id, bibtex, "bib", "application/x-bibtex")


def _taken_away(
    request: PublicRequest, bib_id: int, write: Callable[[Cited, str], str], ending: str, kind: str
) -> HttpResponse:
    bib = get_bib(bib_id)
    if bib is not None and bib.merged_into_id is not None:
        bib = get_bib(bib.merged_into_id)
    if bib is None:
        raise Http404
    address = request.build_absolute_uri(reverse("portal:record", args=[bib.id]))
    text = write(cited(bib, description_of(bib.id)), address)
    return HttpResponse(
        text,
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="record-{bib.id}.{ending}"', "X-Robots-Tag": "noindex"},
    )


def _described(work: Cited, availability: str) -> str:
    """What search engines show below the title."""
    published = gettext(", ").join(filter(None, (work.publisher, str(work.year or ""))))
    parts = [gettext(", ").join(work.authors), published, availability, work.summary]
    return Truncator(" · ".join(filter(None, parts))).chars(DESCRIBED)


def _shelved(held: list[ItemView], holdings: list[Holding]) -> ItemView | None:
    """An item whose shelf is looked along: one that stands where the work can be had best."""
    numbered = [item for item in held if item.call_no]
    best = holdings[0].branch_id if holdings else None
    there = [item for item in numbered if place_of(item) == item.home_branch_id == best]
    return next(iter(there or numbered), None)


def _areas(lines: list[Holding]) -> dict[int, AreaFacts]:
    """The areas of one page of lines, by id; a query for each branch that has some."""
    branch_ids = {line.branch_id for line in lines if line.area_id is not None}
    return {area.id: area for branch_id in sorted(branch_ids) for area in list_areas(branch_id)}
