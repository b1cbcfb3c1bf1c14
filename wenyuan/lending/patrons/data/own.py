"""What the library has of a reader, opened for themselves."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OwnRecord:
    """What only the reader is shown in full, empty where there is nothing; whatever else is known of them, queries
    answer. ``guardians`` are those who answer for the reader."""

    name: str
    number_form: str
    number: str
    phone: str
    address: str
    email: str
    birth_date: date | None
    gender: str
    guardians: tuple[str, ...]
