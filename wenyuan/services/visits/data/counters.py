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


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterFacts:
    """A counter as it was set up. ``terms`` are those of the counter alone; where its service point or branch stands
    for a shorter time, that holds."""

    id: int
    service_point_id: int
    branch_id: int
    point_name_zh: str
    point_name_en: str
    name: str
    terms: CounterTerms
    point_closed_date: date | None
    key_last4: str
    key_set_at: datetime

    def point_name(self, language: str) -> str:
        """The service point in Chinese, or in English where there is a name and ``language`` begins with ``en``."""
        return self.point_name_en if language.startswith("en") and self.point_name_en else self.point_name_zh


@dataclass(frozen=True, slots=True)
class IssuedCounter:
    """A counter and the key that it shows from now on, which is told this once."""

    counter: CounterFacts
    secret: str


class Taken(StrEnum):
    """What became of a reading that was sent."""

    TAKEN = "taken"
    REPEATED = "repeated"  # it was there
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TakenReading:
    """A reading as it was sent, what became of it, and every reason where it was refused."""

    reading: Reading
    became: Taken
    reasons: tuple[ReadingReason, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibrationFacts:
    """A calibration: per mille from ``first_date`` on. ``holds`` unless a newer one was entered for the same day."""

    first_date: date
    permille: int
    reason: str
    entered_by_name: str
    entered_at: datetime
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFacts:
    """A kept reading: what was made of it (``step``), or why and by whom it was set aside."""

    id: int
    counter_id: int
    reading: Reading
    received_at: datetime
    door: str
    entered_by_name: str
    step: Step | None
    set_aside_reason: str
    set_aside_by_name: str


@dataclass(frozen=True, slots=True)
class RefusedFacts:
    """A refused reading with every reason."""

    id: int
    reading: Reading
    reasons: tuple[ReadingReason, ...]
    received_at: datetime
    door: str


@dataclass(frozen=True, slots=True)
class SilentCounter:
    """A counter in use that has said nothing on days on which its branch was open, the latest first."""

    counter: CounterFacts
    days: tuple[date, ...]


class CounterReason(StrEnum):
    """Why a counter cannot be set up, changed or read."""

    UNKNOWN_COUNTER = "unknown_counter"
    UNKNOWN_POINT = "unknown_point"
    POINT_CLOSED = "point_closed"  # or its branch does not stand
    NAME_MISSING = "name_missing"
    TEXT_TOO_LONG = "text_too_long"
    NAME_TAKEN = "name_taken"  # by a counter in use at the same service point
    BAD_MAXIMUM = "bad_maximum"
    FUTURE_DAY = "future_day"
    BEFORE_COUNTER = "before_counter"  # the day lies before its first
    ENDED = "ended"
    BAD_CALIBRATION = "bad_calibration"  # outside 10 to 500 per cent
    NOTHING_CHANGES = "nothing_changes"
    REASON_MISSING = "reason_missing"
    UNKNOWN_READING = "unknown_reading"
    SET_ASIDE = "set_aside"  # already
    UNKNOWN_KEY = "unknown_key"
    TOO_MANY_READINGS = "too_many_readings"


class CounterRefused(Exception):
    """Refused, for every reason at once."""

    def __init__(self, *reasons: CounterReason) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons
