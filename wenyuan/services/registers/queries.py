"""Reads of typed months: the sheet of a month, the history of one branch's month, one row."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from wenyuan.services.registers import sql
from wenyuan.services.registers.data import MonthFacts, MonthPage, Totals


def month_sheet(*, month: date, branch_ids: Sequence[int]) -> dict[int, MonthFacts]:
    """What stands for a month (its first day), by branch; branches of which nothing is known are not there."""
    return {one.branch_id: one for one in _standing([month], branch_ids)}


def months_of_branch(*, branch_id: int, months: Sequence[date]) -> dict[date, MonthFacts]:
    """What stands for some months (their first days) of a branch; months of which nothing is known are not there."""
    return {one.month: one for one in _standing(months, [branch_id])}


def month_history(*, branch_id: int, month: date, before: int | None = None, size: int = 50) -> MonthPage:
    """Every row of one branch's month, newest first: the first, corrections, withdrawals."""
    values: dict[str, Any] = {"branch": branch_id, "month": month.replace(day=1), "before": before, "limit": size + 1}
    with connection.cursor() as cursor:
        cursor.execute(sql.HISTORY, values)
        rows = [_facts(row) for row in cursor.fetchall()]
    return MonthPage(tuple(rows[:size]), rows[size - 1].id if len(rows) > size else None)


def get_month(row_id: int) -> MonthFacts | None:
    """One row, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute(sql.ONE, [row_id])
        row = cursor.fetchone()
    return None if row is None else _facts(row)


def _standing(months: Sequence[date], branch_ids: Sequence[int]) -> list[MonthFacts]:
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"months": [month.replace(day=1) for month in months], "branches": list(branch_ids)}
        cursor.execute(sql.SHEET, values)
        return [_facts(row) for row in cursor.fetchall()]


def _facts(row: tuple[Any, ...]) -> MonthFacts:
    return MonthFacts(
        id=row[0],
        branch_id=row[1],
        month=row[2],
        totals=Totals(loans=row[3], returns=row[4], readers=row[5]),
        source=row[6],
        reason=row[7],
        withdrawn=row[8],
        entered_by_id=row[9],
        entered_by_name=row[10],
        entered_at=row[11],
        replaces_id=row[12],
        entry_ids=(row[13], row[14], row[15]),
    )
