"""Which authority a heading is a form of. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from wenyuan.holdings.catalogue.authorities.values import LinkState


class Known(NamedTuple):
    """A form of an authority with the normal form of the heading in question: its own heading, or a variant."""

    authority_id: int
    dates: str
    is_heading: bool
    is_same: bool = False  # of a variant: what has it is the authority


class Link(NamedTuple):
    """What a heading is linked to, or why not."""

    state: LinkState
    authority_id: int | None = None


def link_of(dates: str, known: Iterable[Known]) -> Link:
    """The link of a heading with these dates.

    The heading of one authority, or a variant known to be the same, in the same dates is linked at once. Of two such,
    of other dates, or of a variant that somebody only noted, a person must say.
    """
    forms = list(known)
    exact = {one.authority_id for one in forms if one.dates == dates and (one.is_heading or one.is_same)}
    if len(exact) == 1:
        return Link(LinkState.LINKED, exact.pop())
    return Link(LinkState.REVIEW if forms else LinkState.UNKNOWN)
