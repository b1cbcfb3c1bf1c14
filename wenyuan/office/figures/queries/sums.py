"""Totals of a period and their parts by branch, area, day, month, hour and class."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from wenyuan.office.figures import sql
from wenyuan.office.figures.data import (
    WHOLE,
    AreaFigures,
    BranchFigures,
    DatedFigures,
    Definitions,
    Figures,
    IndicatorCode,
    Period,
    PlaceFigures,
    Slice,
    Values,
)
from wenyuan.office.figures.queries.counting import NOTHING, added_up, fetch, parameters_of, parts_with, split
from wenyuan.office.figures.sql import Grouping
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map


def figures_of(
    *,
    period: Period,
    at: datetime,
    branch: str | None = None,
    part: Slice = WHOLE,
    only: IndicatorCode | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> Figures:
    """The indicators of a period, or of a part of it; with ``only`` that one alone.

    :raises UnknownBranch: when no branch has the code.
    """
    found = split(Grouping.TOTAL, parameters_of(period, branch, part, network or network_map()), defined, only=only)
    return Figures(period, branch, at, found.get((), {only: 0} if only else NOTHING))


def by_branch(
    *,
    period: Period,
    branch: str | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> tuple[BranchFigures, ...]:
    """What was done at each branch itself, by code; together they make up the total.

    Branches that stood in the subtree on some day of the period are there even where nothing happened. Entries that
    name no branch come last, as ``NOWHERE``.

    :raises UnknownBranch: when no branch has the code.
    """
    network = network or network_map()
    parameters = parameters_of(period, branch, WHOLE, network)
    found = {key[0]: values for key, values in split(Grouping.BRANCH, parameters, defined).items()}
    return branches_of(found, period, (parameters or {}).get("members", network.branches), network)


def branches_of(
    found: Mapping[int, Values], period: Period, candidates: Iterable[int], network: NetworkMap
) -> tuple[BranchFigures, ...]:
    """What was found, by code, with those of the candidates that stood on some day of the period."""
    standing = {
        branch_id
        for branch_id in candidates
        if (facts := network.branches[branch_id]).opened_date <= period.last_date
        and (facts.closed_date is None or facts.closed_date > period.first_date)
    }
    known = sorted((standing | found.keys()) & network.branches.keys(), key=lambda one: network.branches[one].code)
    unknown = sorted(found.keys() - network.branches.keys())
    return tuple(_branch_figures(branch_id, network, found.get(branch_id, NOTHING)) for branch_id in [*known, *unknown])


def by_area(
    *,
    period: Period,
    branch: str | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> tuple[AreaFigures, ...]:
    """What was done in each area where anything was, by branch, floor and code; together they make up the total.

    What names no area of a branch is there as ``NOWHERE``, behind the branch's areas.

    :raises UnknownBranch: when no branch has the code.
    """
    return _areas(split(Grouping.AREA, parameters_of(period, branch, WHOLE, network or network_map()), defined))


def by_place(
    *,
    period: Period,
    at: datetime,
    branch: str | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> PlaceFigures:
    """``figures_of``, ``by_branch`` and ``by_area`` of a period in one reading, so that each adds up to the other.

    :raises UnknownBranch: when no branch has the code.
    """
    network = network or network_map()
    parameters = parameters_of(period, branch, WHOLE, network)
    found = split(Grouping.AREA, parameters, defined)
    branches = {
        branch_id: added_up(parts_with(found, 0, branch_id)) for branch_id in dict.fromkeys(key[0] for key in found)
    }
    return PlaceFigures(
        Figures(period, branch, at, added_up(branches.values())),
        branches_of(branches, period, (parameters or {}).get("members", network.branches), network),
        _areas(found),
    )


def _areas(found: Mapping[tuple[Any, ...], Values]) -> tuple[AreaFigures, ...]:
    areas = {row[0]: row[1:] for row in fetch(sql.AREAS, {"areas": [area_id for _branch, area_id in found]})}
    order = {area_id: place for place, area_id in enumerate(areas)}
    keys = sorted(found, key=lambda key: (key[0], order.get(key[1], len(order)), key[1]))
    return tuple(_area_figures(key, areas.get(key[1], ("", "", "")), found[key]) for key in keys)


def by_day(
    *,
    period: Period,
    branch: str | None = None,
    part: Slice = WHOLE,
    only: IndicatorCode | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> tuple[DatedFigures, ...]:
    """The indicators of every day of the period, zeros among them; with ``only`` that one alone.

    :raises UnknownBranch: when no branch has the code.
    """
    found = split(Grouping.DAY, parameters_of(period, branch, part, network or network_map()), defined, only=only)
    nothing = {only: 0} if only else NOTHING
    return tuple(DatedFigures(day, found.get((day,), nothing)) for day in period.days())


def by_month(
    *,
    period: Period,
    branch: str | None = None,
    part: Slice = WHOLE,
    only: IndicatorCode | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> tuple[DatedFigures, ...]:
    """The indicators of every month that the period touches, counting only the period's days; with
    ``only`` that one alone.

    :raises UnknownBranch: when no branch has the code.
    """
    found = split(Grouping.MONTH, parameters_of(period, branch, part, network or network_map()), defined, only=only)
    nothing = {only: 0} if only else NOTHING
    return tuple(DatedFigures(month, found.get((month,), nothing)) for month in period.months())


def by_month_and_branch(
    *, period: Period, branch: str | None = None, network: NetworkMap | None = None, defined: Definitions | None = None
) -> Mapping[tuple[date, int], Values]:
    """The indicators of each branch itself in each month of the period, by the month's first day and the branch's id;
    without those of which nothing was recorded.

    :raises UnknownBranch: when no branch has the code.
    """
    return split(Grouping.MONTH_BRANCH, parameters_of(period, branch, WHOLE, network or network_map()), defined)


def by_hour(
    *,
    period: Period,
    only: IndicatorCode,
    branch: str | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> Mapping[int, int]:
    """An indicator by hour of the week (``Slice.hour``), without those of which nothing was recorded. What was typed
    for a day stands at noon.

    :raises UnknownBranch: when no branch has the code.
    """
    found = split(Grouping.HOUR, parameters_of(period, branch, WHOLE, network or network_map()), defined, only=only)
    return {int(hour): values[only] for (hour,), values in found.items()}


def by_class(
    *,
    period: Period,
    only: IndicatorCode,
    branch: str | None = None,
    network: NetworkMap | None = None,
    defined: Definitions | None = None,
) -> Mapping[str, int]:
    """An indicator by class (``Slice.letter``), without those of which nothing was recorded.

    :raises UnknownBranch: when no branch has the code.
    """
    found = split(Grouping.CLASS, parameters_of(period, branch, WHOLE, network or network_map()), defined, only=only)
    return {letter: values[only] for (letter,), values in found.items()}


def scan_by_month_and_branch(*, period: Period) -> Mapping[tuple[date, int], Values]:
    """As ``by_month_and_branch``, of the whole network, from the journal alone: to compare."""
    parameters = parameters_of(period, None, WHOLE, network_map())
    return split(Grouping.MONTH_BRANCH, parameters, None, rollups=False)


def _area_figures(key: tuple[Any, ...], names: tuple[Any, ...], values: Values) -> AreaFigures:
    branch_id, area_id = key
    code, name_zh, name_en = names
    return AreaFigures(branch_id, area_id, code, name_zh, name_en, values)


def _branch_figures(branch_id: int, network: NetworkMap, values: Values) -> BranchFigures:
    facts = network.branches.get(branch_id)
    if facts is None:
        return BranchFigures(branch_id, "", "", "", values)
    return BranchFigures(branch_id, facts.code, facts.name_zh, facts.name_en, values)
