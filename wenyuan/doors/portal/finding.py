"""Finding a work."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from wenyuan.doors.portal import narrowing, searching
from wenyuan.doors.portal.access import PublicRequest, public_page
from wenyuan.doors.portal.availability import Row, rows_of
from wenyuan.doors.portal.searching import By
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.suggesting import suggest_url
from wenyuan.doors.portal.words import SORTED_BY
from wenyuan.holdings.catalogue.data import BibBrief, NotIndexed, SearchHelp, SortBy
from wenyuan.holdings.catalogue.queries import complete, is_indexed
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date


@public_page
def find(request: PublicRequest) -> HttpResponse:
    """What is found for what stands in the box."""
    text = searching.clean(request.GET.get("q", ""))
    chosen = searching.by_of(request.GET.get("by", ""))
    after = searching.place_of(request.GET.get("after", ""))
    number = searching.page_number_of(request.GET.get("page", ""))
    context: dict[str, Any] = {"q": text, "by": chosen, "rows": []}
    if text:
        network = network_map(request.edition)
        narrowed = narrowing.chosen_of(request.GET, network)
        found = searching.find(
            text,
            by=chosen,
            after=after,
            number=number,
            chosen=narrowed,
            counted=narrowing.counted(narrowed),
            sort_by=searching.sort_of(request.GET.get("sort", "")),
        )
        context |= {
            "found": found,
            "rows": _rows(request, found.page.bibs, network),
            "suggest_url": suggest_url(text, found.by),
        }
        if isinstance(found, searching.Ranked):
            context |= _ranked(request, text, found, narrowed, network)
        else:
            context |= {**_listed(text, found, after), "is_indexed": is_indexed()}
    else:
        context["is_indexed"] = is_indexed()
    canonical = _url(text, chosen) if text else reverse("portal:find")
    return page(request, "portal/results.html", context, at="find", canonical=canonical)


@public_page
def suggest(request: PublicRequest) -> HttpResponse:
    """What may be meant by what stands in the box so far, for a list below it; nothing where there is no index."""
    try:
        texts = complete(searching.clean(request.GET.get("q", "")))
    except NotIndexed:
        texts = ()
    return JsonResponse({"texts": texts}, headers={"Cache-Control": "private, max-age=60"})


def _ranked(
    request: PublicRequest, text: str, found: searching.Ranked, chosen: narrowing.Chosen, network: NetworkMap
) -> dict[str, Any]:
    """What a page of what the index found needs beside its rows."""
    base = _asked(text, found.by, found.sort_by)
    here = narrowing.address(base, chosen, network)
    helped = searching.help_on(text, by=found.by, is_narrowed=bool(chosen)) if not found.page.total else SearchHelp()
    instead = _rows(request, helped.works, network)
    meant = [(other.text, other.total, _url(other.text, found.by)) for other in helped.meant]
    return {
        "instead": instead,
        "shown_for": meant[0] if instead else None,
        "meant": meant[1:] if instead else meant,
        "fewer": [(other.text, other.total, _url(other.text, found.by)) for other in helped.fewer],
        "not_narrowed": (helped.not_narrowed, narrowing.address(base, {}, network)) if helped.not_narrowed else None,
        "narrowing": narrowing.narrowing(
            found.page,
            base,
            chosen,
            network=network,
            language=request.language,
            this_year=local_date(request.at).year,
        ),
        "is_ranked": True,
        "is_indexed": bool(found.page.total) or is_indexed(),  # a question of marks alone is not asked of it
        "total": found.page.total,
        "number": found.number,
        "pages": found.pages,
        "next_url": f"{here}&page={found.number + 1}" if found.number < found.pages else "",
        "start_url": here if found.number > 1 and found.page.total else "",
        "ways": [
            (words, narrowing.address(_asked(text, by, found.sort_by), chosen, network), found.by is by)
            for words, by in (
                (gettext("Everywhere"), None),
                (gettext("Only in titles"), By.TITLE),
                (gettext("Only among authors"), By.AUTHOR),
            )
        ],
        "orders": [
            (words, narrowing.address(_asked(text, found.by, sort_by), chosen, network), found.sort_by is sort_by)
            for sort_by, words in SORTED_BY.items()
        ],
    }


def _listed(text: str, found: searching.Found, after: tuple[str, int] | None) -> dict[str, Any]:
    """What a page of works in the order of their titles needs beside its rows."""
    return {
        "next_url": _next_url(text, found),
        "start_url": _url(text, found.by) if after else "",
        "as_author": _url(text, By.AUTHOR) if found.by is By.TITLE else "",
        "as_title": _url(text, By.TITLE) if found.by is not By.TITLE else "",
    }


def _rows(request: PublicRequest, bibs: tuple[BibBrief, ...], network: NetworkMap) -> list[Row]:
    return rows_of(bibs, network=network, language=request.language, at=request.at)


def _asked(text: str, by: By | None, sort_by: SortBy = SortBy.MATCH) -> dict[str, str]:
    asked = {"q": text} | ({"by": by.value} if by else {})
    return asked | ({"sort": sort_by.value} if sort_by is not SortBy.MATCH else {})


def _url(text: str, by: By | None) -> str:
    return f"{reverse('portal:find')}?{urlencode(_asked(text, by))}"


def _next_url(text: str, found: searching.Found) -> str:
    if found.page.after is None:
        return ""
    return f"{_url(text, found.by)}&{urlencode({'after': searching.place_text(found.page.after)})}"
