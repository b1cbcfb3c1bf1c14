"""What is asked of a batch for a station, and how far it has come."""

from datetime import date, datetime

from wenyuan.lending.circulation.data.consignments import (
    ConsignmentObjection,
    ConsignmentReason,
    ConsignmentState,
    LineEnd,
    Position,
)

MOST_ITEMS = 2000
"""As many items as a batch takes: a bookhouse's whole season."""
LONGEST_STAY = 731
"""How many days ahead the day of return may lie."""
LONGEST_PURPOSE, LONGEST_REMARK = 60, 200


def state_of(*, sent_at: datetime | None, ended_at: datetime | None, dropped_at: datetime | None) -> ConsignmentState:
    """How far a batch has come, by its latest moment."""
    if dropped_at is not None:
        return ConsignmentState.DROPPED
    if ended_at is not None:
        return ConsignmentState.ENDED
    return ConsignmentState.PACKING if sent_at is None else ConsignmentState.SENT


def number_of(consignment_id: int, day: str) -> str:
    """The number of a batch: the day it was sent (``20260423``) and a number that is its own for good."""
    return f"LD{day}-{consignment_id:05d}"


def objections_to_terms(purpose: str, return_date: date, *, today: date) -> list[ConsignmentObjection]:
    """Why a batch cannot have this purpose or day of return."""
    found = []
    if not purpose:
        found.append(ConsignmentObjection(ConsignmentReason.PURPOSE_MISSING))
    if len(purpose) > LONGEST_PURPOSE:
        found.append(ConsignmentObjection(ConsignmentReason.TEXT_TOO_LONG, {"limit": LONGEST_PURPOSE}))
    if not 0 < (return_date - today).days <= LONGEST_STAY:
        found.append(ConsignmentObjection(ConsignmentReason.BAD_RETURN_DATE, {"limit": LONGEST_STAY}))
    return found


def end_of(position: Position) -> LineEnd:
    """How an item's stay ends when its batch is taken back while the item is there."""
    if position.is_back:
        return LineEnd.BACK
    return LineEnd.LENT if position is Position.LENT else LineEnd.SHORT
