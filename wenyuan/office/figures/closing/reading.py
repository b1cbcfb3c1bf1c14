"""Closed months as they were written."""

from collections.abc import Iterable, Sequence
from datetime import date

from wenyuan.office.figures.closing.values import AdjustmentFacts, Cell, ClosedMonthFacts, Place, ReaderCell, Snapshot
from wenyuan.office.figures.data import IndicatorCode, Question, StockCode, Stretch
from wenyuan.office.figures.models import ClosedMonth, FrozenFigure, FrozenReaders, MonthAdjustment
from wenyuan.organisation.accounts.queries import list_accounts


def months_closed() -> tuple[date, ...]:
    """The first day of each closed month, in order."""
    return tuple(ClosedMonth.objects.order_by("month").values_list("month", flat=True))


def read_closed(months: Iterable[date]) -> dict[date, ClosedMonthFacts]:
    """Of these months those that are closed, in order, with all that was frozen and adjusted."""
    rows = list(ClosedMonth.objects.filter(month__in=list(months)).order_by("month"))
    if not rows:
        return {}
    names, ids = {one.id: one.name for one in list_accounts()}, [row.id for row in rows]
    given = MonthAdjustment.objects.filter(month_id__in=ids).order_by("id")
    cells: dict[tuple[int, int | None], dict[Cell, int]] = {}
    known = {code.value: code for code in IndicatorCode}
    figures = FrozenFigure.objects.filter(month_id__in=ids)
    for month_id, adjustment_id, branch_id, below, code, value in figures.values_list(
        "month_id", "adjustment_id", "branch_id", "below", "code", "value"
    ):
        cells.setdefault((month_id, adjustment_id), {})[Place(branch_id, below), known[code]] = value
    readers: dict[tuple[int, int | None], dict[ReaderCell, int]] = {}
    kept = FrozenReaders.objects.filter(month_id__in=ids)
    for month_id, adjustment_id, period, branch_id, code, category, value in kept.values_list(
        "month_id", "adjustment_id", "period", "branch_id", "code", "category", "value"
    ):
        cell = ReaderCell(period, branch_id, StockCode(code), category)
        readers.setdefault((month_id, adjustment_id), {})[cell] = value
    return {
        row.month: ClosedMonthFacts(
            id=row.id,
            month=row.month,
            closed_by_name=names.get(row.closed_by_id, ""),
            closed_at=row.closed_at,
            stretches=tuple(_stretch(told) for told in row.definitions),
            indicators=frozenset(known[code] for code in row.indicators),
            frozen=cells.get((row.id, None), {}),
            readers=readers.get((row.id, None), {}),
            adjustments=tuple(
                AdjustmentFacts(
                    id=one.id,
                    reason=one.reason,
                    stretches=tuple(_stretch(told) for told in one.definitions),
                    made_by_name=names.get(one.made_by_id, ""),
                    made_at=one.made_at,
                    cells=cells.get((row.id, one.id), {}),
                    readers=readers.get((row.id, one.id), {}),
                )
                for one in given
                if one.month_id == row.id
            ),
        )
        for row in rows
    }


def read_snapshot(months: Sequence[date], place: Place) -> Snapshot | None:
    """What these months say of a place; nothing where one of them is open, or was closed before an indicator was
    there."""
    closed = dict(ClosedMonth.objects.filter(month__in=months).values_list("id", "indicators"))
    every = {code.value for code in IndicatorCode}
    if len(closed) < len(months) or any(every - set(known) for known in closed.values()):
        return None
    frozen, adjusted = (dict.fromkeys(IndicatorCode, 0) for _ in range(2))
    rows = FrozenFigure.objects.filter(month_id__in=closed, branch_id=place.branch_id, below=place.below)
    for adjustment_id, code, value in rows.values_list("adjustment_id", "code", "value"):
        (frozen if adjustment_id is None else adjusted)[IndicatorCode(code)] += value
    return Snapshot(frozen, adjusted)


def _stretch(told: dict[str, list[str] | str]) -> Stretch:
    first, last = (date.fromisoformat(str(told[name])) for name in ("first", "last"))
    return Stretch(first, last, frozenset(Question(code) for code in told["answers"]))
