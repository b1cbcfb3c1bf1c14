"""What every way out takes and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Result(StrEnum):
    """What became of one attempt."""

    SENT = "sent"
    LATER = "later"  # it has not left, and may be tried again
    BAD_ADDRESS = "bad_address"  # nobody can be reached there: the address is wrong or gone
    REFUSED = "refused"  # it has not left and never will: settings, template, content
    UNSURE = "unsure"  # it may have left; nobody knows


@dataclass(frozen=True, slots=True)
class Outcome:
    """``code`` is the server's own or ours, never its words; ``provider_id`` is its name for the message."""

    result: Result
    code: str = ""
    provider_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message to one address.

    ``name`` is unique to the message, for channels that tell twins by it. ``code`` is the template's name at the
    provider and ``fields`` are what fills it, where a provider wants templates; ``subject`` and ``text`` where not.
    """

    name: str
    address: str = field(repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    code: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


class Port(Protocol):
    """A way out."""

    def send(self, parcel: Parcel) -> Outcome:
        """Try once. Never raises for what the other side does or does not do."""
