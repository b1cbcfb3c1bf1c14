"""Which rollups there are, and what they answer. Pure."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from wenyuan.office.figures.data import Aspect, IndicatorCode
from wenyuan.office.figures.indicators import BY_CODE, CODE_NAMES, CODED, KINDS, kinds_of


class Dimension(StrEnum):
    """By what a rollup tells entries apart, besides their day."""

    BRANCH = "branch"
    KIND = "kind"
    CODES = "codes"  # what the details hold of that for which some indicator asks
    AREA = "area"
    POINT = "point"  # service point
    HOUR = "hour"  # of the week
    CLASS = "class"  # letter of the classification


MOST_DIMENSIONS = 4
"""A wider rollup has nearly as many rows as the journal."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums of each day, and of each month, by some dimensions; ``indicators`` are those that are added up from it.
    ``aspect`` is the one by which it tells apart, none where it does by area."""

    dimensions: frozenset[Dimension]
    indicators: frozenset[IndicatorCode]
    aspect: Aspect | None = None

    def answers(self, dimensions: Collection[Dimension], only: IndicatorCode | None) -> bool:
        """Whether a question about this indicator, or all, that tells these apart or narrows by them can be answered
        from it."""
        return self.dimensions >= frozenset(dimensions) and self.indicators >= ({only} if only else set(BY_CODE))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of entry that it adds up."""
        return tuple(sorted({kind for one in self.indicators for kind in kinds_of(one)}))


def _by(aspect: Aspect, *indicators: IndicatorCode) -> Rollup:
    dimensions = frozenset({Dimension.BRANCH, Dimension.KIND, Dimension.CODES, Dimension(aspect.value)})
    return Rollup(dimensions, frozenset(indicators), aspect)


BY_AREA = Rollup(
    dimensions=frozenset({Dimension.BRANCH, Dimension.AREA, Dimension.KIND, Dimension.CODES}),
    indicators=frozenset(BY_CODE),
)
"""Every indicator of an area of a branch."""
BY_POINT = _by(Aspect.POINT, IndicatorCode.VISITS)
BY_HOUR = _by(Aspect.HOUR, IndicatorCode.LOANS, IndicatorCode.VISITS)
BY_CLASS = _by(Aspect.CLASS, IndicatorCode.LOANS, IndicatorCode.ITEMS_ADDED)
ASPECTS = (BY_POINT, BY_HOUR, BY_CLASS)
"""Each tells apart by one thing more, for the indicators of which that is asked."""
ROLLUPS = (BY_AREA, *ASPECTS)


def rollup_for(dimensions: Collection[Dimension], only: IndicatorCode | None) -> Rollup | None:
    """The rollup from which a question is answered, none where the journal must be read."""
    return next((one for one in ROLLUPS if one.answers(dimensions, only)), None)


SHAPE = hashlib.sha256(
    json.dumps([KINDS, CODED, CODE_NAMES, [[one.aspect, one.kinds] for one in ASPECTS]]).encode()
).hexdigest()[:16]
"""What the indicators and their rollups ask of an entry. A day that was added up for others is read from the journal
until it is added up anew."""
