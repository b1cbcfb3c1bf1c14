"""The headings of one record, as its page shows them."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django_stubs_ext import StrOrPromise

from wenyuan.doors.workbench.authorities.words import KINDS, STATES
from wenyuan.holdings.catalogue.data import AuthorityBrief, UseView
from wenyuan.holdings.catalogue.queries import briefs_of, headings_of_bib
from wenyuan.kernel.headings import HeadingKind


@dataclass(frozen=True, slots=True)
class ShownHeading:
    """A heading with its kind and state in words, the authority it is linked to, and the page where that is decided."""

    use: UseView
    kind: StrOrPromise
    state: tuple[str, StrOrPromise]
    authority: AuthorityBrief | None
    url: str


def shown_headings(bib_id: int) -> list[ShownHeading]:
    """The headings of a record in the order of its fields."""
    uses = headings_of_bib(bib_id)
    linked = briefs_of({use.authority_id for use in uses if use.authority_id})
    return [
        ShownHeading(
            use,
            KINDS[use.kind],
            STATES[use.state],
            linked.get(use.authority_id or 0),
            heading_url(use.kind, use.key, use.dates),
        )
        for use in uses
    ]


def heading_url(kind: HeadingKind, key: str, dates: str) -> str:
    """The page of a form of a heading."""
    return f"{reverse('workbench:heading')}?" + urlencode({"kind": kind.value, "key": key, "dates": dates})
