"""What an index holds of each document, in the room's own words."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

Value = str | int | Sequence[str]
Values = Mapping[str, Value]
"""A document: a value for each field it has. Tokens of one text are parted by blanks."""


class Kind(StrEnum):
    """How a field is kept, and so what it can be asked."""

    KEY = "key"  # names the document: one exact text, also for replacing and removing it
    ID = "id"  # an integer that comes back with each hit
    TOKENS = "tokens"  # tokens in their places: terms, phrases, beginnings
    STEMMED = "stemmed"  # as TOKENS, English words by their stem
    MARKS = "marks"  # a set of tokens: terms and beginnings
    FACET = "facet"  # exact texts, also counted
    YEAR = "year"  # an integer, counted and asked by range
    ORDER_TEXT = "order text"  # a text by which documents can be put in order
    ORDER_NUMBER = "order number"  # an integer for the same
    KEPT = "kept"  # comes back with the document, cannot be asked


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a document."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of an index. ``revision`` grows when what the room puts into them changes its meaning: an index of
    another revision, other fields or another engine is not read, and made anew."""

    name: str
    revision: int
    fields: tuple[Field, ...]

    @cache  # noqa: B019 # as many as there are schemas: a handful of constants
    def fingerprint(self, engine: str) -> str:
        """Tells indexes apart that cannot be read as each other."""
        told = "\n".join([engine, str(self.revision), *(f"{field.name} {field.kind}" for field in self.fields)])
        return f"{self.name}-{self.revision}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    def field_of(self, kind: Kind) -> str:
        """The name of the one field of this kind."""
        return next(field.name for field in self.fields if field.kind is kind)
