"""What came in last: for readers as a list, for their programs as a feed (Atom, RFC 4287), of a branch or class too."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from wenyuan.doors.portal import searching
from wenyuan.doors.portal.access import PublicRequest, public_page
from wenyuan.doors.portal.availability import rows_of
from wenyuan.doors.portal.places import openings
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.words import kind_order
from wenyuan.holdings.catalogue.data import ArrivalPage
from wenyuan.holdings.catalogue.queries import list_arrivals, titles_of
from wenyuan.kernel.classes import class_name
from wenyuan.kernel.classification import MAIN_CLASSES
from wenyuan.kernel.xmltext import DECLARATION, around, element
from wenyuan.organisation.network.data import BranchFacts, NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date

IN_A_FEED: Final = 50
ATOM: Final = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class _Wish:
    """Of which branch and class arrivals are asked for; none and empty for every one."""

    branch: BranchFacts | None
    letter: str

    def asked(self) -> dict[str, str]:
        return ({"branch": self.branch.code} if self.branch else {}) | ({"class": self.letter} if self.letter else {})

    def url(self, name: str) -> str:
        asked = self.asked()
        return reverse(name) + (f"?{urlencode(asked)}" if asked else "")

    def found(self, *, after: tuple[str, int] | None, size: int) -> ArrivalPage:
        branch_id = self.branch.id if self.branch else None
        return list_arrivals(branch_id=branch_id, class_letter=self.letter, after=after, size=size)


def _wish(request: PublicRequest, network: NetworkMap) -> _Wish:
    """What an address asks for; a branch that is not there today and a letter that is no class ask for nothing."""
    branch = network.by_code(request.GET.get("branch", ""))
    letter = request.GET.get("class", "")
    stands = branch is not None and branch.stands_on(local_date(request.at))
    return _Wish(branch if stands else None, letter if letter in MAIN_CLASSES else "")


@public_page
def newest(request: PublicRequest) -> HttpResponse:
    """What came in last."""
    network = network_map()
    wish = _wish(request, network)
    after = searching.moment_place_of(request.GET.get("after", ""))
    found = wish.found(after=after, size=searching.PAGE_SIZE)
    known = titles_of(one.bib_id for one in found.arrivals)
    bibs = [known[one.bib_id] for one in found.arrivals if one.bib_id in known]
    here = wish.url("portal:newest")
    onward = urlencode(wish.asked() | {"after": searching.place_text(found.after)})
    standing = [one.branch for one in openings(network, request.at).values()]
    context = {
        "rows": rows_of(bibs, network=network, language=request.language, at=request.at),
        "next_url": f"{reverse('portal:newest')}?{onward}" if found.after else "",
        "start_url": here if after else "",
        "chosen_branch": wish.branch,
        "chosen_class": wish.letter,
        "branches": sorted(standing, key=lambda one: (kind_order(one.kind), one.code)),
        "classes": [(letter, class_name(letter, request.language)) for letter in MAIN_CLASSES],
        "feed_url": wish.url("portal:newest-feed"),
        "is_narrowed": bool(wish.asked()),
    }
    return page(request, "portal/newest.html", context, at="newest", canonical=here)


@public_page
def feed(request: PublicRequest) -> HttpResponse:
    """The same for programs that tell somebody of what is new: fifty at most."""
    wish = _wish(request, network_map())
    found = wish.found(after=None, size=IN_A_FEED)
    known = titles_of(one.bib_id for one in found.arrivals)
    here = request.build_absolute_uri(wish.url("portal:newest-feed"))
    library = request.library.name(request.language)
    branch = wish.branch.name(request.language) if wish.branch else ""
    named = class_name(wish.letter, request.language) if wish.letter else ""
    title = " · ".join(filter(None, (gettext("New arrivals"), branch, named, library)))
    entries = []
    for one in found.arrivals:
        if one.bib_id not in known:
            continue
        bib = known[one.bib_id]
        address = request.build_absolute_uri(reverse("portal:record", args=[bib.id]))
        published = gettext(", ").join(filter(None, (bib.publisher, str(bib.year or ""))))
        parts = [
            element("id", address),
            element("title", f"{bib.title} {bib.volume}".strip()),
            element("updated", one.came_at.isoformat()),
            around("link", "", {"href": address}),
            around("author", element("name", bib.author or library)),
            element("summary", published),
        ]
        if bib.class_no:
            parts.append(around("category", "", {"term": bib.class_no}))
        entries.append(around("entry", "".join(parts)) + "\n")
    updated = found.arrivals[0].came_at if found.arrivals else request.at
    about = [
        element("id", here),
        element("title", title),
        element("updated", updated.isoformat()),
        around("link", "", {"rel": "self", "href": here}),
        around("link", "", {"href": request.build_absolute_uri(wish.url("portal:newest"))}),
        around("author", element("name", library)),
    ]
    text = DECLARATION + around(
        "feed", "".join((*about, "\n", *entries)), {"xmlns": ATOM, "xml:lang": request.language}
    )
    return HttpResponse(text, content_type="application/atom+xml; charset=utf-8")
