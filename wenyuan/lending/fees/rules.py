"""Pure decisions about money and credit points. Money is whole fen throughout: no float comes near it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import IntEnum
from zoneinfo import ZoneInfo

MOST_FEN = 10_000_000
"""One hundred thousand yuan: no charge or payment of a library is more, so what is more was typed wrongly."""


class Per(IntEnum):
    """The interval of a fine's rate, in minutes. A month is thirty-one days, so that grace is never cut short."""

    MINUTE = 1
    HOUR = 60
    DAY = 1_440
    WEEK = 10_080
    MONTH = 44_640
    YEAR = 525_600


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTerms:
    """What an overdue loan costs. ``rate_fen`` for each interval begun; ``grace_minutes`` forgive all or nothing.

    ``cap_fen`` is the most a loan can cost, ``price_fen`` the item's price where the policy also caps at that, and
    ``room_fen`` what is left below the most that a patron may owe in fines; none means no such cap.
    """

    rate_fen: int
    per: Per = Per.DAY
    grace_minutes: int = 0
    cap_fen: int | None = None
    price_fen: int | None = None
    room_fen: int | None = None


# Fines -------------------------------------------------------------------------------------------------------------


def overdue_minutes(
    *, due_at: datetime, until: datetime, zone: ZoneInfo, is_open: Callable[[date], bool] | None = None
) -> int:
    """Minutes from ``due_at`` to ``until``; with ``is_open`` only those on days that the lending branch was open
    (R-10, R-15). Nothing for a loan that came back in time."""
    if until <= due_at:
        return 0
    if is_open is None:
        return int((until - due_at).total_seconds() // 60)
    here, end, counted = due_at.astimezone(zone), until.astimezone(zone), timedelta()
    while here < end:
        midnight = datetime.combine(here.date() + timedelta(days=1), time.min, zone)
        stop = min(midnight, end)
        if is_open(here.date()):
            # As instants: a zone with summer time has days of 23 and 25 hours.
            counted += stop.astimezone(ZoneInfo("UTC")) - here.astimezone(ZoneInfo("UTC"))
        here = stop
    return int(counted.total_seconds() // 60)


def chargeable_minutes(late_minutes: int, *, grace_minutes: int) -> int:
    """Grace forgives or does not; once past it every minute counts (R-11, R-12)."""
    return 0 if late_minutes <= grace_minutes else late_minutes


def overdue_fine(late_minutes: int, terms: FineTerms) -> int:
    """What a loan so late has cost in fen, all rows together, capped (R-13). Days come as ``days * Per.DAY``."""
    minutes = chargeable_minutes(late_minutes, grace_minutes=terms.grace_minutes)
    intervals = -(-minutes // terms.per)
    caps = [cap for cap in (terms.cap_fen, terms.price_fen, terms.room_fen) if cap is not None]
    return max(0, min([terms.rate_fen * intervals, *caps]))


def fine_change(total_fen: int, *, charged_fen: int) -> int:
    """What must be added to a fine that stands at ``charged_fen`` (negative: taken off, after a backdated return,
    R-19). Zero writes no row, so a job that runs twice adds nothing (R-14), and the last row meets the cap."""
    return total_fen - charged_fen


# Suspension --------------------------------------------------------------------------------------------------------


def suspension_days(days_late: int, *, factor: Decimal | int, most_days: int | None = None, grace_days: int = 0) -> int:
    """Days for which a patron borrows nothing (R-16): overdue days times the factor, rounded up, capped.

    Grace is all or nothing, as with money.
    """
    if days_late <= grace_days:
        return 0
    days = int((Decimal(days_late) * factor).to_integral_value(ROUND_CEILING))
    return days if most_days is None else min(days, most_days)


# Lost and damaged --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compensation:
    """What replaces an item: its price times the factor, and a fee for the work, which is kept when it is found."""

    price_fen: int
    fee_fen: int = 0

    @property
    def total_fen(self) -> int:
        return self.price_fen + self.fee_fen


def compensation(
    price_fen: int, *, factor: Decimal | int = 1, fee_fen: int = 0, share_percent: int = 100, in_kind: bool = False
) -> Compensation:
    """For an item lost or damaged (公共图书馆法 53): price × factor × share of the damage, half a fen rounded up.

    ``in_kind`` (赔书): the reader brings the same edition, and only the work is charged.
    """
    if in_kind:
        return Compensation(0, fee_fen)
    exact = Decimal(price_fen) * factor * share_percent / 100
    return Compensation(int(exact.to_integral_value(ROUND_HALF_UP)), fee_fen)


@dataclass(frozen=True, slots=True)
class ChargeState:
    """How a charge stands. ``paid_fen`` is net of what was paid back; ``open_fen`` is owed, below zero due back."""

    charged_fen: int
    paid_fen: int
    open_fen: int
    fee_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTerms:
    """What a library does when a lost item comes back (R-29): ``restores`` at all, and within how many days."""

    restores: bool = True
    within_days: int | None = None


def found_cancels(charge: ChargeState, *, terms: FoundTerms, age_days: int) -> int:
    """How much of the charge for a lost item is cancelled when it is found, in fen. The fee for the work stays, and
    never more than what is open and what was paid: forgiveness is not turned into cash."""
    if not terms.restores or (terms.within_days is not None and age_days > terms.within_days):
        return 0
    return max(0, min(charge.charged_fen - charge.fee_fen, charge.open_fen + charge.paid_fen))


# Payments ----------------------------------------------------------------------------------------------------------


def allocate(amount_fen: int, open_fen: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """A payment spread over open charges (id and fen) in their order; what is over is not in the answer."""
    left, parts = amount_fen, []
    for charge_id, fen in open_fen:
        part = min(left, fen)
        if part > 0:
            parts.append((charge_id, part))
            left -= part
    return tuple(parts)


def receipt_text(*, branch_code: str, book: str, year: int, number: int) -> str:
    """A receipt's number as printed: ``C-2026-000123``; of the deposit book ``C-2026-Y000123`` (押)."""
    letter = "Y" if book == "deposit" else ""
    return f"{branch_code}-{year}-{letter}{number:06d}"


# Credit points -----------------------------------------------------------------------------------------------------


def points_given(
    points: int,
    *,
    balance: int,
    floor: int,
    ceiling: int | None,
    today: Iterable[int] = (),
    month: Iterable[int] = (),
    daily_cap: int | None = None,
    monthly_cap: int | None = None,
) -> int:
    """What an event changes after the caps of its rule, the floor and the ceiling. ``today`` and ``month`` are what
    the same event gave on this day and in this month. Caps bound how far an event may move the balance either way."""
    if points == 0:
        return 0
    sign = 1 if points > 0 else -1
    size = abs(points)
    for cap, given in ((daily_cap, today), (monthly_cap, month)):
        if cap is not None:
            size = min(size, max(0, cap - abs(sum(given))))
    if sign < 0:
        return -min(size, max(0, balance - floor))
    return size if ceiling is None else min(size, max(0, ceiling - balance))
