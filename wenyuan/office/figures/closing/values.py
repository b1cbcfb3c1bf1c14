"""Closed months as values: what was frozen, what was adjusted since, and where it differs from what is counted now.
Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from wenyuan.office.figures.data import NOWHERE, IndicatorCode, Period, StockCode, Stretch, Values

REASON_CHARACTERS = 200


class Place(NamedTuple):
    """What a frozen number covers: a branch itself, or with what stood below it on each day of the month."""

    branch_id: int
    below: bool


EVERYWHERE = Place(NOWHERE, True)
"""The whole network, with what names no branch; ``Place(NOWHERE, False)`` is that alone."""

Cell = tuple[Place, IndicatorCode]
Cells = Mapping[Cell, int]
"""A number for each place and indicator; what is not there is 0."""


class ReaderCell(NamedTuple):
    """Readers who borrowed within a period (its text), each once, or once a day and branch: of a branch with what
    stood below it, or of everything (``NOWHERE``); of one category, or (none) of all."""

    period: str
    branch_id: int
    code: StockCode
    category: str | None


Readers = Mapping[ReaderCell, int]
"""What is not there is 0. They are never added up over periods, branches or categories."""


class MonthReason(StrEnum):
    """Why a month is not closed, or its snapshot not adjusted."""

    NO_MONTH = "no_month"  # not the first day of a month
    NOT_OVER = "not_over"
    NOT_IN_ORDER = "not_in_order"  # another month is the next
    ALREADY_CLOSED = "already_closed"
    NOT_CLOSED = "not_closed"
    NOTHING_DIFFERS = "nothing_differs"
    CHANGED_MEANWHILE = "changed_meanwhile"  # what differs is not what was seen
    REASON_MISSING = "reason_missing"
    TEXT_TOO_LONG = "text_too_long"
    KEY_REUSED = "key_reused"  # the key stands for another act


class MonthRefused(Exception):
    """A month is not closed, or not adjusted, for every reason at once."""

    def __init__(self, *reasons: MonthReason) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentFacts:
    """调整: what came after a month was closed, taken into its snapshot by somebody for a reason. ``cells`` are what
    it added, negative where it took off, and ``stretches`` the definitions by which it was counted."""

    id: int
    reason: str
    made_by_name: str
    made_at: datetime
    stretches: tuple[Stretch, ...]
    cells: Cells
    readers: Readers = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedMonthFacts:
    """A closed month: ``frozen`` as it was closed, ``adjustments`` in their order, ``stretches`` the definitions that
    held on its days when it was closed, and ``indicators`` those there were: of others the snapshot says nothing."""

    id: int
    month: date
    closed_by_name: str
    closed_at: datetime
    stretches: tuple[Stretch, ...]
    indicators: frozenset[IndicatorCode]
    frozen: Cells
    adjustments: tuple[AdjustmentFacts, ...] = ()
    readers: Readers = field(default_factory=dict)

    def value(self, place: Place, code: IndicatorCode) -> int:
        """What the snapshot says, adjustments included."""
        return self.frozen.get((place, code), 0) + self.adjusted(place, code)

    @property
    def counted_by(self) -> tuple[Stretch, ...]:
        """The definitions of what the snapshot says: each adjustment takes in all that differs by its own."""
        return self.adjustments[-1].stretches if self.adjustments else self.stretches

    @property
    def touched_at(self) -> datetime:
        """When it was closed, or last adjusted."""
        return max([self.closed_at, *(one.made_at for one in self.adjustments)])

    @property
    def ever_counted_by(self) -> tuple[Stretch, ...]:
        """Those of the closing and of every adjustment."""
        return (*self.stretches, *(stretch for one in self.adjustments for stretch in one.stretches))

    def adjusted(self, place: Place, code: IndicatorCode) -> int:
        """What all its adjustments come to."""
        return sum(one.cells.get((place, code), 0) for one in self.adjustments)

    def readers_adjusted(self, cell: ReaderCell) -> int:
        """What all its adjustments added to the readers of a cell."""
        return sum(one.readers.get(cell, 0) for one in self.adjustments)

    def reader_cells(self) -> frozenset[ReaderCell]:
        """Every cell of readers that it has a number for."""
        return frozenset(self.readers).union(*(one.readers for one in self.adjustments))

    def cells(self) -> frozenset[Cell]:
        """Every cell that it has a number for."""
        return frozenset(self.frozen).union(*(one.cells for one in self.adjustments))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the closed months of a period say of a place: as they were frozen, and what adjustments added."""

    frozen: Values
    adjusted: Values

    def value(self, code: IndicatorCode) -> int:
        """Both together."""
        return self.frozen[code] + self.adjusted[code]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where what is counted now is not what the snapshot says."""

    place: Place
    code: IndicatorCode
    frozen: int
    adjusted: int
    now: int

    @property
    def change(self) -> int:
        """What the snapshot lacks."""
        return self.now - self.frozen - self.adjusted


@dataclass(frozen=True, slots=True)
class ReaderDifference:
    """Where readers counted now are not as many as the snapshot says."""

    cell: ReaderCell
    frozen: int
    adjusted: int
    now: int

    @property
    def change(self) -> int:
        """What the snapshot lacks."""
        return self.now - self.frozen - self.adjusted


@dataclass(frozen=True, slots=True)
class ComparedMonth:
    """A month beside what is counted of it now; ``closed`` is none while it is open, and then nothing differs."""

    month: date
    closed: ClosedMonthFacts | None
    now: Cells
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class ReconciledMonth:
    """对账: the loans of a month by the table of loans, by the journal, and by what its days were added up to."""

    month: date
    rows: int
    journal: int
    rollups: int

    @property
    def agrees(self) -> bool:
        """Whether all three say the same."""
        return self.rows == self.journal == self.rollups


@dataclass(frozen=True, slots=True)
class UnlikeLoan:
    """A loan of which the table has so many rows, and the journal comes to another number."""

    item_id: int
    loan_id: int | None
    day: date
    rows: int
    journal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterRow:
    """An entry of the journal that was recorded for a month after it was closed."""

    id: int
    recorded_at: datetime
    occurred_at: datetime
    kind: str
    branch_id: int | None
    operator_id: int | None
    door: str
    quantity: int
    persons: int
    amount_fen: int
    reverses_id: int | None


@dataclass(frozen=True, slots=True)
class LaterRows:
    """Such entries, newest first; ``before`` continues the list, none at its end."""

    rows: tuple[LaterRow, ...]
    before: int | None


def differences(closed: ClosedMonthFacts, now: Cells) -> tuple[Difference, ...]:
    """Every difference, the whole network first, then by branch and indicator."""
    found = [
        Difference(place, code, closed.frozen.get((place, code), 0), closed.adjusted(place, code), now.get(cell, 0))
        for cell in closed.cells() | now.keys()
        for place, code in (cell,)
        if code in closed.indicators and closed.value(place, code) != now.get(cell, 0)
    ]
    order = list(IndicatorCode)
    return tuple(sorted(found, key=lambda one: (one.place.branch_id, not one.place.below, order.index(one.code))))


def reader_differences(closed: ClosedMonthFacts, now: Readers) -> tuple[ReaderDifference, ...]:
    """Every difference of readers, by period, branch and category."""
    found = [
        ReaderDifference(cell, closed.readers.get(cell, 0), closed.readers_adjusted(cell), now.get(cell, 0))
        for cell in closed.reader_cells() | now.keys()
    ]
    order = sorted(found, key=lambda one: (one.cell.period, one.cell.branch_id, one.cell.code, one.cell.category or ""))
    return tuple(one for one in order if one.change)


def periods_ending(month: date) -> tuple[Period, ...]:
    """The month, and the quarter, half-year and year that end with it: a reader's token is of one calendar year."""
    following = month_after(month)
    spans = [(1, f"{month:%Y-%m}"), (3, f"{month.year}-Q{(month.month + 2) // 3}")]
    spans += [(6, f"{month.year}-H{(month.month + 5) // 6}"), (12, f"{month.year}")]
    return tuple(
        Period(text, date(month.year, month.month - count + 1, 1), following - timedelta(days=1))
        for count, text in spans
        if month.month % count == 0
    )


def fingerprint(found: Iterable[Difference], readers: Iterable[ReaderDifference] = ()) -> str:
    """What was seen, in few characters: an adjustment takes in no more and no less than that."""
    told = [f"{one.place.branch_id} {one.place.below} {one.code.value} {one.change}" for one in found]
    told += [f"{one.cell} {one.change}" for one in readers]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def cells_of(values_by_place: Mapping[Place, Values]) -> Cells:
    """The cells that are not 0."""
    return {
        (place, code): value for place, values in values_by_place.items() for code, value in values.items() if value
    }


def month_period(month: date) -> Period:
    """The days of the month that begins on this day."""
    return Period(f"{month:%Y-%m}", month, month_after(month) - timedelta(days=1))


def month_after(month: date) -> date:
    """The first day of the month after this one."""
    return (month + timedelta(days=31)).replace(day=1)


def month_to_close(closed: Iterable[date], first_recorded: date | None) -> date | None:
    """The month that is the next to be closed: the one after the last that is, else the first in which anything was
    recorded. What is recorded later for a month before all that are closed opens none."""
    last = max(closed, default=None)
    if last is not None:
        return month_after(last)
    return first_recorded.replace(day=1) if first_recorded else None


def reasons_against_closing(
    month: date, *, closed: Iterable[date], first: date | None, today: date
) -> list[MonthReason]:
    """Everything that speaks against closing a month."""
    if month.day != 1:
        return [MonthReason.NO_MONTH]
    known = frozenset(closed)
    reasons = []
    if month in known:
        reasons.append(MonthReason.ALREADY_CLOSED)
    elif month != month_to_close(known, first):
        reasons.append(MonthReason.NOT_IN_ORDER)
    if month_after(month) > today:
        reasons.append(MonthReason.NOT_OVER)
    return reasons


def reasons_against_adjusting(
    found: Iterable[Difference], readers: Iterable[ReaderDifference], *, reason: str, seen: str | None
) -> list[MonthReason]:
    """Everything that speaks against taking these differences of a closed month in. ``seen`` is the fingerprint of what
    was looked at, none where nobody looked."""
    listed, of_readers = tuple(found), tuple(readers)
    reasons = []
    if not listed and not of_readers:
        reasons.append(MonthReason.NOTHING_DIFFERS)
    elif seen is not None and seen != fingerprint(listed, of_readers):
        reasons.append(MonthReason.CHANGED_MEANWHILE)
    if not reason.strip():
        reasons.append(MonthReason.REASON_MISSING)
    if len(reason.strip()) > REASON_CHARACTERS:
        reasons.append(MonthReason.TEXT_TOO_LONG)
    return reasons
