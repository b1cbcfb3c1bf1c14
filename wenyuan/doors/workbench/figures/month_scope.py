"""Which month, and of which branch, the pages of closed months are about."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.figures.places import allowed, branch_choices, own_branch
from wenyuan.office.figures.queries import (
    EVERYTHING,
    EVERYWHERE,
    ComparedMonth,
    Difference,
    Place,
    ReaderDifference,
    members_of,
    month_period,
)
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs of a month: figures, and readers, each once."""

    figures: tuple[Difference, ...]
    readers: tuple[ReaderDifference, ...]

    def __len__(self) -> int:
        return len(self.figures) + len(self.readers)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the page is about: a branch and what stood below it, or (``branch`` none) the whole network."""

    branch: str | None
    place: Place
    network: NetworkMap

    @property
    def terms(self) -> str:
        """How an address says it."""
        return f"?{urlencode({'branch': self.branch or EVERYTHING})}"

    def holds(self, month: date) -> Callable[[int], bool]:
        """Whether the numbers of a branch in a month belong here: it stood there, or the page is about everything."""
        if self.branch is None:
            return lambda _branch_id: True
        spans = members_of(branch_id=self.place.branch_id, period=month_period(month), network=self.network)
        return frozenset(span.branch_id for span in spans).__contains__

    def differing(self, one: ComparedMonth, readers: Iterable[ReaderDifference]) -> Differences:
        """What differs of a month here."""
        here = self.holds(one.month)
        return Differences(
            tuple(found for found in one.differences if here(found.place.branch_id)),
            tuple(found for found in readers if here(found.cell.branch_id)),
        )


def month_named(text: str) -> date:
    if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", text):
        raise Http404
    return date.fromisoformat(f"{text}-01")


def scope_of(request: StaffRequest) -> Scope:
    network = network_map()
    choices = branch_choices(request.operator, network, local_date(request.at))
    branch = allowed(request.operator, request.GET.get("branch") or own_branch(request, network, choices), network)
    facts = network.by_code(branch) if branch else None
    return Scope(branch, Place(facts.id, True) if facts else EVERYWHERE, network)


def whole_network(request: StaffRequest) -> Scope:
    """Whatever branch the address names: everything, for who sees it."""
    network = network_map()
    return Scope(allowed(request.operator, EVERYTHING, network), EVERYWHERE, network)


def url_of(name: str, first: date, scope: Scope) -> str:
    return f"{reverse(f'workbench:{name}', args=[f'{first:%Y-%m}'])}{scope.terms}"


def crumbs_of(scope: Scope) -> tuple[Crumb, ...]:
    return (
        Crumb(gettext("Figures"), f"{reverse('workbench:figures')}{scope.terms}"),
        Crumb(gettext("Closed months"), f"{reverse('workbench:figure-months')}{scope.terms}"),
    )


def year_within(text: str, first: int, last: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{4}", text) and first <= int(text) <= last else last
