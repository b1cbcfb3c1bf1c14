"""Narrowing what was found: by branch, class, author, subject, year, language, kind of item and audience.

Each value is a link, so that a narrowed list has an address of its own and needs no script. Counts are those of the
index; the rows shown are as they are now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.doors.portal.words import audience_words, language_words
from wenyuan.holdings.catalogue.data import Facet, SearchPage
from wenyuan.holdings.catalogue.queries import list_item_types
from wenyuan.organisation.network.data import NetworkMap

OFFERED: Final = 8
"""Values of a facet that a page offers."""
MOST_CHOSEN: Final = 8
LONGEST_VALUE: Final = 100

SHOWN: Final[Mapping[Facet, StrOrPromise]] = {
    Facet.AVAILABLE: pgettext_lazy("way to narrow", "To borrow now at"),
    Facet.CLASS: pgettext_lazy("way to narrow", "Class"),
    Facet.PERSON: pgettext_lazy("way to narrow", "Author"),
    Facet.TOPIC: pgettext_lazy("way to narrow", "Subject"),
    Facet.YEAR: pgettext_lazy("way to narrow", "Year"),
    Facet.LANGUAGE: pgettext_lazy("way to narrow", "Language"),
    Facet.ITEM_TYPE: pgettext_lazy("way to narrow", "Kind of item"),
    Facet.AUDIENCE: pgettext_lazy("way to narrow", "For whom"),
}
"""The facets of the page in its order, each with its words."""

Chosen = Mapping[Facet, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value with its words, how many works have it, and the address of the list with (or without) it."""

    label: StrOrPromise
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """A facet with the values it offers."""

    label: StrOrPromise
    choices: tuple[Choice, ...]


def counted() -> dict[Facet, int]:
    """What a page wants counted: enough that chosen values and those without words do not empty it."""
    return dict.fromkeys(SHOWN, OFFERED + MOST_CHOSEN)


def chosen_of(asked: QueryDict, network: NetworkMap) -> Chosen:
    """What an address narrows by. A branch stands in it by its code, and one that is not known finds nothing."""
    chosen: dict[Facet, tuple[str, ...]] = {}
    left = MOST_CHOSEN
    for facet in SHOWN:
        values = [value[:LONGEST_VALUE] for value in dict.fromkeys(asked.getlist(facet.value)) if value][:left]
        left -= len(values)
        if values:
            chosen[facet] = tuple(_inward(facet, value, network) for value in values)
    return chosen


def address(base: Mapping[str, str], chosen: Chosen, network: NetworkMap) -> str:
    """The address of the list that is so narrowed."""
    pairs = [*base.items()]
    pairs += [(facet.value, _outward(facet, value, network)) for facet, values in chosen.items() for value in values]
    return f"{reverse('portal:find')}?{urlencode(pairs)}"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a page offers: ``groups`` to narrow by, and what is ``chosen``, each with the way to take it back."""

    groups: tuple[Group, ...]
    chosen: tuple[Choice, ...]


def narrowing(
    page: SearchPage, base: Mapping[str, str], chosen: Chosen, *, network: NetworkMap, language: str
) -> Narrowing:
    """What can be narrowed by on a page of results, and what is. ``base`` is the address without what is chosen."""
    kinds = {kind.code: kind.name(language) for kind in list_item_types()}

    def label(facet: Facet, value: str) -> StrOrPromise:
        return _label(facet, value, network=network, kinds=kinds, language=language)

    def groups() -> Iterator[Group]:
        for facet, name in SHOWN.items():
            offered = _offered(page.counts.get(facet, ()), chosen.get(facet, ()), page.total)
            choices = tuple(
                Choice(words, count, address(base, {**chosen, facet: (*chosen.get(facet, ()), value)}, network))
                for value, count in offered
                if (words := label(facet, value))
            )
            if choices:
                yield Group(name, choices[:OFFERED])

    taken = tuple(
        Choice(label(facet, value) or value, page.total, address(base, _without(chosen, facet, value), network))
        for facet, values in chosen.items()
        for value in values
    )
    return Narrowing(tuple(groups()), taken)


def _offered(counts: Sequence[tuple[str, int]], chosen: Sequence[str], total: int) -> Iterator[tuple[str, int]]:
    """Values that are not chosen and that leave something out."""
    return ((value, count) for value, count in counts if value not in chosen and count < total)


def _without(chosen: Chosen, facet: Facet, value: str) -> Chosen:
    left = {**chosen, facet: tuple(one for one in chosen[facet] if one != value)}
    return {name: values for name, values in left.items() if values}


def _label(facet: Facet, value: str, *, network: NetworkMap, kinds: Mapping[str, str], language: str) -> StrOrPromise:
    """A value in words; empty for a branch or kind that is no longer there."""
    match facet:
        case Facet.AVAILABLE:
            branch = network.branches.get(int(value))
            return branch.name(language) if branch is not None else ""
        case Facet.ITEM_TYPE:
            return kinds.get(value, "")
        case Facet.LANGUAGE:
            return language_words(value)
        case Facet.AUDIENCE:
            return audience_words(value)
        case _:
            return value


def _inward(facet: Facet, value: str, network: NetworkMap) -> str:
    if facet is not Facet.AVAILABLE:
        return value
    branch = network.by_code(value)
    return str(branch.id) if branch is not None else "0"


def _outward(facet: Facet, value: str, network: NetworkMap) -> str:
    if facet is not Facet.AVAILABLE:
        return value
    branch = network.branches.get(int(value))
    return branch.code if branch is not None else "0"
