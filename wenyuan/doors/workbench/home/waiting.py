"""What is waiting at a branch, for the first page."""

from dataclasses import dataclass
from datetime import datetime

from wenyuan.doors.furniture.figure_words import NAMES, UNITS
from wenyuan.lending.circulation.queries import count_overdue_at
from wenyuan.lending.transit.queries import count_coming, gone_from
from wenyuan.office.figures.data import IndicatorCode, Period
from wenyuan.office.figures.queries import BY_CODE, figures_of
from wenyuan.organisation.network.queries import get_branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

SHOWN_TODAY = (
    IndicatorCode.VISITS,
    IndicatorCode.LOANS,
    IndicatorCode.RETURNS,
    IndicatorCode.RENEWALS,
    IndicatorCode.NEW_CARDS,
)
MOST_GOING = 200
"""As many as the first page counts."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of today with its name and unit in words."""

    label: str
    value: int
    unit: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Counts of items on their way here, on their way from here, and overdue; ``today`` are the day's figures, empty
    where the operator may not see figures."""

    coming: int
    going: int
    overdue: int
    today: tuple[Figure, ...]


def waiting_here(desk: Desk, *, at: datetime) -> Waiting | None:
    """What is waiting where the desk stands; nothing for an operator with no act at a desk or on figures."""
    serves = may(desk.operator, Act.CHECKIN, desk.branch_id)
    figures = may(desk.operator, Act.SEE_FIGURES, desk.branch_id)
    if not serves and not figures:
        return None
    return Waiting(
        coming=count_coming(desk.branch_id),
        going=len(gone_from(desk.branch_id, size=MOST_GOING)),
        overdue=count_overdue_at(desk.branch_id, at=at),
        today=_today(desk, at) if figures else (),
    )


def _today(desk: Desk, at: datetime) -> tuple[Figure, ...]:
    branch, day = get_branch(desk.branch_id), local_date(at)
    if branch is None:
        return ()
    found = figures_of(period=Period(day.isoformat(), day, day), at=at, branch=branch.code)
    return tuple(Figure(str(NAMES[code]), found.values[code], str(UNITS[BY_CODE[code].unit])) for code in SHOWN_TODAY)
