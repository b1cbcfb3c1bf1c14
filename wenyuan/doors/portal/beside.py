"""What stands beside a work, for its page: other volumes and editions, its series, its authors' works, its shelf."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django_stubs_ext import StrOrPromise

from wenyuan.holdings.catalogue.data import BibBrief, ItemView, Relation, ShelfStretch, UseView
from wenyuan.holdings.catalogue.queries import bibs_beside, headings_of_bib, shelf_around, titles_of
from wenyuan.kernel.classes import class_name, levels_of
from wenyuan.kernel.headings import HeadingKind
from wenyuan.organisation.network.data import BranchFacts, NetworkMap

SHOWN: Final = 6
"""Works of an author or series that a page names."""
OF_ONE_TITLE: Final = 24
ALONG_THE_SHELF: Final = 4
"""Works to either side of one."""

_GROUPS: Final[Mapping[StrOrPromise, tuple[HeadingKind, ...]]] = {
    _("People and bodies"): (HeadingKind.PERSON, HeadingKind.BODY),
    _("Subjects"): (HeadingKind.TOPIC, HeadingKind.PLACE),
    _("Series"): (HeadingKind.SERIES,),
    _("Uniform title"): (HeadingKind.TITLE,),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A heading of a work, and the page on which all that has it is found."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A work on the shelf; ``is_here`` for the one that the page is about."""

    bib: BibBrief
    call_no: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a work; each may be empty. ``shelf_url`` leads along the shelf of ``branch``."""

    of_title: tuple[BibBrief, ...]
    of_series: tuple[BibBrief, ...]
    of_author: tuple[BibBrief, ...]
    shelf: tuple[Neighbour, ...]
    branch: BranchFacts | None
    shelf_url: str


def beside(bib_id: int, *, shelved: ItemView | None, network: NetworkMap) -> Beside:
    """All of it for one work; ``shelved`` is an item of it that stands on a shelf."""
    of_title = bibs_beside(bib_id, Relation.TITLE, size=OF_ONE_TITLE)
    of_series = bibs_beside(bib_id, Relation.SERIES, size=SHOWN)
    of_author = bibs_beside(bib_id, Relation.AUTHOR, size=SHOWN)
    shelf = shelf_around(shelved.id, before=ALONG_THE_SHELF, after=ALONG_THE_SHELF) if shelved else None
    places = shelf.places if shelf else ()
    known = titles_of((*of_title, *of_series, *of_author, *(place.bib_id for place in places)))
    return Beside(
        of_title=_known(of_title, known),
        of_series=_known(of_series, known),
        of_author=_known(tuple(one for one in of_author if one not in of_title), known),
        shelf=neighbours(shelf, known) if shelf and len(places) > 1 else (),
        branch=network.branches.get(shelf.branch_id) if shelf else None,
        shelf_url=reverse("portal:shelf", args=[shelved.id]) if shelved else "",
    )


def neighbours(shelf: ShelfStretch, known: Mapping[int, BibBrief]) -> tuple[Neighbour, ...]:
    """The works of a stretch of shelf, in its order."""
    return tuple(
        Neighbour(known[place.bib_id], place.call_no, number == shelf.at)
        for number, place in enumerate(shelf.places)
        if place.bib_id in known
    )


def headings(bib_id: int) -> list[tuple[StrOrPromise, list[Link]]]:
    """The names, subjects and series of a work, each with its page: the authority's, where the library settled it."""
    uses = headings_of_bib(bib_id)
    groups = [(words, [_link(use) for use in uses if use.kind in kinds]) for words, kinds in _GROUPS.items()]
    return [(words, links) for words, links in groups if links]


def class_question(code: str) -> str:
    """The question that finds what a class has, and what stands below it."""
    return pgettext("field of a question", "class:") + '"' + code.replace('"', " ") + '"'


def class_url(code: str) -> str:
    """The page of results for a class, to be narrowed further."""
    return f"{reverse('portal:find')}?{urlencode({'q': class_question(code)})}"


def class_line(class_no: str, language: str) -> list[Link]:
    """The main class and division of a number, each with its place in the tree of classes."""
    here = reverse("portal:classes")
    return [
        Link(f"{one} {class_name(one, language)}", f"{here}?{urlencode({'below': one})}") for one in levels_of(class_no)
    ]


def _link(use: UseView) -> Link:
    if use.authority_id is not None:
        return Link(use.name, reverse("portal:authority", args=[use.authority_id]))
    return Link(use.name, f"{reverse('portal:find')}?{urlencode(_question(use))}")


def _question(use: UseView) -> dict[str, str]:
    quoted = use.name.replace('"', " ")
    match use.kind:
        case HeadingKind.PERSON | HeadingKind.BODY:
            return {"q": use.name, "by": "author"}
        case HeadingKind.TOPIC | HeadingKind.PLACE:
            return {"q": pgettext("field of a question", "subject:") + f'"{quoted}"'}
        case HeadingKind.TITLE:
            return {"q": use.name, "by": "title"}
        case HeadingKind.SERIES:
            return {"q": f'"{quoted}"'}


def _known(ids: tuple[int, ...], known: Mapping[int, BibBrief]) -> tuple[BibBrief, ...]:
    return tuple(known[one] for one in ids if one in known)
