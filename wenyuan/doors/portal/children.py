"""The children's own first page: what is new for them, by pictures and with pinyin, and where they read."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.doors.portal.access import PublicRequest, public_page
from wenyuan.doors.portal.beside import class_question
from wenyuan.doors.portal.booklists import recommended
from wenyuan.doors.portal.places import openings
from wenyuan.doors.portal.shell import page
from wenyuan.holdings.catalogue.data import Facet, NotIndexed
from wenyuan.holdings.catalogue.queries import count_found, list_arrivals, titles_of
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date

AUDIENCE: Final = "juvenile"
SHOWN: Final = 12
TOPICS: Final[Mapping[str, StrOrPromise]] = {
    "I": pgettext_lazy("topic for children", "Stories"),
    "Q": pgettext_lazy("topic for children", "Animals and plants"),
    "P": pgettext_lazy("topic for children", "Earth and stars"),
    "O": pgettext_lazy("topic for children", "Numbers and puzzles"),
    "K": pgettext_lazy("topic for children", "Long ago"),
    "J": pgettext_lazy("topic for children", "Painting and music"),
    "H": pgettext_lazy("topic for children", "Languages"),
    "U": pgettext_lazy("topic for children", "Cars and trains"),
    "V": pgettext_lazy("topic for children", "Flying and space"),
    "G": pgettext_lazy("topic for children", "School and sport"),
}
"""Main classes as children call them."""


@public_page
def children(request: PublicRequest) -> HttpResponse:
    """A box that finds what is meant for children, topics that have something, what is new, and their branches."""
    network = network_map()
    arrivals = list_arrivals(audience=AUDIENCE, size=SHOWN).arrivals
    known = titles_of(one.bib_id for one in arrivals)
    found = openings(network, request.at).values()
    context = {
        "audience": AUDIENCE,
        "topics": _topics(),
        "newest": [known[one.bib_id] for one in arrivals if one.bib_id in known],
        "recommended": recommended(network, today=local_date(request.at), for_children=True),
        "openings": [one for one in found if one.branch.kind == "children"],
    }
    return page(request, "portal/children.html", context, at="home")


def _topics() -> list[tuple[str, str, str]]:
    """Class, word and address of each topic under which something is found; of all without an index."""
    questions = {code: class_question(code) for code in TOPICS}
    try:
        counts = count_found(tuple(questions.values()), chosen={Facet.AUDIENCE: (AUDIENCE,)})
    except NotIndexed:
        counts = dict.fromkeys(questions.values(), 1)
    here = reverse("portal:find")
    return [
        (code, str(words), f"{here}?{urlencode({'q': questions[code], Facet.AUDIENCE.value: AUDIENCE})}")
        for code, words in TOPICS.items()
        if counts[questions[code]]
    ]
