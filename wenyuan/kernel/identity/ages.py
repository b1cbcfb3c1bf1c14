"""Ages in full years 周岁, and the bands in which the library counts them."""

from datetime import date
from enum import Enum


class AgeBand(Enum):
    """Age bands of the journal and the figures, in full years, both ends included.

    Cut where Chinese law, schools and forms cut: primary school from 6 and junior middle school from 12, the
    census's child up to 14, majority at 18 (Civil Code art. 17), youth up to 35 (national youth plan 2016-2025),
    the elderly from 60 (Law on the Elderly art. 2), and 65, the census's second line. The law's "under 14"
    (Personal Information Protection Law art. 31) is asked of the birth date, never of the band.
    """

    UNDER_6 = "0-5"
    FROM_6_TO_11 = "6-11"
    FROM_12_TO_14 = "12-14"
    FROM_15_TO_17 = "15-17"
    FROM_18_TO_35 = "18-35"
    FROM_36_TO_59 = "36-59"
    FROM_60_TO_64 = "60-64"
    FROM_65 = "65+"
    UNKNOWN = "unknown"


_UPPER_ENDS = (
    (5, AgeBand.UNDER_6),
    (11, AgeBand.FROM_6_TO_11),
    (14, AgeBand.FROM_12_TO_14),
    (17, AgeBand.FROM_15_TO_17),
    (35, AgeBand.FROM_18_TO_35),
    (59, AgeBand.FROM_36_TO_59),
    (64, AgeBand.FROM_60_TO_64),
)


def age_on(*, birth: date, on: date) -> int:
    """Full years lived, reached on the birthday itself; one born on 29 February comes of age on 1 March.

    In a common year the year of life ends with 28 February (Civil Code art. 202), so the next begins on 1 March.

    :raises ValueError: ``on`` lies before the birth.
    """
    if on < birth:
        raise ValueError("asked for an age before birth")
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def age_band(birth: date | None, *, on: date) -> AgeBand:
    """The band on a day; unknown without a birth date, or with one after the day."""
    if birth is None or on < birth:
        return AgeBand.UNKNOWN
    age = age_on(birth=birth, on=on)
    return next((band for upper_end, band in _UPPER_ENDS if age <= upper_end), AgeBand.FROM_65)
