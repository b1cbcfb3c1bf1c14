"""What is looked for, as values: the engine's own query objects stay in ``engine``."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """Documents whose field has exactly this token or text."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Documents with these tokens at these places of one text, counted from wherever the match begins."""

    field: str
    tokens: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Begins:
    """Documents whose field has a token that begins so."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Like:
    """Documents whose field has a token that differs by so many letters at most (one or two; a swap counts one)."""

    field: str
    text: str
    letters: int


@dataclass(frozen=True, slots=True)
class Between:
    """Documents whose number lies between these two, both counted; ``None`` sets no limit."""

    field: str
    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class All:
    """All of these. ``but`` names what must not be; ``better`` only raises the rank of what has it."""

    asks: Sequence["Ask"]
    but: Sequence["Ask"] = ()
    better: Sequence["Ask"] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these; the more, the higher."""

    asks: Sequence["Ask"]


@dataclass(frozen=True, slots=True)
class Weighted:
    """The same documents, their score times ``weight``."""

    ask: "Ask"
    weight: float


@dataclass(frozen=True, slots=True)
class Scored:
    """The same documents, each with this score."""

    ask: "Ask"
    score: float


@dataclass(frozen=True, slots=True)
class Everything:
    """Every document."""


Ask = Term | Phrase | Begins | Like | Between | All | AnyOf | Weighted | Scored | Everything
