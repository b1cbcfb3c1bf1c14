"""Narrowing what was found: by branch, area, class, author, subject, year, language, kind of item, and for whom it is.

Each value is a link, so that a narrowed list has an address of its own and needs no script. Counts are those of the
index; the rows shown are as they are now.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final
from urllib.parse import quote_plus

from django.http import QueryDict
from django.urls import get_script_prefix, reverse
from django.utils.http import urlencode
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.doors.portal import years
from wenyuan.doors.portal.words import audience_words, language_words
from wenyuan.holdings.catalogue.data import Facet, SearchPage
from wenyuan.holdings.catalogue.queries import list_item_types
from wenyuan.kernel.classes import class_name
from wenyuan.organisation.network.data import AreaFacts, NetworkMap
from wenyuan.organisation.network.queries import list_areas

OFFERED: Final = 8
"""Values of a facet that a page offers."""
MOST_CHOSEN: Final = 8
LONGEST_VALUE: Final = 100
"""Choices of an address, and characters of each, that count; no link that has more is offered."""
_ALL: Final = 500
"""More classes, years or areas than are counted for any page."""

SHOWN: Final[Mapping[Facet, StrOrPromise]] = {
    Facet.AVAILABLE: pgettext_lazy("way to narrow", "To borrow now at"),
    Facet.HELD: pgettext_lazy("way to narrow", "Belongs to"),
    Facet.AREA: pgettext_lazy("way to narrow", "Area"),
    Facet.CLASS: pgettext_lazy("way to narrow", "Class"),
    Facet.PERSON: pgettext_lazy("way to narrow", "Author"),
    Facet.TOPIC: pgettext_lazy("way to narrow", "Subject"),
    Facet.YEAR: pgettext_lazy("way to narrow", "Year"),
    Facet.LANGUAGE: pgettext_lazy("way to narrow", "Language"),
    Facet.ITEM_TYPE: pgettext_lazy("way to narrow", "Kind of item"),
    Facet.COLLECTION: pgettext_lazy("way to narrow", "Collection"),
    Facet.AUDIENCE: pgettext_lazy("way to narrow", "For whom"),
}
"""The facets of the page in its order, each with its words."""
_OF_BRANCHES: Final = frozenset({Facet.AVAILABLE, Facet.HELD})

_UNKNOWN: Final = pgettext_lazy("way to narrow", "a branch that is not known")

Chosen = Mapping[Facet, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value with its words, how many works have it, and the address of the list with (or without) it; empty for one
    that leads nowhere. ``share``: its bar, in hundredths of the longest; none where no bar is drawn."""

    label: StrOrPromise
    count: int
    url: str
    share: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A facet with the values it offers."""

    label: StrOrPromise
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a page offers: ``groups`` to narrow by, and what is ``chosen``, each with the way to take it back."""

    groups: tuple[Group, ...]
    chosen: tuple[Choice, ...]


def counted(chosen: Chosen) -> dict[Facet, int]:
    """What a page wants counted: enough that chosen values and those without words do not empty it. Areas are those of
    a chosen branch, and not counted where none is."""
    wanted = dict.fromkeys(SHOWN, OFFERED + MOST_CHOSEN) | {Facet.CLASS: _ALL, Facet.YEAR: _ALL, Facet.AREA: _ALL}
    if not _branch_ids(chosen):
        del wanted[Facet.AREA]
    return wanted


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
    return f"{_start(base)}{_narrowed(chosen, network)}"


def _start(base: Mapping[str, str]) -> str:
    return f"{_path(get_script_prefix())}?{urlencode(base)}"


def _narrowed(chosen: Chosen, network: NetworkMap) -> str:
    pairs = ((facet, _outward(facet, value, network)) for facet, values in chosen.items() for value in values)
    return "".join([f"&{facet.value}={quote_plus(value)}" for facet, value in pairs])


@cache
def _path(_prefix: str) -> str:
    """Where results stand. Asked for each of the forty links of a page, and the same as long as the prefix is."""
    return reverse("portal:find")


def narrowing(
    page: SearchPage,
    base: Mapping[str, str],
    chosen: Chosen,
    *,
    network: NetworkMap,
    language: str,
    this_year: int,
) -> Narrowing:
    """What can be narrowed by on a page of results, and what is. ``base`` is the address without what is chosen."""
    return _Narrower(page, base, chosen, network, language, this_year).narrowing()


class _Narrower:
    def __init__(
        self,
        page: SearchPage,
        base: Mapping[str, str],
        chosen: Chosen,
        network: NetworkMap,
        language: str,
        this_year: int,
    ) -> None:
        self._page, self._start, self._chosen = page, _start(base), chosen
        self._network, self._language, self._this_year = network, language, this_year
        self._areas = _areas(chosen)

    @cached_property
    def _kinds(self) -> dict[str, str]:
        """Names of the kinds of items; read where one is offered or chosen, which a list of one kind does not."""
        return {kind.code: kind.name(self._language) for kind in list_item_types()}

    def narrowing(self) -> Narrowing:
        taken = tuple(
            Choice(
                self._label(facet, value) or (_UNKNOWN if facet in _OF_BRANCHES else value),
                self._page.total,
                self._address(_without(self._chosen, facet, value)),
            )
            for facet, values in self._chosen.items()
            for value in values
        )
        return Narrowing(tuple(self._groups()), taken)

    def _groups(self) -> Iterator[Group]:
        for facet, name in SHOWN.items():
            choices = tuple(self._bars() if facet is Facet.YEAR else self._choices(facet))
            if choices:
                yield Group(name, choices)

    def _choices(self, facet: Facet) -> list[Choice]:
        """The commonest values that are not chosen and that leave something out, as far as an address may have them."""
        taken = self._chosen.get(facet, ())
        if not self._has_room():
            return []
        offered = (
            Choice(words, count, self._address({**self._chosen, facet: (*taken, value)}))
            for value, count in self._page.counts.get(facet, ())
            if value not in taken and count < self._page.total and len(value) <= LONGEST_VALUE
            if self._stands_here(facet, value)
            if (words := self._label(facet, value))
        )
        return [choice for choice, _ in zip(offered, range(OFFERED), strict=False)]

    def _bars(self) -> Iterator[Choice]:
        """The years; a span that is taken takes the place of the one before."""
        counts = ((int(year), count) for year, count in self._page.counts.get(Facet.YEAR, ()))
        made = years.bars(counts, this_year=self._this_year, is_narrowed=Facet.YEAR in self._chosen)
        if len(made) < 2 or not self._has_room(beside=Facet.YEAR):
            return
        longest = max(bar.count for bar in made)
        for bar in made:
            url = self._address({**self._chosen, Facet.YEAR: (bar.value,)}) if bar.count else ""
            yield Choice(years.span_words(bar.value), bar.count, url, -(-100 * bar.count // longest))

    def _has_room(self, *, beside: Facet | None = None) -> bool:
        """Whether one more may be chosen, in the place of what a facet has where one is named."""
        return sum(len(values) for facet, values in self._chosen.items() if facet is not beside) < MOST_CHOSEN

    def _stands_here(self, facet: Facet, value: str) -> bool:
        """Whether a value is offered beside what is chosen: main classes first, then the divisions of the chosen one;
        the areas of a chosen branch."""
        if facet is Facet.CLASS:
            above = self._chosen.get(Facet.CLASS, ())
            return len(value) == 1 if not above else len(value) > 1 and value[0] in above
        if facet is Facet.AREA:
            return value in self._areas and self._areas[value].branch_id in _branch_ids(self._chosen)
        return True

    def _label(self, facet: Facet, value: str) -> StrOrPromise:
        """A value in words; empty for a branch, area or kind that is not there."""
        if facet in _OF_BRANCHES:
            branch = self._network.branches.get(int(value))
            return branch.name(self._language) if branch is not None else ""
        match facet:
            case Facet.AREA:
                area = self._areas.get(value)
                return area.name(self._language) if area is not None else ""
            case Facet.CLASS:
                return f"{value} {class_name(value, self._language)}".strip()
            case Facet.YEAR:
                return years.span_words(value)
            case Facet.ITEM_TYPE:
                return self._kinds.get(value, "")
            case Facet.LANGUAGE:
                return language_words(value)
            case Facet.AUDIENCE:
                return audience_words(value)
            case _:
                return value

    def _address(self, chosen: Chosen) -> str:
        return f"{self._start}{_narrowed(chosen, self._network)}"


def _without(chosen: Chosen, facet: Facet, value: str) -> Chosen:
    left = {**chosen, facet: tuple(one for one in chosen[facet] if one != value)}
    return {name: values for name, values in left.items() if values}


def _branch_ids(chosen: Chosen) -> frozenset[int]:
    return frozenset(int(value) for facet in _OF_BRANCHES for value in chosen.get(facet, ()))


def _areas(chosen: Chosen) -> dict[str, AreaFacts]:
    """Areas by the value they have in the index, where areas are offered or chosen."""
    if not _branch_ids(chosen) and Facet.AREA not in chosen:
        return {}
    return {str(area.id): area for area in list_areas()}


def _inward(facet: Facet, value: str, network: NetworkMap) -> str:
    if facet not in _OF_BRANCHES:
        return value
    branch = network.by_code(value)
    return str(branch.id) if branch is not None else "0"


def _outward(facet: Facet, value: str, network: NetworkMap) -> str:
    if facet not in _OF_BRANCHES:
        return value
    branch = network.branches.get(int(value))
    return branch.code if branch is not None else "0"
