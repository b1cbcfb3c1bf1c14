"""Why a line could not be read; never with a word of the line itself, since lines carry passwords."""

from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with a line."""

    UNDECODABLE = "undecodable"
    """The bytes are not text in the profile's charset."""
    TOO_SHORT = "too_short"
    """The line ends inside the message code or the fixed part."""
    BAD_CODE = "bad_code"
    """The first two characters are not a message code."""
    BAD_FIXED_PART = "bad_fixed_part"
    """A flag is neither Y nor N, or a number is not one."""
    BAD_DATE = "bad_date"
    """Eighteen characters that are neither blank nor a date of the calendar."""
    BAD_FIELD = "bad_field"
    """A field has no two-letter name or is not closed by its delimiter (strict profiles only)."""
    BAD_CHECKSUM = "bad_checksum"
    """The checksum disagrees and the profile enforces it."""


class Sip2Error(Exception):
    """A line that cannot be read; the machine is asked to send it again (message 96)."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
