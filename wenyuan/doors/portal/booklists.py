"""Recommended lists: those on the first page, all of them, one with its works and whether they can be had now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.portal.access import PublicRequest, public_page
from wenyuan.doors.portal.availability import Row, rows_of
from wenyuan.doors.portal.shell import page
from wenyuan.holdings.catalogue.data import BibBrief
from wenyuan.holdings.catalogue.queries import titles_of
from wenyuan.organisation.network.data import BranchFacts, NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date
from wenyuan.services.reading.data import BooklistFacts, BooklistLineFacts, BooklistState
from wenyuan.services.reading.queries import (
    count_shown_booklists,
    first_lines_of,
    get_booklist,
    lines_of,
    list_shown_booklists,
)

ON_HOME: Final = 3
COVERS: Final = 6
LOOKED_AT: Final = 12
"""Lines of a list that are looked at for its covers: some may be of works that are gone."""
WORKS_A_PAGE: Final = 20
LISTS_A_PAGE: Final = 20
DESCRIBED: Final = 150


@dataclass(frozen=True, slots=True)
class Recommended:
    """A list as its link shows it: whose it is, and its first works."""

    booklist: BooklistFacts
    branch: BranchFacts | None
    bibs: tuple[BibBrief, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A work of a list: its row, and why it is recommended."""

    row: Row
    words: str


def recommended(network: NetworkMap, *, today: date, for_children: bool) -> list[Recommended]:
    """The latest lists, for a first page; two statements more where there are some."""
    return with_covers(list_shown_booklists(today=today, for_children=for_children, size=ON_HOME), network)


def with_covers(lists: Iterable[BooklistFacts], network: NetworkMap) -> list[Recommended]:
    """Lists with their first works that are there."""
    lists = list(lists)
    lines = first_lines_of((one.id for one in lists), most=LOOKED_AT)
    shown = {list_id: [line.bib_id for line in those if not line.is_gone][:COVERS] for list_id, those in lines.items()}
    known = titles_of(bib_id for ids in shown.values() for bib_id in ids)
    return [
        Recommended(
            one,
            network.branches.get(one.branch_id),
            tuple(known[bib_id] for bib_id in shown.get(one.id, ()) if bib_id in known),
        )
        for one in lists
    ]


def addresses(today: date) -> list[str]:
    """The paths of every list that readers see, for search engines."""
    count = count_shown_booklists(today=today)
    shown = list_shown_booklists(today=today, size=count) if count else ()
    return [reverse("portal:booklist", args=[one.id]) for one in shown]


@public_page
def booklists(request: PublicRequest) -> HttpResponse:
    """Every list that readers see, the latest first."""
    network, today = network_map(), local_date(request.at)
    numbers = Paginator(range(count_shown_booklists(today=today)), LISTS_A_PAGE).get_page(request.GET.get("page"))
    lists = list_shown_booklists(today=today, start=max(numbers.start_index() - 1, 0), size=LISTS_A_PAGE)
    context = {"lists": with_covers(lists, network), "page": numbers}
    return page(request, "portal/booklists.html", context, at="home")


@public_page
def booklist(request: PublicRequest, list_id: int) -> HttpResponse:
    """One list. A draft, one that is still to come, and one whose days are over are nobody's."""
    found = get_booklist(list_id)
    if found is None or found.state(local_date(request.at)) is not BooklistState.SHOWN:
        raise Http404
    network = network_map()
    works = [line for line in lines_of(list_id) if not line.is_gone]
    if not works:
        raise Http404
    shown = Paginator(works, WORKS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "booklist": found,
        "branch": network.branches.get(found.branch_id),
        "lines": _lines(list(shown), network, language=request.language, at=request.at),
        "page": shown,
        "count": len(works),
        "description": Truncator(found.draft.words).chars(DESCRIBED),
        "crumbs": [
            Crumb(label=gettext("Recommended"), url=reverse("portal:booklists")),
            Crumb(label=found.title),
        ],
    }
    return page(request, "portal/booklist.html", context, at="home")


def _lines(works: list[BooklistLineFacts], network: NetworkMap, *, language: str, at: datetime) -> list[Line]:
    known = titles_of(line.bib_id for line in works)
    there = [line for line in works if line.bib_id in known]
    rows = rows_of([known[line.bib_id] for line in there], network=network, language=language, at=at)
    return [Line(row, line.words) for row, line in zip(rows, there, strict=True)]
