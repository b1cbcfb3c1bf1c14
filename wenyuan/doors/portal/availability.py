"""Where a work can be had now, in a reader's words. Everything comes from the items as they are at this moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final, NamedTuple, Protocol

from django.utils.translation import gettext, ngettext, ngettext_lazy
from django_stubs_ext import StrPromise

from wenyuan.doors.portal.words import short_day
from wenyuan.holdings.catalogue.data import BibBrief, ItemsAlike, ItemView
from wenyuan.holdings.catalogue.queries import items_alike
from wenyuan.lending.circulation.queries import due_dates_of_items, items_due_after_reopening
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.plumbing.clock import local_date

BRANCHES_NAMED: Final = 3
"""How many branches a line of a result names before it says "and others"."""


class Standing(Enum):
    """What an item is to a reader, the most wanted first."""

    LENDABLE = "lendable"
    IN_LIBRARY = "in_library"
    ON_LOAN = "on_loan"
    IN_TRANSIT = "in_transit"
    KEPT = "kept"
    IN_PROCESS = "in_process"
    NOT_LENT = "not_lent"
    UNAVAILABLE = "unavailable"


SHAPES: Final[Mapping[Standing, str]] = {
    Standing.LENDABLE: "in",
    Standing.IN_LIBRARY: "none",
    Standing.ON_LOAN: "out",
    Standing.IN_TRANSIT: "way",
    Standing.KEPT: "kept",
    Standing.IN_PROCESS: "soon",
    Standing.NOT_LENT: "none",
    Standing.UNAVAILABLE: "stop",
}

_WORDS: Final[Mapping[Standing, StrPromise]] = {
    Standing.LENDABLE: ngettext_lazy("%(count)s on the shelf", "%(count)s on the shelf", "count"),
    Standing.IN_LIBRARY: ngettext_lazy("%(count)s to read here", "%(count)s to read here", "count"),
    Standing.ON_LOAN: ngettext_lazy("%(count)s on loan", "%(count)s on loan", "count"),
    Standing.IN_TRANSIT: ngettext_lazy("%(count)s on its way", "%(count)s on their way", "count"),
    Standing.KEPT: ngettext_lazy("%(count)s kept for a reader", "%(count)s kept for readers", "count"),
    Standing.IN_PROCESS: ngettext_lazy("%(count)s being prepared", "%(count)s being prepared", "count"),
    Standing.NOT_LENT: ngettext_lazy("%(count)s not lent", "%(count)s not lent", "count"),
    Standing.UNAVAILABLE: ngettext_lazy("%(count)s not to be had now", "%(count)s not to be had now", "count"),
}
_ORDER: Final[Mapping[Standing, int]] = {standing: place for place, standing in enumerate(Standing)}

_BY_STATE: Final[Mapping[str, Standing]] = {
    "on_loan": Standing.ON_LOAN,
    "in_transit": Standing.IN_TRANSIT,
    "on_hold_shelf": Standing.KEPT,
    "in_process": Standing.IN_PROCESS,
}
_BY_LENDABLE: Final[Mapping[str, Standing]] = {
    "yes": Standing.LENDABLE,
    "in_library": Standing.IN_LIBRARY,
    "no": Standing.NOT_LENT,
}


class Placed(Protocol):
    """What tells how and where an item, or some that are alike, can be had."""

    @property
    def state(self) -> str: ...
    @property
    def condition(self) -> str: ...
    @property
    def lendable(self) -> str: ...
    @property
    def home_branch_id(self) -> int: ...
    @property
    def present_branch_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Summary:
    """A work in one tag: its shape and word, and where, or when it comes back."""

    shape: str
    word: str
    note: str = ""


class Row(NamedTuple):
    """A work as a list shows it."""

    bib: BibBrief
    summary: Summary


class DueBack(NamedTuple):
    """When an item on loan falls due; ``after_reopening`` while nobody knows how long its branch is shut."""

    day: date
    after_reopening: bool

    def words(self) -> str:
        """The day, or "after reopening"."""
        return gettext("after reopening") if self.after_reopening else short_day(self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Items of a work that stand alike: same branch, area, call number and volume.

    ``due_back`` is the earliest day on which one of them falls due, if they are on loan and that day is not past.
    """

    branch_id: int
    area_id: int | None
    call_no: str
    volume: str
    standing: Standing
    count: int
    due_back: DueBack | None
    is_overdue: bool

    @property
    def shape(self) -> str:
        """Shape of the tag."""
        return SHAPES[self.standing]

    @property
    def word(self) -> str:
        """Word of the tag, with how many items."""
        return standing_words(self.standing, self.count)


def standing_of(item: Placed) -> Standing | None:
    """What an item is to a reader; nothing for a withdrawn one, which is not shown.

    A damaged, lost or missing item cannot be had, whatever else is said of it.
    """
    if item.state == "withdrawn":
        return None
    if item.condition != "ok":
        return Standing.UNAVAILABLE
    return _BY_STATE.get(item.state) or _BY_LENDABLE.get(item.lendable, Standing.UNAVAILABLE)


def place_of(item: Placed) -> int:
    """The branch a reader would go to: where the item stands, or where it belongs while it is in nobody's shelf."""
    return item.home_branch_id if item.state in ("on_loan", "in_transit") else item.present_branch_id


def due_dates(items: Iterable[ItemView], *, network: NetworkMap) -> dict[int, DueBack]:
    """When items on loan fall due, by item id; two queries, none when nothing is on loan."""
    return _due_back([item.id for item in items if item.state == "on_loan"], network)


def _due_back(on_loan: list[int], network: NetworkMap) -> dict[int, DueBack]:
    if not on_loan:
        return {}
    unknown = items_due_after_reopening(on_loan, network=network)
    due = due_dates_of_items(on_loan)
    return {item_id: DueBack(local_date(at), item_id in unknown) for item_id, at in due.items()}


def holdings_of(
    items: Sequence[ItemView], due: Mapping[int, DueBack], *, network: NetworkMap, at: datetime
) -> list[Holding]:
    """A work's items gathered into lines, those that can be had first, then by branch; ``due`` is ``due_dates``."""
    today = local_date(at)
    lines: dict[tuple[int, int | None, str, str, Standing], list[ItemView]] = defaultdict(list)
    for item in items:
        standing = standing_of(item)
        if standing is None:
            continue
        place = place_of(item)
        area_id = item.area_id if place == item.home_branch_id else None
        lines[place, area_id, item.call_no, item.volume, standing].append(item)
    found = [_holding(*key, alike, due, today) for key, alike in lines.items()]
    return sorted(found, key=lambda line: (_ORDER[line.standing], _code(network, line.branch_id), line.volume))


def _holding(
    branch_id: int,
    area_id: int | None,
    call_no: str,
    volume: str,
    standing: Standing,
    items: list[ItemView],
    due: Mapping[int, DueBack],
    today: date,
) -> Holding:
    days = [due[item.id] for item in items if item.id in due] if standing is Standing.ON_LOAN else []
    ahead = [back for back in days if back.day >= today]
    return Holding(
        branch_id=branch_id,
        area_id=area_id,
        call_no=call_no,
        volume=volume,
        standing=standing,
        count=len(items),
        due_back=min(ahead, default=None),
        is_overdue=bool(days) and not ahead,
    )


def summaries_of(bib_ids: Sequence[int], *, network: NetworkMap, language: str, at: datetime) -> dict[int, Summary]:
    """One tag for each work of a page of results. Only of works that are all on loan it is asked when they fall due."""
    best = {bib_id: _best(alike) for bib_id, alike in items_alike(bib_ids).items()}
    lent = [alike for standing, alike in best.values() if standing is Standing.ON_LOAN]
    due = _due_back([item_id for some in lent for alike in some for item_id in alike.ids], network)
    today = local_date(at)
    return {
        bib_id: _summary(standing, alike, due, network, language, today) for bib_id, (standing, alike) in best.items()
    }


def rows_of(bibs: Sequence[BibBrief], *, network: NetworkMap, language: str, at: datetime) -> list[Row]:
    """Works as a list shows them, each with its tag."""
    summaries = summaries_of([bib.id for bib in bibs], network=network, language=language, at=at)
    return [Row(bib, summaries[bib.id]) for bib in bibs]


def summary_of(
    items: Sequence[ItemView], due: Mapping[int, DueBack], *, network: NetworkMap, language: str, at: datetime
) -> Summary:
    """The tag of one work; ``due`` is ``due_dates``."""
    each = [
        ItemsAlike(item.state, item.condition, item.lendable, item.home_branch_id, item.present_branch_id, (item.id,))
        for item in items
    ]
    return _summary(*_best(each), due, network, language, local_date(at))


def _best(items: Sequence[ItemsAlike]) -> tuple[Standing | None, list[ItemsAlike]]:
    """The most wanted standing of a work's items, and those that have it; nothing where there are none to show."""
    standings = [(standing, alike) for alike in items if (standing := standing_of(alike)) is not None]
    best = min((standing for standing, _ in standings), key=_ORDER.__getitem__, default=None)
    return best, [alike for standing, alike in standings if standing is best]


def _summary(
    best: Standing | None,
    items: Sequence[ItemsAlike],
    due: Mapping[int, DueBack],
    network: NetworkMap,
    language: str,
    today: date,
) -> Summary:
    if best is None:
        return Summary("none", gettext("No items yet"))
    count = sum(len(alike.ids) for alike in items)
    if best is Standing.LENDABLE:
        word = ngettext("%(count)s item to borrow", "%(count)s items to borrow", count) % {"count": count}
        return Summary("in", word, _where(items, network, language))
    if best is Standing.ON_LOAN:
        back = [due[item_id] for alike in items for item_id in alike.ids if item_id in due]
        ahead = [one for one in back if one.day >= today]
        note = gettext("first due back %(day)s") % {"day": min(ahead).words()} if ahead else ""
        return Summary("out", gettext("All on loan"), note)
    return Summary(SHAPES[best], standing_words(best, count), _where(items, network, language))


def _where(items: Sequence[ItemsAlike], network: NetworkMap, language: str) -> str:
    counts: dict[int, int] = defaultdict(int)
    for alike in items:
        counts[place_of(alike)] += len(alike.ids)
    places = sorted(counts.items(), key=lambda place: (-place[1], _code(network, place[0])))
    named = [
        f"{branch.name(language)} {count}"
        for branch_id, count in places[:BRANCHES_NAMED]
        if (branch := network.branches.get(branch_id)) is not None
    ]
    if len(places) > BRANCHES_NAMED:
        more = len(places) - BRANCHES_NAMED
        named.append(ngettext("%(count)s more branch", "%(count)s more branches", more) % {"count": more})
    return gettext(", ").join(named)


def standing_words(standing: Standing, count: int) -> str:
    """How many items stand so, in words."""
    return _WORDS[standing] % {"count": count}


def _code(network: NetworkMap, branch_id: int) -> str:
    branch = network.branches.get(branch_id)
    return branch.code if branch else ""
