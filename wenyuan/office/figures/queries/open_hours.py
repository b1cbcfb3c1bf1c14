"""Figures that are read from the opening calendars."""

from datetime import date

from wenyuan.office.figures.data import (
    Period,
)
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import open_dates


def open_days(branch_id: int, period: Period, network: NetworkMap) -> int:
    return len(open_dates(branch_id, period.first_date, period.last_date, network=network))


def week_minutes(branch_id: int, on: date, network: NetworkMap) -> int | None:
    """How long the ordinary week is; nothing where it is not stated."""
    week = network.calendar(branch_id).ordinary_week(on)
    return sum(span.minutes for spans in week for span in spans) if week else None
