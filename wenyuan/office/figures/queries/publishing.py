"""The service report for everybody (公共图书馆法 42)."""

from collections.abc import Mapping, Sequence
from datetime import date

from wenyuan.office.figures.closing.reading import read_closed
from wenyuan.office.figures.data import (
    CalendarCode,
    DatedFigures,
    FigureCode,
    IndicatorCode,
    Period,
    Stretch,
    Unit,
    Values,
)
from wenyuan.office.figures.indicators import (
    BY_CODE,
)
from wenyuan.office.figures.places import seat_of
from wenyuan.office.figures.published.report import report
from wenyuan.office.figures.published.values import (
    STANDING,
    PublicReport,
)
from wenyuan.office.figures.queries.counting import NOTHING, added_up, definitions, first_recorded, parts_with
from wenyuan.office.figures.queries.open_hours import open_days, week_minutes
from wenyuan.office.figures.queries.sums import branches_of, by_month_and_branch
from wenyuan.office.figures.rules import (
    parse_period,
)
from wenyuan.office.figures.standing import standing_values, unit_of_standing
from wenyuan.office.figures.stocks.reading import stocks_of
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map


def published_years(*, on: date) -> tuple[int, ...]:
    """The years of which there is a service report, the newest first: each from the first in which anything was
    recorded that has ended by then. A year that runs is none of them: from day to day its totals would tell what a day
    added, however small."""
    first = first_recorded()
    return tuple(range(on.year - 1, first.year - 1, -1)) if first else ()


def public_report(year: int, *, on: date, network: NetworkMap | None = None) -> PublicReport:
    """公共图书馆法 42: the service report of a year for the whole network, as everybody may read it from the day ``on``
    (``published_years``). It names nobody, and no number in it tells of fewer than five readers or acts of theirs,
    nor can one be computed from the others of the same report. Every sum is read by the same statements, whatever is
    recorded meanwhile; of a year whose months are all closed it is what their snapshots say."""
    network = network or network_map()
    period, defined = parse_period(f"{year:04d}"), definitions()
    frozen = _frozen_year(period)
    sums, stretches = frozen or (
        by_month_and_branch(period=period, network=network, defined=defined),
        defined.stretches(period.first_date, period.last_date),
    )
    seat = seat_of(network, period.last_date)
    standing = standing_values(on=period.last_date, place=None, network=network)
    found: dict[FigureCode, tuple[Unit, int]] = {
        code: (unit_of_standing(code), value) for code, value in standing.items()
    }
    if seat:
        found[CalendarCode.OPEN_DAYS] = (Unit.DAYS, open_days(seat.id, period, network))
        if (minutes := week_minutes(seat.id, period.last_date, network)) is not None:
            found[CalendarCode.WEEKLY_HOURS] = (Unit.WEEK_MINUTES, minutes)
    return report(
        year=year,
        as_of=on,
        answers=frozenset().union(*(one.answers for one in stretches)),
        frozen=frozen is not None,
        total=added_up(sums.values()),
        months=[DatedFigures(month, added_up(parts_with(sums, 0, month))) for month in period.months()],
        branches=branches_of(
            {key[1]: added_up(parts_with(sums, 1, key[1])) for key in sums}, period, network.branches, network
        ),
        stocks=stocks_of(period=period, network=network),
        standing={code: found[code] for code in STANDING if code in found},
    )


def _frozen_year(period: Period) -> tuple[Mapping[tuple[date, int], Values], Sequence[Stretch]] | None:
    """As ``by_month_and_branch``, by the snapshots of a period whose months are all closed, and the definitions that
    they were ever counted by: a part that was told in its whole once is none beside it later."""
    months = period.months()
    closed = read_closed(months)
    if len(closed) < len(months) or any(BY_CODE.keys() - one.indicators for one in closed.values()):
        return None
    sums: dict[tuple[date, int], dict[IndicatorCode, int]] = {}
    for month, facts in closed.items():
        for place, code in facts.cells():
            if not place.below:
                sums.setdefault((month, place.branch_id), dict(NOTHING))[code] = facts.value(place, code)
    return sums, [stretch for facts in closed.values() for stretch in facts.ever_counted_by]
