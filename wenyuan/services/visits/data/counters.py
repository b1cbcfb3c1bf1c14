"""Counters at doors (门禁计数器): what they say, and what is made of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class CounterKind(StrEnum):
    """How a counter counts."""

    TOTAL = "total"  # 累计: one number that only grows
    INTERVAL = "interval"  # 分段: how many since a moment that it names as well


class Directions(StrEnum):
    """Whom a counter counts."""

    IN = "in"  # who comes in
    IN_AND_OUT = "in_and_out"  # both, apart: who comes in is a visit, who goes out is kept beside it
    BOTH = "both"  # one beam that tells no direction: two who pass are a visit

    @property
    def passes_a_visit(self) -> int:
        """How often a visitor passes the counter, as far as it counts."""
        return 2 if self is Directions.BOTH else 1


@dataclass(frozen=True, slots=True)
class CounterTerms:
    """What readings of a counter are judged by. ``maximum`` is the highest total before it begins at 0 again, none
    where that is unknown or never happens. It counts from ``first_date`` on, up to and without ``ended_date``."""

    kind: CounterKind
    directions: Directions
    maximum: int | None
    first_date: date
    ended_date: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a counter said at a moment: the total, or how many passed since ``begins_at``. ``out`` is who went out,
    where that is counted apart."""

    at: datetime
    passes: int
    out: int | None = None
    begins_at: datetime | None = None


class ReadingReason(StrEnum):
    """Why a reading is not taken."""

    TO_COME = "to_come"  # its moment has not come: the counter's clock is fast
    BEFORE_COUNTER = "before_counter"  # before the counter was set up: its clock was reset
    AFTER_COUNTER = "after_counter"  # after it was taken down
    BAD_NUMBER = "bad_number"  # below 0, above the counter's maximum, or more than a door can count
    INTERVAL_MISSING = "interval_missing"  # a counter by interval must say since when
    INTERVAL_NOT_COUNTED = "interval_not_counted"  # a counter of totals says no beginning
    BAD_INTERVAL = "bad_interval"  # it ends before it begins, or lasts longer than a day
    OUT_NOT_COUNTED = "out_not_counted"  # the counter does not tell who goes out
    OUT_MISSING = "out_missing"


class Outcome(StrEnum):
    """What was made of a reading that was taken."""

    FIRST = "first"  # the first total: from here on is counted
    COUNTED = "counted"
    ROLLED_OVER = "rolled_over"  # the total passed its maximum and went on from 0
    RESET = "reset"  # the total began anew at 0
    JUMPED = "jumped"  # more than a door can count in the time: counted as nobody
    OVERLAPS = "overlaps"  # another reading tells of the same time: counted as nobody


@dataclass(frozen=True, slots=True)
class Step:
    """A reading with what was made of it: how many passed since ``begins_at``, which is none for a first total."""

    reading: Reading
    outcome: Outcome
    passes: int
    begins_at: datetime | None
