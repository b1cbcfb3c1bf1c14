"""How a question is put to the rollups and the journal, and what is found is added up: for the queries beside it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection

from wenyuan.office.daybook.data import Member
from wenyuan.office.figures import sql
from wenyuan.office.figures.data import (
    Aspect,
    DefinitionFacts,
    Definitions,
    FigureCode,
    IndicatorCode,
    Measure,
    Period,
    Question,
    Slice,
    UnknownBranch,
    Values,
)
from wenyuan.office.figures.definitions import USUAL
from wenyuan.office.figures.indicators import (
    BY_CODE,
    CODE_NAMES,
    CODED,
    KINDS,
    Group,
    kinds_of,
    values_of,
)
from wenyuan.office.figures.rollups import sql as rollups_sql
from wenyuan.office.figures.rollups.declared import SHAPE, Dimension, rollup_for
from wenyuan.office.figures.rules import (
    memberships,
    narrowed,
    whole_months,
)
from wenyuan.office.figures.sql import Grouping
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map

Parameters = dict[str, Any]
NOTHING: Values = values_of((), USUAL)


def definitions() -> Definitions:
    """What the library has answered about its definitions 口径, from which days on."""
    return Definitions(tuple(_definition(row) for row in fetch(sql.DEFINITIONS, {})))


def is_defined_alike(code: FigureCode, *periods: Period, defined: Definitions | None = None) -> bool:
    """Whether the figure was counted by one definition in all these periods; else they do not compare in per cent."""
    if not isinstance(code, IndicatorCode) or not BY_CODE[code].questions:
        return True
    spans = [(period.first_date, period.last_date) for period in periods]
    return (defined or definitions()).are_alike(BY_CODE[code].questions, *spans)


def span_of(first: date, last: date) -> Period:
    """The period from one day to another."""
    return Period(f"{first}..{last}", first, last)


def members_of(*, branch_id: int, period: Period, network: NetworkMap | None = None) -> tuple[Member, ...]:
    """Which branches stood in the subtree on which days, as the daybook asks for it."""
    spans = memberships(network or network_map(), branch_id=branch_id, period=period)
    return tuple(Member(one.branch_id, one.first_date, one.last_date) for one in spans)


def parameters_of(period: Period, branch: str | None, part: Slice, network: NetworkMap) -> Parameters | None:
    """What the statements ask for; nothing where the part lies outside the period, so that there is nothing to ask."""
    parameters: Parameters = {"kinds": list(KINDS), "coded": list(CODED), "code_names": list(CODE_NAMES)}
    if branch is not None:
        facts = network.by_code(branch)
        if facts is None:
            raise UnknownBranch(branch)
        spans = memberships(network, branch_id=facts.id, period=period)
        parameters["members"] = [span.branch_id for span in spans]
        parameters["member_first"] = [span.first_date for span in spans]
        parameters["member_last"] = [span.last_date for span in spans]
    days = narrowed(period, part)
    if days is None:
        return None
    parameters["first"], parameters["last"] = days
    if part.at_branch_id is not None:
        parameters["at"] = part.at_branch_id
    if part.area_id is not None:
        parameters["area"] = part.area_id
    if part.aspect is not None:
        parameters["aspect"], parameters["part"] = part.aspect
    return parameters


_TELLTALES = {"subtree": "members", "at": "at", "area": "area"}
"""The parameter whose presence says that a statement narrows that way."""


def narrowing_of(parameters: Parameters) -> dict[str, bool]:
    """In which ways a statement narrows that has these parameters."""
    return {way: parameter in parameters for way, parameter in _TELLTALES.items()}


def split(
    grouping: Grouping,
    parameters: Parameters | None,
    defined: Definitions | None,
    *,
    rollups: bool = True,
    only: IndicatorCode | None = None,
) -> Mapping[tuple[Any, ...], Values]:
    """Values by key: one for the total with the empty key, none for keys without an entry.

    From the rollups where these have what is asked, else from the journal. Days of different definitions are counted
    apart and added up. With ``only`` the values are of that indicator alone, and nothing else is read.
    """
    if parameters is None:
        return {}
    parameters = parameters | {"kinds": list(kinds_of(only))}
    ways, aspect = narrowing_of(parameters), parameters.get("aspect")
    rollup = rollup_for(_dimensions(grouping, ways, aspect), only) if rollups else None
    if rollup:
        statement = rollups_sql.read(grouping, **ways, part=aspect is not None, rollup=rollup)
    else:
        statement = sql.figures(grouping, **ways, aspect=aspect)
    sums: dict[tuple[Any, ...], dict[IndicatorCode, int]] = {}
    for stretch in (defined or definitions()).stretches(parameters["first"], parameters["last"]):
        days: Parameters = {"first": stretch.first_date, "last": stretch.last_date}
        if rollup:
            spans = zip(parameters.get("member_first", ()), parameters.get("member_last", ()), strict=True)
            days |= {"shape": SHAPE, "months": whole_months(stretch.first_date, stretch.last_date, spans)}
        for key, groups in _grouped(fetch(statement, parameters | days)).items():
            values = values_of(groups, stretch.answers, only)
            known = sums.setdefault(key, values)
            if known is not values:
                for code, value in values.items():
                    known[code] += value
    return sums


_ASPECTS = {Grouping.POINT: Aspect.POINT, Grouping.HOUR: Aspect.HOUR, Grouping.CLASS: Aspect.CLASS}


def _dimensions(grouping: Grouping, ways: Mapping[str, bool], aspect: Aspect | None) -> set[Dimension]:
    """What a question tells entries apart by, or narrows them to."""
    asked = {Dimension.KIND, Dimension.CODES, Dimension.BRANCH}
    if ways["area"] or grouping is Grouping.AREA:
        asked.add(Dimension.AREA)
    if aspect or grouping in _ASPECTS:
        asked.add(Dimension((aspect or _ASPECTS[grouping]).value))
    return asked


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Mapping[tuple[Any, ...], list[Group]]:
    groups: dict[tuple[Any, ...], list[Group]] = {}
    for *key, kind, codes, quantity, persons, amount in rows:
        sums = {Measure.QUANTITY: quantity, Measure.PERSONS: persons, Measure.AMOUNT: amount}
        groups.setdefault(tuple(key), []).append((kind, codes, sums))
    return groups


def fetch(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """All rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def added_up(found: Iterable[Values]) -> Values:
    """All these values added up."""
    sums = dict(NOTHING)
    for values in found:
        for code, value in values.items():
            sums[code] += value
    return sums


def parts_with(sums: Mapping[tuple[Any, ...], Values], place: int, part: date | int) -> Iterable[Values]:
    """The values under the keys that have this part in this place."""
    return (values for key, values in sums.items() if key[place] == part)


def first_recorded() -> date | None:
    """The first day of which anything stands; nothing where nothing was ever recorded."""
    return min((day for _kind, day in fetch(sql.FIRST_DAYS, {"kinds": list(KINDS)})), default=None)


def _definition(row: tuple[Any, ...]) -> DefinitionFacts:
    columns = dict(
        zip(("id", "question", "counts", "since", "basis", "set_by_id", "set_by_name", "set_at"), row, strict=True)
    )
    return DefinitionFacts(**columns | {"question": Question(columns["question"])})
