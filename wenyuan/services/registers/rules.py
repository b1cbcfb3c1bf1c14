"""Decisions about typed months: values in, reasons to refuse out."""

from datetime import date, timedelta

from wenyuan.services.registers.data import MonthFacts, RegisterReason, Totals

MOST_A_MONTH = 99_999
"""More than this in a month of one branch is a slip of the finger: a running total typed as a month's."""
TEXT_CHARACTERS = 200


def first_day(month: date) -> date:
    """The month's name: its first day."""
    return month.replace(day=1)


def last_day(month: date) -> date:
    """The day on which a month's totals stand in the journal."""
    return (first_day(month) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def reasons_against_month(month: date, *, stands: bool, today: date) -> list[RegisterReason]:
    """Why nothing can be entered for the month; ``stands``: the branch stood on its first or last day."""
    reasons = []
    if not stands:
        reasons.append(RegisterReason.BRANCH_NOT_STANDING)
    if today <= last_day(month):
        reasons.append(RegisterReason.MONTH_NOT_OVER)
    return reasons


def reasons_against_totals(totals: Totals, source: str) -> list[RegisterReason]:
    """Why the numbers cannot be taken. A month without a loan (0) is a month like any other."""
    reasons = []
    if not all(0 <= number <= MOST_A_MONTH for number in (totals.loans, totals.returns, totals.readers)):
        reasons.append(RegisterReason.BAD_NUMBER)
    if not source.strip():
        reasons.append(RegisterReason.SOURCE_MISSING)
    elif len(source.strip()) > TEXT_CHARACTERS:
        reasons.append(RegisterReason.TEXT_TOO_LONG)
    return reasons


def reasons_against_words(reason: str, *, needed: bool) -> list[RegisterReason]:
    """Why the reason given for a change cannot be taken."""
    if needed and not reason.strip():
        return [RegisterReason.REASON_MISSING]
    return [RegisterReason.TEXT_TOO_LONG] if len(reason.strip()) > TEXT_CHARACTERS else []


def reasons_against_change(row: MonthFacts, newer_id: int | None) -> list[RegisterReason]:
    """Why this row can be neither corrected nor withdrawn: only the one that stands can."""
    if newer_id is not None:
        return [RegisterReason.SUPERSEDED]
    return [RegisterReason.WITHDRAWN] if row.withdrawn else []
