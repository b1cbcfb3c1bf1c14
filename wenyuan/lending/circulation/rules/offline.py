"""When an act without a network happened, and whether it can be recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.data.offline import OfflineOutcome, OfflineReason, Why

LARGE_ERROR = timedelta(minutes=5)
"""A clock that is off by more is told; a moment that is bounded by more is unsure."""
LONGEST_AGO = timedelta(days=60)
"""Nothing is recorded as older than this; unsent acts do not wait longer."""

NEVER_WRITTEN = frozenset(
    code.value
    for code in (
        BlockCode.ITEM_UNKNOWN,
        BlockCode.ITEM_WITHDRAWN,
        BlockCode.ITEM_TAKEN_ELSEWHERE,
        BlockCode.ITEM_ON_LOAN_TO_OTHER,
        BlockCode.ITEM_ON_LOAN_ALREADY,
        BlockCode.PATRON_CLOSED,
        BlockCode.NO_POLICY,
    )
)
"""Blocks in whose way no loan can stand: no item, no length, nobody, or a loan that is still open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What is known of when an act happened: the device's time, its error then and at upload (to be added, none where
    never measured), and the bounds: the list was issued, the device's act before this one, the upload."""

    device_at: datetime
    error: timedelta | None
    error_now: timedelta | None
    issued_at: datetime | None
    previous_at: datetime | None
    uploaded_at: datetime


def moment_of(clock: Clock) -> tuple[datetime, tuple[Why, ...]]:
    """When it happened by the house's clock, never to come, never before the list or the device's act before.

    Of two measured errors the one nearest to the act counts; where they differ, the clock was set in between.
    """
    error = clock.error if clock.error is not None else clock.error_now
    told: list[Why] = []
    corrected = clock.device_at + (error or timedelta(0))
    earliest = max(
        one
        for one in (clock.issued_at, clock.previous_at, clock.uploaded_at - LONGEST_AGO)
        if one is not None and one <= clock.uploaded_at
    )
    bounded = min(max(corrected, earliest), clock.uploaded_at)
    was_set = (
        clock.error is not None and clock.error_now is not None and abs(clock.error - clock.error_now) > LARGE_ERROR
    )
    if error is None or was_set or abs(bounded - corrected) > LARGE_ERROR:
        told.append(Why(OfflineReason.CLOCK_UNSURE))
    if error is not None and abs(error) > LARGE_ERROR:
        told.append(Why(OfflineReason.CLOCK_WRONG, {"minutes": round(abs(error).total_seconds() / 60)}))
    return bounded, tuple(told)


def can_be_lent(codes: Iterable[str], *, has_patron: bool) -> bool:
    """Whether a loan that has happened can be written, whatever else stood against it."""
    return has_patron and NEVER_WRITTEN.isdisjoint(codes)


def outcome_of(reasons: Iterable[Why], *, written: bool) -> OfflineOutcome:
    """What an act counts as: a clock that was corrected is no conflict."""
    if not written:
        return OfflineOutcome.ASIDE
    listed = [why for why in reasons if why.code != OfflineReason.CLOCK_WRONG]
    return OfflineOutcome.CONFLICT if listed else OfflineOutcome.RECORDED
