"""Steps of closing and adjusting: rows that are only added."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection

from wenyuan.office.figures.closing import sql
from wenyuan.office.figures.closing.values import Cells, Readers
from wenyuan.office.figures.data import IndicatorCode, Stretch
from wenyuan.office.figures.models import ClosedMonth, FrozenFigure, FrozenReaders, MonthAdjustment
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.transactions import assert_in_verb


def hold_the_books() -> None:
    """A step: wait until nobody else closes or adjusts a month."""
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD, {"lock": sql.CLOSING_LOCK})


def write_closing(
    month: date,
    cells: Cells,
    readers: Readers,
    *,
    stretches: Iterable[Stretch],
    indicators: Iterable[IndicatorCode],
    at: datetime,
    desk: Desk,
    key: str | None,
) -> ClosedMonth:
    """A step: the month with its snapshot."""
    made = ClosedMonth.objects.create(
        month=month,
        definitions=_told(stretches),
        indicators=[code.value for code in indicators],
        closed_by_id=desk.operator.account_id,
        closed_at=at,
        key=key,
    )
    _write(made, None, cells, readers)
    return made


def write_adjustment(
    closed: ClosedMonth,
    cells: Cells,
    readers: Readers,
    *,
    stretches: Iterable[Stretch],
    reason: str,
    at: datetime,
    desk: Desk,
    key: str | None,
) -> MonthAdjustment:
    """A step: what is added to a snapshot, and why."""
    made = MonthAdjustment.objects.create(
        month=closed,
        reason=reason,
        definitions=_told(stretches),
        made_by_id=desk.operator.account_id,
        made_at=at,
        key=key,
    )
    _write(closed, made, cells, readers)
    return made


def _told(stretches: Iterable[Stretch]) -> list[dict[str, str | list[str]]]:
    return [
        {
            "first": one.first_date.isoformat(),
            "last": one.last_date.isoformat(),
            "answers": sorted(question.value for question in one.answers),
        }
        for one in stretches
    ]


def _write(closed: ClosedMonth, adjustment: MonthAdjustment | None, cells: Cells, readers: Readers) -> None:
    FrozenReaders.objects.bulk_create(
        [
            FrozenReaders(
                month=closed,
                adjustment=adjustment,
                period=cell.period,
                branch_id=cell.branch_id,
                code=cell.code.value,
                category=cell.category,
                value=value,
            )
            for cell, value in readers.items()
        ],
        batch_size=1_000,
    )
    FrozenFigure.objects.bulk_create(
        [
            FrozenFigure(
                month=closed,
                adjustment=adjustment,
                branch_id=place.branch_id,
                below=place.below,
                code=code.value,
                value=value,
            )
            for (place, code), value in cells.items()
        ],
        batch_size=1_000,
    )
