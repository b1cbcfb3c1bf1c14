"""What crosses the border of arrivals."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A work that came in, and when."""

    bib_id: int
    came_at: datetime


@dataclass(frozen=True, slots=True)
class ArrivalPage:
    """Some arrivals, the newest first; ``after`` continues the list, none at its end."""

    arrivals: tuple[Arrival, ...]
    after: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class SitemapPart:
    """A part of all works that have a page, by its number, and when one of it changed last."""

    number: int
    changed_at: datetime
