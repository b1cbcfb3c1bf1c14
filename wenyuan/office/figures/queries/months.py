"""Closed months 月结 beside what is counted of them now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings

from wenyuan.office.figures import sql
from wenyuan.office.figures.closing import sql as closing_sql
from wenyuan.office.figures.closing.reading import months_closed, read_closed, read_snapshot
from wenyuan.office.figures.closing.values import (
    EVERYWHERE,
    Cells,
    ClosedMonthFacts,
    ComparedMonth,
    Difference,
    LaterRow,
    LaterRows,
    Place,
    ReaderCell,
    ReaderDifference,
    Readers,
    ReconciledMonth,
    Snapshot,
    UnlikeLoan,
    cells_of,
    differences,
    month_period,
    month_to_close,
    periods_ending,
    reader_differences,
)
from wenyuan.office.figures.data import (
    WHOLE,
    Definitions,
    IndicatorCode,
    Period,
    StockCode,
    UnknownBranch,
    Values,
)
from wenyuan.office.figures.queries.counting import (
    NOTHING,
    Parameters,
    added_up,
    definitions,
    fetch,
    first_recorded,
    parameters_of,
    span_of,
    split,
)
from wenyuan.office.figures.queries.sums import by_month_and_branch
from wenyuan.office.figures.rollups import sql as rollups_sql
from wenyuan.office.figures.rollups.declared import SHAPE
from wenyuan.office.figures.rules import (
    memberships,
    whole_months,
)
from wenyuan.office.figures.sql import Grouping
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.data import BranchFacts, NetworkMap
from wenyuan.organisation.network.queries import network_map


def closed_month(month: date) -> ClosedMonthFacts | None:
    """The month that begins on this day as it was closed and adjusted; nothing where it is open."""
    return read_closed([month]).get(month)


def month_due(*, closed: Iterable[date] | None = None) -> date | None:
    """The month that is the next to be closed, whether it is over or not; nothing where nothing was ever recorded."""
    known = tuple(months_closed() if closed is None else closed)
    return month_to_close(known, None if known else first_recorded())


def cells_of_month(month: date, *, network: NetworkMap | None = None, defined: Definitions | None = None) -> Cells:
    """What the month comes to now, by the definitions given so far: of each branch itself, of each with what stood
    below it on each day, and of the whole network."""
    network, defined, days = network or network_map(), defined or definitions(), month_period(month)
    sums = by_month_and_branch(period=days, network=network, defined=defined)
    return _cells({branch_id: values for (_month, branch_id), values in sums.items()}, days, network, defined)


def compared_months(
    period: Period, *, network: NetworkMap | None = None, defined: Definitions | None = None
) -> tuple[ComparedMonth, ...]:
    """Every month that the period touches, whole, beside what is counted of it now; one read for them all."""
    network, defined, months = network or network_map(), defined or definitions(), period.months()
    whole = span_of(months[0], month_period(months[-1]).last_date)
    sums = by_month_and_branch(period=whole, network=network, defined=defined)
    closed = read_closed(months)
    found = []
    for month in months:
        own = {branch_id: values for (of, branch_id), values in sums.items() if of == month}
        now, facts = _cells(own, month_period(month), network, defined), closed.get(month)
        found.append(ComparedMonth(month, facts, now, differences(facts, now) if facts else ()))
    return tuple(found)


def reader_differences_of_months(
    compared: Sequence[ComparedMonth], *, network: NetworkMap | None = None
) -> dict[date, tuple[ReaderDifference, ...]]:
    """The differences of readers of each closed month among these, which follow each other. Readers are counted only
    where they may differ: some were frozen, and loans were recorded for the days since, or the loans of a subtree
    differ in a month of the quarter, half-year or year that ends with it."""
    network = network or network_map()
    terms: Parameters = {"first": compared[0].month, "last": month_period(compared[-1].month).last_date}
    has_readers = any(one.closed and one.closed.reader_cells() for one in compared)
    latest: dict[date, datetime] = dict(fetch(closing_sql.LATEST, terms)) if has_readers else {}
    moved = {one.month for one in compared if any(each.code is IndicatorCode.LOANS for each in one.differences)}
    found: dict[date, tuple[ReaderDifference, ...]] = {}
    for one in compared:
        if one.closed is None:
            continue
        months = periods_ending(one.month)[-1].months()
        since = one.closed.touched_at - timedelta(minutes=1)
        may_differ = any(month in moved or (month in latest and latest[month] >= since) for month in months)
        found[one.month] = reader_differences_of(one.closed, network=network) if may_differ else ()
    return found


def reconciled_months(
    period: Period, *, branch: str | None = None, network: NetworkMap | None = None
) -> tuple[ReconciledMonth, ...]:
    """The loans of each month that the period touches, counted three ways; of a branch and what stood below it.

    :raises UnknownBranch: when no branch has the code.
    """
    months = period.months()
    whole = span_of(months[0], month_period(months[-1]).last_date)
    terms = parameters_of(whole, branch, WHOLE, network or network_map()) or {}
    subtree, loan = branch is not None, Kind.LOAN.value
    spans = zip(terms.get("member_first", ()), terms.get("member_last", ()), strict=True)
    read = {"shape": SHAPE, "months": whole_months(whole.first_date, whole.last_date, spans)}
    rolled = rollups_sql.read(Grouping.MONTH, subtree=subtree, at=False, area=False)
    told = sql.figures(Grouping.MONTH, subtree=subtree, at=False, area=False)
    by_rollups = {row[0]: row[3] for row in fetch(rolled, terms | read) if row[1] == loan}
    by_journal = {row[0]: row[3] for row in fetch(told, terms | {"kinds": [loan]})}
    rows = dict(fetch(closing_sql.lent(subtree=subtree), terms | {"zone": settings.TIME_ZONE}))
    return tuple(
        ReconciledMonth(month, rows.get(month, 0), by_journal.get(month, 0), by_rollups.get(month, 0))
        for month in months
    )


def unlike_loans(
    month: date, *, branch: str | None = None, size: int = 200, network: NetworkMap | None = None
) -> tuple[UnlikeLoan, ...]:
    """Loans of a month of which the table and the journal say another thing, at most so many.

    :raises UnknownBranch: when no branch has the code.
    """
    terms = parameters_of(month_period(month), branch, WHOLE, network or network_map()) or {}
    terms |= {"zone": settings.TIME_ZONE, "limit": size}
    return tuple(UnlikeLoan(*row) for row in fetch(closing_sql.unlike(subtree=branch is not None), terms))


def snapshot_of(*, period: Period, branch: str | None = None, network: NetworkMap | None = None) -> Snapshot | None:
    """What the closed months of a period say of a branch with what stood below it, or of everything; nothing unless the
    period is of whole months that are all closed, with every indicator of today.

    :raises UnknownBranch: when no branch has the code.
    """
    months = period.months()
    if (period.first_date, period.last_date) != (months[0], month_period(months[-1]).last_date):
        return None
    if branch is None:
        return read_snapshot(months, EVERYWHERE)
    facts = (network or network_map()).by_code(branch)
    if facts is None:
        raise UnknownBranch(branch)
    return read_snapshot(months, Place(facts.id, True))


def later_rows(
    closed: ClosedMonthFacts,
    *,
    branch: str | None = None,
    before: int | None = None,
    size: int = 50,
    network: NetworkMap | None = None,
) -> LaterRows:
    """What was recorded for the days of a month since it was closed, give or take a minute, the newest first; of a
    branch and what stood below it.

    :raises UnknownBranch: when no branch has the code.
    """
    terms = parameters_of(month_period(closed.month), branch, WHOLE, network or network_map()) or {}
    terms |= {"since": closed.closed_at - timedelta(minutes=1), "before": before, "limit": size + 1}
    found = fetch(closing_sql.later(subtree=branch is not None), terms)
    rows = tuple(LaterRow(**dict(zip(closing_sql.LATER_COLUMNS, row, strict=True))) for row in found[:size])
    return LaterRows(rows, rows[-1].id if len(found) > size else None)


def differences_of(
    closed: ClosedMonthFacts, *, network: NetworkMap | None = None, defined: Definitions | None = None
) -> tuple[Difference, ...]:
    """Where a closed month, adjustments included, is not what is counted now."""
    return differences(closed, cells_of_month(closed.month, network=network, defined=defined))


def _cells(own: Mapping[int, Values], days: Period, network: NetworkMap, defined: Definitions) -> Cells:
    """The cells of a month whose branches come to ``own``."""
    places = {Place(branch_id, False): values for branch_id, values in own.items()}
    for facts in network.branches.values():
        places[Place(facts.id, True)] = _with_below(facts, own, days, network, defined)
    return cells_of(places | {EVERYWHERE: added_up(own.values())})


def readers_of_month(month: date, *, network: NetworkMap | None = None) -> Readers:
    """Readers who borrowed within the month, and within the quarter, half-year and year that end with it: of each
    branch with what stood below it on each day, and of everything, by category and in all."""
    network = network or network_map()
    found: dict[ReaderCell, int] = {}
    for period in periods_ending(month):
        spans = [(top, span) for top in network.branches for span in memberships(network, branch_id=top, period=period)]
        terms: Parameters = {
            "first": period.first_date,
            "last": period.last_date,
            "tops": [top for top, _span in spans],
            "members": [span.branch_id for _top, span in spans],
            "member_first": [span.first_date for _top, span in spans],
            "member_last": [span.last_date for _top, span in spans],
        }
        for code, top, category, count in fetch(closing_sql.READERS, terms):
            found[ReaderCell(period.text, top, StockCode(code), category)] = count
    return found


def reader_differences_of(
    closed: ClosedMonthFacts, *, network: NetworkMap | None = None
) -> tuple[ReaderDifference, ...]:
    """Where the readers of a closed month are not as many now as it says, adjustments included."""
    return reader_differences(closed, readers_of_month(closed.month, network=network))


def _with_below(
    facts: BranchFacts, own: Mapping[int, Values], days: Period, network: NetworkMap, defined: Definitions
) -> Values:
    """What a branch comes to with what stood below it: added up, unless a branch came or went within the month."""
    spans = memberships(network, branch_id=facts.id, period=days)
    if all((span.first_date, span.last_date) == (days.first_date, days.last_date) for span in spans):
        return added_up(own[span.branch_id] for span in spans if span.branch_id in own)
    return split(Grouping.TOTAL, parameters_of(days, facts.code, WHOLE, network), defined).get((), NOTHING)
