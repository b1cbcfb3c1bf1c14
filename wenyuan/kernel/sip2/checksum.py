"""Error detection of SIP2: four hexadecimal digits that bring the sum of all bytes to zero."""

from enum import StrEnum


class ChecksumStatus(StrEnum):
    """What a line's error detection told."""

    ABSENT = "absent"
    """The line carries none."""
    UNCHECKED = "unchecked"
    """It carries one, which the profile says to ignore."""
    OK = "ok"
    BAD = "bad"
    TRAILING = "trailing"
    """The digits are right, but a delimiter or blanks follow them (seen from Interlib and 图创 clients)."""


def checksum(covered: bytes) -> str:
    """The four upper-case digits for a line.

    :param covered: the line's bytes, in the line's own charset, from the first byte through the letters `AZ`.
    """
    return f"{-sum(covered) & 0xFFFF:04X}"


def is_checksum_right(*, covered: bytes, digits: str) -> bool:
    """Whether the digits (either case) belong to the bytes through `AZ`."""
    return checksum(covered) == digits.upper()
