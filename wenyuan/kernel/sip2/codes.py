"""The coded values of SIP2 2.00."""

from enum import Enum, StrEnum


class CirculationStatus(StrEnum):
    """Where an item is, in message 18."""

    OTHER = "01"
    ON_ORDER = "02"
    AVAILABLE = "03"
    CHARGED = "04"
    CHARGED_NOT_RECALLABLE = "05"
    IN_PROCESS = "06"
    RECALLED = "07"
    ON_HOLD_SHELF = "08"
    TO_BE_RESHELVED = "09"
    IN_TRANSIT = "10"
    CLAIMED_RETURNED = "11"
    LOST = "12"
    MISSING = "13"


class SecurityMarker(StrEnum):
    """How an item is secured."""

    OTHER = "00"
    NONE = "01"
    TATTLE_TAPE = "02"
    WHISPER_TAPE = "03"


class FeeType(StrEnum):
    """What a fee is for (BT, and the fixed part of 18 and 37)."""

    OTHER = "01"
    ADMINISTRATIVE = "02"
    DAMAGE = "03"
    OVERDUE = "04"
    PROCESSING = "05"
    RENTAL = "06"
    REPLACEMENT = "07"
    COMPUTER_ACCESS = "08"
    HOLD = "09"


class AlertType(StrEnum):
    """Why a returned item must not simply go to the shelf (CV)."""

    UNKNOWN = "00"
    HOLD_HERE = "01"
    HOLD_ELSEWHERE = "02"
    INTERLIBRARY_LOAN = "03"
    SEND_ON = "04"
    OTHER = "99"


class SummaryList(Enum):
    """The lists of message 64: place of the `Y` in a request's summary, and the answer's field."""

    HOLDS = (0, "AS")
    OVERDUE = (1, "AT")
    CHARGED = (2, "AU")
    FINES = (3, "AV")
    RECALLS = (4, "BU")
    UNAVAILABLE_HOLDS = (5, "CD")

    @property
    def place(self) -> int:
        """Which character of the summary asks for it, from 0."""
        return self.value[0]

    @property
    def tag(self) -> str:
        """The field that repeats once for each entry."""
        return self.value[1]
