"""Figures as other programs read them, and as the work summary 工作总结 tells them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from wenyuan.office.daybook.data import RecordFacts, RecordKind, Wanted
from wenyuan.office.daybook.queries import list_records
from wenyuan.office.figures import sql
from wenyuan.office.figures.data import (
    WHOLE,
    CalendarCode,
    Definitions,
    Fact,
    FigureCode,
    IndicatorCode,
    Period,
    PointVisits,
    StockCode,
    SummaryFacts,
    Unit,
    WantedRows,
    WorkSummary,
)
from wenyuan.office.figures.indicators import (
    INDICATORS,
    KINDS,
)
from wenyuan.office.figures.places import seat_of
from wenyuan.office.figures.queries.counting import (
    definitions,
    fetch,
    is_defined_alike,
    members_of,
    parameters_of,
    split,
)
from wenyuan.office.figures.queries.months import snapshot_of
from wenyuan.office.figures.queries.open_hours import open_days, week_minutes
from wenyuan.office.figures.queries.sums import figures_of
from wenyuan.office.figures.rules import (
    EVERYTHING,
    link_terms,
    same_days_before,
    up_to,
)
from wenyuan.office.figures.sql import Grouping
from wenyuan.office.figures.standing import standing_values, unit_of_standing
from wenyuan.office.figures.stocks.reading import stocks_of
from wenyuan.office.figures.stocks.values import STOCKS
from wenyuan.office.figures.summary.writing import write
from wenyuan.organisation.network.data import BranchFacts, NetworkMap
from wenyuan.organisation.network.queries import get_library, list_service_points, network_map
from wenyuan.plumbing.clock import local, local_date

MOST_RECORDS = 5_000
"""More than a county library writes down in a year; a document lists no more."""


def summary_json(
    *,
    period: Period,
    branch: str | None,
    at: datetime,
    base_url: str,
    name_of: Callable[[IndicatorCode], str],
    unit_of: Callable[[Unit], str],
    network: NetworkMap | None = None,
) -> dict[str, object]:
    """The summary as other programs read it: ``{period, branch, as_of, figures: [{code, name, value, unit, rows_url,
    counts, one_definition, snapshot}]}``.

    ``snapshot`` is ``{frozen, adjusted}`` where all months of the period are closed, else none; ``value`` is what is
    counted now.

    ``counts`` are the questions of definition that the library answered with yes on the period's last day, and
    ``one_definition`` says whether they were answered so all along. ``branch`` is a code, ``all`` or none; ``base_url``
    is the full address of the page of rows, without terms. The caller gives the words for indicators and units in its
    language. ``as_of`` is local time with its offset.

    :raises UnknownBranch: when no branch has the code.
    """
    code = None if branch == EVERYTHING else branch
    network, defined = network or network_map(), definitions()
    figures = figures_of(period=period, at=at, branch=code, network=network, defined=defined)
    counted = defined.on(period.last_date)
    snapshot = snapshot_of(period=period, branch=code, network=network)
    return {
        "period": period.text,
        "branch": code or EVERYTHING,
        "as_of": local(at).isoformat(timespec="seconds"),
        "figures": [
            {
                "code": indicator.code.value,
                "name": name_of(indicator.code),
                "value": figures.values[indicator.code],
                "unit": unit_of(indicator.unit),
                "rows_url": f"{base_url}?{urlencode(link_terms(WantedRows(indicator.code, period, code)))}",
                "counts": [question.value for question in indicator.questions if question in counted],
                "one_definition": is_defined_alike(indicator.code, period, defined=defined),
                "snapshot": snapshot
                and {"frozen": snapshot.frozen[indicator.code], "adjusted": snapshot.adjusted[indicator.code]},
            }
            for indicator in INDICATORS
        ],
    }


def stocks_json(
    *,
    period: Period,
    branch: str | None,
    at: datetime,
    base_url: str,
    name_of: Callable[[StockCode], str],
    unit_of: Callable[[Unit], str],
    network: NetworkMap | None = None,
) -> list[dict[str, object]]:
    """What stands at the end of a period, or today where that is earlier, and who borrowed within it; beside the
    figures of ``summary_json``: ``[{code, name, value, unit, behaviour, rows_url}]``; what is not known is none.
    ``base_url`` is the full address of the page of stocks, below which each has its rows.

    :raises UnknownBranch: when no branch has the code.
    :raises BadPeriod: the period begins after today.
    """
    code = None if branch == EVERYTHING else branch
    counted = up_to(period, local_date(at))
    values = stocks_of(period=counted, branch=code, network=network)
    terms = urlencode({"period": counted.text, "branch": code or EVERYTHING})
    return [
        {
            "code": stock.code.value,
            "name": name_of(stock.code),
            "value": values[stock.code],
            "unit": unit_of(stock.unit),
            "behaviour": stock.behaviour.value,
            "rows_url": f"{base_url}/{stock.code.value}?{terms}",
        }
        for stock in STOCKS
    ]


def work_summary(
    *,
    period: Period,
    branch: str | None,
    at: datetime,
    figures_to: date | None = None,
    network: NetworkMap | None = None,
) -> WorkSummary:
    """The work summary of a period, written from what was recorded for the branch and what stood below it.

    ``branch`` is a code, none for the whole network. Figures go to ``figures_to``, to today, or to the period's end,
    whichever comes first, and are compared with the same days of the year before. 开放天数 are those of the branch
    itself, for the whole network those of its oldest branch at the top.

    :raises UnknownBranch: when no branch has the code.
    :raises BadPeriod: nothing of the period lies before ``figures_to`` and today.
    """
    network = network or network_map()
    last = min(figures_to or date.max, local_date(at))
    counted, earlier = up_to(period, last), same_days_before(period, last)
    known = _recorded_since(earlier.first_date) if earlier else frozenset()
    if not known:
        earlier = None
    defined = definitions()
    now = figures_of(period=counted, at=at, branch=branch, network=network, defined=defined).values
    before = (
        figures_of(period=earlier, at=at, branch=branch, network=network, defined=defined).values if earlier else {}
    )
    facts: dict[FigureCode, Fact] = {
        one.code: Fact(
            code=one.code,
            unit=one.unit,
            now=now[one.code],
            before=before[one.code] if one.code in known else None,
            same_definition=is_defined_alike(one.code, *filter(None, (counted, earlier)), defined=defined),
        )
        for one in INDICATORS
    }
    place = network.by_code(branch) if branch else None
    seat = place or seat_of(network, counted.last_date)
    if seat:
        facts[CalendarCode.OPEN_DAYS] = Fact(
            code=CalendarCode.OPEN_DAYS,
            unit=Unit.DAYS,
            now=open_days(seat.id, counted, network),
            before=open_days(seat.id, earlier, network) if earlier else None,
        )
        if (hours := week_minutes(seat.id, counted.last_date, network)) is not None:
            facts[CalendarCode.WEEKLY_HOURS] = Fact(
                code=CalendarCode.WEEKLY_HOURS,
                unit=Unit.WEEK_MINUTES,
                now=hours,
                before=week_minutes(seat.id, earlier.last_date, network) if earlier else None,
            )
    facts |= _standing(counted, earlier, place, network)
    library = get_library()
    name = place.name_zh if place else library.name_zh if library else ""
    records, left_off = _records(counted, place, network)
    points = _points(counted, branch, network, defined)
    code = seat.code if seat else None
    return write(SummaryFacts(name, period, counted, earlier, branch, code, at, facts, records, points, left_off))


def _records(
    period: Period, place: BranchFacts | None, network: NetworkMap
) -> tuple[Mapping[RecordKind, tuple[RecordFacts, ...]], int]:
    """What counts of the daybook, by kind: the rows whose entries the figures add up; and how many were read where
    there are more, the latest of them, else 0."""
    members = members_of(branch_id=place.id, period=period, network=network) if place else None
    wanted = Wanted(first_date=period.first_date, last_date=period.last_date, members=members, counted=True)
    found: dict[RecordKind, list[RecordFacts]] = {}
    listed = list_records(wanted=wanted, size=MOST_RECORDS)
    for record in listed.rows:
        found.setdefault(record.kind, []).append(record)
    return {kind: tuple(records) for kind, records in found.items()}, len(listed.rows) if listed.after else 0


def _standing(
    counted: Period, earlier: Period | None, place: BranchFacts | None, network: NetworkMap
) -> dict[FigureCode, Fact]:
    """What stands at the end of the days counted, beside the same day of the year before."""
    now = standing_values(on=counted.last_date, place=place, network=network)
    before = standing_values(on=earlier.last_date, place=place, network=network) if earlier else {}
    return {
        code: Fact(code=code, unit=unit_of_standing(code), now=value, before=before.get(code))
        for code, value in now.items()
    }


def _points(period: Period, branch: str | None, network: NetworkMap, defined: Definitions) -> tuple[PointVisits, ...]:
    """Visits by service point, the most visited first; what names none is not among them."""
    names = {point.id: point.name_zh for point in list_service_points()}
    found = split(Grouping.POINT, parameters_of(period, branch, WHOLE, network), defined, only=IndicatorCode.VISITS)
    visits = [
        PointVisits(int(part), names[int(part)], values[IndicatorCode.VISITS])
        for (part,), values in found.items()
        if int(part) in names
    ]
    return tuple(sorted((one for one in visits if one.visits > 0), key=lambda one: (-one.visits, one.point_id)))


def _recorded_since(day: date) -> frozenset[IndicatorCode]:
    """The indicators that were recorded by then, give or take the holidays of that week: of the others, what lies there
    is not nothing, it is not known."""
    first = dict(fetch(sql.FIRST_DAYS, {"kinds": list(KINDS)}))
    by = day + timedelta(days=7)
    return frozenset(
        one.code for one in INDICATORS if all(first.get(term.kind.value, date.max) <= by for term in one.terms)
    )
