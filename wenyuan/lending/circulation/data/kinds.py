"""What a row of the policies may state, and how each kind is counted."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypedDict


class FixedDue(StrEnum):
    """How a fixed due date binds the counted one."""

    EXACTLY = "exactly"
    NOT_AFTER = "not_after"
    NOT_BEFORE = "not_before"


class HoldsAllowed(StrEnum):
    """Which items may be held."""

    ALL = "all"  # 预约 and 预借
    ON_LOAN = "on_loan"  # 预约 only: while no item of the title stands on a shelf
    NONE = "none"


class Kinds(TypedDict, total=False):
    """What a row may state; what it leaves out falls back on the next less specific row.

    Lengths are in days. ``fixed_due_date`` binds as ``fixed_due_rule`` says (exactly, where no row says). ``hold_days``
    is how long a hold waits unless its reader says otherwise, ``hold_shelf_days`` how many open days of the pickup
    branch an item is kept; ``minimum_age`` is in years. A loan that a hold recalls (催还) is due ``recall_days`` after
    the recall (not stated: nothing is recalled), and not before its reader has had it for ``guaranteed_days``.

    Money is whole fen, and nothing is asked where no row states it. ``fine_day_fen`` for each open day late, at most
    ``fine_cap_fen`` and, with ``fine_capped_at_price``, the item's price; ``suspension_percent`` of the days late (100:
    a day for a day) suspend, at most ``max_suspension_days``, on top of a suspension that runs where
    ``suspensions_add_up``; up to ``grace_days`` neither. Who owes more than ``max_owed_fen`` borrows nothing, nor who
    has less than ``deposit_fen`` deposited; with ``value_within_deposit`` all loans together are worth no more than
    what is deposited. A lost item costs ``price_percent`` of its price and ``processing_fee_fen``; the price is given
    back within ``found_days`` (0: never; not stated: always). ``lost_after_days`` open days late an item counts as
    lost; ``auto_renew`` renews by itself before the due day.
    """

    loan_days: int | None
    fixed_due_date: date | None
    fixed_due_rule: str
    on_closed_day: str
    due_by_expiry: bool | None
    renewal_days: int | None
    renewals_from: str
    max_renewals: int | None
    auto_renew: bool | None
    max_loans: int | None
    max_loans_of_type: int | None
    max_overdue: int | None
    minimum_age: int | None
    in_library_only: bool | None
    holds: str
    max_holds: int | None
    hold_days: int | None
    hold_shelf_days: int | None
    recall_days: int | None
    guaranteed_days: int | None
    return_route: str
    grace_days: int | None
    fine_day_fen: int | None
    fine_cap_fen: int | None
    fine_capped_at_price: bool | None
    suspension_percent: int | None
    max_suspension_days: int | None
    suspensions_add_up: bool | None
    max_owed_fen: int | None
    deposit_fen: int | None
    value_within_deposit: bool | None
    lost_after_days: int | None
    price_percent: int | None
    processing_fee_fen: int | None
    found_days: int | None


class Measure(StrEnum):
    """How a kind is counted or chosen."""

    DAYS = "days"
    COUNT = "count"
    YEARS = "years"
    FEN = "fen"
    PERCENT = "percent"
    YES_NO = "yes_no"
    DATE = "date"
    WORD = "word"


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "loan_days": Measure.DAYS,
        "fixed_due_date": Measure.DATE,
        "fixed_due_rule": Measure.WORD,
        "on_closed_day": Measure.WORD,
        "due_by_expiry": Measure.YES_NO,
        "renewal_days": Measure.DAYS,
        "renewals_from": Measure.WORD,
        "max_renewals": Measure.COUNT,
        "auto_renew": Measure.YES_NO,
        "max_loans": Measure.COUNT,
        "max_loans_of_type": Measure.COUNT,
        "max_overdue": Measure.COUNT,
        "minimum_age": Measure.YEARS,
        "in_library_only": Measure.YES_NO,
        "holds": Measure.WORD,
        "max_holds": Measure.COUNT,
        "hold_days": Measure.DAYS,
        "hold_shelf_days": Measure.DAYS,
        "recall_days": Measure.DAYS,
        "guaranteed_days": Measure.DAYS,
        "return_route": Measure.WORD,
        "grace_days": Measure.DAYS,
        "fine_day_fen": Measure.FEN,
        "fine_cap_fen": Measure.FEN,
        "fine_capped_at_price": Measure.YES_NO,
        "suspension_percent": Measure.PERCENT,
        "max_suspension_days": Measure.DAYS,
        "suspensions_add_up": Measure.YES_NO,
        "max_owed_fen": Measure.FEN,
        "deposit_fen": Measure.FEN,
        "value_within_deposit": Measure.YES_NO,
        "lost_after_days": Measure.DAYS,
        "price_percent": Measure.PERCENT,
        "processing_fee_fen": Measure.FEN,
        "found_days": Measure.DAYS,
    }
)
"""How each kind is counted, in the order in which kinds are shown and stored."""
