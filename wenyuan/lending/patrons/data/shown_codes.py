"""Why a code on a telephone opens nothing."""

from enum import StrEnum


class CodeFault(StrEnum):
    """Why a code opens nothing."""

    EXPIRED = "expired"
    TAKEN = "taken"  # before, here or elsewhere
    NO_CARD = "no_card"  # lost, replaced or removed since


class CodeRefused(Exception):
    """A code of this house that opens nothing (any more)."""

    def __init__(self, fault: CodeFault) -> None:
        super().__init__(fault.value)
        self.fault = fault
