"""Which rollups there are, and what they answer. Pure."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from wenyuan.office.figures.data import IndicatorCode
from wenyuan.office.figures.indicators import BY_CODE, CODE_NAMES, CODED, KINDS


class Dimension(StrEnum):
    """By what a rollup tells entries apart, besides their day."""

    BRANCH = "branch"
    KIND = "kind"
    CODES = "codes"  # what the details hold of that for which some indicator asks
    AREA = "area"
    POINT = "point"  # service point


MOST_DIMENSIONS = 4
"""A wider rollup has nearly as many rows as the journal."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums of each day, and of each month, by some dimensions; ``indicators`` are those that are added up from it."""

    dimensions: frozenset[Dimension]
    indicators: frozenset[IndicatorCode]

    def answers(self, dimensions: Collection[Dimension]) -> bool:
        """Whether a question that tells these apart, or narrows by them, can be answered from it."""
        return self.dimensions >= frozenset(dimensions)


BY_AREA = Rollup(
    dimensions=frozenset({Dimension.BRANCH, Dimension.AREA, Dimension.KIND, Dimension.CODES}),
    indicators=frozenset(BY_CODE),
)
"""Every indicator of an area of a branch. What is asked by service point is counted from the journal."""

SHAPE = hashlib.sha256(json.dumps([KINDS, CODED, CODE_NAMES]).encode()).hexdigest()[:16]
"""What the indicators ask of an entry. A day that was added up for other indicators is read from the journal until it
is added up anew."""
